"""From a result to its place: the decision, the two transactions, and the move between them."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import structlog

from config.home import Home
from config.interrupting import raise_if_interrupted
from config.settings import OutputKind
from config.words import counted
from models.page.scan import Fault
from service.background import Background
from service.daemon.carrying import Carrier
from service.daemon.notes import clear_note, note_of, put_note
from service.daemon.tickets.clearing import bring_after, clear_outputs
from service.daemon.tickets.unread import without_words
from service.mounts import Mounted
from service.space import is_full
from service.workers.pipeline import Examined
from storage.filing.files import identity_at
from storage.filing.names import Names, next_name
from storage.filing.outcomes import Changed, Gone, NameRefused, Outcome, Placed, Taken, Trouble
from storage.ledger import Ledger
from storage.records import Claim, Decision, FinalState, Move
from storage.standing import final_state, folder_of, is_away, state_at
from storage.tickets.outputs import OutputBook

log = structlog.get_logger()

AT_ONCE = 32
"""Moves of the journal that are tried before it is asked whether any of them went through."""

_TAKEN_AWAY = Fault(
    "file",
    "the file went away before it was filed",
    "Look where it was to go, if that is on a share; else drop it again",
)
_REPLACED = Fault("file", "the file changed while it was judged", "The new content is judged anew")


@dataclass(frozen=True, slots=True)
class Closed:
    """A scan that needs nothing more.

    Attributes:
        source: where it was dropped.
        state: how it ended.
        place: where it is now, as the ledger shows it; empty if nowhere.
        again: the file in the inbox is another one now, and is to be looked at.
    """

    source: Path
    state: FinalState | str
    place: str = ""
    again: bool = False


class Placement:
    """Files what was decided.

    A move that the file system refuses stays in the journal and is tried again with `resume`.

    Args:
        ledger: where everything is written.
        home: where scans go.
        outputs: what is to be made of tickets that were read.
        background: moves large files, and `collect` has their ends; without it they are moved at
            once.
        mounts: see `Carrier`.
    """

    def __init__(
        self,
        ledger: Ledger,
        home: Home,
        outputs: tuple[OutputKind, ...] = (),
        background: Background | None = None,
        mounts: Mounted | None = None,
    ) -> None:
        self.mounts = mounts or Mounted(home)
        self._carrier = Carrier(home.inbox, background, self.mounts)
        self._ledger = ledger
        self._home = home
        self._outputs = outputs
        self._book = OutputBook(ledger.database, home)
        self._names = Names()
        self._faults: dict[int, Fault] = {}
        self._stuck: dict[int, Trouble] = {}
        self._told: set[tuple[int, Path]] = set()

    @property
    def stuck(self) -> int:
        """Number of moves that were refused when last tried."""
        return len(self._stuck)

    @property
    def trouble(self) -> str:
        """What keeps moves from being carried out, for a person; empty if nothing does."""
        if not self._stuck:
            return ""
        first = self._stuck[min(self._stuck)]  # the same one each time
        folder, file = map(self._home.relative, (first.folder, first.file))
        return (
            f"{counted(self.stuck, 'scan')} cannot be filed: {folder}: {first.reason}"
            f" (file {file}). {first.advice}"
        )

    @property
    def full(self) -> bool:
        """Whether one was refused for want of room, and not only because it is larger than that."""
        return any(is_full(one.errno, one.move.source, one.folder) for one in self._stuck.values())

    @property
    def asked(self) -> bool:
        """Whether the journal has a move that was not tried yet: somebody else wrote it there."""
        return not self._ledger.moving() <= self._stuck.keys() | self._carrier.under_way.keys()

    @property
    def under_way(self) -> set[str]:
        """Where large files come from that are being moved."""
        return self._carrier.sources

    def place(self, results: Sequence[tuple[Claim, Examined]]) -> list[Closed]:
        """Record verdicts and destinations, move, close."""
        promised: set[Path] = set()
        decisions = []
        for claim, examined in results:
            decision = self._decide(claim, examined, promised)
            promised.add(decision.destination)
            decisions.append(decision)
            if decision.fault is None:
                continue
            if decision.final_state != "failed":
                fault, file = decision.fault, str(claim.scan.path)
                log.warning("not read", file=file, reason=fault.reason, what_to_do=fault.advice)
            else:
                self._faults[decision.scan_id] = decision.fault
        return self._carry_out(self._ledger.decide(decisions))

    def set_aside(self, claims: Sequence[Claim]) -> list[Closed]:
        """Move second copies of what is already there to ``duplicates/``."""
        promised: set[Path] = set()
        decisions = []
        for claim in claims:
            place = self._names.free(self._home.duplicates, claim.scan.path.name, promised)
            promised.add(place)
            decisions.append(Decision(claim.scan_id, claim.scan, "duplicate", place))
        return self._carry_out(self._ledger.decide(decisions))

    def resume(self) -> list[Closed]:
        """Carry out what stands in the journal: after a crash or a refusal, or on request.

        What was never tried comes first, then what was tried longest ago. Where all of some are
        refused the rest waits for the next time: a share that is gone, or a read-only disk, is
        not asked ten thousand times.
        """
        moving = self._carrier.under_way
        moves = {one.scan_id: one for one in self._ledger.moves() if one.scan_id not in moving}
        self._stuck = {one: why for one, why in self._stuck.items() if one in moves}
        order = [one for one in moves if one not in self._stuck] + list(self._stuck)
        closed: list[Closed] = []
        for start in range(0, len(order), AT_ONCE):
            raise_if_interrupted()
            some = [moves[one] for one in order[start : start + AT_ONCE]]
            for move in some:
                if move.final_state == "failed" and move.scan_id not in self._faults:
                    fault = self._ledger.fault(move.scan_id)
                    self._faults[move.scan_id] = fault or Fault("file", "it failed")
            closed += self._carry_out(some, again=True)
            if all(move.scan_id in self._stuck for move in some):
                break
        return closed

    def _decide(self, claim: Claim, examined: Examined, promised: set[Path]) -> Decision:
        verdict, ticket = examined.verdict, examined.ticket
        fault = examined.fault
        if fault is None and ticket is not None:
            fault = without_words(ticket)
        state: FinalState
        if verdict is None:
            state, folder = "failed", self._home.failed
        else:
            state = final_state(verdict.class_name)
            folder = folder_of(self._home, verdict.class_name)
        return Decision(
            scan_id=claim.scan_id,
            scan=claim.scan,
            final_state=state,
            destination=self._names.free(folder, claim.scan.path.name, promised),
            verdict=verdict,
            fault=fault,
            ticket=ticket,
            pages=examined.pages,
            outputs=self._outputs if state == "filed" and ticket and ticket.text else (),
        )

    def _carry_out(self, moves: Sequence[Move], *, again: bool = False) -> list[Closed]:
        """Move, and close what stands at its destination.

        Args:
            moves: what stands in the journal.
            again: it was tried before, and may have gone further than the journal knows.
        """
        closed: list[Closed] = []
        while moves:
            ended, moves = self._conclude(self._carrier.carry(moves, again=again), again)
            closed += ended
        if not self._stuck and self._told:
            log.info("filing goes on")
            self._told.clear()
        return closed

    def collect(self) -> list[Closed]:
        """Record what the background has moved. Never waits."""
        closed: list[Closed] = []
        for outcomes, again in self._carrier.arrived():
            ended, taken = self._conclude(outcomes, again)
            closed += ended + self._carry_out(taken, again=again)
        return closed

    def _conclude(
        self, outcomes: Sequence[Outcome], again: bool
    ) -> tuple[list[Closed], list[Move]]:
        """Record what became of moves; what was closed, and moves with another destination."""
        closed: list[Closed] = []
        placed: list[Move] = []
        taken: list[Move] = []
        for outcome in outcomes:
            move = outcome.move
            self._stuck.pop(move.scan_id, None)
            match outcome:
                case Placed():
                    placed.append(move)
                case Taken():
                    # The next name is committed before it is tried.
                    place = next_name(move.destination)
                    place = self._names.free(place.parent, place.name)
                    taken.append(self._ledger.redirect(move.scan_id, place))
                case NameRefused() if self._may_name(outcome):
                    place = self._names.free(outcome.other.parent, outcome.other.name)
                    taken.append(self._ledger.redirect(move.scan_id, place))
                case NameRefused():
                    self._refused(outcome.trouble)
                case Gone() if not self._has_left(move.source):
                    reason, folder = "cannot be looked into", move.source.parent
                    self._refused(Trouble(move, reason, errno.ENOENT, folder, move.source))
                case Gone():
                    self._faults.pop(move.scan_id, None)
                    end: Literal["failed", "superseded", "gone"] = "failed"
                    perhaps = again
                    if move.final_state == "superseded":
                        end, perhaps = "superseded", False  # in the inbox it is another row's
                        self._clear_note(move)
                    elif not move.source.is_relative_to(self._home.inbox):
                        end = "gone"  # it was filed, and a person has deleted it
                    self._ledger.abandon(
                        move.scan_id, _TAKEN_AWAY, state=end, perhaps_moved=perhaps
                    )
                    closed.append(Closed(move.source, end))
                case Changed():
                    self._faults.pop(move.scan_id, None)
                    if move.source.is_relative_to(self._home.inbox):
                        self._ledger.abandon(move.scan_id, _REPLACED, state="superseded")
                        closed.append(Closed(move.source, "superseded", again=True))
                        continue
                    # The ledger goes on naming it.
                    state = state_at(self._home, move.source)
                    self._ledger.leave(move.scan_id, move.source, state)
                    log.warning("stays: it was changed", file=str(move.source))
                case Trouble():
                    self._refused(outcome)
        # Without its note a failed file stays in the journal: with the next sweep, again.
        placed = [move for move in placed if self._annotate(move)]
        looks = {one.scan_id: identity_at(one.destination, one.size) for one in placed}
        known = {scan_id: one for scan_id, one in looks.items() if one is not None}
        self._ledger.close([move.scan_id for move in placed], known)
        # Whatever comes from elsewhere than the inbox was filed before.
        elsewhere = [one for one in placed if not one.source.is_relative_to(self._home.inbox)]
        if elsewhere:
            clear_outputs(self._book)
        for move in elsewhere:
            bring_after(self._book, move.scan_id)
        closed += [
            Closed(move.source, move.final_state, self._home.relative(move.destination))
            for move in placed
        ]
        return closed, taken

    def _has_left(self, source: Path) -> bool:
        """Whether a file is really gone, and not the share that holds it."""
        return source.is_relative_to(self._home.inbox) or is_away(self._home, source)

    def _may_name(self, refused: NameRefused) -> bool:
        """Whether a file, or the folder of a class, gets another name: no folder of the home does."""
        folder = refused.move.destination.parent
        return refused.other.parent == folder or folder.parent == self._home.sorted

    def _refused(self, trouble: Trouble) -> None:
        """The move stays in the journal. Each kind of trouble is told once, until all is well."""
        move = trouble.move
        self._stuck[move.scan_id] = trouble
        kind = (trouble.errno, trouble.folder)
        if kind not in self._told:
            self._told.add(kind)
            log.error(
                "cannot file", file=str(trouble.file), folder=str(trouble.folder),
                reason=trouble.reason, what_to_do=trouble.advice,
            )  # fmt: skip

    def _clear_note(self, move: Move) -> None:
        # Of the bytes that failed; it may have others now.
        failed = self._ledger.sha256_of(move.scan_id) or move.sha256
        clear_note(self._ledger, move.scan_id, move.source, failed)

    def _annotate(self, move: Move) -> bool:
        """Put the note beside a failed file; False if it cannot be written."""
        if move.final_state == "superseded" or move.source.is_relative_to(self._home.failed):
            self._clear_note(move)
        if move.final_state != "failed":
            return True
        fault = self._faults.get(move.scan_id, Fault("file", "it failed"))
        note = note_of(move.scan_id, move.destination.name, move.sha256, fault)
        try:
            put_note(self._ledger, move.destination, note)
        except OSError as error:
            reason = f"the note cannot be written: {error.strerror}"
            place = move.destination
            self._refused(Trouble(move, reason, error.errno or errno.EIO, place.parent, place))
            return False
        self._faults.pop(move.scan_id, None)
        return True

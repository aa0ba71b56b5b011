"""Which scans would be filed otherwise by the classes that there are now; moving them, and back."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.home import Home
from indexer.verdict import UNKNOWN, Verdict
from service.desk.judging import LeftOut, judged
from service.desk.scans.moving import PATIENCE, Moved, have_moved
from service.workers.engine import EngineSpec
from storage.corrections.reclassified import Change, ReclassifiedBook
from storage.filing.names import Names
from storage.ledger import Ledger
from storage.records import Filed, FinalState, Move, displayable
from storage.standing import final_state, folder_of


@dataclass(frozen=True, slots=True)
class Offer:
    """A closed scan that would be filed otherwise now.

    Attributes:
        scan: as it stands.
        verdict: what is said of it now; its class is another one.
    """

    scan: Filed
    verdict: Verdict

    @property
    def class_name(self) -> str:
        """What it would be, as the ledger writes it."""
        return displayable(self.verdict.class_name)


def unspoken(home: Home, ledger: Ledger, scans: Sequence[Filed]) -> list[Filed]:
    """Those of which no person has said what they are: that is not overturned."""
    spoken_of = ReclassifiedBook(ledger.database, home).spoken_of()
    return [scan for scan in scans if scan.scan_id not in spoken_of]


def outdated(
    spec: EngineSpec,
    scans: Sequence[Filed],
    *,
    notice: LeftOut,
    left: Callable[[Filed, str], None],
    advance: Callable[[], None] = lambda: None,
) -> Iterator[Offer]:
    """Judge closed scans where they lie, and yield those that would go elsewhere.

    Args:
        spec: the engine to judge with.
        scans: see `Queries.filed`.
        notice: told of each support image and detector that could not be used, and why.
        left: told of each scan that cannot be judged now, and why; it stays where it is.
        advance: called after each scan.
    """
    found = judged(spec, [scan.place for scan in scans], read=False, notice=notice)
    for scan, examined in zip(scans, found, strict=True):
        verdict = examined.verdict
        if verdict is None:
            left(scan, examined.fault.reason if examined.fault else "cannot be judged")
        elif displayable(verdict.class_name) != scan.class_name:
            yield Offer(scan, verdict)
        advance()


def go_over(
    home: Home, ledger: Ledger, offers: Sequence[Offer], *, patience: float = PATIENCE
) -> list[Moved]:
    """Move scans to the classes that they were judged to be of, as one run; see `have_moved`.

    What a person has said something of meanwhile stays where it is.
    """
    book = ReclassifiedBook(ledger.database, home)
    verdicts = {offer.scan.scan_id: offer.verdict for offer in offers}
    names = Names()

    def goal(scan: Filed, promised: Container[Path]) -> tuple[Path, FinalState]:
        name = verdicts[scan.scan_id].class_name
        place = names.free(folder_of(home, name), scan.place.name, promised)
        return place, final_state(name)

    return have_moved(
        home, ledger, [offer.scan for offer in offers], patience=patience, goal=goal,
        write=lambda moves: book.change([Change(verdicts[one.scan_id], one) for one in moves]),
    )  # fmt: skip


def go_back(home: Home, ledger: Ledger, *, patience: float = PATIENCE) -> list[Moved]:
    """Take the last run back: every scan that is still what the run made of it.

    It goes back to where it stood and is what it was before; see `have_moved`.

    Returns:
        What became of each; empty where there is nothing to take back.
    """
    book = ReclassifiedBook(ledger.database, home)
    changed = {one.scan_id: one for one in book.last_run()}
    names = Names()

    def goal(scan: Filed, promised: Container[Path]) -> tuple[Path, FinalState]:
        before = changed[scan.scan_id]
        place = names.free(before.place_before.parent, before.place_before.name, promised)
        return place, final_state(before.class_before or UNKNOWN)

    def write(moves: Sequence[Move]) -> list[Move]:
        return book.take_back({changed[one.scan_id].number: one for one in moves})

    scans = ledger.filed(scan_ids=list(changed)) if changed else []
    return have_moved(home, ledger, scans, patience=patience, goal=goal, write=write)

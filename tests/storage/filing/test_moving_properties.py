from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from storage.filing.moving import file_away
from storage.filing.names import Names, next_name
from storage.filing.outcomes import Changed, Gone, Placed, Taken, Trouble
from storage.records import Move
from tests.storage.filing.bookkeeping import Bookkeeping, Dropped
from tests.storage.filing.mounting import WAYS, behave_as
from tests.storage.filing.test_moving import PowerCutError, cut_power_after
from tests.storage.filing.test_names import OBSTACLES, file_names

CALLS = ("link", "unlink", "rename", "mkdir", "write", "read", "open", "lstat", "fstat", "fchmod")
folders = st.sampled_from("ab")
picks = st.integers(0, 99)


class Filing(RuleBasedStateMachine):
    """Drops, decisions, moves, power cuts and mounts that change, in any order.

    What users suffer when one of its checks fails: a receipt is gone, or another has its name.
    """

    names = Bundle("names")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.books = Bookkeeping(Path(self.stack.enter_context(TemporaryDirectory())))
        self.stack.callback(self.books.close)
        self.way = "link"
        self.proposed = Names()

    def teardown(self) -> None:
        """What is still under way comes to an end, and nothing is missing or too much."""
        with self.stack:
            self.carry_out(self.books.moving)
            assert not self.books.moving
            self.books.check_once()

    # What happens outside.

    @initialize(target=names, name=file_names)
    def a_first_name(self, name: str) -> str:
        """There is always a name to choose."""
        return name

    @rule(target=names, name=file_names)
    def another_name(self, name: str) -> str:
        """Few names, so that they meet."""
        return name

    @rule(target=names, name=names)
    def the_name_that_comes_next(self, name: str) -> str:
        """A user's file may already be called ``scan (2).png``."""
        return next_name(Path("/", name)).name

    @rule(name=names, content=st.sampled_from([b"", b"same", b"1", b"2", b"3"]))
    def drop(self, name: str, content: bytes) -> None:
        """Some files have the same bytes."""
        path = self.books.inbox / name
        if not os.path.lexists(path):
            if any(one.source == path for one in self.books.moving):
                # Else nobody could say which of the two was filed.
                content = b"dropped %d" % self.books.number()
            self.books.drop(path, content)

    @rule(name=names, folder=folders, kind=st.sampled_from(sorted(OBSTACLES)))
    def put_in_the_way(self, name: str, folder: str, kind: str) -> None:
        """Something that is not ours has a name in a class's folder."""
        path = self.books.sorted / folder / name
        path.parent.mkdir(exist_ok=True)
        if not os.path.lexists(path):
            OBSTACLES[kind](path)
            self.books.theirs[path] = os.lstat(path)

    @rule(way=st.sampled_from(WAYS))
    def mount(self, way: str) -> None:
        """The share is mounted otherwise."""
        self.way = way

    @precondition(lambda self: any(not one.closed for one in self.books.dropped))
    @rule(pick=picks, how=st.sampled_from(["take", "replace", "write into"]))
    def the_user_is_quicker(self, pick: int, how: str) -> None:
        """A file that is not filed yet goes away or becomes another."""
        there = [one for one in self.books.dropped if not one.closed and one.source.is_file()]
        if there:
            self.books.touch(there[pick % len(there)].source, how)

    # What the daemon does.

    @precondition(lambda self: self.books.waiting)
    @rule(folder=folders, pick=picks, look=st.booleans())
    def decide(self, folder: str, pick: int, look: bool) -> None:
        """Without a look the name may be taken: it was free when somebody else looked."""
        one = self.books.waiting[pick % len(self.books.waiting)]
        place = self.books.sorted / folder / one.source.name
        if look:
            place = self.proposed.free(place.parent, place.name)
        sha256 = hashlib.sha256(one.content).hexdigest()
        inode, number = os.lstat(one.source).st_ino, self.books.number()
        one.move = Move(number, one.source, place, sha256, len(one.content), "filed", inode)

    @precondition(lambda self: self.books.moving)
    @rule(some=st.sets(st.integers(0, 9), max_size=3), commit=st.booleans())
    def file(self, some: set[int], commit: bool) -> None:
        """Some of the journal; without a commit the next daemon finds it all there once more."""
        moving = enumerate(self.books.moving)
        self.carry_out([one for i, one in moving if i not in some], commit=commit)

    @precondition(lambda self: self.books.moving)
    @rule(steps=st.integers(0, 40))
    def the_power_fails(self, steps: int) -> None:
        """Nothing happens after so many steps, no cleaning up either."""
        moves = [one.move for one in self.books.moving if one.move is not None]
        with pytest.MonkeyPatch.context() as patched:
            self.use_mount(patched)
            cut_power_after(steps, patched)
            with suppress(PowerCutError):
                file_away(moves)
        if self.way == "reserve":
            # The empty reservation of the dead attempt might be a user's empty file.
            self.books.reserved |= {move.destination for move in moves}

    @precondition(lambda self: self.books.moving)
    @rule(calls=st.integers(1, 60), pick=picks, how=st.sampled_from(["take", "replace", "write"]))
    def the_user_is_at_it_at_the_same_time(self, calls: int, pick: int, how: str) -> None:
        """Between any two system calls a file goes away or becomes another."""
        source = self.books.moving[pick % len(self.books.moving)].source
        self.carry_out(self.books.moving, meanwhile=(calls, lambda: self.books.touch(source, how)))

    @precondition(lambda self: any(one.closed for one in self.books.dropped))
    @rule(pick=picks)
    def an_old_journal_is_replayed(self, pick: int) -> None:
        """A database from a backup asks for what was done long ago."""
        closed = [one.move for one in self.books.dropped if one.closed]
        move = closed[pick % len(closed)]
        assert move is not None
        before = self.books.all_files
        with pytest.MonkeyPatch.context() as patched:
            self.use_mount(patched)
            assert file_away([move]) == [Placed(move)]
        assert self.books.all_files == before

    # What must be true all the time.

    @invariant()
    def every_file_is_where_the_ledger_says(self) -> None:
        """In the inbox, or at the place that was decided: whole."""
        self.books.check_places()

    @invariant()
    def what_was_there_is_untouched(self) -> None:
        """Nothing is overwritten, emptied or taken away."""
        self.books.check_theirs()

    # How it is done.

    def carry_out(
        self,
        some: Sequence[Dropped],
        *,
        commit: bool = True,
        meanwhile: tuple[int, Callable[[], None]] | None = None,
    ) -> None:
        """As `service.placement` does: after each refusal the next name is noted, then tried."""
        most = len(self.books.all_files) + len(self.books.dropped) + 1
        by_id = {one.move.scan_id: one for one in some if one.move is not None}
        moves = [one.move for one in some if one.move is not None]
        while moves:
            most -= 1
            assert most >= 0, "there is no end to the names that are tried"
            with pytest.MonkeyPatch.context() as patched:
                self.use_mount(patched)
                if meanwhile is not None:
                    act_after(*meanwhile, patched)
                outcomes = file_away(moves)
            meanwhile, moves = None, []
            for outcome in outcomes:
                one = by_id[outcome.move.scan_id]
                match outcome:
                    case Placed():
                        self.books.filed(one, close=commit)
                    case Taken():
                        place = next_name(outcome.move.destination)
                        place = self.proposed.free(place.parent, place.name)
                        one.move = replace(outcome.move, destination=place)
                        moves.append(one.move)
                    case Gone() | Changed():
                        self.books.forget(one)
                    case Trouble(reason=reason):
                        # It changed while it was copied: the next attempt will tell.
                        assert one.touched, reason

    def use_mount(self, patched: pytest.MonkeyPatch) -> None:
        """Have the system calls behave as on this mount."""
        # Nothing is durable in a test; a thousand syncs only take time.
        patched.setattr(os, "fsync", lambda _fd: None)
        behave_as(self.way, self.books.inbox, patched)


def act_after(calls: int, act: Callable[[], None], patched: pytest.MonkeyPatch) -> None:
    """Have ``act`` happen once, after so many system calls."""
    left = calls

    def watch(name: str) -> None:
        call = getattr(os, name)

        def called(*args: Any, **more: Any) -> Any:
            nonlocal left
            try:
                return call(*args, **more)
            finally:
                left -= 1
                if left == 0:
                    act()

        patched.setattr(os, name, called)

    for name in CALLS:
        watch(name)


@pytest.mark.parametrize("how", ["waits", "is taken away"])
def test_who_stands_at_a_place_keeps_it_whoever_else_wants_it(tmp_path: Path, how: str) -> None:
    """Found by the machine: after a crash the ledger said of a scan that was filed that it is gone.

    Two scans may be promised one name, when the first could not be moved at once.
    """
    books = Bookkeeping(tmp_path)
    place = books.sorted / "a" / "scan.png"
    moves = []
    for number in (1, 2):
        source = books.inbox / f"{number}.png"
        books.drop(source, b"same")
        sha256, inode = hashlib.sha256(b"same").hexdigest(), source.stat().st_ino
        moves.append(Move(number, source, place, sha256, 4, "filed", inode))
    first, second = moves
    assert file_away([second]) == [Placed(second)]
    if how == "is taken away":
        first.source.unlink()
    assert file_away([first, second])[1] == Placed(second)
    assert place.stat().st_ino == second.inode
    assert first.source.exists() == (how == "waits")
    books.close()


TestFiling = Filing.TestCase
TestFiling.settings = settings(max_examples=100, stateful_step_count=40)

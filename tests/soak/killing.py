"""The killer: ends the daemon, or one of its workers, at moments in which something is under way."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path

from config.errors import ExitCode
from tests.soak.serving import PATIENCE, Serving

MOST_WORKERS = 2
"""So many workers of one daemon are killed: after three failed starts in a row it gives up."""


class Killer:
    """Kills by SIGKILL; each time the daemon is gone, another is started.

    Args:
        serving: whom.
        database: the ledger, in which it sees what is under way.
        rng: when.
        variety: settings of which each daemon gets one value, drawn anew.
    """

    def __init__(
        self,
        serving: Serving,
        database: Path,
        rng: random.Random,
        variety: Mapping[str, tuple[str, ...]],
    ) -> None:
        self._serving = serving
        self._database = database
        self._rng = rng
        self._variety = variety
        self._recovers = False
        self._workers_of: Counter[int] = Counter()
        self.kills: Counter[str] = Counter()
        self.moments: Counter[str] = Counter()

    @property
    def total(self) -> int:
        """Processes killed so far."""
        return self.kills.total()

    def start(self) -> None:
        """Start a daemon. A command that holds the home may send it away for a moment."""
        until = time.monotonic() + PATIENCE
        while True:
            self._serving.start(**self._settings())
            if self._serving.wait_for(lambda: self._serving.watching):
                return
            self._busy_only()
            assert time.monotonic() < until, "no daemon can be started"

    def kill_once(self, moment: str = "") -> None:
        """Start a daemon if none runs, wait for a moment, and kill.

        Args:
            moment: the name of one; else one is drawn.
        """
        if not self._serving.runs:
            self._serving.start(**self._settings())
        moments: dict[Callable[[], bool], float] = {
            self._while_it_starts: 1,
            self._while_it_recovers: 2,
            self._while_it_moves: 4,
            self._at_the_first: 2,
            self._at_full_load: 3,
        }
        if self._workers_of[self._serving.starts] < MOST_WORKERS:
            moments[self._a_worker] = 4
        if self._recovers:
            # The last one died at work: this one finds much to take up, and dies of it.
            self._recovers = False
            moments = {self._while_it_starts: 1, self._while_it_recovers: 2}
        (kill,) = self._rng.choices(list(moments), list(moments.values()))
        if moment:
            kill = getattr(self, "_" + moment.replace(" ", "_"))
        if kill():
            self.moments[kill.__name__.strip("_").replace("_", " ")] += 1
        else:
            self._busy_only()

    def _settings(self) -> dict[str, str]:
        return {name: self._rng.choice(values) for name, values in self._variety.items()}

    # -- the moments --------------------------------------------------------------------------

    def _while_it_starts(self) -> bool:
        return not self._serving.wait(self._rng.uniform(0.0, 3.0)) and self._kill("recovering")

    def _while_it_recovers(self) -> bool:
        return self._watching() and self._shortly(0.5) and self._kill("recovering")

    def _while_it_moves(self) -> bool:
        """Between the two transactions: there is a line in the journal."""
        if not self._at_work():
            return False
        until = time.monotonic() + PATIENCE
        with closing(sqlite3.connect(self._database, timeout=PATIENCE)) as ledger:
            while not ledger.execute("SELECT count(*) FROM journal").fetchone()[0]:
                if not self._shortly(0.002):
                    return False
                assert time.monotonic() < until, "the daemon files nothing"
        return self._shortly(0.02) and self._kill("daemon")

    def _at_the_first(self) -> bool:
        return self._at_work() and self._shortly(0.1) and self._kill("daemon")

    def _at_full_load(self) -> bool:
        return self._at_work() and self._shortly(2.0) and self._kill("daemon")

    def _a_worker(self) -> bool:
        """A worker alone, sometimes while it starts. The daemon stays."""
        if not self._watching():
            return False
        starting = self._rng.random() < 0.3
        if not starting and not self._at_work():
            return False
        if not self._shortly(2.0):
            return False
        workers = self._serving.workers()
        if workers:
            self._workers_of[self._serving.starts] += 1
            with suppress(ProcessLookupError):
                victim = self._rng.choice(workers)
                os.kill(victim, signal.SIGKILL)
                self._serving.note("killed a worker", pid=victim)
                self.kills["worker"] += 1
        return True

    # -- what they share ----------------------------------------------------------------------

    def _watching(self) -> bool:
        return self._serving.wait_for(lambda: self._serving.watching)

    def _at_work(self) -> bool:
        """It has filed something: what a dead one left, or what it was given to judge."""
        enough = self._rng.choice((1, 5, 20))
        return self._serving.wait_for(lambda: self._serving.closed >= enough)

    def _shortly(self, most: float) -> bool:
        """Let a while pass; False if the daemon ends by itself meanwhile."""
        return not self._serving.wait(self._rng.uniform(0.0, most))

    def _kill(self, whom: str) -> bool:
        self._serving.kill()
        self.kills[whom] += 1
        self._recovers = whom == "daemon" and self._rng.random() < 0.4
        return True

    def _busy_only(self) -> None:
        """The daemon ended by itself: allowed only where a command held the home."""
        code = self._serving.code
        assert code == ExitCode.BUSY, f"the daemon ended by itself with {code}"
        self._serving.reap()

"""What people have said of scans, as pictures for a detector: of its class, and others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.home import Home
from config.words import counted
from service.desk.training.said import unreadable
from storage.corrections.lessons import LessonBook
from storage.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Corrections:
    """Scans that were confirmed or corrected, each as it was called last.

    Attributes:
        positives: files of the class.
        others: files of any other class, and of none.
        left_out: how many were not taken, by why.
    """

    positives: tuple[Path, ...]
    others: tuple[Path, ...]
    left_out: Mapping[str, int]

    def described(self, name: str) -> list[str]:
        """The same in lines for a person."""
        said, else_ = counted(len(self.positives), "scan"), len(self.others)
        lines = [f"{said} that people have called {name}, and {else_} called something else"]
        lines += [
            f"{counted(number, 'scan')} left out: {reason}"
            for reason, number in self.left_out.items()
        ]
        return lines


def corrections_of(home: Home, ledger: Ledger, name: str) -> Corrections:
    """What people have said, for a detector of ``name``; the latest word counts."""
    positives: list[Path] = []
    others: list[Path] = []
    left_out: Counter[str] = Counter()
    known: set[str] = set()
    for one in LessonBook(ledger.database, home).spoken_of():
        reason = "the same picture as another" if one.scan.sha256 in known else unreadable(one)
        known.add(one.scan.sha256)
        if reason:
            left_out[reason] += 1
        elif one.class_name == name:
            positives.append(one.scan.path)
        else:
            others.append(one.scan.path)
    return Corrections(tuple(positives), tuple(others), dict(left_out))

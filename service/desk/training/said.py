"""What people have said of scans, as data to train on: folders of classes, for as long as it takes.

The latest word that holds counts. What nobody has looked at is not taken, whatever was predicted.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from config.errors import DataError
from config.home import Home
from config.words import counted
from indexer.verdict import UNKNOWN
from models.episodes.listing import SUFFIXES
from models.episodes.spec import DataSpec
from storage.corrections.lessons import LessonBook, Spoken
from storage.filing.files import holds
from storage.ledger import Ledger

SOURCE: Final = "ledger"
"""What the source of data is called."""


@dataclass(frozen=True, slots=True)
class SaidData:
    """Scans of which people have said what they are.

    Attributes:
        spec: names them, while they are laid out.
        classes: how many were taken, by class.
        left_out: how many were not, by why.
    """

    spec: DataSpec
    classes: Mapping[str, int]
    left_out: Mapping[str, int]

    def provenance(self) -> dict[str, object]:
        """What a manifest says of them: numbers, and no paths."""
        return {
            "scans": sum(self.classes.values()),
            "classes": dict(self.classes),
            "left_out": dict(self.left_out),
        }


@dataclass(slots=True)
class _Chosen:
    taken: list[Spoken] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


@contextmanager
def said_data(home: Home, ledger: Ledger) -> Iterator[SaidData]:
    """Lay them out in a folder for each class, as links; gone after the block.

    Raises:
        DataError: there is none that could be taken.
    """
    chosen = _chosen(LessonBook(ledger.database, home).spoken_of())
    if not chosen.taken:
        why = "; ".join(f"{number} {reason}" for reason, number in chosen.left_out.items())
        raise DataError(
            "nobody has confirmed or corrected a scan that could be learned from"
            + (f" ({why})" if why else ""),
            "Confirm and correct some first: on the page, over HTTP, or by dragging files",
        )
    with tempfile.TemporaryDirectory(prefix="pigeonhole-") as folder:
        root = Path(folder, SOURCE)
        for one in chosen.taken:
            place = root / one.class_name / f"{one.scan_id}{one.scan.path.suffix.lower()}"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(one.scan.path)
        classes = Counter(one.class_name for one in chosen.taken)
        yield SaidData(
            DataSpec(root, name=SOURCE), dict(sorted(classes.items())), dict(chosen.left_out)
        )


def described(data: SaidData) -> list[str]:
    """The same in lines for a person."""
    classes = ", ".join(f"{number} {name}" for name, number in data.classes.items())
    taken = counted(sum(data.classes.values()), "scan")
    lines = [f"{taken} that people have confirmed or corrected: {classes}"]
    lines += [
        f"{counted(number, 'scan')} left out: {reason}" for reason, number in data.left_out.items()
    ]
    return lines


def _chosen(spoken: list[Spoken]) -> _Chosen:
    """Each picture once, as it was called last."""
    chosen, known = _Chosen(), set[str]()
    for one in spoken:
        if one.scan.sha256 in known:
            chosen.left_out["the same picture as another"] += 1
            continue
        reason = _why_not(one)
        if reason:
            chosen.left_out[reason] += 1
        else:
            chosen.taken.append(one)
        known.add(one.scan.sha256)
    return chosen


def _why_not(one: Spoken) -> str:
    if one.class_name == UNKNOWN:
        return "of none of the classes"
    if one.scan.path.suffix.lower() not in SUFFIXES:
        return "of a kind that training does not read"
    return unreadable(one)


def unreadable(one: Spoken) -> str:
    """Why the file that a person spoke of cannot be learned from; empty if it can."""
    try:
        same = holds(one.scan.path, one.scan.sha256, one.scan.size)
    except OSError:
        return "cannot be read"
    return "" if same else "no longer there, or another file now"

"""Stories in which a daemon dies: what lies in the inbox, and what has to come of it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from config.home import Home
from storage.filing import noreplace
from storage.ledger import Ledger
from tests.storage.filing.mounting import takes_windows_names


@dataclass(frozen=True, slots=True)
class Story:
    """One way of a scan.

    Attributes:
        files: in the home before the daemon starts, by their paths in it; those in ``inbox/`` are
            dropped.
        end: all files in the end, by their paths in the home, notes left out.
        states: of all rows in the end, superseded ones left out.
        deleted: what a person has deleted, or overwritten, by their own doing.
        settings: of the daemon.
        odd: makes the file system refuse something, or somebody else interfere.
        also: another end that is as good: what ``odd`` does may come after the death, and so never;
            and which of two files is seen first depends on the disk.
        again: what is done with everything after it was sorted once; the story is the second time.
        last: the step that ends it.
        changed: what is written into files after everything was sorted once, by their paths in the home.
        says: what the judge says the second time, and ever after, by the first word of a file.
    """

    files: dict[str, str]
    end: dict[str, str]
    states: tuple[str, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    odd: Callable[[Home], None] = lambda _home: None
    also: dict[str, str] = field(default_factory=dict)
    again: Literal[
        "",
        "put back",
        "dropped back",
        "corrected",
        "dragged",
        "edited and dragged",
        "judged anew",
        "taken back",
        "learned",
        "dragged onto another",
        "swapped",
        "deleted",
        "put there again",
        "filled",
        "changed",
    ] = ""
    last: str = "close committed"
    says: dict[str, str] = field(default_factory=dict)
    deleted: frozenset[str] = frozenset()
    changed: dict[str, str] = field(default_factory=dict)


def _refuse(number: int) -> Callable[..., None]:
    def refuse(source: Path, target: Path = Path(), **_: object) -> None:
        raise OSError(number, os.strerror(number), os.fspath(source), None, os.fspath(target))

    return refuse


def _no_links(_home: Home) -> None:
    """As on exFAT and some shares."""
    os.link = _refuse(errno.EPERM)  # type: ignore[assignment]


def _another_file_system(home: Home) -> None:
    """Links are refused from the inbox to anywhere else, and work within a folder."""
    link, refuse = os.link, _refuse(errno.EXDEV)

    def link_within(source: Path, target: Path, **more: Any) -> None:
        across = os.fspath(source).startswith(os.fspath(home.inbox))
        (refuse if across else link)(source, target, **more)

    os.link = link_within  # type: ignore[assignment]


def _shared(home: Home) -> None:
    """Everybody may write to the folders of scans: each is reached by a descriptor."""
    for folder in home.scan_folders.values():
        if folder.is_dir():
            folder.chmod(0o777)


def _no_links_nor_renameat2(home: Home) -> None:
    """As on the oldest of them."""
    _no_links(home)
    noreplace.rename_without_replacing = _refuse(errno.EINVAL)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _taken_meanwhile(home: Home) -> None:
    """Somebody else puts a file where the scan was to go, after that was decided."""
    decide = Ledger.decide

    def decided(ledger: Ledger, *args: Any) -> Any:
        moves = decide(ledger, *args)
        place = home.sorted / "ticket" / "a.png"
        place.parent.mkdir(exist_ok=True)
        theirs = home.root / ".theirs"
        theirs.write_text("theirs")
        # They sync what they write: only what is ours is at stake in a power cut.
        _sync(theirs)
        theirs.rename(place)
        for folder in (place.parent, home.sorted, home.root):
            _sync(folder)
        return moves

    Ledger.decide = decided  # type: ignore[method-assign]


def _exfat(home: Home) -> None:
    """All but the inbox lies on a disk that takes fewer names, and has no links."""
    for owner, name, call in _exfat_calls(home):
        setattr(owner, name, call)


def _exfat_calls(home: Home) -> Iterator[tuple[Any, str, Any]]:
    for folder in (home.sorted, home.failed):
        yield from takes_windows_names(folder, errno.ENOENT, links=False)


@contextmanager
def same_disk(story: Story, home: Home) -> Iterator[None]:
    """Refuse in the block the names that the story's disk refuses: it does so after a restart, too."""
    if story.odd is not _exfat:
        yield
        return
    before = []
    for owner, name, call in _exfat_calls(home):
        before.append((owner, name, getattr(owner, name)))
        setattr(owner, name, call)
    try:
        yield
    finally:
        for owner, name, call in reversed(before):
            setattr(owner, name, call)


def _ntfs(home: Home) -> None:
    """Fewer names, and links."""
    for owner, name, call in takes_windows_names(home.sorted, errno.EINVAL, links=True):
        setattr(owner, name, call)


TEXT = {"ticket_outputs": ("text",)}
WITH_TEXT = {"sorted/ticket/a.png": "ticket 1", "sorted/ticket/a.png.txt": "ticket 1\nthank you\n"}
FILED = {"sorted/ticket/a.png": "ticket 1"}
SECOND = {"sorted/ticket/a.png": "theirs", "sorted/ticket/a (2).png": "ticket 1"}

CLASS = {"support/cylinder/1.png": "an example"}
EDITED = "ticket 1, turned upright"
OTHER = {"sorted/cylinder/a.png": "ticket 1"}

STORIES = {
    "filed": Story({"inbox/a.png": "ticket 1"}, FILED, ("filed",)),
    "three at once": Story(
        {f"inbox/{name}.png": f"ticket {name}" for name in "abc"},
        {f"sorted/ticket/{name}.png": f"ticket {name}" for name in "abc"},
        ("filed",) * 3,
    ),
    "not recognised": Story(
        {"inbox/a.png": "unknown 1"}, {"review/a.png": "unknown 1"}, ("review",)
    ),
    "the name is taken": Story(
        {"inbox/a.png": "ticket 1", "sorted/ticket/a.png": "theirs"}, SECOND, ("filed",)
    ),
    "the name is taken meanwhile": Story(
        {"inbox/a.png": "ticket 1"}, SECOND, ("filed",), odd=_taken_meanwhile, also=FILED
    ),
    "the name is refused": Story(
        {"inbox/a:b.png": "ticket 1"}, {"sorted/ticket/a_b.png": "ticket 1"}, ("filed",),
        odd=_exfat, also={"sorted/ticket/a:b.png": "ticket 1"},
    ),
    "the name is refused where there are links": Story(
        {"inbox/a:b.png": "ticket 1", "sorted/ticket/a_b.png": "theirs"},
        {"sorted/ticket/a_b (2).png": "ticket 1", "sorted/ticket/a_b.png": "theirs"}, ("filed",),
        odd=_ntfs, also={"sorted/ticket/a:b.png": "ticket 1", "sorted/ticket/a_b.png": "theirs"},
    ),
    "the name of the class is refused": Story(
        {"inbox/a.png": "ticket 1"}, {"sorted/in_ paid/a.png": "ticket 1"}, ("filed",),
        odd=_exfat, also={"sorted/in: paid/a.png": "ticket 1"}, says={"ticket": "in: paid"},
    ),
    "failed under a name that is refused": Story(
        {"inbox/a:b.png": "broken 1"}, {"failed/a_b.png": "broken 1"}, ("failed",),
        odd=_exfat, also={"failed/a:b.png": "broken 1"},
    ),
    "failed": Story({"inbox/a.png": "broken 1"}, {"failed/a.png": "broken 1"}, ("failed",)),
    "a second copy is set aside": Story(
        {"inbox/a.png": "ticket 1", "inbox/b.png": "ticket 1"},
        {"sorted/ticket/a.png": "ticket 1", "duplicates/b.png": "ticket 1"},
        ("filed", "duplicate"),
        settings={"duplicates": "skip"},
        also={"sorted/ticket/b.png": "ticket 1", "duplicates/a.png": "ticket 1"},
    ),
    "to another file system": Story(
        {"inbox/a.png": "ticket 1"}, FILED, ("filed",), odd=_another_file_system
    ),
    "where others may write": Story(
        {"inbox/a.png": "ticket 1", **CLASS}, OTHER, ("filed",), again="corrected", also=FILED,
        odd=_shared,
    ),
    "where there are no links": Story(
        {"inbox/a.png": "ticket 1"}, FILED, ("filed",), odd=_no_links
    ),
    "nor renames without replacing": Story(
        {"inbox/a.png": "ticket 1"}, FILED, ("filed",), odd=_no_links_nor_renameat2
    ),
    "put back": Story({"inbox/a.png": "ticket 1"}, FILED, ("filed",), again="put back"),
    "put back after it failed": Story(
        {"inbox/a.png": "broken 1"}, {"failed/a.png": "broken 1"}, ("failed",), again="put back"
    ),
    "put back where there are no links": Story(
        {"inbox/a.png": "ticket 1"}, FILED, ("filed",), again="put back", odd=_no_links
    ),
    "dropped back after it failed": Story(
        {"inbox/a.png": "broken 1"}, {"sorted/ticket/a.png": "broken 1"}, ("filed",),
        again="dropped back", says={"broken": "ticket"},
    ),
    "changed after it failed": Story(
        {"inbox/a.png": "broken 1"}, {"sorted/ticket/a.png": "ticket 2"}, ("filed",),
        again="changed", changed={"failed/a.png": "ticket 2"},
    ),
    "changed after it failed where there are no links": Story(
        {"inbox/a.png": "broken 1"}, {"sorted/ticket/a.png": "ticket 2"}, ("filed",),
        again="changed", changed={"failed/a.png": "ticket 2"}, odd=_no_links,
    ),
    "with its text": Story(
        {"inbox/a.png": "ticket 1"}, WITH_TEXT, ("filed",), settings=TEXT, last="made committed"
    ),
    "with its text where there are no links": Story(
        {"inbox/a.png": "ticket 1"}, WITH_TEXT, ("filed",), settings=TEXT, odd=_no_links,
        last="made committed",
    ),
    "with its text beside another": Story(
        {"inbox/a.png": "ticket 1", "sorted/ticket/a.png.txt": "theirs"},
        {
            "sorted/ticket/a.png": "ticket 1", "sorted/ticket/a.png.txt": "theirs",
            "sorted/ticket/a.png (2).txt": "ticket 1\nthank you\n",
        },
        ("filed",), settings=TEXT, last="made committed",
    ),
    "corrected": Story(
        {"inbox/a.png": "ticket 1", **CLASS}, OTHER, ("filed",), again="corrected",
        also=FILED,
    ),
    "corrected where there are no links": Story(
        {"inbox/a.png": "ticket 1", **CLASS}, OTHER, ("filed",), again="corrected",
        also=FILED, odd=_no_links,
    ),
    "corrected with its text": Story(
        {"inbox/a.png": "ticket 1", **CLASS},
        {**OTHER, "sorted/cylinder/a.png.txt": "ticket 1\nthank you\n"},
        ("filed",), settings=TEXT, again="corrected", also=WITH_TEXT,
        last="make_anew committed",
    ),
    "dragged": Story(
        {"inbox/a.png": "ticket 1", **CLASS}, OTHER, ("filed",), again="dragged",
        last="moved committed",
    ),
    "dragged to a new class": Story(
        {"inbox/a.png": "ticket 1"},
        OTHER, ("filed",), again="dragged", last="moved committed",
    ),
    "edited, and dragged to a new class": Story(
        {"inbox/a.png": "ticket 1"}, {"sorted/cylinder/a.png": EDITED}, ("filed",),
        again="edited and dragged", last="moved committed", deleted=frozenset({"ticket 1"}),
    ),
    "learned": Story(
        {"inbox/a.png": "ticket 1", **CLASS}, OTHER, ("filed",), again="learned",
        settings={"learn_from_corrections": True}, last="added committed",
    ),
    "learned where there are no links": Story(
        {"inbox/a.png": "ticket 1", **CLASS}, OTHER, ("filed",), again="learned",
        settings={"learn_from_corrections": True}, last="added committed", odd=_no_links,
    ),
    "judged anew": Story(
        {"inbox/a.png": "ticket 1"}, OTHER, ("filed",), again="judged anew", also=FILED
    ),
    "judged anew where there are no links": Story(
        {"inbox/a.png": "ticket 1"}, OTHER, ("filed",), again="judged anew", also=FILED,
        odd=_no_links,
    ),
    "judged anew, and taken back": Story(
        {"inbox/a.png": "ticket 1"}, FILED, ("filed",), again="taken back", also=OTHER
    ),
    "dragged onto another": Story(
        {"inbox/a.png": "ticket 1", **CLASS}, {**OTHER}, ("gone", "filed"),
        again="dragged onto another", last="note_gone committed",
        deleted=frozenset({"cylinder"}),
    ),
    "swapped": Story(
        {"inbox/a.png": "ticket 1", **CLASS},
        {**OTHER, "sorted/ticket/a.png": "cylinder"}, ("filed", "filed"),
        again="swapped", last="moved committed",
    ),
    "deleted from review": Story(
        {"inbox/a.png": "unknown 1"}, {}, ("gone",), again="deleted",
        last="note_gone committed", deleted=frozenset({"unknown 1"}),
    ),
    "deleted after it failed": Story(
        {"inbox/a.png": "broken 1"}, {}, ("gone",), again="deleted",
        last="note_gone committed", deleted=frozenset({"broken 1"}),
    ),
    "put there again after it failed": Story(
        {"inbox/a.png": "broken 1"}, {"failed/a.png": "broken 1"}, ("failed",),
        again="put there again", last="found_again committed",
    ),
    "a placeholder is filled": Story(
        {"inbox/a.png": ""}, FILED, ("filed",), again="filled", deleted=frozenset({""}),
    ),
    "a placeholder is filled where there are no links": Story(
        {"inbox/a.png": ""}, FILED, ("filed",), again="filled", deleted=frozenset({""}),
        odd=_no_links,
    ),
    "put back with its text": Story(
        {"inbox/a.png": "ticket 1"}, WITH_TEXT, ("filed",), settings=TEXT, again="put back",
        last="forget committed",
    ),
}  # fmt: skip

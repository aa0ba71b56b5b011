from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from config.links import refuse_foreign_links
from storage.filing.beside import put_beside
from storage.filing.copying import copy_in
from storage.filing.moving import file_away
from storage.filing.notes import write_note
from storage.filing.outcomes import Placed, Trouble
from storage.records import Move

DIGEST = hashlib.sha256(b"scan").hexdigest()

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="root alone makes links of others")


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder that everybody may write to, as people may to a share."""
    folder = tmp_path / "sorted"
    folder.mkdir()
    folder.chmod(0o777)
    (tmp_path / "secret").mkdir()
    return folder


def linked(shared: Path, name: str, *, owner: int) -> Path:
    """A folder of a class that leads to the service's own, by a link of this user."""
    link = shared / name
    link.symlink_to(shared.parent / "secret")
    os.chown(link, owner, -1, follow_symlinks=False)
    return link


def moved(place: Path) -> list[object]:
    """File a scan there."""
    source = place.parent.parent.parent / "inbox.png"
    source.write_bytes(b"scan")
    return list(file_away([Move(1, source, place, DIGEST, 4, "filed", source.stat().st_ino)]))


def test_a_scan_is_not_filed_behind_a_link_of_another_user(shared: Path) -> None:
    """Whoever may write to sorted/ could have a file of theirs put where only the service may write."""
    place = linked(shared, "ticket", owner=12345) / "authorized_keys"
    (outcome,) = moved(place)
    assert isinstance(outcome, Trouble)
    assert (outcome.errno, outcome.folder) == (errno.ELOOP, shared / "ticket")
    assert "another user made" in outcome.reason
    assert "Put a folder there" in outcome.advice
    assert (shared.parent / "inbox.png").read_bytes() == b"scan"
    assert list((shared.parent / "secret").iterdir()) == []


@pytest.mark.parametrize("digest", [DIGEST, ""])
def test_no_scan_is_taken_from_behind_one(shared: Path, digest: str) -> None:
    """The service would take its own files away; what may not be read has no hash to tell by."""
    linked(shared, "ticket", owner=12345)
    theirs = shared.parent / "secret" / "a.png"
    theirs.write_bytes(b"scan")
    source = shared / "ticket" / "a.png"
    move = Move(1, source, shared / "b.png", digest, 4, "filed", theirs.stat().st_ino)
    (outcome,) = file_away([move])
    assert isinstance(outcome, Trouble)
    assert "another user made" in outcome.reason
    assert theirs.read_bytes() == b"scan"
    assert not (shared / "b.png").exists()


def test_a_link_of_the_service_is_followed(shared: Path) -> None:
    """Who keeps the tickets on another disk would find none of them filed."""
    place = linked(shared, "ticket", owner=os.geteuid()) / "a.png"
    (outcome,) = moved(place)
    assert isinstance(outcome, Placed)
    assert (shared.parent / "secret" / "a.png").read_bytes() == b"scan"


def _copy(place: Path) -> None:
    source = place.parents[2] / "example.png"
    source.write_bytes(b"scan")
    copy_in(source, DIGEST, place)


@pytest.mark.parametrize(
    "write",
    [
        lambda place: put_beside(b"text", place, "1-text"),
        lambda place: write_note(place, {"sha256": DIGEST}),
        _copy,
    ],
    ids=["output", "note", "example"],
)
def test_nothing_else_is_written_behind_one(shared: Path, write: Callable[[Path], None]) -> None:
    """The text of a scan, which its sender chose, would be a file of the service's user."""
    place = linked(shared, "ticket", owner=12345) / "a.png"
    with pytest.raises(OSError, match="another user made") as refused:
        write(place)
    assert refused.value.errno == errno.ELOOP
    assert list((shared.parent / "secret").iterdir()) == []


def test_links_around_are_looked_at_as_far_as_others_may_write(shared: Path) -> None:
    """A link one folder up leads elsewhere as well; one that only root can replace is root's word."""
    linked(shared, "ticket", owner=12345)
    (shared.parent / "secret" / "2026").mkdir()
    with pytest.raises(OSError, match="another user made") as refused:
        refuse_foreign_links(shared / "ticket" / "2026")
    assert refused.value.filename == str(shared / "ticket")
    outer = shared.parent / "home"
    outer.symlink_to(shared)
    os.chown(outer, 12345, -1, follow_symlinks=False)
    refuse_foreign_links(outer / "cylinder" / "new" / "deeper")


def test_a_link_further_up_is_refused_as_well(shared: Path) -> None:
    """What lies behind it belongs to the service alone, and so looked as if nobody could lead there."""
    linked(shared, "ticket", owner=12345)
    inner = shared.parent / "secret" / "2026" / "11"
    inner.mkdir(parents=True)
    for folder in (inner, inner / "new"):
        with pytest.raises(OSError, match="another user made"):
            refuse_foreign_links(shared / "ticket" / folder.relative_to(shared.parent / "secret"))

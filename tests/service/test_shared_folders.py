"""Folders of scans that other people may write to: no link that they put there is followed."""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from config.errors import ConflictError
from service.desk.backup.saving import back_up
from service.desk.classes.removing import put_back as put_example_back
from service.desk.classes.removing import remove_class
from service.desk.scans.correcting import say_what_it_is
from service.desk.scans.recalling import put_back
from service.desk.scans.scans import described_scan, file_of
from service.desk.scans.verifying import verify
from storage.filing import aside, files
from storage.filing.beside import put_beside
from storage.filing.copying import copy_in
from storage.filing.notes import write_note
from tests.service.fakes import Desk, Judge
from tests.service.serving import client_of, is_problem

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="root alone makes links of others")

STRANGER = 12345


@pytest.fixture
def shared(desk: Desk) -> Desk:
    """A ticket and a failed scan, in folders that everybody may write to."""
    (desk.home.support / "ticket").mkdir(parents=True)
    (desk.home.support / "ticket" / "1.png").write_text("ticket")
    for folder in desk.home.scan_folders.values():
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
    desk.drop("a.png", "ticket 1")
    desk.drop("b.png", "broken 2")
    desk.once(Judge())
    return desk


def led_away(folder: Path, **secrets: str) -> Path:
    """Another user puts a link in the place of a folder; the service's own, which it leads to."""
    target = folder.parent.parent.parent / "private"
    target.mkdir(mode=0o700)
    for name, content in secrets.items():
        (target / f"{name}.png").write_text(content)
    folder.rename(folder.parent.parent / "put aside")
    folder.symlink_to(target)
    os.chown(folder, STRANGER, -1, follow_symlinks=False)
    return target


def states(desk: Desk) -> list[str]:
    """Of all rows, oldest first."""
    return [row["state"] for row in desk.rows()]


def test_a_changed_file_behind_a_link_of_another_user_is_not_tried_again(shared: Desk) -> None:
    """Whoever may write to failed/ would have the service's own files taken away, and shown."""
    inner = shared.home.failed / "mine"
    inner.mkdir(mode=0o777)
    (shared.home.failed / "b.png").rename(inner / "b.png")
    shared.once(Judge())
    assert shared.rows()[1]["destination"] == "failed/mine/b.png"
    private = led_away(inner, b="broken key")
    shared.once(Judge())
    shared.once(Judge())
    assert os.listdir(private) == ["b.png"]
    assert states(shared) == ["filed", "failed"]
    assert "key" not in "".join(row["error"] or "" for row in shared.rows())


@pytest.mark.parametrize("depth", [1, 3])
def test_nothing_is_read_behind_one(shared: Desk, tmp_path: Path, depth: int) -> None:
    """Whoever may write to sorted/ would be given any file of the service's user over HTTP."""
    inside = Path(*("2026", "11")[: depth - 1])
    place = shared.home.sorted / "ticket" / inside / "a.png"
    place.parent.mkdir(parents=True, exist_ok=True)
    if depth > 1:
        (shared.home.sorted / "ticket" / "a.png").rename(place)
        shared.once(Judge())
    private = led_away(shared.home.sorted / "ticket")
    (private / inside).mkdir(parents=True, exist_ok=True)
    (private / inside / "a.png").write_text("secret 1")
    home, ledger = shared.home, shared.ledger
    with pytest.raises(ConflictError, match="another user made"):
        file_of(ledger, 1)
    assert described_scan(home, ledger, 1)["present"] is False
    with pytest.raises(ConflictError, match="another user made"):
        say_what_it_is(home, ledger, 1, "unknown", "page", patience=0)
    (answer,) = put_back(home, ledger, ledger.filed(scan_ids=[1]), patience=0)
    assert "another user made" in answer.reason
    shared.once(Judge())
    assert states(shared) == ["filed", "failed"]
    (found,) = [one for one in verify(home, ledger) if one.scan_id == 1]
    assert "another user made" in found.detail
    assert (private / inside / "a.png").read_text() == "secret 1"


def test_a_backup_leaves_out_what_lies_behind_one(shared: Desk, tmp_path: Path) -> None:
    """The archive, which is kept elsewhere, would hold the file of another."""
    led_away(shared.home.sorted / "ticket", a="secret")
    saved = back_up(shared.home, tmp_path / "b.tar.gz", with_files=True)
    assert [(one.scan_id, "another user made" in one.reason) for one in saved.left_out] == [
        (1, True)
    ]
    assert b"secret" not in (tmp_path / "b.tar.gz").read_bytes()


def test_a_link_that_comes_after_the_look_at_the_file_is_not_followed(
    shared: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever swaps the folder at the right moment would be given the file all the same."""
    led_away(shared.home.sorted / "ticket", a="secret 1")
    place = shared.home.sorted / "ticket" / "a.png"
    monkeypatch.setattr("service.api.scans.scans.file_of", lambda *_: place)
    with client_of(shared.home) as (client, _):
        said = is_problem(client.get("/scans/1/file"), 409)
    assert "another user made" in str(said["detail"])


@pytest.fixture
def taken(shared: Desk) -> Path:
    """A class of another user's with two examples; the service's own folder has a file like one."""
    folder = shared.home.support / "evil"
    folder.mkdir()
    for name in ("000", "shadow"):
        (folder / name).write_text("theirs")
    return folder


@pytest.mark.parametrize("moment", ["before the first", "after the first"])
def test_no_example_is_taken_from_behind_one(
    shared: Desk, taken: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Whoever swaps the folder between two steps would have any file of the service's taken away."""
    rename = aside.noreplace.rename_without_replacing
    private = taken.parent.parent.parent / "private"

    def swapped(source: Path, target: Path) -> None:
        monkeypatch.setattr(aside.noreplace, "rename_without_replacing", rename)
        if moment == "after the first":
            rename(source, target)
        led_away(taken)
        (private / "shadow").write_text("secret")
        (private / "000").write_text("secret")
        if moment == "before the first":
            rename(source, target)

    monkeypatch.setattr(aside.noreplace, "rename_without_replacing", swapped)
    with pytest.raises(ConflictError, match="another user made"):
        remove_class(shared.home, "evil")
    assert {one.name: one.read_text() for one in private.iterdir()} == {
        "000": "secret", "shadow": "secret",
    }  # fmt: skip
    lies = [one for one in shared.home.removed.rglob("*") if one.is_file()]
    assert [one.read_text() for one in lies] == ["theirs"]


def test_no_example_is_put_back_behind_one(
    shared: Desk, taken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever puts a link there as soon as the folder is made would have programs of theirs installed."""
    remove_class(shared.home, "evil")
    assert not taken.exists()
    make = aside.files.make_durable_folders

    def swapped(folder: Path) -> list[Path]:
        made = make(folder)
        led_away(taken)
        return made

    monkeypatch.setattr(aside.files, "make_durable_folders", swapped)
    with pytest.raises(ConflictError, match="another user made"):
        put_example_back(shared.home, "evil", "shadow")
    assert os.listdir(taken.parent.parent.parent / "private") == []


@pytest.mark.parametrize(
    "write",
    [
        lambda place: put_beside(b"text", place, "1-text"),
        lambda place: write_note(place, {"sha256": "0" * 64}),
        lambda place: copy_in(_example(place), sha256(b"example").hexdigest(), place),
    ],
    ids=["output", "note", "example"],
)
def test_a_link_that_comes_after_the_look_at_a_folder_is_not_written_behind(
    shared: Desk, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path], object]
) -> None:
    """Whoever swaps a folder again and again would have a file written behind the link in the end."""
    folder = shared.home.sorted / "ticket"
    status = files.status

    def swapped(path: Path) -> os.stat_result | None:
        monkeypatch.setattr(files, "status", status)
        led_away(folder)
        return status(path)

    _example(folder / "new.png")
    monkeypatch.setattr(files, "status", swapped)
    write(folder / "new.png")
    assert os.listdir(shared.home.root.parent / "private") == []
    aside_now = [one for one in (shared.home.root / "put aside").iterdir() if "new.png" in one.name]
    assert len(aside_now) == 1


def _example(place: Path) -> Path:
    source = place.parents[2] / "example.png"
    source.write_bytes(b"example")
    return source

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config import links
from indexer.support import (
    class_counts,
    left_alone,
    left_alone_stamp,
    support_files,
    support_stamp,
)


@pytest.fixture
def support(tmp_path: Path) -> Path:
    """Two classes, three examples."""
    for name in ("ticket/b.png", "ticket/a.png", "cylinder/c.png"):
        path = tmp_path / "support" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path / "support"


def names(support: Path) -> list[str]:
    """What is read of the folder."""
    return [file.name for file in support_files(support)]


def test_examples_are_read_class_by_class(support: Path) -> None:
    """An example would be missing, or its class be another."""
    files = list(support_files(support))
    assert names(support) == ["cylinder/c.png", "ticket/a.png", "ticket/b.png"]
    assert [file.class_name for file in files] == ["cylinder", "ticket", "ticket"]
    assert files[1].path.read_bytes() == b"ticket/a.png"
    assert files[1].size == 12
    assert files[1].written[0] == files[1].path.stat().st_mtime_ns


def test_what_is_no_example_is_left_alone(support: Path, tmp_path: Path) -> None:
    """A thumbnail, a link out of the folder or a note would become an example."""
    (support / "loose.png").write_bytes(b"x")
    for name in (".hidden.png", "Thumbs.db", "new.png.part", "a.png.error.json"):
        (support / "ticket" / name).write_bytes(b"x")
    for folder in (".git", "@eaDir", "unknown"):
        (support / folder).mkdir()
        (support / folder / "x.png").write_bytes(b"x")
    (support / "ticket" / "deeper").mkdir()
    (support / "ticket" / "deeper" / "x.png").write_bytes(b"x")
    (tmp_path / "secret.png").write_bytes(b"x")
    (support / "ticket" / "link.png").symlink_to(tmp_path / "secret.png")
    (support / "linked").symlink_to(support / "ticket")
    os.mkfifo(support / "ticket" / "pipe.png")
    assert names(support) == ["cylinder/c.png", "ticket/a.png", "ticket/b.png"]


def test_odd_names_are_names(support: Path) -> None:
    """A class in another script, or a name that is no text, would stop every verdict."""
    folder = os.fsencode(support) + b"/caf\xe9"
    os.mkdir(folder)
    with open(folder + b"/\xff.png", "wb") as file:
        file.write(b"x")
    (support / "чек").mkdir()
    (support / "чек" / "новый чек.png").write_bytes(b"x")
    assert len(names(support)) == 5
    assert len(support_stamp(support)) == 16


def test_no_folder_is_no_class(tmp_path: Path) -> None:
    """A home without examples could not start."""
    assert names(tmp_path / "nowhere") == []
    assert class_counts(tmp_path / "nowhere") == {}
    assert len(support_stamp(tmp_path / "nowhere")) == 16


def test_the_support_folder_itself_may_be_a_link(support: Path, tmp_path: Path) -> None:
    """Examples on a share are reached by one."""
    (tmp_path / "link").symlink_to(support)
    assert names(tmp_path / "link") == names(support)


def test_an_empty_class_counts_as_one(support: Path) -> None:
    """`classes list` would hide a folder that waits for its first example."""
    (support / "empty").mkdir()
    (support / "unknown").mkdir()
    assert class_counts(support) == {"cylinder": 1, "empty": 0, "ticket": 2}


@pytest.mark.parametrize("change", ["add", "remove", "rewrite", "touch", "rename", "move", "class"])
def test_the_stamp_tells_every_change(support: Path, change: str) -> None:
    """A change under `support` would take effect only after a restart."""
    before = support_stamp(support)
    example = support / "ticket" / "a.png"
    match change:
        case "add":
            (support / "ticket" / "d.png").write_bytes(b"x")
        case "remove":
            example.unlink()
        case "rewrite":
            example.write_bytes(b"longer than it was")
        case "touch":
            os.utime(example, ns=(1, 1))
        case "rename":
            example.rename(support / "ticket" / "z.png")
        case "move":
            example.rename(support / "cylinder" / "a.png")
        case "class":
            (support / "ticket").rename(support / "receipt")
    assert support_stamp(support) != before


def test_the_stamp_stays_while_nothing_changes(support: Path) -> None:
    """The index would be built anew every second."""
    before = support_stamp(support)
    (support / "ticket" / "a.png").read_bytes()
    (support / "ticket" / ".hidden").write_bytes(b"x")
    (support / "ticket" / "new.png.part").write_bytes(b"x")
    assert support_stamp(support) == before


def test_what_cannot_be_looked_at_is_told(support: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An evaluation would count a class that nobody may read as one without examples."""
    open_folder = links.open_folder

    def closed(path: str | Path) -> int:
        if os.fspath(path).endswith("/ticket"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return open_folder(path)

    monkeypatch.setattr(links, "open_folder", closed)
    told: list[OSError] = []
    assert [file.name for file in support_files(support, told.append)] == ["cylinder/c.png"]
    assert [error.filename for error in told] == [str(support / "ticket")]
    assert names(support) == ["cylinder/c.png"]
    assert list(support_files(support / "nowhere", told.append)) == []
    assert len(told) == 1


def test_what_is_left_alone_is_named_where_a_person_may_have_put_it(
    support: Path, tmp_path: Path
) -> None:
    """Examples would be ignored in silence: in a folder too deep, behind a link, of 'unknown'."""
    (support / "loose.png").write_bytes(b"x")
    for name in (".hidden.png", "lost.jpg.tmp", "Thumbs.db", "._a.png", "a.png.error.json"):
        (support / "ticket" / name).write_bytes(b"x")
    for folder in (".git", "@eaDir", "unknown", "Unknown", "ticket/deeper"):
        (support / folder).mkdir()
        (support / folder / "x.png").write_bytes(b"x")
    (tmp_path / "secret.png").write_bytes(b"x")
    (support / "ticket" / "link.png").symlink_to(tmp_path / "secret.png")
    (support / "ticket" / "dangling.png").symlink_to(tmp_path / "nowhere.png")
    (support / "linked").symlink_to(support / "ticket")
    os.mkfifo(support / "ticket" / "pipe.png")
    told = {one.name: one for one in left_alone(support)}
    assert list(told) == [
        "Unknown", "linked", "loose.png", "ticket/.hidden.png", "ticket/dangling.png",
        "ticket/deeper", "ticket/link.png", "ticket/pipe.png", "unknown",
    ]  # fmt: skip
    assert {one.class_name for one in told.values() if "/" in one.name} == {"ticket"}
    assert told["Unknown"].class_name == "Unknown"
    assert not any(told[name].class_name for name in ("linked", "loose.png", "unknown"))
    assert "leads nowhere" in told["ticket/dangling.png"].reason
    assert "symbolic link" in told["linked"].reason
    assert "symbolic link" in told["ticket/link.png"].reason
    assert "too deep" in told["ticket/deeper"].reason
    assert "means none of the classes" in told["Unknown"].reason
    assert all(one.reason and one.advice for one in told.values())


def test_nothing_is_said_of_a_folder_in_order(support: Path, tmp_path: Path) -> None:
    """A check that always complains is not read."""
    (support / "ticket" / ".DS_Store").write_bytes(b"x")
    (support / "empty").mkdir()
    assert list(left_alone(support)) == []
    assert list(left_alone(tmp_path / "nowhere")) == []


def test_the_stamp_of_what_is_left_alone_tells_that_it_changed(support: Path) -> None:
    """The page would name a link that was removed a week ago."""
    before = left_alone_stamp(support)
    assert left_alone_stamp(support) == before
    (support / "unknown").mkdir()
    assert left_alone_stamp(support) != before

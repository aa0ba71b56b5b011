from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from config import links
from config.errors import DataError
from models.episodes.listing import ListedClass, ListedFile, chosen, listed


def put(folder: Path, *names: str) -> Path:
    """Files that hold their own name."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return folder


def shown(classes: list[ListedClass]) -> dict[str, list[str]]:
    """The files of each class."""
    return {one.name: [file.name for file in one.files] for one in classes}


def test_a_class_is_a_folder_and_its_group_the_folder_above(tmp_path: Path) -> None:
    """Letters of one alphabet would not be compared with one another."""
    put(tmp_path, "Latin/a/2.png", "Latin/a/1.png", "Latin/b/1.jpg", "top/1.png")
    with listed(tmp_path) as found:
        assert shown(found) == {
            "Latin/a": ["Latin/a/1.png", "Latin/a/2.png"],
            "Latin/b": ["Latin/b/1.jpg"],
            "top": ["top/1.png"],
        }
        assert [one.group for one in found] == ["Latin", "Latin", ""]
        assert found[0].files[1].read() == b"Latin/a/2.png"


@pytest.mark.parametrize("packed", [False, True])
def test_an_empty_class_is_refused_by_name(tmp_path: Path, packed: bool) -> None:
    """The network would know one class fewer than its user thinks."""
    path = put(tmp_path / "data", "set/a/1.png", "set/b/note.txt")
    if packed:
        path = tmp_path / "data.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("set/a/1.png", "")
            archive.mkdir("set/b")
    with (
        pytest.raises(DataError, match=r"class .*set/b has 0 images, a class needs 1"),
        listed(path),
    ):
        pass


MANIFEST = (
    'path\tlabel\tkind\na/1.jpg\treceipt\tpaper\na/2.png\tinvoice\tpaper\nb/3.png\treceipt\t"odd\n'
)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A collection whose folders are not its classes."""
    put(tmp_path, "a/1.jpg", "a/2.png", "b/3.png", "box/1.txt")
    (tmp_path / "MANIFEST.tsv").write_text(MANIFEST + "box/1.txt\tnote\t\nlost.png\t\t\n")
    return tmp_path


def test_a_manifest_names_the_classes(photos: Path) -> None:
    """Folders of merchants would be learned as kinds of document."""
    with listed(photos) as found:
        assert shown(found) == {"invoice": ["a/2.png"], "receipt": ["a/1.jpg", "b/3.png"]}
        assert {one.group for one in found} == {""}
        assert found[1].files[1].read() == b"b/3.png"
    with listed(photos, "kind") as found:
        assert list(shown(found)) == ['"odd', "paper"]


def test_names_in_no_known_encoding_are_read(photos: Path) -> None:
    """One file name from another system would stop a training."""
    (photos / "MANIFEST.tsv").write_bytes(b"path\tlabel\nb\xe4r.png\tz\xfcge\n")
    with listed(photos) as found:
        assert [one.name for one in found] == ["z\udcfcge"]


def test_a_column_that_is_not_there_is_refused_with_those_that_are(photos: Path) -> None:
    """Nobody would know what to write instead."""
    with (
        pytest.raises(DataError, match="no column sort, its columns are path, label, kind"),
        listed(photos, "sort"),
    ):
        pass
    with (
        pytest.raises(DataError, match=r"a has no MANIFEST\.tsv whose column kind"),
        listed(photos / "a", "kind"),
    ):
        pass
    (photos / "MANIFEST.tsv").write_text("path\tlabel\n")
    with pytest.raises(DataError, match="names no image of a class"), listed(photos):
        pass


def test_a_path_that_is_not_there_is_told_from_one_that_holds_no_classes(tmp_path: Path) -> None:
    """A person would look into a file for the fault, and the path was mistyped."""
    put(tmp_path, "notes.txt", "page.zip", "page.png")
    (tmp_path / "link").symlink_to("gone")
    for name, said in (
        ("gone", "does not exist"),
        ("link", "does not exist"),
        ("page.png/a", "does not exist"),
        ("notes.txt", "is neither a folder nor a zip file"),
        ("page.zip", "is neither a folder nor a zip file"),
        ("x" * 300, "cannot be opened: file name too long"),
    ):
        with pytest.raises(DataError) as caught, listed(tmp_path / name):
            pass
        assert caught.value.message == f"{tmp_path / name} {said}"
        assert caught.value.advice


@pytest.mark.parametrize("keep", [slice(0), slice(4), slice(900), slice(-10)])
def test_a_zip_file_that_was_cut_short_is_called_damaged(tmp_path: Path, keep: slice) -> None:
    """An hour's download would be thought of as a mistake of the command."""
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(3):
            archive.writestr(f"a/{number}.png", bytes(500))
    path.write_bytes(path.read_bytes()[keep])
    with pytest.raises(DataError) as caught, listed(path):
        pass
    assert caught.value.message.startswith(f"{path} is a damaged zip file: ")
    assert "again" in caught.value.advice


def test_a_zip_file_whose_list_is_damaged_is_called_so(tmp_path: Path) -> None:
    """A page of Python would come from the depths of zipfile."""
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/1.png", bytes(500))
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02")] = 0
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"set\.zip is a damaged zip file: "), listed(path):
        pass


def listed_class(name: str, *files: str) -> ListedClass:
    """A class of these files."""
    return ListedClass("g", name, tuple(ListedFile(file, bytes) for file in files))


THERE = [
    listed_class("a/receipt", "1", "2"),
    listed_class("b/invoice", "3"),
    listed_class("b/map", "4"),
]


@pytest.mark.parametrize(
    ("only", "renamed", "expected"),
    [
        ((), (), {"a/receipt": ["1", "2"], "b/invoice": ["3"], "b/map": ["4"]}),
        (("map",), (), {"b/map": ["4"]}),
        (("receipt",), ("ticket",), {"ticket": ["1", "2"]}),
        (("receipt", "invoice"), ("ticket",), {"ticket": ["1", "2", "3"]}),
        (("map", "receipt"), ("plan", "ticket"), {"ticket": ["1", "2"], "plan": ["4"]}),
        ((), ("paper",), {"paper": ["1", "2", "3", "4"]}),
    ],
)
def test_classes_are_chosen_and_renamed(
    only: tuple[str, ...], renamed: tuple[str, ...], expected: dict[str, list[str]]
) -> None:
    """Two collections could not feed one class."""
    assert shown(chosen(THERE, only, renamed, Path("data"))) == expected


def test_a_class_that_is_not_there_is_refused_with_those_that_are() -> None:
    """A mistyped name would train on nothing."""
    with pytest.raises(DataError, match="no class reciept, it has 3: invoice, map, receipt"):
        chosen(THERE, ("reciept",), (), Path("data"))
    many = [listed_class(f"c{number:02}") for number in range(40)]
    with pytest.raises(DataError, match=r"it has 40: c00, .*, c11 and 28 more"):
        chosen(many, ("x",), (), Path("data"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no column path. Its first line names the columns"),
        ("file\tlabel\na.png\tx\n", "has no column path. Its first line"),
        ("path\tkind\na.png\tx\n", "has no column label, its columns are path, kind"),
        ("path\tlabel\n../a.png\tx\n", "names ../a.png, which lies outside its folder"),
        ("path\tlabel\n/etc/a.png\tx\n", "names /etc/a.png, which lies outside its folder"),
    ],
)
def test_a_manifest_that_cannot_be_followed_is_one_line(
    tmp_path: Path, text: str, said: str
) -> None:
    """A person would look for the fault in the label, or learn from files of another folder."""
    (tmp_path / "MANIFEST.tsv").write_text(text)
    with pytest.raises(DataError) as caught, listed(tmp_path):
        pass
    assert said in str(caught.value)
    assert str(tmp_path / "MANIFEST.tsv") in str(caught.value)


def test_a_file_that_cannot_be_read_tells_why_and_no_more(tmp_path: Path) -> None:
    """The path would stand in the line twice, beside a number that nobody knows."""
    rows = "gone.png\tx\nfolder.png\tx\nnul\0.png\tx\n"
    (tmp_path / "MANIFEST.tsv").write_text("path\tlabel\n" + rows)
    (tmp_path / "folder.png").mkdir()
    with listed(tmp_path) as (found,):
        for file, said in zip(
            found.files,
            ("no such file or directory", "it is not a regular file", "no file can have this name"),
            strict=True,
        ):
            with pytest.raises(OSError, match=said) as caught:
                file.read()
            assert str(caught.value) == said


def test_a_class_that_cannot_be_opened_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network would know one class fewer than its user thinks."""
    put(tmp_path, "a/1.png", "b/1.png", ".hidden/c/1.png")
    open_folder = links.open_folder

    def closed(path: str | Path) -> int:
        if os.fspath(path).endswith(("/b", "/.hidden")):
            raise PermissionError(13, "Permission denied", path)
        return open_folder(path)

    monkeypatch.setattr(links, "open_folder", closed)
    with pytest.raises(DataError, match="/b cannot be opened: permission denied"), listed(tmp_path):
        pass

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.filing.names import LONGEST, Names, fitted, next_name, safe_name

_ODD = "a.Z ()0129~é\u0301\u00e9あ👍\n\t\\:*\u202e"


def _named(name: bytes) -> bool:
    return not {0, ord("/")} & set(name) and name not in {b"", b".", b".."}


def _numbered(stem: str, number: int, suffix: str) -> bytes:
    return f"{stem} ({number}){suffix}".encode()


file_names = (
    st.one_of(
        st.binary(min_size=1, max_size=255),
        # Odd characters, the last perhaps cut in half, as a program does that counts bytes.
        st.text(_ODD, min_size=1, max_size=300).map(str.encode),
        st.sampled_from("x.éあ👍").map(lambda character: (character * 255).encode()),
        st.builds(_numbered, st.text(_ODD), st.integers(0, 10**10), st.sampled_from(["", ".png"])),
    )
    .map(lambda name: name[:255])
    .filter(_named)
    .map(os.fsdecode)
)
"""Every name that a file may have."""

OBSTACLES: dict[str, Callable[[Path], None]] = {
    "file": Path.touch,
    "folder": Path.mkdir,
    "link to nowhere": lambda path: path.symlink_to("nowhere"),
    "link to its folder": lambda path: path.symlink_to("."),
    "pipe": os.mkfifo,
}
"""What may have the name that a scan is to get."""


@pytest.mark.parametrize(
    ("name", "following"),
    [
        ("scan.png", "scan (2).png"),
        ("scan (2).png", "scan (3).png"),
        ("scan (9).png", "scan (10).png"),
        ("scan (1).png", "scan (1) (2).png"),
        ("scan (02).png", "scan (02) (2).png"),
        ("scan", "scan (2)"),
        (".hidden", ".hidden (2)"),
        ("backup.tar.gz", "backup.tar (2).gz"),
        ("a." + "x" * 200, "a." + "x" * 200 + " (2)"),
        ("Ä" * 127, "Ä" * 125 + " (2)"),
        ("ab\udcff.png", "ab\udcff (2).png"),
    ],
)
def test_the_next_name_is_the_one_a_person_expects(name: str, following: str) -> None:
    """Users read these names, and other programs go by the suffix."""
    assert next_name(Path("/x") / name) == Path("/x") / following


@given(file_names)
def test_the_next_names_fit_and_never_repeat(name: str) -> None:
    """A name too long cannot be linked; one that repeats would be tried for ever."""
    path = Path("/x") / name
    seen = {path}
    for _ in range(12):
        suffix, path = path.suffix, next_name(path)
        assert path not in seen
        assert path.parent == Path("/x")
        assert _named(os.fsencode(path.name))
        assert len(os.fsencode(path.name)) <= 255
        if suffix and len(os.fsencode(suffix)) <= 32:
            assert path.suffix == suffix
        seen.add(path)


@given(file_names, st.binary(max_size=255).map(os.fsdecode))
def test_a_name_loses_no_more_than_it_must(stem: str, ending: str) -> None:
    """Names that differ only at the end would become one."""
    name = fitted(stem, ending)
    kept = name.removesuffix(ending)
    assert stem.startswith(kept)
    assert len(os.fsencode(name)) <= 255
    more = stem[: len(kept) + 1] + ending
    assert kept == stem or len(os.fsencode(more)) > 255


def test_an_ending_that_leaves_no_room_is_not_cut_for_ever() -> None:
    """The daemon would hang at this name, and stop answering."""
    assert fitted("scan", "x" * 256) == "x" * 256


@given(st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1))
def test_no_character_is_cut(name: str) -> None:
    """Half a character would make a name that no program can show."""
    if name not in {".", ".."}:
        next_name(Path("/x") / name).name.encode("utf-8")


def test_a_free_name_is_neither_there_nor_promised(tmp_path: Path) -> None:
    """Two scans of one batch would be sent to one place."""
    (tmp_path / "a.png").touch()
    (tmp_path / "a (2).png").symlink_to("nowhere")
    names = Names()
    first = names.free(tmp_path, "a.png")
    assert first == tmp_path / "a (3).png"
    assert names.free(tmp_path, "a.png", {first}) == tmp_path / "a (4).png"
    assert names.free(tmp_path, "b.png") == tmp_path / "b.png"


@settings(max_examples=200)
@given(st.lists(file_names, min_size=1, max_size=3), st.data())
def test_a_free_name_is_free_whatever_is_there(names: list[str], data: st.DataObject) -> None:
    """A folder, a link that leads nowhere or a pipe of that name would take the scan's place."""
    proposed = Names()
    with TemporaryDirectory() as folder:
        for name in names:
            path = Path(folder, name)
            for kind in data.draw(st.lists(st.sampled_from(sorted(OBSTACLES)), max_size=3)):
                if not os.path.lexists(path):
                    OBSTACLES[kind](path)
                path = next_name(path)
        given: set[Path] = set()
        for name in data.draw(st.lists(st.sampled_from(names), max_size=6)):
            path = proposed.free(Path(folder), name, given)
            assert path not in given
            assert path.parent == Path(folder)
            with path.open("xb"):  # it is free, and a name that the system takes
                given.add(path)
            if data.draw(st.booleans()):
                path.unlink()


def test_two_ways_to_write_one_letter_are_two_names(tmp_path: Path) -> None:
    """A Mac writes é as two characters, Windows as one; both files are to be kept."""
    (tmp_path / "caf\u00e9.png").touch()
    names = Names()
    assert names.free(tmp_path, "cafe\u0301.png") == tmp_path / "cafe\u0301.png"
    assert names.free(tmp_path, "caf\u00e9.png") == tmp_path / "caf\u00e9 (2).png"


@pytest.mark.parametrize(
    ("name", "free"),
    [
        ("あ" * 200 + ".pdf", "あ" * 83 + ".pdf"),
        ("x" * 300, "x" * 255),
        ("a." + "x" * 300, "a." + "x" * 253),
    ],
)
def test_a_name_that_only_the_share_can_hold_is_cut(tmp_path: Path, name: str, free: str) -> None:
    """Windows allows 255 characters, which may be 765 bytes: such a scan could never be filed."""
    names = Names()
    assert names.free(tmp_path, name) == tmp_path / free
    (tmp_path / free).touch()
    assert names.free(tmp_path, name) == next_name(tmp_path / free)


def test_five_thousand_files_of_one_name_are_cheap(tmp_path: Path) -> None:
    """A scanner that calls every file scan.pdf would make each sweep slower than the last."""
    names, taken = Names(), set[Path]()
    begun = time.process_time()
    for _ in range(5000):
        taken.add(names.free(tmp_path, "scan.pdf", taken))
    assert len(taken) == 5000
    assert time.process_time() - begun < 5


def test_what_is_remembered_is_bounded(tmp_path: Path) -> None:
    """A daemon that runs for a year would grow with every name it ever saw."""
    names = Names(remember=3)
    for i in range(10):
        (tmp_path / f"{i}.png").touch()
        assert names.free(tmp_path, f"{i}.png") == tmp_path / f"{i} (2).png"
    assert len(names._last) <= 3


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("scan.png", "scan.png"),
        ("Beleg - 12 €, äöü é👍.png", "Beleg - 12 €, äöü é👍.png"),
        (" begins with a blank.png", " begins with a blank.png"),
        (".hidden", ".hidden"),
        ("a..b. c", "a..b. c"),
        ("2026-11-30 12:15:00.png", "2026-11-30 12_15_00.png"),
        ('a:b?c*d<e>f|g"h\\i.png', "a_b_c_d_e_f_g_h_i.png"),
        ("two\nlines\tand\x7f\x01.png", "two_lines_and__.png"),
        ("caf\udce9.png", "caf_.png"),
        ("half \ud83d.png", "half _.png"),
        ("ends in a dot.", "ends in a dot_"),
        ("ends in blanks. . ", "ends in blanks____"),
        ("...", "___"),
        (" ", "_"),
        ("CON", "CON_"),
        ("con.png", "con_.png"),
        ("con.con", "con_.con"),
        ("Aux.tar.gz", "Aux_.tar.gz"),
        ("nul .png", "nul_.png"),
        ("COM1", "COM1_"),
        ("com0.png", "com0_.png"),
        ("LPT9.pdf", "LPT9_.pdf"),
        ("COM².png", "COM²_.png"),
        ("CONIN$", "CONIN$_"),
        ("conout$.txt", "conout$_.txt"),
        ("PRN:", "PRN_"),
        ("console.png", "console.png"),
        ("COM10.png", "COM10.png"),
        ("a.con", "a.con"),
        ("a:b (2).png", "a_b (2).png"),
        ("a" * 254 + "\n", "a" * 254 + "_"),
        ("con." + "a" * 251, "con_." + "a" * 250),
        ("👍" * 63, "👍" * 63),
    ],
)
def test_a_name_that_every_file_system_takes(name: str, safe: str) -> None:
    """A scan called 12:15.png could not be filed on exFAT, NTFS or a share."""
    assert safe_name(name) == safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a" * 300 + ".png", "a" * 139 + ".png"),
        ("a" * 300 + " (12).png", "a" * 134 + " (12).png"),
        ("é" * 100 + ".png", "é" * 69 + ".png"),
        ("a" * 142 + "." + "b" * 40, "a" * 142 + "_"),
    ],
)
def test_a_name_is_cut_to_what_the_file_system_has_room_for(name: str, safe: str) -> None:
    """ECryptfs has room for 143 bytes; without its number a name would never become free."""
    assert safe_name(name, 143) == safe


@settings(max_examples=500)
@given(file_names, st.sampled_from([255, 143, 64]))
def test_a_safe_name_is_valid_and_stays_what_it_is(name: str, longest: int) -> None:
    """A name that is refused again and again would keep its scan from being filed."""
    safe = safe_name(name, longest)
    assert safe_name(safe, longest) == safe
    assert 1 <= len(safe.encode()) <= longest <= LONGEST
    assert len(safe.encode("utf-16-le")) // 2 <= 255
    assert not set(safe) & {*':?*<>|"\\/\x7f', *map(chr, range(32))}
    assert safe[-1] not in ". "
    following = next_name(Path("/x", safe))
    assert following.name != safe
    assert safe_name(following.name) == following.name

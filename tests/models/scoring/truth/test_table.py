from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import DataError
from models.scoring.fields import TrueFields
from models.scoring.truth.folder import find_tickets
from models.ticket.rows import rows_of

HEAD = "path,vendor,ticket_date,total,currency,tax\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two scans, without pictures in them."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "a.png").touch()
    (tmp_path / "shop/b.jpg").touch()
    return tmp_path


def write(folder: Path, text: str) -> Path:
    """The folder with this table."""
    (folder / "truth.csv").write_text(text, encoding="utf-8-sig")
    return folder


def test_rows_become_fields(folder: Path) -> None:
    """What a person wrote down would not be what is asked for."""
    table = HEAD + 'shop/b.jpg,"Grün, Söhne",2026-11-22,12.5,eur,\n\n a.png ,,,,,0.90\n'
    first, second = find_tickets(write(folder, table))
    assert first.fields == TrueFields("Grün, Söhne", "2026-11-22", "12.50", "EUR")
    assert second.fields == TrueFields(tax="0.90")
    assert [first.path, second.path] == [folder / "shop/b.jpg", folder / "a.png"]
    assert (first.name, first.transcript) == ("shop/b.jpg", None)


def test_a_table_as_spreadsheets_export_it_is_read(folder: Path) -> None:
    """What Excel calls Unicode text is UTF-16: its headings would be told to be unknown, one by one."""
    (folder / "truth.csv").write_text("path,vendor\na.png,Grün\n", encoding="utf-16")
    assert [one.fields for one in find_tickets(folder)] == [TrueFields("Grün")]


def test_texts_beside_the_scans_are_true_words(folder: Path) -> None:
    """Words could be counted of the public set alone."""
    (folder / "shop/b.txt").write_text("Green Grocer\n\nTotal      12.50\n")
    (folder / "a.png.txt").write_text("Hello")
    (folder / "a.txt").write_text("of another")
    first, second = find_tickets(write(folder, "path\nshop/b.jpg\na.png\n"))
    assert first.fields is None
    assert first.transcript
    assert not first.transcript.placed
    assert [row.text for row in rows_of(first.transcript.words)] == ["Green Grocer", "Total 12.50"]
    assert second.transcript
    assert second.transcript.text == "Hello"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            "path;vendor;total\n",
            r"line 1: the cells are parted by semicolons\. Part them by commas",
        ),
        ("path\tvendor\ttotal\n", r"line 1: the cells are parted by tabs\."),
        (HEAD + "a.png,A,,,,\n./a.png,B,,,,\n", r"line 3: \./a\.png stands in line 2 too"),
        ("path,totl\n", r"line 1: there is no column 'totl'\. Did you mean total\?"),
        ("total,vendor\n", "line 1: the headings are total, vendor"),
        ("path,path\n", "line 1: the headings are path, path"),
        (HEAD + ",A,,,,\n", "line 2: path is empty"),
        (HEAD + "c.png,A,,,,\n", r"line 2: there is no file .*c\.png"),
        (HEAD + "a.png,A,,,,\na.png,B,,,,\n", r"line 3: a\.png stands in line 2 too"),
        (HEAD + "a.png,A, B,,,,\n", "line 2: 7 cells under 6 headings"),
        (HEAD + "a.png,,22.11.2026,,,\n", r"line 2: ticket_date '22\.11\.2026' is no date"),
        (HEAD + 'a.png,,,"12,50",,\n', "line 2: total: '12,50' is no amount"),
        (HEAD + "a.png,,,NaN,,\n", "line 2: total: 'NaN' is no amount"),
        (HEAD + "a.png,,,,,x\n", "line 2: tax: 'x' is no amount"),
        (HEAD + 'a.png,"A"b,,,,\n', "line 2: "),
        (HEAD + "a.png,,,,,\n", "nothing is known"),
        ("", "nothing is known"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(folder: Path, table: str, said: str) -> None:
    """A person would look through a thousand rows for one."""
    with pytest.raises(DataError, match=said):
        find_tickets(write(folder, table))


def test_a_file_in_the_place_of_the_folder_is_told(folder: Path) -> None:
    """The table itself is what many a person would name."""
    with pytest.raises(DataError, match=r"truth\.csv is a file\. Name the folder"):
        find_tickets(write(folder, HEAD) / "truth.csv")


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    """A mistyped folder would be a set of no tickets."""
    with pytest.raises(DataError, match=r"neither truth\.csv nor img/"):
        find_tickets(tmp_path)
    with pytest.raises(DataError, match="cannot be opened: no such file"):
        find_tickets(tmp_path / "gone")

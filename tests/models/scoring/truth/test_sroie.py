from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.errors import DataError
from models.scoring.fields import TrueFields
from models.scoring.truth.folder import find_tickets
from models.ticket.words import Word

KEY = {"company": "GREEN  GROCER", "date": "03/04/2018", "address": "9, ROAD", "total": "RM 15.40"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two receipts, without pictures in their files: one with text and fields, one with neither."""
    for name in ("img/a.jpg", "img/b.jpg", "box/a.csv", "key/a.json"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (tmp_path / "key/a.json").write_text(json.dumps(KEY))
    (tmp_path / "box/a.csv").write_text(
        "10,5,110,5,110,25,10,25,9, ROAD,X\n\n10,40,50,41,50,60,10,60,TOTAL\r\n"
    )
    return tmp_path


def test_lines_become_words_with_boxes(folder: Path) -> None:
    """A text with commas would be cut, or every word stand where its line does."""
    (ticket,) = find_tickets(folder)
    assert ticket.name == "img/a.jpg"
    assert ticket.path == folder / "img/a.jpg"
    assert ticket.transcript is not None
    assert ticket.transcript.placed
    assert ticket.transcript.text == "9, ROAD,X TOTAL"
    assert ticket.transcript.words == (
        Word("9,", 1.0, 1, (1, 1, 1), (10, 5, 22, 20)),
        Word("ROAD,X", 1.0, 1, (1, 1, 1), (43, 5, 67, 20)),
        Word("TOTAL", 1.0, 1, (3, 1, 1), (10, 40, 40, 20)),
    )


def test_the_key_is_read_day_first(folder: Path) -> None:
    """Half of all dates would be another day."""
    assert find_tickets(folder)[0].fields == TrueFields("GREEN GROCER", "2018-04-03", "15.40")
    for text, day in (
        ("20180304", "2018-03-04"), ("12/28/2017", "2017-12-28"), ("15/APR/2017", "2017-04-15"),
        ("11.02.18", "2018-02-11"), ("05-12-16", "2016-12-05"),
    ):  # fmt: skip
        (folder / "key/a.json").write_text(json.dumps(KEY | {"date": text, "total": ""}))
        assert find_tickets(folder)[0].fields == TrueFields("GREEN GROCER", day, None)


def test_text_or_fields_suffice(folder: Path) -> None:
    """Receipts of which half is known would be lost."""
    (folder / "box/a.csv").rename(folder / "box/b.csv")
    first, second = find_tickets(folder)
    assert (first.transcript, second.fields) == (None, None)
    assert first.fields
    assert second.transcript
    (folder / "key/a.json").write_text("{}")
    assert [one.name for one in find_tickets(folder)] == ["img/b.jpg"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "box/a.csv",
            "1,2,3,4,5,6,7,8,fine\n1,2,3,TOTAL",
            r"a\.csv, line 2: '1,2,3,TOTAL' is no line",
        ),
        ("key/a.json", "{", r"a\.json is not JSON"),
        ("key/a.json", "[1]", r"a\.json is no JSON object"),
        ("key/a.json", '{"date": "soon"}', r"a\.json, date: 'soon' is no date"),
        ("key/a.json", '{"total": "1.2.3"}', r"a\.json, total: '1\.2\.3' is no amount"),
        ("key/c.json", "{}", r"c\.json is of no image"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    folder: Path, name: str, content: str, said: str
) -> None:
    """A person would look through a thousand files for one."""
    (folder / name).write_text(content)
    with pytest.raises(DataError, match=said):
        find_tickets(folder)


def test_the_public_set_is_read_whole(real_data: Path) -> None:
    """Odd lines and dates of real receipts would end the command."""
    folder = real_data / "receipts_sroie"
    if not folder.is_dir():
        pytest.skip("no receipts_sroie")
    tickets = find_tickets(folder)
    assert len(tickets) == len(list((folder / "img").iterdir()))
    for ticket in tickets:
        assert ticket.transcript
        assert len(ticket.transcript.words) > 10
        assert ticket.fields
        assert None not in (ticket.fields.vendor, ticket.fields.ticket_date, ticket.fields.total)

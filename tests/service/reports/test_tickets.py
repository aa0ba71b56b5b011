from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from indexer.evaluation.tickets import TicketEvaluation, TicketOutcome, summarise_tickets
from models.fields.ticket import Field, Fields, Ticket
from models.page.scan import Fault
from models.scoring.fields import TrueFields
from models.scoring.truth.sroie import find_sroie
from models.scoring.truth.ticket import TrueTicket, transcript_of
from models.ticket.words import Word
from service.reports import tickets as report
from service.reports.tickets import write_tickets
from tests.service.fakes import LIMITS
from tests.service.reports.reading import Page

EVIL = "<script>alert('x')</script>"


def word(text: str, left: int, page: int = 1) -> Word:
    """A word on the first line."""
    return Word(text, 0.9, page, (1, 1, 1), (left, 20, 60, 18))


@pytest.fixture
def truth(tmp_path: Path) -> TrueTicket:
    """A receipt of 400 by 300 pixels, whose words have places."""
    for name in ("img", "box"):
        (tmp_path / name).mkdir()
    pixels = np.random.default_rng(1).integers(0, 256, (300, 400), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "img" / "a.png")
    (tmp_path / "box" / "a.csv").write_text("10,20,150,20,150,38,10,38,TOTAL MISSED\n")
    (ticket,) = find_sroie(tmp_path)
    return ticket


def page_of(tmp_path: Path, *outcomes: TicketOutcome) -> tuple[Page, str]:
    """The report on these tickets, as a browser reads it and as it is."""
    evaluation = TicketEvaluation(tmp_path, "tesseract", "eng", "DMY", 2, 4.0, outcomes)
    file = tmp_path / "report.html"
    write_tickets(file, evaluation, summarise_tickets(outcomes), LIMITS)
    html = file.read_text(encoding="utf-8")
    return Page(html), html


def read(truth: TrueTicket, *words: Word, **values: str) -> TicketOutcome:
    """A ticket of which these words and fields were read."""
    fields = Fields(**{name: Field(value, 0.9, 1, (5, 5, 9, 9)) for name, value in values.items()})
    text = " ".join(one.text for one in words)
    return TicketOutcome.of(truth, Ticket(text, words, fields), Fields(), 1.0)


def boxes(page: Page) -> list[str | None]:
    """The kinds of the boxes."""
    return [attributes["class"] for tag, attributes in page.tags if tag == "rect"]


def test_boxes_tell_what_was_read_and_what_was_missed(tmp_path: Path, truth: TrueTicket) -> None:
    """A person could not see where reading fails."""
    one = read(truth, word("total", 10), word("WR0NG", 90), word("OVER", 20, page=2), total="5.00")
    page, html = page_of(tmp_path, one)
    assert boxes(page) == ["right", "wrong", "missed", "field"]
    assert page.count("img") == 1
    for said in ("1 ticket:", "1 not read", "2 read wrongly", "MISSED", "WR0NG", "total: 5.00"):
        assert said in page.words
    assert "data:image/" in html
    assert len(html) < 200_000


def test_words_that_nobody_checked_are_not_called_right(tmp_path: Path, truth: TrueTicket) -> None:
    """A person would take what was misread for what is there, since only fields are known."""
    unchecked = TrueTicket("a.png", truth.path, None, TrueFields(total="5.00"))
    page, _ = page_of(tmp_path, read(unchecked, word("T0TAL", 10)))
    assert boxes(page) == ["read"]


def test_what_was_read_can_do_no_harm(tmp_path: Path, truth: TrueTicket) -> None:
    """A receipt with a script printed on it would run it in its reader's browser."""
    fields = TrueFields(vendor=EVIL)
    hostile = TrueTicket(f"{EVIL}.png", truth.path, transcript_of(f"{EVIL} TRUE"), fields)
    fault = TicketOutcome.of(hostile, Fault("ocr", f"failed: {EVIL}"), None, None)
    page, html = page_of(
        tmp_path, read(hostile, word(EVIL, 10), word('"><b>', 90), vendor=EVIL), fault
    )
    assert "<script>alert" not in html
    assert (page.count("b"), page.count("script")) == (0, 0)
    assert EVIL in page.words
    assert re.findall(r"""(?:src|href|action)=["'](?!data:)""", html) == []


def test_the_worst_stand_first_and_hundreds_are_not_all_drawn(
    tmp_path: Path, truth: TrueTicket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of a thousand receipts would not open."""
    monkeypatch.setattr(report, "_MOST_PICTURES", 4)
    bad, good = read(truth), read(truth, word("TOTAL", 10), word("MISSED", 90))
    page, _ = page_of(tmp_path, *([good] * 5), bad)
    assert "The 4 worst of 6." in page.words
    details = [attributes for tag, attributes in page.tags if tag == "details"]
    assert len(details) == 4
    assert sum("open" in attributes for attributes in details) == 3
    assert page.words.index("word F1 0 %") < page.words.index("word F1 100 %")


def test_a_scan_that_is_gone_leaves_an_empty_frame(tmp_path: Path, truth: TrueTicket) -> None:
    """The report of all would be lost with one file."""
    one = read(truth, word("TOTAL", 10))
    truth.path.unlink()
    page, _ = page_of(tmp_path, one)
    assert page.count("img") == 0
    assert "word F1 66.7 %" in page.words


def test_the_page_is_cut_only_where_all_words_have_a_place(
    tmp_path: Path, truth: TrueTicket
) -> None:
    """What was missed would be cut off, or a receipt on a large page be too small to read."""
    unplaced = TrueTicket("a.png", truth.path, transcript_of("TOTAL MISSED"), None)
    for ticket, part in ((truth, "2 12 156 34"), (unplaced, "0 0 400 300")):
        _, html = page_of(tmp_path, read(ticket, word("TOTAL", 10)))
        assert f'viewBox="{part}"' in html


def test_boxes_outside_the_page_leave_it_whole(tmp_path: Path, truth: TrueTicket) -> None:
    """Truth of another image would end the report in a traceback."""
    (tmp_path / "box" / "a.csv").write_text("9000,9000,9050,9000,9050,9020,9000,9020,FAR\n")
    (lost,) = find_sroie(tmp_path)
    page, html = page_of(tmp_path, read(lost))
    assert page.count("img") == 1
    assert 'viewBox="0 0 400 300"' in html

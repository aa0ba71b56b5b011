"""What is asked of corrections, in a real browser: seen where a person looks, and answered."""

from __future__ import annotations

from playwright.sync_api import expect

from service.desk.scans.correcting import say_what_it_is
from storage.corrections.lessons import LessonBook, Why
from tests.service.page.conftest import Looking


def test_a_question_is_seen_and_answered(looking: Looking) -> None:
    """What was corrected would never be learned, and nobody would know that something is asked."""
    home, ledger = looking.home, looking.office.ledger
    for scan_id in (3, 4):
        say_what_it_is(home, ledger, scan_id, "ticket", "page")
        book = LessonBook(ledger.database, home)
        (owed,) = book.owed(1)
        why = Why("it would turn a word around", "scan 2", 2, "ticket")
        book.decide(owed, "asks", why)
    page = looking.go("review")
    expect(page.get_by_role("heading", name="Shall these become examples?")).to_be_visible()
    lines = page.locator(".questions li")
    expect(lines).to_have_count(2)
    expect(lines.first).to_contain_text("scan 2 would be taken for ticket")
    lines.first.get_by_role("button", name="Leave it").click()
    expect(lines).to_have_count(1)
    lines.first.get_by_role("button", name="Add it all the same").click()
    expect(page.locator(".questions")).to_have_count(0)
    assert LessonBook(ledger.database, home).counts() == {"added": 1, "declined": 1}
    assert len(list((home.support / "ticket").iterdir())) == 2

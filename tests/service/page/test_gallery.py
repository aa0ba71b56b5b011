"""Review and Recent in a real browser: seen, narrowed, confirmed, corrected and taken back."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import expect

from service.desk.scans.correcting import say_what_it_is, take_back_last
from storage.presence import PresenceBook
from tests.service.conftest import Draw
from tests.service.fakes import Desk
from tests.service.page.conftest import EVIL, ByName, Looking


def names(looking: Looking) -> list[str]:
    """The names on the cards."""
    return looking.page.locator(".card h2").all_inner_texts()


def test_what_waits_is_shown_beside_its_reason(looking: Looking) -> None:
    """A person could not see why a scan was not filed, and would have to open every file."""
    page = looking.go("review")
    assert names(looking) == [EVIL, "unknown-3.png"]
    for picture in page.locator(".card img").all():
        expect(picture).to_have_js_property("complete", value=True)
        assert picture.evaluate("image => image.naturalWidth") > 0
    card = looking.card("unknown-3")
    expect(card).to_contain_text("looks most like ticket")
    expect(card.get_by_role("img", name="The nearest example: ticket/1.png")).to_be_visible()


def test_recent_is_narrowed_by_state_class_and_text(looking: Looking) -> None:
    """Among thousands of scans none would be found."""
    page = looking.go("recent")
    assert len(names(looking)) == 6
    page.get_by_role("link", name="failed 1").click()
    expect(page.locator(".card h2")).to_have_text(["broken-5.png"])
    expect(page.locator(".card")).to_contain_text("is broken")
    page.get_by_role("link", name="ticket 2").click()
    expect(page.locator(".card h2")).to_have_text(["ticket-6.png", "ticket-1.png"])
    page.go_back()
    expect(page.locator(".card h2")).to_have_text(["broken-5.png"])
    field = page.get_by_label("Search in what was read")
    field.fill("grocer 12.50")
    field.press("Enter")
    expect(page.locator(".card h2")).to_have_count(2)
    expect(page.locator(".card mark")).to_have_text(["Grocer", "Grocer"])
    page.get_by_label("Search in what was read").fill("nowhere")
    page.get_by_label("Search in what was read").press("Enter")
    expect(page.get_by_text("No text holds all of")).to_be_visible()


def test_a_scan_is_confirmed_corrected_and_taken_back_by_keys_alone(looking: Looking) -> None:
    """Whoever sorts a hundred scans would need a hundred times the mouse."""
    page = looking.go("review")
    page.locator("body").press("ArrowDown")
    expect(looking.card(EVIL)).to_be_focused()
    page.keyboard.press("Enter")
    expect(looking.card(EVIL)).to_contain_text("Confirmed: none of the classes")
    page.keyboard.press("ArrowDown")
    expect(looking.card("unknown-3")).to_be_focused()
    page.keyboard.type("tick")
    page.keyboard.press("Enter")
    expect(looking.card("unknown-3")).to_contain_text("Corrected: none of the classes → ticket")
    assert looking.filed_at(3) == "sorted/ticket/unknown-3.png"
    expect(looking.card("unknown-3")).to_be_focused()
    page.keyboard.press("u")
    expect(looking.card("unknown-3").get_by_role("button", name="It is ticket")).to_be_visible()
    assert looking.filed_at(3) == "review/unknown-3.png"
    page.keyboard.press("2")
    expect(looking.card("unknown-3")).to_contain_text("Corrected: none of the classes → cylinder")
    assert looking.filed_at(3) == "sorted/cylinder/unknown-3.png"
    looking.go("review")
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()


def test_a_class_that_is_none_yet_becomes_one_by_its_first_example(looking: Looking) -> None:
    """A person would have to leave the list, and find out where examples are put."""
    looking.go("review")
    card = looking.card("unknown-3")
    card.get_by_label("Another class").fill("v1.2 <b>")
    card.get_by_label("Another class").press("Enter")
    expect(card).to_contain_text("There is no class v1.2 <b> yet")
    assert looking.filed_at(3) == "review/unknown-3.png"
    card.get_by_role("button", name="Make it one").click()
    expect(card).to_contain_text("Corrected: none of the classes → v1.2 <b>")
    assert looking.filed_at(3) == "sorted/v1.2 <b>/unknown-3.png"
    assert (looking.home.support / "v1.2 <b>" / "unknown-3.png").exists()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("../evil", "is not the name of a folder"),
        ("", "No class is named"),
        (".hidden", "is a name that is left alone"),
    ],
)
def test_what_can_be_no_class_is_told_and_nothing_moves(
    looking: Looking, typed: str, told: str
) -> None:
    """A slip of the pen would make a folder, or look as if it had done something."""
    page = looking.go("recent")
    field = looking.card("ticket-1").get_by_label("Another class")
    field.fill(typed)
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(told)
    assert looking.filed_at(1) == "sorted/ticket/ticket-1.png"
    assert {path.name for path in looking.home.support.iterdir()} == {"cylinder", "ticket"}


def test_a_scan_that_was_moved_meanwhile_is_told(looking: Looking) -> None:
    """Two people would each believe that theirs was what counted."""
    page = looking.go("recent")
    place = looking.home.root / looking.filed_at(2)
    place.rename(place.with_name("elsewhere.png"))
    looking.card("cylinder-2").get_by_label("Another class").fill("ticket")
    looking.card("cylinder-2").get_by_label("Another class").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("no longer where it was filed")


def test_an_empty_home_says_what_to_do_next(fresh: Looking) -> None:
    """A first visitor would see blank pages."""
    page = fresh.go("review")
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    page.get_by_role("link", name="what was sorted").click()
    expect(page.get_by_text("Nothing was sorted yet")).to_be_visible()
    page.get_by_role("link", name="Drop your first scans").click()
    expect(page.get_by_role("heading", name="Drop")).to_be_visible()


def test_a_class_whose_name_is_not_ascii_is_confirmed_by_its_button(
    looking: Looking, drawn: Draw
) -> None:
    """Dash would not know which button was pressed, and nothing would happen."""
    (looking.home.support / "Bücher").mkdir()
    shutil.copy(drawn("ticket", 9), looking.home.inbox / "Bücher-8.png")
    Desk(looking.home, looking.office.ledger).once(ByName())
    looking.go("recent")
    looking.card("Bücher-8").get_by_role("button", name="Yes, Bücher").click()
    expect(looking.card("Bücher-8")).to_contain_text("Confirmed: Bücher")


def test_a_letter_u_is_a_letter_where_nothing_was_said(looking: Looking) -> None:
    """Who types unknown would undo what they, or somebody else, had said of another scan."""
    page = looking.go("recent")
    page.locator("body").press("u")
    looking.card("cylinder-2").focus()
    page.keyboard.type("unk")
    expect(looking.card("cylinder-2").get_by_label("Another class")).to_have_value("unk")
    page.keyboard.press("Enter")
    expect(looking.card("cylinder-2")).to_contain_text("Corrected: cylinder → none of the classes")
    looking.card("ticket-6").focus()
    page.keyboard.press("Enter")
    expect(looking.card("ticket-6")).to_contain_text("Confirmed: ticket")
    page.reload()
    expect(looking.card("ticket-6")).to_contain_text("Confirmed: ticket")
    page.locator("body").press("u")
    looking.card("ticket-6").focus()
    page.keyboard.press("u")
    expect(looking.card("ticket-6").get_by_role("button", name="Yes, ticket")).to_be_visible()
    expect(looking.card("cylinder-2")).to_contain_text("Corrected: cylinder")


def test_what_somebody_else_said_meanwhile_is_not_overturned(looking: Looking) -> None:
    """A page that was left open would take back, or move, what it does not even show."""
    page = looking.go("recent")
    home, ledger = looking.home, looking.office.ledger
    say_what_it_is(home, ledger, 1, "cylinder", "api")
    looking.card("ticket-1").get_by_role("button", name="Yes, ticket").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else has said something of scan 1")
    expect(looking.card("ticket-1")).to_contain_text("Corrected: ticket → cylinder")
    assert looking.filed_at(1) == "sorted/cylinder/ticket-1.png"
    take_back_last(home, ledger, 1)
    say_what_it_is(home, ledger, 1, "unknown", "api")
    looking.card("ticket-1").get_by_role("button", name="Undo").click()
    expect(looking.card("ticket-1")).to_contain_text("Corrected: ticket → none of the classes")
    assert looking.filed_at(1) == "review/ticket-1.png"
    # What goes well afterwards takes the notice away.
    looking.card("ticket-1").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("alert")).to_be_empty()
    assert looking.filed_at(1) == "sorted/ticket/ticket-1.png"


def test_a_button_says_its_class_and_no_other_that_begins_so(looking: Looking) -> None:
    """A yes would file the scan elsewhere, and count as a mistake of the network."""
    page = looking.go("recent")
    (looking.home.support / "ticket").rename(looking.home.support / "tickets-old")
    looking.card("ticket-1").get_by_role("button", name="Yes, ticket").click()
    expect(page.get_by_role("alert")).to_contain_text("There is no class 'ticket'")
    assert looking.filed_at(1) == "sorted/ticket/ticket-1.png"


def test_a_service_that_does_not_answer_is_told(looking: Looking) -> None:
    """A reviewer would go on saying what scans are, and nothing would be recorded."""
    page = looking.go("review")
    page.route("**/_dash-update-component*", lambda route: route.abort())
    looking.card("unknown-3").get_by_role("button", name="None of the classes").click()
    expect(page.locator("#connection")).to_contain_text("The service does not answer")
    page.unroute("**/_dash-update-component*")
    looking.card("unknown-3").get_by_role("button", name="None of the classes").click()
    expect(looking.card("unknown-3")).to_contain_text("Confirmed")
    expect(page.locator("#connection")).to_have_count(0)
    assert looking.troubles
    looking.troubles.clear()


def test_a_picture_that_is_gone_hides_none_that_comes_in_its_place(looking: Looking) -> None:
    """Lists are drawn into the frames of the list before."""
    (looking.home.root / looking.filed_at(6)).unlink()
    page = looking.go("recent")
    expect(page.locator(".shot img").first).to_have_class("gone")
    page.get_by_role("link", name="failed 1").click()
    expect(page.locator(".card h2")).to_have_text(["broken-5.png"])
    expect(page.locator(".shot img")).not_to_have_class("gone")


def test_a_scan_whose_file_was_deleted_is_out_of_the_queue(looking: Looking) -> None:
    """Each verdict on it would be refused, and it would be asked about for good."""
    place = looking.home.root / looking.filed_at(3)
    assert place.parent == looking.home.review
    place.unlink()
    PresenceBook(looking.office.ledger.database, looking.home).note_gone([3])
    page = looking.go("review")
    expect(page.locator(".card h2", has_text="unknown-3")).to_have_count(0)
    page = looking.go("recent")
    expect(page.locator(".card h2", has_text="unknown-3")).to_have_count(0)
    page.get_by_role("link", name="its file was deleted 1").click()
    expect(page.locator(".card h2")).to_have_text(["unknown-3.png"])
    expect(page.locator(".card button")).to_have_count(0)

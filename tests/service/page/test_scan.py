"""One scan in a real browser: its page with what was read, the matches, the steps, its history."""

from __future__ import annotations

import re
import shutil

import numpy as np
import pytest
from playwright.sync_api import expect

from models.siamese.weights import SHIPPED, read_manifest
from service.desk.scans.correcting import say_what_it_is
from service.desk.scans.editing import edit_fields
from service.desk.scans.teaching import make_example
from service.workers.pipeline import Examined, Job
from tests.detectors import put_detector
from tests.service.fakes import Desk, detected, verdict_of
from tests.service.page.conftest import EVIL, TEXT, ByName, Looking


def test_a_ticket_shows_where_each_word_was_read(looking: Looking) -> None:
    """Nobody could check a total without opening the file."""
    page = looking.go("scans/1")
    expect(page.locator(".box.word")).to_have_count(4)
    expect(page.locator(".box.field")).to_have_attribute("title", "Total: 12.50 (90% sure)")
    picture, box = page.locator(".page-picture img"), page.locator(".box.field")
    width = picture.evaluate("image => image.naturalWidth")
    around, inside = picture.bounding_box(), box.bounding_box()
    assert around is not None
    assert inside is not None
    # The drawn ticket is as wide as it was read: its pixels are those of the box.
    assert abs((inside["x"] - around["x"]) * width / around["width"] - 60) < 2
    expect(page.locator("pre")).to_have_text(TEXT)


def test_why_it_was_decided_so_is_shown(looking: Looking) -> None:
    """The network would be an oracle."""
    page = looking.go("scans/2")
    expect(page.locator(".matches figcaption")).to_have_text(
        ["cylinder\ndistance 0.250", "ticket\ndistance 0.750"], use_inner_text=True
    )
    expect(page.locator(".steps figure").first).to_be_visible()
    assert page.locator(".steps figure").count() >= 5
    for picture in page.locator("main img").all():
        expect(picture).to_have_js_property("complete", value=True)
        assert picture.evaluate("image => image.naturalWidth") > 0


def test_which_model_said_what_is_shown_and_what_only_it_knows_can_be_said(
    looking: Looking,
) -> None:
    """Nobody could tell why a scan lies in a class without examples, or say that it is right."""
    branch = read_manifest(SHIPPED)
    made = put_detector(
        looking.home.detectors, "banana", np.zeros(branch.branch.dim), 1.0,
        branch_id=branch.branch_id, threshold=0.625,
    )  # fmt: skip
    (looking.home.detectors / "broken").mkdir()

    class WithDetector(ByName):
        """Asks a detector of bananas as well."""

        def _examine(self, job: Job) -> Examined:
            verdict = detected(verdict_of("ticket"), "banana", made.detector_id)
            return Examined(job.scan, verdict, pages=1)

    shutil.copy(looking.home.root / looking.filed_at(2), looking.home.inbox / "yellow.png")
    Desk(looking.home, looking.office.ledger).once(WithDetector())
    page = looking.go("scans/7")
    expect(page.locator(".verdict")).to_have_text("banana, 75%, by a detector")
    said = page.locator(".detections")
    expect(said).to_contain_text("A detector decided.")
    expect(said.get_by_role("row").nth(1)).to_have_text(f"banana{made.detector_id}75.0%62.5%yes")
    assert page.locator("datalist option[value=banana]").count() == 1
    page.get_by_role("button", name="Yes, banana").click()
    expect(page.locator(".said")).to_contain_text("Confirmed: banana")
    page = looking.go("classes")
    listed = page.locator(".detectors")
    row = listed.get_by_role("row").nth(1)
    expect(row).to_contain_text("the network that compares-62.5%2026-01-31")
    expect(listed).to_contain_text("Not used: the detector broken cannot be read")
    with page.expect_popup() as opened:
        row.get_by_role("link", name="How good it is").click()
    expect(opened.value.locator("h1")).to_have_text("How good it is")


def test_what_was_said_stands_in_its_history(looking: Looking) -> None:
    """Two people could not see what the other had said."""
    page = looking.go("scans/2")
    page.get_by_label("Another class").fill("ticket")
    page.get_by_label("Another class").press("Enter")
    expect(page.locator(".said")).to_contain_text("Corrected: cylinder → ticket")
    page.reload()
    expect(page.locator(".history")).to_contain_text("cylinder → ticket, here")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Yes, cylinder")).to_be_visible()
    assert looking.filed_at(2) == "sorted/cylinder/cylinder-2.png"


def test_fields_are_mended_and_given_back(looking: Looking) -> None:
    """What was misread would stand in every spreadsheet."""
    page = looking.go("scans/1")
    page.get_by_label("Total").fill("13.5")
    page.get_by_label("Vendor").fill("Green Grocer")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    row = looking.office.ledger.result(1)
    assert row is not None
    assert (row["total"], row["vendor"]) == ("13.50", "Green Grocer")
    expect(page.get_by_text("written here; read was 12.50")).to_be_visible()
    page.get_by_role("button", name="As it was read").first.click()
    expect(page.get_by_label("Vendor")).to_have_value("")
    page.get_by_label("Date").fill("yesterday")
    page.get_by_label("Date").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Write it as 2026-01-31")
    page.reload()
    expect(page.locator(".history li")).to_have_count(3)


def test_a_scan_becomes_the_first_example_of_a_class(looking: Looking) -> None:
    """A class could only be made by whoever knows where examples are put."""
    page = looking.go("scans/3")
    page.get_by_label("Of this class, which may be new").fill("puzzle")
    page.get_by_role("button", name="Make it an example").click()
    expect(page.get_by_text("It is now the example puzzle/unknown-3.png")).to_be_visible()
    assert looking.filed_at(3) == "sorted/puzzle/unknown-3.png"


def test_a_file_that_has_gone_is_told(looking: Looking) -> None:
    """A person would look at an empty frame."""
    (looking.home.root / looking.filed_at(1)).unlink()
    page = looking.go("scans/1")
    expect(page.get_by_text("it is no longer at sorted/ticket/ticket-1.png")).to_be_visible()
    expect(page.locator("pre")).to_have_text(TEXT)


def test_a_script_in_a_name_is_only_text(looking: Looking) -> None:
    """A scan that somebody sends would act in the name of whoever looks at it."""
    page = looking.go("scans/4")
    expect(page.locator("h1")).to_have_text(EVIL)
    assert page.locator("h1 img").count() == 0


def test_a_scan_that_is_none_is_told(looking: Looking) -> None:
    """A mistyped number would be a blank page."""
    for path in ("scans/99", "scans/x", "scans/" + "9" * 30):
        page = looking.go(path)
        expect(page.get_by_role("alert")).to_contain_text("There is no scan")


def test_what_somebody_else_wrote_meanwhile_stays(looking: Looking) -> None:
    """Who mends the date would write an old vendor and total over what a colleague has mended."""
    page = looking.go("scans/1")
    expect(page.get_by_label("Total")).to_have_value("12.50")
    written = {"vendor": "B Shop", "total": "77.70"}
    edit_fields(looking.home, looking.office.ledger, 1, written, "page")
    page.get_by_label("Date").fill("2026-02-03")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("Total")).to_have_value("77.70")
    row = looking.office.ledger.result(1)
    assert row is not None
    assert (row["vendor"], row["total"], row["ticket_date"]) == ("B Shop", "77.70", "2026-02-03")
    # What is typed and not saved is still there when another field is given back.
    page.get_by_label("Tax").fill("1.00")
    page.get_by_role("button", name="As it was read").first.click()
    expect(page.get_by_label("Vendor")).to_have_value("")
    expect(page.get_by_label("Tax")).to_have_value("1.00")


@pytest.mark.parametrize(
    "name", ["ticket  two  blanks.png", "ticket a\tb\nc.png", "ticket \u202egnp.exe.png"]
)
def test_odd_names_are_shown_and_the_page_goes_on(looking: Looking, name: str) -> None:
    """The tab would hang for ever, or a program would look like a picture."""
    desk = Desk(looking.home, looking.office.ledger)
    shutil.copy(looking.home.root / looking.filed_at(1), looking.home.inbox / name)
    desk.once(ByName())
    page = looking.go("scans/7")
    expect(page.locator("h1")).to_contain_text("ticket")
    expect(page).to_have_title(re.compile("^ticket.* Pigeonhole$"))
    assert "\u202e" not in page.locator("h1").inner_text()
    page.get_by_role("button", name="Yes, ticket").click()
    expect(page.locator(".said")).to_contain_text("Confirmed: ticket")


@pytest.mark.slow
def test_a_class_with_a_very_long_name_fits_a_phone(looking: Looking) -> None:
    """The page would have to be pushed to and fro to be read."""
    name = "c" * 200
    make_example(looking.home, looking.office.ledger, 2, name, looking.office.pictures)
    say_what_it_is(looking.home, looking.office.ledger, 2, name, "page")
    looking.page.set_viewport_size({"width": 390, "height": 844})
    for path in ("scans/2", "recent", "review", "classes", ""):
        page = looking.go(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path

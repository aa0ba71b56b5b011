"""Classes in a real browser: made, filled, looked at, emptied, and what is said of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, expect

from config.home import Home
from indexer.audit import Finding
from indexer.support import support_files, whole_stamp
from service.desk.classes.surveying import Told
from tests.service.conftest import Draw
from tests.service.page.conftest import Looking, looking_at

EVIL = "Bücher & <b>x"
FILE = "<img src=x onerror=alert(1)> 50%.png"


class Teller:
    """Tells of the examples what a worker would, without one."""

    def __init__(self, support: Path) -> None:
        self.support = support
        self.findings: tuple[Finding, ...] = ()

    async def run(self, _job: Any) -> Told:
        """Each example lies in a direction of its own."""
        files = list(support_files(self.support))
        rows = np.eye(max(2, len(files)), dtype=np.float32)[: len(files)]
        places = tuple((file.class_name, file.path.name) for file in files)
        return Told(whole_stamp(self.support), self.findings, len(files), places, rows)


@pytest.fixture
def told(browser: Browser, home: Home, drawn: Draw) -> Iterator[tuple[Looking, Teller]]:
    """A browser at a home with two classes, one of which has names that are no plain words."""
    for name, file, kind in (("ticket", "1.png", "ticket"), (EVIL, FILE, "cylinder")):
        (home.support / name).mkdir()
        shutil.copy(drawn(kind), home.support / name / file)
    with looking_at(browser, home) as looking:
        teller = Teller(home.support)
        looking.office.surveys._asking = teller  # type: ignore[assignment]
        yield looking, teller


def section(looking: Looking, name: str) -> Locator:
    """The part of the page that shows a class."""
    return looking.page.get_by_role("region", name=f"Class {name}", exact=True)


def test_a_class_is_made_of_a_name_and_a_picture(fresh: Looking, drawn: Draw) -> None:
    """Whoever starts would have to find the folder, and be told nothing when it went wrong."""
    page = fresh.go("classes")
    expect(page.get_by_text("There is no class yet")).to_be_visible()
    page.locator(".new-class input[type=file]").set_input_files([drawn("ticket", 1)])
    expect(page.locator("#adding")).to_contain_text("name the class, then press Enter")
    expect(page.get_by_label("Name of a new class")).to_be_focused()
    page.keyboard.type("ticket")
    page.keyboard.press("Enter")
    expect(page.locator("#adding")).to_contain_text("is an example now")
    expect(section(fresh, "ticket").locator("img")).to_have_count(1)
    assert (fresh.home.support / "ticket" / "ticket-1.png").is_file()
    # The real worker's word on it.
    expect(page.get_by_text("1 example compared: 1 thing to look at")).to_be_visible()
    expect(section(fresh, "ticket")).to_contain_text("has one example, ticket/ticket-1.png")
    section(fresh, "ticket").locator("input[type=file]").set_input_files(drawn("ticket", 2))
    expect(section(fresh, "ticket").locator("img")).to_have_count(2)
    expect(page.get_by_text("2 examples compared: nothing to complain of")).to_be_visible()
    expect(page.locator(".chart .point")).to_have_count(2)


def test_an_example_is_taken_out_by_keys_and_put_back(told: tuple[Looking, Teller]) -> None:
    """A picture in the wrong class would spoil it until somebody sits at the machine."""
    looking, _ = told
    page = looking.go("classes")
    there = section(looking, EVIL)
    expect(there.locator("figcaption")).to_have_text([FILE])
    picture = there.locator("img").element_handle()
    page.wait_for_function("picture => picture.naturalWidth > 0", arg=picture)
    there.get_by_role("button", name="Take", exact=False).first.focus()
    page.keyboard.press("Enter")
    expect(there.get_by_text("No example")).to_be_visible()
    expect(page.locator("#classes-said")).to_contain_text(f"it lies in removed/{EVIL}/{FILE}")
    assert (looking.home.removed / EVIL / FILE).is_file()
    # Whoever goes by keys is still there, not at the top of the page.
    expect(there.locator(":focus")).to_have_count(1)
    there.get_by_role("button", name="Remove the class").click()
    expect(there).to_have_count(0)
    page.get_by_text("Taken out", exact=True).click()
    page.get_by_role("button", name=f"Put {FILE} back into {EVIL}").click()
    expect(section(looking, EVIL).locator("figcaption")).to_have_text([FILE])
    assert (looking.home.support / EVIL / FILE).is_file()


def test_what_is_refused_is_told(told: tuple[Looking, Teller], drawn: Draw, tmp_path: Path) -> None:
    """A picture that cannot be read would be missing without a word."""
    looking, _ = told
    page = looking.go("classes")
    rubbish = tmp_path / "<b>rubbish.png"
    rubbish.write_text("no picture")
    section(looking, "ticket").locator("input[type=file]").set_input_files(
        [rubbish, drawn("ticket", 2), drawn("ticket", 1)]
    )
    adding = page.locator("#adding li")
    expect(adding.nth(0)).to_contain_text("<b>rubbish.png is no image")
    expect(adding.nth(1)).to_contain_text("is an example now")
    expect(adding.nth(2)).to_contain_text("was one already: ticket/1.png")
    expect(section(looking, "ticket").locator("img")).to_have_count(2)
    page.get_by_label("Name of a new class").fill("../x")
    page.locator(".new-class input[type=file]").set_input_files([drawn("ticket", 1)])
    expect(page.locator("#adding")).to_contain_text("nor has a slash")
    page.get_by_label("Name of a new class").fill("unknown")
    page.keyboard.press("Enter")
    expect(page.locator("#adding")).to_contain_text("means none of the classes")
    assert sorted(one.name for one in looking.home.support.iterdir()) == sorted([EVIL, "ticket"])


def test_warnings_stand_beside_their_class_and_the_map_has_a_table(
    told: tuple[Looking, Teller],
) -> None:
    """A person would not learn why scans land in the wrong folder."""
    looking, teller = told
    said = (
        Finding("copies", "error", ("ticket",), (), 0.0, None, "<i>twins</i>", "Remove one"),
        *(Finding("close", "warning", ("ticket", EVIL), (), 0.1, 0.2, f"near {number}", "More")
          for number in range(4)),
        Finding("ignored", "warning", (), ("unknown",), None, None, "unknown is left alone", "Go"),
    )  # fmt: skip
    teller.findings = said
    page = looking.go("classes")
    ticket = section(looking, "ticket")
    expect(ticket.locator(".warnings .error")).to_have_text("Wrong: <i>twins</i>. Remove one.")
    expect(section(looking, EVIL).locator(".warnings .error")).to_have_count(0)
    expect(ticket.get_by_text("near 3")).to_be_hidden()
    # What lies in no class is told above all of them.
    expect(page.locator("[role=status] .warnings .warning")).to_contain_text(
        "Look at it: unknown is left alone. Go."
    )
    ticket.get_by_text("2 more things to look at").click()
    expect(ticket.get_by_text("near 3")).to_be_visible()
    expect(page.locator(".chart .point")).to_have_count(2)
    expect(page.locator(".chart .legendtext")).to_have_text([EVIL, "ticket"])
    page.get_by_text("The same as a table").click()
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text(f"{EVIL}{FILE}ticket/1.png (another class)")


def test_examples_that_cannot_be_compared_are_shown_all_the_same(looking: Looking) -> None:
    """Without a worker nobody could even see the classes, or try again."""
    looking.office.asking.close()
    page = looking.go("classes")
    expect(page.get_by_text("They could not be compared: the service ends")).to_be_visible()
    expect(section(looking, "ticket").locator("img")).to_have_count(1)
    teller = Teller(looking.home.support)
    looking.office.surveys._asking = teller  # type: ignore[assignment]
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("2 examples compared")).to_be_visible()


def test_a_class_of_many_is_shown_alone(told: tuple[Looking, Teller]) -> None:
    """Hundreds of pictures of one class would hide the others."""
    looking, _ = told
    folder = looking.home.support / EVIL
    for number in range(9):
        shutil.copy(folder / FILE, folder / f"{number}.png")
    page = looking.go("classes")
    expect(section(looking, EVIL).locator("img")).to_have_count(8)
    page.get_by_role("link", name="All 10 examples").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(EVIL)
    expect(section(looking, EVIL).locator("img")).to_have_count(10)
    expect(section(looking, "ticket")).to_have_count(0)
    page.get_by_role("link", name="All classes").click()
    expect(section(looking, "ticket")).to_be_visible()

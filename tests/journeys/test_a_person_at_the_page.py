"""A person who never sees a terminal: signs in, drops, looks, corrects, makes a class, takes it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from models.drawing.solids import draw_solid
from models.drawing.tickets import draw_ticket
from tests.browsing import browser, watched
from tests.journeys.running import Service
from tests.journeys.test_asked_over_http import listening

__all__ = ["browser"]

TOKEN = "a-token-that-nobody-guesses"


@dataclass
class Person:
    """A person at the page of a service that sorts, signed in."""

    page: Page
    url: str
    service: Service
    folder: Path

    def draws(self, name: str) -> Path:
        """A file of theirs: a ticket, or a solid by its first word."""
        rng = np.random.default_rng(len(name))
        kind = name.partition("-")[0]
        path = self.folder / name
        pixels = (
            draw_ticket(rng, width=560, photo=False, strength=0.2).pixels
            if kind == "ticket"
            else draw_solid(kind, rng, size=540, elevation=25, extent=3, proportion=1.0)  # type: ignore[arg-type]
        )
        Image.fromarray(pixels).save(path)
        return path

    def drops(self, *names: str) -> None:
        """Drop files on the page, and wait until they are filed."""
        self.page.locator("nav").get_by_role("link", name="Drop").click()
        files = [self.draws(name) for name in names]
        self.page.get_by_label("Drop scans here, or choose files").set_input_files(files)
        for name in names:
            line = self.page.locator(".dropped li").filter(has_text=name)
            expect(line.locator("strong")).to_be_visible()
        self.service.wait_closed(*names)


@pytest.fixture
def person(tmp_path: Path, browser: Browser) -> Iterator[Person]:
    """A person who has signed in."""
    service = Service(tmp_path / "home", {"api_token": TOKEN, "stability_delay": "0.2"}, web=True)
    service.start()
    url = listening(service)
    folder = tmp_path / "papers"
    folder.mkdir()
    with watched(browser) as (page, _):
        page.goto(url)
        page.get_by_label("Token").fill("not the token")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_have_text("This is not the token.")
        page.get_by_label("Token").fill(TOKEN)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Drop")).to_be_visible()
        yield Person(page, url, service, folder)
    assert service.stop() == 0


def test_from_a_drop_to_a_class_of_its_own_without_a_terminal(person: Person) -> None:
    """Whoever cannot use a terminal could not sort a single scan."""
    page, home = person.page, person.service.home
    person.drops("ticket-1.png", "cone-1.png")
    expect(page.locator(".dropped li").filter(has_text="ticket-1.png")).to_contain_text("ticket, ")
    expect(page.locator("#latest")).to_contain_text("ticket-1.png")
    assert (home / "sorted" / "ticket" / "ticket-1.png").exists()

    # What is none of the classes waits, and one look and one word make a class of it.
    page.locator("nav").get_by_role("link", name="Review").click()
    card = page.locator(".card").filter(has_text="cone-1.png")
    expect(card).to_contain_text("Unknown")
    card.get_by_label("Another class").fill("cone")
    card.get_by_label("Another class").press("Enter")
    card.get_by_role("button", name="Make it one").click()
    expect(card).to_contain_text("Corrected: none of the classes → cone")
    assert (home / "sorted" / "cone" / "cone-1.png").exists()

    # The next of its kind goes there by itself.
    person.drops("cone-22.png")
    assert (home / "sorted" / "cone" / "cone-22.png").exists()

    # A slip is taken back, with the daemon at work.
    page.locator("nav").get_by_role("link", name="Recent").click()
    card = page.locator(".card").filter(has_text="cone-22.png")
    card.get_by_label("Another class").fill("ticket")
    card.get_by_label("Another class").press("Enter")
    expect(card).to_contain_text("Corrected: cone → ticket")
    assert (home / "sorted" / "ticket" / "cone-22.png").exists()
    card.get_by_role("button", name="Undo").click()
    expect(card.get_by_role("button", name="Yes, cone")).to_be_visible()
    assert (home / "sorted" / "cone" / "cone-22.png").exists()
    said = person.service.ask(
        "SELECT source, class_name, undone_at IS NULL FROM feedback ORDER BY id"
    )
    assert said == [("page", "cone", 1), ("page", "ticket", 0)]

    # Signed out, nothing is to be seen.
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Pigeonhole")).to_be_visible()
    page.goto(f"{person.url}ui/recent")
    expect(page.get_by_role("heading", name="Sign in to Pigeonhole")).to_be_visible()


def test_what_cannot_be_judged_is_told_where_it_was_dropped(person: Person) -> None:
    """A person would wait for a result that never comes."""
    page = person.page
    odd = person.folder / "archive.png"
    odd.write_bytes(b"PK\x03\x04 a zip that calls itself a picture" * 20)
    page.get_by_label("Drop scans here, or choose files").set_input_files([odd])
    line = page.locator(".dropped li").filter(has_text="archive.png")
    expect(line).to_contain_text("is no image")
    person.service.wait_closed("archive.png")
    page.locator("nav").get_by_role("link", name="Recent").click()
    expect(page.locator(".card")).to_contain_text("Failed: ")

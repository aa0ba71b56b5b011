"""A served home with scans that were judged, and a real browser that looks at it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from config.home import Home
from indexer.verdict import Match, Verdict
from models.fields.ticket import Field, Fields, Ticket
from models.page.scan import Fault
from models.ticket.words import Word
from service.desk.office import Office
from service.workers.pipeline import Examined, Job
from tests.browsing import browser, watched
from tests.service.conftest import Draw
from tests.service.fakes import Desk, Judge
from tests.service.serving import client_of

__all__ = ["browser"]

EVIL = "unknown <img src=x onerror=alert(1)>.png"
NAMES = ("ticket-1.png", "cylinder-2.png", "unknown-3.png", EVIL, "broken-5.png", "ticket-6.png")
TEXT = "Green Grocer\nTotal 12.50"


class ByName(Judge):
    """Judges by the first word of a file's name; ``broken`` fails, a ticket says `TEXT`."""

    def _examine(self, job: Job) -> Examined:
        word = re.split(r"[ .-]", job.scan.path.name)[0]
        if word == "broken":
            return Examined(job.scan, fault=Fault("decode", "is broken", "Scan it again"))
        near, other = ("cylinder", "ticket") if word == "cylinder" else ("ticket", "cylinder")
        matches = (Match(near, f"{near}/1.png", 0.25), Match(other, f"{other}/1.png", 0.75))
        verdict = Verdict(word, 0.875, matches, "branch", "index")
        ticket = _ticket() if word == "ticket" else None
        return Examined(job.scan, verdict, None, ticket, 1)


@dataclass
class Looking:
    """A browser at the page of a served home.

    Attributes:
        url: of the service, with a slash at the end.
        troubles: errors of scripts, refusals by the content policy, dialogs.
    """

    page: Page
    url: str
    home: Home
    office: Office
    troubles: list[str]

    def go(self, path: str = "") -> Page:
        """Look at a view."""
        self.page.goto(f"{self.url}ui/{path}")
        expect(self.page.locator("main h1")).to_be_visible()
        return self.page

    def card(self, name: str) -> Locator:
        """The card of a scan."""
        return self.page.locator(".card").filter(has_text=name)

    def filed_at(self, scan_id: int) -> str:
        """Where the ledger says that a scan stands."""
        row = self.office.ledger.result(scan_id)
        assert row is not None
        assert (self.home.root / row["destination"]).exists()
        return str(row["destination"])


@contextmanager
def looking_at(browser: Browser, home: Home, token: str = "") -> Iterator[Looking]:
    """A browser at a home; afterwards nothing must have gone wrong in it."""
    with client_of(home, token) as (client, office), watched(browser) as (page, troubles):
        yield Looking(page, str(client.base_url), home, office, troubles)


@pytest.fixture
def looking(browser: Browser, home: Home, drawn: Draw) -> Iterator[Looking]:
    """A browser at a home with `NAMES`, judged in this order; two classes with an example each."""
    for kind in ("cylinder", "ticket"):
        (home.support / kind).mkdir()
        shutil.copy(drawn(kind), home.support / kind / "1.png")
    with looking_at(browser, home) as looking:
        desk = Desk(home, looking.office.ledger)
        for number, name in enumerate(NAMES, 2):
            kind = "cylinder" if name.startswith("cylinder") else "ticket"
            shutil.copy(drawn(kind, number), home.inbox / name)
            desk.once(ByName())
        yield looking


@pytest.fixture
def fresh(browser: Browser, home: Home) -> Iterator[Looking]:
    """A browser at a home without classes, into which nothing was dropped."""
    with looking_at(browser, home) as looking:
        yield looking


def _ticket() -> Ticket:
    total = Field("12.50", 0.9, 1, (60, 40, 40, 12))
    words = (
        Word("Green", 0.9, 1, (1, 1, 1), (10, 10, 50, 12)),
        Word("Grocer", 0.9, 1, (1, 1, 1), (64, 10, 60, 12)),
        Word("Total", 0.9, 1, (1, 1, 2), (10, 40, 45, 12)),
        Word("12.50", 0.8, 1, (1, 1, 2), (60, 40, 40, 12)),
    )
    return Ticket(TEXT, words, Fields(total=total))

"""Every view, wide and narrow, light and dark: nothing sticks out, and readers of the screen can follow.

What is seen is kept as pictures in ``screenshots/``, to be looked at.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browsing import watched
from tests.service.page.conftest import Looking

SCREENSHOTS = Path(__file__).parents[3] / "screenshots"
VIEWS = {
    "drop": "", "review": "review", "recent": "recent", "classes": "classes",
    "figures": "figures", "scan": "scans/1",
    "failed": "scans/5",
}  # fmt: skip
SIZES = {"wide": (1440, 900), "narrow": (390, 844)}


def settled(page: Page) -> None:
    """Wait until every picture is there, and nothing is being asked."""
    page.wait_for_load_state("networkidle")
    for picture in page.locator("main img").all():
        expect(picture).to_have_js_property("complete", value=True)


@pytest.mark.parametrize(
    ("size", "dark"),
    [
        ("wide", False),
        ("narrow", True),
        pytest.param("wide", True, marks=pytest.mark.slow),
        pytest.param("narrow", False, marks=pytest.mark.slow),
    ],
)
def test_every_view_is_for_everybody(
    browser: Browser, looking: Looking, size: str, dark: bool
) -> None:
    """On a phone, in the dark, or by a reader of the screen, some could not use it."""
    width, height = SIZES[size]
    SCREENSHOTS.mkdir(exist_ok=True)
    found: list[str] = []
    with watched(browser, width=width, height=height, dark=dark) as (page, _):
        for name, path in VIEWS.items():
            page.goto(f"{looking.url}ui/{path}")
            expect(page.locator("main h1")).to_be_visible()
            settled(page)
            page.screenshot(path=SCREENSHOTS / f"{name}-{size}-{'dark' if dark else 'light'}.png")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} pixels wide"
            told = Axe().run(page).response
            found += [
                f"{name}: {one['id']} ({one['impact']}): {node['html']}"
                for one in told["violations"]
                if one["impact"] in {"serious", "critical", "moderate"}
                for node in one["nodes"]
            ]
    assert found == []

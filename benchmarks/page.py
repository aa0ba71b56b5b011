"""How soon the page is there: in a real browser, with 100,000 scans in the ledger.

Each first view in a browser that has nothing in its cache, until the view and its cards are drawn;
the same in one that has seen the page before; then each filter, clicked in a page that is open, until the cards are others.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import time

from filled import SCANS, filled_home, served
from playwright.sync_api import Browser, Page, sync_playwright

ROUNDS = 10
VIEWS = {
    "drop": ("", ".small a"),
    "review": ("review", ".card"),
    "recent": ("recent", ".card"),
    # The scans are of the spring: of a year there are charts to be drawn, over all of them.
    "figures": ("figures?days=365", ".tiles"),
    "figures, drawn": ("figures?days=365", "#chart-accuracy .main-svg"),
    "a scan": ("scans/77776", "main h1"),
    # The last: from its first look on, a worker compares the examples.
    "classes": ("classes", "main h1"),
}
FILTERS = ("in review", "class7", "none of the classes", "filed", "all")


def main() -> None:
    """Measure and print."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with (
        filled_home() as home,
        served(home) as client,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=path, args=arguments) as browser,
    ):
        url = f"{client.base_url}/ui/"
        with browser.new_context() as context:
            filters = _filters(context.new_page(), url + "recent")
        views = {name: _first(browser, url + path, there) for name, (path, there) in VIEWS.items()}
        again = {
            name: _first(browser, url + path, there, again=True)
            for name, (path, there) in VIEWS.items()
        }
    print(
        json.dumps(
            {"scans": SCANS, "first_view_ms": views, "again_ms": again, "filter_ms": filters}
        )
    )


def _first(browser: Browser, url: str, there: str, *, again: bool = False) -> float:
    times = []
    for _ in range(ROUNDS):
        with browser.new_context() as context:
            page = context.new_page()
            if again:
                page.goto(f"{url.partition('/ui/')[0]}/ui/review")
                page.locator("main h1").wait_for()
                page.wait_for_load_state("networkidle")
            started = time.perf_counter()
            page.goto(url, wait_until="commit")
            page.locator(there).first.wait_for()
            times.append(1000 * (time.perf_counter() - started))
    name = f"{url.partition('/ui/')[2] or 'drop'} {there}"
    return _told(f"{name}, once more" if again else name, times)


def _filters(page: Page, url: str) -> dict[str, float]:
    page.goto(url)
    page.locator(".card").first.wait_for()
    times: dict[str, list[float]] = {name: [] for name in FILTERS}
    for _ in range(ROUNDS):
        for name in FILTERS:
            # The cards of before are marked, so that those that come are known.
            page.evaluate("document.querySelector('.cards').dataset.old = 'yes'")
            started = time.perf_counter()
            page.locator(".chip", has_text=name).first.click()
            page.locator(".cards:not([data-old]) .card").first.wait_for()
            times[name].append(1000 * (time.perf_counter() - started))
    return {name: _told(f"filter {name}", found) for name, found in times.items()}


def _told(name: str, times: list[float]) -> float:
    print(f"{name:30} {statistics.median(times):7.1f} ms, at most {max(times):.1f}")
    return round(statistics.median(times), 1)


if __name__ == "__main__":
    main()

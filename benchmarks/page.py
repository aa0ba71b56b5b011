"""How soon the page is there: in a real browser, with 100,000 scans in the ledger.

Each first view in a browser that has nothing in its cache, until the view and its cards are drawn;
the same in one that has seen the page before; then each filter, clicked in a page that is open, until the cards are others.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics

from filled import SCANS, filled_home, served
from playwright.sync_api import Browser, Page, sync_playwright

ROUNDS = 7
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

# Seconds are counted where they pass, in the browser: asking it what it shows takes a tenth itself.
_DRAWN = """
const look = () => document.querySelector(%s)
  ? requestAnimationFrame(() => { window.drawn = performance.now(); })
  : requestAnimationFrame(look);
look();
"""
_IS_DRAWN = "() => window.drawn"
_CLICK = """
(name) => new Promise((told) => {
  const chip = [...document.querySelectorAll('.chip')].find((one) => one.textContent.includes(name));
  document.querySelector('.cards').dataset.old = 'yes';
  const began = performance.now();
  const look = () => document.querySelector('.cards:not([data-old]) .card')
    ? requestAnimationFrame(() => told(performance.now() - began))
    : requestAnimationFrame(look);
  chip.click();
  look();
})
"""


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
            page.add_init_script(_DRAWN % json.dumps(there))
            page.goto(url, wait_until="commit")
            # Since the navigation began, by the browser's own clock.
            page.wait_for_function(_IS_DRAWN)
            times.append(float(page.evaluate("window.drawn")))
    name = f"{url.partition('/ui/')[2] or 'drop'} {there}"
    return _told(f"{name}, once more" if again else name, times)


def _filters(page: Page, url: str) -> dict[str, float]:
    page.goto(url)
    page.locator(".card").first.wait_for()
    times: dict[str, list[float]] = {name: [] for name in FILTERS}
    for _ in range(ROUNDS):
        for name in FILTERS:
            page.wait_for_load_state("networkidle")
            times[name].append(float(page.evaluate(_CLICK, name)))
    return {name: _told(f"filter {name}", found) for name, found in times.items()}


def _told(name: str, times: list[float]) -> float:
    print(f"{name:30} {statistics.median(times):7.1f} ms, at most {max(times):.1f}")
    return round(statistics.median(times), 1)


if __name__ == "__main__":
    main()

"""Figures in a real browser: charts, what they say in words, and what stands where there is nothing."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from service.desk.scans.correcting import say_what_it_is
from storage.records import now, timestamp
from tests.service.page.conftest import Looking

CHARTS = ("chart-scans", "chart-review", "chart-time", "chart-accuracy")


@pytest.fixture
def spoken(looking: Looking) -> Looking:
    """Six scans of today, of which three were spoken of: two rightly judged, one not."""
    for scan_id, name in ((1, "ticket"), (2, "ticket"), (6, "ticket")):
        say_what_it_is(looking.home, looking.office.ledger, scan_id, name, "page")
    return looking


def row(page: Page, region: str, first: str) -> list[str]:
    """The cells of a row of a table, by its heading."""
    of = (
        page.get_by_role("region", name=region)
        .get_by_role("row")
        .filter(has=page.get_by_role("rowheader", name=first, exact=True))
    )
    return of.get_by_role("cell").all_inner_texts()


def test_each_chart_is_drawn_and_told_in_words_and_in_a_table(spoken: Looking) -> None:
    """Who does not see a chart would be told nothing."""
    page = spoken.go("figures")
    for name in CHARTS:
        expect(page.locator(f"#{name} .main-svg").first).to_be_visible()
    main = page.locator("main")
    for said in (
        "6 scans in 30 days, 0.2 a day",
        "2 of 5 scans looked like none of the classes: 40 %",
        "Half of the 4 scans that came on",
        "2 of 3 scans that somebody looked at were right: 67 % (95 % interval 21 % to 94 %)",
    ):
        expect(main).to_contain_text(said)
    today = now().astimezone().date().isoformat()
    figure = page.locator("figure").filter(has_text="6 scans in 30 days")
    figure.get_by_text("As a table").click()
    expect(figure.get_by_role("table")).to_be_visible()
    assert figure.get_by_role("columnheader").all_inner_texts() == [
        "Day", "ticket", "none of the classes", "no class",
    ]  # fmt: skip
    assert row(page, "Scans, as a table", today) == ["3", "2", "1"]
    said = "What the network said (rows), and what people said (columns)"
    assert row(page, said, "cylinder") == ["", "1"]
    assert row(page, said, "ticket") == ["", "2"]
    assert row(page, "By state", "filed") == ["3"]
    page.get_by_role("region", name="By class").get_by_role("link", name="ticket").click()
    expect(page.locator(".card")).to_have_count(3)


def test_the_script_for_charts_is_loaded_for_them_alone(looking: Looking) -> None:
    """Every other view would wait for four megabytes that it does not use."""
    asked: list[str] = []
    looking.page.on("request", lambda request: asked.append(request.url))
    looking.go("recent")
    assert not [url for url in asked if "plotly" in url]
    looking.page.get_by_role("link", name="Figures").click()
    expect(looking.page.locator("#chart-scans .main-svg").first).to_be_visible()
    assert [url for url in asked if "plotly" in url]
    assert {url.removeprefix(looking.url)[:3] for url in asked} <= {"ui/", "sca", "cla"}


def test_the_figures_do_not_wait_for_the_script(spoken: Looking) -> None:
    """On a slow line a person would look at nothing until megabytes have come."""
    spoken.page.route("**/plotly.min.js", lambda _never_answered: None)
    page = spoken.go("figures")
    expect(page.locator("main")).to_contain_text("6 scans in 30 days, 0.2 a day")
    expect(page.get_by_role("region", name="By state")).to_be_visible()
    expect(page.locator(".main-svg")).to_have_count(0)


def test_a_chart_follows_light_and_dark_and_fits_a_phone(spoken: Looking) -> None:
    """Letters would be black on black, or a chart be cut off."""
    page = spoken.go("figures")
    letters = page.locator("#chart-scans .xtick text").first
    expect(letters).to_be_visible()
    colours = set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        ink = page.evaluate("getComputedStyle(document.body).color")
        expect(letters).to_have_css("fill", ink)
        colours.add(ink)
    assert len(colours) == 2
    page.set_viewport_size({"width": 390, "height": 844})
    spoken.go("figures")
    for name in CHARTS:
        expect(page.locator(f"#{name} .main-svg").first).to_be_visible()
    edges = "all => all.map(one => one.getBoundingClientRect().right)"
    assert max(page.locator(".js-plotly-plot .main-svg").evaluate_all(edges)) <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(spoken: Looking, scheme: str) -> None:
    """Who uses a screen reader, or sees little contrast, would be."""
    spoken.page.emulate_media(color_scheme=scheme)
    page = spoken.go("figures")
    expect(page.locator("#chart-accuracy .main-svg").first).to_be_visible()
    for summary in page.get_by_text("As a table").all():
        summary.click()
    expect(page.locator("figure table")).to_have_count(len(CHARTS))
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


def test_what_is_on_its_way_is_kept_up_to_date(looking: Looking) -> None:
    """A person would wait for what is long done."""
    page = looking.go("figures")
    tile = page.locator(".tiles > div").filter(has_text="In review")
    expect(tile.get_by_role("link")).to_have_text("2")
    say_what_it_is(looking.home, looking.office.ledger, 3, "ticket", "page")
    expect(tile.get_by_role("link")).to_have_text("1")
    tile.get_by_role("link").click()
    expect(page.locator("h1")).to_have_text("Review")


def test_nothing_yet_says_what_to_do(fresh: Looking) -> None:
    """The first look would be at empty axes."""
    page = fresh.go("figures")
    expect(page.get_by_text("Nothing was sorted yet.")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(0)
    page.get_by_role("link", name="Drop your first scans").click()
    expect(page.locator("h1")).to_have_text("Drop")


def test_nothing_said_or_nothing_lately_says_what_to_do(looking: Looking) -> None:
    """A share of nothing, or of last year, would be taken for that of today."""
    page = looking.go("figures")
    expect(page.get_by_text("Nobody has confirmed or corrected any of these")).to_be_visible()
    with looking.office.ledger.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE scans SET received_at = ?", (timestamp(now().replace(year=now().year - 2)),)
        )
    page = looking.go("figures?days=90")
    expect(page.get_by_text("No scan came in the last 90 days.")).to_be_visible()
    expect(page.locator(".chip.here")).to_contain_text("90 days")
    expect(page.get_by_role("region", name="By state")).to_contain_text("filed")


def test_a_year_is_told_by_weeks_and_what_is_not_offered_is_thirty_days(looking: Looking) -> None:
    """A made-up address would be an error, or hold the ledger for minutes."""
    for days, told in (("7", "7"), ("0", "30"), ("-1", "30"), ("9" * 20, "30"), ("x", "30")):
        looking.go(f"figures?days={days}")
        expect(looking.page.locator("main")).to_contain_text(f"6 scans in {told} days")
    looking.go("figures?days=365")
    expect(looking.page.locator("main")).to_contain_text("6 scans in 53 weeks, 0.113 a week")

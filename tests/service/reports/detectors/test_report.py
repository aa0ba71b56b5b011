from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from models.detector.judging.trial import Comparison
from service.reports.detectors.report import write_detector_report
from tests.browsing import browser, watched
from tests.comparisons import comparison_in
from tests.service.fakes import LIMITS
from tests.service.reports.reading import Page

__all__ = ["browser"]

EVIL = "<script>alert(1)</script>\"'<b>"
CHARTS = (
    "confusion-0", "confusion-2", "roc", "precision-recall", "probabilities", "reliability",
    "background", "learning-0", "train-seconds", "use-milliseconds", "train-megabytes",
    "disk-megabytes",
)  # fmt: skip


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """With all that a report can show."""
    return comparison_in(tmp_path_factory.mktemp("report"), 40, 60)


@pytest.fixture(scope="module")
def report(comparison: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its report."""
    file = tmp_path_factory.mktemp("page") / "report.html"
    write_detector_report(file, comparison, LIMITS)
    return file


def written(comparison: Comparison, folder: Path) -> tuple[Page, str]:
    """The report of a comparison, as a browser reads it and as it is."""
    file = folder / "report.html"
    write_detector_report(file, comparison, LIMITS)
    html = file.read_text(encoding="utf-8")
    return Page(html), html


def bare(comparison: Comparison, positives: int, others: int) -> Comparison:
    """Of so few pictures, one trial, without all that a comparison may lack."""
    labels = comparison.labels
    held = np.r_[np.flatnonzero(labels)[:positives], np.flatnonzero(~labels)[:others]]
    best = comparison.best
    trial = replace(
        best, scores=best.scores[held], probabilities=best.probabilities[held],
        grounds={}, curves=(), cost=None,
    )  # fmt: skip
    return Comparison(
        "banana", tuple(comparison.pictures[at] for at in held), comparison.rounds[held], (trial,)
    )


def test_the_report_has_its_parts_in_the_order_of_a_reader(report: Path) -> None:
    """Who opens it would have to search for whether it is good enough."""
    html = report.read_text(encoding="utf-8")
    page = Page(html)
    titles = [
        "Verdict", "Figures", "cnn, the best", "Confusion", "Class against others",
        "Precision and recall", "Probabilities", "Reliability", "Missed, or nearly",
        "Taken for banana, or nearly", "Background test", "Learning curves", "Costs", "Not tried",
        "Files left out", "How it was judged",
    ]  # fmt: skip
    places = [page.words.index(title, page.words.index("Verdict")) for title in titles]
    assert places == sorted(places)
    for chart in CHARTS:
        assert f'id="{chart}"' in html
    assert "New beside old" in page.words
    assert "its weights are not here" in page.words
    assert "others/broken.png" in page.words
    assert "2 pictures lie in both folders" in page.words
    # Twenty-four mistakes of each kind, and three pictures on four grounds.
    assert page.count("img") == 24 + 24 + 3 * 4
    assert html.count('class="none"') == 0


def test_a_browser_draws_every_plot(report: Path, browser: Browser) -> None:
    """A mistake in a plot shows in the browser alone: an empty place."""
    for width, dark in ((1440, False), (380, True)):
        with watched(browser, width=width, dark=dark) as (page, _):
            page.goto(report.as_uri())
            page.wait_for_selector("#disk-megabytes .main-svg")
            drawn = page.evaluate(
                "[...document.querySelectorAll('.js-plotly-plot')]"
                ".filter(one => one.querySelector('.trace, .hm')).map(one => one.id)"
            )
            assert set(CHARTS) <= set(drawn)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_worst_mistakes_come_first(comparison: Comparison, report: Path) -> None:
    """The pictures that would teach most would be left out."""
    labels, held = comparison.labels, comparison.best.probabilities
    words = Page(report.read_text(encoding="utf-8")).words
    lowest = min(np.flatnonzero(labels).tolist(), key=lambda at: held[at])
    highest = max(np.flatnonzero(~labels).tolist(), key=lambda at: held[at])
    first, second = words.split("Taken for banana, or nearly")
    first = first.split("Missed, or nearly")[1]
    for at, part, mark in ((lowest, first, "missed."), (highest, second, "wrong folder.")):
        assert part.split(mark)[1].startswith(f"{held[at]:.2f} {comparison.pictures[at].path.name}")


@pytest.mark.parametrize(("positives", "others"), [(10, 3), (1, 1), (4, 0), (0, 4)])
def test_few_pictures_and_nothing_beside_make_a_report(
    comparison: Comparison, tmp_path: Path, positives: int, others: int
) -> None:
    """Who begins with ten pictures would get a traceback after minutes of training."""
    page, html = written(bare(comparison, positives, others), tmp_path)
    assert f"{positives} picture{'s' * (positives != 1)} of banana" in page.words
    for absent in (
        "Background test", "Learning curves", "Costs", "Not tried", "Files left out",
        "New beside old", "the border alone",
    ):  # fmt: skip
        assert absent not in page.words
    assert not re.search(r"\bnan\b", page.words)
    assert ('id="roc"' in html) is (positives > 0 and others > 0)
    assert ("Nothing could be judged" in page.words) is not (positives > 0 and others > 0)


def test_names_cannot_write_into_the_page(comparison: Comparison, tmp_path: Path) -> None:
    """A class, a file or an approach with the name of a script would run it."""
    path = tmp_path / "<img src=x onerror=alert(1)>.png"
    path.write_bytes(comparison.pictures[0].path.read_bytes())
    pictures = (replace(comparison.pictures[0], path=path), *comparison.pictures[1:])
    held = comparison.best.probabilities.copy()
    held[0] = 0.0
    best = replace(
        comparison.best, title=EVIL, probabilities=held, grounds={EVIL: comparison.best.scores}
    )
    hostile = replace(
        comparison, name=EVIL, pictures=pictures, trials=(best, *comparison.trials[1:]),
        grounds=({EVIL: np.zeros((224, 224), np.uint8)},), left_out={EVIL: EVIL},
        skipped={EVIL: EVIL}, notes=(EVIL,),
    )  # fmt: skip
    page, html = written(hostile, tmp_path)
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert page.count("b") == 0
    assert EVIL in page.words


def test_a_hostile_name_does_not_run_in_a_plot(
    comparison: Comparison, tmp_path: Path, browser: Browser
) -> None:
    """Plotly takes some HTML for markup."""
    hostile = replace(
        comparison, name="<b>x</b><img src=x onerror=alert(1)>",
        trials=(replace(comparison.best, title="<a href='javascript:alert(1)'>y</a>"),),
    )  # fmt: skip
    written(hostile, tmp_path)
    with watched(browser) as (page, _):
        page.goto((tmp_path / "report.html").as_uri())
        page.wait_for_selector("#disk-megabytes .main-svg")
        assert page.locator(".js-plotly-plot a[href]").count() == 0
        assert page.locator("svg").get_by_text("<b>x</b>").count() > 0


def test_a_picture_that_is_gone_leaves_its_frame(comparison: Comparison, tmp_path: Path) -> None:
    """A file that was moved during the training would cost the report."""
    few = bare(comparison, 10, 3)
    gone = replace(few.pictures[0], path=tmp_path / "gone.png")
    page, html = written(replace(few, pictures=(gone, *few.pictures[1:])), tmp_path)
    assert html.count('class="none"') == 1
    assert page.count("img") == 12


def test_one_class_is_told_how_it_learned(comparison: Comparison, tmp_path: Path) -> None:
    """It would be read as a detector that had seen others."""
    page, _ = written(replace(bare(comparison, 30, 30), one_class=True), tmp_path)
    assert "It learned from pictures of banana alone" in page.words
    assert "It had seen nothing but pictures of the class." in page.words
    assert (
        "what learned from the pictures of banana of the other rounds, and from nothing"
        in page.words
    )

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from indexer.evaluation.outcome import Evaluation
from indexer.evaluation.summary import summarise
from service.reports.evaluation import write_evaluation
from tests.service.fakes import LIMITS
from tests.service.reports.reading import Make, Page


def written(evaluation: Evaluation, folder: Path) -> tuple[Page, str]:
    """The report of an evaluation, as a browser reads it and as it is."""
    file = folder / "report.html"
    write_evaluation(file, evaluation, summarise(evaluation.outcomes), LIMITS)
    html = file.read_text(encoding="utf-8")
    return Page(html), html


def test_the_report_has_figures_charts_and_pictures(make: Make, tmp_path: Path) -> None:
    """A part of the report would be missing, and nobody be told."""
    page, html = written(make("cat", "dog", "owl"), tmp_path)
    for title in (
        "Figures", "Mistakes", "Strangers let in", "Confusion", "Scores", "Distances",
        "Reliability", "Known against strangers", "What was measured",
    ):  # fmt: skip
        assert title in page.words
    for chart in ("confusion", "scores", "distances", "reliability", "roc"):
        assert f'id="{chart}"' in html
    assert "33.3 %" in page.words
    assert "3 of 9" in page.words
    # Three mistakes of three pictures, one stranger of two.
    assert page.count("img") == 3 * 3 + 2
    assert "nearest: dog, at 0.200" in page.words
    assert "its own class: cat, at 0.500" in page.words
    assert "taken for cat, at 0.100" in page.words


def test_the_page_needs_nobody(make: Make, tmp_path: Path) -> None:
    """A report that is sent by mail would be blank, or tell somebody that it was opened."""
    page, html = written(make("cat", "dog"), tmp_path)
    for tag, attributes in page.tags:
        assert tag != "link"
        for name in ("src", "href"):
            value = attributes.get(name)
            assert value is None or value.startswith("data:image/")
    assert html.count("plotly.js v") == 1
    assert "default-src 'none'" in html


def test_names_cannot_write_into_the_page(make: Make, tmp_path: Path) -> None:
    """A folder with the name of a script would run it in the reader's browser."""
    evil = "<script>alert(1)<&#47;script>\"'<b>"
    page, html = written(make(evil, "dog"), tmp_path)
    assert "<script>alert" not in html
    assert page.count("b") == 0
    assert f"query: {evil}" in page.words


def test_the_surest_mistakes_come_first_and_not_all(make: Make, tmp_path: Path) -> None:
    """A thousand mistakes would make a page that no browser opens."""
    page, _ = written(make("cat", "dog", queries=20, wrong=15, strangers=0), tmp_path)
    assert page.count("img") == 24 * 3
    assert "24 of 30" in page.words
    assert page.words.index("score 0.40") < page.words.index("score 0.30")


def test_without_strangers_there_is_nothing_of_them(make: Make, tmp_path: Path) -> None:
    """An empty chart, or a division by zero."""
    page, html = written(make("cat", "dog", strangers=0), tmp_path)
    for title in ("Strangers let in", "Known against strangers", "AUROC", "unknown,"):
        assert title not in page.words
    assert 'id="roc"' not in html


def test_strangers_alone_make_a_report(make: Make, tmp_path: Path) -> None:
    """Who asks only whether strangers stay out would get a traceback."""
    page, _ = written(make("cat", "dog", queries=0, strangers=3), tmp_path)
    assert "strangers, given a class" in page.words
    assert "1 of 3" in page.words


def test_a_network_without_mistakes_is_told_so(make: Make, tmp_path: Path) -> None:
    """An empty place on the page would look like a fault of the report."""
    page, _ = written(make("cat", "dog", wrong=0), tmp_path)
    assert "None." in page.words


def test_many_episodes_and_classes_stay_readable(make: Make, tmp_path: Path) -> None:
    """Four hundred rows and a thousand classes would bury the figures."""
    names = [f"class {number:02d}" for number in range(40)]
    page, _ = written(make(*names, episodes=15, queries=1), tmp_path)
    assert "15 episodes: 600 examples" in page.words
    assert "3 more" in page.words
    assert "The 30 classes of 40 that are mistaken most." in page.words
    assert page.count("details") == 1


def test_a_picture_that_is_gone_leaves_its_frame(make: Make, tmp_path: Path) -> None:
    """A file that was moved during the evaluation would cost the report."""
    evaluation = make("cat", "dog")
    (evaluation.folder / "support/dog/a.png").unlink()
    page, html = written(evaluation, tmp_path)
    assert 'class="none"' in html
    assert page.count("figure") > page.count("img")


def test_what_was_left_out_is_listed(make: Make, tmp_path: Path) -> None:
    """A reader would take 90 of 100 queries for all."""
    evaluation = replace(make("cat", "dog"), unreadable={"queries/cat/x.png": "is empty"})
    page, _ = written(evaluation, tmp_path)
    assert "Files left out" in page.words
    assert "queries/cat/x.png" in page.words

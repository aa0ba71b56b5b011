from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

from config.errors import UsageError
from service.reports.html import check_place, name, section, table, text, write_page
from tests.service.reports.reading import Page


def test_texts_are_escaped_whatever_their_bytes_are() -> None:
    """A name would become markup, or a name of an old share end the command."""
    assert text("<b>&\"'") == "&lt;b&gt;&amp;&quot;&#x27;"
    assert text("two\nlines\x1b") == "two lines "
    assert text(os.fsdecode(b"caf\xe9")).encode() == b"caf\\udce9"
    assert name("a_b/<c>") == "a_<wbr>b/<wbr>&lt;c&gt;"


def test_a_table_has_a_cell_a_column() -> None:
    """A figure would stand under another heading."""
    page = Page(table(["class", "n"], [("a", 1), ("b", 22)], right=[1]))
    assert (page.count("tr"), page.count("th"), page.count("td")) == (3, 2, 4)
    assert [a.get("class") for tag, a in page.tags if tag == "td"] == [None, "figure"] * 2
    with pytest.raises(ValueError, match="zip"):
        table(["class", "n"], [("a", 1, 2)])


def test_a_page_is_whole_and_well_formed(tmp_path: Path) -> None:
    """A browser would show half of it, or guess."""
    file = tmp_path / "page.html"
    write_page(file, "A <title>", "lead", [section("One", "<p>x</p>", note="read <this>")])
    html = file.read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    page = Page(html)
    assert "A <title>" in page.words
    assert "read <this>" in page.words
    assert [tag for tag, _ in page.tags].count("h2") == 1
    assert "prefers-color-scheme: dark" in html


def test_an_earlier_report_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    """A mistyped --out would overwrite a letter."""
    file = tmp_path / "report.html"
    write_page(file, "first", "", [])
    write_page(file, "second", "", [])
    assert "second" in Page(file.read_text(encoding="utf-8")).words
    assert list(tmp_path.iterdir()) == [file]
    letter = tmp_path / "letter.html"
    letter.write_text("<p>Dear Ada</p>")
    for place, said in (
        (letter, "is not a report"), (tmp_path, "is not a report"),
        (tmp_path / "no" / "x.html", "is not a folder"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=said):
            check_place(place)
        with pytest.raises(UsageError, match=said):
            write_page(place, "third", "", [])
    assert letter.read_text() == "<p>Dear Ada</p>"


def test_a_disk_that_is_full_leaves_the_earlier_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a report would take the place of a whole one."""
    file = tmp_path / "report.html"
    write_page(file, "first", "", [])

    def full(path: Path, *_: object, **__: object) -> None:
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(UsageError, match="cannot be written: no space left"):
        write_page(file, "second", "", [])
    assert list(tmp_path.iterdir()) == [file]
    assert "first" in file.read_text(encoding="utf-8")


def test_without_plotly_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person would get an ImportError after minutes of work."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "plotly" else find(name)
    )
    with pytest.raises(UsageError, match=r"needs plotly.*pip install 'pigeonhole\[web\]'"):
        check_place(tmp_path / "report.html")

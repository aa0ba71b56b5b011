"""Ask for searchable PDFs, drop tickets, find words in them; and take all of it back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image

from models.drawing.tickets import draw_ticket
from tests.journeys.running import Service


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Service]:
    """A service that was asked for both."""
    running = Service(tmp_path / "home", {"ticket_outputs": "pdf,text"})
    running.start()
    yield running
    running.stop()


def test_words_are_found_where_they_stand(asked: Service, tmp_path: Path) -> None:
    """Who opens the PDF in a year would have to read it all; and an undo would leave it behind."""
    pages = [
        Image.fromarray(
            draw_ticket(
                np.random.default_rng(seed), width=640, photo=False, on_page=False, strength=0
            ).pixels
        )
        for seed in (7, 8)
    ]
    two = tmp_path / "two.pdf"
    pages[0].save(two, "PDF", resolution=200, save_all=True, append_images=pages[1:])
    names = [asked.drop(np.asarray(pages[0]), "one.png"), asked.drop(two)]
    made: set[str] = set()
    while len(made) < 4:
        made.add(asked.wait_for(lambda line: line["event"] == "made")["output"])
    tickets = asked.home / "sorted" / "ticket"
    assert {path.name for path in tickets.iterdir()} == {
        *names, "one.png.txt", "one.png.searchable.pdf", "two.pdf.txt", "two.pdf.searchable.pdf",
    }  # fmt: skip
    ((text,),) = asked.ask("SELECT text FROM results WHERE original_name = 'one.png'")
    assert (tickets / "one.png.txt").read_text(encoding="utf-8") == text + "\n"
    word, left, top, high = asked.ask(
        'SELECT w.text, "left", top, height FROM words w JOIN results USING (scan_id)'
        " WHERE original_name = 'one.png' GROUP BY w.text HAVING count(*) = 1"
        " ORDER BY length(w.text) DESC, number LIMIT 1"
    )[0]
    with pdfium.PdfDocument(tickets / "one.png.searchable.pdf") as document:
        read = document[0].get_textpage()
        found = read.search(word).get_next()
        assert found is not None
        box = read.get_charbox(found[0], loose=True)
        height = document[0].get_height()
    assert box[0] * 300 / 72 == pytest.approx(left, abs=2)
    assert (height - box[3]) * 300 / 72 == pytest.approx(top, abs=0.1 * high + 2)
    with pdfium.PdfDocument(tickets / "two.pdf.searchable.pdf") as document:
        assert len(document) == 2
        assert all(page.get_textpage().count_chars() > 50 for page in document)
    assert asked.run("verify").endswith("0 findings\n")
    assert asked.stop() == 0
    assert "2 scans put back" in asked.run("undo", "2")
    assert list(tickets.iterdir()) == []
    (hit,) = [json.loads(line) for line in asked.run("status", "--json").splitlines()]
    assert hit["scans"] == {"superseded": 2}

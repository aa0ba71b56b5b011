"""Drop scans, find them sorted, read and queryable."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from models.drawing.documents import draw_document
from models.drawing.solids import draw_solid
from models.drawing.tickets import draw_ticket
from tests.journeys.running import Service


def test_drawn_tickets_and_cylinders_are_sorted_and_others_are_not(service: Service) -> None:
    """The box would not sort."""
    rng = np.random.default_rng(42)
    tickets = [
        service.drop(draw_ticket(rng, width=560, photo=False, strength=0.4).pixels, f"t{n}.png")
        for n in range(4)
    ]
    cylinders = [
        service.drop(draw_solid("cylinder", rng, elevation=20 + 10 * n), f"c{n}.png")
        for n in range(4)
    ]
    strangers = [
        service.drop(draw_document(kind, rng), f"{kind}.png")
        for kind in ("maze", "staves", "pie_chart", "line_map")
    ]

    service.wait_closed(*tickets, *cylinders, *strangers)

    sorted_tickets = {path.name for path in (service.home / "sorted" / "ticket").iterdir()}
    sorted_cylinders = {path.name for path in (service.home / "sorted" / "cylinder").iterdir()}
    in_review = {path.name for path in (service.home / "review").iterdir()}
    # One of four may be doubtful; none may be of the other class.
    assert len(sorted_tickets & set(tickets)) >= 3
    assert len(sorted_cylinders & set(cylinders)) >= 3
    assert len(in_review & set(strangers)) >= 3
    assert not sorted_tickets & set(cylinders)
    assert not sorted_cylinders & set(tickets)
    assert not list((service.home / "inbox").iterdir())
    rows = service.ask("SELECT state, destination FROM results WHERE original_name = 't0.png'")
    assert rows in ([("filed", "sorted/ticket/t0.png")], [("review", "review/t0.png")])


def test_what_a_ticket_says_can_be_found(service: Service) -> None:
    """A sorted ticket that cannot be searched has to be opened to be read."""
    ticket = draw_ticket(
        np.random.default_rng(7), width=640, photo=False, on_page=False, strength=0
    )
    service.wait_closed(service.drop(ticket.pixels, "clean.png"))

    ((state, text),) = service.ask(
        "SELECT state, text FROM results WHERE original_name = 'clean.png'"
    )

    assert state == "filed"
    assert len(text.split()) > 10
    word = max(text.split(), key=lambda word: (word.isalpha(), len(word)))
    hits = [json.loads(line) for line in service.run("search", word, "--json").splitlines()]
    assert "sorted/ticket/clean.png" in [hit["destination"] for hit in hits]


def test_a_file_that_is_no_image_fails_with_a_note(service: Service) -> None:
    """A person would not learn why a file was not sorted, nor what to do."""
    notes = service.home / ".notes.tmp"
    notes.write_text("these are notes")
    service.wait_closed(service.drop(notes, "notes.png"))

    note = json.loads((service.home / "failed" / "notes.png.error.json").read_text())
    assert (service.home / "failed" / "notes.png").read_text() == "these are notes"
    assert note["stage"] == "decode"
    assert "convert" in note["what_to_do"]
    row = json.loads(service.run("results", "--state", "failed", "--json").splitlines()[0])
    assert row["original_name"] == "notes.png"
    assert row["error"] == note["reason"]


def test_the_service_tells_how_it_is(service: Service) -> None:
    """Nobody could tell a service at rest from one that hangs."""
    answer = json.loads(service.run("status", "--json"))
    assert answer["daemon"] == "running"
    assert answer["pid"] == service.process.pid
    assert answer["classes"]["cylinder"] >= 1
    assert "problem" not in service.run("doctor")


def test_real_receipts_are_filed_with_their_text(service: Service, real_data: Path) -> None:
    """What the box was bought for: receipts from a scanner."""
    receipts = sorted((real_data / "receipts_sroie" / "img").iterdir())[-8:]
    names = [service.drop(path, f"real-{path.name}") for path in receipts]

    service.wait_closed(*names)

    rows = service.ask(
        "SELECT original_name, text FROM results WHERE class = 'ticket' AND state = 'filed' "
        "AND original_name LIKE 'real-%'"
    )
    assert len(rows) >= 7
    for name, text in rows:
        assert (service.home / "sorted" / "ticket" / name).exists()
        assert len(text.split()) > 20


def test_it_ends_cleanly_and_goes_on_where_it_was(tmp_path: Path) -> None:
    """Ctrl-C would leave half a move behind, or a lock that keeps the next start out."""
    service = Service(tmp_path / "home")
    service.start()
    assert service.stop() == 0
    service.drop(draw_solid("cylinder", np.random.default_rng(1), elevation=30.0), "later.png")
    service.start()
    assert service.wait_closed("later.png")["later.png"] in {"filed", "review"}
    assert service.stop() == 0

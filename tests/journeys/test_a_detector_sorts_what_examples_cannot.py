"""A detector is trained from two folders, sorts what is dropped, goes, and comes back live."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.drawing.documents import draw_document
from models.drawing.tickets import draw_ticket
from tests.journeys.running import Service
from tests.models.detector.scenes import scene
from tests.service.detectors.pictures import cones, scenes


@pytest.mark.slow
def test_two_folders_make_a_class_that_no_example_makes(tmp_path: Path) -> None:
    """A trained detector would lie in its folder, and everything go to review as before."""
    heaps = scenes(tmp_path / "heaps", 5)
    others = cones(tmp_path / "others", 2)
    rng = np.random.default_rng(1)
    for number in range(6):
        page = draw_document(("staves", "maze")[number % 2], rng, strength=0.3)
        Image.fromarray(page).save(others / f"page-{number}.png")
    words = ("--positives", str(heaps), "--others", str(others), "--approach", "branch")
    service = Service(tmp_path / "home")

    answer = service.run("detector", "train", "heap", *words)
    assert "Of 5 pictures of heap it recognises 5" in answer
    assert (service.home / "detectors" / "heap" / "report.html").is_file()

    service.start()
    try:
        dropped = [
            service.drop(scene(50), "heap.png"),
            service.drop(
                draw_ticket(rng, extras=False, photo=False, strength=0.0).pixels, "ticket.png"
            ),
            service.drop(draw_document("staves", rng, strength=0.3), "song.png"),
        ]
        assert service.wait_closed(*dropped) == {
            "heap.png": "filed", "ticket.png": "filed", "song.png": "review",
        }  # fmt: skip
        assert (service.home / "sorted" / "heap" / "heap.png").exists()
        assert (service.home / "sorted" / "ticket" / "ticket.png").exists()

        (line,) = service.run("classify", str(heaps / "scene-0.png"), "--json").splitlines()
        told = json.loads(line)
        assert told["class"] == "heap"
        assert told["detectors"]["heap"] > 0.5

        service.run("detector", "remove", "heap")
        assert service.run("detector", "list") == ""
        name = service.drop(scene(51), "without.png")
        assert service.wait_closed(name) == {"without.png": "review"}
        assert (service.home / "removed" / "detectors" / "heap" / "report.html").is_file()

        service.run("detector", "train", "heap", *words)
        name = service.drop(scene(52), "again.png")
        assert service.wait_closed(name) == {"again.png": "filed"}
        assert (service.home / "sorted" / "heap" / "again.png").exists()
        assert service.ask("SELECT class FROM results ORDER BY scan_id DESC")[0] == ("heap",)
    finally:
        service.stop()

"""A correction teaches: the next scan of its kind goes there, and a slip is asked about."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from models.drawing.documents import draw_document
from tests.journeys.running import Service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that learns from corrections, with a class of puzzles."""
    home = tmp_path_factory.mktemp("home") / "pigeonhole-home"
    running = Service(home, {"learn_from_corrections": "true", "read_classes": "[]"})
    running.start()
    running.drop(puzzle(1), "shown.png", folder="support/puzzle")
    yield running
    running.stop()


def puzzle(seed: int) -> np.ndarray:
    """A drawn number puzzle."""
    return draw_document("number_puzzle", np.random.default_rng(seed), strength=0.3)


def staves(seed: int) -> np.ndarray:
    """A drawn sheet of music."""
    return draw_document("staves", np.random.default_rng(seed), strength=0.3)


def drag(service: Service, name: str, to: str) -> None:
    """Move a scan into the folder of a class, and wait until that is noticed."""
    (place,) = service.ask(f"SELECT destination FROM results WHERE original_name = '{name}'")[0]
    folder = service.home / "sorted" / to
    folder.mkdir(exist_ok=True)
    (service.home / place).rename(folder / name)
    service.wait_for(lambda line: line["event"] == "moved by hand" and line["file"] == name)


def test_a_corrected_scan_becomes_an_example(service: Service) -> None:
    """Every sheet of music would have to be dragged out of review."""
    for seed in range(2):
        service.drop(staves(seed), f"music{seed}.png")
    assert service.wait_closed("music0.png", "music1.png") == {
        "music0.png": "review", "music1.png": "review",
    }  # fmt: skip
    # The first makes the class by itself; the second is learned.
    drag(service, "music0.png", "music")
    drag(service, "music1.png", "music")
    learned = service.wait_for(lambda line: line["event"] == "an example more")
    assert (learned["kind"], learned["example"]) == ("music", "music1.png")
    assert (service.home / "support" / "music" / "music1.png").is_file()
    assert service.ask("SELECT state FROM lessons ORDER BY scan_id") in (
        [("there",), ("added",)], [("added",)],
    )  # fmt: skip


def test_a_slip_is_asked_about(service: Service) -> None:
    """One wrong drag would take a whole class along."""
    service.drop(puzzle(2), "puzzle2.png")
    service.drop(puzzle(3), "puzzle3.png")
    assert set(service.wait_closed("puzzle2.png", "puzzle3.png").values()) == {"filed"}
    drag(service, "puzzle2.png", "music")
    asked = service.wait_for(lambda line: line["event"] == "not learned: a person is asked")
    assert "would be taken for music" in asked["reason"]
    assert not (service.home / "support" / "music" / "puzzle2.png").exists()
    assert "asks:" in service.run("status")


def test_a_drag_back_takes_the_example_along(service: Service) -> None:
    """A slip that was mended would stay an example."""
    drag(service, "music1.png", "puzzle")
    gone = service.wait_for(lambda line: line["event"] == "an example less")
    assert gone["kind"] == "music"
    assert (service.home / "removed" / "music" / "music1.png").is_file()
    assert "0 findings" in service.run("verify")

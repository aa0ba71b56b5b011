"""The file manager is enough: a file that is dragged to its folder is a correction."""

from __future__ import annotations

import shutil

import numpy as np

from models.drawing.documents import draw_document
from tests.journeys.running import Service


def followed(service: Service, name: str) -> None:
    """Wait until a file that was dragged is noticed."""
    service.wait_for(lambda line: line["event"] == "moved by hand" and line["file"] == name)


def test_a_drag_to_a_new_folder_makes_a_class_that_takes_the_next(service: Service) -> None:
    """A person would have to learn a command before anything is sorted as they want it."""
    rng = np.random.default_rng(3)
    service.drop(draw_document("number_puzzle", rng, strength=0.3), "one.png")
    assert service.wait_closed("one.png") == {"one.png": "review"}
    puzzles = service.home / "sorted" / "puzzle"
    puzzles.mkdir()
    (service.home / "review" / "one.png").rename(puzzles / "one.png")
    followed(service, "one.png")
    assert service.ask("SELECT state, class, nearest_class, destination FROM results")[0] in {
        ("filed", "puzzle", "ticket", "sorted/puzzle/one.png"),
        ("filed", "puzzle", "cylinder", "sorted/puzzle/one.png"),
    }
    service.drop(draw_document("number_puzzle", rng, strength=0.3), "two.png")
    assert service.wait_closed("two.png") == {"two.png": "filed"}
    assert (puzzles / "two.png").is_file()
    assert service.ask("SELECT nearest_support FROM results ORDER BY scan_id DESC")[0] == (
        "puzzle/one.png",
    )


def test_over_a_share_it_is_copied_first_and_removed_later(service: Service) -> None:
    """What was dragged on another machine would count as lost, and as a stranger."""
    place = service.home / "sorted" / "puzzle" / "two.png"
    target = service.home / "sorted" / "ticket" / "renamed.png"
    target.parent.mkdir(exist_ok=True)
    shutil.copyfile(place, target)
    place.unlink()
    followed(service, "two.png")
    query = "SELECT class, destination FROM results ORDER BY scan_id DESC"
    assert service.ask(query)[0] == ("ticket", "sorted/ticket/renamed.png")


def test_what_was_said_stands_in_the_ledger_and_all_is_in_order(service: Service) -> None:
    """Nobody could tell how often the network was right."""
    said = service.ask("SELECT source, predicted, class_before, class_name FROM feedback")
    assert said == [
        ("folder", "unknown", "unknown", "puzzle"), ("folder", "puzzle", "puzzle", "ticket"),
    ]  # fmt: skip
    assert "0 findings" in service.run("verify")

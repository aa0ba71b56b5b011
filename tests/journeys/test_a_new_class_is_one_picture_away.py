"""One picture makes a class, live."""

from __future__ import annotations

import numpy as np
from PIL import Image

from models.drawing.documents import draw_document
from tests.journeys.running import Service


def test_one_picture_sorts_the_next_drop_without_a_restart(service: Service) -> None:
    """A new class would need a restart, or training."""
    rng = np.random.default_rng(3)
    before = service.drop(draw_document("number_puzzle", rng, strength=0.3), "before.png")
    assert service.wait_closed(before) == {"before.png": "review"}

    example = service.home / ".example.tmp.png"
    Image.fromarray(draw_document("number_puzzle", rng, strength=0.3)).save(example)
    assert "puzzle" in service.run("classes", "add", "puzzle", str(example))

    after = service.drop(draw_document("number_puzzle", rng, strength=0.3), "after.png")
    assert service.wait_closed(after) == {"after.png": "filed"}
    assert (service.home / "sorted" / "puzzle" / "after.png").exists()


def test_a_folder_made_by_hand_is_a_class_too(service: Service) -> None:
    """People make folders with the file manager, not with a command."""
    rng = np.random.default_rng(4)
    service.drop(draw_document("staves", rng, strength=0.3), "mine.png", folder="support/music")
    name = service.drop(draw_document("staves", rng, strength=0.3), "song.png")
    assert service.wait_closed(name) == {"song.png": "filed"}
    assert service.ask("SELECT class, nearest_support FROM results ORDER BY scan_id DESC")[0] == (
        "music",
        "music/mine.png",
    )
    assert "music" in service.run("classes", "list")


def test_a_class_that_is_taken_away_sorts_no_more(service: Service) -> None:
    """A class made by mistake could not be undone."""
    rng = np.random.default_rng(5)
    example = service.home / "support" / "music" / "mine.png"
    example.unlink()
    example.parent.rmdir()
    name = service.drop(draw_document("staves", rng, strength=0.3), "again.png")
    service.wait_closed(name)
    assert service.ask("SELECT class FROM results ORDER BY scan_id DESC")[0] != ("music",)

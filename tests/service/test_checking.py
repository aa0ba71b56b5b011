from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from indexer.audit import Finding
from models.page.scan import Page
from service.desk.classes.checking import check_classes
from service.workers.engine import Engine

Draw = Callable[..., Path]


def give(engine: Engine, name: str, file: Path) -> None:
    """Put an example into the support folder."""
    place = engine.spec.support / name
    place.parent.mkdir(exist_ok=True)
    shutil.copyfile(file, place)


def found(engine: Engine) -> list[Finding]:
    """The findings a second later."""
    engine._look_again_at = 0.0
    return list(check_classes(engine.spec))


def test_a_home_without_classes_has_nothing_to_check(engine: Engine) -> None:
    """The command would end in a traceback before the first class is made."""
    assert found(engine) == []


def test_a_class_without_a_usable_example_is_an_error(engine: Engine, drawn: Draw) -> None:
    """Scans would never land in a class that is there, and nobody would be told why."""
    give(engine, "ticket/1.png", drawn("ticket", 1))
    give(engine, "ticket/2.png", drawn("ticket", 2))
    (engine.spec.support / "empty").mkdir()
    (engine.spec.support / "text").mkdir()
    (engine.spec.support / "text" / "notes.txt").write_text("no picture")
    unreadable, *empty = found(engine)
    assert (unreadable.kind, unreadable.examples) == ("unreadable", ("text/notes.txt",))
    assert engine.unreadable["text/notes.txt"] in unreadable.text
    assert [(one.kind, one.classes) for one in empty] == [
        ("empty", ("empty",)),
        ("empty", ("text",)),
    ]
    assert {one.severity for one in (unreadable, *empty)} == {"error"}


def test_what_was_just_added_is_checked(engine: Engine, drawn: Draw) -> None:
    """A mended folder would go on being complained of."""
    give(engine, "ticket/1.png", drawn("ticket", 1))
    assert [one.kind for one in found(engine)] == ["single"]
    give(engine, "ticket/2.png", drawn("ticket", 2))
    assert found(engine) == []
    give(engine, "copy/1.png", drawn("ticket", 2))
    (copies, single) = found(engine)
    assert (copies.kind, copies.distance) == ("copies", pytest.approx(0, abs=1e-5))
    assert "the same file" in copies.text
    assert single.kind == "single"


def test_a_blank_example_is_named_and_draws_every_blank_page(engine: Engine, drawn: Draw) -> None:
    """Blank backs of papers would be filed as tickets, with the greatest certainty."""
    for seed in (1, 2):
        give(engine, f"ticket/{seed}.png", drawn("ticket", seed))
        give(engine, f"cylinder/{seed}.png", drawn("cylinder", seed))
    assert found(engine) == []
    grey = np.full((600, 400), 128, np.uint8)
    Image.fromarray(grey).save(engine.spec.support / "ticket" / "back.png")
    (one,) = found(engine)
    assert (one.kind, one.severity, one.examples) == ("blank", "warning", ("ticket/back.png",))
    white, speck = np.full((900, 700), 255, np.uint8), np.full((900, 700), 250, np.uint8)
    speck[450, 350] = 0
    verdicts = engine.judge([Page(1, white), Page(1, speck)])
    assert [one.class_name for one in verdicts] == ["ticket", "ticket"], "what the finding says"


def test_what_is_left_alone_is_named(engine: Engine, drawn: Draw) -> None:
    """Examples of 'unknown', or behind a link, would be ignored in silence."""
    give(engine, "ticket/1.png", drawn("ticket", 1))
    give(engine, "ticket/2.png", drawn("ticket", 2))
    give(engine, "unknown/3.png", drawn("cylinder", 1))
    (engine.spec.support / "ticket" / "4.png").symlink_to("/nowhere.png")
    link, folder = found(engine)
    assert {link.kind, folder.kind} == {"ignored"}
    assert {link.severity, folder.severity} == {"warning"}
    assert (link.classes, link.examples) == (("ticket",), ("ticket/4.png",))
    assert (folder.classes, folder.examples) == ((), ("unknown",))
    assert "left alone" in folder.text

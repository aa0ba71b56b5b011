"""A person asks whether the examples are good ones, before the scans come."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.drawing.documents import draw_document
from models.drawing.solids import draw_solid
from tests import forked


def put(home: Path, name: str, pixels: NDArray[np.uint8]) -> Path:
    """Save a drawing as an example, ``<class>/<file>``."""
    path = home / "support" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def check(home: Path, code: int, *words: str) -> str:
    """What the command answers."""
    done = forked.run("classes", "check", *words, "--home", home, network=True)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Three classes, as different as can be, of three examples each."""
    home, rng = tmp_path / "home", np.random.default_rng(5)
    for number in range(3):
        for kind in ("staves", "maze"):
            put(home, f"{kind}/{number}.png", draw_document(kind, rng, strength=0.2))
        solid = draw_solid("cylinder", rng, size=540, elevation=20.0 + 5 * number)
        put(home, f"cylinder/{number}.png", solid)
    (home / "pigeonhole.toml").touch()
    return home


@pytest.mark.slow
def test_good_examples_leave_nothing_to_say(home: Path) -> None:
    """A check that always complains is not read."""
    assert check(home, 0) == "nothing to complain of\n"
    assert check(home, 0, "--json") == ""


def test_each_fault_is_named_with_what_to_do(home: Path) -> None:
    """A person would find out by scans that land in the wrong folder."""
    rng = np.random.default_rng(6)
    put(home, "maze/odd.png", draw_document("staves", rng, strength=0.2))
    for number in range(3):
        tube = draw_solid("cylinder", rng, size=540, elevation=22.0 + 5 * number)
        put(home, f"tube/{number}.png", tube)
    (home / "support" / "staves" / "copy.png").write_bytes(
        put(home, "single/1.png", draw_document("pie_chart", rng)).read_bytes()
    )
    (home / "support" / "maze" / "notes.txt").write_text("these are mazes")
    (home / "support" / "empty").mkdir()

    found: list[dict[str, Any]] = [
        json.loads(line) for line in check(home, 1, "--json").splitlines()
    ]

    by_kind = {one["kind"]: one for one in found}
    assert by_kind.keys() == {"unreadable", "empty", "copies", "mislabelled", "close", "single"}
    assert by_kind["unreadable"]["examples"] == ["maze/notes.txt"]
    assert by_kind["empty"]["classes"] == ["empty"]
    assert by_kind["copies"]["examples"] == ["single/1.png", "staves/copy.png"]
    assert by_kind["mislabelled"]["examples"][0] == "maze/odd.png"
    assert by_kind["mislabelled"]["classes"] == ["maze", "staves"]
    assert by_kind["close"]["classes"] == ["cylinder", "tube"]
    assert by_kind["close"]["confusion"] > 0.05
    assert by_kind["single"]["classes"] == ["single"]
    assert len(found) == 6, found
    for line, one in zip(check(home, 1).splitlines(), found, strict=True):
        assert line.startswith(one["severity"])
        assert one["text"] in line
        assert one["advice"] in line


def test_without_a_home_there_is_one_line(tmp_path: Path) -> None:
    """A mistyped path would be laid out as a new home."""
    assert check(tmp_path / "nowhere", 4) == ""
    assert not (tmp_path / "nowhere").exists()

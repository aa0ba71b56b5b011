from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from config.errors import DataError, UsageError
from models.episodes.spec import DataSpec
from models.siamese.weights import load_branch
from models.training.plan import Plan
from service.desk.training.training import train_network

PLAN = Plan(epochs=2, batches=2, batch=8, ways=5, trials=50, patience=0)


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    """Ten classes of five drawings in two groups, and a file that is none."""
    rng = np.random.default_rng(0)
    for number in range(10):
        folder = tmp_path / "shapes" / "ab"[number % 2] / f"shape{number}"
        folder.mkdir(parents=True)
        corners = rng.integers(10, 90, (3, 2))
        for image in range(5):
            pixels = np.full((100, 100), 255, np.uint8)
            cv2.polylines(pixels, [corners + rng.integers(-3, 4, (3, 2))], True, 0, 2)
            cv2.imwrite(str(folder / f"{image}.png"), pixels)
    (tmp_path / "shapes" / "a" / "shape0" / "bad.png").write_bytes(b"no picture")
    return tmp_path / "shapes"


def train(data: Path, out: Path, **options: Any) -> tuple[Any, list[Mapping[str, Any]], list[str]]:
    """The manifest, the epochs that were reported, and the lines that were told."""
    rows: list[Mapping[str, Any]] = []
    lines: list[str] = []
    given = {"hold_out": frozenset({"b"}), "drawings": 2, "solids": 0.0, "plan": PLAN} | options
    manifest = train_network(
        [DataSpec(data)],
        out=out,
        provenance={"command": "pigeonhole train"},
        report=rows.append,
        tell=lines.append,
        **given,
    )
    return manifest, rows, lines


def test_class_folders_become_a_network(shapes: Path, tmp_path: Path) -> None:
    """The command would leave weights that nothing can use."""
    steps: list[str] = []

    @contextmanager
    def watch(label: str, total: int) -> Any:
        steps.append(f"{label} {total}")
        yield lambda: steps.append(label)

    out = tmp_path / "run"
    manifest, rows, lines = train(shapes, out, watch=watch)
    assert load_branch(out / "siamese.manifest.json")[1] == manifest
    assert manifest.calibration
    assert manifest.training["hold_out"] == ["b"]
    assert manifest.training["sources"]["shapes"]["classes"] == 5
    assert [row["epoch"] for row in rows] == [1, 2]
    assert steps == ["shapes 51", *["shapes"] * 51, "training 2", *["training"] * 2]
    assert any("a/shape0/bad.png" in line for line in lines)
    assert "images left out because they cannot be read: 1" in lines
    settings = json.loads((out / "settings.json").read_text())
    assert settings["drawings"] == 2
    if importlib.util.find_spec("plotly"):
        assert (out / "curves.html").is_file()


@pytest.mark.slow
def test_without_plotly_there_are_no_curves_but_a_network(
    shapes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hours of training would end in an error for want of a picture."""
    find: Callable[[str], Any] = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "plotly" else find(name)
    )
    _, _, lines = train(shapes, tmp_path / "run")
    assert any("curves are not drawn" in line and "plotly" in line for line in lines)
    assert (tmp_path / "run" / "siamese.manifest.json").is_file()
    assert not (tmp_path / "run" / "curves.html").exists()


@pytest.mark.parametrize(
    ("hold_out", "said"),
    [
        ((), "0 classes of 2 images and more are held out, .* need 3"),
        (("shape0",), "1 class of 2 images and more is held out"),
        (("shape0", "shape1"), "2 classes .* are held out"),
    ],
)
def test_too_little_held_out_is_refused_before_training(
    shapes: Path, tmp_path: Path, hold_out: tuple[str, ...], said: str
) -> None:
    """It would turn out after hours that there is nothing to calibrate by."""
    with pytest.raises(DataError, match=said):
        train(shapes, tmp_path / "run", hold_out=frozenset(hold_out))
    for image in shapes.glob("*/*/[3-9].png"):
        image.unlink()
    with pytest.raises(DataError, match="has more than 3 images, calibrating needs 4"):
        train(shapes, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_one_class_is_nothing_to_learn_from(shapes: Path, tmp_path: Path) -> None:
    """A network that was asked nothing would be written down with a loss of 0."""
    others = frozenset(one.name for one in sorted(shapes.glob("*/shape*"))[1:])
    with pytest.raises(DataError, match="leaves 1 class to learn from, a network needs 2"):
        train(shapes, tmp_path / "run", hold_out=others)
    assert not (tmp_path / "run").exists()


def test_a_finished_run_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    """Minutes of reading and drawing would come before the message."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "siamese.manifest.json").write_text("{}")
    with pytest.raises(DataError, match="already holds a trained network"):
        train(tmp_path / "no such data", tmp_path / "run")


def test_a_name_that_holds_nothing_out_is_refused_before_anything_is_read(
    shapes: Path, tmp_path: Path
) -> None:
    """Hours of training would pass, and the network have seen what it is judged by."""

    def watch(label: str, total: int) -> Any:
        pytest.fail(f"{label} is read")

    with pytest.raises(UsageError, match="--hold-out 'cone', 'shap1' name no group") as caught:
        train(shapes, tmp_path / "run", hold_out=frozenset({"b", "shap1", "cone"}), watch=watch)
    assert "shape1 for shap1" in caught.value.advice
    with pytest.raises(UsageError, match="--hold-out 'cones' names no group") as caught:
        train(
            shapes, tmp_path / "run", hold_out=frozenset({"b", "cones"}), solids=1.0, watch=watch
        )  # fmt: skip
    assert caught.value.advice == "Did you mean cone?"
    assert not (tmp_path / "run").exists()

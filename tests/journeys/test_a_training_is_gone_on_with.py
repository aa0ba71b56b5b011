"""A training dies in the middle of an epoch; the same command finishes it, to the same end."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests import forked
from tests.forked import COMMAND


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with class folders in it: twelve polygons, five drawings each."""
    root = tmp_path_factory.mktemp("training")
    rng = np.random.default_rng(0)
    for number in range(12):
        folder = root / "shapes" / f"shape{number}"
        folder.mkdir(parents=True)
        corners = rng.integers(10, 90, (4, 2))
        for image in range(5):
            pixels = np.full((100, 100), 255, np.uint8)
            cv2.polylines(pixels, [corners + rng.integers(-3, 4, (4, 2))], True, 0, 2)
            cv2.imwrite(str(folder / f"{image}.png"), pixels)
    return root


def command(out: str, *words: str) -> list[str]:
    """A small training."""
    return [
        "train", "--data", "shapes,held=0.4,turns", "--out", out, "--epochs", "3",
        "--batches", "10", "--batch", "8", "--threads", "1", "--precision", "float32", *words,
    ]  # fmt: skip


def train(folder: Path, out: str, *words: str, code: int = 0) -> str:
    """What the command says on stderr."""
    done = forked.run(*command(out, *words), cwd=folder, network=True)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def history(run: Path) -> list[dict[str, object]]:
    """The epochs without what the clock said."""
    rows = [json.loads(line) for line in (run / "history.jsonl").read_text().splitlines()]
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


@pytest.fixture(scope="module")
def whole(folder: Path) -> Path:
    """The run folder of a training that nothing disturbed."""
    told = train(folder, "whole")
    assert re.findall(r"^epoch (\d)/3  loss", told, re.MULTILINE) == ["1", "2", "3"]
    return folder / "whole"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_training_that_was_killed_is_finished_by_the_same_command(
    folder: Path, whole: Path
) -> None:
    """A power cut would cost hours, or the network come out another one."""
    # Killed as soon as the first epoch is told: somewhere in the second.
    with subprocess.Popen(
        [COMMAND, *command("cut")],
        cwd=folder,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert any(line.startswith("epoch 1/3") for line in process.stderr)
        process.kill()
    cut = folder / "cut"
    assert not (cut / "siamese.manifest.json").exists()

    before = {path: path.read_bytes() for path in cut.rglob("*") if path.is_file()}
    refused = train(folder, "cut", "--seed", "2", code=10)
    assert "has plan.seed 1, this command has 2" in refused
    assert len(refused.splitlines()) == 1
    assert {path: path.read_bytes() for path in cut.rglob("*") if path.is_file()} == before

    done = forked.run("evaluate", "shapes", "--weights", "cut", cwd=folder, network=True)
    assert done.returncode == 7
    assert re.fullmatch(
        r"pigeonhole: the training in cut is not finished, it has come to epoch [12] of 3\. "
        r"Give the command that began it again.*\n",
        done.stderr,
    )

    train(folder, "cut")
    assert history(cut) == history(whole)
    ends = []
    for run in (whole, cut):
        manifest = json.loads((run / "siamese.manifest.json").read_text())
        ends.append((manifest["scores"], manifest["calibration"], manifest["training"]["images"]))
    assert ends[0] == ends[1]

    again = train(folder, "cut", code=10)
    assert "already holds a trained network" in again


@pytest.mark.timeout(900)
@pytest.mark.slow
def test_the_network_that_was_trained_judges(folder: Path, whole: Path) -> None:
    """All the work would end in a file that no command can use."""
    for name in ("shape0", "shape1"):
        for number, kind in enumerate(("support", "queries")):
            place = folder / "kept back" / kind / name
            place.mkdir(parents=True)
            shutil.copy(folder / "shapes" / name / f"{number}.png", place)
    words = ["kept back", "--weights", whole, "--json"]
    done = forked.run("evaluate", *words, cwd=folder, network=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["total"] == 2


def test_bad_input_is_one_line(folder: Path) -> None:
    """A person would face a page of Python."""
    (folder / "shapes" / "empty").mkdir(exist_ok=True)
    try:
        told = train(folder, "bad", code=10)
        assert "shapes/empty has 0 images, a class needs 1" in told
    finally:
        (folder / "shapes" / "empty").rmdir()
    assert "shapes,wieght=2" in train(folder, "bad", "--data", "shapes,wieght=2", code=2)
    assert not (folder / "bad").exists()

"""A shape eye is trained, then joined with a texture eye; the branch they make judges."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.drawing.documents import DOCUMENT_KINDS

pytestmark = pytest.mark.slow

COMMAND = Path(sys.executable).with_name("pigeonhole")
PATIENCE = 600
JOIN = (
    "--eye", "eye", "--data", "shapes,held=0.4", "--pages", "kinds,held=0.4", "--drawings", "2",
    "--threads", "1",
)  # fmt: skip


def train(folder: Path, *words: str, code: int = 0) -> str:
    """What the command answers; what it says when it is refused."""
    done = subprocess.run(
        [COMMAND, "train", *words],
        cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr if code else done.stdout


def files(path: Path) -> dict[Path, bytes]:
    """Every file below a folder."""
    return {one: one.read_bytes() for one in path.rglob("*") if one.is_file()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve polygons, five drawings each; five kinds of documents, four pages each; an eye."""
    root = tmp_path_factory.mktemp("training")
    rng = np.random.default_rng(0)
    for number in range(12):
        place = root / "shapes" / f"shape{number}"
        place.mkdir(parents=True)
        corners = rng.integers(10, 90, (4, 2))
        for image in range(5):
            pixels = np.full((100, 100), 255, np.uint8)
            cv2.polylines(pixels, [corners + rng.integers(-3, 4, (4, 2))], True, 0, 2)
            cv2.imwrite(str(place / f"{image}.png"), pixels)
    for kind in ("staves", "register", "typescript", "maze", "crossword"):
        place = root / "kinds" / kind
        place.mkdir(parents=True)
        for image in range(4):
            cv2.imwrite(str(place / f"{image}.png"), DOCUMENT_KINDS[kind](rng, 500))
    train(
        root, "--data", "shapes,held=0.4", "--out", "eye", "--epochs", "1", "--batches", "5",
        "--batch", "8", "--threads", "1", "--precision", "float32",
    )  # fmt: skip
    return root


@pytest.fixture(scope="module")
def joined(folder: Path) -> Path:
    """The run folder of the joined branch."""
    eye = files(folder / "eye")
    told = train(folder, *JOIN, "--out", "joined")
    assert "joined/siamese.weights.h5: 256 numbers a page" in told
    assert "shapes: " in told
    assert files(folder / "eye") == eye
    return folder / "joined"


@pytest.mark.timeout(1800)
def test_the_manifest_tells_of_both_halves(folder: Path, joined: Path) -> None:
    """Nobody could make the weights again."""
    manifest = json.loads((joined / "siamese.manifest.json").read_text())
    first = json.loads((folder / "eye" / "siamese.manifest.json").read_text())
    training = manifest["training"]
    assert "--eye eye" in training["command"]
    assert training["eye"] == first["training"]
    assert "--epochs 1" in training["eye"]["command"]
    assert training["join"]["eye_sha256"] == first["sha256"]
    assert training["join"]["amounts"]["drawn"] == 2
    assert manifest["calibration"]["sharpness"] != first["calibration"]["sharpness"]

    before = files(joined)
    told = train(folder, *JOIN, "--out", "joined", code=10)
    assert "joined already holds a trained network" in told
    assert files(joined) == before


@pytest.mark.timeout(1800)
def test_the_branch_of_two_eyes_judges(folder: Path, joined: Path) -> None:
    """All the work would end in a file that no command can use."""
    rng = np.random.default_rng(5)
    for kind in ("letter", "line_map"):
        for part in ("support", "queries"):
            place = folder / "kept back" / part / kind
            place.mkdir(parents=True)
            cv2.imwrite(str(place / "page.png"), DOCUMENT_KINDS[kind](rng, 600))
    done = subprocess.run(
        [COMMAND, "evaluate", "kept back", "--weights", joined, "--json"],
        cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["errors"], found["total"]) == (0, 2)


@pytest.mark.timeout(1800)
def test_ctrl_c_leaves_nothing_half_done(folder: Path) -> None:
    """A folder with half a network would be in the way of the next try."""
    with subprocess.Popen(
        [COMMAND, "train", *JOIN, "--drawings", "500", "--hold-out", "shape1", "--out", "cut"],
        cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        # Said once everything is listed, before the first page is drawn.
        first = process.stderr.readline()
        assert "the eye's training did not hold out shape1" in first
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()
    assert process.returncode == 130
    assert "Traceback" not in told
    assert "cut is not begun" in told
    assert not (folder / "cut").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--eye", "eye"), "--eye is given without --pages"),
        (("--pages", "kinds"), "--pages is given without --eye"),
        (
            ("--eye", "eye", "--pages", "kinds", "--epochs", "50"),
            "--epochs decides the training of a shape eye",
        ),
        (("--eye", "eye", "--pages", "kinds,held=2"), "--pages kinds,held=2: 'held=2'"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    folder: Path, words: tuple[str, ...], said: str
) -> None:
    """A person would wait for something else than was asked for."""
    told = train(folder, "--data", "shapes", "--out", "bad", *words, code=2)
    assert said in told
    assert len(told.splitlines()) == 1
    assert not (folder / "bad").exists()


def test_bad_input_is_one_line(folder: Path) -> None:
    """A person would face a page of Python, after minutes."""
    (folder / "kinds" / "empty").mkdir()
    try:
        told = train(folder, *JOIN, "--out", "bad", code=10)
    finally:
        (folder / "kinds" / "empty").rmdir()
    assert "kinds/empty has 0 images, a class needs 1" in told

    other = shutil.copytree(folder / "eye", folder / "other eye")
    with (other / "siamese.weights.h5").open("ab") as weights:
        weights.write(b"more")
    told += train(folder, *JOIN, "--eye", "other eye", "--out", "bad", code=7)
    assert "other eye/siamese.weights.h5 has sha256" in told
    assert "its manifest says" in told

    (other / "siamese.manifest.json").unlink()
    told += train(folder, *JOIN, "--eye", "other eye", "--out", "bad", code=10)
    assert "the training in other eye is not finished, it has come to epoch 1 of 1" in told

    told += train(folder, *JOIN, "--out", "other eye", code=10)
    assert "other eye holds the training of a shape eye that is not finished" in told
    assert len(told.splitlines()) == 4
    assert not (folder / "bad").exists()

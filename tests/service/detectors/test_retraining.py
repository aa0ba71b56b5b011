"""The old detector beside the new one: on nothing that it has seen, and never in its way."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from config.home import Home
from models.detector.approaches.approach import Material
from models.detector.judging.trial import Earlier
from models.detector.pictures.gathering import gather
from models.detector.pictures.picture import Picture, labels_of, planes_of
from models.detector.saved.manifest import MANIFEST_FILE, PICTURES_FILE
from models.siamese.embedder import Embedder
from service.desk.detectors.known import read_known
from service.desk.detectors.retraining import earlier_beside
from tests.service.detectors.pictures import CLASS, scenes
from tests.service.fakes import LIMITS


def beside(
    home: Home, embedder: Embedder, *others: Path, positives: Path
) -> tuple[dict[str, float], list[str], Earlier | None]:
    """What the old one makes of pictures, by their names; what was told; and all of it."""
    pictures: tuple[Picture, ...] = gather([positives], others, LIMITS).pictures
    shown = Material(
        labels_of(pictures), planes_of(pictures), embedder.embed([one.grey for one in pictures])
    )
    told: list[str] = []
    found = earlier_beside(home, CLASS, pictures, shown, embedder.branch_id, told.append)
    values = found.probabilities if found else np.full(len(pictures), np.nan)
    by_name = {one.path.name: float(value) for one, value in zip(pictures, values, strict=True)}
    return by_name, told, found


def test_a_known_picture_counts_as_it_was_judged_and_its_like_not_at_all(
    home: Home,
    detector: Path,
    embedder: Embedder,
    tmp_path: Path,
    cone_folder: Path,
    other_folder: Path,
) -> None:
    """The old one would be praised for what it learned by heart, or knows in another form."""
    more = scenes(tmp_path / "more", 1, first=20)
    pixels = cv2.imread(str(other_folder / "scene-1.png"), cv2.IMREAD_GRAYSCALE)
    assert pixels is not None
    cv2.imwrite(str(more / "again.jpg"), pixels[4:, 4:])
    values, told, found = beside(home, embedder, other_folder, more, positives=cone_folder)
    assert found is not None
    known = read_known(detector)
    assert known is not None
    kept = [value for name, value in values.items() if name not in {"scene-20.png", "again.jpg"}]
    assert sorted(kept) == sorted(known.probabilities.values())
    assert 0 <= values["scene-20.png"] < 0.5
    assert np.isnan(values["again.jpg"])
    assert told == []


@pytest.mark.parametrize("damage", ["missing", "cut off", "of another kind", "empty"])
def test_where_nobody_knows_what_it_has_seen_nothing_counts(
    home: Home,
    detector: Path,
    embedder: Embedder,
    damage: str,
    cone_folder: Path,
    other_folder: Path,
) -> None:
    """It would be judged on what it was trained on, and the new one look worse."""
    listed = detector / PICTURES_FILE
    text = listed.read_text()
    listed.unlink()
    if damage != "missing":
        listed.write_text({"cut off": text[:-30], "empty": ""}.get(damage, "a\tb\n1\t2\n"))
    values, told, found = beside(home, embedder, other_folder, positives=cone_folder)
    assert found is not None
    assert np.isnan(list(values.values())).all()
    assert told == []


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (MANIFEST_FILE, '{"format": 99}', "another version"),
        (MANIFEST_FILE, "none", "is not a manifest"),
        ("head.npz", "another", "head.npz is not the one of its manifest"),
    ],
)
def test_one_that_cannot_be_used_stops_nothing(
    home: Home,
    detector: Path,
    embedder: Embedder,
    file: str,
    text: str,
    said: str,
    cone_folder: Path,
    other_folder: Path,
) -> None:
    """Minutes of training would be lost for the sake of a detector that is replaced anyway."""
    (detector / file).write_text(text)
    _, (line,), found = beside(home, embedder, other_folder, positives=cone_folder)
    assert found is None
    assert line.startswith("the detector until now is not judged beside the new one: ")
    assert said in line


def test_one_that_fails_at_work_stops_nothing(
    home: Home,
    detector: Path,
    embedder: Embedder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    cone_folder: Path,
) -> None:
    """A head of other dimensions, say, would end a training in a traceback."""

    def failing(*_: object) -> None:
        raise RuntimeError("other dimensions")

    monkeypatch.setattr("models.detector.saved.running.Detector.probabilities", failing)
    more = scenes(tmp_path / "more", 2, first=20)
    _, (line,), found = beside(home, embedder, more, positives=cone_folder)
    assert (found, "other dimensions" in line) == (None, True)


def test_where_there_is_none_nothing_is_said(
    home: Home, embedder: Embedder, cone_folder: Path, other_folder: Path
) -> None:
    """The first training would speak of a detector until now."""
    _, told, found = beside(home, embedder, other_folder, positives=cone_folder)
    assert (told, found) == ([], None)

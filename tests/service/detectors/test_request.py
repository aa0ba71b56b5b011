"""What is asked for, and what the last training adds to it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from config.errors import UsageError, WeightsError
from config.home import Home
from models.detector.saved.manifest import MANIFEST_FILE
from service.desk.detectors.corrections import Corrections
from service.desk.detectors.request import Request, completed
from tests.detectors import put_detector

ONE, TWO, THREE = Path("/one"), Path("/two"), Path("/three")


def trained(home: Home, **training: Any) -> Path:
    """A detector whose manifest tells of this training; its folder."""
    put_detector(home.detectors, "cone", np.zeros(4), 0.0, branch_id="", training=training)
    return home.detectors / "cone"


def ask(home: Home, **words: Any) -> tuple[Request, list[str]]:
    """The completed request, and what was told."""
    told: list[str] = []
    return completed(home, Request("cone", **words), told.append), told


def test_without_folders_those_of_the_last_training_are_taken(home: Home, tmp_path: Path) -> None:
    """A person would have to remember the folders of last year."""
    weights = tmp_path / "weights.h5"
    weights.touch()
    trained(
        home, positives=["/one", "/two"], others=["/three"], background=[], weights=str(weights)
    )
    found, told = ask(home)
    assert (found.positives, found.others) == ((ONE, TWO), (THREE,))
    assert found.weights == weights
    assert told == [
        "as in the last training, pictures of cone: /one, /two",
        "as in the last training, others: /three",
    ]
    weights.unlink()
    assert ask(home)[0].weights is None


def test_what_is_named_is_not_mixed_with_what_was(home: Home) -> None:
    """A person who names other pictures would learn from old ones too."""
    trained(home, positives=["/one"], others=["/two"])
    found, told = ask(home, positives=(THREE,))
    assert (found.positives, found.others, told) == ((THREE,), (), [])
    found, told = ask(home, others=(THREE,))
    assert (found.positives, found.others) == ((ONE,), (THREE,))
    found, told = ask(home, background=(THREE,))
    assert (found.others, found.background) == ((), (THREE,))


def test_corrections_come_on_top(home: Home) -> None:
    """Retraining from corrections would forget what it was trained on."""
    trained(home, positives=["/one"], others=["/two"], corrections={"positives": 3, "others": 1})
    said = Corrections((THREE,), (), {})
    found, told = ask(home, corrections=said)
    assert (found.of_class, found.of_others) == ((ONE, THREE), (TWO,))
    assert not any("--from-ledger" in line for line in told)
    assert "--from-ledger takes them again" in ask(home)[1][-1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({}, "no pictures of cone are named. Name their folder with --positives"),
        ({"others": (ONE,)}, "no pictures of cone are named"),
        ({"corrections": Corrections((), (ONE,), {})}, "no pictures of cone are named"),
        ({"positives": (ONE,), "others": (TWO,), "background": (THREE,)}, "--background"),
        ({"positives": (ONE,), "approach": "cnn"}, "--approach cnn .* with --others"),
    ],
)
def test_what_cannot_mean_anything_is_refused(home: Home, words: dict[str, Any], said: str) -> None:
    """A person would wait for something else than was asked for."""
    with pytest.raises(UsageError) as refused:
        ask(home, **words)
    assert re.search(said, str(refused.value))


def test_a_last_training_that_cannot_be_read_is_told(home: Home) -> None:
    """A person would look for the fault in what they typed."""
    folder = trained(home, positives=["/one"])
    text = (folder / MANIFEST_FILE).read_text().replace('"format": 1', '"format": 2')
    (folder / MANIFEST_FILE).write_text(text)
    with pytest.raises(UsageError, match=r"named, and .* saved by another version of Pigeonhole"):
        ask(home)


def test_a_file_of_weights_must_be_there(home: Home, tmp_path: Path) -> None:
    """All pictures would be read before the message."""
    for place in (tmp_path / "gone.h5", tmp_path):
        with pytest.raises(WeightsError, match="is no file"):
            ask(home, positives=(ONE,), weights=place)

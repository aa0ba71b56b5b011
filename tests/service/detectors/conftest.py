"""Pictures to train on, and what a training with them says."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from config.home import Home
from config.settings import Settings
from models.detector.judging.trial import Comparison
from models.siamese.embedder import Embedder
from models.siamese.weights import SHIPPED
from service.desk.detectors import evaluating, training
from service.desk.detectors.request import Request
from service.desk.detectors.training import train_detector
from tests.service.detectors.pictures import CLASS, cones, scenes


@pytest.fixture(scope="session")
def cone_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four cones."""
    return cones(tmp_path_factory.mktemp("pictures") / "cones", 4)


@pytest.fixture(scope="session")
def other_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five scenes."""
    return scenes(tmp_path_factory.mktemp("pictures") / "scenes", 5)


@pytest.fixture(scope="session")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    """The product's branch: to open it takes longer than a small training."""
    from service.workers.judge import open_embedder

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of TensorFlow, while it is imported
        return open_embedder(SHIPPED, tmp_path_factory.mktemp("cache"), threads=1)


@pytest.fixture(autouse=True)
def _one_embedder(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (training, evaluating):
        monkeypatch.setattr(module, "open_embedder", lambda *_, **__: embedder)


@dataclass(frozen=True, slots=True)
class Trained:
    """A training, and what it said."""

    comparison: Comparison
    told: list[str]


Train = Callable[..., Trained]


@pytest.fixture
def train(home: Home) -> Train:
    """Trains a detector of cones in the home, on embeddings unless another approach is named."""

    def train(*positives: Path, others: tuple[Path, ...] = (), **words: Any) -> Trained:
        told: list[str] = []
        request = Request(CLASS, positives, others, **{"approach": "branch", **words})
        found = train_detector(home, Settings(), request, threads=1, tell=told.append)
        return Trained(found, told)

    return train


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory, cone_folder: Path, other_folder: Path) -> Path:
    """A detector of the cones and scenes, which was trained once for all tests."""
    home = Home.of(tmp_path_factory.mktemp("made"), Settings())
    home.lay_out()
    request = Request(CLASS, (cone_folder,), (other_folder,), approach="branch")
    train_detector(home, Settings(), request, threads=1)
    return home.detectors / CLASS


@pytest.fixture
def detector(home: Home, _made: Path) -> Path:
    """The folder of that detector, in the home of the test."""
    return Path(shutil.copytree(_made, home.detectors / CLASS))

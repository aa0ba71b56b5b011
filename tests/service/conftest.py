"""A home with a real ledger, and one engine for all who need a real one."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import tests.keras_once  # noqa: F401
from config.home import Home
from config.settings import Settings
from models.drawing.solids import draw_solid
from models.drawing.tickets import draw_ticket
from models.siamese.weights import SHIPPED
from service.workers.engine import Engine, engine_for
from storage.database import Database
from storage.ledger import Ledger
from tests.service.fakes import SPEC, Desk

Draw = Callable[..., Path]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that is laid out, without classes."""
    home = Home.of(tmp_path / "home", Settings())
    home.lay_out()
    home.support.mkdir()
    return home


@pytest.fixture
def desk(home: Home) -> Iterator[Desk]:
    """The home with its ledger."""
    database = Database.open(home.database)
    yield Desk(home, Ledger(database, home))
    database.close()


def _pixels(kind: str, seed: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    if kind == "ticket":
        return draw_ticket(rng, extras=False, photo=False, strength=0.0).pixels
    return draw_solid("cylinder", rng, size=540, elevation=20 + seed, extent=3, proportion=1.0)


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Draw:
    """Draws a ticket or a cylinder to a PNG; the same file for the same kind and seed."""
    folder = tmp_path_factory.mktemp("drawn")

    def draw(kind: str, seed: int = 1) -> Path:
        path = folder / f"{kind}-{seed}.png"
        if not path.exists():
            Image.fromarray(_pixels(kind, seed)).save(path)
        return path

    return draw


@pytest.fixture(scope="session")
def _engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The one engine of this process: TensorFlow takes seconds to start."""
    root = tmp_path_factory.mktemp("engine")
    (root / "support").mkdir()
    with warnings.catch_warnings():
        # What TensorFlow says of itself while it is imported is not ours to mend.
        warnings.simplefilter("ignore")
        return engine_for(
            replace(
                SPEC, support=root / "support", detectors=root / "detectors",
                cache=root / "cache", manifest=SHIPPED,
            )
        )  # fmt: skip


@pytest.fixture
def engine(_engine: Engine) -> Engine:
    """The real engine, without any class."""
    shutil.rmtree(_engine.spec.support, ignore_errors=True)
    _engine.spec.support.mkdir()
    shutil.rmtree(_engine.spec.detectors, ignore_errors=True)
    shutil.rmtree(_engine.spec.cache)
    _engine.spec.cache.mkdir()
    _engine._look_again_at = 0.0
    _engine.refresh()
    return _engine

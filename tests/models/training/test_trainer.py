from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from config.errors import DataError
from models.drawing.solids import SOLID_KINDS, draw_solid
from models.episodes.classes import Source, drawn_source
from models.page.prepare import Recipe
from models.siamese.branch import TINY
from models.siamese.embedder import Embedder
from models.siamese.weights import Manifest, load_branch
from models.training.trainer import MANIFEST_FILE, WEIGHTS_FILE, Plan, train

RECIPE = Recipe(side=TINY.side, working_side=64)
PLAN = Plan(epochs=4, batches=8, pairs=16, learning_rate=2e-2, ways=5, trials=50, seed=3)
Figures = list[tuple[int, Mapping[str, float]]]


@pytest.fixture(scope="module")
def drawn() -> Source:
    """The five solids, a few drawings each."""
    rng = np.random.default_rng(0)
    drawings = ((kind, draw_solid(kind, rng)) for _ in range(5) for kind in SOLID_KINDS)
    return drawn_source("solids", drawings, RECIPE)


def run(drawn: Source, out: Path, plan: Plan = PLAN) -> tuple[Manifest, Figures]:
    """Train a tiny branch."""
    told: Figures = []
    _, manifest = train(
        [drawn],
        drawn.classes,
        shape=TINY,
        recipe=RECIPE,
        plan=plan,
        out=out,
        provenance={"command": "pigeonhole train"},
        report=lambda epoch, figures: told.append((epoch, figures)),
    )
    return manifest, told


@pytest.fixture(scope="module")
def trained(
    drawn: Source, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Manifest, Figures]:
    """A run folder that did not exist, the manifest, and what was reported."""
    out = tmp_path_factory.mktemp("runs") / "deep" / "first"
    return out, *run(drawn, out)


def test_the_network_learns(trained: tuple[Path, Manifest, Figures]) -> None:
    """Training would burn hours and change nothing."""
    _, _, told = trained
    losses = [figures["loss"] for _, figures in told]
    assert [epoch for epoch, _ in told] == [1, 2, 3, 4]
    assert losses[-1] < 0.9 * losses[0]
    assert np.isfinite(losses).all()


def test_what_is_trained_can_be_used(trained: tuple[Path, Manifest, Figures]) -> None:
    """The service would refuse the weights that a training of hours has left."""
    out, manifest, _ = trained
    branch, read = load_branch(out / MANIFEST_FILE)
    assert read == manifest
    assert branch.output_shape == (None, TINY.dim)
    assert Embedder(out / MANIFEST_FILE).embed([np.zeros((9, 9), np.uint8)]).shape == (1, TINY.dim)


def test_the_manifest_says_how_it_came_about(trained: tuple[Path, Manifest, Figures]) -> None:
    """Nobody could repeat it, or tell what was learned from what."""
    out, manifest, told = trained
    assert manifest.sha256 == hashlib.sha256((out / WEIGHTS_FILE).read_bytes()).hexdigest()
    assert manifest.recipe == RECIPE
    assert manifest.training["command"] == "pigeonhole train"
    assert manifest.training["plan"]["seed"] == PLAN.seed
    assert manifest.training["sources"] == [
        {"name": "solids", "weight": 1.0, "classes": 5, "images": 25}
    ]
    assert manifest.scores["held-out one-shot"]["trials"] == PLAN.trials
    assert manifest.scores["held-out one-shot"]["errors"] == told[-1][1]["errors"]


def test_each_epoch_is_kept(trained: tuple[Path, Manifest, Figures]) -> None:
    """A run that is cut short would leave nothing."""
    out, _, told = trained
    lines = [json.loads(line) for line in (out / "history.jsonl").read_text().splitlines()]
    assert lines == [{"epoch": epoch, **figures} for epoch, figures in told]
    assert (out / f"last.{WEIGHTS_FILE}").is_file()


def test_a_finished_run_is_not_overwritten(
    drawn: Source, trained: tuple[Path, Manifest, Figures]
) -> None:
    """Yesterday's weights would be gone."""
    out, manifest, _ = trained
    with pytest.raises(DataError, match="already holds a trained network") as caught:
        run(drawn, out)
    assert "--out" in caught.value.advice
    assert hashlib.sha256((out / WEIGHTS_FILE).read_bytes()).hexdigest() == manifest.sha256


def test_the_same_seed_trains_the_same_network(
    drawn: Source, trained: tuple[Path, Manifest, Figures], tmp_path: Path
) -> None:
    """No result could be repeated."""
    out, _, told = trained
    _, again = run(drawn, tmp_path / "again")
    assert [figures["loss"] for _, figures in again] == pytest.approx(
        [figures["loss"] for _, figures in told], rel=1e-4
    )
    first, _ = load_branch(out / MANIFEST_FILE)
    second, _ = load_branch(tmp_path / "again" / MANIFEST_FILE)
    for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
        assert np.allclose(one, other, atol=1e-4)


def test_data_that_cannot_be_learned_from_leave_no_network(drawn: Source, tmp_path: Path) -> None:
    """A run that failed could not be tried again."""
    with pytest.raises(DataError, match="too few"):
        run(drawn, tmp_path / "run", Plan(pairs=1, epochs=1, batches=1, ways=5, trials=1))
    assert not (tmp_path / "run" / MANIFEST_FILE).exists()

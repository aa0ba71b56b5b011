"""Evaluations made by hand, with real pictures beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from indexer.evaluation.outcome import Episode, Evaluation, Outcome
from indexer.verdict import UNKNOWN, Match, Verdict
from tests.service.reports.reading import Make


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes an evaluation whose queries are of ``names``; the last of each class is mistaken."""

    def drawing(path: Path, seed: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(seed).integers(0, 256, (40, 60), np.uint8)
        Image.fromarray(pixels).save(path)

    def make(
        *names: str, queries: int = 3, strangers: int = 2, episodes: int = 1, wrong: int = 1
    ) -> Evaluation:
        folder = tmp_path / "evaluation"
        made = []
        for number in range(episodes):
            episode = f"run {number}" if episodes > 1 else "."
            root = folder / episode
            outcomes = []
            for at, name in enumerate(names):
                drawing(root / "support" / name / "a.png", at)
            for truth, count in [*((name, queries) for name in names), (UNKNOWN, strangers)]:
                for query in range(count):
                    path = root / "queries" / truth / f"{query}.png"
                    drawing(path, query)
                    at = names.index(truth) if truth in names else query
                    mistaken = truth in names and query >= queries - wrong
                    near = names[(at + mistaken) % len(names)]
                    match = Match(near, f"{near}/a.png", 0.1 + 0.05 * query)
                    accepted = truth != UNKNOWN or query == 0
                    verdict = Verdict(
                        near if accepted else UNKNOWN,
                        0.9 - 0.1 * query,
                        (match,),
                        "branch",
                        "index",
                    )
                    own = Match(truth, f"{truth}/a.png", 0.5) if truth in names else None
                    query_name = path.relative_to(folder).as_posix()
                    outcomes.append(Outcome(episode, query_name, truth, verdict, own))
            made.append(Episode(episode, len(names), len(names), 0, "index", tuple(outcomes)))
        return Evaluation(folder, "branch", 0.05, tuple(made), {})

    return make

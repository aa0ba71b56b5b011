"""Checking the classes of a home: what in its examples will lead to wrong answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from indexer.audit import Audited, Finding, audit
from indexer.support import class_counts, left_alone
from models.page.scan import Page
from service.workers.engine import Engine, EngineSpec, engine_for

_BLANK: Final = (297, 210)
"""Shape of an empty page; the branch sees the same in one of any other shape."""


def check_classes(spec: EngineSpec) -> Iterator[Finding]:
    """Everything that a person should look at, worst first; the first takes seconds.

    Raises:
        PigeonholeError: the engine cannot be started.
    """
    engine = engine_for(spec)
    engine.refresh(now=True)
    index = engine.index
    yield from _unreadable(engine)
    yield from _empty(spec.support, index.examples_by_class)
    yield from _ignored(spec.support)
    if not index.examples:
        return
    examples = [Audited(one.class_name, one.name, one.sha256) for one in index.examples]
    blank = engine.embed(Page(1, np.full(_BLANK, 255, np.uint8)))
    yield from audit(examples, index.embeddings, engine.calibration, blank)


def _unreadable(engine: Engine) -> Iterator[Finding]:
    for name, reason in engine.unreadable.items():
        class_name = name.partition("/")[0]
        yield Finding(
            "unreadable", "error", (class_name,), (name,), None, None,
            f"{name} {reason}", "Replace or remove it",
        )  # fmt: skip


def _empty(support: Path, used: Mapping[str, int]) -> Iterator[Finding]:
    for name in class_counts(support):
        if name not in used:
            yield Finding(
                "empty", "error", (name,), (), None, None,
                f"{name} has no example that can be used, so nothing is sorted there",
                "Add one, or remove the folder",
            )  # fmt: skip


def _ignored(support: Path) -> Iterator[Finding]:
    for one in left_alone(support):
        yield Finding(
            "ignored", "warning", (one.class_name,) if one.class_name else (), (one.name,), None,
            None, f"{one.name} {one.reason}", one.advice,
        )  # fmt: skip

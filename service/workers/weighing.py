"""Weighing a corrected scan as an example: whether it would turn around what people have said.

Leave-one-out: every scan of which a person has said what it is, and every example near the new one,
is judged as if it had never been seen, once by the examples that there are and once with the new one
among them. Whoever would be taken for another class only then tells that the new one would poison.
What nobody has looked at says nothing here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.cache import EmbeddingCache
from indexer.verdict import UNKNOWN, Verdict
from models.page.limits import ran_out_of_memory
from models.page.opening import first_page
from models.page.scan import Fault, Scan
from service.workers.engine import Engine, EngineSpec, engine_for
from service.workers.judge import Judge

if TYPE_CHECKING:
    from indexer.index import Example

BUDGET = 1.0
"""Seconds after which a call ends, to be called again: scans that are to be sorted wait for it."""
NEIGHBOURS = 256
"""Examples that are judged anew: those nearest to the new one, for it is they whom it may turn."""
KIND = "spoken"
"""Names the file of embeddings."""


@dataclass(frozen=True, slots=True)
class Known:
    """A scan of which a person has said what it is. Must pickle.

    Attributes:
        class_name: the folder of its class; ``unknown`` if it is of none.
    """

    scan_id: int
    scan: Scan
    class_name: str


@dataclass(frozen=True, slots=True)
class Flip:
    """Something that is not judged wrongly now, and would be with the new example.

    Attributes:
        scan_id: of the scan; None if it is an example.
        example: its name; empty if it is a scan.
        class_name: what it is.
        taken_for: the class that it would be nearest to.
    """

    scan_id: int | None
    example: str
    class_name: str
    taken_for: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """What was found of a corrected scan. Must pickle.

    Attributes:
        waiting: scans that are still to be embedded: call again.
        unreadable: ids of those that cannot be embedded now, and say nothing.
        same: the example that has the very same bytes; empty if there is none.
        judged: how many scans and examples were judged anew.
        flips: those of them that would be judged wrongly.
    """

    waiting: int = 0
    unreadable: tuple[int, ...] = ()
    same: str = ""
    judged: int = 0
    flips: tuple[Flip, ...] = ()


def weigh(spec: EngineSpec, scan: Scan, class_name: str, known: Sequence[Known]) -> Weighed | Fault:
    """Weigh a scan as an example of a class.

    Embeddings are kept, so that each scan is embedded once.

    Args:
        spec: of the engine that judges.
        scan: the new example, as it would be.
        class_name: the folder of its class.
        known: scans of which people have said what they are; the new one may be among them.
    """
    until = time.monotonic() + BUDGET
    engine = engine_for(spec)
    engine.refresh(now=True)
    same = [one for one in engine.judging.index.examples if one.sha256 == scan.sha256]
    if same:
        # Of several, one of another class: that is what is to be told.
        return Weighed(same=max(same, key=lambda one: one.class_name != class_name).name)
    cache = EmbeddingCache(spec.cache, engine.branch_id, KIND)
    with cache.locked():
        wanted = {one.scan.sha256 for one in known} | {scan.sha256}
        held = {key: row for key, row in cache.load().items() if key in wanted}
        rows, unreadable, waiting = dict(held), list[int](), 0
        fault = _embed(engine, scan, rows)
        for one in known if fault is None else ():
            if one.scan.sha256 in rows:
                continue
            if time.monotonic() >= until:
                waiting += 1
            elif _embed(engine, one.scan, rows) is not None:
                unreadable.append(one.scan_id)
        if rows.keys() != held.keys():
            _save(cache, rows)
    if fault is not None:
        return fault
    if waiting:
        return Weighed(waiting, tuple(unreadable))
    example = _example(class_name, scan)
    others = [one for one in known if one.scan.sha256 in rows and one.scan.sha256 != scan.sha256]
    flips, judged = flips_of(engine.judging, example, rows[scan.sha256], others, rows)
    return Weighed(0, tuple(unreadable), "", judged, tuple(flips))


def flips_of(
    judge: Judge,
    example: Example,
    embedding: NDArray[np.float32],
    known: Sequence[Known],
    rows: Mapping[str, NDArray[np.float32]],
) -> tuple[list[Flip], int]:
    """Who would be judged wrongly with one example more.

    Args:
        judge: by the examples that there are.
        example: the new one.
        embedding: its own, float32 of shape (dim,), of length 1.
        known: scans of which people have said what they are.
        rows: their embeddings, by sha256.

    Returns:
        Those who would, scans first; and how many were judged.
    """
    queries = [(one.scan.sha256, one.class_name, rows[one.scan.sha256]) for one in known]
    asked: list[tuple[int | None, str]] = [(one.scan_id, "") for one in known]
    spoken = {one.scan.sha256 for one in known}
    index = judge.index
    for row in np.argsort(-(index.embeddings @ embedding), kind="stable")[:NEIGHBOURS]:
        one = index.examples[row]
        if one.sha256 not in spoken:
            queries.append((one.sha256, one.class_name, index.embeddings[row]))
            asked.append((None, one.name))
    after = _with(judge, example, embedding)
    flips = []
    for (scan_id, name), (_, class_name, _), before, then in zip(
        asked, queries, _apart(judge, queries), _apart(after, queries), strict=True
    ):
        if then.nearest is not None and _turned(before, then, class_name):
            flips.append(Flip(scan_id, name, class_name, then.nearest.class_name))
    return flips, len(queries)


def _turned(before: Verdict, after: Verdict, class_name: str) -> bool:
    """Whether it would be filed wrongly, or was filed rightly and is nearest to another class now.

    Not counted: what goes to review after all, for a person sees it there; and what lay in review
    anyhow and looks most like another class now. Counting the latter as well asks about a third of
    all right corrections and refuses hardly more of the wrong ones (`benchmarks/learning.py`).
    """
    fine = (class_name, UNKNOWN)
    if after.class_name not in fine:
        return before.class_name in fine
    was_filed = before.class_name == class_name != UNKNOWN
    return was_filed and after.nearest is not None and after.nearest.class_name != class_name


def _apart(
    judge: Judge, queries: Sequence[tuple[str, str, NDArray[np.float32]]]
) -> Iterator[Verdict]:
    """The verdict on each query by all examples that are not that very picture."""
    examples = {one.sha256 for one in judge.index.examples}
    among = [sha256 in examples for sha256, _, _ in queries]
    apart = [row for (_, _, row), is_one in zip(queries, among, strict=True) if not is_one]
    together = iter(judge.judge(np.stack(apart)) if apart else ())
    for (sha256, _, row), is_one in zip(queries, among, strict=True):
        yield _without(judge, sha256).judge(row[None])[0] if is_one else next(together)


def _with(judge: Judge, example: Example, embedding: NDArray[np.float32]) -> Judge:
    index = judge.index
    return Judge.of(
        [*index.examples, example],
        np.concatenate([index.embeddings, embedding[None]]),
        judge.calibration,
        reject=judge.reject,
        branch_id=judge.branch_id,
    )


def _without(judge: Judge, sha256: str) -> Judge:
    index = judge.index
    kept = [row for row, one in enumerate(index.examples) if one.sha256 != sha256]
    return Judge.of(
        [index.examples[row] for row in kept],
        index.embeddings[kept],
        judge.calibration,
        reject=judge.reject,
        branch_id=judge.branch_id,
    )


def _example(class_name: str, scan: Scan) -> Example:
    from indexer.index import Example

    return Example(class_name, f"{class_name}/{scan.path.name}", scan.sha256)


def _embed(engine: Engine, scan: Scan, rows: dict[str, NDArray[np.float32]]) -> Fault | None:
    """Add a scan's embedding to ``rows``, unless it is there; why not, if it cannot be had."""
    if scan.sha256 in rows:
        return None
    page = first_page(scan, engine.spec.limits, engine.least_side)
    if isinstance(page, Fault):
        return page
    try:
        rows[scan.sha256] = engine.embed(page)
    except Exception as error:
        if ran_out_of_memory(error):
            return engine.spec.limits.too_much_memory()
        raise
    return None


def _save(cache: EmbeddingCache, rows: Mapping[str, NDArray[np.float32]]) -> None:
    try:
        cache.save(rows)
    except OSError:
        return  # only a cache: they are embedded again

"""Which scans would be filed otherwise by the classes that there are now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from service.desk.judging import classify
from service.workers.engine import EngineSpec
from storage.records import Filed, displayable


def outdated(
    spec: EngineSpec,
    scans: Sequence[Filed],
    *,
    notice: Callable[[str, str], None],
    left: Callable[[Filed, str], None],
    advance: Callable[[], None] = lambda: None,
) -> Iterator[Filed]:
    """Judge closed scans where they lie, and yield those that would go elsewhere.

    Args:
        spec: the engine to judge with.
        scans: see `Queries.filed`.
        notice: told of each support image that could not be used, and why.
        left: told of each scan that cannot be judged now, and why; it stays where it is.
        advance: called after each scan.
    """
    answers = classify(spec, [scan.place for scan in scans], read=False, notice=notice)
    for scan, answer in zip(scans, answers, strict=True):
        if "class" not in answer:
            left(scan, answer["error"])
        elif displayable(answer["class"]) != scan.class_name:
            yield scan
        advance()

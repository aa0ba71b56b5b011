"""How long a ticket takes beside raw Tesseract: the same ticket, one right after the other."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from models.page.opening import scan_of
from models.page.scan import Scan
from service.desk.evaluation.tickets import get_ready
from service.workers.engine import EngineSpec
from service.workers.executors import PoolExecutor
from service.workers.tickets import read_ticket


def measure(tickets: Sequence[Path], spec: EngineSpec, *, workers: int) -> dict[str, Any]:
    """Read each ticket and have Tesseract read its file, all cores at work with both.

    Which of them comes first changes from ticket to ticket, and the machine's other work falls
    on both. Where a page is rasterised or decoded is within either.

    Returns:
        ``ratio`` of the sums of seconds; ``ratio_quartiles`` over tickets; mean seconds;
        ``processor_ratio``, the same of processor time, which other work disturbs less.
    """
    with TemporaryDirectory(prefix="pigeonhole-") as cache:
        spec = replace(spec, cache=Path(cache))
        pool = PoolExecutor(workers, spec, timeout=2 * spec.job_timeout, warm_up=get_ready)
        try:
            futures = [
                pool.submit(_pair, one, spec, number % 2 == 0) for number, one in enumerate(tickets)
            ]
            pairs = [future.result() for future in futures]
        finally:
            pool.shutdown(cancel_futures=True)
    ours, raw = ([pair[at] for pair in pairs] for at in (0, 1))
    return {
        "tickets": len(pairs),
        "workers": workers,
        "ratio": sum(one.seconds for one in ours) / sum(one.seconds for one in raw),
        "ratio_quartiles": quantiles([one.seconds / two.seconds for one, two in pairs], n=4),
        "processor_ratio": sum(one.processor for one in ours) / sum(one.processor for one in raw),
        "seconds": fmean(one.seconds for one in ours),
        "raw_seconds": fmean(one.seconds for one in raw),
    }


@dataclass(frozen=True, slots=True)
class _Time:
    """What something took, in seconds, and in seconds of processors, its processes included."""

    seconds: float
    processor: float


def _pair(path: Path, spec: EngineSpec, ours_first: bool) -> tuple[_Time, _Time]:
    if ours_first:
        ours = _timed(_ours, path, spec)
        return ours, _timed(_raw, path, spec)
    raw = _timed(_raw, path, spec)
    return _timed(_ours, path, spec), raw


def _timed(read: Callable[[Path, EngineSpec], None], path: Path, spec: EngineSpec) -> _Time:
    started, before = time.perf_counter(), _processor()
    read(path, spec)
    return _Time(time.perf_counter() - started, _processor() - before)


def _processor() -> float:
    return sum(os.times()[:4])


def _ours(path: Path, spec: EngineSpec) -> None:
    scan = scan_of(path, spec.limits)
    assert isinstance(scan, Scan)
    read_ticket(scan, spec)


def _raw(path: Path, spec: EngineSpec) -> None:
    subprocess.run(
        ["tesseract", path, "-", "--psm", "6", "-l", spec.ocr_language],
        env=os.environ | {"OMP_THREAD_LIMIT": "1"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
    )  # fmt: skip

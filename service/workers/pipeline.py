"""One scan's way through a worker: read, prepare, embed, search, decide, and read the ticket.

Workers decide; they never write. Whatever is expected to go wrong with a scan comes back as a
`Fault`; nothing is raised across the process.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from indexer.verdict import Verdict
from models.fields.ticket import Ticket
from models.page.prepare import grayscale
from models.page.read import Document, read_scan
from models.page.scan import Fault, Page, Scan
from service.workers.engine import Engine, EngineSpec, engine_for, reader_of
from service.workers.sideways import judged_upright
from service.workers.tickets import read_ticket


@dataclass(frozen=True, slots=True)
class Prior:
    """What was decided of the same bytes before; it holds as long as branch, index, detectors do."""

    verdict: Verdict
    ticket: Ticket | None
    pages: int | None


@dataclass(frozen=True, slots=True)
class Job:
    """One scan to examine. Must pickle.

    Attributes:
        scan: what to judge.
        prior: an earlier result for the same bytes, if there is one.
        read: read the text whatever the class.
    """

    scan: Scan
    prior: Prior | None = None
    read: bool = False


@dataclass(frozen=True, slots=True)
class Examined:
    """What became of one scan. Must pickle.

    Attributes:
        verdict: None if it could not be judged.
        fault: why not; beside a verdict, why its text could not be read.
        ticket: what was read; None if nothing was to be read, or it could not be.
        pages: how many it has, or frames; None if it could not be opened.
    """

    scan: Scan
    verdict: Verdict | None = None
    fault: Fault | None = None
    ticket: Ticket | None = None
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """The answer to one call of `examine`. Must pickle.

    Attributes:
        examined: one for each job, in order.
        unreadable: support images that could not be used, with the reason, by name.
        seconds: what it took.
        broken_detectors: detectors that could not be used, with the reason, by name.
    """

    examined: tuple[Examined, ...]
    unreadable: dict[str, str]
    seconds: float
    broken_detectors: dict[str, str] = field(default_factory=dict)


def examine(spec: EngineSpec, jobs: Sequence[Job]) -> Batch:
    """Judge a batch of scans, and read those whose class says so.

    Args:
        spec: which engine; it is made at a process's first call and kept.
        jobs: what to judge.
    """
    started = time.monotonic()
    engine = engine_for(spec)
    engine.refresh()
    results: dict[int, Examined] = {}
    judged: list[tuple[int, Document]] = []
    for number, job in enumerate(jobs):
        known = None if job.read else _known(job, engine)
        if known is not None:
            results[number] = known
            continue
        document = _read(job.scan, engine)
        if isinstance(document, Fault):
            results[number] = Examined(job.scan, fault=document)
        else:
            judged.append((number, document))
    verdicts = _judge([document.pages[0] for _, document in judged], engine)
    for (number, document), as_it_lies in zip(judged, verdicts, strict=True):
        job = jobs[number]
        if isinstance(as_it_lies, Fault):
            results[number] = Examined(job.scan, fault=as_it_lies)
            continue
        verdict = judged_upright(job.scan, as_it_lies, engine)
        found: Ticket | Fault | None = None
        if job.read or verdict.class_name in spec.read_classes:
            found = read_ticket(job.scan, spec)
        fault = found if isinstance(found, Fault) else None
        ticket = found if isinstance(found, Ticket) else None
        results[number] = Examined(job.scan, verdict, fault, ticket, document.n_images)
    examined = tuple(results[number] for number in range(len(jobs)))
    seconds = time.monotonic() - started
    return Batch(examined, dict(engine.unreadable), seconds, engine.broken_detectors)


def warm_up(spec: EngineSpec) -> None:
    """Make this process's engine and its reader, so that its first scan need not wait for them."""
    engine_for(spec)
    if spec.read_classes:
        reader_of(spec)


def _known(job: Job, engine: Engine) -> Examined | None:
    """The result for the same bytes, if the same would judge them and nothing is missing.

    Distances and detections hold; what follows from them is decided anew, for ``reject`` may have changed.
    """
    prior = job.prior
    if prior is None or not engine.made(prior.verdict):
        return None
    verdict = engine.judge_again(prior.verdict)
    if verdict.class_name in engine.spec.read_classes and prior.ticket is None:
        return None
    return Examined(job.scan, verdict, None, prior.ticket, prior.pages)


def _read(scan: Scan, engine: Engine) -> Document | Fault:
    """The first page, as small as it is judged: a batch of large ones need not be in memory."""
    limits, side = engine.spec.limits, engine.least_side
    found = read_scan(scan, limits, least_side=side, first_only=True)
    if isinstance(found, Fault):
        return found
    (page,) = found.pages
    return replace(found, pages=(replace(page, pixels=grayscale(page.pixels, side)),))


def _judge(pages: Sequence[Page], engine: Engine) -> Sequence[Verdict | Fault]:
    """One verdict a page; where memory does not suffice for all, each is judged by itself."""
    try:
        return engine.judge(pages)
    except MemoryError:
        if len(pages) == 1:
            return [engine.spec.limits.too_much_memory()]
    return [verdict for page in pages for verdict in _judge([page], engine)]

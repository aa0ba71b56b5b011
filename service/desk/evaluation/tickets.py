"""Evaluating the reading: tickets whose text or fields are known, read as the service reads them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from config.errors import PigeonholeError
from indexer.evaluation.tickets import TicketEvaluation, TicketOutcome
from models.fields.ticket import Fields, Ticket
from models.page.opening import scan_of
from models.page.scan import Fault, Scan
from models.scoring.truth.ticket import TrueTicket
from models.ticket.words import Word
from service.workers.engine import EngineSpec
from service.workers.executors import PoolExecutor
from service.workers.process import WorkerDiedError
from service.workers.tickets import check_reading, fields_of, read_ticket

log = structlog.get_logger()

ReadTicket = Callable[[Scan, EngineSpec], Ticket | Fault]
"""A way to read a ticket. Must pickle."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a worker found out of one ticket. Must pickle.

    Attributes:
        found: what was read, or why nothing was.
        by_rules: the fields in the true words; None without those.
        seconds: what reading took.
    """

    found: Ticket | Fault
    by_rules: Fields | None
    seconds: float


def evaluate_tickets(
    folder: Path,
    tickets: Sequence[TrueTicket],
    spec: EngineSpec,
    *,
    workers: int,
    advance: Callable[[], None] = lambda: None,
    read: ReadTicket = read_ticket,
) -> TicketEvaluation:
    """Read each ticket, and find its fields in the true words, too.

    It is read in processes as the service has them, with their limits: PDFium and the decoders
    read one scan a process at a time, so that threads would wait for one another.

    Args:
        folder: that they are of.
        tickets: see `models.scoring.truth.folder.find_tickets`.
        spec: language, date order and limits to read with. No network is loaded.
        workers: processes that read at once.
        advance: called for each ticket when it has been read.
        read: another way to read, to be compared with the service's.

    Raises:
        OcrError: it cannot read here.
        WorkersError: the processes do not come up.
    """
    check_reading(spec)
    with tempfile.TemporaryDirectory(prefix="pigeonhole-") as cache:
        spec = replace(spec, cache=Path(cache))
        pool = PoolExecutor(workers, spec, timeout=spec.job_timeout, warm_up=get_ready)
        try:
            started = time.monotonic()
            futures = [
                pool.submit(_read, one.path, _true_words(one), spec, read) for one in tickets
            ]
            for _ in as_completed(futures):
                advance()
            elapsed = time.monotonic() - started
        finally:
            # Also on Ctrl-C: no Tesseract goes on.
            pool.shutdown(cancel_futures=True)
    return TicketEvaluation(
        folder=folder.absolute(),
        engine=spec.ocr_engine,
        language=spec.ocr_language,
        date_order=spec.date_order,
        workers=workers,
        elapsed=elapsed,
        outcomes=tuple(
            _outcome(ticket, future, spec) for ticket, future in zip(tickets, futures, strict=True)
        ),
    )


def get_ready(spec: EngineSpec) -> None:
    """Load what the first ticket would else wait for: the words of dates, half a second."""
    fields_of([Word("01.02.2020", 1.0, 1, (1, 1, 1), (0, 0, 100, 20))], spec)


def _read(
    path: Path, true_words: Sequence[Word] | None, spec: EngineSpec, read: ReadTicket
) -> Read:
    """A worker's job."""
    started = time.monotonic()
    scan = scan_of(path, spec.limits)
    found = scan if isinstance(scan, Fault) else read(scan, spec)
    seconds = time.monotonic() - started
    by_rules = None if true_words is None else fields_of(true_words, spec)
    return Read(found, by_rules, seconds)


def _true_words(ticket: TrueTicket) -> Sequence[Word] | None:
    return ticket.transcript.words if ticket.transcript else None


def _outcome(ticket: TrueTicket, future: Future[Read], spec: EngineSpec) -> TicketOutcome:
    """What came of a ticket; whatever its worker died of is a fault of that ticket."""
    try:
        read = future.result()
    except PigeonholeError:
        raise
    except TimeoutError:
        reason = f"took longer than job_timeout ({spec.job_timeout:g} s)"
        read = Read(Fault("worker", reason), None, 0.0)
    except WorkerDiedError as error:
        read = Read(Fault("worker", str(error)), None, 0.0)
    except MemoryError:
        read = Read(spec.limits.too_much_memory(), None, 0.0)
    except Exception as error:  # noqa: BLE001 - one odd scan must not stop the others
        log.error("reading failed", file=str(ticket.path), reason=repr(error))
        read = Read(Fault("worker", "its worker failed over it", "The log tells more"), None, 0.0)
    seconds = None if isinstance(read.found, Fault) else read.seconds
    by_rules = read.by_rules
    words = _true_words(ticket)
    if by_rules is None and words is not None:
        by_rules = fields_of(words, spec)
    return TicketOutcome.of(ticket, read.found, by_rules, seconds)

"""Reading a ticket: its pages, its text, its fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import structlog

from models.fields.fields import find_fields
from models.fields.ticket import Fields, Ticket, hardly_any
from models.page.limits import ran_out_of_memory
from models.page.read import pages_of
from models.page.scan import Fault, Scan
from models.ticket.engines import check_engine
from models.ticket.reading import read_text
from models.ticket.words import Word
from service.workers.engine import EngineSpec, reader_of

log = structlog.get_logger()


def read_ticket(scan: Scan, spec: EngineSpec) -> Ticket | Fault:
    """All that a scan says, as an engine of this spec reads it.

    Raises:
        PigeonholeError: the engine cannot be made; no scan is to blame for that.
    """
    # The worker's own limit must not strike before the reader's, or the verdict would be lost.
    most = spec.job_timeout * 0.8
    reader = reader_of(spec)
    try:
        with closing(pages_of(scan, spec.limits)) as pages:
            reading = read_text(pages, reader, timeout=most)
        if isinstance(reading, Fault):
            return reading
        if hardly_any(reading.text):
            return Ticket(reading.text, reading.words)
        return Ticket(reading.text, reading.words, fields_of(reading.guessed, spec, reading.turns))
    except Exception as error:  # noqa: BLE001 - libraries raise anything; the verdict must stand
        if ran_out_of_memory(error):
            return spec.limits.too_much_memory()
        log.error("reading failed", file=str(scan.path), reason=repr(error)[:1000])
        return Fault("ocr", "its text cannot be read", "Scan or save it again. The log tells more.")


def read_corrected(spec: EngineSpec, scan: Scan) -> Ticket | Fault:
    """`read_ticket` of a scan that a person has called a ticket."""
    return read_ticket(scan, spec)


def fields_of(
    words: Sequence[Word], spec: EngineSpec, turns: Mapping[int, int] = MappingProxyType({})
) -> Fields:
    """What these words of a ticket say, under the settings of this spec.

    Args:
        words: of all its pages, in order.
        spec: of the engine that judges.
        turns: see `models.ticket.words.Reading`.
    """
    # Where it is a day later already, a ticket may be of that day.
    today = datetime.now(UTC).date() + timedelta(days=1)
    return find_fields(words, date_order=spec.date_order, today=today, turns=turns)


def check_reading(spec: EngineSpec) -> None:
    """See that tickets can be read here.

    Raises:
        OcrError: the engine, or one of its languages, is not installed or does not run.
    """
    check_engine(spec.ocr_engine, spec.ocr_language)

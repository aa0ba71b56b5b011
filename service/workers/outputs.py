"""What is made of a ticket that was read: a worker makes the bytes, and writes nothing."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from config.settings import OutputKind
from models.page.read import pages_of
from models.page.scan import Fault, Scan
from models.ticket.searchable import searchable_pdf
from models.ticket.words import Word
from service.workers.engine import EngineSpec


@dataclass(frozen=True, slots=True)
class OutputJob:
    """One ticket of which something is to be made. Must pickle.

    Attributes:
        scan: where it was filed.
        text: that was read.
        words: that were read; none where only the text was kept.
    """

    scan: Scan
    kinds: tuple[OutputKind, ...]
    text: str
    words: tuple[Word, ...]


Made = dict[OutputKind, bytes | Fault]


def make_outputs(spec: EngineSpec, job: OutputJob) -> Made:
    """The bytes of each file, or why it cannot be made. Never raises but what ends a worker.

    The pages are decoded once more: a batch of scans, with all their pages, would not stay in memory
    until they are filed.
    """
    return {kind: _make(spec, job, kind) for kind in job.kinds}


def _make(spec: EngineSpec, job: OutputJob, kind: OutputKind) -> bytes | Fault:
    if kind == "text":
        return (job.text + "\n").encode("utf-8", "backslashreplace")
    if job.text and not job.words:
        return Fault("output", "it was read before words were kept", "Drop it again")
    try:
        with closing(pages_of(job.scan, spec.limits)) as pages:
            return searchable_pdf(pages, job.words)
    except MemoryError:
        return spec.limits.too_much_memory()

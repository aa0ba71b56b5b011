"""The engine: branch, index and detectors of one process, kept in step with their folders."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import structlog
from numpy.typing import NDArray

from config.errors import PigeonholeError, WorkersError
from config.home import Home
from config.settings import DateOrder, Settings
from indexer.cache import EmbeddingCache
from indexer.calibration import Calibration
from indexer.support import support_files, support_stamp
from indexer.verdict import Verdict
from models.page.limits import Limits, ran_out_of_memory
from models.page.opening import first_page, scan_of
from models.page.scan import Fault, Page, Scan
from models.siamese.weights import SHIPPED
from models.ticket.engines import OcrEngine, reader_for
from models.ticket.reader import Reader
from service.workers.detectors import Detectors
from service.workers.judge import Judge, open_embedder
from service.workers.memory import at_most
from service.workers.trials import REASON, Trials

if TYPE_CHECKING:
    from indexer.index import SupportIndex

log = structlog.get_logger()

RECHECK = 1.0
"""Seconds after which, at the latest, the support folder is looked at again when there is work."""
LOOKING_SHARE = 0.02
"""Share of the time that looking may take: a small support folder is looked at before each batch."""


def limits_of(settings: Settings) -> Limits:
    """What a scan may ask of this machine."""
    return Limits(
        max_image_pixels=settings.max_image_pixels,
        max_file_bytes=settings.max_file_bytes,
        max_pages=settings.max_pages,
        job_memory=settings.job_memory,
    )


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """All that an engine is made from. Small, hashable, and it pickles: it crosses processes."""

    support: Path
    detectors: Path
    cache: Path
    manifest: Path
    reject: float
    read_classes: tuple[str, ...]
    ocr_engine: OcrEngine
    ocr_language: str
    date_order: DateOrder
    job_timeout: float
    limits: Limits
    threads: int

    @classmethod
    def of(cls, home: Home, settings: Settings, *, threads: int = 1) -> EngineSpec:
        """The spec of a home. A worker takes one thread: there are as many workers as cores."""
        return cls(
            support=home.support,
            detectors=home.detectors,
            cache=home.cache,
            manifest=SHIPPED,
            reject=settings.reject,
            read_classes=settings.read_classes,
            ocr_engine=settings.ocr_engine,
            ocr_language=settings.ocr_language,
            date_order=settings.date_order,
            job_timeout=settings.job_timeout,
            limits=limits_of(settings),
            threads=threads,
        )


@functools.lru_cache(maxsize=1)
def engine_for(spec: EngineSpec) -> Engine:
    """The one engine of this process; made at the first call, which takes seconds.

    Raises:
        PigeonholeError: it cannot be made; no scan is to blame for that.
    """
    try:
        return Engine(spec)
    except PigeonholeError:
        raise
    except Exception as error:
        raise WorkersError(
            f"the engine cannot be started: {error!r}", "Look at 'pigeonhole doctor'"
        ) from error


def keep_up(spec: EngineSpec) -> None:
    """Take up what has changed in the folders, if this process has an engine."""
    if engine_for.cache_info().currsize:
        engine_for(spec).refresh()


def reader_of(spec: EngineSpec) -> Reader:
    """What reads tickets in this process; made at the first call.

    Raises:
        OcrError: it cannot be made.
    """
    return reader_for(spec.ocr_engine, spec.ocr_language, threads=spec.threads)


class Engine:
    """Judges pages by the support folder and the detectors as they are now.

    Attributes:
        unreadable: support images that could not be used, with the reason, by name.
    """

    def __init__(self, spec: EngineSpec) -> None:
        self.spec = spec
        self.unreadable: dict[str, str] = {}
        self._embedder = open_embedder(spec.manifest, spec.cache, threads=spec.threads)
        self._calibration = Calibration.of(self._embedder.calibration, self._embedder.dim)
        self._cache = EmbeddingCache(spec.cache, self._embedder.branch_id)
        self._detectors = Detectors(spec.detectors, self._embedder.branch_id)
        self._judge: Judge
        self._stamp: str | None = None
        self._look_again_at = 0.0
        self.refresh()

    @property
    def branch_id(self) -> str:
        """Which weights and preparation judge."""
        return self._embedder.branch_id

    @property
    def index_id(self) -> str:
        """Which support images judge."""
        return self._judge.index.index_id

    @property
    def index(self) -> SupportIndex:
        """The support images that judge, with their embeddings."""
        return self._judge.index

    @property
    def calibration(self) -> Calibration:
        """What is known of the branch's distances."""
        return self._judge.calibration

    @property
    def least_side(self) -> int:
        """Pixels of the longest side that a page must keep when it is decoded at reduced scale."""
        return self._embedder.recipe.working_side

    @property
    def judging(self) -> Judge:
        """What judges by the support images."""
        return self._judge

    def embed(self, page: Page) -> NDArray[np.float32]:
        """The embedding of a page, as that of a support image: of shape (dim,), of length 1."""
        row: NDArray[np.float32] = self._embedder.embed([page.pixels])[0]
        return row

    @property
    def stamp(self) -> str | None:
        """What the support folder looked like when it was taken up: see `support_stamp`."""
        return self._stamp

    @property
    def broken_detectors(self) -> dict[str, str]:
        """Detectors that cannot be used, with the reason, by name."""
        return dict(self._detectors.broken)

    def refresh(self, *, now: bool = False) -> None:
        """Take up what has changed in the folders. Only what is new is embedded, or loaded.

        Args:
            now: look at them even if that was done a moment ago.
        """
        started = time.monotonic()
        if started < self._look_again_at and not now:
            return
        stamp = support_stamp(self.spec.support)
        changed = self._detectors.changed()
        took = time.monotonic() - started
        self._look_again_at = started + min(RECHECK, took / LOOKING_SHARE)
        self._detectors.take_up(changed)
        if stamp == self._stamp:
            return
        try:
            self._rebuild()
        except (OSError, MemoryError) as error:
            if self._stamp is None:
                raise
            # No scan is to blame: those classes that were known go on, and it is tried again.
            reason = getattr(error, "strerror", None) or str(error) or repr(error)
            log.warning("classes not taken up yet", reason=reason)
            return
        self._stamp = stamp

    def judge(self, pages: Sequence[Page]) -> list[Verdict]:
        """One verdict a page; they are embedded as one batch, for the detectors as well.

        Raises:
            MemoryError: there is not enough for so many, or for one.
        """
        try:
            pixels = [page.pixels for page in pages]
            embeddings = self._embedder.embed(pixels)
            return self._judge.judge(embeddings, self._detectors.detections(pixels, embeddings))
        except Exception as error:
            if ran_out_of_memory(error):
                raise MemoryError from error
            raise

    def judge_again(self, verdict: Verdict) -> Verdict:
        """A verdict that this engine `made`, under the settings that it has now."""
        return self._judge.judge_again(verdict)

    def made(self, verdict: Verdict) -> bool:
        """Whether a verdict was made by this branch on this index, with these detectors."""
        asked = {(one.name, one.detector_id) for one in verdict.detections}
        made_by = (verdict.branch_id, verdict.index_id)
        return made_by == (self.branch_id, self.index_id) and asked == self._detectors.ids

    def _rebuild(self) -> None:
        from indexer.index import Example

        self.unreadable = {}
        with self._cache.locked():
            known = self._cache.load()
            examples, new = [], {}
            for file in support_files(self.spec.support):
                scan = scan_of(file.path, self.spec.limits)
                if isinstance(scan, Fault):
                    self.unreadable[file.name] = scan.reason
                    continue
                if scan.sha256 not in known and scan.sha256 not in new:
                    page = self._first_page(scan)
                    if isinstance(page, Fault):
                        self.unreadable[file.name] = page.reason
                        continue
                    new[scan.sha256] = self._embedder.embed([page.pixels])[0]
                examples.append(Example(file.class_name, file.name, scan.sha256))
            known |= new
            kept = {example.sha256: known[example.sha256] for example in examples}
            if new:
                self._save(kept)
        rows = [kept[example.sha256] for example in examples]
        embeddings = np.stack(rows) if rows else np.zeros((0, self._embedder.dim), np.float32)
        self._judge = Judge.of(
            examples,
            embeddings,
            self._calibration,
            reject=self.spec.reject,
            branch_id=self.branch_id,
        )

    def _first_page(self, scan: Scan) -> Page | Fault:
        """The first page of an example that is read for the first time."""
        trials = Trials(self.spec.cache)
        if trials.refuses(scan.sha256):
            return Fault("decode", REASON, "Take it away")
        with trials.trying(scan.sha256), at_most(self.spec.limits.job_memory):
            return first_page(scan, self.spec.limits, self.least_side)

    def _save(self, embeddings: Mapping[str, NDArray[np.float32]]) -> None:
        try:
            self._cache.save(embeddings)
        except OSError as error:
            # Only a cache: the next start embeds them again.
            log.warning("embeddings not kept", reason=error.strerror or str(error))

"""Evaluating a network: folders of examples and of queries whose class is known, judged by it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import numpy as np
from numpy.typing import NDArray

from config.errors import DataError, WeightsError
from config.ignored import Ignored
from config.walking import walk
from config.words import counted
from indexer.calibration import Calibration
from indexer.evaluation.outcome import Episode, Evaluation, Outcome
from indexer.support import SupportFile, support_files
from indexer.verdict import UNKNOWN, Match, Verdict
from models.page.opening import first_page, scan_of
from models.page.read import Limits
from models.page.scan import Fault, Page
from models.siamese.weights import SHIPPED, read_manifest
from service.desk.judging import files_of
from service.workers.judge import Judge, open_embedder

if TYPE_CHECKING:
    from models.siamese.embedder import Embedder

SUPPORT, QUERIES = "support", "queries"
_BATCH = 64
# A page that is no JPEG comes whole; sixty-four large ones would take gigabytes.
_BATCH_PIXELS = 64_000_000
_IGNORED = Ignored(("*.error.json",))
"""As in the support folder: `indexer.support`."""
_OPEN_IT = "Look at the path, and who may read it"


@dataclass(frozen=True, slots=True)
class EpisodeFolder:
    """A folder with ``support/<class>/*`` and ``queries/<class>/*``, not opened yet.

    Attributes:
        name: its path relative to the evaluation folder; ``.`` if it is the one.
        path: where it lies.
        support: the examples, sorted by name; at least one of each class that is asked for.
        queries: true class and path of each query, sorted; ``unknown`` for strangers. A folder
            that cannot be opened stands for the queries in it.
        closed: what of the examples cannot be looked at, and why.
    """

    name: str
    path: Path
    support: tuple[SupportFile, ...]
    queries: tuple[tuple[str, Path], ...]
    closed: dict[Path, str] = field(default_factory=dict)

    @property
    def files(self) -> Iterator[Path]:
        """All its images."""
        yield from (file.path for file in self.support)
        yield from (path for _, path in self.queries)


def find_episodes(folder: Path) -> list[EpisodeFolder]:
    """The episodes of an evaluation folder: itself, or all below it, sorted by name.

    Raises:
        DataError: there is none, or one lacks examples or queries, or a query is of a class
            that has no example.
    """
    try:
        found = sorted(_episodes(folder), key=lambda one: one.name)
    except OSError as error:
        raise DataError(
            f"{os.fsdecode(error.filename or folder)} {_why(error)}", _OPEN_IT
        ) from None
    if not found:
        raise DataError(
            f"{folder} is no evaluation folder: nothing in it has {SUPPORT}/ and {QUERIES}/",
            f"Put examples in {SUPPORT}/<class>/ and images to judge in {QUERIES}/<class>/",
        )
    return found


def evaluate(
    folder: Path,
    episodes: Sequence[EpisodeFolder],
    *,
    limits: Limits,
    reject: float,
    threads: int,
    manifest: Path = SHIPPED,
    advance: Callable[[], None] = lambda: None,
) -> Evaluation:
    """Judge the queries of each episode by its examples.

    Each distinct image is read and embedded once, however many episodes share it.

    Args:
        folder: the evaluation folder.
        episodes: see `find_episodes`.
        limits: what an image may ask of this machine.
        reject: the share of strangers that is accepted.
        threads: to compute with.
        manifest: of the weights to evaluate.
        advance: called for each file when it has been read.

    Raises:
        WeightsError: the weights or their calibration are not usable.
        DataError: no query can be read, or no example of a class that is asked for.
    """
    calibration = _calibration_of(manifest)  # before minutes are spent on reading
    with tempfile.TemporaryDirectory(prefix="pigeonhole-") as cache:
        gallery = _Gallery(open_embedder(manifest, Path(cache), threads=threads), limits)
        for episode in episodes:
            for path in episode.files:
                gallery.take(path)
                advance()
        gallery.finish()
    judged = tuple(_judge(folder, episode, gallery, calibration, reject) for episode in episodes)
    if not any(episode.outcomes for episode in judged):
        paths = [path for episode in episodes for _, path in episode.queries]
        raise DataError(
            f"none of the {len(paths)} queries in {folder} can be read: "
            f"{_name(paths[0], folder)} {gallery.faults[paths[0]]}"
        )
    return Evaluation(
        folder=folder.absolute(),
        branch_id=gallery.embedder.branch_id,
        reject=reject,
        episodes=judged,
        unreadable={
            _name(path, folder): why
            for faults in (*(episode.closed for episode in episodes), gallery.faults)
            for path, why in faults.items()
        },
    )


@dataclass
class _Gallery:
    """Embeddings of files, each distinct content embedded once, in batches."""

    embedder: Embedder
    limits: Limits
    digests: dict[Path, str] = field(default_factory=dict)
    faults: dict[Path, str] = field(default_factory=dict)
    _rows: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    _failed: dict[str, str] = field(default_factory=dict)
    _waiting: dict[str, Page] = field(default_factory=dict)

    def take(self, path: Path) -> None:
        """Read a file; its embedding is there after `finish`."""
        scan = scan_of(path, self.limits)
        if isinstance(scan, Fault):
            self.faults[path] = scan.reason
            return
        digest = scan.sha256
        if digest not in self._rows and digest not in self._waiting and digest not in self._failed:
            page = first_page(scan, self.limits, self.embedder.recipe.working_side)
            if isinstance(page, Fault):
                self._failed[digest] = page.reason
            else:
                self._waiting[digest] = page
        if digest in self._failed:
            self.faults[path] = self._failed[digest]
            return
        self.digests[path] = digest
        pixels = sum(page.pixels.size for page in self._waiting.values())
        if len(self._waiting) >= _BATCH or pixels >= _BATCH_PIXELS:
            self.finish()

    def finish(self) -> None:
        """Embed what was read."""
        embeddings = self.embedder.embed([page.pixels for page in self._waiting.values()])
        self._rows.update(zip(self._waiting, embeddings, strict=True))
        self._waiting.clear()

    def rows(self, paths: Iterable[Path]) -> NDArray[np.float32]:
        """Embeddings, of shape (n, dim), of files that could be read."""
        rows = [self._rows[self.digests[path]] for path in paths]
        return np.stack(rows) if rows else np.zeros((0, self.embedder.dim), np.float32)


def _episodes(folder: Path) -> Iterator[EpisodeFolder]:
    def refuse(error: OSError) -> NoReturn:
        raise error

    for place, inner, _ in walk(folder, onerror=refuse):
        if {SUPPORT, QUERIES} & set(inner):
            yield _episode(folder, Path(place))
            inner.clear()
        inner[:] = [name for name in inner if not _IGNORED(name)]


def _episode(folder: Path, place: Path) -> EpisodeFolder:
    for name in (SUPPORT, QUERIES):
        if not (place / name).is_dir():
            raise DataError(f"{place} has no {name}/", "An episode has support/ and queries/")
    closed: dict[Path, str] = {}

    def note(error: OSError) -> None:
        closed[Path(os.fsdecode(error.filename))] = _why(error)

    support = tuple(support_files(place / SUPPORT, note))
    if not support:
        for path, why in closed.items():
            raise DataError(f"{path} {why}", _OPEN_IT)
        raise DataError(
            f"{place / SUPPORT} has no example", f"Put images in {place / SUPPORT}/<class>/"
        )
    queries = tuple(
        (entry.name, path)
        for entry in sorted((place / QUERIES).iterdir())
        if entry.is_dir() and not _IGNORED(entry.name)
        for path in files_of([entry], _IGNORED)
    )
    if not queries:
        raise DataError(
            f"{place / QUERIES} has no image to judge", f"Put images in {place / QUERIES}/<class>/"
        )
    shown = {file.class_name for file in support} | {UNKNOWN}
    for truth in dict(queries):
        if truth not in shown:
            for path, why in closed.items():
                if place / SUPPORT / truth in (path, path.parent):
                    raise DataError(f"{path} {why}", _OPEN_IT)
            images = counted(sum(truth == one for one, _ in queries), "image")
            raise DataError(
                f"{place / QUERIES / truth} has {images} but {place / SUPPORT / truth} has 0",
                f"Give the class an example, or move its queries to {place / QUERIES / UNKNOWN}",
            )
    return EpisodeFolder(_name(place, folder), place, support, queries, closed)


def _judge(
    folder: Path,
    episode: EpisodeFolder,
    gallery: _Gallery,
    calibration: Calibration,
    reject: float,
) -> Episode:
    from indexer.index import Example

    digests, branch_id = gallery.digests, gallery.embedder.branch_id
    support = [file for file in episode.support if file.path in digests]
    queries = [(truth, path) for truth, path in episode.queries if path in digests]
    shown = {file.class_name for file in support}
    for truth in {truth for truth, _ in episode.queries} - shown - {UNKNOWN}:
        _refuse_unreadable(episode.path / SUPPORT / truth)
    if not support:
        _refuse_unreadable(episode.path / SUPPORT)
    examples = [Example(file.class_name, file.name, digests[file.path]) for file in support]
    embeddings = gallery.rows(file.path for file in support)
    judge = Judge.of(examples, embeddings, calibration, reject=reject, branch_id=branch_id)
    asked = gallery.rows(path for _, path in queries)
    verdicts = judge.judge(asked)
    held = {example.sha256 for example in examples}
    return Episode(
        name=episode.name,
        classes=len(shown),
        examples=len(support),
        shown=sum(digests[path] in held for _, path in queries),
        index_id=judge.index.index_id,
        outcomes=tuple(
            Outcome(
                episode=episode.name,
                query=_name(path, folder),
                truth=truth,
                verdict=verdict,
                own=None if truth == UNKNOWN else _own(truth, verdict, support, embeddings @ row),
            )
            for (truth, path), verdict, row in zip(queries, verdicts, asked, strict=True)
        ),
    )


def _own(
    truth: str,
    verdict: Verdict,
    support: Sequence[SupportFile],
    similarities: NDArray[np.float32],
) -> Match:
    """The nearest example of the true class, which may lie beyond the matches of the verdict."""
    for match in verdict.matches:
        if match.class_name == truth:
            return match
    rows = (row for row, file in enumerate(support) if file.class_name == truth)
    row = max(rows, key=lambda row: float(similarities[row]))
    return Match(truth, support[row].name, min(2.0, max(0.0, 1.0 - float(similarities[row]))))


def _refuse_unreadable(place: Path) -> NoReturn:
    raise DataError(
        f"no example in {place} can be read", "Put an image there that 'classify' can judge"
    )


def _calibration_of(path: Path) -> Calibration:
    """The calibration that stands in the manifest at ``path``.

    Raises:
        WeightsError: there is no manifest, or its calibration is none of this branch.
    """
    manifest = read_manifest(path)
    try:
        return Calibration.of(manifest.calibration, manifest.branch.dim)
    except WeightsError as error:
        raise WeightsError(
            f"{path}: {error.message}", "Train them again, or name a finished run"
        ) from None


def _why(error: OSError) -> str:
    return f"cannot be opened: {(error.strerror or str(error)).lower()}"


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()

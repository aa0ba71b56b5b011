"""The detectors of a home, loaded and kept in step with their folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from config.errors import PigeonholeError, UsageError
from config.ignored import Ignored
from indexer.support import check_class_name
from indexer.verdict import Detection
from models.detector.pictures.plane import Pixels
from models.detector.saved.running import Detector, load_detector
from models.page.limits import ran_out_of_memory

log = structlog.get_logger()

Stamp = tuple[tuple[str, int, int, int, int], ...]
"""Names, sizes, times and inodes of the files in a detector's folder."""

_IGNORED: Final = Ignored()


def detector_folders(folder: Path) -> dict[str, Path]:
    """The folders of detectors below ``folder``, by name; nothing is opened.

    Hidden and temporary names are left alone: somebody may be writing there. Symbolic links are not
    followed. A folder that is missing has none.
    """
    try:
        with os.scandir(folder) as found:
            names = [
                entry.name
                for entry in found
                if not _IGNORED(entry.name) and entry.is_dir(follow_symlinks=False)
            ]
    except OSError:
        return {}
    return {name: folder / name for name in sorted(names)}


def detector_names(folder: Path) -> list[str]:
    """The classes that detectors below ``folder`` may give, broken ones included, sorted."""
    return [name for name in detector_folders(folder) if _is_class_name(name)]


def _is_class_name(name: str) -> bool:
    try:
        check_class_name(name)
    except UsageError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Held:
    """A detector's folder as it was when it was taken up; without a detector it is broken."""

    stamp: Stamp
    detector: Detector | None


class Detectors:
    """Asks every detector of a home about pages.

    One that is broken is left out, and stops neither the others nor who asks.

    Args:
        folder: that holds them, each in a folder of its own; it need not be there.
        branch_id: of the branch whose embeddings they are given.

    Attributes:
        broken: why each that cannot be used is left out, by name.
    """

    def __init__(self, folder: Path, branch_id: str) -> None:
        self.broken: dict[str, str] = {}
        self._folder = folder
        self._branch_id = branch_id
        self._held: dict[str, _Held] = {}

    @property
    def ids(self) -> set[tuple[str, str]]:
        """Name and id of each that is asked."""
        return {(one.name, one.detector_id) for one in self._at_work}

    @property
    def _at_work(self) -> list[Detector]:
        return [held.detector for held in self._held.values() if held.detector is not None]

    def changed(self) -> Mapping[str, Stamp]:
        """What the folders of all look like now: for `take_up`, when the time has come."""
        return {name: _stamp(place) for name, place in detector_folders(self._folder).items()}

    def take_up(self, now: Mapping[str, Stamp]) -> None:
        """Load what is new or another one, and drop what is gone.

        Args:
            now: see `changed`.
        """
        for name in self._held.keys() - now.keys():
            del self._held[name]
            self.broken.pop(name, None)
        for name, stamp in now.items():
            held = self._held.get(name)
            if held is None or held.stamp != stamp:
                self._load(name, stamp)
        self._held = {name: self._held[name] for name in sorted(self._held)}

    def detections(
        self, pages: Sequence[Pixels], embeddings: NDArray[np.float32]
    ) -> list[tuple[Detection, ...]]:
        """What all detectors say of each page, by name.

        Args:
            pages: uint8 of shape (height, width) each, grey.
            embeddings: of the same pages by the branch, float32 of shape (n, dim).

        Raises:
            MemoryError: there is not enough for so many.
        """
        said: list[list[Detection]] = [[] for _ in pages]
        for one in self._at_work if pages else ():
            try:
                found = _probabilities(one, pages, embeddings)
            except Exception as error:
                if ran_out_of_memory(error):
                    raise MemoryError from error
                self._leave_out(one.name, self._held[one.name].stamp, _reason(error))
                continue
            for of_page, probability in zip(said, found, strict=True):
                accepted = probability >= one.threshold
                of_page.append(Detection(one.name, one.detector_id, probability, accepted))
        return [tuple(of_page) for of_page in said]

    def _load(self, name: str, stamp: Stamp) -> None:
        try:
            check_class_name(name)
            detector = load_detector(self._folder / name, branch_id=self._branch_id)
        except Exception as error:  # noqa: BLE001 - whatever a damaged file makes a library raise
            if ran_out_of_memory(error):
                # Not its fault: it is tried again. What was held before is another detector.
                self._held.pop(name, None)
                self.broken.pop(name, None)
                log.warning("a detector is not taken up yet", detector=name, reason="no memory")
                return
            self._leave_out(name, stamp, _reason(error))
            return
        self._held[name] = _Held(stamp, detector)
        self.broken.pop(name, None)

    def _leave_out(self, name: str, stamp: Stamp, reason: str) -> None:
        self._held[name] = _Held(stamp, None)
        self.broken[name] = reason


def _probabilities(
    detector: Detector, pages: Sequence[Pixels], embeddings: NDArray[np.float32]
) -> list[float]:
    found = detector.probabilities(pages, embeddings)
    if not np.isfinite(found).all():
        raise ValueError("it answers with what is no number")
    return [float(one) for one in found]


def _reason(error: Exception) -> str:
    return error.message if isinstance(error, PigeonholeError) else f"it does not work: {error!r}"


def _stamp(folder: Path) -> Stamp:
    try:
        with os.scandir(folder) as found:
            states = [(entry.name, entry.stat(follow_symlinks=False)) for entry in found]
    except OSError:
        return ()  # it goes away, or nobody may look: loading it tells
    return tuple(
        sorted(
            (name, state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
            for name, state in states
            if stat.S_ISREG(state.st_mode)
        )
    )

"""The detectors of a home: what they are, what is wrong with them, and their reports."""

from __future__ import annotations

import math
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.errors import MissingError, PigeonholeError, WeightsError
from config.home import Home
from indexer.support import check_class_name
from models.detector.saved.checking import check_detector
from models.detector.saved.manifest import REPORT_FILE, Manifest, read_manifest
from models.siamese.weights import SHIPPED
from models.siamese.weights import read_manifest as read_branch
from service.workers.detectors import detector_folders


@dataclass(frozen=True, slots=True)
class Listed:
    """A detector of a home, which may be broken.

    Attributes:
        name: of its folder, which is its class.
        folder: where it lies.
        manifest: None where it cannot be read.
        trouble: why it is not used; empty where nothing speaks against it.
        advice: what to do about that.
    """

    name: str
    folder: Path
    manifest: Manifest | None
    trouble: str = ""
    advice: str = ""

    @property
    def auroc(self) -> float | None:
        """Of the approach that was kept, on pictures it had not seen; None if that is not told."""
        told = self.manifest
        kept = told.scores.get(str(told.training.get("title"))) if told else None
        found = kept.get("auroc") if isinstance(kept, dict) else None
        return found if isinstance(found, float) else None

    @property
    def report(self) -> Path | None:
        """The report that its training wrote; None if there is none."""
        file = self.folder / REPORT_FILE
        try:
            return file if stat.S_ISREG(file.lstat().st_mode) else None
        except OSError:
            return None


def list_detectors(home: Home) -> list[Listed]:
    """Every detector, by name; its files are held against its manifest, no network is loaded."""
    return [_listed(name, place) for name, place in detector_folders(home.detectors).items()]


def folder_of(home: Home, name: str) -> Path:
    """Where a detector lies, broken or not. No other folder is ever named so, by no ``..``.

    Raises:
        MissingError: there is none of this name.
    """
    place = detector_folders(home.detectors).get(name)
    if place is None:
        raise MissingError(
            f"there is no detector {name!r}", "'pigeonhole detector list' shows those there are"
        )
    return place


def one_detector(home: Home, name: str) -> Listed:
    """One of them.

    Raises:
        MissingError: there is none of this name.
    """
    return _listed(name, folder_of(home, name))


def report_of(home: Home, name: str) -> Path:
    """The report that a detector's training wrote: a page of HTML that needs no network.

    Raises:
        MissingError: there is no detector of this name, or it has no report.
    """
    report = one_detector(home, name).report
    if report is None:
        raise MissingError(f"the detector {name!r} has no report", "Train it again")
    return report


def detector_ids(home: Home) -> dict[str, str | None]:
    """The id of each detector by name; None where it cannot be told."""
    found = {name: _manifest(place) for name, place in detector_folders(home.detectors).items()}
    return {name: one.detector_id if one else None for name, one in found.items()}


def thresholds(home: Home) -> dict[str, float]:
    """The thresholds of the detectors that there are now, by their ids."""
    found = [_manifest(place) for place in detector_folders(home.detectors).values()]
    return {one.detector_id: one.threshold for one in found if one is not None}


def described_detector(one: Listed) -> dict[str, Any]:
    """A detector as plain values that JSON can hold; None for what a broken one does not tell."""
    told = one.manifest
    return {
        "name": one.name,
        "detector_id": told.detector_id if told else None,
        "approach": told.approach if told else None,
        "head": told.head if told else None,
        "threshold": told.threshold if told else None,
        "made_at": told.made_at if told else None,
        "scores": _finite(told.scores) if told else {},
        "verdict": list(told.verdict) if told else [],
        "report": one.report is not None,
        "trouble": one.trouble or None,
    }


def _listed(name: str, place: Path) -> Listed:
    manifest = None
    try:
        check_class_name(name)
        manifest = read_manifest(place)
        check_detector(place, manifest, branch_id=read_branch(SHIPPED).branch_id)
    except PigeonholeError as error:
        return Listed(name, place, manifest, error.message, error.advice)
    return Listed(name, place, manifest)


def _manifest(place: Path) -> Manifest | None:
    try:
        return read_manifest(place)
    except WeightsError:
        return None


def _finite(value: Any) -> Any:
    """The same without what is no number: JSON knows none of those."""
    if isinstance(value, dict):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value

"""What a person asks for when a detector is to be trained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from config.errors import UsageError, WeightsError
from config.home import Home
from models.detector.saved.manifest import read_manifest
from service.desk.detectors.corrections import Corrections
from service.desk.detectors.entering import Asked


@dataclass(frozen=True, slots=True)
class Request:
    """One training.

    Attributes:
        name: of the class.
        positives: folders of pictures of it; those of the last training where empty.
        others: folders of anything else; empty to learn from the class alone.
        background: where ``others`` is empty, folders of pictures to judge by.
        approach: which to try.
        weights: of MobileNet; None for those of ImageNet.
        corrections: what people have said of scans, to be added.
        seed: of whatever is drawn.
    """

    name: str
    positives: tuple[Path, ...] = ()
    others: tuple[Path, ...] = ()
    background: tuple[Path, ...] = ()
    approach: Asked = "all"
    weights: Path | None = None
    corrections: Corrections | None = None
    seed: int = 0

    @property
    def of_class(self) -> tuple[Path, ...]:
        """Folders and files of the class."""
        return self.positives + (self.corrections.positives if self.corrections else ())

    @property
    def of_others(self) -> tuple[Path, ...]:
        """Folders and files of anything else, to learn from."""
        return self.others + (self.corrections.others if self.corrections else ())


def completed(home: Home, request: Request) -> Request:
    """The request, with the folders of the last training where it names none.

    Raises:
        UsageError: nothing is named, and there was no last training; or names that contradict.
    """
    if request.others and request.background:
        raise UsageError(
            "--background is what is judged by where --others names nothing to learn from",
            "Leave one of them out",
        )
    if request.positives:
        return request
    try:
        last = read_manifest(home.detectors / request.name).training
    except WeightsError:
        last = {}
    anew = bool(request.others or request.background)
    request = replace(
        request,
        positives=_named(last.get("positives")),
        others=request.others if anew else _named(last.get("others")),
        background=request.background if anew else _named(last.get("background")),
    )
    if not request.of_class:
        raise UsageError(
            f"no pictures of {request.name} are named", "Name their folder with --positives"
        )
    return request


def _named(found: object) -> tuple[Path, ...]:
    return tuple(Path(str(one)) for one in found) if isinstance(found, list) else ()

"""What a person asks for when a detector is to be trained."""

from __future__ import annotations

from collections.abc import Callable
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
        force: put it to use whatever it is worth.
    """

    name: str
    positives: tuple[Path, ...] = ()
    others: tuple[Path, ...] = ()
    background: tuple[Path, ...] = ()
    approach: Asked = "all"
    weights: Path | None = None
    corrections: Corrections | None = None
    seed: int = 0
    force: bool = False

    @property
    def of_class(self) -> tuple[Path, ...]:
        """Folders and files of the class."""
        return self.positives + (self.corrections.positives if self.corrections else ())

    @property
    def of_others(self) -> tuple[Path, ...]:
        """Folders and files of anything else, to learn from."""
        return self.others + (self.corrections.others if self.corrections else ())


def completed(home: Home, request: Request, tell: Callable[[str], None]) -> Request:
    """The request, with the folders of the last training where it names none.

    Args:
        home: where the last one lies.
        request: what is asked for.
        tell: told what was taken from the last training.

    Raises:
        UsageError: nothing is named, and there was no last training; or names that contradict.
        WeightsError: the file of weights is none.
    """
    if request.weights is not None and not request.weights.is_file():
        raise WeightsError(
            f"{request.weights} is no file", "Name a file of weights of MobileNetV2 with --weights"
        )
    if request.others and request.background:
        raise UsageError(
            "--background is what is judged by where --others names nothing to learn from",
            "Leave one of them out",
        )
    if not request.positives:
        request = _as_last(home, request, tell)
    if request.approach == "cnn" and not request.of_others:
        raise UsageError(
            "--approach cnn learns what tells a class from others, and there are none",
            "Name pictures of anything else with --others",
        )
    return request


def _as_last(home: Home, request: Request, tell: Callable[[str], None]) -> Request:
    """With the folders of the last training, and its weights if they are still there.

    Raises:
        UsageError: there are no pictures of the class now either.
    """
    reason, last = "", {}
    folder = home.detectors / request.name
    try:
        last = read_manifest(folder).training
    except WeightsError as error:
        reason = f", and {error.message}" if folder.is_dir() else ""
    anew = bool(request.others or request.background)
    request = replace(
        request,
        positives=_named(last.get("positives")),
        others=request.others if anew else _named(last.get("others")),
        background=request.background if anew else _named(last.get("background")),
        weights=request.weights or _file(last.get("weights")),
    )
    if not request.of_class:
        raise UsageError(
            f"no pictures of {request.name} are named{reason}", "Name their folder with --positives"
        )
    if request.positives:
        tell(f"as in the last training, pictures of {request.name}: {_listed(request.positives)}")
    if not anew and request.others + request.background:
        tell(f"as in the last training, others: {_listed(request.others + request.background)}")
    if last.get("corrections") and request.corrections is None:
        tell("the last training learned from corrected scans too: --from-ledger takes them again")
    return request


def _listed(paths: tuple[Path, ...]) -> str:
    return ", ".join(map(str, paths))


def _file(found: object) -> Path | None:
    return Path(found) if isinstance(found, str) and Path(found).is_file() else None


def _named(found: object) -> tuple[Path, ...]:
    return tuple(Path(str(one)) for one in found) if isinstance(found, list) else ()

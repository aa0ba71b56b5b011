"""What stands beside a trained detector: what it is, what it was trained on, its identity."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from config.errors import WeightsError
from models.detector.features.space import Approach
from models.detector.heads.heads import HeadKind

FORMAT: Final = 1
"""Of the manifest, and of the files beside it."""
MANIFEST_FILE: Final = "detector.json"
HEAD_FILE: Final = "head.npz"
NETWORK_FILE: Final = "network.weights.h5"
REPORT_FILE: Final = "report.html"
PICTURES_FILE: Final = "pictures.tsv"
"""Which pictures it was trained and judged on, with the score that each got unseen."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a detector's folder says of it.

    Attributes:
        name: of its class; the name of its folder.
        approach: how it sees pictures.
        head: how it weighs what it sees.
        slope, offset: of `models.detector.heads.probability.Sigmoid`.
        threshold: the probability from which a picture is its class, in [0, 1].
        files: sha256 of each file it needs, by name.
        settings: what its network is built with.
        branch_id: of the product's branch, where its approach is ``branch``; else empty.
        made_at: when it was trained, UTC ISO 8601.
        training: data, counts and versions that made it.
        scores: what was measured, by name.
    """

    name: str
    approach: Approach
    head: HeadKind
    slope: float
    offset: float
    threshold: float
    files: dict[str, str]
    settings: dict[str, Any] = field(default_factory=dict)
    branch_id: str = ""
    made_at: str = ""
    training: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, Any] = field(default_factory=dict)

    @property
    def detector_id(self) -> str:
        """16 hexadecimal digits of a hash over all that decides its answers."""
        parts = [
            self.approach, self.head, self.slope, self.offset, self.threshold, self.settings,
            self.files, self.branch_id,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


_ADAPTER = TypeAdapter(Manifest)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the detector in ``folder``; its other files are not looked at.

    Raises:
        WeightsError: it is missing, no manifest, or of another version.
    """
    file = folder / MANIFEST_FILE
    advice = f"Train it again with 'pigeonhole detector train', or remove the folder {folder}"
    try:
        found = _parsed(file.read_bytes())
        if found.pop("format", None) != FORMAT:
            raise WeightsError(
                f"the detector {folder.name} was saved by another version of Pigeonhole", advice
            )
        # As JSON: of Python's values a strict reader takes no object for a dataclass.
        manifest = _ADAPTER.validate_json(json.dumps(found), strict=True)
        _check(manifest, folder.name)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WeightsError(f"the detector {folder.name} cannot be read: {reason}", advice) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        reason = f"{place}: {first['msg'].lower()}"
        raise WeightsError(f"{file} is not a manifest: {reason}", advice) from None
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"{file} is not a manifest: {error}", advice) from None
    return manifest


def _parsed(data: bytes) -> dict[str, Any]:
    """The JSON object in ``data``.

    Raises:
        ValueError: there is none.
    """
    found = json.loads(data)
    if not isinstance(found, dict):
        raise ValueError("it is not a JSON object")  # noqa: TRY004 - of the file's content
    return found


def _check(manifest: Manifest, name: str) -> None:
    """Refuse what types alone let through.

    Raises:
        ValueError: what is wrong, for a person.
    """
    if manifest.name != name:
        raise ValueError(f"it is that of {manifest.name!r}: a folder was renamed")
    numbers = (manifest.slope, manifest.offset, manifest.threshold)
    if not all(map(math.isfinite, numbers)) or manifest.slope < 0:
        raise ValueError("its numbers are no probability")
    if any(Path(file).name != file for file in manifest.files) or HEAD_FILE not in manifest.files:
        raise ValueError("its files do not lie beside it")


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest`` as JSON that people can read and compare."""
    text = json.dumps({"format": FORMAT, **asdict(manifest)}, indent=2) + "\n"
    (folder / MANIFEST_FILE).write_text(text, encoding="utf-8")

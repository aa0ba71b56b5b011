"""What stands beside a trained detector: what it is, what it was trained on, its identity."""

from __future__ import annotations

import hashlib
import json
import math
import stat
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

_MOST: Final = 4 << 20  # bytes of a manifest


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a detector's folder says of it.

    Attributes:
        name: of its class; the name of its folder.
        approach: how it sees pictures.
        head: how it weighs what it sees.
        slope, offset: of `models.detector.heads.probability.Sigmoid`.
        threshold: the probability from which a picture is its class, in [0, 1]; the number after 1
            where even what is surely an other would pass.
        files: sha256 of each file it needs, by name: `HEAD_FILE`, and `NETWORK_FILE` unless its
            approach is ``branch``.
        settings: what its network is built with.
        branch_id: of the product's branch, where its approach is ``branch``; else empty.
        made_at: when it was trained, UTC ISO 8601.
        training: data, counts and versions that made it.
        scores: what was measured, by name.
        verdict: what that means, in plain words.
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
    verdict: list[str] = field(default_factory=list)

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
    advice = train_again(folder)
    try:
        found = _parsed(_read(file))
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
        # The field alone: what stands deeper is in the file's own words.
        place = f"{first['loc'][0]}: " if first["loc"] else ""
        reason = f"{place}{first['msg'].lower()}"
        raise WeightsError(f"{file} is not a manifest: {reason}", advice) from None
    except (ValueError, RecursionError, OverflowError) as error:
        raise WeightsError(f"{file} is not a manifest: {error}", advice) from None
    return manifest


def train_again(folder: Path) -> str:
    """What to do about a detector that cannot be used."""
    return f"Train it again with 'pigeonhole detector train', or remove the folder {folder}"


def _read(file: Path) -> bytes:
    """All of it, if it is a file of a size that a manifest has.

    Raises:
        OSError: it cannot be read.
        ValueError: it is anything else.
    """
    state = file.lstat()
    if not stat.S_ISREG(state.st_mode):
        raise ValueError("it is no file")
    if state.st_size > _MOST:
        raise ValueError(f"it is larger than {_MOST >> 20} MiB")
    return file.read_bytes()


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
    if not 0 <= manifest.threshold <= math.nextafter(1.0, 2.0):
        raise ValueError("its threshold is no probability")
    # By name, and no others: no path in a manifest leads anywhere else.
    needed = {HEAD_FILE} if manifest.approach == "branch" else {HEAD_FILE, NETWORK_FILE}
    if manifest.files.keys() != needed:
        raise ValueError(f"its files are not {' and '.join(sorted(needed))}")


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest`` as JSON that people can read and compare."""
    text = json.dumps({"format": FORMAT, **asdict(manifest)}, indent=2) + "\n"
    (folder / MANIFEST_FILE).write_text(text, encoding="utf-8")

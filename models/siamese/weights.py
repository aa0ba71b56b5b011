"""Weights and their manifest: what a branch is, what it was trained on, and its identity."""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.errors import WeightsError
from models.page.prepare import Recipe
from models.page.texture import LENGTH
from models.siamese.shapes import BranchShape, EyeShape, JoinShape

if TYPE_CHECKING:
    import keras

SHIPPED = Path(__file__).resolve().parent.parent / "weights" / "siamese.manifest.json"
"""The manifest of the weights that come with the program."""
FORMAT = 2
"""Of the manifest. 1 knew the shape eye alone."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What stands beside a weights file.

    Attributes:
        weights: the file's name, beside the manifest.
        sha256: of the weights file.
        branch: its dimensions.
        recipe: how pages must be prepared for these weights.
        training: the command, data, counts and versions that made them.
        scores: what was measured, by name, with the number of cases.
        calibration: what turns distances into scores; read by the indexer.
    """

    weights: str
    sha256: str
    branch: BranchShape
    recipe: Recipe
    training: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, Any] = field(default_factory=dict)
    calibration: dict[str, Any] = field(default_factory=dict)

    @property
    def branch_id(self) -> str:
        """16 hexadecimal digits of a hash over all that decides an embedding."""
        parts = [self.sha256, asdict(self.branch), asdict(self.recipe)]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def read_manifest(path: Path) -> Manifest:
    """The manifest at ``path``.

    Raises:
        WeightsError: it is missing, no manifest, or of another format.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        written = found.pop("format")
        if written != FORMAT:
            raise WeightsError(
                f"{path} is of format {written!r}, this version reads {FORMAT}",
                "Use weights that this version trained, or install Pigeonhole again",
            )
        branch, recipe = _branch(found["branch"]), Recipe(**found["recipe"])
        return Manifest(**{**found, "branch": branch, "recipe": recipe})
    except OSError as error:
        raise WeightsError(f"{path} cannot be read: {error.strerror}", _advice(path)) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(
            f"{path} is not a manifest of weights: {_fault(error)}", _advice(path)
        ) from None


def _fault(error: Exception) -> str:
    """What is wrong with a manifest, without Python's own matters."""
    if isinstance(error, ValueError):
        return str(error)
    named = re.search(r"'(\w+)'(?! object)", str(error))
    return f"{named[1]} is missing in it, or too much" if named else "it has other entries"


def _advice(path: Path) -> str:
    """What to do about weights or a manifest at ``path``."""
    if path.parent == SHIPPED.parent:
        return "Install Pigeonhole again"
    return "Train them again, or name a finished run"


def _branch(found: dict[str, Any]) -> BranchShape:
    """The dimensions that a manifest holds as nested mappings."""
    eye, join = found["eye"], found["join"]
    return BranchShape(
        **found
        | {
            "eye": EyeShape(**eye | {"widths": tuple(eye["widths"])}),
            "join": None if join is None else JoinShape(**join | {"tilts": tuple(join["tilts"])}),
        }
    )


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write ``manifest`` as JSON that people can read and compare."""
    text = json.dumps({"format": FORMAT, **asdict(manifest)}, indent=2) + "\n"
    path.write_text(text, encoding="utf-8")


def load_branch(path: Path) -> tuple[keras.Model, Manifest]:
    """The branch whose manifest lies at ``path``, its weights checked and loaded.

    Raises:
        WeightsError: the weights are missing, or are not those of the manifest.
    """
    from models.siamese.branch import build_branch

    manifest = read_manifest(path)
    weights = path.parent / manifest.weights
    check_weights(weights, manifest)
    _check_inputs(path, manifest)
    try:
        branch = build_branch(manifest.branch)
        with warnings.catch_warnings():
            # Keras only warns of layers that the file lacks, and leaves them at random.
            warnings.simplefilter("error", UserWarning)
            branch.load_weights(weights)
    except (ValueError, OSError, KeyError, TypeError, UserWarning) as error:
        raise WeightsError(
            f"{weights} does not fit its manifest: {str(error).partition(chr(10))[0]}",
            _advice(path),
        ) from None
    branch.trainable = False
    return branch, manifest


def _check_inputs(path: Path, manifest: Manifest) -> None:
    """Compare what the branch takes with what pages are made into."""
    side, join = manifest.branch.eye.side, manifest.branch.join
    if side != manifest.recipe.side:
        raise WeightsError(
            f"{path} prepares pages of side {manifest.recipe.side}, its branch takes {side}",
            _advice(path),
        )
    if join is not None and join.texture != LENGTH:
        raise WeightsError(
            f"{path} is of weights for {join.texture} numbers about a page's texture, "
            f"this version finds {LENGTH}",
            "Use weights that this version trained, or install Pigeonhole again",
        )


def check_weights(weights: Path, manifest: Manifest) -> None:
    """Compare the file with the manifest.

    Raises:
        WeightsError: missing, or of another content; the message has both hashes.
    """
    try:
        found = hashlib.sha256(weights.read_bytes()).hexdigest()
    except OSError as error:
        raise WeightsError(
            f"{weights} cannot be read: {error.strerror}", _advice(weights)
        ) from None
    if found != manifest.sha256:
        raise WeightsError(
            f"{weights} has sha256 {found[:12]}…, its manifest says {manifest.sha256[:12]}…",
            _advice(weights),
        )

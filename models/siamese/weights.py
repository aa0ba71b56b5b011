"""Weights and their manifest: what a branch is, what it was trained on, and its identity."""

from __future__ import annotations

import hashlib
import json
import math
import warnings
from collections.abc import Callable
from dataclasses import MISSING, asdict, dataclass, field, fields
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
        """16 hexadecimal digits of a hash over all that decides an embedding, and its verdict."""
        parts = [self.sha256, asdict(self.branch), asdict(self.recipe), self.calibration]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def read_manifest(path: Path) -> Manifest:
    """The manifest at ``path``.

    Raises:
        WeightsError: it is missing, no manifest, or of another format.
    """
    try:
        data = path.read_bytes()
        if path.suffix == ".h5" or data.startswith(b"\x89HDF"):
            raise WeightsError(
                f"{path} holds weights, their manifest is asked for",
                f"Name the manifest beside it: {path.parent / SHIPPED.name}",
            )
        found = _parsed(data)
        written = found.pop("format")
        if written != FORMAT:
            raise WeightsError(
                f"{path} is of format {written!r}, this version reads {FORMAT}",
                "Use weights that this version trained, or install Pigeonhole again",
            )
        manifest: Manifest = _built(Manifest, found)
        if not manifest.weights.isprintable() or Path(manifest.weights).name != manifest.weights:
            raise WeightsError(
                f"{path} names {_shown(manifest.weights)}, which is no file beside it",
                _advice(path),
            )
    except OSError as error:
        raise WeightsError(f"{path} cannot be read: {error.strerror}", _advice(path)) from None
    except ValueError as error:
        raise WeightsError(f"{path} is not a manifest of weights: {error}", _advice(path)) from None
    return manifest


def _parsed(data: bytes) -> dict[str, Any]:
    """The JSON object in ``data``, with a format.

    Raises:
        ValueError: what is wrong, for a person.
    """
    try:
        found = json.loads(data.decode("utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON in line {error.lineno}") from None
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    if not isinstance(found, dict):
        raise ValueError("it is not a JSON object")  # noqa: TRY004 - of the file's content
    if "format" not in found:
        raise ValueError("format is missing in it")
    return found


def _built(kind: type[Any], found: Any, name: str = "") -> Any:
    """A dataclass out of its JSON object, each value of the kind that its field says.

    Raises:
        ValueError: what is wrong, for a person.
    """
    if not isinstance(found, dict):
        raise ValueError(f"{name} is {_shown(found)}, it must be an object")  # noqa: TRY004
    known = {one.name: one for one in fields(kind)}
    prefix = f"{name}." if name else ""
    for key in found:
        if key not in known:
            raise ValueError(f"{prefix}{_shown(key)[1:-1]} in it is not known to this version")
    values = {}
    for key, one in known.items():
        if key in found:
            values[key] = _value(str(one.type), found[key], prefix + key)
        elif one.default is MISSING and one.default_factory is MISSING:
            raise ValueError(f"{prefix}{key} is missing in it")
    try:
        return kind(**values)
    except ValueError as error:
        raise ValueError(f"{name}: {error}" if name else str(error)) from None


def _value(kind: str, found: Any, name: str) -> Any:
    """One value of a manifest, see `_built`."""
    if kind == "JoinShape | None" and found is None:
        return None
    for part in (BranchShape, EyeShape, JoinShape, Recipe):
        if kind.partition(" ")[0] == part.__name__:
            return _built(part, found, name)
    fits, words = _KINDS[kind]
    if not fits(found):
        raise ValueError(f"{name} is {_shown(found)}, it must be {words}")
    if name in _LEAST and found < _LEAST[name]:
        raise ValueError(f"{name} is {found}, it must be {_LEAST[name]} or more")
    return tuple(found) if kind.startswith("tuple") else found


def _is_int(found: Any) -> bool:
    return isinstance(found, int) and not isinstance(found, bool)


def _is_number(found: Any) -> bool:
    return _is_int(found) or (isinstance(found, float) and math.isfinite(found))


_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "str": (lambda found: isinstance(found, str), "a text"),
    "Morphology": (lambda found: isinstance(found, str), "a text"),
    "int": (_is_int, "a whole number"),
    "float": (_is_number, "a number"),
    "tuple[int, ...]": (
        lambda found: isinstance(found, list) and all(map(_is_int, found)),
        "a list of whole numbers",
    ),
    "tuple[float, ...]": (
        lambda found: isinstance(found, list) and all(map(_is_number, found)),
        "a list of numbers",
    ),
    "dict[str, Any]": (lambda found: isinstance(found, dict), "an object"),
}
"""What a field takes, by its annotation, and that in words."""
_LEAST = {"recipe.working_side": 8}
"""Where the field's own class would blame another one."""


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _advice(path: Path) -> str:
    """What to do about weights or a manifest at ``path``."""
    if path.parent == SHIPPED.parent:
        return "Install Pigeonhole again"
    return "Train them again, or name a finished run"


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
            f"{weights} does not fit its manifest: {misfit(error)}", _advice(path)
        ) from None
    branch.trainable = False
    return branch, manifest


def misfit(error: Exception) -> str:
    """Why Keras could not load a weights file, in fewer words than its own."""
    if isinstance(error, OSError):
        return "it is damaged, or holds no weights"
    return "its layers are others"


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

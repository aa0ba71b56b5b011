"""What a training run wrote of itself: ``history.jsonl`` and ``settings.json``."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.errors import DataError
from indexer.evaluation.measures import Proportion

HISTORY_FILE, SETTINGS_FILE = "history.jsonl", "settings.json"


@dataclass(frozen=True, slots=True)
class Trials:
    """One-shot trials on held-out classes.

    Attributes:
        errors: of all trials.
        ways: classes to choose from.
    """

    errors: Proportion
    ways: int


@dataclass(frozen=True, slots=True)
class Epoch:
    """One line of the history; None where the run did not say.

    Attributes:
        number: from 1.
        loss: mean over the epoch.
        held_out: trials by source of the held-out classes; ``all`` where sources are not told.
        images: shown since the start.
        seconds: the epoch took.
        learning_rate: at its end.
    """

    number: int
    loss: float | None
    held_out: dict[str, Trials]
    images: float | None
    seconds: float | None
    learning_rate: float | None


def read_history(run_folder: Path) -> list[Epoch]:
    """The epochs of a run. A last line that is not whole yet is left out.

    Raises:
        DataError: there is no history, it has no epoch, or a line is none of ours.
    """
    file = run_folder / HISTORY_FILE
    *lines, last = _read(file).split("\n")
    epochs = []
    for number, line in enumerate([*lines, *_whole(last)], start=1):
        try:
            epochs.append(_epoch(json.loads(line)))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise DataError(
                f"line {number} of {file} is no epoch of a training: {error!r}",
                "Name the run folder of 'train'",
            ) from None
    if not epochs:
        raise DataError(f"{file} has 0 epochs", "Wait for the end of the first")
    return epochs


def read_settings(run_folder: Path) -> dict[str, str]:
    """The run's settings by dotted name, as text; nothing where there are none.

    Raises:
        DataError: the file is no JSON object.
    """
    file = run_folder / SETTINGS_FILE
    if not file.exists():
        return {}
    try:
        found = json.loads(_read(file))
    except ValueError as error:
        raise DataError(f"{file} is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise DataError(f"{file} is no JSON object but {type(found).__name__}")
    return dict(_flat("", found))


def _epoch(row: Mapping[str, Any]) -> Epoch:
    held_out = {name: _trials(one) for name, one in (row.get("held_out") or {}).items()}
    if not held_out and "trials" in row:
        held_out = {"all": _trials(row)}
    return Epoch(
        number=int(row["epoch"]),
        loss=_number(row, "loss"),
        held_out=held_out,
        images=_number(row, "images"),
        seconds=_number(row, "seconds"),
        learning_rate=_number(row, "learning_rate"),
    )


def _trials(row: Mapping[str, Any]) -> Trials:
    return Trials(Proportion(int(row["errors"]), int(row["trials"])), int(row["ways"]))


def _number(row: Mapping[str, Any], key: str) -> float | None:
    value = row.get(key)
    # A loss that ran away is written as NaN; no plot can show it.
    return None if value is None or not math.isfinite(value) else float(value)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is no text"
        raise DataError(f"{file}: {reason.lower()}", "Name the run folder of 'train'") from None


def _whole(line: str) -> list[str]:
    """The last line, unless it is empty or still being written."""
    try:
        json.loads(line)
    except ValueError:
        return []
    return [line]


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(f"{prefix}.{key}" if prefix else str(key), inner)
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        for number, inner in enumerate(value, start=1):
            yield from _flat(f"{prefix}.{number}", inner)
    elif isinstance(value, list):
        yield prefix, ", ".join(map(str, value))
    else:
        yield prefix, str(value)

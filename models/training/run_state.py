"""How far a run came, as its files tell it: read with care, as people and crashes change files."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from config.errors import DataError
from config.words import counted

ELSEWHERE = "Name another folder with --out"
"""What to do about a run that cannot be gone on with."""


@dataclass(frozen=True, slots=True)
class State:
    """How far a run came.

    Attributes:
        epoch: the last that is finished, from 1; 0 before the first.
        training: file of the network's, the head's and the optimizer's state after it.
        best_epoch: the epoch with the lowest mean held-out error rate; the later of equals.
        best_weights: file of the branch's weights after that epoch.
        best_rate: that error rate, in [0, 1].
        improved: the last epoch that was better than all before; patience counts from it.
    """

    epoch: int = 0
    training: str = ""
    best_epoch: int = 0
    best_weights: str = ""
    best_rate: float = 1.0
    improved: int = 0


def read_state(path: Path) -> State:
    """The state in a file; that of a run of which no epoch is finished, where there is none.

    Raises:
        DataError: the file is broken.
    """
    try:
        found = State(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return State()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {reason_of(error)}", ELSEWHERE) from None
    except (ValueError, TypeError, RecursionError):
        raise DataError(f"{path} is not the state of a run", ELSEWHERE) from None
    if not _is_state(found):
        raise DataError(f"{path} is not the state of a run", ELSEWHERE)
    return found


def read_rows(file: Path, epochs: int) -> list[dict[str, Any]]:
    """The first rows of a history; what follows was cut short by the end of a process.

    Args:
        file: that has them.
        epochs: that are finished: so many rows.

    Raises:
        DataError: the file is missing or broken, or has fewer.
    """
    if not epochs:
        return []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines[:epochs]]
    except OSError as error:
        raise DataError(f"{file} cannot be read: {reason_of(error)}", ELSEWHERE) from None
    except (ValueError, RecursionError):
        raise DataError(f"{file} is not the history of a run", ELSEWHERE) from None
    if len(rows) < epochs:
        raise DataError(
            f"{file} has {counted(len(rows), 'epoch')}, the run has come to epoch {epochs}",
            ELSEWHERE,
        )
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or row.get("epoch") != number:
            raise DataError(f"{file} has no epoch {number} in line {number}", ELSEWHERE)
    return rows


def reason_of(error: OSError) -> str:
    """Why something cannot be read or written, as a part of a sentence."""
    return (error.strerror or str(error)).lower()


def _is_state(state: State) -> bool:
    """Whether the values are of their kinds: JSON holds anything."""
    kinds: dict[str, type | tuple[type, ...]] = {"int": int, "str": str, "float": (int, float)}
    for one in fields(State):
        value = getattr(state, one.name)
        if isinstance(value, bool) or not isinstance(value, kinds[str(one.type)]):
            return False
    numbers = (state.epoch, state.best_epoch, state.improved)
    names = (state.training, state.best_weights)
    return (
        min(numbers) >= 0
        and math.isfinite(state.best_rate)
        and all("/" not in name and "\0" not in name for name in names)
    )

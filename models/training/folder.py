"""The run folder: what was asked, how far it came, and what it takes to go on."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from config.errors import DataError
from models.training.run_state import ELSEWHERE, State, read_rows, read_state, reason_of

FORMAT = 1
"""Of the run folder; a change in what decides a run is another one."""
WEIGHTS_FILE = "siamese.weights.h5"
MANIFEST_FILE = "siamese.manifest.json"
HISTORY_FILE = "history.jsonl"
CLASSES_FILE = "classes.txt"
SETTINGS_FILE = "settings.json"
_STATE = "state.json"
# What would end a line of `CLASSES_FILE`, or be taken for its end.
_ENDS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


class RunFolder:
    """One run's files.

    ``settings.json`` has what decides the run, ``classes.txt`` the class of each label,
    ``history.jsonl`` a row an epoch, ``checkpoint/`` the states after the last epoch and after
    the best one. A finished run has ``siamese.weights.h5`` and its manifest beside them.

    A checkpoint counts from the moment at which ``checkpoint/state.json`` names it, and that
    file is replaced in one step: whenever the process dies, the state of one epoch is whole.

    Attributes:
        path: the folder.
        state: how far the run came.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.state = State()

    @contextmanager
    def opened(self, settings: Mapping[str, Any], classes: Sequence[str]) -> Iterator[None]:
        """Make the folder, or go on with the run that it holds; no other process does so within.

        Args:
            settings: all that decides the run, as JSON has it.
            classes: the name of each label.

        Raises:
            DataError: it holds a finished run, a run of other settings or of another format,
                files, or broken ones, or cannot be written, or another process trains there.
                Nothing is changed then.
        """
        self._compare(settings)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(f"{self.path} cannot be made: {reason_of(error)}", ELSEWHERE) from None
        with self._writing():
            descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DataError(f"another process trains in {self.path}", ELSEWHERE) from None
            with self._writing():
                self._begin(settings, classes)
            yield
        finally:
            os.close(descriptor)

    @property
    def checkpoint(self) -> Path:
        """Where the states are."""
        return self.path / "checkpoint"

    def history(self) -> list[dict[str, Any]]:
        """The rows of the epochs that are finished.

        Raises:
            DataError: the file that has them is missing or broken.
        """
        return read_rows(self.path / HISTORY_FILE, self.state.epoch)

    def keep(self, name: str, write: Callable[[Path], object]) -> None:
        """Have ``write`` make the file ``name``, see `replaced`.

        Raises:
            DataError: it cannot be written.
        """
        with self._writing():
            replaced(self.path / name, write)

    def reached(self) -> State:
        """How far the run that is here came.

        Raises:
            DataError: the file that tells it is broken.
        """
        return read_state(self.checkpoint / _STATE)

    def commit(
        self,
        state: State,
        row: Mapping[str, Any],
        save_training: Callable[[Path], object],
        save_best: Callable[[Path], object] | None,
    ) -> None:
        """Keep a finished epoch.

        Args:
            state: names the files that the two functions write.
            row: of the history.
            save_training: writes ``state.training``.
            save_best: writes ``state.best_weights``; None when an earlier epoch is the best.

        Raises:
            DataError: something cannot be written; the epoch before is the last one then.
        """
        lines = "".join(json.dumps(one) + "\n" for one in (*self.history(), row))
        text = json.dumps(asdict(state), indent=2) + "\n"
        with self._writing():
            self.checkpoint.mkdir(exist_ok=True)
            replaced(self.checkpoint / state.training, save_training)
            if save_best:
                replaced(self.checkpoint / state.best_weights, save_best)
            replaced(
                self.path / HISTORY_FILE, lambda part: part.write_text(lines, encoding="utf-8")
            )
            replaced(self.checkpoint / _STATE, lambda part: part.write_text(text, encoding="utf-8"))
            self.state = state
            for file in self.checkpoint.iterdir():
                if file.name not in (state.training, state.best_weights, _STATE):
                    file.unlink()

    def refuse_taken(self) -> dict[str, Any] | None:
        """What the run that is here was asked for; None without one.

        Raises:
            DataError: the run is finished, of another format, or broken; or the folder holds
                other files, or cannot be read.
        """
        found = self._asked()
        if found is not None:
            self._refuse_broken(self.reached())
        return found

    def _asked(self) -> dict[str, Any] | None:
        """As `refuse_taken`, without a look at how far the run came."""
        if os.path.exists(self.path / MANIFEST_FILE):
            raise DataError(f"{self.path} already holds a trained network", ELSEWHERE)
        settings = self.path / SETTINGS_FILE
        try:
            found = as_json(json.loads(settings.read_text(encoding="utf-8")))
            number = found.pop("format")
        except FileNotFoundError:
            if self._is_used():
                raise DataError(
                    f"{self.path} holds files, but no {SETTINGS_FILE} of a run",
                    "Name a new or an empty folder with --out",
                ) from None
            return None
        except OSError as error:
            raise DataError(f"{settings} cannot be read: {reason_of(error)}", ELSEWHERE) from None
        except (ValueError, KeyError, TypeError, RecursionError):
            raise DataError(f"{settings} is not the settings of a run", ELSEWHERE) from None
        if number != FORMAT:
            raise DataError(
                f"{self.path} holds a run of format {number}, this version goes on with {FORMAT}",
                ELSEWHERE,
            )
        return found

    def unfinished(self) -> str:
        """Words that say how far the run that is here came; it has no manifest.

        Raises:
            DataError: its files are broken, or of another format.
        """
        settings, reached = self._asked() or {}, self.reached().epoch
        plan = settings.get("plan")
        asked = plan.get("epochs") if isinstance(plan, dict) else None
        how_far = f"has come to epoch {reached} of {asked}" if asked else f"has no {MANIFEST_FILE}"
        return f"the training in {self.path} is not finished, it {how_far}"

    def _begin(self, settings: Mapping[str, Any], classes: Sequence[str]) -> None:
        if not (self.path / SETTINGS_FILE).exists():
            text = json.dumps({"format": FORMAT, **settings}, indent=2) + "\n"
            replaced(
                self.path / SETTINGS_FILE, lambda part: part.write_text(text, encoding="utf-8")
            )
        names = "".join(f"{_ENDS.sub(_escaped, name)}\n" for name in classes)
        replaced(
            self.path / CLASSES_FILE,
            lambda part: part.write_text(names, encoding="utf-8", errors="surrogateescape"),
        )
        self.state = self.reached()

    def _is_used(self) -> bool:
        """Whether the folder holds any file that is not hidden."""
        try:
            return any(not name.startswith(".") for name in os.listdir(self.path))
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise DataError(f"{self.path} cannot be read: {reason_of(error)}", ELSEWHERE) from None

    def _refuse_broken(self, state: State) -> None:
        """Refuse a run that could not be gone on with to its end.

        Raises:
            DataError: a file that ``state`` counts on is missing or broken.
        """
        read_rows(self.path / HISTORY_FILE, state.epoch)
        for name in (state.training, state.best_weights) if state.epoch else ():
            if not os.path.isfile(self.checkpoint / name):
                raise DataError(
                    f"{self.checkpoint / name} is missing, the run in {self.path} cannot be gone "
                    "on with",
                    ELSEWHERE,
                )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Tell in one line what cannot be written."""
        try:
            yield
        except OSError as error:
            # A whole line, as HDF5 writes it, says less than what the system does.
            reason = (os.strerror(error.errno) if error.errno else str(error)).lower()
            raise DataError(
                f"the run in {self.path} cannot be written: {reason.partition(chr(10))[0]}",
                "Make room or see who may write there, or name another folder with --out",
            ) from None

    def _compare(self, settings: Mapping[str, Any]) -> None:
        there = self.refuse_taken()
        if there is None:
            return
        difference = _difference(there, as_json(settings))
        if difference:
            name, old, new = difference
            raise DataError(
                f"the run in {self.path} has {name} {old}, this command has {new}",
                "Give the command that began it to go on, or name another folder with --out",
            )


def replaced(path: Path, write: Callable[[Path], object]) -> None:
    """Have ``write`` make a file beside ``path``, and put it in its place once it is on the disk."""
    part = path.with_name(f".{path.name}")
    write(part)
    for one in (part, path.parent):
        descriptor = os.open(one, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if one is part:
            part.replace(path)


def as_json(value: Mapping[str, Any]) -> dict[str, Any]:
    """What a file of it gives back: tuples have become lists."""
    return dict(json.loads(json.dumps(value)))


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


def _difference(there: Any, here: Any, name: str = "") -> tuple[str, str, str] | None:
    """The first setting that differs: its name with dots, and both values; None when none does."""
    if isinstance(there, dict) and isinstance(here, dict):
        for key in {**here, **there}:
            inner = f"{name}.{key}" if name else key
            found = _difference(there.get(key), here.get(key), inner)
            if found:
                return found
        return None
    return None if there == here else (name, _shown(there), _shown(here))


def _shown(value: Any) -> str:
    return "none" if value is None else json.dumps(value)

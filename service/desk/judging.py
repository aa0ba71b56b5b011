"""Judging files where they lie: nothing is moved, nothing is recorded."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from config.ignored import Ignored
from config.links import listed
from config.walking import walk
from indexer.verdict import Detection, Verdict
from models.fields.ticket import FIELD_NAMES, Field, Fields, Ticket
from models.page.hashing import hash_file
from models.page.scan import Fault, Scan
from service.workers.engine import EngineSpec
from service.workers.memory import at_most
from service.workers.pipeline import Examined, Job, examine

_BATCH = 16

Part = Literal["support image", "detector"]
LeftOut = Callable[[Part, str, str], None]
"""Told of what could not be used: what it is, its name, and why."""


def files_of(paths: Sequence[Path], ignored: Ignored) -> list[Path]:
    """The files that ``paths`` name: themselves, and every file below those that are folders.

    A folder that cannot be opened stands for the files in it: judged like one, it tells why.
    """
    found: list[Path] = []

    def stand_in(error: OSError) -> None:
        found.append(Path(os.fsdecode(error.filename)))

    for path in paths:
        if not os.path.isdir(path):  # a path that no system would open is no folder either
            found.append(path)
            continue
        for folder, inner, names in walk(path, onerror=stand_in):
            inner[:] = sorted(name for name in inner if not ignored(name))
            found += [Path(folder, name) for name in sorted(names) if not ignored(name)]
    return found


def classify(
    spec: EngineSpec,
    paths: Sequence[Path],
    *,
    read: bool,
    notice: LeftOut,
) -> Iterator[dict[str, Any]]:
    """Judge each file.

    Args:
        spec: the engine to judge with.
        paths: files, absolute or relative.
        read: read the text too, whatever the class.
        notice: told, once, of each support image and detector that could not be used, and why.

    Yields:
        One object a path, in order, as the contract of ``classify --json`` has it.
    """
    for path, result in zip(paths, judged(spec, paths, read=read, notice=notice), strict=True):
        yield _answer(path, result, read=read)


def judged(
    spec: EngineSpec,
    paths: Sequence[Path],
    *,
    read: bool,
    notice: LeftOut,
) -> Iterator[Examined]:
    """What `classify` makes its answers of, in order."""
    told: set[tuple[Part, str]] = set()
    for at in range(0, len(paths), _BATCH):
        group = paths[at : at + _BATCH]
        scans = [_scan(path) for path in group]
        jobs = [Job(scan, read=read) for scan in scans if isinstance(scan, Scan)]
        with at_most(spec.limits.job_memory, starting=True):
            batch = examine(spec, jobs)
        left_out: tuple[tuple[Part, dict[str, str]], ...] = (
            ("support image", batch.unreadable),
            ("detector", batch.broken_detectors),
        )
        for part, reasons in left_out:
            for name, reason in reasons.items():
                if (part, name) not in told:
                    notice(part, name, reason)
                    told.add((part, name))
        examined = iter(batch.examined)
        for path, scan in zip(group, scans, strict=True):
            yield next(examined) if isinstance(scan, Scan) else Examined(_no_scan(path), fault=scan)


def _scan(path: Path) -> Scan | Fault:
    try:
        state = path.lstat()
        if path.is_symlink():
            # A person names this path; the inbox would leave the link alone.
            path = Path(os.path.realpath(path, strict=True))
            state = path.lstat()
        if path.is_dir():
            with listed(path):  # says why `files_of` could not
                pass
        if not path.is_file():
            return Fault("open", "is not a regular file", "Name an image")
        digest = hash_file(os.fspath(path), state)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return Fault("open", f"cannot be opened: {reason}", "Look at the path")
    if digest is None:
        return Fault("open", "is being written", "Try again when it is whole")
    return Scan(path.absolute(), digest, state.st_size)


def _no_scan(path: Path) -> Scan:
    return Scan(path, "", 0)


def _answer(path: Path, examined: Examined, *, read: bool) -> dict[str, Any]:
    shown = os.fsencode(path).decode("utf-8", "backslashreplace")
    fault, verdict = examined.fault, examined.verdict
    if verdict is None or (fault is not None and read):
        assert fault is not None
        return {"path": shown, "error": fault.reason, "stage": fault.stage}
    answer = {"path": shown, **describe(verdict)}
    if read:
        ticket = examined.ticket or Ticket("")
        answer["text"] = ticket.text
        answer.update(described(ticket.fields))
    return answer


def described(fields: Fields) -> dict[str, Any]:
    """What a ticket says, as plain values; how sure that is, and where it stands, beside them."""
    found = fields.found()
    return {
        "fields": {name: found[name].value if name in found else None for name in FIELD_NAMES},
        "field_details": detailed(found),
    }


def detailed(found: Mapping[str, Field]) -> dict[str, Any]:
    """How sure fields are, where they stand, and whether a person wrote them, by name.

    ``page`` and ``box`` are None of what a person wrote though nothing was read; ``read`` is what
    was read in place of what a person wrote.
    """
    return {
        name: {
            "confidence": one.confidence,
            "page": one.page or None,
            "box": list(one.box) if one.page else None,
            "edited": one.read is not None,
            "read": one.read or None,
        }
        for name, one in found.items()
    }


def describe(verdict: Verdict) -> dict[str, Any]:
    """A verdict as plain values, under the names that users know."""
    nearest, runner_up = verdict.nearest, verdict.runner_up
    return {
        "class": verdict.class_name,
        "score": verdict.score,
        "distance": nearest.distance if nearest else None,
        "nearest_class": nearest.class_name if nearest else None,
        "nearest_support": nearest.support if nearest else None,
        "runner_up": runner_up.class_name if runner_up else None,
        "runner_up_distance": runner_up.distance if runner_up else None,
        "branch_id": verdict.branch_id,
        "index_id": verdict.index_id,
        "detectors": {one.name: one.probability for one in verdict.detections},
        "decided_by": verdict.decided_by,
    }


def detection(one: Detection) -> dict[str, Any]:
    """What a detector said, as plain values."""
    return asdict(one)

"""What ``doctor`` looks at: everything that would stop the service, tried for real."""

from __future__ import annotations

import contextlib
import difflib
import glob
import os
import shlex
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from config.errors import DatabaseError, PigeonholeError
from config.home import Home
from config.private import OTHERS
from config.settings import Settings
from service.mounts import file_system_of, is_network
from service.space import FULL, free_bytes, shown

Level = Literal["ok", "warning", "problem"]
PACKAGES = ("config", "models", "indexer", "storage", "service")
LEAST_FREE = 1 << 30
"""Bytes free under which a warning is given."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    what: str
    detail: str
    advice: str = ""


def examine_home(home: Home, settings: Settings) -> Iterator[Finding]:
    """Look at everything; nothing is left changed."""
    yield _ours()
    yield _weights()
    yield _engine(settings)
    if "pdf" in settings.ticket_outputs:
        yield _font()
    yield _database(home)
    for name, folder in home.scan_folders.items():
        if os.path.exists(folder) or name != "duplicates":
            yield _folder(name, folder)
    yield from _mounts(home)
    yield _privacy(home)
    yield _space(home)
    yield _access(settings)
    yield from _support(home, settings)
    yield from _detectors(home)


def _ours() -> Finding:
    """Another distribution may have installed a package under one of our five names."""
    taken = []
    here = Path(__file__).resolve().parent.parent.parent
    owners = metadata.packages_distributions()
    for name in PACKAGES:
        file = getattr(sys.modules.get(name) or __import__(name), "__file__", None)
        others = [owner for owner in owners.get(name, []) if owner != "pigeonhole"]
        if others or file is None or Path(file).resolve().parent.parent != here:
            taken.append(f"{name} ({', '.join(others) or file})")
    if taken:
        return Finding(
            "problem",
            "packages",
            f"taken by another distribution: {', '.join(taken)}",
            "Give Pigeonhole a virtual environment of its own: make setup",
        )
    return Finding("ok", "packages", f"all five from {here}")


def _attempt(what: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding("ok", what, check())
    except PigeonholeError as error:
        return Finding("problem", what, error.message, error.advice)


def _weights() -> Finding:
    from models.siamese.weights import SHIPPED, check_weights, read_manifest

    def check() -> str:
        manifest = read_manifest(SHIPPED)
        check_weights(SHIPPED.parent / manifest.weights, manifest)
        return f"branch {manifest.branch_id}"

    return _attempt("weights", check)


def _engine(settings: Settings) -> Finding:
    from models.ticket.engines import check_engine

    return _attempt(
        settings.ocr_engine, lambda: check_engine(settings.ocr_engine, settings.ocr_language)
    )


def _font() -> Finding:
    from models.page.scan import Fault
    from models.ticket.searchable import glyphless_font

    found = glyphless_font()
    if isinstance(found, Fault):
        return Finding("problem", "searchable PDFs", found.reason, found.advice)
    return Finding("ok", "searchable PDFs", "Tesseract's font for them is there")


def _database(home: Home) -> Finding:
    from storage.database import Database

    def check() -> str:
        database = Database.open_existing(home.database)
        try:
            if damage := database.damage():
                raise DatabaseError(
                    f"{home.database} is damaged: {damage}",
                    "Move it away; a backup may lie beside it",
                )
        finally:
            database.close()
        return str(home.database)

    if not os.path.exists(home.database):
        return Finding("ok", "database", "not made yet; the first 'pigeonhole watch' makes it")
    return _attempt("database", check)


def _folder(name: str, folder: Path) -> Finding:
    """Write, link, rename and unlink a file there."""
    trial = folder / f".pigeonhole-doctor-{uuid.uuid4().hex}.tmp"
    other = trial.with_suffix(".link.tmp")
    links = "with links"
    try:
        trial.write_bytes(b"a trial of this folder")
        try:
            os.link(trial, other)
            other.unlink()
        except OSError:
            links = "without links: files are copied, which is slower"
        trial.rename(other)
        other.unlink()
    except OSError as error:
        return Finding(
            "problem",
            f"{name} folder",
            f"{folder}: {error.strerror}",
            "Make room"
            if error.errno in FULL
            else f"Give this user leave to write there, or set {name}_dir",
        )
    finally:
        for path in (trial, other):
            with contextlib.suppress(OSError):  # what could not be made need not go
                path.unlink()
    return Finding("ok", f"{name} folder", f"{folder} ({links})")


def _mounts(home: Home) -> Iterator[Finding]:
    if is_network(home.database):
        yield Finding(
            "problem",
            "database",
            f"{home.database} lies on a network share ({file_system_of(home.database)}), "
            "where SQLite's locks do not hold",
            "Set database_url to a file on a local disk",
        )
    if is_network(home.inbox):
        yield Finding(
            "warning",
            "inbox folder",
            f"it lies on a network share ({file_system_of(home.inbox)}), which sends no events",
            "Set polling_interval, say to 10",
        )


def _privacy(home: Home) -> Finding:
    """Homes of earlier versions: settings with a token and the texts of scans, open to others."""
    database = home.database
    ours = (
        home.settings_file,
        database,
        *sorted(database.parent.glob(f"{glob.escape(database.name)}*")),
    )
    files = [file for file in dict.fromkeys(ours) if os.path.isfile(file) and _open_to_others(file)]
    folders = [home.cache] if _open_to_others(home.cache) else []
    if not files and not folders:
        return Finding("ok", "privacy", "settings, database and cache are closed to other users")
    commands = [
        shlex.join(["chmod", mode, *map(os.fspath, paths)])
        for mode, paths in (("600", files), ("700", folders))
        if paths
    ]
    names = ", ".join(os.fspath(path) for path in (*files, *folders))
    return Finding(
        "warning",
        "privacy",
        f"open to other users of this machine: {names}",
        f"Close them, if nobody else reads them: {' && '.join(commands)}",
    )


def _open_to_others(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & OTHERS)
    except OSError:
        return False


def _space(home: Home) -> Finding:
    free = free_bytes({"home": home.root, **home.scan_folders, "database": home.database.parent})
    detail = ", ".join(f"{shown(size)} free at {name}" for name, size in free.items())
    if min(free.values()) < LEAST_FREE:
        return Finding("warning", "disk", detail, "Make room")
    return Finding("ok", "disk", detail)


def _access(settings: Settings) -> Finding:
    """Who may ask over HTTP; a server that would not start is a problem."""
    from service.http.tokens import MIN_LENGTH, address_of, read_token

    def check() -> str:
        token = read_token(settings)
        address_of(settings.host, settings.port, token=token)
        return f"on {settings.host}, for {'whoever has the token' if token else 'this machine'}"

    found = _attempt("access", check)
    if found.level == "ok" and 0 < len(read_token(settings)) < MIN_LENGTH:
        return Finding(
            "warning",
            "access",
            f"the token has fewer than {MIN_LENGTH} characters: it is refused where host is another "
            "address than this machine's",
            "Make one with 'openssl rand -hex 32'",
        )
    return found


def _support(home: Home, settings: Settings) -> Iterator[Finding]:
    from service.desk.classes.classes import class_names, list_classes, unreadable_examples
    from service.desk.pictures import pictures_for_once
    from service.workers.detectors import detector_names

    counts = list_classes(home)
    names = class_names(home)
    if not any(counts.values()) and not detector_names(home.detectors):
        yield Finding(
            "warning",
            "classes",
            "there is none, so every scan goes to review",
            "Add one: pigeonhole classes add NAME FILE",
        )
        return
    with pictures_for_once(home, settings) as pictures:
        bad = list(unreadable_examples(home, pictures.limits, pictures.fault))
    for name, reason in bad:
        yield Finding("warning", "classes", f"{name} {reason}", "Replace or remove that image")
    if not bad:
        yield Finding("ok", "classes", f"{len(counts)} with {sum(counts.values())} examples")
    # Who has no tickets need not hear that the default finds none.
    asked = settings.read_classes if "read_classes" in settings.model_fields_set else ()
    for name in (one for one in asked if one not in names):
        near = difflib.get_close_matches(name, names, n=1)
        yield Finding(
            "warning",
            "read_classes",
            f"it names {name!r}, which is no class, so nothing of it is read",
            f"Did you mean {near[0]!r}?" if near else f"The classes are {', '.join(names)}",
        )


def _detectors(home: Home) -> Iterator[Finding]:
    from service.desk.detectors.listing import list_detectors

    found = list_detectors(home)
    for one in found:
        if one.trouble:
            yield Finding("warning", "detectors", f"{one.trouble}: it is not used", one.advice)
    if sound := [one.name for one in found if not one.trouble]:
        yield Finding("ok", "detectors", ", ".join(sound))

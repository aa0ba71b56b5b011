"""Archives as somebody else would have written them."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from alembic import command

from storage.connection import connect
from storage.migrate import alembic_config

Change = Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]


def changed(path: Path, change: Change) -> Path:
    """The archive as somebody else would have written it."""
    with tarfile.open(path) as tar:
        members = [(one, tar.extractfile(one).read() if one.isreg() else b"") for one in tar]
    change(members)
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as tar:
        for header, data in members:
            header.size = len(data) if header.isreg() else 0
            tar.addfile(header, io.BytesIO(data))
    return path


def nothing_left(root: Path, *names: str) -> bool:
    """Whether a folder holds these, and nothing hidden."""
    return {path.name for path in root.iterdir()} == {"x.tar.gz", *names}


def with_manifest(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The archive with a manifest that ``change`` has edited."""

    def rewrite(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        header, data = members[-1]
        manifest = json.loads(data)
        change(manifest)
        members[-1] = (header, json.dumps(manifest).encode())

    return changed(path, rewrite)


def ledger_at(path: Path, revision: str) -> bytes:
    """A ledger of one scan at a migration, made as the file ``path``."""
    config = alembic_config()
    engine = connect(path, timeout=5, create=True, migrating=True)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.exec_driver_sql(
            "INSERT INTO scans (id, original_name, inbox_path, source, sha256, size, state,"
            " received_at) VALUES (1, 'a', 'a', x'61', 'aa', 1, 'filed', '2026-01-31')"
        )
    engine.dispose()
    return path.read_bytes()


def with_ledger(path: Path, data: bytes) -> Path:
    """The archive with another ledger."""
    return with_file(path, "pigeonhole.db", data)


def with_edited_ledger(path: Path, script: str, **values: object) -> Path:
    """The archive with a ledger on which an SQL script was run, with its named values."""
    with tarfile.open(path) as tar:
        member = tar.extractfile("pigeonhole.db")
        assert member is not None
        ledger = path.with_name("edited.db")
        ledger.write_bytes(member.read())
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.create_function("value", 1, lambda name: values[name])
        connection.executescript(script)
        connection.commit()
    data = ledger.read_bytes()
    ledger.unlink()
    return with_ledger(path, data)


def with_file(path: Path, name: str, data: bytes) -> Path:
    """The archive with other bytes in a file, of which the manifest has the hash."""

    def replace(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        for number, (header, _) in enumerate(members):
            if header.name == name:
                members[number] = (header, data)
        header, manifest = members[-1]
        told = json.loads(manifest)
        told["members"][name] = {
            "sha256": hashlib.sha256(data).hexdigest(), "size": len(data),
        }  # fmt: skip
        members[-1] = (header, json.dumps(told).encode())

    return changed(path, replace)

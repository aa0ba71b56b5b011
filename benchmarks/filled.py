"""A home with 100,000 scans in its ledger, and a server of it."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
from running import COMMAND

from config.home import Home
from config.settings import Settings
from storage.database import Database

SCANS = 100_000
_UP = 60.0

_FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :scans)
INSERT INTO scans (original_name, inbox_path, source, sha256, size, state, class_name,
    nearest_class, score, distance, nearest_support, pages, destination, destination_path,
    attempts, branch_id, index_id, received_at, finished_at)
SELECT 's' || i || '.png', 's' || i || '.png', CAST('/inbox/s' || i AS BLOB),
    printf('%064x', i), 1000, CASE WHEN i % 50 = 0 THEN 'review' ELSE 'filed' END,
    CASE WHEN i % 50 = 0 THEN 'unknown' ELSE 'class' || (i % 20) END, 'class' || (i % 20), 0.9,
    0.1, 'class/1.png', 1, 'sorted/class' || (i % 20) || '/s' || i || '.png',
    CAST('sorted/class' || (i % 20) || '/s' || i || '.png' AS BLOB), 0, 'b', 'i',
    strftime('%Y-%m-%dT%H:%M:%S.000000Z', '2026-01-01', '+' || i || ' minutes'),
    strftime('%Y-%m-%dT%H:%M:%S.000000Z', '2026-01-01', '+' || i || ' minutes')
FROM n
"""
_READ = """
INSERT INTO readings (scan_id, text, vendor, ticket_date, total, currency)
SELECT id, 'shop number ' || (id % 997) || char(10) || 'total ' || id || '.50 thank you',
    'shop ' || (id % 997), '2026-01-01', id || '.50', 'EUR'
FROM scans WHERE id % 2 = 0
"""
_SAY = """
INSERT INTO feedback (scan_id, said_at, source, predicted, class_before, class_name)
SELECT id, finished_at, 'page', class_name, class_name,
    CASE WHEN id % 400 = 0 THEN 'class' || (id % 7) ELSE class_name END
FROM scans WHERE id % 20 = 0
"""


@contextmanager
def filled_home() -> Iterator[Home]:
    """A home with `SCANS` scans in its ledger, half of them read; none of them has a file."""
    root = Path(tempfile.mkdtemp(prefix="pigeonhole-bench-"))
    home = Home.of(root / "home", Settings())
    home.lay_out()
    Database.open(home.database).close()
    with closing(sqlite3.connect(home.database)) as connection:
        connection.execute(_FILL, {"scans": SCANS})
        connection.execute(_READ)
        connection.execute(_SAY)
        connection.commit()
    try:
        yield home
    finally:
        shutil.rmtree(root)


@contextmanager
def served(home: Home) -> Iterator[httpx.Client]:
    """A client of a server of the home, a process of its own."""
    port = free_port()
    process = subprocess.Popen(
        [COMMAND, "serve", "--home", home.root, "--port", str(port)],
        env=os.environ | {"PIGEONHOLE_LOG_LEVEL": "error"},
    )
    try:
        with client_of(port) as client:
            yield client
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def client_of(port: int) -> Iterator[httpx.Client]:
    """A client of the server on a port, once it answers."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=_UP) as client:
        until = time.monotonic() + _UP
        while True:
            try:
                client.get("/")
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
            else:
                break
        yield client


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port

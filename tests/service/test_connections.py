"""Many clients, slow on purpose, and few file descriptors."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import urlsplit

import httpx
import pytest

from config.home import Home
from service.web import connections
from service.web.connections import most_connections
from tests.journeys.running import COMMAND, PATIENCE
from tests.service.serving import client_of
from tests.service.test_serve import QUICK

_CLIENTS = 400


@contextmanager
def serve_with(descriptors: int, home: Home) -> Iterator[tuple[str, list[str]]]:
    """The command with few file descriptors: its URL, and the lines it logs."""
    words = [COMMAND, "serve", "--home", home.root, "--port", "0"]
    process = subprocess.Popen(
        ["bash", "-c", f'ulimit -n {descriptors}; exec "$@"', "bash", *words],
        env=os.environ | QUICK, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    stderr = process.stderr
    assert stderr is not None
    lines = [stderr.readline()]
    reader = threading.Thread(target=lambda: lines.extend(stderr))
    reader.start()
    try:
        yield lines[0].partition('"url": "')[2].partition('"')[0], lines
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0
        reader.join(PATIENCE)
        stderr.close()


def test_slow_clients_neither_fill_the_log_nor_keep_others_out(home: Home) -> None:
    """One line of a script would fill the disk with tracebacks, a megabyte a second."""
    with serve_with(256, home) as (url, lines), ExitStack() as stack:
        where = urlsplit(url)
        slow = [
            stack.enter_context(socket.create_connection((where.hostname, where.port), PATIENCE))
            for _ in range(_CLIENTS)
        ]
        for one in slow:
            with suppress(OSError):
                one.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        # Those that are too many are turned away, and the server goes on to accept.
        turned_away = set()
        until = time.monotonic() + PATIENCE
        while len(turned_away) < _CLIENTS - 256 and time.monotonic() < until:
            waiting = [one for one in slow if one not in turned_away]
            for one in select.select(waiting, [], [], 1.0)[0]:
                turned_away.add(one)
        assert len(turned_away) >= _CLIENTS - 256
        for one in slow:
            one.close()
        answer = None
        while answer is None and time.monotonic() < until:
            with suppress(httpx.HTTPError):
                answer = httpx.get(url, timeout=PATIENCE)
        assert answer is not None
        assert answer.status_code in {200, 503}
    assert len("".join(lines)) < 20_000, lines[:20]
    assert "Traceback" not in "".join(lines)


def test_a_request_whose_head_does_not_end_is_given_up(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clients that send a letter an hour would hold every connection for good."""
    monkeypatch.setattr(connections, "HEAD", 0.1)
    with client_of(home) as (client, _):
        where = (client.base_url.host, client.base_url.port)
        for first in (b"", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"):
            with socket.create_connection(where, PATIENCE) as slow:
                slow.sendall(first)
                if first:
                    assert b"200 OK" in slow.recv(4096)
                slow.sendall(b"GET / HTTP/1.1\r\nHost: loc")
                while slow.recv(4096):
                    pass
        assert client.get("/").status_code == 200


def test_descriptors_are_left_for_the_ledger_and_uploads(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database could not be opened while clients hold connections."""
    import resource

    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _which, both: asked.append(both))
    for limits, most in {
        (1024, 1024): 512,
        (256, 256): 256 - connections.RESERVE,
        (256, 4096): 512,
        (64, 64): 16,
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY): 512,
    }.items():
        monkeypatch.setattr(resource, "getrlimit", lambda _which, limits=limits: limits)
        assert most_connections() == most, limits
    assert asked == [(512 + connections.RESERVE, 4096)]

"""A real server in a thread, and a client of it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
from fastapi import FastAPI

from config.home import Home
from config.settings import Settings
from service.desk.office import Office, office_of
from service.web.application import web_app
from service.web.listening import bound, url_of
from service.web.server import Server
from tests.service.fakes import PATIENCE

TOKEN = "a-token-to-test-with"


@contextmanager
def serving(app: FastAPI, stopping: Callable[[], None] = lambda: None) -> Iterator[str]:
    """Serve an app on a free port of this machine; its URL."""
    up = threading.Event()
    listener = bound("127.0.0.1", 0, token="")
    url = url_of(listener)
    server = Server(app, listener, up.set, stopping=stopping)
    thread = threading.Thread(target=server.serve_here)
    thread.start()
    try:
        assert up.wait(PATIENCE)
        yield url
    finally:
        server.stop()
        thread.join(PATIENCE)
    assert not thread.is_alive()


@contextmanager
def app_of(office: Office, token: str) -> Iterator[str]:
    """Serve an open home; the URL."""
    app = web_app(office, token)
    with serving(app, app.state.end) as url:
        yield url


@contextmanager
def client_of(
    home: Home, token: str = "", *, follow: bool = False, **settings: object
) -> Iterator[tuple[httpx.Client, Office]]:
    """A client of the app of a home, without any token in its requests, and the open home."""
    chosen = Settings(**settings)  # type: ignore[arg-type]
    with (
        office_of(home, chosen, os.getpid()) as office,
        app_of(office, token) as url,
        httpx.Client(base_url=url, timeout=PATIENCE, follow_redirects=follow) as client,
    ):
        yield client, office


def bearer(token: str = TOKEN) -> dict[str, str]:
    """The header that shows a token."""
    return {"Authorization": f"Bearer {token}"}


def is_problem(answer: httpx.Response, status: int) -> dict[str, object]:
    """What a problem says; it must be one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, object] = answer.json()
    assert told["status"] == status
    assert told["type"]
    assert told["title"]
    assert told["detail"]
    return told

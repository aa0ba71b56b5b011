"""Running the application with uvicorn, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Callable, Iterator

import structlog
import uvicorn
from fastapi import FastAPI

from config.home import Home
from config.settings import Settings
from service.desk.office import office_of
from service.http.tokens import read_token
from service.signals import ending_signals
from service.web.application import web_app
from service.web.connections import Connection, most_connections
from service.web.listening import BACKLOG, bound, url_of

log = structlog.get_logger()

KEEP_ALIVE = 15
GRACE = 2.0
"""Seconds that answers under way get when the service ends; then they are told that it does."""
_LAST_WORDS = 1
_HEADERS = 32 << 10
_ACCEPTED_AT_ONCE = 16
_CUT_SHORT = "Cancel %s running task(s)"
"""So begins what uvicorn logs, as an error, of answers that take longer than `GRACE`."""


def _in_our_words(record: logging.LogRecord) -> bool:
    """Whether a line of uvicorn's is to be logged as it is."""
    if not str(record.msg).startswith(_CUT_SHORT):
        return True
    number = record.args[0] if isinstance(record.args, tuple) and record.args else None
    log.info("requests are cut short: the service ends", number=number)
    return False


class Server(uvicorn.Server):
    """uvicorn's server, but signals are ours: it ends by `stop`, from any thread or handler.

    Args:
        app: what it serves.
        listener: where.
        listening: told when it answers.
        ending: told when it ends and an answer takes longer than `GRACE`; may take a moment.
        stopping: told as soon as it ends, in its event loop; takes no time.
    """

    def __init__(
        self,
        app: FastAPI,
        listener: socket.socket,
        listening: Callable[[], None] = lambda: None,
        ending: Callable[[], None] = lambda: None,
        stopping: Callable[[], None] = lambda: None,
    ) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,
            # Its warnings are of clients that speak no HTTP: anybody could fill the log with them.
            log_level="error",
            access_log=False,
            server_header=False,
            ws="none",
            http=Connection,
            limit_concurrency=most_connections(),
            # The loop accepts so many at once, and when descriptors run out it fails as often.
            backlog=_ACCEPTED_AT_ONCE,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=int(GRACE) + _LAST_WORDS,
            h11_max_incomplete_event_size=_HEADERS,
        )
        super().__init__(config)
        logging.getLogger("uvicorn.error").addFilter(_in_our_words)  # again has no effect
        self._listener = listener
        self._listening = listening
        self._ending = ending
        self._stopping = stopping

    def serve_here(self) -> None:
        """Serve in this thread until `stop`."""
        self.run(sockets=[self._listener])

    def stop(self, *, at_once: bool = False) -> None:
        """Have it end; ``at_once``: without waiting for answers under way."""
        self.force_exit |= at_once
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, and tell."""
        await super().startup(sockets)
        # asyncio has made this as short as what it accepts at once.
        self._listener.listen(BACKLOG)
        self._listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, but whoever still waits is answered, not cut off."""
        self._stopping()
        loop = asyncio.get_running_loop()
        later = loop.call_later(GRACE, loop.run_in_executor, None, self._ending)
        try:
            await super().shutdown(sockets)
            # What took too long was cancelled; `Unexpected` answers it.
            if self.server_state.tasks:
                await asyncio.wait(tuple(self.server_state.tasks), timeout=0.5)
            if self.force_exit:  # uvicorn leaves it out, and logs a traceback of its cancellation
                await self.lifespan.shutdown()
        finally:
            later.cancel()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none: whoever runs this process does."""
        yield


def serve(home: Home, settings: Settings, *, warm: bool) -> None:
    """Serve a home until Ctrl-C or SIGTERM; a second Ctrl-C ends it at once.

    Args:
        home: which; laid out.
        settings: of it; host, port and token among them.
        warm: start the worker at once, not at the first upload.

    Raises:
        SettingsError: the token cannot be read, or nothing can listen there.
        DatabaseError: the ledger cannot be opened.
    """
    token = read_token(settings)
    # It says at each broken form which byte was wrong: the sender is told already.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    with contextlib.ExitStack() as stack:
        ask = stack.enter_context(ending_signals(also_ignored=False))
        listener = stack.enter_context(
            contextlib.closing(bound(settings.host, settings.port, token=token))
        )
        office = stack.enter_context(office_of(home, settings, os.getpid()))

        def tell() -> None:
            open_to = "whoever has the token" if token else "this machine, without a token"
            log.info("listening", url=url_of(listener), open_to=open_to)

        app = web_app(office, token, warm=warm)
        server = Server(app, listener, tell, office.asking.close, app.state.end)
        served = False

        def end(at_once: bool) -> None:
            if at_once and served:
                raise KeyboardInterrupt  # within the event loop it would be logged as an error
            server.stop(at_once=at_once)

        ask(end)
        server.serve_here()
        served = True

"""Connections of clients: how many there may be, and how long a request's head may take."""

from __future__ import annotations

import asyncio
import resource
from typing import Any, Final

import h11
import structlog
from uvicorn.protocols.http.h11_impl import H11Protocol

log = structlog.get_logger()

MOST: Final = 512
"""Connections at once; the next request is answered with 503."""
RESERVE: Final = 128
"""File descriptors for everything else: the ledger, uploads, pictures, the worker."""
HEAD: Final = 30.0
"""Seconds that the head of a request may take from its first byte, or from the connection on."""
_LEAST: Final = 16
_OVER: Final = 16
"""Connections over the limit that are kept to be answered with 503; further ones are closed."""


def most_connections() -> int:
    """How many connections this process may have; its limit of descriptors is raised for them.

    Without descriptors nothing works any more, and the event loop tries to accept again and again.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST + RESERVE
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return MOST
    if hard == resource.RLIM_INFINITY or hard > soft:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(MOST, max(soft - RESERVE, _LEAST))


class Connection(H11Protocol):
    """uvicorn's connection, closed where there are too many, or its request does not get on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As uvicorn's; one too many is closed, for it may never send a request to answer."""
        super().connection_made(transport)
        most = self.limit_concurrency
        if most is not None and len(self.connections) > most + _OVER:
            log.warning("a connection is refused: there are too many", most=most)
            transport.abort()
            return
        self._head = self.loop.call_later(HEAD, transport.abort)

    def data_received(self, data: bytes) -> None:
        """As uvicorn's, and watch that a request's head ends."""
        super().data_received(data)
        # Its head has not come: the connection is at its beginning, or between two requests.
        if self.conn.their_state is not h11.IDLE:
            self._stop_watching()
        elif self._head is None:
            self._head = self.loop.call_later(HEAD, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """As uvicorn's."""
        self._stop_watching()
        super().connection_lost(exc)

    def _stop_watching(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

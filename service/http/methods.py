"""HEAD wherever GET is, and OPTIONS everywhere: what RFC 9110 expects and FastAPI leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_KNOWN: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")

_OF_RANGES: Final = frozenset({b"range", b"if-range"})


class Methods:
    """Answers HEAD by what GET answers, without its body, and OPTIONS by the methods of a path.

    Args:
        app: what is asked.
        routes: of it; routes that are added later count too.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] == "HEAD":
            await self._head(scope, receive, send)
        elif scope["method"] == "OPTIONS" and (allowed := self._allowed(scope)):
            await Response(status_code=204, headers={"Allow": allowed})(scope, receive, send)
        else:
            await self._app(scope, receive, self._with_allow(scope, send))

    async def _head(self, scope: Scope, receive: Receive, send: Send) -> None:
        # RFC 9110, 14.2: a range is for GET alone.
        headers = [(name, value) for name, value in scope["headers"] if name not in _OF_RANGES]
        as_get = {**scope, "method": "GET", "headers": headers}
        send = self._with_allow(scope, send)
        ended = False

        async def without_body(message: Message) -> None:
            nonlocal ended
            if message["type"] != "http.response.body":
                await send(message)
            elif not ended:
                ended = True
                await send({"type": "http.response.body"})

        try:
            await self._app(as_get, receive, without_body)
        finally:
            # Requests are counted by it.
            if "route" in as_get:
                scope["route"] = as_get["route"]

    def _with_allow(self, scope: Scope, send: Send) -> Send:
        """A ``send`` that lists every method of the path where this one is not allowed."""
        asked = dict(scope)  # as it is now: what is mounted changes it

        async def listed(message: Message) -> None:
            # A route knows its own methods; there may be others with its path.
            if message["type"] == "http.response.start" and message["status"] == 405:
                MutableHeaders(scope=message)["Allow"] = self._allowed(asked)
            await send(message)

        return listed

    def _allowed(self, scope: Scope) -> str:
        """The methods of the path, as the header ``Allow`` lists them; empty for no path of ours."""
        found = [method for method in _KNOWN if self._is_allowed(scope, method)]
        if not found:
            return ""
        return ", ".join([*found, *(["HEAD"] if "GET" in found else []), "OPTIONS"])

    def _is_allowed(self, scope: Scope, method: str) -> bool:
        asked = {**scope, "method": method}
        return any(
            # What is mounted are files.
            method == "GET" or not isinstance(route, Mount)
            for route in self._routes
            if route.matches(asked)[0] is Match.FULL
        )

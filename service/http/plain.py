"""Errors that the framework answers in plain text become problem details, like all others."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.problems import problem

_ADVICE: Final = {
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: "Ask for bytes that it has: Content-Range says how "
    "many there are",
    HTTPStatus.BAD_REQUEST: "Correct the request, or leave out its header Range",
}
_ERRORS: Final = frozenset(one for one in HTTPStatus if one >= HTTPStatus.BAD_REQUEST)
_DROPPED: Final = frozenset({"content-type", "content-length"})
_LONGEST: Final = 200
"""Characters of such a text that are repeated."""


class PlainErrors:
    """Has ``app`` answer no error in plain text: files do so where a header ``Range`` is bad."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused: Message | None = None
        text = b""

        async def watched(message: Message) -> None:
            nonlocal refused, text
            if message["type"] == "http.response.start" and _is_plain_error(message):
                refused = message
            elif refused is None:
                await send(message)
            else:
                text = (text + message.get("body", b""))[:_LONGEST]
                if not message.get("more_body", False):
                    await _as_problem(refused, text)(scope, receive, send)

        await self._app(scope, receive, watched)


def _is_plain_error(start: Message) -> bool:
    kind = Headers(raw=list(start["headers"])).get("content-type", "")
    return start["status"] in _ERRORS and kind.partition(";")[0].strip().lower() == "text/plain"


def _as_problem(start: Message, text: bytes) -> ASGIApp:
    status = HTTPStatus(start["status"])
    told = Headers(raw=list(start["headers"])).items()
    return problem(
        status,
        text.decode("utf-8", "replace").lower() or status.phrase.lower(),
        _ADVICE.get(status, "/docs describes what is expected"),
        headers={name: value for name, value in told if name not in _DROPPED},
    )

"""How much a request's body may hold, and how long it may be silent: held while it comes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.problems import RefusedError

MOST: Final = 1 << 20
"""Bytes of a body that is no upload: JSON, or a form."""
SILENCE: Final = 60.0
"""Seconds that a client may stay silent in the middle of a body."""
_KEY: Final = "pigeonhole.body"


@dataclass(slots=True)
class Allowance:
    """What one request's body may hold.

    Attributes:
        most: in bytes.
        taken: of it so far.
        ended: the body has come whole.
    """

    most: int = MOST
    taken: int = 0
    ended: bool = False


def allow(scope: Scope, most: int) -> None:
    """Let this request's body have so many bytes; said before the first of them is asked for."""
    scope.setdefault(_KEY, Allowance()).most = most


class BodyLimit:
    """Holds every body to its allowance.

    A body that is too large, by what it announces or by what has come, is answered with 413, one
    that does not go on with 408, as an exception to whoever reads it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        allowance = Allowance()
        scope[_KEY] = allowance
        length = Headers(scope=scope).get("content-length", "")
        announced = int(length) if length.isascii() and length.isdecimal() else 0

        async def limited() -> Message:
            if allowance.ended:
                return await receive()  # waits for the client to leave
            if announced > allowance.most:
                raise too_large(allowance.most)
            try:
                async with asyncio.timeout(SILENCE):
                    message = await receive()
            except TimeoutError:
                raise RefusedError(408, "the body does not go on", "Send it again") from None
            allowance.taken += len(message.get("body", b""))
            allowance.ended = not message.get("more_body", False)
            if allowance.taken > allowance.most:
                raise too_large(allowance.most)
            return message

        await self._app(scope, limited, send)


def too_large(most: int) -> RefusedError:
    """The refusal of more than ``most`` bytes."""
    return RefusedError(
        413,
        f"this is larger than {most} bytes",
        "Send less at once",
        headers={"Connection": "close"},
    )

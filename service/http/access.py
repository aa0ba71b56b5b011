"""Who may ask: the bearer of the token, a browser that has signed in, or, without one, this machine.

Denied by default: what answers without a token stands in `OPEN`, by its exact path. Two attacks by
way of a visitor's browser are kept out as well: a name of another site that suddenly means this
machine (DNS rebinding: without a token only names of this machine are answered), and a form of
another site that is sent here (CSRF: what changes something must come from this very site).
"""

from __future__ import annotations

import re
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from config.errors import DatabaseError
from service.http.guessing import Guessing
from service.http.problems import problem, problem_of
from service.http.sessions import COOKIE, Sessions

SIGN_IN: Final = "/sign-in"
STYLE: Final = "/sign-in/style.css"
SIGN_OUT: Final = "/sign-out"
OPEN: Final = frozenset({"/", SIGN_IN, STYLE, SIGN_OUT})
"""Paths that answer without a token: health, and what signing in needs."""
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_THIS_MACHINE = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?", re.IGNORECASE)


class Access:
    """Lets through to ``app`` who may ask.

    Args:
        app: what is asked.
        sessions: of the token; None where there is none.
        guessing: slows down whoever shows wrong tokens.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions | None, guessing: Guessing) -> None:
        self._app = app
        self._sessions = sessions
        self._guessing = guessing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, or answer why not."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        else:
            refused = await self._refused(scope)
            await (refused or self._app)(scope, receive, send)

    async def _refused(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        by_token, guessed = False, False
        if self._sessions is None:
            if not _THIS_MACHINE.fullmatch(headers.get("host", "")):
                return problem(
                    421,
                    "without a token only this machine is answered, by its own names",
                    "Ask localhost, or set api_token",
                )
        else:
            shown = _bearer(headers)
            by_token = self._sessions.is_token(shown)
            guessed = bool(shown) and not by_token
            if not by_token and scope["path"] not in OPEN:
                try:
                    signed_in = await self._signed_in(self._sessions, headers)
                except DatabaseError as error:
                    return problem_of(error, scope["path"])
                if not signed_in:
                    return await self._unknown(scope, headers, guessed=guessed)
        if scope["method"] not in _SAFE and not by_token and not same_site(headers):
            # The right token would have passed, so this answers a guess as well.
            if guessed and (seconds := await self._guessing.failed(scope)):
                return too_many(seconds)
            return problem(403, "this came from another site", "Send it from this one")
        return None

    @staticmethod
    async def _signed_in(sessions: Sessions, headers: Headers) -> bool:
        cookie = cookie_of(headers)
        # In a thread: the ledger may make it wait.
        return bool(cookie) and await run_in_threadpool(sessions.holds, cookie)

    async def _unknown(self, scope: Scope, headers: Headers, *, guessed: bool) -> Response:
        if guessed:
            seconds = await self._guessing.failed(scope)
            if seconds:
                return too_many(seconds)
        elif scope["method"] in {"GET", "HEAD"} and "text/html" in headers.get("accept", ""):
            query = scope["query_string"].decode("latin-1")
            back = f"?next={quote(scope['path'] + (query and f'?{query}'), safe='/')}"
            return RedirectResponse(SIGN_IN + back, 303)
        return problem(
            401,
            "this needs the token",
            "Send it as 'Authorization: Bearer …', or sign in with a browser",
            headers={"WWW-Authenticate": 'Bearer realm="Pigeonhole"'},
        )


def too_many(seconds: int) -> Response:
    """The refusal of one more wrong token."""
    return problem(
        429,
        "too many wrong tokens came from this address",
        "Send the right one, which is answered at any time",
        headers={"Retry-After": str(seconds)},
    )


def same_site(headers: Headers) -> bool:
    """Whether a request comes from this very site, or from no site at all: no browser."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    # The scheme is left out: behind a proxy that speaks TLS it differs.
    here = headers.get("host", "").lower()
    return origin is None or origin.lower().partition("://")[2] == here != ""


def _bearer(headers: Headers) -> bytes:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    return given.strip().encode("latin-1") if scheme.lower() == "bearer" else b""


def cookie_of(headers: Headers) -> str:
    """The value of our cookie; empty where there is none."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""

"""Who may ask: the bearer of the token, a browser that has signed in, or, without one, this machine.

Denied by default: what answers without a token stands in `OPEN`, by its exact path. Two attacks by
way of a visitor's browser are kept out as well: a name of another site that suddenly means this
machine (DNS rebinding: without a token only names of this machine are answered), and a form of
another site that is sent here (CSRF: what changes something must come from this very site).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from config.errors import SettingsError
from config.settings import Settings
from service.http.problems import problem

COOKIE: Final = "pigeonhole_session"
SESSION: Final = 30 * 24 * 3600
"""Seconds that a browser stays signed in."""
SIGN_IN: Final = "/sign-in"
STYLE: Final = "/sign-in/style.css"
SIGN_OUT: Final = "/sign-out"
OPEN: Final = frozenset({"/", SIGN_IN, STYLE, SIGN_OUT})
"""Paths that answer without a token: health, and what signing in needs."""
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_THIS_MACHINE = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?", re.IGNORECASE)


def read_token(settings: Settings) -> str:
    """The token that the settings give, directly or by a file; empty for none.

    Raises:
        SettingsError: both are given, the file cannot be read, or holds nothing.
    """
    given, file = settings.api_token.get_secret_value().strip(), settings.api_token_file
    if file is None:
        return given
    if given:
        raise SettingsError("api_token and api_token_file are both set", "Keep one of them")
    try:
        token = file.expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingsError(
            f"api_token_file {file} cannot be read: {reason.lower()}",
            "Write a token into it, or unset it",
        ) from None
    if not token:
        raise SettingsError(f"api_token_file {file} is empty", "Write a token into it")
    return token


class Sessions:
    """What a browser shows in place of the token: signed by it, so nothing need be kept here.

    Args:
        token: whoever changes it ends every session.
        clock: seconds since the epoch.
    """

    def __init__(self, token: str, clock: Callable[[], float] = time.time) -> None:
        self._token = hashlib.sha256(token.encode()).digest()
        self._key = hmac.digest(token.encode(), b"pigeonhole session", "sha256")
        self._clock = clock

    def is_token(self, given: bytes) -> bool:
        """Whether this is the token; compared in one time, whatever is given."""
        return hmac.compare_digest(hashlib.sha256(given).digest(), self._token)

    def new(self) -> str:
        """The value of a new session's cookie."""
        about = f"{int(self._clock()) + SESSION}.{secrets.token_urlsafe(16)}"
        return f"{about}.{self._signature(about)}"

    def holds(self, value: str) -> bool:
        """Whether this is a cookie of ours that has not run out."""
        about, _, signature = value.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(about).encode()):
            return False
        return int(about.partition(".")[0]) > self._clock()

    def _signature(self, about: str) -> str:
        return hmac.digest(self._key, about.encode(), "sha256").hex()


class Access:
    """Lets through to ``app`` who may ask.

    Args:
        app: what is asked.
        sessions: of the token; None where there is none.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions | None) -> None:
        self._app = app
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, or answer why not."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        else:
            refused = self._refused(scope)
            await (refused or self._app)(scope, receive, send)

    def _refused(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        by_token = False
        if self._sessions is None:
            if not _THIS_MACHINE.fullmatch(headers.get("host", "")):
                return problem(
                    421,
                    "without a token only this machine is answered, by its own names",
                    "Ask localhost, or set api_token",
                )
        else:
            by_token = self._sessions.is_token(_bearer(headers))
            signed_in = by_token or self._sessions.holds(_cookie(headers))
            if not signed_in and scope["path"] not in OPEN:
                return _unknown(scope, headers)
        if scope["method"] not in _SAFE and not by_token and not same_site(headers):
            return problem(403, "this came from another site", "Send it from this one")
        return None


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


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _unknown(scope: Scope, headers: Headers) -> Response:
    if scope["method"] in {"GET", "HEAD"} and "text/html" in headers.get("accept", ""):
        query = scope["query_string"].decode("latin-1")
        back = f"?next={quote(scope['path'] + (query and f'?{query}'), safe='/')}"
        return RedirectResponse(SIGN_IN + back, 303)
    return problem(
        401,
        "this needs the token",
        "Send it as 'Authorization: Bearer …', or sign in with a browser",
        headers={"WWW-Authenticate": 'Bearer realm="Pigeonhole"'},
    )

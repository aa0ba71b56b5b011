"""Signing in and out with a browser: one small form, without anything from outside."""

from __future__ import annotations

import html
import re
from typing import Final
from urllib.parse import parse_qs

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from service.http.access import SIGN_IN, SIGN_OUT, STYLE, cookie_of, too_many
from service.http.bodies import allow
from service.http.guessing import Guessing
from service.http.sessions import COOKIE, SESSION, Sessions

HOME: Final = "/ui/"
_FORM = 8 << 10
# One slash only: two, or a backslash, would lead to another site.
_HERE = re.compile(r"/([^/\\\s][^\\\s]*)?")

_CSS = """\
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 12vh auto 4rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { margin-top: 2rem; font-size: 1.1rem; }
label { display: block; margin-bottom: .25rem; }
input, button { font: inherit; padding: .5rem .75rem; }
input { width: 100%; box-sizing: border-box; margin-bottom: .75rem; }
code, pre { font: .9em ui-monospace, monospace; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid; border-radius: .25rem; }
table { border-collapse: collapse; } td, th { padding: .2rem .75rem .2rem 0; text-align: left; }
td { vertical-align: top; }
[role=alert] { font-weight: bold; }
"""


def page(title: str, body: str, status: int = 200) -> HTMLResponse:
    """A plain page of ours.

    Args:
        title: as text.
        body: as HTML; what comes from outside is escaped by the caller.
        status: of the answer.
    """
    return HTMLResponse(
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{html.escape(title)}</title>\n<link rel="stylesheet" href="{STYLE}">\n</head>\n'
        f"<body>\n<main>\n<h1>{html.escape(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n",
        status,
    )


def signing_in(sessions: Sessions | None, guessing: Guessing) -> APIRouter:
    """The routes for it; without ``sessions`` nobody needs to sign in."""
    router = APIRouter(include_in_schema=False)

    @router.get(STYLE)
    def style() -> Response:
        return Response(
            _CSS, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"}
        )

    @router.get(SIGN_IN)
    def form(request: Request) -> Response:
        back = _back(request.query_params.get("next", ""))
        return RedirectResponse(back, 303) if sessions is None else _form(back)

    @router.post(SIGN_IN)
    async def sign_in(request: Request) -> Response:
        allow(request.scope, _FORM)
        sent = parse_qs((await request.body()).decode("utf-8", "replace"))
        back = _back(sent.get("next", [""])[0])
        answer = RedirectResponse(back, 303)
        if sessions is None:
            return answer
        if not sessions.is_token(sent.get("token", [""])[0].strip().encode()):
            seconds = await guessing.failed(request.scope)
            return too_many(seconds) if seconds else _form(back, wrong=True)
        answer.set_cookie(
            COOKIE,
            await run_in_threadpool(sessions.new),
            max_age=SESSION,
            path="/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return answer

    @router.post(SIGN_OUT)
    def sign_out(request: Request) -> Response:
        if sessions is not None:
            sessions.end(cookie_of(request.headers))
        answer = RedirectResponse(SIGN_IN, 303)
        secure = request.url.scheme == "https"
        answer.delete_cookie(COOKIE, path="/", secure=secure, httponly=True, samesite="strict")
        return answer

    return router


def _back(wanted: str) -> str:
    """Where to go after signing in: a path of this site, whatever was asked for."""
    return wanted if _HERE.fullmatch(wanted) else HOME


def _form(back: str, *, wrong: bool = False) -> Response:
    alert = '<p role="alert" id="wrong">This is not the token.</p>\n' if wrong else ""
    described = ' aria-describedby="wrong" aria-invalid="true"' if wrong else ""
    return page(
        "Sign in to Pigeonhole",
        f'{alert}<form method="post" action="{SIGN_IN}">\n<label for="token">Token</label>\n'
        '<input id="token" name="token" type="password" autocomplete="current-password" required '
        f'autofocus{described}>\n<input name="next" type="hidden" value="{html.escape(back)}">\n'
        '<button type="submit">Sign in</button>\n</form>\n'
        "<p>It is the one that <code>api_token</code> sets in the settings of this service.</p>",
        401 if wrong else 200,
    )

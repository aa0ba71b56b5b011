"""The application: every answer has its headers, is counted, is let through by `Access`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry
from starlette.responses import RedirectResponse, Response

from service.api import classes, detectors, health, inference, lessons, metrics, scans, surveys
from service.desk.office import Office
from service.http.access import Access
from service.http.bodies import BodyLimit
from service.http.counting import Counted
from service.http.describing import describe, describing
from service.http.guessing import Guessing
from service.http.headers import SecurityHeaders
from service.http.methods import Methods
from service.http.plain import PlainErrors
from service.http.problems import Unexpected, answer_problems
from service.http.sessions import Sessions
from service.http.signing_in import page, signing_in
from service.version import VERSION

_SAID = (
    "Sorts scans by example: show it one picture of a class, and it tells which class a scan is of. "
    "Uploads are judged, classes looked at and changed. Errors are problem details (RFC 9457)."
)


def web_app(office: Office, token: str, *, warm: bool = False) -> FastAPI:
    """The application of an open home.

    Args:
        office: the home.
        token: what its callers must show; empty where only this machine can reach it.
        warm: start the worker with the app, not at the first upload.
    """
    sessions = Sessions(token, office.sessions) if token else None
    guessing = Guessing()

    def end() -> None:
        """Answer what waits for somebody else: the server ends."""
        office.ending.set()
        guessing.release()

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        if warm:
            office.asking.warm()
        yield

    app = FastAPI(
        title="Pigeonhole",
        version=VERSION,
        description=_SAID,
        lifespan=life,
        # Its own pages load what they need from elsewhere; ours do not.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.office = office
    app.state.end = end
    app.state.registry = registry = CollectorRegistry()
    for part in (health, inference, scans, lessons, classes, detectors, surveys, metrics):
        app.include_router(part.router)
    app.include_router(signing_in(sessions, guessing))
    app.include_router(describing(app))
    app.add_api_route("/ui", _with_slash, include_in_schema=False)
    _page_on(app, office, signed_in=bool(token))
    describe(app, with_token=bool(token))
    answer_problems(app)
    # The one that is added last is asked first.
    app.add_middleware(PlainErrors)
    app.add_middleware(Methods, routes=app.router.routes)
    app.add_middleware(Access, sessions=sessions, guessing=guessing)
    app.add_middleware(BodyLimit)
    app.add_middleware(Unexpected)
    app.add_middleware(Counted, registry=registry)
    app.add_middleware(SecurityHeaders)
    return app


def _with_slash() -> Response:
    return RedirectResponse(health.PAGE, 308)


def _page_on(app: FastAPI, office: Office, *, signed_in: bool) -> None:
    """The page at ``/ui/``; where Dash is not installed, what to do about that."""
    try:
        from service.page.application import page_on
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"dash", "plotly"}:
            raise
        app.include_router(_without_dash())
    else:
        page_on(app, office, signed_in=signed_in)


def _without_dash() -> APIRouter:
    """What stands where the page would be."""
    router = APIRouter(include_in_schema=False)

    @router.get(health.PAGE)
    def ui() -> Response:
        return page(
            "Pigeonhole",
            "<p>The page needs Dash, which is not installed: "
            "<code>pip install -c constraints.txt 'pigeonhole[web]'</code></p>\n"
            '<ul>\n<li><a href="/docs">What the API can do</a></li>\n'
            '<li><a href="/classes">The classes</a></li>\n</ul>',
        )

    return router

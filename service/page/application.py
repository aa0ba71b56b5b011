"""The Dash application, put on the one of the API."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import structlog
from dash import Dash, set_props
from fastapi import FastAPI

from config.errors import PigeonholeError
from service.desk.office import Office
from service.page import drop, frame
from service.page.backend import Backend
from service.page.classes import classes
from service.page.figures import figures
from service.page.gallery import gallery
from service.page.parts.notices import NOTICES, notice
from service.page.scan import scan
from service.page.views import HOME, View

log = structlog.get_logger()

VIEWS: Final[tuple[View, ...]] = (
    drop.VIEW, gallery.REVIEW, gallery.RECENT, classes.VIEW, figures.VIEW, scan.VIEW,
)  # fmt: skip
"""Every view, in the order of the navigation."""

_INDEX = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{%title%}</title>
<link rel="icon" type="image/svg+xml" href="/ui/assets/pigeonhole.svg">
{%css%}
</head>
<body>
<noscript>This page needs JavaScript; the API at /docs does not.</noscript>
{%app_entry%}
{%config%}
{%scripts%}
{%renderer%}
</body>
</html>
"""


def page_on(server: FastAPI, office: Office, *, signed_in: bool) -> None:
    """Put the page on an application; before its middleware, which then stands around the page.

    Args:
        server: the application.
        office: the home that it serves.
        signed_in: whether those who see it have signed in, and may sign out.
    """
    app = Dash(
        __name__,
        server=False,
        backend=Backend,
        requests_pathname_prefix=HOME,
        routes_pathname_prefix=HOME,
        assets_folder=str(Path(__file__).with_name("assets")),
        assets_ignore=r".*\.svg",
        index_string=_INDEX,
        serve_locally=True,
        suppress_callback_exceptions=True,
        title="Pigeonhole",
        update_title="",
        add_log_handler=False,
        on_error=_troubled,
        enable_mcp=False,
    )
    app.layout = frame.layout(signed_in=signed_in)
    frame.listen(app, office, VIEWS)
    for view in VIEWS:
        view.listen(app, office)
    app.init_app(server)
    backend = app.backend
    assert isinstance(backend, Backend)
    backend.pages(
        app, [HOME, *(f"{HOME}{view.path}" for view in VIEWS if view.path), f"{HOME}scans/{{scan}}"]
    )


def _troubled(error: Exception) -> None:
    """Tell what went wrong in a callback; what nobody thought of is told to the log alone."""
    if isinstance(error, PigeonholeError):
        told = notice(error.message, error.advice)
    else:
        log.error("a callback of the page failed", exc_info=error)
        told = notice("This should not have happened", "The service's log tells more")
    set_props(NOTICES, {"children": told})

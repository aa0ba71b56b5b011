"""Dash's FastAPI backend, with less reach: no path of its own choosing, no callback on the loop.

https://dash.plotly.com/dash-3-backends
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from http import HTTPStatus
from typing import Any, Final

import structlog
from dash import Dash
from dash.backends import _fastapi as base
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from service.http.problems import problem

log = structlog.get_logger()

_RELOAD: Final = "Load the page again"


class _Assets(StaticFiles):
    """Our scripts and styles: Dash asks for them with the time of their last change, so they hold."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file; browsers keep it for a year."""
        answer = await super().get_response(path, scope)
        if answer.status_code == HTTPStatus.OK and b"m=" in scope["query_string"]:
            answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
        return answer


class Backend(base.FastAPIDashServer):
    """Dash's backend; `pages` registers the paths that show the page."""

    # Everything goes by requests, which pass who may ask.
    websocket_capability = False

    def __init__(self, server: FastAPI) -> None:
        super().__init__(server)
        self._page: tuple[str, dict[str, str]] | None = None

    def pages(self, dash_app: Dash, paths: list[str]) -> None:
        """Answer these paths with the page; call it when all callbacks are registered."""

        def index(request: Request) -> Response:
            html, headers = self._page = self._page or self._made(dash_app, request)
            return HTMLResponse(html, headers=headers)

        for path in paths:
            self.server.add_api_route(path, index, methods=["GET"], include_in_schema=False)

    def register_assets_blueprint(
        self, blueprint_name: str, assets_url_path: str, assets_folder: str
    ) -> None:
        """As Dash's own, but browsers keep them."""
        self.server.mount(assets_url_path, _Assets(directory=assets_folder), blueprint_name)

    def setup_index(self, dash_app: Dash) -> None:
        """Nothing: see `pages`."""

    def _setup_catchall(self) -> None:
        """Nothing: a mistyped path is not found."""

    def serve_callback(self, dash_app: Dash) -> Callable[..., Any]:
        """The route of callbacks. It is no coroutine: they run in threads, and block nobody.

        As Dash's own otherwise; see `dash.backends._fastapi.FastAPIDashServer.serve_callback`.
        """

        def dispatch() -> Response:
            body = self.request_adapter().get_json()
            try:
                context = dash_app._initialize_context(body)  # noqa: SLF001
                func = dash_app._prepare_callback(context, body)  # noqa: SLF001
                args = dash_app._inputs_to_vals(context.inputs_list + context.states_list)  # noqa: SLF001
                call = dash_app._execute_callback(func, args, context.outputs_list, context)  # noqa: SLF001
            except Exception as error:  # noqa: BLE001 - whatever a client makes up
                log.debug("no callback of the page", reason=repr(error))
                return problem(400, "the page does not know this", _RELOAD)
            answer: Response = context.dash_response.set_response(data=copy_context().run(call))
            return answer

        return dispatch

    def serve_component_suites(self, *args: Any) -> Response:
        """A file of Dash, or that there is none."""
        try:
            found: Response = super().serve_component_suites(*args)
        except Exception as error:  # noqa: BLE001 - whatever a client makes up
            log.debug("no file of the page", reason=repr(error))
            return problem(404, "there is no such file", _RELOAD)
        return found

    def _made(self, dash_app: Dash, request: Request) -> tuple[str, dict[str, str]]:
        """The page and its headers: the same for every path."""
        token = base.set_current_request(request)
        try:
            for setting_up in self._before_request_funcs:
                setting_up()
            html = dash_app.index()
        finally:
            base.reset_current_request(token)
        scripts = " ".join(dash_app.csp_hashes())
        policy = (
            f"default-src 'none'; script-src 'self' {scripts}; connect-src 'self'; "
            # Its components and charts write styles of their own.
            "style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data: blob:; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        return html, {"Content-Security-Policy": policy}

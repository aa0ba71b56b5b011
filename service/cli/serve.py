"""``pigeonhole serve``."""

from __future__ import annotations

import typer

from config.stderr import PATIENCE, secure_streams
from service.cli.context import HomeOption, HostOption, PortOption, open_home


def serve(
    ctx: typer.Context,
    host: HostOption = None,
    port: PortOption = None,
    home: HomeOption = None,
) -> None:
    """Answer over HTTP, until stopped; a daemon may sort beside it, or not.

    Without a token (api_token) only this machine is answered.
    """
    secure_streams(PATIENCE)
    found, settings = open_home(ctx, home, lay_out=True, host=host, port=port)
    from service.web.server import serve as serve_home

    serve_home(found, settings, warm=True)

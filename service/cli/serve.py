"""``pigeonhole serve``."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.context import HomeOption, open_home

HostOption = Annotated[
    str | None, typer.Option(help="Address to listen on; else the setting.", show_default=False)
]
PortOption = Annotated[
    int | None,
    typer.Option(
        min=0, max=65535, help="Port to listen on, 0 for a free one; else the setting.",
        show_default=False,
    ),
]  # fmt: skip


def serve(
    ctx: typer.Context,
    host: HostOption = None,
    port: PortOption = None,
    home: HomeOption = None,
) -> None:
    """Answer over HTTP, until stopped; a daemon may sort beside it, or not.

    Without a token (api_token) only this machine is answered.
    """
    found, settings = open_home(ctx, home, lay_out=True, host=host, port=port)
    from service.web.server import serve as serve_home

    serve_home(found, settings, warm=True)

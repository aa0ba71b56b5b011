"""What every command needs first: which home, and its settings."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import HomeError

if TYPE_CHECKING:
    from config.home import Home
    from config.settings import Settings

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help="The folder of this installation; else PIGEONHOLE_HOME, else ./pigeonhole-home.",
        show_default=False,
    ),
]
"""``--home``, accepted before and after every command."""
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
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def remember_home(ctx: typer.Context, home: Path | None) -> None:
    """Keep a ``--home`` given before the command; the innermost one wins."""
    outer = ctx.parent.obj if ctx.parent is not None else None
    ctx.obj = home or outer


def home_path(ctx: typer.Context, home: Path | None) -> Path:
    """The home's path: after the command, before it, from the environment, or the default.

    Raises:
        HomeError: it is not UTF-8.
    """
    from config.home import check_utf8

    path = home or ctx.obj or Path(os.environ.get("PIGEONHOLE_HOME") or "pigeonhole-home")
    check_utf8(Path(os.path.abspath(path)))
    return path


def open_home(
    ctx: typer.Context, home: Path | None, *, lay_out: bool = False, **overrides: Any
) -> tuple[Home, Settings]:
    """The home and its settings; logging is set up by them.

    Args:
        ctx: of the command.
        home: the command's own ``--home``.
        lay_out: make what the home lacks, with the ready classes; else it must be there.
        overrides: settings that the command line gives.

    Raises:
        HomeError: there is none, and none is to be made.
        SettingsError: see `config.settings.load_settings`.
    """
    from config.home import SETTINGS_FILE, Home
    from config.logs import configure_logging
    from config.settings import load_settings

    root = home_path(ctx, home)
    try:
        is_folder = stat.S_ISDIR(root.stat().st_mode)
    except FileNotFoundError:
        is_folder = not root.is_symlink()
    except OSError as error:
        raise HomeError(f"{root}: {error.strerror}", "Choose another place with --home") from None
    if not is_folder:
        raise HomeError(f"{root} is not a folder", "Choose another place with --home")
    settings = load_settings(root / SETTINGS_FILE, overrides)
    configure_logging(settings)
    found = Home.of(root, settings)
    if lay_out:
        from service.first_run import lay_out_home

        lay_out_home(found)
    elif not found.exists():
        raise HomeError(
            f"there is no home at {found.root}",
            "Start one with 'pigeonhole watch', or name another with --home",
        )
    return found, settings

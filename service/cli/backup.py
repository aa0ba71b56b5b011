"""``pigeonhole backup`` and ``restore``: a whole home in one file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from config.errors import ExitCode
from config.words import counted
from service.cli.context import HomeOption, JsonOption, home_path, open_home


def backup(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The archive to write, such as home.tar.gz.")
    ],
    with_files: Annotated[
        bool, typer.Option("--with-files", help="Also every scan, wherever it was filed.")
    ] = False,
    with_secrets: Annotated[
        bool, typer.Option("--with-secrets", help="Also api_token in pigeonhole.toml, or its file.")
    ] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Save ledger, examples, detectors and settings in one archive.

    The service may work meanwhile. Exit code 1 if something could not be saved: it is named.
    """
    from service.cli.ledger import opened_ledger

    _, settings = open_home(ctx, home)
    # Opened first: it brings an older ledger up to date.
    with opened_ledger(ctx, home) as (found, _):
        pass
    from service.cli.output import notice, print_json, say
    from service.cli.progress import progress_bar
    from service.desk.backup.saving import back_up
    from service.space import shown

    token_file = settings.api_token_file
    saved = back_up(
        found, file, with_files=with_files, with_secrets=with_secrets,
        token_file=None if token_file is None else Path(os.path.expanduser(token_file)),
        progress=lambda total: progress_bar("saving", total),
    )  # fmt: skip
    if as_json:
        left_out = [one.model_dump() for one in saved.left_out]
        print_json({
            "file": str(saved.file), "size": saved.size, "scans": saved.scans,
            "files": saved.files, "bytes": saved.bytes, "with_files": saved.with_files,
            "left_out": left_out,
        })  # fmt: skip
    else:
        say(
            f"saved {counted(saved.files, 'file')} ({shown(saved.bytes)}) and the rows of"
            f" {counted(saved.scans, 'scan')} to {saved.file} ({shown(saved.size)})"
        )
    for one in saved.left_out:
        notice(f"not saved: {one.place} {one.reason}")
    if saved.scans and not with_files:
        notice("the scans themselves are not in it: --with-files saves them too")
    raise typer.Exit(ExitCode.SCANS_FAILED if saved.left_out else ExitCode.OK)


def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An archive made by 'backup'.")],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Make a new home out of an archive; --home names it, and must not hold anything yet."""
    from config.logs import configure_logging
    from config.settings import load_settings
    from service.cli.output import notice, print_json, say
    from service.cli.progress import spinner
    from service.desk.backup.restoring import restore as restore_home
    from service.space import shown

    configure_logging(load_settings(None))
    with spinner("restoring", shown=not as_json) as advance:
        made = restore_home(file, home_path(ctx, home), advance)
    if as_json:
        print_json({
            "home": str(made.home), "scans": made.scans, "files": made.files,
            "bytes": made.bytes, "created_at": made.created_at, "with_files": made.with_files,
            "brought_in": {name: str(path) for name, path in made.brought_in.items()},
            "outside": {name: str(path) for name, path in made.outside.items()},
            "host": made.host, "token_in": made.token_in, "left_out": list(made.left_out),
        })  # fmt: skip
    else:
        say(
            f"restored {counted(made.files, 'file')} ({shown(made.bytes)}) and the rows of"
            f" {counted(made.scans, 'scan')}, as of {made.created_at}, to {made.home}"
        )
    for name, path in made.brought_in.items():
        notice(f"the {name} folder was {path}; it lies in the home now")
    for name, path in made.outside.items():
        notice(f"the {name} folder is still {path}: never let two homes use it")
    if made.host not in {"", "127.0.0.1", "::1", "localhost"}:
        notice(f"the settings from the archive let other machines in: host is {made.host}")
    if made.token_in:
        notice(
            f"the token is the one in {made.token_in}, as the archive has it:"
            " change it unless the archive is yours alone"
        )
    for one in made.left_out:
        notice(
            f"not restored: the {one}, which somebody added; pigeonhole.db in the archive has it"
        )
    if made.scans and not made.with_files:
        notice("the scans are not in the archive: put their folders back before 'pigeonhole watch'")

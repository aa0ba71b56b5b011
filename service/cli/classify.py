"""``pigeonhole classify``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from config.errors import ExitCode
from service.cli.context import HomeOption, JsonOption, open_home


def classify(
    ctx: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH…", help="Files, or folders of them.")
    ],
    as_json: JsonOption = False,
    read: Annotated[bool, typer.Option("--read", help="Read the text too.")] = False,
    home: HomeOption = None,
) -> None:
    """Judge files where they lie; nothing is moved or recorded."""
    found, settings = open_home(ctx, home, lay_out=True)
    from config.ignored import Ignored
    from models.ticket.engines import check_engine
    from service.cli.output import print_json, say, unusable
    from service.cli.progress import progress_bar
    from service.desk.judging import classify as judge
    from service.desk.judging import files_of
    from service.workers.engine import EngineSpec

    if read:
        check_engine(settings.ocr_engine, settings.ocr_language)
    files = files_of(paths, Ignored(settings.ignore))
    spec = EngineSpec.of(found, settings, threads=len(os.sched_getaffinity(0)))

    failed = False
    with progress_bar("judging", len(files)) as advance:
        for answer in judge(spec, files, read=read, notice=unusable):
            advance()
            failed |= "error" in answer
            if as_json:
                print_json(answer)
            elif "error" in answer:
                say(f"{answer['path']}: {answer['stage']}: {answer['error']}")
            else:
                say(_line(answer))
                for line in (answer.get("text") or "").splitlines():
                    say(line)
    raise typer.Exit(ExitCode.SCANS_FAILED if failed else ExitCode.OK)


def _line(answer: dict[str, Any]) -> str:
    line = f"{answer['path']}: {answer['class']}"
    near, like = answer["nearest_class"], ""
    if near is not None:
        nearest = "" if answer["class"] == near else f"nearest {near}, "
        like = f"{nearest}score {answer['score']:.2f}, like {answer['nearest_support']}"
    if answer["decided_by"] == "detector":
        sure = f"detector {answer['class']}, probability {answer['detectors'][answer['class']]:.2f}"
        return f"{line} ({'; '.join(filter(None, (sure, like)))})"
    nothing = "no detector knows it" if answer["detectors"] else "there are no classes yet"
    return f"{line} ({like or nothing})"

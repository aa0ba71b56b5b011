"""``pigeonhole results``, ``search`` and ``status``: looking into the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from config.errors import UsageError
from service.cli.context import HomeOption, JsonOption, open_home

if TYPE_CHECKING:
    from config.home import Home
    from storage.ledger import Ledger
    from storage.records import Hit

_SHOWN = {
    "scan_id": "scan", "original_name": "file", "state": "state", "class": "class",
    "score": "score", "destination": "filed at", "error": "error",
}  # fmt: skip

_AT_ONCE = 500
"""Rows whose fields are asked for at once."""
_HIT_SHOWN = {
    "scan_id": "scan", "class": "class", "destination": "filed at", "page": "page", "line": "line",
}  # fmt: skip


@contextmanager
def opened_ledger(ctx: typer.Context, home: Path | None) -> Iterator[tuple[Home, Ledger]]:
    """The home that the command names, and its ledger."""
    found, _ = open_home(ctx, home)
    from storage.database import Database
    from storage.ledger import Ledger

    database = Database.open_existing(found.database)
    try:
        yield found, Ledger(database, found)
    finally:
        database.close()


def results(
    ctx: typer.Context,
    class_name: Annotated[
        str | None, typer.Option("--class", metavar="C", help="Only this class.")
    ] = None,
    state: Annotated[
        str | None, typer.Option(metavar="S", help="Only this state: filed, gone, failed, ….")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="T", help="Received since, such as 2026-01-31 or …T12:00.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="At most so many.")] = None,
    unread: Annotated[
        bool, typer.Option("--unread", help="Only tickets that could not be read.")
    ] = False,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="For a spreadsheet.")] = False,
    details: Annotated[
        bool,
        typer.Option(
            "--details",
            help="With --json: how sure each field is, and where it stands; with --csv: how sure.",
        ),
    ] = False,
    home: HomeOption = None,
) -> None:
    """What was sorted, newest first."""
    if as_json and as_csv:
        raise UsageError("--json and --csv contradict each other", "Choose one")
    if details and not (as_json or as_csv):
        raise UsageError("--details needs --json or --csv", "Add one of them")
    moment = _moment(since)
    _check_state(state)
    with opened_ledger(ctx, home) as (_, ledger):
        from service.cli.output import print_json, print_table
        from service.cli.spreadsheet import print_csv
        from storage.views import RESULT_COLUMNS

        rows = ledger.results(class_name, state, moment, limit, unread=unread, current=True)
        if as_json:
            for row in _with_details(ledger, rows) if details else rows:
                print_json(row)
        elif as_csv and details:
            from models.fields.ticket import FIELD_NAMES

            columns = [f"{name}_confidence" for name in FIELD_NAMES]
            print_csv(_with_confidences(ledger, rows, columns), [*RESULT_COLUMNS, *columns])
        elif as_csv:
            print_csv(rows, list(RESULT_COLUMNS))
        else:
            print_table(rows, _SHOWN)


def search(
    ctx: typer.Context,
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="Words to look for.")],
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Find scans by the text that was read, each with the line that holds most of it."""
    with opened_ledger(ctx, home) as (_, ledger):
        from service.cli.output import notice, print_json, print_table

        hits = ledger.search(" ".join(text), limit)
        if as_json:
            for hit in hits:
                print_json({**_hit(hit), "line": hit.line, "found": hit.words})
        elif not hits:
            notice("no text that was read holds all of that")
        else:
            print_table(({**_hit(hit), "line": hit.marked()} for hit in hits), _HIT_SHOWN)


def status(ctx: typer.Context, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """How the service is doing."""
    with opened_ledger(ctx, home) as (found, ledger):
        from service.cli.output import print_json, say
        from service.desk.overview import status as overview
        from service.space import shown

        answer = overview(found, ledger)
        if as_json:
            print_json(answer)
            return
        free = answer.pop("free_bytes")
        answer["free"] = {name: shown(size) for name, size in free.items()}
        for key, value in answer.items():
            if value is not None:
                say(f"{key.replace('_', ' ') + ':':19} {_shown(value)}")


def _with_details(ledger: Ledger, found: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    from service.desk.judging import detailed

    while some := list(islice(found, _AT_ONCE)):
        fields = ledger.fields([row["scan_id"] for row in some])
        for row in some:
            yield {**row, "field_details": detailed(fields.get(row["scan_id"], {}))}


def _with_confidences(
    ledger: Ledger, found: Iterator[dict[str, Any]], columns: Sequence[str]
) -> Iterator[dict[str, Any]]:
    for row in _with_details(ledger, found):
        details = row.pop("field_details").items()
        sure = {f"{name}_confidence": one["confidence"] for name, one in details}
        yield {**row, **{column: sure.get(column) for column in columns}}


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "scan_id": hit.scan_id, "class": hit.class_name, "destination": hit.destination,
        "page": hit.page,
    }  # fmt: skip


def _check_state(state: str | None) -> None:
    from storage.records import State

    if state is not None and state not in get_args(State):
        raise UsageError(
            f"--state {state} is no state of a scan", f"Choose one of {', '.join(get_args(State))}"
        )


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        # With a time zone; where there is none, the local one. Year 1 has no earlier day.
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"--since {text} is not a time", "Write it as 2026-01-31 or 2026-01-31T12:00"
        ) from None


def _shown(value: object) -> str:
    if isinstance(value, dict):
        told = {name: "broken" if one is None else one for name, one in value.items()}
        return ", ".join(f"{name} {one}" for name, one in told.items()) or "none"
    return str(value)

"""``/scans``: what was sorted, all that is known of one, its file and pictures, and corrections."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from starlette.responses import Response

from service.api.context import TheOffice
from service.api.drawn import DRAWN, THUMBNAIL, Known, Side, drawn
from service.api.parts import AddedAnswer
from service.api.scan_models import (
    CorrectionAnswer,
    CorrectionRequest,
    EditRequest,
    ExampleRequest,
    FieldName,
    FieldsAnswer,
    FoundPage,
    ReadWords,
    ScanDetail,
    ScanId,
    ScanPage,
    Steps,
)
from service.desk.scans import scans, teaching
from service.desk.scans.correcting import Corrected, say_what_it_is, take_back_last
from service.desk.scans.editing import edit_fields, take_back_field
from service.desk.scans.scans import MOST, PAGE, State, Wanted
from service.http.sending import SentFile

router = APIRouter(prefix="/scans", tags=["scans"])

_PAGE_SIDE, _STEP_SIDE = 1200, 512
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {}}, "description": "The file of the scan"}
}

Id = Annotated[ScanId, InPath(description="As in the column scan_id.")]


@router.get("", response_model=ScanPage | FoundPage)
def list_scans(
    office: TheOffice,
    class_name: Annotated[str | None, Query(alias="class", max_length=1000)] = None,
    state: State | None = None,
    since: Annotated[datetime | None, Query(description="Received then or later.")] = None,
    unread: Annotated[bool, Query(description="Only tickets that could not be read.")] = False,
    unseen: Annotated[bool, Query(description="Only scans of which nobody said anything.")] = False,
    text: Annotated[
        str | None, Query(max_length=1000, description="Words to look for; goes with limit alone.")
    ] = None,
    before: Annotated[ScanId | None, Query(description="As next of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = PAGE,
) -> dict[str, Any]:
    """What was sorted, newest first; with ``text`` what was found, best first."""
    wanted = Wanted(class_name, state, since, unread, unseen)
    if text is not None:
        return {"found": scans.found_scans(office.ledger, text, wanted, before=before, limit=limit)}
    rows, following = scans.page_of_scans(office.ledger, wanted, before=before, limit=limit)
    return {"scans": rows, "next": following}


@router.get("/{scan_id}", response_model=ScanDetail)
def one_scan(office: TheOffice, scan_id: Id) -> dict[str, Any]:
    """All that is known of one scan."""
    return scans.described_scan(office.home, office.ledger, scan_id)


@router.get("/{scan_id}/file", response_class=Response, responses=_FILE)
def its_file(office: TheOffice, scan_id: Id) -> SentFile:
    """The scan itself, byte for byte."""
    path = scans.file_of(office.ledger, scan_id)
    # Whatever it holds, no browser opens it in place.
    return SentFile(
        path,
        media_type="application/octet-stream",
        headers={"Content-Security-Policy": "default-src 'none'; sandbox"},
        filename=scans.shown_name(path),
    )


@router.get("/{scan_id}/thumbnail", response_class=Response, responses=DRAWN)
def its_thumbnail(
    office: TheOffice, scan_id: Id, side: Side = THUMBNAIL, known: Known = None
) -> Response:
    """Its first page, small."""
    return drawn(scans.picture_of(office.ledger, office.pictures, scan_id, 1, side), known)


@router.get("/{scan_id}/pages/{page}", response_class=Response, responses=DRAWN)
def its_page(
    office: TheOffice,
    scan_id: Id,
    page: Annotated[int, InPath(ge=1, le=100_000, description="From 1.")],
    side: Side = _PAGE_SIDE,
    known: Known = None,
) -> Response:
    """One of its pages, to be looked at."""
    return drawn(scans.picture_of(office.ledger, office.pictures, scan_id, page, side), known)


@router.get("/{scan_id}/steps", response_model=Steps)
def its_steps(office: TheOffice, scan_id: Id) -> dict[str, Any]:
    """What preparation makes of its first page, step by step."""
    steps = scans.steps_of(office.ledger, office.pictures, scan_id, THUMBNAIL)
    return {
        "steps": [
            {"name": name, "picture": f"/scans/{scan_id}/steps/{number}"}
            for number, (name, _) in enumerate(steps, 1)
        ]
    }


@router.get("/{scan_id}/steps/{step}", response_class=Response, responses=DRAWN)
def its_step(
    office: TheOffice,
    scan_id: Id,
    step: Annotated[int, InPath(ge=1, le=99, description="From 1.")],
    side: Side = _STEP_SIDE,
    known: Known = None,
) -> Response:
    """The picture after one step of preparation."""
    return drawn(scans.step_of(office.ledger, office.pictures, scan_id, step, side), known)


@router.get("/{scan_id}/words", response_model=ReadWords)
def its_words(office: TheOffice, scan_id: Id) -> dict[str, Any]:
    """The words that were read, and where they stand."""
    return {"words": scans.words_of(office.ledger, scan_id)}


@router.post("/{scan_id}/correction", response_model=CorrectionAnswer)
def correct(office: TheOffice, scan_id: Id, asked: CorrectionRequest) -> dict[str, Any]:
    """Say what a scan is: its file goes there. Its own class confirms the verdict."""
    said = say_what_it_is(
        office.home, office.ledger, scan_id, asked.class_name, "api", ending=office.ending
    )
    return _answered(said)


@router.delete("/{scan_id}/correction", response_model=CorrectionAnswer)
def take_back_correction(office: TheOffice, scan_id: Id) -> dict[str, Any]:
    """Take back what was said of a scan last."""
    return _answered(take_back_last(office.home, office.ledger, scan_id, ending=office.ending))


@router.patch("/{scan_id}/fields", response_model=FieldsAnswer)
def edit(office: TheOffice, scan_id: Id, asked: EditRequest) -> dict[str, Any]:
    """Write into the fields of a scan that was read; null empties one."""
    values = asked.model_dump(exclude_unset=True)
    return edit_fields(office.home, office.ledger, scan_id, values, "api")


@router.delete("/{scan_id}/fields/{name}", response_model=FieldsAnswer)
def take_back_edit(office: TheOffice, scan_id: Id, name: FieldName) -> dict[str, Any]:
    """Give a field back what was read."""
    return take_back_field(office.home, office.ledger, scan_id, name, "api")


@router.post("/{scan_id}/example", status_code=201)
def make_example(
    office: TheOffice, scan_id: Id, asked: ExampleRequest | None = None
) -> list[AddedAnswer]:
    """Make a scan an example of its class, or of another one, which may be new: one is enough.

    Its file is copied; the scan stays what and where it is. What judges takes it up within seconds.
    """
    of = asked.class_name if asked is not None else None
    added = teaching.make_example(office.home, office.ledger, scan_id, of, office.pictures)
    name = scans.shown_name(added.source)
    return [AddedAnswer(name=name, support=added.name, new=added.new)]


def _answered(said: Corrected) -> dict[str, Any]:
    return {
        "scan_id": said.scan_id,
        "class": said.class_name,
        "destination": said.destination,
        "moved": said.moved,
    }

"""``/scans``: what was sorted, all that is known of one, its file and pictures, and corrections."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from fastapi.responses import FileResponse, Response

from config.errors import ConflictError, MissingError, UsageError
from config.home import Home
from models.page.picture import Picture
from models.page.scan import Fault
from service.api.scan_models import (
    CorrectionAnswer,
    CorrectionRequest,
    FoundPage,
    ReadWords,
    ScanDetail,
    ScanId,
    ScanPage,
    Steps,
)
from service.desk.correcting import Corrected, say_what_it_is, take_back
from service.desk.pictures import Pictures
from service.desk.scans import (
    MOST,
    PAGE,
    Wanted,
    described_scan,
    file_of,
    page_of_scans,
    search,
    words_of,
)
from storage.feedback import FeedbackBook
from storage.ledger import Ledger
from storage.records import State, displayable

_SIDE = 192
_LARGEST = 2000
"""Pixels of a picture's longest side, unless asked for, and at most."""
# The bytes of a scan never change: what is drawn of it holds for ever, for who may see it.
_FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}

Id = Annotated[ScanId, InPath(description="As in the column scan_id.")]
Side = Annotated[int, Query(ge=16, le=_LARGEST, description="Pixels of the longest side.")]


def scans_router(home: Home, ledger: Ledger, pictures: Pictures) -> APIRouter:
    """The routes under ``/scans``.

    Args:
        home: whose scans.
        ledger: of the home.
        pictures: draws them.
    """
    router = APIRouter(prefix="/scans", tags=["scans"])

    @router.get("", response_model=ScanPage | FoundPage)
    def list_scans(
        class_name: Annotated[str | None, Query(alias="class", max_length=1000)] = None,
        state: State | None = None,
        since: Annotated[datetime | None, Query(description="Received then or later.")] = None,
        unread: Annotated[bool, Query(description="Only tickets that could not be read.")] = False,
        text: Annotated[
            str | None, Query(max_length=1000, description="Words to look for in what was read.")
        ] = None,
        before: Annotated[ScanId | None, Query(description="As next of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = PAGE,
    ) -> dict[str, Any]:
        """What was sorted, newest first; with ``text`` what was found, best first."""
        wanted = Wanted(class_name, state, since, unread)
        if text is not None:
            if wanted != Wanted() or before is not None:
                raise UsageError("text goes with limit alone", "Leave the other filters out")
            return {
                "found": [
                    {"scan": row, "page": hit.page, "line": hit.line, "words": hit.words}
                    for row, hit in search(ledger, text, limit)
                ]
            }
        rows, following = page_of_scans(ledger, wanted, before=before, limit=limit)
        return {"scans": rows, "next": following}

    @router.get("/{scan_id}", response_model=ScanDetail)
    def one_scan(scan_id: Id) -> dict[str, Any]:
        """All that is known of one scan."""
        return described_scan(home, ledger, scan_id)

    @router.get("/{scan_id}/file", response_class=FileResponse)
    def its_file(scan_id: Id) -> FileResponse:
        """The scan itself, byte for byte."""
        path = file_of(ledger, scan_id)
        # A name from outside is no path and no header: it is quoted, and nothing is opened in place.
        return FileResponse(
            path,
            media_type="application/octet-stream",
            headers={
                "Content-Disposition": f"attachment; filename*=UTF-8''{_quoted(path)}",
                "Content-Security-Policy": "sandbox",
            },
        )

    @router.get("/{scan_id}/thumbnail", response_class=Response, responses=_PICTURE)
    def its_thumbnail(scan_id: Id, side: Side = _SIDE) -> Response:
        """Its first page, small."""
        return drawn(pictures.page(file_of(ledger, scan_id), digest(scan_id), 1, side))

    @router.get("/{scan_id}/pages/{page}", response_class=Response, responses=_PICTURE)
    def its_page(
        scan_id: Id, page: Annotated[int, InPath(ge=1, le=100_000)], side: Side = 1200
    ) -> Response:
        """One of its pages, to be looked at."""
        return drawn(pictures.page(file_of(ledger, scan_id), digest(scan_id), page, side))

    @router.get("/{scan_id}/steps", response_model=Steps)
    def its_steps(scan_id: Id) -> dict[str, Any]:
        """What preparation makes of its first page, step by step."""
        return {
            "steps": [
                {"name": name, "picture": f"/scans/{scan_id}/steps/{number}"}
                for number, (name, _) in enumerate(steps_of(scan_id, _SIDE), 1)
            ]
        }

    @router.get("/{scan_id}/steps/{step}", response_class=Response, responses=_PICTURE)
    def its_step(
        scan_id: Id, step: Annotated[int, InPath(ge=1, le=99)], side: Side = 512
    ) -> Response:
        """The picture after one step."""
        found = steps_of(scan_id, side)
        if step > len(found):
            raise MissingError(f"preparation has {len(found)} steps", "Name one of them")
        return drawn(found[step - 1][1])

    @router.get("/{scan_id}/words", response_model=ReadWords)
    def its_words(scan_id: Id) -> dict[str, Any]:
        """The words that were read, and where they stand."""
        return {
            "words": [
                {
                    "text": word.text, "confidence": word.confidence, "page": word.page,
                    "line": word.line, "box": word.box,
                }
                for word in words_of(ledger, scan_id).words
            ]
        }  # fmt: skip

    @router.post("/{scan_id}/correction", response_model=CorrectionAnswer)
    def correct(scan_id: Id, asked: CorrectionRequest) -> dict[str, Any]:
        """Say what a scan is: its file goes there. Its own class confirms the verdict."""
        return answered(say_what_it_is(home, ledger, scan_id, asked.class_name, "api"))

    @router.delete("/{scan_id}/correction", response_model=CorrectionAnswer)
    def take_back_correction(scan_id: Id) -> dict[str, Any]:
        """Take back what was said of a scan last."""
        history = FeedbackBook(ledger.database, home).history(scan_id)
        holding = [said for said in history if said.undone_at is None]
        if not holding:
            described_scan(home, ledger, scan_id)  # says so if there is no such scan
            raise ConflictError(f"nothing was said of scan {scan_id}", "There is nothing to undo")
        return answered(take_back(home, ledger, holding[-1]))

    def digest(scan_id: int) -> str:
        row = ledger.result(scan_id)
        return row["sha256"] if row else ""

    def steps_of(scan_id: int, side: int) -> list[tuple[str, Picture]]:
        found = pictures.steps(file_of(ledger, scan_id), side)
        if isinstance(found, Fault):
            raise ConflictError(f"scan {scan_id} {found.reason}", found.advice)
        return found

    def drawn(picture: Picture | Fault) -> Response:
        if isinstance(picture, Fault):
            raise ConflictError(f"the scan {picture.reason}", picture.advice)
        return Response(picture.data, media_type=f"image/{picture.kind}", headers=_FOR_EVER)

    def answered(said: Corrected) -> dict[str, Any]:
        return {
            "scan_id": said.scan_id,
            "class": said.class_name,
            "destination": displayable(home.relative(said.place)),
            "moved": said.moved,
        }

    return router


_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {}, "image/jpeg": {}}, "description": "The picture."}
}


def _quoted(path: Path) -> str:
    """A name for RFC 8187: whatever its bytes are."""
    return quote(displayable(path.name), safe="")

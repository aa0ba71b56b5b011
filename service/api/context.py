"""What every operation is given: the open home, and the uploads of a request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from service.desk.office import Office
from service.http.uploads import Upload, UploadLimits, received


def office_of(request: Request) -> Office:
    """The home that this app serves."""
    office: Office = request.app.state.office
    return office


async def uploads_of(
    request: Request, office: Annotated[Office, Depends(office_of)]
) -> AsyncIterator[list[Upload]]:
    """The uploads of a request, which are gone when it is answered."""
    limits = UploadLimits(office.settings.max_file_bytes)
    async with received(request, office.uploads, limits) as uploads:
        yield uploads


TheOffice = Annotated[Office, Depends(office_of)]
Uploads = Annotated[list[Upload], Depends(uploads_of, scope="function")]

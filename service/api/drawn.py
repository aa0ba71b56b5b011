"""Pictures that are drawn for people, as answers."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Final

from fastapi import Header, Query
from starlette.responses import Response

from service.desk.pictures import Picture

THUMBNAIL: Final = 192
"""Pixels of the longest side of a small picture, unless told otherwise."""
_LARGEST: Final = 2000

DRAWN: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"image/png": {}, "image/jpeg": {}}, "description": "The picture"},
    304: {"description": "It is still the one that is known"},
}
"""What an operation that answers a drawn picture says of its answers."""

Side = Annotated[int, Query(ge=16, le=_LARGEST, description="Pixels of the longest side.")]


Known = Annotated[str | None, Header(alias="If-None-Match", include_in_schema=False)]
"""The picture that a browser has already."""


def drawn(picture: Picture, known: str | None) -> Response:
    """A picture as an answer; none where the browser has this very one.

    It is asked for each time: another home may have another scan of this number, another picture may
    have the name of an example tomorrow, and who has signed out is to see nothing any more.
    """
    tag = f'"{hashlib.sha256(picture.data).hexdigest()[:32]}"'
    headers = {"Cache-Control": "private, no-cache", "ETag": tag}
    if known == tag:
        return Response(status_code=304, headers=headers)
    return Response(picture.data, media_type=f"image/{picture.kind}", headers=headers)

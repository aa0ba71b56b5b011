"""Pictures that are drawn for people, as answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import Query
from starlette.responses import Response

from service.desk.pictures import Picture

THUMBNAIL: Final = 192
"""Pixels of the longest side of a small picture, unless told otherwise."""
_LARGEST: Final = 2000

DRAWN: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"image/png": {}, "image/jpeg": {}}, "description": "The picture"}
}
"""What an operation that answers a drawn picture says of its answers."""

Side = Annotated[int, Query(ge=16, le=_LARGEST, description="Pixels of the longest side.")]


def drawn(picture: Picture, headers: Mapping[str, str]) -> Response:
    """A picture as an answer with these headers."""
    return Response(picture.data, media_type=f"image/{picture.kind}", headers=headers)

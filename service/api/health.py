"""``GET /``: whether all is well, without anything private; it answers without a token."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.api.context import TheOffice
from service.desk.overview import status

PAGE = "/ui/"

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """How the service is doing."""

    status: Literal["ok", "trouble"]
    daemon: Literal["running", "stopped"] = Field(description="Whether the inbox is being sorted.")
    version: str
    scans: dict[str, int] = Field(description="How many there are, by state.")
    waiting: int | None = Field(description="Files in the inbox; None where no daemon tells.")
    moving: int = Field(description="Files that are on their way.")
    unread: int = Field(description="Tickets that were filed, but could not be read.")


@router.get(
    "/",
    response_model=Health,
    responses={303: {"description": "A browser is sent to the page"}},
)
def health(request: Request, office: TheOffice) -> Health | Response:
    """How the service is doing. A browser is sent to the page."""
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(PAGE, 303)
    found = status(office.home, office.ledger)
    return Health(
        status="trouble" if found["trouble"] else "ok",
        daemon=found["daemon"],
        version=found["version"],
        scans=found["scans"],
        waiting=found["waiting"],
        moving=found["moving"],
        unread=found["unread"] or 0,
    )

"""``/detectors``: the trained detectors, and the report on each."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from service.api.context import TheOffice
from service.desk.detectors.listing import described_detector, list_detectors, report_of
from service.http.sending import SentFile

router = APIRouter(prefix="/detectors", tags=["detectors"])

_REPORT: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {}}, "description": "A page that needs no network"}
}
# Its charts draw themselves. It may neither ask anybody nor see what belongs to this origin.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "sandbox allow-scripts"
)


class DetectorAnswer(BaseModel):
    """A trained detector. One that is broken tells only what is known of it."""

    name: str = Field(description="Of its class.")
    detector_id: str | None = Field(description="Of all that decides its answers.")
    approach: Literal["cnn", "transfer", "branch"] | None = Field(description="What it sees by.")
    head: Literal["dense", "nearest", "distance"] | None
    threshold: float | None = Field(description="The probability from which it accepts.")
    made_at: str | None = Field(description="When it was trained.")
    scores: dict[str, Any] = Field(description="What was measured when it was trained.")
    verdict: list[str] = Field(description="What that means, in plain words.")
    report: bool = Field(description="Whether it has a report.")
    trouble: str | None = Field(description="Why it is not used; null where it is.")


@router.get("")
def all_detectors(office: TheOffice) -> list[DetectorAnswer]:
    """Every detector, by name."""
    found = list_detectors(office.home)
    return [DetectorAnswer.model_validate(described_detector(one)) for one in found]


@router.get("/{name}/report", response_class=Response, responses=_REPORT)
def report(office: TheOffice, name: str) -> SentFile:
    """The report that was written when it was trained."""
    headers = {"Content-Security-Policy": _POLICY}
    return SentFile(report_of(office.home, name), media_type="text/html", headers=headers)

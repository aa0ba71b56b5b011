"""``/warnings`` and ``/map``: what the examples of all classes look like together.

Not below ``/classes``: there every name is a class.
"""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from pydantic import BaseModel, Field

from service.api.context import TheOffice
from service.desk.classes.surveying import Survey

router = APIRouter(tags=["classes"])


class FindingAnswer(BaseModel):
    """Something in the examples that a person should look at."""

    kind: str = Field(
        description="unreadable, empty, ignored, blank, copies, mislabelled, close or single:"
        " what it is."
    )
    severity: str = Field(description="error where answers are wrong for certain, else warning.")
    classes: list[str] = Field(description="Those concerned; none if it lies in no class.")
    examples: list[str] = Field(description="Those concerned, or the nearest pair: class/file.")
    distance: float | None = Field(description="Between the two examples, where that matters.")
    confusion: float | None = Field(
        description="Share of scans of the two classes that are taken for the other, in [0, 1]."
    )
    text: str = Field(description="A sentence for a person.")
    advice: str = Field(description="What to do.")


class WarningsAnswer(BaseModel):
    """What a person should look at, worst first."""

    warnings: list[FindingAnswer]


class PointAnswer(BaseModel):
    """An example on the map."""

    class_name: str = Field(alias="class")
    example: str = Field(description="Name of its file.")
    x: float = Field(description="From -1 to 1, as y; without unit.")
    y: float


class MapAnswer(BaseModel):
    """Which examples lie near one another; how far apart others lie means little."""

    points: list[PointAnswer] = Field(description="No more than 1,000, evenly of each class.")
    examples: int = Field(description="How many there are that can be used.")


@router.get("/warnings")
async def warnings(office: TheOffice) -> WarningsAnswer:
    """What ``classes check`` says. The first answer after a change may take seconds."""
    found = await _survey(office)
    return WarningsAnswer(
        warnings=[FindingAnswer.model_validate(one, from_attributes=True) for one in found.findings]
    )


@router.get("/map")
async def plane(office: TheOffice) -> MapAnswer:
    """The examples in a plane (t-SNE). The first answer after a change may take seconds."""
    found = await _survey(office)
    points = [
        PointAnswer.model_validate({"class": p.class_name, "example": p.name, "x": p.x, "y": p.y})
        for p in found.points
    ]
    return MapAnswer(points=points, examples=found.examples)


async def _survey(office: TheOffice) -> Survey:
    return await asyncio.wrap_future(await asyncio.to_thread(office.surveys.now))

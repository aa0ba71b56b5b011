"""``/lessons``: what was learned from corrections, and what a person is asked about."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field

from service.api.context import TheOffice
from service.api.scan_models import ScanId
from service.desk.classes import lessons
from service.desk.classes.lessons import Answer, LessonState

router = APIRouter(prefix="/lessons", tags=["lessons"])


class Flips(BaseModel):
    """What would be judged wrongly with that example."""

    what: str = Field(description="In words: a scan, or an example.")
    scan_id: int | None
    to: str = Field(description="What it would be taken for.")


class LessonAnswer(BaseModel):
    """A corrected scan as an example of its class.

    ``state``: ``owed`` (not looked at yet), ``adding``, ``added``, ``asks`` (it would turn around what
    people have said: answer it), ``declined``, ``there`` (it was an example before), ``failed``.
    """

    model_config = ConfigDict(populate_by_name=True)

    scan_id: int
    class_name: str = Field(alias="class")
    state: LessonState | Literal["owed"]
    reason: str | None = Field(description="Why it asks, or failed.")
    flips: Flips | None
    example: str | None = Field(description="Its name under the support folder.")
    decided_at: str | None


class LessonList(BaseModel):
    """Lessons, and how many there are by state."""

    lessons: list[LessonAnswer]
    counts: dict[str, int]


class LessonRequest(BaseModel):
    """What is to be done with it."""

    model_config = ConfigDict(extra="forbid")

    answer: Answer = Field(description="add: make it an example; leave: do not.")


@router.get("", response_model=LessonList)
def list_lessons(
    office: TheOffice,
    state: LessonState | Literal["owed"] | None = None,
    limit: Annotated[int, Query(ge=1, le=lessons.MOST)] = lessons.MOST,
) -> dict[str, Any]:
    """Corrected scans as examples: what waits, what was added, what is asked."""
    learning = office.settings.learn_from_corrections
    return lessons.lessons_of(
        office.home, office.ledger, learning=learning, state=state, limit=limit
    )


@router.post("/{scan_id}", response_model=LessonAnswer)
def answer_lesson(
    office: TheOffice,
    scan_id: Annotated[ScanId, InPath(description="Of the corrected scan.")],
    asked: LessonRequest,
) -> dict[str, Any]:
    """Say what is to be done with a corrected scan that asks."""
    return lessons.answer(office.home, office.ledger, scan_id, asked.answer)

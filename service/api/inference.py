"""``POST /inference``: uploads are judged, and nothing is recorded unless they are to be kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from service.api.context import TheOffice, Uploads
from service.api.parts import DecidedBy, DetectionAnswer, FieldDetail, MatchAnswer
from service.desk.asking import Question
from service.desk.keeping import keep
from service.desk.office import Office
from service.http.describing import UPLOADS
from service.http.problems import RefusedError
from service.http.uploads import Upload

router = APIRouter(tags=["inference"])

Keep = Annotated[
    bool, Query(description="Put each upload into the inbox as well, to be sorted and recorded.")
]


class Judged(BaseModel):
    """An upload that was judged, with the keys of ``classify --json``."""

    name: str = Field(description="What the client called the file; never a path.")
    class_name: str = Field(alias="class", description="A class, a detector's, or unknown.")
    score: float = Field(description="How likely nearest_class is right.")
    distance: float | None
    nearest_class: str | None
    nearest_support: str | None
    runner_up: str | None
    runner_up_distance: float | None
    branch_id: str
    index_id: str
    detectors: dict[str, float] = Field(description="What each detector says: a probability.")
    decided_by: DecidedBy = Field(description="Whose answer the class is; null if it is unknown.")
    matches: list[MatchAnswer]
    detections: list[DetectionAnswer] = Field(description="What each detector says, by name.")
    text: str | None = Field(None, description="What was read, if anything was to be.")
    fields: dict[str, str | None] | None = None
    field_details: dict[str, FieldDetail] | None = None
    unread: str | None = Field(None, description="Why the text could not be read.")
    kept: str | None = Field(None, description="Where it lies in the home now.")


class NotJudged(BaseModel):
    """An upload, one of several, that could not be judged."""

    name: str
    error: str
    stage: str
    advice: str = ""
    kept: str | None = None


Answer = Judged | list[Judged | NotJudged]


@router.post(
    "/inference", response_model=Answer, response_model_exclude_unset=True, openapi_extra=UPLOADS
)
async def inference(office: TheOffice, uploads: Uploads, keep: Keep = False) -> Any:
    """Judge uploads: of one the answer is an object, of several a list.

    The text is read where the class is one of `read_classes`.
    """
    return await _inferred(office, uploads, kept=keep, read=False)


@router.post(
    "/inference-ocr",
    response_model=Answer,
    response_model_exclude_unset=True,
    openapi_extra=UPLOADS,
)
async def inference_ocr(office: TheOffice, uploads: Uploads, keep: Keep = False) -> Any:
    """Judge uploads and read their text, whatever the class."""
    return await _inferred(office, uploads, kept=keep, read=True)


async def _inferred(
    office: Office, uploads: Sequence[Upload], *, kept: bool, read: bool
) -> dict[str, Any] | list[dict[str, Any]]:
    questions = [Question(one.name, one.path, one.sha256, one.size, read) for one in uploads]
    answers = await office.asking.ask(questions)
    if kept:
        for upload, answer in zip(uploads, answers, strict=True):
            answer["kept"] = await run_in_threadpool(
                keep, office.home, upload.path, upload.sha256, upload.name, office.ignored
            )
    if len(answers) > 1:
        return answers
    (answer,) = answers
    if "error" in answer:
        where = f" (kept as {answer['kept']})" if kept else ""
        raise RefusedError(
            422,
            f"{answer['name']} {answer['error']}{where}",
            answer["advice"],
            stage=answer["stage"],
        )
    return answer

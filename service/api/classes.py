"""``/classes``: the classes with their examples, which can be added, looked at and taken away."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from service.api.context import TheOffice, Uploads
from service.api.drawn import DRAWN, THUMBNAIL, Known, Side, drawn
from service.api.parts import AddedAnswer
from service.desk.classes import examples, removing
from service.http.describing import UPLOADS
from service.http.sending import SentFile

router = APIRouter(prefix="/classes", tags=["classes"])


class ClassAnswer(BaseModel):
    """A class with its examples."""

    class_name: str = Field(alias="class")
    examples: int = Field(description="How many there are.")
    files: list[str] = Field(description="Their names.")


class RemovedAnswer(BaseModel):
    """What was taken out of a class, and lies elsewhere now."""

    moved_to: list[str] = Field(description="Where, relative to the home.")


@router.get("")
def list_classes(office: TheOffice) -> list[ClassAnswer]:
    """Every class with its examples."""
    return [_answer(one) for one in examples.classes(office.home)]


@router.get("/{name}")
def one_class(office: TheOffice, name: str) -> ClassAnswer:
    """One class with its examples."""
    return _answer(examples.one_class(office.home, name))


@router.post("/{name}/examples", status_code=201, openapi_extra=UPLOADS)
async def add_examples(office: TheOffice, name: str, uploads: Uploads) -> list[AddedAnswer]:
    """Add uploads to a class, all or none; the class is made when it is new.

    What judges takes them up within seconds.
    """
    added = await run_in_threadpool(
        examples.add_uploads, office.home, name, [one.path for one in uploads], office.pictures
    )
    return [
        AddedAnswer(name=upload.name, support=one.name, new=one.new)
        for upload, one in zip(uploads, added, strict=True)
    ]


@router.get(
    "/{name}/examples/{example}",
    response_class=Response,
    responses={200: {"content": {"image/*": {}}, "description": "The file of the example"}},
)
def picture(office: TheOffice, name: str, example: str) -> SentFile:
    """The file of an example, as it is."""
    found = examples.file_of(office.home, name, example)
    # No browser runs anything that such a file may hold.
    headers = {"Content-Security-Policy": "default-src 'none'; sandbox"}
    return SentFile(
        found.path,
        media_type=found.media_type,
        headers=headers,
        filename=example,
        content_disposition_type="inline",
    )


@router.get("/{name}/examples/{example}/thumbnail", response_class=Response, responses=DRAWN)
def thumbnail(
    office: TheOffice,
    name: str,
    example: str,
    side: Side = THUMBNAIL,
    known: Known = None,
) -> Response:
    """An example's first page, small: whatever kind of file it is, a browser can show this."""
    picture = examples.thumbnail(office.home, office.pictures, name, example, side)
    return drawn(picture, known)


@router.delete("/{name}/examples/{example}")
def remove_example(office: TheOffice, name: str, example: str) -> RemovedAnswer:
    """Take an example out of its class. Its file is not deleted: it moves to `removed/`."""
    return RemovedAnswer(moved_to=[removing.remove_example(office.home, name, example)])


@router.delete("/{name}")
def remove_class(office: TheOffice, name: str) -> RemovedAnswer:
    """Take a class away. Its examples are not deleted: they move to `removed/`."""
    return RemovedAnswer(moved_to=removing.remove_class(office.home, name))


def _answer(one: examples.ClassOf) -> ClassAnswer:
    told = {"class": one.name, "examples": len(one.examples), "files": one.examples}
    return ClassAnswer.model_validate(told)

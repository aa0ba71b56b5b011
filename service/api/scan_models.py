"""What the API says of scans: the columns of the view ``results``, and what is known beside them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.api.parts import Box, DecidedBy, DetectionAnswer, FieldDetail, MatchAnswer
from service.desk.scans.scans import State

FieldName = Literal["vendor", "ticket_date", "total", "currency", "tax"]
ScanId = Annotated[int, Field(ge=1, le=2**63 - 1)]


class ScanRow(BaseModel):
    """A row of the view ``results``."""

    model_config = ConfigDict(populate_by_name=True)

    scan_id: int
    original_name: str
    inbox_path: str
    sha256: str
    state: State
    class_name: str | None = Field(alias="class")
    nearest_class: str | None
    score: float | None
    distance: float | None
    runner_up: str | None
    nearest_support: str | None
    pages: int | None
    text: str | None
    vendor: str | None
    ticket_date: str | None
    total: str | None
    currency: str | None
    tax: str | None
    destination: str | None
    duplicate_of: int | None
    error: str | None
    attempts: int
    branch_id: str | None
    index_id: str | None
    received_at: str
    finished_at: str | None


class ScanPage(BaseModel):
    """Scans, newest first.

    ``next``: send it as ``before`` for the page that follows; null where this is the last.
    """

    scans: list[ScanRow]
    next: int | None


class Found(BaseModel):
    """A scan that a search has found, with the line that holds most of it."""

    scan: ScanRow
    page: int | None
    line: str
    words: list[str] = Field(description="What was found in the line.")


class FoundPage(BaseModel):
    """What a search has found, best first."""

    found: list[Found]


class Word(BaseModel):
    """Something that was said of a scan: that it is what it was taken for, or something else."""

    model_config = ConfigDict(populate_by_name=True)

    id: int
    scan_id: int
    said_at: str
    source: Literal["api", "page", "folder", "command"]
    predicted: str | None
    class_before: str | None
    class_name: str = Field(alias="class")
    undone_at: str | None


class EditAnswer(BaseModel):
    """Something that a person wrote into a field, or gave back to it."""

    id: int
    scan_id: int
    edited_at: str
    source: Literal["api", "page"]
    name: FieldName
    value_before: str | None
    value: str | None
    as_read: bool = Field(description="Whether the field was given back what was read.")


class StoredDetection(DetectionAnswer):
    """What a detector said of a scan."""

    threshold: float | None = Field(description="Null where that detector is no longer there.")


class ScanDetail(ScanRow):
    """All that is known of one scan."""

    matches: list[MatchAnswer]
    detections: list[StoredDetection] = Field(description="What each detector said, by name.")
    decided_by: DecidedBy = Field(
        description="Whose answer the verdict was, whatever a person said since; null: nobody's."
    )
    field_details: dict[str, FieldDetail]
    stage: str | None = Field(description="Where its fault arose.")
    advice: str | None = Field(description="What to do about its fault.")
    history: list[Word] = Field(description="What was said of it, oldest first.")
    edits: list[EditAnswer] = Field(description="What was written into its fields, oldest first.")
    present: bool = Field(description="Whether its file stands where it was filed.")


class ReadWord(BaseModel):
    """A word that was read: its box is left, top, width and height in pixels of its page."""

    text: str
    confidence: float
    page: int
    line: tuple[int, int, int] = Field(description="Numbers of its block, paragraph and line.")
    box: Box


class ReadWords(BaseModel):
    """The words of a scan, in reading order."""

    words: list[ReadWord]


class CorrectionRequest(BaseModel):
    """What a scan is."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    class_name: Annotated[str, Field(alias="class", min_length=1, max_length=200)] = Field(
        description="A class that has examples or a detector, or unknown; its own to confirm it."
    )


class CorrectionAnswer(BaseModel):
    """What a scan is taken for now, and where its file is."""

    model_config = ConfigDict(populate_by_name=True)

    scan_id: int
    class_name: str = Field(alias="class")
    destination: str
    moved: bool = Field(description="False while the move still stands in the journal.")


_Written = Annotated[str | None, Field(max_length=1000)]


class EditRequest(BaseModel):
    """Values for one field or more; null empties one, what is left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"minProperties": 1})

    vendor: _Written = Field(None, description="Who gave it.")
    ticket_date: _Written = Field(None, description="As 2026-01-31.")
    total: _Written = Field(None, description="As 12.50.")
    currency: _Written = Field(None, description="As EUR: ISO 4217.")
    tax: _Written = Field(None, description="In the total; as 2.00.")


class FieldValues(BaseModel):
    """What a ticket says."""

    vendor: str | None
    ticket_date: str | None
    total: str | None
    currency: str | None
    tax: str | None


class FieldsAnswer(BaseModel):
    """The fields of a scan, and what is known of each."""

    scan_id: int
    fields: FieldValues
    field_details: dict[str, FieldDetail]


class ExampleRequest(BaseModel):
    """Of what a scan is an example."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    class_name: Annotated[str | None, Field(alias="class", min_length=1, max_length=200)] = Field(
        None, description="A class, which may be new; left out, what the scan is taken for."
    )


class StepModel(BaseModel):
    """A step of preparation, and where its picture is."""

    name: str
    picture: str


class Steps(BaseModel):
    """The steps from the page to what the network sees, in order."""

    steps: list[StepModel]

"""What several answers of the API hold."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Box = tuple[int, int, int, int]


class MatchAnswer(BaseModel):
    """A class that is near."""

    model_config = ConfigDict(populate_by_name=True)

    class_name: str = Field(alias="class")
    support: str = Field(description="Its nearest example.")
    distance: float


class DetectionAnswer(BaseModel):
    """What a detector says."""

    name: str = Field(description="Of the detector, which is its class.")
    detector_id: str
    probability: float = Field(description="Calibrated, that the scan is of its class.")
    accepted: bool = Field(description="Whether that reaches its threshold.")


DecidedBy = Literal["support", "detector"] | None


class FieldDetail(BaseModel):
    """How sure a field is, where it stands, and whether a person wrote it."""

    confidence: float
    page: int | None = Field(description="From 1; null where it was not read anywhere.")
    box: Box | None = Field(description="Left, top, width, height: pixels of the page.")
    edited: bool = Field(description="Whether a person wrote it.")
    read: str | None = Field(description="What was read, where a person wrote something else.")


class AddedAnswer(BaseModel):
    """A file that is an example now."""

    name: str = Field(description="What the file was called.")
    support: str = Field(description="Its name under the support folder.")
    new: bool = Field(description="False if the class had these bytes already.")

"""What every shape is made of, and how it is said that something was not done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from desk.typed import as_sent
from regulation.access_terms import LONGEST_TEXT


def _in_utc(at: datetime) -> datetime:
    """The same moment. Raises `ValueError` for one that the calendar does not reach in UTC."""
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("This is not a time.") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Short = Annotated[str, Field(max_length=64)]
Second = Annotated[float, Field(ge=0, le=1e7)]
Count = Annotated[int, Field(ge=0, le=10_000)]


class Body(BaseModel):
    """What is sent: nothing but what is named."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _kept(cls, sent: Any) -> Any:
        return {name: as_sent(value) for name, value in sent.items()} if isinstance(sent, dict) else sent


class ReasonBody(Body):
    """A reason, and nothing else."""

    reason: Text


class Problem(BaseModel):
    """Why a request was not carried out (RFC 9457). `field` names the entry that cannot be."""

    title: str
    status: int
    detail: str
    detail_zh: str | None = None
    article: str | None = None
    field: str | None = None


def same(shape: type[BaseModel], row: Any, *other: str) -> dict[str, Any]:
    """What the row calls as the shape does, but for the `other` fields."""
    return {name: getattr(row, name) for name in shape.model_fields if name not in other}

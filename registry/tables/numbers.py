"""The short numbers that people see beside ids."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class NumberSeries(SQLModel, table=True):
    """The last number given out in one series: a kind of thing, a unit and a year (``DS-chengguan-2026``)."""

    __tablename__ = "number_series"

    series: str = Field(primary_key=True, max_length=64)
    last: int

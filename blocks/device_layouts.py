"""How a maker's recorder names its files: patterns that turn a name into claims (Art. 4, 15).

A new maker is a few lines of settings: a name, a pattern with the groups `device`, `officer`, `time`, `sequence` (any
of them may be missing) and the form of the time. A name is only ever read, never used as a path.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from pydantic import BaseModel, Field, field_validator

GROUPS = frozenset({"device", "officer", "time", "sequence"})


@dataclass(frozen=True, slots=True)
class Claims:
    """What a file's name says of it. `local_time` is wall-clock time without a zone; nothing here is believed yet."""

    layout: str
    device: str | None = None
    officer: str | None = None
    local_time: datetime | None = None
    sequence: str | None = None


class DeviceLayout(BaseModel):
    """One maker's way of naming, matched against the whole relative path with `/` between folders."""

    name: str = Field(title="Name", description="What people call this layout, e.g. the maker.")
    pattern: str = Field(
        title="Pattern", description="Regular expression with named groups device, officer, time, sequence."
    )
    time_format: str = Field(
        default="%Y%m%d%H%M%S", title="Form of the time", description="As for Python's strptime, local wall-clock time."
    )

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            groups = set(re.compile(pattern).groupindex)
        except re.error as wrong:
            raise ValueError(f"not a regular expression: {wrong}") from None
        if unknown := groups - GROUPS:
            raise ValueError(f"unknown groups {sorted(unknown)}; known are {sorted(GROUPS)}")
        return pattern

    def read(self, name: str) -> Claims | None:
        """The claims of `name`, or None where it does not follow this layout (an impossible time included)."""
        match = _compiled(self.pattern).fullmatch(name)
        if match is None:
            return None
        said = match.groupdict()
        moment = None
        if said.get("time"):
            try:
                moment = datetime.strptime(said["time"], self.time_format)  # noqa: DTZ007 - zone is asserted later
            except ValueError:
                return None
        return Claims(self.name, said.get("device"), said.get("officer"), moment, said.get("sequence"))


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII | re.IGNORECASE)


DEFAULT_LAYOUTS: tuple[DeviceLayout, ...] = (
    # device_officer_time_sequence, the naming that the GA/T 947 family of recorders writes
    DeviceLayout(
        name="device-officer-time-sequence",
        pattern=r"(?:.*/)?(?P<device>[0-9A-Z]{5,24})_(?P<officer>[0-9A-Z]{6,12})_(?P<time>\d{14})"
        r"(?:_(?P<sequence>\d{1,6}))?[A-Z]?\.\w{1,5}",
    ),
    # device-time-sequence, no officer in the name: whoever the recorder was issued to
    DeviceLayout(
        name="device-time-sequence",
        pattern=r"(?:.*/)?(?P<device>[0-9A-Z]{5,24})[_-](?P<time>\d{14})(?:[_-](?P<sequence>\d{1,6}))?\.\w{1,5}",
    ),
    # a folder a device, a folder a day, then the time: DEVICE/20260521/REC_101500.mp4 has no date in the name itself
    DeviceLayout(
        name="device-folder",
        pattern=r"(?:.*/)?(?P<device>[0-9A-Z]{5,24})/(?:DCIM|VIDEO|PHOTO|AUDIO)/(?:.*/)?"
        r"[A-Z]{2,5}_?(?P<time>\d{14})(?:_(?P<sequence>\d{1,6}))?\.\w{1,5}",
    ),
)


def read_claims(name: str, layouts: Sequence[DeviceLayout]) -> Claims | None:
    """What the first fitting layout makes of `name`."""
    return next((claims for layout in layouts if (claims := layout.read(name)) is not None), None)

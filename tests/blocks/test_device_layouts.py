"""What a recorder's file names claim (Art. 4, 15)."""

from __future__ import annotations

from datetime import datetime

import pytest
from pydantic import ValidationError

from blocks.device_layouts import DEFAULT_LAYOUTS, Claims, DeviceLayout, read_claims

NOON = datetime(2026, 5, 21, 12, 0, 0)

KNOWN = {
    "DSJ00001_SL000001_20260521120000_0001.mp4": ("DSJ00001", "SL000001", NOON, "0001"),
    "DCIM/100VIDEO/DSJ00001_SL000001_20260521120000_0001A.MP4": ("DSJ00001", "SL000001", NOON, "0001"),
    "DSJ00001_SL000001_20260521120000.jpg": ("DSJ00001", "SL000001", NOON, None),
    "dsj00001-20260521120000-7.wav": ("dsj00001", None, NOON, "7"),
    "CAM0007/DCIM/REC_20260521120000_0003.MP4": ("CAM0007", None, NOON, "0003"),
}


@pytest.mark.parametrize(("name", "said"), KNOWN.items())
def test_known_layouts_are_read(name: str, said: tuple[str, str | None, datetime, str | None]) -> None:
    claims = read_claims(name, DEFAULT_LAYOUTS)
    assert claims is not None
    assert (claims.device, claims.officer, claims.local_time, claims.sequence) == said


@pytest.mark.parametrize(
    "name",
    [
        "holiday.mp4",
        "DSJ00001_SL000001_20261321120000_0001.mp4",  # a thirteenth month
        "DSJ00001_SL000001_20260230120000_0001.mp4",  # a thirtieth of February
        "DSJ00001_SL000001_20260521120000_0001.mp4\n",
        "DSJ00001_SL000001_２０２６0521120000_0001.mp4",  # digits of another script
        "",
    ],
)
def test_what_no_layout_fits_claims_nothing(name: str) -> None:
    assert read_claims(name, DEFAULT_LAYOUTS) is None


def test_a_new_maker_is_a_few_lines() -> None:
    maker = DeviceLayout.model_validate(
        {"name": "X", "pattern": r"(?P<time>\d{6}-\d{4})_(?P<device>K\d+)\.avi", "time_format": "%y%m%d-%H%M"}
    )
    assert read_claims("260521-1200_K9.avi", [maker]) == Claims("X", "K9", None, NOON, None)


@pytest.mark.parametrize(("pattern", "why"), [("(", "not a regular expression"), ("(?P<owner>x)", "unknown groups")])
def test_a_wrong_pattern_is_refused_when_it_is_set(pattern: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        DeviceLayout(name="X", pattern=pattern)

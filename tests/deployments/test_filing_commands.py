"""What waits to be filed, and the answer, at the command line (Art. 4, 15)."""

from __future__ import annotations

import pytest
from sqlmodel import select

from registry.tables import Filing, Recording
from regulation.errors import ActionDenied
from tests.fixtures.access import Access
from tests.fixtures.typed import Run


@pytest.fixture
def waiting(access_city: Access) -> Recording:
    """A recording of which nobody has said yet where it belongs."""
    with access_city.city.registry.reading() as reading:
        return reading.get_one(Recording, access_city.recordings["sound"])


def filed(access_city: Access, recording: Recording) -> Recording:
    with access_city.city.registry.reading() as reading:
        return reading.exec(select(Recording).where(Recording.id == recording.id)).one()


def test_who_took_part_says_where_a_recording_belongs(
    custody_run: Run, access_city: Access, waiting: Recording
) -> None:
    told = custody_run("filing", "answer", str(waiting.id), "xf-1", "--by", "A1")

    assert told.exit_code == 0, told.output
    now = filed(access_city, waiting)
    assert (now.filing, now.activity_id) == (Filing.FILED, access_city.city.activities["xf-1"])


@pytest.mark.parametrize(("activity", "by"), [("xf-1", "B1"), ("xf-1", "nobody"), ("no-such", "A1")])
def test_nobody_else_does_and_nowhere_else(
    custody_run: Run, access_city: Access, waiting: Recording, activity: str, by: str
) -> None:
    told = custody_run("filing", "answer", str(waiting.id), activity, "--by", by)

    assert isinstance(told.exception, ActionDenied)
    assert filed(access_city, waiting).activity_id is None

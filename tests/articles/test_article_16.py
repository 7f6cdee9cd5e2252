"""Art. 16: stored within 24 hours after the activity ends, or after the return to the unit.

Remote, continuous or outlying work starts the clock at the return, where its reason is recorded.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from blocks.signing import check_signature
from flows.upload import upload_dock_session
from registry.transitions import docking
from regulation.deadlines import UploadClock, is_late, upload_clock, upload_due
from regulation.duties import Clock
from regulation.errors import ActionDenied
from regulation.policy import CITY_POLICY
from regulation.retention import floor_until
from regulation.vocabulary import RemoteReason
from tasks.docking.scan import scan_dump
from tasks.docking.wipe import wipe_dump
from tasks.docking.work import dock_work
from tests.fixtures.stations import NOON, Scene

ON = date(2026, 3, 2)
ENDED = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = ENDED + timedelta(hours=30)
EARLIER = ENDED - timedelta(hours=1)

CLOCK_TABLE = [
    # ended, remote reason, returned -> started, why
    (None, None, None, None, Clock.AWAITS_END),
    (None, RemoteReason.OTHER_PLACE, None, None, Clock.AWAITS_END),
    (None, RemoteReason.OTHER_PLACE, LATER, None, Clock.AWAITS_END),
    (ENDED, None, None, ENDED, Clock.ACTIVITY_ENDED),
    (ENDED, None, LATER, ENDED, Clock.ACTIVITY_ENDED),
    (ENDED, RemoteReason.CONTINUOUS_WORK, None, None, Clock.AWAITS_RETURN),
    (ENDED, RemoteReason.OTHER_PLACE, None, None, Clock.AWAITS_RETURN),
    (ENDED, RemoteReason.OUTLYING_AREA, None, None, Clock.AWAITS_RETURN),
    (ENDED, RemoteReason.CONTINUOUS_WORK, LATER, LATER, Clock.RETURNED),
    (ENDED, RemoteReason.OTHER_PLACE, LATER, LATER, Clock.RETURNED),
    (ENDED, RemoteReason.OUTLYING_AREA, LATER, LATER, Clock.RETURNED),
    (ENDED, RemoteReason.OTHER_PLACE, ENDED, ENDED, Clock.ACTIVITY_ENDED),
    (ENDED, RemoteReason.OTHER_PLACE, EARLIER, ENDED, Clock.ACTIVITY_ENDED),
]


@pytest.mark.parametrize(("ended", "reason", "returned", "started", "why"), CLOCK_TABLE)
def test_when_the_clock_starts_and_why(
    ended: datetime | None,
    reason: RemoteReason | None,
    returned: datetime | None,
    started: datetime | None,
    why: Clock,
) -> None:
    assert upload_clock(ended, reason, returned) == UploadClock(started, why)


def test_the_table_knows_every_state_and_every_reason() -> None:
    assert {row[4] for row in CLOCK_TABLE} == {
        Clock.ACTIVITY_ENDED,
        Clock.RETURNED,
        Clock.AWAITS_END,
        Clock.AWAITS_RETURN,
    }
    assert {row[1] for row in CLOCK_TABLE} - {None} == set(RemoteReason)


def test_footage_is_due_24_hours_after_the_clock_started() -> None:
    assert upload_due(upload_clock(ENDED, None, None), CITY_POLICY, ON) == ENDED + timedelta(hours=24)
    back = upload_clock(ENDED, RemoteReason.OUTLYING_AREA, LATER)
    assert upload_due(back, CITY_POLICY, ON) == LATER + timedelta(hours=24)


def test_nothing_is_due_while_the_clock_waits() -> None:
    assert upload_due(upload_clock(ENDED, RemoteReason.OTHER_PLACE, None), CITY_POLICY, ON) is None
    assert upload_due(upload_clock(None, None, None), CITY_POLICY, ON) is None


@pytest.mark.parametrize(("hours", "late"), [(0, False), (23.999, False), (24, False), (24.001, True), (200, True)])
def test_within_24_hours_includes_the_last_moment(hours: float, late: bool) -> None:
    due = upload_due(upload_clock(ENDED, None, None), CITY_POLICY, ON)
    assert due is not None
    assert is_late(ENDED + timedelta(hours=hours), due) is late


NAME = "DSJ00001_SL000001_20260521120500_0001.mp4"


@pytest.fixture
def dumped(scene: Scene, media_samples: dict[str, bytes]) -> Path:
    """A recording of an activity, on the recorder."""
    path = scene.dump / NAME
    path.write_bytes(media_samples["mp4"])
    os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    return path


@pytest.mark.servers
def test_footage_stored_too_late_is_told(scene: Scene, dumped: Path) -> None:
    scene.activity()
    upload_dock_session(scene.dump, station=scene.name)
    page = (scene.station.receipt_folder / scene.receipt().number / "receipt.html").read_text()
    assert "A16-late" in page


@pytest.mark.servers
def test_a_recorder_may_forget_only_what_is_stored_and_verified(scene: Scene, dumped: Path) -> None:
    (scene.dump / "shortcut.mp4").symlink_to("/etc/hostname")
    upload_dock_session(scene.dump, station=scene.name, wipe=True)
    receipt = scene.receipt()
    document = json.loads(receipt.document)
    check_signature(receipt.document, receipt.signature, scene.station.receipt_key.public_key)
    assert [line["name"] for line in document["may_be_wiped"]] == [NAME]
    assert [line["name"] for line in document["stays_on_device"]] == ["shortcut.mp4"]
    assert [path.name for path in scene.dump.iterdir()] == ["shortcut.mp4"]
    (original,) = scene.originals()
    assert original.name == document["may_be_wiped"][0]["sha256"] == sha256(original.read_bytes()).hexdigest()


@pytest.mark.servers
def test_nothing_may_be_forgotten_before_the_session_is_sealed(scene: Scene, dumped: Path) -> None:
    now = lambda: datetime.now(UTC)  # noqa: E731
    with dock_work(scene.station, scene.dump, now) as work:
        scan_dump.fn(work)
        with pytest.raises(ActionDenied, match="sealed"):
            wipe_dump.fn(work)
        with pytest.raises(ActionDenied), work.acting() as act:
            docking.seal_session(
                act, work.session_id, receipt_number="R-chengguan-2026-99999", document="{}", key_id="", signature=""
            )
    assert dumped.exists()


@pytest.mark.servers
def test_every_original_is_locked_for_at_least_the_article_s_floor(scene: Scene, dumped: Path) -> None:
    upload_dock_session(scene.dump, station=scene.name)
    (held,) = scene.station.vault.originals("chengguan")
    assert held.retain_until is not None
    months = CITY_POLICY.value("routine_retention_months", ON)
    assert held.retain_until >= floor_until(datetime.now(UTC) - timedelta(days=1), UTC, months)

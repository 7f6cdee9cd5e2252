"""What a dock session and a person who files ask of the registry (Art. 4, 15, 16)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from registry.queries import dock_sessions, docks, intake
from registry.queries.waiting import waiting_for_filing
from registry.tables import Condition, DockSession, Filing, ItemOutcome
from registry.transitions import docking
from registry.transitions.docking import Probed, ScannedEntry, SetAside
from regulation.filing import Candidate, FilingDecision, Outcome
from regulation.vocabulary import MediaKind
from tests.fixtures.custody import CITY_RULES, FLOOR, City, sha, taken_in


@pytest.fixture
def session(city: City) -> DockSession:
    """Two originals, a copy of the first, a growing file, one that vanished and one still to be read."""
    session = city.open("/dock/a")
    entries = [
        ScannedEntry(name.encode(), name, size, size) for size, name in enumerate(("a", "b", "c", "g", "v", "w"))
    ]
    with city.act() as act:
        docking.record_scan(act, session.id, entries)
    ids = item_ids(city, session)
    growing = taken_in(ids["g"], "half", ItemOutcome.GROWING)
    city.register(session, [taken_in(ids["a"], "one"), taken_in(ids["b"], "two"), taken_in(ids["c"], "one"), growing])
    with city.act() as act:
        docking.set_aside(act, session.id, [SetAside(ids["v"], ItemOutcome.VANISHED, "gone")])
    return session


def item_ids(city: City, session: DockSession) -> dict[str, UUID]:
    return {item.shown_name: item.id for item in city.items(session)}


def finish(city: City, session: DockSession) -> None:
    with city.act() as act:
        docking.set_aside(act, session.id, [SetAside(item_ids(city, session)["w"], ItemOutcome.UNREADABLE)])
    city.seal(session)


def test_what_is_still_to_be_read(city: City, session: DockSession) -> None:
    with city.registry.reading() as reading:
        assert [item.shown_name for item in intake.items_to_take_in(reading, session.id)] == ["w"]


def test_originals_as_big_as_something_to_be_read(city: City, session: DockSession) -> None:
    with city.registry.reading() as reading:
        known = intake.originals_of_sizes(reading, session.unit_id, [3, 3, 99])
        assert intake.originals_of_sizes(reading, city.unit_id("jt"), [3]) == {}
    assert {size: set(by_digest) for size, by_digest in known.items()} == {3: {sha("one"), sha("two")}}
    assert known[3][sha("one")].retain_until == FLOOR


def test_each_original_is_probed_and_filed_once(city: City, session: DockSession) -> None:
    with city.registry.reading() as reading:
        to_probe = intake.originals_to_probe(reading, session.id)
        to_file = intake.spans_to_file(reading, session.id)
    assert [(one.shown_name, one.size) for one in to_probe] == [("a", 3), ("b", 3), ("g", 4)]
    assert {one.recording_id for one in to_file} == {one.recording_id for one in to_probe}
    probed = [Probed(one.recording_id, MediaKind.PHOTO, Condition.WHOLE) for one in to_probe[:2]]
    with city.act() as act:
        docking.record_probes(act, session.id, probed)
        decision = FilingDecision(to_probe[0].recording_id, Outcome.FILED, city.activities["xf-1"], ())
        docking.file_recordings(act, session.id, [decision], rules=CITY_RULES)
    with city.registry.reading() as reading:
        assert [one.shown_name for one in intake.originals_to_probe(reading, session.id)] == ["g"]
        assert len(intake.spans_to_file(reading, session.id)) == 2


def test_a_receipt_has_a_line_for_every_entry(city: City, session: DockSession) -> None:
    with city.registry.reading() as reading:
        lines = {line.shown_name: line for line in intake.receipt_lines(reading, session.id)}
    assert [name for name, line in lines.items() if line.may_be_wiped] == ["a", "b", "c"]
    assert lines["a"].sha256 == lines["c"].sha256 == sha("one")
    # What was read counts; where nothing was, what the scan saw.
    assert (lines["g"].size, lines["v"].size, lines["v"].note) == (4, 4, "gone")


def test_people_see_each_original_once_with_device_and_activity(city: City, session: DockSession) -> None:
    recordings = {one.sha256: one.id for one in city.recordings(session)}
    seen = Probed(
        recordings[sha("one")], MediaKind.VIDEO, Condition.DAMAGED, "mp4", duration_seconds=1.0,
        device_id=city.devices["D1"], officer_id=city.people["A1"], clock_offset_seconds=2.0, started_at=city.now,
        note="truncated",
    )  # fmt: skip
    with city.act() as act:
        docking.record_probes(act, session.id, [seen])
        decision = FilingDecision(seen.recording_id, Outcome.FILED, city.activities["xf-1"], ())
        docking.file_recordings(act, session.id, [decision], rules=CITY_RULES)
    with city.registry.reading() as reading:
        rows = {row.shown_name: row for row in intake.session_recordings(reading, session.id)}
    assert list(rows) == ["a", "b", "g"]
    assert (rows["a"].device_number, rows["a"].activity_number, rows["a"].filing) == ("D1", "xf-1", Filing.FILED)
    assert (rows["a"].note, rows["a"].officer_id) == ("truncated", city.people["A1"])
    assert (rows["b"].device_number, rows["b"].activity_number) == (None, None)


def test_sessions_of_a_source(city: City, session: DockSession) -> None:
    with city.registry.reading() as reading:
        assert intake.unit_by_id(reading, session.unit_id).code == "xf"
        assert dock_sessions.open_session_of(reading, "/dock/a") == session
        assert dock_sessions.last_sealed_session_of(reading, "/dock/a") is None
        assert dock_sessions.last_sealed_state_of(reading, "/dock/a") is None
        assert intake.receipt_of(reading, session.id) is None
    finish(city, session)
    city.wait(hours=1)
    later = city.open("/dock/a")
    city.seal(later)
    with city.registry.reading() as reading:
        assert dock_sessions.open_session_of(reading, "/dock/a") is None
        last = dock_sessions.last_sealed_session_of(reading, "/dock/a")
        first = docks.first_session_of(reading, "/dock/a")
        assert last is not None
        assert first is not None
        assert (first.id, last.id) == (session.id, later.id)
        receipt = intake.receipt_of(reading, session.id)
        assert receipt is not None
        assert receipt.session_id == session.id
        assert dock_sessions.last_sealed_state_of(reading, "/dock/a") == dock_sessions.DumpState(0, 0, 0)


def test_the_outline_of_a_sealed_dump(city: City, session: DockSession) -> None:
    finish(city, session)
    with city.registry.reading() as reading:
        assert dock_sessions.last_sealed_state_of(reading, "/dock/a") == dock_sessions.DumpState(6, 15, 5)


def test_what_is_left_to_wipe(city: City, session: DockSession) -> None:
    finish(city, session)
    with city.act() as act:
        docking.record_wiped(act, session.id, [item_ids(city, session)["a"]])
    with city.registry.reading() as reading:
        assert {item.shown_name for item in intake.items_to_wipe(reading, session.id)} == {"b", "c"}


def test_what_waits_for_an_officers_word(city: City, session: DockSession) -> None:
    one, two, half = (
        next(it.id for it in city.recordings(session) if it.sha256 == sha(content))
        for content in ("one", "two", "half")
    )
    candidates = (Candidate(city.activities["xf-1"], 5.0), Candidate(city.activities["xf-2"], 60.0))
    city.wait(hours=2)
    with city.act() as act:
        probed = Probed(two, MediaKind.VIDEO, Condition.WHOLE, device_id=city.devices["D1"], started_at=city.now)
        docking.record_probes(act, session.id, [probed])
        decisions = [
            FilingDecision(one, Outcome.UNFILED, None, ()),
            FilingDecision(two, Outcome.ASKED, None, candidates),
            FilingDecision(half, Outcome.FILED, city.activities["xf-1"], ()),
        ]
        docking.file_recordings(act, session.id, decisions, rules=CITY_RULES)
    with city.registry.reading() as reading:
        waiting = {row.recording_id: row for row in waiting_for_filing(reading)}
        assert waiting_for_filing(reading, "jt") == []
        assert len(waiting_for_filing(reading, "xf")) == 2
    assert waiting.keys() == {one, two}
    assert waiting[one].candidates == ()
    assert waiting[two].candidates == ("xf-2", "xf-1")
    assert (waiting[two].device_number, waiting[two].unit_code) == ("D1", "xf")
    assert waiting[two].due_at == session.opened_at + timedelta(hours=72)

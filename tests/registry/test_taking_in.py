"""Scanning, registering, setting aside, probing: what happens to the entries of a dump (Art. 4, 7, 16)."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest

from registry import queries
from registry.database import Registry
from registry.ledger import verify, verify_rows
from registry.tables import Condition, Filing, ItemOutcome, RecordingState
from registry.transitions import docking
from registry.transitions.docking import Probed, RegisteredItem, ScannedEntry, SetAside, TakenIn
from registry.types import new_id
from regulation.errors import ActionDenied, FixityError
from regulation.vocabulary import MediaKind
from tests.fixtures.custody import FLOOR, City, sha, taken_in


def facts(city: City, subject_id: UUID, event: str) -> list[dict[str, object]]:
    with city.registry.reading() as reading:
        return [json.loads(one.facts) for one in queries.history_of(reading, subject_id) if one.event == event]


def outcomes(city: City, session_id: UUID) -> dict[ItemOutcome, int]:
    with city.registry.reading() as reading:
        return queries.outcome_counts(reading, session_id)


class TestScanning:
    def test_every_entry_becomes_an_item_once(self, city: City) -> None:
        session = city.open()
        items = city.scan(session, "b", "a")
        entries = city.entries()

        assert [item.shown_name for item in items] == ["a", "b"]
        assert city.scan(session, "a", "b") == items
        assert city.entries() == entries
        assert facts(city, session.id, "session.scanned")[0]["outcomes"] == {"found": 2}

    def test_hostile_names_are_kept_byte_for_byte(self, city: City) -> None:
        session = city.open()
        names = [b"../../x", b"\xff\xfe", b"a\x00b", "\u202egpj.exe".encode(), b"-rf", b"n" * 255]
        entries = [ScannedEntry(name, name.decode("utf-8", "surrogateescape"), 1, 1, note="\0\udc80") for name in names]
        with city.act() as act:
            docking.record_scan(act, session.id, entries)
        with city.act() as act:
            docking.record_scan(act, session.id, entries)

        items = city.items(session)
        assert [item.raw_name for item in items] == sorted(names)
        assert {item.note for item in items} == {"\ufffd\ufffd"}
        assert len(facts(city, session.id, "session.scanned")) == 1

    def test_what_was_taken_in_stays_when_the_file_is_the_same(self, city: City) -> None:
        session = city.open()
        city.store(session, "a", "b")

        city.scan(session, "a", "b")

        assert outcomes(city, session.id) == {ItemOutcome.STORED: 2}

    def test_a_changed_file_is_found_anew_and_its_first_content_stays_an_original(self, city: City) -> None:
        session = city.open()
        first = city.store(session, "a", "b")

        items = city.scan(session, "a", size=2)

        assert [(item.outcome, item.recording_id is None) for item in items] == [
            (ItemOutcome.FOUND, True),
            (ItemOutcome.STORED, False),
        ]
        assert facts(city, items[0].id, "item.changed")[0]["outcome"] == "stored"
        assert city.recordings(session) == first
        city.register(session, [taken_in(items[0].id, "a2")])
        assert len(city.recordings(session)) == 3
        assert verify_rows(city.registry).problems == []

    def test_what_could_not_be_read_is_tried_again(self, city: City) -> None:
        session = city.open()
        [item] = city.scan(session, "a")
        with city.act() as act:
            docking.set_aside(act, session.id, [SetAside(item.id, ItemOutcome.UNREADABLE, "Input/output error")])

        [item] = city.scan(session, "a")

        assert (item.outcome, item.note) == (ItemOutcome.FOUND, None)
        assert facts(city, item.id, "item.changed") == []

    def test_entries_with_one_name_are_one_item(self, city: City) -> None:
        session = city.open()
        with city.act() as act:
            docking.record_scan(act, session.id, [ScannedEntry(b"a", "a", 1, 1), ScannedEntry(b"a", "a", 2, 2)])

        [item] = city.items(session)
        assert item.size == 2

    def test_thousands_of_entries_in_one_scan(self, city: City) -> None:
        session = city.open()
        entries = [ScannedEntry(b"%d" % n, str(n), n, n) for n in range(2_500)]
        for _ in range(2):
            with city.act() as act:
                docking.record_scan(act, session.id, entries)

        assert outcomes(city, session.id) == {ItemOutcome.FOUND: 2_500}

    def test_a_sealed_session_is_not_scanned_again(self, city: City) -> None:
        session = city.open()
        city.seal(session)

        with pytest.raises(ActionDenied, match="sealed"):
            city.scan(session, "a")

    def test_an_unknown_session_is_refused(self, city: City) -> None:
        with city.act() as act, pytest.raises(ActionDenied, match="no such dock session"):
            docking.record_scan(act, new_id(), [])


class TestRegistering:
    def test_an_original_is_entered_with_what_the_vault_holds(self, city: City) -> None:
        session = city.open()
        [item] = city.scan(session, "a")

        [registered] = city.register(session, [taken_in(item.id, "content")])

        [recording] = city.recordings(session)
        [item] = city.items(session)
        assert registered == RegisteredItem(item.id, recording.id, ItemOutcome.STORED)
        assert (item.outcome, item.recording_id) == (ItemOutcome.STORED, recording.id)
        assert (recording.sha256, recording.sm3, recording.size) == (sha("content"), sha("sm3content"), 7)
        assert (recording.state, recording.filing) == (RecordingState.VERIFIED, Filing.PENDING)
        assert (recording.received_at, recording.retain_until) == (city.now, FLOOR)
        [verified] = facts(city, recording.id, "recording.verified")
        assert verified == {
            "item_id": str(item.id),
            "retain_until": "2027-05-24T16:00:00.000000Z",
            "session_id": str(session.id),
            "sha256": sha("content"),
            "size": 7,
            "sm3": sha("sm3content"),
            "vault_key": f"originals/xf/{sha('content')}",
            "vault_version": None,
        }

    def test_the_same_content_is_one_original_within_a_batch_and_across_sessions(self, city: City) -> None:
        session, later = city.open("/dock/a"), city.open("/dock/b")
        a, b = city.scan(session, "a", "b")
        [c] = city.scan(later, "c")

        first, second = city.register(session, [taken_in(a.id, "x"), taken_in(b.id, "x")])
        [third] = city.register(later, [taken_in(c.id, "x")])

        assert [first.outcome, second.outcome, third.outcome] == ["stored", "duplicate", "duplicate"]
        assert first.recording_id == second.recording_id == third.recording_id
        assert len(city.recordings(session)) == 1
        assert city.recordings(later) == []
        assert facts(city, c.id, "item.duplicated")[0]["recording_id"] == str(first.recording_id)

    def test_each_unit_keeps_its_own_original(self, city: City) -> None:
        ours, theirs = city.open("/dock/a", "xf"), city.open("/dock/b", "jt")

        assert len(city.store(ours, "x")) == len(city.store(theirs, "x")) == 1

    def test_again_changes_nothing(self, city: City) -> None:
        session = city.open()
        a, b, c = city.scan(session, "a", "b", "c")
        intakes = [taken_in(a.id, "x"), taken_in(b.id, "x"), taken_in(c.id, "z", ItemOutcome.GROWING)]
        registered = city.register(session, intakes)
        before = (city.entries(), city.items(session), city.recordings(session))
        city.wait(hours=1)

        assert city.register(session, intakes) == registered
        assert (city.entries(), city.items(session), city.recordings(session)) == before

    def test_again_changes_nothing_even_when_sealed(self, city: City) -> None:
        session = city.open()
        [a] = city.scan(session, "a")
        registered = city.register(session, [taken_in(a.id, "x")])
        city.seal(session)

        assert city.register(session, [taken_in(a.id, "x")]) == registered

    def test_nothing_new_enters_a_sealed_session(self, city: City) -> None:
        session = city.open()
        [a] = city.scan(session, "a")
        with city.act() as act:
            docking.set_aside(act, session.id, [SetAside(a.id, ItemOutcome.VANISHED)])
        city.seal(session)

        with pytest.raises(ActionDenied, match="sealed"):
            city.register(session, [taken_in(a.id, "x")])

    def test_what_a_growing_file_held_is_kept_but_the_file_stays(self, city: City) -> None:
        session = city.open()
        [a] = city.scan(session, "a")

        [registered] = city.register(session, [taken_in(a.id, "half", ItemOutcome.GROWING)])

        assert registered.outcome is ItemOutcome.GROWING
        assert len(city.recordings(session)) == 1
        assert city.events(a.id) == ["item.set-aside"]

    def test_a_growing_file_whose_bytes_are_known_stays_too(self, city: City) -> None:
        session = city.open()
        a, b = city.scan(session, "a", "b")
        city.register(session, [taken_in(a.id, "x")])

        [registered] = city.register(session, [taken_in(b.id, "x", ItemOutcome.GROWING)])

        assert registered.outcome is ItemOutcome.GROWING
        assert city.events(b.id) == ["item.set-aside"]

    def test_a_file_that_stopped_growing_is_taken_in(self, city: City) -> None:
        session = city.open()
        [a] = city.scan(session, "a")
        city.register(session, [taken_in(a.id, "half", ItemOutcome.GROWING)])

        [whole] = city.register(session, [taken_in(a.id, "whole")])
        assert whole.outcome is ItemOutcome.STORED

        [b] = [item for item in city.scan(session, "a", "b") if item.shown_name == "b"]
        city.register(session, [taken_in(b.id, "as it was", ItemOutcome.GROWING)])
        [same] = city.register(session, [taken_in(b.id, "as it was")])
        assert same.outcome is ItemOutcome.DUPLICATE
        assert verify_rows(city.registry).problems == []

    def test_an_item_is_not_taken_in_with_other_content(self, city: City) -> None:
        session = city.open()
        [a] = city.scan(session, "a")
        city.register(session, [taken_in(a.id, "x")])

        with pytest.raises(ActionDenied, match="other content") as denied:
            city.register(session, [taken_in(a.id, "y")])
        assert denied.value.article == "Art. 7"

    def test_an_item_of_another_session_is_refused(self, city: City) -> None:
        [foreign] = city.scan(city.open("/dock/b"), "a")

        with pytest.raises(ActionDenied, match="not of the dock session"):
            city.register(city.open("/dock/a"), [taken_in(foreign.id, "x")])

    @pytest.mark.parametrize("change", [{"size": 99}, {"sm3": sha("other")}])
    def test_one_sha256_with_two_contents_is_an_alarm(self, city: City, change: dict[str, object]) -> None:
        session = city.open()
        a, b = city.scan(session, "a", "b")
        city.register(session, [taken_in(a.id, "x")])
        same = taken_in(b.id, "x")
        lie = {"sm3": same.sm3, "size": same.size} | change

        with pytest.raises(FixityError, match="same SHA-256"):
            city.register(
                session,
                [TakenIn(b.id, same.sha256, lie["sm3"], lie["size"], same.vault_key, None, None)],  # type: ignore[arg-type]
            )

    def test_a_missing_second_digest_is_no_contradiction(self, city: City) -> None:
        session = city.open()
        a, b = city.scan(session, "a", "b")
        city.register(session, [TakenIn(a.id, sha("x"), None, 1, "key", "v1", None)])

        [registered] = city.register(session, [taken_in(b.id, "x")])

        assert registered.outcome is ItemOutcome.DUPLICATE
        assert verify_rows(city.registry).problems == []

    def test_nothing_to_register(self, city: City) -> None:
        assert city.register(city.open(), []) == []

    @pytest.mark.parametrize(
        "arguments",
        [
            {"sha256": "A" * 64},
            {"sha256": "short"},
            {"sm3": "x" * 64},
            {"outcome": ItemOutcome.DUPLICATE},
        ],
    )
    def test_nonsense_is_no_intake(self, arguments: dict[str, str]) -> None:
        sound: dict[str, object] = {"sha256": sha("x"), "sm3": None, "outcome": ItemOutcome.STORED}
        with pytest.raises(ValueError, match=r"hexadecimal|stored or growing"):
            TakenIn(new_id(), size=1, vault_key="k", vault_version=None, retain_until=None, **(sound | arguments))  # type: ignore[arg-type]


class TestSettingAside:
    def test_the_reason_stands_with_the_item_and_stays_out_of_the_ledger(self, city: City) -> None:
        session = city.open()
        [a] = city.scan(session, "a")
        aside = [SetAside(a.id, ItemOutcome.UNREADABLE, "secret.mp4: Input/output error")]
        with city.act() as act:
            docking.set_aside(act, session.id, aside)
        entries = city.entries()
        with city.act() as act:
            docking.set_aside(act, session.id, aside)

        [item] = city.items(session)
        assert (item.outcome, item.note) == (ItemOutcome.UNREADABLE, "secret.mp4: Input/output error")
        assert city.entries() == entries
        assert facts(city, a.id, "item.set-aside") == [{"outcome": "unreadable", "session_id": str(session.id)}]

    def test_what_was_taken_in_is_not_set_aside(self, city: City) -> None:
        session = city.open()
        city.store(session, "a")
        [a] = city.items(session)

        with city.act() as act, pytest.raises(ActionDenied, match="already taken in"):
            docking.set_aside(act, session.id, [SetAside(a.id, ItemOutcome.VANISHED)])

    def test_what_the_vault_lost_is_no_longer_offered_for_wiping(self, city: City) -> None:
        session = city.open()
        city.store(session, "a")
        [a] = city.items(session)
        with city.act() as act:
            docking.set_aside(act, session.id, [SetAside(a.id, ItemOutcome.MISMATCHED, "the vault no longer holds it")])
        city.seal(session)

        with city.act() as act, pytest.raises(ActionDenied, match="not stored and verified"):
            docking.record_wiped(act, session.id, [a.id])

    def test_nothing_is_set_aside_in_a_sealed_session(self, city: City) -> None:
        session = city.open()
        [a] = city.scan(session, "a")
        aside = [SetAside(a.id, ItemOutcome.VANISHED)]
        with city.act() as act:
            docking.set_aside(act, session.id, aside)
        city.seal(session)

        with city.act() as act:
            docking.set_aside(act, session.id, aside)
            with pytest.raises(ActionDenied, match="sealed"):
                docking.set_aside(act, session.id, [SetAside(a.id, ItemOutcome.UNREADABLE)])

    @pytest.mark.parametrize("outcome", [ItemOutcome.FOUND, ItemOutcome.STORED, ItemOutcome.DUPLICATE])
    def test_some_outcomes_set_nothing_aside(self, outcome: ItemOutcome) -> None:
        with pytest.raises(ValueError, match="sets nothing aside"):
            SetAside(new_id(), outcome)


class TestProbing:
    def probed(self, city: City, recording_id: UUID) -> Probed:
        return Probed(
            recording_id,
            MediaKind.VIDEO,
            Condition.DAMAGED,
            "mp4",
            "h264 640x360 15/s\0",
            12.5,
            city.now - timedelta(minutes=5),
            city.now,
            city.devices["D1"],
            city.people["A1"],
            -3.25,
            city.now - timedelta(minutes=6),
            city.now - timedelta(minutes=1),
            "张三.mp4: moov atom not found\0",
        )

    def test_what_was_seen_stands_with_the_recording(self, city: City) -> None:
        session = city.open()
        [recording] = city.store(session, "a")
        probed = self.probed(city, recording.id)
        for _ in range(2):
            with city.act() as act:
                docking.record_probes(act, session.id, [probed])

        [seen] = city.recordings(session)
        assert (seen.media_kind, seen.condition, seen.container) == (MediaKind.VIDEO, Condition.DAMAGED, "mp4")
        assert seen.streams == "h264 640x360 15/s\ufffd"
        assert (seen.duration_seconds, seen.clock_offset_seconds) == (12.5, -3.25)
        assert (seen.device_id, seen.officer_id) == (city.devices["D1"], city.people["A1"])
        assert seen.ended_at == city.now - timedelta(minutes=1)
        assert seen.note == "张三.mp4: moov atom not found\ufffd"
        [told] = facts(city, recording.id, "recording.probed")
        assert "note" not in told
        assert told["officer_id"] == str(city.people["A1"])

    def test_a_better_probe_corrects_it(self, city: City) -> None:
        session = city.open()
        [recording] = city.store(session, "a")
        for condition in (Condition.DAMAGED, Condition.WHOLE):
            with city.act() as act:
                docking.record_probes(act, session.id, [Probed(recording.id, MediaKind.VIDEO, condition)])

        assert city.recordings(session)[0].condition is Condition.WHOLE
        assert len(facts(city, recording.id, "recording.probed")) == 2

    def test_recordings_of_other_sessions_are_refused(self, city: City) -> None:
        [foreign] = city.store(city.open("/dock/b"), "a")
        session = city.open("/dock/a")

        with city.act() as act, pytest.raises(ActionDenied, match="not of the dock session"):
            docking.record_probes(act, session.id, [Probed(foreign.id, MediaKind.VIDEO, Condition.WHOLE)])


def test_an_act_that_fails_leaves_nothing(city: City) -> None:
    session = city.open()
    a, _ = city.scan(session, "a", "b")
    entries = city.entries()

    with pytest.raises(ActionDenied), city.act() as act:
        docking.register_originals(act, session.id, [taken_in(a.id, "x")])
        docking.set_aside(act, session.id, [SetAside(a.id, ItemOutcome.VANISHED)])

    assert city.entries() == entries
    assert city.recordings(session) == []
    assert {item.outcome for item in city.items(session)} == {ItemOutcome.FOUND}


def test_the_ledger_holds_throughout(city: City, registry: Registry) -> None:
    session = city.open()
    city.store(session, *"abcdef")
    city.seal(session)

    report = verify(registry)
    assert (report.problems, report.entries) == ([], city.entries())

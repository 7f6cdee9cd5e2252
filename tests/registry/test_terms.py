"""Terms as the facts and the policy have them, settled in the registry (Art. 18, 23)."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from registry.ledger import Event
from registry.queries.vault_locks import stale_in_vault
from registry.tables import Recording, Shortened, TermChangeItem, TermTouch
from registry.transitions import retention
from registry.transitions.retention import CaseEntry, ToldVault
from regulation.access_terms import FieldDenied
from regulation.errors import ActionDenied, ConfigurationError
from regulation.expiry import LAST_LOCK
from regulation.parameters import CITY
from regulation.policy import CITY_POLICY, Policy, layer_from
from regulation.retention import Kept, RetentionClass, Trigger
from regulation.vocabulary import ActivityKind
from tests.fixtures.disposal import Disposal

LONG = ActivityKind.INVESTIGATION
CLOSED = date(2026, 11, 23)


def superior(months: int, name: str = "routine_retention_months", number: str = "1号") -> Policy:
    """What a superior's document makes of a term."""
    text = f"""
        layer = "sector-superior"
        document = "部执法规〔2026〕{number}"
        [parameters.{name}]
        value = {months}
        valid_from = 2026-01-01
        article = "Art. 11"
    """
    return Policy([CITY, layer_from(tomllib.loads(text), source="superior.toml")])


def touched(city: Disposal) -> set[UUID]:
    with city.city.registry.reading() as reading:
        return set(reading.exec(select(TermTouch.recording_id)))


def due_on(city: Disposal, name: str = "old") -> str | None:
    city.settle()
    term = city.term(name)
    assert (term.due_on is None) != (term.kept is None)
    return None if term.due_on is None else str(term.due_on)


# Facts


def test_settling_again_changes_nothing_and_says_nothing(disposal_city: Disposal) -> None:
    first = disposal_city.settle()
    assert (first.opened, first.changed, first.shorter) == (6, 0, 0)
    entries = disposal_city.city.entries()
    with disposal_city.city.act() as act:
        retention.touch_terms(act, [disposal_city.recording("old")] * 2)
    again = disposal_city.settle()
    assert (again.opened, again.changed, disposal_city.city.entries()) == (0, 0, entries)
    assert touched(disposal_city) == set()


def test_what_is_known_of_a_term_is_kept_with_it(disposal_city: Disposal) -> None:
    disposal_city.settle()
    term = disposal_city.term("old")
    assert (term.article, term.trigger, term.trigger_on) == ("Art. 18(1)", Trigger.RECORDING_ENDED, date(2026, 11, 23))
    assert term.policy_version == CITY_POLICY.version
    [facts] = [one for one in disposal_city.facts(Event.TERMS_SETTLED) if one["terms"] == 4]  # all of xf
    assert len(facts["sha256"]) == 64


def test_each_kind_of_activity_without_a_case(disposal_city: Disposal) -> None:
    for kind in ActivityKind:
        disposal_city.activity(kind.value, kind)
        disposal_city.seal_filed(kind.value, kind.value)
    disposal_city.settle()
    assert {kind: disposal_city.term(kind.value).kept for kind in ActivityKind} == {
        ActivityKind.INSPECTION: None,
        ActivityKind.SUMMARY_PENALTY: Kept.NO_CASE,
        ActivityKind.INVESTIGATION: Kept.NO_CASE,
        ActivityKind.HEARING_OF_PARTIES: Kept.NO_TERM,
        ActivityKind.ENFORCEMENT: Kept.NO_CASE,
        ActivityKind.SERVICE_OF_DOCUMENTS: Kept.NO_TERM,
        ActivityKind.DISPUTE_PRONE: Kept.NO_TERM,
    }


def test_a_correction_of_the_activity_is_followed(disposal_city: Disposal) -> None:
    disposal_city.activity("new", LONG, "案-1")
    disposal_city.seal_filed("new", "it")
    disposal_city.settle()
    assert disposal_city.term("it").kept is Kept.CASE_UNKNOWN
    disposal_city.activity("new", ActivityKind.INSPECTION)
    assert due_on(disposal_city, "it") == "2027-05-23"
    disposal_city.activity("new", LONG)
    disposal_city.settle()
    assert disposal_city.term("it").kept is Kept.NO_CASE


def test_a_case_file_that_is_entered_closed_opened_and_closed_again(disposal_city: Disposal) -> None:
    disposal_city.activity("new", LONG, "案-1")
    disposal_city.seal_filed("new", "it")
    disposal_city.settle()
    said = [disposal_city.term("it").kept]
    disposal_city.case("案-1")
    assert due_on(disposal_city, "it") is None
    said.append(disposal_city.term("it").kept)
    disposal_city.city.wait(days=1)
    disposal_city.case("案-1", CLOSED, 10)
    assert due_on(disposal_city, "it") == "2036-11-23"
    assert disposal_city.term("it").trigger is Trigger.CASE_CLOSED
    disposal_city.case("案-1", None, 10)
    assert due_on(disposal_city, "it") is None
    said.append(disposal_city.term("it").kept)
    disposal_city.case("案-1", CLOSED + timedelta(days=1), 10)
    assert due_on(disposal_city, "it") == "2036-11-24"
    disposal_city.case("案-1", CLOSED + timedelta(days=1), permanent=True)
    assert due_on(disposal_city, "it") is None
    said.append(disposal_city.term("it").kept)
    disposal_city.case("案-1", CLOSED + timedelta(days=1))
    disposal_city.settle()
    said.append(disposal_city.term("it").kept)
    assert said == [Kept.CASE_UNKNOWN, Kept.CASE_OPEN, Kept.CASE_OPEN, Kept.CASE_PERMANENT, Kept.CASE_OPEN]
    assert disposal_city.problems() == []


def test_the_same_case_entered_again_is_no_change(disposal_city: Disposal) -> None:
    first = disposal_city.case("案-1", CLOSED, 10)
    entries = disposal_city.city.entries()
    assert disposal_city.case("案-1", CLOSED, 10) == first
    assert disposal_city.city.entries() == entries


NO_CASE_FILES: list[tuple[str, dict[str, object]]] = [
    ("unit", {"unit": "nowhere"}),
    ("number", {"number": ""}),
    ("number", {"number": " 案-1"}),
    ("number", {"number": "x" * 65}),
    ("keep_years", {"permanent": True, "keep_years": 3}),
    ("keep_years", {"keep_years": 0}),
    ("keep_years", {"keep_years": 101}),
    ("closed_on", {"closed_on": date(2026, 11, 24)}),
    ("document", {"closed_on": CLOSED, "document": None}),
    ("document", {"permanent": True, "document": " "}),
    ("document", {"keep_years": 3, "document": None}),
]


def test_what_is_no_case_file_is_refused_by_its_field(disposal_city: Disposal) -> None:
    entries = disposal_city.city.entries()
    for field, changed in NO_CASE_FILES:
        given: dict[str, object] = {"number": "案-1", "unit": "xf", "document": "结案审批表"} | changed
        with pytest.raises(FieldDenied) as denied, disposal_city.city.act() as act:
            retention.enter_case(act, CaseEntry(**given), disposal_city.person("A3"))  # type: ignore[arg-type]
        assert denied.value.subject == field
    assert disposal_city.city.entries() == entries


def test_today_is_no_future_and_it_is_the_units_day(disposal_city: Disposal) -> None:
    """At 17:00 UTC it is the next day in Shanghai already."""
    disposal_city.city.now = datetime(2026, 11, 23, 17, tzinfo=UTC)
    disposal_city.case("案-1", date(2026, 11, 24), 10)


def test_who_keeps_case_files(disposal_city: Disposal) -> None:
    for by in ("A1", "A2", "L2", "C1", "B1", "J3"):
        with pytest.raises(ActionDenied, match="keeps case files"):
            disposal_city.case("案-1", by=by)
    for by in ("A3", "L3", "S1"):
        disposal_city.case(f"案-{by}", by=by)
    assert disposal_city.problems() == []


def test_a_case_of_a_department_is_its_units_and_no_other_units(disposal_city: Disposal) -> None:
    first = disposal_city.case("案-1", unit="xfa", by="L1")
    assert disposal_city.case("案-1", by="A3", closed_on=CLOSED, years=1) == first
    with pytest.raises(FieldDenied, match="Another unit"):
        disposal_city.case("案-1", unit="jt", by="J3")


# Used as evidence


def test_what_is_used_as_evidence_is_kept_as_the_case_is(disposal_city: Disposal) -> None:
    """Of several classes the longest counts."""
    disposal_city.case("案-1", CLOSED, 1)
    disposal_city.case("案-2", CLOSED, 30)
    disposal_city.use("案-1", "old")
    assert (due_on(disposal_city), disposal_city.term("old").retention_class) == ("2027-11-23", RetentionClass.EVIDENCE)
    disposal_city.use("案-2", "old", "older")
    entries = disposal_city.city.entries()
    disposal_city.use("案-2", "old", "older")
    assert disposal_city.city.entries() == entries
    assert due_on(disposal_city) == "2056-11-23"
    disposal_city.case("案-2", CLOSED, permanent=True)
    assert due_on(disposal_city) is None
    assert disposal_city.term("old").kept is Kept.CASE_PERMANENT
    assert disposal_city.problems() == []


def test_evidence_is_entered_by_who_has_a_say_over_it_with_a_reason(disposal_city: Disposal) -> None:
    disposal_city.case("案-1")
    with pytest.raises(ActionDenied, match="no case file"):
        disposal_city.use("案-9", "old")
    with pytest.raises(ActionDenied, match="Only who made"):
        disposal_city.use("案-1", "old", by="B1")
    with pytest.raises(ActionDenied, match="No recording"):
        disposal_city.use("案-1")
    with pytest.raises(ActionDenied, match="no such recording"), disposal_city.city.act() as act:
        retention.use_in_case(act, "案-1", [uuid4()], disposal_city.person("A3"), "作为证据")
    with pytest.raises(FieldDenied), disposal_city.city.act() as act:
        retention.use_in_case(act, "案-1", [disposal_city.recording("old")], disposal_city.person("A3"), " ")
    disposal_city.use("案-1", "old", by="A1")  # who made it
    assert due_on(disposal_city) is None


# The vault


def stale(city: Disposal) -> set[UUID]:
    with city.city.registry.reading() as reading:
        return {row.recording_id for row in stale_in_vault(reading.connection(), 100)}


def tell(city: Disposal, name: str, is_held: bool, until: datetime | None) -> None:
    with city.city.act() as act:
        retention.note_vault(act, [ToldVault(city.recording(name), is_held, until)])


def test_the_vault_is_told_what_to_hold_and_how_long_to_lock(disposal_city: Disposal) -> None:
    disposal_city.settle()
    old, video = disposal_city.recording("old"), disposal_city.recording("video")
    assert video in stale(disposal_city)  # it has no day on which it may go
    assert old not in stale(disposal_city)  # it is locked for its term already
    tell(disposal_city, "video", True, None)
    disposal_city.settle()
    assert video not in stale(disposal_city)
    disposal_city.case("案-1", CLOSED, 1)
    disposal_city.use("案-1", "old")
    disposal_city.settle()
    assert old in stale(disposal_city)
    until = datetime(2027, 11, 23, 16, tzinfo=UTC)
    tell(disposal_city, "old", False, until)
    tell(disposal_city, "old", False, until - timedelta(days=90))  # no lock becomes shorter
    disposal_city.settle()
    assert old not in stale(disposal_city)
    with disposal_city.city.registry.reading() as reading:
        assert reading.get_one(Recording, old).retain_until == until
    assert disposal_city.city.events(old).count("recording.extended") == 1
    number = disposal_city.hold("old")
    disposal_city.settle()
    assert old in stale(disposal_city)
    tell(disposal_city, "old", True, until)
    disposal_city.lift(number)
    disposal_city.settle()
    assert old in stale(disposal_city)
    tell(disposal_city, "old", False, until)
    assert [one for one in disposal_city.city.events(old) if one in ("recording.held", "recording.released")] == [
        "recording.held",
        "recording.released",
    ]
    with disposal_city.city.registry.reading() as reading:
        assert stale_in_vault(reading.connection(), 100, {*disposal_city.access.recordings.values()}) == []
    assert disposal_city.problems() == []


def test_what_outlasts_every_lock_is_held_as_well(disposal_city: Disposal) -> None:
    disposal_city.case("案-1", CLOSED, 100)
    disposal_city.use("案-1", "old")
    disposal_city.settle()
    assert due_on(disposal_city) == "2126-11-23"
    old = disposal_city.recording("old")
    assert old in stale(disposal_city)
    tell(disposal_city, "old", False, LAST_LOCK)
    disposal_city.settle()
    assert old in stale(disposal_city), "the lock alone is not long enough"
    tell(disposal_city, "old", True, LAST_LOCK)
    disposal_city.settle()
    assert old not in stale(disposal_city)


# Another policy


def test_a_policy_that_keeps_longer_counts_at_once(disposal_city: Disposal) -> None:
    disposal_city.settle()
    disposal_city.change_policy(superior(12))
    assert due_on(disposal_city) == "2027-11-23"
    assert disposal_city.changes() == []


@pytest.fixture
def shortened(disposal_city: Disposal) -> Disposal:
    """Footage was kept twelve months; a new policy says six."""
    disposal_city.rules = type(disposal_city.rules)(lambda _unit: superior(12), disposal_city.rules.is_working_day)
    disposal_city.settle()
    disposal_city.change_policy(CITY_POLICY)
    return disposal_city


def test_a_policy_that_releases_earlier_is_listed_and_waits(shortened: Disposal) -> None:
    done = shortened.settle()
    assert done.shorter == 2
    assert due_on(shortened) == "2027-11-23"
    [change] = shortened.changes()
    with shortened.city.registry.reading() as reading:
        items = {one.recording_id: one for one in reading.exec(select(TermChangeItem))}
    assert set(items) == {shortened.recording("old"), shortened.recording("older")}
    assert {(str(one.due_on), str(one.instead_of), one.change_id) for one in items.values()} == {
        ("2027-05-23", "2027-11-23", change.id)
    }
    shortened.later()
    assert shortened.list_due().number is None
    assert shortened.problems() == []


def test_allowed_it_releases_earlier(shortened: Disposal) -> None:
    shortened.settle()
    shortened.say(Shortened.ALLOWED)
    assert due_on(shortened) == "2027-05-23"
    assert shortened.term("old").policy_version == CITY_POLICY.version
    shortened.later()
    assert shortened.list_due().items == 2
    [facts] = shortened.facts(Event.TERMS_SHORTENED)
    assert (facts["verdict"], facts["recordings"], facts["policy"]) == ("allowed", 2, CITY_POLICY.version)
    assert shortened.problems() == []


def test_refused_the_longer_terms_go_on(shortened: Disposal) -> None:
    shortened.settle()
    shortened.say(Shortened.REFUSED)
    assert due_on(shortened) == "2027-11-23"
    with pytest.raises(ActionDenied, match="decided already"):
        shortened.say(Shortened.ALLOWED)
    shortened.later(datetime(2027, 12, 1, tzinfo=UTC))
    assert shortened.list_due().items == 2


def test_only_the_principal_leader_lets_it_into_force(shortened: Disposal) -> None:
    shortened.settle()
    for by in ("A1", "A3", "L1", "L2", "S1", "J3"):
        with pytest.raises(ActionDenied, match=r"Art\. 23"):
            shortened.say(Shortened.ALLOWED, by=by)
    with pytest.raises(ActionDenied, match="decided already"), shortened.city.act() as act:
        retention.decide_change(act, uuid4(), shortened.person("L3"), Shortened.ALLOWED, "已阅")
    assert due_on(shortened) == "2027-11-23"


@pytest.mark.parametrize("refused", [False, True])
def test_a_case_that_comes_and_goes_does_not_let_the_shorter_term_in(shortened: Disposal, refused: bool) -> None:
    """The open case has no day; once it is closed, the day that nobody gave up stands again."""
    shortened.settle()
    if refused:
        shortened.say(Shortened.REFUSED)
    shortened.case("案-1")
    shortened.use("案-1", "old")
    assert due_on(shortened) is None
    shortened.case("案-1", date(2020, 1, 1), 1)
    assert due_on(shortened) == "2027-11-23"
    assert due_on(shortened) == "2027-11-23"
    if not refused:
        shortened.say(Shortened.ALLOWED)
        assert due_on(shortened) == "2027-05-23"


def test_what_had_no_end_is_not_given_one_by_a_policy_alone(disposal_city: Disposal) -> None:
    disposal_city.activity("new", ActivityKind.DISPUTE_PRONE)
    disposal_city.seal_filed("new", "it")
    disposal_city.settle()
    disposal_city.change_policy(superior(24, "dispute_retention_months"))
    assert (disposal_city.settle().shorter, due_on(disposal_city, "it")) == (1, None)
    disposal_city.case("案-1")
    disposal_city.use("案-1", "it")
    disposal_city.settle()
    disposal_city.case("案-1", CLOSED, 1)
    assert due_on(disposal_city, "it") is None
    assert disposal_city.term("it").kept is Kept.NO_TERM
    disposal_city.say(Shortened.ALLOWED)
    assert due_on(disposal_city, "it") == "2028-11-23"


def test_a_hold_reaches_the_vault_while_a_policy_waits(shortened: Disposal) -> None:
    shortened.settle()
    shortened.hold("old")
    shortened.settle()
    assert shortened.recording("old") in stale(shortened)
    assert due_on(shortened) == "2027-11-23"


def test_a_policy_is_looked_at_once_and_again_when_it_comes_back(disposal_city: Disposal) -> None:
    disposal_city.settle()
    disposal_city.change_policy(superior(12))
    assert len(touched(disposal_city)) == 4
    disposal_city.settle()
    disposal_city.change_policy(superior(12))
    assert touched(disposal_city) == set()
    disposal_city.change_policy(superior(12), unit="jt")
    assert touched(disposal_city) == {disposal_city.recording("other")}


def test_a_unit_without_a_sound_policy_waits_and_holds_up_nobody(disposal_city: Disposal) -> None:
    def unsound(unit: UUID) -> Policy:
        if unit == disposal_city.city.unit_id("xf"):
            raise ConfigurationError("not sound", subject="xf.toml")
        return CITY_POLICY

    disposal_city.rules = type(disposal_city.rules)(unsound, disposal_city.rules.is_working_day)
    done = disposal_city.settle()
    assert (done.opened, set(done.refused)) == (2, {disposal_city.city.unit_id("xf")})
    assert disposal_city.recording("old") in done.waiting == touched(disposal_city)
    disposal_city.rules = type(disposal_city.rules)(lambda _unit: CITY_POLICY, disposal_city.rules.is_working_day)
    assert disposal_city.settle().opened == 4


# Kept by somebody's word


def test_what_is_kept_without_an_end_is_let_go_of_by_the_principal_leader_alone(disposal_city: Disposal) -> None:
    disposal_city.later()
    disposal_city.list_due()
    disposal_city.restore("old")
    [kept] = disposal_city.extensions()
    disposal_city.settle()
    assert disposal_city.term("old").kept is Kept.APPRAISED
    for by in ("A1", "A3", "L2", "J3"):
        with pytest.raises(ActionDenied, match="Only the principal leader"), disposal_city.city.act() as act:
            retention.end_extension(act, kept.recording_id, kept.id, disposal_city.person(by), "不再需要")
    with pytest.raises(FieldDenied), disposal_city.city.act() as act:
        retention.end_extension(act, kept.recording_id, kept.id, disposal_city.person("L3"), "")
    with disposal_city.city.act() as act:
        retention.end_extension(act, kept.recording_id, kept.id, disposal_city.person("L3"), "不再需要")
    assert due_on(disposal_city) == "2027-05-23"
    assert disposal_city.list_due().items == 1
    assert disposal_city.problems() == []
    for of, one in ((kept.recording_id, kept.id), (kept.recording_id, uuid4()), (uuid4(), kept.id)):
        with pytest.raises(ActionDenied, match="Nothing is kept"), disposal_city.city.act() as act:
            retention.end_extension(act, of, one, disposal_city.person("L3"), "不再需要")


def test_what_is_kept_until_a_day_goes_with_that_day(disposal_city: Disposal) -> None:
    disposal_city.later()
    disposal_city.list_due()
    disposal_city.restore("old", keep_until=date(2027, 7, 31))
    [kept] = disposal_city.extensions()
    with pytest.raises(ActionDenied, match="Nothing is kept"), disposal_city.city.act() as act:
        retention.end_extension(act, kept.recording_id, kept.id, disposal_city.person("L3"), "不再需要")
    assert due_on(disposal_city) == "2027-07-31"
    disposal_city.later(datetime(2027, 7, 31, 15, tzinfo=UTC))
    assert disposal_city.list_due().number is None
    disposal_city.later(datetime(2027, 7, 31, 16, tzinfo=UTC))
    assert disposal_city.list_due().items == 1

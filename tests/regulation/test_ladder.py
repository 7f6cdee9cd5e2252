"""The ladder: when each step is, in which order, and what may not be set (Art. 5, 20, 23)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulation.duties import RULES, DutyKind
from regulation.errors import ConfigurationError
from regulation.ladder import AUDIENCES, STEPS, Step, hours_name, ladder, next_at, offsets, reached
from regulation.ladder_parameters import LADDER
from regulation.layers import Layer, PolicyLayer, Provision
from regulation.measures import Measure, Strictness
from regulation.parameters import CITY, IN_FORCE_FROM, PARAMETERS
from regulation.policy import CITY_POLICY, Policy
from regulation.vocabulary import Role

ON = date(2026, 3, 2)
DUE = datetime(2026, 3, 3, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
CITY_HOURS = (-4, 0, 4, 24, 72)
KINDS = list(DutyKind)


def layer(*values: tuple[Step, int], rank: Layer = Layer.SECTOR_SUPERIOR, since: date = ON) -> PolicyLayer:
    provisions = tuple(Provision(hours_name(DutyKind.UPLOAD, step), value, "Art. 3", since) for step, value in values)
    return PolicyLayer(rank, "部执法规〔2026〕1号", provisions, "chengguan", f"{rank}.toml")


@pytest.mark.parametrize("kind", KINDS)
def test_the_citys_ladder(kind: DutyKind) -> None:
    rungs = ladder(kind, DUE, CITY_POLICY, ON)
    assert [rung.step for rung in rungs] == list(STEPS)
    assert [(rung.at - DUE) / HOUR for rung in rungs] == list(CITY_HOURS)
    assert all(rung.at.tzinfo is UTC for rung in rungs)


@pytest.mark.parametrize(
    ("step", "owner", "roles"),
    [
        (Step.REMINDER, True, ()),
        (Step.DUE, True, (Role.DEVICE_ADMINISTRATOR,)),
        (Step.DEPARTMENT_HEAD, False, (Role.DEPARTMENT_HEAD,)),
        (Step.SUPERVISING_LEADER, False, (Role.SUPERVISING_LEADER,)),
        (Step.PRINCIPAL_LEADER, False, (Role.PRINCIPAL_LEADER,)),
    ],
)
def test_who_hears_at_each_step(step: Step, owner: bool, roles: tuple[Role, ...]) -> None:
    [rung] = [one for one in ladder(DutyKind.FILING, DUE, CITY_POLICY, ON) if one.step is step]
    assert (rung.owner, rung.roles) == (owner, roles)


def test_every_step_has_its_audience() -> None:
    assert tuple(AUDIENCES) == STEPS == tuple(Step)


def test_every_kind_has_a_number_for_every_step_but_the_one_at_which_it_is_due() -> None:
    expected = {hours_name(kind, step) for kind in DutyKind for step in Step if step is not Step.DUE}
    assert {one.name for one in LADDER} == expected <= set(PARAMETERS)
    assert "device_recall_supervising_leader_hours" in expected
    for kind in DutyKind:
        for step in set(Step) - {Step.DUE}:
            one = PARAMETERS[hours_name(kind, step)]
            assert (one.measure, one.article) == (Measure.HOURS, RULES[kind].article)
            assert one.strictness is (Strictness.HIGHER if step is Step.REMINDER else Strictness.LOWER)


def test_a_time_without_a_zone_has_no_ladder() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        ladder(DutyKind.UPLOAD, DUE.replace(tzinfo=None), CITY_POLICY, ON)


@pytest.mark.parametrize(("level", "hours"), [(0, -4), (1, 0), (2, 4), (3, 24), (4, 72), (5, None), (6, None)])
def test_the_next_step_follows_from_how_many_are_done(level: int, hours: int | None) -> None:
    expected = None if hours is None else DUE + hours * HOUR
    assert next_at(DutyKind.UPLOAD, DUE, level, CITY_POLICY, ON) == expected


def test_there_is_no_next_step_while_nothing_is_due() -> None:
    assert next_at(DutyKind.UPLOAD, None, 0, CITY_POLICY, ON) is None


@pytest.mark.parametrize(
    ("level", "hours", "steps"),
    [
        (0, -5, []),
        (0, -4, [Step.REMINDER]),
        (1, 0, [Step.DUE]),
        (0, 5, [Step.REMINDER, Step.DUE, Step.DEPARTMENT_HEAD]),  # begun late: told all the same, once
        (3, 23, []),
        (3, 24, [Step.SUPERVISING_LEADER]),
        (0, 999, list(Step)),
        (5, 999, []),
    ],
)
def test_every_step_whose_time_has_come_is_climbed_once(level: int, hours: int, steps: list[Step]) -> None:
    rungs = ladder(DutyKind.UPLOAD, DUE, CITY_POLICY, ON)
    assert [rung.step for rung in reached(rungs, level, DUE + hours * HOUR)] == steps


def test_at_its_very_moment_a_step_is_due_and_not_before() -> None:
    rungs = ladder(DutyKind.UPLOAD, DUE, CITY_POLICY, ON)
    assert not reached(rungs, 1, DUE - TICK)
    assert [rung.step for rung in reached(rungs, 1, DUE)] == [Step.DUE]


@given(st.lists(st.integers(-10, 100), max_size=20), st.sampled_from(KINDS))
def test_whenever_it_is_looked_at_every_step_happens_once_and_in_order(hours: list[int], kind: DutyKind) -> None:
    rungs, climbed, level = ladder(kind, DUE, CITY_POLICY, ON), [], 0
    for now in sorted(DUE + hour * HOUR for hour in hours):
        due_now = next_at(kind, DUE, level, CITY_POLICY, ON)
        news = reached(rungs, level, now)
        assert bool(news) is (due_now is not None and due_now <= now)
        climbed += [rung.step for rung in news]
        level += len(news)
    assert climbed == list(STEPS[:level])


def test_the_policy_of_a_day_sets_the_ladder() -> None:
    policy = Policy([CITY, layer((Step.SUPERVISING_LEADER, 12), (Step.REMINDER, 8), rank=Layer.UNIT)])
    assert [one / HOUR for one in offsets(DutyKind.UPLOAD, policy, ON)] == [-8, 0, 4, 12, 72]
    assert [one / HOUR for one in offsets(DutyKind.UPLOAD, policy, ON - timedelta(days=1))] == list(CITY_HOURS)
    assert [one / HOUR for one in offsets(DutyKind.FILING, policy, ON)] == list(CITY_HOURS)


@pytest.mark.parametrize(
    ("step", "laxer"), [(Step.REMINDER, 3), (Step.DEPARTMENT_HEAD, 5), (Step.PRINCIPAL_LEADER, 73)]
)
def test_a_unit_may_tell_sooner_but_not_later(step: Step, laxer: int) -> None:
    with pytest.raises(ConfigurationError, match="may only be stricter"):
        Policy([CITY, layer((step, laxer), rank=Layer.UNIT)])


def test_a_ladder_is_worked_out_once_for_all_duties_of_a_day() -> None:
    policy = Policy([CITY, layer((Step.REMINDER, 9))])
    offsets.cache_clear()
    for _ in range(1_000):
        ladder(DutyKind.UPLOAD, DUE, policy, ON)
    assert (offsets.cache_info().misses, offsets.cache_info().hits) == (1, 999)
    ladder(DutyKind.UPLOAD, DUE, Policy([CITY, layer((Step.REMINDER, 9))]), ON)  # read again, the same
    assert offsets.cache_info().misses == 1
    assert offsets(DutyKind.UPLOAD, CITY_POLICY, ON) != offsets(DutyKind.UPLOAD, policy, ON)


# Nobody hears before those below


@pytest.mark.parametrize(
    ("layers", "key"),
    [
        ([layer((Step.DEPARTMENT_HEAD, 25))], "sector-superior.toml: upload_department_head_hours"),
        ([layer((Step.SUPERVISING_LEADER, 73))], "sector-superior.toml: upload_supervising_leader_hours"),
        ([layer((Step.PRINCIPAL_LEADER, 23))], "sector-superior.toml: upload_principal_leader_hours"),
        ([layer((Step.SUPERVISING_LEADER, 3))], "sector-superior.toml: upload_supervising_leader_hours"),
        ([layer((Step.PRINCIPAL_LEADER, 20), rank=Layer.UNIT)], "unit.toml: upload_principal_leader_hours"),
        (
            [layer((Step.DEPARTMENT_HEAD, 20)), layer((Step.SUPERVISING_LEADER, 12), rank=Layer.UNIT)],
            "unit.toml: upload_supervising_leader_hours",
        ),
        (
            [layer((Step.DEPARTMENT_HEAD, 30), (Step.SUPERVISING_LEADER, 29))],
            "sector-superior.toml: upload_department_head_hours",
        ),
    ],
)
def test_a_leader_who_would_hear_before_those_below_is_refused(layers: list[PolicyLayer], key: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        Policy([CITY, *layers])
    assert (told.value.subject, told.value.article) == (key, "Art. 16")
    assert "who is above hears after those below" in told.value.message


def test_the_city_itself_is_held_to_it() -> None:
    name = hours_name(DutyKind.DEVICE_RECALL, Step.DEPARTMENT_HEAD)
    slip = Provision(name, 40, "Art. 6", IN_FORCE_FROM)
    others = tuple(one for one in CITY.provisions if one.name != name)
    with pytest.raises(ConfigurationError) as told:
        Policy([PolicyLayer(Layer.CITY, CITY.document, (*others, slip))])
    assert (told.value.subject, told.value.article) == (f"regulation: {name}", "Art. 6")


def test_two_may_hear_at_the_same_moment() -> None:
    policy = Policy(
        [CITY, layer((Step.DEPARTMENT_HEAD, 24), (Step.SUPERVISING_LEADER, 24), (Step.PRINCIPAL_LEADER, 24))]
    )
    assert [one.step for one in ladder(DutyKind.UPLOAD, DUE, policy, ON)] == list(STEPS)


def test_the_order_holds_on_every_day_also_when_only_one_rule_ends() -> None:
    """Both of the superior's numbers together are sound; when the first ends, the city's 24 would stand over its 30."""
    late = Provision(hours_name(DutyKind.UPLOAD, Step.DEPARTMENT_HEAD), 30, "Art. 3", ON)
    leader = Provision(hours_name(DutyKind.UPLOAD, Step.SUPERVISING_LEADER), 48, "Art. 3", ON, date(2026, 6, 30))
    with pytest.raises(ConfigurationError, match="On 2026-07-01 upload_department_head_hours"):
        Policy([CITY, PolicyLayer(Layer.SECTOR_SUPERIOR, "部令", (late, leader))])
    for_good = Provision(leader.name, 48, "Art. 3", ON, date.max)
    assert Policy([CITY, PolicyLayer(Layer.SECTOR_SUPERIOR, "部令", (late, for_good))])


numbers = st.dictionaries(st.sampled_from(STEPS).filter(lambda one: one is not Step.DUE), st.integers(1, 100))


@given(numbers)
def test_whatever_a_policy_sets_its_ladder_goes_upwards_or_it_is_refused(values: dict[Step, int]) -> None:
    told_after = dict(zip(STEPS, CITY_HOURS, strict=True)) | values
    try:
        rungs = ladder(DutyKind.UPLOAD, DUE, Policy([CITY, layer(*values.items())]), ON)
    except ConfigurationError:
        above = [told_after[step] for step in STEPS[2:]]
        assert above != sorted(above)
        return
    assert all(earlier.at <= later.at for earlier, later in pairwise(rungs))

"""Copies in any order: taken, downloaded, declared and confirmed by whoever tries (Art. 17)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from registry.act import Act
from registry.tables import CopyEnd
from registry.transitions import access
from registry.transitions.access import MadeCopy
from tests.properties.access_model import GRANTED, Copy, Request
from tests.properties.access_town import PEOPLE, AccessTown

CUTS = st.sampled_from([0, 0, 0, 0, 1, 2, 3, 5, 8, 13])
"""After how many writes the power fails; mostly it does not."""

ANY = st.sampled_from(PEOPLE)
FILE = MadeCopy(4, "0" * 64)
ENDS = st.sampled_from(list(CopyEnd))


class CopyRules(RuleBasedStateMachine):
    """What may be done with copies, to be done among all else."""

    town: AccessTown

    def grants(self) -> list[Request]:
        return [one for one in self.town.model.requests if one.grant is not None and one.grant.copies]

    def handed(self) -> list[tuple[Request, Copy]]:
        return [(one, copy) for one in self.town.model.requests for copy in one.copies]

    def attempt(self, by: str, allowed: bool, do: Callable[[Act, UUID], object], cut: int = 0) -> None:
        """Somebody does it in an act of its own, which must come about exactly when it is `allowed`."""

        def go() -> None:
            with self.town.access.city.act() as act:
                do(act, self.town.access.person(by))

        self.town.attempt(allowed, go, cut)

    @precondition(grants)
    @rule(data=st.data(), by=ANY, cut=CUTS)
    def somebody_takes_a_copy(self, data: st.DataObject, by: str, cut: int) -> None:
        model, town = self.town.model, self.town
        one = data.draw(st.sampled_from(self.grants() + 5 * [one for one in self.grants() if one.state in GRANTED]))
        assert one.grant is not None
        by = data.draw(st.sampled_from([*[one.who] * 5, one.typed, by]))
        item = data.draw(st.sampled_from([*sorted(town.recordings), *3 * sorted(one.grant.items)]))
        allowed = model.may_copy(one, by, item, town.now)
        numbers: list[str] = []

        grant = town.access.grant(town.id_of(one))
        assert grant is not None

        def take(act: Act, me: UUID) -> None:
            numbers.append(access.hand_copy(act, grant.id, town.recordings[item], me, "192.0.2.7", FILE))

        self.attempt(by, allowed, take, cut)
        one.copies += [Copy(number, item) for number in numbers[-1:]]  # the power may have failed before
        town.compare(one)

    @precondition(handed)
    @rule(data=st.data(), by=ANY)
    def somebody_downloads_one(self, data: st.DataObject, by: str) -> None:
        town, (one, copy) = self.town, data.draw(st.sampled_from(self.handed()))
        by = data.draw(st.sampled_from([by, one.who, one.who]))
        allowed = town.model.may_fetch(one, copy, by, town.now)
        self.attempt(by, allowed, lambda act, me: access.note_fetched(act, copy.number, me, "192.0.2.7"))

    @precondition(handed)
    @rule(data=st.data(), by=ANY, what=ENDS, cut=CUTS)
    def somebody_says_what_became_of_one(self, data: st.DataObject, by: str, what: CopyEnd, cut: int) -> None:
        town, (one, copy) = self.town, data.draw(st.sampled_from(self.handed()))
        by = data.draw(st.sampled_from([by, one.who, one.who]))
        allowed = town.model.may_declare(one, copy, by)
        self.attempt(by, allowed, lambda act, me: access.declare_copy(act, copy.number, me, what), cut)
        copy.declared |= allowed
        town.compare(one)

    @precondition(handed)
    @rule(data=st.data(), by=ANY, what=ENDS, cut=CUTS)
    def somebody_confirms_it(self, data: st.DataObject, by: str, what: CopyEnd, cut: int) -> None:
        town, (one, copy) = self.town, data.draw(st.sampled_from(self.handed()))
        able = sorted(town.model.administrators(copy.item, town.now))
        by = data.draw(st.sampled_from([by, one.who, *2 * able]))
        allowed = town.model.may_confirm(one, copy, by, town.now)
        self.attempt(by, allowed, lambda act, me: access.confirm_copy(act, copy.number, me, what), cut)
        copy.ended |= allowed
        town.compare(one)

"""What a vault must hold by all that the registry knows (Art. 7)."""

from __future__ import annotations

from datetime import timedelta

from registry.ledger import Event
from registry.queries import history_of
from registry.queries.vaults import expects_originals, vault_id
from registry.transitions.vaults import lay_out_vault
from tests.fixtures.custody import City
from tests.fixtures.duties import Duties
from tests.fixtures.fixity import Audits


def expected(city: City, address: str = "/vault") -> bool:
    with city.registry.reading() as session:
        return expects_originals(session, address)


def test_a_vault_must_hold_what_was_received(duty_city: Duties) -> None:
    assert not expected(duty_city.city)
    Audits(duty_city).footage("a")
    assert expected(duty_city.city)


def test_begun_anew_it_must_hold_what_came_since(duty_city: Duties) -> None:
    city, made = duty_city.city, Audits(duty_city)
    made.footage("a")
    city.now += timedelta(days=1)
    with city.act() as act:
        lay_out_vault(act, "/vault")
    assert not expected(city)
    assert expected(city, "/another")
    with city.registry.reading() as session:
        [said] = history_of(session, vault_id("/vault"))
    assert (said.event, said.article) == (Event.VAULT_LAID_OUT, "Art. 7")

    city.now += timedelta(days=1)
    made.footage("b")
    assert expected(city)

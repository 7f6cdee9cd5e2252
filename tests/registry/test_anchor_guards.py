"""What the database itself refuses of anchors (Art. 7)."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError

from registry.migrations.guards import FIXED_0011
from tests.fixtures.anchors import Anchored
from tests.registry.test_guards import is_refused, run

OTHER = {
    "id": "'ffffffffffffffffffffffffffffffff'",
    "number": "number + 10",
    "first_seq": "first_seq + 1",
    "last_seq": "last_seq + 1",
    "made_at": "'2000-01-01 00:00:00.000000'",
}
X = "'x'"
ONCE = [
    "kept_at = NULL",
    "kept_at = '2000-01-01 00:00:00.000000'",
    "vault_key = NULL",
    "vault_key = 'x'",
    "vault_version = 'x'",
    "stamped_at = NULL",
    "stamped_at = '2000-01-01 00:00:00.000000'",
    "token = NULL",
    "authority = NULL",
    "authority = 'x'",
]


@pytest.fixture
def made(anchored: Anchored) -> Anchored:
    """One anchor that is kept and stamped, one that is neither."""
    anchored.grow()
    anchored.run()
    anchored.grow()
    anchored.authority.status = 503
    anchored.run()
    return anchored


def test_what_an_anchor_says_is_never_changed_and_the_rest_once(made: Anchored) -> None:
    registry = made.city.registry
    fixed = [OTHER.get(column, X) for column in FIXED_0011["anchor"] or ()]
    changes = [f"{column} = {to}" for column, to in zip(FIXED_0011["anchor"] or (), fixed, strict=True)] + ONCE
    statements = [f"UPDATE anchor SET {change} WHERE number = 1" for change in changes]
    statements += ["DELETE FROM anchor WHERE number = 2", "DELETE FROM anchor"]
    assert [one for one in statements if not is_refused(registry, one)] == []
    made.assert_sound()


def test_a_late_timestamp_may_still_come(made: Anchored) -> None:
    run(made.city.registry, "UPDATE anchor SET authority = 'x', stamped_at = made_at, token = NULL WHERE number = 2")


@pytest.mark.parametrize("number", ["1", "3"])
def test_no_anchor_is_put_in_anothers_place(made: Anchored, number: str) -> None:
    columns = "first_seq, last_seq, head, root, previous, made_at, document, sha256, key_id, signature"
    replace = "INSERT OR REPLACE" if made.city.registry.engine.dialect.name == "sqlite" else "INSERT"
    statement = (
        f"{replace} INTO anchor (id, number, {columns}) "
        f"SELECT 'ffffffffffffffffffffffffffffffff', {number}, {columns} FROM anchor WHERE anchor.number = 1"
    )
    with pytest.raises(DBAPIError):
        run(made.city.registry, statement)
    made.assert_sound()

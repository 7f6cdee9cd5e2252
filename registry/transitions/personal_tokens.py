"""Personal tokens: issued to somebody for their program, and taken back (Art. 17: whatever acts is somebody)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from registry.act import Act
from registry.bulk import insert_rows, storable, table_of, update_rows
from registry.ledger import Event
from registry.queries.access import gone_among
from registry.tables import PersonalToken
from registry.types import new_id
from regulation.access_terms import FieldDenied
from regulation.errors import ActionDenied

LASTS = timedelta(days=90)
"""How long a token is good: about a quarter, chosen; a lost one does no harm for years."""

MOST = 10
LONGEST_NAME = 60
_token = table_of(PersonalToken)


def issue_token(act: Act, person_id: UUID, name: str, token_hash: str) -> UUID:
    """Let a program of this person act as them, with the token of which this is the SHA-256; gives its id.

    Raises `FieldDenied` for a name that is none, and for more than `MOST` live tokens.
    """
    called = storable(name.strip())
    if not 0 < len(called) <= LONGEST_NAME:
        raise FieldDenied("name", f"Say it in 1 to {LONGEST_NAME} characters.")
    live = (_token.c.person_id == person_id) & _token.c.revoked_at.is_(None) & (_token.c.expires_at > act.at)
    if act.connection.execute(select(func.count()).select_from(_token).where(live)).scalar_one() >= MOST:
        raise FieldDenied("name", f"There are {MOST} tokens already: take one back first.")
    row = {
        "id": new_id(),
        "person_id": person_id,
        "name": called,
        "token_hash": token_hash,
        "created_at": act.at,
        "expires_at": act.at + LASTS,
    }
    if gone_among(act.session, [person_id], act.at):
        raise ActionDenied("There is no such person in office.")
    insert_rows(act.connection, PersonalToken, [row])
    given = {"token_id": row["id"], "token_sha256": token_hash, "expires_at": row["expires_at"]}
    act.record(Event.PERSONAL_TOKEN_ISSUED, "person", person_id, given)
    return UUID(str(row["id"]))


def revoke_token(act: Act, token_id: UUID, by: UUID) -> None:
    """Take a token back, at once; back already, nothing changes. Raises `ActionDenied` for somebody else's."""
    row = act.connection.execute(select(_token).where(_token.c.id == token_id)).one_or_none()
    if row is None or row.person_id != by:
        raise ActionDenied("There is no such token.")
    if row.revoked_at is None:
        update_rows(act.connection, PersonalToken, [{"id": token_id, "revoked_at": act.at}])
        act.record(Event.PERSONAL_TOKEN_REVOKED, "person", by, {"token_id": token_id})


def revoke_all(act: Act, person_id: UUID) -> None:
    """Take back every token of a person: they choose a new password."""
    theirs = (_token.c.person_id == person_id) & _token.c.revoked_at.is_(None)
    ids = act.connection.execute(select(_token.c.id).where(theirs)).scalars().all()
    for token_id in ids:
        revoke_token(act, token_id, person_id)


def note_used(act: Act, token_id: UUID) -> None:
    """The token is in use, unless it was taken back meanwhile. Not a custody event."""
    still = (_token.c.id == token_id) & _token.c.revoked_at.is_(None)
    act.connection.execute(update(_token).where(still).values(last_used_at=act.at))

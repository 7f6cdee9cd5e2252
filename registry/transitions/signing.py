"""Signing in at the desk: people are invited, choose a password, and are let in; wrong tries lock (Art. 17)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, inserting, table_of, update_rows
from registry.ledger import Event
from registry.ledger.seat_rows import credential_digest
from registry.queries.access import gone_among, in_office
from registry.queries.signing import invited
from registry.tables import AccountChange, Credential, DeskSession, Invitation, Notice, NoticeKind
from registry.transitions.notices.queueing import queue_notices
from registry.transitions.personal_tokens import revoke_all
from registry.types import new_id
from regulation.errors import ActionDenied

INVITED_FOR = timedelta(days=3)
FAILURES = 5
"""Wrong tries in a row, after which no try is looked at for a while."""

LOCKED_FOR = timedelta(minutes=15)

TOLD_AGAIN_AFTER = timedelta(days=1)
"""Whoever is locked out over and over is told of it once a day."""

_credential, _session, _notice = table_of(Credential), table_of(DeskSession), table_of(Notice)


def invite(act: Act, person_id: UUID, token_hash: str, by: UUID | None = None) -> None:
    """Let a person choose a password, with the token of which this is the SHA-256; who has one is told. Raises
    `ActionDenied` for somebody who is not in office."""
    person = in_office(act.session, person_id, act.at)
    if person is None:
        raise ActionDenied("There is no such person in office.", subject=str(person_id))
    row = {
        "id": new_id(),
        "person_id": person_id,
        "token_hash": token_hash,
        "created_at": act.at,
        "created_by": act.actor,
        "expires_at": act.at + INVITED_FOR,
    }
    insert_rows(act.connection, Invitation, [row])
    given = {"invitation_id": row["id"], "token_sha256": token_hash, "expires_at": row["expires_at"]}
    act.record(Event.PERSON_INVITED, "person", person_id, given, unit_id=person.unit_id)
    if act.session.get(Credential, person_id) is not None:
        tell_of(act, person_id, AccountChange.INVITED, by)


def tell_of(act: Act, person_id: UUID, change: AccountChange, by: UUID | None = None) -> None:
    """Tell somebody what happened to how they sign in, and by whom."""
    queue_notices(act, NoticeKind.ACCOUNT, [person_id], f"{change}:{by or ''}")


def set_credential(act: Act, token_hash: str, password_hash: str, sealed_secret: str) -> UUID:
    """Enter what an invited person signs in with from now on; gives who it is. Whatever they were signed in with before
    ends. Raises `ActionDenied` for an invitation that is unknown, used or over."""
    invitation = invited(act.session, token_hash, act.at)
    if invitation is None:
        raise ActionDenied("This invitation was used, or is over.")
    update_rows(act.connection, Invitation, [{"id": invitation.id, "used_at": act.at}])
    new = {
        "password_hash": password_hash,
        "sealed_secret": sealed_secret,
        "last_code": 0,
        "failures": 0,
        "locked_until": None,
        "changed_at": act.at,
    }
    person_id: UUID = invitation.person_id
    enter = inserting(act.connection, _credential).values(person_id=person_id, **new)
    act.connection.execute(enter.on_conflict_do_update(index_elements=["person_id"], set_=new))
    end_sessions(act, person_id)
    chosen = {"invitation_id": invitation.id, "sha256": credential_digest(password_hash, sealed_secret)}
    act.record(Event.CREDENTIAL_SET, "person", person_id, chosen)
    tell_of(act, person_id, AccountChange.SET)
    return person_id


def sign_in(act: Act, person_id: UUID, code: int, token_hash: str, browser: str) -> None:
    """Begin a session for somebody whose password and code were right; `code` is the half minute of the code.

    Raises `ActionDenied` where no try is looked at for now, and for a code that was taken already.
    """
    credential = _credential_of(act, person_id)
    if is_locked(act, credential) or code <= credential.last_code or gone_among(act.session, [person_id], act.at):
        raise ActionDenied("This try is not looked at.")
    _change(act, person_id, last_code=code, failures=0, locked_until=None)
    _begin(act, person_id, token_hash, browser, "password")


def sign_in_by_provider(act: Act, person_id: UUID, token_hash: str, browser: str) -> None:
    """Begin a session for whom a city's single sign-on named. Raises `ActionDenied` for who is not in office."""
    if gone_among(act.session, [person_id], act.at):
        raise ActionDenied("There is no such person in office.", subject=str(person_id))
    _begin(act, person_id, token_hash, browser, "provider")


def _begin(act: Act, person_id: UUID, token_hash: str, browser: str, how: str) -> None:
    row = {
        "id": new_id(),
        "person_id": person_id,
        "token_hash": token_hash,
        "browser": browser,
        "created_at": act.at,
        "seen_at": act.at,
    }
    insert_rows(act.connection, DeskSession, [row])
    begun = {"desk_session_id": row["id"], "token_sha256": token_hash, "by": how}
    act.record(Event.PERSON_SIGNED_IN, "person", person_id, begun)


def is_locked(act: Act, credential: AnyRow) -> bool:
    """Whether no try is looked at for now."""
    return credential.locked_until is not None and act.at < credential.locked_until


def note_failure(act: Act, person_id: UUID) -> None:
    """Count a wrong try; the last of too many locks. While locked, nothing is counted."""
    credential = _credential_of(act, person_id)
    if is_locked(act, credential):
        return
    failures = credential.failures + 1
    if failures < FAILURES:
        _change(act, person_id, failures=failures)
        return
    until = act.at + LOCKED_FOR
    _change(act, person_id, failures=0, locked_until=until)
    act.record(Event.PERSON_LOCKED, "person", person_id, {"until": until})
    if not _was_told_of_a_lock(act, person_id):
        tell_of(act, person_id, AccountChange.LOCKED)


def _was_told_of_a_lock(act: Act, person_id: UUID) -> bool:
    lately = _notice.c.created_at > act.at - TOLD_AGAIN_AFTER
    theirs = (_notice.c.person_id == person_id) & (_notice.c.kind == NoticeKind.ACCOUNT)
    locked = theirs & lately & (_notice.c.subject == f"{AccountChange.LOCKED}:")
    return act.connection.execute(select(_notice.c.id).where(locked).limit(1)).first() is not None


def note_seen(act: Act, session_id: UUID) -> None:
    """The session is in use. Not a custody event."""
    update_rows(act.connection, DeskSession, [{"id": session_id, "seen_at": act.at}])


def sign_out(act: Act, session_id: UUID) -> None:
    """End a session; over already, nothing changes."""
    row = act.connection.execute(select(_session).where(_session.c.id == session_id)).one()
    if row.ended_at is None:
        update_rows(act.connection, DeskSession, [{"id": session_id, "ended_at": act.at}])
        act.record(Event.PERSON_SIGNED_OUT, "person", row.person_id, {"desk_session_id": session_id})


def end_sessions(act: Act, person_id: UUID) -> None:
    """End whatever somebody, or a program of theirs, is signed in with."""
    revoke_all(act, person_id)
    theirs = (_session.c.person_id == person_id) & _session.c.ended_at.is_(None)
    act.connection.execute(update(_session).where(theirs).values(ended_at=act.at))


def _credential_of(act: Act, person_id: UUID) -> AnyRow:
    return act.connection.execute(select(_credential).where(_credential.c.person_id == person_id)).one()


def _change(act: Act, person_id: UUID, **columns: object) -> None:
    act.connection.execute(update(_credential).where(_credential.c.person_id == person_id).values(**columns))

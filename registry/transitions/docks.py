"""Tokens by which docks are let in to push dumps: issued and revoked (Art. 16)."""

from __future__ import annotations

import re

from sqlmodel import col, select

from registry.act import Act
from registry.ledger import Event
from registry.tables import DockToken, Unit
from regulation.errors import ActionDenied

_NAME = re.compile(r"\w[\w .-]{0,62}")


def issue_token(act: Act, *, name: str, unit_code: str, token_hash: str, wireless: bool = False) -> DockToken:
    """Let the dock called `name` push dumps of the unit. `token_hash` is the SHA-256 of its token in hexadecimal;
    what a `wireless` one sends counts as stored only once somebody confirms that it has arrived (Art. 16).

    Raises `ActionDenied` for a name that has a live token already (revoke that first), an odd name, an unknown unit.
    """
    if not _NAME.fullmatch(name):
        rule = "a dock's name is up to 63 letters, digits, blanks, dots and dashes"
        raise ActionDenied(rule, subject=ascii(name)[:80])
    unit = act.session.exec(select(Unit).where(col(Unit.code) == unit_code)).one_or_none()
    if unit is None:
        raise ActionDenied("no unit has this code", subject=unit_code)
    live = _live(act, name)
    if live is None:
        return _issue(act, name, unit, token_hash, wireless)
    if (live.token_hash, live.unit_id, live.wireless) == (token_hash, unit.id, wireless):
        return live
    raise ActionDenied("this dock has a token already: revoke it first", subject=name)


def revoke_token(act: Act, *, name: str) -> DockToken:
    """Let the dock called `name` in no more, from this act on; the tokens it had before stay on record.

    Raises `ActionDenied` when no dock was ever called so.
    """
    live = _live(act, name)
    if live is None:
        return _last(act, name)
    live.revoked_at = act.at
    act.session.add(live)
    _tell(act, Event.TOKEN_REVOKED, live)
    return live


def _issue(act: Act, name: str, unit: Unit, token_hash: str, wireless: bool) -> DockToken:
    token = DockToken(
        name=name,
        unit_id=unit.id,
        token_hash=token_hash,
        wireless=wireless,
        created_at=act.at,
        created_by=act.actor,
    )
    act.session.add(token)
    act.session.flush()
    _tell(act, Event.TOKEN_ISSUED, token)
    return token


def _live(act: Act, name: str) -> DockToken | None:
    question = select(DockToken).where(col(DockToken.name) == name, col(DockToken.revoked_at).is_(None))
    return act.session.exec(question).one_or_none()


def _last(act: Act, name: str) -> DockToken:
    question = select(DockToken).where(col(DockToken.name) == name).order_by(col(DockToken.revoked_at).desc()).limit(1)
    token = act.session.exec(question).one_or_none()
    if token is None:
        raise ActionDenied("no dock has this name", subject=ascii(name)[:80])
    return token


def _tell(act: Act, event: Event, token: DockToken) -> None:
    facts = {"token_sha256": token.token_hash, "wireless": token.wireless}
    act.record(event, "dock-token", token.id, facts, unit_id=token.unit_id, article="Art. 16")

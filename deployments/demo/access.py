"""The demo's third act: an officer asks for footage, the leader decides on a phone, the officer looks (Art. 17)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

import httpx
from rich.table import Table

from deployments.console import errors, out
from deployments.demo.browser import PASSWORD, Page, Person
from deployments.demo.city import RECORDER, UNIT, Day
from deployments.facts import acting, person_id, reading
from deployments.home import Home
from registry.queries.docks import token_hash
from registry.tables import AccessView, Recording
from registry.transitions.signing import invite

LEADER = "SL010002"
OVERSEER = "SL010001"


def grant_and_look(home: Home, day: Day, mailbox: str) -> None:
    """Ask, be told, decide, look, and find it all in the register."""
    table = Table("who", "does", "what came of it", title="Footage is asked for (Art. 17)")
    base = home.settings.pages_url
    with errors.status("Asking for footage"), _people(home, mailbox) as (officer, leader, overseer):
        request = _ask(officer, day)
        number = request.address.rsplit("/", 1)[1]
        table.add_row(officer.number, "asks", f"{number}: pending")
        link = _told(mailbox, number)
        table.add_row(leader.number, "gets a notice", f"{link[:46]}…" if link else "waits for the morning")
        _decide(leader, link or f"/requests/{number}")
        table.add_row(leader.number, "approves, signed in", f"{base}/requests/{number}")
        looked = _look(officer, number)
        table.add_row(officer.number, "looks", f"{len(looked)} bytes, {_known(home, looked)}")
        register = overseer.sign_in("/register")
        entered = "in the register" if number in register.text else "missing in the register"
        table.add_row(overseer.number, "opens the register", f"{number}: {entered}, {_views(home)} viewing")
    out.print(table)
    out.print(f"  Desk        {base}/sign-in  ({LEADER}, {OVERSEER} or {RECORDER.officer}; password {PASSWORD};")
    out.print(f"              codes are shown at {mailbox}/codes)")


@contextmanager
def _people(home: Home, mailbox: str) -> Iterator[tuple[Person, Person, Person]]:
    """The officer, the supervising leader and the principal leader, each with a password and an authenticator."""
    numbers = (RECORDER.officer, LEADER, OVERSEER)
    officer, leader, overseer = (enrolled(home, number, mailbox) for number in numbers)
    try:
        officer.sign_in("/requests")
        yield officer, leader, overseer
    finally:
        for one in (officer, leader, overseer):
            one.leave()


def enrolled(home: Home, number: str, mailbox: str) -> Person:
    """Let somebody in: they choose a password and an authenticator, whose codes the mailbox shows."""
    token = secrets.token_urlsafe(32)
    with acting(home) as act:
        invite(act, person_id(act.session, number), token_hash(token))
    person = Person(home.settings.pages_url, number, home.now().timestamp())
    person.enrol(f"/invitations/{token}")
    httpx.post(f"{mailbox}/codes", json={"number": number, "secret": person.secret}, trust_env=False)
    return person


def _ask(officer: Person, day: Day) -> Page:
    page = officer.open(f"/new-request?activity={UNIT}-{day.inspection_start:%Y}-00001")
    form = next(one for one in page.forms if "recording" in one.fields)
    return officer.send(page, form, recording=form.fields["recording"], purpose="复核现场检查经过（示例）")


def _told(mailbox: str, number: str) -> str | None:
    """The link in the notice that landed on the leader's phone; at night it waits, and none has."""
    from flows.notice_delivery import deliver_notices

    for _ in range(5):
        deliver_notices()
        shown = httpx.get(mailbox, trust_env=False).text
        found = re.search(r"https?://[^\s<\"]+/go/[^\s<\"]+", shown)
        if found is not None and number in shown:
            return found[0]
    return None


def _decide(leader: Person, link: str) -> None:
    page = leader.sign_in(link)
    form = page.form("/steps/")
    leader.send(page, form, do="approve", reason="同意，用于复核（示例）", change="", successor="")


def _look(officer: Person, number: str) -> bytes:
    page = officer.open(f"/requests/{number}")
    viewing = officer.send(page, page.form("/grants/"))
    return officer.bytes_of(next(one for one in viewing.sources if one.endswith("/footage")))


def _known(home: Home, content: bytes) -> str:
    with reading(home) as session:
        known = session.query(Recording).filter_by(sha256=sha256(content).hexdigest()).count()
    return "the original to the byte" if known else "a part of the original"


def _views(home: Home) -> int:
    with reading(home) as session:
        return session.query(AccessView).count()

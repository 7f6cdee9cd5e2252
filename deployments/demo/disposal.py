"""The demo's last act: half a year later what is due is listed, decided about by five people, and gone (Art. 18)."""

from __future__ import annotations

from datetime import datetime, timedelta

from rich.table import Table

from deployments.console import errors, out
from deployments.demo.access import OVERSEER, enrolled
from deployments.demo.browser import Form, Page
from deployments.demo.city import LATE_OFFICER, RECORDER, Day
from deployments.demo.ladder import move_to
from deployments.facts import reading
from deployments.home import Home
from registry.queries import units_by_code
from registry.queries.disposal import certificate_of, list_numbered, open_lists
from registry.queries.retention_report import by_class

ADMINISTRATOR = "SL010101"
_HALF_A_YEAR = timedelta(days=195)


def let_go(home: Home, day: Day, mailbox: str) -> None:
    """Move the clock, list what is due, decide, wait for the time of grace, carry it out."""
    table = Table("who", "does", "what came of it", title="Half a year later (Art. 18)")
    with errors.status("Half a year passes"):
        move_to(home, _morning(day.now + _HALF_A_YEAR, day))
        counts = _sweep(home)
    number = _listed(home)
    for row in _why_kept(home):
        table.add_row("the sweep", "looks at every original", row)
    for why, count in counts.items():
        if why.startswith("kept_"):
            table.add_row("the sweep", "keeps what is over", f"{count}: {why.removeprefix('kept_')}")
    table.add_row("the sweep", "lists what is due", f"{number}: {counts.get('listed', 0)} originals")
    with errors.status("Deciding about the list"):
        _decide(home, mailbox, number, table)
        move_to(home, home.now() + timedelta(days=7, minutes=5))
        state = _carry_out(home, number)
    table.add_row("the run", "carries it out after seven days", f"{state}, certificate {_certificate(home, number)}")
    out.print(table)
    out.print(f"  List        {home.settings.pages_url}/disposals/{number}  (password and codes as above)")


def _morning(at: datetime, day: Day) -> datetime:
    return at.astimezone(day.zone).replace(hour=9, minute=30)


def _sweep(home: Home) -> dict[str, int]:
    """What a night does: requests whose time has passed are closed, then terms are gone through."""
    from flows.deadline_escalation import escalate_deadlines
    from flows.retention_expiry import sweep_retention

    for _ in range(5):
        if escalate_deadlines():
            break
    for _ in range(5):
        counts = sweep_retention(dry_run=False)
        if counts:
            return counts
    return {}


def _why_kept(home: Home) -> list[str]:
    with reading(home) as session:
        rows = by_class(session.connection())
    return [
        f"{row.originals} {row.retention_class}: {row.kept or f'last day {row.first_due}'}"
        for row in rows
        if row.unit_code == "chengguan"
    ]


def _listed(home: Home) -> str:
    with reading(home) as session:
        units = [one.id for one in units_by_code(session).values()]
        rows = open_lists(session.connection(), units)
    number: str = rows[-1].number
    return number


def _decide(home: Home, mailbox: str, number: str, table: Table) -> None:
    place = f"/disposals/{number}"
    administrator, leader = (enrolled(home, one, mailbox) for one in (ADMINISTRATOR, OVERSEER))
    page = administrator.sign_in(place)
    page = administrator.send(
        page, _with(page, "appraisal"), scope="all", appraisal="dispose", reason="保存期满（示例）"
    )
    administrator.send(page, _saying(page, "submit"), reason="已逐条鉴定（示例）")
    table.add_row(ADMINISTRATOR, "appraises, signed in", "all of it may go; handed in")
    page = leader.sign_in(place)
    names = {"witness-1": RECORDER.officer, "witness-2": LATE_OFFICER}
    leader.send(page, _with(page, "witness-1"), do="approve", reason="同意销毁（示例）", **names)
    table.add_row(OVERSEER, "approves, and names two witnesses", f"{RECORDER.officer}, {LATE_OFFICER}")
    for witness in (RECORDER.officer, LATE_OFFICER):
        one = enrolled(home, witness, mailbox)
        page = one.sign_in(place)
        one.send(page, _saying(page, "witness"), reason="清册与批准内容一致（示例）")
        table.add_row(witness, "witnesses", "compared with what was approved")
        one.leave()
    for person in (administrator, leader):
        person.leave()


def _with(page: Page, field: str) -> Form:
    return next(one for one in page.forms if field in one.fields)


def _saying(page: Page, do: str) -> Form:
    return next(one for one in page.forms if do in one.fields.get("do", []))


def _carry_out(home: Home, number: str) -> str:
    from blocks.archive import Archive
    from blocks.clock import now
    from flows.retention_expiry import carry_out_list

    return carry_out_list(Archive.named("default"), number, now, dry_run=False)


def _certificate(home: Home, number: str) -> str:
    with reading(home) as session:
        found = list_numbered(session.connection(), number)
        certificate = None if found is None else certificate_of(session.connection(), found.id)
    return "missing" if certificate is None else str(certificate.number)

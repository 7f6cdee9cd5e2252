"""A city of two hundred people signed in, and requests that wait: ``python -m bench.desk_town URL HOME COUNT FILE``."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from bench.desk_load import AGENT
from desk.cookies import Shown, form_key
from registry import queries
from registry.bulk import table_of
from registry.database import Registry
from registry.queries.docks import token_hash
from registry.tables import (
    AccessGrant,
    AccessRequest,
    AccessStep,
    AccessStepItem,
    ItemOutcome,
    Person,
    Recording,
    Unit,
)
from registry.transitions import access, directory, docking
from registry.transitions.access import NewRequest
from registry.transitions.directory import AppointmentEntry, PersonEntry, UnitEntry
from registry.transitions.docking import ScannedEntry, TakenIn
from registry.transitions.duties import Rules
from registry.transitions.signing import sign_in_by_provider
from regulation.access_terms import Range, Terms
from regulation.policy import CITY_POLICY
from regulation.vocabulary import MediaKind, Role, UnitLevel

UNITS, OFFICERS, LEADERS = 10, 16, 3
_RULES = Rules(lambda _unit: CITY_POLICY, lambda day: day.weekday() < 5)
_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    url, home, count, file = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    registry = Registry(url)
    now = datetime.now(UTC)
    people = _enter(registry, now)
    video = next((home / "film").glob("*.mp4"), None)
    recordings = _seal(registry, now, home, video)
    _ask(registry, now, people, recordings, count)
    file.write_text(json.dumps(_jobs(registry, now, home, people, recordings, video)))
    registry.dispose()


def _enter(registry: Registry, now: datetime) -> dict[str, UUID]:
    units = [UnitEntry("city", "示例市", UnitLevel.CITY)]
    units += [UnitEntry(f"u{one}", f"示例{one}局", UnitLevel.UNIT, "city") for one in range(UNITS)]
    people, held = [], []
    for unit in range(UNITS):
        code = f"u{unit}"
        for one in range(OFFICERS):
            people.append(PersonEntry(f"O{unit:02}{one:02}", "某人", code))
            held.append(AppointmentEntry(people[-1].number, code, Role.OFFICER, _LONG_AGO))
        for one in range(LEADERS):
            people.append(PersonEntry(f"L{unit:02}{one:02}", "领导", code))
            held.append(AppointmentEntry(people[-1].number, code, Role.SUPERVISING_LEADER, _LONG_AGO))
        people.append(PersonEntry(f"P{unit:02}", "领导", code))
        held.append(AppointmentEntry(people[-1].number, code, Role.PRINCIPAL_LEADER, _LONG_AGO))
    with registry.acting("bench", now) as act:
        directory.enter_units(act, units)
        directory.enter_people(act, people)
        directory.enter_appointments(act, held)
        person = table_of(Person).c
        return {row.number: row.id for row in act.connection.execute(select(person.number, person.id))}


def _seal(registry: Registry, now: datetime, home: Path, video: Path | None) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {}
    for unit in range(UNITS):
        code = f"u{unit}"
        names = [f"{code}-{one}" for one in range(10)]
        with registry.acting("bench", now) as act:
            session = docking.open_session(act, unit_code=code, source=f"/dock/{code}")
            docking.record_scan(act, session.id, [ScannedEntry(name.encode(), name, 1, 1) for name in names])
        with registry.acting("bench", now) as act:
            items = {one.shown_name: one.id for one in queries.session_items(act.session, session.id)}
            taken = [_taken(items[name], name, code, home, video if name == "u0-0" else None) for name in names]
            docking.register_originals(act, session.id, taken)
        with registry.acting("bench", now) as act:
            recording = table_of(Recording)
            rows = act.connection.execute(select(recording).where(recording.c.session_id == session.id)).all()
            found[code] = [row.id for row in sorted(rows, key=lambda row: row.size, reverse=True)]
            listed = " ".join(sorted(row.sha256 for row in rows))
            docking.seal_session(
                act, session.id, receipt_number=f"R-{code}", document=listed, key_id="key", signature="c2ln"
            )
    if video is not None:
        with registry.acting("bench", now) as act:
            row = act.session.get_one(Recording, found["u0"][0])
            row.media_kind, row.container, row.duration_seconds = MediaKind.VIDEO, "mp4", 60.0
    return found


def _taken(item: UUID, name: str, code: str, home: Path, video: Path | None) -> TakenIn:
    content = name.encode() if video is None else video.read_bytes()
    digest = sha256(content).hexdigest()
    key = f"originals/{code}/2026/11/{digest}"
    if video is not None:
        place = home / "vault" / key
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    floor = datetime.now(UTC) + timedelta(days=200)
    return TakenIn(
        item, digest, sha256(b"sm3" + content).hexdigest(), len(content), key, None, floor, ItemOutcome.STORED
    )


def _ask(
    registry: Registry, now: datetime, people: dict[str, UUID], recordings: dict[str, list[UUID]], count: int
) -> None:
    terms = Terms(now, now + timedelta(days=7), 50, 0)
    done = 0
    while done < count:
        with registry.acting("bench", now) as act:
            for number in range(done, min(done + 250, count)):
                unit = number % UNITS
                officer = people[f"O{unit:02}{number // UNITS % OFFICERS:02}"]
                wanted = {recordings[f"u{unit}"][number // 7 % 10]: Range()}
                request = access.enter_request(
                    act, NewRequest(officer, wanted, "复核现场情况", terms, None, None), officer
                )
                access.submit_request(act, request, officer, _RULES)
        done += 250


def _jobs(
    registry: Registry, now: datetime, home: Path, people: dict[str, UUID], recordings: dict[str, list[UUID]],
    video: Path | None,
) -> dict[str, Any]:  # fmt: skip
    key, browser = (home / "pages-key").read_text(), sha256(AGENT.encode()).hexdigest()
    cookies = {number: f"session-of-{number}-{sha256(number.encode()).hexdigest()}" for number in people}
    with registry.acting("bench", now) as act:
        for number, person in people.items():
            sign_in_by_provider(act, person, token_hash(cookies[number]), browser)
    keys = {number: form_key(Shown(token_hash(cookie), browser), key) for number, cookie in cookies.items()}
    by_id = {person: number for number, person in people.items()}
    step, item = table_of(AccessStep), table_of(AccessStepItem)
    with registry.reading() as reading:
        request, unit = table_of(AccessRequest), table_of(Unit)
        query = (
            select(step.c.id, request.c.number, request.c.requester_id, unit.c.code, item.c.item_id)
            .join_from(step, request, request.c.id == step.c.request_id)
            .join(unit, unit.c.id == step.c.unit_id)
            .join(item, item.c.step_id == step.c.id)
            .where(step.c.opened_at.is_not(None))
            .order_by(request.c.number)
        )
        rows = reading.execute(query).all()
    decisions, views = [], []
    for place, row in enumerate(rows):
        leader = f"L{int(row.code[1:]):02}{place % LEADERS:02}"
        officer = by_id[row.requester_id]
        body = f"form_key={keys[leader]}&do=approve&item={row.item_id}&reason=%E5%90%8C%E6%84%8F"
        decisions.append([cookies[leader], f"/requests/{row.number}/steps/{row.id}", body])
        pages = [
            (officer, "/requests"), (officer, f"/requests/{row.number}"), (leader, f"/requests/{row.number}"),
            (leader, "/inbox"), (officer, "/new-request"), (f"P{int(row.code[1:]):02}", "/register"),
            (officer, f"/requests/{row.number}"), (leader, f"/requests/{row.number}"),
        ]  # fmt: skip
        views.append([cookies[pages[place % 8][0]], pages[place % 8][1]])
    streams = [] if video is None else _streams(registry, now, people, recordings, cookies, video.stat().st_size)
    return {"decisions": decisions, "views": views, "streams": streams}


def _streams(
    registry: Registry, now: datetime, people: dict[str, UUID], recordings: dict[str, list[UUID]],
    cookies: dict[str, str], size: int,
) -> list[list[Any]]:  # fmt: skip
    found = []
    step = table_of(AccessStep)
    for viewer in range(20):
        officer, leader = people[f"O00{viewer % OFFICERS:02}"], people["L0000"]
        with registry.acting("bench", now) as act:
            wanted = {recordings["u0"][0]: Range()}
            terms = Terms(now, now + timedelta(days=7), 50, 0)
            request = access.enter_request(act, NewRequest(officer, wanted, "查看", terms, None, None), officer)
            access.submit_request(act, request, officer, _RULES)
            asked = act.connection.execute(select(step.c.id).where(step.c.request_id == request)).scalar_one()
            access.decide_step(act, asked, leader, access.Answer("同意"), _RULES)
            row = table_of(AccessGrant)
            grant = act.connection.execute(select(row.c.id).where(row.c.request_id == request)).scalar_one()
            view = access.open_view(act, grant, recordings["u0"][0], officer, "127.0.0.1")
        found.append([cookies[f"O00{viewer % OFFICERS:02}"], f"/views/{view}/footage", size])
    return found


if __name__ == "__main__":
    main()

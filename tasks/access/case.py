"""One request for access being followed: what the registry says of it, and nothing decided here (Art. 17)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from prefect import task

from blocks.duty_watch import DutyWatch
from registry.database import Registry
from registry.queries.access_pages import request_numbered
from registry.queries.access_whole import WholeRequest, whole_request
from registry.transitions import access
from regulation.access_states import ASKED, RequestState
from regulation.errors import ActionDenied
from tasks.steps import RETRIED

ACTOR = "system:access"
_WAITS = (RequestState.DRAFT, *ASKED)


@dataclass(slots=True)
class Case:
    """A request, and where it is looked up."""

    registry: Registry
    number: str
    now: Callable[[], datetime]

    def read(self) -> WholeRequest:
        """The request as it stands. Raises `ActionDenied` where there is none of this number."""
        with self.registry.reading() as reading:
            row = request_numbered(reading, self.number)
            if row is None or row.submitted_at is None:
                raise ActionDenied("No request of this number was handed in.", article="Art. 17", subject=self.number)
            return whole_request(reading, row, self.now())


@contextmanager
def access_case(watch: DutyWatch, number: str, now: Callable[[], datetime]) -> Iterator[Case]:
    """The request of this number."""
    registry = watch.registry.open()
    try:
        yield Case(registry, number, now)
    finally:
        registry.dispose()


@task(**RETRIED, name="look-into-request")
def look_into(case: Case) -> WholeRequest:
    """What was decided so far, as the registry has it; noted, so that a change nobody followed is found."""
    whole = case.read()
    with case.registry.acting(ACTOR, case.now()) as act:
        access.follow(act, whole.row.id, whole.row.changed_at)
    return whole


def waits(whole: WholeRequest) -> bool:
    """Whether people still have something to do before anything is granted or refused."""
    return whole.row.state in _WAITS

"""A request being prepared in the Prefect UI: which footage there is, and where the form is (Art. 17)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from blocks.duty_watch import DutyWatch
from registry.queries.access_offer import offered_by_kind
from regulation.errors import ActionDenied
from tasks.markdown import harmless
from tasks.progress import quietly
from tasks.steps import RETRIED


@dataclass(frozen=True, slots=True)
class Footage:
    """How much footage an activity has that can be asked for, by kind; and where the desk is."""

    activity: str
    kinds: dict[str, int]
    pages_url: str


@task(**RETRIED, name="find-footage")
def find_footage(watch: DutyWatch, activity: str) -> Footage:
    """The activity's footage. Raises `ActionDenied` where there is none that can be asked for."""
    registry = watch.registry.open()
    try:
        with registry.reading() as reading:
            kinds = offered_by_kind(reading, activity.strip())
    finally:
        registry.dispose()
    if not kinds:
        raise ActionDenied("No sealed footage is filed under an activity of this number.", article="Art. 17")
    return Footage(activity.strip(), kinds, watch.pages_url)


@task(name="publish-form", cache_policy=NO_CACHE)
def publish_form(found: Footage, views: int, copies: int, days: int) -> str:
    """Leave the link to the form; gives it."""
    asked = urlencode({"activity": found.activity, "views": views, "copies": copies, "days": days})
    place = f"{found.pages_url.rstrip('/')}/new-request?{asked}"
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(found.kinds.items()))
    quietly(
        create_markdown_artifact,
        key="access-prepared",
        markdown=f"## 调阅申请 request for access: {harmless(found.activity)}\n\n{kinds}\n\n"
        f"[打开表单 open the form]({place})\n\n"
        "申请尚未提交：登录后填写申请人和用途再提交。 "
        "Nothing is asked for yet: sign in, say for whom and why, hand it in.",
        description=f"调阅申请 access request for {found.activity}",
    )
    return place

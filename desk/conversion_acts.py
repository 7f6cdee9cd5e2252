"""What is done with a conversion at the desk, by the button that was pressed (Art. 19)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from uuid import UUID

from blocks.evidence_package import package_folder
from desk.moments import read_number
from desk.reader import Form, Visit
from registry.act import Act
from registry.queries.conversion_whole import WholeConversion
from registry.transitions import conversion
from registry.transitions.duties import Rules
from regulation.conversion_states import ARTICLE
from regulation.errors import ActionDenied

Do = Callable[[Act, Visit, WholeConversion, Form], None]


def step_named(whole: WholeConversion, text: str) -> UUID:
    """The step of this conversion that a form names. Raises `ActionDenied` for any other: an old page never answers a
    new question, nor another conversion's."""
    found: UUID | None = next((one.step.id for one in whole.steps if str(one.step.id) == text), None)
    if found is None:
        raise ActionDenied("This step is not open: it was answered, or there is none.", article=ARTICLE)
    return found


def _submit(act: Act, visit: Visit, whole: WholeConversion, form: Form) -> None:
    conversion.submit_conversion(act, whole.row.id, visit.reader.person_id)


def _withdraw(act: Act, visit: Visit, whole: WholeConversion, form: Form) -> None:
    conversion.withdraw_conversion(act, whole.row.id, visit.reader.person_id)


def _answering(answer: Callable[[Act, UUID, UUID, str, Rules], None]) -> Do:
    """What answers the step that the form names, with the reason typed."""

    def act_on(act: Act, visit: Visit, whole: WholeConversion, form: Form) -> None:
        step, rules = step_named(whole, form.one("step")), visit.desk.access.rules(act.session)
        answer(act, step, visit.reader.person_id, form.one("reason"), rules)

    return act_on


def _recall(act: Act, visit: Visit, whole: WholeConversion, form: Form) -> None:
    conversion.recall(act, whole.row.id, visit.reader.person_id, form.one("reason"))


def _reissue(act: Act, visit: Visit, whole: WholeConversion, form: Form) -> None:
    copies = read_number("copies", form.one("copies"))
    reissue(act, visit, whole, copies, form.one("reason"))


def reissue(act: Act, visit: Visit, whole: WholeConversion, copies: int, reason: str) -> None:
    """Allow more copies. Raises `ActionDenied` as `registry.transitions.conversion.reissue` does, and where packages
    are handed out here and this one is not there, for whatever reason: nobody could burn what was allowed."""
    packages, row = visit.desk.access.packages, whole.row
    conversion.reissue(act, row.id, visit.reader.person_id, copies, reason)
    if packages is not None and not package_folder(packages, row.number, row.edition).is_dir():
        raise ActionDenied(
            "Its files are not here any more: convert anew, as a correction of this one.",
            article=ARTICLE,
            subject=row.number,
        )


ACTS: Mapping[str, Do] = MappingProxyType(
    {
        "submit": _submit,
        "withdraw": _withdraw,
        "extract": _answering(conversion.extract),
        "check": _answering(conversion.check),
        "sign": _answering(conversion.sign),
        "send-back": _answering(conversion.send_back),
        "recall": _recall,
        "reissue": _reissue,
    }
)
"""By the button that was pressed."""

"""A conversion written down at the desk: new, amended while it is a draft, or in place of one that was issued
(Art. 17, 19)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Response

from desk.asking import person_numbered
from desk.conversion_form import another, item_typed, keys_in, read_item, recording_in
from desk.conversions import follow, whole_for
from desk.failing_conversion import UNTICKED
from desk.keeping import check_shown, chosen, status_of, why
from desk.moments import read_number
from desk.reader import Form, TheForm, TheVisit, Visit, go_to
from desk.showing import NotShown
from registry.act import Act
from registry.queries.conversion_granted import Granted, granted_to, grants_with_copies
from registry.queries.conversion_pages import colleagues, open_cases
from registry.queries.conversion_whole import WholeConversion
from registry.tables import Conversion
from registry.transitions import conversion
from registry.transitions.conversion import NewConversion
from regulation.access_terms import FieldDenied
from regulation.conversion import MOST_COPIES, Asked, Carrier, check_item
from regulation.conversion_states import ARTICLE
from regulation.errors import ActionDenied

conversion_forms = APIRouter()

_FIELDS = ("case", "cause", "correction", "extractor", "checker", "carrier", "copies", "recordings", "proves")
_OF_ITEMS = ("proves", "original", "range", "stills", "muted", "covered", "marks")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the form is about: the grant, the draft that is amended, if any, and the conversion that is corrected, if
    any."""

    granted: Granted
    draft: WholeConversion | None = None
    corrected: WholeConversion | None = None

    @property
    def place(self) -> str:
        """Where the form is sent."""
        return "/conversions/new" if self.draft is None else f"/conversions/{self.draft.row.number}/edit"

    @property
    def supersedes(self) -> str | None:
        """The number of the conversion that this one corrects."""
        if self.draft is not None:
            return self.draft.supersedes
        return None if self.corrected is None else self.corrected.row.number


@conversion_forms.get("/conversions/new")
def blank(visit: TheVisit, grant: str = "", supersedes: str = "") -> Response:
    """The form for the footage of a grant; without one, the grants to choose from."""
    corrected = _corrected(visit, supersedes)
    if not grant:
        return _choice(visit, corrected)
    sheet = Sheet(granted_for(visit, grant), corrected=corrected)
    return _page(visit, sheet, _usual(visit, sheet))


def _corrected(visit: Visit, number: str) -> WholeConversion | None:
    """The conversion to correct. Raises `NotShown` (404, 403) for what is none of theirs, or not in force."""
    if not number:
        return None
    found = whole_for(visit, number)
    if not found.may.correct:
        raise NotShown(403, "只能更正本人申请且已签发的证据转换。", "Only one's own that was issued can be corrected.")
    return found


def granted_for(visit: Visit, text: str) -> Granted:
    """The grant of the address. Raises `NotShown` (404) for what is none of theirs."""
    try:
        grant_id = UUID(text)
    except ValueError:
        grant_id = None
    with visit.desk.registry.reading() as reading:
        now = visit.desk.now()
        found = None if grant_id is None else granted_to(reading, grant_id, visit.reader.person_id, now)
    if found is None:
        raise NotShown(404, "没有这项授权。", "There is no such grant.")
    return found


def _choice(visit: Visit, corrected: WholeConversion | None) -> Response:
    with visit.desk.registry.reading() as reading:
        grants = grants_with_copies(reading, visit.reader.person_id, visit.desk.now())
    return visit.page("conversion_choice.html.j2", grants=grants, corrected=corrected)


def _usual(visit: Visit, sheet: Sheet) -> Form:
    """What stands in a form that nobody has filled in yet; for a correction, what was asked before."""
    if sheet.corrected is not None:
        return Form(_typed_of(sheet.corrected))
    recordings = sheet.granted.recordings
    cases = {one.case_number for one in recordings}
    fields = {
        "item": [str(one.id) for one in recordings],
        "recording": [str(one.id) for one in recordings] if len(recordings) == 1 else [],
        "case": [(cases.pop() if len(cases) == 1 else None) or ""],
        "extractor": [visit.reader.number],
        "carrier": [Carrier.DVD.value],
        "copies": [str(min(sheet.granted.copies, MOST_COPIES))],
    }
    return Form(fields | {f"original-{one.id}": ["yes"] for one in recordings if one.is_whole})


def _typed_of(whole: WholeConversion) -> dict[str, list[str]]:
    """A conversion as it is typed: what it asks is chosen."""
    row, keys = whole.row, list[str]()
    fields: dict[str, list[str]] = {}
    for one in whole.items:
        key = another(keys, str(one.recording.id))
        keys.append(key)
        fields |= item_typed(key, one.asked)
    return fields | {
        "item": keys,
        "recording": keys,
        "case": [row.case_number],
        "cause": [row.cause],
        "correction": [row.correction or ""],
        "extractor": [row.extractor_number],
        "checker": [row.checker_number],
        "carrier": [row.carrier.value],
        "copies": [str(row.copies)],
    }


def _page(visit: Visit, sheet: Sheet, typed: Form, refused: ActionDenied | None = None) -> Response:
    keys = _shown(sheet, typed)
    with visit.desk.registry.reading() as reading:
        cases = open_cases(reading, visit.reader.unit_id)
        people = colleagues(reading, visit.reader.unit_id, visit.desk.now())
    told = why(visit, refused)
    return visit.page(
        "conversion_new.html.j2",
        status_of(refused),
        sheet=sheet,
        granted=sheet.granted,
        items=[(key, sheet.granted.opened(recording_in(key))) for key in keys],
        cases=cases,
        people=people,
        carriers=list(Carrier),
        most=min(sheet.granted.copies, MOST_COPIES),
        typed=typed,
        at_top=told["wrong"] and not _is_beside(told["field"], keys),
        **told,
    )


def _is_beside(field: str, keys: Collection[str]) -> bool:
    """Whether what is wrong stands beside a field that is shown."""
    name, _, key = field.partition("-")
    return field in _FIELDS or (name in _OF_ITEMS and key in keys)


def _shown(sheet: Sheet, typed: Form) -> list[str]:
    """The items that the form shows: those it had, and every other recording of the grant."""
    opened = {str(one.id) for one in sheet.granted.recordings}
    try:
        keys = [key for key in keys_in(typed) if str(recording_in(key)) in opened]
    except FieldDenied:
        keys = []
    shown = {str(recording_in(key)) for key in keys}
    return keys + [str(one.id) for one in sheet.granted.recordings if str(one.id) not in shown]


@conversion_forms.post("/conversions/new")
def entered(form: TheForm) -> Response:
    """Enter it; what is wrong stands beside its field, and everything typed is still there."""
    visit = form.visit
    corrected = _corrected(visit, form.one("supersedes"))
    return _saved(visit, Sheet(granted_for(visit, form.one("grant")), corrected=corrected), form)


def _draft(visit: Visit, number: str) -> Sheet:
    """A draft of theirs. Raises `NotShown` (404, 403)."""
    whole = whole_for(visit, number)
    if not whole.may.edit:
        raise NotShown(403, "只有申请人可以修改草稿。", "Only a draft can be changed, by who asks for it.")
    return Sheet(granted_for(visit, str(whole.row.grant_id)), draft=whole)


@conversion_forms.get("/conversions/{number}/edit")
def edit(visit: TheVisit, number: str) -> Response:
    """The form of a draft, filled in."""
    sheet = _draft(visit, number)
    assert sheet.draft is not None
    return _page(visit, sheet, Form(_typed_of(sheet.draft)))


@conversion_forms.post("/conversions/{number}/edit")
def amended(form: TheForm, number: str) -> Response:
    """Write the draft down anew."""
    visit = form.visit
    return _saved(visit, _draft(visit, number), form)


def _saved(visit: Visit, sheet: Sheet, form: Form) -> Response:
    if more := form.optional("more"):
        return _page(visit, sheet, _with_another(form, more))
    try:
        with visit.acting() as act:
            number = _save(act, visit, sheet, form)
    except ActionDenied as refused:
        return _page(visit, sheet, form, refused)
    follow(visit, number)
    return go_to(f"/conversions/{number}")


def _with_another(form: Form, recording: str) -> Form:
    """The form with a further item of a recording, below those it has."""
    try:
        key = another(keys_in(form), str(recording_in(recording)))
    except FieldDenied:
        return form
    items = form.all("item")
    place = max((n for n, one in enumerate(items, 1) if one.partition(".")[0] == recording), default=len(items))
    shown = {"item": [*items[:place], key, *items[place:]], "recording": [*form.all("recording"), key]}
    return Form({**form.fields, **shown, f"original-{key}": ["no"]})


def _save(act: Act, visit: Visit, sheet: Sheet, form: Form) -> str:
    by = visit.reader.person_id
    new = _new(act, visit, sheet, form)
    if sheet.draft is None:
        conversion_id = conversion.enter_conversion(act, new, by)
    else:
        conversion_id = sheet.draft.row.id
        conversion.amend_conversion(act, conversion_id, new, by)
    if form.one("do") == "submit":
        conversion.submit_conversion(act, conversion_id, by)
    return act.session.get_one(Conversion, conversion_id).number


def _new(act: Act, visit: Visit, sheet: Sheet, form: Form) -> NewConversion:
    if sheet.draft is None and sheet.corrected is None:
        _check_ticked(form)
    for field in ("cause", "correction"):
        check_shown(visit, field, form.one(field))
    return NewConversion(
        grant_id=sheet.granted.id,
        case=form.one("case"),
        cause=form.one("cause"),
        items=[_item(visit, sheet.granted, form, key) for key in keys_in(form) if key in form.all("recording")],
        extractor_id=person_numbered(act, "extractor", form.one("extractor")),
        checker_id=person_numbered(act, "checker", form.one("checker")),
        carrier=chosen(Carrier, "carrier", form.one("carrier")),
        copies=read_number("copies", form.one("copies")),
        supersedes=sheet.supersedes,
        correction=form.optional("correction"),
    )


def _check_ticked(form: Form) -> None:
    """Raise `FieldDenied` where somebody who fills in an empty form has said what a recording proves, and forgotten to
    tick it."""
    for key in keys_in(form):
        if form.one(f"proves-{key}") and key not in form.all("recording"):
            raise FieldDenied(f"proves-{key}", UNTICKED, ARTICLE)


def _item(visit: Visit, granted: Granted, form: Form, key: str) -> Asked:
    """An item that can be. Raises `FieldDenied` for its field; the registry looks at it again."""
    asked, opened = read_item(form, key), granted.opened(recording_in(key))
    check_shown(visit, f"proves-{key}" if form.one(f"proves-{key}") else "proves", asked.proves)
    try:
        if opened is None:
            raise FieldDenied("recordings", f"There is no such sealed recording: {key}.", ARTICLE)
        check_item(asked.within(opened.part), opened.part, opened.duration_seconds)
    except FieldDenied as denied:
        if denied.field not in _OF_ITEMS:
            raise
        raise FieldDenied(f"{denied.field}-{key}", denied.message, denied.article or ARTICLE) from None
    return asked

"""Make what is asked of each recording, after its original was read again from end to end (Art. 7, 19).

Killed anywhere and run again, it goes on where it stopped: what was made lies in the conversion's folder, with what is
to be said of it beside it, and the registry is told once all of it is there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import task

from blocks.evidence_package import made_folder
from blocks.hashing import sm3_of
from registry.bulk import AnyRow
from registry.queries.access_grants import opened_part
from registry.queries.conversion import items_of_conversion
from registry.transitions import conversion, fixity
from registry.transitions.conversion import Output
from regulation.access_terms import Range
from regulation.conversion import WHOLE
from regulation.conversion_states import ARTICLE
from regulation.errors import ActionDenied, CustodyError, FixityError
from regulation.vocabulary import MediaKind
from tasks.clipping.child import ClipLostError, take_glance
from tasks.conversion.hear import hear
from tasks.conversion.originals import Original, original_of
from tasks.conversion.plan import Planned, planned
from tasks.conversion.work import ConversionWork
from tasks.deriving.child import derive, make_ready
from tasks.deriving.made import Made, NotMade
from tasks.deriving.wanted import Still
from tasks.progress import Advance, Progress
from tasks.steps import RETRIED

SOURCE = "source"
"""The kind of the output that says what an original was found to be when it was extracted."""

_GLANCE = 1.0
"""Seconds of a recording that are looked at to know whether it has sound."""

GROUP_BYTES = 1 << 20
"""About what is read of a recording for one picture of it."""


@task(**RETRIED, name="make-derivatives")
def make_derivatives(work: ConversionWork) -> None:
    """Read each original, make what is asked of it, and have the checker asked.

    An original that is not what was taken in sends the conversion back, and is read by the next audit ahead of all
    others; so does one that was marked or destroyed since (Art. 17). What cannot be made of a recording is no failure:
    the statement says why.
    """
    row = work.read()
    make_ready()
    try:
        outputs = _outputs(work, row)
        hear(work, row, _heard(work, row, outputs))
    except (ActionDenied, FixityError) as refused:
        _give_up(work, row, refused)
        return
    with work.acting() as act:
        conversion.enter_outputs(act, row.id, outputs)
    work.counts["made"] = sum(one.problem is None for one in outputs)


def _heard(work: ConversionWork, row: AnyRow, outputs: Iterable[Output]) -> list[tuple[Original, Range]]:
    """The originals that have sound, each once, with what was granted of them."""
    items, originals, shown = _asked(work, row)
    sounding = {one.item_id for one in outputs if one.facts.get("has_sound")}
    ids = dict.fromkeys(one.recording_id for one in items if one.id in sounding)
    return [(originals[one], shown[one]) for one in ids]


def _give_up(work: ConversionWork, row: AnyRow, refused: CustodyError) -> None:
    with work.acting() as act:
        conversion.give_up(act, row.id, str(refused))
        if isinstance(refused, FixityError):
            ids = {one.recording_id for one in items_of_conversion(act.connection, row)}
            fixity.suspect(act, [one for one in ids if str(one) == refused.subject])


def _outputs(work: ConversionWork, row: AnyRow) -> list[Output]:
    folder = made_folder(work.packages, row.number, row.edition)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    items, originals, shown = _asked(work, row)
    wanted = [(item, list(planned(item, shown[item.recording_id]))) for item in items]
    sizes = {one: original.recording.size for one, original in originals.items()}
    read_again = sum(_to_read(plan, originals[item.recording_id]) for item, plans in wanted for plan in plans)
    progress = Progress("Making", sum(sizes.values()) + read_again, "bytes", _key(row))
    checked, outputs = set[UUID](), list[Output]()
    for item, plans in wanted:
        original = originals[item.recording_id]
        if item.recording_id not in checked:
            with progress.step(sizes[item.recording_id]) as advanced:
                original.check(advanced)
            checked.add(item.recording_id)
        outputs.append(_source(item, original))
        for plan in plans:
            with progress.step(_to_read(plan, original)) as advanced:
                outputs.append(_output(folder, plan, original, advanced))
    progress.tell(finished=True)
    return outputs


def _to_read(plan: Planned, original: Original) -> int:
    """About how many bytes of the original it takes to make it: those of its part."""
    size, length = original.recording.size, original.recording.duration_seconds
    if isinstance(plan.wanted, Still):
        return min(size, GROUP_BYTES)
    if not length:
        return size
    asked = plan.wanted.asked
    end = length if asked.end is None else min(asked.end, length)
    return round(size * max(0.0, end - asked.start) / length)


def _key(row: AnyRow) -> str:
    return f"making-{row.number.lower()}"


def _asked(work: ConversionWork, row: AnyRow) -> tuple[list[AnyRow], dict[UUID, Original], dict[UUID, Range]]:
    """The items, the originals, and what was granted of each. Raises `ActionDenied` (Art. 17) where it is granted no
    more."""
    with work.registry.reading() as reading:
        items = items_of_conversion(reading.connection(), row)
        ids = {one.recording_id for one in items}
        originals = {one: original_of(reading, one, work.archive.vault) for one in ids}
        parts = {one: opened_part(reading, row.grant_id, one) for one in ids}
    if missing := [one for one, part in parts.items() if part is None]:
        raise ActionDenied("It was marked or destroyed since.", article="Art. 17", subject=str(min(missing)))
    return items, originals, {one: part or WHOLE for one, part in parts.items()}


def _source(item: AnyRow, original: Original) -> Output:
    """What the original was found to be."""
    recording = original.recording
    facts = {"has_sound": _has_sound(original), "recording": str(recording.id)}
    return Output(item.id, SOURCE, 1, facts, recording.size, recording.sha256)


def _has_sound(original: Original) -> bool:
    recording = original.recording
    if recording.media_kind is not MediaKind.VIDEO:
        return recording.media_kind is MediaKind.SOUND
    try:
        seen = take_glance(original.part, recording.size, Range(0.0, _GLANCE))
    except ClipLostError:
        return False
    return bool(seen["peaks"])


def _output(folder: Path, plan: Planned, original: Original, progress: Advance) -> Output:
    """One derivative: that of a run before, or made now."""
    note = folder / f"{plan.stem}.json"
    if not note.exists():
        _make(folder, plan, original, note, progress)
    told = json.loads(note.read_text(encoding="utf-8"))
    return Output(
        plan.item.id, plan.kind.value, plan.ordinal, told["facts"], told["size"], told["sha256"], told["problem"]
    )


def _make(folder: Path, plan: Planned, original: Original, note: Path, progress: Advance | None = None) -> None:
    target = folder / f"{plan.stem}.part"
    target.unlink(missing_ok=True)
    try:
        made = _derived(plan, original, target, progress)
    except NotMade as why:
        _note(note, {"facts": {"asked": _span(_asked_of(plan))}, "size": None, "sha256": None, "problem": why.reason})
        return
    facts = _facts(made, target)
    target.replace(folder / f"{plan.stem}.{made.form}")
    _note(note, {"facts": facts, "size": made.size, "sha256": made.sha256, "problem": None})


def _derived(plan: Planned, original: Original, target: Path, progress: Advance | None) -> Made:
    """What was lost on the way is tried once more: a child is the first that a machine without memory, or one that is
    shut down, does away with, and the recording has no part in that."""
    size = original.recording.size
    try:
        return derive(original.part, size, plan.wanted, target, progress=progress)
    except NotMade as lost:
        if lost.is_final:
            raise
    return derive(original.part, size, plan.wanted, target)


def _note(note: Path, told: dict[str, Any]) -> None:
    draft = note.with_suffix(".json.part")
    draft.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    draft.replace(note)


def _facts(made: Made, file: Path) -> dict[str, Any]:
    return {
        "asked": _span(made.asked),
        "actual": _span(made.actual),
        "second": made.second,
        "form": made.form,
        "media_type": made.media_type,
        "tool": made.tool,
        "streams": [[one.index, one.codec, one.packets, one.made] for one in made.streams if one.is_same],
        "sm3": _sm3(file),
        "remarks": list(made.remarks),
    }


def _asked_of(plan: Planned) -> Range | None:
    return getattr(plan.wanted, "asked", None)


def _span(part: Range | None) -> list[float | None] | None:
    return None if part is None else [part.start, part.end]


def _sm3(file: Path) -> str | None:
    with file.open("rb") as opened:
        return sm3_of(opened)


def made_files(work: ConversionWork, row: AnyRow, outputs: Iterable[AnyRow]) -> dict[UUID, Path]:
    """Where each derivative that was made lies, by the output's id; made again where its file is gone.

    Raises `FixityError` where what is there, or what is made now, is not what was checked.
    """
    folder = made_folder(work.packages, row.number, row.edition)
    items, originals, shown = _asked(work, row)
    plans = {
        (one.item.id, one.kind.value, one.ordinal): one
        for item in items
        for one in planned(item, shown[item.recording_id])
    }
    found = {}
    for one in outputs:
        plan = plans.get((one.item_id, one.kind, one.ordinal))
        if one.problem is None and plan is not None:
            found[one.id] = _as_checked(folder, plan, originals[plan.item.recording_id], one)
    return found


def _as_checked(folder: Path, plan: Planned, original: Original, one: AnyRow) -> Path:
    path = folder / f"{plan.stem}.{one.facts['form']}"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / f"{plan.stem}.json").unlink(missing_ok=True)
        _make(folder, plan, original, folder / f"{plan.stem}.json")
    with path.open("rb") if path.exists() else _nothing(path) as opened:
        if hashlib.file_digest(opened, "sha256").hexdigest() != one.sha256:
            raise FixityError("It is not what was checked.", article=ARTICLE, subject=path.name)
    return path


def _nothing(path: Path) -> Any:
    raise FixityError("It could not be made again.", article=ARTICLE, subject=path.name)

"""Put the package together, keep its statement, enter it, and have the vault hold its originals (Art. 18(2), 19).

Killed anywhere and run again, it goes on where it stopped: a package has its name only once it is whole, and the
register has it only once it has its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

from prefect import task
from sqlalchemy import Connection

from blocks.evidence_package import evidence_link, package_folder
from registry.bulk import AnyRow
from registry.queries.conversion import items_of_conversion
from registry.queries.retention import held
from registry.queries.vault_locks import stale_among
from registry.tables import Unit
from registry.transitions import conversion, fixity, retention
from registry.transitions.conversion import Disc, Stated
from regulation.conversion_states import ConversionState
from regulation.errors import ActionDenied, FixityError
from regulation.expiry import LAST_LOCK
from tasks.conversion.contents import PAPERS, Prepared, prepare
from tasks.conversion.originals import Original, original_of
from tasks.conversion.work import ConversionWork
from tasks.packing.discs import medium_called
from tasks.packing.files import PackageFile, of_bytes, of_file
from tasks.packing.package import Contents, Packed, PackedDisc, pack
from tasks.progress import Progress
from tasks.retention.terms import tell_vault
from tasks.steps import RETRIED


@task(**RETRIED, name="issue-package")
def issue_package(work: ConversionWork) -> None:
    """Pack what was signed, and enter it in the register.

    Where it cannot be packed, because an original is not what was taken in or a file does not fit onto the medium, the
    conversion goes back to who asked for it, with the reason.
    """
    row = work.read()
    try:
        with work.acting() as act:
            conversion.check_open_to(act, row)
        prepared = prepare(work, row)
        packed = _pack(work, row, prepared)
    except (ActionDenied, FixityError) as refused:
        with work.acting() as act:
            conversion.give_up(act, row.id, str(refused))
            if isinstance(refused, FixityError):
                fixity.suspect(act, _ids(act.connection, row))
        return
    stated = _keep_statement(work, row, prepared)
    with work.acting() as act:
        conversion.issue(act, row.id, stated, [_disc(one) for one in packed.discs])
    work.counts["discs"] = len(packed.discs)


def _ids(connection: Connection, row: AnyRow) -> list[UUID]:
    return sorted({one.recording_id for one in items_of_conversion(connection, row)})


def _pack(work: ConversionWork, row: AnyRow, prepared: Prepared) -> Packed:
    statement = prepared.statement
    items = list(_footage(work, row, prepared))
    common = [of_bytes(path, content) for path, content in sorted(prepared.texts.items())]
    total = sum(one.size for one in (*common, *items))
    medium = medium_called(row.carrier.value)
    whole = total * (1 if medium.container is None else 2)
    progress = Progress("Packing", whole, "bytes", f"packing-{row.number.lower()}")
    with progress.step(whole) as advanced:
        packed = pack(
            package_folder(work.packages, row.number, row.edition),
            Contents(row.number, statement.unit_name, common, items),
            medium,
            work.archive.receipt_key,
            work.archive.timestamps,
            _signed_at(statement.drawn_up_at, statement.zone),
            url=evidence_link(work.archive.pages_url, row.id),
            progress=advanced,
        )
    progress.tell(finished=True)
    return packed


def _signed_at(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(microsecond=0)


def _footage(work: ConversionWork, row: AnyRow, prepared: Prepared) -> Iterator[PackageFile]:
    """Recording by recording: the original from the vault, then what was made of it."""
    originals = _originals(work, row)
    seen = set[str]()
    for stated, item in zip(prepared.statement.recordings, originals, strict=True):
        if stated.path is not None and stated.path not in seen:
            seen.add(stated.path)
            yield PackageFile(stated.path, stated.size, stated.sha256, item.pieces)
        made = [(one.path, one.sha256) for one in stated.derivatives] + [
            (one.path, one.sha256) for one in stated.stills
        ]
        for path, digest in made:
            if path is not None:
                yield of_file(path, prepared.made[path], digest)


def _originals(work: ConversionWork, row: AnyRow) -> list[Original]:
    """The original of each item, in order."""
    with work.registry.reading() as reading:
        items = items_of_conversion(reading.connection(), row)
        return [original_of(reading, one.recording_id, work.archive.vault) for one in items]


def _keep_statement(work: ConversionWork, row: AnyRow, prepared: Prepared) -> Stated:
    """Lock text and papers in the vault; no lock lasts longer than theirs. Names say of which text they are: where
    a package was lost before it was entered, its proofs, put together anew, may say more than they did."""
    with work.registry.reading() as reading:
        unit = reading.get_one(Unit, row.unit_id).code
    key, vault, digest = work.archive.receipt_key, work.archive.vault, sha256(prepared.document.encode()).hexdigest()
    name = f"statements/{unit}/{row.number}-{row.edition}-{digest[:16]}"
    kept = {f"{name}.json": prepared.document.encode()}
    kept |= {f"{name}.{language}.pdf": prepared.texts[path] for language, path in PAPERS.items()}
    for where, content in kept.items():
        vault.put_document(where, content, retain_until=LAST_LOCK)
    return Stated(
        document=prepared.document,
        key_id=key.key_id,
        signature=key.sign(prepared.document),
        paper_key=f"{name}.zh.pdf",
        paper_sha256=sha256(prepared.texts[PAPERS["zh"]]).hexdigest(),
        english_sha256=sha256(prepared.texts[PAPERS["en"]]).hexdigest(),
    )


def _disc(one: PackedDisc) -> Disc:
    issued = one.issued
    return Disc(
        name=one.bag.name,
        tag_manifest_sha256=issued.tag_manifest_sha256,
        sums_sha256=issued.sums_sha256,
        size=one.size,
        image_sha256=issued.container_sha256,
        image_size=issued.container_size,
    )


@task(**RETRIED, name="hold-originals")
def hold_originals(work: ConversionWork) -> None:
    """Have the vault keep the originals as long as the case file, without waiting for the night (Art. 18(2)): while the
    case is open it holds them back."""
    row = work.read()
    if row.state is not ConversionState.ISSUED:
        return
    with work.acting() as act:
        ids = _ids(act.connection, row)
        settled = retention.settle_terms(act, ids, work.rules)
        retention.untouch_terms(act, set(ids) - settled.waiting)
    with work.registry.reading() as reading:
        rows = stale_among(reading.connection(), ids)
        wanted = held(reading.connection(), [one.recording_id for one in rows])
    told = [tell_vault(work.archive.vault, one, one.recording_id in wanted) for one in rows]
    with work.acting() as act:
        retention.note_vault(act, [one for one in told if one is not None])

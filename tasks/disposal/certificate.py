"""The certificate of a list that was carried out: a signed text that programs check, and a paper for people (Art. 18).

Made again from the same facts it is the same, byte for byte; so a run that dies on the way leaves no second one. The
certificate that counts is the one the registry has; it says which paper is its own.
"""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from prefect import task
from sqlmodel import Session

from blocks.typesetter import typeset
from registry.bulk import AnyRow
from registry.queries.disposal import Gone, certificate_of, decisions_on, destroyed_on
from registry.queries.people import people_by_id
from registry.tables import DisposalList, Unit
from registry.transitions import disposal
from regulation.disposal_states import ListState
from regulation.expiry import LAST_LOCK
from tasks.disposal.words import CLASSES, MEDIA, TRIGGERS, VERDICTS
from tasks.disposal.work import DisposalWork
from tasks.notices.words import ROLES
from tasks.steps import RETRIED

KIND = "bodycam-custody/disposal-certificate/1"
_TEMPLATE = Path(__file__).parent / "papers" / "certificate.typ"


@task(**RETRIED, name="issue-certificate")
def issue_certificate(work: DisposalWork, row: DisposalList) -> None:
    """Issue the certificate of a list that was carried out; one that has it keeps it."""
    if row.state is not ListState.DONE:
        return
    with work.registry.reading() as reading:
        if certificate_of(reading.connection(), row.id) is not None:
            return
        facts = _Facts(reading, row)
    document = json.dumps(facts.document(work), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    paper = typeset(_TEMPLATE, facts.paper(document), facts.closed_at)
    digest = sha256(paper).hexdigest()
    # It is kept for ever: no lock lasts longer.
    kept = work.archive.vault.put_document(_paper_key(row.number, digest), paper, retain_until=LAST_LOCK)
    key = work.archive.receipt_key
    with work.acting() as act:
        disposal.certify(
            act,
            row.id,
            document=document,
            key_id=key.key_id,
            signature=key.sign(document),
            paper_key=kept.key,
            paper_sha256=digest,
        )


def _paper_key(list_number: str, digest: str) -> str:
    """Named by its content too: a run may die before it enters the certificate, and a person's name be corrected before
    the next one; the first paper, which nothing names, must not stand in the way of the other."""
    return f"statements/disposals/{disposal.certificate_number(list_number)}-{digest[:16]}.pdf"


class _Facts:
    """Everything that a certificate states."""

    def __init__(self, reading: Session, row: DisposalList) -> None:
        self.row = row
        self.unit = reading.get_one(Unit, row.unit_id)
        self.decided = decisions_on(reading.connection(), row.id)
        self.people = people_by_id(reading, {one.person_id for one in self.decided})
        self.gone = destroyed_on(reading.connection(), row.id)
        # Of a list that was carried out there is both.
        self.grace_until, self.closed_at = row.grace_until or row.changed_at, row.closed_at or row.changed_at

    def document(self, work: DisposalWork) -> dict[str, Any]:
        """The text that is signed: hashes, times and decisions; people by their certificate numbers."""
        return {
            "kind": KIND,
            "article": "Art. 18",
            "certificate": disposal.certificate_number(self.row.number),
            "list": self.row.number,
            "unit": self.unit.code,
            "opened_at": self.row.opened_at.isoformat(),
            "grace_until": self.grace_until.isoformat(),
            "closed_at": self.closed_at.isoformat(),
            "public_key": work.archive.receipt_key.public_key,
            "decisions": [self._decision(one) for one in self.decided],
            "destroyed": [_destroyed(one) for one in self.gone],
        }

    def _decision(self, one: AnyRow) -> dict[str, Any]:
        return {
            "verdict": one.verdict.value,
            "person": self.people[one.person_id].number,
            "role": None if one.role is None else one.role.value,
            "at": one.at.isoformat(),
            "items": one.items,
            "items_sha256": one.items_sha256,
            "reason_sha256": sha256(one.reason.encode()).hexdigest(),
            "policy": one.policy_version,
        }

    def paper(self, document: str) -> dict[str, Any]:
        """What the paper says, in words."""
        zone = ZoneInfo(self.unit.zone)
        size = sum(one.size for one in self.gone)
        return {
            "title": "执法音像资料销毁证明",
            "subtitle": "Certificate of disposal",
            "unit": self.unit.name,
            "number": disposal.certificate_number(self.row.number),
            "facts": [
                ("销毁清册 list", self.row.number),
                ("依据 under", "第十八条 Art. 18"),
                ("建册 opened", _at(self.row.opened_at, zone)),
                ("等待期满 grace over", _at(self.grace_until, zone)),
                ("销毁完毕 carried out", _at(self.closed_at, zone)),
                ("销毁数量 destroyed", f"{len(self.gone)} 条 originals, {size:,} 字节 bytes"),
            ],
            "decisions": [self._word(one, zone) for one in self.decided],
            "items": [_line(one, zone) for one in self.gone],
            "check": [
                "保管库中已无上述资料的任何版本；登记库保留其摘要、时间和决定，不保留内容。",
                "No version of these originals is left in the vault; the registry keeps their digests, times and "
                "decisions, never content.",
                "核验：本证明的文本（JSON）经 Ed25519 签名；其 SHA-256 应与下列一致。",
            ],
            "document_sha256": sha256(document.encode()).hexdigest(),
        }

    def _word(self, one: AnyRow, zone: ZoneInfo) -> list[str]:
        person = self.people[one.person_id]
        role = "监销人 witness" if one.role is None else f"{ROLES[one.role]['zh']} {ROLES[one.role]['en']}"
        return [VERDICTS[one.verdict], f"{person.name} {person.number}", role, _at(one.at, zone), f"{one.items}"]


def _destroyed(one: Gone) -> dict[str, Any]:
    return {
        "recording": str(one.recording_id),
        "sha256": one.sha256,
        "sm3": one.sm3,
        "size": one.size,
        "class": one.retention_class.value,
        "article": one.article,
        "trigger": one.trigger.value,
        "trigger_on": one.trigger_on.isoformat(),
        "due_on": one.due_on.isoformat(),
        "destroyed_at": one.destroyed_at.isoformat(),
    }


def _line(one: Gone, zone: ZoneInfo) -> dict[str, str]:
    return {
        "what": MEDIA[one.media_kind],
        "activity": one.activity or "–",
        "class": CLASSES[one.retention_class],
        "term": f"{TRIGGERS[one.trigger]} {one.trigger_on} → {one.due_on}",
        "size": f"{one.size:,}",
        "gone": _at(one.destroyed_at, zone),
        "sha256": one.sha256,
    }


def _at(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"

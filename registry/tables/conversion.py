"""Evidence conversions (证据转换): what was asked, who extracted, checked and signed, what was made and handed out
(Art. 19)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from registry.types import UtcDateTime, new_id, text_of
from regulation.conversion import Carrier, ConversionStage
from regulation.conversion_states import ConversionState
from regulation.vocabulary import Role


class Conversion(SQLModel, table=True):
    """One officer's conversion for one case, under a grant that opens the footage to them.

    `edition` counts how often what is asked was written down; what does not belong to the last one is history.
    `supersedes_id` is the issued conversion that this one corrects, `correction` says why. `extracted_at` is the time
    of extraction that the statement names. `problem` is why it could not be made, where a run sent it back.
    `followed_at` is up to which change its flow run has followed.
    """

    __tablename__ = "conversion"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: str = Field(unique=True, max_length=64)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    requester_id: UUID = Field(foreign_key="person.id", index=True)
    grant_id: UUID = Field(foreign_key="access_grant.id", index=True)
    case_id: UUID = Field(foreign_key="case_file.id", index=True)
    cause: str
    carrier: Carrier = Field(sa_type=text_of(Carrier))
    copies: int
    extractor_id: UUID = Field(foreign_key="person.id")
    checker_id: UUID = Field(foreign_key="person.id")
    supersedes_id: UUID | None = Field(default=None, foreign_key="conversion.id", index=True)
    correction: str | None = None
    state: ConversionState = Field(default=ConversionState.DRAFT, sa_type=text_of(ConversionState), index=True)
    edition: int = 1
    created_at: datetime = Field(sa_type=UtcDateTime)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    extracted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    followed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    issued_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    problem: str | None = None
    recalled_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    recall_reason: str | None = None


class ConversionItem(SQLModel, table=True):
    """A recording, or a part of one, in one edition and in the order in which it stands in the statement: what it
    proves, and what else is made of it (`regulation.conversion.marks_of`)."""

    __tablename__ = "conversion_item"
    __table_args__ = (UniqueConstraint("conversion_id", "edition", "position", name="one_conversion_item_per_place"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    conversion_id: UUID = Field(foreign_key="conversion.id")
    edition: int
    position: int
    recording_id: UUID = Field(foreign_key="recording.id", index=True)
    original: bool
    start_second: float = 0.0
    end_second: float | None = None
    proves: str
    marks: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class ConversionStep(SQLModel, table=True):
    """One question: to the named extractor, to the named checker, or to the seat that signs. `closed_at` is when it was
    answered, or nothing was left to answer."""

    __tablename__ = "conversion_step"
    __table_args__ = (UniqueConstraint("conversion_id", "position", name="one_conversion_step_per_place"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    conversion_id: UUID = Field(foreign_key="conversion.id")
    position: int
    edition: int
    stage: ConversionStage = Field(sa_type=text_of(ConversionStage))
    person_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ConversionVerdict(StrEnum):
    EXTRACTED = "extracted"  # 提取
    CHECKED = "checked"  # 复核通过
    SIGNED = "signed"  # 签发
    RETURNED = "returned"  # 退回


class ConversionDecision(SQLModel, table=True):
    """The one answer to a step: by whom, in which role, why, and of exactly what: `content_sha256` is the digest of
    what is asked and of what was made of it at that moment. `passed` lists the seats below that did not sign."""

    __tablename__ = "conversion_decision"

    step_id: UUID = Field(foreign_key="conversion_step.id", primary_key=True)
    conversion_id: UUID = Field(foreign_key="conversion.id", index=True)
    edition: int
    person_id: UUID = Field(foreign_key="person.id", index=True)
    role: Role | None = Field(default=None, sa_type=text_of(Role))
    passed: list[list[str]] = Field(default_factory=list, sa_type=JSON)
    verdict: ConversionVerdict = Field(sa_type=text_of(ConversionVerdict))
    reason: str
    content_sha256: str = Field(max_length=64)
    policy_version: str = Field(max_length=32)
    at: datetime = Field(sa_type=UtcDateTime)


class Origin(StrEnum):
    """Where a transcript comes from."""

    WRITTEN = "written"  # 人工记录
    IMPORTED = "imported"  # 导入
    MACHINE = "machine"  # 机器识别: until somebody confirms it


class ConversionTranscript(SQLModel, table=True):
    """What was said in a recording: `lines` is canonical JSON, a list of start, end, speaker and text. The newest for a
    recording counts."""

    __tablename__ = "conversion_transcript"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    conversion_id: UUID = Field(foreign_key="conversion.id", index=True)
    recording_id: UUID = Field(foreign_key="recording.id")
    origin: Origin = Field(sa_type=text_of(Origin))
    lines: str
    entered_by_id: UUID = Field(foreign_key="person.id")
    entered_at: datetime = Field(sa_type=UtcDateTime)
    confirmed_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ConversionOutput(SQLModel, table=True):
    """A derivative that was made for an item, or why it was not (`problem`). `facts` holds what was asked, what it
    really spans, its streams' digests and the tool, so that anybody can make it again."""

    __tablename__ = "conversion_output"
    __table_args__ = (UniqueConstraint("item_id", "kind", "ordinal", name="one_output_per_item_and_place"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    conversion_id: UUID = Field(foreign_key="conversion.id", index=True)
    edition: int
    item_id: UUID = Field(foreign_key="conversion_item.id")
    kind: str = Field(max_length=40)
    ordinal: int
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    size: int | None = Field(default=None, sa_type=BigInteger)
    sha256: str | None = Field(default=None, max_length=64)
    problem: str | None = None
    made_at: datetime = Field(sa_type=UtcDateTime)


class ConversionStatement(SQLModel, table=True):
    """The statement of an issued conversion: canonical JSON, an Ed25519 signature over its UTF-8 bytes (base64), where
    its paper is kept, and the SHA-256 of that and of its English translation beside it."""

    __tablename__ = "conversion_statement"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    conversion_id: UUID = Field(foreign_key="conversion.id", unique=True)
    issued_at: datetime = Field(sa_type=UtcDateTime)
    document: str
    key_id: str
    signature: str
    paper_key: str
    paper_sha256: str = Field(max_length=64)
    english_sha256: str = Field(max_length=64)


class ConversionDisc(SQLModel, table=True):
    """One medium of an issued package, as it must be: the digests of its tag manifest and of the list beside its
    signature, which together cover all that is in it, and, where it is one file, that file's."""

    __tablename__ = "conversion_disc"
    __table_args__ = (UniqueConstraint("conversion_id", "position", name="one_disc_per_place"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    conversion_id: UUID = Field(foreign_key="conversion.id")
    position: int
    name: str
    carrier: Carrier = Field(sa_type=text_of(Carrier))
    tag_manifest_sha256: str = Field(max_length=64)
    sums_sha256: str = Field(max_length=64)
    size: int = Field(sa_type=BigInteger)
    image_sha256: str | None = Field(default=None, max_length=64)
    image_size: int | None = Field(default=None, sa_type=BigInteger)


class ConversionReissue(SQLModel, table=True):
    """More copies of an issued package, by decision."""

    __tablename__ = "conversion_reissue"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    conversion_id: UUID = Field(foreign_key="conversion.id", index=True)
    copies: int
    reason: str
    person_id: UUID = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=UtcDateTime)


class ConversionReading(SQLModel, table=True):
    """That a burnt disc or a stick was read back: whether it is what was issued, and what is not."""

    __tablename__ = "conversion_reading"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    disc_id: UUID = Field(foreign_key="conversion_disc.id", index=True)
    copy_number: int
    read_at: datetime = Field(sa_type=UtcDateTime)
    read_by: str
    is_same: bool
    problem: str | None = None

"""Evidence conversions: what was asked, who extracted, checked and signed, what was handed out.

Revision: 0012, after 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.migrations.guards import guard_0012
from registry.migrations.guards_of_conversion import guard_conversion

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _conversions()
    _items_and_steps()
    _decisions_and_transcripts()
    _outputs_and_statements()
    _media()
    guard_0012(op.get_bind())
    guard_conversion(op.get_bind())


def _conversions() -> None:
    op.create_table(
        "conversion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("requester_id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("carrier", sa.String(40), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("extractor_id", sa.Uuid(), nullable=False),
        sa.Column("checker_id", sa.Uuid(), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("correction", sa.String(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("submitted_at", _MOMENT, nullable=True),
        sa.Column("extracted_at", _MOMENT, nullable=True),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("followed_at", _MOMENT, nullable=True),
        sa.Column("issued_at", _MOMENT, nullable=True),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("recalled_by_id", sa.Uuid(), nullable=True),
        sa.Column("recall_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_conversion_unit_id_unit"),
        sa.ForeignKeyConstraint(["requester_id"], ["person.id"], name="fk_conversion_requester_id_person"),
        sa.ForeignKeyConstraint(["grant_id"], ["access_grant.id"], name="fk_conversion_grant_id_access_grant"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_conversion_case_id_case_file"),
        sa.ForeignKeyConstraint(["extractor_id"], ["person.id"], name="fk_conversion_extractor_id_person"),
        sa.ForeignKeyConstraint(["checker_id"], ["person.id"], name="fk_conversion_checker_id_person"),
        sa.ForeignKeyConstraint(["supersedes_id"], ["conversion.id"], name="fk_conversion_supersedes_id_conversion"),
        sa.ForeignKeyConstraint(["recalled_by_id"], ["person.id"], name="fk_conversion_recalled_by_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_conversion"),
        sa.UniqueConstraint("number", name="uq_conversion_number"),
    )
    op.create_index("ix_conversion_case_id", "conversion", ["case_id"])
    op.create_index("ix_conversion_grant_id", "conversion", ["grant_id"])
    op.create_index("ix_conversion_requester_id", "conversion", ["requester_id"])
    op.create_index("ix_conversion_state", "conversion", ["state"])
    op.create_index("ix_conversion_supersedes_id", "conversion", ["supersedes_id"])
    op.create_index("ix_conversion_unit_id", "conversion", ["unit_id"])


def _items_and_steps() -> None:
    op.create_table(
        "conversion_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversion_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("original", sa.Boolean(), nullable=False),
        sa.Column("start_second", sa.Float(), nullable=False),
        sa.Column("end_second", sa.Float(), nullable=True),
        sa.Column("proves", sa.String(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversion_id"], ["conversion.id"], name="fk_conversion_item_conversion_id_conversion"
        ),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_conversion_item_recording_id_recording"),
        sa.PrimaryKeyConstraint("id", name="pk_conversion_item"),
        sa.UniqueConstraint("conversion_id", "edition", "position", name="one_conversion_item_per_place"),
    )
    op.create_index("ix_conversion_item_recording_id", "conversion_item", ["recording_id"])
    op.create_table(
        "conversion_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversion_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversion_id"], ["conversion.id"], name="fk_conversion_step_conversion_id_conversion"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_conversion_step_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_conversion_step"),
        sa.UniqueConstraint("conversion_id", "position", name="one_conversion_step_per_place"),
    )
    op.create_index("ix_conversion_step_person_id", "conversion_step", ["person_id"])


def _decisions_and_transcripts() -> None:
    op.create_table(
        "conversion_decision",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("conversion_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(40), nullable=True),
        sa.Column("passed", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("policy_version", sa.String(32), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["step_id"], ["conversion_step.id"], name="fk_conversion_decision_step_id_conversion_step"
        ),
        sa.ForeignKeyConstraint(
            ["conversion_id"], ["conversion.id"], name="fk_conversion_decision_conversion_id_conversion"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_conversion_decision_person_id_person"),
        sa.PrimaryKeyConstraint("step_id", name="pk_conversion_decision"),
    )
    op.create_index("ix_conversion_decision_conversion_id", "conversion_decision", ["conversion_id"])
    op.create_index("ix_conversion_decision_person_id", "conversion_decision", ["person_id"])
    op.create_table(
        "conversion_transcript",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversion_id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.String(40), nullable=False),
        sa.Column("lines", sa.String(), nullable=False),
        sa.Column("entered_by_id", sa.Uuid(), nullable=False),
        sa.Column("entered_at", _MOMENT, nullable=False),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversion_id"], ["conversion.id"], name="fk_conversion_transcript_conversion_id_conversion"
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recording.id"], name="fk_conversion_transcript_recording_id_recording"
        ),
        sa.ForeignKeyConstraint(["entered_by_id"], ["person.id"], name="fk_conversion_transcript_entered_by_id_person"),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["person.id"], name="fk_conversion_transcript_confirmed_by_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_conversion_transcript"),
    )
    op.create_index("ix_conversion_transcript_conversion_id", "conversion_transcript", ["conversion_id"])


def _outputs_and_statements() -> None:
    op.create_table(
        "conversion_output",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversion_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversion_id"], ["conversion.id"], name="fk_conversion_output_conversion_id_conversion"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["conversion_item.id"], name="fk_conversion_output_item_id_conversion_item"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_conversion_output"),
        sa.UniqueConstraint("item_id", "kind", "ordinal", name="one_output_per_item_and_place"),
    )
    op.create_index("ix_conversion_output_conversion_id", "conversion_output", ["conversion_id"])
    op.create_table(
        "conversion_statement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversion_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", _MOMENT, nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("paper_key", sa.String(), nullable=False),
        sa.Column("paper_sha256", sa.String(64), nullable=False),
        sa.Column("english_sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversion_id"], ["conversion.id"], name="fk_conversion_statement_conversion_id_conversion"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_conversion_statement"),
        sa.UniqueConstraint("conversion_id", name="uq_conversion_statement_conversion_id"),
    )


def _media() -> None:
    op.create_table(
        "conversion_disc",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversion_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("carrier", sa.String(40), nullable=False),
        sa.Column("tag_manifest_sha256", sa.String(64), nullable=False),
        sa.Column("sums_sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("image_sha256", sa.String(64), nullable=True),
        sa.Column("image_size", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversion_id"], ["conversion.id"], name="fk_conversion_disc_conversion_id_conversion"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_conversion_disc"),
        sa.UniqueConstraint("conversion_id", "position", name="one_disc_per_place"),
    )
    op.create_table(
        "conversion_reissue",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversion_id", sa.Uuid(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversion_id"], ["conversion.id"], name="fk_conversion_reissue_conversion_id_conversion"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_conversion_reissue_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_conversion_reissue"),
    )
    op.create_index("ix_conversion_reissue_conversion_id", "conversion_reissue", ["conversion_id"])
    op.create_table(
        "conversion_reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("disc_id", sa.Uuid(), nullable=False),
        sa.Column("copy_number", sa.Integer(), nullable=False),
        sa.Column("read_at", _MOMENT, nullable=False),
        sa.Column("read_by", sa.String(), nullable=False),
        sa.Column("is_same", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["disc_id"], ["conversion_disc.id"], name="fk_conversion_reading_disc_id_conversion_disc"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_conversion_reading"),
    )
    op.create_index("ix_conversion_reading_disc_id", "conversion_reading", ["disc_id"])


def downgrade() -> None:
    raise NotImplementedError("the registry's history is not taken back: restore a backup instead")

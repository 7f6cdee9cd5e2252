"""Markings, requests for access with their steps and decisions, grants and viewings.

Revision: 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.migrations.guards import guard_0004

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _marking()
    _requests()
    _steps()
    _answers()
    _grants()
    guard_0004(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("the registry's history is not taken back: restore a backup instead")


def _marking() -> None:
    op.create_table(
        "recording_marking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("marking", sa.String(40), nullable=False),
        sa.Column("placed_by_id", sa.Uuid(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("lifted_by_id", sa.Uuid(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lift_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["person.id"], name="fk_recording_marking_lifted_by_id_person"),
        sa.ForeignKeyConstraint(["placed_by_id"], ["person.id"], name="fk_recording_marking_placed_by_id_person"),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_recording_marking_recording_id_recording"),
        sa.PrimaryKeyConstraint("id", name="pk_recording_marking"),
    )
    op.create_index("ix_recording_marking_recording_id", "recording_marking", ["recording_id"], unique=False)
    op.create_index(
        "one_marking_of_a_kind",
        "recording_marking",
        ["recording_id", "marking"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )


def _requests() -> None:
    op.create_table(
        "access_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("requester_id", sa.Uuid(), nullable=False),
        sa.Column("entered_by_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("outsider", sa.String(), nullable=True),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("followed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["entered_by_id"], ["person.id"], name="fk_access_request_entered_by_id_person"),
        sa.ForeignKeyConstraint(["requester_id"], ["person.id"], name="fk_access_request_requester_id_person"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_access_request_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_access_request"),
        sa.UniqueConstraint("number", name="uq_access_request_number"),
    )
    op.create_index(
        "ix_access_request_next_at",
        "access_request",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index("ix_access_request_requester_id", "access_request", ["requester_id"], unique=False)
    op.create_index("ix_access_request_unit_id", "access_request", ["unit_id"], unique=False)
    op.create_table(
        "access_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("start_second", sa.Float(), nullable=False),
        sa.Column("end_second", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_access_item_recording_id_recording"),
        sa.ForeignKeyConstraint(["request_id"], ["access_request.id"], name="fk_access_item_request_id_access_request"),
        sa.PrimaryKeyConstraint("id", name="pk_access_item"),
        sa.UniqueConstraint("request_id", "recording_id", name="one_item_per_request_and_recording"),
    )
    op.create_index("ix_access_item_recording_id", "access_item", ["recording_id"], unique=False)


def _steps() -> None:
    op.create_table(
        "access_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.String(40), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["access_request.id"], name="fk_access_step_request_id_access_request"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_access_step_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_access_step"),
        sa.UniqueConstraint("request_id", "round", "position", name="one_step_per_place"),
    )
    op.create_index("ix_access_step_unit_id", "access_step", ["unit_id"], unique=False)
    op.create_table(
        "access_step_item",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["access_item.id"], name="fk_access_step_item_item_id_access_item"),
        sa.ForeignKeyConstraint(["step_id"], ["access_step.id"], name="fk_access_step_item_step_id_access_step"),
        sa.PrimaryKeyConstraint("step_id", "item_id", name="pk_access_step_item"),
    )
    op.create_table(
        "access_assignment",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.String(40), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_why", sa.String(40), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_access_assignment_person_id_person"),
        sa.ForeignKeyConstraint(["step_id"], ["access_step.id"], name="fk_access_assignment_step_id_access_step"),
        sa.ForeignKeyConstraint(["successor_id"], ["person.id"], name="fk_access_assignment_successor_id_person"),
        sa.PrimaryKeyConstraint("step_id", "person_id", name="pk_access_assignment"),
    )
    op.create_index("ix_access_assignment_person_id", "access_assignment", ["person_id"], unique=False)


def _answers() -> None:
    op.create_table(
        "access_decision",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("passed", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("policy_version", sa.String(32), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_access_decision_person_id_person"),
        sa.ForeignKeyConstraint(["step_id"], ["access_step.id"], name="fk_access_decision_step_id_access_step"),
        sa.PrimaryKeyConstraint("step_id", name="pk_access_decision"),
    )
    op.create_index("ix_access_decision_person_id", "access_decision", ["person_id"], unique=False)
    op.create_table(
        "access_decision_item",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("start_second", sa.Float(), nullable=False),
        sa.Column("end_second", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["access_item.id"], name="fk_access_decision_item_item_id_access_item"),
        sa.ForeignKeyConstraint(
            ["step_id"], ["access_decision.step_id"], name="fk_access_decision_item_step_id_access_decision"
        ),
        sa.PrimaryKeyConstraint("step_id", "item_id", name="pk_access_decision_item"),
    )
    op.create_table(
        "access_question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_access_question_person_id_person"),
        sa.ForeignKeyConstraint(
            ["request_id"], ["access_request.id"], name="fk_access_question_request_id_access_request"
        ),
        sa.ForeignKeyConstraint(["step_id"], ["access_step.id"], name="fk_access_question_step_id_access_step"),
        sa.PrimaryKeyConstraint("id", name="pk_access_question"),
        sa.UniqueConstraint("step_id", name="uq_access_question_step_id"),
    )
    op.create_index("ix_access_question_request_id", "access_question", ["request_id"], unique=False)


def _grants() -> None:
    op.create_table(
        "access_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Uuid(), nullable=True),
        sa.Column("revoke_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_access_grant_person_id_person"),
        sa.ForeignKeyConstraint(
            ["request_id"], ["access_request.id"], name="fk_access_grant_request_id_access_request"
        ),
        sa.ForeignKeyConstraint(["revoked_by_id"], ["person.id"], name="fk_access_grant_revoked_by_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_access_grant"),
        sa.UniqueConstraint("request_id", name="uq_access_grant_request_id"),
    )
    op.create_index("ix_access_grant_person_id", "access_grant", ["person_id"], unique=False)
    op.create_table(
        "access_grant_item",
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("start_second", sa.Float(), nullable=False),
        sa.Column("end_second", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["grant_id"], ["access_grant.id"], name="fk_access_grant_item_grant_id_access_grant"),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_access_grant_item_recording_id_recording"),
        sa.PrimaryKeyConstraint("grant_id", "recording_id", name="pk_access_grant_item"),
    )
    op.create_index("ix_access_grant_item_recording_id", "access_grant_item", ["recording_id"], unique=False)
    op.create_table(
        "access_view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["grant_id"], ["access_grant.id"], name="fk_access_view_grant_id_access_grant"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_access_view_person_id_person"),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_access_view_recording_id_recording"),
        sa.PrimaryKeyConstraint("id", name="pk_access_view"),
    )
    op.create_index("ix_access_view_grant_id", "access_view", ["grant_id"], unique=False)
    op.create_index("ix_access_view_person_id", "access_view", ["person_id"], unique=False)
    op.create_index("ix_access_view_recording_id", "access_view", ["recording_id"], unique=False)
    op.create_table(
        "access_look",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("view_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("second", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["view_id"], ["access_view.id"], name="fk_access_look_view_id_access_view"),
        sa.PrimaryKeyConstraint("id", name="pk_access_look"),
    )
    op.create_index("ix_access_look_view_id", "access_look", ["view_id"], unique=False)

"""What the ledger says of one kind is found by it: to hold rows against it went through the whole ledger for each kind.

Revision: 0016, after 0015.
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_ledger_entry_event", "ledger_entry", ["event", "subject_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("the registry's history is not taken back: restore a backup instead")

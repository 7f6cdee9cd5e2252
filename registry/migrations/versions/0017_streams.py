"""What streams an original has, as the probe saw them (Art. 2, 7).

Revision: 0017, after 0016.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("recording", sa.Column("streams", sa.String(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("the registry's history is not taken back: restore a backup instead")

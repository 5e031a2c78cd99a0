"""Recordings that were checked are known again when they come re-encoded."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("known_voices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seconds", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("fingerprint", sa.Text(), nullable=True))
        batch_op.create_index(batch_op.f("ix_known_voices_seconds"), ["seconds"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("known_voices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_known_voices_seconds"))
        batch_op.drop_column("fingerprint")
        batch_op.drop_column("seconds")

"""Claims of updates, since when a lease is held, a pause everybody hears of, an index for the look of each second."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("claimed_by", sa.String(length=64), nullable=True))
    op.add_column("inbox", sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("inbox", sa.Column("started", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("leases", sa.Column("since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("leases", sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_plans_next_due_at", "plans", ["next_due_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_plans_next_due_at", table_name="plans")
    added = {"leases": ("paused_until", "since"), "inbox": ("started", "claimed_until", "claimed_by")}
    for table, columns in added.items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.drop_column(column)

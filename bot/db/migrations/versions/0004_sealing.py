"""Room for sealed texts, and what tokens are looked up by.

Only widens and adds: replicas of the version before go on beside this one, and nothing is sealed until they are gone.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WIDENED = {  # table → columns that become TEXT: their length before, and whether they may be empty
    "people": {"first_name": (64, False)},
    "members": {"name": (64, False)},
    "feeds": {"title": (128, False), "websub_token": (64, True), "websub_secret": (64, True)},
    "feed_items": {"title": (200, True), "link": (200, True)},
    "checks": {"file_id": (256, False)},
}


def upgrade() -> None:
    for table, columns in WIDENED.items():
        with op.batch_alter_table(table) as batch_op:
            for column, (length, nullable) in columns.items():
                batch_op.alter_column(
                    column, type_=sa.Text(), existing_type=sa.String(length=length), existing_nullable=nullable
                )
            if table == "feeds":
                batch_op.add_column(sa.Column("websub_hash", sa.String(length=64), nullable=True))
                batch_op.create_unique_constraint(batch_op.f("uq_feeds_websub_hash"), ["websub_hash"])
    with op.batch_alter_table("calendars") as batch_op:
        batch_op.add_column(sa.Column("token_digest", sa.Text(), nullable=True))


def downgrade() -> None:
    """Back to what was. PostgreSQL refuses while there are sealed texts: the version before could not read them."""
    with op.batch_alter_table("calendars") as batch_op:
        batch_op.drop_column("token_digest")
    for table, columns in WIDENED.items():
        with op.batch_alter_table(table) as batch_op:
            if table == "feeds":
                batch_op.drop_constraint(batch_op.f("uq_feeds_websub_hash"), type_="unique")
                batch_op.drop_column("websub_hash")
            for column, (length, nullable) in columns.items():
                batch_op.alter_column(
                    column, type_=sa.String(length=length), existing_type=sa.Text(), existing_nullable=nullable
                )

"""Follow-ups, digests, preparations, groups, proof by feeds, calendars, talks and misses.

Only adds, with defaults in the database, so that replicas of the version before go on beside this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "misses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("card", sa.String(length=48), nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_misses")),
    )
    with op.batch_alter_table("misses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_misses_asked_on"), ["asked_on"], unique=False)

    op.create_table(
        "calendars",
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_calendars_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_calendars")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendars_token_hash")),
    )
    op.create_table(
        "feeds",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("down_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("etag", sa.String(length=256), nullable=True),
        sa.Column("last_modified", sa.String(length=64), nullable=True),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("websub_token", sa.String(length=64), nullable=True),
        sa.Column("websub_secret", sa.String(length=64), nullable=True),
        sa.Column("websub_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("websub_ask_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_feeds_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("person_id", "kind", "address", name=op.f("uq_feeds_person_id_kind_address")),
        sa.UniqueConstraint("websub_token", name=op.f("uq_feeds_websub_token")),
    )
    with op.batch_alter_table("feeds", schema=None) as batch_op:
        batch_op.create_index("ix_feeds_kind_address", ["kind", "address"], unique=False)
        batch_op.create_index(batch_op.f("ix_feeds_next_check_at"), ["next_check_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_feeds_person_id"), ["person_id"], unique=False)

    op.create_table(
        "members",
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["people.id"], name=op.f("fk_members_group_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_members_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "person_id", name=op.f("pk_members")),
    )
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_members_person_id"), ["person_id"], unique=False)

    op.create_table(
        "talks",
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("card", sa.String(length=48), nullable=True),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("others", sa.JSON(), nullable=False),
        sa.Column("missed", sa.String(length=8), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_talks_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_talks")),
    )
    with op.batch_alter_table("talks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_talks_at"), ["at"], unique=False)

    op.create_table(
        "preparations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("local_time", sa.Time(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_preparations_person_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plans.id"], name=op.f("fk_preparations_plan_id_plans"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preparations")),
        sa.UniqueConstraint(
            "plan_id", "local_date", "local_time", name=op.f("uq_preparations_plan_id_local_date_local_time")
        ),
    )
    with op.batch_alter_table("preparations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_preparations_person_id"), ["person_id"], unique=False)

    op.create_table(
        "feed_items",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("feed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column("link", sa.String(length=200), nullable=True),
        sa.Column("slot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feeds.id"], name=op.f("fk_feed_items_feed_id_feeds"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_feed_items_person_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["slots.id"], name=op.f("fk_feed_items_slot_id_slots"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_items")),
        sa.UniqueConstraint("feed_id", "item", name=op.f("uq_feed_items_feed_id_item")),
    )
    with op.batch_alter_table("feed_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_items_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_feed_items_published_at"), ["published_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_feed_items_slot_id"), ["slot_id"], unique=False)

    with op.batch_alter_table("checks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("feedback", sa.String(length=12), nullable=True))

    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_deliveries_outbox_id_outbox"), type_="foreignkey")
        batch_op.create_foreign_key(
            batch_op.f("fk_deliveries_outbox_id_outbox"), "outbox", ["outbox_id"], ["id"], ondelete="CASCADE"
        )

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("dark_pictures", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("name_on_card", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("follow_up", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("weekly", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("weekly_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("weekly_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("keeps_misses", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("thread_id", sa.BigInteger(), nullable=True))
        batch_op.create_index(batch_op.f("ix_people_weekly_at"), ["weekly_at"], unique=False)

    with op.batch_alter_table("plans", schema=None) as batch_op:
        batch_op.add_column(sa.Column("goal_weeks", sa.Integer(), nullable=True, server_default="13"))
        batch_op.add_column(sa.Column("prepare_day", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("prepare_hours", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("prepare_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("checklist", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.create_index(batch_op.f("ix_plans_prepare_at"), ["prepare_at"], unique=False)

    with op.batch_alter_table("slots", schema=None) as batch_op:
        batch_op.add_column(sa.Column("follow_up_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_slots_follow_up_at"), ["follow_up_at"], unique=False)
        for name in ("assigned_to", "done_by"):
            batch_op.add_column(sa.Column(name, sa.BigInteger(), nullable=True))
            batch_op.create_index(batch_op.f(f"ix_slots_{name}"), [name], unique=False)
            batch_op.create_foreign_key(
                batch_op.f(f"fk_slots_{name}_people"), "people", [name], ["id"], ondelete="SET NULL"
            )

    _begin_digests()


def downgrade() -> None:
    with op.batch_alter_table("slots", schema=None) as batch_op:
        for name in ("assigned_to", "done_by"):
            batch_op.drop_constraint(batch_op.f(f"fk_slots_{name}_people"), type_="foreignkey")
        for name in ("assigned_to", "done_by", "follow_up_at"):
            batch_op.drop_index(batch_op.f(f"ix_slots_{name}"))
            batch_op.drop_column(name)

    with op.batch_alter_table("plans", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plans_prepare_at"))
        batch_op.drop_column("checklist")
        batch_op.drop_column("prepare_at")
        batch_op.drop_column("prepare_hours")
        batch_op.drop_column("prepare_day")
        batch_op.drop_column("goal_weeks")

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_people_weekly_at"))
        batch_op.drop_column("thread_id")
        batch_op.drop_column("keeps_misses")
        batch_op.drop_column("weekly_at")
        batch_op.drop_column("weekly_on")
        batch_op.drop_column("weekly")
        batch_op.drop_column("follow_up")
        batch_op.drop_column("name_on_card")
        batch_op.drop_column("dark_pictures")

    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_deliveries_outbox_id_outbox"), type_="foreignkey")
        batch_op.create_foreign_key(
            batch_op.f("fk_deliveries_outbox_id_outbox"), "outbox", ["outbox_id"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("checks", schema=None) as batch_op:
        batch_op.drop_column("feedback")

    with op.batch_alter_table("feed_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feed_items_slot_id"))
        batch_op.drop_index(batch_op.f("ix_feed_items_published_at"))
        batch_op.drop_index(batch_op.f("ix_feed_items_person_id"))

    op.drop_table("feed_items")
    with op.batch_alter_table("preparations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_preparations_person_id"))

    op.drop_table("preparations")
    with op.batch_alter_table("talks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_talks_at"))

    op.drop_table("talks")
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_members_person_id"))

    op.drop_table("members")
    with op.batch_alter_table("feeds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feeds_person_id"))
        batch_op.drop_index(batch_op.f("ix_feeds_next_check_at"))
        batch_op.drop_index("ix_feeds_kind_address")

    op.drop_table("feeds")
    op.drop_table("calendars")
    with op.batch_alter_table("misses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_misses_asked_on"))

    op.drop_table("misses")


def _begin_digests() -> None:
    """Who has a plan hears of the week from the coming Sunday on, as who makes one now; later ones follow the zone."""
    today = datetime.now(UTC).date()
    sunday = today + timedelta(days=7 - today.weekday() - 1 or 7)
    evening = datetime.combine(sunday, time(15), UTC)
    people = sa.table(
        "people", sa.column("id"), sa.column("weekly_on", sa.Date), sa.column("weekly_at", sa.DateTime(True))
    )
    plans = sa.table("plans", sa.column("person_id"), sa.column("deleted_at"))
    owners = sa.select(plans.c.person_id).where(plans.c.deleted_at.is_(None))
    op.execute(sa.update(people).where(people.c.id.in_(owners)).values(weekly_on=sunday, weekly_at=evening))

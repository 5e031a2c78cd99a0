"""Queries about feeds and what was seen in them. Every one takes an open transaction and never commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.tables import FeedItemRow, FeedRow, PersonRow, PlanRow, SlotRow
from bot.errors import NotFound
from bot.reminders import model
from bot.reminders.model import Outcome, Outlet, rule_from_json
from bot.reminders.proof import NEAR, NEUTRAL_FOR, OUTLETS, Candidate, FeedKind, FeedState, Item


@dataclass(frozen=True, slots=True)
class Feed:
    """A connected channel. `seen_at`: when its newest publication that was seen came out."""

    id: int
    person_id: int
    kind: FeedKind
    address: str
    title: str
    state: FeedState
    seen_at: datetime | None
    failures: int
    etag: str | None
    modified: str | None
    created_at: datetime

    @property
    def outlets(self) -> tuple[Outlet, ...]:
        return OUTLETS[self.kind]


def feed_from(row: FeedRow) -> Feed:
    """The feed in a row."""
    return Feed(
        id=row.id,
        person_id=row.person_id,
        kind=FeedKind(row.kind),
        address=row.address,
        title=row.title,
        state=FeedState(row.state),
        seen_at=row.seen_at,
        failures=row.failures,
        etag=row.etag,
        modified=row.last_modified,
        created_at=row.created_at,
    )


async def feed_rows(tx: AsyncSession, person_id: int) -> list[FeedRow]:
    """What a person has connected, oldest first."""
    return list(await tx.scalars(select(FeedRow).where(FeedRow.person_id == person_id).order_by(FeedRow.id)))


async def feed_row(tx: AsyncSession, feed_id: int, owner_id: int) -> FeedRow:
    """One feed of `owner_id`, locked. Raises NotFound."""
    mine = FeedRow.id == feed_id, FeedRow.person_id == owner_id
    row = await tx.scalar(select(FeedRow).where(*mine).with_for_update())
    if row is None:
        raise NotFound
    return row


async def connected(tx: AsyncSession, kind: FeedKind, address: str) -> list[int]:
    """Ids of everybody's feeds of one channel; those of people who blocked the bot are left alone."""
    same = FeedRow.kind == kind, FeedRow.address == address, PersonRow.blocked_at.is_(None)
    return list(await tx.scalars(select(FeedRow.id).join(PersonRow).where(*same).order_by(FeedRow.id)))


async def claim(tx: AsyncSession, now: datetime, limit: int, lease: timedelta) -> list[Feed]:
    """Reserve up to `limit` feeds that are to be read until `now + lease`; other replicas skip them."""
    free = or_(FeedRow.claimed_until.is_(None), FeedRow.claimed_until < now)
    due = select(FeedRow.id).join(PersonRow).where(FeedRow.next_check_at <= now, free, PersonRow.blocked_at.is_(None))
    ordered = due.order_by(FeedRow.next_check_at).limit(limit)
    picked = ordered.with_for_update(skip_locked=True, of=FeedRow.__table__).cte()
    mine = update(FeedRow).where(FeedRow.id.in_(select(picked.c.id))).values(claimed_until=now + lease)
    return [feed_from(row) for row in await tx.scalars(mine.returning(FeedRow))]


async def add_item(tx: AsyncSession, feed: FeedRow, item: Item) -> int | None:
    """Write a publication down and return its id; None when it is known. A new title makes no new publication."""
    insert = sqlite_insert if tx.get_bind().dialect.name == "sqlite" else postgresql_insert
    added = insert(FeedItemRow).values(
        feed_id=feed.id,
        person_id=feed.person_id,
        item=item.id,
        published_at=item.published_at,
        title=item.title,
        link=item.link,
    )
    new = added.on_conflict_do_nothing(index_elements=["feed_id", "item"]).returning(FeedItemRow.id)
    return await tx.scalar(new)


async def item_row(tx: AsyncSession, person_id: int, item_id: int) -> FeedItemRow | None:
    """A publication of a person's feed, if it is still kept."""
    return await tx.scalar(select(FeedItemRow).where(FeedItemRow.id == item_id, FeedItemRow.person_id == person_id))


_STANDING = PlanRow.deleted_at.is_(None)


async def candidates(
    tx: AsyncSession, person_id: int, outlets: Sequence[Outlet], at: datetime, zone: str
) -> list[Candidate]:
    """Slots of the person's plans for these outlets around `at`: those that exist, and each plan's next one."""
    mine = PlanRow.person_id == person_id, PlanRow.outlet.in_(outlets), _STANDING
    linked = exists().where(FeedItemRow.slot_id == SlotRow.id)
    columns = SlotRow.id, SlotRow.plan_id, PlanRow.outlet, SlotRow.due_at, SlotRow.closes_at, SlotRow.outcome
    around = SlotRow.due_at >= at - model.REPAIR, SlotRow.due_at <= at + model.EARLY
    joined = select(*columns, PlanRow.created_at, linked).join(PlanRow, PlanRow.id == SlotRow.plan_id)
    found = [
        Candidate(
            plan_id=plan_id,
            slot_id=slot_id,
            outlet=Outlet(str(outlet)),
            due_at=due_at,
            closes_at=closes_at,
            since=since,
            outcome=Outcome(outcome) if outcome else None,
            linked=known,
        )
        for slot_id, plan_id, outlet, due_at, closes_at, outcome, since, known in await tx.execute(
            joined.where(*mine, *around)
        )
    ]
    coming = PlanRow.state == "active", PlanRow.next_due_at <= at + model.EARLY
    next_ones = select(
        PlanRow.id,
        PlanRow.outlet,
        PlanRow.rule,
        PlanRow.zone,
        PlanRow.starts_on,
        PlanRow.next_local,
        PlanRow.next_due_at,
        PlanRow.created_at,
    )
    for plan_id, outlet, rule, plan_zone, starts_on, local, due_at, since in await tx.execute(
        next_ones.where(*mine, *coming)
    ):
        following = model.next_moment(rule_from_json(rule), plan_zone or zone, starts_on, local)
        closes_at = model.closes_at(due_at, following.instant if following else None)
        found.append(Candidate(plan_id, None, Outlet(str(outlet)), due_at, closes_at, since))
    return found


async def due_around(tx: AsyncSession, person_id: int, outlets: Sequence[Outlet], now: datetime) -> list[datetime]:
    """Due moments that a feed is read more often for: of open slots, and the next one of each plan."""
    mine = PlanRow.person_id == person_id, PlanRow.outlet.in_(outlets), _STANDING
    coming = select(PlanRow.next_due_at).where(*mine, PlanRow.state == "active", PlanRow.next_due_at.is_not(None))
    still_open = SlotRow.outcome.is_(None), SlotRow.due_at >= now - NEAR
    existing = select(SlotRow.due_at).join(PlanRow, PlanRow.id == SlotRow.plan_id).where(*mine, *still_open)
    moments = [*await tx.scalars(coming), *await tx.scalars(existing)]
    return [moment for moment in moments if moment is not None]


async def excused(tx: AsyncSession, slots: Sequence[SlotRow], now: datetime) -> set[int]:
    """Which of the slots had a feed that should have shown their publication, and is down: nobody knows."""
    if not slots:
        return set()
    down = FeedRow.state == FeedState.DOWN, FeedRow.down_since > now - NEUTRAL_FOR
    owners = {slot.person_id for slot in slots}
    rows = await tx.execute(select(FeedRow.person_id, FeedRow.kind).where(*down, FeedRow.person_id.in_(owners)))
    blind = {(person_id, outlet) for person_id, kind in rows for outlet in OUTLETS[FeedKind(kind)]}
    if not blind:
        return set()
    plans = select(PlanRow.id, PlanRow.outlet).where(PlanRow.id.in_({slot.plan_id for slot in slots}))
    outlets = dict(iter(await tx.execute(plans)))
    return {slot.id for slot in slots if (slot.person_id, outlets.get(slot.plan_id)) in blind}


async def change(tx: AsyncSession, feed_id: int, **values: Any) -> None:
    """Write what became of a feed."""
    await tx.execute(update(FeedRow).where(FeedRow.id == feed_id).values(**values))

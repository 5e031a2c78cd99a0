"""What a person can do with feeds, and what a publication in one does: its slot is marked, and the person hears of it.

Each function is one short transaction; reading YouTube happens between them, in `watch.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot import outbox
from bot.db.engine import Database
from bot.db.sealed import keyring_of
from bot.db.tables import FeedItemRow, FeedRow, PersonRow, SlotRow
from bot.errors import N_, UserError
from bot.people import Draft, Person, drop_draft, read_draft, save_draft
from bot.reminders import feed_store, model, proof, store, timer
from bot.reminders.feed_store import Feed, feed_from
from bot.reminders.model import Outcome, Slot
from bot.reminders.proof import OUTLETS, Candidate, FeedKind, FeedState, Item
from bot.reminders.scheduling import schedule
from bot.reminders.store import Plan

MOST_FEEDS = 10
ASKED = "connect"
CHANGED_MEANWHILE = 3  # tries at a slot that somebody else answers at the same moment


class TooManyFeeds(UserError):
    """The person has connected as many channels as the bot allows. Parameters: limit."""

    message = N_("You have connected {limit} channels already. Disconnect one in /connect, then add this one.")


@dataclass(frozen=True, slots=True)
class Connected:
    """A feed, the plans it can mark, and plans that name no outlet yet."""

    feed: Feed
    plans: list[Plan]
    unnamed: list[Plan]


@dataclass(frozen=True, slots=True)
class Seen:
    """A publication that fulfilled a slot. `title` is None for a post, of which only the link is kept."""

    plan: Plan
    slot: Slot
    title: str | None
    link: str | None


async def ask(db: Database, person: Person, now: datetime) -> None:
    """The person was asked for a channel: what comes next may be its address."""
    async with db.transaction() as tx:
        await save_draft(tx, person.id, Draft(ASKED, {}), now)


async def is_asked(db: Database, person: Person, now: datetime) -> bool:
    """Whether the person was asked for a channel in the last days, and has begun nothing else since."""
    async with db.transaction() as tx:
        found = await read_draft(tx, person.id, now, proof.MEMORY)
    return found is not None and found.kind == ASKED


async def connect(db: Database, person: Person, kind: FeedKind, address: str, title: str, now: datetime) -> Connected:
    """Connect a channel; one that is connected already stays as it is. Raises TooManyFeeds."""
    async with db.transaction() as tx:
        owner = await tx.get_one(PersonRow, person.id, with_for_update=True)
        rows = await feed_store.feed_rows(tx, person.id)
        row = next((each for each in rows if (each.kind, each.address) == (kind, address)), None)
        if row is None:
            if len(rows) >= MOST_FEEDS:
                raise TooManyFeeds(limit=MOST_FEEDS)
            token = token_urlsafe(24) if kind is FeedKind.YOUTUBE else None
            row = FeedRow(
                person_id=person.id,
                kind=kind,
                address=address,
                title=title[:128],
                state=FeedState.UNSEEN,
                failures=0,
                next_check_at=now if kind is FeedKind.YOUTUBE else None,
                created_at=now,
                websub_token=token,
                websub_hash=keyring_of(tx).digest(token) if token else None,
                websub_secret=token_urlsafe(32) if kind is FeedKind.YOUTUBE else None,
            )
            tx.add(row)
            await tx.flush()
        begun = await read_draft(tx, person.id, now, proof.MEMORY)
        if begun is not None and begun.kind == ASKED:
            await drop_draft(tx, person.id)
        return await _connected(tx, row, owner.zone)


async def _connected(tx: AsyncSession, row: FeedRow, zone: str) -> Connected:
    plans = [store.plan_from(each, zone) for each in await store.plan_rows(tx, row.person_id)]
    outlets = OUTLETS[FeedKind(row.kind)]
    mine = [each for each in plans if each.outlet in outlets]
    return Connected(feed_from(row), mine, [each for each in plans if each.outlet is None])


async def feeds(db: Database, person: Person) -> list[Feed]:
    """What a person has connected, oldest first."""
    async with db.transaction() as tx:
        return [feed_from(row) for row in await feed_store.feed_rows(tx, person.id)]


async def feed(db: Database, person: Person, feed_id: int) -> Connected:
    """One feed of a person. Raises NotFound."""
    async with db.transaction() as tx:
        return await _connected(tx, await feed_store.feed_row(tx, feed_id, person.id), person.zone)


async def disconnect(db: Database, person: Person, feed_id: int) -> Feed:
    """Forget a channel and what was seen there. Slots keep their outcomes. Raises NotFound."""
    async with db.transaction() as tx:
        row = await feed_store.feed_row(tx, feed_id, person.id)
        await tx.execute(delete(FeedRow).where(FeedRow.id == feed_id))
        return feed_from(row)


async def name_outlet(db: Database, person: Person, plan_id: int, feed_id: int) -> Connected:
    """Say that a plan without an outlet is for this feed's. Raises NotFound."""
    async with db.transaction() as tx:
        row = await feed_store.feed_row(tx, feed_id, person.id)
        plan_row, _ = await store.plan_row(tx, plan_id, person.id)
        if plan_row.outlet is None:
            plan_row.outlet = OUTLETS[FeedKind(row.kind)][0]
            plan_row.version += 1
        await tx.flush()
        return await _connected(tx, row, person.zone)


async def channel_is_gone(db: Database, address: str, now: datetime) -> int:
    """The bot was taken out of a Telegram channel: forget it, and tell each who had connected it. How many had."""
    async with db.transaction() as tx:
        ids = await feed_store.connected(tx, FeedKind.TELEGRAM, address)
        for feed_id in ids:
            row = await tx.get_one(FeedRow, feed_id)
            key = f"channel gone:{feed_id}"
            await outbox.add(tx, key, row.person_id, "channel_gone", {"title": row.title}, now, silent=True)
        same = FeedRow.kind == FeedKind.TELEGRAM, FeedRow.address == address
        await tx.execute(delete(FeedRow).where(*same))
    return len(ids)


async def posted(db: Database, address: str, title: str, item: Item, now: datetime) -> int:
    """A post appeared in a Telegram channel. Returns how many slots it fulfilled: each person has their own."""
    async with db.transaction() as tx:
        ids = await feed_store.connected(tx, FeedKind.TELEGRAM, address)
    marked = 0
    for feed_id in ids:
        async with db.transaction() as tx:
            row = await tx.get(FeedRow, feed_id, with_for_update=True)
            if row is not None:
                row.title = title[:128]
                marked += await take(tx, row, [item], now)
    return marked


async def take(tx: AsyncSession, feed_row: FeedRow, items: Sequence[Item], now: datetime) -> int:
    """Take note of publications in a feed, oldest first. Returns how many slots were marked."""
    marked = 0
    owner = await tx.get_one(PersonRow, feed_row.person_id)
    recent = [each for each in items if now - proof.MEMORY <= each.published_at <= now]
    for item in sorted(recent, key=lambda each: each.published_at):
        item_id = await feed_store.add_item(tx, feed_row, item)
        if item_id is None:
            continue
        feed_row.seen_at = max(filter(None, (feed_row.seen_at, item.published_at)))
        feed_row.state = FeedState.SEEN
        slot, confirmed = await _fulfil(tx, feed_row, owner, item, now)
        if slot is None:
            continue
        await tx.flush()
        (await tx.get_one(FeedItemRow, item_id)).slot_id = slot.id
        slot.link = item.link
        if not confirmed:
            marked += 1
            parameters = {"slot_id": slot.id, "item_id": item_id}
            await outbox.add(
                tx, f"seen:{item_id}:{int(now.timestamp())}", owner.id, "seen", parameters, now, silent=True
            )
    await tx.flush()
    return marked


async def _fulfil(
    tx: AsyncSession, feed_row: FeedRow, owner: PersonRow, item: Item, now: datetime
) -> tuple[SlotRow | None, bool]:
    """Mark the slot that the publication fulfils, and whether the person had said so before."""
    for _ in range(CHANGED_MEANWHILE):
        around = await feed_store.candidates(tx, owner.id, item.outlets, item.published_at, owner.zone)
        chosen = proof.fulfilled(item, around, now, feed_row.created_at)
        if chosen is None:
            return None, False
        slot = await (_mark(tx, chosen, item, now) if chosen.slot_id else _mark_early(tx, owner, chosen, item, now))
        if slot is not None:
            return slot, chosen.confirms
    return None, False


async def _mark(tx: AsyncSession, chosen: Candidate, item: Item, now: datetime) -> SlotRow | None:
    """Mark a slot that exists; None when somebody was quicker."""
    assert chosen.slot_id is not None
    slot = await tx.get(SlotRow, chosen.slot_id, with_for_update=True, populate_existing=True)
    if slot is None or slot.outcome != chosen.outcome:
        return None
    if not chosen.confirms:
        slot.outcome, slot.published_at, slot.decided_at = Outcome.DONE, item.published_at, now
        plan_row, _ = await store.plan_row(tx, slot.plan_id, slot.person_id)
        plan_row.unanswered = 0
        await outbox.cancel(tx, await store.waiting_messages(tx, slot.id))
    return slot


async def _mark_early(
    tx: AsyncSession, owner: PersonRow, chosen: Candidate, item: Item, now: datetime
) -> SlotRow | None:
    """Write a plan's next slot, done before its reminder, and move the plan on; None when it is no longer the next."""
    plan_row, zone = await store.plan_row(tx, chosen.plan_id, owner.id)
    await tx.refresh(plan_row)
    local, due_at = plan_row.next_local, plan_row.next_due_at
    if local is None or due_at != chosen.due_at:
        return None
    schedule(plan_row, zone, local)
    plan_row.unanswered = 0
    values = {
        "plan_id": plan_row.id,
        "person_id": owner.id,
        "local_date": local.date(),
        "local_time": local.time(),
        "due_at": due_at,
        "closes_at": model.closes_at(due_at, plan_row.next_due_at),
        "outcome": Outcome.DONE,
        "decided_at": now,
        "published_at": item.published_at,
        "outage": False,
    }
    await tx.flush()
    return next(iter(await store.add_slots(tx, [values])), None)


async def seen(db: Database, person: Person, slot_id: int, item_id: int) -> Seen | None:
    """What was seen and marked; None when it was taken back, or is gone. Raises NotFound."""
    async with db.transaction() as tx:
        row, plan_row, zone = await store.slot_row(tx, slot_id, person.id)
        item = await feed_store.item_row(tx, person.id, item_id)
        if item is None or row.outcome != Outcome.DONE:
            return None
        return Seen(store.plan_from(plan_row, zone), store.slot_from(row), item.title, item.link)


async def unsee(db: Database, person: Person, slot_id: int, now: datetime) -> tuple[Plan, Slot]:
    """It was not this slot's publication: open the slot again. What was seen marks nothing else. Raises NotFound."""
    async with db.transaction() as tx:
        row, plan_row, zone = await store.slot_row(tx, slot_id, person.id)
        if row.outcome == Outcome.DONE:
            row.outcome = row.decided_at = row.published_at = row.link = None
            if not await store.revive_message(tx, slot_id, now) and row.due_at > now:
                owner = await tx.get_one(PersonRow, person.id)
                await store.add_deliveries(tx, [timer.first_delivery(row, owner)])
                plan_row.reminded_at = now
        await tx.flush()
        return store.plan_from(plan_row, zone), store.slot_from(row)

"""Nudges to prepare a publication, with the checklist a person wrote.

`plans.prepare_at` is a cache of the next nudge's instant. Whoever moves a plan calls `follow`, which may only make it
earlier: the timer then looks at the plan as it is and sets it right. What has been sent is known by its outbox key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from bot import outbox
from bot.db.engine import Database
from bot.db.tables import PersonRow, PlanRow, PreparationRow, SlotRow
from bot.errors import N_, NotFound, UserError
from bot.people import Person, quiet_of
from bot.reminders import model, nudges, store
from bot.reminders.model import Moment, Slot
from bot.reminders.nudges import LONGEST_STEP, MOST_STEPS, Lead, Nudge
from bot.reminders.quiet import softened
from bot.reminders.store import Plan

KEPT = timedelta(days=7)
"""How long the checklist of a slot stays after it."""


class TooManySteps(UserError):
    """The list is longer than a message of buttons should be. Parameters: limit."""

    message = N_("That's too many steps. Write at most {limit}.")


class StepTooLong(UserError):
    """A step does not fit on a button. Parameters: limit."""

    message = N_("A step can have at most {limit} characters. Write it shorter.")


@dataclass(frozen=True, slots=True)
class Preparing:
    """How a person wants to be nudged about a plan."""

    plan: Plan
    leads: frozenset[Lead]
    checklist: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preparation:
    """The checklist of one slot. `steps`: what to do, and whether it is done. `due_at`: when the slot is."""

    id: int
    plan: Plan
    local: datetime
    due_at: datetime
    steps: tuple[tuple[str, bool], ...]

    @property
    def ready(self) -> bool:
        return bool(self.steps) and all(done for _, done in self.steps)


# --- What a person can do ---------------------------------------------------------------------------------------------


async def of_plan(db: Database, person: Person, plan_id: int) -> Preparing:
    """What is set for one plan. Raises NotFound."""
    async with db.transaction() as tx:
        row, zone = await store.plan_row(tx, plan_id, person.id)
        return _preparing(row, zone)


async def set_lead(db: Database, person: Person, plan_id: int, lead: Lead, on: bool, now: datetime) -> Preparing:
    """Turn one kind of nudge on or off. What its moment has passed for comes with the next slot."""
    async with db.transaction() as tx:
        row, zone = await store.plan_row(tx, plan_id, person.id)
        if lead is Lead.DAY:
            row.prepare_day = on
        else:
            row.prepare_hours = on
        row.prepare_at = _first_after(row, row.zone or zone, await _moved(tx, [row.id], now), now)
        return _preparing(row, zone)


def steps_of(text: str) -> list[str]:
    """The steps somebody wrote, one a line or, in a single line, with commas. Raises TooManySteps, StepTooLong."""
    lines = text.strip().splitlines()
    if len(lines) == 1:
        lines = lines[0].replace(";", ",").split(",")
    found = [step for line in lines if (step := " ".join(line.lstrip(" \t-–—•*·☐☑✓✅").split()))]
    found = list(dict.fromkeys(found))
    if len(found) > MOST_STEPS:
        raise TooManySteps(limit=MOST_STEPS)
    if any(len(step.encode("utf-16-le")) // 2 > LONGEST_STEP for step in found):
        raise StepTooLong(limit=LONGEST_STEP)
    return found


async def set_checklist(db: Database, person: Person, plan_id: int, steps: Sequence[str], now: datetime) -> Preparing:
    """Give a plan another checklist. A slot that is being prepared gets it too; what was ticked stays ticked."""
    async with db.transaction() as tx:
        row, zone = await store.plan_row(tx, plan_id, person.id)
        row.checklist = list(steps)
        today = model.local_of(now, row.zone or zone).date()
        current = PreparationRow.plan_id == plan_id, PreparationRow.local_date >= today
        for preparation in await tx.scalars(select(PreparationRow).where(*current).with_for_update()):
            done = {step for step, ticked in preparation.steps if ticked}
            preparation.steps = [(step, step in done) for step in steps]
        return _preparing(row, zone)


async def tick(db: Database, person: Person, preparation_id: int, number: int, done: bool) -> Preparation:
    """Mark one step as done, or not yet. Raises NotFound."""
    async with db.transaction() as tx:
        row = await _row(tx, preparation_id, person.id)
        if not 0 <= number < len(row.steps):
            raise NotFound
        row.steps = [(step, done if place == number else ticked) for place, (step, ticked) in enumerate(row.steps)]
        plan, zone = await store.plan_row(tx, row.plan_id, person.id)
        return await _preparation(tx, row, plan, zone)


async def to_prepare(db: Database, person: Person, preparation_id: int, now: datetime) -> Preparation | None:
    """The preparation of a slot that still comes; None when there is nothing to prepare any more."""
    async with db.transaction() as tx:
        try:
            row = await _row(tx, preparation_id, person.id)
            plan, zone = await store.plan_row(tx, row.plan_id, person.id)
        except NotFound:
            return None
        found = await _preparation(tx, row, plan, zone)
        if found.due_at <= now or _rests(plan, plan.zone or zone, now):
            return None
        slot = await store.slot_at(tx, plan.id, found.local)
        if slot is not None:
            return found if slot.outcome is None else None
        first = plan.next_local
        still = first is not None and first <= found.local and _comes(found.plan, found.local)
        return found if still else None


def _comes(plan: Plan, local: datetime) -> bool:
    """Whether the plan still has a slot at that wall time."""
    return next(model.walk(plan.rule, plan.starts_on, local - timedelta(minutes=1)), None) == local


def _preparing(row: PlanRow, zone: str) -> Preparing:
    return Preparing(store.plan_from(row, zone), frozenset(_leads(row)), tuple(row.checklist))


def _leads(row: PlanRow) -> list[Lead]:
    wanted = [(Lead.DAY, row.prepare_day), (Lead.HOURS, row.prepare_hours)]
    return [lead for lead, on in wanted if on]


async def _row(tx: AsyncSession, preparation_id: int, owner_id: int) -> PreparationRow:
    mine = PreparationRow.id == preparation_id, PreparationRow.person_id == owner_id
    row = await tx.scalar(select(PreparationRow).where(*mine).with_for_update())
    if row is None:
        raise NotFound
    return row


async def _preparation(tx: AsyncSession, row: PreparationRow, plan_row: PlanRow, zone: str) -> Preparation:
    plan = store.plan_from(plan_row, zone)
    local = datetime.combine(row.local_date, row.local_time)
    slot = await store.slot_at(tx, plan.id, local)
    due_at = slot.due_at if slot is not None else model.instant_of(local, plan.wall_zone)
    return Preparation(row.id, plan, local, due_at, tuple((step, bool(done)) for step, done in row.steps))


# --- When nudges come -------------------------------------------------------------------------------------------------


def follow(row: PlanRow, zone: str) -> None:
    """A plan's next slot is another one now: its nudges move along. `zone` is the one its times are read in."""
    first = _first_after(row, zone, [], None)
    if first is not None and (row.prepare_at is None or first < row.prepare_at):
        row.prepare_at = first


def follow_moved(row: PlanRow, zone: str, slot: Slot, now: datetime) -> None:
    """One slot was moved to another moment: its nudges that lie ahead move along."""
    first = nudges.first_after([Moment(slot.local, slot.due_at)], _leads(row), row.zone or zone, now)
    if first is not None and (row.prepare_at is None or first < row.prepare_at):
        row.prepare_at = first


def _slots(row: PlanRow, zone: str, moved: Sequence[Moment]) -> list[Moment]:
    """The slots to come that matter: those that were moved, then those of the rule, two days of them at least."""
    found = list(moved)
    rule = model.rule_from_json(row.rule)
    for slot in nudges.slots_from(rule, zone, row.starts_on, row.next_local):
        found.append(slot)
        if row.next_due_at is None or slot.instant - row.next_due_at > timedelta(days=3):
            break
    return sorted(found, key=lambda slot: slot.instant)


def _first_after(row: PlanRow, zone: str, moved: Sequence[Moment], after: datetime | None) -> datetime | None:
    leads = _leads(row)
    if not leads:
        return None
    return nudges.first_after(_slots(row, zone, moved), leads, zone, after)


async def queue_due(tx: AsyncSession, now: datetime, limit: int) -> int:
    """Queue the nudges that are due. Returns how many plans were looked at."""
    due = PlanRow.prepare_at <= now, PlanRow.deleted_at.is_(None), PersonRow.blocked_at.is_(None)
    standing = select(PlanRow, PersonRow).join(PersonRow).where(*due).options(defer(PersonRow.first_name))
    claimed = standing.order_by(PlanRow.prepare_at).limit(limit)
    rows = [
        (plan, owner)
        for plan, owner in await tx.execute(claimed.with_for_update(skip_locked=True, of=PlanRow.__table__))
    ]
    moved = await _moved_by_plan(tx, [plan.id for plan, _ in rows], now)
    for plan, owner in rows:
        zone = plan.zone or owner.zone
        slots = _slots(plan, zone, moved.get(plan.id, []))
        leads = _leads(plan)
        since = plan.prepare_at
        plan.prepare_at = nudges.first_after(slots, leads, zone, now)
        if since is None:
            continue
        latest = {each.slot: each for each in nudges.between(slots, leads, zone, since, now)}
        for each in latest.values():
            if each.useful(now) and not _rests(plan, zone, each.at):
                await _queue(tx, plan, owner, each, now)
    return len(rows)


def _rests(plan: PlanRow, zone: str, at: datetime) -> bool:
    """Whether the plan is paused at an instant, be it that the pause has no end or one that is later."""
    if plan.state != "paused":
        return False
    return plan.paused_until is None or model.local_of(at, zone).date() < plan.paused_until


async def _queue(tx: AsyncSession, plan: PlanRow, owner: PersonRow, each: Nudge, now: datetime) -> None:
    send_at, silent = softened(max(each.at, now), owner.zone, quiet_of(owner))
    if send_at >= each.slot.instant:  # quiet hours end too late for it
        return
    local = each.slot.local
    preparation_id = await _ensure(tx, plan, local)
    key = f"prepare:{plan.id}:{int(plan.created_at.timestamp())}:{local:%Y%m%dT%H%M}:{each.lead}"
    await outbox.add(tx, key, owner.id, "prepare", {"preparation_id": preparation_id}, send_at, silent=silent)


async def _ensure(tx: AsyncSession, plan: PlanRow, local: datetime) -> int:
    """The preparation of a slot, made when it is not there yet; old ones of the plan go."""
    old = PreparationRow.plan_id == plan.id, PreparationRow.local_date < local.date() - KEPT
    await tx.execute(delete(PreparationRow).where(*old))
    insert = sqlite_insert if tx.get_bind().dialect.name == "sqlite" else postgresql_insert
    slot: dict[str, date | time] = {"local_date": local.date(), "local_time": local.time()}
    steps = [[step, False] for step in plan.checklist]
    added = insert(PreparationRow).values(plan_id=plan.id, person_id=plan.person_id, steps=steps, **slot)
    await tx.execute(added.on_conflict_do_nothing(index_elements=["plan_id", "local_date", "local_time"]))
    key = PreparationRow.plan_id == plan.id, *(getattr(PreparationRow, name) == value for name, value in slot.items())
    return (await tx.execute(select(PreparationRow.id).where(*key))).scalar_one()


async def _moved(tx: AsyncSession, plan_ids: Sequence[int], now: datetime) -> list[Moment]:
    return [each for found in (await _moved_by_plan(tx, plan_ids, now)).values() for each in found]


async def _moved_by_plan(tx: AsyncSession, plan_ids: Sequence[int], now: datetime) -> dict[int, list[Moment]]:
    """Slots to come that exist already because they were moved, by plan, soonest first."""
    found: dict[int, list[Moment]] = {}
    if not plan_ids:
        return found
    ahead = SlotRow.plan_id.in_(plan_ids), SlotRow.outcome.is_(None), SlotRow.due_at > now
    for slot in await tx.scalars(select(SlotRow).where(*ahead).order_by(SlotRow.due_at)):
        local = datetime.combine(slot.local_date, slot.local_time)
        found.setdefault(slot.plan_id, []).append(Moment(local, slot.due_at))
    return found


async def next_due(tx: AsyncSession) -> datetime | None:
    """When the next nudge may be due."""
    standing = PlanRow.prepare_at.is_not(None), PlanRow.deleted_at.is_(None), PersonRow.blocked_at.is_(None)
    first = select(PlanRow.prepare_at).join(PersonRow).order_by(PlanRow.prepare_at).limit(1)
    return await tx.scalar(first.where(*standing))

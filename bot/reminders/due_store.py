"""Queries of what falls due, a thousand plans with one statement each: at seven in the evening everybody's do.

Plans that are alike in everything that matters take the same step, so it is worked out once for all of them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ColumnElement,
    Text,
    cast,
    func,
    insert,
    literal,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import many
from bot.db.tables import Base, DeliveryRow, OutboxRow, PersonRow, PlanRow, SlotRow
from bot.reminders import turns

_PLAN = (
    "zone",
    "state",
    "starts_on",
    "next_local",
    "next_due_at",
    "unanswered",
    "reminded_at",
    "prepare_day",
    "prepare_hours",
    "prepare_at",
)
_PERSON = ("zone", "quiet_from", "quiet_until", "quiet_moves")
_SLOT = (
    "local_date",
    "local_time",
    "due_at",
    "closes_at",
    "follow_up_at",
    "outcome",
    "decided_at",
    "published_at",
    "outage",
)
_STEP = ("state", "paused_until", "next_local", "next_due_at")


@dataclass(slots=True)
class Alike:
    """Plans that take the same step. `plan` and `person` are rows of nobody: what all of `ids` have in common."""

    plan: PlanRow
    person: PersonRow
    ids: list[int]
    slots: list[dict[str, Any]] = field(default_factory=list)


async def due_plans(tx: AsyncSession, now: datetime, limit: int) -> list[Alike]:
    """Up to `limit` plans with a slot due by `now`, locked; other replicas skip them. Those who blocked the bot are
    left alone."""
    due = PlanRow.next_due_at <= now, PlanRow.deleted_at.is_(None), PersonRow.blocked_at.is_(None)
    alike: list[ColumnElement[Any]] = [cast(PlanRow.rule, Text).label("rule")]
    alike += [getattr(PlanRow, name).label(f"plan_{name}") for name in _PLAN]
    alike += [getattr(PersonRow, name).label(f"person_{name}") for name in _PERSON]
    some = select(PlanRow.id, *alike).join(PersonRow, PersonRow.id == PlanRow.person_id).where(*due)
    locked = some.order_by(PlanRow.next_due_at).limit(limit).with_for_update(skip_locked=True, of=PlanRow.__table__)
    found = locked.cte()
    together = func.json_group_array if tx.get_bind().dialect.name == "sqlite" else func.json_agg
    keys = [each for each in found.c if each.name != "id"]
    rows = await tx.execute(select(*keys, together(found.c.id, type_=JSON)).group_by(*keys))
    return [
        Alike(
            PlanRow(rule=json.loads(rule), **dict(zip(_PLAN, values, strict=False))),
            PersonRow(**dict(zip(_PERSON, values[len(_PLAN) :], strict=True))),
            ids,
        )
        for rule, *values, ids in rows
    ]


async def add_slots(tx: AsyncSession, alike: Sequence[Alike]) -> list[tuple[int, int, datetime]]:
    """Write the slots of all these plans; of those that are new and open: slot, plan, when it is due. A local moment
    of a plan has one slot, whoever comes first."""
    upsert = sqlite_insert if tx.get_bind().dialect.name == "sqlite" else postgresql_insert
    row = many.rows(tx, [(slot, each.ids) for each in alike for slot in each.slots], _types(SlotRow, _SLOT))
    values = {"plan_id": PlanRow.id, "person_id": PlanRow.person_id, **{name: row[name] for name in _SLOT}}
    made = upsert(SlotRow).from_select(list(values), select(*values.values()).where(PlanRow.id == row["id"]))
    made = made.on_conflict_do_nothing(index_elements=["plan_id", "local_date", "local_time"])
    told = SlotRow.id, SlotRow.plan_id, SlotRow.due_at, SlotRow.outcome, SlotRow.person_id
    added = (await tx.execute(made.returning(*told))).all()
    if in_groups := [each.id for each in added if each.person_id < 0 and each.outcome is None]:
        theirs = select(SlotRow).where(SlotRow.id == many.rows(tx, [({}, in_groups)])["id"])
        await turns.assign(tx, list(await tx.scalars(theirs)))
    return [(slot_id, plan_id, due_at) for slot_id, plan_id, due_at, outcome, _ in added if outcome is None]


async def announce(tx: AsyncSession, slots: Sequence[many.Alike]) -> None:
    """Queue the first reminders of slots, and write the deliveries they are.

    The values that slots share: `silent`, and `due` in seconds since 1970. It is in the key, as in all keys with an id:
    SQLite gives the highest one out again when its row is gone, and the message may still be there.
    """
    row = many.rows(tx, slots, {"silent": Boolean(), "due": BigInteger()})
    one = SlotRow.id == row["id"]
    number = cast(SlotRow.id, Text)
    key = literal("slot:") + number + ":first:" + cast(row["due"], Text)
    about = literal('{"slot_id": ') + number + ', "one_off_id": null, "kind": "first"}'
    message = {
        "key": key,
        "person_id": SlotRow.person_id,
        "chat_id": SlotRow.person_id,
        "kind": literal("reminder"),
        "parameters": type_coerce(about, JSON) if tx.get_bind().dialect.name == "sqlite" else cast(about, JSON),
        "silent": row["silent"],
        "due_at": SlotRow.due_at,
        "send_at": SlotRow.due_at,
        "state": literal("waiting"),
        "attempts": literal(0),
    }
    await tx.execute(insert(OutboxRow).from_select(list(message), select(*message.values()).where(one)))
    delivery = {
        "person_id": SlotRow.person_id,
        "slot_id": SlotRow.id,
        "kind": literal("first"),
        "due_at": SlotRow.due_at,
        "outbox_id": OutboxRow.id,
    }
    sent = select(*delivery.values()).where(one, OutboxRow.key == key)
    await tx.execute(insert(DeliveryRow).from_select(list(delivery), sent))


async def move_on(tx: AsyncSession, alike: Sequence[Alike]) -> None:
    """Write where the plans are now."""
    await _write(tx, alike, _STEP)
    if nudged := [each for each in alike if each.plan.prepare_at is not None]:
        await _write(tx, nudged, ("prepare_at",))


async def remember_reminded(tx: AsyncSession, plan_ids: Sequence[int], now: datetime) -> None:
    """These plans have been announced."""
    row = many.rows(tx, [({}, plan_ids)])
    await tx.execute(_together(update(PlanRow).where(PlanRow.id == row["id"]).values(reminded_at=now)))


async def _write(tx: AsyncSession, alike: Sequence[Alike], names: Sequence[str]) -> None:
    values = [({name: getattr(each.plan, name) for name in names}, each.ids) for each in alike]
    row = many.rows(tx, values, _types(PlanRow, names))
    moved = update(PlanRow).where(PlanRow.id == row["id"]).values({name: row[name] for name in names})
    await tx.execute(_together(moved))


def _together(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)


def _types(row: type[Base], names: Sequence[str]) -> dict[str, Any]:
    return {name: row.__table__.c[name].type for name in names}

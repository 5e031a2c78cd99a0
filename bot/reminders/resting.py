"""That somebody was asked until when a plan shall rest: their next date is the answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.db.engine import Database
from bot.people import Draft, Person, drop_draft, read_draft, save_draft

KIND = "pause"
LIFE = timedelta(hours=12)


async def expect_date(db: Database, person: Person, plan_id: int, now: datetime) -> None:
    """The person's next date ends a pause of that plan. What they had begun before is left."""
    async with db.transaction() as tx:
        await save_draft(tx, person.id, Draft(KIND, {"plan_id": plan_id}), now)


async def expects_date(db: Database, person: Person, now: datetime) -> int | None:
    """The plan whose pause a date would end, if one was asked for."""
    async with db.transaction() as tx:
        kept = await read_draft(tx, person.id, now, LIFE)
    return int(kept.content["plan_id"]) if kept is not None and kept.kind == KIND else None


async def forget_date(db: Database, person: Person, now: datetime) -> None:
    """The question is answered."""
    async with db.transaction() as tx:
        kept = await read_draft(tx, person.id, now, LIFE)
        if kept is not None and kept.kind == KIND:
            await drop_draft(tx, person.id)

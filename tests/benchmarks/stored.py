"""People with plans, any number of them, written by the database itself: a million take half a minute."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import case, func, insert, literal, select, text, update

from bot.db.engine import Database
from bot.db.tables import Base, OutboxRow, PersonRow, PlanRow, SlotRow
from bot.reminders.model import Rule, WeeklyTime, rule_as_json

ZONES = ("Asia/Almaty", "Asia/Tashkent", "Asia/Karachi", "Asia/Yekaterinburg")
"""All five hours east of Greenwich."""
WEEKDAYS = ((1,), (2, 5), (3,), (4, 6, 7))


async def store(db: Database, count: int, first: int = 1) -> None:
    """People `first` to `first + count - 1`, each with a plan of the same id whose next slot is a week away."""
    now = datetime.now(UTC)
    week = now + timedelta(days=7)
    numbers = select(literal(first).label("n")).cte(recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < first + count - 1))
    n = numbers.c.n
    rules = [rule_as_json(Rule((WeeklyTime(days, time(19)),))) for days in WEEKDAYS]
    person = {
        "id": n,
        "first_name": "P",
        "language": "en",
        "language_chosen": False,
        "zone": case(dict(enumerate(ZONES)), value=n % len(ZONES)),
        "zone_chosen": False,
        "quiet_moves": False,
        "snooze_minutes": 30,
        "dark_pictures": False,
        "name_on_card": True,
        "follow_up": True,
        "weekly": True,
        "news": True,
        "created_at": now,
        "last_seen": now,
    }
    plan = {
        "id": n,
        "person_id": n,
        "rule": case(
            *((n % len(rules) == number, literal(rule, PlanRow.rule.type)) for number, rule in enumerate(rules))
        ),
        "state": "active",
        "goal_weeks": 13,
        "starts_on": now.date() - timedelta(days=30),
        "next_local": _wall(week),
        "next_due_at": week,
        "unanswered": 0,
        "prepare_day": False,
        "prepare_hours": False,
        "checklist": [],
        "version": 1,
        "created_at": now,
    }
    async with db.transaction() as tx:
        for row, values in ((PersonRow, person), (PlanRow, plan)):
            some = select(*_literals(row, values)).select_from(numbers)
            await tx.execute(insert(row).from_select(list(values), some))
        found = await tx.scalar(select(func.count()).select_from(PlanRow))
    if found != count:
        raise RuntimeError(f"{found} plans were stored")
    async with db.transaction() as tx:
        for row in (PersonRow, PlanRow):  # what a database does by itself in its first minute
            await tx.execute(text(f"analyze {row.__tablename__}"))


async def fall_due(db: Database, count: int, at: datetime) -> None:
    """Let the plans 1 to `count` be due `at`."""
    moved = {"next_due_at": at, "next_local": _wall(at), "starts_on": at.date() - timedelta(days=30)}
    async with db.transaction() as tx:
        await tx.execute(update(PlanRow).where(PlanRow.id <= count).values(**moved))


async def look(db: Database, count: int, *, marked: bool) -> None:
    """See that of the plans 1 to `count` each has one slot and one message, and has moved on. Raises RuntimeError.

    `marked`: each message was marked once before it went out, and its sending was recorded.
    """
    sent = (OutboxRow.state == "sent", OutboxRow.attempts == 1) if marked else (OutboxRow.claimed_until.is_not(None),)
    looks = {
        "slots": (select(func.count(SlotRow.plan_id.distinct())), count),
        "messages": (select(func.count()).select_from(OutboxRow), count),
        "messages that went out": (select(func.count()).select_from(OutboxRow).where(*sent), count),
        "plans that wait": (select(func.count()).where(PlanRow.next_due_at <= datetime.now(UTC)), 0),
    }
    async with db.transaction() as tx:
        for what, (query, wanted) in looks.items():
            if (found := await tx.scalar(query)) != wanted:
                raise RuntimeError(f"{found} {what}, and there should be {wanted}")


def _wall(instant: datetime) -> datetime:
    """The wall time in all of ZONES."""
    return (instant + timedelta(hours=5)).replace(tzinfo=None)


def _literals(row: type[Base], values: Mapping[str, Any]) -> list[Any]:
    columns = row.__table__.c
    return [value if hasattr(value, "label") else literal(value, columns[name].type) for name, value in values.items()]

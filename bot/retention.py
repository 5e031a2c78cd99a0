"""How long rows are kept that nobody will look at again, in one place; `/privacy` and the operator's page say the same.

What a person made (plans, slots and their outcomes) stays until the person erases it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, select
from sqlalchemy.orm import InstrumentedAttribute

from bot.db.engine import Database
from bot.db.tables import (
    AuditRow,
    BroadcastRow,
    CheckRow,
    DraftRow,
    FeedItemRow,
    KnownVoiceRow,
    OneOffRow,
    OutboxRow,
    OwnVoiceRow,
)

BATCH = 1000
"""Rows a transaction: on SQLite a long one would keep everybody else waiting."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of a table that go when `since` is older than `kept`, and their key."""

    key: InstrumentedAttribute[int] | InstrumentedAttribute[str]
    since: InstrumentedAttribute[datetime]
    kept: timedelta
    only: Sequence[ColumnElement[bool]] = ()

    def old(self, now: datetime) -> Select[Any]:
        return select(self.key).where(and_(self.since < now - self.kept, *self.only)).limit(BATCH)


RULES = (
    # A slot is closed within twelve hours and repaired within 48: by then its messages have said all they had to.
    Rule(OutboxRow.id, OutboxRow.due_at, timedelta(days=7), [OutboxRow.state.not_in(("waiting", "held"))]),
    Rule(OneOffRow.id, OneOffRow.due_at, timedelta(days=7)),
    Rule(DraftRow.person_id, DraftRow.changed_at, timedelta(days=30)),
    Rule(CheckRow.id, CheckRow.created_at, timedelta(days=90)),
    Rule(OwnVoiceRow.person_id, OwnVoiceRow.created_at, timedelta(days=1), [OwnVoiceRow.notes < 3]),
    # A publication that fulfilled a slot stays as its proof; another one can fulfil nothing after two weeks.
    Rule(FeedItemRow.id, FeedItemRow.published_at, timedelta(days=28), [FeedItemRow.slot_id.is_(None)]),
    Rule(KnownVoiceRow.digest, KnownVoiceRow.created_at, timedelta(days=90)),
    Rule(BroadcastRow.id, BroadcastRow.created_at, timedelta(days=365), [BroadcastRow.finished_at.is_not(None)]),
    Rule(AuditRow.id, AuditRow.at, timedelta(days=365)),
)


async def forget_old(db: Database, now: datetime) -> int:
    """Drop what has been kept long enough, and return how many rows that were. Their deliveries go with messages."""
    dropped = 0
    for rule in RULES:
        while True:
            async with db.transaction() as tx:
                keys = list(await tx.scalars(rule.old(now)))
                if keys:
                    old = rule.key.in_(keys), rule.since < now - rule.kept, *rule.only
                    await tx.execute(delete(rule.key.class_).where(*old))
            dropped += len(keys)
            if len(keys) < BATCH:
                break
    return dropped

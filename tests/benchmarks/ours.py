"""The bot's own way to ring, to a sink in the process instead of Telegram. STORED people are in the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from bot import bells, outbox
from bot.clock import Clock
from bot.db.engine import Database
from bot.outbox import Outgoing, Sender
from bot.reminders import timer
from bot.rounds import Rounds
from bot.updates import Inbox
from tests.benchmarks import stored
from tests.benchmarks.ringing import Heard

NO_PACE = 1_000_000.0

FallDue = Callable[[datetime], Awaitable[None]]


class _Sink:
    """A Messenger that only hears."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard

    async def deliver(self, message: Outgoing) -> int | None:
        self._heard.tell(message.person.id)
        return 1


@asynccontextmanager
async def safe(url: str, _stored: int, due: int, heard: Heard) -> AsyncIterator[FallDue]:
    """Queued, claimed, marked in shared transactions, handed over, recorded one by one: the bot's own rounds."""
    db, clock, bell = Database(url), Clock(), asyncio.Event()
    voice: Any = SimpleNamespace(bell=asyncio.Event())
    sender = Sender(db, clock, _Sink(heard), NO_PACE)
    rounds = Rounds(db, clock, Inbox(db, clock, _nothing), sender, voice, cast("Any", None), NO_PACE, None)

    async def look(group: asyncio.TaskGroup) -> None:
        if await rounds.look(group):
            bell.set()

    async with _running(db, bell, look, due) as fall_due:
        yield fall_due
        await clock.idle()
        await stored.look(db, due, marked=True)


@asynccontextmanager
async def claimed(url: str, _stored: int, due: int, heard: Heard) -> AsyncIterator[FallDue]:
    """Queued and claimed, and handed over as soon as the claim is committed: nothing is recorded message by message."""
    db, clock, bell = Database(url), Clock(), asyncio.Event()

    async def look(_group: asyncio.TaskGroup) -> None:
        now = clock.now()
        await timer.work(db, now)
        while True:
            async with db.transaction() as tx:
                rows = await outbox.claim(tx, now, outbox.MOST_CLAIMED, outbox.LEASE)
            for row in rows:
                heard.tell(row.person_id)
            if not rows:
                return

    async with _running(db, bell, look, due) as fall_due:
        yield fall_due
        await stored.look(db, due, marked=False)


@asynccontextmanager
async def _running(
    db: Database, bell: asyncio.Event, look: Callable[[asyncio.TaskGroup], Awaitable[None]], due: int
) -> AsyncIterator[FallDue]:
    async def loop(group: asyncio.TaskGroup) -> None:
        while True:
            await bell.wait()
            bell.clear()
            await look(group)

    scheduler = bells.scheduler({bell: 1})
    try:
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(loop(group))
            scheduler.start()
            await db.reachable()
            yield lambda at: stored.fall_due(db, due, at)
            scheduler.shutdown(wait=False)
            looking.cancel()
    finally:
        await db.close()


async def _nothing(_update: dict[str, Any]) -> None:
    """No update comes."""

"""What the bot does by itself, moment by moment: one look at the database a second, and then what is due.

A bell, or a wake-up from another replica, makes the next look come at once.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot import outbox, way_in
from bot.broadcasts import service as broadcasts
from bot.clock import Clock
from bot.db import leases, wakeups
from bot.db.engine import Database
from bot.outbox import Sender
from bot.reminders import timer
from bot.reminders.watch import Watch
from bot.updates import Inbox
from bot.voice import store as checks
from bot.voice.service import Voice

FEEDS_S = 3.0  # that a step of the sandbox's clock waits for feeds; they are no deadline of anybody's
WORK = "work"
"""The topic of a wake-up: something waits that the replica which sends should look at."""


class Rounds:
    """The bot's own work. `rate`: messages a second that may go out. `poller`: the owner of the poller's lease, when
    this process polls."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        inbox: Inbox,
        sender: Sender,
        voice: Voice,
        watch: Watch,
        rate: float,
        poller: str | None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._inbox = inbox
        self._sender = sender
        self._sender.refill = self._queue_due
        self._rate = rate
        self._voice = voice
        self._watch = watch
        self._poller = poller
        self._turn = asyncio.Lock()

    def stop_polling(self) -> None:
        """Hold the poller's lease no longer."""
        self._poller = None

    async def look(self, group: asyncio.TaskGroup) -> bool:
        """See what is due, in one transaction, and do it; requests to Telegram go on as tasks of `group`. Whether
        something was sent, so that there may be more.

        Raises CannotStart when another process polls instead of this one.
        """
        async with self._turn, self._clock.working():
            async with self._db.transaction() as tx:
                now = self._clock.now()
                await self._keep_polling(tx)
                slots = await timer.coming(tx)
                queued = await outbox.next_due(tx)
                update = await self._inbox.next_due(tx)
                check = await checks.next_due(tx)
                broadcast = await broadcasts.next_due(tx)
                runs = await broadcasts.runs(tx)
                batch = await self._sender.take(tx)
            if check is not None and check <= now:
                self._voice.bell.set()
            if update is not None and update <= now:
                await self._inbox.retry(group)
            sent = await self._sender.start(batch, group)
            more = False
            if runs or any(moment is not None and moment <= now for moment in (slots, queued, broadcast)):
                more = await self._queue_due()
                sent += await self._send_new(group)
        return sent > 0 or more

    async def beat(self) -> None:
        """Keep the leases while a look takes its time; to be called every second."""
        if self._turn.locked():
            await self._sender.beat()
            async with self._db.transaction() as tx:
                await self._keep_polling(tx)

    async def _keep_polling(self, tx: AsyncSession) -> None:
        if self._poller is not None:
            now = await leases.moment(tx, self._clock)
            if await leases.hold(tx, way_in.POLLER, self._poller, now) is None:
                raise way_in.another_polls(await leases.holder(tx, way_in.POLLER))

    async def _queue_due(self) -> bool:
        """Queue what has fallen due, and some of what is broadcast; whether more of that may be queued at once."""
        await timer.work(self._db, self._clock.now())
        return await broadcasts.work(self._db, self._clock.now(), self._rate)

    async def _send_new(self, group: asyncio.TaskGroup) -> int:
        """Start what was just queued; when another replica sends, see that it knows."""
        async with self._db.transaction() as tx:
            batch = await self._sender.take(tx)
            if not self._sender.is_holder:
                due = await outbox.next_due(tx)
                if due is not None and due <= self._clock.now():
                    await wakeups.tell(tx, WORK)
        return await self._sender.start(batch, group)

    async def settle(self, group: asyncio.TaskGroup) -> datetime | None:
        """Do everything that is due now; the earliest moment at which something will be."""
        following: datetime | None = None
        for _ in range(100):
            await self._inbox.retry(group)
            await self._clock.idle()
            await self._watch.work_within(FEEDS_S)
            async with self._turn:
                while True:
                    more = await self._queue_due()
                    if not await self._sender.deliver() and not more:
                        break
                await self._voice.work()
            await self._clock.idle()
            following = await self._next_due()
            if following is None or following > self._clock.now():
                return following
        return following

    async def _next_due(self) -> datetime | None:
        async with self._db.transaction() as tx:
            moments = [
                self._sender.not_before(await outbox.next_due(tx)),
                await timer.coming(tx),
                await broadcasts.next_due(tx),
                await checks.next_due(tx),
                await self._inbox.next_due(tx),
            ]
        return min((moment for moment in moments if moment is not None), default=None)

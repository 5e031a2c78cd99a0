"""The sandbox's clock: real time plus an offset, and the jumps that bots follow moment by moment.

A follower holds a long poll (`follow`). In a jump every moment is a new *step*: all followers do what is due and say
`settled` with their next due moment; the clock goes to the earliest of those, and so on to the target.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.sandbox.signal import Signal

FOLLOW_SECONDS = 20.0
GONE_AFTER = 3.0
SETTLE_SECONDS = 60.0
IDLE_SECONDS = 30.0
MAX_ROUNDS = 1000
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Follower:
    """One client of `follow`: requests open now, when the last one ended, whether it settles something, and what it
    settled last."""

    open: int = 0
    ended: float = 0.0
    settling: bool = False
    settled_step: int = -1
    next: datetime | None = None
    connected: Callable[[], bool] | None = None

    def waiting(self) -> bool:
        """Its poll is open, and its client not gone."""
        return self.open > 0 and (self.connected is None or self.connected())

    def working(self) -> bool:
        """It was told to settle, maybe an earlier step than today's, and keeps its connection open meanwhile."""
        return self.settling and self.connected is not None and self.connected()


@dataclass(slots=True)
class Jump:
    """What a clock operation answers."""

    settled: bool = True
    visited: list[datetime] = field(default_factory=list)


class Clock:
    """Time of the sandbox. `pending` says whether a bot still has updates to take."""

    def __init__(self, pending: Callable[[], bool], changed: Signal) -> None:
        self.offset = timedelta(0)
        self.step = 0
        self._settling = False
        self._pending = pending
        self._changed = changed  # fired when the queue of updates changes
        self._stepped = Signal()
        self._reported = Signal()
        self._followers: dict[str, Follower] = {}
        self._lock = asyncio.Lock()

    def now(self) -> datetime:
        """Now, UTC."""
        return datetime.now(UTC) + self.offset

    def stamp(self) -> int:
        """Now in Unix seconds, as dates of messages are."""
        return int(self.now().timestamp())

    def close(self) -> None:
        """Wake all long polls for good."""
        self._stepped.close()
        self._reported.close()

    # What followers call

    async def follow(
        self,
        client: str,
        step: int,
        seconds: float = FOLLOW_SECONDS,
        connected: Callable[[], bool] | None = None,
    ) -> dict[str, Any]:
        """Wait until the step differs from `step`, at most `seconds` (never over 20)."""
        follower = self._followers.setdefault(client, Follower())
        follower.connected = connected
        follower.settling = False
        follower.open += 1
        try:
            deadline = time.monotonic() + min(seconds, FOLLOW_SECONDS)
            while self.step == step and not self._stepped.closed:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                await self._stepped.wait(left)
        finally:
            follower.open -= 1
            follower.ended = time.monotonic()
        follower.settling = self.step != step and self._settling
        return {"step": self.step, "now": self.now().isoformat(), "settle": follower.settling}

    def settled(self, client: str, step: int, upcoming: datetime | None) -> bool:
        """A follower has done everything due at `step`; False when that step is past."""
        follower = self._followers.get(client)
        if follower is None:
            return False
        follower.settling = False
        follower.ended = time.monotonic()  # it has its next follow still to ask
        if step != self.step:
            return False
        follower.settled_step, follower.next = step, upcoming
        self._reported.fire()
        return True

    def followers(self) -> dict[str, Follower]:
        """Those that follow now."""
        limit = time.monotonic() - GONE_AFTER
        self._followers = {
            name: one for name, one in self._followers.items() if one.waiting() or one.working() or one.ended > limit
        }
        return self._followers

    # Jumps

    async def advance(self, seconds: float) -> Jump:
        """Go `seconds` ahead, from due moment to due moment."""
        async with self._lock:
            return await self._run(self._within(self.now() + timedelta(seconds=seconds)))

    async def set(self, target: datetime) -> Jump:
        """Jump to `target` at once, with one round of settling there."""
        async with self._lock:
            jump = Jump(visited=[self._go(self._within(target))])
            if self.followers():
                await self._round(jump)
            return jump

    def reset(self) -> None:
        """Back to real time."""
        self.offset = timedelta(0)
        self._next_step(settle=False)

    @staticmethod
    def _within(target: datetime) -> datetime:
        return min(max(target, EARLIEST), LATEST)

    def _go(self, target: datetime) -> datetime:
        """Set the time, as a new step; settling is asked for when somebody follows."""
        self.offset += target - self.now()
        self._next_step(settle=bool(self.followers()))
        return target

    def _next_step(self, *, settle: bool) -> None:
        self.step += 1
        self._settling = settle
        self._stepped.fire()

    async def _run(self, target: datetime) -> Jump:
        jump = Jump()
        if not self.followers():
            jump.visited.append(self._go(target))
            return jump
        await self._idle(jump)
        self._next_step(settle=True)
        rounds = 0
        while True:
            upcoming = await self._round(jump)
            now = self.now()
            if (not jump.settled and upcoming is None) or now >= target:
                break
            nearest = target if upcoming is None else min(upcoming, target)
            if nearest > now:
                jump.visited.append(self._go(nearest))
                rounds = 0
                continue
            rounds += 1  # a follower that is due now although it just settled
            if rounds >= MAX_ROUNDS:
                jump.settled = False
                break
            self._next_step(settle=True)
        if self.now() < target:
            jump.visited.append(self._go(target))
        return jump

    async def _round(self, jump: Jump) -> datetime | None:
        """Until every follower has settled this step and no update is left; the earliest next moment."""
        for _ in range(MAX_ROUNDS):
            if not await self._all_settled():
                jump.settled = False
                return None
            if not self._pending() or not jump.settled:
                break
            await self._idle(jump)
            self._next_step(settle=True)
        else:
            jump.settled = False
        moments = [one.next for one in self.followers().values() if one.next is not None]
        return min(moments, default=None)

    async def _all_settled(self) -> bool:
        deadline = time.monotonic() + SETTLE_SECONDS
        while any(one.settled_step != self.step for one in self.followers().values()):
            left = deadline - time.monotonic()
            if left <= 0 or self._reported.closed:
                return False
            await self._reported.wait(min(left, 0.25))  # wakes also to drop those that vanished
        return True

    async def _idle(self, jump: Jump) -> None:
        """Until no update waits to be taken."""
        deadline = time.monotonic() + IDLE_SECONDS
        while self._pending():
            left = deadline - time.monotonic()
            if left <= 0 or self._reported.closed:
                jump.settled = False
                return
            await self._changed.wait(min(left, 0.25))

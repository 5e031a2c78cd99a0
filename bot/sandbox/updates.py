"""The queue of updates for the bot: what it asked for, in order, until it confirms; one poller at a time."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any

from bot.sandbox import errors
from bot.sandbox.errors import ApiError
from bot.sandbox.signal import Signal

MAX_WAIT = 50
LIFETIME = 86_400.0
KINDS = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "message_reaction",
    "message_reaction_count",
)
NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass(slots=True)
class Queued:
    """One update; `key` names the chat it came from, `born` is real (wall) time."""

    id: int
    key: int
    body: dict[str, Any]
    born: float
    attempts: int = 0
    due: float = 0.0
    flying: bool = False


class Updates:
    """Updates that wait; `changed` fires when the queue grows or shrinks."""

    def __init__(self) -> None:
        self.changed = Signal()
        self.queue: list[Queued] = []
        self.last_id = 100_000_000 + secrets.randbelow(800_000_000)
        self.allowed: list[str] | None = None
        self.webhook: dict[str, Any] | None = None
        self._poll = 0

    def wanted(self, kind: str) -> bool:
        """Whether the bot asked for this kind."""
        if not self.allowed:
            return kind not in NOT_BY_DEFAULT
        return kind in self.allowed

    def allow(self, kinds: list[str] | None) -> None:
        """Keep the list for later calls; an empty one is the default; names that do not exist are ignored."""
        if kinds is not None:
            self.allowed = [kind for kind in kinds if kind in KINDS] or None

    def add(self, kind: str, payload: dict[str, Any], key: int) -> int | None:
        """Queue an update; its id, or None when the bot did not ask for such."""
        if not self.wanted(kind):
            return None
        self.last_id += 1
        body = {"update_id": self.last_id, kind: payload}
        self.queue.append(Queued(self.last_id, key, body, time.time()))
        self.changed.fire()
        return self.last_id

    def pending(self) -> bool:
        """Whether anything still waits to be taken."""
        return bool(self.queue)

    def drop(self) -> None:
        """Forget all that waits."""
        self.queue.clear()
        self.changed.fire()

    def done(self, one: Queued) -> None:
        """A webhook took it."""
        if one in self.queue:
            self.queue.remove(one)
        self.changed.fire()

    def expire(self) -> None:
        """Telegram keeps updates for 24 hours."""
        limit = time.time() - LIFETIME
        if self.queue and self.queue[0].born < limit:
            self.queue = [one for one in self.queue if one.born >= limit]
            self.changed.fire()

    async def poll(self, offset: int, limit: int, timeout: float) -> list[dict[str, Any]]:
        """getUpdates. A later call ends this one with 409, as an active webhook does."""
        self._refuse_beside_webhook()
        self._poll += 1
        mine = self._poll
        self.changed.fire()  # the call before this one must end
        self._confirm(offset)
        deadline = time.monotonic() + min(max(timeout, 0), MAX_WAIT)
        while True:
            self.expire()
            if self._poll != mine:
                raise ApiError(409, errors.POLLED_TWICE)
            self._refuse_beside_webhook()
            left = deadline - time.monotonic()
            if self.queue or left <= 0 or self.changed.closed:
                return [one.body for one in self.queue[:limit]]
            await self.changed.wait(min(left, 5.0))

    def _confirm(self, offset: int) -> None:
        if offset > 0:
            kept = [one for one in self.queue if one.id >= offset]
        elif offset < 0:
            kept = self.queue[offset:]
        else:
            return
        if len(kept) != len(self.queue):
            self.queue = kept
            self.changed.fire()

    def _refuse_beside_webhook(self) -> None:
        if self.webhook is not None:
            raise ApiError(409, errors.POLLED_WITH_WEBHOOK)

"""Inline queries: words typed after the bot's name in any chat, and what the bot offered for them.

Inline mode is off until switched on, as at @BotFather; then getMe says so.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.signal import Signal

LIFETIME_S = 900.0


@dataclass(slots=True)
class InlineQuery:
    """Words typed after the bot's name, and what it offered; `born` is real (monotonic) time."""

    id: str
    user_id: int
    text: str
    born: float
    results: list[dict[str, Any]] | None = None
    contents: dict[str, dict[str, Any]] = field(default_factory=dict)  # what a chosen result puts into the chat
    extra: dict[str, Any] = field(default_factory=dict)
    answered: Signal = field(default_factory=Signal)

    @property
    def old(self) -> bool:
        return time.monotonic() - self.born > LIFETIME_S


class Inline:
    """Whether inline mode is on, and the queries of the last quarter of an hour."""

    def __init__(self) -> None:
        self.on = False
        self.queries: dict[str, InlineQuery] = {}

    def new(self, user_id: int, text: str) -> InlineQuery:
        """A query that waits for its answer."""
        self.queries = {key: one for key, one in self.queries.items() if not one.old}
        made = InlineQuery(str(secrets.randbits(62)), user_id, text, time.monotonic())
        self.queries[made.id] = made
        return made

    def clear(self) -> None:
        """Nobody waits any more."""
        for query in self.queries.values():
            query.answered.fire()
        self.queries.clear()

"""What a handler may reach for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.answers.service import Answers
from bot.clock import Clock
from bot.db.engine import Database
from bot.people import People
from bot.voice.service import Voice


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs this bot, for /privacy."""

    name: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Everything a handler needs, and nothing it must not touch. `bell` wakes the timer before its next second."""

    db: Database
    clock: Clock
    people: People
    voice: Voice
    answers: Answers
    operator: Operator
    admin_ids: frozenset[int]
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    flooded: Callable[[float], None]

    def now(self) -> datetime:
        return self.clock.now()

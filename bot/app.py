"""What a handler may reach for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.answers.composer import Composer
from bot.answers.service import Answers
from bot.clock import Clock
from bot.db.engine import Database
from bot.errands import Errands
from bot.limits import Limits
from bot.people import People
from bot.reminders.watch import Watch
from bot.voice.own import OwnVoices
from bot.voice.service import Voice


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs this bot, for /privacy."""

    name: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Everything a handler needs, and nothing it must not touch.

    `public_url`: where the HTTP server is reached from outside, None when it is not.
    `bell` wakes the timer before its next second; `errands` are for what takes longer than a person should wait.
    """

    db: Database
    clock: Clock
    people: People
    voice: Voice
    own_voices: OwnVoices
    watch: Watch
    answers: Answers
    operator: Operator
    admin_ids: frozenset[int]
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    composer: Composer | None = None
    errands: Errands = field(default_factory=Errands)
    limits: Limits = field(default_factory=Limits)
    public_url: str | None = None
    flooded: Callable[[float], Awaitable[None]]

    @staticmethod
    def is_transient(error: BaseException) -> bool:
        """Whether the same thing may well work in a minute: the database was busy or away."""
        return isinstance(error, (DBAPIError, TimeoutError, ConnectionError)) and not isinstance(error, IntegrityError)

    def now(self) -> datetime:
        return self.clock.now()

"""What a broadcast is: its words, whom it goes to, how far it has come. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

State = Literal["draft", "scheduled", "running", "paused", "done", "cancelled"]
UNFINISHED: tuple[State, ...] = ("draft", "scheduled", "running", "paused")
ACTIVITIES = (1, 7, 30, 90)
"""Days since somebody wrote last, to choose from."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Whom a broadcast goes to; None: everybody in this respect.

    `zone` is an IANA name, `active_days` counts back from the moment of sending, `outlet` is that of a plan that is on.
    """

    language: str | None = None
    zone: str | None = None
    active_days: int | None = None
    outlet: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Only what is narrowed."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Content:
    """The words with Telegram's entities as the admin wrote them, and a picture by its file id.

    `entities` None: the text is HTML.
    """

    text: str
    entities: tuple[dict[str, Any], ...] | None = None
    photo: str | None = None


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One broadcast. `waiting`, `sent`, `failed` count recipients; `expected` is how many there were at its start."""

    id: int
    admin_id: int | None
    state: State
    content: Content = field(repr=False)
    segment: Segment
    created_at: datetime
    start_at: datetime | None
    finished_at: datetime | None
    expected: int
    queued: int
    waiting: int
    sent: int
    failed: int
    card_id: int | None

    @property
    def total(self) -> int:
        """How many it goes to: people come and go while it runs."""
        return self.queued if self.state == "done" else max(self.expected, self.queued)

    @property
    def tried(self) -> int:
        """How many have it, or cannot get it."""
        return self.sent + self.failed

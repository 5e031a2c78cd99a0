"""What a phrase is made of once its words are read: days, clocks, dates and the rest, in the order they were said."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from bot.reminders.model import Outlet
from bot.reminders.reading.tokens import Token
from bot.spelling import key

Why = Literal["no_time", "no_days", "ambiguous_hour", "past", "contradiction", "not_a_plan", "other"]


class Doubt(Exception):
    """The phrase is a question. `why` tells the chat what to ask."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


EVERY_DAY = frozenset(range(1, 8))
SETS = {"daily": EVERY_DAY, "workdays": frozenset(range(1, 6)), "weekend": frozenset((6, 7))}
SETS |= {"135": frozenset((1, 3, 5)), "24": frozenset((2, 4))}  # MWF, TTh: written in one word, but a list of days


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock time. `literal`: two digits of hour were written with minutes, so it is a 24-hour time by itself.

    `part` is the part of the day that was said with it, `named` a noon or midnight that was said by name, `open` an
    hour whose minutes may still follow.
    """

    hour: int
    minute: int
    literal: bool = False
    part: str = ""
    named: bool = False
    open: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day: `gen` belongs to the hour before it, `adj` to the hour after it, `adv` to either."""

    name: str
    form: str


@dataclass(frozen=True, slots=True)
class Days:
    """Weekdays. `recurs`: said as recurring; `whole`: the set's name when said in one word; `listed`: how many."""

    days: frozenset[int]
    recurs: bool = False
    whole: str = ""
    listed: int = 1


@dataclass(frozen=True, slots=True)
class Without:
    """Weekdays to leave out."""

    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class Weeks:
    """Every n-th week. `aside`: said as "in a week", which means every other week only beside a recurring day."""

    n: int
    aside: bool = False


@dataclass(frozen=True, slots=True)
class PerWeek:
    """A number of times a week, and no word of which days."""

    n: int


@dataclass(frozen=True, slots=True)
class PerDay:
    """A number of times on each day: the same number of clocks must follow."""

    n: int


@dataclass(frozen=True, slots=True)
class Place:
    """A city that is no zone here: the topic, or where somebody lives. Doubtful unless it is the zone as well."""

    zone: str


@dataclass(frozen=True, slots=True)
class PerMonth:
    """Said to be monthly: only an nth weekday makes a plan of it."""


@dataclass(frozen=True, slots=True)
class Nth:
    """The nth weekday of a month."""

    nth: int
    weekday: int


@dataclass(frozen=True, slots=True)
class Start:
    """First day of a plan."""

    day: date


@dataclass(frozen=True, slots=True)
class Until:
    """Last day of a plan, included. `yearless`: it moves on by a year to stand after a start."""

    day: date
    yearless: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """How long a plan goes on: months and days."""

    months: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class On:
    """One day. `rolls`: without a year, so it is the next such day; `weekday`: named along with it, to be checked."""

    day: date
    rolls: bool = False


@dataclass(frozen=True, slots=True)
class Once:
    """Said to happen a single time."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An exact moment, local wall time."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Where:
    """An outlet."""

    outlet: Outlet


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone that the text names."""

    name: str


@dataclass(frozen=True, slots=True)
class Join:
    """`and`, a comma, a line break; `dash` for a hyphen; `to` for a word that makes a window of two clocks."""

    kind: str = "and"


@dataclass(frozen=True, slots=True)
class Small:
    """A small word that is harmless unless a time, a day or a date follows it at once."""

    token: Token


@dataclass(frozen=True, slots=True)
class Fill:
    """A word without meaning for the schedule; `ask` asks the bot, `do`, `noun` and `topic` are about posts."""

    kind: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A word that is not in the lexicon."""

    token: Token


@dataclass(frozen=True, slots=True)
class Stop:
    """A word after which nothing is a plan."""

    why: Why


@dataclass(frozen=True, slots=True)
class Flag:
    """Something said about the phrase as a whole: `question`, `respectively`, `polite`, `monthly`, `story`."""

    name: str


Item = (
    Clock
    | Part
    | Days
    | Without
    | Weeks
    | PerWeek
    | PerDay
    | Place
    | PerMonth
    | Nth
    | Start
    | Until
    | Span
    | On
    | Once
    | Moment
    | Where
    | Zone
    | Join
    | Small
    | Fill
    | Unknown
    | Stop
    | Flag
)

Match = tuple[list[Item], int] | None


@dataclass(slots=True)
class Reader:
    """The tokens of a phrase and the moment it is read at: `now` is local wall time in the zone that counts."""

    tokens: list[Token]
    now: datetime
    zone: str
    lang: str
    before: list[Item] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.now.date()

    def at(self, i: int) -> Token:
        """The token at a place; an empty mark before the beginning and after the end."""
        return self.tokens[i] if 0 <= i < len(self.tokens) else _NOTHING

    def fn(self, i: int, *names: str) -> bool:
        return self.at(i).fn(*names)

    def has(self, i: int, kind: str) -> bool:
        return self.at(i).sense(kind) is not None

    def skip(self, i: int, *names: str) -> int:
        """The place after any of these function words."""
        while self.fn(i, *names):
            i += 1
        return i

    def word(self, i: int, *words: str) -> bool:
        """Whether one of these words stands here, in any spelling."""
        return self.at(i).key in _keys(words)

    def skip_words(self, i: int, *words: str) -> int:
        """The place after any of these words."""
        while self.at(i).key in _keys(words):
            i += 1
        return i


@lru_cache(maxsize=1024)
def _keys(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(filter(None, (" ".join(key(part) for part in word.split()) for word in words)))


_NOTHING = Token("mark", "")

"""What an adapter to an outside service is, and what all of them need: bounded answers, numbers that are numbers.

An adapter turns one recording into an `Opinion`, or raises `Failed` with one of `WHY`. Whatever the service sends is
checked: it may be broken, slow, or somebody else by now.
"""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import httpx

from bot.detector.scoring import probability

# Why a service gave no score, each a word of docs/detector-api.md.
WHY: Final = frozenset(
    (
        "budget",  # our own limit a day is reached
        "resting",  # it failed a moment ago and is left alone for a while
        "full",  # as many recordings are on their way to services as may be
        "too_large",
        "timeout",
        "unreachable",
        "down",
        "busy",
        "key",
        "quota",
        "refused",  # it does not take this request
        "malformed",  # its answer is not of its documented form
        "too_short",
        "no_speech",
        "undecodable",
    )
)
CANNOT_JUDGE: Final = frozenset(("too_short", "no_speech", "undecodable", "refused"))  # of this recording, not of it
_LONGEST: Final = 2**20  # bytes of an answer
_CERTAIN: Final = 0.01  # a claim beyond 1 or 99 of 100 counts as that

Sleep = Callable[[float], Awaitable[None]]


class Failed(Exception):
    """No score. `why` is one of WHY; `rest_s`: how long not to ask again."""

    def __init__(self, why: str, rest_s: float = 0.0) -> None:
        assert why in WHY
        super().__init__(why)
        self.why = why
        self.rest_s = rest_s


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the recording, in seconds, and the service's score of it, 0 to 1."""

    start_s: float
    end_s: float
    p: float


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a service said in its own terms. `p`: 0 to 1, the higher the more synthetic, calibrated by nobody here.

    `said`: its own word. Not `firm`: it says itself that its windows disagree.
    """

    p: float
    said: str
    spans: tuple[Span, ...] = ()
    firm: bool = True


@dataclass(frozen=True, slots=True)
class Sound:
    """What is uploaded: bytes, and the name and media type that say what they are."""

    data: bytes
    file_name: str
    mime: str


@dataclass(frozen=True, slots=True)
class Account:
    """The operator's access to one service. `url` without a slash at the end; `timeout_s` for one recording in all."""

    key: str = field(repr=False)
    url: str
    timeout_s: float
    per_day: int


class Adapter(Protocol):
    """One outside service."""

    @property
    def name(self) -> str:
        """Lower case; its settings begin with it."""

    @property
    def title(self) -> str:
        """As people know it."""

    @property
    def retention(self) -> str:
        """One sentence: what becomes of the recording there."""

    @property
    def keeps_nothing(self) -> bool:
        """Whether, by its own word, no recording stays there when it is asked as we ask."""

    @property
    def kinds(self) -> frozenset[str]:
        """What it takes as it is, by our names of containers; anything else is sent as WAV."""

    @property
    def max_bytes(self) -> int:
        """The largest file it takes."""

    async def ask(self, http: httpx.AsyncClient, account: Account, sound: Sound, sleep: Sleep) -> Opinion:
        """One recording's score. Raises Failed. The caller bounds the time."""


async def exchange(http: httpx.AsyncClient, method: str, url: str, **request: Any) -> tuple[int, Any, httpx.Headers]:
    """Status, body as JSON (None where it is none), headers. Raises Failed: unreachable, malformed."""
    body = bytearray()
    try:
        async with http.stream(method, url, **request) as response:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _LONGEST:
                    raise Failed("malformed")
            try:
                return response.status_code, json.loads(body), response.headers
            except (ValueError, RecursionError):
                return response.status_code, None, response.headers
    except httpx.ReadTimeout as error:
        raise Failed("timeout", 60) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Failed("unreachable", 60) from error


def share(value: Any) -> float:
    """A number from 0 to 1, also one written as a string. Raises Failed."""
    found = number(value)
    if not 0 <= found <= 1:
        raise Failed("malformed")
    return found


def number(value: Any) -> float:
    """A finite number, also one written as a string. Raises Failed."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Failed("malformed")
    try:
        found = float(value)
    except (ValueError, OverflowError):
        raise Failed("malformed") from None
    if not math.isfinite(found):
        raise Failed("malformed")
    return found


def seconds_after(headers: httpx.Headers, usual: float) -> float:
    """Retry-After in seconds, at most 30; the usual pause where there is none."""
    stated = headers.get("retry-after", "").strip()
    return min(30.0, float(stated)) if stated.isdecimal() else usual


def logit(p: float) -> float:
    """Log-odds of a service's score, kept within what anybody can be certain of."""
    held = min(1 - _CERTAIN, max(_CERTAIN, p))
    return math.log(held / (1 - held))


def pooled(spans: tuple[Span, ...]) -> float:
    """One score of many: the mean of their log-odds, each weighing as much as it is long."""
    weights = [span.end_s - span.start_s for span in spans]
    return probability(sum(logit(s.p) * w for s, w in zip(spans, weights, strict=True)) / sum(weights))

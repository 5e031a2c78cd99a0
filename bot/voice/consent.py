"""Whether a recording may go to a service of somebody else. Pure.

Nothing leaves without the word of the person who asks, given for that service by its name. What they said is kept as
name → yes or no; a service that is added later has not been asked about, and gets nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

OUTCOMES = ("scored", "could_not_judge", "failed", "not_asked")


@dataclass(frozen=True, slots=True)
class OutsideService:
    """A service that the detector can ask. `title`: as people know it; `keeps_nothing`: by its own word."""

    name: str
    title: str
    keeps_nothing: bool = False


@dataclass(frozen=True, slots=True)
class OutsideWord:
    """What came of asking it: one of OUTCOMES, why, and its own score 0 … 1 where there is one."""

    title: str
    outcome: str
    why: str = ""
    p: float | None = None

    @property
    def was_sent(self) -> bool:
        """Whether the recording left for it."""
        return self.outcome != "not_asked"


def agreed(said: Mapping[str, bool], services: Iterable[OutsideService]) -> tuple[str, ...]:
    """The services that may get the recording, in their order."""
    return tuple(service.name for service in services if said.get(service.name) is True)


def unasked(said: Mapping[str, bool], services: Iterable[OutsideService]) -> tuple[OutsideService, ...]:
    """Those the person has not been asked about."""
    return tuple(service for service in services if service.name not in said)


def read_words(saved: Any) -> tuple[OutsideWord, ...]:
    """What was said, from plain values. Raises KeyError, TypeError, ValueError for anything else."""
    words = tuple(OutsideWord(each["title"], each["outcome"], each["why"], each["p"]) for each in saved)
    if any(word.outcome not in OUTCOMES for word in words):
        raise ValueError("no such outcome")
    return words

"""Turning an own voice note into words: what may go wrong, and how many a day."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot.errors import N_, UserError

MAX_S: Final = 120  # seconds; longer is no question and no plan
A_DAY: Final = 20
_DAY: Final = timedelta(days=1)


class WordsOff(UserError):
    """The operator has no model for it."""

    message = N_("I can't turn voice into words here. Write it as text.")


class WordsDown(UserError):
    """The detector is away, or too busy for too long."""

    message = N_("I can't turn voice into words right now. Try again in a minute, or write it as text.")


class NoWords(UserError):
    """Nothing that was said could be made out."""

    message = N_("I heard no words. Speak closer to the phone, or write it as text.")


class NoteTooLong(UserError):
    """The note is longer than a question or a plan. Parameters: minutes."""

    message = N_("I turn voice notes of up to {minutes} minutes into words. Send a shorter one, or write it as text.")

    def __init__(self) -> None:
        super().__init__(minutes=MAX_S // 60)


class NoteDamaged(UserError):
    """The file cannot be read."""

    message = N_("The file is damaged. Send it once more.")


class TooManyWords(UserError):
    """The person's notes of the day are used up. Parameters: limit."""

    message = N_("That was {limit} voice notes turned into words in a day. Write the next one as text.")

    def __init__(self) -> None:
        super().__init__(limit=A_DAY)


class Allowance:
    """How many notes of each person were listened to in the last 24 hours. Forgotten with the process."""

    def __init__(self, refused: Callable[[], UserError] = TooManyWords) -> None:
        """`refused`: what is raised when they are used up."""
        self._spent: dict[int, deque[datetime]] = {}
        self._refused = refused

    def spend(self, person_id: int, now: datetime) -> None:
        """Count one more. Raises what `refused` makes."""
        for other in [each for each, moments in self._spent.items() if now - moments[-1] >= _DAY]:
            del self._spent[other]
        moments = self._spent.setdefault(person_id, deque(maxlen=A_DAY))
        if len(moments) == A_DAY and now - moments[0] < _DAY:
            raise self._refused()
        moments.append(now)

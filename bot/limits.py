"""How much one person may ask of the bot: a burst, and then one thing a second.

Kept in memory: with several replicas the limit is looser, and nobody waits for a database to be refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from bot.errors import N_, UserError

BURST = 60
A_SECOND = 1.0
PATIENCE = 10.0
"""Once the burst is used up, this much must have come back before anything is handled again."""
TOLD_EVERY = timedelta(minutes=1)
MOST_REMEMBERED = 10_000
TIDY_EVERY = timedelta(seconds=10)


class TooMuchAtOnce(UserError):
    """The person sends more than anybody can read."""

    message = N_("That was a lot at once. Wait a minute, then send the last one again.")


class Answer(Enum):
    """What to do with an update."""

    HANDLE = "handle it"
    TELL = "refuse it, and say so"
    REFUSE = "refuse it: that was said already"


@dataclass(slots=True)
class _Bucket:
    left: float
    at: datetime
    refusing: bool = False
    told_at: datetime | None = None


class Limits:
    """A bucket for each person who wrote lately."""

    def __init__(self) -> None:
        self._buckets: dict[int, _Bucket] = {}
        self._tidied_at = datetime.min.replace(tzinfo=UTC)

    def ask(self, person_id: int, now: datetime) -> Answer:
        """Whether to handle one more update of the person."""
        bucket = self._buckets.get(person_id)
        if bucket is None or now < bucket.at:  # new, or the clock was set back
            self._forget_the_quiet(now)
            bucket = self._buckets[person_id] = _Bucket(BURST, now)
        bucket.left = min(BURST, bucket.left + (now - bucket.at).total_seconds() * A_SECOND)
        bucket.at = now
        if bucket.refusing and bucket.left >= PATIENCE:
            bucket.refusing = False
        if not bucket.refusing and bucket.left >= 1:
            bucket.left -= 1
            return Answer.HANDLE
        bucket.refusing = True
        if bucket.told_at is not None and now - bucket.told_at < TOLD_EVERY:
            return Answer.REFUSE
        bucket.told_at = now
        return Answer.TELL

    def _forget_the_quiet(self, now: datetime) -> None:
        """Drop buckets that have filled up again, when there are many; not at every turn, for it takes a while."""
        if len(self._buckets) >= MOST_REMEMBERED and not timedelta() <= now - self._tidied_at < TIDY_EVERY:
            self._tidied_at = now
            full = timedelta(seconds=BURST / A_SECOND)
            self._buckets = {who: bucket for who, bucket in self._buckets.items() if now - bucket.at < full}

"""Recordings that were checked before, known again by their bytes or by how they sound. Holds no person.

The same bytes get the same answer. A re-encoded recording gets it too, with a word about that: a copy that went through
a vocoder is often as close to its original as a re-encoded one, so the answer may be about the original. For the same
reason *no signs found* is never taken from a likeness: such a recording is heard anew.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace

from bot.clock import Clock
from bot.db.engine import Database
from bot.voice import likeness, store
from bot.voice.client import DetectorClient
from bot.voice.model import Band, Verdict

ROUNDED_S = 1.5  # Telegram's lengths are whole seconds, and the sender's word
MOST_COMPARED = 200  # some milliseconds each


class Memory:
    """What is remembered of recordings, for one detector."""

    def __init__(self, db: Database, clock: Clock, detector: DetectorClient) -> None:
        self._db = db
        self._clock = clock
        self._detector = detector

    async def recall(self, recording: bytes, key: str, length_s: float | None) -> Verdict | None:
        """The verdict on the same recording by the detector `key`. `length_s`: what Telegram says, if it does."""
        async with self._db.transaction() as tx:
            known = await store.known(tx, digest(recording), key)
            worth_asking = known is None and await store.of_length(tx, key, length_s, ROUNDED_S, 1)
        if known is not None:
            return Verdict.from_dict(known)
        found = await self._detector.fingerprint(recording) if worth_asking else None
        if found is None:
            return None
        bits, seconds = found
        async with self._db.transaction() as tx:
            alike = await store.of_length(tx, key, seconds, likeness.LENGTHS_S, MOST_COMPARED)
        match = await asyncio.to_thread(lambda: next((e for e in alike if likeness.same(e.fingerprint, bits)), None))
        if match is None:
            return None
        verdict = Verdict.from_dict(match.result)
        return None if verdict.band is Band.NO_SIGNS else replace(verdict, again=True)

    async def keep(self, recording: bytes, key: str, verdict: Verdict, fingerprint: str) -> None:
        """Remember what a detector said."""
        bits = fingerprint if likeness.frames_of(fingerprint) is not None else None
        async with self._db.transaction() as tx:
            now = self._clock.now()
            await store.remember(tx, digest(recording), key, verdict.as_dict(), now, verdict.seconds, bits)


def digest(recording: bytes) -> str:
    """What the very same file is known by."""
    return hashlib.sha256(recording).hexdigest()

"""My own voice: with consent, three notes become one voice of 256 numbers, and another note is compared with it.

Two findings come out, never one: whether a note sounds like the person, and whether it has signs of synthesis. A good
copy of a voice sounds like it. Only numbers are kept; the notes live in memory for as long as the work on them.
"""

from __future__ import annotations

import asyncio
import base64
import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import structlog
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.db.engine import Database
from bot.db.tables import OwnVoiceRow
from bot.errors import N_, UserError
from bot.people import Person
from bot.voice import model, words
from bot.voice.client import DetectorBusy, DetectorClient, DetectorDown, Likeness, SpeechOff, Unheard, VoicePrint
from bot.voice.model import Reason, Recording, Verdict
from bot.voice.service import BUSY_WAITS_S, FileGone, Voice

log = structlog.get_logger(__name__)

NOTES: Final = 3
LONGEST_S: Final = 120  # of a note that becomes a part of one's voice
AWAITED_FOR: Final = timedelta(minutes=30)
INFO_LIVES: Final = timedelta(minutes=1)


class Sounds(StrEnum):
    """How alike a note and the person's own voice are."""

    LIKE = "like"
    UNLIKE = "unlike"
    BETWEEN = "between"


class VoicesOff(UserError):
    """The operator has no encoder."""

    message = N_("I can't compare voices here: the operator has not installed it.")


class VoicesDown(UserError):
    """The detector is away, or too busy for too long."""

    message = N_("I can't compare voices right now. Try again in a minute.")


class NoOwnVoice(UserError):
    """There is nothing to compare with: not recorded, or made by another encoder."""

    message = N_("I don't know your voice yet. Record it first: /myvoice")


class AnotherVoice(UserError):
    """The second or third note does not sound like the first."""

    message = N_("This sounds like another person than the notes before. Record it once more, in a quiet place.")


class PoorNote(UserError):
    """A note that tells too little of a voice."""

    message = N_("I hear too little of a voice. I need about 10 seconds from a quiet place.")


class LongNote(UserError):
    """A note that is too long for this. Parameters: minutes."""

    message = N_("This is too long: up to {minutes} minutes, please.")

    def __init__(self, seconds: int) -> None:
        super().__init__(minutes=seconds // 60)


class DamagedNote(UserError):
    """The file cannot be read."""

    message = N_("The file is damaged. Send it once more.")


class TooManyNotes(UserError):
    """The person's comparisons of the day are used up. Parameters: limit."""

    message = N_("That was {limit} voices in a day. The next one works tomorrow.")

    def __init__(self) -> None:
        super().__init__(limit=words.A_DAY)


@dataclass(frozen=True, slots=True)
class OwnVoice:
    """What is kept of a person's voice: how many notes of `NOTES`, since when, and whether their next recording is
    meant for it."""

    notes: int
    since: datetime
    awaits: bool

    @property
    def whole(self) -> bool:
        return self.notes >= NOTES


@dataclass(frozen=True, slots=True)
class Compared:
    """Both findings about a recording."""

    sounds: Sounds
    verdict: Verdict


def packed(numbers: Sequence[float]) -> str:
    """Numbers as text for the database."""
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


def unpacked(text: str) -> tuple[float, ...]:
    """What `packed` wrote."""
    raw = base64.b64decode(text)
    return struct.unpack(f"<{len(raw) // 4}f", raw)


def likeness(one: Sequence[float], other: Sequence[float]) -> float:
    """The cosine of two voices; 0 where they are not of one kind."""
    if len(one) != len(other):
        return 0.0
    product = math.hypot(*one) * math.hypot(*other)
    return sum(a * b for a, b in zip(one, other, strict=True)) / product if product else 0.0


def sounds(value: float, scale: Likeness) -> Sounds:
    """What a likeness means on the encoder's scale."""
    if value >= scale.like:
        return Sounds.LIKE
    return Sounds.UNLIKE if value < scale.unlike else Sounds.BETWEEN


class OwnVoices:
    """The feature's service."""

    def __init__(self, db: Database, clock: Clock, detector: DetectorClient, voice: Voice) -> None:
        self._db = db
        self._clock = clock
        self._detector = detector
        self._voice = voice
        self._scale: tuple[Likeness | None, datetime] | None = None
        self._allowance = words.Allowance(TooManyNotes)

    async def available(self) -> bool:
        """Whether voices can be compared here, as far as the detector says so."""
        try:
            return await self._known_scale() is not None
        except DetectorDown:
            return False

    async def _known_scale(self) -> Likeness | None:
        """The encoder and its thresholds, at most a minute old. Raises DetectorDown."""
        now = self._clock.now()
        if self._scale is None or not timedelta() <= now - self._scale[1] < INFO_LIVES:
            self._scale = await self._detector.voices(), now
        return self._scale[0]

    async def state(self, person: Person) -> OwnVoice | None:
        """What is kept, None before consent."""
        async with self._db.transaction() as tx:
            row = await tx.get(OwnVoiceRow, person.id)
            return self._own(row) if row is not None else None

    def _own(self, row: OwnVoiceRow) -> OwnVoice:
        awaits = row.awaits_until is not None and self._clock.now() < row.awaits_until
        return OwnVoice(row.notes, row.created_at, awaits)

    async def agree(self, person: Person) -> OwnVoice:
        """The person agrees, and records from now on; what was kept before is thrown away. Raises VoicesOff."""
        if not await self.available():
            raise VoicesOff
        now = self._clock.now()
        async with self._db.transaction() as tx:
            fresh = OwnVoiceRow(
                person_id=person.id, voice=None, notes=0, encoder="", awaits_until=now + AWAITED_FOR, created_at=now
            )
            row = await tx.merge(fresh)
            return self._own(row)

    async def erase(self, person: Person) -> None:
        """Nothing of the voice is left."""
        async with self._db.transaction() as tx:
            await tx.execute(delete(OwnVoiceRow).where(OwnVoiceRow.person_id == person.id))

    async def await_note(self, person: Person) -> bool:
        """The person's next recording is meant for this; whether there is a voice that it could be meant for."""
        async with self._db.transaction() as tx:
            row = await tx.get(OwnVoiceRow, person.id, with_for_update=True)
            if row is not None:
                row.awaits_until = self._clock.now() + AWAITED_FOR
            return row is not None

    async def add(self, person: Person, recording: Recording, file_id: str) -> OwnVoice:
        """One note more of the person's voice. Raises a UserError of this module."""
        if (recording.length_s or 0) > LONGEST_S:
            raise LongNote(LONGEST_S)
        note, scale, _ = await self._listen(person, recording, file_id, judge=False)
        async with self._db.transaction() as tx:
            row = await tx.get(OwnVoiceRow, person.id, with_for_update=True)
            if row is None:
                raise NoOwnVoice
            if row.notes >= NOTES or row.encoder != note.model or row.voice is None:
                row.voice, row.notes, row.encoder = packed(note.numbers), 1, note.model
            else:
                kept = unpacked(row.voice)
                if likeness(kept, note.numbers) < scale.unlike:
                    raise AnotherVoice
                row.voice = packed([a + b for a, b in zip(kept, note.numbers, strict=True)])
                row.notes += 1
            row.awaits_until = None if row.notes >= NOTES else self._clock.now() + AWAITED_FOR
            log.info("own_voice", notes=row.notes)
            return self._own(row)

    async def compare(self, person: Person, recording: Recording, file_id: str) -> Compared:
        """Both findings about a recording. Raises a UserError of this module."""
        if (recording.length_s or 0) > model.MAX_SECONDS:
            raise LongNote(model.MAX_SECONDS)
        async with self._db.transaction() as tx:
            voice, encoder = await _kept(tx, person.id)
        note, scale, verdict = await self._listen(person, recording, file_id, judge=True)
        if note.model != encoder:
            raise NoOwnVoice
        async with self._db.transaction() as tx:
            row = await tx.get(OwnVoiceRow, person.id, with_for_update=True)
            if row is not None:
                row.awaits_until = None
        found = sounds(likeness(voice, note.numbers), scale)
        log.info("own_voice.compared", sounds=found.value, band=verdict.band.value)
        return Compared(found, verdict)

    async def _listen(
        self, person: Person, recording: Recording, file_id: str, *, judge: bool
    ) -> tuple[VoicePrint, Likeness, Verdict]:
        """The voice of a recording, the encoder's scale, and with `judge` the verdict on it."""
        if recording.refusal() in (Reason.TOO_LARGE, Reason.NOT_AUDIO):
            raise DamagedNote
        self._allowance.spend(person.id, self._clock.now())
        try:
            scale = await self._known_scale()
            if scale is None:
                raise VoicesOff
            data = await self._voice.fetch(file_id)
            note = await self._patiently(data)
            verdict = model.cannot_check(Reason.DETECTOR_DOWN)
            if judge:
                verdict = model.verdict(await self._detector.check(data))
        except (FileGone, Unheard) as error:
            if error.reason in (Reason.TOO_LARGE, Reason.TOO_LONG):
                raise LongNote(model.MAX_SECONDS) from error
            raise (PoorNote if error.reason.band is model.Band.UNSURE else DamagedNote) from error
        except SpeechOff as error:
            self._scale = None
            raise VoicesOff from error
        except (DetectorBusy, DetectorDown) as error:
            log.warning("own_voice.down", error=str(error))
            raise VoicesDown from error
        return note, scale, verdict

    async def _patiently(self, data: bytes) -> VoicePrint:
        for longest in BUSY_WAITS_S:
            try:
                return await self._detector.voice(data)
            except DetectorBusy as busy:
                await asyncio.sleep(min(longest, busy.retry_after_s))
        return await self._detector.voice(data)


async def _kept(tx: AsyncSession, person_id: int) -> tuple[tuple[float, ...], str]:
    row = await tx.get(OwnVoiceRow, person_id)
    if row is None or row.voice is None or row.notes < NOTES:
        raise NoOwnVoice
    return unpacked(row.voice), row.encoder

"""Voice checks: accept a recording, have it judged, tell the person; a check that was accepted survives a restart.

Accepting is one row. The work is done by whoever claims the row: download, ask the detector, show the verdict. The
audio lives in memory only, for as long as that takes. An own voice note may also be turned into words, at once or not
at all; they are given to the caller and kept nowhere.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot import metrics, observe
from bot.clock import Clock
from bot.db.engine import Database
from bot.errors import N_, NotFound, UserError
from bot.people import Person
from bot.voice import consent, model, store, words
from bot.voice.client import (
    DetectorBusy,
    DetectorClient,
    DetectorDown,
    DetectorInfo,
    SpeechOff,
    Transcript,
    Unheard,
)
from bot.voice.memory import Memory
from bot.voice.model import Answer, Feedback, Reason, Recording, Verdict
from bot.voice.pace import Pace
from bot.voice.parts import LONG_S, part_of
from bot.voice.store import Check
from bot.voice.telling import telling

log = structlog.get_logger(__name__)

A_DAY = 20
LEASE = timedelta(seconds=60)
RENEW_S = 15.0  # a check may take minutes: its claim is renewed while it does
AT_ONCE = 4
PATIENCE = timedelta(hours=1)
INFO_LIVES = timedelta(minutes=1)
INFO_WAIT_S = 3.0  # a person waits for the buttons
BUSY_WAITS_S = (10.0, 20.0)  # at most, before asking a busy detector for words again


class TooManyChecks(UserError):
    """The person's checks of the day are used up. Parameters: limit."""

    message = N_("That was {limit} voice checks in a day. The next one works tomorrow.")


class FileGone(Exception):
    """Telegram no longer gives the file out, or it is larger than it said."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class VerdictGone(NotFound):
    """The verdict behind a button is older than what is kept, or somebody else's."""

    message = N_("I no longer have this verdict, or somebody else asked for it. Forward the recording once more.")


class CannotCut(UserError):
    """The part cannot be had now: the file is gone, or the detector is away."""

    message = N_("I can't play this part right now. Try again in a minute.")


class Courier(Protocol):
    """Whoever fetches recordings and shows verdicts."""

    async def download(self, file_id: str, limit: int) -> bytes:
        """At most `limit` bytes. Raises FileGone, and whatever the network raises."""

    async def progress(self, check: Check, left_s: int | None) -> None:
        """Say in the reply of a check about how many seconds are left; None: it takes longer than was thought."""

    async def show(self, check: Check, verdict: Verdict, *, final: bool, detector: DetectorInfo | None) -> None:
        """Edit the verdict into the reply of a check, or send it. Not `final`: it will be tried again. `detector`: what
        it says of itself, where that is known."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A check on its way. `wait_s`: about how long it takes, where that is worth saying."""

    id: int
    wait_s: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a recording as Ogg/Opus, and where it begins and ends, in seconds."""

    sound: bytes
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Told:
    """A verdict as it was given, what the person said of it since, and who gives such verdicts now."""

    verdict: Verdict
    feedback: Feedback | None
    detector: DetectorInfo | None


class Voice:
    """The feature's service: one detector, one courier."""

    def __init__(self, db: Database, clock: Clock, detector: DetectorClient) -> None:
        self._db = db
        self._clock = clock
        self._detector = detector
        self._courier: Courier | None = None
        self._info: tuple[DetectorInfo, datetime] | None = None
        self._in_hand: set[int] = set()
        self._allowance = words.Allowance()
        self._heard_again = words.Allowance()
        self._pace = Pace()
        self._memory = Memory(db, clock, detector)
        self.bell = asyncio.Event()

    def serve(self, courier: Courier) -> None:
        """Who fetches and shows. The courier needs the bot, which is made later."""
        self._courier = courier

    async def accept(
        self, person: Person, recording: Recording, chat_id: int, message_id: int, file_id: str
    ) -> Accepted | Reason | None:
        """Write a check down. A Reason says why it is not even tried; None that this message is being checked already.

        Raises TooManyChecks.
        """
        if (refusal := recording.refusal()) is not None:
            return refusal
        now = self._clock.now()
        async with self._db.transaction() as tx:
            if await store.count_since(tx, person.id, now - timedelta(days=1)) >= A_DAY:
                raise TooManyChecks(limit=A_DAY)
            values = {
                "person_id": person.id,
                "chat_id": chat_id,
                "message_id": message_id,
                "file_id": file_id,
                "file_size": recording.size,
                "duration_s": recording.length_s,
                # The handler is about to show that it heard; the work starts with `begin`, or by itself after a crash.
                "send_at": now + timedelta(seconds=10),
                "created_at": now,
            }
            ahead, ahead_s = await store.ahead(tx, now)
            check_id = await store.add(tx, values)
        if check_id is None:
            return None
        length = recording.length_s or 0.0
        return Accepted(check_id, self._pace.wait_s(length, ahead=ahead, ahead_s=ahead_s, at_once=AT_ONCE))

    async def begin(self, check_id: int, reply_id: int | None) -> None:
        """The person sees that it is being checked, in the message `reply_id`: start."""
        async with self._db.transaction() as tx:
            await store.change(tx, check_id, reply_id=reply_id, send_at=self._clock.now())
        self.bell.set()

    async def work(self) -> int:
        """Do every check that is due. Returns how many were looked at."""
        looked_at = 0
        while True:
            async with self._db.transaction() as tx:
                checks = await store.claim(tx, self._clock.now(), AT_ONCE, LEASE)
            if not checks:
                return looked_at
            looked_at += len(checks)
            self._in_hand |= {check.id for check in checks}
            async with asyncio.TaskGroup() as group:
                for check in checks:
                    group.create_task(self._do(check))

    async def renew_claims(self) -> None:
        """Keep the claims on what is in hand; to be repeated for as long as the bot runs."""
        await asyncio.sleep(RENEW_S)
        await self._claim_until(self._clock.now() + LEASE)

    async def release_claims(self) -> None:
        """What is not finished is free for other replicas at once."""
        await self._claim_until(None)

    async def _claim_until(self, until: datetime | None) -> None:
        if self._in_hand:
            async with self._db.transaction() as tx:
                await store.keep_claims(tx, self._in_hand, until)

    async def next_due(self) -> datetime | None:
        """When a check waits to be tried."""
        async with self._db.transaction() as tx:
            return await store.next_due(tx)

    async def detector_alive(self) -> bool:
        """Whether the detector answers."""
        return await self._detector.alive()

    async def fetch(self, file_id: str) -> bytes:
        """A recording, for a part of the feature that listens by itself. Raises FileGone, and what the network does."""
        assert self._courier is not None
        return await self._courier.download(file_id, model.MAX_BYTES)

    async def hears_words(self) -> bool:
        """Whether an own voice note can be turned into words. Answers quickly, also when the detector does not."""
        who = await self.detector()
        return who is not None and who.speech.on

    async def words(self, person: Person, recording: Recording, file_id: str) -> Transcript:
        """What is said in an own voice note; never empty. Raises a UserError of `bot.voice.words`."""
        assert self._courier is not None
        if recording.refusal() is Reason.TOO_LARGE or (recording.length_s or 0) > words.MAX_S:
            raise words.NoteTooLong
        self._allowance.spend(person.id, self._clock.now())
        try:
            heard = await self._hear(await self._courier.download(file_id, model.MAX_BYTES))
        except (FileGone, Unheard) as error:
            too_much = error.reason in (Reason.TOO_LARGE, Reason.TOO_LONG)
            raise words.NoteTooLong if too_much else words.NoteDamaged from error
        except SpeechOff as error:
            self._info = None
            raise words.WordsOff from error
        except (DetectorBusy, DetectorDown) as error:
            log.warning("words.down", error=str(error))
            raise words.WordsDown from error
        log.info("words", seconds=round(heard.seconds), language=heard.language, model=heard.model)
        if not heard.text:
            raise words.NoWords
        return heard

    async def _hear(self, note: bytes) -> Transcript:
        for longest in BUSY_WAITS_S:
            try:
                return await self._detector.transcribe(note)
            except DetectorBusy as busy:
                await asyncio.sleep(min(longest, busy.retry_after_s))
        return await self._detector.transcribe(note)

    async def _do(self, check: Check) -> None:
        """One check, to its verdict or to another time. One that is cancelled stays in hand, to be released."""
        structlog.contextvars.bind_contextvars(check_id=check.id)  # of this task alone
        with observe.span("check", check_id=check.id):
            await self._do_claimed(check)
        self._in_hand.discard(check.id)

    async def _do_claimed(self, check: Check) -> None:
        try:
            verdict, wait = await self._judge(check)
        except Exception:  # a bug or an odd recording must not stop the others, nor be tried for ever
            log.exception("check.broken", check_id=check.id)
            verdict, wait = model.cannot_check(Reason.DETECTOR_DOWN), 15.0
        now = self._clock.now()
        final = verdict.final or now - check.created_at > PATIENCE
        try:
            if final or check.attempts == 0:  # a second "busy" would say nothing new
                await self._show(check, verdict, final=final)
        except Exception:  # Telegram was away: the verdict is shown at the next try, from the cache
            log.exception("check.not_shown", check_id=check.id)
            final, wait = now - check.created_at > PATIENCE, 15.0
        outcome = verdict.reason.value if verdict.reason else verdict.band.value
        took_s = (now - check.created_at).total_seconds()
        observe.note(outcome=outcome, band=verdict.band.value, model=verdict.detector, took_s=took_s, final=final)
        async with self._db.transaction() as tx:
            if final:
                metrics.checks.labels(outcome).inc()
                metrics.check_seconds.observe(took_s)
                result = verdict.as_dict()
                await store.change(
                    tx, check.id, state="done", finished_at=now, result=result, file_id="", claimed_until=None
                )
            else:
                again = now + timedelta(seconds=wait)
                await store.change(tx, check.id, send_at=again, attempts=check.attempts + 1, claimed_until=None)
        log.info("check", check_id=check.id, outcome=outcome, final=final)

    async def _judge(self, check: Check) -> tuple[Verdict, float]:
        """The verdict, and the seconds after which to try again if it is not final."""
        assert self._courier is not None
        try:
            recording = await self._courier.download(check.file_id, model.MAX_BYTES)
        except FileGone as error:
            return model.cannot_check(error.reason), 0.0
        try:
            who = await self._who()
            outside = consent.agreed(check.person.outside, who.outside)
            key = " +".join((who.key, *outside))
            known = await self._memory.recall(recording, key, check.length_s)
            if known is not None:
                return known, 0.0
            answer = await self._answer(check, recording, outside)
            verdict = model.verdict(answer)
        except DetectorBusy as error:
            return model.cannot_check(Reason.BUSY), error.retry_after_s
        except DetectorDown as error:
            log.warning("detector.down", check_id=check.id, error=str(error))
            return model.cannot_check(Reason.DETECTOR_DOWN), min(300.0, 5.0 * 2**check.attempts)
        if verdict.final and all(word.outcome in ("scored", "could_not_judge") for word in verdict.outside):
            await self._memory.keep(recording, key, verdict, answer.fingerprint)
        return verdict, 5.0

    async def _answer(self, check: Check, recording: bytes, outside: Sequence[str]) -> Answer:
        """What the detector says, and the services in `outside`. While it works on a long recording, its reply says how
        long that will still take."""
        started = time.monotonic()
        asked = self._detector.check(recording, outside)
        if check.reply_id is None or (check.length_s or 0.0) <= LONG_S:
            answer = await asked
        else:
            courier = self._courier
            assert courier is not None
            expected_s = self._pace.wait_s(check.length_s or 0.0) or 0
            answer = await telling(asked, lambda left_s: courier.progress(check, left_s), expected_s)
        self._pace.learn(answer.seconds, time.monotonic() - started)
        return answer

    async def opinion(self, person: Person, recording: Recording, file_id: str, detector: str) -> Verdict:
        """What another detector says of a recording, or with "" the used one, who hears it anew. Never kept.

        Raises TooManyChecks.
        """
        self._spend(person)
        try:
            sound = await self._fetch(recording, file_id)
            asked = self._detector.opinion(sound, detector) if detector else self._detector.check(sound)
            return model.verdict(await asked)
        except FileGone as error:
            return model.cannot_check(error.reason)
        except DetectorBusy:
            return model.cannot_check(Reason.BUSY)
        except DetectorDown as error:
            log.warning("detector.down", error=str(error))
            return model.cannot_check(Reason.DETECTOR_DOWN)

    def _spend(self, person: Person) -> None:
        """Count one more hearing of a recording that was checked. Raises TooManyChecks."""
        try:
            self._heard_again.spend(person.id, self._clock.now())
        except words.TooManyWords:
            raise TooManyChecks(limit=words.A_DAY) from None

    async def part(self, person: Person, check_id: int, recording: Recording, file_id: str) -> Part:
        """The seconds of a long recording that hold the most signs, to be heard. Raises VerdictGone, CannotCut,
        TooManyChecks."""
        verdict = (await self.verdict(person, check_id)).verdict
        found = part_of(verdict)
        if found is None:
            raise VerdictGone
        self._spend(person)
        try:
            sound = await self._fetch(recording, file_id)
            return Part(await self._detector.cut(sound, *found), *found)
        except (FileGone, DetectorBusy, DetectorDown) as error:
            log.warning("part.failed", check_id=check_id, error=str(error))
            raise CannotCut from error

    async def _fetch(self, recording: Recording, file_id: str) -> bytes:
        """A recording once more, from Telegram. Raises FileGone."""
        assert self._courier is not None
        if recording.size is not None and recording.size > model.MAX_BYTES:
            raise FileGone(Reason.TOO_LARGE)
        return await self._courier.download(file_id, model.MAX_BYTES)

    async def _key(self) -> str:
        """Which model answers now. Raises DetectorDown."""
        return (await self._who()).key

    async def _who(self) -> DetectorInfo:
        """The detector's word about itself, at most a minute old. Raises DetectorDown."""
        now = self._clock.now()
        if self._info is None or not timedelta() <= now - self._info[1] < INFO_LIVES:
            self._info = await self._detector.info(), now
        return self._info[0]

    async def _show(self, check: Check, verdict: Verdict, *, final: bool) -> None:
        assert self._courier is not None
        detector = self._info[0] if self._info is not None else None
        await self._courier.show(check, verdict, final=final, detector=detector)

    async def verdict(self, person: Person, check_id: int) -> Told:
        """The verdict on a person's recording, told again. Raises VerdictGone."""
        async with self._db.transaction() as tx:
            found = await store.result_of(tx, check_id, person.id)
        if found is None or found[0] is None:
            raise VerdictGone
        return Told(Verdict.from_dict(found[0]), found[1], await self.detector())

    async def doubt(self, person: Person, check_id: int, said: Feedback | None) -> None:
        """Keep what a person says was there instead, without the audio; None takes it back. Raises VerdictGone."""
        async with self._db.transaction() as tx:
            if await store.result_of(tx, check_id, person.id) is None:
                raise VerdictGone
            await store.change(tx, check_id, feedback=said)
        log.info("check.doubted", check_id=check_id, said=said)

    async def detector(self) -> DetectorInfo | None:
        """What the detector says of itself; None when it does not answer quickly."""
        try:
            async with asyncio.timeout(INFO_WAIT_S):
                return await self._who()
        except (DetectorDown, TimeoutError):
            return None

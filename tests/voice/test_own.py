"""One's own voice: consent, three notes, a comparison in two findings, and nothing left after erasing."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot import retention
from bot.clock import Clock
from bot.db.engine import Database
from bot.db.tables import OwnVoiceRow
from bot.errors import UserError
from bot.people import People, Person
from bot.voice import model, own
from bot.voice.client import DetectorClient, DetectorDown, Likeness, SpeechOff, Unheard, read_voice
from bot.voice.model import Band, Kind, Reason, Recording
from bot.voice.own import AnotherVoice, NoOwnVoice, OwnVoices, PoorNote, Sounds, VoicesDown, VoicesOff
from bot.voice.service import FileGone, Voice
from tests.support import NOW

NOTE = Recording(Kind.VOICE, 9_000, 8.0)
SCALE = Likeness("encoder 1", 0.78, 0.68)
ANSWER = {"band": "synthetic", "p": 0.97, "reason": None, "speech_s": 6.0, "seconds": 8.0, "segments": [], "model": "x"}
SAID = {"me": 0.0, "me too": 0.3, "a relative": 0.85, "somebody": 1.4}
"""What is said in a note: at which angle its voice lies, so that likeness is the cosine of the difference."""


class Fixed(Clock):
    def now(self) -> Any:
        return NOW


class Detector:
    """A detector that knows a note's voice by its bytes. `encoder`: None where none is installed."""

    def __init__(self) -> None:
        self.encoder: str | None = "encoder 1"
        self.status = 200
        self.reason = ""
        self.checked: list[bytes] = []

        async def no_time(_: float) -> None:
            return

        transport = httpx.MockTransport(self.reply)
        self.client = DetectorClient("http://detector", transport=transport, sleep=no_time)

    def reply(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            found = {"on": self.encoder is not None, "model": self.encoder or "", "like": 0.78, "unlike": 0.68}
            return httpx.Response(200, json=found)
        if self.status != 200:
            return httpx.Response(self.status, json={"reason": self.reason}, headers={"Retry-After": "1"})
        if request.url.path == "/v1/checks":
            self.checked.append(request.content)
            return httpx.Response(200, json=ANSWER)
        if self.encoder is None:
            return httpx.Response(501, json={"reason": "voices_off"})
        angle = SAID[request.content.decode()]
        numbers = [math.cos(angle), math.sin(angle)]
        return httpx.Response(
            200, json={"embedding": numbers, "speech_s": 6.0, "seconds": 8.0, "model": self.encoder, "ms": 3}
        )


class Courier:
    """The file id is what is said."""

    async def download(self, file_id: str, limit: int) -> bytes:
        if file_id == "gone":
            raise FileGone(Reason.CORRUPT)
        return file_id.encode()

    async def show(self, *_: Any, **__: Any) -> None:
        raise AssertionError("nothing is shown by this service")


@pytest.fixture
def detector() -> Detector:
    return Detector()


@pytest.fixture
def voices(database: Database, detector: Detector) -> OwnVoices:
    voice = Voice(database, Fixed(), detector.client)
    voice.serve(Courier())
    return OwnVoices(database, Fixed(), detector.client, voice)


@pytest.fixture
async def person(database: Database) -> Person:
    return await People(database).meet(1, "Aru", "kk", NOW)


async def learnt(voices: OwnVoices, person: Person) -> None:
    await voices.agree(person)
    for said in ("me", "me too", "me"):
        await voices.add(person, NOTE, said)


async def test_three_notes_become_a_voice_and_others_are_compared_with_it(
    voices: OwnVoices, person: Person, database: Database, detector: Detector
) -> None:
    assert await voices.state(person) is None
    begun = await voices.agree(person)
    assert (begun.notes, begun.whole, begun.awaits) == (0, False, True)
    steps = [await voices.add(person, NOTE, said) for said in ("me", "me too", "me")]
    assert [(each.notes, each.whole, each.awaits) for each in steps] == [
        (1, False, True),
        (2, False, True),
        (3, True, False),
    ]
    assert detector.checked == [], "one's own notes are not judged"
    assert await voices.await_note(person)
    state = await voices.state(person)
    assert state is not None
    assert state.awaits
    found = {said: await voices.compare(person, NOTE, said) for said in SAID}
    assert {said: each.sounds for said, each in found.items()} == {
        "me": Sounds.LIKE,
        "me too": Sounds.LIKE,
        "a relative": Sounds.BETWEEN,
        "somebody": Sounds.UNLIKE,
    }
    assert {each.verdict.band for each in found.values()} == {Band.SYNTHETIC}, "a finding of its own"
    after = await voices.state(person)
    assert after is not None
    assert not after.awaits, "one note was asked for"
    kept = (await People(database).export(person.id))["own_voices"]
    assert kept[0]["notes"] == 3
    assert isinstance(kept[0]["voice"], str)


async def test_another_person_cannot_become_a_part_of_it(voices: OwnVoices, person: Person) -> None:
    await voices.agree(person)
    await voices.add(person, NOTE, "me")
    with pytest.raises(AnotherVoice):
        await voices.add(person, NOTE, "somebody")
    state = await voices.state(person)
    assert state is not None
    assert state.notes == 1


async def test_without_consent_nothing_is_kept_and_erased_is_erased(
    voices: OwnVoices, person: Person, database: Database
) -> None:
    with pytest.raises(NoOwnVoice):
        await voices.add(person, NOTE, "me")
    with pytest.raises(NoOwnVoice):
        await voices.compare(person, NOTE, "me")
    assert not await voices.await_note(person)
    await learnt(voices, person)
    await voices.erase(person)
    async with database.transaction() as tx:
        assert (await tx.scalars(select(OwnVoiceRow))).all() == []
    await learnt(voices, person)
    await People(database).erase(person.id)
    async with database.transaction() as tx:
        assert (await tx.scalars(select(OwnVoiceRow))).all() == []


async def test_another_encoder_asks_for_the_voice_anew(voices: OwnVoices, person: Person, detector: Detector) -> None:
    await learnt(voices, person)
    detector.encoder = "encoder 2"
    with pytest.raises(NoOwnVoice):
        await voices.compare(person, NOTE, "me")
    assert (await voices.agree(person)).notes == 0
    assert (await voices.add(person, NOTE, "me")).notes == 1


@pytest.mark.parametrize(
    ("status", "reason", "error"),
    [
        (422, "too_short", PoorNote),
        (422, "no_speech", PoorNote),
        (422, "corrupt", own.DamagedNote),
        (415, "not_audio", own.DamagedNote),
        (413, "too_long", own.LongNote),
        (429, "busy", VoicesDown),
        (503, "detector_down", VoicesDown),
        (501, "voices_off", VoicesOff),
    ],
)
async def test_whatever_goes_wrong_is_one_sentence_and_loses_nothing(
    status: int, reason: str, error: type[UserError], voices: OwnVoices, person: Person, detector: Detector
) -> None:
    await learnt(voices, person)
    detector.status, detector.reason = status, reason
    with pytest.raises(error):
        await voices.compare(person, NOTE, "me")
    detector.status = 200
    assert (await voices.compare(person, NOTE, "me")).sounds is Sounds.LIKE


async def test_what_is_refused_unasked(voices: OwnVoices, person: Person, detector: Detector) -> None:
    await voices.agree(person)
    with pytest.raises(own.LongNote):
        await voices.add(person, Recording(Kind.VOICE, 9_000, 121.0), "me")
    with pytest.raises(own.DamagedNote):
        await voices.add(person, Recording(Kind.VOICE, model.MAX_BYTES + 1, 8.0), "me")
    with pytest.raises(own.DamagedNote):
        await voices.add(person, NOTE, "gone")
    for _ in range(19):
        await voices.add(person, NOTE, "me")
    with pytest.raises(own.TooManyNotes):
        await voices.add(person, NOTE, "me")


async def test_without_an_encoder_there_is_nothing_to_agree_to(person: Person, database: Database) -> None:
    detector = Detector()
    detector.encoder = None
    voices = OwnVoices(database, Fixed(), detector.client, Voice(database, Fixed(), detector.client))
    assert not await voices.available()
    with pytest.raises(VoicesOff):
        await voices.agree(person)
    assert await voices.state(person) is None


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=300))
def test_numbers_come_back_from_text(numbers: list[float]) -> None:
    assert own.unpacked(own.packed(numbers)) == tuple(numbers)
    assert -1.0001 <= own.likeness(numbers, [1.0] * len(numbers)) <= 1.0001
    assert own.likeness(numbers, [*numbers, 1.0]) == 0.0


@given(st.floats(-1, 1))
def test_each_likeness_means_one_thing(value: float) -> None:
    found = own.sounds(value, SCALE)
    assert (found is Sounds.LIKE, found is Sounds.UNLIKE) == (value >= 0.78, value < 0.68)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"embedding": "numbers", "model": "x"},
        {"embedding": [], "model": "x"},
        {"embedding": [0.0, 0.0], "model": "x"},
        {"embedding": [float("nan")], "model": "x"},
        {"embedding": [True], "model": "x"},
        {"embedding": [9e200, 9e200], "model": "x"},
        {"embedding": [0.02] * 2_500, "model": "x"},
    ],
)
def test_a_voice_of_another_form_is_no_voice(body: Any) -> None:
    with pytest.raises(DetectorDown):
        read_voice(body)


@pytest.mark.parametrize(("status", "error"), [(404, SpeechOff), (501, SpeechOff), (422, Unheard), (418, DetectorDown)])
async def test_what_the_client_makes_of_a_refusal(status: int, error: type[Exception], detector: Detector) -> None:
    detector.status, detector.reason = status, "music"
    with pytest.raises(error):
        await detector.client.voice(b"me")


async def test_a_detector_that_never_heard_of_voices_has_none() -> None:
    reply = httpx.MockTransport(lambda _: httpx.Response(404, json={}))
    assert await DetectorClient("http://detector", transport=reply).voices() is None
    odd = httpx.MockTransport(lambda _: httpx.Response(200, json={"on": True}))
    with pytest.raises(DetectorDown):
        await DetectorClient("http://detector", transport=odd).voices()


async def test_a_voice_half_recorded_is_forgotten_after_a_day(
    voices: OwnVoices, person: Person, database: Database
) -> None:
    later = NOW + timedelta(days=1, minutes=1)
    await voices.agree(person)
    await voices.add(person, NOTE, "me")
    assert await retention.forget_old(database, NOW + timedelta(hours=23)) == 0
    assert await retention.forget_old(database, later) == 1
    assert await voices.state(person) is None
    await learnt(voices, person)
    assert await retention.forget_old(database, later) == 0

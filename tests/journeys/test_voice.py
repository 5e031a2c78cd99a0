"""A forwarded voice note becomes a verdict, whatever it holds and whatever the detector does."""

from __future__ import annotations

import json

import pytest

from bot.i18n import Translator
from bot.voice import service
from tests.detector.sounds import encode, speech, tone
from tests.journeys.conftest import LANGUAGES, Chatter, World, datas, free_port, running_world, shown

FORWARDED = json.dumps({"type": "hidden_user", "sender_user_name": "Somebody"})


async def forward(person: Chatter, kind: str, name: str, data: bytes) -> tuple[int, int]:
    """Forward a file; its message id and the id of the bot's answer."""
    sent = await person.send_file(kind, name, data, forward_origin=FORWARDED)
    return sent, (await person.answer_after(sent))["message_id"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_forwarded_note_gets_eyes_and_then_a_verdict(world: World, language: str) -> None:
    person = await world.person(language)
    await person.say("/start")
    sent, reply = await forward(person, "voice", "note.ogg", encode(speech(8.0)))
    t = Translator(language)  # type: ignore[arg-type]
    proof = t.plain("This is not proof. Detector: {detector}. The audio is deleted.", detector="|").split("|")[0]
    verdict = await person.until(reply, proof.strip())
    assert any(
        t(headline) in shown(verdict)
        for headline in ("There are signs of a synthetic voice", "No signs of synthesis found", "I cannot tell")
    )
    reacted = await person.message(sent)
    assert "👀" in json.dumps(reacted.get("reactions"), ensure_ascii=False)


@pytest.mark.parametrize(
    ("kind", "name", "container"),
    [
        ("audio", "song.mp3", ("mp3", "mp3")),
        ("document", "PTT-20261122-WA0001.opus", ("ogg", "libopus")),
        ("video_note", "round.mp4", ("mp4", "aac")),
    ],
    ids=["an audio", "a WhatsApp note as a document", "a video note"],
)
async def test_other_ways_to_send_a_voice(world: World, kind: str, name: str, container: tuple[str, str]) -> None:
    person = await world.person("en")
    await person.say("/start")
    _, reply = await forward(person, kind, name, encode(speech(6.0), *container))
    await person.until(reply, "not proof")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"OggS" + bytes(5000), "damaged"),
        (b"hello, this is no audio at all " * 40, "not an audio recording"),
        (encode(tone(440, 6.0)), "I cannot tell"),
        (encode(speech(1.6)), "too little speech"),
    ],
    ids=["a broken file", "no audio", "a tone without speech", "too short"],
)
async def test_what_cannot_be_judged_says_why(world: World, data: bytes, words: str) -> None:
    person = await world.person("en")
    await person.say("/start")
    _, reply = await forward(person, "document", "x.ogg", data)
    await person.until(reply, words)


async def test_a_document_that_is_no_audio_is_refused_at_once(world: World) -> None:
    person = await world.person("ru")
    await person.say("/start")
    sent = await person.send_file("document", "contract.pdf", b"%PDF-1.7 ...", forward_origin=FORWARDED)
    answer = await person.answer_after(sent)
    assert shown(answer) == Translator("ru")("I can't use this file. I check voice notes, audio and video.")


async def test_an_own_note_is_checked_only_when_asked(world: World) -> None:
    person = await world.person("en")
    await person.say("/start")
    sent = await person.send_file("voice", "me.ogg", encode(speech(6.0)))
    asked = await person.answer_after(sent)
    assert datas(asked)[0] == "ck"
    await person.press(asked, "ck")
    await person.until(asked["message_id"], "not proof")


async def test_the_same_recording_again_is_answered_without_the_detector(world: World) -> None:
    person = await world.person("en")
    await person.say("/start")
    data = encode(speech(7.0, seed=5))
    _, first = await forward(person, "voice", "a.ogg", data)
    said = shown(await person.until(first, "not proof"))
    await world.tirek._detector.close()  # from here on the detector cannot be asked
    other = await world.person("en", name="Dana")
    await other.say("/start")
    _, second = await forward(other, "voice", "b.ogg", data)
    assert shown(await other.until(second, "not proof")) == said


async def test_so_many_checks_a_day_then_a_friendly_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "A_DAY", 3)
    person = await world.person("en")
    await person.say("/start")
    data = encode(speech(3.0))
    for _ in range(3):
        _, reply = await forward(person, "voice", "a.ogg", data)
        await person.until(reply, "not proof")
    sent = await person.send_file("voice", "a.ogg", data, forward_origin=FORWARDED)
    assert "3 voice checks in a day" in shown(await person.answer_after(sent))
    await world.advance(days=1)
    _, reply = await forward(person, "voice", "a.ogg", data)
    await person.until(reply, "not proof")


async def test_a_check_waits_for_a_detector_that_is_down_and_survives_a_restart(
    tmp_path_factory: pytest.TempPathFactory, new_url: object, detector_url: str
) -> None:
    folder = tmp_path_factory.mktemp("restart")
    url = await new_url()  # type: ignore[operator]
    async with running_world(folder, url, f"http://127.0.0.1:{free_port()}") as world:
        person = await world.person("en")
        await person.say("/start")
        _, reply = await forward(person, "voice", "a.ogg", encode(speech(6.0)))
        await person.until(reply, "does not answer")
        chat = person.id
    async with running_world(folder, url, detector_url) as world:
        again = Chatter(world.http, chat)
        await world.advance(minutes=1)
        await again.until(reply, "not proof")

"""What a checked recording still gives: its strongest part to listen to, another detector, its words, and being known.

One bot and one detector for the whole file; only what the detector hears as words, and when it lets go, is the test's.
"""

from __future__ import annotations

import asyncio
import functools
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
import uvicorn
from sqlalchemy import delete, select

from bot.albums import Albums
from bot.db.tables import Base, CheckRow, KnownVoiceRow
from bot.detector.checks import Checker, Finding
from bot.detector.children import Decoders
from bot.detector.models import store
from bot.detector.opinions import Others
from bot.detector.scoring import Model
from bot.detector.server import create_app
from bot.i18n import Translator
from bot.voice import service
from bot.voice.telling import telling
from tests.detector.checkpoints import loudness
from tests.detector.sounds import encode, speech
from tests.journeys.conftest import LANGUAGES, Chatter, World, datas, free_port, running_world, shown
from tests.journeys.test_stats import press
from tests.journeys.test_teams import Room
from tests.journeys.test_voice import FORWARDED, forward
from tests.journeys.test_words import Told

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROOF = "This is not proof. Detector: {detector}. The audio is deleted."
PRESSING = {
    "kk": "Апа, шұғыл ақша керек, ешкімге айтпаңыз.",
    "ru": "Мам, это мой новый номер. Переведи срочно денег на карту.",
    "en": "Read me the code from the text, and don't tell anyone.",
}
CUES = {"kk": 3, "ru": 3, "en": 2}


class Counted(Checker):
    """A checker that counts what it is asked, and holds its answers back when told to."""

    def __init__(self, model: Model, decoders: Decoders) -> None:
        super().__init__(model, decoders)
        self.checked = 0
        self.let_go = threading.Event()
        self.let_go.set()

    def check(self, data: bytes) -> Finding:
        self.checked += 1
        assert self.let_go.wait(60)
        return super().check(data)


@dataclass
class Ear:
    """The detector of this file."""

    checker: Counted
    speech: Told
    url: str = field(default="")


@pytest.fixture(scope="module")
def ear(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ear]:
    folder = tmp_path_factory.mktemp("models")
    (folder / "second.onnx").write_bytes(loudness())
    installed = store.install(folder, folder / "second.onnx", "second")
    limits = [{"below_s": None, "synthetic": 3.0, "no_signs": None}]
    alone = {"weights": {"bias": 0.0, "embedded": 0.0, "other": 1.0}, "thresholds": limits}
    store.save_calibration(installed, {"alone": alone, "sha256": ""})
    used = Model.load()
    checker, told, port = Counted(used, Decoders(1)), Told(""), free_port()
    app = create_app(checker, workers=1, speech=told, others=Others(used, folder))
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield Ear(checker, told, f"http://127.0.0.1:{port}")
    checker.let_go.set()
    server.should_exit = True
    thread.join()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hall(tmp_path_factory: pytest.TempPathFactory, ear: Ear) -> AsyncIterator[World]:
    """One bot for all journeys here; nobody meets anybody else."""
    folder = tmp_path_factory.mktemp("hall")
    async with running_world(folder, f"sqlite+aiosqlite:///{folder / 'bot.db'}", ear.url) as world:
        yield world


def proof(language: str) -> str:
    t = Translator(language)  # type: ignore[arg-type]
    return t.plain(PROOF, detector="|").split("|")[0].strip()


@cache
def long_note() -> bytes:
    """A recording of more than a minute. Who sends it again is answered from memory."""
    return encode(np.tile(speech(8.0), 8))


async def newcomer(world: World, language: str = "en") -> Chatter:
    person = await world.person(language)
    await person.say("/start")
    return person


async def checked(world: World, data: bytes, language: str = "en", name: str = "note.ogg") -> tuple[Any, Any, int]:
    """Somebody new, the verdict on what they forwarded, and the id of that."""
    person = await newcomer(world, language)
    sent, reply = await forward(person, "voice" if name.endswith("ogg") else "audio", name, data)
    return person, await person.until(reply, proof(language)), sent


async def tap(person: Chatter, message: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Press a button whose answer comes as a new message; that message."""
    before = (await person.messages())[-1]["message_id"]
    data = next(each for each in datas(message) if each.startswith(prefix))
    body = {"from": person.id, "message_id": message["message_id"], "data": data}
    person.toast = (await person.http.post("/sandbox/press", json=body, timeout=30)).raise_for_status().json()
    return await person.answer_after(before)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_strongest_part_of_a_long_recording_can_be_heard(hall: World, language: str) -> None:
    t = Translator(language)  # type: ignore[arg-type]
    person, verdict, sent = await checked(hall, long_note(), language)
    label = next(b["text"] for row in verdict["reply_markup"]["inline_keyboard"] for b in row if "▶" in b["text"])
    where = label.removeprefix("▶ ")
    assert t.plain("The part with most signs, {where}, is marked; you can hear it.", where=where) in shown(verdict)
    note = await tap(person, verdict, "vp:")
    assert shown(note).startswith(where)
    assert note["reply_to_message"]["message_id"] == sent
    assert note["voice"]["duration"] == 10
    sound = (await hall.http.get(f"/sandbox/files/{note['voice']['file_id']}")).content
    with Decoders(1) as decoders:
        assert len(decoders.decode(sound).samples) / 16_000 == pytest.approx(10, abs=0.1)


async def test_while_a_long_recording_is_heard_its_reply_says_how_long_it_takes(
    hall: World, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "telling", functools.partial(telling, every_s=0.05))
    person = await newcomer(hall)
    ear.checker.let_go.clear()
    sent = await person.send_file("voice", "a.ogg", encode(np.tile(speech(8.0, 8), 8)), forward_origin=FORWARDED)
    reply = await person.answer_after(sent)
    assert "in about" in shown(reply)
    told = await person.until(reply["message_id"], "whole recording")
    assert "s left." in shown(told) or "longer" in shown(told)
    ear.checker.let_go.set()
    await person.until(reply["message_id"], "not proof")


async def test_a_re_encoded_recording_is_known_and_can_be_heard_anew(hall: World, ear: Ear) -> None:
    wave = speech(9.0, seed=21)
    _, first, _ = await checked(hall, encode(wave))
    asked = ear.checker.checked
    for name, again in (
        ("b.mp3", encode(wave, "mp3", "mp3", 22_050)),
        ("b.ogg", encode(wave, "ogg", "libopus", 16_000)),
    ):
        person, verdict, sent = await checked(hall, again, name=name)
        assert "in another format" in shown(verdict)
        assert shown(verdict).splitlines()[0] == shown(first).splitlines()[0]
    assert ear.checker.checked == asked, "answered without a check"
    await checked(hall, encode(speech(9.0, seed=22)))
    assert ear.checker.checked == asked + 1, "another recording of that length is another one"

    which = await press(person, verdict, next(d for d in datas(verdict) if d.startswith("vo:")))
    assert [d.split(":")[2] for d in datas(which)[:2]] == ["-", "second"]
    anew = await tap(person, which, datas(which)[0])
    assert "Heard by: tirek-embedded" in shown(anew)
    assert ear.checker.checked == asked + 2
    assert anew["reply_to_message"]["message_id"] == sent
    other = await tap(person, which, datas(which)[1])
    assert "Heard by: second" in shown(other)
    back = await press(person, which, datas(which)[-1])
    assert datas(back) == datas(verdict)


async def test_the_memory_of_recordings_holds_no_person(hall: World) -> None:
    person, _, _ = await checked(hall, encode(speech(8.0, seed=31)))
    async with hall.tirek.db.transaction() as tx:
        rows = [row._asdict() for row in await tx.execute(select(KnownVoiceRow.__table__))]
    assert rows
    assert set(rows[0]) == {"digest", "model", "result", "created_at", "seconds", "fingerprint"}
    assert str(person.id) not in json.dumps(rows, default=str)
    assert "fingerprint" not in json.dumps((await hall.tirek.app.people.export(person.id))["checks"])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_words_come_folded_with_cues_that_prove_nothing(hall: World, ear: Ear, language: str) -> None:
    t = Translator(language)  # type: ignore[arg-type]
    ear.speech.outcome = PRESSING[language]
    person, verdict, sent = await checked(hall, encode(speech(6.0, seed=41 + LANGUAGES.index(language))), language)
    said = await tap(person, verdict, "vt:")
    assert PRESSING[language] in shown(said)
    assert "expandable_blockquote" in {entity["type"] for entity in said["entities"]}
    assert t("What may be pressure") in shown(said)
    assert shown(said).count("• ") == CUES[language]
    assert said["reply_to_message"]["message_id"] == sent
    await hall.tirek.clock.idle()
    async with hall.tirek.db.transaction() as tx:
        rows = [row for table in Base.metadata.sorted_tables for row in await tx.execute(select(table))]
    assert not [row for row in rows if PRESSING[language][:12] in repr(row)]
    ear.speech.outcome = "Сәлем!"
    assert t("What may be pressure") not in shown(await tap(person, verdict, "vt:"))


async def test_each_recording_of_an_album_has_its_answer_and_the_rest_one_line(hall: World) -> None:
    person = await newcomer(hall)
    album = {"media_group_id": "album-1", "forward_origin": FORWARDED}
    sent = [
        await person.send_file("document", "a.opus", encode(speech(5.0, seed=51)), **album),
        await person.send_file("document", "b.m4a", encode(speech(5.0, seed=52), "mp4", "aac"), **album),
        await person.send_file("document", "c.wav", encode(speech(5.0, seed=53), "wav", "pcm_s16le"), **album),
        await person.send_file("document", "d.pdf", b"%PDF-1.7", **album),
        await person.send_file("document", "e.pdf", b"%PDF-1.7", **album),
    ]
    for _ in range(600):
        said = [m for m in await person.messages(sent[-1]) if m["from"]["is_bot"]]
        done = {m["reply_to_message"]["message_id"] for m in said if "not proof" in shown(m)}
        if done == set(sent[:3]) and any("can't use" in shown(m) for m in said):
            break
        await asyncio.sleep(0.05)
    else:
        raise AssertionError([shown(m) for m in said])
    assert len([m for m in said if "can't use" in shown(m)]) == 1
    assert len(said) == 4


async def test_an_album_is_told_each_thing_once() -> None:
    albums = Albums()
    assert [albums.first("x", 1, album) for album in (None, None, "a", "a", "b")] == [True, True, True, False, True]
    assert albums.first("y", 1, "a")
    assert albums.first("x", 2, "a")


async def test_in_a_group_a_reply_is_checked_and_only_who_asked_presses(hall: World) -> None:
    aru, beka = await newcomer(hall), await newcomer(hall)
    body = {"type": "supergroup", "title": "Studio", "members": [aru.id, beka.id], "admins": [aru.id]}
    made = (await hall.http.post("/sandbox/chats", json=body)).raise_for_status().json()
    room = Room(hall, made["id"])
    sent = await beka.send_file("voice", "a.ogg", encode(speech(6.0, seed=61)), chat=str(room.id))
    await room.say(aru, "/check", reply_to=sent)
    for _ in range(600):
        found = [m for m in await room.bot_says(sent) if "not proof" in shown(m)]
        if found:
            break
        await asyncio.sleep(0.05)
    (verdict,) = found
    assert verdict["reply_to_message"]["message_id"] == sent
    same, toast = await room.press(beka, verdict, "vd:")
    assert "somebody else asked" in toast
    assert shown(same) == shown(verdict)
    details, _ = await room.press(aru, verdict, "vd:")
    assert shown(details).startswith("Details")


async def test_an_old_button_says_that_the_verdict_is_gone(hall: World) -> None:
    person, verdict, _ = await checked(hall, encode(speech(6.0, seed=71)))
    async with hall.tirek.db.transaction() as tx:
        await tx.execute(delete(CheckRow).where(CheckRow.person_id == person.id))
    for data in datas(verdict):
        body = {"from": person.id, "message_id": verdict["message_id"], "data": data}
        toast = (await hall.http.post("/sandbox/press", json=body, timeout=30)).raise_for_status().json()
        assert "no longer have this verdict" in toast["text"]
    assert datas(await person.message(verdict["message_id"])) == datas(verdict)

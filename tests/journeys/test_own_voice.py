"""/myvoice in three languages: consent, three notes, a forwarded note in two lines, and nothing left after one tap."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.i18n import Translator
from tests.journeys.conftest import LANGUAGES, Chatter, World, datas, running_world, shown

FORWARDED = json.dumps({"type": "hidden_user", "sender_user_name": "Somebody"})
VERDICT = {"p": 0.97, "reason": None, "speech_s": 6.0, "seconds": 8.0, "segments": [], "model": "small 1"}


class Handler(BaseHTTPRequestHandler):
    """A detector that hears by the bytes: who speaks, and whether it is a copy."""

    def do_GET(self) -> None:
        if self.path == "/v1/voices":
            self.answer({"on": True, "model": "encoder 1", "like": 0.78, "unlike": 0.68})
        else:
            self.answer({"status": "ok", "model": {"name": "small", "version": "1", "figures": {}}})

    def do_POST(self) -> None:
        note = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v1/checks":
            self.answer({"band": "synthetic" if b"copy" in note else "no_signs", **VERDICT})
            return
        numbers = [1.0, 0.0] if b"me" in note else [0.0, 1.0]
        self.answer({"embedding": numbers, "speech_s": 6.0, "seconds": 8.0, "model": "encoder 1", "ms": 3})

    def answer(self, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def hearing() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
async def small(tmp_path: Path, hearing: str) -> AsyncIterator[World]:
    async with running_world(tmp_path, f"sqlite+aiosqlite:///{tmp_path / 'own.db'}", hearing) as made:
        yield made


async def note(person: Chatter, said: bytes, words: str, **form: str) -> dict[str, object]:
    """Send a voice note, and wait until its answer says so."""
    sent = await person.send_file("voice", "note.ogg", b"OggS" + said, **form)
    return await person.until((await person.answer_after(sent))["message_id"], words)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_person_records_compares_and_erases(small: World, language: str) -> None:
    t = Translator(language)  # type: ignore[arg-type]
    person = await small.person(language)
    await person.say("/start")
    assert "/myvoice" in shown(await person.say("/help"))
    asked = await person.say("/myvoice")
    assert t("Do you agree?") in shown(asked)
    told = await person.press(asked, "ov:agree")
    for number in (1, 2, 3):
        wanted = t(
            "Note {number} of {all}: record about 10 seconds in a quiet place. Say anything.", number=number, all=3
        )
        assert wanted in shown(told)
        told = await note(person, b"me", t("Thank you.") if number < 3 else t.plain("My own voice"))
    forwarded = await person.press(told, "ov:compare")
    assert shown(forwarded) == t("Forward me the note now.")
    compared = await note(
        person, b"me copy", t.plain("Neither is proof. The audio is deleted."), forward_origin=FORWARDED
    )
    two = shown(compared).split("\n")[:2]
    assert two == [
        t("Sounds like you: <b>{answer}</b>", answer=t.plain("yes")).replace("<b>", "").replace("</b>", ""),
        t("Signs of synthesis: <b>{answer}</b>", answer=t.plain("there are some"))
        .replace("<b>", "")
        .replace("</b>", ""),
    ]
    erased = await person.press(await person.say("/myvoice"), "ov:erase")
    assert shown(erased) == t("Your voice is erased. Nothing of it is left.")
    assert t("Do you agree?") in shown(await person.say("/myvoice"))


async def test_a_forwarded_note_is_nobodys_own_voice_and_no_answer_keeps_nothing(small: World) -> None:
    person = await small.person("en")
    await person.say("/start")
    refused = await person.press(await person.say("/myvoice"), "ov:no")
    assert shown(refused) == "Nothing of your voice is kept."
    await person.press(await person.say("/myvoice"), "ov:agree")
    sent = await person.send_file("voice", "note.ogg", b"OggS stranger", forward_origin=FORWARDED)
    assert "Detector" in shown(await person.until((await person.answer_after(sent))["message_id"], "not proof"))
    await note(person, b"me", "Note 2 of 3")
    await note(person, b"stranger", "another person")
    screen = await person.say("/myvoice")
    assert "Note 2 of 3" in shown(screen)
    assert datas(screen) == ["ov:erase"]
    await person.press(await person.say("/deleteme"), "er:1")
    assert "Do you agree?" in shown(await person.say("/myvoice"))

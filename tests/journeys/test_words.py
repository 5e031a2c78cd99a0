"""An own voice note used as words: shown back, then a plan or an answer; and everything that may stand in its way.

The first journeys run the real whisper on scripted checkpoints, in a detector of their own. In the others only the
listening is ours: the service around it, the bot and the sandbox are real.
"""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from sqlalchemy import select

from bot.db.tables import Base
from bot.detector.audio import Unusable
from bot.detector.checks import Checker
from bot.detector.children import CannotDecode, Decoders
from bot.detector.scoring import Model
from bot.detector.server import create_app
from bot.detector.speech import Checkpoint, Heard, Speech, SpeechOff, TooSlow
from bot.i18n import Translator
from tests.conftest import NewUrl
from tests.detector.scripted import say, skip_without_whisper
from tests.detector.sounds import encode, speech
from tests.journeys.conftest import Chatter, World, datas, free_port, running_detector, running_world, shown

NOTE = encode(speech(4))


async def ask(person: Chatter) -> dict[str, Any]:
    """Start, speak into the chat, and return the message with the two buttons."""
    await person.say("/start")
    return await person.answer_after(await person.send_file("voice", "me.ogg", NOTE))


async def after(person: Chatter, message_id: int) -> dict[str, Any]:
    """The bot's first message below another."""
    return await person.answer_after(message_id)


# --- The real thing ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whisper_says(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str, str], str]]:
    """Gives the address of a detector whose whisper hears one text. Each is started once."""
    skip_without_whisper(request)
    folder = tmp_path_factory.mktemp("whisper")
    running: dict[tuple[str, str], tuple[AbstractContextManager[str], str]] = {}

    def address(text: str, language: str) -> str:
        if (text, language) not in running:
            checkpoint = say(folder / f"{language}{len(running)}.pt", text, language)
            detector = running_detector(WHISPER_MODEL=str(checkpoint))
            running[text, language] = detector, detector.__enter__()
        return running[text, language][1]

    yield address
    for detector, _ in running.values():
        detector.__exit__(None, None, None)


@pytest.mark.speech
@pytest.mark.parametrize(
    ("language", "text", "prefix"),
    [
        ("ru", "Каждый вторник в 19:00.", "ok:"),
        ("kk", "Авторлық құқықты тіркеу міндетті ме?", "cd:"),
    ],
    ids=["a plan", "a question"],
)
async def test_spoken_words_are_shown_and_then_used(
    tmp_path: Path, new_url: NewUrl, whisper_says: Callable[[str, str], str], language: str, text: str, prefix: str
) -> None:
    async with running_world(tmp_path, await new_url(), whisper_says(text, language)) as world:
        person = await world.person(language)
        asked = await ask(person)
        assert datas(asked) == ["ck", "wd"]
        t = Translator(language)  # type: ignore[arg-type]
        assert shown(asked) == t("What shall I do with this voice note?")
        await person.press(asked, "wd")
        heard = await person.until(asked["message_id"], text)
        not_right = t("Not right? Copy it, put it right and send it as text.")
        assert shown(heard) == f"{t('🎤 I heard: “{words}”', words=text)}\n{not_right}"
        assert datas(heard) == []
        assert heard["reply_markup"]["inline_keyboard"][0][0]["copy_text"]["text"] == text
        used = await after(person, asked["message_id"])
        assert any(data.startswith(prefix) for data in datas(used))
        if prefix == "ok:":
            assert "13" in shown(await person.press(used, "ok:"))


# --- A detector that hears what the test says -------------------------------------------------------------------------


class Told(Speech):
    """Hears a text, or raises an error, once it is let go."""

    def __init__(self, outcome: str | Exception) -> None:
        super().__init__("off", Path())
        self.outcome = outcome
        self.let_go = threading.Event()
        self.let_go.set()

    def checkpoint(self) -> Checkpoint:
        return Checkpoint("whisper-told", Path("told.pt"), (0, 0))

    def hear(self, data: bytes, decoders: Decoders) -> Heard:
        assert self.let_go.wait(30)
        decoders.decode(data)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return Heard(self.outcome, "en" if self.outcome else None, 4.0, "whisper-told", 1)


@contextmanager
def serving(told: Told) -> Iterator[str]:
    port = free_port()
    app = create_app(Checker(Model.load(), Decoders(1)), workers=1, speech=told)
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        told.let_go.set()
        server.should_exit = True
        thread.join()


@asynccontextmanager
async def listening(told: Told, folder: Path, url: str) -> AsyncIterator[World]:
    with serving(told) as detector:
        async with running_world(folder, url, detector) as world:
            yield world


async def test_where_words_are_off_there_is_one_button(world: World) -> None:
    person = await world.person("en")
    asked = await ask(person)
    assert datas(asked) == ["ck"]
    assert "write it as text" in shown(asked)


async def test_listening_does_not_hold_up_the_next_message(tmp_path: Path, new_url: NewUrl) -> None:
    told = Told("every Tuesday 19:00")
    told.let_go.clear()
    async with listening(told, tmp_path, await new_url()) as world:
        person = await world.person("en")
        asked = await ask(person)
        waiting = await person.press(asked, "wd")
        assert shown(waiting) == "🎤 Listening. Your words appear here."
        assert datas(waiting) == ["wd"]  # still there, should the bot die now
        assert datas(await person.say("/language"))  # answered meanwhile
        body = {"from": person.id, "message_id": waiting["message_id"], "data": "wd"}
        toast = (await world.http.post("/sandbox/press", json=body, timeout=30)).json()
        assert toast["text"] == "One moment: I'm still listening."
        last = (await person.last())["message_id"]
        told.let_go.set()
        await person.until(asked["message_id"], "I heard: “every Tuesday 19:00”")
        assert any(data.startswith("ok:") for data in datas(await after(person, last)))


# What listening comes to, words of the message, its buttons. The last one turns it off for good.
WRONG: tuple[tuple[str | Exception, str, list[str]], ...] = (
    ("", "I heard no words", ["ck", "wd"]),
    (Unusable("corrupt"), "The file is damaged", ["ck", "wd"]),
    (Unusable("too_long"), "up to 2 minutes", ["ck", "wd"]),
    (TooSlow(), "up to 2 minutes", ["ck", "wd"]),
    (CannotDecode(), "right now", ["ck", "wd"]),
    (ValueError("a bug"), "right now", ["ck", "wd"]),
    (SpeechOff("The file is broken."), "I can't turn voice into words here", ["ck"]),
)


async def test_what_goes_wrong_is_said_and_can_be_tried_again(tmp_path: Path, new_url: NewUrl) -> None:
    told = Told("")
    async with listening(told, tmp_path, await new_url()) as world:
        person = await world.person("en")
        asked = await ask(person)
        for outcome, words, buttons in WRONG:  # each by pressing again the button that the failure before left
            told.outcome = outcome
            await person.press(asked, "wd")
            said = await person.until(asked["message_id"], words)
            assert datas(said) == buttons, words
            assert (await person.last())["message_id"] == asked["message_id"]
            await world.tirek.clock.idle()


async def test_heard_words_are_text_and_never_markup(tmp_path: Path, new_url: NewUrl) -> None:
    async with listening(Told("is <b>this</b> & <a href='x'>that</a> copyright?"), tmp_path, await new_url()) as world:
        person = await world.person("en")
        asked = await ask(person)
        await person.press(asked, "wd")
        heard = await person.until(asked["message_id"], "is <b>this</b> & <a href='x'>that</a> copyright?")
        assert not heard.get("entities")


async def test_words_are_kept_nowhere(tmp_path: Path, new_url: NewUrl, capfd: pytest.CaptureFixture[str]) -> None:
    async with listening(Told("may I quote Xylophone Zanzibar in a review?"), tmp_path, await new_url()) as world:
        person = await world.person("en")
        asked = await ask(person)
        await person.press(asked, "wd")
        await person.until(asked["message_id"], "Zanzibar")
        await after(person, asked["message_id"])
        await world.tirek.clock.idle()
        async with world.tirek.db.transaction() as tx:
            rows = [row for table in Base.metadata.sorted_tables for row in await tx.execute(select(table))]
        assert rows
        assert not [row for row in rows if "Zanzibar" in repr(row)]
    logged = capfd.readouterr()
    assert "words" in logged.out + logged.err  # the event itself is logged
    assert "Zanzibar" not in logged.out + logged.err


# A fault of Telegram, and what the person reads in spite of it.
TROUBLES: tuple[tuple[dict[str, Any], str], ...] = (
    ({"method": "getFile", "error_code": 400, "description": "Bad Request: wrong file_id"}, "Send it once more"),
    ({"method": "getFile", "drop": "before"}, "right now"),
    ({"method": "getFile", "error_code": 401}, "Something broke on my side"),
    ({"method": "editMessageText", "error_code": 429, "retry_after": 1}, "I heard"),
    ({"method": "editMessageText", "error_code": 502}, "I heard"),
)


async def test_telegrams_own_troubles_are_told_or_outlived(tmp_path: Path, new_url: NewUrl) -> None:
    async with listening(Told("every Tuesday 19:00"), tmp_path, await new_url()) as world:
        person = await world.person("en")
        await person.say("/start")
        for fault, words in TROUBLES:
            asked = await person.answer_after(await person.send_file("voice", "me.ogg", NOTE))
            await world.fault(**fault)
            await person.press(asked, "wd")
            await person.until(asked["message_id"], words)
            await world.tirek.clock.idle()

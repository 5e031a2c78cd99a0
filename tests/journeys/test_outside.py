"""A service of somebody else: nothing is sent before a person says yes to it by name; what it says is told openly."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.i18n import Translator
from bot.voice.consent import OutsideService, OutsideWord, agreed, read_words, unasked
from handlers.outside import outside_lines
from tests.conftest import NewUrl
from tests.detector.services import Server, answering, frames
from tests.detector.sounds import encode, speech
from tests.journeys.conftest import LANGUAGES, Chatter, World, datas, running_detector, running_world, shown
from tests.journeys.test_voice import forward

TITLE = "Modulate Velma-2"
HEARD = frames((0, 4000, "synthetic", 0.95))


async def test_a_recording_leaves_only_after_a_yes(tmp_path: Path, new_url: NewUrl) -> None:
    async with answering(HEARD) as server:
        there = {"DETECTOR_PROVIDERS": "modulate", "MODULATE_API_KEY": "key", "MODULATE_URL": server.url}
        with running_detector(**there, WHISPER_MODEL="off", DATA_DIR=str(tmp_path / "detector")) as detector:
            async with running_world(tmp_path / "bot", await new_url(), detector) as world:
                await yes_then_no(world, server)


async def yes_then_no(world: World, server: Server) -> None:
    t = Translator("kk")
    person = await world.person("kk")
    await person.say("/start")
    note, verdict = await forward(person, "voice", "a.ogg", encode(speech(6)))
    asked = await said_with(person, TITLE, verdict)
    await person.until(verdict, "Детектор")
    assert TITLE not in shown(await person.message(verdict))
    assert [data.rpartition(":")[2] for data in datas(asked)] == ["1", "0"]
    privacy = await person.say("/privacy")
    assert t("Recordings go to {services} only if you agree. So far nothing is sent.", services=TITLE) in shown(privacy)
    assert len(server.requests) == 0, "nobody was asked, nothing was sent"

    await person.press(asked, "os:modulate:1")
    again = await person.say("/check", reply_to=note)
    heard = t("{service} heard it too; by its own word: signs of a synthetic voice.", service=TITLE)
    await person.until(again["message_id"], heard)
    assert len(server.requests) == 1
    assert TITLE in shown(await person.say("/privacy"))
    once_more = await person.say("/check", reply_to=note)
    await person.until(once_more["message_id"], heard)
    assert len(server.requests) == 1, "the same recording is not sent twice"

    stop = await person.say("/privacy")
    await person.press(stop, "os:modulate:0")
    _, third = await forward(person, "voice", "b.ogg", encode(speech(6, seed=2)))
    await person.until(third, "Детектор")
    assert TITLE not in shown(await person.message(third))
    assert len(server.requests) == 1
    questions = [message for message in await person.messages(verdict) if "os:modulate:1" in datas(message)]
    assert len(questions) <= 2, "the question and /privacy: it is asked once"


async def said_with(person: Chatter, words: str, after: int) -> dict:  # type: ignore[type-arg]
    """The bot's message below another that contains these words."""
    import asyncio

    for _ in range(600):
        for message in await person.messages(after):
            if message["from"]["is_bot"] and words in shown(message):
                return message
        await asyncio.sleep(0.05)
    raise AssertionError(f"{words!r} never came")


# --- Rules and words --------------------------------------------------------------------------------------------------

BOTH = (OutsideService("resemble", "Resemble Detect"), OutsideService("modulate", TITLE))


@pytest.mark.parametrize(
    ("said", "may", "ask"),
    [
        ({}, (), ["resemble", "modulate"]),
        ({"resemble": True}, ("resemble",), ["modulate"]),
        ({"resemble": False, "modulate": True}, ("modulate",), []),
        ({"somebody": True}, (), ["resemble", "modulate"]),
        ({"resemble": "yes"}, (), ["modulate"]),
    ],
)
def test_a_yes_counts_for_the_service_it_named(said: dict[str, bool], may: tuple[str, ...], ask: list[str]) -> None:
    assert agreed(said, BOTH) == may
    assert [service.name for service in unasked(said, BOTH)] == ask


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("outcome", ["scored", "could_not_judge", "failed", "not_asked"])
@pytest.mark.parametrize("why", ["", "timeout", "budget", "too_short", "malformed"])
@pytest.mark.parametrize("p", [None, 0.05, 0.5, 0.95])
def test_every_outcome_has_words_and_names_the_service(language: str, outcome: str, why: str, p: float | None) -> None:
    t = Translator(language)  # type: ignore[arg-type]
    (line,) = outside_lines([OutsideWord("A & B", outcome, why, p)], t)
    assert "A &amp; B" in line
    assert "{" not in line
    assert why not in ("malformed",) or why not in line


def test_what_is_kept_is_read_back_or_refused() -> None:
    word = OutsideWord(TITLE, "scored", "", 0.9)
    saved = [{"title": TITLE, "outcome": "scored", "why": "", "p": 0.9}]
    assert read_words(saved) == (word,)
    with pytest.raises(ValueError, match="outcome"):
        read_words([saved[0] | {"outcome": "proved"}])

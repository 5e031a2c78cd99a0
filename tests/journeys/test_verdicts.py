"""A verdict is one message: a picture, words and buttons; its details, what somebody says of it, the note's words."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.db.tables import Base, CheckRow
from bot.i18n import Translator
from bot.voice.model import Feedback
from handlers.screen import MOST_CAPTION
from tests.conftest import NewUrl
from tests.detector.sounds import encode, speech
from tests.journeys.conftest import LANGUAGES, Chatter, World, datas, shown
from tests.journeys.test_stats import is_dark, picture, press
from tests.journeys.test_voice import forward
from tests.journeys.test_words import Told, listening

NOTE = encode(speech(8.0))


async def told(world: World, language: str = "en") -> tuple[Chatter, dict[str, Any]]:
    """Somebody new and the verdict on a note they forwarded."""
    person = await world.person(language)
    await person.say("/start")
    _, reply = await forward(person, "voice", "note.ogg", NOTE)
    proof = Translator(language).plain("This is not proof. Detector: {detector}. The audio is deleted.", detector="|")  # type: ignore[arg-type]
    return person, await person.until(reply, proof.split("|")[0].strip())


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_verdict_is_one_message_with_picture_words_and_details(world: World, language: str) -> None:
    person, verdict = await told(world, language)
    t = Translator(language)  # type: ignore[arg-type]
    image = await picture(world, verdict)
    assert image.width == 1080
    assert not is_dark(image)
    number = datas(verdict)[0].split(":")[1]
    assert datas(verdict) == [f"vd:{number}:1", f"vw:{number}:ask"], "no transcript where words are off"
    assert t("If it matters, call back on a number you know, and ask what only that person can answer.") in shown(
        verdict
    )
    assert "%" not in shown(verdict)

    details = await press(person, verdict, f"vd:{number}:1")
    assert details["message_id"] == verdict["message_id"]
    assert details["photo"] == verdict["photo"], "the picture stays"
    assert shown(details).startswith(t("Details"))
    assert t("Of 100 human notes, this detector marks about {count} as synthetic.", count=1)[:20] in shown(details)
    assert "%" not in shown(details)
    back = await press(person, details, f"vd:{number}:0")
    assert (shown(back), datas(back)) == (shown(verdict), datas(verdict))
    for message in (verdict, details):
        assert len(shown(message).encode("utf-16-le")) // 2 <= MOST_CAPTION
    answers = [m for m in await person.messages() if m["from"]["is_bot"]]
    assert [m["message_id"] for m in answers if m.get("photo")] == [verdict["message_id"]]


async def feedback_of(world: World, person: Chatter) -> list[str | None]:
    async with world.tirek.db.transaction() as tx:
        return list(await tx.scalars(select(CheckRow.feedback).where(CheckRow.person_id == person.id)))


async def test_that_it_was_wrong_is_kept_without_the_audio_and_can_be_taken_back(world: World) -> None:
    person, verdict = await told(world)
    doubt = next(data for data in datas(verdict) if data.startswith("vw:"))
    asked = await press(person, verdict, doubt)
    assert "without any audio" in shown(asked)
    said = [data for data in datas(asked) if data.startswith("vw:")]
    assert {data.split(":")[2] for data in said} == set(Feedback)
    back = await press(person, asked, next(data for data in said if data.endswith(":human")))
    assert person.toast["text"] == "Thank you, noted"
    assert datas(back) == datas(verdict)
    assert await feedback_of(world, person) == ["human"]
    async with world.tirek.db.transaction() as tx:
        assert (await tx.scalar(select(CheckRow.file_id))) == "", "nothing to find the audio by"
    asked = await press(person, back, doubt)
    assert "So far you said: A person spoke." in shown(asked)
    await press(person, asked, next(data for data in datas(asked) if data.endswith(":none")))
    assert await feedback_of(world, person) == [None]


async def test_a_verdict_is_its_owners(world: World) -> None:
    person, verdict = await told(world)
    other, own = await told(world)
    for data in datas(verdict):
        body = {"from": other.id, "message_id": own["message_id"], "data": data}
        await world.http.post("/sandbox/press", json=body, timeout=30)
        forged = (await other.message(own["message_id"])) if data.startswith("vd") else None
        assert forged is None or shown(forged) == shown(own)
    assert await feedback_of(world, other) == [None]
    assert await feedback_of(world, person) == [None]


async def test_dark_pictures_are_dark_here_too(world: World) -> None:
    person = await world.person("ru")
    await person.say("/start")
    await world.tirek.app.people.change(person.id, dark_pictures=True)
    _, reply = await forward(person, "voice", "note.ogg", NOTE)
    assert is_dark(await picture(world, await person.until(reply, "не доказательство")))


async def test_where_no_picture_may_be_sent_the_words_come_alone(world: World) -> None:
    await world.fault(
        method="editMessageMedia", error_code=400, description="Bad Request: not enough rights to send photos"
    )
    person, verdict = await told(world)
    assert "photo" not in verdict
    number = datas(verdict)[0].split(":")[1]
    details = await press(person, verdict, f"vd:{number}:1")
    assert shown(details).startswith("Details")


@pytest.mark.parametrize(
    ("heard", "words"),
    [("Send <b>money</b> & the code", "Send <b>money</b> & the code"), ("", "I heard no words")],
    ids=["words", "none"],
)
async def test_the_words_of_a_note_are_shown_folded_and_kept_nowhere(
    tmp_path: Path, new_url: NewUrl, heard: str, words: str
) -> None:
    async with listening(Told(heard), tmp_path, await new_url()) as world:
        person, verdict = await told(world)
        number = datas(verdict)[0].split(":")[1]
        assert datas(verdict)[-1] == f"vt:{number}"
        body = {"from": person.id, "message_id": verdict["message_id"], "data": f"vt:{number}"}
        await world.http.post("/sandbox/press", json=body, timeout=30)
        for _ in range(400):
            below = await person.last()
            if words in shown(below):
                break
            await asyncio.sleep(0.05)
        else:
            raise AssertionError(shown(below))
        assert below["message_id"] > verdict["message_id"]
        if heard:
            assert "expandable_blockquote" in {entity["type"] for entity in below.get("entities", [])}
        await world.tirek.clock.idle()
        async with world.tirek.db.transaction() as tx:
            rows = [row for table in Base.metadata.sorted_tables for row in await tx.execute(select(table))]
        assert not [row for row in rows if "money" in repr(row)]

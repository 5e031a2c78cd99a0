"""A question in three languages: an answer with sources, a choice, an honest no, a polite refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.answers import misses
from bot.i18n import Translator
from tests.conftest import NewUrl
from tests.journeys.conftest import Chatter, World, datas, running_world, shown


async def answered(person: Chatter, question: str) -> dict[str, Any]:
    """The card that answers, picked when a few were offered."""
    answer = await person.say(question)
    if len(datas(answer)[0].split(":")) > 3 and datas(answer)[0].split(":")[3] == "f":
        return answer
    return await person.press(answer, "cd:")


@pytest.mark.parametrize(
    ("language", "question", "expected"),
    [
        ("kk", "Әннен 10 секунд алсам бола ма?", "10 секунд"),
        ("ru", "Можно взять 10 секунд песни без разрешения?", "10 секунд"),
        ("en", "Can I use 10 seconds of a song without permission?", "10 second"),
    ],
)
async def test_a_question_gets_a_card_with_sources(world: World, language: str, question: str, expected: str) -> None:
    person = await world.person(language)
    await person.say("/start")
    answer = await person.say(question)
    t = Translator(language)  # type: ignore[arg-type]
    if t("Sources") not in shown(answer):  # a choice of three is an answer too: the first of them is the card
        answer = await person.press(answer, "cd:")
    assert expected in shown(answer)
    assert t("Sources") in shown(answer)
    assert t.plain("As of {day}. Not legal advice.", day="|").split("|")[1].strip(" .") in shown(answer)
    assert datas(answer)[0].split(":")[3] == "f"  # the main button opens the full text


async def test_the_answer_is_in_the_questions_language(world: World) -> None:
    person = await world.person("en")
    await person.say("/start")
    answer = await person.say("Что будет, если на YouTube три страйка?")
    if "Источники" not in shown(answer):
        answer = await person.press(answer, "cd:")
    assert "Источники" in shown(answer)


async def test_what_is_not_in_the_sources_is_not_guessed(world: World) -> None:
    person = await world.person("ru")
    await person.say("/start")
    answer = await person.say("Как приготовить бешбармак из баранины?")
    assert shown(answer) == Translator("ru")(
        "This is not in my sources, so I won't guess. Try other words, or look through the topics."
    )
    assert datas(answer) == ["tc:"]
    consent = await person.answer_after(answer["message_id"])  # asked once whether such questions may be kept
    assert datas(consent) == ["km:1", "km:0"]


@pytest.mark.parametrize(
    "question",
    ["как обойти content id чтобы не заметили", "Content ID-ді қалай алдап өтуге болады?", "how to trick content id"],
)
async def test_requests_to_evade_are_declined_politely(world: World, question: str) -> None:
    person = await world.person("en")
    await person.say("/start")
    answer = await person.say(question)
    assert "Not legal advice" not in shown(answer)
    assert any(
        Translator(language)(
            "I don't help with getting around the rules or harming somebody. The lawful ways are in the topics."
        )
        in shown(answer)
        for language in ("kk", "ru", "en")
    )


async def test_topics_are_browsed_down_to_a_card_and_back(world: World) -> None:
    person = await world.person("kk")
    await person.say("/start")
    groups = await person.say("/topics")
    cards = await person.press(groups, "tc:A")
    card = await person.press(cards, "cd:")
    assert Translator("kk")("Sources") in shown(card)
    groups = await person.press(card, "tc:")
    assert "tc:A" in datas(groups)


async def test_a_card_has_its_full_text_sources_related_topics_and_other_languages(world: World) -> None:
    person = await world.person("ru")
    await person.say("/start")
    answer = await answered(person, "Через сколько сгорает страйк на ютубе?")
    full = await person.press(answer, "cd:youtube-three-strikes:ru:f")
    assert len(shown(full)) > len(shown(answer))
    sources = await person.press(full, "cd:youtube-three-strikes:ru:s")
    assert Translator("ru")("the platform's own page") in shown(sources)
    answer = await person.press(sources, "cd:youtube-three-strikes:kk:s")
    assert Translator("kk")("Sources") in shown(answer)
    answer = await person.press(await person.press(answer, "cd:youtube-three-strikes:kk:f"), "cd:")
    related = await person.press(answer, "cd:youtube-three-strikes:kk:r")
    assert len(datas(related)) >= 3
    other = await person.press(related, next(data for data in datas(related) if "three-strikes" not in data))
    assert Translator("kk")("Sources") in shown(other)
    # Thanks are no question, and the interface stayed in its language.
    assert shown(await person.say("Рақмет!")).startswith("Я здесь")


async def test_a_shared_card_is_a_message_without_buttons_and_with_its_sources(world: World) -> None:
    person = await world.person("en")
    await person.say("/start")
    answer = await answered(person, "How long until a YouTube copyright strike expires?")
    message = await person.press(answer, "sh:")
    assert datas(message) == []
    assert "Sources" in shown(message)
    assert "@" in shown(message)


@pytest.mark.parametrize(
    ("language", "first", "follow_up", "card"),
    [
        ("ru", "Надо ли блогеру помечать рекламу?", "а штраф какой?", "ad-labelling-bloggers"),
        ("kk", "Әннен 10 секунд алсам бола ма?", "ал Шортста ше?", "shorts-music"),
        ("en", "Can I use 10 seconds of a song without permission?", "and on TikTok?", "tiktok-copyright"),
        ("ru", "Сколько действует авторское право после смерти автора?", "а в Узбекистане?", "uzbekistan-copyright"),
    ],
)
async def test_a_follow_up_keeps_the_topic(world: World, language: str, first: str, follow_up: str, card: str) -> None:
    person = await world.person(language)
    await person.say("/start")
    await answered(person, first)
    answer = await person.say(follow_up)
    assert datas(answer)[0].startswith(f"cd:{card}:{language}:")


async def test_after_ten_minutes_a_follow_up_is_a_question_of_its_own(world: World) -> None:
    person = await world.person("ru")
    await person.say("/start")
    await answered(person, "Надо ли блогеру помечать рекламу?")
    await world.advance(minutes=11)
    later = await person.say("а штраф какой?")
    assert not datas(later)[0].startswith("cd:ad-labelling-bloggers:ru:s")
    assert len([data for data in datas(later) if data.startswith("cd:")]) >= 2  # a choice: the topic is not known


async def test_a_follow_up_about_something_else_is_not_answered(world: World) -> None:
    person = await world.person("ru")
    await person.say("/start")
    await answered(person, "Через сколько сгорает страйк на ютубе?")
    assert datas(await person.say("а погода завтра какая?")) == ["tc:"]
    assert datas(await person.say("а в Германии?"))[0].startswith("cd:foreign-works-treaties")


async def test_not_what_i_asked_offers_the_next_and_keeps_the_question_by_consent(world: World) -> None:
    person = await world.person("ru")
    await person.say("/start")
    answer = await answered(person, "Через сколько сгорает страйк на ютубе? мой @akkaunt и +7 701 123 45 67")
    await person.press(answer, "no:")
    asked = await person.answer_after(answer["message_id"])
    others = await person.message(answer["message_id"])
    assert len([data for data in datas(others) if data.startswith("cd:")]) == 2
    assert datas(others)[-1] == "tc:"
    assert datas(asked) == ["km:1", "km:0"]
    await person.press(asked, "km:1")
    [kept] = await misses.kept(world.tirek.db)
    assert (kept.kind, kept.card) == ("other", "youtube-three-strikes")
    assert "@" not in kept.text
    assert "701" not in kept.text
    # Consent is asked once: the next miss is kept at once, and one question counts once.
    answer = await answered(person, "Как оспорить заявку Content ID?")
    await person.press(answer, "no:")
    assert shown(await person.say("Как приготовить бешбармак из баранины?"))
    assert [each.kind for each in await misses.kept(world.tirek.db)] == ["none", "other", "other"]
    await world.advance(days=32)
    await world.tirek._keep_house_once()
    assert await misses.kept(world.tirek.db) == []


async def test_who_refuses_is_not_asked_again_and_nothing_is_kept(world: World) -> None:
    person = await world.person("kk")
    await person.say("/start")
    first = await person.say("Бүгін ауа райы қандай болады екен?")
    await person.press(await person.answer_after(first["message_id"]), "km:0")
    before = len(await person.messages())
    await person.say("Алматыда қай жерде дәмді палау бар?")
    await person.say("/topics")  # handled after it, so whatever it sent is there
    assert len(await person.messages()) == before + 4
    assert await misses.kept(world.tirek.db) == []


async def test_the_operator_sees_alike_questions_together(tmp_path: Path, new_url: NewUrl, detector_url: str) -> None:
    async with running_world(tmp_path, await new_url(), detector_url, admin_ids=(1001,)) as world:
        person = await world.person("ru")
        assert person.id == 1001
        await person.say("/start")
        assert "Сохраненных вопросов нет" in shown(await person.say("/admin misses"))
        first = await person.say("Какой высоты гора Хан-Тенгри?")
        await person.press(await person.answer_after(first["message_id"]), "km:1")
        await person.say("гора хан тенгри какой высоты будет?")
        await person.say("Где купить палатку и спальник?")
        listed = shown(await person.say("/admin misses"))
        assert "2 × " in listed
        assert "1 × " in listed

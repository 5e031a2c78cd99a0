"""A question in three languages: an answer with sources, a choice, an honest no, a polite refusal."""

from __future__ import annotations

import pytest

from bot.i18n import Translator
from tests.journeys.conftest import World, datas, shown


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
    assert any(entity["type"] == "expandable_blockquote" for entity in answer["entities"])


async def test_the_answer_is_in_the_questions_language(world: World) -> None:
    person = await world.person("en")
    await person.say("/start")
    answer = await person.say("Что будет, если на YouTube три страйка?")
    if not any(data.startswith("cd:") and "Источники" in shown(answer) for data in datas(answer)):
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
            "I don't help with getting around the rules or harming somebody. The lawful way is in these topics:"
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

"""`@bot question` in any chat: the best cards, sent there with their sources; who types is not written down."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from bot.answers import misses
from bot.db.tables import PersonRow
from bot.i18n import Translator
from tests.journeys.conftest import Chatter, World, datas, shown


async def typed(world: World, person: Chatter, query: str) -> dict[str, Any]:
    answer = await world.http.post("/sandbox/inline", json={"from": person.id, "query": query})
    return answer.raise_for_status().json()  # type: ignore[no-any-return]


async def switch_on(world: World) -> None:
    (await world.http.post("/sandbox/inline", json={"mode": True})).raise_for_status()


@pytest.mark.parametrize(
    ("language", "query", "card"),
    [
        ("kk", "TikTok-та ән қойсам бола ма", "tiktok-copyright"),
        ("ru", "через сколько сгорает страйк", "youtube-three-strikes"),
        ("en", "how long until a youtube strike expires", "youtube-three-strikes"),
    ],
)
async def test_a_question_typed_in_any_chat_offers_cards_and_sends_one_with_its_sources(
    world: World, language: str, query: str, card: str
) -> None:
    await switch_on(world)
    person = await world.person(language)
    offered = await typed(world, person, query)
    assert 1 <= len(offered["results"]) <= 3
    first = offered["results"][0]
    assert first["id"] == f"{language}:{card}"
    assert offered["is_personal"] is True
    async with world.tirek.db.transaction() as tx:
        assert await tx.scalar(select(func.count()).select_from(PersonRow)) == 0
    body = {"from": person.id, "query_id": offered["query_id"], "result_id": first["id"]}
    sent = (await world.http.post("/sandbox/inline/choose", json=body)).raise_for_status().json()
    message = await person.message(sent["message_id"])
    assert message["via_bot"]["username"]
    assert Translator(language)("Sources") in shown(message)  # type: ignore[arg-type]
    # The bot does not take its own card for a question.
    answer = await person.say("/topics")
    assert [each["message_id"] for each in await person.messages() if each["from"]["is_bot"]] == [answer["message_id"]]


async def test_nothing_typed_gives_popular_topics_and_nothing_found_a_way_to_the_chat(world: World) -> None:
    await switch_on(world)
    person = await world.person("ru")
    popular = await typed(world, person, "  ")
    assert len(popular["results"]) == 8
    for query in ("как приготовить бешбармак из баранины", "как обойти content id чтобы не заметили"):
        nothing = await typed(world, person, query)
        assert nothing["results"] == []
        assert nothing["button"]["start_parameter"] == "inline"
    assert await misses.kept(world.tirek.db) == []


async def test_with_inline_mode_on_share_asks_for_the_chat(world: World) -> None:
    await switch_on(world)
    person = await world.person("ru")
    await person.say("/start")
    answer = await person.say("Через сколько сгорает страйк на ютубе?")
    if "f" not in datas(answer)[0].split(":"):
        answer = await person.press(answer, "cd:")
    switches = [
        button["switch_inline_query"]
        for row in answer["reply_markup"]["inline_keyboard"]
        for button in row
        if "switch_inline_query" in button
    ]
    assert len(switches) == 1
    again = await typed(world, person, switches[0])
    assert again["results"][0]["title"] == switches[0]


async def test_inline_mode_is_off_until_switched_on(world: World) -> None:
    person = await world.person("en")
    with pytest.raises(httpx.HTTPStatusError, match="409"):
        await typed(world, person, "strike")

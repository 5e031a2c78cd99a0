"""Inline mode: off until switched on; what Telegram refuses in an answer; a chosen result is the person's message."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from .driver import Driver


def article(**more: Any) -> dict[str, Any]:
    content = {"message_text": "<b>Text</b>", "parse_mode": "HTML"}
    return {"type": "article", "id": "1", "title": "Title", "input_message_content": content} | more


async def query(driver: Driver, who: int) -> tuple[asyncio.Task[Any], dict[str, Any]]:
    """Words typed by a person: the waiting client, and the update the bot got."""
    asking = asyncio.ensure_future(driver.control("inline", from_=who, query="words"))
    [update] = await driver.updates(timeout=5)
    return asking, update["inline_query"]


async def test_inline_mode_is_switched_on_and_getme_says_so(driver: Driver, anna: int) -> None:
    await driver.control("inline", 409, from_=anna, query="words")
    assert (await driver.api("getMe"))["supports_inline_queries"] is False
    await driver.control("inline", mode=True)
    assert (await driver.api("getMe"))["supports_inline_queries"] is True


async def test_a_chosen_result_is_the_persons_message_by_way_of_the_bot(driver: Driver, anna: int) -> None:
    await driver.control("inline", mode=True)
    asking, got = await query(driver, anna)
    assert (got["query"], got["offset"], got["chat_type"]) == ("words", "", "sender")
    button = {"text": "To the bot", "start_parameter": "x"}
    answered = {"inline_query_id": got["id"], "results": [article()], "cache_time": 5, "is_personal": True}
    assert await driver.api("answerInlineQuery", **answered, button=button) is True
    offered = await asking
    assert offered["results"] == [{"type": "article", "id": "1", "title": "Title", "text": "Text"}]
    assert (offered["cache_time"], offered["is_personal"], offered["button"]) == (5, True, button)
    await driver.control("inline/choose", 404, from_=anna, query_id=got["id"], result_id="2")
    sent = await driver.control("inline/choose", from_=anna, query_id=got["id"], result_id="1")
    [update] = await driver.updates()
    message = update["message"]
    assert message["message_id"] == sent["message_id"]
    assert (message["text"], message["entities"][0]["type"]) == ("Text", "bold")
    assert message["via_bot"]["is_bot"] is True
    assert message["from"]["id"] == anna


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"inline_query_id": "1"}, "query is too old"),
        ({"results": [article(id="")]}, "RESULT_ID_INVALID"),
        ({"results": [article(id="ә" * 33)]}, "RESULT_ID_INVALID"),
        ({"results": [article(), article()]}, "RESULT_ID_DUPLICATE"),
        ({"results": [article(id=str(n)) for n in range(51)]}, "RESULTS_TOO_MUCH"),
        ({"results": [article(input_message_content={"message_text": "<b>x", "parse_mode": "HTML"})]}, "can't parse"),
        ({"results": [article(title=" ")]}, "ARTICLE_TITLE_EMPTY"),
        ({"button": {"text": "x"}}, "exactly one action"),
        ({"button": {"text": "x", "start_parameter": "a b"}}, "START_PARAM_INVALID"),
        ({"next_offset": "x" * 65}, ""),
    ],
)
async def test_what_telegram_refuses_in_an_answer(driver: Driver, anna: int, wrong: dict[str, Any], says: str) -> None:
    await driver.control("inline", mode=True)
    asking, got = await query(driver, anna)
    code, description = await driver.refused(
        "answerInlineQuery", **({"inline_query_id": got["id"], "results": [article()]} | wrong)
    )
    assert code == 400
    assert says in description
    await driver.api("answerInlineQuery", inline_query_id=got["id"], results=[])
    assert (await asking)["results"] == []
    code, _ = await driver.refused("answerInlineQuery", inline_query_id=got["id"], results=[])
    assert code == 400  # answered already

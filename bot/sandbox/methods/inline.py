"""answerInlineQuery: what Telegram refuses in results, and what a chosen one becomes. Articles are simulated."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox import errors, keyboards
from bot.sandbox.core import Core
from bot.sandbox.entities import MAX_TEXT, formatted
from bot.sandbox.errors import bad, unsupported
from bot.sandbox.methods.registry import Call, simulates

MAX_RESULTS = 50
MAX_ID = 64
_START = re.compile(r"[A-Za-z0-9_-]{1,64}")


@simulates("answerInlineQuery")
async def answer_inline_query(core: Core, call: Call) -> Any:
    query = core.inline.queries.get(call["inline_query_id"])
    if query is None or query.old or query.results is not None:
        raise bad(errors.QUERY_OLD)
    results = call["results"]
    if len(results) > MAX_RESULTS:
        raise bad("RESULTS_TOO_MUCH")
    ids = [str(result["id"]) for result in results]
    if any(not 0 < len(one.encode()) <= MAX_ID for one in ids):
        raise bad("RESULT_ID_INVALID")
    if len(set(ids)) != len(ids):
        raise bad("RESULT_ID_DUPLICATE")
    if len((call.get("next_offset") or "").encode()) > MAX_ID:
        raise bad("NEXT_OFFSET_INVALID")
    button = call.get("button")
    if button is not None:
        _check_button(button)
    contents = {one: _content(core, result) for one, result in zip(ids, results, strict=True)}
    query.contents = contents
    query.extra = {key: call.get(key) for key in ("cache_time", "is_personal", "next_offset", "button")}
    query.results = [{key: value for key, value in one.items() if key != "input_message_content"} for one in results]
    for shown, one in zip(query.results, ids, strict=True):
        shown["text"] = contents[one]["text"]
    query.answered.fire()
    return True


def _check_button(button: dict[str, Any]) -> None:
    parameter = button.get("start_parameter")
    if (parameter is None) == (button.get("web_app") is None):
        raise bad("inline query results button must have exactly one action")
    if parameter is not None and not _START.fullmatch(parameter):
        raise bad("START_PARAM_INVALID")
    if not button["text"].strip():
        raise bad("BUTTON_TEXT_INVALID")


def _content(core: Core, result: dict[str, Any]) -> dict[str, Any]:
    """What the message of a chosen result holds."""
    if result["type"] != "article":
        raise unsupported(f"answerInlineQuery with {result['type']}")
    if not result["title"].strip():
        raise bad("ARTICLE_TITLE_EMPTY")
    said = result["input_message_content"]
    if "message_text" not in said:
        raise unsupported("answerInlineQuery with a content that is no text")
    text, entities = formatted(
        said["message_text"],
        said.get("parse_mode"),
        said.get("entities"),
        limit=MAX_TEXT,
        too_long=errors.TEXT_LONG,
    )
    if not text.strip():
        raise bad("MESSAGE_TEXT_EMPTY")
    content: dict[str, Any] = {"text": text}
    if entities:
        content["entities"] = core.world.linked(entities)
    if said.get("link_preview_options"):
        content["link_preview_options"] = said["link_preview_options"]
    markup = keyboards.kept(result.get("reply_markup"))
    if markup is not None:
        content["reply_markup"] = markup
    return content

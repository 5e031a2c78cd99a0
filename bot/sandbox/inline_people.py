"""What people do inline: type `@bot words` in a chat, and send one of the results into it."""

from __future__ import annotations

import time
from typing import Any

from bot.sandbox import people
from bot.sandbox.core import Core
from bot.sandbox.errors import ControlError
from bot.sandbox.utf16 import units
from bot.sandbox.world import Chat, Person, Shown

ASK_SECONDS = 10.0
MAX_QUERY = 256


async def ask(core: Core, person: Person, chat: Chat, text: Any, offset: Any) -> dict[str, Any]:
    """What the bot offers for these words; `results` is None when it did not answer in time."""
    if not core.inline.on:
        raise ControlError('inline mode is off; as at @BotFather, switch it on with {"mode": true}', 409)
    if not isinstance(text, str) or not isinstance(offset, str) or units(text) > MAX_QUERY:
        raise ControlError(f"query must be a text of up to {MAX_QUERY} UTF-16 units, offset a text")
    if person.deactivated:
        raise ControlError("this account is deleted", 409)
    query = core.inline.new(person.id, text)
    person.seen = True
    kind = "sender" if chat.type == "private" and chat.id == person.id else chat.type
    payload = {
        "id": query.id,
        "from": core.world.user(person.id),
        "query": text,
        "offset": offset,
        "chat_type": kind,
    }
    update = core.updates.add("inline_query", payload, person.id)
    deadline = time.monotonic() + ASK_SECONDS
    while query.results is None and update is not None and not query.answered.closed:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        await query.answered.wait(left)
    return {"query_id": query.id, "results": query.results, **query.extra, "update_id": update}


def choose(core: Core, person: Person, chat: Chat, query_id: Any, result_id: Any) -> tuple[Shown, int | None]:
    """The person sends one of the results into a chat: their message, by way of the bot."""
    query = core.inline.queries.get(query_id) if isinstance(query_id, str) else None
    if query is None or query.user_id != person.id or query.old:
        raise ControlError("no such inline query of this person", 404)
    content = query.contents.get(result_id) if isinstance(result_id, str) else None
    if content is None:
        raise ControlError("that query has no such result", 404)
    sent = people.post(core, person, chat, dict(content), via_bot=core.world.bot_user())
    told = {"result_id": result_id, "from": core.world.user(person.id), "query": query.text}
    if "chosen_inline_result" in (core.updates.allowed or ()):
        core.updates.add("chosen_inline_result", told, person.id)
    return sent

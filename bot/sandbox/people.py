"""What people do: write, send, press, react, edit, join and leave. Each becomes an update for the bot."""

from __future__ import annotations

from typing import Any

from bot.sandbox import errors, validate
from bot.sandbox.core import Core, Query
from bot.sandbox.entities import MAX_CAPTION, MAX_TEXT, formatted
from bot.sandbox.errors import ApiError, ControlError
from bot.sandbox.methods.compose import without_reply
from bot.sandbox.methods.edit import allowed_reaction, react
from bot.sandbox.methods.send import location
from bot.sandbox.utf16 import units
from bot.sandbox.world import IN_CHAT, Chat, Person, Shown

PRESS_SECONDS = 10.0


def may_write(core: Core, person: Person, chat: Chat) -> None:
    """Refuse those who cannot write there."""
    if person.deactivated:
        raise ControlError("this account is deleted", 409)
    if chat.type == "private":
        if chat.id != person.id:
            raise ControlError("that private chat is another person's", 403)
        if person.blocked:
            raise ControlError("this person has blocked the bot; unblock it first", 409)
        return
    if chat.migrated_to is not None:
        raise ControlError(f"this group became the supergroup {chat.migrated_to}", 409)
    if chat.members.get(person.id, {}).get("status") not in IN_CHAT:
        raise ControlError("this person is not in that chat", 403)
    if chat.type == "channel" and not core.world.is_admin(chat, person.id):
        raise ControlError("only administrators write in a channel", 403)


def written(core: Core, text: Any, what: str, entities: Any = None) -> tuple[str, list[dict[str, Any]]]:
    """Text of a person, within Telegram's limits, with the formats they gave it and the entities found in it."""
    if entities is not None and not (isinstance(entities, list) and all(isinstance(each, dict) for each in entities)):
        raise ControlError("entities must be a list of objects")
    limit = MAX_TEXT if what == "text" else MAX_CAPTION
    if not isinstance(text, str) or not text.strip():
        raise ControlError(f"{what} must be a text that is not empty")
    if units(text) > limit:
        raise ControlError(f"{what} is longer than {limit} UTF-16 units")
    try:
        return formatted(text, None, entities, limit=limit, too_long=errors.TEXT_LONG)
    except ApiError as refused:
        raise ControlError(refused.description) from refused


def post(core: Core, person: Person, chat: Chat, content: dict[str, Any], **extra: Any) -> tuple[Shown, int | None]:
    """A message of a person; it and the id of its update (None when the bot is not told)."""
    may_write(core, person, chat)
    if chat.type == "private":
        person.started = True
    data: dict[str, Any] = {"message_id": core.world.next_message_id(chat)}
    if chat.type == "channel":
        data["sender_chat"] = core.world.chat_object(chat)
    else:
        data["from"] = core.world.user(person.id)
    data |= {"chat": core.world.chat_object(chat), "date": core.clock.stamp(), **extra, **content}
    shown = core.world.put(chat, Shown(data))
    return shown, tell(core, chat, shown, edited=False)


def tell(core: Core, chat: Chat, shown: Shown, *, edited: bool) -> int | None:
    """Queue the update of a message, unless privacy mode keeps it from the bot."""
    kind = "channel_post" if chat.type == "channel" else "message"
    if edited:
        kind = "edited_" + kind
    if chat.type != "private" and not _hears(core, chat, shown):
        return None
    sender = shown.data.get("from", {}).get("id")
    if sender in core.world.people:
        core.world.people[sender].seen = True
    return core.updates.add(kind, dict(shown.data), chat.id)


def _hears(core: Core, chat: Chat, shown: Shown) -> bool:
    """Whether a bot in privacy mode gets this message of a group: commands, mentions, replies to it, service ones."""
    status = core.world.bot_status(chat)
    if status not in IN_CHAT:
        return False
    if chat.type == "channel" or status in ("administrator", "creator"):
        return True
    data, me = shown.data, core.world.bot_user()["username"].lower()
    text = data.get("text") or data.get("caption") or ""
    service = ("new_chat_members", "left_chat_member", "migrate_to_chat_id", "migrate_from_chat_id")
    if any(key in data for key in service):
        return True
    if data.get("reply_to_message", {}).get("from", {}).get("id") == core.world.bot_id:
        return True
    if text.startswith("/"):
        command = text.split()[0].lower()
        return "@" not in command or command.endswith("@" + me)
    return "@" + me in text.lower()


def origin(core: Core, given: Any) -> dict[str, Any]:
    """A `MessageOrigin` from what was asked for, with sensible values for what was left out."""
    if not isinstance(given, dict):
        raise ControlError('forward_origin must be an object with a "type"')
    kind = given.get("type")
    made: dict[str, Any] = {"type": kind, "date": given.get("date", core.clock.stamp() - 3600)}
    if not isinstance(made["date"], int):
        raise ControlError("forward_origin.date must be Unix seconds")
    if kind == "user":
        made["sender_user"] = _origin_user(core, given.get("sender_user"))
    elif kind == "hidden_user":
        made["sender_user_name"] = str(given.get("sender_user_name") or "Hidden Name")[:64]
    elif kind == "chat":
        made["sender_chat"] = _origin_chat(core, given.get("sender_chat"), "supergroup")
    elif kind == "channel":
        made["chat"] = _origin_chat(core, given.get("chat"), "channel")
        number = given.get("message_id", 1)
        if not isinstance(number, int):
            raise ControlError("forward_origin.message_id must be a number")
        made["message_id"] = number
    else:
        raise ControlError("forward_origin.type must be user, hidden_user, chat or channel")
    if kind in ("chat", "channel") and given.get("author_signature"):
        made["author_signature"] = str(given["author_signature"])[:64]
    return made


def _origin_user(core: Core, given: Any) -> dict[str, Any]:
    if isinstance(given, int):
        return core.world.user(core.world.person(given).id)
    user = {"id": 777_001, "is_bot": False, "first_name": "Somebody"} | (given if isinstance(given, dict) else {})
    return _typed(user, "User", "forward_origin.sender_user")


def _origin_chat(core: Core, given: Any, kind: str) -> dict[str, Any]:
    if isinstance(given, int):
        return core.world.chat_object(core.world.chat(given))
    number = -1_009_900_000_001 if kind == "channel" else -1_009_900_000_002
    chat = {"id": number, "type": kind, "title": "Some " + kind} | (given if isinstance(given, dict) else {})
    return _typed(chat, "Chat", "the chat of forward_origin")


def content_of(core: Core, given: dict[str, Any]) -> dict[str, Any]:
    """The content of a message without files: text, place, contact, or what a reply keyboard asked for."""
    if given.get("text") is not None:
        text, entities = written(core, given["text"], "text", given.get("entities"))
        return {"text": text} | ({"entities": core.world.linked(entities)} if entities else {})
    if given.get("location") is not None:
        place = given["location"]
        ok = isinstance(place, dict) and all(
            isinstance(place.get(key), (int, float)) and not isinstance(place.get(key), bool)
            for key in ("latitude", "longitude")
        )
        if not ok:
            raise ControlError("location must be an object with latitude and longitude")
        try:
            return {"location": location(place)}
        except ApiError as refused:
            raise ControlError("wrong latitude or longitude") from refused
    for key, kind in (("contact", "Contact"), ("chat_shared", "ChatShared"), ("users_shared", "UsersShared")):
        if given.get(key) is not None:
            return {key: _typed(given[key], kind, key)}
    raise ControlError("a message needs text, location, contact, chat_shared, users_shared or a file")


def _typed(value: Any, kind: str, path: str) -> dict[str, Any]:
    try:
        return validate.as_type(value, kind, path)
    except ValueError as wrong:
        raise ControlError(str(wrong)) from wrong


def reply(chat: Chat, message_id: Any) -> dict[str, Any]:
    """The field of a message that answers another one."""
    if message_id is None:
        return {}
    target = chat.messages.get(message_id) if isinstance(message_id, int) else None
    if target is None:
        raise ControlError("the message to reply to does not exist", 404)
    return {"reply_to_message": without_reply(target.data)}


def message(chat: Chat, message_id: Any) -> Shown:
    """A message of that chat."""
    found = chat.messages.get(message_id) if isinstance(message_id, int) else None
    if found is None:
        raise ControlError(f"no message {message_id!r} in that chat", 404)
    return found


def edit(core: Core, person: Person, chat: Chat, shown: Shown, text: Any) -> int | None:
    """A person changes their text or caption."""
    may_write(core, person, chat)
    mine = chat.type == "channel" or shown.data.get("from", {}).get("id") == person.id
    if shown.by_bot or not mine:
        raise ControlError("that message is not theirs", 403)
    part = "text" if "text" in shown.data else "caption"
    new, entities = written(core, text, part)
    names = (part, "entities" if part == "text" else "caption_entities")
    data = {key: value for key, value in shown.data.items() if key not in names}
    data |= {names[0]: new, "edit_date": core.clock.stamp()} | ({names[1]: entities} if entities else {})
    shown.data = data
    core.world.touch(chat, shown)
    return tell(core, chat, shown, edited=True)


def press(core: Core, person: Person, chat: Chat, shown: Shown, data: Any, text: Any) -> tuple[Query, int | None]:
    """A person presses an inline button, named by its data or its text."""
    may_press(core, person, chat)
    rows = (shown.data.get("reply_markup") or {}).get("inline_keyboard", [])
    buttons = [button for row in rows for button in row]
    for button in buttons:
        if (data is not None and button.get("callback_data") == data) or (
            data is None and text is not None and button["text"] == text
        ):
            break
    else:
        raise ControlError("that message has no such button", 404)
    if "callback_data" not in button or "disabled" in button:
        raise ControlError("that button asks the bot nothing: it is for the client alone")
    query = core.query(person.id)
    person.seen = True
    payload = {
        "id": query.id,
        "from": core.world.user(person.id),
        "message": dict(shown.data),
        "chat_instance": chat.instance,
        "data": button["callback_data"],
    }
    return query, core.updates.add("callback_query", payload, chat.id)


def may_press(core: Core, person: Person, chat: Chat) -> None:
    """Everybody in a chat may press, also readers of a channel."""
    if chat.type != "channel":
        may_write(core, person, chat)
    elif chat.members.get(person.id, {}).get("status") not in IN_CHAT:
        raise ControlError("this person is not in that chat", 403)


def set_reaction(core: Core, person: Person, chat: Chat, shown: Shown, emoji: Any) -> int | None:
    """A person reacts with one emoji, or takes it back with null."""
    may_press(core, person, chat)
    new = [{"type": "emoji", "emoji": emoji}] if emoji else []
    if new and (not isinstance(emoji, str) or not allowed_reaction(new[0])):
        raise ControlError("no such reaction")
    old = shown.reactions.get(str(person.id), [])
    react(core, chat, shown, person.id, new)
    if chat.type != "private" and not core.world.is_admin(chat, core.world.bot_id):
        return None
    payload = {
        "chat": core.world.chat_object(chat),
        "message_id": shown.id,
        "user": core.world.user(person.id),
        "date": core.clock.stamp(),
        "old_reaction": old,
        "new_reaction": new,
    }
    return core.updates.add("message_reaction", payload, chat.id)

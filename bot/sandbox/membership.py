"""Who is where: making people and chats, blocking, leaving, promoting, groups that become supergroups."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.core import Core
from bot.sandbox.errors import ControlError
from bot.sandbox.people import tell
from bot.sandbox.world import ADMIN_RIGHTS, IN_CHAT, MAX_ID, Chat, Person, Shown

STATUSES = {
    "block": "kicked",
    "blocked": "kicked",
    "kicked": "kicked",
    "ban": "kicked",
    "unblock": "member",
    "unblocked": "member",
    "join": "member",
    "member": "member",
    "demote": "member",
    "leave": "left",
    "left": "left",
    "promote": "administrator",
    "administrator": "administrator",
    "creator": "creator",
    "deactivated": "deactivated",
}


def member(status: str, *, channel: bool = False) -> dict[str, Any]:
    """A `ChatMember` without its `user`."""
    if status == "administrator":
        made: dict[str, Any] = {"status": status, "can_be_edited": False, "is_anonymous": False}
        made |= dict.fromkeys(ADMIN_RIGHTS, True)
        return made | (
            {"can_post_messages": True, "can_edit_messages": True} if channel else {"can_pin_messages": True}
        )
    if status == "creator":
        return {"status": status, "is_anonymous": False}
    if status == "kicked":
        return {"status": status, "until_date": 0}
    return {"status": status}


def _text(given: dict[str, Any], key: str, limit: int) -> str:
    value = given.get(key)
    if not isinstance(value, str) or not value.strip() or len(value) > limit:
        raise ControlError(f"{key} must be a text of 1 to {limit} characters")
    return value.strip()


def _username(core: Core, given: dict[str, Any]) -> str | None:
    name = given.get("username")
    if name is None or name == "":
        return None
    if not isinstance(name, str) or not re.fullmatch(r"@?[A-Za-z][A-Za-z0-9_]{2,31}", name):
        raise ControlError("username must be 3 to 32 Latin letters, digits or _")
    name = name.removeprefix("@")
    taken = [p.user.get("username", "") for p in core.world.people.values()]
    taken += [chat.username or "" for chat in core.world.chats.values()]
    if name.lower() in {one.lower() for one in taken}:
        raise ControlError("that username is taken", 409)
    return name


def make_person(core: Core, given: dict[str, Any]) -> Person:
    """A person who has not met the bot yet."""
    number = given.get("id")
    if number is None:
        number = core.world.next("person")
        while number in core.world.people:
            number = core.world.next("person")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < MAX_ID:
        raise ControlError("id must be a number from 1 to 2^52")
    if number in core.world.people or number == core.world.bot_id:
        raise ControlError("that id is taken", 409)
    user: dict[str, Any] = {"id": number, "is_bot": False, "first_name": _text(given, "first_name", 64)}
    if given.get("last_name"):
        user["last_name"] = _text(given, "last_name", 64)
    if name := _username(core, given):
        user["username"] = name
    language = given.get("language_code")
    if language:
        if not isinstance(language, str) or not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})?", language):
            raise ControlError("language_code must look like kk, ru or en")
        user["language_code"] = language
    person = Person(user)
    core.world.people[number] = person
    core.world.private(person)
    core.world.touch(None)
    return person


def make_chat(core: Core, given: dict[str, Any]) -> Chat:
    """A group or channel with the bot in it; the first administrator (else the first member) made it."""
    kind = given.get("type")
    if kind not in ("group", "supergroup", "channel"):
        raise ControlError("type must be group, supergroup or channel")
    title = _text(given, "title", 128)
    people = _ids(core, given, "members")
    admins = _ids(core, given, "admins")
    if not people and not admins:
        raise ControlError("a chat needs at least one person")
    username = _username(core, given)
    number = -core.world.next("group" if kind == "group" else "channel")
    chat = Chat(number, kind, title, None if kind == "group" else username)
    bot_id = core.world.bot_id
    channel = kind == "channel"
    for user_id in (*people, *admins):
        chat.members[user_id] = member("administrator" if user_id in admins else "member", channel=channel)
    creator = next((one for one in (*admins, *people) if one != bot_id), None)
    if creator is None:
        raise ControlError("a chat needs at least one person")
    chat.members[creator] = member("creator")
    core.world.chats[number] = chat
    core.world.touch(chat)
    status = "administrator" if channel or bot_id in admins else "member"
    chat.members[bot_id] = member("left")
    change(core, chat, bot_id, status, by=creator)
    return chat


def _ids(core: Core, given: dict[str, Any], key: str) -> list[int]:
    ids = given.get(key) or []
    if not isinstance(ids, list):
        raise ControlError(f"{key} must be a list of ids")
    for one in ids:
        if one != core.world.bot_id:
            core.world.person(one)
    return ids


def change(core: Core, chat: Chat, user_id: int, status: str, *, by: int) -> int | None:
    """Give a member of a group or channel (the bot, too) another standing; the id of the update about it."""
    world = core.world
    old = world.member(chat, user_id)
    new = member(status, channel=chat.type == "channel")
    if old["status"] == status:
        raise ControlError("they are that already", 409)
    chat.members[user_id] = new
    world.touch(chat)
    if by in world.people:
        world.people[by].seen = True
    payload = {
        "chat": world.chat_object(chat),
        "from": world.user(by),
        "date": core.clock.stamp(),
        "old_chat_member": old,
        "new_chat_member": world.member(chat, user_id),
    }
    if user_id == world.bot_id:
        update = core.updates.add("my_chat_member", payload, chat.id)
    elif world.is_admin(chat, world.bot_id):
        update = core.updates.add("chat_member", payload, chat.id)
    else:
        update = None
    _announce(core, chat, user_id, by, old["status"] in IN_CHAT, status in IN_CHAT)
    return update


def _announce(core: Core, chat: Chat, user_id: int, by: int, was: bool, now: bool) -> None:
    """The service message of a group about who came or left; a bot that left gets none."""
    if chat.type == "channel" or was == now:
        return
    user = core.world.user(user_id)
    content = {"new_chat_members": [user]} if now else {"left_chat_member": user}
    service(core, chat, by, content, tell_bot=now or user_id != core.world.bot_id)


def service(core: Core, chat: Chat, by: int, content: dict[str, Any], *, tell_bot: bool) -> None:
    """A message about the chat itself."""
    data = {
        "message_id": core.world.next_message_id(chat),
        "from": core.world.user(by),
        "chat": core.world.chat_object(chat),
        "date": core.clock.stamp(),
        **content,
    }
    shown = core.world.put(chat, Shown(data))
    if tell_bot:
        tell(core, chat, shown, edited=False)


def change_private(core: Core, person: Person, status: str) -> int | None:
    """A person blocks or unblocks the bot, or deletes their account."""
    chat = core.world.private(person)
    if status == "deactivated":
        person.deactivated = True
        core.world.touch(chat)
        return None
    if status not in ("kicked", "member"):
        raise ControlError("in a private chat the status is blocked, member or deactivated")
    block = status == "kicked"
    if person.blocked == block:
        raise ControlError("they are that already", 409)
    person.blocked = block
    person.seen = True
    core.world.touch(chat)
    me = core.world.bot_user()
    payload = {
        "chat": core.world.chat_object(chat),
        "from": core.world.user(person.id),
        "date": core.clock.stamp(),
        "old_chat_member": {**member("member" if block else "kicked"), "user": me},
        "new_chat_member": {**member(status), "user": me},
    }
    return core.updates.add("my_chat_member", payload, chat.id)


def upgrade(core: Core, chat: Chat) -> Chat:
    """A group becomes a supergroup with a new id; both chats get their service message."""
    if chat.type != "group" or chat.migrated_to is not None:
        raise ControlError("only a group can become a supergroup", 409)
    new = Chat(-core.world.next("channel"), "supergroup", chat.title, members=dict(chat.members))
    core.world.chats[new.id] = new
    owner = next(user for user, one in chat.members.items() if one["status"] == "creator")
    service(core, chat, owner, {"migrate_to_chat_id": new.id}, tell_bot=True)
    chat.migrated_to = new.id
    service(core, new, owner, {"migrate_from_chat_id": chat.id}, tell_bot=True)
    return new

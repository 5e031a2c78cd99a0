"""Who and what exists: people, chats, members, messages. Pure state; every change raises the revision."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.sandbox import errors
from bot.sandbox.errors import ApiError, ControlError, bad, forbidden
from bot.sandbox.signal import Signal

BOT_NAME = "Tirek"
BOT_USERNAME = "tirek_sandbox_bot"
MAX_ID = 2**52
IN_CHAT = ("creator", "administrator", "member", "restricted")
ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
)


@dataclass(slots=True)
class Person:
    """A person: the Bot API `User`, and how they stand with the bot."""

    user: dict[str, Any]
    started: bool = False  # wrote to the bot in private
    seen: bool = False  # the bot got an update with them in it
    blocked: bool = False
    deactivated: bool = False

    @property
    def id(self) -> int:
        return int(self.user["id"])


@dataclass(slots=True)
class Shown:
    """A message: its Bot API form, and what a chat shows beside it."""

    data: dict[str, Any]
    markup: dict[str, Any] | None = None  # any keyboard; only inline ones are in `data`
    by_bot: bool = False
    silent: bool = False
    reactions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # by the user's id
    revision: int = 0

    @property
    def id(self) -> int:
        return int(self.data["message_id"])


@dataclass(slots=True)
class Chat:
    """A chat with the bot. The id of a private one is the person's."""

    id: int
    type: str
    title: str | None = None
    username: str | None = None
    members: dict[int, dict[str, Any]] = field(default_factory=dict)  # status and rights, without `user`
    messages: dict[int, Shown] = field(default_factory=dict)
    deleted: dict[int, int] = field(default_factory=dict)  # message id -> revision of its deletion
    pinned: list[int] = field(default_factory=list)
    last_id: int = 0
    revision: int = 0
    migrated_to: int | None = None
    menu_button: dict[str, Any] | None = None
    draft: dict[str, Any] | None = None
    action: tuple[str, float] | None = None  # and until when, monotonic seconds
    instance: str = field(default_factory=lambda: str(secrets.randbits(62)))


class World:
    """All of it. `changed` fires with every new revision."""

    def __init__(self, bot_id: int) -> None:
        self.bot_id = bot_id
        self.changed = Signal()
        self.revision = 0
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.counters = {"person": 1000, "group": 4000, "channel": 10**12 + 1000, "message": 0, "file": 0}

    def clear(self) -> None:
        """Forget people and chats. Numbers go on, so that no client confuses new things with old ones."""
        self.people.clear()
        self.chats.clear()
        self.touch(None)

    def next(self, counter: str) -> int:
        """A new number."""
        self.counters[counter] += 1
        return self.counters[counter]

    def touch(self, chat: Chat | None, shown: Shown | None = None) -> None:
        """Something changed: in that chat, in that message of it."""
        self.revision += 1
        if chat is not None:
            chat.revision = self.revision
        if shown is not None:
            shown.revision = self.revision
        self.changed.fire()

    # People and chats

    def bot_user(self) -> dict[str, Any]:
        """The bot as a `User` inside other objects."""
        return {"id": self.bot_id, "is_bot": True, "first_name": BOT_NAME, "username": BOT_USERNAME}

    def user(self, user_id: int) -> dict[str, Any]:
        """A person or the bot as `User`."""
        return self.bot_user() if user_id == self.bot_id else dict(self.people[user_id].user)

    def person(self, user_id: Any) -> Person:
        """The person of that id, for the control API."""
        found = self.people.get(user_id) if isinstance(user_id, int) else None
        if found is None:
            raise ControlError(f"no person {user_id!r}", 404)
        return found

    def private(self, person: Person) -> Chat:
        """The person's chat with the bot, made when first asked for."""
        chat = self.chats.get(person.id)
        if chat is None:
            chat = Chat(person.id, "private")
            self.chats[person.id] = chat
        return chat

    def chat(self, chat_id: Any) -> Chat:
        """The chat of that id, for the control API; a person's id is their private chat."""
        if isinstance(chat_id, int):
            if chat_id in self.people:
                return self.private(self.people[chat_id])
            if chat_id in self.chats:
                return self.chats[chat_id]
        raise ControlError(f"no chat {chat_id!r}", 404)

    def chat_object(self, chat: Chat) -> dict[str, Any]:
        """The Bot API `Chat`."""
        made: dict[str, Any] = {"id": chat.id, "type": chat.type}
        if chat.type == "private":
            user = self.people[chat.id].user
            made |= {k: user[k] for k in ("first_name", "last_name", "username") if k in user}
        else:
            made["title"] = chat.title
            if chat.username:
                made["username"] = chat.username
        return made

    def member(self, chat: Chat, user_id: int) -> dict[str, Any]:
        """The Bot API `ChatMember` of that user in that chat."""
        if chat.type == "private":
            return {"status": "member", "user": self.user(user_id)}
        return {**chat.members.get(user_id, {"status": "left"}), "user": self.user(user_id)}

    # What the bot may reach

    def known(self, chat_id: int | str) -> Chat:
        """The chat that a bot names, reachable or not; 400 when it never met it."""
        if isinstance(chat_id, str):
            name = chat_id.removeprefix("@").lower()
            for chat in self.chats.values():
                if chat.username and chat.username.lower() == name and chat.type != "private":
                    return chat
            raise bad(errors.CHAT_NOT_FOUND)
        chat_or_none = self.chats.get(chat_id)
        if chat_or_none is None or chat_or_none.type == "private":
            person = self.people.get(chat_id)
            if person is None or not (person.started or person.seen):
                raise bad(errors.CHAT_NOT_FOUND)
            return self.private(person)
        if chat_or_none.migrated_to is not None:
            raise ApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": chat_or_none.migrated_to},
            )
        return chat_or_none

    def reachable(self, chat_id: int | str) -> Chat:
        """The chat that a bot may act in; 400 or 403 as Telegram answers."""
        chat = self.known(chat_id)
        if chat.type == "private":
            person = self.people[chat.id]
            if person.deactivated:
                raise forbidden("user is deactivated")
            if person.blocked:
                raise forbidden("bot was blocked by the user")
            if not person.started:
                raise forbidden("bot can't initiate conversation with a user")
            return chat
        status = self.bot_status(chat)
        kind = {"group": "group chat", "supergroup": "supergroup chat", "channel": "channel chat"}[chat.type]
        if status == "kicked":
            raise forbidden(f"bot was kicked from the {kind}")
        if status not in IN_CHAT:
            raise forbidden(f"bot is not a member of the {kind}")
        return chat

    def bot_status(self, chat: Chat) -> str:
        """The bot's standing in a group or channel."""
        return str(chat.members.get(self.bot_id, {"status": "left"})["status"])

    def is_admin(self, chat: Chat, user_id: int) -> bool:
        """Administrator or owner of a group or channel."""
        return chat.members.get(user_id, {}).get("status") in ("administrator", "creator")

    # Messages

    def next_message_id(self, chat: Chat) -> int:
        """Supergroups and channels count their own messages, the rest share one count."""
        if chat.type in ("supergroup", "channel"):
            chat.last_id += 1
        else:
            chat.last_id = self.next("message")
        return chat.last_id

    def put(self, chat: Chat, shown: Shown) -> Shown:
        """Add a message to its chat."""
        chat.messages[shown.id] = shown
        self.touch(chat, shown)
        return shown

    def remove(self, chat: Chat, message_id: int) -> None:
        """Delete a message."""
        del chat.messages[message_id]
        if message_id in chat.pinned:
            chat.pinned.remove(message_id)
        self.touch(chat)
        chat.deleted[message_id] = self.revision

    def linked(self, entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Mentions by id get their person, those of nobody known are dropped."""
        kept = []
        for entity in entities:
            user_id = entity.get("user_id") or (entity.get("user") or {}).get("id")
            if entity["type"] == "text_mention":
                if user_id not in self.people and user_id != self.bot_id:
                    continue
                entity = {k: v for k, v in entity.items() if k != "user_id"} | {"user": self.user(user_id)}
            kept.append(entity)
        return kept

    # Keep and load

    def dump(self) -> dict[str, Any]:
        """Everything as JSON can hold it."""
        chats = []
        for chat in self.chats.values():
            chat.action = None
            chats.append(asdict(chat))
        return {
            "revision": self.revision,
            "counters": self.counters,
            "people": [asdict(person) for person in self.people.values()],
            "chats": chats,
        }

    def load(self, kept: dict[str, Any]) -> None:
        """What `dump` gave, after JSON made all keys text."""
        self.revision = kept["revision"]
        self.counters.update(kept["counters"])
        for raw in kept["people"]:
            person = Person(**raw)
            self.people[person.id] = person
        for raw in kept["chats"]:
            raw["members"] = {int(k): v for k, v in raw["members"].items()}
            raw["messages"] = {int(k): Shown(**v) for k, v in raw["messages"].items()}
            raw["deleted"] = {int(k): v for k, v in raw["deleted"].items()}
            chat = Chat(**raw)
            self.chats[chat.id] = chat

"""Who may do what in a group: its admins change plans, every member answers for a slot.

In a group the buttons of a plan act on the group's rows: the chat of the pressed message is the owner, so the number of
somebody else's plan in a forged button finds nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.exceptions import TelegramBadRequest
from aiogram.filters import BaseFilter
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Chat, Message, TelegramObject

from bot import groups
from bot.app import App
from bot.clock import Clock
from bot.errors import NotFound
from bot.i18n import Translator, language_of
from bot.people import Person
from handlers.plans import DoneEarly, PlanList
from handlers.preparing import Step
from handlers.reminders import Answer, Later, PlanAction, Undo
from handlers.screen import topic_of
from handlers.settings import Erase, Setting
from handlers.sketches import Home, TurnOn

GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
REMEMBERED = timedelta(minutes=1)
MOST_REMEMBERED = 10_000
EVERYBODYS = (Answer, DoneEarly, Home, Later, PlanList, Step, Undo)


def is_group(chat: Chat | None) -> bool:
    return chat is not None and chat.type in GROUPS


def outside_groups(query: CallbackQuery) -> bool:
    """A filter: the button was not pressed in a group."""
    return query.message is None or not is_group(query.message.chat)


class Admins:
    """Who is an admin of a group, asked of Telegram and remembered for a minute."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[tuple[int, int], tuple[bool, datetime]] = {}

    async def is_admin(self, bot: Bot, chat_id: int, user_id: int) -> bool:
        known = self._known.get((chat_id, user_id))
        if known is not None and timedelta() <= self._clock.now() - known[1] < REMEMBERED:
            return known[0]
        try:
            member = await bot.get_chat_member(chat_id, user_id)
        except TelegramBadRequest:  # not in this chat, as far as Telegram says
            found = False
        else:
            found = member.status in (ChatMemberStatus.CREATOR, ChatMemberStatus.ADMINISTRATOR)
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[chat_id, user_id] = found, self._clock.now()
        return found

    async def wrote(self, message: Message) -> bool:
        """Whether an admin wrote it; one who is anonymous writes in the name of the group."""
        if message.sender_chat is not None:
            return message.sender_chat.id == message.chat.id
        if message.from_user is None or message.bot is None:
            return False
        return await self.is_admin(message.bot, message.chat.id, message.from_user.id)

    def forget(self, chat_id: int, user_id: int) -> None:
        """Their standing has changed."""
        self._known.pop((chat_id, user_id), None)


class InGroup(BaseFilter):
    """Lets what comes from a group through, and gives the handler its `owner`. Raises NotFound for a button of a group
    that nobody uses any more."""

    async def __call__(self, event: Message | CallbackQuery, app: App) -> bool | dict[str, Any]:
        message = event if isinstance(event, Message) else event.message
        if message is None or not is_group(message.chat):
            return False
        owner = await app.people.get(message.chat.id)
        if owner is None:
            if isinstance(event, CallbackQuery):
                raise NotFound
            owner = await _meet(event, app)
        return {"owner": owner}


async def _meet(message: Message, app: App) -> Person:
    """A group whose coming nobody told us of."""
    user = message.from_user
    like = await app.people.get(user.id) if user is not None else None
    code = user.language_code if user is not None else None
    return await groups.meet(app.db, message.chat.id, message.chat.title or "", language_of(code), like, app.now())


def needs_admin(data: CallbackData | None) -> bool:
    """Whether a button changes something for everybody: anything but answering for a slot and looking."""
    return not (isinstance(data, EVERYBODYS) or (isinstance(data, PlanAction) and data.do == "open"))


def is_private(data: CallbackData | None) -> bool:
    """Whether a button makes no sense in a group."""
    return isinstance(data, Erase) or (isinstance(data, Setting) and data.what == "pin")


class TeamGate(BaseMiddleware):
    """Around the buttons of plans and settings: in a group they act for the group, in its language.

    `actor` is who pressed. What others share and only admins may change is answered with one honest line.
    """

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        if not isinstance(event, CallbackQuery) or event.message is None or not is_group(event.message.chat):
            return await handler(event, data)
        app: App = data["app"]
        t: Translator = data["t"]
        admins: Admins = data["admins"]
        pressed: CallbackData | None = data.get("callback_data")
        owner = await app.people.get(event.message.chat.id)
        if owner is None:
            raise NotFound
        if is_private(pressed):
            await event.answer(t.plain("This works in a private chat with me."), show_alert=True)
            return None
        assert event.bot is not None
        if needs_admin(pressed) and not await admins.is_admin(event.bot, owner.id, event.from_user.id):
            await event.answer(t.plain("Only admins of this group can change its plans."), show_alert=True)
            return None
        if isinstance(pressed, TurnOn) and (topic := topic_of(event.message)) != owner.thread_id:
            owner = await app.people.change(owner.id, thread_id=topic)
        actor = data["person"]
        return await handler(event, data | {"person": owner, "t": owner.translator, "actor": actor})

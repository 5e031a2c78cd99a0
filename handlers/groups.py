"""Groups and channels, and a person who blocks the bot or comes back."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.filters import Command
from aiogram.types import ChatMemberUpdated, Message

from bot.app import App
from bot.i18n import Translator
from bot.reminders import service
from handlers.screen import Screen, show

router = Router(name="groups")


@router.my_chat_member(F.chat.type == ChatType.PRIVATE)
async def membership(event: ChatMemberUpdated, app: App) -> None:
    """Blocked: nothing more is sent. Back again: plans go on from their next slots."""
    person_id = event.from_user.id
    if event.new_chat_member.status == ChatMemberStatus.KICKED:
        if await app.people.get(person_id) is not None:
            await app.people.change(person_id, blocked_at=app.now())
        return
    await service.came_back(app.db, person_id, app.now())
    await app.people.forget_memory(person_id)
    app.bell.set()


@router.message(F.chat.type != ChatType.PRIVATE, Command("start", "help", "plan", "plans", "ask", "check"))
async def in_group(message: Message, t: Translator) -> None:
    """Plans are a private matter."""
    await show(message, Screen(t("Write to me in a private chat: plans and answers are yours alone.")))


@router.message(F.chat.type != ChatType.PRIVATE)
async def silence(message: Message) -> None:
    """Everything else said in a group is none of our business."""

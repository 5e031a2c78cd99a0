"""Messenger over aiogram: queued messages become Telegram's, its errors become ours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.types import ReplyParameters
from typing_extensions import Buffer

from bot.app import App
from bot.broadcasts.store import KIND as BROADCAST
from bot.i18n import Translator
from bot.outbox import ChatMoved, Outgoing, TryLater, Unreachable
from bot.refusals import refusal
from bot.voice.client import DetectorInfo
from bot.voice.model import Reason, Verdict
from bot.voice.service import FileGone
from bot.voice.store import Check
from handlers import outlets, preparing, reminders, teams, weekly
from handlers.bulk import BulkMessenger
from handlers.screen import NO_PREVIEW, Screen, as_media, send
from handlers.verdicts import verdict_screen
from handlers.voice import is_gone, listening_text

Render = Callable[[Outgoing, App, Translator], Awaitable[Screen | None]]

SCREENS: dict[str, Render] = {
    "reminder": reminders.reminder_screen,
    "one_off": reminders.one_off_screen,
    "digest": reminders.digest_screen,
    "resting": reminders.resting_screen,
    "seen": outlets.seen_screen,
    "channel_gone": outlets.channel_gone_screen,
    "follow_up": weekly.follow_up_screen,
    "week": weekly.week_screen,
    "prepare": preparing.prepare_screen,
}
STATUS: dict[type[TelegramAPIError], int] = {
    TelegramForbiddenError: 403,
    TelegramUnauthorizedError: 401,
    TelegramNotFound: 404,
    TelegramBadRequest: 400,
}


class TooMuch(Exception):
    """The file goes on past the limit."""


class Limited(BytesIO):
    """A buffer that refuses to grow past `limit` bytes: a file's stated size is only a claim."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def write(self, data: Buffer, /) -> int:
        if self.tell() + memoryview(data).nbytes > self._limit:
            raise TooMuch
        return super().write(data)


def meaning(error: TelegramAPIError | ClientDecodeError) -> TryLater | Unreachable | ChatMoved:
    """aiogram's error as the outbox's. What is no answer of Telegram's, a proxy's page say, is no answer."""
    if isinstance(error, ClientDecodeError):
        return refusal(0, "")
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 0)
    retry_after = error.retry_after if isinstance(error, TelegramRetryAfter) else None
    moved_to = error.migrate_to_chat_id if isinstance(error, TelegramMigrateToChat) else None
    return refusal(status, error.message, retry_after=retry_after, moved_to=moved_to)


class TelegramCourier:
    """Fetches recordings from Telegram and edits verdicts in."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def download(self, file_id: str, limit: int) -> bytes:
        try:
            async with asyncio.timeout(120):
                file = await self._bot.get_file(file_id)
                if file.file_path is None:
                    raise FileGone(Reason.CORRUPT)
                kept = Limited(limit)
                await self._bot.download_file(file.file_path, kept, timeout=100)
        except TooMuch:
            raise FileGone(Reason.TOO_LARGE) from None
        except TelegramBadRequest as error:
            reason = Reason.TOO_LARGE if "file is too big" in error.message else Reason.CORRUPT
            raise FileGone(reason) from error
        return kept.getvalue()

    async def progress(self, check: Check, left_s: int | None) -> None:
        if check.reply_id is not None:
            await self._put(check.chat_id, check.reply_id, Screen(listening_text(check.person.translator, left_s)))

    async def show(self, check: Check, verdict: Verdict, *, final: bool, detector: DetectorInfo | None) -> None:
        person = check.person
        screen = await verdict_screen(check.id, verdict, person, person.translator, final=final, detector=detector)
        try:
            try:
                await self._tell(check, screen)
            except TelegramBadRequest as error:
                if screen.picture is None or is_gone(error):
                    raise
                await self._tell(check, replace(screen, picture=None))  # a group, say, that allows no pictures
        except TelegramAPIError as error:
            if not is_gone(error):
                raise

    async def _tell(self, check: Check, screen: Screen) -> None:
        """Put a verdict where "listening" stands, or send it."""
        if check.reply_id is None or not await self._put(check.chat_id, check.reply_id, screen):
            reply = ReplyParameters(message_id=check.message_id, allow_sending_without_reply=True)
            await send(self._bot, check.chat_id, screen, reply=reply)

    async def _put(self, chat_id: int, message_id: int, screen: Screen) -> bool:
        """Turn our message into a screen; False when it is gone."""
        at: dict[str, Any] = {"chat_id": chat_id, "message_id": message_id, "reply_markup": screen.keyboard}
        try:
            if screen.picture is not None:
                await self._bot.edit_message_media(as_media(screen), **at)
            else:
                await self._bot.edit_message_text(screen.text, link_preview_options=NO_PREVIEW, **at)
        except TelegramBadRequest as error:
            if "message to edit not found" in error.message:
                return False
            if "message is not modified" not in error.message:
                raise
        return True


class TelegramMessenger:
    """Renders what the outbox holds in the language its reader has now, and sends it."""

    def __init__(self, bot: Bot, bulk: BulkMessenger) -> None:
        self._bot = bot
        self._bulk = bulk
        self._app: App | None = None

    def serve(self, app: App) -> None:
        """Who to ask for what a message needs. The app and its messenger know each other."""
        self._app = app

    async def deliver(self, message: Outgoing) -> int | None:
        assert self._app is not None
        if message.kind == BROADCAST:
            return await self._bulk.deliver(message, self._app)
        screen = await SCREENS[message.kind](message, self._app, message.person.translator)
        if screen is None:
            return None
        if message.person.is_group:
            screen = await teams.for_group(screen, message, self._app, message.person.translator)
        try:
            topic = message.person.thread_id
            sent = await send(self._bot, message.chat_id, screen, silent=message.silent, topic=topic)
        except (TelegramAPIError, ClientDecodeError) as error:
            raise meaning(error) from error
        return sent.message_id

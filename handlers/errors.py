"""Errors → replies: the only place that turns one into the other."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

import structlog
from aiogram import Router
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import CallbackQuery, ErrorEvent, Message

from bot import metrics
from bot.app import App
from bot.errors import N_, UserError
from bot.i18n import Translator
from bot.people import Person
from bot.updates import GiveUp

log = structlog.get_logger(__name__)
router = Router(name="errors")

# NOTE: {number} is a short code such as a3f91c.
BROKEN = N_("Something broke on my side. Your plans are safe. If it happens again, tell the operator: {number}")
HARMLESS = ("message is not modified", "query is too old", "message to delete not found")


@router.errors()
async def on_error(
    event: ErrorEvent, app: App, person: Person | None = None, t: Translator | None = None, **_: Any
) -> None:
    """Tell the person what can be told. Raises what should be tried again, and GiveUp for what nobody expected."""
    error = event.exception
    if isinstance(error, TelegramBadRequest) and any(text in error.message for text in HARMLESS):
        return
    if isinstance(error, TelegramForbiddenError):
        if person is not None:
            await app.people.change(person.id, blocked_at=app.now())
        return
    if isinstance(error, TelegramRetryAfter):
        app.flooded(error.retry_after)
        raise error
    if isinstance(error, TelegramNetworkError | TelegramServerError):
        raise error
    if isinstance(error, UserError) and t is not None:
        await _reply(event, t(error.message, **error.parameters), t.plain(error.message, **error.parameters))
        return
    if app.is_transient(error):
        raise error
    number = incident(error, update_id=event.update.update_id)
    if t is not None:
        await _reply(event, t(BROKEN, number=number), t.plain(BROKEN, number=number))
    raise GiveUp(number) from error


def incident(error: Exception, **where: int) -> str:
    """Log what nobody expected; the number under which the operator finds it."""
    number = token_hex(3)
    metrics.incidents.inc()
    log.error("incident", number=number, **where, exc_info=error)
    return number


async def _reply(event: ErrorEvent, text: str, toast: str) -> None:
    query: CallbackQuery | None = event.update.callback_query
    message: Message | None = event.update.message
    if query is not None:
        await query.answer(toast[:200], show_alert=len(toast) > 80)
    elif message is not None:
        await message.answer(text)

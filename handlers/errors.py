"""Errors → replies: the only place that turns one into the other."""

from __future__ import annotations

import re
from contextlib import suppress
from secrets import token_hex
from typing import Any

import structlog
from aiogram import Bot, Router
from aiogram.client.session.middlewares.base import NextRequestMiddlewareType
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import AnswerCallbackQuery, Response, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import CallbackQuery, Chat, ErrorEvent, Message

from bot import metrics, observe
from bot.app import App
from bot.errors import N_, UserError
from bot.i18n import Translator
from bot.people import Person
from bot.updates import GiveUp, Later

log = structlog.get_logger(__name__)
router = Router(name="errors")

# NOTE: {number} is a short code such as a3f91c.
BROKEN = N_("Something broke on my side. Your plans are safe. If it happens again, tell the operator: {number}")
TOO_OLD = "query is too old"
HARMLESS = ("message is not modified", TOO_OLD, "message to delete not found")


@router.errors()
async def on_error(
    event: ErrorEvent,
    app: App,
    person: Person | None = None,
    t: Translator | None = None,
    event_chat: Chat | None = None,
    **_: Any,
) -> None:
    """Tell the person what can be told. Raises what should be tried again, and GiveUp for what nobody expected."""
    error = event.exception
    if isinstance(error, TelegramBadRequest) and any(text in error.message for text in HARMLESS):
        return
    if isinstance(error, TelegramForbiddenError):
        owner_id = event_chat.id if event_chat is not None else person.id if person is not None else None
        if owner_id is not None and await app.people.get(owner_id) is not None:
            await app.people.change(owner_id, blocked_at=app.now())
        return
    if isinstance(error, TelegramRetryAfter):
        await app.flooded(error.retry_after)
        raise Later(error.retry_after) from error
    if isinstance(error, TelegramNetworkError | TelegramServerError):
        raise error
    if isinstance(error, UserError) and t is not None:
        await _reply(event, t(error.message, **error.parameters), t.plain(error.message, **error.parameters))
        return
    if app.is_transient(error):
        raise error
    number = incident(error, _said(event), update_id=event.update.update_id)
    if t is not None:
        with suppress(TelegramAPIError):  # who cannot be told need not be told five times
            await _reply(event, t(BROKEN, number=number), t.plain(BROKEN, number=number))
    raise GiveUp(number) from error


class Withheld(Exception):
    """Stands in the log for an error whose own words repeat what a person wrote."""

    def __init__(self, error: Exception) -> None:
        super().__init__(type(error).__name__)
        self.instead_of = error


def incident(error: Exception, said: str = "", **where: int) -> str:
    """Log what nobody expected; the number under which the operator finds it. `said` by the person stays out of it."""
    number = token_hex(3)
    metrics.incidents.inc()
    shown = Withheld(error).with_traceback(error.__traceback__) if _repeats(error, said) else error
    log.error("incident", number=number, **where, exc_info=shown)
    return number


def _said(event: ErrorEvent) -> str:
    message = event.update.message
    return (message.text or message.caption or "") if message is not None else ""


def _repeats(error: BaseException | None, said: str) -> bool:
    """Whether the error, or one it came from, says a longer word of the person's, or all that was said."""
    words = _words(said)
    while said and error is not None:
        if words & _words(str(error)) or said in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w{4,}", text.casefold()))


async def observed(
    make_request: NextRequestMiddlewareType[TelegramType], bot: Bot, method: TelegramMethod[TelegramType]
) -> Response[TelegramType] | Any:
    """Around every request: how long it took, and what Telegram said when it refused."""
    name = method.__api_method__
    with metrics.telegram_seconds.labels(name).time(), observe.span(f"telegram {name}"):
        try:
            return await make_request(bot, method)
        except TelegramAPIError as error:
            metrics.telegram_errors.labels(type(error).__name__).inc()
            raise


async def late_taps(
    make_request: NextRequestMiddlewareType[TelegramType], bot: Bot, method: TelegramMethod[TelegramType]
) -> Response[TelegramType] | Any:
    """Around every request: a tap that can no longer be answered is still acted upon.

    Telegram forgets a tap after some seconds; one that waited in the inbox for a restart must show its screen all
    the same.
    """
    try:
        return await make_request(bot, method)
    except TelegramBadRequest as error:
        if isinstance(method, AnswerCallbackQuery) and TOO_OLD in error.message:
            return True
        raise


async def _reply(event: ErrorEvent, text: str, toast: str) -> None:
    query: CallbackQuery | None = event.update.callback_query
    message: Message | None = event.update.message
    if query is not None:
        await query.answer(toast[:200], show_alert=len(toast) > 80)
    elif message is not None:
        await message.answer(text)

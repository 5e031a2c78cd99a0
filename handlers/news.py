"""The one button under every broadcast: no more of these. And back."""

from __future__ import annotations

from aiogram import Router
from aiogram.exceptions import TelegramBadRequest
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from bot.app import App
from bot.broadcasts import service
from bot.i18n import Translator
from bot.people import Person
from handlers.screen import button

router = Router(name="news")


class News(CallbackData, prefix="nw"):
    """Whether broadcasts may come."""

    on: int


def news_keyboard(on: bool, t: Translator) -> InlineKeyboardMarkup:
    """Under a broadcast: the way out for who gets them (`on`), the way back for who has left."""
    text = t.plain("No more of these") if on else t.plain("Send them again")
    return InlineKeyboardMarkup(inline_keyboard=[[button(text, News(on=int(not on)))]])


@router.callback_query(News.filter())
async def news(query: CallbackQuery, callback_data: News, app: App, person: Person, t: Translator) -> None:
    """Out, or in again; the message stays, its button turns round."""
    on = bool(callback_data.on)
    await choose_news(app, person, on)
    await query.answer(
        t.plain("The operator's news will come again.") if on else t.plain("Done: no more news from the operator."),
        show_alert=not on,
    )
    if isinstance(query.message, Message):
        try:
            await query.message.edit_reply_markup(reply_markup=news_keyboard(on, t))
        except TelegramBadRequest as error:
            if "message is not modified" not in error.message and "can't be edited" not in error.message:
                raise


async def choose_news(app: App, person: Person, on: bool) -> Person:
    """Write the choice down; who leaves gets nothing that is under way either."""
    if not on:
        await service.no_more(app.db, person.id, app.now())
    return await app.people.change(person.id, news=on)

"""A screen: a text, buttons, perhaps a picture. Handlers make them, `show` puts them in front of the person.

The main action of a screen is the first button of its first row, in green.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.filters.callback_data import CallbackData
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)

Row = list[InlineKeyboardButton]
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
MOST_TEXT = 4096  # UTF-16 units, after the tags are taken out
MOST_CAPTION = 1024


@dataclass(frozen=True, slots=True)
class Screen:
    """`text` is HTML. `picture` is a PNG; the text is then its caption."""

    text: str
    rows: list[Row] = field(default_factory=list)
    picture: bytes | None = None

    @property
    def keyboard(self) -> InlineKeyboardMarkup | None:
        return InlineKeyboardMarkup(inline_keyboard=self.rows) if self.rows else None


def button(text: str, data: CallbackData) -> InlineKeyboardButton:
    """An ordinary button."""
    return InlineKeyboardButton(text=text, callback_data=data.pack())


def main_button(text: str, data: CallbackData) -> InlineKeyboardButton:
    """The main action of a screen."""
    return InlineKeyboardButton(text=text, callback_data=data.pack(), style="success")


def danger_button(text: str, data: CallbackData) -> InlineKeyboardButton:
    """An action that takes something away."""
    return InlineKeyboardButton(text=text, callback_data=data.pack(), style="danger")


def length(text: str) -> int:
    """How long Telegram finds an HTML text."""
    return len(html.unescape(re.sub("<[^>]*>", "", text)).encode("utf-16-le")) // 2


def fitted(text: str, most: int) -> str:
    """A list that is too long ends in "…" at the end of a line. Only lists grow: their lines close their own tags."""
    if length(text) <= most:
        return text
    kept: list[str] = []
    left = most - len("…")
    for line in text.split("\n"):
        left -= length(line) + 1
        if left < 0:
            break
        kept.append(line)
    return "\n".join([*kept, "…"])


def topic_of(message: object) -> int | None:
    """The topic of a forum that a message stands in."""
    return message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None


async def send(
    bot: Bot,
    chat_id: int,
    screen: Screen,
    *,
    silent: bool = False,
    effect: str | None = None,
    topic: int | None = None,
    reply: ReplyParameters | None = None,
) -> Message:
    """Send a screen as a new message. An effect that Telegram does not know, or a topic that is gone, is left out."""
    try:
        if screen.picture is not None:
            return await bot.send_photo(
                chat_id,
                BufferedInputFile(screen.picture, "picture.png"),
                caption=fitted(screen.text, MOST_CAPTION),
                reply_markup=screen.keyboard,
                disable_notification=silent,
                message_effect_id=effect,
                message_thread_id=topic,
                reply_parameters=reply,
            )
        return await bot.send_message(
            chat_id,
            fitted(screen.text, MOST_TEXT),
            reply_markup=screen.keyboard,
            link_preview_options=NO_PREVIEW,
            disable_notification=silent,
            message_effect_id=effect,
            message_thread_id=topic,
            reply_parameters=reply,
        )
    except TelegramBadRequest as error:
        if topic is not None and "thread" in error.message:
            return await send(bot, chat_id, screen, silent=silent, effect=effect, reply=reply)
        if effect is None:
            raise
        return await send(bot, chat_id, screen, silent=silent, topic=topic, reply=reply)


async def show(event: Message | CallbackQuery, screen: Screen) -> None:
    """Answer a message with a screen, or turn the message under a pressed button into it."""
    if isinstance(event, Message):
        await send(_bot(event), event.chat.id, screen, topic=topic_of(event))
        return
    message = event.message
    if not isinstance(message, Message):  # too old for Telegram to let us edit it
        await send(_bot(event), message.chat.id if message is not None else event.from_user.id, screen)
    elif (screen.picture is None) != (message.photo is None) or (screen.picture is None and message.text is None):
        await send(_bot(event), message.chat.id, screen, topic=topic_of(message))
    else:
        try:
            if screen.picture is not None:
                await message.edit_media(as_media(screen), reply_markup=screen.keyboard)
            else:
                await message.edit_text(
                    fitted(screen.text, MOST_TEXT), reply_markup=screen.keyboard, link_preview_options=NO_PREVIEW
                )
        except TelegramBadRequest as error:
            if "message is not modified" in error.message:
                return
            if "message to edit not found" not in error.message and "can't be edited" not in error.message:
                raise
            await send(_bot(event), message.chat.id, screen, topic=topic_of(message))


async def retell(query: CallbackQuery, screen: Screen) -> None:
    """Other words and buttons for the message under a pressed button; a picture that it has stays."""
    message = query.message
    if not isinstance(message, Message) or message.photo is None:
        await show(query, screen)
        return
    try:
        await message.edit_caption(caption=fitted(screen.text, MOST_CAPTION), reply_markup=screen.keyboard)
    except TelegramBadRequest as error:
        if "message is not modified" in error.message:
            return
        if "message to edit not found" not in error.message and "can't be edited" not in error.message:
            raise
        await show(message, screen)


def as_media(screen: Screen) -> InputMediaPhoto:
    """A screen's picture and words, for a message that is there already."""
    assert screen.picture is not None
    return InputMediaPhoto(
        media=BufferedInputFile(screen.picture, "picture.png"), caption=fitted(screen.text, MOST_CAPTION)
    )


def _bot(event: Message | CallbackQuery) -> Bot:
    assert event.bot is not None
    return event.bot

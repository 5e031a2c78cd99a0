"""Two clients that know nothing of the sandbox drive it whole: aiogram and python-telegram-bot."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import telegram
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter
from aiogram.filters import CommandStart
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BufferedInputFile,
    CallbackQuery,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    KeyboardButton,
    KeyboardButtonRequestChat,
    LinkPreviewOptions,
    MenuButtonCommands,
    Message,
    ReactionTypeEmoji,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from telegram.ext import Application, CommandHandler, MessageHandler, filters
from telegram.request import HTTPXRequest

from .driver import Driver
from .makers import picture, recording, sound

KEYS = InlineKeyboardMarkup(
    inline_keyboard=[
        [InlineKeyboardButton(text="Done", callback_data="o:1:d", style="success")],
        [
            InlineKeyboardButton(text="Copy", copy_text=CopyTextButton(text="x")),
            InlineKeyboardButton(text="Site", url="https://a.kz"),
        ],
    ]
)


@pytest.fixture
async def bot(driver: Driver) -> AsyncIterator[Bot]:
    made = Bot(driver.token, session=AiohttpSession(api=TelegramAPIServer.from_base(driver.url)))
    yield made
    await made.session.close()


def file(name: str, data: bytes) -> BufferedInputFile:
    return BufferedInputFile(data, name)


async def test_aiogram_messages(driver: Driver, anna: int, bot: Bot) -> None:
    me = await bot.get_me()
    assert me.is_bot
    assert (me.id, me.username) == (driver.sandbox.core.world.bot_id, "tirek_sandbox_bot")
    text = 'Next: <tg-time unix="1700000000" format="wDT">Tue</tg-time> <blockquote expandable>more</blockquote>'
    sent = await bot.send_message(
        anna,
        text,
        parse_mode="HTML",
        reply_markup=KEYS,
        disable_notification=True,
        protect_content=True,
        message_effect_id="5046509860389126442",
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_parameters=ReplyParameters(message_id=1),
    )
    assert [e.type for e in sent.entities or []] == ["date_time", "expandable_blockquote"]
    assert sent.reply_to_message is not None
    assert sent.has_protected_content
    assert sent.reply_markup is not None
    assert sent.reply_markup.inline_keyboard[0][0].style == "success"
    edited = await sent.edit_text("new", reply_markup=None)
    assert isinstance(edited, Message)
    assert edited.text == "new"
    assert edited.reply_markup is None
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await sent.edit_text("new")
    assert await bot.set_message_reaction(anna, 1, [ReactionTypeEmoji(emoji="👀")])
    assert await bot.send_chat_action(anna, "typing")
    assert await bot.send_message_draft(chat_id=anna, draft_id=3, text="thinking")
    plain = await bot.send_message(anna, "to copy")
    copied = await bot.copy_message(anna, anna, plain.message_id)
    forwarded = await bot.forward_message(anna, anna, plain.message_id)
    assert forwarded.forward_origin is not None
    assert forwarded.forward_origin.type == "user"
    assert await bot.pin_chat_message(anna, copied.message_id)
    full = await bot.get_chat(anna)
    assert full.pinned_message is not None
    assert await bot.unpin_chat_message(anna, message_id=copied.message_id)
    assert await bot.delete_messages(anna, [copied.message_id, plain.message_id, 9999])
    assert await bot.delete_message(anna, forwarded.message_id)
    place = await bot.send_location(anna, 43.24, 76.9)
    assert place.location is not None
    venue = await bot.send_venue(anna, 43.24, 76.9, "Cafe", "Abay 1")
    assert venue.venue is not None
    assert (await bot.send_contact(anna, "+7701", "A")).contact is not None
    keyboard = ReplyKeyboardMarkup(
        keyboard=[
            [KeyboardButton(text="Place", request_location=True), KeyboardButton(text="Phone", request_contact=True)],
            [
                KeyboardButton(
                    text="Channel", request_chat=KeyboardButtonRequestChat(request_id=1, chat_is_channel=True)
                )
            ],
        ],
        one_time_keyboard=True,
    )
    await bot.send_message(anna, "where?", reply_markup=keyboard)
    await bot.send_message(anna, "thanks", reply_markup=ReplyKeyboardRemove())
    assert (await driver.messages(anna))[-1]["reply_markup"] == {"remove_keyboard": True}


async def test_aiogram_files(driver: Driver, anna: int, bot: Bot) -> None:
    photo = await bot.send_photo(
        anna, file("stats.png", picture(900, 500)), caption="<b>13 weeks</b>", parse_mode="HTML"
    )
    assert photo.photo is not None
    assert [(p.width, p.height) for p in photo.photo] == [(90, 50), (320, 178), (800, 444), (900, 500)]
    document = await bot.send_document(anna, file("план.ics", b"BEGIN:VCALENDAR"), reply_markup=KEYS)
    assert document.document is not None
    assert document.document.file_name == "план.ics"
    voice = await bot.send_voice(anna, file("v.ogg", recording("ogg", 1.5)))
    assert voice.voice is not None
    assert voice.voice.duration == 2
    audio = await bot.send_audio(anna, file("a.mp3", recording("mp3", 1, "libmp3lame")), performer="P", title="T")
    assert audio.audio is not None
    assert (audio.audio.performer, audio.audio.title) == ("P", "T")
    clip = recording("mp4", 1, "aac", video=True)
    assert (await bot.send_video(anna, file("v.mp4", clip))).video is not None
    assert (await bot.send_video_note(anna, file("v.mp4", clip))).video_note is not None
    assert (await bot.send_animation(anna, file("v.mp4", clip))).animation is not None
    assert (await bot.send_sticker(anna, file("s.webp", picture(512, 512, "WEBP")))).sticker is not None
    album = await bot.send_media_group(
        anna, [InputMediaPhoto(media=file(f"{n}.png", picture(50, 50)), caption=str(n)) for n in range(3)]
    )
    assert [m.caption for m in album] == ["0", "1", "2"]
    swapped = await bot.edit_message_media(
        InputMediaDocument(media=file("new.txt", b"new")), chat_id=anna, message_id=photo.message_id
    )
    assert isinstance(swapped, Message)
    assert swapped.document is not None
    recaptioned = await bot.edit_message_caption(
        chat_id=anna, message_id=photo.message_id, caption="c", reply_markup=KEYS
    )
    assert isinstance(recaptioned, Message)
    assert recaptioned.caption == "c"
    bare = await bot.edit_message_reply_markup(chat_id=anna, message_id=photo.message_id)
    assert isinstance(bare, Message)
    stored = await bot.get_file(voice.voice.file_id)
    assert stored.file_path is not None
    data = await bot.download_file(stored.file_path)
    assert data is not None
    assert abs(sound(data.read()) - 1.5) < 0.05


async def test_aiogram_profile_and_chats(driver: Driver, anna: int, bot: Bot) -> None:
    commands = [BotCommand(command="plan", description="Жоспар"), BotCommand(command="today", description="Бүгін")]
    scope = BotCommandScopeAllPrivateChats()
    assert await bot.set_my_commands(commands, scope=scope, language_code="kk")
    kept = await bot.get_my_commands(scope=scope, language_code="kk")
    assert [(one.command, one.description) for one in kept] == [("plan", "Жоспар"), ("today", "Бүгін")]
    assert await bot.get_my_commands() == []
    mine = BotCommandScopeChat(chat_id=anna)
    assert await bot.set_my_commands(commands[:1], scope=mine)
    assert await bot.delete_my_commands(scope=mine)
    assert await bot.get_my_commands(scope=mine) == []
    assert await bot.set_my_name("Тірек", "kk")
    assert (await bot.get_my_name("kk")).name == "Тірек"
    assert (await bot.get_my_name("de")).name == "Tirek"
    assert await bot.set_my_description("D" * 512)
    assert (await bot.get_my_description()).description == "D" * 512
    assert await bot.set_my_short_description("S", "ru")
    assert (await bot.get_my_short_description("ru")).short_description == "S"
    assert (await bot.get_my_short_description("kk")).short_description == ""
    assert await bot.set_chat_menu_button(anna, MenuButtonCommands())
    assert (await bot.get_chat_menu_button(anna)).type == "commands"
    assert await bot.set_my_default_administrator_rights(for_channels=True)
    assert (await bot.get_my_default_administrator_rights()).can_manage_chat is False
    group = await driver.control("chats", type="supergroup", title="T", members=[anna], admins=[anna, bot.id])
    assert (await bot.get_chat(group["id"])).title == "T"
    assert await bot.get_chat_member_count(group["id"]) == 2
    assert (await bot.get_chat_member(group["id"], bot.id)).status == "administrator"
    assert [one.status for one in await bot.get_chat_administrators(group["id"])] == ["creator"]
    said = await driver.say(anna, "delete me", chat=group["id"])
    assert await bot.delete_message(group["id"], said["message_id"])
    assert await bot.leave_chat(group["id"])
    assert (await bot.get_user_profile_photos(anna)).total_count == 0
    assert (await bot.get_webhook_info()).url == ""
    assert await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.close()
    assert await bot.log_out()


async def test_aiogram_polling(driver: Driver, bot: Bot) -> None:
    """A dispatcher by long polling: command, callback, block; nothing is answered twice."""
    dispatcher = Dispatcher()
    heard: asyncio.Queue[Any] = asyncio.Queue()

    @dispatcher.message(CommandStart())
    async def start(message: Message) -> None:
        await message.answer("Hello", reply_markup=KEYS)

    @dispatcher.message(F.voice)
    async def voice(message: Message) -> None:
        await message.reply("heard")

    @dispatcher.callback_query(F.data == "o:1:d")
    async def done(query: CallbackQuery) -> None:
        await query.answer("Well done")
        assert isinstance(query.message, Message)
        await query.message.edit_text("Done")

    @dispatcher.my_chat_member()
    async def member(update: Any) -> None:
        heard.put_nowait(update.new_chat_member.status)

    who = (await driver.control("people", first_name="Emma", language_code="en"))["id"]
    async with asyncio.TaskGroup() as group:
        polling = group.create_task(dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False))
        await driver.say(who, "/start")
        sent = await _until(driver, who, 2)
        press = await driver.control("press", from_=who, message_id=sent["message_id"], text="Done")
        assert press["text"] == "Well done"
        await driver.upload("voice", "v.webm", recording("webm", 1), "audio/webm", from_=who)
        reply = await _until(driver, who, 4)
        assert reply["text"] == "heard"
        await driver.control("membership", chat=who, user=who, status="block")
        assert await heard.get() == "kicked"
        await dispatcher.stop_polling()
        await polling
    assert (await driver.messages(who))[1]["text"] == "Done"
    with pytest.raises(TelegramForbiddenError):
        await bot.send_message(who, "x")
    await driver.control("faults", method="getMe", retry_after=3)
    with pytest.raises(TelegramRetryAfter) as limited:
        await bot.get_me()
    assert limited.value.retry_after == 3


async def _until(driver: Driver, chat: int, count: int) -> dict[str, Any]:
    """The last message once there are `count`."""
    revision = -1
    while True:
        shown = await driver.show(f"chats/{chat}/messages")
        if len(shown["messages"]) >= count:
            return dict(shown["messages"][-1])
        revision = shown["revision"]
        await driver.show(f"chats/{chat}/messages", since=revision, wait=5)


@pytest.fixture
async def application(driver: Driver) -> AsyncIterator[Any]:
    made = (
        Application.builder()
        .token(driver.token)
        .base_url(f"{driver.url}/bot")
        .base_file_url(f"{driver.url}/file/bot")
        .request(HTTPXRequest(httpx_kwargs={"trust_env": False}))
        .get_updates_request(HTTPXRequest(httpx_kwargs={"trust_env": False}))
        .build()
    )
    async with made:
        yield made


async def test_python_telegram_bot(driver: Driver, anna: int, application: Any) -> None:
    bot: telegram.Bot = application.bot
    assert (await bot.get_me()).username == "tirek_sandbox_bot"
    keys = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("Go", callback_data="go")]])
    sent = await bot.send_message(anna, "<b>Сәлем</b>", parse_mode="HTML", reply_markup=keys)
    assert sent.entities[0].type == "bold"
    edited = await bot.edit_message_text("Сау бол", anna, sent.message_id)
    assert isinstance(edited, telegram.Message)
    with pytest.raises(telegram.error.BadRequest, match="Message is not modified"):
        await bot.edit_message_text("Сау бол", anna, sent.message_id)
    photo = await bot.send_photo(anna, picture(200, 100), caption="c")
    assert photo.photo[-1].width == 200
    album = await bot.send_media_group(anna, [telegram.InputMediaPhoto(picture(50, 50)) for _ in range(2)])
    assert len(album) == 2
    assert await bot.set_message_reaction(anna, sent.message_id, "👍")
    assert await bot.set_my_commands([("a", "b")], scope=telegram.BotCommandScopeChat(anna), language_code="ru")
    assert (await bot.get_my_commands(scope=telegram.BotCommandScopeChat(anna), language_code="ru"))[0].command == "a"
    voice = await bot.send_voice(anna, recording("ogg", 1))
    assert voice.voice is not None
    data = await (await bot.get_file(voice.voice.file_id)).download_as_bytearray()
    assert bytes(data).startswith(b"OggS")
    with pytest.raises(telegram.error.BadRequest, match="Chat not found"):
        await bot.send_message(987654, "x")
    await driver.control("membership", chat=anna, user=anna, status="block")
    with pytest.raises(telegram.error.Forbidden):
        await bot.send_message(anna, "x")


async def test_python_telegram_bot_polling(driver: Driver, application: Any) -> None:
    async def start(update: telegram.Update, context: Any) -> None:
        assert update.message is not None
        await update.message.reply_text("started " + " ".join(context.args))

    async def echo(update: telegram.Update, context: Any) -> None:
        assert update.effective_message is not None
        await update.effective_message.reply_text(str(update.effective_message.text))

    application.add_handler(CommandHandler("start", start))
    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, echo))
    await application.start()
    await application.updater.start_polling(poll_interval=0, timeout=5)
    who = (await driver.control("people", first_name="Emma"))["id"]
    await driver.say(who, "/start ref_7")
    assert (await _until(driver, who, 2))["text"] == "started ref_7"
    await driver.say(who, "сәлем")
    assert (await _until(driver, who, 4))["text"] == "сәлем"
    await application.updater.stop()
    await application.stop()

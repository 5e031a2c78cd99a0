"""A small bot that shows one of everything the page can draw. Its answers name what it received."""

from __future__ import annotations

import asyncio
import io
import math
from fractions import Fraction

import av
import numpy as np
from aiogram import Bot, Dispatcher, F
from aiogram.enums import ChatAction
from aiogram.filters import Command, CommandStart
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BufferedInputFile,
    CallbackQuery,
    ChatAdministratorRights,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    Message,
    ReactionTypeEmoji,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from PIL import Image, ImageDraw

DESCRIPTIONS = {
    "": "I show what this page can do.",
    "ru": "Показываю, что умеет эта страница.",
    "kk": "Бұл беттің мүмкіндігін көрсетемін.",
}
COMMANDS = {
    "": {"format": "All kinds of text", "photo": "A picture", "keyboard": "A keyboard of mine"},
    "ru": {"format": "Все виды текста", "photo": "Картинка", "keyboard": "Моя клавиатура"},
    "kk": {"format": "Мәтіннің бәрі", "photo": "Сурет", "keyboard": "Менің пернетақтам"},
}
HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
EVENING = 1_700_000_000  # 2023-11-14 22:13:20 UTC
FORMATTED = (
    "👩‍🎤 <b>bold</b> <i>italic</i> <u>under</u> <s>struck</s> <tg-spoiler>secret</tg-spoiler> <code>tap me</code> "
    '<a href="https://example.org/law">law</a> <a href="tg://resolve?domain=tirek">person</a>\n'
    "<blockquote>A short quote.</blockquote>\n"
    "<blockquote expandable>" + "\n".join(f"Line {n} of a long quote." for n in range(1, 9)) + "</blockquote>\n"
    f'<tg-time unix="{EVENING}" format="wDT">evening</tg-time>, '
    f'<tg-time unix="{EVENING}" format="t">later</tg-time>\n'
    '<pre><code class="language-python">print("hi")</code></pre>'
)


def keys(*rows: list[dict[str, object]]) -> InlineKeyboardMarkup:
    """An inline keyboard from plain rows."""
    return InlineKeyboardMarkup.model_validate({"inline_keyboard": list(rows)})


MAIN = keys(
    [{"text": "Say it", "callback_data": "toast", "style": "success"}],
    [
        {"text": "Change", "callback_data": "edit", "style": "primary"},
        {"text": "Warn", "callback_data": "alert", "style": "danger"},
    ],
    [{"text": "Law", "url": "https://example.org/law"}, {"text": "Copy", "copy_text": {"text": "copied words"}}],
    [{"text": "Not now", "disabled": {}}, {"text": "Remove", "callback_data": "delete"}],
)


async def start(message: Message) -> None:
    """Greet with every kind of button."""
    await message.answer(f"Hello, <b>{message.from_user.first_name}</b>!", reply_markup=MAIN, parse_mode="HTML")


async def pressed(query: CallbackQuery) -> None:
    """Each button does what it is called."""
    message = query.message
    if query.data == "toast":
        await query.answer("Saved for you")
    elif query.data == "alert":
        await query.answer("Read this carefully", show_alert=True)
    elif query.data == "edit":
        await message.edit_text("Changed in place", reply_markup=keys([{"text": "Back", "callback_data": "back"}]))
        await query.answer()
    elif query.data == "back":
        await message.edit_text("Hello again!", reply_markup=MAIN)
        await query.answer()
    elif query.data == "delete":
        await message.delete()
        await query.answer("Gone")


async def formatted(message: Message) -> None:
    """All entities."""
    await message.answer(FORMATTED, parse_mode="HTML")


async def hostile(message: Message) -> None:
    """Text that would be markup if a page were careless."""
    await message.answer(HOSTILE)


async def photo(message: Message) -> None:
    """A picture with a caption."""
    await message.answer_photo(
        BufferedInputFile(picture(), "weeks.png"), caption="13 weeks, <b>7 in a row</b>", parse_mode="HTML"
    )


async def document(message: Message) -> None:
    """A file to download."""
    await message.answer_document(BufferedInputFile(b"BEGIN:VCALENDAR\r\n", "plans.ics"))


async def sounds(message: Message) -> None:
    """A voice note, a song, a round video."""
    await message.answer_voice(BufferedInputFile(tone("ogg", "libopus", 3), "note.ogg"), duration=3)
    await message.answer_audio(
        BufferedInputFile(tone("ogg", "libopus", 2), "song.ogg"), title="Kara Zhorga", performer="Trio", duration=2
    )
    await message.answer_video_note(BufferedInputFile(film(), "round.mp4"), duration=1, length=120)


def wanted_channel() -> dict[str, object]:
    """A channel in which the bot shall be an administrator, with its title."""
    rights = {name: False for name, known in ChatAdministratorRights.model_fields.items() if known.is_required()}
    bots = {**rights, "can_manage_chat": True}
    request = {"request_id": 7, "chat_is_channel": True, "request_title": True, "request_username": True}
    return {**request, "user_administrator_rights": bots, "bot_administrator_rights": bots}


async def keyboard(message: Message) -> None:
    """A keyboard below the input."""
    rows = [
        [{"text": "Yes"}, {"text": "My phone", "request_contact": True}],
        [
            {"text": "My place", "request_location": True},
            {"text": "My channel", "request_chat": wanted_channel()},
        ],
    ]
    markup = ReplyKeyboardMarkup.model_validate(
        {"keyboard": rows, "resize_keyboard": True, "input_field_placeholder": "Choose below"}
    )
    await message.answer("Choose", reply_markup=markup)


async def remove(message: Message) -> None:
    """Takes the keyboard away."""
    await message.answer("No keyboard", reply_markup=ReplyKeyboardRemove())


async def typing(message: Message) -> None:
    """Types for a while."""
    await message.bot.send_chat_action(message.chat.id, ChatAction.TYPING)
    await asyncio.sleep(1.5)
    await message.answer("Typed")


async def heard(message: Message) -> None:
    """Looks at what came and says what it is."""
    await message.react([ReactionTypeEmoji(emoji="👀")])
    kind = str(message.content_type.value)
    about = f"{message.voice.mime_type} {message.voice.duration} s" if message.voice else ""
    await message.reply(" ".join(filter(None, ("Got", kind, about, origin(message), message.caption))))


async def placed(message: Message) -> None:
    """Names a place."""
    await message.answer(f"You are at {message.location.latitude:.2f}, {message.location.longitude:.2f}")


async def contact(message: Message) -> None:
    """Names a phone."""
    await message.answer(f"Phone {message.contact.phone_number}")


async def shared(message: Message) -> None:
    """Names a chat."""
    chat = message.chat_shared
    member = await message.bot.get_chat_member(chat.chat_id, message.bot.id)
    text = f"Shared {chat.request_id} {chat.title}: {member.status}"
    await message.answer(text, reply_markup=ReplyKeyboardRemove())


async def echo(message: Message) -> None:
    """Says it back."""
    await message.answer(f"You said: {message.text} {origin(message)}".strip())


async def post(message: Message) -> None:
    """Reacts to a post."""
    await message.react([ReactionTypeEmoji(emoji="🔥")])


def origin(message: Message) -> str:
    """Which kind of forward it is."""
    come = message.forward_origin
    if come is None:
        return ""
    name = {
        "user": lambda: come.sender_user.first_name,
        "hidden_user": lambda: come.sender_user_name,
        "chat": lambda: come.sender_chat.title,
        "channel": lambda: come.chat.title,
    }[come.type]()
    return f"from {come.type} {name}"


def picture() -> bytes:
    """A PNG like a heat map."""
    image = Image.new("RGB", (640, 320), "#ffffff")
    draw = ImageDraw.Draw(image)
    for week in range(13):
        for day in range(7):
            shade = ("#e6f2e8", "#a6d8ad", "#4caf6a")[(week * 5 + day * 3) % 3]
            draw.rounded_rectangle((24 + week * 46, 20 + day * 41, 62 + week * 46, 54 + day * 41), 6, fill=shade)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def tone(container: str, codec: str, seconds: int) -> bytes:
    """A swelling tone."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        stream = file.add_stream(codec, rate=48000, layout="mono")
        for start in range(0, 48000 * seconds, 960):
            moments = np.arange(start, start + 960) / 48000
            wave = (np.sin(moments * 2 * math.pi * 330) * np.abs(np.sin(moments * 3)) * 12000).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(wave[None, :], format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return out.getvalue()


def film() -> bytes:
    """A second of a round video."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as file:
        stream = file.add_stream("libx264" if "libx264" in av.codecs_available else "mpeg4", rate=10)
        stream.width = stream.height = 120
        stream.pix_fmt = "yuv420p"
        for n in range(10):
            pixels = np.full((120, 120, 3), (40 + n * 15, 120, 200), np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        file.mux(stream.encode(None))
    return out.getvalue()


async def offered(query: InlineQuery) -> None:
    """Two articles for any words, none for "nothing"."""
    titles = [] if query.query == "nothing" else ["First", HOSTILE]
    results = [
        InlineQueryResultArticle(
            id=str(n),
            title=title,
            description=f"About {query.query} " * 20,
            input_message_content=InputTextMessageContent(message_text=f"{title} on {query.query}"),
        )
        for n, title in enumerate(titles)
    ]
    button = InlineQueryResultsButton(text="Write to the bot", start_parameter="inline")
    await query.answer(list(results), button=None if titles else button)


def dispatcher() -> Dispatcher:
    """A fresh dispatcher with all handlers; the first that fits gets the update."""
    made = Dispatcher()
    made.message.register(start, CommandStart())
    made.callback_query.register(pressed)
    made.message.register(formatted, Command("format"))
    made.message.register(hostile, Command("hostile"))
    made.message.register(photo, Command("photo"))
    made.message.register(document, Command("file"))
    made.message.register(sounds, Command("sounds"))
    made.message.register(keyboard, Command("keyboard"))
    made.message.register(remove, Command("remove"))
    made.message.register(typing, Command("typing"))
    made.message.register(heard, F.voice | F.audio | F.video_note | F.document | F.photo | F.video)
    made.message.register(placed, F.location)
    made.message.register(contact, F.contact)
    made.message.register(shared, F.chat_shared)
    made.message.register(echo, F.text)
    made.channel_post.register(post)
    made.inline_query.register(offered)
    return made


async def run(bot: Bot) -> None:
    """Introduce itself and poll until cancelled."""
    for language, words in DESCRIPTIONS.items():
        await bot.set_my_description(words, language_code=language)
    for language, commands in COMMANDS.items():
        listed = [BotCommand(command=name, description=text) for name, text in commands.items()]
        await bot.set_my_commands(listed, language_code=language)
    await bot.set_my_commands(
        [BotCommand(command="format", description="For groups")], scope=BotCommandScopeAllGroupChats()
    )
    await dispatcher().start_polling(bot, handle_signals=False, polling_timeout=5, close_bot_session=False)

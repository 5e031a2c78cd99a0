"""`@bot question` in any chat: the three best cards, to be sent there with their sources."""

from __future__ import annotations

from typing import Final

from aiogram import Bot, F, Router
from aiogram.types import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    Message,
)

from bot import metrics, observe
from bot.answers.topics import Lang
from bot.app import App
from bot.i18n import Translator, language_of
from handlers.screen import MOST_TEXT, NO_PREVIEW, fitted
from handlers.topics import shared_text

router = Router(name="inline")

CACHE_S: Final = 300
OFFERED: Final = 3
MOST_DESCRIPTION: Final = 120
POPULAR: Final = (
    "seconds-rule-myth",
    "shorts-music",
    "youtube-content-id-vs-strike",
    "stolen-content-steps",
    "ad-labelling-bloggers",
    "voice-cloning",
    "image-right-filming",
    "ypp-thresholds",
)


@router.inline_query()
async def offer(query: InlineQuery, app: App) -> None:
    """What fits the words; popular topics for none. Who types here is not written down."""
    person = await app.people.get(query.from_user.id)
    language = person.language if person is not None else language_of(query.from_user.language_code)
    today = app.now().date()
    asked = query.query.strip()
    lang: Lang = language
    cards = tuple(card for card in POPULAR if card in app.answers)
    if asked:
        with observe.span("answer", inline=True):
            reply = app.answers.ask(asked, language, today)
            observe.note(outcome=reply.outcome, language=reply.lang)
        metrics.answers.labels(f"inline_{reply.outcome}", reply.lang).inc()
        lang = reply.lang
        cards = reply.cards[:OFFERED] if reply.outcome in ("answer", "choice") else ()
    t = Translator(lang)
    assert query.bot is not None
    button = None
    if not cards:
        button = InlineQueryResultsButton(text=t.plain("Write to the bot"), start_parameter="inline")
    results = await articles(query.bot, cards, app, t)
    await query.answer(list(results), cache_time=CACHE_S, is_personal=True, button=button)


async def articles(bot: Bot, cards: tuple[str, ...], app: App, t: Translator) -> list[InlineQueryResultArticle]:
    """Cards as results: the title, the beginning of the answer, and the message that sending one makes."""
    username = (await bot.me()).username or ""
    made = []
    for card_id in cards:
        card = app.answers.text(card_id, t.language, app.now().date())
        text = fitted(shared_text(card, t, username), MOST_TEXT)
        description = card.short if len(card.short) <= MOST_DESCRIPTION else card.short[: MOST_DESCRIPTION - 1] + "…"
        made.append(
            InlineQueryResultArticle(
                id=f"{t.language}:{card.id}",
                title=card.title,
                description=description,
                input_message_content=InputTextMessageContent(message_text=text, link_preview_options=NO_PREVIEW),
            )
        )
    return made


@router.message(F.via_bot)
async def sent_through_us(_message: Message) -> None:
    """A card somebody sent into this chat by inline mode is no question."""

"""Questions → cited answers. Every answer shows its sources and is no legal advice."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot import metrics, observe
from bot.answers import misses, shown, talks
from bot.answers.follow import is_courtesy, looks_like_follow_up
from bot.answers.service import Reply
from bot.answers.talks import Talk
from bot.app import App
from bot.i18n import Translator
from bot.people import Person
from handlers.misses import ask_consent
from handlers.screen import Row, Screen, button, main_button, show
from handlers.topics import NotIt, ShowCard, card_screen, is_inline, topic_rows

router = Router(name="answers")

MOST_QUESTION = 1000


@router.message(Command("ask"))
async def ask(message: Message, command: CommandObject, app: App, person: Person, t: Translator) -> None:
    """`/ask question`."""
    if not command.args:
        await show(message, Screen(t("Write your question after /ask, or just as a message. Topics: /topics")))
        return
    await answer(message, command.args, app, person)


@router.message(F.text, ~F.text.startswith("/"))
async def question(message: Message, app: App, person: Person, t: Translator) -> None:
    """Plain text that is no plan is a question; a greeting or thanks is none."""
    assert message.text is not None
    if is_courtesy(message.text):
        await show(message, Screen(t("I'm here. Write your question, or look through the topics."), topic_rows(t)))
        return
    await answer(message, message.text, app, person)


async def answer(event: Message | CallbackQuery, text: str, app: App, person: Person, *, spoken: bool = False) -> None:
    """One card, a choice of three, a friendly no, or an honest "not in my sources". Spoken words are kept nowhere."""
    text = text[:MOST_QUESTION]
    kept = "" if spoken else text
    before = await talks.last(app.db, person.id, app.now()) if looks_like_follow_up(text) else None
    topic = before.card if before is not None else None
    hint = before.lang if before is not None else person.language
    with metrics.answer_seconds.time(), observe.span("answer"):
        reply = app.answers.ask(text, hint, app.now().date(), topic)
        observe.note(outcome=reply.outcome, language=reply.lang)
    metrics.answers.labels(reply.outcome, reply.lang).inc()
    t = Translator(reply.lang, person.zone)
    match reply.outcome:
        case "answer":
            card = app.answers.text(reply.cards[0], reply.lang, app.now().date())
            await talks.remember(app.db, person.id, Talk(card.id, reply.lang, kept, reply.cards[1:]), app.now())
            if app.composer is not None and not reply.follows:
                texts = [app.answers.text(each, reply.lang, app.now().date()) for each in reply.cards[:3]]
                card = await app.composer.compose(text, texts, reply.lang)
            view = "f" if reply.follows and card.id == topic else ""  # its short text was read a moment ago
            inline = await is_inline(event.bot)
            await show(event, card_screen(card, t, view, asked=True, inline=inline))
        case "choice":
            await talks.remember(app.db, person.id, Talk(None, reply.lang, kept, reply.cards), app.now())
            rows = choice_rows(reply.cards, app, t)
            rows.append([button(t.plain("None of these"), NotIt(card="", language=reply.lang))])
            await show(event, Screen(t("Which of these do you mean?"), rows))
        case "declined":
            await show(event, Screen(shown.declined(t), topic_rows(t)))
        case _:
            await talks.remember(app.db, person.id, Talk(topic, reply.lang, kept), app.now())
            to_ask = await misses.missed(app.db, person.id, "none", app.now(), agreed=person.keeps_misses)
            await show(event, nothing_screen(reply, app, t))
            if to_ask:
                await ask_consent(event.bot, person, t)


def choice_rows(cards: tuple[str, ...], app: App, t: Translator) -> list[Row]:
    """Up to three cards to choose from, the likeliest first."""
    rows: list[Row] = []
    for card in cards[:3]:
        data = ShowCard(card=card, language=t.language, asked=1)
        title = app.answers.title(card, t.language)
        rows.append([button(title, data) if rows else main_button(title, data)])
    return rows


def nothing_screen(reply: Reply, app: App, t: Translator) -> Screen:
    """Not in the sources; what to do instead."""
    rows = choice_rows(reply.cards, app, t) if reply.hint else []
    return Screen(shown.nothing(reply, t), rows or topic_rows(t))

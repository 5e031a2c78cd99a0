"""Questions → cited answers; browsing the topics. Every answer shows its sources and is no legal advice."""

from __future__ import annotations

import html

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message

from bot import metrics
from bot.answers.service import CardText, Reply
from bot.app import App
from bot.i18n import Language, Translator
from bot.people import Person
from handlers.screen import Row, Screen, button, main_button, show
from handlers.wording import lines

router = Router(name="answers")

MOST_QUESTION = 1000
NEIGHBOURS = 2


class ShowCard(CallbackData, prefix="cd"):
    """A card in a language."""

    card: str
    language: str


class Topics(CallbackData, prefix="tc"):
    """A group of cards; "" is the list of groups."""

    group: str


@router.message(Command("ask"))
async def ask(message: Message, command: CommandObject, app: App, person: Person, t: Translator) -> None:
    """`/ask question`."""
    if not command.args:
        await show(message, Screen(t("Write your question after /ask, or just as a message. Topics: /topics")))
        return
    await answer(message, command.args, app, person)


@router.message(F.text, ~F.text.startswith("/"))
async def question(message: Message, app: App, person: Person) -> None:
    """Plain text that is no plan is a question."""
    assert message.text is not None
    await answer(message, message.text, app, person)


async def answer(event: Message | CallbackQuery, text: str, app: App, person: Person) -> None:
    """One card, a choice of three, a friendly no, or an honest "not in my sources"."""
    reply = app.answers.ask(text[:MOST_QUESTION], person.language, app.now().date())
    metrics.answers.labels(reply.outcome, reply.lang).inc()
    t = Translator(reply.lang, person.zone)
    match reply.outcome:
        case "answer":
            card = app.answers.text(reply.cards[0], reply.lang, app.now().date())
            await show(event, card_screen(card, reply.lang, t, others=choices(reply, app)))
        case "choice":
            await show(event, Screen(t("Which of these do you mean?"), choice_rows(reply, app)))
        case "declined":
            text = t(
                "I don't help with getting around the rules or harming somebody. The lawful way is in these topics:"
            )
            await show(event, Screen(text, choice_rows(reply, app) or topic_rows(t)))
        case _:
            await show(event, nothing_screen(reply, app, t))


def choices(reply: Reply, app: App) -> list[tuple[str, str]]:
    """The next best cards, as (id, title)."""
    return [(card, app.answers.title(card, reply.lang)) for card in reply.cards[1 : 1 + NEIGHBOURS]]


def choice_rows(reply: Reply, app: App) -> list[Row]:
    """Up to three cards to choose from, the likeliest first."""
    rows: list[Row] = []
    for card in reply.cards[:3]:
        data = ShowCard(card=card, language=reply.lang)
        title = app.answers.title(card, reply.lang)
        rows.append([button(title, data) if rows else main_button(title, data)])
    return rows


def topic_rows(t: Translator) -> list[Row]:
    return [[main_button(t.plain("All topics"), Topics(group=""))]]


def nothing_screen(reply: Reply, app: App, t: Translator) -> Screen:
    """Not in the sources; what to do instead."""
    if reply.hint == "foreign_country":
        text = t(
            "My sources cover Kazakhstan and its Central Asian neighbors. For another country, look for its copyright "
            "office; treaties that bind most countries are in the topics."
        )
    elif reply.hint == "country_without_card":
        text = t("I have no checked source on this country yet. Treaties that bind most countries are in the topics.")
    else:
        text = t("This is not in my sources, so I won't guess. Try other words, or look through the topics.")
    return Screen(text, topic_rows(t))


def card_screen(card: CardText, language: Language, t: Translator, others: list[tuple[str, str]]) -> Screen:
    """A card: what to do first, steps, the long part folded, sources, the date, neighbours."""
    steps = [f"{number}. {html.escape(step, quote=False)}" for number, step in enumerate(card.steps, 1)]
    sources = []
    for source in card.sources:
        article = t(", art. {article}", article=source.article) if source.article else ""
        title = html.escape(source.title, quote=False) + article
        link = f'<a href="{html.escape(source.url)}">{title}</a>' if source.url else title
        sources.append(f"• {link} ({t('read {day}', day=t.day(source.read, weekday=False))} {source.read.year})")
    text = lines(
        f"📚 <b>{html.escape(card.title, quote=False)}</b>",
        "",
        html.escape(card.short, quote=False),
        "\n" + "\n".join(steps) if steps else None,
        f"\n<blockquote expandable>{html.escape(card.full, quote=False)}</blockquote>\n",
        f"<b>{t('Sources')}</b>",
        *sources,
        "",
        f"<i>{t('As of {day}. Not legal advice.', day=f'{t.day(card.as_of, weekday=False)} {card.as_of.year}')}</i>",
    )
    rows: list[Row] = []
    near = others or list(card.related[:NEIGHBOURS])
    for card_id, title in near:
        data = ShowCard(card=card_id, language=language)
        rows.append([button(title, data) if rows else main_button(title, data)])
    rows.append([button(t.plain("All topics"), Topics(group=""))])
    return Screen(text, rows)


@router.callback_query(ShowCard.filter())
async def show_card(query: CallbackQuery, callback_data: ShowCard, app: App, person: Person, t: Translator) -> None:
    """A card was chosen."""
    language = next((each for each in ("kk", "ru", "en") if each == callback_data.language), person.language)
    if callback_data.card not in app.answers:
        await query.answer(t.plain("This topic has moved. See /topics"))
        return
    await query.answer()
    card = app.answers.text(callback_data.card, language, app.now().date())
    await show(query, card_screen(card, language, Translator(language, person.zone), others=[]))


@router.message(Command("topics"))
async def topics(message: Message, app: App, person: Person, t: Translator) -> None:
    """The groups of cards."""
    await show(message, groups_screen(app, person, t))


@router.callback_query(Topics.filter())
async def browse(query: CallbackQuery, callback_data: Topics, app: App, person: Person, t: Translator) -> None:
    """A group, or the groups."""
    await query.answer()
    group = next((each for each in app.answers.groups(person.language) if each.id == callback_data.group), None)
    if group is None:
        await show(query, groups_screen(app, person, t))
        return
    rows: list[Row] = []
    for card_id, title in group.cards:
        data = ShowCard(card=card_id, language=person.language)
        rows.append([button(title, data) if rows else main_button(title, data)])
    rows.append([button(t.plain("Back"), Topics(group=""))])
    await show(query, Screen(f"<b>{html.escape(group.title)}</b>", rows))


def groups_screen(app: App, person: Person, t: Translator) -> Screen:
    """One button a group."""
    rows: list[Row] = []
    for group in app.answers.groups(person.language):
        data = Topics(group=group.id)
        rows.append([button(group.title, data) if rows else main_button(group.title, data)])
    return Screen(t("What is your question about?"), rows)

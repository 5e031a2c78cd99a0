"""A card as a person sees it: the answer, its full text, its sources, what is related; and browsing all of them."""

from __future__ import annotations

import html
from typing import Final

from aiogram import Bot, Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot.answers import talks
from bot.answers.service import CardText, SourceLine
from bot.answers.shown import source_name
from bot.app import App
from bot.errors import N_
from bot.i18n import LANGUAGES, OWN_NAMES, Language, Translator
from bot.people import Person
from handlers.screen import Row, Screen, button, main_button, send, show
from handlers.wording import lines

router = Router(name="topics")

MOST_SOURCES: Final = 3
"""Sources named under an answer; all of them are behind the button."""
KINDS: Final = {
    "law": N_("official text"),
    "platform": N_("the platform's own page"),
    "press": N_("press: check it with the official text"),
}


class ShowCard(CallbackData, prefix="cd"):
    """A card in a language. `view`: "" the answer, "f" full text, "s" sources, "r" related; `asked`: for a question."""

    card: str
    language: str
    view: str = ""
    asked: int = 0


class NotIt(CallbackData, prefix="no"):
    """ "Not what I asked" under a card, or "None of these" ("")."""

    card: str
    language: str


class Share(CallbackData, prefix="sh"):
    """The card as a message without buttons, to be forwarded."""

    card: str
    language: str


class Topics(CallbackData, prefix="tc"):
    """A group of cards; "" is the list of groups."""

    group: str


# --- A card -----------------------------------------------------------------------------------------------------------


def card_screen(card: CardText, t: Translator, view: str = "", *, asked: bool = False, inline: bool = False) -> Screen:
    """One view of a card. `asked`: it answers a question; `inline`: people may send cards from any chat."""
    text = {"f": full_text, "s": sources_text, "r": related_text}.get(view, answer_text)(card, t)
    return Screen(text, _rows(card, t, view if view in ("f", "s", "r") else "", asked=asked, inline=inline))


def answer_text(card: CardText, t: Translator) -> str:
    """What to do first, the steps, the main sources, the date."""
    steps = [f"{number}. {html.escape(step, quote=False)}" for number, step in enumerate(card.steps, 1)]
    return lines(
        _title(card),
        "",
        html.escape(card.short, quote=False),
        "\n" + "\n".join(steps) if steps else None,
        "",
        *_sources(card, t),
        "",
        _date(card, t),
    )


def full_text(card: CardText, t: Translator) -> str:
    """The long text."""
    return lines(_title(card), "", html.escape(card.full, quote=False), "", *_sources(card, t), "", _date(card, t))


def sources_text(card: CardText, t: Translator) -> str:
    """Every source: what it is, where, and when it was read."""
    said = [f"• {_source(source, t)}\n   {t(KINDS[source.kind])}" for source in card.sources]
    note = t("Laws and platform rules change: before you rely on this, check the current text on the official site.")
    return lines(_title(card), "", f"<b>{t('Sources')}</b>", *said, "", note, "", _date(card, t))


def related_text(card: CardText, t: Translator) -> str:
    """A line above the related topics."""
    return lines(_title(card), "", t("Topics close to this one:"))


def _title(card: CardText) -> str:
    return f"📚 <b>{html.escape(card.title, quote=False)}</b>"


def _sources(card: CardText, t: Translator) -> list[str]:
    shown = [f"• {_source(source, t)}" for source in card.sources[:MOST_SOURCES]]
    if rest := len(card.sources) - len(shown):
        shown.append(t.plural("• and {count} more", "• and {count} more", rest))
    return [f"<b>{t('Sources')}</b>", *shown]


def _source(source: SourceLine, t: Translator) -> str:
    title = html.escape(source_name(source, t), quote=False)
    link = f'<a href="{html.escape(source.url)}">{title}</a>' if source.url else title
    return f"{link} ({t('read {day}', day=t.day(source.read, weekday=False))} {source.read.year})"


def _date(card: CardText, t: Translator) -> str:
    return f"<i>{t('As of {day}. Not legal advice.', day=f'{t.day(card.as_of, weekday=False)} {card.as_of.year}')}</i>"


def _rows(card: CardText, t: Translator, view: str, *, asked: bool, inline: bool) -> list[Row]:
    def to(view: str, language: str = t.language) -> ShowCard:
        return ShowCard(card=card.id, language=language, view=view, asked=int(asked))

    full, sources = (t.plain("Full text"), to("f")), (t.plain("Sources"), to("s"))
    back = main_button(t.plain("Back to the answer"), to(""))
    others: list[Language] = [language for language in LANGUAGES if language != t.language]
    last = [button(OWN_NAMES[language], to(view, language)) for language in others]
    last.append(share_button(card, t, inline=inline))
    everything = button(t.plain("All topics"), Topics(group=""))
    match view:
        case "f":
            return [[back, button(*sources)], last]
        case "s":
            return [[back, button(*full)], last]
        case "r":
            near: list[Row] = [
                [button(title, ShowCard(card=other, language=t.language))] for other, title in card.related
            ]
            return [[back], *near, [everything]]
    second = [button(t.plain("Related"), to("r"))] if card.related else []
    second.append(
        button(t.plain("Not what I asked"), NotIt(card=card.id, language=t.language)) if asked else everything
    )
    return [[main_button(*full), button(*sources)], second, last]


def share_button(card: CardText, t: Translator, *, inline: bool) -> InlineKeyboardButton:
    """Where inline mode is on, Telegram asks for the chat; else the card comes as a message to forward."""
    if inline:
        return InlineKeyboardButton(text=t.plain("Share"), switch_inline_query=card.title)
    return button(t.plain("Share"), Share(card=card.id, language=t.language))


def shared_text(card: CardText, t: Translator, username: str) -> str:
    """A card for somebody who doesn't know the bot: no buttons, its sources, and who says so."""
    return lines(answer_text(card, t), "", f"@{html.escape(username)}")


async def is_inline(bot: Bot | None) -> bool:
    """Whether the operator has switched inline mode on at @BotFather. Asked once; the library remembers."""
    assert bot is not None
    return bool((await bot.me()).supports_inline_queries)


def known_language(code: str, person: Person) -> Language:
    """A language out of a button."""
    return next((each for each in LANGUAGES if each == code), person.language)


@router.callback_query(ShowCard.filter())
async def show_card(query: CallbackQuery, callback_data: ShowCard, app: App, person: Person, t: Translator) -> None:
    """A card was chosen, or another view of it, or its language."""
    if callback_data.card not in app.answers:
        await query.answer(t.plain("This topic has moved. See /topics"))
        return
    await query.answer()
    own = Translator(known_language(callback_data.language, person), person.zone)
    card = app.answers.text(callback_data.card, own.language, app.now().date())
    if not callback_data.view:
        await talks.turn_to(app.db, person.id, card.id, app.now())
    asked, inline = bool(callback_data.asked), await is_inline(query.bot)
    await show(query, card_screen(card, own, callback_data.view, asked=asked, inline=inline))


@router.callback_query(Share.filter())
async def share(query: CallbackQuery, callback_data: Share, app: App, person: Person, t: Translator) -> None:
    """The card as a message of its own, without buttons."""
    if callback_data.card not in app.answers:
        await query.answer(t.plain("This topic has moved. See /topics"))
        return
    assert query.bot is not None
    await query.answer(t.plain("Forward the message below"))
    own = Translator(known_language(callback_data.language, person), person.zone)
    card = app.answers.text(callback_data.card, own.language, app.now().date())
    username = (await query.bot.me()).username or ""
    await send(query.bot, query.from_user.id, Screen(shared_text(card, own, username)))


# --- All of them ------------------------------------------------------------------------------------------------------


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


def topic_rows(t: Translator) -> list[Row]:
    """The one button of a screen that has nothing else to offer."""
    return [[main_button(t.plain("All topics"), Topics(group=""))]]

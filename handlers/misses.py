"""What to do when the answer was not the one: offer the next, and, with consent, keep the question to learn from."""

from __future__ import annotations

import html
from typing import Final

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message

from bot.answers import misses, talks
from bot.app import App
from bot.i18n import Translator
from bot.people import Person
from handlers.admin import IsAdmin
from handlers.screen import Row, Screen, button, main_button, send, show
from handlers.topics import NotIt, ShowCard, Topics, known_language, topic_rows
from handlers.wording import lines

router = Router(name="misses")

OFFERED: Final = 2
MOST_SHOWN: Final = 15
MOST_LINE: Final = 120


class KeepMisses(CallbackData, prefix="km"):
    """Whether questions without an answer may be kept."""

    yes: int


@router.callback_query(NotIt.filter())
async def not_it(query: CallbackQuery, callback_data: NotIt, app: App, person: Person) -> None:
    """ "Not what I asked": the next two cards, and the miss is noted."""
    await query.answer()
    t = Translator(known_language(callback_data.language, person), person.zone)
    talk = await talks.last(app.db, person.id, app.now())
    shown = callback_data.card
    near: tuple[str, ...] = ()
    if talk is not None and (talk.card or "") == shown:
        near = talk.others if shown else ()  # of a choice all were offered already
        to_ask = await misses.missed(app.db, person.id, "other", app.now(), agreed=person.keeps_misses)
    else:  # an older answer: its question is no longer known
        to_ask = False
    if shown in app.answers:
        related = tuple(card for card, _ in app.answers.text(shown, t.language, app.now().date()).related)
        near = tuple(dict.fromkeys((*near, *related)))
    rows: list[Row] = []
    for card in near[:OFFERED]:
        data = ShowCard(card=card, language=t.language)
        title = app.answers.title(card, t.language)
        rows.append([button(title, data) if rows else main_button(title, data)])
    text = t("Then maybe one of these? Or ask in other words.") if rows else t("Then ask in other words, please.")
    if rows:
        rows.append([button(t.plain("All topics"), Topics(group=""))])
    await show(query, Screen(text, rows or topic_rows(t)))
    if to_ask:
        await ask_consent(query.bot, person, t)


async def ask_consent(bot: Bot | None, person: Person, t: Translator) -> None:
    """Asked once in a life: may such questions be kept?"""
    text = t(
        "May I keep questions I couldn't answer, without your name, for 30 days? They show which answers are missing. "
        "You can change this in /privacy."
    )
    rows: list[Row] = [
        [main_button(t.plain("Keep them"), KeepMisses(yes=1)), button(t.plain("Don't keep"), KeepMisses(yes=0))]
    ]
    assert bot is not None
    await send(bot, person.id, Screen(text, rows))


def consent_rows(person: Person, t: Translator) -> list[Row]:
    """The way to change one's mind, for /privacy."""
    if person.keeps_misses:
        return [[main_button(t.plain("Don't keep questions"), KeepMisses(yes=0))]]
    return [[main_button(t.plain("Keep my questions"), KeepMisses(yes=1))]]


@router.callback_query(KeepMisses.filter())
async def keep_misses(query: CallbackQuery, callback_data: KeepMisses, app: App, person: Person, t: Translator) -> None:
    """Yes or no, also later in /privacy."""
    yes = bool(callback_data.yes)
    await app.people.change(person.id, keeps_misses=yes)
    await misses.answer_consent(app.db, person.id, yes, app.now())
    await query.answer(t.plain("Saved"))
    if yes:
        text = t("Thank you. Your questions without an answer are kept for 30 days, without your name.")
    else:
        text = t("Fine: your questions are not kept.")
    await show(query, Screen(text))


@router.message(Command("admin", magic=F.args.casefold() == "misses"), IsAdmin())
async def admin_misses(message: Message, app: App, t: Translator) -> None:
    """What people asked and the cards did not know, alike questions together."""
    found = await misses.kept(app.db)
    if not found:
        await show(message, Screen(t("No questions are kept. People are asked for consent at the first miss.")))
        return
    groups = misses.clusters(found)
    shown = []
    for group in groups[:MOST_SHOWN]:
        cards = sorted({miss.card for miss in group.misses if miss.card})
        instead = f" ≠ {', '.join(cards[:3])}" if cards else ""
        shown.append(f"{len(group.misses)} × {html.escape(group.typical[:MOST_LINE], quote=False)}{instead}")
    text = lines(
        t.plural("<b>{count} question without an answer</b>", "<b>{count} questions without an answer</b>", len(found)),
        "",
        *shown,
        "",
        t("All of them: tirek misses export"),
    )
    await show(message, Screen(text))

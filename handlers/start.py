"""The first screen, help, privacy, cancel, and what comes in that has no words for us."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.filters import Command, CommandStart
from aiogram.types import CallbackQuery, Message, ReplyKeyboardRemove

from bot.app import App
from bot.i18n import LANGUAGES, OWN_NAMES, Language, Translator, language_of
from bot.people import Person
from bot.reminders import service, sketch
from bot.reminders.model import Rule
from handlers.planning import TEMPLATES, Build, Template
from handlers.plans import plans_screen
from handlers.screen import Row, Screen, button, main_button, show
from handlers.settings import ChooseLanguage
from handlers.sketches import Home
from handlers.wording import lines, person_zone, short_times

router = Router(name="start")
home = Router(name="home")
leftovers = Router(name="leftovers")


@router.message(CommandStart())
async def start(message: Message, app: App, person: Person, t: Translator) -> None:
    """The first screen; for somebody who has plans, their plans."""
    await show(message, await home_screen(app, person, t))


@home.callback_query(Home.filter())
async def back_home(query: CallbackQuery, app: App, person: Person, t: Translator) -> None:
    """Back from a plan that was not made."""
    await query.answer()
    await show(query, await home_screen(app, person, t))


async def home_screen(app: App, person: Person, t: Translator) -> Screen:
    """Where one begins: the plans, or the first screen. A group has a greeting of its own and no first screen."""
    kept = [] if person.new else await service.kept_plans(app.db, person)
    return plans_screen(kept, t) if kept or person.is_group else first_screen(app, person, t)


def first_screen(app: App, person: Person, t: Translator) -> Screen:
    """One line about each ability, three ready plans, the languages."""
    rows: list[Row] = []
    languages = language_row(person)
    without_ours = not person.language_chosen and language_of(person.telegram_language) != (
        (person.telegram_language or "").split("-")[0].lower()
    )
    if without_ours:  # a Telegram language we don't have: the way out of English comes first
        rows.append(languages)
    for number, times in enumerate(TEMPLATES):
        title = short_times(Rule((times,)), t)
        data = Template(number=number)
        rows.append([main_button(title, data) if number == 0 else button(title, data)])
    rows.append([button(t.plain("My own schedule"), Build())])
    if not without_ours:
        rows.append(languages)
    text = lines(
        t("Hello, {name}. I help you publish at the same time, week after week.", name=person.first_name),
        "",
        "🔔 " + t("Reminders: choose a plan below or write one, for example: Tue, Fri 19:00 YouTube"),
        "🎧 " + t("Voice check: forward me a voice note you doubt."),
        "📚 " + t("Copyright: write your question."),
        "",
        t("Your time: {zone}. Another city: /timezone", zone=person_zone(person, t, app.now())),
    )
    return Screen(text, rows)


def language_row(person: Person) -> Row:
    """The other two languages."""
    others: list[Language] = [language for language in LANGUAGES if language != person.language]
    return [button(OWN_NAMES[language], ChooseLanguage(language=language)) for language in others]


@router.callback_query(ChooseLanguage.filter())
async def choose_language(query: CallbackQuery, callback_data: ChooseLanguage, app: App, person: Person) -> None:
    """The interface changes; a first screen is shown again in the new language."""
    wanted: Language = next((each for each in LANGUAGES if each == callback_data.language), "en")
    person = await app.people.choose_language(person.id, wanted)
    t = person.translator
    await query.answer(t.plain("I'll write in English."))
    if await service.kept_plans(app.db, person):
        await show(query, Screen(t("I'll write in English.")))
    else:
        await show(query, first_screen(app, person, t))


@router.message(Command("help"))
async def help_(message: Message, app: App, t: Translator) -> None:
    """What can be written and pressed."""
    own_voice = " /myvoice" if await app.own_voices.available() else ""
    text = lines(
        t("<b>What I do</b>"),
        "🔔 " + t("Write when you publish: “Tue, Fri 19:00 YouTube”. I remind you and count your weeks."),
        "🎧 " + t("Forward a voice note: I look for signs of a synthetic voice."),
        "📚 " + t("Ask about copyright, AI, strikes, taxes: I answer with sources."),
        "",
        "/plan /plans /today /stats",
        "/export /connect",
        f"/ask /topics /check{own_voice}",
        "/language /timezone /settings",
        "/privacy /mydata /deleteme /cancel",
    )
    await show(message, Screen(text))


@router.message(Command("cancel"))
async def cancel(message: Message, app: App, person: Person, t: Translator) -> None:
    """Leave what was begun."""
    dropped = await sketch.drop(app.db, person)
    text = t("Canceled. Nothing was changed.") if dropped else t("There is nothing to cancel.")
    await message.answer(text, reply_markup=ReplyKeyboardRemove())  # a location keyboard may still be open


@leftovers.message(F.text.startswith("/"))
async def unknown_command(message: Message, t: Translator) -> None:
    """A command we don't have."""
    await show(message, Screen(t("I don't know this command. All of them are in /help.")))


@leftovers.message(F.photo | F.sticker | F.animation | F.document | F.contact | F.poll | F.dice | F.story)
async def nothing_to_do(message: Message, t: Translator) -> None:
    """One friendly line for what we cannot use."""
    await show(message, Screen(t("I can't use this yet. Write a plan or a question, or forward a voice note.")))

"""Language, time zone, quiet hours, default snooze; what is kept about a person, and its erasure."""

from __future__ import annotations

import json
from datetime import time
from typing import Any

from aiogram import F, Router
from aiogram.filters import BaseFilter, Command, CommandObject
from aiogram.filters.callback_data import CallbackData
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.app import App
from bot.i18n import LANGUAGES, OWN_NAMES, Language, Translator
from bot.people import Person, QuietHours
from bot.places import PLACES, Place, find_place, nearest
from bot.reminders import service
from handlers.misses import consent_rows
from handlers.news import choose_news
from handlers.outside import privacy_part
from handlers.screen import Row, Screen, button, danger_button, main_button, show
from handlers.wording import lines, person_zone, zone_name

router = Router(name="settings")

QUIET = (QuietHours(time(22), time(8)), QuietHours(time(23), time(7)), QuietHours(time(0), time(9)))
USUAL_PLACES = ("Almaty", "Astana", "Shymkent", "Tashkent", "Bishkek", "Dushanbe", "Ashgabat", "Moscow")


class ChooseLanguage(CallbackData, prefix="lg"):
    language: str


class ChoosePlace(CallbackData, prefix="zn"):
    """A city, by its place in `PLACES`."""

    number: int


class Setting(CallbackData, prefix="st"):
    what: str


class Quiet(CallbackData, prefix="qh"):
    """Quiet hours, by their place in `QUIET`; -1 for none."""

    number: int


class QuietMode(CallbackData, prefix="qm"):
    moves: int


class UsualSnooze(CallbackData, prefix="sn"):
    minutes: int


class Extra(CallbackData, prefix="ex"):
    """Turns a message beside the reminders on or off: `follow_up`, `weekly` or `news`."""

    what: str
    on: int


class Erase(CallbackData, prefix="er"):
    sure: int


# --- Language ---------------------------------------------------------------------------------------------------------


@router.message(Command("language"))
async def language(message: Message, command: CommandObject, app: App, person: Person, t: Translator) -> None:
    """`/language kk` sets it, `/language` asks."""
    wanted = next((each for each in LANGUAGES if each == (command.args or "").strip().lower()), None)
    if wanted is None:
        await show(message, language_screen(person, t))
        return
    person = await app.people.choose_language(person.id, wanted)
    await show(message, Screen(person.translator("I'll write in English.")))


def language_screen(person: Person, t: Translator) -> Screen:
    """The three languages, the present one first."""
    first: list[Language] = [person.language, *(each for each in LANGUAGES if each != person.language)]
    rows: list[Row] = [[main_button(OWN_NAMES[first[0]], ChooseLanguage(language=first[0]))]]
    rows.append([button(OWN_NAMES[each], ChooseLanguage(language=each)) for each in first[1:]])
    return Screen(t("Which language shall I write in?"), rows)


# --- Time zone --------------------------------------------------------------------------------------------------------


@router.message(Command("timezone"))
async def timezone(message: Message, command: CommandObject, app: App, person: Person, t: Translator) -> None:
    """`/timezone Osh` offers that city, `/timezone` the usual ones and a location pin."""
    if command.args:
        await offer_places(message, find_place(command.args), t, app)
        return
    text = t(
        "Your time: {zone}. Which city are you in? Choose, write /timezone and its name, or send your location.",
        zone=person_zone(person, t, app.now()),
    )
    usual = [place for name in USUAL_PLACES for place in PLACES if place.en == name]
    pin = [button(t.plain("Send my location"), Setting(what="pin"))]
    await show(message, Screen(text, [*place_rows(usual, t), pin]))


def place_rows(places: list[Place], t: Translator) -> list[Row]:
    """A button a city, the likeliest first."""
    first, *others = places
    rows: list[Row] = [[main_button(first.name(t.language), ChoosePlace(number=PLACES.index(first)))]]
    buttons = [button(place.name(t.language), ChoosePlace(number=PLACES.index(place))) for place in others]
    return rows + [buttons[start : start + 3] for start in range(0, len(buttons), 3)]


def pin_keyboard(t: Translator) -> ReplyKeyboardMarkup:
    """The only way to ask for a location. It goes with the answer, or with /cancel."""
    rows = [[KeyboardButton(text=t.plain("Send my location"), request_location=True)], [KeyboardButton(text="/cancel")]]
    return ReplyKeyboardMarkup(keyboard=rows, resize_keyboard=True, one_time_keyboard=True)


async def offer_places(message: Message, places: list[Place], t: Translator, app: App) -> None:
    """Cities that were meant, to confirm with one tap."""
    if not places:
        await show(
            message, Screen(t("I don't know this city. Write the nearest big one, for example: /timezone Almaty"))
        )
        return
    text = t("Is this your city? {zone}", zone=zone_name(places[0].zone, t, app.now(), places[0].en))
    await show(message, Screen(text if len(places) == 1 else t("Which of these?"), place_rows(places, t)))


@router.message(F.location)
async def location(message: Message, app: App, t: Translator) -> None:
    """A pin: the nearest city we know, for the person to confirm. The pin itself is not kept."""
    assert message.location is not None
    found = nearest(message.location.latitude, message.location.longitude)
    await message.answer(t("Thank you."), reply_markup=ReplyKeyboardRemove())
    await offer_places(message, [found], t, app)


@router.callback_query(ChoosePlace.filter())
async def choose_place(
    query: CallbackQuery, callback_data: ChoosePlace, app: App, person: Person, t: Translator
) -> None:
    """The person moves; every plan that names no zone of its own moves along, and the new times are shown."""
    place = PLACES[callback_data.number % len(PLACES)]
    moved = await service.move_person(app.db, person, place.zone, place.en, app.now())
    await app.people.forget_memory(person.id)
    app.bell.set()
    await query.answer(t.plain("Saved"))
    t = Translator(t.language, place.zone)
    text = t("Your time: {zone}.", zone=zone_name(place.zone, t, app.now(), place.en))
    coming = [t.moment(plan.next_due_at, plan.wall_zone) for plan in moved if plan.next_due_at is not None]
    if coming:
        text = lines(text, t("Your next reminders:"), *(f"• {when}" for when in sorted(coming)[:10]))
    await show(query, Screen(text))


# --- Settings ---------------------------------------------------------------------------------------------------------


@router.message(Command("settings"))
async def settings(message: Message, app: App, person: Person, t: Translator) -> None:
    """Everything that can be chosen."""
    await show(message, settings_screen(app, person, t))


def settings_screen(app: App, person: Person, t: Translator) -> Screen:
    """What is set now, and a button for each."""
    quiet = quiet_text(person, t)
    text = lines(
        f"<b>{t('Settings')}</b>",
        t("Language: {language}", language=OWN_NAMES[person.language]),
        t("Your time: {zone}.", zone=person_zone(person, t, app.now())),
        t("Quiet hours: {hours}", hours=quiet),
        t("“Later” offers first: {choice}", choice=snooze_text(person.snooze_minutes, t)),
        t("A question 2 h after an unanswered reminder: {state}", state=yes_or_no(person.follow_up, t)),
        t("Weekly digest on Sunday evening: {state}", state=yes_or_no(person.weekly, t)),
        t("News from the operator, rarely: {state}", state=yes_or_no(person.news, t)) if not person.is_group else None,
    )
    rows: list[Row] = [
        [main_button(t.plain("Time zone"), Setting(what="zone"))],
        [button(t.plain("Language"), Setting(what="language")), button(t.plain("Quiet hours"), Setting(what="quiet"))],
        [button(t.plain("“Later” button"), Setting(what="snooze"))],
        [
            button(t.plain("Follow-up"), Extra(what="follow_up", on=int(not person.follow_up))),
            button(t.plain("Weekly digest"), Extra(what="weekly", on=int(not person.weekly))),
        ],
    ]
    if not person.is_group:
        rows.append([button(t.plain("News"), Extra(what="news", on=int(not person.news)))])
    return Screen(text, rows)


def quiet_text(person: Person, t: Translator) -> str:
    """ "22:00–08:00, without sound", or off."""
    if person.quiet is None:
        return t.plain("off")
    hours = f"{person.quiet.start:%H:%M}–{person.quiet.end:%H:%M}"
    return f"{hours}, {t.plain('wait until they end') if person.quiet.moves else t.plain('without sound')}"


def snooze_text(minutes: int, t: Translator) -> str:
    choices = {30: t.plain("In 30 min"), 60: t.plain("In 1 h"), 120: t.plain("In 2 h")}
    return choices.get(minutes, choices[30])


def yes_or_no(on: bool, t: Translator) -> str:
    return t.plain("yes") if on else t.plain("no")


@router.callback_query(Setting.filter())
async def setting(query: CallbackQuery, callback_data: Setting, app: App, person: Person, t: Translator) -> None:
    """One of the settings is opened."""
    await query.answer()
    match callback_data.what:
        case "language":
            await show(query, language_screen(person, t))
        case "zone":
            usual = [place for name in USUAL_PLACES for place in PLACES if place.en == name]
            text = t("Which city are you in? Another one: write /timezone and its name.")
            await show(query, Screen(text, place_rows(usual, t)))
        case "pin" if isinstance(query.message, Message):
            await query.message.answer(
                t("The location stays with me only until I have found the city."), reply_markup=pin_keyboard(t)
            )
        case "quiet":
            await show(query, quiet_screen(t))
        case "snooze":
            first = main_button(t.plain("In 30 min"), UsualSnooze(minutes=30))
            others = [button(snooze_text(minutes, t), UsualSnooze(minutes=minutes)) for minutes in (60, 120)]
            await show(query, Screen(t("What shall “Later” offer first?"), [[first, *others]]))
        case _:
            await show(query, settings_screen(app, person, t))


def quiet_screen(t: Translator) -> Screen:
    """When nothing should make a sound."""
    first, *others = [f"{hours.start:%H:%M}–{hours.end:%H:%M}" for hours in QUIET]
    rows: list[Row] = [[main_button(first, Quiet(number=0))]]
    rows.append([button(text, Quiet(number=number)) for number, text in enumerate(others, 1)])
    rows.append([button(t.plain("Turn off"), Quiet(number=-1))])
    return Screen(t("Which hours should be quiet?"), rows)


@router.callback_query(Quiet.filter())
async def quiet_hours(query: CallbackQuery, callback_data: Quiet, app: App, person: Person, t: Translator) -> None:
    """Quiet hours chosen; then how to keep them."""
    quiet = QUIET[callback_data.number] if 0 <= callback_data.number < len(QUIET) else None
    person = await app.people.set_quiet(person.id, quiet)
    await query.answer(t.plain("Saved"))
    if quiet is None:
        await show(query, settings_screen(app, person, t))
        return
    rows: list[Row] = [
        [main_button(t.plain("Send without sound"), QuietMode(moves=0))],
        [button(t.plain("Wait until they end"), QuietMode(moves=1))],
    ]
    text = t("What if a reminder you put off falls into quiet hours? A plan's own reminders come on time, silently.")
    await show(query, Screen(text, rows))


@router.callback_query(QuietMode.filter())
async def quiet_mode(query: CallbackQuery, callback_data: QuietMode, app: App, person: Person, t: Translator) -> None:
    """Silently, or at the end of quiet hours."""
    if person.quiet is not None:
        moved = QuietHours(person.quiet.start, person.quiet.end, bool(callback_data.moves))
        person = await app.people.set_quiet(person.id, moved)
    await query.answer(t.plain("Saved"))
    await show(query, settings_screen(app, person, t))


@router.callback_query(UsualSnooze.filter())
async def usual_snooze(
    query: CallbackQuery, callback_data: UsualSnooze, app: App, person: Person, t: Translator
) -> None:
    """What "Later" offers first."""
    minutes = callback_data.minutes if callback_data.minutes in (60, 120) else 30
    person = await app.people.change(person.id, snooze_minutes=minutes)
    await query.answer(t.plain("Saved"))
    await show(query, settings_screen(app, person, t))


@router.callback_query(Extra.filter())
async def extra(query: CallbackQuery, callback_data: Extra, app: App, person: Person, t: Translator) -> None:
    """A message beside the reminders, on or off."""
    on = bool(callback_data.on)
    if callback_data.what == "news":
        person = await choose_news(app, person, on)
    else:
        person = await app.people.change(person.id, **{"weekly" if callback_data.what == "weekly" else "follow_up": on})
    await query.answer(t.plain("Saved"))
    await show(query, settings_screen(app, person, t))


# --- What is kept -----------------------------------------------------------------------------------------------------


@router.message(Command("privacy"))
async def privacy(message: Message, app: App, person: Person, t: Translator) -> None:
    """What is kept, for how long, who is responsible."""
    who = [app.operator.name, app.operator.contact]
    operator = ", ".join(part for part in who if part)
    about_outside, outside_rows = await privacy_part(app, person, t)
    text = lines(
        f"<b>{t('Privacy')}</b>",
        t(
            "I keep your name and language in Telegram, your time zone, your plans, what you marked, and the verdicts "
            "of voice checks."
        ),
        t(
            "I don't keep recordings: the audio is deleted after the check. Your messages stay no longer "
            "than 48 hours, for safe delivery."
        ),
        t("With your consent I keep numbers made of your voice until you erase them: /myvoice")
        if await app.own_voices.available()
        else None,
        t("With your consent I keep questions I could not answer, without your name, for 30 days."),
        about_outside,
        t(
            "Questions go to {service}, without your name: it words the answers. I share nothing else with anybody. "
            "/mydata shows all of it, /deleteme erases it at once.",
            service=app.composer.service,
        )
        if app.composer is not None
        else t("I share nothing else with anybody. /mydata shows all of it, /deleteme erases it at once.")
        if about_outside is not None
        else t("I share nothing with anybody. /mydata shows all of it, /deleteme erases it at once."),
        t("Operator: {operator}", operator=operator)
        if operator
        else t("The operator of this bot has not given a name yet."),
    )
    await show(message, Screen(text, [*consent_rows(person, t), *outside_rows]))


@router.message(Command("mydata"))
async def my_data(message: Message, app: App, person: Person, t: Translator) -> None:
    """Everything stored about the person, as a file."""
    kept = await app.people.export(person.id)
    body = json.dumps(kept, ensure_ascii=False, indent=2).encode()
    await message.answer_document(BufferedInputFile(body, "tirek-data.json"), caption=t("Everything I keep about you."))


@router.message(Command("deleteme"))
async def delete_me(message: Message, t: Translator) -> None:
    """Ask once before everything goes."""
    rows: list[Row] = [
        [button(t.plain("Keep"), Erase(sure=0))],
        [danger_button(t.plain("Erase everything"), Erase(sure=1))],
    ]
    await show(message, Screen(t("Erase everything about you: plans, history, checks? This can't be undone."), rows))


@router.callback_query(Erase.filter())
async def erase(query: CallbackQuery, callback_data: Erase, app: App, person: Person, t: Translator) -> None:
    """Erased, or kept."""
    if not callback_data.sure:
        await query.answer(t.plain("Nothing was erased"))
        await show(query, Screen(t("Nothing was erased.")))
        return
    await query.answer(t.plain("Erased"))
    await show(query, Screen(t("Everything about you is erased. If you write again, we begin anew.")))
    await app.people.erase(person.id)


class TypedCity(BaseFilter):
    """Lets a text through that is nothing but the name of a city."""

    async def __call__(self, message: Message) -> bool | dict[str, Any]:
        if not message.text or len(message.text) > 40 or message.text.startswith("/"):
            return False
        places = find_place(message.text)
        names = {name.casefold() for place in places for name in (place.kk, place.ru, place.en)}
        return {"places": places} if message.text.strip().casefold() in names else False


@router.message(F.text, TypedCity())
async def typed_city(message: Message, places: list[Place], app: App, t: Translator) -> None:
    """Somebody answered with a city's name alone."""
    await offer_places(message, places, t, app)

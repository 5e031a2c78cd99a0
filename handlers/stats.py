"""Statistics: how steady somebody publishes, outlet by outlet, as pictures with the same facts in words.

One message: its buttons exchange the picture in place. Drawing takes up to a tenth of a second, so a thread does it.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

from aiogram import Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot.app import App
from bot.errors import N_
from bot.i18n import Translator
from bot.people import Person
from bot.reminders import model, service, statistics
from bot.reminders.histories import histories
from bot.reminders.pictures import heat_map, punctuality, year_card
from bot.reminders.statistics import History, Mark
from handlers.planning import Build
from handlers.reminders import progress_text
from handlers.ring import heading
from handlers.screen import Row, Screen, button, main_button, show
from handlers.wording import lines, safe

router = Router(name="stats")

MARKS: dict[Mark, str] = {
    Mark.DONE: N_("published"),
    Mark.LATE: N_("published late"),
    Mark.MISSED: N_("missed"),
    Mark.FROZEN: N_("saved by a freeze"),
    Mark.NEUTRAL: N_("not counted"),
    Mark.OPEN: N_("to come"),
}
LONG_MINUTES = 90  # from here on people say hours


class Look(CallbackData, prefix="sv"):
    """Another view of /stats: map, time or year; of an outlet, "" for plans that name none."""

    view: str
    outlet: str


class Shade(CallbackData, prefix="sd"):
    """Dark or light pictures from now on, and this one again."""

    view: str
    outlet: str


class CardName(CallbackData, prefix="sc"):
    """The year card with or without the first name from now on."""

    outlet: str


@router.message(Command("stats"))
async def stats(message: Message, app: App, person: Person, t: Translator) -> None:
    """Thirteen weeks of the first outlet; the rest is behind buttons."""
    await show(message, await stats_screen(app, person, t))


@router.callback_query(Look.filter())
async def look(query: CallbackQuery, callback_data: Look, app: App, person: Person, t: Translator) -> None:
    """Another picture, in place."""
    await query.answer()
    await show(query, await stats_screen(app, person, t, callback_data.view, callback_data.outlet))


@router.callback_query(Shade.filter())
async def shade(query: CallbackQuery, callback_data: Shade, app: App, person: Person, t: Translator) -> None:
    """The other theme, remembered for every picture."""
    person = await app.people.change(person.id, dark_pictures=not person.dark_pictures)
    await query.answer(t.plain("Pictures are dark now") if person.dark_pictures else t.plain("Pictures are light now"))
    await show(query, await stats_screen(app, person, t, callback_data.view, callback_data.outlet))


@router.callback_query(CardName.filter())
async def card_name(query: CallbackQuery, callback_data: CardName, app: App, person: Person, t: Translator) -> None:
    """The year card with the name, or without it."""
    person = await app.people.change(person.id, name_on_card=not person.name_on_card)
    await query.answer()
    await show(query, await stats_screen(app, person, t, "year", callback_data.outlet))


async def stats_screen(app: App, person: Person, t: Translator, view: str = "map", outlet: str | None = None) -> Screen:
    """One view of one outlet; of the first one unless another is named that has a history."""
    now = app.now()
    told = await histories(app.db, person, now)
    if not told:
        text = t("No publications to show yet. They appear here after your first reminder.")
        planned = await service.kept_plans(app.db, person)
        return Screen(text, [] if planned else [[main_button(t.plain("New plan"), Build())]])
    number = next((number for number, each in enumerate(told) if (each.outlet or "") == outlet), 0)
    today = model.local_of(now, person.zone).date()
    make = {"time": time_screen, "year": year_screen}.get(view, map_screen)
    screen = await make(told[number], today, person, t)
    return replace(screen, rows=[*screen.rows, *neighbours(told, number, view, t)])


def neighbours(told: list[History], number: int, view: str, t: Translator) -> list[Row]:
    """The way to the outlets before and after this one, round and round; nothing when it is the only one."""
    row: Row = []
    if len(told) > 2:
        before = told[number - 1].outlet
        row.append(button(f"‹ {heading(before, t)}", Look(view=view, outlet=before or "")))
    if len(told) > 1:
        after = told[(number + 1) % len(told)].outlet
        row.append(button(f"{heading(after, t)} ›", Look(view=view, outlet=after or "")))
    return [row] if row else []


# --- Thirteen weeks ---------------------------------------------------------------------------------------------------


async def map_screen(history: History, today: date, person: Person, t: Translator) -> Screen:
    """The heat map with the ring toward the goal."""
    days = statistics.days(history, today, model.GOAL_WEEKS)
    words = heat_map.Words(
        title=heading(history.outlet, t),
        below=t.plain("13 weeks"),
        weekdays=[t.weekday(day) for day in range(1, 8)],
        months=months(t),
        marks=mark_names(t),
    )
    progress, outlet = history.progress, history.outlet or ""
    picture = await asyncio.to_thread(
        heat_map.heat_map,
        days,
        today,
        words,
        goal=progress.goal,
        goal_weeks=progress.goal_weeks,
        dark=person.dark_pictures,
    )
    counted = " · ".join(f"{t(MARKS[mark])}: {count}" for mark, count in statistics.counts(days).items() if count)
    text = lines(
        f"<b>{safe(words.title)}</b> · {t('13 weeks')}",
        progress_text(progress, t),
        counted[:1].upper() + counted[1:] if counted else None,
    )
    rows: list[Row] = [
        [main_button(t.plain("Year card"), Look(view="year", outlet=outlet))],
        [button(t.plain("Punctuality"), Look(view="time", outlet=outlet)), shade_button("map", outlet, person, t)],
    ]
    return Screen(text, rows, picture)


def shade_button(view: str, outlet: str, person: Person, t: Translator) -> InlineKeyboardButton:
    """To the other theme."""
    label = t.plain("Light picture") if person.dark_pictures else t.plain("Dark picture")
    return button(label, Shade(view=view, outlet=outlet))


def months(t: Translator) -> list[str]:
    """The twelve short names."""
    return [t.month(month) for month in range(1, 13)]


def mark_names(t: Translator) -> dict[Mark, str]:
    """What each cell of a heat map means, as plain text."""
    return {mark: t.plain(name) for mark, name in MARKS.items()}


# --- Punctuality ------------------------------------------------------------------------------------------------------


async def time_screen(history: History, today: date, person: Person, t: Translator) -> Screen:
    """How long before and after their time the publications came."""
    found = statistics.punctuality(history.slots)
    outlet = history.outlet or ""
    usual = usually(found.median, t)
    words = punctuality.Words(
        title=heading(history.outlet, t),
        below=usual,
        steps=[t.plain("10 min"), t.plain("30 min"), t.plain("2 h")],
        before=t.plain("earlier"),
        on_time=t.plain("on time"),
        after=t.plain("later"),
    )
    picture = await asyncio.to_thread(punctuality.histogram, found, words, dark=person.dark_pictures)
    text = lines(
        f"<b>{safe(words.title)}</b> · {t('Punctuality')}",
        safe(usual),
        t("On time, within 10 minutes: {count} of {total}.", count=found.on_time, total=found.total)
        if found.total
        else None,
        t("Earlier: {early}, later: {late}.", early=found.early, late=found.late) if found.total else None,
        f"<i>{t('What counts is the minute you marked it, or the one of the post in your channel.')}</i>",
    )
    rows: list[Row] = [
        [main_button(t.plain("Year card"), Look(view="year", outlet=outlet))],
        [button(t.plain("Back"), Look(view="map", outlet=outlet)), shade_button("time", outlet, person, t)],
    ]
    return Screen(text, rows, picture)


def usually(median: int | None, t: Translator) -> str:
    """The median in words, as plain text: minutes up to an hour and a half, then hours."""
    if median is None:
        return t.plain("Nothing so far")
    if median == 0:
        return t.plain("To the very minute")
    far = abs(median)
    if far < LONG_MINUTES:
        if median > 0:
            return t.plural_plain("Usually {count} minute later", "Usually {count} minutes later", far)
        return t.plural_plain("Usually {count} minute earlier", "Usually {count} minutes earlier", far)
    hours = round(far / 60)
    if median > 0:
        return t.plural_plain("Usually {count} hour later", "Usually {count} hours later", hours)
    return t.plural_plain("Usually {count} hour earlier", "Usually {count} hours earlier", hours)


# --- The year card ----------------------------------------------------------------------------------------------------


async def year_screen(history: History, today: date, person: Person, t: Translator) -> Screen:
    """A card to share, with the first name only where the person leaves it on."""
    year = statistics.year(history, today)
    progress, outlet = history.progress, history.outlet or ""
    words = year_card.Words(
        name=person.first_name if person.name_on_card else "",
        outlet=heading(history.outlet, t),
        period=f"{t.month(year.first.month)} {year.first.year} – {t.month(year.last.month)} {year.last.year}",
        figures=[
            (year.weeks, t.plural_plain("week in a row", "weeks in a row", year.weeks)),
            (year.published, t.plural_plain("publication in a year", "publications in a year", year.published)),
            (year.best_weeks, t.plural_plain("week, the longest run", "weeks, the longest run", year.best_weeks)),
        ],
        months=months(t),
        marks=mark_names(t),
    )
    picture = await asyncio.to_thread(
        year_card.year_card,
        year,
        words,
        goal=progress.goal,
        goal_weeks=progress.goal_weeks,
        dark=person.dark_pictures,
    )
    goal = t("Goal: {reached} of {weeks} weeks", reached=progress.goal, weeks=progress.goal_weeks)
    text = lines(
        f"<b>{safe(words.outlet)}</b> · {t('Year card')}",
        *(f"{number} {safe(meaning)}" for number, meaning in words.figures),
        goal if progress.goal_weeks else None,
        t("Forward this picture or save it. It shows nothing else about you."),
    )
    named = t.plain("Without my name") if person.name_on_card else t.plain("With my name")
    rows: list[Row] = [
        [main_button(t.plain("Back"), Look(view="map", outlet=outlet))],
        [button(named, CardName(outlet=outlet)), shade_button("year", outlet, person, t)],
    ]
    return Screen(text, rows, picture)

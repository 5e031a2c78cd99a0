"""A holiday that meets plans: one line, one button that skips its publications, one that brings them back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton

from bot.app import App
from bot.i18n import Translator
from bot.people import Person
from bot.reminders import offdays
from bot.reminders.holidays import Holiday
from bot.reminders.offdays import OffDays
from handlers.screen import Screen, button, main_button
from handlers.wording import lines


class SkipDays(CallbackData, prefix="hd"):
    """Skips the publications of some days, `first` and `last` as YYYYMMDD, or (`off` 0) lets them come. Plan 0: all."""

    plan_id: int
    first: str
    last: str
    off: int


def span(first: date, last: date, t: Translator) -> str:
    """ "21–24 March", "31 December – 8 January", "16 December"."""
    if first == last:
        return t.day(first, weekday=False)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{t.day(last, weekday=False)}"
    return f"{t.day(first, weekday=False)} – {t.day(last, weekday=False)}"


def named(holiday: Holiday, t: Translator) -> str:
    """ "Nauryz, 21–24 March"; the days of an estimate are about so."""
    about = "≈ " if holiday.estimated else ""
    return f"{holiday.name(t.language)}, {about}{span(holiday.first, holiday.last, t)}"


def skip_button(each: OffDays, plan_id: int, t: Translator) -> InlineKeyboardButton:
    """Skips the days of a holiday, or brings them back when they are skipped."""
    holiday, data = each.holiday, _data(each, plan_id)
    if each.skipped:
        return button(t.plain("Don't skip: {holiday}", holiday=named(holiday, t))[:64], data)
    return button(t.plain("Skip: {holiday}", holiday=named(holiday, t))[:64], data)


async def with_holiday(screen: Screen, app: App, person: Person, t: Translator) -> Screen:
    """The screen, with a line and a button more when a holiday within a week meets plans."""
    each = await offdays.soon(app.db, person, app.now())
    if each is None:
        return screen
    line = t.plural(
        "{holiday}: {count} publication falls on it.",
        "{holiday}: {count} publications fall on it.",
        each.count,
        holiday=named(each.holiday, t),
    )
    skip = skip_button(each, 0, t)
    rows = [*screen.rows, [skip]] if screen.rows else [[main_button(skip.text, _data(each, 0))]]
    return replace(screen, text=lines(screen.text, "", line), rows=rows)


def _data(each: OffDays, plan_id: int) -> SkipDays:
    first, last = (f"{day:%Y%m%d}" for day in (each.holiday.first, each.holiday.last))
    return SkipDays(plan_id=plan_id, first=first, last=last, off=0 if each.skipped else 1)

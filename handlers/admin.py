"""/admin: figures for the operator, a page each, and the journal. For everybody but ADMIN_IDS it does not exist."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from aiogram import Router
from aiogram.filters import BaseFilter, Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message

from bot import audit, figure_pictures, figures, people, updates
from bot.app import App
from bot.errors import N_
from bot.i18n import Translator
from bot.people import Person
from handlers.screen import Row, Screen, button, show
from handlers.wording import lines, safe

router = Router(name="admin")


class Labels(NamedTuple):
    """What stands over a picture."""

    title: str
    below: str


ENTRIES = 12


class IsAdmin(BaseFilter):
    """Telegram's command scopes are a convenience; this is the lock."""

    async def __call__(self, event: Message | CallbackQuery, app: App) -> bool:
        return event.from_user is not None and event.from_user.id in app.admin_ids


async def _parked(app: App, t: Translator) -> str | None:
    """Updates that were given up, with what to type; nothing when there are none."""
    count = await updates.parked_now(app.db)
    return t("Not handled: {count}. To try again: tirek inbox retry", count=count) if count else None


class Page(CallbackData, prefix="ad"):
    """A page of figures; `skip` entries of the journal are newer."""

    name: str
    skip: int = 0


router.callback_query.filter(IsAdmin())


@router.message(Command("admin"), IsAdmin())
async def admin(message: Message, app: App, person: Person, t: Translator) -> None:
    """The first page."""
    await show(message, await page_screen("people", 0, app, person, t))


@router.callback_query(Page.filter())
async def page(query: CallbackQuery, callback_data: Page, app: App, person: Person, t: Translator) -> None:
    """Another one."""
    await query.answer()
    await show(query, await page_screen(callback_data.name, callback_data.skip, app, person, t))


async def page_screen(name: str, skip: int, app: App, person: Person, t: Translator) -> Screen:
    """A page of figures with the way to the others."""
    if name == "journal":
        return await journal_screen(app, max(0, skip), t)
    text, picture = await PAGES.get(name, PAGES["people"])(app, person.dark_pictures, t)
    return Screen(text, page_rows(t), picture)


def page_rows(t: Translator) -> list[Row]:
    tabs = [button(t.plain(title), Page(name=name)) for name, title in TITLES.items()]
    return [tabs[start : start + 3] for start in range(0, len(tabs), 3)]


async def _people(app: App, dark: bool, t: Translator) -> tuple[str, bytes]:
    now = app.now()
    counts, crowd = await people.count(app.db, now), await figures.crowd(app.db, now)
    languages = ", ".join(f"{name} {total}" for name, total in sorted(counts.by_language.items()))
    text = lines(
        t(
            "People: {people}, active today {day}, this week {week}, this month {month}, blocked {blocked}",
            people=counts.people,
            day=counts.active_day,
            week=counts.active_week,
            month=crowd.active_month,
            blocked=counts.blocked,
        ),
        t("Languages: {languages}", languages=languages),
        t("Without news: {people}", people=crowd.no_news),
        t(
            "Plans on: {plans}. Last 7 days: {done} of {slots} published",
            plans=counts.plans,
            done=counts.slots_done_week,
            slots=counts.slots_week,
        ),
        t("Voice checks in 24 h: {checks}", checks=counts.checks_day),
        await _parked(app, t),
    )
    days = [(t.day(day, weekday=False), number) for day, number in crowd.newcomers]
    title, below = Labels(t.plain("New people"), t.plain("by day, the last thirty days"))
    return text, await asyncio.to_thread(figure_pictures.bars, title, below, days, dark=dark)


async def _cohorts(app: App, dark: bool, t: Translator) -> tuple[str, bytes]:
    found = await figures.cohorts(app.db, app.now())
    rows = [(t.day(each.monday, weekday=False), each.size, each.seen) for each in found]
    text = t("Each row is a week's newcomers: how many came, and what share was seen in that week or later.")
    title, below = Labels(t.plain("Who stays"), t.plain("by week of the first message"))
    return text, await asyncio.to_thread(figure_pictures.table, title, below, rows, dark=dark)


async def _sending(app: App, dark: bool, t: Translator) -> tuple[str, bytes]:
    found = await figures.sending(app.db, app.now())
    text = lines(
        t(
            "Late in 24 h: half under {p50} s, 99 % under {p99} s",
            p50=_seconds(found.p50_s, t),
            p99=_seconds(found.p99_s, t),
        ),
        t("Sent: {sent}, failed: {failed}", sent=found.sent, failed=found.failed),
        t("Due and waiting: {waiting}, the oldest for {age} s", waiting=found.waiting, age=_seconds(found.oldest_s, t)),
    )
    labels = [f"< {figures.STEPS_S[0]} s", *(f"{step} s…" for step in figures.STEPS_S)]
    values = list(zip(labels, found.counts, strict=True))
    title, below = Labels(t.plain("How late messages came"), t.plain("by seconds, the last 24 hours"))
    return text, await asyncio.to_thread(figure_pictures.bars, title, below, values, dark=dark)


async def _checks(app: App, dark: bool, t: Translator) -> tuple[str, bytes]:
    found = await figures.checks(app.db, app.now())
    text = lines(
        t(
            "Waiting: {waiting}. Half have a verdict within {seconds} s",
            waiting=found.waiting,
            seconds=_seconds(found.median_s, t),
        ),
        *(f"{safe(name)}: {number}" for name, number in found.outcomes),
    )
    title, below = Labels(t.plain("Voice checks"), t.plain("by outcome, the last 7 days"))
    return text, await asyncio.to_thread(figure_pictures.bars, title, below, found.outcomes[:8], dark=dark)


async def _trouble(app: App, dark: bool, t: Translator) -> tuple[str, bytes]:
    found = await figures.trouble(app.db, app.now())
    text = lines(
        t("Updates parked: {parked}, waiting: {waiting}", parked=found.parked, waiting=found.updates_waiting),
        *(f"{number} × {safe(error[:80])}" for error, number in found.errors),
        t("Questions without an answer: /admin misses") if found.misses else None,
    )
    title, below = Labels(t.plain("Questions without an answer"), t.plain("by kind, kept by consent for 30 days"))
    return text, await asyncio.to_thread(figure_pictures.bars, title, below, found.misses, dark=dark)


PAGES: dict[str, Callable[[App, bool, Translator], Awaitable[tuple[str, bytes]]]] = {
    "people": _people,
    "cohorts": _cohorts,
    "sending": _sending,
    "checks": _checks,
    "trouble": _trouble,
}
TITLES: dict[str, str] = {
    "people": N_("People"),
    "cohorts": N_("Who stays"),
    "sending": N_("Lateness"),
    "checks": N_("Voice checks"),
    "trouble": N_("Trouble"),
    "journal": N_("Journal"),
}


def _seconds(value: float | None, t: Translator) -> str:
    return "–" if value is None else t.number(round(value, 1))


async def journal_screen(app: App, skip: int, t: Translator) -> Screen:
    """What admins did, newest first."""
    found = await audit.latest(app.db, ENTRIES + 1, skip)
    shown = [
        f"{t.stamp(entry.at)} · {safe(entry.admin or t.plain('terminal'))} · {entry.action} {safe(entry.detail)}"
        for entry in found[:ENTRIES]
    ]
    rows = page_rows(t)
    if len(found) > ENTRIES:
        rows.insert(0, [button(t.plain("Older"), Page(name="journal", skip=skip + ENTRIES))])
    return Screen(lines(f"<b>{t('Journal')}</b>", *(shown or [t("Nothing yet.")])), rows)

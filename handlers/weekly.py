"""The weekly digest as people see it, and the follow-up after a reminder nobody answered; both can be turned off."""

from __future__ import annotations

from datetime import date

from aiogram import Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery

from bot.app import App
from bot.errors import NotFound
from bot.i18n import Markup, Translator
from bot.outbox import Outgoing
from bot.people import Person
from bot.reminders import review, service
from bot.reminders.model import Outcome
from bot.reminders.review import PlanWeek
from handlers.plans import PlanList
from handlers.reminders import answer_rows
from handlers.screen import Row, Screen, button, main_button, show
from handlers.wording import lines, outlet_name, plan_title, safe

router = Router(name="weekly")

MOST_COMING = 20


class Weekly(CallbackData, prefix="wk"):
    """Turns the weekly digest on or off, under the digest itself."""

    on: int


async def follow_up_screen(message: Outgoing, app: App, t: Translator) -> Screen | None:
    """Two hours after a reminder: one question, or nothing when the slot was answered for or is over."""
    try:
        plan, slot = await service.slot(app.db, message.person, message.parameters["slot_id"])
    except NotFound:
        return None
    if slot.outcome is not None or slot.closes_at <= app.now():
        return None
    outlet = outlet_name(plan.outlet, t) if plan.outlet else None
    title = t("Did it work out? {outlet}", outlet=outlet) if outlet else t("Did it work out?")
    return Screen(lines(f"🔔 <b>{title}</b>", t.moment(slot.due_at, plan.wall_zone)), answer_rows(slot.id, t))


async def week_screen(message: Outgoing, app: App, t: Translator) -> Screen | None:
    """The weekly digest, or nothing when there is nothing to tell."""
    weeks = await review.week(app.db, message.person, date.fromisoformat(message.parameters["sunday"]))
    return digest_screen(weeks, t) if weeks else None


def digest_screen(weeks: list[PlanWeek], t: Translator) -> Screen:
    """What the week was, plan by plan, and the next one's slots in order."""
    parts: list[str] = []
    if any(week.slots for week in weeks):
        parts += [f"🗓 <b>{t('Your week')}</b>", *(plan_line(week, t) for week in weeks if week.slots), ""]
        coming_title = f"<b>{t('Next week')}</b>"
    else:
        coming_title = f"🗓 <b>{t('Next week')}</b>"
    coming = sorted(
        ((moment, week.plan) for week in weeks for moment in week.coming), key=lambda found: found[0].instant
    )
    parts.append(coming_title)
    for moment, plan in coming[:MOST_COMING]:
        name = f" · {outlet_name(plan.outlet, t)}" if plan.outlet else ""
        parts.append(f"• {t.moment(moment.instant, plan.wall_zone)}{name}")
    if len(coming) > MOST_COMING:
        more = len(coming) - MOST_COMING
        parts.append(t.plural("and {count} more: /today", "and {count} more: /today", more))
    if not coming:
        parts.append(t("Nothing is planned."))
    rows: list[Row] = [
        [main_button(t.plain("My plans"), PlanList())],
        [button(t.plain("No weekly digest"), Weekly(on=0))],
    ]
    return Screen(lines(*parts), rows)


def plan_line(week: PlanWeek, t: Translator) -> Markup:
    """ "• YouTube · Tuesdays at 19:00: 1 of 2 · 5 weeks in a row"."""
    title = plan_title(week.plan.rule, week.plan.outlet, t)
    done, due = week.count(Outcome.DONE), week.count(Outcome.DONE, Outcome.MISSED)
    waiting, skipped = week.count(None), week.count(Outcome.SKIPPED)
    figures = [
        t("published {done} of {count}", done=done, count=due) if due else None,
        t("waiting: {count}", count=waiting) if waiting else None,
        t("skipped: {count}", count=skipped) if skipped else None,
        t.plural("{count} week in a row", "{count} weeks in a row", week.progress.weeks)
        if week.progress.weeks
        else None,
    ]
    told = " · ".join(figure for figure in figures if figure)
    return Markup(f"• {safe(title)}" + (f"\n   {told}" if told else ""))


@router.callback_query(Weekly.filter())
async def weekly(query: CallbackQuery, callback_data: Weekly, app: App, person: Person, t: Translator) -> None:
    """No digest any more, or again."""
    on = bool(callback_data.on)
    await app.people.change(person.id, weekly=on)
    await query.answer(t.plain("Saved"))
    if on:
        await show(query, Screen(t("The weekly digest comes on Sunday evening.")))
        return
    text = t("No weekly digest from now on. It can be turned on again in /settings.")
    await show(query, Screen(text, [[main_button(t.plain("Turn it on again"), Weekly(on=1))]]))

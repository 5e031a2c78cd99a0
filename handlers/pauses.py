"""A plan rests: for some days, until a date that is chosen or written, until it is resumed, or over a holiday."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from aiogram import F, Router
from aiogram.filters import BaseFilter
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message

from bot.app import App
from bot.errors import N_, UserError
from bot.i18n import Translator
from bot.people import Person
from bot.reminders import model, offdays, resting, service, skips
from bot.reminders.offdays import OffDays
from bot.reminders.phrases import Question
from handlers.holidays import SkipDays, skip_button, span
from handlers.planning import reading_of
from handlers.plans import plan_screen
from handlers.reminders import PlanAction
from handlers.screen import Row, Screen, button, main_button, show
from handlers.wording import lines

router = Router(name="pauses")
dates = Router(name="pause dates")

LONGEST_DATE = 60  # characters
LONGEST = timedelta(days=366)


class Pause(CallbackData, prefix="pz"):
    """Pauses a plan for some days; 0 until it is resumed."""

    plan_id: int
    days: int


class PauseEndsWhen(UserError):
    """The date is not one a pause can end on."""

    message = N_("A pause can end tomorrow at the earliest and within a year. Write the date, for example: 15 January")


@router.callback_query(PlanAction.filter(F.do == "pause"))
async def ask(query: CallbackQuery, callback_data: PlanAction, app: App, person: Person, t: Translator) -> None:
    """For how long?"""
    await query.answer()
    _, off = await offdays.of_plan(app.db, person, callback_data.plan_id, app.now())
    if person.id == query.from_user.id:  # in a group nobody writes dates to the bot
        await resting.expect_date(app.db, person, callback_data.plan_id, app.now())
    await show(query, pause_screen(callback_data.plan_id, off, t))


def pause_screen(plan_id: int, off: list[OffDays], t: Translator) -> Screen:
    """Lengths to choose from, the holidays the plan meets, and that a date can be written."""
    choices = [(7, t.plain("For a week")), (14, t.plain("For two weeks")), (30, t.plain("For a month"))]
    first, *others = choices
    rows: list[Row] = [
        [main_button(first[1], Pause(plan_id=plan_id, days=first[0]))],
        [button(text, Pause(plan_id=plan_id, days=days)) for days, text in others],
        [button(t.plain("Until I resume"), Pause(plan_id=plan_id, days=0))],
        *([skip_button(each, plan_id, t)] for each in off[:3]),
        [button(t.plain("Back"), PlanAction(plan_id=plan_id, do="open"))],
    ]
    text = lines(
        t("For how long? A pause does not break your streak."),
        t("You can also write a date, for example: until 15 January"),
    )
    return Screen(text, rows)


@router.callback_query(Pause.filter())
async def pause(query: CallbackQuery, callback_data: Pause, app: App, person: Person, t: Translator) -> None:
    """The plan rests."""
    now = app.now()
    today = model.local_of(now, person.zone).date()
    until = today + timedelta(days=callback_data.days) if callback_data.days else None
    await service.pause(app.db, person, callback_data.plan_id, until, now)
    await resting.forget_date(app.db, person, now)
    await query.answer(t.plain("Paused"))
    await show(query, plan_screen(await service.plan(app.db, person, callback_data.plan_id), t, app))


@router.callback_query(SkipDays.filter())
async def skip_days(query: CallbackQuery, callback_data: SkipDays, app: App, person: Person, t: Translator) -> None:
    """The publications of some days are skipped in advance, or come after all."""
    first, last = date.fromisoformat(callback_data.first), date.fromisoformat(callback_data.last)
    plan_id = callback_data.plan_id or None
    if callback_data.off:
        skipped = await skips.skip(app.db, person, plan_id, first, last, app.now())
        count = len(skipped)
        toast = t.plural_plain("{count} publication is skipped", "{count} publications are skipped", count)
    else:
        count = await skips.unskip(app.db, person, plan_id, first, last, app.now())
        toast = t.plural_plain("{count} publication comes after all", "{count} publications come after all", count)
    app.bell.set()
    await query.answer(toast)
    back = callback_data.model_copy(update={"off": 0 if callback_data.off else 1})
    if callback_data.off:
        text = t("{days}: you rest, your streak stays whole.", days=span(first, last, t))
        rows: list[Row] = [[main_button(t.plain("Undo"), back)]]
    else:
        text = t("{days}: everything comes as planned.", days=span(first, last, t))
        rows = [[main_button(t.plain("Skip these days"), back)]]
    if plan_id is not None:
        rows.append([button(t.plain("Back"), PlanAction(plan_id=plan_id, do="open"))])
    await show(query, Screen(text, rows))


# --- A date in words --------------------------------------------------------------------------------------------------


class EndsPause(BaseFilter):
    """Lets a text through that is nothing but a date while the end of a pause is asked for."""

    async def __call__(self, message: Message, app: App, person: Person) -> bool | dict[str, Any]:
        if not message.text or len(message.text) > LONGEST_DATE or message.text.startswith("/"):
            return False
        reading = reading_of(message.text, app, person)
        if not isinstance(reading, Question):
            return False
        known = reading.known
        until = known.until or known.day
        if until is None or known.weekdays or known.at is not None or known.outlet is not None:
            return False
        plan_id = await resting.expects_date(app.db, person, app.now())
        return {"plan_id": plan_id, "until": until} if plan_id is not None else False


@dates.message(F.text, EndsPause())
async def pause_until(message: Message, plan_id: int, until: date, app: App, person: Person, t: Translator) -> None:
    """The plan rests until the day somebody wrote, and goes on on it."""
    now = app.now()
    today = model.local_of(now, person.zone).date()
    if not today < until <= today + LONGEST:
        raise PauseEndsWhen
    paused = await service.pause(app.db, person, plan_id, until, now)
    await resting.forget_date(app.db, person, now)
    screen = plan_screen(await service.plan(app.db, person, plan_id), t, app)
    following = t.moment(paused.next_due_at, paused.wall_zone) if paused.next_due_at is not None else None
    text = lines(screen.text, t("The next publication: {when}", when=following) if following else None)
    await show(message, Screen(text, screen.rows))

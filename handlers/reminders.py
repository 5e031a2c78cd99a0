"""Reminders and what people answer to them; the list of plans; today; statistics."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from aiogram import F, Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery

from bot.app import App
from bot.errors import NotFound
from bot.i18n import Translator
from bot.outbox import Outgoing
from bot.people import Person
from bot.reminders import asked, model, service
from bot.reminders.model import Outcome, Progress, Slot, Snooze
from bot.reminders.service import Marked
from bot.reminders.store import Plan
from handlers.screen import Row, Screen, button, danger_button, main_button, send, show, topic_of
from handlers.wording import lines, outlet_name, plan_title, short_title, zone_name

router = Router(name="reminders")

PUT_OFF = "put_off"

CELEBRATION = "5046509860389126442"  # 🎉; not documented by Telegram, so `send` does without when it is refused
MOST_DONE_BUTTONS = 8


class Answer(CallbackData, prefix="an"):
    """What became of a slot; nothing else can be said of it by a button."""

    slot_id: int
    outcome: Literal["done", "skipped"]


class Later(CallbackData, prefix="lt"):
    """Shows the ways to put a reminder off, or puts it off."""

    slot_id: int
    choice: str


class Undo(CallbackData, prefix="un"):
    slot_id: int


class Move(CallbackData, prefix="mv"):
    """Asks for another time for the plan's slot that is due at the instant `due`, in seconds."""

    plan_id: int
    due: int


class SkipWeek(CallbackData, prefix="sw"):
    """Skips what is left of a plan in a week, named by the number of one of its days."""

    plan_id: int
    day: int


class PlanAction(CallbackData, prefix="pl"):
    plan_id: int
    do: str


# --- Messages the timer sends -----------------------------------------------------------------------------------------


async def reminder_screen(message: Outgoing, app: App, t: Translator) -> Screen | None:
    """A reminder of one slot, or nothing when the slot was answered for meanwhile."""
    try:
        plan, slot = await service.slot(app.db, message.person, message.parameters["slot_id"])
    except NotFound:
        return None
    if slot.outcome in (Outcome.DONE, Outcome.SKIPPED):
        return None
    late = int(message.late.total_seconds() // 60)
    first = message.parameters["kind"] == "first"
    zone = zone_name(plan.zone, t, app.now()) if plan.zone and plan.zone != message.person.zone else None
    excuse = t("I'm {minutes} min late: I was offline.", minutes=late) if late >= 2 and first else None
    return open_screen(plan, slot, t, zone, excuse)


def open_screen(plan: Plan, slot: Slot, t: Translator, *more: str | None) -> Screen:
    """A slot that waits for an answer."""
    outlet = outlet_name(plan.outlet, t) if plan.outlet else None
    title = t("Time to publish: {outlet}", outlet=outlet) if outlet else t("Time to publish")
    return Screen(lines(f"🔔 <b>{title}</b>", t.moment(slot.due_at, plan.wall_zone), *more), answer_rows(slot.id, t))


def answer_rows(slot_id: int, t: Translator) -> list[Row]:
    """Done, later, skip."""
    return [
        [main_button(t.plain("Done"), Answer(slot_id=slot_id, outcome="done"))],
        [
            button(t.plain("Later"), Later(slot_id=slot_id, choice="ask")),
            button(t.plain("Skip"), Answer(slot_id=slot_id, outcome="skipped")),
        ],
    ]


async def one_off_screen(message: Outgoing, app: App, t: Translator) -> Screen | None:
    """A reminder somebody asked for once."""
    try:
        outlet = await service.outlet_of_one_off(app.db, message.person, message.parameters["one_off_id"])
    except NotFound:
        return None
    name = outlet_name(outlet, t) if outlet else None
    text = t("You asked me to remind you: {outlet}", outlet=name) if name else t("You asked me to remind you now.")
    return Screen(f"🔔 {text}")


async def digest_screen(message: Outgoing, app: App, t: Translator) -> Screen | None:
    """What came due while the bot was off, in one message. These slots never count against anybody."""
    slots = await service.open_slots(app.db, message.person, message.parameters["slot_ids"])
    if not slots:
        return None
    shown = slots[-MOST_DONE_BUTTONS:]
    rows: list[Row] = []
    for number, (plan, slot) in enumerate(shown):
        label = f"{t.plain('Done')}: {short_title(plan, t)}"[:60]
        data = Answer(slot_id=slot.id, outcome="done")
        rows.append([main_button(label, data) if number == 0 else button(label, data)])
    text = t(
        "I was offline and did not remind you in time. Did you publish? What you mark counts; your streak is safe."
    )
    listed = [f"• {t.moment(slot.due_at, plan.wall_zone)}" for plan, slot in shown]
    return Screen(lines(text, *listed), rows)


async def resting_screen(message: Outgoing, app: App, t: Translator) -> Screen | None:
    """The one question to somebody who no longer answers; the plan rests meanwhile."""
    try:
        standing = await service.plan(app.db, message.person, message.parameters["plan_id"])
    except NotFound:
        return None
    if not standing.plan.paused:
        return None
    title = plan_title(standing.plan.rule, standing.plan.outlet, t)
    text = t("I've stopped reminding you of this plan: {plan}. Shall I go on?", plan=title)
    plan_id = standing.plan.id
    rows: list[Row] = [
        [main_button(t.plain("Go on"), PlanAction(plan_id=plan_id, do="resume"))],
        [danger_button(t.plain("Delete"), PlanAction(plan_id=plan_id, do="delete"))],
    ]
    return Screen(text, rows)


# --- Answers to a reminder --------------------------------------------------------------------------------------------


@router.callback_query(Answer.filter())
async def answer(query: CallbackQuery, callback_data: Answer, app: App, person: Person, t: Translator) -> None:
    """Done or skip."""
    marked = await service.mark(app.db, person, callback_data.slot_id, Outcome(callback_data.outcome), app.now())
    await query.answer(t.plain("Skipped") if callback_data.outcome == "skipped" else t.plain("Marked as done"))
    await show(query, marked_screen(marked, t))
    await celebrate(query, marked, t)


@router.callback_query(Undo.filter())
async def undo(query: CallbackQuery, callback_data: Undo, app: App, person: Person, t: Translator) -> None:
    """Back to the open reminder."""
    marked = await service.undo(app.db, person, callback_data.slot_id, app.now())
    await query.answer(t.plain("Taken back"))
    await show(query, open_screen(marked.plan, marked.slot, t))


@router.callback_query(Later.filter(F.choice == "ask"))
async def later(query: CallbackQuery, callback_data: Later, app: App, person: Person, t: Translator) -> None:
    """The ways to put a reminder off. What the person writes next may be one, too."""
    plan, slot = await service.slot(app.db, person, callback_data.slot_id)
    await asked.ask(app.db, person, PUT_OFF, {"slot_id": slot.id}, app.now())
    await query.answer()
    await show(query, later_screen(plan, slot, person, t))


def later_screen(plan: Plan, slot: Slot, person: Person, t: Translator) -> Screen:
    """When to remind again, the person's usual choice first; or publish at another time, or not this week."""
    choices = {
        Snooze.HALF_HOUR: t.plain("In 30 min"),
        Snooze.HOUR: t.plain("In 1 h"),
        Snooze.TWO_HOURS: t.plain("In 2 h"),
        Snooze.EVENING: t.plain("This evening"),
        Snooze.TOMORROW: t.plain("Tomorrow"),
    }
    usual = {60: Snooze.HOUR, 120: Snooze.TWO_HOURS}.get(person.snooze_minutes, Snooze.HALF_HOUR)
    first = main_button(choices[usual], Later(slot_id=slot.id, choice=usual))
    others = [
        button(text, Later(slot_id=slot.id, choice=choice)) for choice, text in choices.items() if choice is not usual
    ]
    rows: list[Row] = [[first], others[:2], others[2:]]
    if slot.outcome is None:
        move = Move(plan_id=plan.id, due=int(slot.due_at.timestamp()))
        week = SkipWeek(plan_id=plan.id, day=slot.local.date().toordinal())
        rows.append([button(t.plain("Move it"), move), button(t.plain("Not this week"), week)])
    rows.append([button(t.plain("Back"), Later(slot_id=slot.id, choice="back"))])
    return Screen(t("When shall I remind you again? Choose, or write it, for example: in 40 minutes"), rows)


@router.callback_query(Later.filter(F.choice == "back"))
async def not_later(query: CallbackQuery, callback_data: Later, app: App, person: Person, t: Translator) -> None:
    """Back from the ways to put it off to the reminder."""
    await asked.forget(app.db, person, PUT_OFF)
    await query.answer()
    plan, slot = await service.slot(app.db, person, callback_data.slot_id)
    await show(query, open_screen(plan, slot, t))


@router.callback_query(Later.filter())
async def snooze(query: CallbackQuery, callback_data: Later, app: App, person: Person, t: Translator) -> None:
    """Put this reminder off; the plan stays."""
    at = await service.snooze(app.db, person, callback_data.slot_id, Snooze(callback_data.choice), app.now())
    await asked.forget(app.db, person, PUT_OFF)
    app.bell.set()
    await query.answer()
    await show(query, snoozed_screen(callback_data.slot_id, at, t))


def snoozed_screen(slot_id: int, at: datetime, t: Translator) -> Screen:
    """When the reminder comes again."""
    rows: list[Row] = [[main_button(t.plain("Done"), Answer(slot_id=slot_id, outcome="done"))]]
    return Screen(t("I'll remind you again: {when}.", when=t.moment(at)), rows)


def marked_screen(marked: Marked, t: Translator) -> Screen:
    """After Done or Skip: what it adds up to, and a way back."""
    name = outlet_name(marked.plan.outlet, t) if marked.plan.outlet else None
    rows: list[Row] = [[button(t.plain("Undo"), Undo(slot_id=marked.slot.id))]]
    if marked.slot.outcome is Outcome.SKIPPED:
        return Screen(lines(f"⏭ {t('Skipped. A skip does not break your streak.')}", next_line(marked, t)), rows)
    title = t("Published: {outlet}", outlet=name) if name else t("Published")
    if marked.slot.late:
        late = t("Noted. It is more than 48 hours late, so it does not count toward your streak.")
        return Screen(lines(f"✅ <b>{title}</b>", late, next_line(marked, t)), rows)
    return Screen(lines(f"✅ <b>{title}</b>", progress_text(marked.progress, t), next_line(marked, t)), rows)


def next_line(marked: Marked, t: Translator) -> str | None:
    """When the plan comes again."""
    if marked.plan.next_due_at is None:
        return None
    return t("Next: {when}", when=t.moment(marked.plan.next_due_at, marked.plan.wall_zone))


def progress_text(progress: Progress, t: Translator) -> str:
    """Streak, score, goal and freezes."""
    streak = None
    if progress.weeks:
        streak = t.plural("{count} week in a row", "{count} weeks in a row", progress.weeks)
    elif progress.streak:
        streak = t.plural("{count} publication in a row", "{count} publications in a row", progress.streak)
    score = t("steadiness {percent}", percent=t.percent(progress.score)) if progress.score is not None else None
    bar = goal_bar(progress.goal, progress.goal_weeks) if progress.goal_weeks else None
    freezes = t.plural("{count} freeze kept", "{count} freezes kept", progress.freezes) if progress.freezes else None
    figures = " · ".join(part for part in (streak, score, freezes) if part)
    return lines(figures or None, bar)


def goal_bar(reached: int, weeks: int) -> str:
    """ "▰▰▱▱… 2/8": the weeks of a goal; a long goal has two weeks in one cell."""
    cells = weeks if weeks <= model.GOAL_WEEKS else weeks // 2
    full = reached * cells // weeks
    return "▰" * full + "▱" * (cells - full) + f" {reached}/{weeks}"


async def celebrate(query: CallbackQuery, marked: Marked, t: Translator) -> None:
    """Weeks 4, 8, 13 and the goal's last one get a message of their own, once each."""
    weeks, goal = marked.progress.weeks, marked.progress.goal_weeks
    if weeks <= marked.before.weeks or not marked.progress.milestone or query.bot is None:
        return
    text = t.plural("{count} week in a row! That is rare.", "{count} weeks in a row! That is rare.", weeks)
    if goal and weeks % goal == 0:
        reached = t.plural(
            "The goal is reached. The plan goes on, and the next {count} week begins.",
            "The goal is reached. The plan goes on, and the next {count} weeks begin.",
            goal,
        )
        text = lines(text, reached)
    chat_id = query.message.chat.id if query.message is not None else query.from_user.id
    effect = CELEBRATION if chat_id > 0 else None  # groups have none
    await send(query.bot, chat_id, Screen(f"🎉 {text}"), effect=effect, topic=topic_of(query.message))

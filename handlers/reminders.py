"""Reminders and what people answer to them; the list of plans; today; statistics."""

from __future__ import annotations

from datetime import timedelta

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message

from bot.app import App
from bot.errors import NotFound
from bot.i18n import Translator
from bot.outbox import Outgoing
from bot.people import Person
from bot.reminders import chart, model, service, sketch
from bot.reminders.model import Outcome, Progress, Slot, Snooze
from bot.reminders.service import Due, Marked, Standing
from bot.reminders.store import Plan
from handlers.planning import Build, days_screen, preview_screen
from handlers.screen import Row, Screen, button, danger_button, main_button, send, show
from handlers.wording import lines, outlet_name, plan_title, safe, short_title, zone_name

router = Router(name="reminders")

MILESTONES = {4, 8, 13}
CELEBRATION = "5046509860389126442"  # 🎉; not documented by Telegram, so `send` does without when it is refused
MOST_DONE_BUTTONS = 8


class Answer(CallbackData, prefix="an"):
    """What became of a slot."""

    slot_id: int
    outcome: str


class Later(CallbackData, prefix="lt"):
    """Shows the ways to put a reminder off, or puts it off."""

    slot_id: int
    choice: str


class Undo(CallbackData, prefix="un"):
    slot_id: int


class DoneEarly(CallbackData, prefix="de"):
    plan_id: int
    due: int


class PlanAction(CallbackData, prefix="pl"):
    plan_id: int
    do: str


class PlanList(CallbackData, prefix="ps"):
    """Back to the list of plans."""


class Pause(CallbackData, prefix="pz"):
    """Pauses a plan for some days; 0 until it is resumed."""

    plan_id: int
    days: int


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
    await query.answer(t.plain("Skipped") if callback_data.outcome == Outcome.SKIPPED else t.plain("Marked as done"))
    await show(query, marked_screen(marked, t))
    await celebrate(query, marked, t)


@router.callback_query(DoneEarly.filter())
async def done_early(query: CallbackQuery, callback_data: DoneEarly, app: App, person: Person, t: Translator) -> None:
    """Published before the reminder came."""
    marked = await service.done_early(app.db, person, callback_data.plan_id, app.now())
    await query.answer(t.plain("Marked as done"))
    await show(query, marked_screen(marked, t))
    await celebrate(query, marked, t)


@router.callback_query(Undo.filter())
async def undo(query: CallbackQuery, callback_data: Undo, app: App, person: Person, t: Translator) -> None:
    """Back to the open reminder."""
    marked = await service.undo(app.db, person, callback_data.slot_id, app.now())
    await query.answer(t.plain("Taken back"))
    await show(query, open_screen(marked.plan, marked.slot, t))


@router.callback_query(Later.filter(F.choice == "ask"))
async def later(query: CallbackQuery, callback_data: Later, person: Person, t: Translator) -> None:
    """The ways to put a reminder off, the person's usual one first."""
    await query.answer()
    choices = {
        Snooze.HALF_HOUR: t.plain("In 30 min"),
        Snooze.TWO_HOURS: t.plain("In 2 h"),
        Snooze.EVENING: t.plain("This evening"),
        Snooze.TOMORROW: t.plain("Tomorrow"),
    }
    usual = Snooze.TWO_HOURS if person.snooze_minutes == 120 else Snooze.HALF_HOUR
    first = main_button(choices[usual], Later(slot_id=callback_data.slot_id, choice=usual))
    others = [
        button(text, Later(slot_id=callback_data.slot_id, choice=choice))
        for choice, text in choices.items()
        if choice is not usual
    ]
    back = button(t.plain("Back"), Later(slot_id=callback_data.slot_id, choice="back"))
    await show(query, Screen(t("When shall I remind you again?"), [[first], others, [back]]))


@router.callback_query(Later.filter(F.choice == "back"))
async def not_later(query: CallbackQuery, callback_data: Later, app: App, person: Person, t: Translator) -> None:
    """Back from the ways to put it off to the reminder."""
    await query.answer()
    plan, slot = await service.slot(app.db, person, callback_data.slot_id)
    await show(query, open_screen(plan, slot, t))


@router.callback_query(Later.filter())
async def snooze(query: CallbackQuery, callback_data: Later, app: App, person: Person, t: Translator) -> None:
    """Put this reminder off; the plan stays."""
    at = await service.snooze(app.db, person, callback_data.slot_id, Snooze(callback_data.choice), app.now())
    app.bell.set()
    await query.answer()
    rows: list[Row] = [[main_button(t.plain("Done"), Answer(slot_id=callback_data.slot_id, outcome="done"))]]
    await show(query, Screen(t("I'll remind you again: {when}.", when=t.moment(at)), rows))


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
    bar = "▰" * progress.goal + "▱" * (model.GOAL_WEEKS - progress.goal) + f" {progress.goal}/{model.GOAL_WEEKS}"
    freezes = t.plural("{count} freeze kept", "{count} freezes kept", progress.freezes) if progress.freezes else None
    figures = " · ".join(part for part in (streak, score, freezes) if part)
    return lines(figures or None, bar)


async def celebrate(query: CallbackQuery, marked: Marked, t: Translator) -> None:
    """Weeks 4, 8 and 13 get a message of their own, once each."""
    weeks = marked.progress.weeks
    if weeks <= marked.before.weeks or (weeks - 1) % model.GOAL_WEEKS + 1 not in MILESTONES or query.bot is None:
        return
    text = t.plural("{count} week in a row! That is rare.", "{count} weeks in a row! That is rare.", weeks)
    if weeks % model.GOAL_WEEKS == 0:
        text = lines(text, t("The goal is reached. The plan goes on, and the next thirteen weeks begin."))
    await send(query.bot, query.from_user.id, Screen(f"🎉 {text}"), effect=CELEBRATION)


# --- Plans ------------------------------------------------------------------------------------------------------------


@router.message(Command("plans"))
async def plans(message: Message, app: App, person: Person, t: Translator) -> None:
    """All plans of the person."""
    await show(message, plans_screen(await service.plans(app.db, person), t))


@router.callback_query(PlanList.filter())
async def back_to_plans(query: CallbackQuery, app: App, person: Person, t: Translator) -> None:
    """The list again."""
    await query.answer()
    await show(query, plans_screen(await service.plans(app.db, person), t))


def plans_screen(standings: list[Standing], t: Translator) -> Screen:
    """One line and one button a plan."""
    if not standings:
        text = t("You have no plans yet. Write one, for example: Tue, Fri 19:00 YouTube")
        return Screen(text, [[main_button(t.plain("New plan"), Build())]])
    listed = []
    rows: list[Row] = [[main_button(t.plain("New plan"), Build())]]
    for standing in standings:
        plan = standing.plan
        listed.append(f"• {safe(plan_title(plan.rule, plan.outlet, t))} — {state_of(standing, t)}")
        mark = "⏸ " if plan.paused else ""
        rows.append([button(mark + short_title(plan, t), PlanAction(plan_id=plan.id, do="open"))])
    return Screen(lines(f"<b>{t('Your plans')}</b>", *listed), rows)


def state_of(standing: Standing, t: Translator) -> str:
    """Paused, or when it comes next."""
    plan = standing.plan
    if plan.paused:
        if plan.paused_until is not None:
            return t("paused until {day}", day=t.day(plan.paused_until, weekday=False))
        return t("paused")
    if plan.next_due_at is None:
        return t("ended")
    return t("next: {when}", when=t.moment(plan.next_due_at, plan.wall_zone))


def plan_screen(standing: Standing, t: Translator, app: App) -> Screen:
    """One plan and what can be done with it."""
    plan = standing.plan

    def act(text: str, do: str) -> tuple[str, PlanAction]:
        return text, PlanAction(plan_id=plan.id, do=do)

    if plan.paused:
        rows: list[Row] = [[main_button(*act(t.plain("Resume"), "resume"))]]
    else:
        rows = [[main_button(*act(t.plain("Change"), "change"))], [button(*act(t.plain("Pause"), "pause"))]]
    rows.append([danger_button(*act(t.plain("Delete"), "delete")), button(t.plain("Back"), PlanList())])
    text = lines(
        f"<b>{safe(plan_title(plan.rule, plan.outlet, t))}</b>",
        safe(zone_name(plan.wall_zone, t, app.now())),
        state_of(standing, t),
        progress_text(standing.progress, t),
    )
    return Screen(text, rows)


@router.callback_query(PlanAction.filter())
async def plan_action(query: CallbackQuery, callback_data: PlanAction, app: App, person: Person, t: Translator) -> None:
    """Something is done with one plan."""
    plan_id = callback_data.plan_id
    now = app.now()
    match callback_data.do:
        case "pause":
            await query.answer()
            await show(query, pause_screen(plan_id, t))
            return
        case "resume":
            await service.resume(app.db, person, plan_id, now)
            app.bell.set()
            await query.answer(t.plain("The plan goes on"))
        case "delete":
            gone = await service.delete(app.db, person, plan_id, now)
            await query.answer(t.plain("Deleted"))
            rows: list[Row] = [[main_button(t.plain("Undo"), PlanAction(plan_id=plan_id, do="undelete"))]]
            title = plan_title(gone.rule, gone.outlet, t)
            await show(query, Screen(t("Deleted: {plan}. You can bring it back within a day.", plan=title), rows))
            return
        case "undelete":
            await service.undelete(app.db, person, plan_id, now)
            app.bell.set()
            await query.answer(t.plain("It is back"))
        case "change":
            standing = await service.plan(app.db, person, plan_id)
            plan = standing.plan
            draft = model.Draft(plan.rule, plan.outlet, plan.zone)
            made = sketch.new(draft, plan_id=plan_id)
            await sketch.save(app.db, person, made, now)
            await query.answer()
            shown = preview_screen(made, app, person, t)
            await show(query, shown if shown.rows else days_screen(made, t))
            return
        case _:
            await query.answer()
    await show(query, plan_screen(await service.plan(app.db, person, plan_id), t, app))


def pause_screen(plan_id: int, t: Translator) -> Screen:
    """For how long."""
    choices = [(7, t.plain("For a week")), (14, t.plain("For two weeks")), (30, t.plain("For a month"))]
    first, *others = choices
    rows: list[Row] = [
        [main_button(first[1], Pause(plan_id=plan_id, days=first[0]))],
        [button(text, Pause(plan_id=plan_id, days=days)) for days, text in others],
        [button(t.plain("Until I resume"), Pause(plan_id=plan_id, days=0))],
        [button(t.plain("Back"), PlanAction(plan_id=plan_id, do="open"))],
    ]
    return Screen(t("For how long? A pause does not break your streak."), rows)


@router.callback_query(Pause.filter())
async def pause(query: CallbackQuery, callback_data: Pause, app: App, person: Person, t: Translator) -> None:
    """The plan rests."""
    now = app.now()
    today = model.local_of(now, person.zone).date()
    until = today + timedelta(days=callback_data.days) if callback_data.days else None
    await service.pause(app.db, person, callback_data.plan_id, until, now)
    await query.answer(t.plain("Paused"))
    await show(query, plan_screen(await service.plan(app.db, person, callback_data.plan_id), t, app))


# --- Today and statistics ---------------------------------------------------------------------------------------------


@router.message(Command("today"))
async def today(message: Message, app: App, person: Person, t: Translator) -> None:
    """What is due today and this week; what is done already can be marked here before its reminder."""
    now = app.now()
    due, week = await service.agenda(app.db, person, now)
    rows: list[Row] = []
    for each in due + week:
        label = f"{t.plain('Done')}: {short_title(each.plan, t)}"[:60]
        if each.slot is not None and each.slot.outcome is None:
            data: CallbackData = Answer(slot_id=each.slot.id, outcome="done")
        elif (
            each.slot is None
            and each.moment.instant - now <= model.EARLY
            and each.moment.instant == each.plan.next_due_at
        ):
            data = DoneEarly(plan_id=each.plan.id, due=int(each.moment.instant.timestamp()))
        else:
            continue
        rows.append([main_button(label, data) if not rows else button(label, data)])
    if not due and not week:
        text = t("Nothing is planned for the next seven days. Write a plan, for example: Tue 19:00")
        await show(message, Screen(text, [[main_button(t.plain("New plan"), Build())]]))
        return
    parts: list[str] = [f"<b>{t('Today')}</b>"]
    parts += [due_line(each, t) for each in due] or [t("Nothing today.")]
    if week:
        parts += ["", f"<b>{t('This week')}</b>", *(due_line(each, t) for each in week)]
    await show(message, Screen(lines(*parts), rows[:MOST_DONE_BUTTONS]))


def due_line(due: Due, t: Translator) -> str:
    """One slot of /today."""
    marks = {Outcome.DONE: "✅", Outcome.SKIPPED: "⏭", Outcome.MISSED: "—", Outcome.UNKNOWN: "—"}
    mark = marks[due.slot.outcome] if due.slot is not None and due.slot.outcome is not None else "•"
    name = f" · {outlet_name(due.plan.outlet, t)}" if due.plan.outlet else ""
    return f"{mark} {t.moment(due.moment.instant, due.plan.wall_zone)}{name}"


@router.message(Command("stats"))
async def stats(message: Message, app: App, person: Person, t: Translator) -> None:
    """Streak, score and a 13-week heat map of every plan together."""
    standings = await service.plans(app.db, person)
    if not any(standing.slots for standing in standings):
        text = t("No publications to show yet. They appear here after your first reminder.")
        await show(message, Screen(text, [[main_button(t.plain("New plan"), Build())]] if not standings else []))
        return
    now = app.now()
    today = model.local_of(now, person.zone).date()
    slots = [slot for standing in standings for slot in standing.slots]
    upcoming = [m.local for s in standings if not s.plan.paused for m in service.this_week(s.plan, now)]
    picture = chart.heat_map(
        slots,
        upcoming,
        today,
        chart.Labels(
            title=t.plain("13 weeks"),
            weekdays=[t.weekday(day) for day in range(1, 8)],
            months=[t.month(month) for month in range(1, 13)],
            done=t.plain("done"),
            missed=t.plain("missed"),
            neutral=t.plain("skipped"),
            planned=t.plain("planned"),
        ),
    )
    parts = []
    for standing in standings:
        plan = standing.plan
        parts.append(
            lines(f"<b>{safe(plan_title(plan.rule, plan.outlet, t))}</b>", progress_text(standing.progress, t))
        )
    caption = "\n\n".join(parts[:4])
    await show(message, Screen(caption, picture=picture))

"""The list of plans and what can be done with each; today; statistics."""

from __future__ import annotations

from datetime import timedelta

from aiogram import Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message

from bot.app import App
from bot.i18n import Translator
from bot.people import Person
from bot.reminders import chart, model, service, sketch
from bot.reminders.model import Outcome
from bot.reminders.service import Due, Standing
from handlers.planning import Build, days_screen, preview_screen
from handlers.reminders import MOST_DONE_BUTTONS, Answer, PlanAction, celebrate, marked_screen, progress_text
from handlers.screen import Row, Screen, button, danger_button, main_button, show
from handlers.wording import lines, outlet_name, plan_title, safe, short_title, zone_name

router = Router(name="plans")


class DoneEarly(CallbackData, prefix="de"):
    plan_id: int
    due: int


class PlanList(CallbackData, prefix="ps"):
    """Back to the list of plans."""


class Pause(CallbackData, prefix="pz"):
    """Pauses a plan for some days; 0 until it is resumed."""

    plan_id: int
    days: int


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


@router.callback_query(DoneEarly.filter())
async def done_early(query: CallbackQuery, callback_data: DoneEarly, app: App, person: Person, t: Translator) -> None:
    """Published before the reminder came."""
    marked = await service.done_early(app.db, person, callback_data.plan_id, app.now())
    await query.answer(t.plain("Marked as done"))
    await show(query, marked_screen(marked, t))
    await celebrate(query, marked, t)


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

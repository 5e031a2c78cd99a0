"""The list of plans and what can be done with each; today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot.app import App
from bot.i18n import Translator
from bot.people import Person
from bot.reminders import model, service, sketch
from bot.reminders.model import Outcome, Outlet
from bot.reminders.phrases import Question
from bot.reminders.service import Due, Standing
from bot.reminders.store import Plan
from handlers.holidays import with_holiday
from handlers.planning import Build, reading_of
from handlers.reminders import Answer, PlanAction, celebrate, marked_screen, progress_text
from handlers.screen import Row, Screen, button, danger_button, main_button, show
from handlers.sketches import days_screen, preview_screen
from handlers.wording import lines, outlet_name, plan_title, safe, short_title, zone_name

router = Router(name="plans")

PER_PAGE = 8
PER_AGENDA = 10
RESTING = ("paus", "пауз", "на пауз", "кідір")  # how "paused" begins in three languages


class DoneEarly(CallbackData, prefix="de"):
    plan_id: int
    due: int


class PlanList(CallbackData, prefix="ps"):
    """The list of plans: a page of those that fit; below zero, the page on which the plan of that number is.

    `state` is on, off or "" for both, `outlet` its place in the list (-1 for any), `days` weekdays, `at` HHMM.
    """

    page: int = 0
    state: str = ""
    outlet: int = -1
    days: str = ""
    at: str = ""


ALL = PlanList()


class Agenda(CallbackData, prefix="td"):
    """A page of /today."""

    page: int


# --- Plans ------------------------------------------------------------------------------------------------------------


@router.message(Command("plans"))
async def plans(
    message: Message, app: App, person: Person, t: Translator, command: CommandObject | None = None
) -> None:
    """All plans of the person; `/plans youtube` and `/plans Tue` those that fit."""
    kept = await service.kept_plans(app.db, person)
    words = (command.args or "").strip() if command is not None else ""
    shown = sought(words, app, person) if words else ALL
    if shown is None:
        text = t("I found no outlet, day or time in “{words}”. For example: /plans YouTube", words=words[:60])
        await show(message, Screen(text, [[main_button(t.plain("All plans"), ALL)]] if kept else []))
        return
    await show(message, plans_screen(kept, t, shown))


@router.callback_query(PlanList.filter())
async def plan_list(query: CallbackQuery, callback_data: PlanList, app: App, person: Person, t: Translator) -> None:
    """The list again, or another page of it."""
    await query.answer()
    await show(query, plans_screen(await service.kept_plans(app.db, person), t, callback_data))


def sought(words: str, app: App, person: Person) -> PlanList | None:
    """Which plans somebody looks for: of an outlet, on some weekdays, at a time, resting. None when nothing of it is
    in their words."""
    found = reading_of(words, app, person)
    outlet: Outlet | None = None
    days: tuple[int, ...] = ()
    at: time | None = None
    if isinstance(found, model.Draft):
        outlet, at = found.outlet, found.rule.times[0].at
        days = tuple(day for group in found.rule.times for day in group.weekdays)
    elif isinstance(found, Question):
        outlet, days, at = found.known.outlet, found.known.weekdays, found.known.at
    state = "off" if words.casefold().startswith(RESTING) else ""
    if not (outlet or days or at or state):
        return None
    place = list(Outlet).index(outlet) if outlet else -1
    return PlanList(state=state, outlet=place, days="".join(map(str, sorted(set(days)))), at=f"{at:%H%M}" if at else "")


def is_shown(plan: Plan, shown: PlanList) -> bool:
    """Whether a plan belongs on the list that somebody asked for."""
    days = {str(day) for group in plan.rule.times for day in group.weekdays}
    return (
        (not shown.state or plan.paused == (shown.state == "off"))
        and (shown.outlet < 0 or plan.outlet is list(Outlet)[shown.outlet % len(Outlet)])
        and days >= set(shown.days)
        and (not shown.at or any(f"{group.at:%H%M}" == shown.at for group in plan.rule.times))
    )


def plans_screen(kept: Sequence[Plan], t: Translator, shown: PlanList = ALL) -> Screen:
    """One line and one button a plan, those that come next first; a page at a time, with filters when they are many."""
    if not kept:
        text = t("You have no plans yet. Write one, for example: Tue, Fri 19:00 YouTube")
        return Screen(text, [[main_button(t.plain("New plan"), Build())]])
    fitting = sorted((plan for plan in kept if is_shown(plan, shown)), key=_soonest)
    page = max(0, min(shown.page, (len(fitting) - 1) // PER_PAGE))
    if shown.page < 0:
        page = next((n // PER_PAGE for n, plan in enumerate(fitting) if plan.id == -shown.page), 0)
    on_page = fitting[page * PER_PAGE : (page + 1) * PER_PAGE]
    listed = [f"• {safe(plan_title(plan.rule, plan.outlet, t))} — {state_of(plan, t)}" for plan in on_page]
    rows: list[Row] = [[main_button(t.plain("New plan"), Build())]]
    for plan in on_page:
        mark = "⏸ " if plan.paused else ""
        rows.append([button((mark + short_title(plan, t))[:60], PlanAction(plan_id=plan.id, do="open"))])
    title = f"<b>{t('Your plans')}</b>"
    if len(kept) > PER_PAGE or shown != PlanList(page=shown.page):
        first = page * PER_PAGE + 1
        title += f" · {first}–{first + len(on_page) - 1} / {len(fitting)}" if on_page else " · 0"
        rows += _turning(len(fitting), page, shown)
        rows += _filters(kept, shown, t)
    hint = t("Looking for one? For example: /plans YouTube") if len(kept) > PER_PAGE else None
    return Screen(lines(title, *(listed or [t("None of your plans fits.")]), *(["", hint] if hint else [])), rows)


def _soonest(plan: Plan) -> tuple[bool, bool, float, int]:
    due = plan.next_due_at
    return plan.paused, due is None, due.timestamp() if due else 0.0, plan.id


def _turning(count: int, page: int, shown: PlanList) -> list[Row]:
    """To the pages beside this one, around the ends."""
    pages = -(-count // PER_PAGE)
    if pages < 2:
        return []
    back, on = (shown.model_copy(update={"page": (page + step) % pages}) for step in (-1, 1))
    return [[button("◀", back), button("▶", on)]]


def _filters(kept: Sequence[Plan], shown: PlanList, t: Translator) -> list[Row]:
    """All, going on, paused; and the outlets there are. One that is on is taken off by pressing it."""

    def choice(name: str, **wanted: Any) -> InlineKeyboardButton:
        is_on = all(getattr(shown, key) == value for key, value in wanted.items())
        off = {"state": "", "outlet": -1}
        chosen = {key: off[key] for key in wanted} if is_on else wanted
        data = shown.model_copy(update={**chosen, "page": 0})
        return button(f"✓ {name}" if is_on else name, data)

    rows: list[Row] = []
    if shown != PlanList(page=shown.page):
        rows.append([button(t.plain("All plans"), ALL)])
    if any(plan.paused for plan in kept):
        rows.append([choice(t.plain("Going on"), state="on"), choice(t.plain("On pause"), state="off")])
    outlets = [outlet for outlet in Outlet if any(plan.outlet is outlet for plan in kept)]
    if len(outlets) > 1:
        places = list(Outlet)
        buttons = [choice(outlet_name(outlet, t), outlet=places.index(outlet)) for outlet in outlets]
        rows += [buttons[start : start + 4] for start in range(0, len(buttons), 4)]
    return rows


def state_of(plan: Plan, t: Translator) -> str:
    """Paused, or when it comes next."""
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
    rows.append([button(*act(t.plain("Prepare"), "prepare")), button(*act(t.plain("Move"), "move"))])
    rows.append([danger_button(*act(t.plain("Delete"), "delete")), button(t.plain("Back"), PlanList(page=-plan.id))])
    text = lines(
        f"<b>{safe(plan_title(plan.rule, plan.outlet, t))}</b>",
        safe(zone_name(plan.wall_zone, t, app.now())),
        state_of(plan, t),
        progress_text(standing.progress, t) or None,
    )
    return Screen(text, rows)


@router.callback_query(PlanAction.filter())
async def plan_action(query: CallbackQuery, callback_data: PlanAction, app: App, person: Person, t: Translator) -> None:
    """Something is done with one plan."""
    plan_id = callback_data.plan_id
    now = app.now()
    match callback_data.do:
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
            draft = model.Draft(plan.rule, plan.outlet, plan.zone, plan.goal_weeks)
            made = sketch.new(draft, plan_id=plan_id)
            await sketch.save(app.db, person, made, now)
            await query.answer()
            goes_on = bool(service.preview(draft, person, now))
            await show(query, preview_screen(made, app, person, t) if goes_on else days_screen(made, t))
            return
        case _:
            await query.answer()
    await show(query, plan_screen(await service.plan(app.db, person, plan_id), t, app))


# --- Today ------------------------------------------------------------------------------------------------------------


@router.message(Command("today"))
async def today(message: Message, app: App, person: Person, t: Translator) -> None:
    """What is due today and this week; what is done already can be marked here before its reminder."""
    now = app.now()
    due, week = await service.agenda(app.db, person, now)
    await show(message, await with_holiday(today_screen(due, week, now, t), app, person, t))


@router.callback_query(Agenda.filter())
async def turn_agenda(query: CallbackQuery, callback_data: Agenda, app: App, person: Person, t: Translator) -> None:
    """Another page of the week."""
    now = app.now()
    due, week = await service.agenda(app.db, person, now)
    await query.answer()
    await show(query, today_screen(due, week, now, t, callback_data.page))


def today_screen(due: list[Due], week: list[Due], now: datetime, t: Translator, page: int = 0) -> Screen:
    """Today and the six days after it, a page at a time; whatever can be answered has its buttons."""
    if not due and not week:
        text = t("Nothing is planned for the next seven days. Write a plan, for example: Tue 19:00")
        return Screen(text, [[main_button(t.plain("New plan"), Build())]])
    pages = -(-(len(due) + len(week)) // PER_AGENDA)
    page = max(0, min(page, pages - 1))
    first, last = page * PER_AGENDA, (page + 1) * PER_AGENDA
    todays = due[first:last]
    later = week[max(0, first - len(due)) : max(0, last - len(due))]
    rows: list[Row] = []
    for each in todays + later:
        label = f"{t.plain('Done')}: {short_title(each.plan, t)}"[:60]
        more: Row = []
        if each.slot is not None and each.slot.outcome is None:
            data: CallbackData = Answer(slot_id=each.slot.id, outcome="done")
            more = [button(t.plain("Skip"), Answer(slot_id=each.slot.id, outcome="skipped"))]
        elif (
            each.slot is None
            and each.moment.instant - now <= model.EARLY
            and each.moment.instant == each.plan.next_due_at
        ):
            data = DoneEarly(plan_id=each.plan.id, due=int(each.moment.instant.timestamp()))
        else:
            continue
        rows.append([button(label, data) if rows else main_button(label, data), *more])
    parts: list[str] = []
    if todays or page == 0:
        parts += [f"<b>{t('Today')}</b>", *([due_line(each, t) for each in todays] or [t("Nothing today.")])]
    if later:
        parts += [*([""] if parts else []), f"<b>{t('This week')}</b>", *(due_line(each, t) for each in later)]
    if pages > 1:
        parts += ["", f"{page + 1} / {pages}"]
        rows.append([button("◀", Agenda(page=(page - 1) % pages)), button("▶", Agenda(page=(page + 1) % pages))])
    return Screen(lines(*parts), rows)


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

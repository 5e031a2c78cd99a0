"""Another time: a reminder put off in the person's words, one publication moved, one weekday moved, a week left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from aiogram import F, Router
from aiogram.filters import BaseFilter
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message

from bot.app import App
from bot.errors import NotFound, SlotClosed
from bot.i18n import Translator
from bot.people import Person
from bot.reminders import asked, model, moments, moving, service
from bot.reminders.moments import Either
from bot.reminders.moving import MovedSlot
from bot.reminders.store import Plan
from handlers.planning import reading_of
from handlers.reminders import PUT_OFF, Move, PlanAction, SkipWeek, answer_rows, snoozed_screen
from handlers.screen import Row, Screen, button, main_button, show
from handlers.wording import lines, plan_title, safe

router = Router(name="moving")

MOVE = "move"
MOVE_DAY = "move_day"
KINDS = (PUT_OFF, MOVE, MOVE_DAY)
DAY_TIMES = ("19:00", "09:00", "12:00", "15:00", "17:00", "18:00", "20:00", "21:00", "22:00")
MOST_DAYS = 14  # weekday and time buttons of one plan


class SnoozeTo(CallbackData, prefix="sz"):
    """Puts a slot's reminder off to an instant, in seconds."""

    slot_id: int
    to: int


class MoveTo(CallbackData, prefix="mt"):
    """Moves the slot of a plan that is due at one instant to another, both in seconds."""

    plan_id: int
    due: int
    to: int


class MoveDay(CallbackData, prefix="md"):
    """Asks for another time for one weekday of a plan, for all weeks."""

    plan_id: int
    day: int
    at: str


class MoveDayTo(CallbackData, prefix="mx"):
    """Gives one weekday of a plan another time."""

    plan_id: int
    day: int
    at: str
    to: str


class WeekBack(CallbackData, prefix="wb"):
    """Takes back a week left out; `stamp`: when it was, in seconds."""

    plan_id: int
    stamp: int


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def as_time(digits: str) -> time:
    return time(int(digits[:2]), int(digits[2:]))


# --- What was written ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Written:
    """A moment somebody wrote as an answer: to what, and when."""

    kind: str
    content: dict[str, Any]
    at: datetime | Either


class WroteMoment(BaseFilter):
    """Lets a text through that says when, if the bot has just asked that; gives the handler what was `written`."""

    async def __call__(self, message: Message, app: App, person: Person) -> bool | dict[str, Any]:
        if not message.text or message.text.startswith("/") or len(message.text) > 200:
            return False
        begun = await asked.current(app.db, person, app.now())
        if begun is None or begun.kind not in KINDS:
            return False
        zone, usual = await _usual(begun.kind, begun.content, app, person)
        reading = reading_of(message.text, app, person)
        at = moments.meant(reading, app.now(), zone, usual, weekday=begun.kind == MOVE)
        return {"written": Written(begun.kind, begun.content, at)} if at is not None else False


async def _usual(kind: str, content: dict[str, Any], app: App, person: Person) -> tuple[str, time]:
    """The zone in which a written moment is read, and the time of a day that is named alone: the slot's own."""
    try:
        if kind == PUT_OFF:
            plan, slot = await service.slot(app.db, person, content["slot_id"])
            return plan.wall_zone, slot.local.time()
        plan = (await service.plan(app.db, person, content["plan_id"])).plan
    except NotFound:
        return person.zone, time(19)
    if kind == MOVE:
        return plan.wall_zone, model.local_of(instant(content["due"]), plan.wall_zone).time()
    return plan.wall_zone, as_time(content["at"])


@router.message(F.text, WroteMoment())
async def wrote_moment(message: Message, written: Written, app: App, person: Person, t: Translator) -> None:
    """A reminder put off, or a slot or a weekday moved, in the person's own words."""
    content = written.content
    if isinstance(written.at, Either):
        await show(message, either_screen(written, person, t))
        return
    match written.kind:
        case "put_off":
            screen = await _put_off(content["slot_id"], written.at, app, person, t)
        case "move":
            moved = await moving.move(
                app.db, person, content["plan_id"], instant(content["due"]), written.at, app.now()
            )
            screen = moved_screen(moved, app, t)
        case _:
            plan = (await service.plan(app.db, person, content["plan_id"])).plan
            to = model.local_of(written.at, plan.wall_zone).time()
            plan = await moving.move_weekday(
                app.db, person, content["plan_id"], content["day"], as_time(content["at"]), to, app.now()
            )
            screen = day_moved_screen(plan, t)
    await asked.forget(app.db, person, written.kind)
    app.bell.set()
    await show(message, screen)


def either_screen(written: Written, person: Person, t: Translator) -> Screen:
    """An hour on its own: morning or evening."""
    assert isinstance(written.at, Either)
    content = written.content

    def choice(at: datetime) -> CallbackData:
        if written.kind == PUT_OFF:
            return SnoozeTo(slot_id=content["slot_id"], to=int(at.timestamp()))
        if written.kind == MOVE:
            return MoveTo(plan_id=content["plan_id"], due=content["due"], to=int(at.timestamp()))
        to = f"{model.local_of(at, person.zone):%H%M}"
        return MoveDayTo(plan_id=content["plan_id"], day=content["day"], at=content["at"], to=to)

    first, second = sorted((written.at.earlier, written.at.later))
    rows: list[Row] = [
        [main_button(t.stamp(first), choice(first))],
        [button(t.stamp(second), choice(second))],
    ]
    return Screen(t("Morning or evening?"), rows)


# --- A reminder put off ----------------------------------------------------------------------------------------------


async def _put_off(slot_id: int, to: datetime, app: App, person: Person, t: Translator) -> Screen:
    """Later, as the person said; a reminder of its own when it is too late for the slot by then."""
    try:
        plan, slot = await service.slot(app.db, person, slot_id)
        if to <= slot.due_at + model.REPAIR:
            at = await service.snooze(app.db, person, slot_id, to, app.now())
            return snoozed_screen(slot_id, at, t)
        outlet = plan.outlet
    except (NotFound, SlotClosed):  # answered for meanwhile: then it is a reminder like any other
        outlet = None
    wish = model.OneOff(model.local_of(to, person.zone), outlet)
    due_at = await service.remind_once(app.db, person, wish, app.now())
    return Screen(t("I'll remind you once: {when}.", when=t.moment(due_at)))


@router.callback_query(SnoozeTo.filter())
async def snooze_to(query: CallbackQuery, callback_data: SnoozeTo, app: App, person: Person, t: Translator) -> None:
    """Morning or evening was chosen."""
    await query.answer()
    screen = await _put_off(callback_data.slot_id, instant(callback_data.to), app, person, t)
    await asked.forget(app.db, person, PUT_OFF)
    app.bell.set()
    await show(query, screen)


# --- One publication --------------------------------------------------------------------------------------------------


@router.callback_query(Move.filter())
async def move(query: CallbackQuery, callback_data: Move, app: App, person: Person, t: Translator) -> None:
    """When one publication shall be instead."""
    plan = (await service.plan(app.db, person, callback_data.plan_id)).plan
    content = {"plan_id": plan.id, "due": callback_data.due}
    await asked.ask(app.db, person, MOVE, content, app.now())
    await query.answer()
    await show(query, move_screen(plan, instant(callback_data.due), app.now(), t))


def move_screen(plan: Plan, due: datetime, now: datetime, t: Translator) -> Screen:
    """The likely moments: later today, the same time tomorrow or the day after."""
    zone = plan.wall_zone
    local, today = model.local_of(due, zone), model.local_of(now, zone).date()
    wanted = [
        *(datetime.combine(local.date(), time(hour)) for hour in (18, 21)),
        *(datetime.combine(max(local.date(), today) + timedelta(days=days), local.time()) for days in (1, 2)),
    ]
    end = min(now + moving.FURTHEST, plan.next_due_at if plan.next_due_at not in (None, due) else now + moving.FURTHEST)
    found = [at for each in wanted if now < (at := model.instant_of(each, zone)) < end and at != due]
    rows: list[Row] = []
    for at in found:
        data = MoveTo(plan_id=plan.id, due=int(due.timestamp()), to=int(at.timestamp()))
        rows.append([button(t.stamp(at, zone), data) if rows else main_button(t.stamp(at, zone), data)])
    rows.append([button(t.plain("Back"), PlanAction(plan_id=plan.id, do="open"))])
    text = lines(
        t("This publication: {when}", when=t.moment(due, zone)),
        t("When shall it be instead? Choose, or write it, for example: tomorrow 21:00. The plan stays as it is."),
    )
    return Screen(text, rows)


@router.callback_query(MoveTo.filter())
async def move_to(query: CallbackQuery, callback_data: MoveTo, app: App, person: Person, t: Translator) -> None:
    """One publication is moved."""
    due, to = instant(callback_data.due), instant(callback_data.to)
    moved = await moving.move(app.db, person, callback_data.plan_id, due, to, app.now())
    await asked.forget(app.db, person, MOVE)
    app.bell.set()
    await query.answer(t.plain("Moved"))
    await show(query, moved_screen(moved, app, t))


def moved_screen(moved: MovedSlot, app: App, t: Translator) -> Screen:
    """Where it is now, and the way back while its old time lies ahead."""
    rows = answer_rows(moved.slot.id, t)[:1]
    if moved.was > app.now():
        back = MoveTo(plan_id=moved.plan.id, due=int(moved.slot.due_at.timestamp()), to=int(moved.was.timestamp()))
        rows.append([button(t.plain("Undo"), back)])
    when = t.moment(moved.slot.due_at, moved.plan.wall_zone)
    return Screen(t("Moved: I'll remind you {when}. Your streak is safe.", when=when), rows)


# --- One weekday of the plan ------------------------------------------------------------------------------------------


@router.callback_query(PlanAction.filter(F.do == "move"))
async def what_to_move(
    query: CallbackQuery, callback_data: PlanAction, app: App, person: Person, t: Translator
) -> None:
    """One publication, one weekday for good, or this week off."""
    plan = (await service.plan(app.db, person, callback_data.plan_id)).plan
    await query.answer()
    await show(query, what_screen(plan, app.now(), t))


def what_screen(plan: Plan, now: datetime, t: Translator) -> Screen:
    """Everything of a plan that can be moved."""
    choices: list[tuple[str, CallbackData]] = []
    if plan.next_due_at is not None and not plan.paused:
        when = t.stamp(plan.next_due_at, plan.wall_zone)
        due = int(plan.next_due_at.timestamp())
        choices.append((t.plain("Only {when}", when=when), Move(plan_id=plan.id, due=due)))
        today = model.local_of(now, plan.wall_zone).date()
        choices.append((t.plain("Not this week"), SkipWeek(plan_id=plan.id, day=today.toordinal())))
    days = sorted((day, group.at) for group in plan.rule.times for day in group.weekdays)
    for day, at in days[:MOST_DAYS]:
        label = t.plain("Always: {day} {time}", day=t.weekday(day), time=t.clock(at))
        choices.append((label, MoveDay(plan_id=plan.id, day=day, at=f"{at:%H%M}")))
    first, *others = choices
    rows: list[Row] = [[main_button(*first)], *([button(*each)] for each in others)]
    rows.append([button(t.plain("Back"), PlanAction(plan_id=plan.id, do="open"))])
    title = f"<b>{safe(plan_title(plan.rule, plan.outlet, t))}</b>"
    return Screen(lines(title, t("What shall be moved? History and streak stay.")), rows)


@router.callback_query(MoveDay.filter())
async def move_day(query: CallbackQuery, callback_data: MoveDay, app: App, person: Person, t: Translator) -> None:
    """When one weekday's publication shall be from now on."""
    plan_id, day, at = callback_data.plan_id, callback_data.day, callback_data.at
    await asked.ask(app.db, person, MOVE_DAY, {"plan_id": plan_id, "day": day, "at": at}, app.now())
    await query.answer()
    others = [each for each in DAY_TIMES if each.replace(":", "") != at]

    def choice(each: str) -> tuple[str, MoveDayTo]:
        return each, MoveDayTo(plan_id=plan_id, day=day, at=at, to=each.replace(":", ""))

    first, *rest = others
    buttons = [button(*choice(each)) for each in rest]
    rows: list[Row] = [[main_button(*choice(first))]]
    rows += [buttons[start : start + 4] for start in range(0, len(buttons), 4)]
    rows.append([button(t.plain("Back"), PlanAction(plan_id=plan_id, do="move"))])
    was = f"{t.weekday(day)} {t.clock(as_time(at))}"
    text = t("Always instead of {was}: at what time? Choose, or write it, for example: 19:30", was=was)
    await show(query, Screen(text, rows))


@router.callback_query(MoveDayTo.filter())
async def move_day_to(query: CallbackQuery, callback_data: MoveDayTo, app: App, person: Person, t: Translator) -> None:
    """One weekday has another time from now on."""
    at, to = as_time(callback_data.at), as_time(callback_data.to)
    plan = await moving.move_weekday(app.db, person, callback_data.plan_id, callback_data.day, at, to, app.now())
    await asked.forget(app.db, person, MOVE_DAY)
    app.bell.set()
    await query.answer(t.plain("Saved"))
    await show(query, day_moved_screen(plan, t))


def day_moved_screen(plan: Plan, t: Translator) -> Screen:
    """The plan as it is now."""
    following = t("Next: {when}", when=t.moment(plan.next_due_at, plan.wall_zone)) if plan.next_due_at else None
    title = f"✅ <b>{safe(plan_title(plan.rule, plan.outlet, t))}</b>"
    rows: list[Row] = [[main_button(t.plain("Open the plan"), PlanAction(plan_id=plan.id, do="open"))]]
    return Screen(lines(title, following, t("History and streak stay.")), rows)


# --- A week left out --------------------------------------------------------------------------------------------------


@router.callback_query(SkipWeek.filter())
async def skip_week(query: CallbackQuery, callback_data: SkipWeek, app: App, person: Person, t: Translator) -> None:
    """Nothing of this plan for the rest of that week."""
    day = date.fromordinal(max(1, min(callback_data.day, date.max.toordinal() - 7)))
    off = await moving.skip_week(app.db, person, callback_data.plan_id, day, app.now())
    await asked.forget(app.db, person, PUT_OFF)
    await query.answer(t.plain("Skipped"))
    text = lines(
        f"⏭ {t.plural('{count} publication skipped this week.', '{count} publications skipped this week.', off.count)}",
        t("A skip does not break your streak."),
        t("Next: {when}", when=t.moment(off.plan.next_due_at, off.plan.wall_zone)) if off.plan.next_due_at else None,
    )
    back = WeekBack(plan_id=off.plan.id, stamp=int(off.stamp.timestamp()))
    await show(query, Screen(text, [[button(t.plain("Undo"), back)]]))


@router.callback_query(WeekBack.filter())
async def week_back(query: CallbackQuery, callback_data: WeekBack, app: App, person: Person, t: Translator) -> None:
    """The week is on again."""
    plan = await moving.unskip_week(app.db, person, callback_data.plan_id, instant(callback_data.stamp), app.now())
    app.bell.set()
    await query.answer(t.plain("Taken back"))
    await show(query, day_moved_screen(plan, t))

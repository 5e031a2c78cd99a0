"""The builder: a plan made button by button in one message. What is chosen lives in the draft row."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot.app import App
from bot.i18n import Translator
from bot.people import Person
from bot.reminders import model, service, sketch
from bot.reminders.model import OneOff, Outlet
from bot.reminders.sketch import Sketch
from handlers.reminders import goal_bar
from handlers.screen import Screen, show
from handlers.sketches import (
    CITIES,
    USUAL,
    At,
    City,
    Day,
    Days,
    Go,
    Goal,
    Hour,
    On,
    Pick,
    Turn,
    TurnOn,
    city_screen,
    days_screen,
    goal_screen,
    next_screen,
    outlet_screen,
    time_screen,
    times_screen,
)
from handlers.wording import lines, plan_title, safe, zone_name

router = Router(name="builder")


async def kept_screen(made: Sketch, app: App, person: Person, t: Translator) -> Screen:
    """The sketch's next screen, after writing it down."""
    made = made.settled
    await sketch.save(app.db, person, made, app.now())
    return next_screen(made, app, person, t)


async def remind_once(event: Message | CallbackQuery, wish: OneOff, app: App, person: Person, t: Translator) -> None:
    """One reminder at one moment: no plan, no preview; it can be written again as easily."""
    due_at = await service.remind_once(app.db, person, wish, app.now())
    app.bell.set()
    text = t("I'll remind you once: {when}.", when=t.moment(due_at, wish.zone))
    zone = zone_name(wish.zone, t, app.now()) if wish.zone else None
    await show(event, Screen(lines(text, zone)))


@router.callback_query(Day.filter())
async def day(query: CallbackQuery, callback_data: Day, app: App, person: Person, t: Translator) -> None:
    """A weekday on or off."""
    made = (await sketch.of_card(app.db, person, callback_data.token, app.now())).toggled(callback_data.day)
    await sketch.save(app.db, person, made, app.now())
    await query.answer()
    await show(query, days_screen(made, t))


@router.callback_query(Days.filter())
async def days(query: CallbackQuery, callback_data: Days, app: App, person: Person, t: Translator) -> None:
    """Several weekdays at once."""
    made = await sketch.of_card(app.db, person, callback_data.token, app.now())
    wanted = tuple(int(number) for number in callback_data.which)
    for number in set(wanted) ^ set(made.known_days):
        made = made.toggled(number)
    await query.answer()
    await show(query, await kept_screen(made, app, person, t))


@router.callback_query(Hour.filter())
async def hour(query: CallbackQuery, callback_data: Hour, app: App, person: Person, t: Translator) -> None:
    """An hour of the grid."""
    made = await sketch.of_card(app.db, person, callback_data.token, app.now())
    made = made.timed((made.known_time or USUAL).replace(hour=callback_data.hour % 24))
    await sketch.save(app.db, person, made, app.now())
    await query.answer()
    await show(query, time_screen(made, t))


@router.callback_query(Turn.filter())
async def turn(query: CallbackQuery, callback_data: Turn, app: App, person: Person, t: Translator) -> None:
    """Some minutes earlier or later, around the clock."""
    made = await sketch.of_card(app.db, person, callback_data.token, app.now())
    at = made.known_time or USUAL
    hours, minutes = divmod((at.hour * 60 + at.minute + callback_data.minutes) % (24 * 60), 60)
    made = made.timed(time(hours, minutes))
    await sketch.save(app.db, person, made, app.now())
    await query.answer()
    await show(query, time_screen(made, t))


@router.callback_query(At.filter())
async def at(query: CallbackQuery, callback_data: At, app: App, person: Person, t: Translator) -> None:
    """A time was chosen."""
    begun = await sketch.of_card(app.db, person, callback_data.token, app.now())
    chosen = time(int(callback_data.at[:2]), int(callback_data.at[2:]))
    await query.answer()
    if begun.day is not None and not begun.known_days:
        wish = OneOff(datetime.combine(begun.day, chosen), begun.outlet, begun.zone)
        await remind_once(query, wish, app, person, t)
        return
    await show(query, await kept_screen(begun.timed(chosen), app, person, t))


@router.callback_query(Pick.filter())
async def pick(query: CallbackQuery, callback_data: Pick, app: App, person: Person, t: Translator) -> None:
    """One of several times is to be changed."""
    begun = await sketch.of_card(app.db, person, callback_data.token, app.now())
    made = begun.chosen(callback_data.number)
    await sketch.save(app.db, person, made, app.now())
    await query.answer()
    await show(query, days_screen(made, t) if callback_data.what == "days" else time_screen(made, t))


@router.callback_query(On.filter())
async def on(query: CallbackQuery, callback_data: On, app: App, person: Person, t: Translator) -> None:
    """An outlet was chosen."""
    begun = await sketch.of_card(app.db, person, callback_data.token, app.now())
    outlet = list(Outlet)[callback_data.outlet] if callback_data.outlet >= 0 else None
    await query.answer()
    await show(query, await kept_screen(replace(begun, outlet=outlet), app, person, t))


@router.callback_query(City.filter())
async def city(query: CallbackQuery, callback_data: City, app: App, person: Person, t: Translator) -> None:
    """A city was chosen for this plan."""
    begun = await sketch.of_card(app.db, person, callback_data.token, app.now())
    zone = CITIES[callback_data.city].zone if callback_data.city >= 0 else None
    await query.answer()
    await show(query, await kept_screen(replace(begun, zone=zone), app, person, t))


@router.callback_query(Goal.filter())
async def goal(query: CallbackQuery, callback_data: Goal, app: App, person: Person, t: Translator) -> None:
    """How many weeks to aim at."""
    begun = await sketch.of_card(app.db, person, callback_data.token, app.now())
    weeks = callback_data.weeks if callback_data.weeks in model.GOALS else None
    await query.answer()
    await show(query, await kept_screen(replace(begun, goal_weeks=weeks), app, person, t))


@router.callback_query(Go.filter())
async def go(query: CallbackQuery, callback_data: Go, app: App, person: Person, t: Translator) -> None:
    """To another screen of the plan being made."""
    begun = await sketch.of_card(app.db, person, callback_data.token, app.now())
    to = callback_data.to
    if to in ("next", "time") and not begun.known_days:
        await query.answer(t.plain("Choose at least one day."))
        return
    await query.answer()
    if to == "drop":
        await sketch.drop(app.db, person)
        await show(query, Screen(t("Canceled. Nothing was changed.")))
        return
    changes = {"undo": begun.undone, "another": begun.another(), "remove": begun.removed(), "next": begun.settled}
    changes["new"] = replace(begun, plan_id=None)
    made = changes.get(to, begun)
    several = made.rule is not None and len(made.rule.times) > 1
    if to in ("time", "days") and made.rule is not None and not several:
        made = made.chosen(0)
    if made != begun:
        await sketch.save(app.db, person, made, app.now())
    match to:
        case "time" | "days" if several:
            screen = times_screen(made, to, t)
        case "days":
            screen = days_screen(made, t)
        case "time":
            screen = time_screen(made, t)
        case "outlet":
            screen = outlet_screen(made, t)
        case "city":
            screen = city_screen(made, t)
        case "goal":
            screen = goal_screen(made, t)
        case _:
            screen = next_screen(made, app, person, t)
    await show(query, screen)


@router.callback_query(TurnOn.filter())
async def turn_on(query: CallbackQuery, callback_data: TurnOn, app: App, person: Person, t: Translator) -> None:
    """The plan on the card begins, or replaces the one it was made to change."""
    made = await sketch.of_card(app.db, person, callback_data.token, app.now())
    if made.draft is None:  # another card of the same plan is in the middle of a change
        await query.answer()
        await show(query, next_screen(made, app, person, t))
        return
    if made.plan_id is not None:
        kept = await service.change(app.db, person, made.plan_id, made.draft, app.now())
    else:
        kept = await service.create(app.db, person, made.draft, app.now())
    await sketch.drop(app.db, person)
    app.bell.set()
    await query.answer(t.plain("Saved") if made.plan_id else t.plain("The plan is on"))
    first = t.moment(kept.next_due_at, kept.wall_zone) if kept.next_due_at else None
    text = lines(
        f"✅ <b>{safe(plan_title(kept.rule, kept.outlet, t))}</b>",
        t("The first reminder: {when}", when=first) if first else None,
        goal_bar(0, kept.goal_weeks) if kept.goal_weeks else None,
        "",
        t("Plans: /plans. Who takes turns: /team")
        if person.is_group
        else t("Your plans: /plans. Doubt a voice note? Forward it to me. A question about rights? Just write it."),
    )
    await show(query, Screen(text))

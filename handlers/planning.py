"""Making a plan: from one sentence, from a template, or button by button; a preview; one tap turns it on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from aiogram import F, Router
from aiogram.filters import BaseFilter, Command, CommandObject
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message

from bot.app import App
from bot.errors import N_
from bot.i18n import Translator
from bot.people import Person
from bot.places import PLACES
from bot.reminders import model, phrases, service, sketch
from bot.reminders.model import Draft, OneOff, Outlet, Rule, WeeklyTime
from bot.reminders.phrases import Question
from bot.reminders.sketch import Sketch
from handlers.screen import Row, Screen, button, main_button, show
from handlers.wording import lines, outlet_name, person_zone, plan_title, safe, zone_name

router = Router(name="planning")

TEMPLATES: tuple[WeeklyTime, ...] = (
    WeeklyTime((2,), time(19)),
    WeeklyTime((1, 3, 5), time(19)),
    WeeklyTime((6,), time(12)),
)
CITIES = tuple(
    place
    for name in ("Almaty", "Tashkent", "Bishkek", "Dushanbe", "Ashgabat", "Moscow", "Istanbul", "Berlin", "New York")
    for place in PLACES
    if place.en == name
)
USUAL_TIMES = ("19:00", "09:00", "12:00", "15:00", "17:00", "18:00", "20:00", "21:00", "22:00")


class Template(CallbackData, prefix="tp"):
    number: int


class Build(CallbackData, prefix="bd"):
    """Opens the builder with nothing in it."""


class Day(CallbackData, prefix="dy"):
    token: str
    day: int


class Days(CallbackData, prefix="ds"):
    token: str
    which: str


class At(CallbackData, prefix="at"):
    token: str
    at: str


class On(CallbackData, prefix="on"):
    """The outlet somebody chose, by its place in the list; -1 for none."""

    token: str
    outlet: int


class City(CallbackData, prefix="ct"):
    """A city for this plan alone, by its place in `CITIES`; -1 for the person's own."""

    token: str
    city: int


class Go(CallbackData, prefix="go"):
    """To another screen of the same sketch."""

    token: str
    to: str


class TurnOn(CallbackData, prefix="ok"):
    token: str


def reading_of(text: str, app: App, person: Person) -> Draft | OneOff | Question:
    """What a sentence says about publishing."""
    return phrases.read(text, app.now(), person.zone, person.language)


class LooksLikePlan(BaseFilter):
    """Lets a text through that speaks of a plan, or that answers the builder; gives the handler its `reading`."""

    async def __call__(self, message: Message, app: App, person: Person) -> bool | dict[str, Any]:
        if not message.text or message.text.startswith("/"):
            return False
        reading = reading_of(message.text, app, person)
        if not isinstance(reading, Question) or reading.why != "not_a_plan":
            return {"reading": reading}
        return False


@router.message(Command("plan"))
async def plan(message: Message, command: CommandObject, app: App, person: Person, t: Translator) -> None:
    """`/plan` opens the builder, `/plan <text>` reads the text."""
    if not command.args:
        await open_builder(message, app, person, t)
        return
    await answer_reading(message, reading_of(command.args, app, person), app, person, t, asked_for_plan=True)


@router.message(F.text, LooksLikePlan())
async def plan_in_words(
    message: Message, reading: Draft | OneOff | Question, app: App, person: Person, t: Translator
) -> None:
    """A sentence that speaks of a plan."""
    await answer_reading(message, reading, app, person, t)


async def answer_reading(
    event: Message | CallbackQuery,
    reading: Draft | OneOff | Question,
    app: App,
    person: Person,
    t: Translator,
    *,
    asked_for_plan: bool = False,
) -> None:
    """Preview what was understood, or ask for what was not. Never guesses."""
    begun = await sketch.current(app.db, person, app.now())
    if isinstance(reading, OneOff):
        await remind_once(event, reading, app, person, t)
        return
    if isinstance(reading, Draft):
        made = sketch.new(reading, plan_id=begun.plan_id if begun and begun.plan_id else None)
        await sketch.save(app.db, person, made, app.now())
        await show(event, preview_screen(made, app, person, t))
        return
    known = reading.known
    if begun is not None and not asked_for_plan and known.at is not None and not known.weekdays:
        if begun.day is not None:  # "tomorrow" came first, its time comes now
            await remind_once(
                event, OneOff(datetime.combine(begun.day, known.at), begun.outlet, begun.zone), app, person, t
            )
            return
        if begun.known_days:
            await show(event, await _kept(begun.timed(known.at), app, person, t))
            return
    if begun is not None and not asked_for_plan and known.weekdays and known.at is None and begun.at is not None:
        await show(event, await _kept(replace(begun, days=known.weekdays, rule=None), app, person, t))
        return
    made = sketch.new(
        days=known.weekdays,
        at=known.at,
        frame=Rule((), known.every_weeks, known.monthly, known.start, known.until),
        day=known.day,
        outlet=known.outlet,
        zone=known.zone,
    )
    await sketch.save(app.db, person, made, app.now())
    await show(event, question_screen(reading, made, t))


async def _kept(made: Sketch, app: App, person: Person, t: Translator) -> Screen:
    """The sketch's next screen, after writing it down."""
    await sketch.save(app.db, person, made, app.now())
    if made.draft is not None:
        return preview_screen(made, app, person, t)
    return time_screen(made, t) if made.known_days else days_screen(made, t)


async def remind_once(event: Message | CallbackQuery, wish: OneOff, app: App, person: Person, t: Translator) -> None:
    """One reminder at one moment: no plan, no preview; it can be written again as easily."""
    due_at = await service.remind_once(app.db, person, wish, app.now())
    app.bell.set()
    text = t("I'll remind you once: {when}.", when=t.moment(due_at, wish.zone))
    zone = zone_name(wish.zone, t, app.now()) if wish.zone else None
    await show(event, Screen(lines(text, zone)))


QUESTIONS: dict[str, str] = {
    "no_time": N_("At what time? Choose or write it, for example 19:30."),
    "no_days": N_("On which days?"),
    "ambiguous_hour": N_("Morning or evening? Choose or write it, for example 19:30."),
    "past": N_("That moment has passed. Write another one, for example: Tue 19:00"),
    "contradiction": N_("Two parts of this don't fit together. Write it once more, for example: Tue, Fri 19:00"),
    "other": N_("I didn't understand the days or the time. Write, for example: Tue 19:00"),
    "not_a_plan": N_("I didn't understand the days or the time. Write, for example: Tue 19:00"),
}


def question_screen(question: Question, made: Sketch, t: Translator) -> Screen:
    """What was not understood, with buttons for the likely answers."""
    text = t(QUESTIONS[question.why])
    if question.why == "ambiguous_hour" and question.known.hour is not None:
        hour, minute = question.known.hour
        earlier, later = time(hour % 12, minute), time(hour % 12 + 12, minute)
        choices = [main_button(t.clock(later), At(token=made.token, at=f"{later:%H%M}"))]
        choices.append(button(t.clock(earlier), At(token=made.token, at=f"{earlier:%H%M}")))
        return Screen(text, [choices])
    if question.why == "no_time" and (made.known_days or made.day):
        return time_screen(made, t, text)
    if question.why == "no_days":
        return days_screen(made, t, text)
    return Screen(text, [[main_button(t.plain("Choose with buttons"), Go(token=made.token, to="days"))]])


async def open_builder(event: Message | CallbackQuery, app: App, person: Person, t: Translator) -> None:
    """The builder, empty."""
    made = sketch.new()
    await sketch.save(app.db, person, made, app.now())
    await show(event, days_screen(made, t))


def days_screen(made: Sketch, t: Translator, text: str | None = None) -> Screen:
    """Weekdays to toggle."""

    def day(number: int) -> Any:
        name = t.weekday(number)
        return button(f"✓ {name}" if number in made.known_days else name, Day(token=made.token, day=number))

    rows: list[Row] = [
        [main_button(t.plain("Next"), Go(token=made.token, to="next"))],
        [day(number) for number in (1, 2, 3, 4)],
        [day(number) for number in (5, 6, 7)],
        [
            button(t.plain("Workdays"), Days(token=made.token, which="12345")),
            button(t.plain("Weekend"), Days(token=made.token, which="67")),
            button(t.plain("Every day"), Days(token=made.token, which="1234567")),
        ],
    ]
    return Screen(text or t("On which days will you publish?"), rows)


def time_screen(made: Sketch, t: Translator, text: str | None = None) -> Screen:
    """Usual times to choose from; any other can be written."""
    first, *others = USUAL_TIMES
    rows: list[Row] = [[main_button(first, At(token=made.token, at=first.replace(":", "")))]]
    buttons = [button(at, At(token=made.token, at=at.replace(":", ""))) for at in others]
    rows += [buttons[start : start + 4] for start in range(0, len(buttons), 4)]
    return Screen(text or t("At what time? Choose or write it, for example 19:30."), rows)


def outlet_screen(made: Sketch, t: Translator) -> Screen:
    """Where the person publishes."""
    outlets = list(Outlet)
    rows: list[Row] = [[main_button(outlet_name(outlets[0], t), On(token=made.token, outlet=0))]]
    others = [button(outlet_name(each, t), On(token=made.token, outlet=i)) for i, each in enumerate(outlets) if i]
    rows += [others[start : start + 3] for start in range(0, len(others), 3)]
    rows.append([button(t.plain("No outlet"), On(token=made.token, outlet=-1))])
    return Screen(t("Where do you publish?"), rows)


def city_screen(made: Sketch, person: Person, t: Translator) -> Screen:
    """Whose clock this plan follows: the person's own or a city's."""
    mine = main_button(t.plain("My time zone"), City(token=made.token, city=-1))
    others = [button(place.name(t.language), City(token=made.token, city=i)) for i, place in enumerate(CITIES)]
    rows: list[Row] = [[mine], *(others[start : start + 3] for start in range(0, len(others), 3))]
    return Screen(t("Which city's clock does this plan follow? Your own city is in /timezone."), rows)


def preview_screen(made: Sketch, app: App, person: Person, t: Translator) -> Screen:
    """A plan before it is turned on: days, zone, the next three dates."""
    draft = made.draft
    assert draft is not None
    now = app.now()
    moments = service.preview(draft, person, now)
    if not moments:
        return Screen(t("This plan has no dates left. Write it again with a later end."), [])
    zone = draft.zone or person.zone
    where = zone_name(draft.zone, t, now) if draft.zone else person_zone(person, t, now)
    first = model.local_of(moments[0].instant, zone).date()
    goal = draft.rule.until or first + timedelta(weeks=model.GOAL_WEEKS) - timedelta(days=1)
    shown = [t.moment(moment.instant, zone) for moment in moments]
    text = lines(
        f"<b>{safe(plan_title(draft.rule, draft.outlet, t))}</b>",
        t("{zone} · goal: 13 weeks, until {day}", zone=where, day=t.day(goal, weekday=False))
        if draft.rule.until is None
        else t("{zone} · until {day}", zone=where, day=t.day(goal, weekday=False)),
        "",
        t("Next:"),
        *[f"• {when}" for when in shown],
    )
    turn_on = t.plain("Save") if made.plan_id else t.plain("Turn on")
    rows: list[Row] = [
        [main_button(turn_on, TurnOn(token=made.token))],
        [
            button(t.plain("Change time"), Go(token=made.token, to="time")),
            button(t.plain("Change days"), Go(token=made.token, to="days")),
        ],
        [
            button(t.plain("Outlet"), Go(token=made.token, to="outlet")),
            button(t.plain("Another city"), Go(token=made.token, to="city")),
        ],
        [button(t.plain("Cancel"), Go(token=made.token, to="drop"))],
    ]
    return Screen(text, rows)


@router.callback_query(Template.filter())
async def template(query: CallbackQuery, callback_data: Template, app: App, person: Person, t: Translator) -> None:
    """One of the three plans of the first screen."""
    await query.answer()
    made = sketch.new(Draft(Rule((TEMPLATES[callback_data.number % len(TEMPLATES)],))))
    await sketch.save(app.db, person, made, app.now())
    await show(query, preview_screen(made, app, person, t))


@router.callback_query(Build.filter())
async def build(query: CallbackQuery, app: App, person: Person, t: Translator) -> None:
    """Somebody wants to choose days and time by hand."""
    await query.answer()
    await open_builder(query, app, person, t)


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
    begun = await sketch.of_card(app.db, person, callback_data.token, app.now())
    wanted = tuple(int(number) for number in callback_data.which)
    made = begun
    for number in set(wanted) ^ set(begun.known_days):
        made = made.toggled(number)
    await query.answer()
    await show(query, await _kept(made, app, person, t))


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
    await show(query, await _kept(begun.timed(chosen), app, person, t))


@router.callback_query(On.filter())
async def on(query: CallbackQuery, callback_data: On, app: App, person: Person, t: Translator) -> None:
    """An outlet was chosen."""
    begun = await sketch.of_card(app.db, person, callback_data.token, app.now())
    outlet = list(Outlet)[callback_data.outlet] if callback_data.outlet >= 0 else None
    await query.answer()
    await show(query, await _kept(replace(begun, outlet=outlet), app, person, t))


@router.callback_query(City.filter())
async def city(query: CallbackQuery, callback_data: City, app: App, person: Person, t: Translator) -> None:
    """A city was chosen for this plan."""
    begun = await sketch.of_card(app.db, person, callback_data.token, app.now())
    zone = CITIES[callback_data.city].zone if callback_data.city >= 0 else None
    await query.answer()
    await show(query, await _kept(replace(begun, zone=zone), app, person, t))


@router.callback_query(Go.filter())
async def go(query: CallbackQuery, callback_data: Go, app: App, person: Person, t: Translator) -> None:
    """To another screen of the plan being made."""
    begun = await sketch.of_card(app.db, person, callback_data.token, app.now())
    if callback_data.to in ("next", "time") and not begun.known_days:
        await query.answer(t.plain("Choose at least one day."))
        return
    await query.answer()
    match callback_data.to:
        case "days":
            await show(query, days_screen(begun, t))
        case "next" if begun.draft is not None:
            await show(query, preview_screen(begun, app, person, t))
        case "next" | "time":
            await show(query, time_screen(begun, t))
        case "outlet":
            await show(query, outlet_screen(begun, t))
        case "city":
            await show(query, city_screen(begun, person, t))
        case _:
            await sketch.drop(app.db, person)
            await show(query, Screen(t("Canceled. Nothing was changed.")))


@router.callback_query(TurnOn.filter())
async def turn_on(query: CallbackQuery, callback_data: TurnOn, app: App, person: Person, t: Translator) -> None:
    """The plan on the card begins, or replaces the one it was made to change."""
    made = await sketch.of_card(app.db, person, callback_data.token, app.now())
    assert made.draft is not None
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
        "▱" * model.GOAL_WEEKS + " 0/13",
        "",
        t("Your plans: /plans. Doubt a voice note? Forward it to me. A question about rights? Just write it."),
    )
    await show(query, Screen(text))

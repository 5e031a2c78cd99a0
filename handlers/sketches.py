"""What a person sees while a plan is made: days, time, outlet, city, goal, the preview. Its buttons: `builder.py`.

Each card's buttons carry its sketch's token: a card whose plan is no longer the one being made says that it is old.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from aiogram.filters.callback_data import CallbackData

from bot.app import App
from bot.i18n import Translator
from bot.people import Person
from bot.places import PLACES
from bot.reminders import model, service
from bot.reminders.model import Outlet, Rule, WeeklyTime
from bot.reminders.sketch import Sketch
from handlers.reminders import PlanAction
from handlers.screen import Row, Screen, button, danger_button, main_button
from handlers.wording import lines, outlet_name, person_zone, plan_title, safe, short_times, zone_name

CITIES = tuple(
    place
    for name in ("Almaty", "Tashkent", "Bishkek", "Dushanbe", "Ashgabat", "Moscow", "Istanbul", "Berlin", "New York")
    for place in PLACES
    if place.en == name
)
USUAL = time(19)
TURNS = (-15, -5, 5, 15)
MOST_TIMES = 14  # times of a plan that still have a button each


class Home(CallbackData, prefix="hm"):
    """Back to where one begins: the list of plans, or the first screen."""


class Day(CallbackData, prefix="dy"):
    token: str
    day: int


class Days(CallbackData, prefix="ds"):
    token: str
    which: str


class At(CallbackData, prefix="at"):
    """This time, and on."""

    token: str
    at: str


class Hour(CallbackData, prefix="hr"):
    """An hour of the grid; the minutes stay."""

    token: str
    hour: int


class Turn(CallbackData, prefix="mi"):
    """Minutes earlier or later."""

    token: str
    minutes: int


class Pick(CallbackData, prefix="pk"):
    """One of a plan's several times, by its place: its days or its time are to be changed."""

    token: str
    number: int
    what: str


class On(CallbackData, prefix="on"):
    """The outlet somebody chose, by its place in the list; -1 for none."""

    token: str
    outlet: int


class City(CallbackData, prefix="ct"):
    """A city for this plan alone, by its place in `CITIES`; -1 for the person's own."""

    token: str
    city: int


class Goal(CallbackData, prefix="gl"):
    """Weeks to reach; 0 for no goal."""

    token: str
    weeks: int


class Go(CallbackData, prefix="go"):
    """To another screen of the same sketch."""

    token: str
    to: str


class TurnOn(CallbackData, prefix="ok"):
    token: str


def next_screen(made: Sketch, app: App, person: Person, t: Translator) -> Screen:
    """What is to be asked next, or the preview when nothing is."""
    if made.draft is not None:
        return preview_screen(made, app, person, t)
    return time_screen(made, t) if made.known_days else days_screen(made, t)


def way_out(made: Sketch, back: str, t: Translator) -> Row:
    """Back and Cancel. `back` names a screen of the sketch, "" leaves it."""
    leave = Home() if not back else Go(token=made.token, to=back)
    return [button(t.plain("Back"), leave), button(t.plain("Cancel"), Go(token=made.token, to="drop"))]


def beside(made: Sketch, t: Translator) -> str | None:
    """The times that are ready while one more is made."""
    ready = "; ".join(short_times(Rule((group,)), t) for group in made.others)
    return t("Besides: {times}", times=ready) if ready else None


def removal(made: Sketch, t: Translator) -> list[Row]:
    """A way to take one of several times out of the plan."""
    if made.adding or not made.others:
        return []
    return [[danger_button(t.plain("Remove this time"), Go(token=made.token, to="remove"))]]


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
        *removal(made, t),
        way_out(made, "undo" if made.before is not None else "", t),
    ]
    return Screen(lines(text or t("On which days will you publish?"), beside(made, t)), rows)


def time_screen(made: Sketch, t: Translator, text: str | None = None) -> Screen:
    """All hours in one grid, minutes in small steps; any time can be written, too."""
    at = made.known_time or USUAL
    rows: list[Row] = [
        [main_button(t.plain("Next: {time}", time=t.clock(at)), At(token=made.token, at=f"{at:%H%M}"))],
        [button(f"{minutes:+}".replace("-", "−"), Turn(token=made.token, minutes=minutes)) for minutes in TURNS],
    ]
    hours = [
        button(f"✓ {hour:02}" if hour == at.hour else f"{hour:02}", Hour(token=made.token, hour=hour))
        for hour in range(24)
    ]
    rows += [hours[start : start + 6] for start in range(0, 24, 6)]
    rows += removal(made, t)
    rows.append(way_out(made, "days" if made.adding and made.known_days else "undo" if made.before else "", t))
    days = short_times(Rule((WeeklyTime(made.known_days, at),)), t) if made.known_days else None
    asked = text or t("At what time? Choose the hour, or write it, for example 19:30.")
    return Screen(lines(asked, safe(days) if days else None, beside(made, t)), rows)


def times_screen(made: Sketch, what: str, t: Translator) -> Screen:
    """A plan's several times, to choose the one to change. `what` is "time" or "days"."""
    assert made.rule is not None
    rows: list[Row] = []
    for number, group in enumerate(made.rule.times[:MOST_TIMES]):
        text, data = short_times(Rule((group,)), t), Pick(token=made.token, number=number, what=what)
        rows.append([main_button(text, data) if number == 0 else button(text, data)])
    return Screen(t("Which of these?"), [*rows, way_out(made, "next", t)])


def outlet_screen(made: Sketch, t: Translator) -> Screen:
    """Where the person publishes."""
    outlets = list(Outlet)
    rows: list[Row] = [[main_button(outlet_name(outlets[0], t), On(token=made.token, outlet=0))]]
    others = [button(outlet_name(each, t), On(token=made.token, outlet=i)) for i, each in enumerate(outlets) if i]
    rows += [others[start : start + 3] for start in range(0, len(others), 3)]
    rows.append([button(t.plain("No outlet"), On(token=made.token, outlet=-1))])
    return Screen(t("Where do you publish?"), [*rows, way_out(made, "next", t)])


def city_screen(made: Sketch, t: Translator) -> Screen:
    """Whose clock this plan follows: the person's own or a city's."""
    mine = main_button(t.plain("My time zone"), City(token=made.token, city=-1))
    others = [button(place.name(t.language), City(token=made.token, city=i)) for i, place in enumerate(CITIES)]
    rows: list[Row] = [[mine], *(others[start : start + 3] for start in range(0, len(others), 3))]
    text = t("Which city's clock does this plan follow? Your own city is in /timezone.")
    return Screen(text, [*rows, way_out(made, "next", t)])


def goal_screen(made: Sketch, t: Translator) -> Screen:
    """How many weeks in a row to aim at."""

    def goal(weeks: int | None) -> tuple[str, Goal]:
        name = t.plural_plain("{count} week", "{count} weeks", weeks) if weeks else t.plain("No goal")
        return f"✓ {name}" if weeks == made.goal_weeks else name, Goal(token=made.token, weeks=weeks or 0)

    usual, *others = sorted(model.GOALS, key=lambda weeks: weeks != model.GOAL_WEEKS)
    rows: list[Row] = [[main_button(*goal(usual))], [button(*goal(weeks)) for weeks in others]]
    return Screen(t("How many weeks in a row do you aim at?"), [*rows, way_out(made, "next", t)])


def preview_screen(made: Sketch, app: App, person: Person, t: Translator) -> Screen:
    """A plan before it is turned on: days, zone, the next three dates."""
    draft = made.draft
    assert draft is not None
    now = app.now()
    moments = service.preview(draft, person, now)
    if not moments:
        text = t("This plan has no dates left. Write it again with a later end.")
        return Screen(text, [way_out(made, "", t)])
    zone = draft.zone or person.zone
    where = zone_name(draft.zone, t, now) if draft.zone else person_zone(person, t, now)
    shown = [t.moment(moment.instant, zone) for moment in moments]
    text = lines(
        f"<b>{safe(plan_title(draft.rule, draft.outlet, t))}</b>",
        _aim(made, where, model.local_of(moments[0].instant, zone), t),
        "",
        t("Next:"),
        *[f"• {when}" for when in shown],
    )

    def go(name: str, to: str) -> Any:
        return button(name, Go(token=made.token, to=to))

    leave: CallbackData = Home()
    if made.plan_id is not None:
        leave = PlanAction(plan_id=made.plan_id, do="open")
    rows: list[Row] = [
        [main_button(t.plain("Save") if made.plan_id else t.plain("Turn on"), TurnOn(token=made.token))],
        [go(t.plain("Change time"), "time"), go(t.plain("Change days"), "days")],
        [go(t.plain("Outlet"), "outlet"), go(t.plain("Another city"), "city")],
        [go(t.plain("Goal"), "goal")],
    ]
    if draft.rule.monthly is None and len(draft.rule.times) < MOST_TIMES:
        rows[-1].append(go(t.plain("One more time"), "another"))
    if made.plan_id is not None:
        rows.append([go(t.plain("As a new plan"), "new")])
    rows.append([button(t.plain("Back"), leave), go(t.plain("Cancel"), "drop")])
    return Screen(text, rows)


def _aim(made: Sketch, where: str, first: datetime, t: Translator) -> str:
    """Zone, and the plan's end or the goal's."""
    draft = made.draft
    assert draft is not None
    if draft.rule.until is not None:
        return t("{zone} · until {day}", zone=where, day=t.day(draft.rule.until, weekday=False))
    if draft.goal_weeks is None:
        return t("{zone} · no goal", zone=where)
    last = first.date() + timedelta(weeks=draft.goal_weeks) - timedelta(days=1)
    return t.plural(
        "{zone} · goal: {count} week, until {day}",
        "{zone} · goal: {count} weeks, until {day}",
        draft.goal_weeks,
        zone=where,
        day=t.day(last, weekday=False),
    )

"""Making a plan: from one sentence, from a template, or with the builder; a preview; one tap turns it on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import Any

from aiogram import F, Router
from aiogram.filters import BaseFilter, Command, CommandObject
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message

from bot.app import App
from bot.errors import N_
from bot.i18n import Translator
from bot.people import Person
from bot.reminders import sentences, sketch
from bot.reminders.model import Draft, OneOff, Rule, WeeklyTime
from bot.reminders.phrases import Question
from bot.reminders.sketch import Sketch
from handlers.builder import kept_screen, remind_once
from handlers.screen import Screen, button, main_button, show
from handlers.sketches import At, Go, days_screen, preview_screen, time_screen, way_out

router = Router(name="planning")

TEMPLATES: tuple[WeeklyTime, ...] = (
    WeeklyTime((2,), time(19)),
    WeeklyTime((1, 3, 5), time(19)),
    WeeklyTime((6,), time(12)),
)


class Template(CallbackData, prefix="tp"):
    number: int


class Build(CallbackData, prefix="bd"):
    """Opens the builder with nothing in it."""


def reading_of(text: str, app: App, person: Person) -> Draft | OneOff | Question:
    """What a sentence says about publishing."""
    return sentences.read(text, app.now(), person.zone, person.language)


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
        await show(event, await kept_screen(_drafted(reading, begun), app, person, t))
        return
    known = reading.known
    if begun is not None and not asked_for_plan and known.at is not None and not known.weekdays:
        if begun.day is not None:  # "tomorrow" came first, its time comes now
            await remind_once(
                event, OneOff(datetime.combine(begun.day, known.at), begun.outlet, begun.zone), app, person, t
            )
            return
        if begun.known_days:
            await show(event, await kept_screen(begun.timed(known.at), app, person, t))
            return
    if begun is not None and not asked_for_plan and known.weekdays and known.at is None and begun.rule is None:
        if begun.at is not None:
            await show(event, await kept_screen(replace(begun, days=known.weekdays), app, person, t))
            return
        if begun.others:  # one more time was asked for; its days come first
            made = replace(begun, days=known.weekdays)
            await sketch.save(app.db, person, made, app.now())
            await show(event, time_screen(made, t))
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


def _drafted(reading: Draft, begun: Sketch | None) -> Sketch:
    """A sentence as a sketch: of a plan of its own, of the one being changed, or of one more time of it."""
    rule = reading.rule
    if begun is not None and begun.others and begun.adding and rule == Rule(rule.times):
        return begun.joined(rule.times)
    if begun is None or begun.plan_id is None:
        return sketch.new(reading)
    outlet, zone = reading.outlet or begun.outlet, reading.zone or begun.zone
    return sketch.new(Draft(rule, outlet, zone, begun.goal_weeks), plan_id=begun.plan_id)


QUESTIONS: dict[str, str] = {
    "no_time": N_("At what time? Choose the hour, or write it, for example 19:30."),
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
        return Screen(text, [choices, way_out(made, "", t)])
    if question.why == "no_time" and (made.known_days or made.day):
        return time_screen(made, t, text)
    if question.why == "no_days":
        return days_screen(made, t, text)
    choose = [main_button(t.plain("Choose with buttons"), Go(token=made.token, to="days"))]
    return Screen(text, [choose, way_out(made, "", t)])


async def open_builder(event: Message | CallbackQuery, app: App, person: Person, t: Translator) -> None:
    """The builder, empty."""
    made = sketch.new()
    await sketch.save(app.db, person, made, app.now())
    await show(event, days_screen(made, t))


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

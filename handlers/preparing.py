"""Preparing a publication: nudges a day or three hours before it, and the checklist in them."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message

from bot.app import App
from bot.i18n import Translator
from bot.outbox import Outgoing
from bot.people import Person
from bot.reminders import asked, preparing
from bot.reminders.nudges import Lead
from bot.reminders.preparing import Preparation, Preparing
from handlers.asked import Asked
from handlers.reminders import PlanAction
from handlers.screen import Row, Screen, button, danger_button, main_button, show
from handlers.wording import lines, outlet_name, plan_title, safe

router = Router(name="preparing")

KIND = "checklist"


class LeadSwitch(CallbackData, prefix="pn"):
    """Turns a kind of nudge on or off."""

    plan_id: int
    do: str
    on: int


class Checklist(CallbackData, prefix="cl"):
    """Gives a plan the ready-made checklist, asks for another one, or takes it away."""

    plan_id: int
    do: str


class Step(CallbackData, prefix="sp"):
    """Ticks one step of a checklist, or unticks it."""

    preparation_id: int
    number: int
    done: int


# --- The nudge --------------------------------------------------------------------------------------------------------


async def prepare_screen(message: Outgoing, app: App, t: Translator) -> Screen | None:
    """A nudge, or nothing when there is nothing to prepare any more."""
    found = await preparing.to_prepare(app.db, message.person, message.parameters["preparation_id"], app.now())
    return steps_screen(found, t) if found is not None else None


def steps_screen(preparation: Preparation, t: Translator) -> Screen:
    """What comes when, and a button for each step."""
    plan = preparation.plan
    outlet = outlet_name(plan.outlet, t) if plan.outlet else None
    title = t("Get ready: {outlet}", outlet=outlet) if outlet else t("Get ready to publish")
    left = sum(not done for _, done in preparation.steps)
    state = None
    if preparation.ready:
        state = t("Everything is ready.")
    elif preparation.steps:
        state = t.plural("{count} step left.", "{count} steps left.", left)
    text = lines(f"📝 <b>{title}</b>", t.moment(preparation.due_at, plan.wall_zone), state)
    rows: list[Row] = []
    for number, (step, done) in enumerate(preparation.steps):
        data = Step(preparation_id=preparation.id, number=number, done=int(not done))
        label = f"{'☑' if done else '☐'} {step}"
        rows.append([main_button(label, data) if number == 0 else button(label, data)])
    if not rows:
        rows.append([main_button(t.plain("Add a checklist"), PlanAction(plan_id=plan.id, do="prepare"))])
    return Screen(text, rows)


@router.callback_query(Step.filter())
async def step(query: CallbackQuery, callback_data: Step, app: App, person: Person, t: Translator) -> None:
    """A step is done, or not yet."""
    done = bool(callback_data.done)
    found = await preparing.tick(app.db, person, callback_data.preparation_id, callback_data.number, done)
    await query.answer(t.plain("Everything is ready.") if found.ready else None)
    await show(query, steps_screen(found, t))


# --- What is set for a plan -------------------------------------------------------------------------------------------


@router.callback_query(PlanAction.filter(F.do == "prepare"))
async def prepare(query: CallbackQuery, callback_data: PlanAction, app: App, person: Person, t: Translator) -> None:
    """How to be nudged about this plan."""
    found = await preparing.of_plan(app.db, person, callback_data.plan_id)
    await asked.forget(app.db, person, KIND)
    await query.answer()
    await show(query, preparing_screen(found, t))


def preparing_screen(found: Preparing, t: Translator) -> Screen:
    """Which nudges come, and the checklist."""
    plan = found.plan

    def switch(lead: Lead, name: str) -> tuple[str, LeadSwitch]:
        on = lead in found.leads
        return f"✓ {name}" if on else name, LeadSwitch(plan_id=plan.id, do=lead, on=int(not on))

    rows: list[Row] = [
        [main_button(*switch(Lead.DAY, t.plain("1 day before")))],
        [button(*switch(Lead.HOURS, t.plain("3 h before")))],
        [button(t.plain("Write a checklist"), Checklist(plan_id=plan.id, do="write"))],
    ]
    if found.checklist:
        rows[-1].append(danger_button(t.plain("Remove it"), Checklist(plan_id=plan.id, do="clear")))
    else:
        rows[-1].append(button(t.plain("Ready-made one"), Checklist(plan_id=plan.id, do="ready")))
    rows.append([button(t.plain("Back"), PlanAction(plan_id=plan.id, do="open"))])
    steps = [f"☐ {safe(each)}" for each in found.checklist] or [t("There is no checklist yet.")]
    text = lines(
        f"📝 <b>{safe(plan_title(plan.rule, plan.outlet, t))}</b>",
        t("When shall I remind you to prepare? The checklist comes along, to be ticked off."),
        "",
        *steps,
    )
    return Screen(text, rows)


@router.callback_query(LeadSwitch.filter())
async def switch_lead(query: CallbackQuery, callback_data: LeadSwitch, app: App, person: Person, t: Translator) -> None:
    """A nudge on or off."""
    lead = Lead(callback_data.do)
    on = bool(callback_data.on)
    found = await preparing.set_lead(app.db, person, callback_data.plan_id, lead, on, app.now())
    app.bell.set()
    await query.answer(t.plain("Saved"))
    await show(query, preparing_screen(found, t))


@router.callback_query(Checklist.filter())
async def checklist(query: CallbackQuery, callback_data: Checklist, app: App, person: Person, t: Translator) -> None:
    """The ready-made checklist, none, or one to be written."""
    plan_id = callback_data.plan_id
    if callback_data.do == "write":
        await asked.ask(app.db, person, KIND, {"plan_id": plan_id}, app.now())
        await query.answer()
        back = button(t.plain("Back"), PlanAction(plan_id=plan_id, do="prepare"))
        text = t("Write the steps, one a line. For example:")
        await show(query, Screen(lines(text, "", *map(safe, ready_made(t))), [[back]]))
        return
    steps = ready_made(t) if callback_data.do == "ready" else []
    found = await preparing.set_checklist(app.db, person, plan_id, steps, app.now())
    await query.answer(t.plain("Saved"))
    await show(query, preparing_screen(found, t))


def ready_made(t: Translator) -> list[str]:
    """Steps that most videos have."""
    return [
        t.plain("Script"),
        t.plain("Shoot"),
        t.plain("Edit"),
        t.plain("Cover"),
        t.plain("Label AI content"),
    ]


@router.message(F.text, Asked(KIND))
async def written(message: Message, content: dict[str, int], app: App, person: Person, t: Translator) -> None:
    """The checklist somebody wrote."""
    steps = preparing.steps_of(message.text or "")
    found = await preparing.set_checklist(app.db, person, content["plan_id"], steps, app.now())
    await asked.forget(app.db, person, KIND)
    await show(message, preparing_screen(found, t))

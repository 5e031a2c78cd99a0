"""A group's slots and turns: who posts, who marked it, who takes over. Every member may; admins set the order."""

from __future__ import annotations

import html

from aiogram import F, Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, User

from bot.app import App
from bot.i18n import Markup, Translator
from bot.outbox import Outgoing
from bot.people import Person
from bot.reminders import model, service, teams
from bot.reminders.model import Outcome
from bot.reminders.service import Marked
from bot.reminders.teams import Member
from handlers.plans import DoneEarly, due_line
from handlers.reminders import (
    MOST_DONE_BUTTONS,
    Answer,
    Later,
    Undo,
    celebrate,
    marked_screen,
    open_screen,
    progress_text,
)
from handlers.rights import Admins, InGroup
from handlers.screen import Row, Screen, button, main_button, show
from handlers.wording import lines, plan_title, safe, short_title

router = Router(name="teams")

ABOUT_SLOTS = ("reminder", "follow_up")  # queued messages about one slot, which say whose turn it is


class Join(CallbackData, prefix="tj"):
    """I take turns from now on."""


class LeaveTurns(CallbackData, prefix="tl"):
    """I take no more turns."""


class Earlier(CallbackData, prefix="te"):
    """Moves a member one place up."""

    person_id: int


class Take(CallbackData, prefix="tk"):
    """I take this slot over."""

    slot_id: int


class TakeNext(CallbackData, prefix="tn"):
    """I take over the next slot of a plan, before it is due."""

    plan_id: int


def member_of(user: User) -> Member:
    """Who pressed, as the group calls them."""
    return Member(user.id, user.full_name[:64])


def mention(member: Member) -> Markup:
    """A name that rings for its person."""
    return Markup(f'<a href="tg://user?id={member.person_id}">{html.escape(member.name, quote=False)}</a>')


# --- Whose turn it is -------------------------------------------------------------------------------------------------


async def for_group(screen: Screen, message: Outgoing, app: App, t: Translator) -> Screen:
    """A queued message as a group gets it: a reminder says whose turn it is."""
    slot_id = message.parameters.get("slot_id")
    if message.kind not in ABOUT_SLOTS or slot_id is None:
        return screen
    return await with_turn(screen, slot_id, app, message.person, t)


async def with_turn(screen: Screen, slot_id: int, app: App, owner: Person, t: Translator) -> Screen:
    """An open slot with whose turn it is, and a button to take it over."""
    turn = await teams.turn_of(app.db, owner, slot_id)
    if turn.assigned is None:
        who, take = None, t.plain("I'll do it")
    else:
        who, take = t("In turn: {name}", name=mention(turn.assigned)), t.plain("I'll do it today")
    return Screen(lines(screen.text, who), [*screen.rows, [button(take, Take(slot_id=slot_id))]])


def team_screen(members: list[Member], t: Translator, text: str | None = None) -> Screen:
    """The queue, and what one can do about it."""
    rows: list[Row] = [[main_button(t.plain("I take turns"), Join())]]
    if members:
        rows[0].append(button(t.plain("Without me"), LeaveTurns()))
        queued = [f"{number}. {html.escape(each.name, quote=False)}" for number, each in enumerate(members, 1)]
        body = [t("Next in turn:"), *queued]
    else:
        body = [t("Nobody takes turns yet. Who joins is named in the reminder, one after the other.")]
    if len(members) > 1:
        rows += [[button(f"↑ {each.name}"[:60], Earlier(person_id=each.person_id))] for each in members]
    return Screen(lines(text, f"<b>{t('Who publishes')}</b>", *body), rows)


@router.callback_query(Join.filter(), InGroup())
async def join(query: CallbackQuery, app: App, owner: Person, t: Translator) -> None:
    """Somebody takes turns."""
    members = await teams.join(app.db, owner, member_of(query.from_user), app.now())
    await query.answer(t.plain("You take turns now"))
    await show(query, team_screen(members, owner.translator))


@router.callback_query(LeaveTurns.filter(), InGroup())
async def leave(query: CallbackQuery, app: App, owner: Person, t: Translator) -> None:
    """Somebody takes no more turns."""
    members = await teams.leave(app.db, owner, query.from_user.id)
    await query.answer(t.plain("You take no turns now"))
    await show(query, team_screen(members, owner.translator))


@router.callback_query(Earlier.filter(), InGroup())
async def earlier(
    query: CallbackQuery, callback_data: Earlier, app: App, owner: Person, t: Translator, admins: Admins
) -> None:
    """An admin changes the order."""
    assert query.bot is not None
    if not await admins.is_admin(query.bot, owner.id, query.from_user.id):
        await query.answer(t.plain("Only admins of this group can change the order."), show_alert=True)
        return
    members = await teams.earlier(app.db, owner, callback_data.person_id)
    await query.answer()
    await show(query, team_screen(members, owner.translator))


@router.callback_query(Take.filter(), InGroup())
async def take(query: CallbackQuery, callback_data: Take, app: App, owner: Person, t: Translator) -> None:
    """Somebody does it instead."""
    slot_id = callback_data.slot_id
    taken = await teams.take(app.db, owner, slot_id, member_of(query.from_user), app.now())
    await query.answer(t.plain("It is yours") if taken else t.plain("It is yours already"))
    await show(query, await open_slot(slot_id, app, owner))


@router.callback_query(TakeNext.filter(), InGroup())
async def take_next(query: CallbackQuery, callback_data: TakeNext, app: App, owner: Person, t: Translator) -> None:
    """Somebody does the next one instead, before its reminder."""
    member = member_of(query.from_user)
    taken = await teams.take_next(app.db, owner, callback_data.plan_id, member, app.now())
    if taken:
        await query.answer(t.plain("It is yours"))
        await show(query, await today_screen(app, owner))
    elif any(each.person_id == member.person_id for each in await teams.rotation(app.db, owner)):
        await query.answer(t.plain("It is yours already"))
    else:
        await query.answer(t.plain("Take turns first: /team"))


# --- Answers to a slot ------------------------------------------------------------------------------------------------


async def open_slot(slot_id: int, app: App, owner: Person) -> Screen:
    """A slot that waits for an answer, as a group sees it."""
    t = owner.translator
    plan, slot = await service.slot(app.db, owner, slot_id)
    return await with_turn(open_screen(plan, slot, t), slot_id, app, owner, t)


def answered(marked: Marked, member: Member, t: Translator) -> Screen:
    """What a slot has become, and by whom."""
    screen = marked_screen(marked, t)
    return Screen(lines(screen.text, t("Marked by {name}", name=member.name)), screen.rows)


@router.callback_query(Answer.filter(), InGroup())
async def answer(query: CallbackQuery, callback_data: Answer, app: App, owner: Person, t: Translator) -> None:
    """Done or skip, by any member."""
    outcome, member = Outcome(callback_data.outcome), member_of(query.from_user)
    marked = await service.mark(app.db, owner, callback_data.slot_id, outcome, app.now(), by=member.person_id)
    await query.answer(t.plain("Skipped") if outcome is Outcome.SKIPPED else t.plain("Marked as done"))
    await show(query, answered(marked, member, owner.translator))
    await celebrate(query, marked, owner.translator)


@router.callback_query(DoneEarly.filter(), InGroup())
async def done_early(query: CallbackQuery, callback_data: DoneEarly, app: App, owner: Person, t: Translator) -> None:
    """Published before the reminder came."""
    member = member_of(query.from_user)
    marked = await service.done_early(app.db, owner, callback_data.plan_id, app.now(), by=member.person_id)
    await query.answer(t.plain("Marked as done"))
    await show(query, answered(marked, member, owner.translator))
    await celebrate(query, marked, owner.translator)


@router.callback_query(Undo.filter(), InGroup())
async def undo(
    query: CallbackQuery, callback_data: Undo, app: App, owner: Person, t: Translator, admins: Admins
) -> None:
    """Taken back by whoever marked it, or by an admin."""
    turn = await teams.turn_of(app.db, owner, callback_data.slot_id)
    assert query.bot is not None
    mine = turn.done_by is not None and turn.done_by.person_id == query.from_user.id
    if not mine and not await admins.is_admin(query.bot, owner.id, query.from_user.id):
        await query.answer(
            t.plain("Only the one who marked it, or an admin of this group, can take it back."), show_alert=True
        )
        return
    await service.undo(app.db, owner, callback_data.slot_id, app.now())
    await query.answer(t.plain("Taken back"))
    await show(query, await open_slot(callback_data.slot_id, app, owner))


@router.callback_query(Later.filter(F.choice == "back"), InGroup())
async def not_later(query: CallbackQuery, callback_data: Later, app: App, owner: Person) -> None:
    """Back from the ways to put it off to the reminder."""
    await query.answer()
    await show(query, await open_slot(callback_data.slot_id, app, owner))


# --- Today and statistics ---------------------------------------------------------------------------------------------


async def today_screen(app: App, owner: Person) -> Screen:
    """What is due today and this week, with names; what is done can be marked here before its reminder."""
    now, t = app.now(), owner.translator
    due, week = await service.agenda(app.db, owner, now)
    if not due and not week:
        return Screen(t("Nothing is planned for the next seven days. An admin writes a plan: /plan Tue 19:00"))
    who = await teams.whose(app.db, owner, due + week)
    listed: list[str] = []
    rows: list[Row] = []
    coming = [each for each in due + week if each.slot is None]
    for each, member in zip(due + week, who, strict=True):
        listed.append(due_line(each, t) + (f" · {html.escape(member.name, quote=False)}" if member else ""))
        data: CallbackData | None = None
        if each.slot is not None and each.slot.outcome is None:
            data = Answer(slot_id=each.slot.id, outcome="done")
        elif (
            each.slot is None
            and each.moment.instant == each.plan.next_due_at
            and each.moment.instant - now <= model.EARLY
        ):
            data = DoneEarly(plan_id=each.plan.id, due=int(each.moment.instant.timestamp()))
        if data is not None and len(rows) < MOST_DONE_BUTTONS:
            label = f"{t.plain('Done')}: {short_title(each.plan, t)}"[:60]
            rows.append([button(label, data) if rows else main_button(label, data)])
    if coming and len(set(await teams.rotation(app.db, owner))) > 1:
        label = f"{t.plain('Next one: I will')} · {short_title(coming[0].plan, t)}"[:60]
        rows.append([button(label, TakeNext(plan_id=coming[0].plan.id))])
    parts = [f"<b>{t('Today')}</b>", *(listed[: len(due)] or [t("Nothing today.")])]
    if week:
        parts += ["", f"<b>{t('This week')}</b>", *listed[len(due) :]]
    return Screen(lines(*parts), rows)


async def stats_screen(app: App, owner: Person) -> Screen:
    """How steady each plan is, and who published how often."""
    t = owner.translator
    standings = await service.plans(app.db, owner)
    if not any(standing.slots for standing in standings):
        return Screen(t("No publications to show yet. They appear here after the first reminder."))
    parts: list[str] = []
    for standing in standings:
        plan = standing.plan
        title = safe(plan_title(plan.rule, plan.outlet, t))
        parts += [f"<b>{title}</b>", progress_text(standing.progress, t), ""]
    counts = await teams.published(app.db, owner, app.now())
    if counts:
        named = [f"{html.escape(member.name, quote=False)} {total}" for member, total in counts]
        parts += [t("Published in 13 weeks: {people}", people=Markup(" · ".join(named)))]
    return Screen(lines(*parts))

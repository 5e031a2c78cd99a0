"""Nudges to prepare a slot: at their minute, once, for slots that still come; and the checklist in them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.db.engine import Database
from bot.db.tables import PersonRow
from bot.errors import NotFound
from bot.people import Person
from bot.reminders import model, moving, preparing, service, timer
from bot.reminders.nudges import LONGEST_STEP, MOST_STEPS, Lead
from bot.reminders.preparing import StepTooLong, TooManySteps
from bot.reminders.store import Plan
from tests.support import NOW, count_rows, outbox_rows, planned, run_timer, someone, the_plan, weekly

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DUE = datetime(2026, 11, 25, 14, tzinfo=UTC)
"""19:00 in Almaty on the Wednesday of NOW's week."""


async def prepared(db: Database, person: Person, *days: int, leads: str = "day hours", **more) -> Plan:
    """A plan with nudges, by default for Wednesdays at 19:00."""
    plan = await planned(db, person, *(days or (3,)), **more)
    for lead in leads.split():
        await preparing.set_lead(db, person, plan.id, Lead(lead), True, more.get("now", NOW))
    return plan


async def nudged(db: Database, person_id: int = 1) -> list[datetime]:
    return sorted(row.send_at for row in await outbox_rows(db, kind="prepare", person_id=person_id))


async def still_said(db: Database, person: Person, now: datetime) -> bool:
    """Whether the last nudge still has something to say."""
    last = (await outbox_rows(db, kind="prepare"))[-1]
    return await preparing.to_prepare(db, person, last.parameters["preparation_id"], now) is not None


# --- When -------------------------------------------------------------------------------------------------------------


async def test_nobody_is_nudged_who_did_not_ask(database: Database) -> None:
    await planned(database, await someone(database), 3)
    await run_timer(database, NOW, DUE)
    assert await nudged(database) == []


@pytest.mark.parametrize(
    ("leads", "before"), [("day", [24 * HOUR]), ("hours", [3 * HOUR]), ("day hours", [24 * HOUR, 3 * HOUR])]
)
async def test_nudges_come_at_their_minute_each_week(database: Database, leads: str, before: list[timedelta]) -> None:
    person = await someone(database)
    plan = await prepared(database, person, leads=leads)
    assert await timer.next_due(database) == DUE - before[0]
    await run_timer(database, NOW, DUE - before[0] - timedelta(microseconds=1))
    assert await nudged(database) == []
    await run_timer(database, DUE - before[0], DUE + 8 * DAY)
    assert await nudged(database) == [due - lead for due in (DUE, DUE + 7 * DAY) for lead in before]
    keys = [row.key for row in await outbox_rows(database, kind="prepare")]
    assert keys[0] == f"prepare:{plan.id}:{int(NOW.timestamp())}:20261125T1900:{leads.split()[0]}"


async def test_slots_closer_than_a_day_have_their_own_nudges(database: Database) -> None:
    person = await someone(database)
    rule = model.Rule((model.WeeklyTime((3,), time(12)), model.WeeklyTime((2, 3), time(19))))
    plan = await service.create(database, person, model.Draft(rule), NOW)
    for lead in Lead:
        await preparing.set_lead(database, person, plan.id, lead, True, NOW)
    await run_timer(database, NOW, DUE + HOUR)
    due = [DUE - DAY, DUE - 7 * HOUR, DUE]
    assert await nudged(database) == sorted([at - lead for at in due for lead in (DAY, 3 * HOUR) if at - lead > NOW])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("earlier", [DUE - 2 * HOUR - DAY, DUE - 5 * HOUR]),
        ("later day", [DUE + DAY - DAY, DUE + DAY - 3 * HOUR]),
        ("zone", [DUE + HOUR - DAY, DUE + HOUR - 3 * HOUR]),
        ("done early", [DUE - DAY]),
        ("this week off", [DUE - DAY]),
        ("paused", [DUE - DAY]),
        ("deleted", [DUE - DAY]),
        ("brought back", [DUE - DAY, DUE - 3 * HOUR]),
        ("one slot moved", [DUE - DAY, DUE + DAY - 3 * HOUR]),  # a slot is nudged about once of each kind
        ("blocked", [DUE - DAY]),
        ("turned off", [DUE - DAY]),
    ],
)
async def test_nudges_move_along_with_the_plan(database: Database, change: str, expected: list[datetime]) -> None:
    person = await someone(database)
    plan = await prepared(database, person)
    early = change in ("earlier", "later day", "zone")
    at = NOW if early else DUE - 4 * HOUR
    await run_timer(database, NOW, at)
    match change:
        case "earlier":
            await service.change(database, person, plan.id, weekly(3, at="17:00"), at)
        case "later day":
            await service.change(database, person, plan.id, weekly(4), at)
        case "zone":
            await service.move_person(database, person, "Asia/Dubai", None, at)
        case "done early":
            await service.done_early(database, person, plan.id, at)
        case "this week off":
            await moving.skip_week(database, person, plan.id, None, at)
        case "paused":
            await service.pause(database, person, plan.id, None, at)
        case "deleted":
            await service.delete(database, person, plan.id, at)
        case "brought back":
            await service.delete(database, person, plan.id, at)
            await service.undelete(database, person, plan.id, at)
        case "one slot moved":
            await moving.move(database, person, plan.id, DUE, DUE + DAY, at)
        case "blocked":
            async with database.transaction() as tx:
                (await tx.get_one(PersonRow, 1)).blocked_at = at
        case "turned off":
            await preparing.set_lead(database, person, plan.id, Lead.HOURS, False, at)
    await run_timer(database, at, DUE + DAY + 2 * HOUR)
    assert await nudged(database) == expected


@pytest.mark.parametrize("change", ["done early", "this week off", "paused", "deleted", "moved to Friday", "reminded"])
async def test_a_nudge_that_waits_says_nothing_once_there_is_nothing_to_prepare(
    database: Database, change: str
) -> None:
    person = await someone(database)
    plan = await prepared(database, person)
    at = DUE - 3 * HOUR
    await run_timer(database, NOW, at)
    assert await still_said(database, person, at)
    match change:
        case "done early":
            await service.done_early(database, person, plan.id, at)
        case "this week off":
            await moving.skip_week(database, person, plan.id, None, at)
        case "paused":
            await service.pause(database, person, plan.id, None, at)
        case "deleted":
            await service.delete(database, person, plan.id, at)
        case "moved to Friday":
            await service.change(database, person, plan.id, weekly(5), at)
        case "reminded":
            at = DUE
            await timer.work(database, at)
    assert not await still_said(database, person, at)


async def test_during_a_pause_with_an_end_there_are_none(database: Database) -> None:
    person = await someone(database)
    plan = await prepared(database, person)
    back = (DUE + 7 * DAY).date()  # a Wednesday: a slot of the plan
    await service.pause(database, person, plan.id, back, NOW)
    await run_timer(database, NOW, DUE + 8 * DAY)
    assert await nudged(database) == [DUE + 7 * DAY - 3 * HOUR], "the day before is still the pause"


@pytest.mark.parametrize(
    ("late", "expected"),
    [(HOUR, True), (12 * HOUR, True), (13 * HOUR, False)],
    ids=["an hour", "half its time left", "less"],
)
async def test_a_nudge_held_up_goes_out_while_it_helps(database: Database, late: timedelta, expected: bool) -> None:
    await prepared(database, await someone(database), leads="day")
    await timer.work(database, DUE - DAY + late)
    assert await nudged(database) == ([DUE - DAY + late] if expected else [])
    row = await the_plan(database, 1)
    assert row.prepare_at == DUE + 6 * DAY


async def test_of_two_that_are_late_the_last_is_sent(database: Database) -> None:
    await prepared(database, await someone(database))
    await timer.work(database, DUE - 2 * HOUR)
    assert [row.key.rpartition(":")[2] for row in await outbox_rows(database, kind="prepare")] == ["hours"]


@pytest.mark.parametrize(
    ("moves", "plan_at", "expected"),
    [
        (False, "19:00", [(DUE - DAY, False), (DUE - 3 * HOUR, False)]),
        (False, "09:00", [(DUE - 10 * HOUR - DAY, False), (DUE - 13 * HOUR, True)]),
        (True, "09:00", [(DUE - 10 * HOUR - DAY, False), (DUE - 12 * HOUR, False)]),
        (True, "06:30", []),  # both lie in quiet hours; the day before waits until they end
    ],
    ids=["by day", "without sound", "at their end", "the end is after the slot"],
)
async def test_quiet_hours_soften_nudges(
    database: Database, moves: bool, plan_at: str, expected: list[tuple[datetime, bool]]
) -> None:
    person = await someone(database, quiet_from=time(22), quiet_until=time(7), quiet_moves=moves)
    await prepared(database, person, at=plan_at)
    await run_timer(database, NOW, DUE)
    found = [(row.send_at, row.silent) for row in await outbox_rows(database, kind="prepare")]
    if plan_at == "06:30":
        expected = [(DUE - 12 * HOUR - DAY, False)]
    assert found == expected


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.sets(st.integers(1, 7), min_size=1),
    at=st.sampled_from(["00:15", "02:30", "12:00", "19:00", "23:45"]),
    zone=st.sampled_from(["Asia/Almaty", "Europe/Berlin", "America/New_York"]),
    start=st.datetimes(datetime(2026, 10, 15), datetime(2026, 11, 20)),
    leads=st.sampled_from(["day", "hours", "day hours"]),
)
async def test_every_slot_of_two_weeks_is_prepared_at_its_minutes(
    sqlite: Database, days: set[int], at: str, zone: str, start: datetime, leads: str
) -> None:
    now = start.replace(tzinfo=UTC)
    async with sqlite.transaction() as tx:
        last = await tx.scalar(select(PersonRow.id).order_by(PersonRow.id.desc())) or 0
    person = await someone(sqlite, last + 1, zone)
    plan = await prepared(sqlite, person, *sorted(days), at=at, leads=leads, now=now)
    end = now + 14 * DAY
    await run_timer(sqlite, now, end)
    expected = []
    for moment in model.coming(plan.rule, zone, plan.starts_on, now, 20):
        shown = model.local_of(moment.instant, zone)
        if "day" in leads:
            expected.append(model.instant_of(shown - DAY, zone))
        if "hours" in leads:
            expected.append(moment.instant - 3 * HOUR)
    assert await nudged(sqlite, person.id) == sorted(each for each in expected if now < each <= end)


# --- What is in them --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("script\nshoot\nedit", ["script", "shoot", "edit"]),
        ("сценарий, съёмка; монтаж", ["сценарий", "съёмка", "монтаж"]),
        ("- сценарий\n• түсірілім\n☐ монтаж\n\n", ["сценарий", "түсірілім", "монтаж"]),
        ("shoot, twice\nedit", ["shoot, twice", "edit"]),
        ("edit\nedit", ["edit"]),
        ("  cover   art ", ["cover art"]),
    ],
)
def test_a_checklist_is_read_as_it_is_written(text: str, steps: list[str]) -> None:
    assert preparing.steps_of(text) == steps


def test_a_checklist_stays_on_one_screen() -> None:
    assert len(preparing.steps_of("\n".join(str(n) for n in range(MOST_STEPS)))) == MOST_STEPS
    assert preparing.steps_of("ә" * LONGEST_STEP) == ["ә" * LONGEST_STEP]
    with pytest.raises(TooManySteps):
        preparing.steps_of("\n".join(str(n) for n in range(MOST_STEPS + 1)))
    with pytest.raises(StepTooLong):
        preparing.steps_of("🎬" * (LONGEST_STEP // 2 + 1))


async def test_ticks_belong_to_one_slot_and_survive_a_new_list(database: Database) -> None:
    person = await someone(database)
    plan = await prepared(database, person)
    await preparing.set_checklist(database, person, plan.id, ["script", "shoot"], NOW)
    await run_timer(database, NOW, DUE - DAY)
    [message] = await outbox_rows(database, kind="prepare")
    preparation_id = message.parameters["preparation_id"]
    ticked = await preparing.tick(database, person, preparation_id, 1, True)
    assert ticked.steps == (("script", False), ("shoot", True))
    assert not ticked.ready
    await preparing.set_checklist(database, person, plan.id, ["shoot", "edit"], DUE - DAY)
    shown = await preparing.to_prepare(database, person, preparation_id, DUE - DAY)
    assert shown is not None
    assert shown.steps == (("shoot", True), ("edit", False))
    assert (await preparing.tick(database, person, preparation_id, 1, True)).ready
    await run_timer(database, DUE - DAY, DUE + 6 * DAY)
    *_, same, following = await outbox_rows(database, kind="prepare")
    assert same.parameters["preparation_id"] == preparation_id, "both nudges of a slot share one list"
    fresh = await preparing.to_prepare(database, person, following.parameters["preparation_id"], DUE + 6 * DAY)
    assert fresh is not None
    assert fresh.steps == (("shoot", False), ("edit", False))


async def test_somebody_elses_list_is_not_there(database: Database) -> None:
    person, other = await someone(database), await someone(database, 2)
    plan = await prepared(database, person)
    await preparing.set_checklist(database, person, plan.id, ["script"], NOW)
    await run_timer(database, NOW, DUE - DAY)
    for number in (0, 1, -1):
        with pytest.raises(NotFound):
            await preparing.tick(database, other, 1, number, True)
    for number in (1, -1):
        with pytest.raises(NotFound):
            await preparing.tick(database, person, 1, number, True)
    with pytest.raises(NotFound):
        await preparing.of_plan(database, other, plan.id)
    assert await preparing.to_prepare(database, other, 1, DUE - DAY) is None


async def test_old_lists_go_by_themselves(database: Database) -> None:
    await prepared(database, await someone(database), leads="day")
    await run_timer(database, NOW, DUE + 27 * DAY)
    assert len(await nudged(database)) == 5
    assert (await count_rows(database))["preparations"] == 2

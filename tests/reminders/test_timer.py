"""What falls due by itself: once, at its minute, and honestly after an outage."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from bot import outbox
from bot.db.engine import Database
from bot.db.tables import DeliveryRow, FactRow, OutboxRow, PersonRow, PlanRow, SlotRow
from bot.outbox import Sender
from bot.people import mark_blocked
from bot.reminders import model, service, timer
from bot.reminders.model import Outcome
from tests.support import (
    NOW,
    Recorder,
    StillClock,
    outbox_rows,
    planned,
    run_timer,
    send_due,
    slot_rows,
    someone,
    the_plan,
    together,
    weekly,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DUE = datetime(2026, 11, 23, 14, tzinfo=UTC)
"""19:00 in Almaty on the Monday of NOW."""


async def deliveries(db: Database, **where: Any) -> list[DeliveryRow]:
    async with db.transaction() as tx:
        return list(await tx.scalars(select(DeliveryRow).filter_by(**where).order_by(DeliveryRow.id)))


# --- Due --------------------------------------------------------------------------------------------------------------


async def test_a_slot_that_is_due_is_made_and_announced_once(database: Database) -> None:
    plan = await planned(database, await someone(database))
    await timer.work(database, DUE - timedelta(microseconds=1))
    assert await slot_rows(database) == []
    assert await timer.next_due(database) == DUE
    for _ in range(3):
        await timer.work(database, DUE)
    [slot] = await slot_rows(database)
    assert (slot.plan_id, slot.person_id, slot.local_date, slot.local_time) == (
        plan.id,
        1,
        date(2026, 11, 23),
        time(19),
    )
    assert (slot.due_at, slot.closes_at, slot.outcome, slot.outage) == (DUE, DUE + 12 * HOUR, None, False)
    [message] = await outbox_rows(database)
    assert (message.key, message.kind, message.due_at, message.send_at) == (
        f"slot:1:first:{int(DUE.timestamp())}",
        "reminder",
        DUE,
        DUE,
    )
    assert message.parameters == {"slot_id": slot.id, "one_off_id": None, "kind": "first"}
    [delivery] = await deliveries(database)
    assert (delivery.slot_id, delivery.kind, delivery.outbox_id) == (slot.id, "first", message.id)
    row = await the_plan(database, plan.id)
    assert (row.next_local, row.next_due_at) == (datetime(2026, 11, 24, 19), DUE + DAY)
    assert await timer.next_due(database) == DUE + 2 * HOUR, "then comes the follow-up"
    assert slot.follow_up_at == DUE + 2 * HOUR
    async with database.transaction() as tx:
        await tx.execute(update(SlotRow).values(follow_up_at=None))
    assert await timer.next_due(database) == DUE + 12 * HOUR, "then the slot closes"


async def test_replicas_that_ring_at_once_make_every_slot_once(new_url, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timer, "BATCH", 40)
    url = await new_url()
    replicas = [Database(url) for _ in range(4)]
    rule = model.rule_as_json(weekly().rule)
    async with replicas[0].transaction() as tx:
        born = {"first_name": "Aru", "language": "kk", "zone": "Asia/Almaty", "created_at": NOW, "last_seen": NOW}
        await tx.execute(insert(PersonRow), [{"id": number, **born} for number in range(1, 301)])
        plan = {"rule": rule, "starts_on": NOW.date(), "created_at": NOW, "next_due_at": DUE}
        local = datetime(2026, 11, 23, 19)
        await tx.execute(
            insert(PlanRow), [{"person_id": number, "next_local": local, **plan} for number in range(1, 301)]
        )
    for at in (DUE, DUE + 12 * HOUR, DUE + DAY):
        await together(*(timer.work(replica, at) for replica in replicas))
        await send_due(replicas[0], at)
    slots = await slot_rows(replicas[0])
    assert Counter((slot.plan_id, slot.local_date) for slot in slots) == Counter(
        (number, date(2026, 11, day)) for number in range(1, 301) for day in (23, 24)
    )
    assert Counter(row.key for row in await outbox_rows(replicas[0])) == Counter(
        f"slot:{s.id}:first:{int(s.due_at.timestamp())}" for s in slots
    )
    async with replicas[0].transaction() as tx:
        assert set(await tx.scalars(select(PlanRow.unanswered))) == {1}, "each miss was counted once"
    for replica in replicas:
        await replica.close()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.sets(st.integers(1, 7), min_size=1),
    at=st.sampled_from(["00:15", "02:30", "12:00", "19:00", "23:45"]),
    every=st.sampled_from([1, 1, 2]),
    zone=st.sampled_from(["Asia/Almaty", "Europe/Berlin", "Africa/Cairo", "America/New_York", "Australia/Lord_Howe"]),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    rests=st.lists(st.integers(1, 60 * 60), min_size=3, max_size=14),
)
async def test_however_irregularly_it_rings_no_slot_is_lost_or_doubled(
    sqlite: Database, days: set[int], at: str, every: int, zone: str, start: datetime, rests: list[int]
) -> None:
    """`rests`: minutes between two rings; up to two and a half days, as when the bot is down."""
    now = begun = start.replace(tzinfo=UTC)
    async with sqlite.transaction() as tx:
        last = await tx.scalar(select(PersonRow.id).order_by(PersonRow.id.desc())) or 0
    person = await someone(sqlite, last + 1, zone)
    plan = await planned(sqlite, person, *sorted(days), at=at, every_weeks=every, now=begun)
    for rest in rests:
        now += rest * MINUTE
        await timer.work(sqlite, now)
        await send_due(sqlite, now)
    slots = await slot_rows(sqlite, plan_id=plan.id)
    made = [datetime.combine(slot.local_date, slot.local_time) for slot in slots]
    wanted = model.coming(plan.rule, zone, plan.starts_on, begun, 400)
    expected = list(takewhile(lambda moment: moment.instant <= now, wanted))
    assert sorted(made) == [moment.local for moment in expected]
    assert [slot.due_at for slot in slots] == [moment.instant for moment in expected]
    announced = Counter(row.slot_id for row in await deliveries(sqlite) if row.kind == "first")
    assert all(announced[slot.id] <= 1 for slot in slots)
    digests = Counter(
        slot_id
        for row in await outbox_rows(sqlite, person_id=person.id, kind="digest")
        for slot_id in row.parameters["slot_ids"]
    )
    reached = {row.slot_id for row in await deliveries(sqlite)} | set(digests)
    for slot in slots:
        assert digests[slot.id] <= 1
        assert slot.id in reached or slot.outcome is not None, "an open slot nobody was told about"
        assert slot.outcome is not None or slot.closes_at > now


async def test_after_a_long_absence_every_slot_has_its_row_and_nobody_gets_old_reminders(database: Database) -> None:
    plan = await planned(database, await someone(database))
    now = DUE + 300 * DAY
    await timer.work(database, now)
    slots = await slot_rows(database)
    assert len(slots) == 301
    assert {slot.outcome for slot in slots[:-1]} == {Outcome.UNKNOWN}
    assert slots[-1].outcome is None
    assert [row.parameters["slot_id"] for row in await outbox_rows(database)] == [slots[-1].id]
    assert (await the_plan(database, plan.id)).next_due_at == now + DAY


async def test_people_who_blocked_the_bot_are_left_alone(database: Database) -> None:
    await planned(database, await someone(database))
    async with database.transaction() as tx:
        await mark_blocked(tx, 1, NOW)
    await timer.work(database, DUE + DAY)
    assert await slot_rows(database) == []
    assert await timer.next_due(database) is None


async def test_a_plan_inside_quiet_hours_is_announced_silently_at_its_time(database: Database) -> None:
    loud = await someone(database, 1)
    quiet = await someone(database, 2, quiet_from=time(18), quiet_until=time(9), quiet_moves=True)
    await planned(database, loud)
    await planned(database, quiet)
    await planned(database, quiet, at="10:00", now=NOW)
    await timer.work(database, DUE + DAY)
    silent = {(row.person_id, row.due_at): row.silent for row in await outbox_rows(database, kind="reminder")}
    assert silent[1, DUE + DAY] is False
    assert silent[2, DUE + DAY] is True
    assert all(row.send_at == row.due_at for row in await outbox_rows(database, kind="reminder"))
    assert silent[2, DUE + DAY - 9 * HOUR] is False


# --- After an outage --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("late", "kinds", "outcome", "outage"),
    [
        (0 * MINUTE, ["reminder"], None, False),
        (30 * MINUTE, ["reminder"], None, False),
        (31 * MINUTE, ["digest"], None, True),
        (12 * HOUR - MINUTE, ["digest"], None, True),
        (12 * HOUR, [], Outcome.UNKNOWN, True),
        (20 * HOUR, [], Outcome.UNKNOWN, True),
    ],
    ids=["in time", "half an hour", "a minute more", "just open", "just closed", "much later"],
)
async def test_after_an_outage(
    database: Database, late: timedelta, kinds: list[str], outcome: Outcome | None, outage: bool
) -> None:
    await planned(database, await someone(database))
    await timer.work(database, DUE + late)
    [slot] = await slot_rows(database)
    assert (slot.outcome, slot.outage) == (outcome, outage)
    assert [row.kind for row in await outbox_rows(database, state="waiting")] == kinds


async def test_what_was_late_is_one_digest_and_its_slots_become_unknown_when_nobody_answers(database: Database) -> None:
    person = await someone(database)
    plans = [await planned(database, person, at=at) for at in ("15:00", "17:00", "19:00")]
    other = await someone(database, 2)
    await planned(database, other)
    now = DUE + HOUR
    for _ in range(3):
        await timer.work(database, now)
    slots = await slot_rows(database, person_id=1)
    digests = await outbox_rows(database, kind="digest")
    assert [(row.person_id, row.parameters) for row in digests if row.person_id == 1] == [
        (1, {"slot_ids": [slot.id for slot in slots]})
    ]
    assert len(digests) == 2
    assert {row.state for row in await outbox_rows(database, kind="reminder")} == {"cancelled"}

    await send_due(database, now)
    await service.mark(database, person, slots[0].id, Outcome.DONE, now + MINUTE)
    await timer.work(database, DUE + 11 * HOUR + 59 * MINUTE)
    await send_due(database, DUE + 11 * HOUR + 59 * MINUTE)
    open_still = await slot_rows(database, person_id=1, outcome=None)
    assert [slot.id for slot in open_still] == [slots[2].id]
    await timer.work(database, DUE + 12 * HOUR)
    outcomes = [slot.outcome for slot in (await slot_rows(database, person_id=1))[:3]]
    assert outcomes == [Outcome.DONE, Outcome.UNKNOWN, Outcome.UNKNOWN]
    assert (await the_plan(database, plans[2].id)).unanswered == 0, "an outage of ours is nobody's silence"
    standing = await service.plan(database, person, plans[2].id)
    assert (standing.progress.streak, standing.progress.score) == (0, None)


async def test_what_a_dead_sender_had_claimed_goes_into_the_digest_too(database: Database) -> None:
    clock = StillClock(DUE)
    await planned(database, await someone(database))
    await timer.work(database, DUE)
    async with database.transaction() as tx:
        assert len(await outbox.claim(tx, DUE, 10, outbox.LEASE)) == 1
    clock.at = DUE + 2 * HOUR  # the machine comes back
    await timer.work(database, clock.at)
    messenger = Recorder(clock)
    await Sender(database, clock, messenger, 25).deliver()
    assert [message.kind for _, message in messenger.sent] == ["digest"]


async def test_what_is_being_sent_right_now_is_not_taken_back(database: Database) -> None:
    await planned(database, await someone(database))
    await timer.work(database, DUE + 29 * MINUTE)
    async with database.transaction() as tx:
        await outbox.claim(tx, DUE + 30 * MINUTE, 10, outbox.LEASE)
    await timer.work(database, DUE + 30 * MINUTE + timedelta(seconds=30))
    assert [(row.kind, row.state) for row in await outbox_rows(database)] == [("reminder", "waiting")]


async def test_everybody_gets_one_digest_however_many_were_late(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More late messages than one batch holds, two of each person's far apart in it."""
    monkeypatch.setattr(timer, "BATCH", 25)
    rules = [model.rule_as_json(weekly(at=at).rule) for at in ("17:00", "19:00")]
    people = range(1, 41)
    async with database.transaction() as tx:
        born = {"first_name": "Aru", "language": "kk", "zone": "Asia/Almaty", "created_at": NOW, "last_seen": NOW}
        await tx.execute(insert(PersonRow), [{"id": number, **born} for number in people])
        for rule, hour in zip(rules, (17, 19), strict=True):
            local = datetime(2026, 11, 23, hour)
            plan = {"rule": rule, "starts_on": NOW.date(), "created_at": NOW, "next_local": local}
            due = model.instant_of(local, "Asia/Almaty")
            await tx.execute(insert(PlanRow), [{"person_id": n, "next_due_at": due, **plan} for n in people])
    await timer.work(database, DUE + 2 * HOUR)
    digests = await outbox_rows(database, kind="digest")
    assert Counter(row.person_id for row in digests) == Counter(people)
    assert {len(row.parameters["slot_ids"]) for row in digests} == {2}


# --- Closing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "outcome", "unanswered"),
    [("sent", Outcome.MISSED, 1), ("waiting", Outcome.UNKNOWN, 0), ("failed", Outcome.UNKNOWN, 0)],
)
async def test_a_slot_closes_as_missed_only_if_its_reminder_arrived(
    database: Database, state: str, outcome: Outcome, unanswered: int
) -> None:
    plan = await planned(database, await someone(database), 1)
    await timer.work(database, DUE)
    async with database.transaction() as tx:
        await tx.execute(update(OutboxRow).values(state=state, claimed_until=DUE + DAY))
    await timer.work(database, DUE + 12 * HOUR)
    [slot] = await slot_rows(database)
    assert (slot.outcome, slot.decided_at) == (outcome, DUE + 12 * HOUR)
    assert (await the_plan(database, plan.id)).unanswered == unanswered
    assert await outbox_rows(database, state="waiting") == [], "a reminder for a closed slot is not sent any more"


async def test_a_slot_closes_when_the_next_one_comes(database: Database) -> None:
    person = await someone(database)
    rule = model.Rule((model.WeeklyTime((1,), time(19)), model.WeeklyTime((1,), time(21))))
    await service.create(database, person, model.Draft(rule), NOW)
    await run_timer(database, NOW, DUE + 2 * HOUR)
    first, second = await slot_rows(database)
    assert (first.outcome, first.closes_at) == (Outcome.MISSED, DUE + 2 * HOUR)
    assert second.outcome is None


async def test_a_plan_nobody_answers_grows_silent_and_asks_once(database: Database) -> None:
    plan = await planned(database, await someone(database))
    await run_timer(database, NOW, DUE + 18 * DAY)
    days = [(row.due_at - DUE).days for row in await outbox_rows(database, kind="reminder")]
    assert days == [0, 1, 2, 9, 16], "three, then one a week"
    async with database.transaction() as tx:  # seven weeks later
        (await tx.get_one(PlanRow, plan.id)).unanswered = model.GOAL_WEEKS - 1
    await run_timer(database, DUE + 18 * DAY, DUE + 40 * DAY)
    days = [(row.due_at - DUE).days for row in await outbox_rows(database, kind="reminder")]
    assert days == [0, 1, 2, 9, 16, 23]
    [question] = await outbox_rows(database, kind="resting")
    assert question.parameters == {"plan_id": plan.id}
    row = await the_plan(database, plan.id)
    assert (row.state, row.next_due_at, row.unanswered) == ("paused", None, model.GOAL_WEEKS)
    slots = await slot_rows(database)
    assert {slot.outcome for slot in slots} == {Outcome.MISSED}
    assert question.due_at == slots[-1].due_at == DUE + 24 * DAY
    assert len(slots) == 25, "days without a reminder have their slots too"


async def test_an_answer_brings_every_reminder_back(database: Database) -> None:
    person = await someone(database)
    await planned(database, person)
    await run_timer(database, NOW, DUE + 6 * DAY)
    assert len(await outbox_rows(database, kind="reminder")) == 3
    missed = (await slot_rows(database))[-2]
    await service.mark(database, person, missed.id, Outcome.DONE, DUE + 6 * DAY + HOUR)
    await run_timer(database, DUE + 6 * DAY + HOUR, DUE + 9 * DAY)
    days = [(row.due_at - DUE).days for row in await outbox_rows(database, kind="reminder")]
    assert days == [0, 1, 2, 7, 8, 9]


# --- Zone rules, housekeeping -----------------------------------------------------------------------------------------


async def test_new_zone_rules_move_every_due_date_to_its_wall_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await someone(database)
    to_come = await planned(database, person)
    already_due = await planned(database, person, at="15:00")
    own_zone = await planned(database, person, zone="Europe/Berlin")
    resting = await planned(database, person)
    await service.pause(database, person, resting.id, None, NOW)
    assert await timer.follow_zone_rules(database, NOW) is True, "the first start"
    assert await timer.follow_zone_rules(database, NOW) is False
    async with database.transaction() as tx:  # as if the rules of 2023 had been followed until today
        for kept in (to_come, own_zone):
            (await tx.get_one(PlanRow, kept.id)).next_due_at = DUE - HOUR
        (await tx.get_one(PlanRow, already_due.id)).next_due_at = NOW - MINUTE
        (await tx.get_one(FactRow, "tzdata")).value = "2023.4"
    monkeypatch.setattr(timer, "version", lambda name: {"tzdata": "2099.1"}[name])
    assert await timer.follow_zone_rules(database, NOW) is True
    assert (await the_plan(database, to_come.id)).next_due_at == DUE
    assert (await the_plan(database, own_zone.id)).next_due_at == datetime(2026, 11, 23, 18, tzinfo=UTC)
    assert (await the_plan(database, already_due.id)).next_due_at == NOW - MINUTE, "late is not moved"
    assert (await the_plan(database, resting.id)).next_due_at is None
    assert await timer.follow_zone_rules(database, NOW) is False
    async with database.transaction() as tx:
        assert (await tx.get_one(FactRow, "tzdata")).value == "2099.1"


async def test_replicas_that_start_together_follow_the_rules_once(new_url) -> None:
    url = await new_url()
    replicas = [Database(url) for _ in range(4)]
    await together(*(slot_rows(replica) for replica in replicas))  # connected before the race begins
    answers = await together(*(timer.follow_zone_rules(replica, NOW) for replica in replicas))
    assert sorted(answers) == [False, False, False, True]
    for replica in replicas:
        await replica.close()


async def test_a_deleted_plan_is_forgotten_after_a_day(database: Database) -> None:
    person = await someone(database)
    gone, kept = await planned(database, person), await planned(database, person)
    await timer.work(database, DUE)
    await service.delete(database, person, gone.id, DUE)
    await timer.forget_deleted(database, DUE + DAY)
    assert len(await slot_rows(database)) == 2
    await timer.forget_deleted(database, DUE + DAY + MINUTE)
    assert {slot.plan_id for slot in await slot_rows(database)} == {kept.id}


async def test_the_id_of_a_slot_that_is_gone_may_come_again_and_nobody_misses_a_reminder(database: Database) -> None:
    """SQLite gives the highest id out again; what was sent for the old slot is kept for days."""
    person = await someone(database)
    plan = await planned(database, person, 1, 2)
    await timer.work(database, DUE)
    async with database.transaction() as tx:
        await tx.execute(update(OutboxRow).values(state="sent", sent_at=DUE))
    await service.delete(database, person, plan.id, DUE)
    await timer.forget_deleted(database, DUE + 2 * DAY)
    assert await slot_rows(database) == []
    await planned(database, person, 4)
    await timer.work(database, DUE + 3 * DAY)
    [slot] = await slot_rows(database)
    assert [row.due_at for row in await outbox_rows(database, state="waiting")] == [slot.due_at]

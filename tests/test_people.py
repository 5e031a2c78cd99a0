"""People: what is known about them, what that costs, all of it handed out, and all of it erased."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import JSON, Column, Table, event, insert, select

from bot import people
from bot.db.engine import Database
from bot.db.sealed import SealedJson
from bot.db.tables import Base, CheckRow, Instant, PersonRow, SlotRow
from bot.people import Draft, People, QuietHours, count, drop_draft, mark_blocked, read_draft, save_draft
from bot.reminders import service
from bot.reminders.model import Outcome
from tests.support import NOW, count_rows, planned, run_timer, slot_rows, someone

MINUTE = timedelta(minutes=1)
NO_PERSON = {"facts", "leases", "known_voices", "misses", "audit", "broadcasts"}
"""Tables that know nobody. A new table is either listed here or erased with its person: somebody has to decide.

What admins did stays, and their names go from it (tests/broadcasts/test_service.py)."""


@contextmanager
def statements(db: Database) -> Iterator[list[str]]:
    """The statements sent to the database inside the block."""
    seen: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine.sync_engine, "before_cursor_execute", note)


# --- Meeting ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "language"),
    [("kk", "kk"), ("kk-KZ", "kk"), ("RU", "ru"), ("en-US", "en"), ("uz", "en"), ("", "en"), (None, "en")],
)
async def test_a_newcomer_gets_a_language_and_the_zone_of_the_country(
    sqlite: Database, code: str | None, language: str
) -> None:
    met = await People(sqlite).meet(1, "Айгүл", code, NOW)
    assert (met.new, met.language, met.zone, met.first_name) == (True, language, "Asia/Almaty", "Айгүл")
    assert not any((met.language_chosen, met.zone_chosen, met.blocked))
    assert (met.translator.language, met.translator.zone) == (language, "Asia/Almaty")


async def test_an_ordinary_message_costs_no_statement_and_a_change_is_written_at_once(database: Database) -> None:
    everybody = People(database)
    everybody.hear_of_changes(True)
    assert (await everybody.meet(1, "Aru", "kk", NOW)).new
    with statements(database) as seen:
        again = await everybody.meet(1, "Aru", "kk", NOW + 10 * MINUTE - timedelta(seconds=1))
    assert seen == []
    assert (again.new, again.last_seen) == (False, NOW)
    with statements(database) as seen:
        later = await everybody.meet(1, "Aru", "kk", NOW + 10 * MINUTE)
    assert seen
    assert (later.new, later.last_seen) == (False, NOW + 10 * MINUTE)
    renamed = await everybody.meet(1, "Aruzhan", "ru", NOW + 11 * MINUTE)
    assert (renamed.first_name, renamed.language, renamed.telegram_language) == ("Aruzhan", "ru", "ru")
    assert (await People(database).get(1)) == renamed, "another replica reads the same"


async def test_a_chosen_language_is_kept_whatever_the_telephone_says(database: Database) -> None:
    everybody = People(database)
    await everybody.meet(1, "Aru", "ru", NOW)
    chosen = await everybody.choose_language(1, "kk")
    assert (chosen.language, chosen.language_chosen) == ("kk", True)
    assert (await everybody.meet(1, "Aru", "en", NOW + MINUTE)).language == "kk"


async def test_somebody_who_had_blocked_the_bot_is_looked_up_each_time(database: Database) -> None:
    everybody = People(database)
    await everybody.meet(1, "Aru", "kk", NOW)
    async with database.transaction() as tx:
        await mark_blocked(tx, 1, NOW)
    await everybody.forget_memory(1)
    assert (await everybody.meet(1, "Aru", "kk", NOW)).blocked
    async with database.transaction() as tx:
        await mark_blocked(tx, 1, None)
    assert not (await everybody.meet(1, "Aru", "kk", NOW)).blocked, "no stale memory of the block"


async def test_what_another_replica_wrote_is_seen_after_forgetting(sqlite: Database) -> None:
    mine, theirs = People(sqlite), People(sqlite)
    await mine.meet(1, "Aru", "kk", NOW)
    await theirs.change(1, zone="Asia/Tashkent")
    await mine.forget_memory(1)
    assert (await mine.meet(1, "Aru", "kk", NOW)).zone == "Asia/Tashkent"


async def test_a_clock_set_back_still_writes_last_seen(sqlite: Database) -> None:
    everybody = People(sqlite)
    await everybody.meet(1, "Aru", "kk", NOW)
    assert (await everybody.meet(1, "Aru", "kk", NOW - timedelta(days=900))).last_seen == NOW - timedelta(days=900)


async def test_nobody_is_known_before_they_write(sqlite: Database) -> None:
    assert await People(sqlite).get(1) is None


# --- Quiet hours, drafts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "at", "quiet"),
    [
        ("22:00", "08:00", "23:30", True),
        ("22:00", "08:00", "07:59", True),
        ("22:00", "08:00", "08:00", False),
        ("22:00", "08:00", "22:00", True),
        ("22:00", "08:00", "12:00", False),
        ("13:00", "15:00", "14:00", True),
        ("13:00", "15:00", "15:00", False),
        ("13:00", "15:00", "12:59", False),
    ],
)
def test_quiet_hours_may_run_over_midnight(start: str, end: str, at: str, quiet: bool) -> None:
    hours = QuietHours(time.fromisoformat(start), time.fromisoformat(end))
    assert hours.cover(time.fromisoformat(at)) is quiet


MINUTES = st.integers(0, 24 * 60 - 1)


@given(start=MINUTES, end=MINUTES)
def test_quiet_hours_are_as_long_as_from_their_start_to_their_end(start: int, end: int) -> None:
    hours = QuietHours(time(*divmod(start, 60)), time(*divmod(end, 60)))
    covered = sum(hours.cover(time(*divmod(minute, 60))) for minute in range(24 * 60))
    assert covered == (end - start) % (24 * 60)


async def test_quiet_hours_are_kept_and_taken_away(database: Database) -> None:
    everybody = People(database)
    await everybody.meet(1, "Aru", "kk", NOW)
    hours = QuietHours(time(22), time(8), moves=True)
    assert (await everybody.set_quiet(1, hours)).quiet == hours
    kept = await People(database).get(1)
    assert kept is not None
    assert kept.quiet == hours
    assert (await everybody.set_quiet(1, None)).quiet is None


async def test_a_person_has_one_unfinished_thing_and_it_grows_old(database: Database) -> None:
    await someone(database)
    life = timedelta(days=2)
    for kind in ("plan", "place"):
        async with database.transaction() as tx:
            await save_draft(tx, 1, Draft(kind, {"kind": kind, "қала": "Ош"}), NOW)
    async with database.transaction() as tx:
        assert await read_draft(tx, 1, NOW + life, life) == Draft("place", {"kind": "place", "қала": "Ош"})
        assert await read_draft(tx, 1, NOW + life + MINUTE, life) is None
        assert await read_draft(tx, 2, NOW, life) is None
        assert await drop_draft(tx, 1) is True
        assert await drop_draft(tx, 1) is False


# --- Everything about somebody ----------------------------------------------------------------------------------------


def owner_of(table: Table) -> Column[Any] | None:
    """The column that says whose row it is."""
    found: Column[Any] | None = table.c.id if table.name == "people" else table.c.get("person_id")
    return found


def value_for(column: Column[Any], person_id: int, name: str, made: dict[str, Any]) -> Any:
    """Something that fits the column and can be recognised as this person's."""
    if column.name == "person_id" or (column.table.name == "people" and column.name == "id"):
        return person_id
    for key in column.foreign_keys:
        return made[key.column.table.name]
    if isinstance(column.type, (JSON, SealedJson)):
        return {"words": f"{name} said this", "id": person_id}
    if isinstance(column.type, Instant):
        return NOW
    kind = column.type.python_type
    if kind is str:
        return f"{name} {column.name}"[: getattr(column.type, "length", None) or 100]
    known: dict[type, Any] = {
        int: person_id % 1_000_000_007,
        bool: True,
        float: 1.5,
        datetime: NOW.replace(tzinfo=None),
        date: date(2026, 11, 23),
        time: time(19),
    }
    return known[kind]


async def fill(db: Database, person_id: int, name: str) -> None:
    """A row about the person in every table that can hold one."""
    made: dict[str, Any] = {}
    async with db.transaction() as tx:
        for table in Base.metadata.sorted_tables:
            if owner_of(table) is None:
                continue
            values = {
                column.name: value_for(column, person_id, name, made)
                for column in table.c
                if not (column.primary_key and column.autoincrement is not False and not column.foreign_keys)
                or column.name == "person_id"
            }
            key = (await tx.execute(insert(table).values(values))).inserted_primary_key
            made[table.name] = key[0] if key else None


async def everything(db: Database) -> str:
    """All values of all rows of all tables, as text."""
    found: list[str] = []
    async with db.transaction() as tx:
        for table in Base.metadata.sorted_tables:
            found += [f"{table.name}: {tuple(row)}" for row in await tx.execute(select(table))]
    return "\n".join(found)


def test_every_table_either_belongs_to_a_person_or_is_known_to_know_nobody() -> None:
    owned = {table.name for table in Base.metadata.sorted_tables if owner_of(table) is not None}
    assert {table.name for table in Base.metadata.sorted_tables} - owned == NO_PERSON


async def test_the_export_has_every_table_and_is_json(database: Database) -> None:
    await fill(database, 987654321012, "Жібек")
    await fill(database, 2, "Другой")
    kept = await People(database).export(987654321012)
    assert set(kept) == {table.name for table in Base.metadata.sorted_tables} - NO_PERSON
    assert {len(found) for found in kept.values()} == {1}
    text = json.dumps(kept, ensure_ascii=False)
    assert "Жібек said this" in text
    assert "Другой" not in text
    assert kept["people"][0]["created_at"] == NOW.isoformat()
    for name, [row] in kept.items():
        assert set(row) == set(Base.metadata.tables[name].c.keys()), "no column is left out"


async def test_erasing_leaves_no_row_and_no_trace_and_touches_nobody_else(database: Database) -> None:
    await fill(database, 2, "Другой")
    others = await everything(database)
    before = await count_rows(database)
    assert len(before) == len(Base.metadata.sorted_tables) - len(NO_PERSON)
    await fill(database, 987654321012, "Zhibek")
    assert await count_rows(database) == {name: 2 * number for name, number in before.items()}

    everybody = People(database)
    await everybody.meet(987654321012, "Zhibek", "kk", NOW)
    await everybody.erase(987654321012)
    left = await everything(database)
    assert "Zhibek" not in left
    assert "987654321012" not in left
    assert left == others
    assert (await everybody.meet(987654321012, "Zhibek", "kk", NOW)).new, "the memory has forgotten too"


async def test_erasing_after_a_real_week_leaves_nothing(database: Database) -> None:
    person = await someone(database, 1)
    await planned(database, person)
    end = NOW + timedelta(days=7, hours=6)
    await run_timer(database, NOW, end)
    last = (await slot_rows(database))[-1]
    await service.mark(database, person, last.id, Outcome.DONE, end)
    assert (await count_rows(database)).keys() >= {"plans", "slots", "deliveries", "outbox"}
    await People(database).erase(1)
    assert await count_rows(database) == {}


async def test_figures_for_the_operator(database: Database) -> None:
    assert await count(database, NOW) == people.Counts(0, 0, 0, 0, {}, 0, 0, 0, 0)
    everybody = People(database)
    for number, (code, days) in enumerate([("kk", 0), ("kk", 3), ("ru", 8), ("en", 0)], start=1):
        await everybody.meet(number, "Aru", code, NOW - timedelta(days=days, minutes=1))
    async with database.transaction() as tx:
        await mark_blocked(tx, 3, NOW)
        row = await tx.get_one(PersonRow, 1)
        tx.add(
            CheckRow(person_id=row.id, chat_id=1, message_id=1, file_id="f", send_at=NOW, created_at=NOW - 5 * MINUTE)
        )
    person = await everybody.get(1)
    assert person is not None
    await planned(database, person, now=NOW - timedelta(days=3))
    resting = await planned(database, person, now=NOW - timedelta(days=3), at="03:00")
    await service.pause(database, person, resting.id, None, NOW - timedelta(days=3))
    await run_timer(database, NOW - timedelta(days=3), NOW)
    async with database.transaction() as tx:
        first = (await tx.scalars(select(SlotRow).order_by(SlotRow.due_at))).first()
        assert first is not None
        first.outcome = Outcome.DONE
    found = await count(database, NOW)
    assert (found.people, found.active_day, found.active_week, found.blocked) == (4, 2, 3, 1)
    assert found.by_language == {"kk": 2, "ru": 1, "en": 1}
    assert (found.plans, found.slots_done_week, found.slots_week, found.checks_day) == (1, 1, 3, 1)

"""Migrations: each can be taken forth and back, and together they make exactly the tables of the code."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect

from bot.db import migrate
from bot.db.engine import Database
from bot.db.tables import DeliveryRow, FactRow, PersonRow, PlanRow, SlotRow
from tests.conftest import PostgreSQL
from tests.support import together


async def tables_of(database: Database) -> set[str]:
    async with database.engine.connect() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    return set(names) - {"alembic_version"}


async def test_every_migration_goes_up_down_and_up_again(empty_database: Database) -> None:
    assert await migrate.current(empty_database) is None
    before, tables_before = "base", set[str]()
    for revision in migrate.revisions():
        await migrate.upgrade(empty_database, revision)
        known = await tables_of(empty_database)
        await migrate.downgrade(empty_database, before)
        assert await tables_of(empty_database) == tables_before
        await migrate.upgrade(empty_database, revision)
        assert await tables_of(empty_database) == known
        assert await migrate.current(empty_database) == revision
        before, tables_before = revision, known
    await migrate.downgrade(empty_database, "base")
    assert await tables_of(empty_database) == set()


async def test_migrations_make_exactly_the_tables_of_the_code(empty_database: Database) -> None:
    await migrate.upgrade(empty_database)
    assert await migrate.differences(empty_database) == []


async def test_a_difference_would_be_found(database: Database) -> None:
    assert await migrate.differences(database) == []
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("drop index ix_plans_state_next_due_at")
        await connection.exec_driver_sql("drop table facts")
    assert len(await migrate.differences(database)) == 2


async def test_upgrading_again_changes_nothing(database: Database) -> None:
    async with database.transaction() as tx:
        tx.add(FactRow(name="kept", value="yes"))
    await migrate.upgrade(database)
    assert await migrate.current(database) == migrate.revisions()[-1]
    async with database.transaction() as tx:
        assert (await tx.get_one(FactRow, "kept")).value == "yes"


async def test_replicas_that_start_together_migrate_once(postgres: PostgreSQL) -> None:
    url = await postgres.empty()
    replicas = [Database(url) for _ in range(4)]
    await together(*(migrate.upgrade(replica) for replica in replicas))
    assert await migrate.current(replicas[0]) == migrate.revisions()[-1]
    assert await migrate.differences(replicas[0]) == []
    for replica in replicas:
        await replica.close()
    postgres.drop(url)


async def test_a_migration_that_fails_leaves_nothing_behind(postgres: PostgreSQL) -> None:
    url = await postgres.empty()
    database = Database(url)
    async with database.engine.begin() as connection:  # in the way of the first migration, halfway through it
        await connection.exec_driver_sql("create table slots (id int)")
    with pytest.raises(Exception, match="slots"):
        await migrate.upgrade(database)
    assert await migrate.current(database) is None
    assert await tables_of(database) == {"slots"}
    await database.close()
    postgres.drop(url)


def test_revisions_are_one_chain() -> None:
    found = migrate.revisions()
    assert found
    assert found == sorted(found)


async def test_rows_of_an_older_version_live_through_every_later_migration(empty_database: Database) -> None:
    """What 0001 held is there at the end, also what refers to a table that a migration changes."""
    await migrate.upgrade(empty_database, "0001")
    at = "'2026-11-24 14:00:00+00:00'"
    rows = (
        "insert into people (id, first_name, language, language_chosen, zone, zone_chosen, quiet_moves, snooze_minutes,"
        f" created_at, last_seen) values (7, 'Ainur', 'kk', true, 'Asia/Almaty', true, false, 30, {at}, {at})",
        "insert into plans (id, person_id, rule, state, starts_on, unanswered, version, created_at)"
        f" values (1, 7, '{{}}', 'active', '2026-11-24', 0, 1, {at})",
        "insert into slots (id, plan_id, person_id, local_date, local_time, due_at, closes_at, outage)"
        f" values (1, 1, 7, '2026-11-24', '19:00:00', {at}, {at}, false)",
        "insert into outbox (id, key, person_id, chat_id, kind, parameters, silent, due_at, send_at, state, attempts)"
        f" values (1, 'slot:1:first', 7, 7, 'slot', '{{}}', false, {at}, {at}, 'sent', 1)",
        f"insert into deliveries (id, person_id, slot_id, kind, due_at, outbox_id) values (1, 7, 1, 'first', {at}, 1)",
    )
    async with empty_database.engine.begin() as connection:
        for row in rows:
            await connection.exec_driver_sql(row)
    await migrate.upgrade(empty_database)
    async with empty_database.transaction() as tx:
        person = await tx.get_one(PersonRow, 7)
        plan = await tx.get_one(PlanRow, 1)
        delivery = await tx.get_one(DeliveryRow, 1)
        slot = await tx.get_one(SlotRow, 1)
    assert (person.weekly, person.follow_up, person.dark_pictures) == (True, True, False)
    assert person.weekly_on is not None
    assert person.weekly_on.isoweekday() == 7
    assert (plan.goal_weeks, plan.checklist, plan.prepare_day) == (13, [], False)
    assert (delivery.slot_id, delivery.outbox_id) == (1, 1)
    assert (slot.assigned_to, slot.follow_up_at) == (None, None)

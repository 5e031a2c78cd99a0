"""The engine and its column types, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, StatementError

from bot.db.engine import Database
from bot.db.tables import FactRow, InboxRow, LeaseRow, PersonRow
from tests.support import NOW, planned, someone, together

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=OFFSETS))
async def test_an_instant_comes_back_as_the_same_instant_in_utc(database: Database, said: datetime) -> None:
    async with database.transaction() as tx:
        await tx.merge(LeaseRow(name="clock", owner="me", epoch=1, heartbeat_at=said))
    async with database.transaction() as tx:
        kept = (await tx.get_one(LeaseRow, "clock")).heartbeat_at
        found = await tx.scalar(select(LeaseRow.name).where(LeaseRow.heartbeat_at == said))
    assert kept == said
    assert kept.tzinfo is UTC
    assert found == "clock"


async def test_instants_are_compared_as_instants_whatever_their_offset(database: Database) -> None:
    almaty = timezone(timedelta(hours=5))
    for name, at in {
        "early": datetime(2026, 1, 1, 20, tzinfo=UTC),
        "late": datetime(2026, 1, 2, 2, tzinfo=almaty),
    }.items():
        async with database.transaction() as tx:
            tx.add(LeaseRow(name=name, owner="me", epoch=1, heartbeat_at=at))
    async with database.transaction() as tx:
        order = list(await tx.scalars(select(LeaseRow.name).order_by(LeaseRow.heartbeat_at)))
        before = select(LeaseRow.name).where(LeaseRow.heartbeat_at < datetime(2026, 1, 2, 1, 30, tzinfo=almaty))
        assert order == ["early", "late"]
        assert list(await tx.scalars(before)) == ["early"]


async def test_a_naive_datetime_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive"):
        async with database.transaction() as tx:
            tx.add(LeaseRow(name="naive", owner="me", epoch=1, heartbeat_at=datetime(2026, 1, 1)))


async def test_wall_times_come_back_without_a_zone(database: Database) -> None:
    plan = await planned(database, await someone(database), at="19:00")
    assert plan.next_local == datetime(2026, 11, 23, 19)
    assert plan.next_local.tzinfo is None


async def test_a_block_that_raises_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction() as tx:
            tx.add(FactRow(name="lost", value="1"))
            await tx.flush()
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        await fail()
    async with database.transaction() as tx:
        assert await tx.get(FactRow, "lost") is None


async def test_concurrent_transactions_lose_no_write(database: Database) -> None:
    async with database.transaction() as tx:
        tx.add(LeaseRow(name="count", owner="me", epoch=0, heartbeat_at=NOW))

    async def add_one() -> None:
        async with database.transaction() as tx:
            row = await tx.get_one(LeaseRow, "count", with_for_update=True)
            await asyncio.sleep(0)
            row.epoch += 1

    await together(*(add_one() for _ in range(40)))
    async with database.transaction() as tx:
        assert (await tx.get_one(LeaseRow, "count")).epoch == 40


async def test_two_processes_worth_of_engines_write_to_one_database(new_url) -> None:
    url = await new_url()
    engines = [Database(url) for _ in range(3)]

    async def write(engine: Database, number: int) -> None:
        async with engine.transaction() as tx:
            tx.add(FactRow(name=f"fact {number}", value=""))

    await together(*(write(engines[number % 3], number) for number in range(60)))
    async with engines[0].transaction() as tx:
        assert len(list(await tx.scalars(select(FactRow)))) == 60
    for engine in engines:
        await engine.close()


async def test_an_error_says_nothing_of_what_people_wrote(database: Database) -> None:
    secret = "my secret words"
    row = {"update_id": 7, "state": "waiting", "attempts": 0, "retry_at": NOW, "received_at": NOW}
    with pytest.raises(IntegrityError) as caught:
        async with database.transaction() as tx:
            tx.add_all([InboxRow(**row, content={"text": secret}), InboxRow(**row, content={"text": secret})])
    assert secret not in str(caught.value)


async def test_reachable_tells_whether_the_database_answers(database: Database, tmp_path) -> None:
    assert await database.reachable()
    (tmp_path / "not a database").mkdir()
    gone = Database(f"sqlite+aiosqlite:///{tmp_path / 'not a database'}")
    assert not await gone.reachable()
    away = Database("postgresql+asyncpg://nobody@127.0.0.1:9/nowhere")
    assert not await away.reachable()
    await gone.close()
    await away.close()


async def test_rows_of_a_person_need_their_person(database: Database) -> None:
    """Foreign keys are off in SQLite unless somebody turns them on."""
    nobody = await someone(database, 5)
    async with database.transaction() as tx:
        await tx.delete(await tx.get_one(PersonRow, 5))
    with pytest.raises(Exception, match=r"(?i)foreign key|No row"):
        await planned(database, nobody)

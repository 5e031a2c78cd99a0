"""Leases: one holder at a time, replaced after silence, with an epoch that only grows."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.db import leases
from bot.db.engine import Database
from bot.db.tables import LeaseRow
from tests.support import NOW, together

S = timedelta(seconds=1)


async def hold(db: Database, owner: str, now: datetime, name: str = "sender") -> int | None:
    async with db.transaction() as tx:
        return await leases.hold(tx, name, owner, now)


async def still_held(db: Database, owner: str, epoch: int, now: datetime) -> bool:
    async with db.transaction() as tx:
        return await leases.still_held(tx, "sender", owner, epoch, now)


async def test_the_first_to_ask_holds_it_and_renews_it(database: Database) -> None:
    assert await hold(database, "a", NOW) == 1
    assert await hold(database, "a", NOW + 4 * S) == 1
    assert await hold(database, "b", NOW + 8 * S) is None, "a's heart beat at 4 s"
    assert await hold(database, "a", NOW + 100 * S) == 1, "nobody took it meanwhile"


@pytest.mark.parametrize(
    ("silence", "taken"),
    [(0 * S, False), (4.9 * S, False), (5 * S, True), (3600 * S, True), (-0.2 * S, False), (-60 * S, True)],
    ids=[
        "at once",
        "almost five seconds",
        "five seconds",
        "an hour",
        "clocks differ a little",
        "the clock was set back",
    ],
)
async def test_a_silent_holder_is_replaced_with_the_next_epoch(
    database: Database, silence: timedelta, taken: bool
) -> None:
    await hold(database, "a", NOW)
    assert await hold(database, "b", NOW + silence) == (2 if taken else None)
    assert await still_held(database, "a", 1, NOW + silence) is not taken


async def test_a_replaced_holder_cannot_come_back_with_its_old_epoch(database: Database) -> None:
    await hold(database, "a", NOW)
    await hold(database, "b", NOW + 6 * S)
    assert await hold(database, "a", NOW + 7 * S) is None
    assert not await still_held(database, "a", 1, NOW + 7 * S)
    assert await hold(database, "a", NOW + 12 * S) == 3
    assert not await still_held(database, "a", 1, NOW + 12 * S)


async def test_asking_whether_it_is_held_beats_the_heart(database: Database) -> None:
    await hold(database, "a", NOW)
    for second in range(1, 20):
        assert await still_held(database, "a", 1, NOW + second * S)
    assert await hold(database, "b", NOW + 23 * S) is None


async def test_a_released_lease_is_free_at_once_and_keeps_counting(database: Database) -> None:
    await hold(database, "a", NOW)
    async with database.transaction() as tx:
        await leases.release(tx, "sender", "b")  # not b's to release
    assert await hold(database, "b", NOW) is None
    async with database.transaction() as tx:
        await leases.release(tx, "sender", "a")
    assert await hold(database, "b", NOW) == 2


async def test_an_idle_holder_writes_its_heartbeat_less_often(database: Database) -> None:
    await hold(database, "a", NOW)
    await hold(database, "a", NOW + 1 * S)
    async with database.transaction() as tx:
        assert (await tx.get_one(LeaseRow, "sender")).heartbeat_at == NOW
    await hold(database, "a", NOW + 2 * S)
    async with database.transaction() as tx:
        assert (await tx.get_one(LeaseRow, "sender")).heartbeat_at == NOW + 2 * S


async def test_leases_of_other_names_are_other_leases(database: Database) -> None:
    assert await hold(database, "a", NOW, "sender") == 1
    assert await hold(database, "b", NOW, "sweeper") == 1


async def test_of_many_who_ask_at_once_exactly_one_holds_it(new_url) -> None:
    url = await new_url()
    replicas = [Database(url) for _ in range(6)]
    for round_number in range(1, 5):
        now = NOW + round_number * 10 * S
        epochs = await together(*(hold(db, f"{round_number}.{number}", now) for number, db in enumerate(replicas)))
        assert [epoch for epoch in epochs if epoch is not None] == [round_number]
    for db in replicas:
        await db.close()


NAMES = count()
STEPS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 8)), min_size=1, max_size=25)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_whatever_happens_there_is_one_holder_and_the_epoch_never_goes_back(
    database: Database, steps: list[tuple[str, int]]
) -> None:
    """Replicas ask after pauses of whole seconds; a small model says who must be the holder."""
    now, holder, heard, epoch, name = NOW, None, NOW, 0, f"lease {next(NAMES)}"
    for owner, pause in steps:
        now += pause * S
        given_epoch = await hold(database, owner, now, name)
        if holder is None or (owner != holder and now - heard >= 5 * S):
            holder, epoch, heard = owner, epoch + 1, now
        elif owner == holder and now - heard >= 5 / 3 * S:
            heard = now
        assert given_epoch == (epoch if owner == holder else None)

"""A group that becomes a supergroup: every row of it follows, whichever tables there are, and only once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot import groups
from bot.db.engine import Database
from bot.db.tables import MemberRow, OutboxRow, PersonRow, PlanRow
from bot.people import People
from bot.reminders import teams
from bot.reminders.teams import Member
from tests.support import NOW, planned, queue, someone

OLD, NEW = -4001, -1001000001001


@pytest.mark.parametrize("known", [False, True], ids=["a new id", "somebody wrote there before"])
async def test_everything_a_group_owns_follows_it_once(database: Database, known: bool) -> None:
    group = await groups.meet(database, OLD, "Studio", "ru", None, NOW)
    await People(database).change(OLD, zone="Asia/Tashkent", blocked_at=NOW)
    await someone(database, 1)
    await planned(database, group)
    await teams.join(database, group, Member(1, "Aru"), NOW)
    await queue(database, OLD)
    if known:
        other = await groups.meet(database, NEW, "Studio", "en", None, NOW)
        await teams.join(database, other, Member(1, "Aru"), NOW)
    assert await groups.became(database, OLD, NEW)
    assert not await groups.became(database, OLD, NEW), "told twice, done once"
    async with database.transaction() as tx:
        assert set(await tx.scalars(select(PersonRow.id))) == {1, NEW}
        assert set(await tx.scalars(select(PlanRow.person_id))) == {NEW}
        assert set(await tx.scalars(select(MemberRow.group_id))) == {NEW}
        assert (await tx.execute(select(OutboxRow.person_id, OutboxRow.chat_id))).all() == [(NEW, NEW)]
    moved = await People(database).get(NEW)
    assert moved is not None
    assert (moved.language, moved.zone, moved.blocked) == ("ru", "Asia/Tashkent", False)


async def test_who_erases_everything_leaves_the_groups_plan_behind(database: Database) -> None:
    group = await groups.meet(database, OLD, "Studio", "kk", None, NOW)
    for number in (1, 2):
        await someone(database, number)
        await teams.join(database, group, Member(number, f"Aru {number}"), NOW)
    await planned(database, group)
    await People(database).erase(1)
    assert [each.person_id for each in await teams.rotation(database, group)] == [2]
    async with database.transaction() as tx:
        assert len(list(await tx.scalars(select(PlanRow.id)))) == 1

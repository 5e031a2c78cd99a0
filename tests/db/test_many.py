"""Many rows in one parameter: what goes in as JSON is read as what it was."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from sqlalchemy import Boolean, Date, DateTime, String, Time, select

from bot.db import many
from bot.db.engine import Database
from bot.db.tables import Instant

AT = datetime(2026, 12, 1, 14, 0, 0, 250_000, tzinfo=UTC)


async def test_every_type_comes_back_as_it_went_in(database: Database) -> None:
    types = {
        "at": Instant(),
        "wall": DateTime(timezone=False),
        "day": Date(),
        "hour": Time(),
        "silent": Boolean(),
        "word": String(20),
        "none": Instant(),
    }
    values = {
        "at": AT,
        "wall": datetime(2026, 12, 1, 19),
        "day": date(2026, 12, 1),
        "hour": time(19, 30),
        "silent": True,
        "word": 'a "word", é',
        "none": None,
    }
    async with database.transaction() as tx:
        row = many.rows(tx, [(values, [3, 4]), (values | {"silent": False}, [2**40])], types)
        found = (await tx.execute(select(*row.values()).order_by(row["id"]))).all()
    assert [each[0] for each in found] == [3, 4, 2**40]
    assert [each[1:] for each in found[:2]] == [tuple(values.values())] * 2
    assert [bool(each.silent if hasattr(each, "silent") else each[5]) for each in found] == [True, True, False]


async def test_ids_alone_are_enough_and_none_are_none(database: Database) -> None:
    async with database.transaction() as tx:
        assert list(await tx.scalars(select(many.rows(tx, [({}, [7, 5])])["id"]))) == [7, 5]
        assert list(await tx.scalars(select(many.rows(tx, [({}, [])])["id"]))) == []

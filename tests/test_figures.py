"""The operator's figures on real databases, and their pictures."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from PIL import Image
from sqlalchemy import insert, update

from bot import figure_pictures, figures
from bot.db.engine import Database
from bot.db.tables import CheckRow, InboxRow, MissRow, OutboxRow, PersonRow
from tests.support import NOW, queue

DAY = timedelta(days=1)


async def test_cohorts_count_who_was_seen_later(database: Database) -> None:
    born = {"first_name": "A", "language": "ru", "zone": "Asia/Almaty"}
    weeks = [(2, 2), (2, 0), (2, 1), (0, 0)]  # came so many weeks ago, seen last so many weeks ago
    rows = [
        {"id": n, **born, "created_at": NOW - 7 * came * DAY, "last_seen": NOW - 7 * seen * DAY}
        for n, (came, seen) in enumerate(weeks, 1)
    ]
    async with database.transaction() as tx:
        await tx.execute(insert(PersonRow), rows)
    found = await figures.cohorts(database, NOW)
    assert len(found) == figures.WEEKS
    assert [each.size for each in found][-3:] == [3, 0, 1]
    assert [each.seen for each in found][-3:] == [(3, 2, 1), (0, 0), (1,)]
    crowd = await figures.crowd(database, NOW)
    assert (crowd.active_month, crowd.no_news, crowd.newcomers[-1]) == (4, 0, (NOW.date(), 1))
    assert sum(number for _, number in crowd.newcomers) == 4


async def test_lateness_is_of_the_last_day_without_broadcasts(database: Database) -> None:
    for late in (0.5, 1.5, 10, 400):
        [number] = await queue(database, 1, due_at=NOW - timedelta(hours=1))
        async with database.transaction() as tx:
            sent = {"state": "sent", "sent_at": NOW - timedelta(hours=1) + timedelta(seconds=late)}
            await tx.execute(update(OutboxRow).where(OutboxRow.id == number).values(**sent))
    await queue(database, 1, due_at=NOW - timedelta(minutes=2))
    [bulk] = await queue(database, 1, due_at=NOW - timedelta(hours=2))
    async with database.transaction() as tx:
        await tx.execute(
            update(OutboxRow).where(OutboxRow.id == bulk).values(broadcast_id=1, state="sent", sent_at=NOW)
        )
    found = await figures.sending(database, NOW)
    assert (found.sent, found.failed, found.p50_s, found.p99_s) == (4, 0, 5.75, 400.0)
    assert found.counts == (1, 1, 0, 1, 0, 1)
    assert (found.waiting, found.oldest_s) == (1, 120.0)


async def test_nothing_yet_is_no_error(database: Database) -> None:
    assert (await figures.sending(database, NOW)).p99_s is None
    assert (await figures.checks(database, NOW)).median_s is None
    assert (await figures.trouble(database, NOW)).errors == ()
    assert sum(each.size for each in await figures.cohorts(database, NOW)) == 0


async def test_checks_and_troubles_are_counted_by_what_became_of_them(database: Database) -> None:
    await queue(database, 1)
    check = {"person_id": 1, "chat_id": 1, "file_id": "", "send_at": NOW, "created_at": NOW - DAY, "attempts": 0}
    done = {"state": "done", "finished_at": NOW - DAY + timedelta(seconds=4)}
    kept = {"update_id": 1, "attempts": 5, "retry_at": NOW, "received_at": NOW, "state": "parked"}
    async with database.transaction() as tx:
        for number, result in enumerate(({"band": "no_signs"}, {"band": "cannot_tell", "reason": "too_short"}), 1):
            await tx.execute(insert(CheckRow).values(**check, **done, message_id=number, result=result))
        await tx.execute(insert(CheckRow).values(**check, message_id=3, state="waiting"))
        await tx.execute(insert(InboxRow).values(**kept))
        await tx.execute(insert(MissRow).values(text="?", lang="ru", kind="none", asked_on=NOW.date()))
        failed = {"state": "failed", "error": "Bad Request: chat not found"}
        await tx.execute(update(OutboxRow).values(**failed))
    found = await figures.checks(database, NOW)
    assert (sorted(found.outcomes), found.waiting, found.median_s) == ([("no_signs", 1), ("too_short", 1)], 1, 4.0)
    trouble = await figures.trouble(database, NOW)
    assert (trouble.parked, trouble.errors) == (1, (("Bad Request: chat not found", 1),))
    assert trouble.misses == (("none", 1),)


def test_pictures_show_nothing_much_and_a_lot() -> None:
    many = [(f"{day} қараша", day * 37 % 11) for day in range(1, 31)]
    rows = [("16 қараша", 1234, (1234, 617)), ("23 қараша", 0, (0,))]
    for picture in (
        figure_pictures.bars("Жаңа адамдар", "күн бойынша", many),
        figure_pictures.bars("Nothing", "at all", [], dark=True),
        figure_pictures.table("Кім қалады", "апта бойынша", rows),
        figure_pictures.table("Nobody", "came", []),
    ):
        image = Image.open(BytesIO(picture))
        assert image.width == figure_pictures.WIDTH
        assert len(image.getcolors(maxcolors=1_000_000) or []) > 3, "something is drawn"

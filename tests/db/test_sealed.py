"""What people wrote cannot be read in the database without the key; with it, everything is as before."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Text, select, text, type_coerce, update

from bot import groups, outbox, resealing
from bot.answers import misses, talks
from bot.answers.talks import Talk
from bot.db import raw
from bot.db.engine import Database
from bot.db.sealed import Keyring, Sealed, SealedJson, Unreadable, key_id, read_key
from bot.db.tables import Base, FeedItemRow, FeedRow, OutboxRow, OwnVoiceRow, PersonRow, PreparationRow
from bot.people import Draft, People, Person, save_draft
from bot.reminders import feeds, preparing, subscription, teams, timer
from bot.reminders.fetch import Fetcher
from bot.reminders.model import Outlet
from bot.reminders.nudges import Lead
from bot.reminders.proof import FeedKind, Item
from bot.reminders.teams import Member
from bot.reminders.websub import WebSub, topic_of
from bot.updates import Inbox
from bot.voice import store as checks
from tests.conftest import NewUrl
from tests.support import NOW, StillClock, planned, slot_rows, someone

MARK = "Zhasyryn7"
"""Stands in everything somebody writes in `live`."""

ONE, OTHER = b"1" * 32, b"2" * 32
WRITTEN = "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE="  # a key as it stands in the settings
CHANNEL = "UC" + "a" * 22


async def live(db: Database) -> tuple[Person, str]:
    """A week of a person who writes MARK wherever one can write; the person and the token of their calendar."""
    await People(db).meet(1, f"{MARK} name", "kk", NOW)
    person = await People(db).get(1)
    assert person is not None
    plan = await planned(db, person, 3, outlet=Outlet.YOUTUBE)
    await preparing.set_checklist(db, person, plan.id, [f"{MARK} step"], NOW)
    await preparing.set_lead(db, person, plan.id, Lead("day"), True, NOW)
    due = plan.next_due_at
    assert due is not None
    await timer.work(db, due - timedelta(days=1))
    connected = await feeds.connect(db, person, FeedKind.YOUTUBE, CHANNEL, f"{MARK} channel", NOW)
    await feeds.connect(db, person, FeedKind.TELEGRAM, "-100", f"{MARK} telegram", NOW)
    await timer.work(db, due)
    async with db.transaction() as tx:
        row = await tx.get_one(FeedRow, connected.feed.id)
        video = Item("v1", due, (Outlet.YOUTUBE,), f"https://youtu.be/{MARK}", f"{MARK} title")
        assert await feeds.take(tx, row, [video], due) == 1
        await save_draft(tx, person.id, Draft("plan", {"said": f"{MARK} draft"}), NOW)
        tx.add(OwnVoiceRow(person_id=1, voice=f"{MARK} as numbers", notes=1, encoder="e", created_at=NOW))
        check = {"person_id": 1, "chat_id": 1, "message_id": 5, "file_id": f"{MARK}file"}
        await checks.add(tx, check | {"send_at": NOW, "created_at": NOW})
    await feeds.channel_is_gone(db, "-100", NOW)
    await talks.remember(db, 1, Talk(None, "ru", f"{MARK} asked"), NOW)
    await misses.missed(db, 1, "none", NOW, agreed=True)
    await talks.remember(db, 1, Talk(None, "ru", f"{MARK} asked again"), NOW)
    group = await groups.meet(db, -5, f"{MARK} group", "kk", person, NOW)
    await teams.join(db, group, Member(1, f"{MARK} member"), NOW)
    token = await subscription.renew(db, person, NOW)

    async def handle(_update: object) -> None:
        raise AssertionError("nothing is handled here")

    update = {"update_id": 9, "message": {"from": {"id": 1}, "text": f"{MARK} message"}}
    await Inbox(db, StillClock(), handle).keep([update])
    return person, token


async def dump(db: Database, url: str) -> str:
    """All that lies in the database, as somebody sees it who has got hold of it."""
    if not db.is_sqlite:
        async with db.engine.connect() as connection:
            rows = [
                str(row)
                for table in Base.metadata.sorted_tables
                for row in await connection.execute(text(f"select cast(t as text) from {table.name} t"))
            ]
        return "\n".join(rows)
    file = Path(url.partition("///")[2])
    return "\n".join(each.read_bytes().decode("latin-1") for each in file.parent.glob(f"{file.name}*"))


async def test_nothing_that_people_wrote_can_be_read_without_the_key(new_url: NewUrl) -> None:
    url = await new_url()
    db = Database(url, Keyring([ONE]))
    person, token = await live(db)
    async with db.transaction() as tx:
        youtube = await tx.scalar(select(FeedRow).where(FeedRow.kind == FeedKind.YOUTUBE))
        preparation = await tx.scalar(select(PreparationRow))
        message = await tx.scalar(select(OutboxRow).where(OutboxRow.kind == "channel_gone"))
        item = await tx.scalar(select(FeedItemRow))
    found = await dump(db, url)
    await db.close()
    assert youtube is not None
    assert youtube.websub_token is not None
    assert youtube.websub_secret is not None
    for secret in (MARK, token, youtube.websub_token, youtube.websub_secret):
        assert secret not in found
    assert "Asia/Almaty" in found, "the dump is one"
    assert person.first_name == f"{MARK} name"
    assert preparation is not None
    assert preparation.steps == [[f"{MARK} step", False]]
    assert message is not None
    assert message.parameters == {"title": f"{MARK} telegram"}
    assert item is not None
    assert (item.title, item.link) == (f"{MARK} title", f"https://youtu.be/{MARK}")


async def test_every_sealed_column_was_written_in_that_week(database: Database) -> None:
    """Else the test above would promise more than it looks at."""
    await live(database)
    async with database.engine.connect() as connection:
        for table in raw.tables():
            for name in raw.sealed_columns(table):
                values = list(await connection.scalars(select(table.c[name])))
                assert any(key_id(value) for value in values), f"{table.name}.{name}"


def test_places_name_their_columns() -> None:
    """The place is part of a column's key: one that is copied from another column would open that one's values too."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, (Sealed, SealedJson)):
                assert column.type.place == f"{table.name}.{column.name}"


async def test_texts_of_before_are_read_and_then_sealed(new_url: NewUrl) -> None:
    url = await new_url()
    before = Database(url)
    person, token = await live(before)
    async with before.transaction() as tx:  # as the version before wrote them
        await tx.execute(text("update feeds set websub_hash = null"))
        await tx.execute(text("update calendars set token_digest = null"))
        hub_token = await tx.scalar(select(FeedRow.websub_token).where(FeedRow.kind == FeedKind.YOUTUBE))
    assert MARK in await dump(before, url)
    await before.close()

    db = Database(url, Keyring([ONE]))
    for _ in range(2):  # plain, and sealed
        assert (await People(db).get(1)) == person
        assert await subscription.read(db, token, NOW) is not None
        assert await WebSub(db, StillClock(), Fetcher(), None).confirm(
            str(hub_token), "subscribe", topic_of(CHANNEL), 100
        )
        assert await subscription.read(db, "x" * 22, NOW) is None
        assert (await talks.last(db, 1, NOW)) == Talk(None, "ru", f"{MARK} asked again")
        done = await resealing.sweep(db)
    assert (done.sealed, done.lost) == (0, 0), "the second time there is nothing left to do"
    if db.is_sqlite:  # what was overwritten lies in the file until it is packed
        async with db.engine.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            await driver.execute("vacuum")
            await driver.execute("pragma wal_checkpoint(truncate)")
    found = await dump(db, url)
    await db.close()
    assert MARK not in found
    assert str(hub_token) not in found


async def test_a_new_key_takes_over_while_the_old_one_still_opens(
    new_url: NewUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "BATCH", 1)
    url = await new_url()
    old = Database(url, Keyring([ONE]))
    person, token = await live(old)
    await old.close()
    db = Database(url, Keyring([OTHER, ONE]))
    assert await subscription.read(db, token, NOW) is not None

    class Interrupted(Exception):
        pass

    def stop(table: str, _rows: int) -> None:
        if table == "people":
            raise Interrupted

    with pytest.raises(Interrupted):
        await resealing.sweep(db, stop)
    first = await resealing.sweep(db)
    assert first.lost == 0
    assert first.sealed > 10, "it went on, and the first table was not all"
    await db.close()
    alone = Database(url, Keyring([OTHER]))
    assert await People(alone).get(1) == person
    assert await subscription.read(alone, token, NOW) is not None
    assert (await resealing.sweep(alone)).sealed == 0
    async with alone.engine.connect() as connection:
        for table in raw.tables():
            for name in raw.sealed_columns(table):
                used = {key_id(value) for value in await connection.scalars(select(table.c[name]))} - {None}
                assert used <= {alone.keys.ids[0]}  # type: ignore[union-attr]
    await alone.close()


async def test_a_value_whose_key_is_gone_is_left_alone_and_counted(database: Database) -> None:
    await live(database)
    async with database.transaction() as tx:
        lost = Keyring([OTHER]).seal("gone", "people.first_name")
        await tx.execute(update(PersonRow).where(PersonRow.id == 1).values(first_name=type_coerce(lost, Text)))
    assert (await resealing.sweep(database)).lost == 1
    with pytest.raises(Unreadable, match=r"people\.first_name"):
        await People(database).get(1)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.booleans())
def test_whatever_is_sealed_opens_again(words: str, sealing: bool) -> None:
    keys = Keyring([ONE], sealing=sealing)
    stored = keys.seal(words, "a.b")
    assert keys.open(stored, "a.b") == words
    assert (key_id(stored) is not None) == sealing
    if sealing:
        assert keys.seal(words, "a.b") != stored, "equal texts do not look equal"


@given(st.text())
def test_a_plain_text_never_passes_for_a_sealed_one(words: str) -> None:
    plain = Keyring(sealing=False)
    for each in (words, f"sealed0:{words}", f"sealed1:{words}", "sealed1:0123abcd:" + "A" * 40):
        assert plain.open(plain.seal(each, "a.b"), "a.b") == each


def test_a_damaged_value_or_one_of_another_column_does_not_open() -> None:
    keys = Keyring([ONE])
    stored = keys.seal("somebody", "people.first_name")
    flipped = stored[:-2] + ("A" if stored[-2] != "A" else "B") + stored[-1]
    for value, place in ((flipped, "people.first_name"), (stored, "members.name")):
        with pytest.raises(Unreadable):
            keys.open(value, place)


@pytest.mark.parametrize("bad", ["", "short", "é" * 44, WRITTEN[:-4], WRITTEN + "AAAA"])
def test_what_is_no_key_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        read_key(bad)


async def test_reminders_are_queued_without_opening_a_name(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claims read many rows a second, and nobody's name is said in them."""
    person = await someone(database)
    plans = [await planned(database, person, 3, at=f"1{hour}:00") for hour in range(5)]
    for plan in plans:
        await preparing.set_checklist(database, person, plan.id, ["light", "sound"], NOW)
    opened = []
    real = Keyring.open
    monkeypatch.setattr(Keyring, "open", lambda keys, stored, place: opened.append(place) or real(keys, stored, place))
    end = NOW + timedelta(days=2, hours=8)
    await timer.work(database, end)
    async with database.transaction() as tx:
        claimed = await outbox.claim(tx, end, 100, timedelta(minutes=1))
    assert len(await slot_rows(database)) == 5
    assert claimed
    assert opened == []

"""Feeds with a real database and a real server: publications mark slots, odd answers mark nothing."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from bot import web
from bot.db.engine import Database
from bot.db.tables import FeedItemRow, FeedRow, PersonRow
from bot.errors import NotFound
from bot.people import People, Person
from bot.reminders import feeds, proof, service, timer
from bot.reminders.atom import Address
from bot.reminders.fetch import FeedDown, Fetcher, Refused
from bot.reminders.model import Outcome, Outlet
from bot.reminders.proof import FeedKind, FeedState, Item
from bot.reminders.watch import ChannelNotFound, Watch, YouTubeAway
from bot.reminders.websub import WebSub, topic_of
from tests.feed_server import BILLION_LAUGHS, CHANNEL, Answer, FeedServer, Video, atom
from tests.support import (
    NOW,
    StillClock,
    count_rows,
    outbox_rows,
    planned,
    run_timer,
    slot_rows,
    someone,
    the_plan,
    together,
)

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DUE = NOW + timedelta(days=1, hours=5)
"""Tuesday 19:00 in Almaty."""
CHAT = "-1001"


@pytest.fixture
async def youtube() -> AsyncIterator[FeedServer]:
    async with FeedServer().running() as server:
        yield server


class World:
    """A person with a plan for Tuesdays 19:00, who has connected something."""

    def __init__(self, db: Database, clock: StillClock, youtube: FeedServer | None = None) -> None:
        self.db = db
        self.clock = clock
        fetcher = Fetcher(youtube.url if youtube else "http://127.0.0.1:1", seconds=2)
        self.watch = Watch(db, clock, fetcher, spread=lambda: 0.0)
        self.websub = WebSub(db, clock, fetcher, "https://bot.example.org")

    async def feed(self) -> FeedRow:
        async with self.db.transaction() as tx:
            return (await tx.scalars(select(FeedRow))).one()

    async def items(self) -> list[FeedItemRow]:
        async with self.db.transaction() as tx:
            return list(await tx.scalars(select(FeedItemRow).order_by(FeedItemRow.id)))

    async def look(self, at: datetime) -> FeedRow:
        """Come to `at`, read what is to be read, and return the feed as it is then."""
        await run_timer(self.db, self.clock.now(), at)
        self.clock.set(at)
        async with self.db.transaction() as tx:
            await tx.execute(update(FeedRow).values(next_check_at=at))
        await self.watch.work()
        return await self.feed()


async def channel(db: Database, person: Person, address: str = CHAT) -> None:
    await feeds.connect(db, person, FeedKind.TELEGRAM, address, "Aru", NOW)


async def post(db: Database, number: int | str, at: datetime) -> int:
    item = Item(str(number), at, (Outlet.TELEGRAM,), f"https://t.me/aru/{number}")
    return await feeds.posted(db, CHAT, "Aru", item, at)


async def subscribed(world: World, **person: Any) -> Person:
    owner = await someone(world.db, **person)
    await feeds.connect(world.db, owner, FeedKind.YOUTUBE, CHANNEL, CHANNEL, NOW)
    return owner


# --- Posts of a Telegram channel --------------------------------------------------------------------------------------


async def test_a_post_marks_its_slot_and_takes_the_reminder_back(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 2, outlet=Outlet.TELEGRAM)
    await channel(database, person)
    await timer.work(database, DUE)
    assert await post(database, 5, DUE + MINUTE) == 1
    (slot,) = await slot_rows(database)
    assert (slot.outcome, slot.published_at, slot.link) == (Outcome.DONE, DUE + MINUTE, "https://t.me/aru/5")
    (reminder,) = await outbox_rows(database, kind="reminder")
    (line,) = await outbox_rows(database, kind="seen")
    assert reminder.state == "cancelled"
    assert (line.state, line.silent, line.person_id) == ("waiting", True, person.id)
    assert (await the_plan(database, plan.id)).unanswered == 0


async def test_a_post_before_the_reminder_marks_the_coming_slot_and_nothing_is_sent(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 2, outlet=Outlet.TELEGRAM)
    await channel(database, person)
    assert await post(database, 4, DUE - 7 * HOUR) == 0
    assert await post(database, 5, DUE - 5 * HOUR) == 1
    assert (await the_plan(database, plan.id)).next_due_at == DUE + timedelta(days=7)
    await run_timer(database, DUE - HOUR, DUE + timedelta(days=1))
    assert [row.kind for row in await outbox_rows(database)] == ["seen"]
    (slot,) = await slot_rows(database)
    assert (slot.due_at, slot.outcome) == (DUE, Outcome.DONE)


async def test_an_album_counts_once_and_one_post_marks_one_slot(database: Database) -> None:
    person = await someone(database)
    for at in ("19:00", "21:00"):
        await planned(database, person, 2, at=at, outlet=Outlet.TELEGRAM)
    await channel(database, person)
    marked = await together(*(post(database, "g77", DUE - MINUTE) for _ in range(5)))
    assert sum(marked) == 1
    assert [slot.due_at for slot in await slot_rows(database)] == [DUE]


async def test_only_the_outlet_of_the_feed_counts(database: Database) -> None:
    person = await someone(database)
    await planned(database, person, 2, outlet=Outlet.YOUTUBE)
    await planned(database, person, 2)
    await channel(database, person)
    assert await post(database, 5, DUE - MINUTE) == 0
    assert await slot_rows(database) == []


async def test_a_channel_of_several_people_marks_the_slot_of_each(database: Database) -> None:
    for number in (1, 2, 3):
        person = await someone(database, number)
        await planned(database, person, 2, outlet=Outlet.TELEGRAM)
        if number < 3:
            await channel(database, person)
    assert await post(database, 5, DUE - MINUTE) == 2
    assert sorted(slot.person_id for slot in await slot_rows(database)) == [1, 2]


async def test_who_pressed_done_hears_nothing_and_a_second_post_marks_nothing(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 2, outlet=Outlet.TELEGRAM)
    await channel(database, person)
    await service.done_early(database, person, plan.id, DUE - 2 * HOUR)
    assert await post(database, 5, DUE - HOUR) == 0
    assert await post(database, 6, DUE + HOUR) == 0
    (slot,) = await slot_rows(database)
    assert (slot.link, slot.published_at) == ("https://t.me/aru/5", DUE - 2 * HOUR)
    assert await outbox_rows(database, kind="seen") == []


async def test_a_late_post_repairs_a_missed_slot(database: Database) -> None:
    person = await someone(database)
    await planned(database, person, 2, outlet=Outlet.TELEGRAM)
    await channel(database, person)
    await run_timer(database, NOW, DUE + 30 * HOUR)
    assert [slot.outcome for slot in await slot_rows(database)] == [Outcome.MISSED]
    assert await post(database, 5, DUE + 30 * HOUR) == 1
    assert [slot.outcome for slot in await slot_rows(database)] == [Outcome.DONE]
    await run_timer(database, DUE + 30 * HOUR, DUE + timedelta(days=7, hours=60))
    assert await post(database, 6, DUE + timedelta(days=7, hours=60)) == 0


async def test_paused_and_deleted_plans_are_left_alone(database: Database) -> None:
    person = await someone(database)
    paused = await planned(database, person, 2, outlet=Outlet.TELEGRAM)
    gone = await planned(database, person, 2, outlet=Outlet.TELEGRAM)
    await service.pause(database, person, paused.id, None, NOW)
    await service.delete(database, person, gone.id, NOW)
    await channel(database, person)
    assert await post(database, 5, DUE - MINUTE) == 0


async def test_what_was_seen_wrongly_is_taken_back_for_good(database: Database) -> None:
    person = await someone(database)
    await planned(database, person, 2, outlet=Outlet.TELEGRAM)
    await channel(database, person)
    await post(database, 5, DUE - HOUR)
    (slot,) = await slot_rows(database)
    (item,) = await World(database, StillClock()).items()
    seen = await feeds.seen(database, person, slot.id, item.id)
    assert seen is not None
    assert (seen.title, seen.link, seen.plan.next_due_at) == (None, "https://t.me/aru/5", DUE + timedelta(days=7))
    _, opened = await feeds.unsee(database, person, slot.id, DUE - MINUTE)
    assert (opened.outcome, opened.published) == (None, False)
    assert await feeds.seen(database, person, slot.id, item.id) is None
    assert await post(database, 5, DUE - HOUR) == 0
    await run_timer(database, DUE - MINUTE, DUE)
    await run_timer(database, DUE, DUE + 13 * HOUR)
    assert [row.kind for row in await outbox_rows(database) if row.kind in ("seen", "reminder")] == ["seen", "reminder"]
    assert [slot.outcome for slot in await slot_rows(database)] == [Outcome.MISSED]
    with pytest.raises(NotFound):
        await feeds.unsee(database, await someone(database, 2), slot.id, DUE)


async def test_a_channel_that_threw_the_bot_out_is_told_once_and_forgotten(database: Database) -> None:
    for number in (1, 2):
        await channel(database, await someone(database, number))
    await channel(database, await someone(database, 3), "-1002")
    assert await feeds.channel_is_gone(database, CHAT, NOW) == 2
    assert await feeds.channel_is_gone(database, CHAT, NOW) == 0
    assert [(row.person_id, row.kind) for row in await outbox_rows(database)] == [
        (1, "channel_gone"),
        (2, "channel_gone"),
    ]
    assert (await count_rows(database))["feeds"] == 1


async def test_a_post_and_done_at_the_same_moment_are_one_answer(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 1, 2, 3, 4, 5, 6, 7, outlet=Outlet.TELEGRAM)
    await channel(database, person)
    await timer.work(database, NOW + 5 * HOUR)
    for day in range(3):
        due = NOW + timedelta(days=day, hours=5)
        await run_timer(database, due - HOUR, due)
        slot = (await slot_rows(database))[-1]
        await together(
            service.mark(database, person, slot.id, Outcome.DONE, due + MINUTE), post(database, day, due + MINUTE)
        )
    slots = await slot_rows(database, plan_id=plan.id)
    assert [(slot.outcome, slot.link) for slot in slots] == [
        (Outcome.DONE, f"https://t.me/aru/{day}") for day in range(3)
    ]


# --- Connecting -------------------------------------------------------------------------------------------------------


async def test_connecting_twice_is_connecting_once_and_ten_are_enough(database: Database) -> None:
    person = await someone(database)
    for number in (0, 0, *range(feeds.MOST_FEEDS)):
        await channel(database, person, f"-100{number}")
    assert len(await feeds.feeds(database, person)) == feeds.MOST_FEEDS
    with pytest.raises(feeds.TooManyFeeds):
        await channel(database, person, "-200")


async def test_a_plan_without_an_outlet_can_be_given_the_feeds(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 2)
    made = await feeds.connect(database, person, FeedKind.TELEGRAM, CHAT, "Aru", NOW)
    assert ([], [plan.id]) == (made.plans, [each.id for each in made.unnamed])
    named = await feeds.name_outlet(database, person, plan.id, made.feed.id)
    assert ([plan.id], []) == ([each.id for each in named.plans], named.unnamed)
    assert await post(database, 5, DUE - MINUTE) == 1


async def test_disconnecting_keeps_outcomes_and_belongs_to_the_owner(database: Database) -> None:
    person = await someone(database)
    await planned(database, person, 2, outlet=Outlet.TELEGRAM)
    made = await feeds.connect(database, person, FeedKind.TELEGRAM, CHAT, "Aru", NOW)
    await post(database, 5, DUE - MINUTE)
    with pytest.raises(NotFound):
        await feeds.disconnect(database, await someone(database, 2), made.feed.id)
    await feeds.disconnect(database, person, made.feed.id)
    assert await feeds.feeds(database, person) == []
    assert [slot.outcome for slot in await slot_rows(database)] == [Outcome.DONE]


async def test_mydata_shows_feeds_and_deleteme_leaves_none(database: Database) -> None:
    person = await someone(database)
    await planned(database, person, 2, outlet=Outlet.TELEGRAM)
    await channel(database, person)
    await post(database, 5, DUE - MINUTE)
    kept = await People(database).export(person.id)
    assert kept["feeds"][0]["address"] == CHAT
    assert kept["feed_items"][0]["link"] == "https://t.me/aru/5"
    await People(database).erase(person.id)
    assert "feeds" not in (rows := await count_rows(database))
    assert "feed_items" not in rows


# --- YouTube's feed ---------------------------------------------------------------------------------------------------


async def test_a_video_is_found_by_polling_and_a_new_title_is_no_new_video(
    database: Database, youtube: FeedServer
) -> None:
    world = World(database, StillClock(NOW), youtube)
    person = await subscribed(world)
    await planned(database, person, 2, outlet=Outlet.YOUTUBE)
    old = Video("ooooooooooo", NOW - timedelta(days=200), "Old")
    youtube.feed = Answer(atom([old]))
    feed = await world.look(NOW + MINUTE)
    assert (feed.title, feed.state, feed.next_check_at) == ("Aru films", FeedState.UNSEEN, NOW + 61 * MINUTE)
    assert await world.items() == []

    film = Video("aaaaaaaaaaa", DUE + MINUTE, "My film")
    youtube.feed = Answer(atom([film, old]))
    feed = await world.look(DUE + 16 * MINUTE)
    assert (feed.state, feed.seen_at, feed.next_check_at) == (FeedState.SEEN, DUE + MINUTE, DUE + 76 * MINUTE)
    (slot,) = await slot_rows(database)
    assert (slot.outcome, slot.published_at) == (Outcome.DONE, DUE + MINUTE)
    assert slot.link == "https://www.youtube.com/watch?v=aaaaaaaaaaa"

    youtube.feed = Answer(atom([Video(film.id, film.published, "A better title"), old]))
    await world.look(DUE + 76 * MINUTE)
    assert [item.title for item in await world.items()] == ["My film"]
    assert len(await outbox_rows(database, kind="seen")) == 1


async def test_shorts_and_films_are_told_apart(database: Database, youtube: FeedServer) -> None:
    world = World(database, StillClock(NOW), youtube)
    person = await subscribed(world)
    films = await planned(database, person, 2, outlet=Outlet.YOUTUBE)
    shorts = await planned(database, person, 2, outlet=Outlet.SHORTS)
    youtube.feed = Answer(atom([Video("sssssssssss", DUE, short=True)]))
    await world.look(DUE + MINUTE)
    outcomes = {slot.plan_id: slot.outcome for slot in await slot_rows(database)}
    assert outcomes == {films.id: None, shorts.id: Outcome.DONE}


async def test_an_unchanged_feed_is_asked_for_by_its_mark(database: Database, youtube: FeedServer) -> None:
    world = World(database, StillClock(NOW), youtube)
    await subscribed(world)
    marks = {"ETag": '"one"', "Last-Modified": "Mon, 23 Nov 2026 09:00:00 GMT"}
    youtube.feed = Answer(atom([]), headers=marks)
    await world.look(NOW + MINUTE)
    feed = await world.look(NOW + HOUR)
    first, second = youtube.asked
    assert "if-none-match" not in first.headers
    assert second.headers["if-none-match"] == '"one"'
    assert second.headers["if-modified-since"] == marks["Last-Modified"]
    assert second.target == f"/feeds/videos.xml?channel_id={CHANNEL}"
    assert (feed.title, feed.failures) == ("Aru films", 0)


DOWN = {
    "404": Answer(status=404),
    "500": Answer(status=500),
    "a page": Answer(b"<html></html>", kind="text/html"),
    "cut": Answer(atom([])[:-20]),
    "entities": Answer(atom([], inside=BILLION_LAUGHS)),
    "ten megabytes": Answer(atom([]), pieces=100),
    "slow": Answer(b"<?xml", pieces=100, pause_s=0.5),
    "packed": Answer(atom([]), headers={"Content-Encoding": "gzip"}),
    "round and round": Answer(status=302, headers={"Location": "/feeds/videos.xml"}),
    "elsewhere": Answer(status=302, headers={"Location": "https://evil.example/"}),
    "loopback": Answer(status=302, headers={"Location": "http://127.0.0.1:1/"}),
    "another scheme": Answer(status=302, headers={"Location": "file:///etc/hostname"}),
    "no address": Answer(status=302, headers={"Location": "http://[::1"}),
}


@pytest.mark.parametrize("kind", DOWN)
async def test_a_feed_that_does_not_answer_as_it_should_changes_nothing(
    sqlite: Database, youtube: FeedServer, kind: str
) -> None:
    world = World(sqlite, StillClock(NOW), youtube)
    world.watch.fetcher = Fetcher(youtube.url, seconds=0.3 if kind == "slow" else 5)
    await subscribed(world)
    youtube.feed = DOWN[kind]
    feed = await world.look(NOW + MINUTE)
    assert (feed.state, feed.failures, feed.down_since) == (FeedState.DOWN, 1, NOW + MINUTE)
    assert (feed.claimed_until, feed.next_check_at) == (None, NOW + 121 * MINUTE)
    assert await world.items() == []
    assert len(youtube.asked) <= 4


async def test_waves_of_failure_are_waited_out_and_cost_nobody_a_slot(database: Database, youtube: FeedServer) -> None:
    world = World(database, StillClock(NOW), youtube)
    person = await subscribed(world)
    await planned(database, person, 2, outlet=Outlet.YOUTUBE)
    other = await planned(database, person, 2, outlet=Outlet.TIKTOK)
    states = []
    for minutes, status in enumerate((200, 500, 200, 404, 404, 500), 1):
        youtube.feed = Answer(atom([]), status=status)
        states.append((await world.look(NOW + minutes * MINUTE)).state)
    assert states == ["unseen", "unseen", "unseen", "unseen", "down", "down"]
    await run_timer(database, world.clock.now(), DUE + 13 * HOUR)
    outcomes = {slot.plan_id == other.id: slot.outcome for slot in await slot_rows(database)}
    assert outcomes == {False: Outcome.UNKNOWN, True: Outcome.MISSED}

    youtube.feed = Answer(atom([Video("aaaaaaaaaaa", DUE + MINUTE)]))
    world.clock.set(DUE + 60 * HOUR)  # the hours of repair are over, but it was published in time
    feed = await world.look(DUE + 60 * HOUR)
    assert (feed.state, feed.failures, feed.down_since) == (FeedState.SEEN, 0, None)
    outcomes = {slot.plan_id == other.id: slot.outcome for slot in await slot_rows(database)}
    assert outcomes == {False: Outcome.DONE, True: Outcome.MISSED}


async def test_when_youtube_is_away_nobody_else_waits_for_it(sqlite: Database) -> None:
    world = World(sqlite, StillClock(NOW))
    for number in range(12):
        person = await someone(sqlite, number + 1)
        await feeds.connect(sqlite, person, FeedKind.YOUTUBE, CHANNEL, CHANNEL, NOW)
    assert await world.watch.work() == 4  # the first handful; the rest is left for later
    assert await world.watch.work() == 0


async def test_a_slow_feed_holds_nobody_up(sqlite: Database, youtube: FeedServer) -> None:
    world = World(sqlite, StillClock(NOW), youtube)
    await subscribed(world)
    youtube.feed = Answer(b"<?xml", pieces=100, pause_s=0.5)
    async with asyncio.timeout(1.5):
        await world.watch.work_within(0.2)
    assert await world.watch.work() == 0


async def test_several_watchers_read_a_feed_once(database: Database, youtube: FeedServer) -> None:
    worlds = [World(database, StillClock(NOW), youtube) for _ in range(4)]
    for number in range(20):
        person = await someone(database, number + 1)
        await feeds.connect(database, person, FeedKind.YOUTUBE, CHANNEL, CHANNEL, NOW)
    assert sum(await together(*(world.watch.work() for world in worlds))) == 20
    assert len(youtube.asked) == 20


async def test_feeds_of_people_who_blocked_the_bot_rest(database: Database, youtube: FeedServer) -> None:
    world = World(database, StillClock(NOW), youtube)
    person = await subscribed(world)
    await planned(database, person, 2, outlet=Outlet.TELEGRAM)
    await channel(database, person)
    async with database.transaction() as tx:
        await tx.execute(update(PersonRow).values(blocked_at=NOW))
    assert await world.watch.work() == 0
    assert await post(database, 5, DUE - MINUTE) == 0


# --- Finding a channel ------------------------------------------------------------------------------------------------

CANONICAL = f'<link rel="canonical" href="https://www.youtube.com/channel/{CHANNEL}">'.encode()
AUTHOR = b'<link itemprop="url" href="http://www.youtube.com/@aru">'


async def test_a_handle_and_a_video_lead_to_the_channel(sqlite: Database, youtube: FeedServer) -> None:
    world = World(sqlite, StillClock(NOW), youtube)
    person = await someone(sqlite)
    youtube.answers["/watch"] = Answer(AUTHOR, kind="text/html; charset=utf-8")
    youtube.answers["/%40aru"] = Answer(CANONICAL, kind="text/html; charset=utf-8")
    for page in ("/%40aru", "/watch?v=dQw4w9WgXcQ"):
        made = await world.watch.connect(person, Address(page=page))
        assert (made.feed.address, made.feed.title, made.feed.failures) == (CHANNEL, "Aru films", 0)
    assert len(await feeds.feeds(sqlite, person)) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(status=404), ChannelNotFound),
        (Answer(b"<html></html>", kind="text/html"), ChannelNotFound),
        (Answer(AUTHOR, kind="text/html"), ChannelNotFound),  # a page that leads to itself
        (Answer(status=302, headers={"Location": "https://consent.example/"}), ChannelNotFound),
        (Answer(b"<", kind="text/html", pieces=50, pause_s=1), YouTubeAway),
    ],
)
async def test_a_channel_that_is_not_found_is_said_to_be(
    sqlite: Database, youtube: FeedServer, answer: Answer, error: type[Exception]
) -> None:
    world = World(sqlite, StillClock(NOW), youtube)
    world.watch.fetcher = Fetcher(youtube.url, seconds=0.5)
    youtube.answers["/%40aru"] = answer
    with pytest.raises(error):
        await world.watch.connect(await someone(sqlite), Address(page="/%40aru"))
    assert len(youtube.asked) <= 3


async def test_a_known_channel_is_connected_also_while_its_feed_is_down(sqlite: Database, youtube: FeedServer) -> None:
    world = World(sqlite, StillClock(NOW), youtube)
    youtube.feed = Answer(status=500)
    made = await world.watch.connect(await someone(sqlite), Address(CHANNEL))
    assert (made.feed.title, made.feed.state) == (CHANNEL, FeedState.DOWN)


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.8"], ["142.250.1.1", "192.168.0.1"], ["::1"], ["fe80::1%eth0"], ["100.64.0.1"], []],
)
async def test_a_name_that_leads_inside_is_refused(addresses: list[str]) -> None:
    async def lookup(host: str) -> list[str]:
        assert host == "www.youtube.com"
        return addresses

    with pytest.raises(Refused):
        await Fetcher(lookup=lookup).feed(CHANNEL)


async def test_a_name_that_nobody_knows_is_away() -> None:
    async def lookup(host: str) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(FeedDown) as caught:
        await Fetcher(lookup=lookup).page("/@aru")
    assert caught.value.away


# --- The hub ----------------------------------------------------------------------------------------------------------


async def test_the_hub_is_asked_confirms_and_pushes(database: Database, youtube: FeedServer) -> None:
    world = World(database, StillClock(NOW), youtube)
    await subscribed(world)
    youtube.answers["/subscribe"] = Answer(status=202)
    assert await world.websub.work() == 1
    assert await world.websub.work() == 0, "it is asked again only when it does not confirm"
    asked = youtube.asked[-1].form
    token = asked["hub.callback"].removeprefix("https://bot.example.org/websub/")
    assert (asked["hub.mode"], asked["hub.topic"]) == ("subscribe", topic_of(CHANNEL))

    rung = asyncio.Event()
    app = web.build(_ready, None, None, None)
    web.add_websub(app, world.websub, rung)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as http:
        good = {"hub.mode": "subscribe", "hub.topic": topic_of(CHANNEL), "hub.challenge": "echo"}
        for wrong in ({"hub.mode": "unsubscribe"}, {"hub.topic": topic_of("UC" + "x" * 22)}):
            assert (await http.get(f"/websub/{token}", params=good | wrong)).status_code == 404
        assert (await http.get("/websub/guess", params=good)).status_code == 404
        answer = await http.get(f"/websub/{token}", params=good | {"hub.lease_seconds": "99999999"})
        assert (answer.status_code, answer.text) == (200, "echo")
        feed = await world.feed()
        assert feed.websub_until == NOW + timedelta(days=14)
        assert feed.websub_ask_at == NOW + timedelta(days=12)

        await world.watch.work()
        body = atom([Video("aaaaaaaaaaa", NOW)])
        pushes: list[tuple[str, bytes, int]] = [("guess", body, 404), (token, body, 202), (token, b"x" * 300_000, 413)]
        for to, pushed, status in pushes:
            assert (await http.post(f"/websub/{to}", content=pushed)).status_code == status
        assert not rung.is_set()
        assert (await world.feed()).next_check_at == NOW + HOUR
        signature = "sha1=" + hmac.new(asked["hub.secret"].encode(), body, "sha1").hexdigest()
        answer = await http.post(f"/websub/{token}", content=body, headers={"X-Hub-Signature": signature})
        assert answer.status_code == 202
    assert rung.is_set()
    assert (await world.feed()).next_check_at == NOW

    world.clock.set(NOW + timedelta(days=12))
    assert await world.websub.work() == 1, "the lease is renewed"


async def test_a_hub_that_fails_is_asked_again_later_and_without_an_address_never(
    sqlite: Database, youtube: FeedServer
) -> None:
    world = World(sqlite, StillClock(NOW), youtube)
    await subscribed(world)
    youtube.answers["/subscribe"] = Answer(status=503)
    assert [await world.websub.work(), await world.websub.work()] == [1, 0]
    world.clock.set(NOW + 3 * HOUR)
    assert await world.websub.work() == 1
    assert await WebSub(sqlite, world.clock, world.watch.fetcher, None).work() == 0


async def _ready() -> dict[str, Any]:
    return {"ready": True}


def test_every_kind_of_feed_has_its_outlets() -> None:
    assert set(proof.OUTLETS) == set(FeedKind)

"""Looks at YouTube for publications: finds a channel that somebody named, reads feeds when it is time, minds the hub.

Several replicas may watch; a feed is claimed under a lease and read by one. No network inside a transaction.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from datetime import timedelta

import structlog

from bot import observe
from bot.clock import Clock
from bot.db.engine import Database
from bot.db.tables import FeedRow
from bot.errors import N_, UserError
from bot.people import Person
from bot.reminders import atom, feed_store, feeds, proof
from bot.reminders.atom import Address, Listing, NotAFeed
from bot.reminders.feed_store import Feed
from bot.reminders.feeds import Connected
from bot.reminders.fetch import FeedDown, Fetched, Fetcher
from bot.reminders.proof import FeedKind, FeedState

log = structlog.get_logger(__name__)

AT_ONCE = 4
LEASE = timedelta(minutes=2)
REST_S = 30.0  # of real time, after YouTube did not answer at all
PAGES = 2  # to look at until a channel is found: a video's, and its author's


class ChannelNotFound(UserError):
    """YouTube does not tell which channel that is, or does not answer."""

    message = N_("I could not find this channel. Send me its link from YouTube: Share → Copy link.")


class YouTubeAway(UserError):
    """YouTube does not answer now, and the channel's id is not known."""

    message = N_("YouTube does not answer me now. Try again in some minutes.")


class Watch:
    """Reads feeds; `bell` wakes it before its time."""

    def __init__(self, db: Database, clock: Clock, fetcher: Fetcher, spread: Callable[[], float] | None = None) -> None:
        self._db = db
        self._clock = clock
        self.fetcher = fetcher
        generator = random.SystemRandom()
        self._spread = spread or (lambda: generator.uniform(-1, 1))
        self._rests_until = 0.0
        self.bell = asyncio.Event()

    async def connect(self, person: Person, address: Address) -> Connected:
        """Connect the YouTube channel at an address, and look at its feed once.

        Raises ChannelNotFound, YouTubeAway, TooManyFeeds.
        """
        channel = address.channel or await self._find(address)
        made = await feeds.connect(self._db, person, FeedKind.YOUTUBE, channel, channel, self._clock.now())
        await self._check(made.feed)
        return await feeds.feed(self._db, person, made.feed.id)

    async def _find(self, address: Address) -> str:
        for _ in range(PAGES):
            if address.page is None:
                break
            try:
                page = await self.fetcher.page(address.page)
            except FeedDown as error:
                log.info("channel.not_found", reason=error.reason)
                raise (YouTubeAway if error.away else ChannelNotFound) from error
            found = atom.channel_of(page)
            if found is None:
                break
            if found.channel is not None:
                return found.channel
            address = found
        raise ChannelNotFound

    async def work(self) -> int:
        """Read every feed whose time has come, once. Returns how many were looked at."""
        if time.monotonic() < self._rests_until:
            return 0
        now = self._clock.now()
        looked_at = 0
        while time.monotonic() >= self._rests_until:
            async with self._db.transaction() as tx:
                claimed = await feed_store.claim(tx, now, AT_ONCE, LEASE)
            if not claimed:
                break
            looked_at += len(claimed)
            async with asyncio.TaskGroup() as group:
                for each in claimed:
                    group.create_task(self._check_safely(each))
        return looked_at

    async def work_within(self, seconds: float) -> None:
        """`work`, but YouTube may not hold anybody up for longer than that; what was begun is read another time."""
        try:
            async with asyncio.timeout(seconds):
                await self.work()
        except TimeoutError:
            self._rests_until = time.monotonic() + REST_S

    async def _check_safely(self, feed: Feed) -> None:
        try:
            await self._check(feed)
        except Exception:  # one odd feed must not stop the others; its lease runs out and it is tried again
            log.exception("feed.broken", feed_id=feed.id)

    async def _check(self, feed: Feed) -> None:
        """Read one feed and write down what was found."""
        with observe.span("feed", feed_id=feed.id):
            await self._look(feed)

    async def _look(self, feed: Feed) -> None:
        try:
            fetched = await self.fetcher.feed(feed.address, feed.etag, feed.modified)
            listing = await asyncio.to_thread(atom.read_feed, fetched.body, feed.address) if fetched.body else None
        except (FeedDown, NotAFeed) as error:
            if isinstance(error, FeedDown) and error.away:
                self._rests_until = time.monotonic() + REST_S
            log.info("feed.down", feed_id=feed.id, reason=str(error))
            observe.note(outcome="down")
            await self._failed(feed)
            return
        observe.note(outcome="unchanged" if listing is None else "read")
        await self._read(feed, fetched, listing)

    async def _read(self, feed: Feed, fetched: Fetched, listing: Listing | None) -> None:
        now = self._clock.now()
        async with self._db.transaction() as tx:
            row = await tx.get(FeedRow, feed.id, with_for_update=True)
            if row is None:
                return
            row.failures, row.down_since = 0, None
            row.state = FeedState.SEEN if row.seen_at is not None else FeedState.UNSEEN
            row.etag, row.last_modified = fetched.etag or row.etag, fetched.modified or row.last_modified
            if listing is not None:
                row.title = listing.title[:128] or row.title
                await feeds.take(tx, row, listing.items, now)
            around = await feed_store.due_around(tx, row.person_id, feed.outlets, now)
            row.next_check_at = proof.next_check(now, around, 0, self._spread())
            row.claimed_until = None

    async def _failed(self, feed: Feed) -> None:
        now = self._clock.now()
        async with self._db.transaction() as tx:
            row = await tx.get(FeedRow, feed.id, with_for_update=True)
            if row is None:
                return
            row.failures += 1
            row.down_since = row.down_since or now
            if row.failures >= proof.DOWN_AFTER or row.title == row.address:  # it was never read
                row.state = FeedState.DOWN
            around = await feed_store.due_around(tx, row.person_id, feed.outlets, now)
            row.next_check_at = proof.next_check(now, around, row.failures, self._spread())
            row.claimed_until = None

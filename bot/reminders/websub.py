"""YouTube's hub tells at once when a channel publishes, if it can reach us: subscriptions, their leases, its pushes.

A hub may accept and never push, so feeds are read at their times all the same. A push only makes that happen now: it
does not say whether a video is a Short, and the feed does.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import Text, or_, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.db.engine import Database
from bot.db.sealed import keyring_of
from bot.db.tables import FeedRow, PersonRow
from bot.reminders.fetch import YOUTUBE, FeedDown, Fetcher
from bot.reminders.proof import FeedKind

log = structlog.get_logger(__name__)

PATH = "/websub/"
LEASE = timedelta(days=10)  # what is asked for
LONGEST_LEASE = timedelta(days=14)  # what is believed
RENEW_BEFORE = timedelta(days=2)
ASK_AGAIN = timedelta(hours=3)  # when the hub did not confirm
BATCH = 20


@dataclass(frozen=True, slots=True)
class _Wish:
    """A subscription to ask for."""

    feed_id: int
    channel: str
    token: str
    secret: str


def topic_of(channel: str) -> str:
    """What is subscribed to, as YouTube's documentation names it."""
    return f"{YOUTUBE}/xml/feeds/videos.xml?channel_id={channel}"


class WebSub:
    """Subscriptions of all feeds. Without `public_url` nothing is asked for, and nothing is expected."""

    def __init__(self, db: Database, clock: Clock, fetcher: Fetcher, public_url: str | None) -> None:
        self._db = db
        self._clock = clock
        self.fetcher = fetcher
        self._public_url = public_url

    async def work(self) -> int:
        """Ask for the subscriptions that are missing or about to end. Returns how many."""
        if self._public_url is None:
            return 0
        wishes = await self._claim()
        for each in wishes:
            form = {
                "hub.mode": "subscribe",
                "hub.topic": topic_of(each.channel),
                "hub.callback": f"{self._public_url}{PATH}{each.token}",
                "hub.secret": each.secret,
                "hub.verify": "async",
                "hub.lease_seconds": str(int(LEASE.total_seconds())),
            }
            try:
                await self.fetcher.ask_hub(form)
            except FeedDown as error:
                log.info("hub.down", feed_id=each.feed_id, reason=error.reason)
        return len(wishes)

    async def _claim(self) -> list[_Wish]:
        """Subscriptions to ask for now; nobody asks for them again before `ASK_AGAIN`."""
        now = self._clock.now()
        due = or_(FeedRow.websub_ask_at.is_(None), FeedRow.websub_ask_at <= now)
        ours = FeedRow.kind == FeedKind.YOUTUBE, FeedRow.websub_token.is_not(None), PersonRow.blocked_at.is_(None)
        open_ones = select(FeedRow.id).join(PersonRow).where(due, *ours).order_by(FeedRow.id).limit(BATCH)
        picked = open_ones.with_for_update(skip_locked=True, of=FeedRow.__table__).cte()
        mine = update(FeedRow).where(FeedRow.id.in_(select(picked.c.id))).values(websub_ask_at=now + ASK_AGAIN)
        told = mine.returning(FeedRow.id, FeedRow.address, FeedRow.websub_token, FeedRow.websub_secret)
        async with self._db.transaction() as tx:
            rows = (await tx.execute(told)).all()
        return [_Wish(row.id, row.address, row.websub_token or "", row.websub_secret or "") for row in rows]

    async def confirm(self, token: str, mode: str, topic: str, lease_s: int) -> bool:
        """The hub asks whether a subscription is wanted. True starts its lease."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            row = await _feed_of(tx, token)
            if row is None or mode != "subscribe" or topic != topic_of(row.address):
                return False
            lease = min(timedelta(seconds=max(0, lease_s)), LONGEST_LEASE)
            row.websub_until = now + lease
            row.websub_ask_at = max(now + ASK_AGAIN, now + lease - RENEW_BEFORE)
        return True

    async def pushed(self, token: str, signature: str, body: bytes) -> bool | None:
        """Something new in a feed: it is read at once. False: not signed as agreed. None: no such feed."""
        async with self._db.transaction() as tx:
            row = await _feed_of(tx, token)
            if row is None or row.websub_secret is None:
                return None
            if not is_signed(body, signature, row.websub_secret):
                return False
            row.next_check_at = self._clock.now()
        return True


async def _feed_of(tx: AsyncSession, token: str) -> FeedRow | None:
    """The feed that an address belongs to, locked."""
    plain = type_coerce(FeedRow.websub_token, Text) == token  # as it was written before there were keys
    known = or_(FeedRow.websub_hash.in_(keyring_of(tx).digests(token)), FeedRow.websub_hash.is_(None) & plain)
    return await tx.scalar(select(FeedRow).where(known).with_for_update())


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether `signature` ("sha1=…", as hubs send it, or sha256) is the body's under the secret."""
    method, _, given = signature.partition("=")
    if method not in ("sha1", "sha256"):
        return False
    expected = hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()
    return hmac.compare_digest(expected.encode(), given.strip().lower().encode())

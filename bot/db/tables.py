"""Every table on one page.

Instants are aware UTC. Dates and times without a zone are what people said: local, to be read with the plan's zone.
Rows that belong to a person go when the person's row goes. What people wrote is `Sealed`; docs/operations.md lists
every column that holds a text, and why one is not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    Time,
    TypeDecorator,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.db.sealed import Sealed, SealedJson


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime. SQLite gives datetimes back without their offset; this puts it on again."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime is not an instant")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """What reads a value: on SQLite, where it is a text, in one step."""
        return _read_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _read_text(stored: str | None) -> datetime | None:
    if stored is None:
        return None
    value = datetime.fromisoformat(stored)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only in an INTEGER key


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def _owner() -> Mapped[int]:
    return mapped_column(BigInteger, ForeignKey("people.id", ondelete="CASCADE"), index=True)


class PersonRow(Base):
    """A Telegram user known to the bot. `weekly_at` is a cache of the Sunday `weekly_on` in the person's zone."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    first_name: Mapped[str] = mapped_column(Sealed("people.first_name"))
    telegram_language: Mapped[str | None] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(2))
    language_chosen: Mapped[bool] = mapped_column(Boolean, default=False)
    zone: Mapped[str] = mapped_column(String(64))
    zone_chosen: Mapped[bool] = mapped_column(Boolean, default=False)
    place: Mapped[str | None] = mapped_column(String(48))
    quiet_from: Mapped[time | None] = mapped_column(Time)
    quiet_until: Mapped[time | None] = mapped_column(Time)
    quiet_moves: Mapped[bool] = mapped_column(Boolean, default=False)
    snooze_minutes: Mapped[int] = mapped_column(Integer, default=30)
    dark_pictures: Mapped[bool] = mapped_column(Boolean, default=False)
    name_on_card: Mapped[bool] = mapped_column(Boolean, default=True)
    follow_up: Mapped[bool] = mapped_column(Boolean, default=True)
    weekly: Mapped[bool] = mapped_column(Boolean, default=True)
    news: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    weekly_on: Mapped[date | None] = mapped_column(Date)
    weekly_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_seen: Mapped[datetime] = mapped_column(Instant, index=True)
    keeps_misses: Mapped[bool | None] = mapped_column(Boolean)
    outside: Mapped[dict[str, bool] | None] = mapped_column(JSON)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    blocked_at: Mapped[datetime | None] = mapped_column(Instant)


class DraftRow(Base):
    """What a person has begun and not finished: one unfinished thing each."""

    __tablename__ = "drafts"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(String(32))
    content: Mapped[dict[str, Any]] = mapped_column(SealedJson("drafts.content"))
    changed_at: Mapped[datetime] = mapped_column(Instant)


class TalkRow(Base):
    """What a person asked last and what they were shown, so that a follow-up is understood. Forgotten in minutes."""

    __tablename__ = "talks"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    card: Mapped[str | None] = mapped_column(String(48))
    lang: Mapped[str] = mapped_column(String(2))
    question: Mapped[str] = mapped_column(Sealed("talks.question"))
    others: Mapped[list[str]] = mapped_column(JSON)
    missed: Mapped[str | None] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(Instant, index=True)


class MissRow(Base):
    """A question without an answer, kept by consent for a month. Holds no person, and no time but the day."""

    __tablename__ = "misses"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    text: Mapped[str] = mapped_column(Sealed("misses.text"))
    lang: Mapped[str] = mapped_column(String(2))
    kind: Mapped[str] = mapped_column(String(8))
    card: Mapped[str | None] = mapped_column(String(48))
    asked_on: Mapped[date] = mapped_column(Date, index=True)


class CalendarRow(Base):
    """A person's subscription address. Only a digest of its secret part is kept: who reads this cannot open it.

    `token_hash`: what it is looked up by, under the database's key. `token_digest`: what that is made from, SHA-256.
    """

    __tablename__ = "calendars"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token_digest: Mapped[str | None] = mapped_column(Sealed("calendars.token_digest"))
    created_at: Mapped[datetime] = mapped_column(Instant)


class PlanRow(Base):
    """A recurring rule for one outlet. `next_due_at` is a cache of `next_local` in the plan's zone."""

    __tablename__ = "plans"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = _owner()
    outlet: Mapped[str | None] = mapped_column(String(16))
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    zone: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(8), default="active")
    paused_until: Mapped[date | None] = mapped_column(Date)
    goal_weeks: Mapped[int | None] = mapped_column(Integer, default=13)
    starts_on: Mapped[date] = mapped_column(Date)
    next_local: Mapped[datetime | None] = mapped_column(DateTime(timezone=False))
    next_due_at: Mapped[datetime | None] = mapped_column(Instant)
    unanswered: Mapped[int] = mapped_column(Integer, default=0)
    reminded_at: Mapped[datetime | None] = mapped_column(Instant)
    prepare_day: Mapped[bool] = mapped_column(Boolean, default=False)
    prepare_hours: Mapped[bool] = mapped_column(Boolean, default=False)
    prepare_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    checklist: Mapped[list[str]] = mapped_column(SealedJson("plans.checklist"), default=list)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(Instant)
    deleted_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        Index("ix_plans_state_next_due_at", "state", "next_due_at"),
        Index("ix_plans_next_due_at", "next_due_at"),
    )


class SlotRow(Base):
    """One due moment of a plan, known by its local date and time, with exactly one outcome (none while open)."""

    __tablename__ = "slots"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    plan_id: Mapped[int] = mapped_column(Id, ForeignKey("plans.id", ondelete="CASCADE"))
    person_id: Mapped[int] = _owner()
    local_date: Mapped[date] = mapped_column(Date)
    local_time: Mapped[time] = mapped_column(Time)
    due_at: Mapped[datetime] = mapped_column(Instant)
    closes_at: Mapped[datetime] = mapped_column(Instant)
    follow_up_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    outcome: Mapped[str | None] = mapped_column(String(8))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    outage: Mapped[bool] = mapped_column(Boolean, default=False)
    link: Mapped[str | None] = mapped_column(Sealed("slots.link"))
    assigned_to: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    done_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("people.id", ondelete="SET NULL"), index=True)

    __table_args__ = (
        UniqueConstraint("plan_id", "local_date", "local_time"),
        Index("ix_slots_outcome_closes_at", "outcome", "closes_at"),
    )


class MemberRow(Base):
    """Somebody who takes turns in a group, itself an owner in `people` with a negative id. First position: next."""

    __tablename__ = "members"

    group_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
    name: Mapped[str] = mapped_column(Sealed("members.name"))
    position: Mapped[int] = mapped_column(Integer)
    joined_at: Mapped[datetime] = mapped_column(Instant)


class PreparationRow(Base):
    """The checklist of one slot to come, known as the slot is. `steps`: [what to do, whether it is done], in order."""

    __tablename__ = "preparations"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    plan_id: Mapped[int] = mapped_column(Id, ForeignKey("plans.id", ondelete="CASCADE"))
    person_id: Mapped[int] = _owner()
    local_date: Mapped[date] = mapped_column(Date)
    local_time: Mapped[time] = mapped_column(Time)
    steps: Mapped[list[tuple[str, bool]]] = mapped_column(SealedJson("preparations.steps"))

    __table_args__ = (UniqueConstraint("plan_id", "local_date", "local_time"),)


class FeedRow(Base):
    """Where a person's publications show by themselves: a Telegram channel, or the feed of a YouTube channel.

    `address`: the chat's id, or YouTube's channel id. `websub_until`: until when the hub pushes; None: it does not.
    `websub_hash`: what the address that the hub pushes to is looked up by; None: written before there were keys.
    """

    __tablename__ = "feeds"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = _owner()
    kind: Mapped[str] = mapped_column(String(8))
    address: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(Sealed("feeds.title"))
    state: Mapped[str] = mapped_column(String(8), default="unseen")
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    down_since: Mapped[datetime | None] = mapped_column(Instant)
    etag: Mapped[str | None] = mapped_column(String(256))
    last_modified: Mapped[str | None] = mapped_column(String(64))
    next_check_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    websub_token: Mapped[str | None] = mapped_column(Sealed("feeds.websub_token"), unique=True)
    websub_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    websub_secret: Mapped[str | None] = mapped_column(Sealed("feeds.websub_secret"))
    websub_until: Mapped[datetime | None] = mapped_column(Instant)
    websub_ask_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        UniqueConstraint("person_id", "kind", "address"),
        Index("ix_feeds_kind_address", "kind", "address"),
    )


class FeedItemRow(Base):
    """One publication seen in a feed, and the slot it fulfilled. Of a channel's post nothing but its link is kept."""

    __tablename__ = "feed_items"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    feed_id: Mapped[int] = mapped_column(Id, ForeignKey("feeds.id", ondelete="CASCADE"))
    person_id: Mapped[int] = _owner()
    item: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime] = mapped_column(Instant, index=True)
    title: Mapped[str | None] = mapped_column(Sealed("feed_items.title"))
    link: Mapped[str | None] = mapped_column(Sealed("feed_items.link"))
    slot_id: Mapped[int | None] = mapped_column(Id, ForeignKey("slots.id", ondelete="SET NULL"), index=True)

    __table_args__ = (UniqueConstraint("feed_id", "item"),)


class OneOffRow(Base):
    """A reminder of its own: one delivery, no slot, no streak."""

    __tablename__ = "one_offs"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = _owner()
    outlet: Mapped[str | None] = mapped_column(String(16))
    due_at: Mapped[datetime] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)


class DeliveryRow(Base):
    """One message about a slot or a one-off: the first reminder, a snooze, a follow-up. Its sending is the outbox's."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = _owner()
    slot_id: Mapped[int | None] = mapped_column(Id, ForeignKey("slots.id", ondelete="CASCADE"), index=True)
    one_off_id: Mapped[int | None] = mapped_column(Id, ForeignKey("one_offs.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    due_at: Mapped[datetime] = mapped_column(Instant)
    outbox_id: Mapped[int | None] = mapped_column(Id, ForeignKey("outbox.id", ondelete="CASCADE"), index=True)


class OutboxRow(Base):
    """A message waiting to be sent. It holds what to say, not the text: that is made in the language of the moment.

    `state`: waiting, sent, failed, cancelled, or held while its broadcast is paused.
    """

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(96), unique=True)
    person_id: Mapped[int] = _owner()
    chat_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(32))
    parameters: Mapped[dict[str, Any]] = mapped_column(SealedJson("outbox.parameters", ours=("kind", "sunday")))
    silent: Mapped[bool] = mapped_column(Boolean, default=False)
    due_at: Mapped[datetime] = mapped_column(Instant)
    send_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    epoch: Mapped[int | None] = mapped_column(Integer)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str | None] = mapped_column(String(200))
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    broadcast_id: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        Index("ix_outbox_state_send_at", "state", "send_at"),
        Index("ix_outbox_state_broadcast_id_send_at", "state", "broadcast_id", "send_at"),
    )


class BroadcastRow(Base):
    """One message to many. Its recipients are rows of the outbox, made a few at a time, in the order of their ids.

    `state`: draft, scheduled, running, paused, done or cancelled. `reached`: everybody up to this id has a row;
    `all_queued`: nobody is left. `entities`: of Telegram, as the admin wrote; None: `text` is HTML. The counts at the
    end stay when the rows are forgotten.
    """

    __tablename__ = "broadcasts"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    admin_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("people.id", ondelete="SET NULL"), index=True)
    state: Mapped[str] = mapped_column(String(10), default="draft", index=True)
    text: Mapped[str] = mapped_column(Text)
    entities: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    photo: Mapped[str | None] = mapped_column(String(256))
    segment: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Instant)
    start_at: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    reached: Mapped[int] = mapped_column(BigInteger, default=0)
    all_queued: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    expected: Mapped[int] = mapped_column(Integer, default=0)
    queued: Mapped[int] = mapped_column(Integer, default=0)
    sent: Mapped[int] = mapped_column(Integer, default=0)
    failed: Mapped[int] = mapped_column(Integer, default=0)
    card_id: Mapped[int | None] = mapped_column(BigInteger)
    shown_at: Mapped[datetime | None] = mapped_column(Instant)


class AuditRow(Base):
    """What an admin did, and when. It stays when the admin erases their data, without who it was."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    admin_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("people.id", ondelete="SET NULL"), index=True)
    action: Mapped[str] = mapped_column(String(32))
    detail: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(Instant, index=True)


class CheckRow(Base):
    """One voice recording somebody asked about, and its verdict. The audio is never kept."""

    __tablename__ = "checks"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = _owner()
    chat_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int] = mapped_column(BigInteger)
    reply_id: Mapped[int | None] = mapped_column(BigInteger)
    file_id: Mapped[str] = mapped_column(Sealed("checks.file_id"))
    file_size: Mapped[int | None] = mapped_column(BigInteger)
    duration_s: Mapped[float | None] = mapped_column(Float)
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    send_at: Mapped[datetime] = mapped_column(Instant)
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    feedback: Mapped[str | None] = mapped_column(String(12))

    __table_args__ = (
        Index("ix_checks_state_send_at", "state", "send_at"),
        UniqueConstraint("chat_id", "message_id"),
    )


class OwnVoiceRow(Base):
    """A person's own voice as numbers, kept with their consent, which `created_at` dates. The notes are never kept.

    `voice` is the sum of what the `encoder` made of `notes` notes: base64 of 256 floats, None before the first one.
    Until `awaits_until` the person's next recording is meant for this.
    """

    __tablename__ = "own_voices"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    voice: Mapped[str | None] = mapped_column(Sealed("own_voices.voice"))
    notes: Mapped[int] = mapped_column(Integer, default=0)
    encoder: Mapped[str] = mapped_column(String(80), default="")
    awaits_until: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)


class KnownVoiceRow(Base):
    """What a model said about a recording, by the recording's digest. Holds no person."""

    __tablename__ = "known_voices"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    model: Mapped[str] = mapped_column(String(96), primary_key=True)
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)
    # By its fingerprint a recording is known again when it was re-encoded; only those of its length are compared.
    seconds: Mapped[float | None] = mapped_column(Float, index=True)
    fingerprint: Mapped[str | None] = mapped_column(Text)


class InboxRow(Base):
    """An update from Telegram: kept until handled, remembered for 48 hours so that the same one again is harmless.

    `claimed_by`: the replica that will handle it, or does so (`started`); when the claim has run out, any may.
    """

    __tablename__ = "inbox"

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    person_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    content: Mapped[dict[str, Any] | None] = mapped_column(SealedJson("inbox.content"))
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    retry_at: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    started: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())

    __table_args__ = (Index("ix_inbox_state_retry_at", "state", "retry_at"),)


class LeaseRow(Base):
    """Who alone may do something, since when and in which epoch. A holder whose heartbeat is old is replaced.

    `paused_until`: nobody may do it before, whoever holds it.
    """

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    epoch: Mapped[int] = mapped_column(Integer)
    heartbeat_at: Mapped[datetime] = mapped_column(Instant)
    since: Mapped[datetime | None] = mapped_column(Instant)
    paused_until: Mapped[datetime | None] = mapped_column(Instant)


class FactRow(Base):
    """Small facts the bot keeps about itself, such as the version of the zone rules its due dates follow."""

    __tablename__ = "facts"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[str] = mapped_column(Text)

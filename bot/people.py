"""Who has written to the bot: language, zone, quiet hours, last seen, blocked; what is kept, and its erasure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import wakeups
from bot.db.engine import Database
from bot.db.tables import (
    AuditRow,
    Base,
    CheckRow,
    DraftRow,
    InboxRow,
    PersonRow,
    PlanRow,
    SlotRow,
)
from bot.i18n import Language, Translator, language_of

DEFAULT_ZONE = "Asia/Almaty"
SEEN_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local times between which nothing makes a sound; may run over midnight. `moves`: wait for the end instead."""

    start: time
    end: time
    moves: bool = False

    def cover(self, at: time) -> bool:
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


@dataclass(frozen=True, slots=True)
class Person:
    """A Telegram user known to the bot. `place` is the English name of the city they chose, a row of `bot.places`."""

    id: int
    first_name: str
    language: Language
    language_chosen: bool
    zone: str
    zone_chosen: bool
    place: str | None
    quiet: QuietHours | None
    snooze_minutes: int
    telegram_language: str | None
    last_seen: datetime
    blocked: bool
    follow_up: bool = True
    weekly: bool = True
    news: bool = True  # whether broadcasts of the operator may come
    dark_pictures: bool = False
    name_on_card: bool = True  # whether the picture to share shows the first name
    new: bool = False
    thread_id: int | None = None  # of a group with topics: where its reminders go
    outside: Mapping[str, bool] = field(default_factory=dict, hash=False)  # which services of others may get recordings
    keeps_misses: bool | None = None  # whether unanswered questions may be kept; None: not asked yet

    @property
    def is_group(self) -> bool:
        """Whether this is no human but a group that uses the bot together."""
        return self.id < 0

    @property
    def translator(self) -> Translator:
        return Translator(self.language, self.zone)


def quiet_of(row: PersonRow) -> QuietHours | None:
    """The quiet hours in a row."""
    if row.quiet_from is None or row.quiet_until is None:
        return None
    return QuietHours(row.quiet_from, row.quiet_until, row.quiet_moves)


def person_from(row: PersonRow) -> Person:
    """The person in a row."""
    return Person(
        id=row.id,
        first_name=row.first_name,
        language=cast("Language", row.language),
        language_chosen=row.language_chosen,
        zone=row.zone,
        zone_chosen=row.zone_chosen,
        place=row.place,
        quiet=quiet_of(row),
        snooze_minutes=row.snooze_minutes,
        telegram_language=row.telegram_language,
        last_seen=row.last_seen,
        blocked=row.blocked_at is not None,
        follow_up=row.follow_up is not False,  # a row not written yet has its defaults to come
        weekly=row.weekly is not False,
        news=row.news is not False,
        dark_pictures=row.dark_pictures,
        name_on_card=row.name_on_card,
        keeps_misses=row.keeps_misses,
        outside=row.outside or {},
        thread_id=row.thread_id,
    )


async def add_owner(tx: AsyncSession, row: PersonRow) -> PersonRow:
    """Write a new person or group; the row that another replica wrote at the same moment, if one did."""
    person_id = row.id
    try:
        async with tx.begin_nested():
            tx.add(row)
    except IntegrityError:
        return await tx.get_one(PersonRow, person_id, with_for_update=True)
    return row


class People:
    """Everyone who has written, with a small memory so that an ordinary message costs no statement."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[int, Person] = {}
        self._hears_of_changes = db.is_sqlite  # where other replicas may change somebody, memory needs to be told

    def hear_of_changes(self, hears: bool) -> None:
        """Whether what other replicas change is told to this one (`forget`); without, nothing is kept in mind."""
        self._known.clear()
        self._hears_of_changes = hears

    def forget(self, person_id: int) -> None:
        """Another replica changed the person."""
        self._known.pop(person_id, None)

    async def meet(self, person_id: int, first_name: str, telegram_language: str | None, now: datetime) -> Person:
        """The person who just wrote. Written down when new or changed, and every ten minutes for `last_seen`."""
        known = self._known.get(person_id)
        if (
            known is not None
            and not known.blocked
            and known.first_name == first_name
            and known.telegram_language == telegram_language
            and timedelta() <= now - known.last_seen < SEEN_EVERY
        ):
            return replace(known, new=False)
        async with self._db.transaction() as tx:
            row = await tx.get(PersonRow, person_id, with_for_update=True)
            new = row is None
            if row is None:
                row = await add_owner(
                    tx,
                    PersonRow(
                        id=person_id,
                        first_name=first_name[:64],
                        language=language_of(telegram_language),
                        language_chosen=False,
                        zone=DEFAULT_ZONE,
                        zone_chosen=False,
                        quiet_moves=False,
                        snooze_minutes=30,
                        follow_up=True,
                        weekly=True,
                        news=True,
                        dark_pictures=False,
                        name_on_card=True,
                        created_at=now,
                        last_seen=now,
                    ),
                )
            elif not row.language_chosen:
                row.language = language_of(telegram_language)
            row.first_name = first_name[:64]
            row.telegram_language = telegram_language
            row.last_seen = now
            person = person_from(row)
        self._remember(person)
        return replace(person, new=new)

    async def get(self, person_id: int) -> Person | None:
        """Somebody who may or may not be known."""
        async with self._db.transaction() as tx:
            row = await tx.get(PersonRow, person_id)
            return person_from(row) if row is not None else None

    async def change(self, person_id: int, **values: Any) -> Person:
        """Write settings of a person who exists. `values` are columns of PersonRow."""
        async with self._db.transaction() as tx:
            row = await tx.get_one(PersonRow, person_id, with_for_update=True)
            for name, value in values.items():
                setattr(row, name, value)
            person = person_from(row)
            await wakeups.tell(tx, "person", str(person_id))
        self._remember(person)
        return person

    async def choose_language(self, person_id: int, language: Language) -> Person:
        return await self.change(person_id, language=language, language_chosen=True)

    async def set_quiet(self, person_id: int, quiet: QuietHours | None) -> Person:
        return await self.change(
            person_id,
            quiet_from=quiet.start if quiet else None,
            quiet_until=quiet.end if quiet else None,
            quiet_moves=quiet.moves if quiet else False,
        )

    async def erase(self, person_id: int) -> None:
        """Remove every row about a person, at once. Tables that hold no person know nothing to remove."""
        async with self._db.transaction() as tx:
            await tx.execute(delete(InboxRow).where(InboxRow.person_id == person_id))
            await tx.execute(delete(PersonRow).where(PersonRow.id == person_id))
            await wakeups.tell(tx, "person", str(person_id))
        self._known.pop(person_id, None)

    async def export(self, person_id: int) -> dict[str, Any]:
        """Everything stored about a person, table by table, ready for JSON."""
        kept: dict[str, Any] = {}
        async with self._db.transaction() as tx:
            for table in Base.metadata.sorted_tables:
                owner = table.c.id if table.name == "people" else table.c.get("person_id")
                if owner is None:
                    continue
                rows = await tx.execute(select(table).where(owner == person_id))
                if found := [{name: _plain(value) for name, value in row.items()} for row in rows.mappings()]:
                    kept[table.name] = found
            mine = (SlotRow.assigned_to == person_id) | (SlotRow.done_by == person_id)
            in_groups = select(SlotRow).where(mine, SlotRow.person_id != person_id)
            slots = await tx.scalars(in_groups.order_by(SlotRow.due_at, SlotRow.id))
            if turns := [_turn(row, person_id) for row in slots]:
                kept["turns"] = turns
            acted = select(AuditRow.at, AuditRow.action, AuditRow.detail).where(AuditRow.admin_id == person_id)
            acts = (await tx.execute(acted)).mappings().all()
            if acts:
                kept["acted_as_admin"] = [{name: _plain(value) for name, value in act.items()} for act in acts]
        return kept

    async def forget_memory(self, person_id: int) -> None:
        """Read the person afresh next time, in every replica: somebody else wrote the row."""
        self._known.pop(person_id, None)
        async with self._db.transaction() as tx:
            await wakeups.tell(tx, "person", str(person_id))

    def _remember(self, person: Person) -> None:
        if not self._hears_of_changes:
            return
        if len(self._known) >= 10_000:
            self._known.clear()
        self._known[person.id] = person


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody has begun: the kind of question asked, and what is known so far."""

    kind: str
    content: dict[str, Any]


async def save_draft(tx: AsyncSession, person_id: int, draft: Draft, now: datetime) -> None:
    """Keep the one unfinished thing of a person, instead of any before."""
    await tx.merge(DraftRow(person_id=person_id, kind=draft.kind, content=draft.content, changed_at=now))


async def read_draft(tx: AsyncSession, person_id: int, now: datetime, life: timedelta) -> Draft | None:
    """The unfinished thing, unless it is older than `life`."""
    row = await tx.get(DraftRow, person_id, with_for_update=True)
    if row is None or now - row.changed_at > life:
        return None
    return Draft(row.kind, row.content)


async def drop_draft(tx: AsyncSession, person_id: int) -> bool:
    """Leave what was begun; whether there was anything."""
    dropped = delete(DraftRow).where(DraftRow.person_id == person_id).returning(DraftRow.person_id)
    return (await tx.execute(dropped)).first() is not None


@dataclass(frozen=True, slots=True)
class Counts:
    """What /admin shows."""

    people: int
    active_day: int
    active_week: int
    blocked: int
    by_language: dict[str, int]
    plans: int
    slots_done_week: int
    slots_week: int
    checks_day: int


async def count(db: Database, now: datetime) -> Counts:
    """Figures for the operator."""
    day, week = now - timedelta(days=1), now - timedelta(days=7)
    async with db.transaction() as tx:

        async def number(statement: Any) -> int:
            return int(await tx.scalar(statement) or 0)

        people = select(func.count()).select_from(PersonRow).where(PersonRow.id > 0)
        slots = select(func.count()).select_from(SlotRow).where(SlotRow.due_at > week, SlotRow.due_at <= now)
        written = select(PersonRow.language, func.count()).where(PersonRow.id > 0)
        languages = await tx.execute(written.group_by(PersonRow.language))
        return Counts(
            people=await number(people),
            active_day=await number(people.where(PersonRow.last_seen > day)),
            active_week=await number(people.where(PersonRow.last_seen > week)),
            blocked=await number(people.where(PersonRow.blocked_at.is_not(None))),
            by_language=dict(iter(languages)),
            plans=await number(select(func.count()).select_from(PlanRow).where(PlanRow.state == "active")),
            slots_done_week=await number(slots.where(SlotRow.outcome == "done")),
            slots_week=await number(slots),
            checks_day=await number(select(func.count()).select_from(CheckRow).where(CheckRow.created_at > day)),
        )


async def mark_blocked(tx: AsyncSession, person_id: int, at: datetime | None) -> None:
    """The person blocked the bot (`at`), or lets it write again (None)."""
    await tx.execute(update(PersonRow).where(PersonRow.id == person_id).values(blocked_at=at))


def _turn(row: SlotRow, person_id: int) -> dict[str, Any]:
    """What a slot of a group says about one of its members: nothing else of the group."""
    return {
        "group_id": row.person_id,
        "local_date": _plain(row.local_date),
        "local_time": _plain(row.local_time),
        "assigned": row.assigned_to == person_id,
        "marked": row.done_by == person_id,
    }


def _plain(value: object) -> object:
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return value

"""What the members of a group can do with its plans: take turns, take over, mark. One short transaction each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.db.engine import Database
from bot.errors import N_, SlotClosed, UserError
from bot.people import Person
from bot.reminders import model, service, store, turns
from bot.reminders.model import Outcome
from bot.reminders.service import Due

MOST_MEMBERS = 20
STATS_WEEKS = 13


class TooManyMembers(UserError):
    """More people take turns than a screen can order. Parameters: limit."""

    message = N_("{limit} people take turns already. One of them has to leave first: /team")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a group, by Telegram id, and what they are called there."""

    person_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn a slot is, and who answered for it; None for nobody, or for somebody who is forgotten."""

    assigned: Member | None = None
    done_by: Member | None = None


async def rotation(db: Database, group: Person) -> list[Member]:
    """Who takes turns in a group, whoever is next first."""
    async with db.transaction() as tx:
        return [Member(row.person_id, row.name) for row in await turns.queue(tx, group.id)]


async def join(db: Database, group: Person, member: Member, now: datetime) -> list[Member]:
    """Take turns from now on, at the end of the queue; again only renews the name. Raises TooManyMembers."""
    async with db.transaction() as tx:
        queued = await turns.queue(tx, group.id)
        mine = next((row for row in queued if row.person_id == member.person_id), None)
        if mine is not None:
            mine.name = member.name[:64]
        elif len(queued) >= MOST_MEMBERS:
            raise TooManyMembers(limit=MOST_MEMBERS)
        else:
            queued.append(await turns.add(tx, group.id, member.person_id, member.name, now))
        return [Member(row.person_id, row.name) for row in queued]


async def leave(db: Database, group: Person, person_id: int) -> list[Member]:
    """Take no more turns; a slot that is somebody's already stays theirs."""
    async with db.transaction() as tx:
        await turns.remove(tx, group.id, person_id)
        return [Member(row.person_id, row.name) for row in await turns.queue(tx, group.id)]


async def left_group(db: Database, group_id: int, person_id: int) -> bool:
    """Somebody is no longer in the group: no turns, and what waited for them waits for everybody."""
    async with db.transaction() as tx:
        await turns.release(tx, group_id, person_id)
        return await turns.remove(tx, group_id, person_id)


async def earlier(db: Database, group: Person, person_id: int) -> list[Member]:
    """Move a member one place up in the queue; the first goes to its end."""
    async with db.transaction() as tx:
        queued = await turns.queue(tx, group.id)
        place = next((number for number, row in enumerate(queued) if row.person_id == person_id), None)
        if place == 0:
            turns.to_the_end(queued, queued[0])
        elif place is not None:
            above, mine = queued[place - 1], queued[place]
            above.position, mine.position = mine.position, above.position
            queued[place - 1], queued[place] = mine, above
        return [Member(row.person_id, row.name) for row in queued]


async def take(db: Database, group: Person, slot_id: int, member: Member, now: datetime) -> bool:
    """Take a slot over. False when it is theirs already. Raises SlotClosed, NotFound.

    Two members of the queue change places in it; whoever is relieved by a volunteer from outside is the next in turn.
    """
    async with db.transaction() as tx:
        slot, _, _ = await store.slot_row(tx, slot_id, group.id)
        if slot.outcome in (Outcome.DONE, Outcome.SKIPPED) or now > max(slot.closes_at, slot.due_at + model.REPAIR):
            raise SlotClosed
        before = slot.assigned_to
        if before == member.person_id:
            return False
        slot.assigned_to = member.person_id
        queued = await turns.queue(tx, group.id)
        taker = next((row for row in queued if row.person_id == member.person_id), None)
        relieved = next((row for row in queued if row.person_id == before), None)
        if relieved is not None:
            place = taker.position if taker is not None else queued[0].position - 1
            relieved.position = place
        if taker is not None:
            turns.to_the_end(queued, taker)
        return True


async def turns_of(db: Database, group: Person, slot_ids: Sequence[int]) -> dict[int, Turn]:
    """Whose turn the named slots of a group are, and who answered for them."""
    async with db.transaction() as tx:
        rows = await store.assigned(tx, group.id, slot_ids)
        ids = {person_id for _, assigned, done in rows for person_id in (assigned, done) if person_id is not None}
        called = await turns.names(tx, group.id, ids)

    def member(person_id: int | None) -> Member | None:
        return Member(person_id, called[person_id]) if person_id is not None and person_id in called else None

    return {slot_id: Turn(member(assigned), member(done)) for slot_id, assigned, done in rows}


async def turn_of(db: Database, group: Person, slot_id: int) -> Turn:
    """Whose turn one slot is."""
    return (await turns_of(db, group, [slot_id])).get(slot_id, Turn())


async def whose(db: Database, group: Person, dues: Sequence[Due]) -> list[Member | None]:
    """Whose turn each line of an agenda is, in its order: the queue goes on with the slots that are to come."""
    known = await turns_of(db, group, [due.slot.id for due in dues if due.slot is not None])
    queued = await rotation(db, group)
    found: list[Member | None] = []
    coming = 0
    for due in dues:
        if due.slot is not None:
            found.append(known.get(due.slot.id, Turn()).assigned)
        else:
            found.append(queued[coming % len(queued)] if queued else None)
            coming += 1
    return found


async def take_next(db: Database, group: Person, plan_id: int, member: Member, now: datetime) -> bool:
    """Take over the next slot of a plan before it is due: change places with whoever is first in the queue.

    False when it is theirs already, or somebody outside of the queue asks. Raises SlotClosed when the plan's slot is
    not the group's next one.
    """
    first = min(
        (standing.plan for standing in await service.plans(db, group) if standing.plan.next_due_at is not None),
        key=lambda plan: (plan.next_due_at, plan.id),
        default=None,
    )
    if first is None or first.id != plan_id:
        raise SlotClosed
    async with db.transaction() as tx:
        queued = await turns.queue(tx, group.id)
        taker = next((row for row in queued if row.person_id == member.person_id), None)
        if taker is None or taker is queued[0]:
            return False
        queued[0].position, taker.position = taker.position, queued[0].position
        return True


async def published(db: Database, group: Person, now: datetime) -> list[tuple[Member, int]]:
    """Who marked how many publications in thirteen weeks, most first."""
    async with db.transaction() as tx:
        counts = await turns.published(tx, group.id, now - timedelta(weeks=STATS_WEEKS))
        called = await turns.names(tx, group.id, [person_id for person_id, _ in counts])
    return [(Member(person_id, called[person_id]), total) for person_id, total in counts if person_id in called]

"""Plans out of a calendar file: offered first, turned on together with one tap, or left."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from bot.db.engine import Database
from bot.db.tables import PersonRow
from bot.errors import N_, UserError
from bot.people import Draft as Unfinished
from bot.people import Person, drop_draft, read_draft, save_draft
from bot.reminders import ics, model, service, skips, store
from bot.reminders.ics import LeftOut, Proposal
from bot.reminders.model import Draft, Outlet, Rule, rule_as_json, rule_from_json
from bot.reminders.store import Plan

KIND = "calendar"
LIFE = timedelta(days=2)
MOST_AT_ONCE = 20
KNOWN = N_("You have this plan already.")
NO_ROOM = N_("There is no room for more plans.")


class FileIsOld(UserError):
    """The file's plans were turned on, or something else was begun since."""

    message = N_("This card is old. Send the calendar file once more.")


@dataclass(frozen=True, slots=True)
class Offer:
    """What a file would bring. `token` ties a card's buttons to it."""

    token: str
    proposals: Sequence[Proposal]
    left_out: Sequence[LeftOut]


async def offer(db: Database, person: Person, data: bytes, now: datetime) -> Offer:
    """Read a file and keep what it offers as the person's unfinished thing. Raises NotACalendar, CalendarTooLarge."""
    found = await asyncio.to_thread(ics.read, data, person.zone, now)
    left_out = list(found.left_out)
    proposals: list[Proposal] = []
    async with db.transaction() as tx:
        rows = await store.plan_rows(tx, person.id)
        known = [_same(store.plan_from(row, person.zone).rule, row.outlet, row.zone or person.zone) for row in rows]
        room = min(service.MOST_PLANS - len(rows), MOST_AT_ONCE)
        for each in found.proposals:
            draft = each.draft
            key = _same(draft.rule, draft.outlet, draft.zone or person.zone)
            if key in known:
                left_out.append(LeftOut(each.title, KNOWN))
            elif len(proposals) >= room:
                left_out.append(LeftOut(each.title, NO_ROOM))
            else:
                known.append(key)
                proposals.append(each)
        token = token_hex(3)
        if proposals:
            content = {"token": token, "proposals": [_as_json(each) for each in proposals]}
            await save_draft(tx, person.id, Unfinished(KIND, content), now)
    return Offer(token, proposals, left_out)


async def turn_on(db: Database, person: Person, token: str, now: datetime) -> list[Plan]:
    """Make the plans of an offer, with the dates its calendar leaves out skipped. Raises FileIsOld, TooManyPlans."""
    async with db.transaction() as tx:
        await tx.get_one(PersonRow, person.id, with_for_update=True)
        kept = await read_draft(tx, person.id, now, LIFE)
        if kept is None or kept.kind != KIND or kept.content["token"] != token:
            raise FileIsOld
        made = []
        for each in map(_from_json, kept.content["proposals"]):
            row = await service.begin(tx, person, each.draft, now)
            wall = row.zone or person.zone
            ahead = [local for local in each.skips if local > model.local_of(now, wall)]
            await skips.add(tx, row, person.zone, ahead, now)
            made.append(store.plan_from(row, person.zone))
        await drop_draft(tx, person.id)
    return made


async def drop(db: Database, person: Person, token: str, now: datetime) -> None:
    """Leave an offer. Raises FileIsOld."""
    async with db.transaction() as tx:
        kept = await read_draft(tx, person.id, now, LIFE)
        if kept is None or kept.kind != KIND or kept.content["token"] != token:
            raise FileIsOld
        await drop_draft(tx, person.id)


def _same(rule: Rule, outlet: str | None, zone: str) -> tuple[object, ...]:
    """What makes two plans the same to a person."""
    return rule.times, rule.every_weeks, rule.monthly, rule.until, outlet, zone


def _as_json(each: Proposal) -> dict[str, Any]:
    draft = each.draft
    return {
        "title": each.title,
        "rule": rule_as_json(draft.rule),
        "outlet": draft.outlet,
        "zone": draft.zone,
        "skips": [local.isoformat() for local in each.skips],
    }


def _from_json(stored: dict[str, Any]) -> Proposal:
    outlet = Outlet(stored["outlet"]) if stored["outlet"] else None
    draft = Draft(rule_from_json(stored["rule"]), outlet, stored["zone"])
    return Proposal(stored["title"], draft, tuple(map(datetime.fromisoformat, stored["skips"])))

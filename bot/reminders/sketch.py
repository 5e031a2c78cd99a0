"""A plan while it is being made: what has been said so far, kept in the person's draft row.

`token` ties a card's buttons to this sketch, so that an old card cannot turn on a newer plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from secrets import token_hex
from typing import Any

from bot.db.engine import Database
from bot.errors import N_, UserError
from bot.people import Draft as Unfinished
from bot.people import Person, drop_draft, read_draft, save_draft
from bot.reminders.model import GOAL_WEEKS, Draft, Outlet, Rule, WeeklyTime, rule_as_json, rule_from_json

KIND = "plan"
LIFE = timedelta(days=2)
NO_FRAME = Rule(())


class CardIsOld(UserError):
    """The card's plan is no longer the one being made."""

    message = N_("This card is old. Write the plan once more, for example: Tue 19:00")


@dataclass(frozen=True, slots=True)
class Sketch:
    """`rule` is the whole rule once it is known; until then `days` and `at` grow by buttons, and `frame` holds what
    else was said: every how many weeks, from when, until when. `day` is the date of a single reminder without a time.

    `others`: times that are ready beside the one that `days` and `at` are becoming. `before`: the rule to go back to.
    """

    token: str
    days: tuple[int, ...] = ()
    at: time | None = None
    rule: Rule | None = None
    frame: Rule = NO_FRAME
    day: date | None = None
    outlet: Outlet | None = None
    zone: str | None = None
    plan_id: int | None = None
    goal_weeks: int | None = GOAL_WEEKS
    others: tuple[WeeklyTime, ...] = ()
    before: Rule | None = None

    @property
    def draft(self) -> Draft | None:
        """The finished draft, when days and time are known."""
        rule = self.rule
        if rule is None and self.days and self.at is not None:
            rule = replace(self.frame, times=merged([*self.others, WeeklyTime(self.days, self.at)]))
        return Draft(rule, self.outlet, self.zone, self.goal_weeks) if rule is not None else None

    @property
    def settled(self) -> Sketch:
        """With everything in `rule`, once the draft is finished."""
        draft = self.draft
        return self._whole(draft.rule) if draft is not None else self

    @property
    def undone(self) -> Sketch:
        """As it was before the time in `days` and `at` was begun."""
        return self._whole(self.before) if self.before is not None else self

    @property
    def adding(self) -> bool:
        """Whether the time being made is a new one, not one of the rule before."""
        return self.before is None or self.others == self.before.times

    def _whole(self, rule: Rule) -> Sketch:
        return replace(self, rule=rule, days=(), at=None, frame=NO_FRAME, others=(), before=None)

    def chosen(self, number: int) -> Sketch:
        """With one of the rule's times to be changed."""
        if self.rule is None or not 0 <= number < len(self.rule.times):
            return self
        group, others = self.rule.times[number], (*self.rule.times[:number], *self.rule.times[number + 1 :])
        frame = replace(self.rule, times=())
        return replace(self, rule=None, days=group.weekdays, at=group.at, frame=frame, others=others, before=self.rule)

    def another(self) -> Sketch:
        """With one more time to be made beside those there are."""
        if self.rule is None:
            return self
        frame = replace(self.rule, times=())
        return replace(self, rule=None, days=(), at=None, frame=frame, others=self.rule.times, before=self.rule)

    def removed(self) -> Sketch:
        """Without the time being changed, when there are others."""
        return self._whole(replace(self.frame, times=merged(self.others))) if self.others else self

    def joined(self, times: tuple[WeeklyTime, ...]) -> Sketch:
        """With several whole times beside those there are."""
        return self._whole(replace(self.frame, times=merged([*self.others, *times])))

    def toggled(self, day: int) -> Sketch:
        """With one weekday more or less."""
        days = set(self.known_days) ^ {day}
        frame = replace(self.rule or self.frame, times=(), monthly=None)
        before = self.before or self.rule
        return replace(self, days=tuple(sorted(days)), at=self.known_time, rule=None, frame=frame, before=before)

    def timed(self, at: time) -> Sketch:
        """With another time. A rule keeps its rhythm when all its days share one time."""
        if self.rule is not None and len(self.rule.times) == 1:
            return replace(self, rule=replace(self.rule, times=(replace(self.rule.times[0], at=at),)))
        frame = replace(self.rule or self.frame, times=())
        if frame.monthly is not None and self.known_days != (frame.monthly.weekday,):
            frame = replace(frame, monthly=None)
        return replace(self, days=self.known_days, at=at, rule=None, frame=frame)

    @property
    def known_days(self) -> tuple[int, ...]:
        if self.rule is None:
            return self.days
        return tuple(sorted({day for group in self.rule.times for day in group.weekdays}))

    @property
    def known_time(self) -> time | None:
        return self.rule.times[0].at if self.rule is not None else self.at


def merged(times: Iterable[WeeklyTime]) -> tuple[WeeklyTime, ...]:
    """Times in the order of a rule; those of the same hour become one."""
    by_time: dict[time, set[int]] = {}
    for group in times:
        by_time.setdefault(group.at, set()).update(group.weekdays)
    groups = [WeeklyTime(tuple(sorted(days)), at) for at, days in by_time.items()]
    return tuple(sorted(groups, key=lambda group: (group.weekdays[0], group.at)))


def new(draft: Draft | None = None, **known: Any) -> Sketch:
    """A fresh sketch, from a draft or from bits of one."""
    if draft is not None:
        goal = {"goal_weeks": draft.goal_weeks}
        known = {"rule": draft.rule, "outlet": draft.outlet, "zone": draft.zone} | goal | known
    return Sketch(token=token_hex(3), **known)


async def save(db: Database, person: Person, sketch: Sketch, now: datetime) -> None:
    """Keep the sketch as the person's unfinished thing."""
    content = {
        "token": sketch.token,
        "days": list(sketch.days),
        "at": f"{sketch.at:%H:%M}" if sketch.at else None,
        "rule": rule_as_json(sketch.rule) if sketch.rule else None,
        "frame": rule_as_json(sketch.frame),
        "day": sketch.day.isoformat() if sketch.day else None,
        "outlet": sketch.outlet,
        "zone": sketch.zone,
        "plan_id": sketch.plan_id,
        "goal_weeks": sketch.goal_weeks,
        "others": rule_as_json(Rule(sketch.others))["times"],
        "before": rule_as_json(sketch.before) if sketch.before else None,
    }
    async with db.transaction() as tx:
        await save_draft(tx, person.id, Unfinished(KIND, content), now)


async def current(db: Database, person: Person, now: datetime) -> Sketch | None:
    """The sketch being made, if there is one."""
    async with db.transaction() as tx:
        found = await read_draft(tx, person.id, now, LIFE)
    if found is None or found.kind != KIND:
        return None
    content = found.content
    return Sketch(
        token=content["token"],
        days=tuple(content["days"]),
        at=time.fromisoformat(content["at"]) if content["at"] else None,
        rule=rule_from_json(content["rule"]) if content["rule"] else None,
        frame=rule_from_json(content["frame"]),
        day=date.fromisoformat(content["day"]) if content["day"] else None,
        outlet=Outlet(content["outlet"]) if content["outlet"] else None,
        zone=content["zone"],
        plan_id=content["plan_id"],
        goal_weeks=content["goal_weeks"],
        others=rule_from_json({**rule_as_json(NO_FRAME), "times": content["others"]}).times,
        before=rule_from_json(content["before"]) if content["before"] else None,
    )


async def of_card(db: Database, person: Person, token: str, now: datetime) -> Sketch:
    """The sketch a card belongs to. Raises CardIsOld."""
    found = await current(db, person, now)
    if found is None or found.token != token:
        raise CardIsOld
    return found


async def drop(db: Database, person: Person) -> bool:
    """Leave what was begun; whether there was anything."""
    async with db.transaction() as tx:
        return await drop_draft(tx, person.id)

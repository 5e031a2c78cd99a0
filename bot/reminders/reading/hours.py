"""Which half of the day each clock is in: the part of the day that was said with it decides."""

from __future__ import annotations

from dataclasses import replace

from bot.reminders.reading.items import Clock, Days, Doubt, Item, Join, Nth, On, Part, Weeks
from bot.reminders.reading.times import placed

_CORE = (Clock, Part, Days, Join, On, Nth, Weeks)


def settle(items: list[Item]) -> list[Item]:
    """The items with every clock as a 24-hour time and no parts of the day. Raises Doubt."""
    core = [place for place, item in enumerate(items) if isinstance(item, _CORE)]
    given: dict[int, set[str]] = {}
    parts = [place for place in core if isinstance(items[place], Part)]
    if parts and not any(isinstance(item, Clock) for item in items):
        raise Doubt("no_time")
    for place in parts:
        for clock in _clocks_of(items, core, core.index(place)):
            part = items[place]
            assert isinstance(part, Part)
            given.setdefault(clock, set()).add(part.name)
    settled: list[Item] = []
    for place, item in enumerate(items):
        if isinstance(item, Clock):
            settled.append(_settled(item, given.get(place, set())))
        elif not isinstance(item, Part):
            settled.append(item)
    return settled


def _settled(clock: Clock, names: set[str]) -> Clock:
    hours = set()
    for name in names | ({clock.part} if clock.part else set()):
        hour = placed(replace(clock, part=name))
        if hour is None:
            raise Doubt("contradiction")
        hours.add(hour)
    if len(hours) > 1:
        raise Doubt("contradiction")
    if hours:
        (hour,) = hours
        midnight = clock.named or (hour == 0 and clock.hour == 12)
        return replace(clock, hour=hour, named=midnight)
    if clock.hour < 13 and not clock.literal:
        raise Doubt("ambiguous_hour")
    return clock


def _clocks_of(items: list[Item], core: list[int], at: int) -> list[int]:
    """Places of the clocks that the part of the day at `core[at]` speaks of. Raises Doubt when it is not plain."""
    part = items[core[at]]
    assert isinstance(part, Part)

    def clock(step: int) -> int | None:
        place = at + step
        inside = 0 <= place < len(core)
        return core[place] if inside and isinstance(items[core[place]], Clock) else None

    before, after = clock(-1), clock(1)
    if part.form == "gen" and before is not None:
        return _listed(items, core, at - 1, -1, part)
    if after is not None:
        return _listed(items, core, at + 1, 1, part)
    if before is not None:
        return _listed(items, core, at - 1, -1, part)
    following = _beyond(items, core, at, 1)
    preceding = _beyond(items, core, at, -1)
    if following is not None:
        return _listed(items, core, following, 1, part)
    if preceding is not None:
        return _listed(items, core, preceding, -1, part)
    raise Doubt("no_time")


def _beyond(items: list[Item], core: list[int], at: int, step: int) -> int | None:
    """The index in `core` of the first clock beyond days and joins; None when another part comes first."""
    at += step
    while 0 <= at < len(core):
        item = items[core[at]]
        if isinstance(item, Clock):
            return at
        if isinstance(item, Part):
            return None
        at += step
    return None


def _listed(items: list[Item], core: list[int], at: int, step: int, part: Part) -> list[int]:
    """The clock at `core[at]` and those listed with it that share its part of the day: `7 и 9 вечера`."""
    found = [core[at]]
    nearest = items[core[at]]
    assert isinstance(nearest, Clock)
    place = at + step
    while 0 <= place < len(core):
        item = items[core[place]]
        if isinstance(item, Join):
            place += step
            continue
        if not isinstance(item, Clock) or item.part or item.literal or item.hour > 12:
            break
        beyond = items[core[place + step]] if 0 <= place + step < len(core) else None
        if isinstance(beyond, Part) and (beyond.form != "gen") == (step < 0):
            break
        if step > 0 and isinstance(beyond, Part) and beyond.form == "gen":
            break
        ascending = item.hour > nearest.hour if step > 0 else item.hour < nearest.hour
        if not ascending or placed(replace(item, part=part.name)) is None:
            break
        found.append(core[place])
        nearest = item
        place += step
    return found

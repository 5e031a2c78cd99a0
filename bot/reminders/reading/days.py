"""Weekdays: lists, ranges, `будни`, exclusions."""

from __future__ import annotations

from typing import NamedTuple

from bot.reminders.reading.items import (
    EVERY_DAY,
    SETS,
    Days,
    Match,
    Part,
    Reader,
    Stop,
    Without,
)

_LEADING = ("по", "во", "в", "на", "on", "at", "the", "in", "все", "барлық", "только", "тек", "only", "all", "single")


class Day(NamedTuple):
    """A weekday as it was said, and the place after it. `prefixed`: a preposition or `every` stood before it."""

    weekday: int
    recurs: bool
    case: str
    after: int
    prefixed: bool


def one_day(r: Reader, i: int, bare: bool = False) -> Day | None:
    """A weekday with its prepositions and its marks of recurrence. `bare`: no `every` before it."""
    start = i
    recurs = False
    while r.word(i, *_LEADING) or (r.has(i, "every") and not bare):
        recurs |= r.has(i, "every")
        by = r.word(i, "po")
        i += 1
        if by and r.has(i, "wd"):
            recurs = True
    day = r.at(i).sense("wd")
    if day is None:
        return None
    prefixed = i > start
    case = day.form
    recurs |= case == "pl"
    i += 1
    if r.at(i).text == "." and r.at(i).glued and len(r.at(i - 1).text) <= 4:
        i += 1  # an abbreviation: "вт."
    comma = r.at(i).text == "," and r.at(i + 2).text == ","
    if r.has(i + comma, "every") and not _said_of(r, i + comma + 1):
        return Day(day.n, True, "" if case == "pl" else case, i + comma + 1, prefixed)  # суббота каждая
    if r.has(i, "daysmark") or r.word(i, "kundersain", "kuni sain"):
        recurs = True
        i += 1
    elif r.has(i, "daymark"):
        mark = r.at(i).sense("daymark")
        case = (mark.form if mark else "") or case or "loc"
        i += 1
    return Day(day.n, recurs, "" if case == "pl" else case, i, prefixed)


def _said_of(r: Reader, i: int) -> bool:
    """Whether a word stands here that an `every` before it may belong to."""
    token = r.at(i)
    return token.kind in ("word", "number") and not token.fn("at", "in")


def _between(first: int, last: int) -> frozenset[int]:
    """Weekdays from one to another, both included; over Sunday when the first is later in the week."""
    return frozenset((first + step - 1) % 7 + 1 for step in range((last - first) % 7 + 1))


def _separator(r: Reader, i: int) -> tuple[str, int]:
    """What stands between two weekdays: `list`, `range` or nothing, and the place after it."""
    kind, start = "", i
    while True:
        token = r.at(i)
        if (token.kind == "mark" and token.text in (",", "/", "&", "+", "\n", ";")) or token.fn("and"):
            kind = kind or "list"
        elif (
            (token.text == "-" and kind in ("", "list"))
            or (r.word(i, "to", "through", "thru") and kind == "")
            or (token.text == "." and r.at(i + 1).text == ".")
        ):
            kind = "range"
        elif token.text == "." and kind == "range":
            pass
        else:
            return (kind, i) if i > start or kind else ("next", i)
        i += 1


def day_list(r: Reader, i: int, bare: bool = False) -> tuple[list[Day], list[str]] | None:
    """Weekdays one after another, and the separators between them."""
    first = one_day(r, i, bare)
    if first is None:
        return None
    days = [first]
    separators: list[str] = []
    while True:
        if r.has(days[-1].after, "sayin"):
            return days, separators
        kind, j = _separator(r, days[-1].after)
        follows = one_day(r, j)
        if follows is None:
            return days, separators
        if kind == "next" and follows.prefixed and not r.word(j, "po", "v", "vo", "on", "every", "kajdii"):
            return days, separators
        days.append(follows)
        separators.append(kind)


def spread_of(days: list[Day], separators: list[str]) -> frozenset[int] | None:
    """The weekdays of a list with ranges in it; None when a range has no clear end."""
    found: set[int] = set()
    i = 0
    while i < len(days):
        if i < len(separators) and separators[i] == "range":
            if i + 1 < len(separators) and separators[i + 1] == "range":
                return _all_dashes(days, separators)
            found |= _between(days[i].weekday, days[i + 1].weekday)
            i += 2
        else:
            found.add(days[i].weekday)
            i += 1
    return frozenset(found)


def _all_dashes(days: list[Day], separators: list[str]) -> frozenset[int] | None:
    """`пн-ср-пт`: dashes between three and more weekdays only list them."""
    return frozenset(day.weekday for day in days) if set(separators) == {"range"} else None


def _range(r: Reader, i: int) -> Match:
    """A range of weekdays and nothing else at a place."""
    found = range_at(r, i)
    if found:
        return found
    listed = day_list(r, i)
    if listed is None or listed[1] != ["range"]:
        return None
    spread = spread_of(*listed)
    return ([Days(spread, True, listed=len(spread))], listed[0][-1].after) if spread else None


def _past_daily(r: Reader, i: int) -> int:
    """The place after an `every day` that only says of a range of weekdays that it takes each of them."""
    token = r.at(i + (r.at(i).text == ","))
    whole = _whole(r, i + (r.at(i).text == ","))
    if whole and isinstance(whole[0][0], Days) and whole[0][0].whole == "daily" and len(whole[0]) == 1:
        return whole[1] if not token.sense("part") else i
    return i


def days_at(r: Reader, i: int) -> Match:
    """Weekdays or a set of them at a place."""
    found = _whole(r, i)
    if found:
        return found
    listed = day_list(r, i)
    if listed is None:
        return None
    days, separators = listed
    spread = spread_of(days, separators)
    j = days[-1].after
    recurs = any(day.recurs for day in days)
    if r.has(j, "sayin"):
        recurs, j = True, j + 1
    if spread is None:
        return [Stop("other")], j
    last = days[-1]
    if last.case == "abl":
        if r.fn(j, "kkexcept") and r.has(j + 1, "daysmark"):  # сейсенбіден басқа күндері
            return [Days(EVERY_DAY, True, "daily", 7), Without(spread)], j + 2
        if r.fn(j, "kkexcept"):
            return [Without(spread)], j + 1
        return None  # "from Monday" is a date, read elsewhere
    if last.case == "acc" and r.fn(j, "kkexcept"):
        return [Without(spread)], j + 1
    if last.case == "dat" and r.fn(j, "kkuntil"):
        return None
    if len(days) == 2 and r.word(j, "araliginda"):
        between = _between(days[0].weekday, days[1].weekday)
        return [Days(between, True, listed=len(between))], j + 1
    if separators == ["range"]:
        j = _past_daily(r, j)
    return [Days(spread, recurs, listed=len(spread))], j


def range_at(r: Reader, i: int) -> Match:
    """`с понедельника по пятницу`, `from Monday to Friday`, `between Monday and Friday`."""
    start = i
    if r.word(i, "s", "so", "from", "ot"):
        i += 1
    first = one_day(r, i)
    if first and first.case == "abl":
        target = one_day(r, first.after)
        if target is None or target.case != "dat" or not r.fn(target.after, "kkuntil"):
            return None
        between = _between(first.weekday, target.weekday)
        after = _past_daily(r, target.after + 1 + r.has(target.after + 1, "sayin"))
        return [Days(between, True, listed=len(between))], after
    if first is None:
        return None
    j = first.after
    words = ("po", "do", "to", "til", "until", "through", "thru", "vplot do", "up to")
    if not r.word(j, *words) and not (start < i and r.at(j).text == "-"):
        return None
    if start == i and r.word(j, "po") and r.at(j + 1).sense("wd") and _plural(r, j + 1):
        return None
    last = one_day(r, j + 1, bare=True)
    if last is None or (start == i and last.recurs):
        return None
    between = _between(first.weekday, last.weekday)
    after = last.after + 1 if r.word(last.after, "vkliuchitelno", "inclusive") else last.after
    after = _past_daily(r, after)
    return [Days(between, True, listed=len(between))], after


def _plural(r: Reader, i: int) -> bool:
    day = r.at(i).sense("wd")
    return bool(day and day.form == "pl")


def _whole(r: Reader, i: int) -> Match:
    """`каждый день`, `по будням`, `every evening`, `демалыс күндері`."""
    start = i
    every = False
    while r.word(i, *_LEADING) or r.has(i, "every") or r.word(i, "during", "over", "s"):
        every |= r.has(i, "every")
        i += 1
    token = r.at(i)
    days = token.sense("set")
    if days is None:
        part = token.sense("part")
        if part and part.form == "every":
            j = i + 1 + (r.at(i + 1).text == ",")
            some = _range(r, j) or (_whole(r, j) if r.word(j, *_LEADING) or r.has(j, "set") else None)
            if some and len(some[0]) == 1 and isinstance(some[0][0], Days):
                return [*some[0], Part(part.value, "adv")], some[1]  # every evening from Monday to Friday
            return [Days(EVERY_DAY, True, "daily", 7), Part(part.value, "adv")], i + 1
        unit = token.sense("unit")
        if every and unit and unit.value == "day" and not r.has(start - 1, "num"):
            return [Days(EVERY_DAY, True, "daily", 7)], i + 1
        return None
    before = r.at(i - 1)
    counted = before.kind == "number" and not before.suffix
    if days.value == "daily" and token.key == "kunde" and counted:
        return None
    number = before.sense("num")
    if token.key in ("kun sain", "kunsain") and (counted or (number and not number.form)) and not r.has(i - 2, "part"):
        return [Stop("other")], i + 1  # он күн сайын: every ten days
    i += 1
    if days.form == "abl" or (r.fn(i, "kkexcept")):
        return ([Without(SETS[days.value])], i + 1) if r.fn(i, "kkexcept") else None
    while r.has(i, "daysmark") or r.has(i, "sayin") or r.word(i, "dni", "days"):
        i += 1
    if days.value == "daily":
        ranged = _range(r, i + (r.at(i).text == ","))
        if ranged:
            return ranged  # every day from Monday to Friday
    whole = "" if days.value.isdigit() else days.value
    return [Days(SETS[days.value], True, whole, len(SETS[days.value]))], i


def without_at(r: Reader, i: int) -> Match:
    """Days to leave out: `кроме воскресенья`, `except Sundays`, `но не в субботу`."""
    if r.word(i, "but") and not (r.has(i + 1, "wd") or r.has(i + 1, "set")):
        return None  # "but on Saturday at noon" says more than "not on Saturday"
    if not (r.fn(i, "except") or (r.has(i, "without") and (r.has(i + 1, "wd") or r.has(i + 1, "set")))):
        return None
    if r.word(i, "ne") or not r.at(i).senses:
        return None
    j = r.skip_words(i + 1, "the", "for", "v", "vo", "po", "na", "on", "tolko")
    listed = day_list(r, j)
    if listed:
        spread = spread_of(*listed)
        if spread and len(spread) < len(listed[0]):
            spread = None if "range" not in listed[1] else spread  # "every day except Tuesday on Tuesdays"
        if spread:
            return [Without(spread)], listed[0][-1].after
    whole = _whole(r, j)
    if whole and isinstance(whole[0][0], Days) and whole[0][0].whole in ("weekend", "workdays"):
        return [Without(whole[0][0].days)], whole[1]
    return [Stop("other")], i + 1

"""Rhythms: every n weeks, so many times a week, the nth weekday of a month."""

from __future__ import annotations

from bot.reminders.model import Outlet
from bot.reminders.reading.days import day_list, one_day, spread_of
from bot.reminders.reading.items import (
    EVERY_DAY,
    Days,
    Item,
    Match,
    Nth,
    PerDay,
    PerMonth,
    PerWeek,
    Reader,
    Stop,
    Weeks,
    Where,
)
from bot.reminders.reading.times import spoken
from bot.reminders.reading.tokens import ORDINALS


def weeks_at(r: Reader, i: int) -> Match:
    """`еженедельно`, `раз в три недели`, `every 2 weeks`, `екі апта сайын`, `2 раза в неделю`."""
    token = r.at(i)
    weekly = token.sense("weekly")
    if weekly:
        return [Weeks(weekly.n)], i + 1
    if token.sense("everyother"):
        return [Stop("other")], i + 1
    if token.sense("evenweeks") and (r.has(i + 1, "unit") or r.has(i - 1, "fn")):
        return [Stop("other")], i + 1
    if token.sense("weeksaside"):
        return [Weeks(2, aside=True)], i + 1
    if token.sense("monthly") and not _has_nth_near(r, i):
        return [PerMonth()], i + 1
    return _every_n(r, i) or _n_times(r, i)


def _has_nth_near(r: Reader, i: int) -> bool:
    return r.has(i, "ofmonth") and (r.has(i + 1, "nth") or r.has(i - 1, "wd") or r.has(i + 1, "number"))


def _every_n(r: Reader, i: int) -> Match:
    j = i
    every = False
    if r.word(j, "raz", "once", "odin raz") and r.word(j + 1, "v", "every", "in", "per", "each"):
        every, j = True, j + 2
    while r.has(j, "every"):
        every, j = True, j + 1
    nth = r.at(j).sense("nth")
    if every and nth and _unit(r, j + 1) == "week" and nth.n > 1:
        return [Weeks(nth.n)], j + 2
    if every and r.has(j, "other") and _unit(r, j + 1) == "week":
        return [Weeks(2)], j + 2
    said = spoken(r, j)
    if said is None:
        return None
    n, k, case = said
    if case or (r.has(j - 1, "part") and not every):
        return None  # "7-де", "кешкі 7" is an hour
    unit = _unit(r, k)
    if r.has(k, "weekly") and r.word(k, "апта сайын", "аптада бір", "аптада бір рет", "аптаға бір") and 1 <= n <= 52:
        return [Weeks(n)], k + 1
    if not unit:
        return None
    form = r.at(k).sense("unit")
    k += 1
    if r.has(k, "sayin"):
        every, k = True, k + 1
    elif (form and form.form == "loc" and r.word(k, "bir", "1")) or r.word(k, "bir ret"):
        every = True
        k += 1
        k += r.has(k, "times")
    elif (form and form.form == "loc" and r.has(k, "once")) or r.word(k, "araligpen", "araliginda", "araliqpen"):
        every, k = True, k + 1
    if not every:
        return None
    if unit == "day" and n == 7:
        return [Weeks(1)], k
    if unit != "week" or not 1 <= n <= 52:
        return [Stop("other")], k
    return [Weeks(n)], k


def _unit(r: Reader, i: int) -> str:
    unit = r.at(i).sense("unit")
    return unit.value if unit else ""


def _n_times(r: Reader, i: int) -> Match:
    """A number of times a week, which must agree with the days: `2 раза в неделю`, `аптасына 3 рет`."""
    daily = r.has(i, "perday")
    before = r.has(i, "perweek") or (daily and not r.has(i, "set"))
    j = i + 1 if before else i
    if r.has(j, "twice"):
        n, k = 3 if r.word(j, "thrice", "трижды") else 2, j + 1
    else:
        said = spoken(r, j)
        if said is None:
            return ([Stop("other")], i + 1) if before and not daily and _unit(r, i) == "" else None
        n, k = said[0], said[1]
        thing = r.has(k, "outlet") or any(sense.value == "noun" for sense in r.at(k).senses)
        if r.has(k, "times") or (thing and (before or r.has(k + 1, "perweek"))):
            k += 1
        else:
            return None
    outlet = r.at(k - 1).sense("outlet")
    where: list[Item] = [Where(Outlet(outlet.value))] if outlet else []
    if before:
        per_day: list[Item] = [Days(EVERY_DAY, True, "daily", 7), PerDay(n)]
        return [*where, *(per_day if daily else [PerWeek(n)])], k
    if r.has(k, "perweek"):
        return [*where, PerWeek(n)], k + 1
    whole = r.at(k).sense("set")
    if r.has(k, "perday") or (whole and whole.value == "daily"):
        return [Days(EVERY_DAY, True, "daily", 7), PerDay(n)], k + 1
    return ([*where, PerDay(n)] if n > 1 else [Stop("other")]), k


def nth_at(r: Reader, i: int) -> Match:
    """The nth weekday of a month, or every other weekday: `последняя пятница месяца`, `every other Friday`."""
    j = i
    every, month = False, any(token.sense("monthly") for token in r.tokens)
    while True:
        if r.has(j, "every"):
            every = True
        elif (r.has(j, "monthly") and not r.has(j, "ofmonth")) or (
            r.has(j, "ofmonth") and (r.has(j + 1, "nth") or r.has(j + 1, "every") or r.at(j + 1).suffix)
        ):
            month = True
        elif not r.word(j, "v", "vo", "po", "na", "on", "the", "in"):
            break
        j += 1
    if r.has(j, "other") and r.has(j + 1, "wd"):
        return _every_other(r, j + 1)
    n, k = _ordinal(r, j)
    if not n:
        return None
    if r.fn(k, "and", "or") or r.at(k).text in (",", "/"):
        second, after = _ordinal(r, k + 1)
        if second and r.has(after, "wd"):
            return [Stop("other")], after + 1
    if n == 2 and r.has(k, "last"):
        return [Stop("other")], k + 1
    day = one_day(r, k, bare=True)
    if day is None or day.prefixed:
        return None
    after = day.after + 1 if r.has(day.after, "sayin") and not r.has(day.after, "ofmonth") else day.after
    trailing = r.skip_words(after, "v", "of", "in")
    if r.has(trailing, "ofmonth"):
        month, after = True, trailing + 1
    elif r.has(after, "ofmonth"):
        month, after = True, after + 1
    if r.has(after, "month") or (r.word(after, "of", "in") and r.has(after + 1, "month")):
        return [Stop("other")], after + 1
    if month:
        return ([Nth(n, day.weekday)] if n in (-1, 1, 2, 3, 4) else [Stop("other")]), after
    if (every or day.recurs) and n == 2:
        return [Weeks(2), Days(frozenset((day.weekday,)), True)], after
    if (every or day.recurs) and n in (1, -1):
        return [Nth(n, day.weekday)], after
    return [Stop("other")], after


def _every_other(r: Reader, i: int) -> Match:
    listed = day_list(r, i)
    if listed is None:
        return None
    spread = spread_of(*listed)
    items: list[Item] = [Weeks(2), Days(spread, True, listed=len(spread))] if spread else [Stop("other")]
    return items, listed[0][-1].after


def _ordinal(r: Reader, i: int) -> tuple[int, int]:
    """First to fourth, fifth, last; 0 when there is none here."""
    nth = r.at(i).sense("nth")
    if nth:
        return nth.n, i + 1
    token = r.at(i)
    if token.kind == "number" and token.suffix in ORDINALS and 1 <= token.value <= 5:
        return token.value, i + 1
    if token.kind == "number" and r.at(i + 1).text == "-" and r.word(i + 2, "shi", "i", "ia", "iu", "inshi"):
        return token.value, i + 3
    return 0, i

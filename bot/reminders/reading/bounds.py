"""First and last day of a plan, and how long it goes on."""

from __future__ import annotations

from datetime import date, timedelta

from bot.reminders.reading.dates import (
    Named,
    add_months,
    amount,
    day_number,
    month_end,
    named_date,
    next_such,
    relative,
    weekday_date,
)
from bot.reminders.reading.items import Match, Reader, Span, Start, Stop, Until


def bounds_at(r: Reader, i: int) -> Match:
    """First and last day: `с 1 марта по 1 мая`, `starting next week`, `1 наурыздан бастап`, `до конца года`."""
    try:
        return (
            _between(r, i) or _from(r, i) or _onward(r, i) or _until(r, i) or _kazakh_bounds(r, i) or _whole_month(r, i)
        )
    except ValueError:
        return [Stop("other")], i + 1


def _from(r: Reader, i: int) -> Match:
    j = i
    started = False
    while r.fn(j, "starting"):
        started, j = True, j + 1
    led = started
    while r.fn(j, "from") or (started and (r.fn(j, "at", "in") or r.word(j, "the", "na", "uje"))):
        led, j = True, j + 1
    if not led:
        return None
    found = _first_day(r, j)
    if found is None:
        return None
    day, after, ambiguous = found
    if r.word(after, "chisla", "nachinaia", "i"):
        after += 1
    after = r.skip_words(after, *_ONWARD)
    if ambiguous or day is None:
        return [Stop("other")], after
    until = _until(r, after, day)
    if until:
        return [Start(day), *until[0]], until[1]
    return [Start(day)], after


_ONWARD = ("onward", "onwards", "forward", "далее", "дальше", "и далее", "и дальше", "әрі қарай", "ары қарай")


def _onward(r: Reader, i: int) -> Match:
    """`next week onwards`, `март и далее`: a first day by the word after it alone."""
    found = _first_day(r, i)
    if found is None or found[0] is None or found[2] or not r.word(found[1], *_ONWARD):
        return None
    return [Start(found[0])], found[1] + 1


def _between(r: Reader, i: int) -> Match:
    """`between Jan 11 and Feb 19`, `между 1 марта и 15 апреля`, `1 наурыз бен 15 сәуір аралығында`."""
    led = r.word(i, "between", "между", "in between", "промежутке")
    first = named_date(r, i + led, marked=led)
    if first is None or first.month_only or not r.fn(first.after, "and"):
        return None
    last = named_date(r, first.after + 1, marked=led)
    if last is None or last.month_only:
        return None
    trailing = r.word(last.after, "аралығында", "арасында", "аралығы")
    if not (led or trailing):
        return None
    return [Start(first.day), Until(last.day, last.yearless)], last.after + trailing


def _first_day(r: Reader, j: int) -> tuple[date | None, int, bool] | None:
    """The day a plan starts on: (day, place, whether it may mean another day)."""
    near = relative(r, j)
    if near:
        return near[0], near[1], False
    k = r.skip_words(j, "the", "nachala", "start", "of", "beginning of", "nachalo")
    unit = r.at(k + 1).sense("unit")
    if r.has(k, "next") and unit and unit.value in ("week", "month", "year"):
        return _period_start(r, unit.value), k + 2, False
    if r.fn(k, "newyear"):
        return date(r.today.year + 1, 1, 1), k + 1, False
    nearest = weekday_date(r, k)
    if nearest:
        return nearest[0], nearest[1], nearest[0] is None
    day = r.at(k).sense("wd")
    if day and day.form != "pl":
        first = r.today + timedelta(days=(day.n - r.today.isoweekday() - 1) % 7 + 1)
        return first, k + 1 + r.has(k + 1, "daymark"), day.n == r.today.isoweekday()
    dated = named_date(r, k, marked=True)
    if dated:
        return dated.day, dated.after, False
    number = day_number(r, k)
    if number and r.word(number[1], "chisla", "po", "do", "-", "to"):
        ends = _end_date(r, number[1] + (not r.word(number[1], "числа")))
        if ends and ends.yearless:  # с 1 по 28 февраля
            start = next_such(r.today, ends.day.month, number[0])
            return (start, number[1], False) if start else None
    return None


def _end_date(r: Reader, i: int) -> Named | None:
    return named_date(r, i, marked=True)


def _period_start(r: Reader, unit: str) -> date:
    if unit == "week":
        return r.today + timedelta(days=7 - r.today.weekday())
    if unit == "month":
        return add_months(r.today.replace(day=1), 1)
    return date(r.today.year + 1, 1, 1)


def _period_end(r: Reader, unit: str, following: bool) -> date:
    if unit == "week":
        return r.today + timedelta(days=6 - r.today.weekday() + 7 * following)
    if unit == "month":
        return month_end(add_months(r.today.replace(day=1), int(following)))
    return date(r.today.year + following, 12, 31)


def _until(r: Reader, i: int, start: date | None = None) -> Match:
    j = i
    while r.fn(j, "until") or (r.word(j, "po", "to", "through", "thru")) or (start and r.at(j).text == "-"):
        j += 1
    if j == i:
        return None
    inclusive = r.word(j - 1, "po", "through", "thru")
    k = r.skip_words(j, "the", "samogo")
    if r.fn(k, "end", "endof"):
        return _until_end(r, k + 1)
    dated = named_date(r, k, marked=True)
    if dated is None:
        near = relative(r, k)
        return ([Until(near[0])], near[1]) if near else None
    after = dated.after
    if r.at(after).text == "(":
        after += 1
    after = r.skip_words(after, "vkliuchitelno", "inclusive", "included")
    if dated.month_only:
        if not inclusive:
            return [Stop("other")], after  # "until March": its first day, or the day before?
        return [Until(month_end(dated.day), dated.yearless)], after
    return [Until(dated.day, dated.yearless)], after


def _until_end(r: Reader, k: int) -> Match:
    """`до конца года`, `until the end of March`."""
    k = r.skip_words(k, "of", "the", "samogo")
    following = r.has(k, "next")
    if r.has(k, "this") or following or r.word(k, "tekushego", "sego"):
        k += 1
    unit = r.at(k).sense("unit")
    if unit and unit.value in ("week", "month", "year"):
        return [Until(_period_end(r, unit.value, following))], k + 1
    if r.has(k, "ofmonth") and r.word(k, "mesiaca"):
        return [Until(_period_end(r, "month", following))], k + 1
    dated = named_date(r, k, marked=True)
    if dated and dated.month_only:
        return [Until(month_end(dated.day), dated.yearless)], dated.after
    return [Stop("other")], k


def _kazakh_bounds(r: Reader, i: int) -> Match:
    """Dates with Kazakh endings: `1 наурыздан бастап`, `дүйсенбіден бастап`, `жыл соңына дейін`."""
    j = i + 1 if r.word(i, "осы", "бұл", "келесі") else i
    unit = r.at(j).sense("unit")
    if unit and unit.value in ("week", "month", "year") and r.fn(j + 1, "kkend") and r.fn(j + 2, "kkuntil"):
        return [Until(_period_end(r, unit.value, r.word(i, "келесі")))], j + 3
    if r.word(i, "келесі") and unit and unit.form == "abl":
        after = j + 1 + r.fn(j + 1, "kkstart")
        return [Start(_period_start(r, unit.value))], after
    if r.has(i, "month") and r.fn(i + 1, "kkend") and r.fn(i + 2, "kkuntil"):
        dated = named_date(r, i, marked=True)
        assert dated
        return [Until(month_end(dated.day), dated.yearless)], i + 3
    if r.fn(i, "newyear") and r.fn(i + 1, "kkstart"):
        return [Start(date(r.today.year + 1, 1, 1))], i + 2
    near = relative(r, i)
    if near and near[2] == "abl":
        return [Start(near[0])], near[1] + r.fn(near[1], "kkstart")
    nearest = weekday_date(r, i)
    if nearest and nearest[2] == "abl" and r.fn(nearest[1], "kkstart"):
        return ([Start(nearest[0])] if nearest[0] else [Stop("other")]), nearest[1] + 1
    day = r.at(i).sense("wd")
    if day and day.form == "abl" and r.fn(i + 1, "kkstart"):
        first = r.today + timedelta(days=(day.n - r.today.isoweekday() - 1) % 7 + 1)
        return ([Start(first)] if day.n != r.today.isoweekday() else [Stop("other")]), i + 2
    dated = named_date(r, i, marked=True)
    if dated is None:
        return None
    if dated.case == "abl" or r.fn(dated.after, "kkstart"):
        after = dated.after + r.fn(dated.after, "kkstart")
        following = _kazakh_bounds(r, after) if not r.fn(dated.after, "kkstart") else None
        if following and isinstance(following[0][0], Until):
            return [Start(dated.day), *following[0]], following[1]
        lasting = span_at(r, after) if dated.case == "abl" else None
        if lasting and isinstance(lasting[0][0], Span):  # 1 желтоқсаннан екі ай бойы
            return [Start(dated.day), *lasting[0]], lasting[1]
        if r.fn(dated.after, "kkstart"):
            return [Start(dated.day)], after
        return None
    if (dated.case in ("dat", "acc") or r.at(i).kind == "date") and r.fn(dated.after, "kkuntil"):
        if dated.month_only:
            return [Stop("other")], dated.after + 1
        return [Until(dated.day, dated.yearless)], dated.after + 1
    return None


def _whole_month(r: Reader, i: int) -> Match:
    """`в марте`, `весь декабрь`, `in March`, `наурыз бойы`, `в следующем месяце`."""
    j = i
    led = False
    while r.word(j, "v", "vo", "na", "in", "for", "during", "throughout") or r.fn(j, "whole"):
        led, j = True, j + 1
    unit = r.at(j + 1).sense("unit")
    if r.has(j, "next") and unit and unit.value == "month" and unit.form != "abl" and not r.fn(j + 2, "kkend"):
        first = _period_start(r, "month")
        return [Start(first), Until(month_end(first))], j + 2 + r.fn(j + 2, "kkfor")
    month = r.at(j).sense("month")
    if month is None or r.at(j + 1).kind == "number":
        return None
    dated = named_date(r, j, marked=True)
    if dated is None or not dated.month_only:
        return None
    trailing = r.fn(dated.after, "kkfor")
    if dated.case != "loc" and not led and not trailing:
        return None
    after = dated.after + trailing
    first = dated.day
    if month.n == r.today.month and first > r.today:
        return [Stop("other")], after  # what is left of this month, or the whole of the next such one?
    return [Start(first), Until(month_end(first), dated.yearless)], after


def span_at(r: Reader, i: int) -> Match:
    """How long: `на 3 месяца`, `for 13 weeks`, `3 айға`, `үш ай бойы`, `полгода`."""
    j = i
    led = False
    while r.fn(j, "for", "whole") or (led and (r.has(j, "next") or r.has(j, "coming") or r.word(j, "the", "v", "bir"))):
        led, j = True, j + 1
    if not led and r.word(j, "kelesi", "aldagi", "jakin"):
        j += 1
    said = amount(r, j)
    if said is None:
        return None
    value, unit, after = said
    form = r.at(after - 1).sense("unit")
    case = form.form if form else ""
    trailing = r.fn(after, "kkfor")
    counted = (after - j > 1) or r.has(j, "halfyear") or " " in r.at(j).key
    if unit in ("minute", "hour"):
        return None
    coming = r.word(j - 1, "aldagi", "jakin", "kelesi")
    if case in ("abl", "loc", "gen") and not trailing and not (case == "loc" and coming and counted):
        return None
    if not counted and (r.has(j - 1, "next") or r.has(j - 1, "coming")):
        return None
    per_week = r.at(after - 1).key.endswith(("ina", "ine"))  # аптасына: a week, not for a week
    if not counted and not (led or (case == "dat" and not per_week) or trailing):
        return None
    if r.has(after - 1, "part") and r.word(after - 1, "dnia") and not _clearly_days(r, i):
        return None
    if value != int(value) or r.fn(after, "kkafter"):
        return [Stop("other")], after
    n = int(value)
    if not 1 <= n <= 1000:
        return [Stop("other")], after
    after += trailing
    if unit in ("day", "week"):
        return [Span(days=n * (7 if unit == "week" else 1))], after
    return [Span(months=n * (12 if unit == "year" else 1))], after


def _clearly_days(r: Reader, i: int) -> bool:
    return r.word(i, "в течение", "в течении", "на протяжении", "на ближайшие", "на следующие")

"""Dates: calendar days, one-off days, delays."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.reminders.reading.items import Item, Match, Moment, On, Once, Reader, Stop
from bot.reminders.reading.times import spoken
from bot.reminders.reading.tokens import HALVES


class Named(NamedTuple):
    """A date that was said. `month_only`: no day was named; `case`: the Kazakh case of its last word."""

    day: date
    after: int
    yearless: bool = False
    month_only: bool = False
    case: str = ""


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_end(day: date) -> date:
    """The last day of the month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def next_such(today: date, month: int, day: int) -> date | None:
    """The next such day, today included; 29 February waits for its year; None when no year has it."""
    for year in range(today.year, today.year + 9):
        if 1 <= day <= monthrange(year, month)[1] and date(year, month, day) >= today:
            return date(year, month, day)
    return None


def day_number(r: Reader, i: int) -> tuple[int, int, str] | None:
    """A day of a month: `1`, `1-го`, `1st`, `первого`, `двадцать пятого`; with the Kazakh case of its suffix."""
    token = r.at(i)
    if token.kind == "number" and 1 <= token.value <= 31 and len(token.text) <= 2:
        after = i + 1
        if r.at(after).text == "-" and r.has(after + 1, "month"):
            after += 1
        return token.value, after, token.case()
    nth = token.sense("nth")
    if nth and nth.n > 0:
        return nth.n, i + 1, ""
    tens = token.sense("num")
    if tens and tens.n in (20, 30):
        unit = r.at(i + 1).sense("nth")
        if unit and 0 < unit.n < 10:
            return tens.n + unit.n, i + 2, ""
    said = spoken(r, i)
    if said and 1 <= said[0] <= 31 and r.has(said[1], "month"):
        return said
    return None


def _year(r: Reader, i: int) -> tuple[int, int]:
    """A year after a date, if one stands here: (2027, next place), else (0, the same place)."""
    j = i + 1 if r.at(i).text == "," else i
    token = r.at(j)
    if token.kind == "number" and 2000 <= token.value <= 2100 and len(token.text) == 4:
        k = j + 1
        if r.has(k, "year") or r.word(k, "goda", "g", "god", "j"):
            k += 1
        elif r.at(k).kind == "mark" or r.at(k).kind == "word" or r.at(k).kind == "clock":
            pass
        return token.value, k
    return 0, i


def named_date(r: Reader, i: int, marked: bool = False) -> Named | None:
    """A calendar date at a place. `marked`: a preposition says that it is a date, so `01.03` and a month alone count.

    Raises ValueError for a date that no calendar has.
    """
    found = _figures(r, i, marked) or _day_and_month(r, i) or _month_first(r, i, marked)
    if found is None and marked:
        month = r.at(i).sense("month")
        if month:
            day = next_such(r.today, month.n, 1)
            assert day
            after, case = _month_noun(r, i + 1, month.form)
            year, after = _year(r, after)
            day = day.replace(year=year) if year else day
            return Named(day, after, not year, True, case)
    return found


def _month_noun(r: Reader, i: int, case: str) -> tuple[int, str]:
    """The place after `айы`, `айында`, `месяце` beside the name of a month, and the case that the two have together."""
    unit = r.at(i).sense("unit")
    if unit is None or unit.value != "month" or r.has(i - 1, "wd"):
        return i, case
    return i + 1, "" if unit.form == "poss" else unit.form or case


def _dated(r: Reader, day: int, month: int, year: int, after: int, case: str = "") -> Named:
    if year:
        return Named(date(year if year > 99 else 2000 + year, month, day), after, case=case)
    following = next_such(r.today, month, day) if 1 <= month <= 12 else None
    if following is None:
        raise ValueError
    return Named(following, after, True, case=case)


def _figures(r: Reader, i: int, marked: bool) -> Named | None:
    token = r.at(i)
    if token.kind == "date":
        a, b, c = token.numbers
        if a > 31:
            return _dated(r, c, b, a, i + 1, token.case())
        if "/" in token.text and b > 12 >= a:
            a, b = b, a
        elif "/" in token.text and a <= 12 and b <= 12 and a != b and r.lang == "en":
            raise ValueError
        return _dated(r, a, b, c, i + 1, token.case())
    if token.kind == "clock" and token.numbers and {".", "/"} & set(token.text):
        day, month = token.numbers
        if 1 <= day <= 31 and 1 <= month <= 12 and (marked or day > 23 or _clock_follows(r, i + 1)):
            return _dated(r, day, month, 0, i + 1, token.case())
    return None


def _clock_follows(r: Reader, i: int) -> bool:
    """Whether a clock is led in right after figures, which are a date then: `05.12 в 20:00`, `05.12 күні 20:00-де`."""
    led = r.has(i, "daymark")
    j = i + 1 if led else i
    while r.fn(j, "at"):
        led, j = True, j + 1
    return led and r.at(j).kind == "clock"


def _day_and_month(r: Reader, i: int) -> Named | None:
    """`1 марта`, `25-го ноября 2026`, `1st of March`, `2027 жылғы 1 наурыздан`."""
    year, j = (0, i)
    if r.at(i).kind == "number" and len(r.at(i).text) == 4 and r.has(i + 1, "year"):
        year, j = r.at(i).value, i + 2
    j = r.skip_words(j, "the")
    number = day_number(r, j)
    if number is None:
        return None
    k = r.skip_words(number[1], "of", "i")
    month = r.at(k).sense("month")
    if month is None:
        return None
    k += 1
    if r.at(k).text == "." and r.at(k).glued:
        k += 1
    if not year:
        year, k = _year(r, k)
    if r.has(k, "daymark"):
        k += 1
    return _dated(r, number[0], month.n, year, k, month.form)


def _month_first(r: Reader, i: int, marked: bool) -> Named | None:
    """`March 1st, 2027`, `наурыздың 1-інен`."""
    month = r.at(i).sense("month")
    if month is None:
        return None
    j = r.skip_words(i + 1, "the")
    number = day_number(r, j)
    if number is None:
        return None
    if not (month.form == "gen" or (not r.at(i).cyrillic and not r.has(number[1], "part"))):
        return None
    if r.at(j).suffix in HALVES or r.has(number[1], "oclock"):
        return None
    case = number[2]
    year, k = _year(r, number[1])
    if r.has(k, "daymark"):
        k += 1
    return _dated(r, number[0], month.n, year, k, case)


def weekday_date(r: Reader, i: int) -> tuple[date | None, int, str] | None:
    """`this Friday`, `в следующий вторник`, `келесі сейсенбіден`: the day (None when readings differ), place, case."""
    kind = ""
    j = r.skip_words(i, "v", "vo", "na", "on", "the", "k")
    for name in ("this", "next", "coming"):
        if r.has(j, name):
            kind = name
    if not kind:
        return None
    j += 1
    if kind == "this" and r.has(j, "coming"):
        kind, j = "coming", j + 1
    day = r.at(j).sense("wd")
    if day is None or day.form == "pl":
        return None
    j += 1
    if r.has(j, "daymark"):
        j += 1
    today = r.today.isoweekday()
    first = r.today + timedelta(days=(day.n - today - 1) % 7 + 1)
    agree = {"this": day.n > today, "next": day.n <= today, "coming": day.n != today}[kind]
    return (first if agree else None), j, day.form


def in_week_at(r: Reader, i: int) -> Match:
    """A day of this or the next week: `Tuesday next week`, `келесі аптаның сейсенбісінде`."""
    found = _weekday_in_week(r, i)
    return (_certain(found[0]), found[1]) if found else None


def _weekday_in_week(r: Reader, i: int) -> tuple[date | None, int] | None:
    week, j = _week(r, i)
    if week is not None:
        j = r.skip_words(j + (r.at(j).text == ","), "v", "vo", "na", "on")
        day = r.at(j).sense("wd")
        if day is None or day.form == "pl":
            return None
        return _in_week(r, week, day.n), j + 1 + r.has(j + 1, "daymark")
    j = r.skip_words(i, "v", "vo", "na", "on")
    day = r.at(j).sense("wd")
    if day is None or day.form == "pl":
        return None
    week, k = _week(r, j + 1)
    return (_in_week(r, week, day.n), k) if week is not None else None


def _in_week(r: Reader, week: int, weekday: int) -> date:
    monday = r.today - timedelta(days=r.today.weekday())
    return monday + timedelta(days=7 * week + weekday - 1)


def _week(r: Reader, i: int) -> tuple[int | None, int]:
    """`на следующей неделе` 1, `this week` 0, and the place after; None when there is no such words here."""
    j = r.skip_words(i, "v", "na", "in", "the", "of")
    which = 1 if r.has(j, "next") else 0 if r.has(j, "this") else None
    unit = r.at(j + 1).sense("unit")
    if which is not None and unit and unit.value == "week":
        return which, j + 2
    return None, i


def once_at(r: Reader, i: int) -> Match:
    """One day named by its nearness or its date; `once` by itself."""
    if r.has(i, "once"):
        return [Once()], i + 1
    nearest = weekday_date(r, i)
    if nearest and nearest[2] not in ("abl", "dat"):
        return _certain(nearest[0]), nearest[1]
    near = relative(r, i)
    if near and near[2] not in ("abl",):
        return [On(near[0])], near[1]
    j = r.skip(i, "at")
    j = i if r.word(j - 1, "в") else j
    try:
        dated = named_date(r, j) or (named_date(r, i) if j > i else None)
    except ValueError:
        return [Stop("other")], i + 1
    if dated and (dated.case != "abl" or not _kazakh_start(r, dated.after)):
        return [On(dated.day, dated.yearless)], dated.after
    return None


def _kazakh_start(r: Reader, i: int) -> bool:
    return r.fn(i, "kkstart")


def _certain(day: date | None) -> list[Item]:
    return [On(day)] if day else [Stop("other")]


def relative(r: Reader, i: int) -> tuple[date, int, str] | None:
    """Today, tomorrow, the day after."""
    j = r.skip_words(i, "na", "the")
    rel = r.at(j).sense("rel")
    if rel is None:
        return None
    after = j + 1
    if r.word(after, "dnia", "den", "kuni") and not r.has(after + 1, "unit"):
        after += r.word(after, "kuni")
    return r.today + timedelta(days=rel.n), after, rel.form


def delay_at(r: Reader, i: int) -> Match:
    """`через 2 часа`, `in half an hour`, `2 сағаттан кейін`, `через 3 дня`."""
    j = i
    led = r.fn(i, "in")
    if led:
        j += 1
    elif (r.fn(i, "at") and not r.has(i, "unit")) or r.fn(i, "and", "through", "for"):
        return None
    j = r.skip_words(j, "taki", "rovno", "the")
    minutes = months = days = 0
    some = False
    while True:
        said = amount(r, j)
        if said is None:
            break
        value, unit, k = said
        if unit in ("minute", "hour"):
            minutes += round(value * (60 if unit == "hour" else 1))
        elif unit in ("day", "week") and value == int(value):
            days += int(value) * (7 if unit == "week" else 1)
        elif unit in ("month", "year") and value == int(value):
            months += int(value) * (12 if unit == "year" else 1)
        else:
            return None
        some, j = True, k
        j = r.skip(j, "and") if amount(r, r.skip(j, "and")) else j
    if led and some and minutes and minutes % 60 == 0 and not (days or months):
        rest = spoken(r, j)  # через час двадцать
        if rest and 10 <= rest[0] < 60 and not r.has(rest[1], "unit"):
            minutes, j = minutes + rest[0], rest[1]
    if not some:
        return None
    if not led and days + months and not minutes and r.fn(j, "from") and (near := relative(r, j + 1)):
        return [On(add_months(near[0], months) + timedelta(days=days))], near[1]  # a week from today
    if not led:
        if not (r.fn(j, "kkafter") or r.fn(j, "later")):
            return None
        j += 1
    elif r.fn(j, "later"):
        j += 1
    if minutes and (days or months):
        return [Stop("other")], j
    if minutes:
        return [Moment(_after_minutes(r, minutes))], j
    if not 0 < days + months <= 1000:
        return [Stop("other")], j
    try:
        return [On(add_months(r.today, months) + timedelta(days=days))], j
    except (OverflowError, ValueError):
        return [Stop("other")], j


def _after_minutes(r: Reader, minutes: int) -> datetime:
    zone = ZoneInfo(r.zone)
    moment = r.now.replace(tzinfo=zone).astimezone(UTC) + timedelta(minutes=min(minutes, 600_000))
    return moment.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)


def amount(r: Reader, i: int) -> tuple[float, str, int] | None:
    """A number with its unit: value, unit, next place."""
    if r.has(i, "halfhour"):
        return 0.5, "hour", i + 1
    if r.has(i, "quarter") and r.has(i + 1, "unit") and r.word(i + 1, "часа", "hour", "сағат", "сағаттан"):
        return 15, "minute", i + 2
    if r.word(i, "fortnight") or (r.word(i, "a") and r.word(i + 1, "fortnight")):
        return 2, "week", i + 1 + r.word(i + 1, "fortnight")
    if r.has(i, "onehalfhour"):
        return 1.5, "hour", i + 1
    if r.has(i, "halfyear"):
        return 6, "month", i + 1
    if r.word(i, "a week", "a month"):
        return 1, "week" if r.word(i, "a week") else "month", i + 1
    token = r.at(i)
    value: float = 1
    j = i
    if token.kind == "clock" and not token.numbers:  # 1 час 30 минут
        return token.hour * 60 + token.minute, "minute", i + 1
    if token.kind == "fraction":
        value, j = token.value + 0.5, i + 1
    elif r.has(i, "onehalf"):
        value, j = 1.5, i + 1
    elif r.word(i, "a", "an"):
        j = i + 1
    elif token.kind == "number" and token.suffix in ("h", "ch", "hr", "hrs"):
        return token.value, "hour", i + 1
    elif token.kind == "number":
        value, j = token.value, i + 1
        if token.suffix or value > 100_000:
            return None
    else:
        said = spoken(r, i)
        if said:
            value, j = said[0], said[1]
    half = r.skip_words(j, "and", "a")
    if j > i and (r.has(j, "withhalf") or ((said_half := r.at(half).sense("half")) and said_half.value != "ru")):
        value, j = value + 0.5, half + 1
    unit = r.at(j).sense("unit")
    if unit is None or unit.value == "second" or unit.form == "pl":
        return None
    if unit.value == "year" and value > 100:
        return None
    after = j + 1
    if r.has(after, "withhalf") or (
        unit.value == "hour" and (more := r.at(after).sense("half")) and more.value == "kk"
    ):
        value, after = value + 0.5, after + 1
    return value, unit.value, after


def only_once(weekdays: frozenset[int], r: Reader) -> date | None:
    """The day of a single weekday that is to come once; None when it may be today or next week."""
    (weekday,) = weekdays
    today = r.today.isoweekday()
    return None if weekday == today else r.today + timedelta(days=(weekday - today) % 7)

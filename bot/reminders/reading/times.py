"""Clock times as people say them: figures, spoken numbers, halves, quarters, minutes to and past."""

from __future__ import annotations

from bot.reminders.reading.items import Clock, Item, Match, Part, Reader, Stop
from bot.reminders.reading.tokens import HALVES, Token

# Hour as spoken -> hour of the day, for each part of the day that the languages know.
_EVENING = {h: h + 12 for h in range(4, 12)}
_NIGHT = {10: 22, 11: 23, 12: 0, 1: 1, 2: 2, 3: 3, 4: 4}
_PARTS: dict[str, dict[int, int]] = {
    "kk-morning": {h: h for h in range(4, 12)},
    "kk-noon": {11: 11, 12: 12, 1: 13, 2: 14, 3: 15},
    "kk-after": {h: h + 12 for h in range(1, 7)},
    "kk-day": {12: 12} | {h: h + 12 for h in range(1, 6)},
    "kk-evening": _EVENING,
    "kk-night": _NIGHT,
    "ru-morning": {h: h for h in range(4, 12)},
    "ru-day": {12: 12} | {h: h + 12 for h in range(1, 6)},
    "ru-after": {h: h + 12 for h in range(1, 7)},
    "ru-meal": {12: 12, 1: 13, 2: 14},
    "ru-evening": _EVENING,
    "ru-night": _NIGHT,
    "en-morning": {h: h for h in range(1, 12)},
    "en-afternoon": {12: 12} | {h: h + 12 for h in range(1, 7)},
    "en-evening": _EVENING,
    "en-night": {h: h + 12 for h in range(7, 12)} | {12: 0, 1: 1, 2: 2, 3: 3, 4: 4},
    "en-am": {12: 0} | {h: h for h in range(1, 12)},
    "en-pm": {12: 12} | {h: h + 12 for h in range(1, 12)},
    "en-tonight": {h: h + 12 for h in range(5, 12)},
}
_ENGLISH_UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_HOUR_SUFFIXES = frozenset(("ch", "h", "hr", "hrs"))


def placed(clock: Clock) -> int | None:
    """The hour of the day that a clock means with its part of the day; None when they contradict each other."""
    hours = _PARTS[clock.part]
    if clock.hour > 12 or clock.hour == 0:
        return clock.hour if clock.hour in hours.values() else None
    hour = hours.get(clock.hour)
    if clock.literal and clock.hour < 10 and clock.part not in ("en-am", "en-pm") and hour != clock.hour:
        return None  # "вечером в 08:00": the nought says morning
    return hour


def spoken(r: Reader, i: int) -> tuple[int, int, str] | None:
    """A cardinal number in figures or words at a place: value, next place, Kazakh case of its last word."""
    token = r.at(i)
    if token.kind == "number":
        return (token.value, i + 1, token.case()) if token.value < 100 else None
    whole = token.sense("numjoin")
    if whole:
        return whole.n, i + 1, whole.form
    number = token.sense("num")
    if number is None:
        return None
    if token.key.startswith("on") and number.n == 10 and not _kazakh_ten(r, i):
        return None
    value, form = number.n, number.form
    if value in (20, 30, 40, 50) or (value == 10 and token.key == "on"):
        after = i + 2 if r.at(i + 1).text == "-" and r.at(i + 1).glued else i + 1
        unit = r.at(after).sense("num")
        alike = (form == "gen") == bool(unit and unit.form == "gen")  # без двадцати девять: twenty to nine
        if unit and 0 < unit.n < 10 and form in ("", "gen") and alike:
            return value + unit.n, after + 1, unit.form
    return value, i + 1, form


def _kazakh_ten(r: Reader, i: int) -> bool:
    """Whether `он` is ten here, and not the Russian "he", the English preposition or the Kazakh "then"."""
    before, after = r.at(i - 1), r.at(i + 1)
    part = before.sense("part")
    if before.key in ("sagat", "sagatta") or (part and part.value.startswith("kk")):
        return True
    if after.sense("unit") and (r.at(i).cyrillic or before.sense("num")):
        return True
    follows = after.sense("num")
    if follows and 0 < follows.n < 10 and not r.word(i + 1, *_ENGLISH_UNITS):
        return True
    half = after.sense("half")
    return bool(half and half.value == "kk")


def clock_at(r: Reader, i: int) -> Match:
    """A clock time at a place, with the words that lead to it (`в`, `at`, `сағат`)."""
    start = i
    while (
        (r.fn(i, "at") and not (r.has(i, "num") and _kazakh_ten(r, i)))
        or (r.at(i).fn("for") and r.word(i, "na"))
        or r.at(i).text == "@"
    ):
        i += 1
    led = i > start
    part: list[Item] = []
    if led and r.has(i, "part") and r.word(i - 1, "sagat"):  # сағат кешкі 7-де
        sense = r.at(i).sense("part")
        assert sense
        part = [Part(sense.value, sense.form)]
        i += 1
    found = _named(r, i) or _written(r, i) or _to_and_past(r, i) or _said(r, i, led)
    if found is None:
        return None
    items, i = found
    i = r.skip_words(i, "rovno", "sharp", "oclock", "o clock", "hrs", "hours")
    return part + items, i


def _named(r: Reader, i: int) -> Match:
    i = r.skip_words(i, "the", "tochno", "rovno", "dal")
    if r.has(i, "noon"):
        return [Clock(12, 0, literal=True, named=True)], i + 1
    if r.has(i, "midnight"):
        return [Clock(0, 0, literal=True, named=True)], i + 1
    return None


def _clock(
    hour: int, minute: int, literal: bool = False, part: str = "", dash: bool = False, open_end: bool = False
) -> Item:
    """The clock, or a Stop for an hour that no day has and for a window of two hours: `18-20`."""
    if dash and hour < minute <= 24 and not (hour < 10 and minute == 15 and literal):
        return Stop("other")
    if hour > 23 or minute > 59 or (part and hour == 0):
        return Stop("other")
    return Clock(hour, minute, literal, part, open=open_end)


def _half_of_day(token: Token) -> str:
    return HALVES.get(token.suffix, "")


def _written(r: Reader, i: int) -> Match:
    """Hours and minutes in figures: `19:30`, `19 30`, `1930`."""
    token = r.at(i)
    part = _half_of_day(token)
    if token.kind == "clock":
        if token.suffix and not part and not token.case() and token.suffix not in _HOUR_SUFFIXES:
            return [Stop("other")], i + 1
        digits = len(token.text) - len(token.text.lstrip("0123456789"))
        if token.case() == "abl" and r.fn(i + 1, "kkstart"):
            return [Stop("other")], i + 2  # 19:00-ден бастап: any time from then on
        return [_clock(token.hour, token.minute, digits == 2, part, not {":", "."} & set(token.text))], i + 1
    if token.kind != "number":
        return None
    follows = r.at(i + 1)
    hours = r.word(i + 1, "hours", "hrs")
    if len(token.text) == 4 and (hours or not r.has(i + 1, "unit")) and not r.has(i + 1, "year"):
        return [_clock(token.value // 100, token.value % 100, True, part)], i + 1 + hours
    if len(token.text) == 3 and (part or r.has(i + 1, "part") or r.has(i - 1, "part")):
        return [_clock(token.value // 100, token.value % 100, False, part)], i + 1
    halved = follows.suffix in HALVES or any(r.has(place, "part") for place in (i - 1, i + 2))
    if (len(token.text) == 2 or halved) and not token.suffix and follows.kind == "number" and len(follows.text) == 2:
        counted = r.has(i + 2, "unit") or r.has(i + 2, "month")
        if not counted and follows.value <= 59 and token.value <= 23:
            literal = len(token.text) == 2
            return [_clock(token.value, follows.value, literal, _half_of_day(follows))], i + 2
    return None


def _minutes(r: Reader, i: int) -> tuple[int, int] | None:
    """Minutes for "to" and "past": a number with or without the word, or a quarter."""
    if r.has(i, "quarter"):
        return 15, i + 1
    said = spoken(r, i)
    if said is None or not 0 < said[0] < 60:
        return None
    unit = r.at(said[1]).sense("unit")
    return said[0], said[1] + 1 if unit and unit.value == "minute" else said[1]


def _to_and_past(r: Reader, i: int) -> Match:
    """Minutes told from a neighbouring hour: `полвосьмого`, `без десяти восемь`, `жетіден он минут кетті`."""
    token = r.at(i)
    ready = token.sense("ruhalf")
    if ready:
        return [_clock((ready.n - 2) % 12 + 1, 30)], i + 1
    half = token.sense("half")
    if half and half.value == "ru":
        j = i + 2 if r.at(i + 1).text == "-" else i + 1
        hour = r.at(j).sense("pastof")
        return ([_clock((hour.n - 2) % 12 + 1, 30)], j + 1) if hour else None
    if half and half.value == "en":
        if r.word(i + 1, "past"):
            hour_said = spoken(r, i + 2)
            if hour_said and 1 <= hour_said[0] <= 12:
                return [_clock(hour_said[0], 30, part=_half_of_day(r.at(i + 2)))], _hour_word(r, hour_said[1])
        return [Stop("ambiguous_hour")], i + 1  # "half seven" is 6:30 to some and 7:30 to others
    if r.has(i, "without"):
        minutes = _minutes(r, i + 1)
        hour_said = spoken(r, minutes[1]) if minutes else None
        if minutes is None:
            return None
        if hour_said is None and r.has(minutes[1], "oneoclock"):  # без пяти час
            hour_said = 1, minutes[1] + 1, ""
        if hour_said is None or not 1 <= hour_said[0] <= 24:
            return None
        return [_clock((hour_said[0] - 1) or 12, 60 - minutes[0])], _hour_word(r, hour_said[1])
    return _kazakh_minutes(r, i) or _minutes_then_hour(r, i)


def _hour_word(r: Reader, i: int) -> int:
    """The place after `часов`, `o'clock` and the like, when they stand here."""
    unit = r.at(i).sense("unit")
    return i + 1 if (unit and unit.value == "hour" and not unit.form) or r.has(i, "oclock") else i


def _kazakh_minutes(r: Reader, i: int) -> Match:
    hour = spoken(r, i)
    if hour is None or hour[2] not in ("abl", "dat") or not 1 <= hour[0] <= 24:
        return None
    minutes = _minutes(r, hour[1])
    if minutes is None:
        return None
    if hour[2] == "abl" and r.has(minutes[1], "kkpast"):
        return [_clock(hour[0], minutes[0])], r.skip_words(minutes[1] + 1, "kezde", "uakitta")
    if hour[2] == "dat" and r.has(minutes[1], "kkto"):
        return [_clock((hour[0] - 1) or 12, 60 - minutes[0])], r.skip_words(minutes[1] + 1, "kezde", "uakitta")
    return None


def _minutes_then_hour(r: Reader, i: int) -> Match:
    """`ten to eight`, `quarter past 7`, `четверть восьмого`, `десять минут девятого`."""
    i = r.skip_words(i, "a")
    minutes = _minutes(r, i)
    if minutes is None:
        return None
    after = minutes[1]
    hour = r.at(after).sense("pastof")
    by_word = r.has(i, "quarter") or r.has(after - 1, "unit")
    if hour and by_word:
        return [_clock((hour.n - 2) % 12 + 1, minutes[0])], after + 1
    to = r.word(after, "to", "til", "before", "of")
    if not to and not r.word(after, "past", "after"):
        return None
    said = spoken(r, after + 1)
    if said is None or not 1 <= said[0] <= 12 or (to and minutes[0] > 30):
        return None
    part = _half_of_day(r.at(after + 1))
    if to:
        return [_clock((said[0] - 1) or 12, 60 - minutes[0], part=part)], _hour_word(r, said[1])
    return [_clock(said[0], minutes[0], part=part)], _hour_word(r, said[1])


def _said(r: Reader, i: int, led: bool) -> Match:
    """An hour alone or with minutes: `в 7`, `семь тридцать`, `он жарым`, `19 часов 30 минут`, `7pm`."""
    token = r.at(i)
    if r.has(i, "oneoclock") and token.key == "chas" and _one_is_an_hour(r, i, led):
        return [_clock(1, 0)], i + 1
    said = spoken(r, i)
    if said is None:
        return None
    hour, j, case = said
    if case == "pl":
        return [Stop("ambiguous_hour")], j  # жетілерде: some time about seven
    part = _half_of_day(token)
    if token.kind == "number" and token.suffix and not part and not case and token.suffix not in _HOUR_SUFFIXES:
        return None  # an ordinal or a counted thing
    figure = token.kind == "number"
    firm = led or bool(part) or case in ("loc", "dat") or r.has(i - 1, "part") or token.suffix in _HOUR_SUFFIXES
    after_word = _hour_word(r, j)
    if after_word > j:
        firm, j = True, after_word
    elif (
        r.has(j, "unit")
        and not case
        and not (r.has(j, "part") and (led or _beside(r, i)))
        and not (r.has(j, "set") and r.has(i - 1, "part"))
    ):
        return None  # counts something: "10 минут"
    if hour == 12 and r.has(j, "noon"):
        return [Clock(12, 0, literal=True, named=True)], j + 1
    minute, k = _minutes_after(r, j, figure)
    if k > j:
        firm, j = True, k
    elif r.at(j).kind == "word" and _counted(r, j) and not firm:
        return None
    if case in ("abl", "gen") and figure:
        return None
    if not firm and ((not _beside(r, i) and not _beside_after(r, j)) or (r.fn(j, "at") and _figure(r, j + 1))):
        return None
    closed = bool(part) or case in ("loc", "dat") or k > said[1] or after_word > said[1]
    return [_clock(hour, minute, part=part, open_end=not closed)], j


def _figure(r: Reader, i: int) -> bool:
    return r.at(i).kind in ("clock", "number")


def _one_is_an_hour(r: Reader, i: int, led: bool) -> bool:
    part = r.at(i + 1).sense("part")
    return bool(part and part.form == "gen") or (led and r.has(i - 2, "part"))


def _minutes_after(r: Reader, i: int, figure: bool) -> tuple[int, int]:
    """Minutes said after an hour: a half, `тридцать`, `ноль пять`, `30 минут`; 0 and the same place when none."""
    half = r.at(i).sense("half")
    if (half and half.value == "kk") or r.has(i, "withhalf"):
        return 30, i + 1
    if r.has(i, "hundred"):
        return 0, i + 1
    zero = r.at(i).sense("num")
    if zero and zero.n == 0:
        follows = r.at(i + 1).sense("num")
        if follows and follows.n < 10:
            return follows.n, i + 2
        return 0, i
    said = spoken(r, i)
    if said is None:
        return 0, i
    unit = r.at(said[1]).sense("unit")
    with_word = bool(unit and unit.value == "minute")
    hour_word = r.has(i - 1, "unit") or r.has(i - 1, "oclock")
    spoken_pair = not figure and r.at(i).kind == "word" and 10 <= said[0] < 60
    if said[0] > 59 or (unit and not with_word) or r.has(said[1], "month") or r.has(said[1], "times"):
        return 0, i
    if with_word and (hour_word or spoken_pair):
        return said[0], said[1] + 1
    if with_word or (figure and not hour_word):
        return 0, i
    return (said[0], said[1]) if spoken_pair or (hour_word and said[0] >= 10) else (0, i)


def _counted(r: Reader, i: int) -> bool:
    """Whether the word after a bare number is what the number counts."""
    token = r.at(i)
    if token.sense("part") or token.sense("wd") or token.sense("outlet") or token.sense("set") or token.sense("every"):
        return False
    return not token.senses or token.sense("times") is not None or any(s.value == "noun" for s in token.senses)


_NEIGHBOURS = ("wd", "set", "part", "sayin", "daymark", "daysmark", "weekly")


def _beside(r: Reader, i: int) -> bool:
    """Whether a day or a part of the day stands right before a bare number."""
    j = i - 1
    while r.at(j).text in (",", ":", "-", "(") or r.fn(j, "at"):
        j -= 1
    return any(r.has(j, kind) for kind in (*_NEIGHBOURS, "rel")) or (
        r.fn(j, "and") and (r.at(j - 1).kind == "clock" or r.has(j - 1, "part") or r.at(j - 1).kind == "number")
    )


def _beside_after(r: Reader, i: int) -> bool:
    """Whether a day or a part of the day stands right after a bare number."""
    i = r.skip(i, "at")
    while r.at(i).text in (",", ":", "-"):
        i += 1
    i = r.skip_words(r.skip(i, "at"), "po", "in", "the")
    return any(r.has(i, kind) for kind in (*_NEIGHBOURS, "every", "rel"))

"""Turns tokens into items, left to right; the longest and most telling reading is tried first.

Nothing that could carry a time or a day is passed over in silence: a number, a unit or a small word that no rule
explains becomes a `Stop`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.places import may_be_place, place_at
from bot.reminders.model import Outlet
from bot.reminders.reading.bounds import bounds_at, span_at
from bot.reminders.reading.dates import delay_at, in_week_at, once_at
from bot.reminders.reading.days import days_at, range_at, without_at
from bot.reminders.reading.items import (
    Days,
    Fill,
    Flag,
    Item,
    Join,
    Match,
    On,
    Part,
    Place,
    Reader,
    Small,
    Stop,
    Unknown,
    Where,
    Zone,
)
from bot.reminders.reading.ordinary import ORDINARY
from bot.reminders.reading.rhythms import nth_at, weeks_at
from bot.reminders.reading.telling import telling_at
from bot.reminders.reading.times import clock_at, spoken
from bot.reminders.reading.tokens import HALVES
from bot.spelling import key

_ABBREVIATED = ("est", "edt", "cet", "cest", "pst", "pdt", "bst", "ist", "cst", "et", "pt", "eet", "eest", "kzt")
_ZONE_LETTERS = re.compile(r"[a-z]{1,2}[sd]t$")
_LENGTHS = (
    "minut",
    "min",
    "m",
    "mi",
    "sek",
    "sec",
    "s",
    "chas",
    "sagat",
    "hour",
    "k",
    "p",
    "d",
    "h",
    "x",
    "dnevn",
    "apta",
    "ainal",
)


def scan(r: Reader) -> list[Item]:
    """The items of a phrase."""
    items: list[Item] = []
    i = 0
    while i < len(r.tokens):
        for rule in _RULES:
            found = rule(r, i)
            if found is not None:
                break
        else:
            found = _leftover(r, i)
        items += found[0]
        i = max(found[1], i + 1)
    return items


def _plain_mark(r: Reader, i: int) -> Match:
    token = r.at(i)
    if token.kind == "title" or token.kind == "url":
        return [Fill("title")], i + 1
    if token.kind != "mark":
        return None
    if token.text in (",", ";", "\n", "&", "+", "/", "•"):
        return [Join("list")], i + 1
    if token.text == "-":
        return [Join("dash")], i + 1
    if token.text == "?":
        return [Flag("question")], i + 1
    return [], i + 1


@lru_cache(maxsize=64)
def _whole_hours(sign: str, hours: int) -> str | None:
    """The IANA zone of a whole-hour offset, whose own sign is the other way round; None beyond ±14."""
    if hours == 0:
        return "UTC"
    return f"Etc/GMT{'-' if sign == '+' else '+'}{hours}" if hours <= (14 if sign == "+" else 12) else None


def _zone(r: Reader, i: int) -> Match:
    token = r.at(i)
    if token.kind == "zone":
        return [Zone(token.text) if token.text else Stop("other")], i + 1
    if token.kind != "word":
        return None
    if r.has(i, "local"):
        return [Fill("x")], i + 1 + (1 if r.has(i + 1, "zonemark") else 0)
    j = i
    led = False
    while r.word(j, "по", "в", "in", "на") or r.has(j, "zonemark"):
        led |= r.word(j, "по") or r.has(j, "zonemark")
        j += 1
    if r.has(j, "local"):
        return [Fill("x")], j + 1 + (1 if r.has(j + 1, "zonemark") else 0)
    if r.word(j, "utc", "gmt", "гмт", "гринвичу", "greenwich"):
        sign, hours = r.at(j + 1), r.at(j + 2)
        if sign.text in ("+", "-") and hours.kind == "number" and not hours.suffix:
            name = _whole_hours(sign.text, hours.value)
            return [Zone(name) if name else Stop("other")], j + 3 + (1 if r.has(j + 3, "zonemark") else 0)
        if sign.text in ("+", "-"):
            return [Stop("other")], j + 2
        return [Zone("UTC")], j + 1 + (1 if r.has(j + 1, "zonemark") else 0)
    if r.word(j, *_ABBREVIATED) and (led or r.has(j + 1, "zonemark") or _after_clock(r, i)) and not r.at(j).senses:
        return [Stop("other")], j + 1
    if r.at(j).kind != "word" or (not r.at(j).fuzzy and (r.has(j, "wd") or r.has(j, "num") or r.has(j, "month"))):
        return None
    found = _place(r, j)
    if found is None:
        return _unknown_zone(r, i, j, led)
    name, after, long = found
    marked = r.has(after, "zonemark")
    bracketed = r.at(i - 1).text == "(" and r.at(after).text == ")"
    if led or marked or bracketed or _after_clock(r, i) or token.key == "msk":
        while r.has(after, "zonemark"):
            after += 1
        return [Zone(name)], after
    if (r.at(j).senses and not r.at(j).fuzzy) or not long:
        return None
    return [Place(name)], after


def _unknown_zone(r: Reader, i: int, j: int, led: bool) -> Match:
    """A place that the table does not have, named as a zone: `по Риддеру`, `Kazakhstan time`, `19:00 KST`."""
    unknown = not r.at(j).senses
    by_word = r.has(j + 1, "zonemark") and (r.word(j + 1, "уақыты", "уақытымен") or not r.has(j + 1, "fill"))
    if r.at(i - 1).text == "(" and r.at(j + 1).text == ")" and unknown:
        return [Stop("other")], j + 1
    if unknown and r.word(i, "по") and r.at(j).cyrillic and not r.has(i - 1, "fill") and not r.has(i - 1, "outlet"):
        return ([Stop("other")], j + 1) if r.at(j).text not in ORDINARY else None  # завтра по Мшскве в 9
    if unknown and led and r.at(j).text.endswith(("ское", "скому", "ским")):
        return [Stop("other")], j + 1  # время бикшекское
    if unknown and (led or _after_clock(r, i)) and may_be_place(r.at(j).key):
        return [Stop("other")], j + 1
    after_clock = _after_clock(r, i) and (led or r.word(i, "in") or _ZONE_LETTERS.match(r.at(j).text))
    return ([Stop("other")], j + 1) if unknown and (by_word or after_clock) else None


def _place(r: Reader, i: int) -> tuple[str, int, bool] | None:
    """A city here: its zone, the next place, and whether the name is long enough to be no other word."""
    keys: list[str] = []
    ends: list[int] = []
    j = i
    while len(keys) < 3 and r.at(j).kind == "word":
        if " " in r.at(j).key:
            break
        keys.append(r.at(j).key)
        ends.append(j + 1)
        j += 2 if r.at(j + 1).text == "-" and r.at(j + 1).glued else 1
    found = place_at(keys) if keys else None
    if found is None:
        return None
    place, length = found
    return place.zone, ends[length - 1], len("".join(keys[:length])) > 4


def _after_clock(r: Reader, i: int) -> bool:
    before = r.at(i - 1)
    if before.text in ("(", ","):
        before = r.at(i - 2)
    return before.kind in ("clock", "number") or before.sense("part") is not None


def _outlet(r: Reader, i: int) -> Match:
    outlet = r.at(i).sense("outlet")
    if outlet is None:
        return None
    return [Where(Outlet(outlet.value))], i + 1


def _part(r: Reader, i: int) -> Match:
    j = r.skip_words(i, "по", "в", "во", "на", "in", "on", "the", "at", "к")
    j += r.has(j, "this") and r.has(j + 1, "part")
    sense = r.at(j).sense("part")
    if sense is None:
        return None
    form = sense.form
    if form == "every":
        return None
    if sense.value == "en-am" and r.at(j).key == "am" and not _after_clock(r, j) and not r.has(j - 1, "num"):
        return [Stop("not_a_plan") if r.word(j + 1, "i") else Fill("x")], j + 1  # am I, I am
    if r.at(j).key == "dnia" and form == "gen" and r.has(j, "unit") and r.at(j - 1).kind == "word" and j > i:
        return None
    if form == "tonight":
        return [On(r.today), Part("en-tonight", "adv")], j + 1
    if r.has(j - 1, "this") and j > i:
        return [On(r.today), Part(sense.value, "adv")], j + 1
    if form == "pl" or (r.has(j + 1, "daysmark") and sense.value.startswith("kk")):
        return [Flag("evenings"), Part(sense.value, "adv")], j + 1 + r.has(j + 1, "daysmark")
    if r.has(j + 1, "sayin"):
        return [Days(frozenset(range(1, 8)), True, "daily", 7), Part(sense.value, "adv")], j + 2
    if form in ("loc", "dat", "abl", "gen", "acc", "poss") and not r.word(j, "дня", "утра", "вечера", "ночи"):
        form = "adv" if form != "gen" else form
    return [Part(sense.value, form)], j + 1


def _counted(r: Reader, i: int) -> Match:
    """Numbers that count something else: lengths, amounts, sizes, issue numbers."""
    token = r.at(i)
    if token.kind == "number" and token.suffix and not token.case() and token.suffix not in HALVES:
        if token.suffix.startswith(_LENGTHS):
            return [Fill("count")], i + 1
        if _noun(r, i + 1):
            return [Fill("count")], i + 2
    length = r.at(i + 1 if token.kind == "number" and not token.suffix else i).sense("unit")
    if length and length.form == "adj" and length.value in ("day", "month", "year"):
        return [Fill("count")], i + 1 + (token.kind == "number")  # айлық есеп, 10 күндік марафон
    if token.kind == "number" and r.at(i - 1).text == "-" and r.at(i - 1).glued and r.at(i - 2).kind == "word":
        return [Fill("count")], i + 1  # топ-5
    if token.kind == "mark" and token.text == "#" and r.at(i + 1).kind == "number":
        return [Fill("count")], i + 2
    said = spoken(r, i)
    if said is None:
        return None
    j = said[1]
    ranged = r.at(j).text == "-" and spoken(r, j + 1)
    if ranged:
        j = ranged[1]
    if r.at(j).text == "-" and r.at(j).glued:
        j += 1
    unit = r.at(j).sense("unit")
    if unit and unit.value in ("minute", "second", "hour"):
        after = j + 1
        if r.has(after, "kkafter") or r.fn(after, "kkafter", "later") or r.word(i - 1, "через", "до", "за", "спустя"):
            return [Stop("other")], after
        return [Fill("count")], after
    if r.word(j, "second") and r.at(j).glued and r.at(j - 1).kind == "number":  # a 60-second clip
        return [Fill("count")], j + 1
    if r.word(j, "part", "parts", "piece", "pieces", "slide", "slides", "page", "pages"):
        return [Fill("count")], j + 1
    if r.at(j).key.startswith(("minutn", "chasov", "sekundn")):
        return [Fill("count")], j + 1
    if _noun(r, j) and not r.has(j, "times"):
        return [Fill("count")], j if r.has(j, "outlet") or r.has(j, "story") else j + 1
    if said[0] == 1 and token.kind == "word":
        return [Fill("x")], said[1]
    return None


_ABOUT = ("про", "о", "об", "about")
_TRAINED = ("gym", "workout", "training", "class", "classes", "call", "тренировка", "тренировки", "тренировку")


def _topic(r: Reader, i: int) -> Match:
    """Words of a schedule or of an appointment that are what a post is about: `про Наурыз`, `gym clip`."""
    told = r.word(i - 1, *_ABOUT) or r.word(i + 1, "туралы", "жайлы", "жайында")
    if _noun(r, i - 1) and r.word(i, "недели", "месяца", "года", "дня", "сезона") and not r.has(i + 1, "num"):
        return [Fill("topic")], i + 1  # итоги недели, цитата дня
    if _noun(r, i - 1) and r.word(i, "of") and r.word(i + 1, "the") and r.word(i + 2, "week", "day", "year", "season"):
        return [Fill("topic")], i + 3
    if r.word(i, "апта", "ай", "жыл", "күн") and _OWN.search(r.at(i + 1).text) and _noun(r, i + 1):
        return [Fill("topic")], i + 1  # апта қорытындысы
    if r.word(i, *_SEASONS) and not r.at(i - 1).senses and _noun(r, i + 1):
        return [Fill("topic")], i + 1
    if r.word(i, *_SEASONS) and r.word(i - 1, "the", "a", "our", "my", "new") and r.at(i + 1).kind == "word":
        return ([Fill("topic")], i + 1) if not r.at(i + 1).senses or _noun(r, i + 1) else None
    month = r.at(i).sense("month")
    if month and r.at(i - 1).kind != "number" and r.at(i + 1).kind not in ("number", "date"):
        feast = r.word(i, "наурыз", "nauryz", "nowruz") and (_noun(r, i + 1) or r.word(i + 1, *_FEAST))
        return ([Fill("topic")], i + 1) if told or feast else None
    shown = r.word(i + 1, "on", "for", "to", "в", "на", "для") and r.has(i + 2, "outlet")
    if r.word(i, *_TRAINED) and (
        told or shown or _noun(r, i + 1) or r.word(i - 1, "с", "из", "from", "видео", "клип", "рилс")
    ):
        return [Fill("topic")], i + 1
    return None


_OWN = re.compile("с?[ыі](?:н|на|не|нан|нен|ның|нің|нда|нде)?$")
_SEASONS = ("christmas", "easter", "ramadan", "eid", "halloween", "summer", "winter", "spring", "autumn", "fall")
_FEAST = ("мерекесі", "мейрамы", "көже", "құттықтауы", "мерекесіне", "мейрамына", "тойы", "көжесі", "думан")


def _noun(r: Reader, i: int) -> bool:
    return any(sense.value == "noun" for sense in r.at(i).senses) or r.has(i, "outlet") or r.has(i, "story")


def _ordinal_noun(r: Reader, i: int) -> Match:
    """`первый выпуск`, `next episode`: about the post, not about the days."""
    if r.has(i, "nth") or r.has(i, "next") or r.has(i, "this") or r.has(i, "every") or r.has(i, "coming"):
        j = i + 1
        while any(s.kind == "fill" and s.value == "x" for s in r.at(j).senses) and j < i + 3:
            j += 1
        if _noun(r, j):
            return [Fill("noun")], j + (0 if r.has(j, "outlet") else 1)
    return None


def _about_days(r: Reader, i: int) -> bool:
    """Whether an `is` only joins a post and its days: "youtube is tuesdays", "wednesdays it is:"."""
    before = r.at(i - 1)
    days = any(r.has(i + 1, kind) for kind in ("wd", "set", "every", "weekly"))
    if r.word(i - 1, "it") and r.has(i - 2, "wd"):
        return r.at(i + 1).kind == "mark"
    return days and (before.sense("outlet") is not None or any(s.value == "noun" and not s.form for s in before.senses))


def _wished(r: Reader, i: int) -> bool:
    """Whether a Russian past tense only follows `чтобы`: a wish (`пни, чтобы я выложил`)."""
    j = i - 1
    while r.word(j, "я", "мы", "ты", "не", "точно", "вовремя", "всё", "опять"):
        j -= 1
    return r.word(j, "чтобы", "чтоб") and r.at(i).text.endswith(("л", "ла", "ли"))


_GENITIVE = re.compile("[ндт][ыі]ң$")  # of a noun: подкасттың жазбасы
_RISKY = ("at", "from", "starting", "until", "through", "for", "in", "to", "after", "fuzzy")


def _leftover(r: Reader, i: int) -> tuple[list[Item], int]:
    """A token that no rule of the grammar took."""
    token = r.at(i)
    if token.kind in ("number", "clock", "date", "fraction"):
        return [Stop("other")], i + 1
    if not token.senses:
        return [Unknown(token)], i + 1
    kinds = {sense.kind: sense for sense in token.senses}
    if r.word(i, "you") and r.word(i + 1, "remind") and not token.cyrillic:
        return [Stop("not_a_plan")], i + 1  # tells what the bot does; "can you" is a word group
    if r.word(i, "аптаның") and r.has(i + 1, "wd") and r.at(i - 1).kind == "word":
        return [Stop("other")], i + 1  # кенесі аптаның сейсенбісі: which week's?
    if r.has(i, "next") and r.has(i + 1, "unit"):
        return [Stop("other")], i + 2  # "next week onawrds": nobody knows what of it
    if r.word(i, "уақыты", "уақытымен") and r.at(i - 2).kind in ("clock", "number"):
        return [Stop("other")], i + 1  # 11-де Берин уақыты: a city with a slip
    if token.fn("approx", "or"):
        return [Stop("other")], i + 1
    if token.fn("kkend") and "fill" in kinds:
        return [Fill("x")], i + 1
    if (
        r.word(i, "болды", "всё", "все")
        and r.at(i - 1).text == ","
        and not any(t.kind == "word" for t in r.tokens[i + 1 :])
    ):
        return [Fill("x")], i + 1  # "…, болды": that is all
    if token.key.startswith("jazba") and (_GENITIVE.search(r.at(i - 1).text) or r.at(i + 1).kind == "word"):
        return [Fill("noun")], i + 1  # a recording; alone it may be "do not write"
    if token.fn("newyear") and not r.fn(i - 1, "until", "from", "at", "for", "to", "starting", "in"):
        return [Fill("topic")], i + 1
    if r.word(i, "is") and _about_days(r, i):
        return [Fill("x")], i + 1
    if "stop" in kinds and _wished(r, i):
        return [Fill("do")], i + 1
    if "stop" in kinds:
        return [Stop("not_a_plan" if kinds["stop"].value == "no" else "other")], i + 1
    if token.fn("and"):
        return [*([] if token.cyrillic else [Fill("x")]), Join("and")], i + 1  # "I" and "a" share keys with "и", "а"
    if token.fn(*_RISKY, "kkstart") and not r.word(i, "so"):
        return [Small(token)], i + 1
    if "fill" in kinds:
        fill = kinds["fill"]
        doubtful = token.fuzzy or (fill.form == "acc" and not token.cyrillic)
        if doubtful and (r.has(i + 1, "next") or r.has(i + 1, "this")):
            return [Unknown(token)], i + 1  # "stating next month": a slip that may hide a word of the date
        return [Fill("topic" if fill.form == "topic" else fill.value)], i + 1
    if "polite" in kinds:
        return [Flag("polite")], i + 1
    if "story" in kinds:
        return [Flag("story"), Fill("noun")], i + 1
    if token.fn("respectively"):
        return [Flag("respectively")], i + 1
    if token.fn("kkask"):
        return [Flag("question")], i + 1
    if token.fn("each"):
        return [Fill("x")], i + 1
    if "zonemark" in kinds or "daymark" in kinds or "meal" in kinds or "local" in kinds or "year" in kinds:
        return [Fill("meal" if "meal" in kinds else "x")], i + 1
    if "bytime" in kinds or "next" in kinds or "this" in kinds or "every" in kinds or "coming" in kinds:
        return [Small(token)], i + 1
    return [Stop("other")], i + 1


_RULES: tuple[Callable[[Reader, int], Match], ...] = (
    _plain_mark,
    _topic,
    telling_at,
    _zone,
    delay_at,
    weeks_at,
    nth_at,
    without_at,
    in_week_at,
    range_at,
    bounds_at,
    span_at,
    days_at,
    once_at,
    clock_at,
    _part,
    _outlet,
    _counted,
    _ordinal_noun,
)


def zone_in(text: str) -> tuple[str, str | None]:
    """The text without an IANA zone name such as `Europe/Moscow`, and the name; an empty one when there is no such."""
    for word in text.split():
        bare = word.strip("()[].,;:!?")
        if bare.count("/") in (1, 2) and bare[:1].isalpha() and key(bare.partition("/")[0]) in _AREAS:
            name = "/".join("_".join(map(str.capitalize, part.split("_"))) for part in bare.split("/"))
            try:
                ZoneInfo(name)
            except (KeyError, ValueError, OSError):
                return text.replace(word, " "), ""
            return text.replace(word, " "), name
    return text, None


_AREAS = frozenset(
    key(area) for area in ("Asia", "Europe", "America", "Africa", "Australia", "Pacific", "Atlantic", "Indian", "Etc")
)

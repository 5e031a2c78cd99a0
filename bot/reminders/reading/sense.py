"""Whether a phrase asks for a plan at all: questions, refusals, commands and unexplained words stop it."""

from __future__ import annotations

import re
from itertools import pairwise

from bot.reminders.reading.items import (
    Clock,
    Days,
    Doubt,
    Fill,
    Flag,
    Item,
    Join,
    Moment,
    Nth,
    On,
    Once,
    Part,
    PerDay,
    PerMonth,
    PerWeek,
    Place,
    Small,
    Span,
    Start,
    Stop,
    Unknown,
    Until,
    Weeks,
    Where,
    Without,
    Zone,
)
from bot.reminders.reading.ordinary import ORDINARY
from bot.reminders.reading.slips import SLIPS
from bot.reminders.reading.tokens import Token

_SCHEDULE = (Clock, Part, Days, Without, Weeks, PerWeek, PerDay, PerMonth, Nth, Start, Until, Span, On, Once, Moment)
_WHEN = (Days, Weeks, PerWeek, PerMonth, Nth, On, Once, Moment, Clock)
_UNKNOWN_AT_MOST = 3
_ABOUT = ("ask", "do", "noun", "topic", "count")
# Endings of verbs that tell what somebody does or did: a statement, not a request.
_RUSSIAN_STATEMENT = re.compile(
    r"(?:[аеиоуяюёы](?:ет|ит|ют|ят|ут)|[её]т|мся|ит|ут|ют|ят|[аеияуы]л(?:а|и|о|ся|ась|ись)?|тся)$"
)
_FIRST_PERSON = re.compile(r"(?:[аяу]ю|[бвмпф]лю|[шжчщ]у|[ую]сь|[еи]мся|[аеёияую]ем|[бвдзклмнпрстфхгжчшщ]им)$")
_KAZAKH_STATEMENT = re.compile(
    r"(?:[мбп][ае](?:й|с|йды|йді|ймын|ймін|йсың|йсің|йсыз|йсіз|ймыз|йміз|ңыз|ңіз|ңдар|ңдер|дым|дім|ды|ді|ған|ген|сын|сін|у|уге|уға)?"
    r"|т[ыі]н(?:мын|мін|быз|біз|сың|сің|сыз|сіз|ед[ыі]м?)|[аейя]м(?:ын|ін|ыз|із)|[йп]м(?:ын|ін|ыз|із)"
    r"|[аейя]д[ыі]|[дт][ыі](?:м|к|қ|ң|ңыз|ңіз)|[ғгқк][ае]н(?:мын|мін|сың|сің|ша|ше)?|с[ае](?:м|ң|қ|к|ңыз|ңіз)?)$"
)
_KAZAKH_PAST = re.compile(r"[дт][ыі]$")  # at the end a verb, elsewhere the object of one
# The same of a key, for Kazakh typed on a Russian keyboard or in Latin letters.
_KEY_STATEMENT = re.compile(r"(?:[ae]i?di|(?:[aei]|[aei]i)mi[nz]|(?:tin|gan|gen|kan|ken)(?:min|miz|biz|sin|siz))$")
_LATIN_STATEMENT = re.compile(
    r"(?:aet|iaet|uet|det|[aiulvm]iu|[ai]l|ala|ila|ali|ili|madi|medi|mai(?:di|min)?|mei(?:di|min)?|ganim|genim)$"
)


def check(items: list[Item]) -> None:
    """Raises Doubt when the phrase is no new plan, or holds a word that could change its meaning."""
    whens = sum(any(isinstance(item, kind) for item in items) for kind in (_WHEN[:-1], _WHEN[-1]))
    zones = {item.name for item in items if isinstance(item, Zone)}
    if any(isinstance(item, Place) and item.zone not in zones for item in items):
        items = [*items, Stop("other")]
    stops = [item.why for item in items if isinstance(item, Stop)]
    unknown = [item.token for item in items if isinstance(item, Unknown)]
    asks = any(isinstance(item, Fill) and item.kind == "ask" for item in items)
    questioned = any(isinstance(item, Flag) and item.name == "question" for item in items)
    if "not_a_plan" in stops or not any(isinstance(item, _SCHEDULE) for item in items):
        raise Doubt("not_a_plan")
    if questioned and not asks:
        raise Doubt("not_a_plan")
    if stops:
        plain = whens or asks or any(isinstance(item, (Where, Part)) for item in items)
        raise Doubt(stops[0] if plain else "not_a_plan")
    _small_words(items)
    if len(unknown) > _UNKNOWN_AT_MOST:
        raise Doubt("other" if whens == 2 else "not_a_plan")
    about = any(isinstance(item, Where) or (isinstance(item, Fill) and item.kind in _ABOUT) for item in items)
    sentence = any(isinstance(item, Fill) and item.kind in ("x", "aux") for item in items)
    if not about and len(unknown) > (0 if sentence else 1):
        raise Doubt("other" if whens else "not_a_plan")
    if not about and any(_FIRST_PERSON.search(token.text) for token in unknown):
        raise Doubt("not_a_plan")  # "каждую субботу в 10:00 сплю": the habit of somebody, nothing to publish
    for place, item in enumerate(items):
        if isinstance(item, Unknown) and not _harmless(item.token, place == len(items) - 1):
            raise Doubt("other" if whens else "not_a_plan")
    _among_days(items)
    if not whens and not asks and unknown:
        raise Doubt("not_a_plan")


def _among_days(items: list[Item]) -> None:
    """An unknown word in a list of days may be a day, and a short one beside a day or a time anything: `пн, сз, пт`."""
    for i, item in enumerate(items[1:-1], 1):
        joined = isinstance(item, Join) and item.kind == "and"
        if joined and isinstance(items[i - 1], Unknown) and isinstance(items[i + 1], Days):
            raise Doubt("other")
        after_days = any(isinstance(before, Days) for before in items[max(0, i - 2) : i])
        then = items[min(i + 2, len(items) - 1)]
        if joined and after_days and items[i + 1] == Fill("topic") and isinstance(then, (Clock, Part)):
            raise Doubt("other")  # "po vtornikam i pytanicam": the topic may be a day
    core = [item for item in items if not isinstance(item, Join)]
    for before, item in pairwise(core):
        if isinstance(before, Span) and (isinstance(item, Unknown) or (before.days == 7 and item == Fill("do"))):
            raise Doubt("other")  # бір апта өткізп: the word may say that it is no length
        if isinstance(before, Unknown) and isinstance(item, (Start, Until)):
            raise Doubt("other")  # "stating next month": the word may say which end of it is meant
    for previous, item, after in zip([None, *core], core, [*core[1:], None], strict=False):
        if isinstance(previous, Clock) and previous.open and (isinstance(item, Unknown) or item == Fill("topic")):
            raise Doubt("other")  # the word may be its minutes
        if not isinstance(item, Unknown):
            continue
        beside = isinstance(previous, Days) + isinstance(after, Days)
        if beside and (len(item.token.key) <= 4 or (isinstance(previous, Days) and isinstance(after, Days))):
            raise Doubt("other")


_COUNTRY = ("kazah", "kazak")  # begins as `қазан` does

_BEFORE_CLOCK = frozenset(("for", "in", "na", "v", "vo", "at"))


def _small_words(items: list[Item]) -> None:
    """A small word right before a time, day or date changes it (`до 19:00`, `around 7pm`), unless known not to."""
    for place, item in enumerate(items):
        before, follows = items[place - 1] if place else None, items[place + 1] if place + 1 < len(items) else None
        if not isinstance(item, Small):
            continue
        token = item.token
        if token.fn("starting") and any(isinstance(later, Unknown) for later in items[place + 1 : place + 3]):
            raise Doubt("other")  # "starting next Montay"
        if token.fn("vague") and any(isinstance(later, Clock) for later in items[place + 1 : place + 4]):
            raise Doubt("ambiguous_hour")  # "где-то в районе 19:00"
        harmless = token.key in _BEFORE_CLOCK or (token.key == "po" and isinstance(follows, (Days, Part)))
        harmless |= token.fn("starting") and isinstance(follows, Clock)  # "начало в 19:00" is the time itself
        if token.key == "do" and not token.cyrillic and isinstance(before, Fill):
            harmless |= before.kind in ("aux", "do")
        if isinstance(follows, _SCHEDULE) and not harmless:
            raise Doubt("other")


def _harmless(token: Token, last: bool) -> bool:
    """Whether an unknown word can be a name, a topic or a noun, and nothing that touches the schedule."""
    text, word = token.text, token.key
    if len(word) < (2 if token.cyrillic else 3) or any(letter.isdigit() for letter in text):
        return False
    if word.startswith(_COUNTRY) or text in ORDINARY:
        return True
    if (len(word) >= 5 and word[:4] in SLIPS.beginnings) or SLIPS.may_be_two(word):
        return False
    if len(word) > 4 and _KEY_STATEMENT.search(word):
        return False
    if not token.cyrillic:
        return not _LATIN_STATEMENT.search(word)
    if last and _KAZAKH_PAST.search(text):
        return False
    return not (_RUSSIAN_STATEMENT.search(text) or _KAZAKH_STATEMENT.search(text))

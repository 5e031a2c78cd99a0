"""A plan in words, in Kazakh, Russian and English: what the preview says and what `phrases.read` understands again.

The words are whole phrases of each language, chosen by number and gender from tables; nothing is translated piece
by piece.
"""

from __future__ import annotations

from datetime import date, time

from bot.places import PLACES
from bot.reminders import endings
from bot.reminders.model import Draft, OneOff, Outlet, Rule

OUTLETS = {
    Outlet.YOUTUBE: "YouTube",
    Outlet.SHORTS: "Shorts",
    Outlet.TIKTOK: "TikTok",
    Outlet.INSTAGRAM: "Instagram",
    Outlet.TELEGRAM: "Telegram",
    Outlet.PODCAST: "Podcast",
    Outlet.VK: "VK",
}
_PODCAST = {"kk": "подкаст", "ru": "подкаст", "en": "podcast"}

_KK_DAYS = ("дүйсенбі", "сейсенбі", "сәрсенбі", "бейсенбі", "жұма", "сенбі", "жексенбі")
_KK_DAYS_OF = (
    "дүйсенбісінде",
    "сейсенбісінде",
    "сәрсенбісінде",
    "бейсенбісінде",
    "жұмасында",
    "сенбісінде",
    "жексенбісінде",
)
_KK_NTH = {1: "бірінші", 2: "екінші", 3: "үшінші", 4: "төртінші", -1: "соңғы"}
_RU_DAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
_RU_ON_DAYS = ("понедельникам", "вторникам", "средам", "четвергам", "пятницам", "субботам", "воскресеньям")
_RU_ON_DAY = ("понедельник", "вторник", "среду", "четверг", "пятницу", "субботу", "воскресенье")
_RU_NTH = {  # masculine, feminine, neuter, each with its preposition
    1: ("в первый", "в первую", "в первое"),
    2: ("во второй", "во вторую", "во второе"),
    3: ("в третий", "в третью", "в третье"),
    4: ("в четвёртый", "в четвёртую", "в четвёртое"),
    -1: ("в последний", "в последнюю", "в последнее"),
}
_RU_GENDER = (0, 0, 1, 0, 1, 1, 2)
_RU_MONTHS = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)
_EN_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_EN_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_EN_NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
_WORKDAYS = (1, 2, 3, 4, 5)
_WEEKEND = (6, 7)
_EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
_SETS = {
    "kk": {_EVERY_DAY: "күн сайын", _WORKDAYS: "жұмыс күндері", _WEEKEND: "демалыс күндері"},
    "ru": {_EVERY_DAY: "ежедневно", _WORKDAYS: "по будням", _WEEKEND: "по выходным"},
    "en": {_EVERY_DAY: "every day", _WORKDAYS: "on weekdays", _WEEKEND: "on weekends"},
}
_AND = {"kk": "және", "ru": "и", "en": "and"}


def describe(plan: Rule | Draft | OneOff, lang: str) -> str:
    """A plan or a single reminder as one phrase in `kk`, `ru` or `en`; it begins with a small letter where it can."""
    if isinstance(plan, Rule):
        return rule(plan, lang)
    if isinstance(plan, OneOff):
        said = f"{_dated(plan.at.date(), lang)}{_at_after_date(plan.at.time(), lang)}"
    else:
        said = rule(plan.rule, lang)
    if plan.zone:
        said += f" ({zone_name(plan.zone, lang)})"
    return f"{said}, {outlet_name(plan.outlet, lang)}" if plan.outlet else said


def outlet_name(outlet: Outlet, lang: str) -> str:
    """The outlet's own name; only a podcast has one in each language."""
    return _PODCAST[lang] if outlet is Outlet.PODCAST else OUTLETS[outlet]


def zone_name(zone: str, lang: str) -> str:
    """A city that keeps this zone, in the language; the IANA name when the table of cities has none."""
    return next((place.name(lang) for place in PLACES if place.zone == zone), zone)


def rule(plan: Rule, lang: str) -> str:
    """The rhythm: days with times, how often, first and last day."""
    if plan.monthly:
        parts = [_monthly(plan.monthly.nth, plan.monthly.weekday, [slot.at for slot in plan.times], lang)]
    else:
        by_days: dict[tuple[int, ...], list[time]] = {}
        for slot in plan.times:
            by_days.setdefault(slot.weekdays, []).append(slot.at)
        seen = [day for days in by_days for day in days]
        sets = _SETS[lang] if len(seen) == len(set(seen)) else {}
        parts = []
        for days, times in by_days.items():
            named = sets.get(days) or weekdays(days, lang)
            if days in sets or len(days) == 1:
                parts.append(f"{named} {_times(times, lang)}")
            else:  # two days and two times in one breath could be meant in pairs
                parts += [f"{named} {_times([at], lang)}" for at in times]
    if plan.every_weeks > 1:
        parts.append(_every(plan.every_weeks, lang))
    if plan.start:
        parts.append(_bound(plan.start, lang, first=True))
    if plan.until:
        parts.append(_bound(plan.until, lang, first=False))
    return ", ".join(parts)


def weekdays(days: tuple[int, ...], lang: str) -> str:
    """Weekdays (1 = Monday) on which something recurs: `по вторникам и пятницам`, `сейсенбі сайын`."""
    if lang == "kk":
        names = [_KK_DAYS[day - 1] for day in days]
        return f"{names[0]} сайын" if len(names) == 1 else f"{_listed(names, lang)} күндері"
    if lang == "ru":
        return "по " + _listed([_RU_ON_DAYS[day - 1] for day in days], lang)
    return "every " + _listed([_EN_DAYS[day - 1] for day in days], lang)


def _listed(words: list[str], lang: str) -> str:
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} {_AND[lang]} {words[-1]}"


def _times(times: list[time], lang: str) -> str:
    if lang == "kk":
        return _listed([endings.clock(at) for at in times], lang)
    written = _listed([f"{at:%H:%M}" for at in times], lang)
    return f"в {written}" if lang == "ru" else f"at {written}"


def _monthly(nth: int, weekday: int, times: list[time], lang: str) -> str:
    at = _times(times, lang)
    if lang == "kk":
        return f"айдың {_KK_NTH[nth]} {_KK_DAYS_OF[weekday - 1]} {at}"
    if lang == "ru":
        return f"{_RU_NTH[nth][_RU_GENDER[weekday - 1]]} {_RU_ON_DAY[weekday - 1]} месяца {at}"
    return f"on the {_EN_NTH[nth]} {_EN_DAYS[weekday - 1]} of the month {at}"


def _every(weeks: int, lang: str) -> str:
    if lang == "kk":
        return f"{weeks} аптада бір рет"
    if lang == "ru":
        one, few = weeks % 10 == 1 and weeks % 100 != 11, weeks % 10 in (2, 3, 4) and weeks % 100 not in (12, 13, 14)
        return f"раз в {weeks} {'неделю' if one else 'недели' if few else 'недель'}"
    return f"every {weeks} weeks"


def _bound(day: date, lang: str, first: bool) -> str:
    if lang == "kk":
        return f"{endings.day_of(day, 'ablative')} бастап" if first else f"{endings.day_of(day, 'dative')} дейін"
    if lang == "ru":
        return f"{'с' if first else 'до'} {day.day} {_RU_MONTHS[day.month - 1]} {day.year}"
    return f"{'from' if first else 'until'} {_EN_MONTHS[day.month - 1]} {day.day}, {day.year}"


def _dated(day: date, lang: str) -> str:
    weekday = day.isoweekday() - 1
    if lang == "kk":
        return f"{day.year} жылғы {day.day} {endings.MONTHS[day.month - 1]}, {_KK_DAYS[weekday]}"
    if lang == "ru":
        return f"{day.day} {_RU_MONTHS[day.month - 1]} {day.year}, {_RU_DAYS[weekday]}"
    return f"{_EN_DAYS[weekday]}, {_EN_MONTHS[day.month - 1]} {day.day}, {day.year}"


def _at_after_date(at: time, lang: str) -> str:
    if lang == "kk":
        return f", {endings.clock(at)}"
    return f", в {at:%H:%M}" if lang == "ru" else f" at {at:%H:%M}"

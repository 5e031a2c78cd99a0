"""Public holidays of the country that a zone belongs to, as spans of days with a name in three languages.

The days come from the `holidays` package. Those of the Islamic calendar are estimates until they are announced, and so
is what a government moves later: a holiday is offered as a pause, it never pauses anything by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays

from bot.places import PLACES

AHEAD = timedelta(days=30)
SOON = timedelta(days=7)
DAY = timedelta(days=1)
_DAY_OFF = "Day off"

# The package's English name | Kazakh | Russian | English, as people say it
_NAMES = """
Additional day off by Presidential decree|қосымша демалыс күні|дополнительный выходной|extra day off
Additional public holiday|қосымша мереке|дополнительный праздник|extra holiday
Capital Day|Астана күні|День столицы|Capital Day
Christmas Day|Рождество|Рождество|Christmas
Constitution Day|Конституция күні|День Конституции|Constitution Day
Constitution and State Flag Day|Конституция және ту күні|День Конституции и флага|Constitution and Flag Day
Day of Memory and Honor|Еске алу және құрмет күні|День памяти и почестей|Day of Memory and Honor
Day of the People's April Revolution|Сәуір революциясы күні|День Апрельской революции|April Revolution Day
Day off|демалыс күні|выходной|day off
Days of History and Commemoration of Ancestors|Бабаларды еске алу күндері|Дни памяти предков|Days of History
Defender of the Fatherland Day|Отан қорғаушы күні|День защитника Отечества|Defender of the Fatherland Day
Eid al-Adha|Құрбан айт|Курбан-айт|Eid al-Adha
Eid al-Fitr|Ораза айт|Ораза-айт|Eid al-Fitr
Fatherland Defender's Day|Отан қорғаушы күні|День защитника Отечества|Defender of the Fatherland Day
Holiday of Spring and Labor|Көктем және еңбек мерекесі|Праздник Весны и Труда|Spring and Labor Day
Independence Day|Тәуелсіздік күні|День независимости|Independence Day
International Neutrality Day|Бейтараптық күні|День нейтралитета|Neutrality Day
International Nowruz Day|Наурыз|Навруз|Nowruz
International Women's Day|Әйелдер күні|Женский день|Women's Day
Kazakhstan's People Solidarity Holiday|Қазақстан халқының бірлігі мерекесі|Праздник единства народа|Unity Day
Labor Day|Еңбек күні|День труда|Labor Day
May Holidays|мамыр мерекелері|майские праздники|May holidays
Memorial Day|Еске алу күні|День памяти|Memorial Day
Mother's Day|Аналар күні|День матери|Mother's Day
National Unity Day|Ұлттық бірлік күні|День национального единства|National Unity Day
New Year Holidays|Жаңа жыл|Новый год|New Year
New Year's Day|Жаңа жыл|Новый год|New Year
Non-working day|демалыс күні|выходной|day off
Nooruz Holiday|Наурыз|Нооруз|Nooruz
Nowruz|Наурыз|Навруз|Nowruz
Nowruz Holiday|Наурыз|Наурыз|Nauryz
Orthodox Christmas|Рождество|Рождество|Christmas
Republic Day|Республика күні|День Республики|Republic Day
Russia Day|Ресей күні|День России|Russia Day
Spring Festival|Наурыз|Новруз|Nowruz
Teachers and Instructors Day|Ұстаздар күні|День учителя|Teachers' Day
Unity Day|Бірлік күні|День народного единства|Unity Day
Victory Day|Жеңіс күні|День Победы|Victory Day
Women's Day|Әйелдер күні|Женский день|Women's Day
"""
NAMES = {en: (kk, ru, own) for en, kk, ru, own in (line.split("|") for line in _NAMES.strip().splitlines())}
COUNTRIES = ("KZ", "UZ", "KG", "TJ", "TM", "RU")
"""Where the names above are complete; a zone elsewhere has no holidays here."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days off in a row, first and last included. `key` is the package's name of the day they are for."""

    first: date
    last: date
    key: str
    estimated: bool = False

    def name(self, lang: str) -> str:
        """Its name in `kk`, `ru` or `en`; a holiday the table does not know is just a holiday."""
        kk, ru, en = NAMES.get(self.key, ("мереке", "праздник", self.key))
        return {"kk": kk, "ru": ru}.get(lang, en)


@cache
def country_of(zone: str) -> str | None:
    """The ISO code of the country a zone belongs to, where we know its holidays."""
    country = next((place.country for place in PLACES if place.zone == zone), None)
    return country if country in COUNTRIES else None


def coming(zone: str, today: date, ahead: timedelta = AHEAD) -> list[Holiday]:
    """Holidays that are not over on `today` and begin within `ahead`, in order."""
    country = country_of(zone)
    if country is None:
        return []
    return [each for each in _spans(country, today.year) if each.last >= today and each.first <= today + ahead]


@cache
def _spans(country: str, year: int) -> tuple[Holiday, ...]:
    """Holidays that touch a year or the next: New Year's may begin in December."""
    found: list[Holiday] = []
    known = holidays.country_holidays(country, years=(year - 1, year, year + 1), language="en_US")
    for day, written in sorted(known.items()):
        key, _, note = written.split("; ")[0].partition(" (")
        single = Holiday(day, day, key, "estimated" in note)
        last = found[-1] if found else None
        if last is not None and (day - last.last == DAY or (_same(key, last.key) and _weekend(last.last, day))):
            better = last.key if last.key not in (_DAY_OFF, "Non-working day") else key
            found[-1] = Holiday(last.first, day, better, last.estimated or single.estimated)
        else:
            found.append(single)
    return tuple(each for each in found if each.last.year >= year)


def _same(left: str, right: str) -> bool:
    """Whether two days are for the same thing."""
    return NAMES.get(left, (left,)) == NAMES.get(right, (right,))


def _weekend(before: date, after: date) -> bool:
    """Whether nothing but Saturday and Sunday lies between two days."""
    between = [before + number * DAY for number in range(1, (after - before).days)]
    return len(between) <= 2 and all(day.isoweekday() >= 6 for day in between)

"""Cities people name when they mean a time zone, in Kazakh, Russian and English.

Most of them are no zone names (Astana, Shymkent, Osh), so the table says which IANA zone each one keeps.
Coordinates are city centres in degrees, rounded to a kilometre or two: enough to tell the nearest city.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import asin, cos, radians, sin, sqrt

from bot.spelling import NearWords, distance, glue, is_cyrillic, key, one_slip_apart, plain


@dataclass(frozen=True, slots=True)
class Place:
    """A city: names, IANA zone, latitude and longitude in degrees (north, east positive), ISO country."""

    kk: str
    ru: str
    en: str
    zone: str
    latitude: float
    longitude: float
    country: str

    def name(self, lang: str) -> str:
        """The city's name in `kk`, `ru` or `en`; English for any other language."""
        return {"kk": self.kk, "ru": self.ru}.get(lang, self.en)


# Kazakh | Russian | English | zone | latitude | longitude | country | other names; adjectives end in *
_TABLE = """
Астана|Астана|Astana|Asia/Almaty|51.17|71.43|KZ|Нур-Султан Нұр-Сұлтан астанинск* астан
Алматы|Алматы|Almaty|Asia/Almaty|43.24|76.89|KZ|Алма-Ата Алма-Ате Алма-Аты Алмата алматинск* Алмате
Шымкент|Шымкент|Shymkent|Asia/Almaty|42.32|69.59|KZ|Чимкент шымкентск* чимкентск*
Қарағанды|Караганда|Karaganda|Asia/Almaty|49.80|73.10|KZ|Qaraghandy карагандинск*
Ақтөбе|Актобе|Aktobe|Asia/Aqtobe|50.28|57.17|KZ|Актюбинск актюбинск*
Атырау|Атырау|Atyrau|Asia/Atyrau|47.11|51.92|KZ|атыраус*
Ақтау|Актау|Aktau|Asia/Aqtau|43.65|51.16|KZ|актаус*
Орал|Уральск|Oral|Asia/Oral|51.23|51.37|KZ|Uralsk уральск*
Қостанай|Костанай|Kostanay|Asia/Qostanay|53.21|63.62|KZ|Кустанай Qostanay Kustanai костанайск*
Қызылорда|Кызылорда|Kyzylorda|Asia/Qyzylorda|44.85|65.51|KZ|Кзыл-Орда кызылординск*
Павлодар|Павлодар|Pavlodar|Asia/Almaty|52.29|76.97|KZ|павлодарск*
Петропавл|Петропавловск|Petropavl|Asia/Almaty|54.87|69.14|KZ|Қызылжар петропавловск*
Семей|Семей|Semey|Asia/Almaty|50.41|80.23|KZ|Семипалатинск Семск семейск* семипалатинск*
Өскемен|Усть-Каменогорск|Oskemen|Asia/Almaty|49.95|82.61|KZ|Усть-Каман Ust-Kamenogorsk Оскемен Өскемен
Тараз|Тараз|Taraz|Asia/Almaty|42.90|71.37|KZ|Джамбул Жамбыл таразск*
Түркістан|Туркестан|Turkistan|Asia/Almaty|43.30|68.25|KZ|Turkestan Туркистан туркестанск*
Талдықорған|Талдыкорган|Taldykorgan|Asia/Almaty|45.02|78.37|KZ|Талдык Талдыкурган талдыкорганск*
Көкшетау|Кокшетау|Kokshetau|Asia/Almaty|53.28|69.39|KZ|Кокчетав кокшетауск*
Жезқазған|Жезказган|Zhezkazgan|Asia/Almaty|47.80|67.71|KZ|Джезказган жезказганск*
Байқоңыр|Байконур|Baikonur|Asia/Qyzylorda|45.62|63.32|KZ|Байконыр байконурск*
Екібастұз|Экибастуз|Ekibastuz|Asia/Almaty|51.72|75.32|KZ|экибастузск*
Теміртау|Темиртау|Temirtau|Asia/Almaty|50.05|72.96|KZ|темиртауск*
Рудный|Рудный|Rudny|Asia/Qostanay|52.96|63.12|KZ|Рудном
Арқалық|Аркалык|Arkalyk|Asia/Qostanay|50.25|66.91|KZ|
Балқаш|Балхаш|Balkhash|Asia/Almaty|46.85|74.98|KZ|
Жаңаөзен|Жанаозен|Zhanaozen|Asia/Aqtau|43.34|52.86|KZ|
Қонаев|Конаев|Konaev|Asia/Almaty|43.87|77.06|KZ|Капчагай Қапшағай Qonaev
Ташкент|Ташкент|Tashkent|Asia/Tashkent|41.31|69.28|UZ|Toshkent ташкентск*
Самарқанд|Самарканд|Samarkand|Asia/Samarkand|39.65|66.96|UZ|Samarqand самаркандск*
Бұқара|Бухара|Bukhara|Asia/Samarkand|39.77|64.42|UZ|Buxoro бухарск*
Наманган|Наманган|Namangan|Asia/Tashkent|41.00|71.67|UZ|
Әндіжан|Андижан|Andijan|Asia/Tashkent|40.78|72.34|UZ|Andijon
Ферғана|Фергана|Fergana|Asia/Tashkent|40.39|71.78|UZ|Farg'ona
Нөкіс|Нукус|Nukus|Asia/Samarkand|42.46|59.61|UZ|
Үргеніш|Ургенч|Urgench|Asia/Samarkand|41.55|60.63|UZ|
Бішкек|Бишкек|Bishkek|Asia/Bishkek|42.87|74.59|KG|Фрунзе бишкекск*
Ош|Ош|Osh|Asia/Bishkek|40.53|72.80|KG|ошск*
Қаракөл|Каракол|Karakol|Asia/Bishkek|42.49|78.39|KG|
Жалалабад|Джалал-Абад|Jalal-Abad|Asia/Bishkek|40.93|73.00|KG|
Душанбе|Душанбе|Dushanbe|Asia/Dushanbe|38.56|68.79|TJ|душанбинск*
Хужанд|Худжанд|Khujand|Asia/Dushanbe|40.28|69.62|TJ|Ходжент
Ашхабад|Ашхабад|Ashgabat|Asia/Ashgabat|37.95|58.38|TM|Ашгабат ашхабадск*
Мәскеу|Москва|Moscow|Europe/Moscow|55.75|37.62|RU|мск msk московск* Moskva Маскеу Мск-да
Санкт-Петербург|Санкт-Петербург|Saint Petersburg|Europe/Moscow|59.94|30.31|RU|Питер спб Петербург Piter
Қазан қаласы|Казань|Kazan|Europe/Moscow|55.80|49.11|RU|казанск*
Төменгі Новгород|Нижний Новгород|Nizhny Novgorod|Europe/Moscow|56.33|44.00|RU|нижегородск*
Сочи|Сочи|Sochi|Europe/Moscow|43.60|39.73|RU|сочинск*
Краснодар|Краснодар|Krasnodar|Europe/Moscow|45.04|38.98|RU|краснодарск*
Дондағы Ростов|Ростов-на-Дону|Rostov-on-Don|Europe/Moscow|47.24|39.71|RU|Ростов Rostov ростовск*
Волгоград|Волгоград|Volgograd|Europe/Volgograd|48.71|44.51|RU|волгоградск*
Астрахан|Астрахань|Astrakhan|Europe/Astrakhan|46.35|48.04|RU|астраханск*
Саратов|Саратов|Saratov|Europe/Saratov|51.53|46.03|RU|саратовск*
Самара|Самара|Samara|Europe/Samara|53.20|50.15|RU|самарск*
Калининград|Калининград|Kaliningrad|Europe/Kaliningrad|54.71|20.51|RU|калининградск*
Уфа|Уфа|Ufa|Asia/Yekaterinburg|54.74|55.97|RU|уфимск*
Пермь|Пермь|Perm|Asia/Yekaterinburg|58.01|56.25|RU|пермск*
Орынбор|Оренбург|Orenburg|Asia/Yekaterinburg|51.77|55.10|RU|оренбургск*
Екатеринбург|Екатеринбург|Yekaterinburg|Asia/Yekaterinburg|56.84|60.61|RU|екб Ekaterinburg екатеринбургск*
Челябі|Челябинск|Chelyabinsk|Asia/Yekaterinburg|55.16|61.40|RU|челябинск*
Түмен|Тюмень|Tyumen|Asia/Yekaterinburg|57.15|65.53|RU|тюменск*
Омбы|Омск|Omsk|Asia/Omsk|54.99|73.37|RU|омск*
Новосібір|Новосибирск|Novosibirsk|Asia/Novosibirsk|55.03|82.92|RU|новосибирск* нск
Барнауыл|Барнаул|Barnaul|Asia/Barnaul|53.35|83.78|RU|барнаульск*
Томск|Томск|Tomsk|Asia/Tomsk|56.49|84.95|RU|томск*
Красноярск|Красноярск|Krasnoyarsk|Asia/Krasnoyarsk|56.01|92.87|RU|красноярск*
Иркутск|Иркутск|Irkutsk|Asia/Irkutsk|52.29|104.28|RU|иркутск*
Якутск|Якутск|Yakutsk|Asia/Yakutsk|62.03|129.73|RU|якутск*
Владивосток|Владивосток|Vladivostok|Asia/Vladivostok|43.12|131.89|RU|владивостокск*
Минск|Минск|Minsk|Europe/Minsk|53.90|27.56|BY|минск*
Киев|Киев|Kyiv|Europe/Kyiv|50.45|30.52|UA|Київ Kiev киевск*
Тбилиси|Тбилиси|Tbilisi|Asia/Tbilisi|41.72|44.79|GE|тбилисск*
Баку|Баку|Baku|Asia/Baku|40.41|49.87|AZ|Bakı бакинск*
Ереван|Ереван|Yerevan|Asia/Yerevan|40.18|44.51|AM|ереванск*
Ыстамбұл|Стамбул|Istanbul|Europe/Istanbul|41.01|28.98|TR|Стамбұл стамбульск*
Анкара|Анкара|Ankara|Europe/Istanbul|39.93|32.86|TR|анкарск*
Анталия|Анталья|Antalya|Europe/Istanbul|36.90|30.70|TR|Анталия
Дубай|Дубай|Dubai|Asia/Dubai|25.20|55.27|AE|дубайск*
Абу-Даби|Абу-Даби|Abu Dhabi|Asia/Dubai|24.45|54.38|AE|
Доха|Доха|Doha|Asia/Qatar|25.29|51.53|QA|
Эр-Рияд|Эр-Рияд|Riyadh|Asia/Riyadh|24.71|46.68|SA|
Мекке|Мекка|Mecca|Asia/Riyadh|21.42|39.83|SA|Makkah
Тегеран|Тегеран|Tehran|Asia/Tehran|35.69|51.39|IR|тегеранск*
Делі|Дели|Delhi|Asia/Kolkata|28.61|77.21|IN|
Бейжің|Пекин|Beijing|Asia/Shanghai|39.90|116.41|CN|Пекин пекинск*
Шанхай|Шанхай|Shanghai|Asia/Shanghai|31.23|121.47|CN|шанхайск*
Үрімжі|Урумчи|Urumqi|Asia/Urumqi|43.83|87.62|CN|
Гонконг|Гонконг|Hong Kong|Asia/Hong_Kong|22.32|114.17|HK|гонконгск*
Ұланбатыр|Улан-Батор|Ulaanbaatar|Asia/Ulaanbaatar|47.89|106.91|MN|Ulan-Bator
Өлгий|Улгий|Olgii|Asia/Hovd|48.97|89.97|MN|Баян-Өлгий Bayan-Olgii
Сеул|Сеул|Seoul|Asia/Seoul|37.57|126.98|KR|сеульск*
Токио|Токио|Tokyo|Asia/Tokyo|35.68|139.69|JP|токийск*
Сингапур|Сингапур|Singapore|Asia/Singapore|1.35|103.82|SG|сингапурск*
Бангкок|Бангкок|Bangkok|Asia/Bangkok|13.76|100.50|TH|бангкокск*
Бали|Бали|Bali|Asia/Makassar|-8.67|115.21|ID|Денпасар Denpasar балийск*
Куала-Лумпур|Куала-Лумпур|Kuala Lumpur|Asia/Kuala_Lumpur|3.14|101.69|MY|
Лондон|Лондон|London|Europe/London|51.51|-0.13|GB|лондонск*
Дублин|Дублин|Dublin|Europe/Dublin|53.35|-6.26|IE|
Лиссабон|Лиссабон|Lisbon|Europe/Lisbon|38.72|-9.14|PT|лиссабонск*
Париж|Париж|Paris|Europe/Paris|48.86|2.35|FR|парижск*
Мадрид|Мадрид|Madrid|Europe/Madrid|40.42|-3.70|ES|мадридск*
Рим|Рим|Rome|Europe/Rome|41.90|12.50|IT|римск*
Амстердам|Амстердам|Amsterdam|Europe/Amsterdam|52.37|4.90|NL|амстердамск*
Берлин|Берлин|Berlin|Europe/Berlin|52.52|13.40|DE|берлинск*
Мюнхен|Мюнхен|Munich|Europe/Berlin|48.14|11.58|DE|München
Вена|Вена|Vienna|Europe/Vienna|48.21|16.37|AT|венск*
Прага|Прага|Prague|Europe/Prague|50.08|14.44|CZ|пражск*
Варшава|Варшава|Warsaw|Europe/Warsaw|52.23|21.01|PL|варшавск*
Афины|Афины|Athens|Europe/Athens|37.98|23.73|GR|афинск*
Каир|Каир|Cairo|Africa/Cairo|30.04|31.24|EG|каирск*
Нью-Йорк|Нью-Йорк|New York|America/New_York|40.71|-74.01|US|NYC нью-йоркск*
Майами|Майами|Miami|America/New_York|25.76|-80.19|US|
Торонто|Торонто|Toronto|America/Toronto|43.65|-79.38|CA|
Чикаго|Чикаго|Chicago|America/Chicago|41.88|-87.63|US|чикагск*
Лос-Анджелес|Лос-Анджелес|Los Angeles|America/Los_Angeles|34.05|-118.24|US|Лос-Анжелес LA
Сан-Франциско|Сан-Франциско|San Francisco|America/Los_Angeles|37.77|-122.42|US|
Сидней|Сидней|Sydney|Australia/Sydney|-33.87|151.21|AU|сиднейск*
"""

_EARTH_KM = 6371.0
_SEPARATORS = re.compile(r"[\s\-‐‑–—.,;:()\"«»/]+")
_KAZAKH_ENDINGS = (
    "да де та те дан ден тан тен нан нен ға ге қа ке на не ның нің дың дің тың тің ны ні ды ді ты ті"
    " дағы дегі тағы тегі мен бен пен лық лік дық дік тық тік ша ше"
)
_RUSSIAN_ADJECTIVES = "ое ого ому им ом ая ой ую ий ие их"


def _rows() -> Iterator[tuple[Place, list[str]]]:
    for line in _TABLE.strip().splitlines():
        kk, ru, en, zone, latitude, longitude, country, other = line.split("|")
        yield Place(kk, ru, en, zone, float(latitude), float(longitude), country), other.split()


PLACES: tuple[Place, ...] = tuple(place for place, _ in _rows())


def _russian(name: str) -> list[str]:
    """The cases of a Russian city's name, last word only, in lower case; a foreign vowel at the end stays."""
    name = name.casefold()
    if name.endswith(("ий", "ый")):
        return [name, name[:-2] + "ого", name[:-2] + "ому", name[:-2] + "ом"]
    if name.endswith("й"):
        return [name, *(name[:-1] + end for end in ("я", "ю", "е", "ем"))]
    if name.endswith("ь"):
        return [name, *(name[:-1] + end for end in ("и", "ью", "ю", "е"))]
    if name.endswith("ья"):
        return [name, *(name[:-1] + end for end in ("и", "е", "ю", "ей"))]
    if name.endswith("а"):
        return [name, *(name[:-1] + end for end in ("ы", "и", "е", "у", "ой"))]
    if name.endswith("ы"):
        return [name, *(name[:-1] + end for end in ("ам", "ах", "ами", ""))]
    if name[-1] in "бвгджзклмнпрстфхцчшщ":
        return [name, *(name + end for end in ("а", "у", "е", "ом"))]
    return [name]


def _words(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (key(word) for word in _SEPARATORS.split(plain(text)))))


@cache
def _forms() -> dict[tuple[str, ...], Place]:
    """Every spelling, as the keys of its words, to its city; the first row of the table wins."""
    forms: dict[tuple[str, ...], Place] = {}

    def add(name: str, place: Place) -> None:
        forms.setdefault(_words(name), place)

    rows = list(_rows())
    endings = {key(end) for end in _KAZAKH_ENDINGS.split()}
    for place, _ in rows:
        for name in (place.kk, place.ru, place.en):
            add(name, place)
    for place, other in rows:
        add(place.zone.partition("/")[2].replace("_", " "), next(p for p, _ in rows if p.zone == place.zone))
        for name in other:
            for form in [name[:-1] + end for end in _RUSSIAN_ADJECTIVES.split()] if name.endswith("*") else [name]:
                add(form, place)
        for name in (place.ru, *(n for n in other if n[-1] != "*" and is_cyrillic(n))):
            for form in _russian(name):
                add(form, place)
        for name in (place.kk, place.ru, place.en, *(n for n in other if not n.endswith("*"))):
            *first, last = _words(name)
            for end in endings:
                forms.setdefault((*first, glue(last, end)), place)
        add(place.en + "s", place)
    return forms


@cache
def _names() -> list[tuple[str, Place]]:
    """Names without Kazakh endings, for slips: with endings a short name is one slip from too many words."""
    return [
        ("".join(_words(name)), place)
        for place, other in _rows()
        for name in (place.kk, place.en, *_russian(place.ru), *(n for n in other if not n.endswith("*")))
    ]


def place_at(words: Sequence[str]) -> tuple[Place, int] | None:
    """The city that word keys (`bot.spelling.key`) begin with, and how many words its name has."""
    for length in (3, 2, 1):
        place = _forms().get(tuple(words[:length])) if len(words) >= length else None
        if place:
            return place, length
    return None


def may_be_place(word: str) -> bool:
    """Whether a word's key is one slip from a city's name, which is then too likely a city to be ignored."""
    return bool(_near_names().near(word))


@cache
def _near_names() -> NearWords:
    return NearWords((name for name, _ in _names()), shortest=5)


def find_place(text: str, limit: int = 5) -> list[Place]:
    """Cities that a person may have meant, the likeliest first; empty when nothing is close.

    Whole names and their case forms in three languages and two scripts come alone; otherwise beginnings of
    names and names with a slip or two, at most `limit` of them.
    """
    words = _words(text[:200])
    if not words:
        return []
    exact = _forms().get(words)
    if exact:
        return [exact]
    for start in range(len(words)):
        inside = place_at(words[start:])
        if inside and (len(inside[0].en) > 3 or len(words[0]) <= 2):
            return [inside[0]]
    typed = "".join(words)
    if len(typed) < 3:
        return []
    found: dict[Place, int] = {}
    for name, place in _names():
        if name.startswith(typed):
            rank = 1
        elif len(typed) >= 5 and one_slip_apart(name, typed):
            rank = 0
        elif len(typed) >= 8 and distance(name, typed) <= 2:
            rank = 2
        else:
            continue
        found[place] = min(rank, found.get(place, rank))
    best = sorted(found, key=lambda place: (found[place], PLACES.index(place)))
    if best and found[best[0]] == 0:
        best = [place for place in best if found[place] == 0]
    return best[:limit]


def kilometres(latitude: float, longitude: float, place: Place) -> float:
    """Great-circle distance from a point in degrees to a city."""
    lat1, lat2 = radians(latitude), radians(place.latitude)
    half_lat, half_lon = (lat2 - lat1) / 2, radians(place.longitude - longitude) / 2
    return 2 * _EARTH_KM * asin(sqrt(sin(half_lat) ** 2 + cos(lat1) * cos(lat2) * sin(half_lon) ** 2))


def nearest(latitude: float, longitude: float) -> Place:
    """The city of the table that is nearest to a point in degrees."""
    return min(PLACES, key=lambda place: kilometres(latitude, longitude, place))

"""Which country and which platform a question is about, from what it says.

Copyright is territorial and platforms have their own rules: "в Узбекистане" or "on TikTok" must not lead to the
Kazakh law or to YouTube. Names are matched as prefixes of folded words, so endings and scripts don't matter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bot.answers.fold import fold_word, words


def _prefixes(text: str) -> tuple[str, ...]:
    return tuple(fold_word(word) for word in text.split())


# Prefixes of folded words; "=" in front: the whole word.
_COUNTRIES: Final[dict[str, tuple[str, ...]]] = {
    "KZ": _prefixes("қазақстан казахстан kazakhstan kazakstan kazahstan qazaqstan алматы almaty астана шымкент"),
    "UZ": _prefixes("өзбек узбек uzbek ozbek ташкент tashkent самарканд samarkand"),
    "KG": _prefixes("қырғыз киргиз кыргыз kyrgyz kirgiz бишкек bishkek"),
    "TJ": _prefixes("тәжік таджик tajik tadjik душанбе dushanbe"),
    "TM": _prefixes("түрікмен түркімен туркмен turkmen ашхабад ашгабат ashgabat"),
}
_COUNTRY_WORDS: Final = {"rk": "KZ", "kz": "KZ", "kg": "KG", "uz": "UZ", "tj": "TJ"}
# Folding makes one word of ҚР (Kazakhstan, in Kazakh) and КР (Kyrgyzstan, in Russian).
_COUNTRY_LETTERS: Final = {
    "KZ": re.compile(r"\bҚР(?:-?[а-яәғқңөұүһі]*)?\b"),
    "KG": re.compile(r"\b(?:в|по|из|законы?|праву)\s+КР\b"),
}

_PLATFORMS: Final[dict[str, tuple[str, ...]]] = {
    "youtube": _prefixes("youtube ютуб ютьюб ютюб ютуп utub iutub shorts шортс шорц content-id"),
    "tiktok": _prefixes("tiktok тикток тиктак титок"),
    "meta": _prefixes("instagram инстаграм инста инсте инсту инсты insta facebook фейсбук reels рилс meta-ға"),
    "telegram": _prefixes("telegram телеграм телег телеге tg-канал"),
    "vk": _prefixes("vkontakte вконтакт"),
}
_PLATFORM_WORDS: Final = {"tt": "tiktok", "ig": "meta", "fb": "meta", "tg": "telegram", "vk": "vk", "yt": "youtube"}

# Countries outside the five, only where the question places itself in them: "в Турции", "Германияда", "in the UK".
_FOREIGN_NAMES: Final = {
    "ru": (
        r"росси\w*|рф|сша|америк\w*|кита[йея]\w*|турци\w*|германи\w*|украин\w*|беларус\w*|белорусси\w*|грузи[ияюей]\w*|"
        r"армени\w*|азербайджан\w*|франци\w*|испани\w*|итали[ияюей]\w*|япони\w*|коре[еяию]\w*|инди[ияюей]\w*|англи[ияюей]\w*|"
        r"британи\w*|великобритани\w*|канад[еуаы]\w*|польш[еауи]\w*|чехи[ияюей]\w*|дубае|дубай|оаэ|евросоюз\w*|европе|ес|"
        r"монголи\w*|израил\w*|бразили\w*|австрали\w*|нидерланд\w*|таиланд\w*|вьетнам\w*|иран\w*|латви\w*|литв\w*|эстони\w*|"
        r"швеци\w*|норвеги\w*|финлянди\w*|швейцари\w*|австри\w*|мексик\w*|египет|египте|индонези\w*|молдов\w*|"
        r"пакистан\w*|афганистан\w*"
    ),
    "kk": (
        r"(?:ресей|түркия|қытай|германия|украина|беларусь|грузия|армения|әзербайжан|әзірбайжан|франция|испания|италия|"
        r"жапония|корея|үндістан|англия|ұлыбритания|канада|польша|чехия|дубай|еуропа|моңғолия|монголия|израиль|бразилия|австралия|"
        r"пакистан|ауғанстан|иран|америка|ақш|түрік|швеция|норвегия)"
    ),
    "en": (
        r"(?:russia|the us|the usa|usa|america|china|turkey|türkiye|turkiye|germany|ukraine|belarus|georgia|armenia|"
        r"azerbaijan|france|spain|italy|japan|korea|south korea|india|england|the uk|uk|britain|canada|poland|dubai|"
        r"the uae|uae|the eu|europe|mongolia|israel|brazil|australia|iran|the netherlands|thailand|vietnam|mexico|"
        r"indonesia|pakistan|afghanistan|switzerland|sweden|norway|finland)"
    ),
}
_FOREIGN: Final = re.compile(
    rf"\b(?:в|во|по|из|внутри)\s+(?:законам?\s+|праву\s+)?(?:{_FOREIGN_NAMES['ru']})\b"
    rf"|\b(?:закон\w*|прав[оаеу]\w*|штраф\w*|налог\w*|суд\w*)\s+(?:{_FOREIGN_NAMES['ru']})\b"
    rf"|\b{_FOREIGN_NAMES['kk']}-?(?:да|де|та|те|ның|нің|дың|дің|тың|тің|дағы|дегі|тағы|тегі)\b"
    rf"|\b(?:in|under|of|across)\s+{_FOREIGN_NAMES['en']}\b"
    r"|\b(?:german|turkish|russian|chinese|french|japanese|korean|indian|british|canadian|polish|ukrainian)"
    r"\s+(?:copyright\s+)?(?:law|laws|court|courts|copyright|tax|taxes)\b",
    re.IGNORECASE,
)
_FOREIGN_LATIN: Final = re.compile(
    r"\b(?:v|vo|po zakonam)\s+(?:rossii|rf|ssha|amerike|turcii|turtsii|germanii|ukraine|kitae|gruzii|polshe|evrope)\b"
    r"|\b(?:resei|resey|turkiya|germaniya|amerika|ukraina|qytai|kytai|koreya|zhaponiya)(?:da|de|nyn|dagy)\b",
    re.IGNORECASE,
)
_OUR_REGION: Final = re.compile(r"орталық азия|центральн\w+ ази|central asia|снг|ТМД|еаэс|еаэо|eaeu", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """What a question names. `countries`: codes of the five; `platforms`: as in this module; `foreign`: it asks how
    things are in a country outside the five, and nothing about Kazakhstan."""

    countries: frozenset[str]
    platforms: frozenset[str]
    foreign: bool


def locate(text: str) -> Place:
    """The countries and platforms that a question names."""
    found = words(text)
    joined = [*found, *(one + other for one, other in pairwise(found))]  # "тик-ток", "content id"
    countries = {code for code, names in _COUNTRIES.items() if any(w.startswith(names) for w in found)}
    countries |= {code for word, code in _COUNTRY_WORDS.items() if word in found}
    countries |= {code for code, letters in _COUNTRY_LETTERS.items() if letters.search(text)}
    platforms = {name for name, names in _PLATFORMS.items() if any(w.startswith(names) for w in joined)}
    platforms |= {name for word, name in _PLATFORM_WORDS.items() if word in found}
    at_home = "KZ" in countries or _OUR_REGION.search(text)
    foreign = bool(_FOREIGN.search(text) or _FOREIGN_LATIN.search(text)) and not at_home
    return Place(frozenset(countries), frozenset(platforms), foreign)

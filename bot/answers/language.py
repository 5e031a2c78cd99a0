"""Which of the three languages a message is written in: rules on words, no model, no data files.

Kazakh typed on a Russian keyboard and Kazakh or Russian in Latin letters count as what they are;
libraries miss all three. Words vote, not letters, so one loud foreign word in a sentence does not decide.
A tie goes to the hint. Words that all three languages share (video, strike, канал) are in no list.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from bot.answers.fold import fold_word
from bot.answers.topics import LANGS, Lang

_MARGIN: Final = 0.5
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’ʼ`][^\W\d_]+)*")
_KAZAKH_LETTER: Final = re.compile("[әғқңөұүһі]")
_CYRILLIC: Final = re.compile("[Ѐ-ӿ]")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _folded(text: str) -> frozenset[str]:
    return frozenset(fold_word(word) for word in _words(text))


# Function words and everyday words. Kazakh ones also catch Kazakh written without its own letters.
_KK: Final = _folded(
    """
    мен сен сіз ол біз олар маған сізге оған бізге менің сіздің оның біздің мені оны өз өзім өзімнің өзі
    өзіме бұл осы сол мына ана бар жоқ емес керек болады бола боламын болама болса болды болып болмай ма
    ме ба бе па пе не неше неге немене қалай қандай қанша қай қайда қайдан қашан кім кімнің кімдікі
    кімге үшін туралы жайлы бойынша арқылы сияқты секілді дейін кейін бұрын қазір бүгін ертең енді әлі
    тағы және бен пен да де та те ғой ғана әлде немесе бірақ егер сонда онда мұнда бір екі үш төрт бес
    рахмет рақмет сәлем сәлеметсіз ия иә дұрыс заң заңды заңсыз құқық рұқсат рұқсатсыз сурет ән әнді
    әнін бейне дауыс дауысын ақша салық төлеу төлеймін істеймін істеу істей алам аламын алама аласыз
    беру берсем берді береді салсам салуға салып қойсам қоюға қойып түсірсем түсіру түсіруге болмайды
    жатыр жүр отыр тұр екен деген деп дейді айтшы айтыңызшы көмек көмектесіңіз айырмашылығы айыппұл
    шағым біреу біреудің басқа ешкім барлық көп аз жақсы жаман бала балалар бағдарлама каналым каналымды
    видеомды видеоны шотым керегі кере барма нестейм кайтем болмаса алуға жазуға қолдануға пайдалануға
    ұрлап ұрлады көшіріп алса
    """
)
_RU: Final = _folded(
    """
    я ты вы он она оно мы они мне тебе вам ему ей нам им меня тебя вас его её нас их мой моя моё мои мою
    моего моих твой ваш свой своя свои свою что это этот эта эти как так где куда когда почему зачем
    сколько какой какая какие какое кто кому чей чья ли не ни нет да и или но а если то же бы для без
    при про под над из от до на во со об за по через после перед уже ещё только тоже нужно надо можно
    нельзя должен должна есть был была было были будет буду хочу могу может будто чтобы потому там тут
    здесь вообще просто очень всё все чужой чужую чужие чужое чужого ролик ролики песню песня песни
    музыку права право закон законно разрешение разрешения штраф налог налоги снимать выложить
    выкладывать использовать делать сделать удалили прилетел прилетит жалоба жалобу автора деньги
    платить получить спасибо привет здравствуйте подскажите скажите пожалуйста такое такой другой ролика
    ребёнка детей работает жить
    """
)
_EN: Final = _words(
    """
    i you he she it we they me him her us them my your his its our their mine yours a an the this that
    these those is are was were be been am do does did done have has had can could will would should may
    might must shall not no yes and or but if then so because of to in on at by for from with without
    about into over under after before between what which who whom whose when where why how many much
    long there here any some all more most other than too very just only own same need want get make use
    using used upload song songs law legal illegal allowed permission someone somebody else's someone's
    person people money pay tax fine please thanks hello hi know tell dont can't isn't doesn't i'm it's
    what's let's voice allow
    """
)
_EN_FOLDED: Final = frozenset(fold_word(word) for word in _EN)

_KK_ENDING: Final = re.compile(
    r"(?:лар|лер|дар|дер|тар|тер)?(?:ым|ім|ың|ің|сы|сі|мыз|міз|ңыз|ңіз)?"
    r"(?:дың|дің|тың|тің|ның|нің|ды|ді|ты|ті|ны|ні|ға|ге|қа|ке|да|де|та|те|дан|ден|тан|тен|нан|нен|мен|бен|пен)$"
)
_KK_VERB: Final = re.compile(
    r"(?:майды|мейді|байды|пайды|уға|уге|сам|сем|саң|са|се|амын|емін|ймын|ймін|ады|еді|йды|йді)$"
)
_RU_SHAPE: Final = re.compile(
    r"[ёщъэ]|(?:ого|его|ому|ему|ая|яя|ый|ий|ые|ие|ть|ться|тся|ешь|ишь|ует|ают|ость|ение|ания)$"
)

_KK_LATIN: Final = re.compile(
    r"[äöüńǵıñğ]|q(?!u[aeiou])|(?:dyn|din|tyn|tin|nyn|lyk|lyq|lik|men|ben|pen|lar|ler|dar|der|gha|ghe|ga|ge|da|de|sam|sem"
    r"|uga|uge|amyn|emin|aiyn|eiin|mdi|mdy|ymdy|imdi)$"
)
_RU_LATIN: Final = re.compile(
    r"zh|shch|sch|(?:ogo|ego|omu|iy|yj|ij|aya|oe|oye|ie|yh|ykh|at|it|et|yat|tsya|tsa|ut|yut|ovat|ost|nie|om|ami|ya|u)$"
)
_EN_LATIN: Final = re.compile(r"th|wh|ck|ee|oo|(?:ing|tion|ed|ly|ight|ould|ness|ment|ous|able)$")


def _cyrillic(word: str) -> tuple[float, float]:
    """What one lower-case Cyrillic word says for Kazakh and for Russian."""
    folded = fold_word(word)
    kazakh = russian = 0.0
    if _KAZAKH_LETTER.search(word):
        kazakh += 2
    in_kk, in_ru = folded in _KK, folded in _RU
    if in_kk and not in_ru:
        kazakh += 1.5
    if in_ru and not in_kk:
        russian += 1.5
    if not (in_kk or in_ru) and len(word) > 4:
        if _KK_ENDING.search(word) or _KK_VERB.search(word):
            kazakh += 0.4
        if _RU_SHAPE.search(word) and not _KAZAKH_LETTER.search(word):
            russian += 0.6
    return kazakh, russian


def _latin(word: str) -> tuple[float, float, float]:
    """What one lower-case Latin word says for Kazakh, Russian and English."""
    folded = fold_word(word)
    in_en = word in _EN or folded in _EN_FOLDED
    in_kk, in_ru = folded in _KK, folded in _RU
    kazakh = 1.5 if in_kk and not in_en else 0.0
    russian = 1.5 if in_ru and not in_en else 0.0
    english = 1.5 if in_en else 0.0
    if in_kk and in_ru:
        kazakh = russian = 0.5
    if in_en and (in_kk or in_ru):  # "men", "on", "a", "do": the company decides
        english = 0.5
    if not (in_en or in_kk or in_ru) and len(word) > 3:
        kazakh += 0.7 if _KK_LATIN.search(word) else 0
        russian += 0.5 if _RU_LATIN.search(word) else 0
        english += 0.5 if _EN_LATIN.search(word) else 0
    return kazakh, russian, english


@lru_cache(maxsize=1000)
def scores(text: str) -> dict[Lang, float]:
    """How much each language is spoken for; all zero for emoji, links and figures."""
    total: dict[Lang, float] = {"kk": 0.0, "ru": 0.0, "en": 0.0}
    found = _WORD.findall(text.lower())
    # Names of platforms are Latin in every language: among Cyrillic words Latin ones say nothing.
    only_latin = not any(_CYRILLIC.search(word) for word in found)
    for word in found:
        if _CYRILLIC.search(word):
            kazakh, russian = _cyrillic(word)
            total["kk"] += kazakh
            total["ru"] += russian
        elif only_latin:
            kazakh, russian, english = _latin(word)
            total["kk"] += kazakh
            total["ru"] += russian
            total["en"] += english
    return total


def detect(text: str, hint: Lang) -> Lang:
    """The language of a message; `hint` (the person's interface) where the message does not say clearly."""
    if sum(c.isalpha() for c in text) < 3:
        return hint
    if _CYRILLIC.search(text.lower()):
        languages: tuple[Lang, ...] = ("kk", "ru")
        hint = "ru" if hint == "en" else hint
    else:
        languages = LANGS
    counted = scores(text)
    ranked = sorted(languages, key=lambda lang: -counted[lang])
    return ranked[0] if counted[ranked[0]] - counted[ranked[1]] >= _MARGIN else hint

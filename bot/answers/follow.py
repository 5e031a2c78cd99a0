"""Follow-ups: "а штраф какой?", "ал Шортста ше?", "and on TikTok?". Which messages go on with the last topic.

Pure, and cautious: a message is a follow-up by how it begins or ends, or because it is too short to be a question of
its own. What it is about is decided by the cards (`Answers.ask`), never here.
"""

from __future__ import annotations

import re
from typing import Final

from bot.answers.fold import words
from bot.answers.frame import FRAME

LONGEST: Final = 9
"""Words: what is longer is a question of its own."""
MOST_OWN: Final = 4
"""Words of a follow-up that are about something."""

# "а" and "и" as they are typed: folded they would be the English article and nothing.
_BEGINNING: Final = re.compile(
    r"^(?:ну\s+)?(?:а|и|но|тогда|ал|онда|сонда|және|and|but|then|ok|okay|so|what about|how about|what if)[\s,]"
    r"|^(?:al|onda|sonda)\s.*\bshe\W*$",
    re.IGNORECASE,
)
_ENDING: Final = re.compile(r"(?:^|\s)(?:ше|she)\W*$", re.IGNORECASE)
_JOINING: Final = frozenset(
    words("ал онда сонда және ше а и но ну тогда насчет случае and but then so about what how ok okay she if")
)
# Nothing but "why?", "tell me more", "қалай?": the topic itself is meant.
_MORE: Final = frozenset(
    words(
        "почему зачем подробнее подробней поподробнее детали еще расскажи расскажите объясни объясните поясни пример "
        "неге себебі толығырақ кеңірек тағы түсіндір түсіндіріп түсіндіріңізші мысал айтып беріңізші "
        "why more details explain example elaborate further"
    )
)
_COURTESY: Final = frozenset(
    words(
        "спасибо спс пасиб благодарю благодарствую привет приветствую здравствуйте здравствуй салам салем сәлем "
        "сәлеметсіз сәлеметсіздер бе ма рахмет рақмет көп үлкен алғыс большое огромное вам тебе сізге саған ок окей "
        "хорошо ладно понятно понял поняла ясно түсінікті түсіндім жақсы жарайды отлично супер класс круто добрый день "
        "вечер утро доброе қайырлы күн кеш таң пока сау бол болыңыз hi hello hey thanks thank you thx ok okay great "
        "good got it cool morning evening bye"
    )
)


def looks_like_follow_up(text: str) -> bool:
    """Whether a message may go on with what was talked about: short, and joined to it or without much of its own."""
    found = words(text)
    if not found or len(found) > LONGEST:
        return False
    return is_joined(text) or asks_for_more(text) or len(own_words(text)) <= 2


def is_joined(text: str) -> bool:
    """Whether a message begins or ends as a follow-up does: "а …", "ал … ше?", "and …"."""
    text = " ".join(text.split())
    return bool(_BEGINNING.search(text) or _ENDING.search(text)) and len(own_words(text)) <= MOST_OWN


def asks_for_more(text: str) -> bool:
    """Whether a message asks for nothing but more: "почему?", "толығырақ", "why?"."""
    found = words(text)
    return bool(_MORE & set(found)) and all(word in _MORE or word in FRAME or word in _JOINING for word in found)


def own_words(text: str) -> list[str]:
    """The folded words of a message that are about something; empty for "а почему?"."""
    return [word for word in words(text) if word not in FRAME and word not in _JOINING]


def is_courtesy(text: str) -> bool:
    """Whether a message only greets or thanks."""
    found = words(text)
    return 0 < len(found) <= 5 and all(word in _COURTESY for word in found)

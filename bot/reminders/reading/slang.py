"""Names of outlets that people make up as they type: diminutives and adjectives (`вкшечка`, `тиктоковский`).

There are too many to list. What begins as an outlet and goes on in another way is doubtful, never passed over:
a plan would silently lose its outlet. Those who work there (`блогер`, `ютубер`) are people, not outlets.
"""

from __future__ import annotations

import re

from bot.reminders.reading.lexicon import Sense

_STEMS = {
    "youtube": r"(?:ютуб|ютюб|ютьюб|ютуп|утуб|ютубчан)",
    "shorts": r"шортс",
    "tiktok": r"(?:тикток|тикточ|титок)",
    "instagram": r"(?:инстаграм|инстагра|инст|рилс|инстас)",
    "telegram": r"(?:телег|тележ|телеграм|тгш|тгк|тгеш)",
    "podcast": r"подкаст",
    "vk": r"(?:вкш|вкашк|вконтактик|вконтач|вкеш)",
}
_SMALL = (
    r"(?:ик|чик|ичек|ец|ок|очек|ушк|ушечк|ушеньк|юшк|очк|ечк|еньк|оньк|яшк|ашк|ашечк|онк|енк|ульк|юльк|ус|ос|ан|ик)"
    r"(?:а|у|е|и|о|ой|ою|ы|ам|ах|ом|ов|ей|ю|ке|ку|ка)?"
)
_ADJECTIVE = r"(?:к|н|ш|ов|овск|евск|ск|шн)(?:ый|ий|ая|яя|ое|ее|ые|ие|ого|его|ой|ей|ую|ых|их|ым|им|ом|ему)"
_OUTLETS = [(re.compile(stem + f"(?:{_SMALL}|{_ADJECTIVE})$"), outlet) for outlet, stem in _STEMS.items()]
_DOUBTFUL = re.compile(r"(?:ютуб|ютюб|ютьюб|тикток|инстаг|шортс|рилс|вкш|подкаст)\w")
_PEOPLE = re.compile(r"(?:[её]р|щик|щиц|ист|к[аеиу]н|ш)(?:а|у|е|и|ы|ом|ов|ам|ами|ах|ей|ами)?$")


_LATIN = re.compile(r"(?:vksh|vkash|iutub|tiktok|instag|podkast|rils)\w")
_LATIN_PEOPLE = re.compile(r"er(?:s|a|i|u|om|lar)?$")


def slang_in_latin(word: str) -> tuple[Sense, ...]:
    """The same of a key of Latin letters: doubtful when it begins as an outlet does."""
    doubtful = _LATIN.match(word) and not _LATIN_PEOPLE.search(word)
    return (Sense("unclear", word),) if doubtful else ()


def slang(text: str) -> tuple[Sense, ...]:
    """What an unknown Cyrillic word says about the outlet; nothing when it does not begin as one."""
    for pattern, outlet in _OUTLETS:
        if pattern.match(text):
            return (Sense("outlet", outlet),)
    if _DOUBTFUL.match(text) and not _PEOPLE.search(text):
        return (Sense("unclear", text),)
    return ()

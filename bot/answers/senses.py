"""What the words of a message mean, whatever their language: the senses of `senses.txt`, with one slip forgiven.

A sense holds words of three languages, and words that no example has. What was learned of "unseen + film" in one
language is so known in the others.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import resources
from typing import Final

from bot.answers.fold import words

FILE: Final = "senses.txt"
LONGEST: Final = 14
_SLIPPED_FROM: Final = 6
"""Letters a word needs before a slip in it is forgiven."""
_SHORT: Final = 4
_ENDINGS: Final = tuple(
    (sense, re.compile(ending))
    for sense, ending in (
        ("not", "[a-z]{2}[bmp][ae](?:itin|itindai|itindei|sin|stai|i|s|idi|uge|uga|uine|ui|u)$"),
        ("let-me", "[a-z]{2}(?:[aei]in|[aei]ik|[aei]mis|m[aei]?kpin)$"),
        ("if-i", "[a-z]{2}[sc][ae](?:m|k|mis)$"),
        ("my-wish", "[a-z]{2}[gk]im$"),
        ("they-say", "[a-z]{2}[pi]t[i]$"),
        ("as-if", "[a-z]{2}(?:[gk][ae]n|tin)d[ae]i$"),
    )
)
"""Endings of Kazakh verbs: "байқамай", "салайын", "салсам", "салғым", "салыпты", "салғандай"."""


@lru_cache(maxsize=20_000)
def senses_of(word: str) -> tuple[str, ...]:
    """The senses of one folded word, in the order of their names."""
    whole, beginnings = _lexicon()
    found = whole.get(word) or _by_beginning(word, beginnings)
    if not found and len(word) >= _SLIPPED_FROM:
        found = next(
            (
                s
                for other in _slips(word)
                if (s := whole.get(other) or _by_beginning(other, beginnings, _SLIPPED_FROM - 1))
            ),
            (),
        )
    ended = (sense for sense, ending in _ENDINGS if len(word) > _SHORT and ending.search(word))
    return tuple(sorted({*found, *ended}))


def _by_beginning(word: str, beginnings: dict[str, tuple[str, ...]], least: int = 2) -> tuple[str, ...]:
    for end in range(min(len(word), LONGEST), least - 1, -1):
        if word[:end] in beginnings:
            return beginnings[word[:end]]
    return ()


def _slips(word: str) -> list[str]:
    """The word with two neighbouring letters swapped or one left out, after the first."""
    swapped = [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(1, len(word) - 1)]
    return swapped + [word[:at] + word[at + 1 :] for at in range(1, len(word))]


@cache
def _lexicon() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Whole words and beginnings of words, folded, with their senses."""
    whole: dict[str, tuple[str, ...]] = {}
    beginnings: dict[str, tuple[str, ...]] = {}
    for line in resources.files("bot.answers").joinpath(FILE).read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        sense, listed = line.split(": ", 1)
        for item in listed.split():
            into = whole if item.startswith("=") else beginnings
            folded = "".join(words(item.lstrip("=")))
            if folded:
                into[folded] = (*into.get(folded, ()), sense)
    return whole, beginnings

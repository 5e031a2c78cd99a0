"""Ideas: lists of word beginnings and phrases in three languages, compiled to one pattern over folded words.

A list is comma-separated. `word` is a beginning, `=word` (or `=two words`) whole, `two words` beginnings in a row,
`one .. two` the same with up to four words between, `{one|=two}` either of them, `^words` only where the message begins
(a greeting may come before), `~word` a beginning in which one wrong letter is forgiven.
Endings, scripts and alphabets need no entries of their own: everything is folded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final

from bot.answers.fold import words

_FORGIVING: Final[set[str]] = set()
_LONG: Final = 6
"""Letters a beginning needs before a slip in it is forgiven: shorter ones have too many neighbours."""
_GAP: Final = "(?:[a-z0-9]+ ){0,4}"
_REST: Final = "[a-z0-9]* "
_STEP: Final = re.compile(r"\{[^}]*\}|[^\s{}]+")
_GREETING: Final = (
    "(?: (?:"
    + "|".join(words("hey hi hello please pls yo ok okay so слушай слушайте привет пожалуйста плиз давай ну а сәлем"))
    + "))*"
)


def idea(*texts: str) -> re.Pattern[str]:
    """A pattern that is found in a `message()` when any item of the lists is in it."""
    items = (item.strip() for text in texts for item in text.replace("\n", " ").split(","))
    listed = [item for item in items if item]
    first = [_option(item[1:]) for item in listed if item.startswith("^")]
    anywhere = [_option(item) for item in listed if not item.startswith("^")]
    patterns = [f"^{_GREETING} (?:{'|'.join(first)})"] if first else []
    patterns += [f" (?:{'|'.join(anywhere)})"] if anywhere else []
    return re.compile("|".join(patterns))


def _option(item: str) -> str:
    if item.startswith("="):
        return " ".join(words(item)) + "(?= )"
    if item.startswith("~"):
        _FORGIVING.update(word for word in words(item) if len(word) >= _LONG)
    pieces = ([_step(step) for step in _STEP.findall(piece)] for piece in item.split(".."))
    return (_REST + _GAP).join(_REST.join(steps) for steps in pieces)


def _step(step: str) -> str:
    """One word of an item, or a choice of words, as a pattern; where folding parts a word, its parts in a row."""
    if not step.startswith("{"):
        return _either(step)
    return "(?:" + "|".join(map(_either, step.strip("{}").split("|"))) + ")"


def _either(one: str) -> str:
    folded = _REST.join(words(one))
    if one.startswith("="):
        return folded + "(?= )"
    # "ts" is folded to "c", so that a beginning in "t" may have lost it: "report", "reports" (reporc).
    return folded[:-1] + "[tc]" if folded.endswith("t") else folded


def message(text: str) -> str:
    """A message as ideas are searched in it: folded words with spaces around each, slips in known words put right."""
    return " ".join(("", *map(_repaired, words(text)), ""))


@lru_cache(maxsize=20_000)
def _repaired(word: str) -> str:
    if len(word) < _LONG - 1:
        return word
    near = _by_start().get(word[:2], ())
    if any(word.startswith(stem) for stem in near):
        return word
    return next((stem for stem in near if _one_slip(word, stem)), word)


@cache
def _by_start() -> dict[str, tuple[str, ...]]:
    """The forgiving beginnings by their first two letters, which must be right."""
    return _grouped(sorted(_FORGIVING))


def _grouped(stems: Iterable[str]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, tuple[str, ...]] = {}
    for stem in stems:
        groups[stem[:2]] = (*groups.get(stem[:2], ()), stem)
    return groups


def _one_slip(word: str, stem: str) -> bool:
    """Whether the word begins with the stem but for one letter wrong, missing, added or swapped with the next."""
    pairs = zip(word, stem, strict=False)
    same = next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(word), len(stem)))
    rest, wanted = word[same:], stem[same:]
    return (
        rest[1:].startswith(wanted[1:])
        or rest.startswith(wanted[1:])
        or rest[1:].startswith(wanted)
        or (rest[:2] == wanted[1::-1] and rest[2:].startswith(wanted[2:]))
    )

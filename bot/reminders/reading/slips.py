"""Typing slips: which known word an unknown one was meant to be, and when nobody can tell.

A slip is read only in a long word, not at its beginning or end (`дневник` is not `дневной`), and when every known
word one slip away says the same thing; a word that may be a slip of anything
that touches a schedule is `unclear`, never passed over.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

from bot.reminders.reading.lexicon import CASE_ENDINGS, LEXICON, Lexicon, Sense
from bot.spelling import NearWords, distance, glue, letters

# Kinds that may be read in spite of a slip: long words that fix the schedule. A slip between
# two numbers (`деять`) is near both of them.
_READABLE = frozenset(
    ("wd", "set", "part", "month", "outlet", "every", "rel", "weekly", "noon", "midnight", "next", "meal", "num")
)
# The shortest known word that a slip of it is looked for; words that stop a phrase are many and ordinary.
_SHORTEST = {"stop": 6, "polite": 6, "wd": 4, "part": 4, "set": 4, "outlet": 4}
_SHORT_OUTLETS = frozenset(("iutub", "insta", "telega"))


_TELLS = re.compile("(?:et|it|ut|iat|la?|li|ed|s)$")  # "the bot reminds me" tells, and asks for nothing
_SOUNDED = 5  # the shortest word that is looked for by its sound
_SOUNDS = (("ia", "i"), ("z", "s"), ("o", "a"), ("e", "i"), ("tc", "c"), ("dc", "c"), ("ii", "i"))


def sound(word: str) -> str:
    """A key as it is heard: unstressed vowels alike, no voice at the end."""
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    return word[:-1] + {"g": "k", "d": "t", "b": "p", "v": "f"}.get(word[-1], word[-1])


def _alike(known: str, word: str, kind: str) -> bool:
    """Whether a slip left the beginning and the end of a word; two letters swapped inside it count as no change."""
    if kind in ("wd", "outlet") and known[:-1] == word and len(word) >= 6:
        return True  # сәрсенб, подкас
    if known[0] != word[0] or known[-1] != word[-1] or min(len(known), len(word)) < 5:
        return False
    return known[1] == word[1] or (kind != "outlet" and (len(known) >= 6 or sorted(known) == sorted(word)))


class Slips:
    """Looks for known words near an unknown one, by key and as typed: a digraph has one key but two letters."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    @cached_property
    def _telling(self) -> frozenset[str]:
        """Keys of all words but the harmless ones, and of the words that occur only inside groups."""
        found = {part for part in self._lexicon.group_parts() if len(part) >= 5}
        for kind in self._lexicon.kinds() - {"fill", "outlet"}:
            shortest = _SHORTEST.get(kind, 5)
            found |= {word for word in self._lexicon.written_out(kind) if len(word) >= shortest}
        outlets = self._lexicon.base_words("outlet")
        declined = {glue(word, end) for word in outlets if len(word) >= 6 for end in CASE_ENDINGS if len(end) == 2}
        return frozenset(found | declined | {word for word in outlets if len(word) >= 4})

    @cached_property
    def _by_key(self) -> NearWords:
        return NearWords(self._telling, shortest=4)

    @cached_property
    def _asking(self) -> NearWords:
        return NearWords(self._lexicon.base_words("fill", "ask"), shortest=6)

    @cached_property
    def _by_letters(self) -> NearWords:
        return NearWords((typed for typed, word in self._lexicon.typed.items() if word in self._telling), shortest=5)

    @cached_property
    def _by_sound(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for word in self._telling:
            if len(word) >= _SOUNDED:
                found.setdefault(sound(word), set()).add(word)
        return found

    def _heard(self, word: str, cyrillic: bool) -> Sense | None:
        """The meaning of a word written as it sounds (`васкресенье`, `понидельник`), when only one is heard in it."""
        known = self._by_sound.get(sound(word), set()) if len(word) >= _SOUNDED else set()
        senses = [sense for other in sorted(known) for sense in self._lexicon.senses(other, cyrillic)]
        kinds = {(sense.kind, sense.value) for sense in senses}
        return senses[0] if len(kinds) == 1 and senses[0].kind in _READABLE | {"pastof"} else None

    def meaning(self, word: str, text: str, cyrillic: bool) -> tuple[Sense, ...]:
        """What an unknown word was meant to say; an `unclear` sense when that is open; nothing when it is new."""
        if len(word) < 4:
            return ()
        heard = self._heard(word, cyrillic)
        if heard:
            return (heard,)
        near = self._by_key.near(word)
        near |= {self._lexicon.typed[typed] for typed in self._by_letters.near(letters(text))}
        if not near:
            asks = not _TELLS.search(word) and self._asking.near(word)
            return (Sense("fill", "ask"),) if asks else ()
        senses: list[Sense] = []
        for known in sorted(near):
            fitting = [sense for sense in self._lexicon.senses(known, cyrillic) if sense.kind != "fill"]
            if not fitting and not self._lexicon.senses(known, not cyrillic):
                return (Sense("unclear", word),)
            senses += fitting
        meant = {(sense.kind, sense.value) for sense in senses}
        if len(meant) == 1 and senses[0].kind in _READABLE:
            alike = [known for known in near if _alike(known, word, senses[0].kind)]
            if (
                senses[0].kind == "month"
            ):  # a month with a Kazakh ending is too near to another one: қара(ша)ның, қазанның
                alike = [known for known in alike if known in self._lexicon.base_words("month")]
            if any(len(known) >= 6 or known in _SHORT_OUTLETS or sorted(known) == sorted(word) for known in alike):
                return (senses[0],)
        return (Sense("unclear", word),)

    @lru_cache(maxsize=4096)  # noqa: B019 - one object for the whole process
    def may_be_two(self, word: str) -> bool:
        """Whether an unknown word is two slips from a long telling one with the same beginning or end."""
        if len(word) < 5:
            return False
        ends = word[:2], word[-2:]
        return any(
            (known[:2] == ends[0] or known[-2:] == ends[1]) and distance(known, word) <= 2
            for known in self._telling
            if 7 <= len(known) <= len(word) + 2 and len(word) <= len(known) + 2
        )

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """First letters of the long words that fix days and dates: a word that begins so may be a form of one."""
        kinds = ("wd", "set", "month", "rel", "weekly", "part")
        return frozenset(word[:4] for kind in kinds for word in self._lexicon.written_out(kind) if len(word) >= 6)


SLIPS = Slips(LEXICON)

"""What each known word can mean, by its spelling key.

The tables in `words_kk`, `words_ru` and `words_en` have one line a meaning: `kind value [form] [^c] = words`. A kind
that ends in `@` stands for a Kazakh noun and gets every case ending; `kkverb` stems get the endings of wishes and
plans, never of negation. `_` joins words that mean something only together; `^c` keeps a word to Cyrillic spelling.
English tables know Latin spelling only. A word may have several meanings: the grammar picks one by its place.
"""

from __future__ import annotations

from typing import NamedTuple

from bot.reminders.reading import words_en, words_kk, words_ru
from bot.spelling import NearWords, key


class Sense(NamedTuple):
    """One meaning: its kind (`wd`, `month`, `fn` …), the value, and the grammatical form (`loc`, `abl`, `pl` …)."""

    kind: str
    value: str
    form: str = ""

    @property
    def n(self) -> int:
        """The value as a number; for kinds that carry one."""
        return int(self.value)


class Entry(NamedTuple):
    """A meaning and the script it is written in: `c` Cyrillic only, `l` Latin only, empty: both."""

    sense: Sense
    script: str


# Endings of a Kazakh noun, as keys; more than one vowel and consonant each, since people slip between them.
_CASES = {
    "loc": "da de ta te nda nde inda inde sinda sinde",
    "dat": "ga ge ka ke na ne ina ine sina sine",
    "abl": "dan den tan ten nan nen inan inen sinan sinen",
    "gen": "nin din tin inin",
    "acc": "ni di ti in",
    "poss": "i si",
    "ins": "men ben pen",
    "adj": "gi ki dagi degi tagi tegi lik dik tik",
}
_PLURAL = "lar ler dar der tar ter"
# Endings of wishes and plans; a negation (`салма`) or a condition (`салсам`) stays unknown or is read elsewhere.
_VERB = (
    " u uge uga ip ap ep p shi iniz niz inder inizshi nizshi amin emin imin iamin am em im amiz emiz imiz asiz esiz"
    " isiz asin esin isin sin aiin eiin iin aiik eiik iik gim kim gimiz kimiz atin etin itin"
    " a e i iu iudi ugim udi adi edi idi"
)
_POLITE_IF = "san sen saniz seniz sanizshi senizshi sanshi senshi"  # еске салсаңыз: please remind
_ASKED = ("ескерт", "хабарла", "қос", "қой", "жоспарла", "орнат", "сал", "жібер", "бер")

CASE_ENDINGS: dict[str, str] = {end: case for case, ends in _CASES.items() for end in ends.split()}
for _plural in _PLURAL.split():
    CASE_ENDINGS[_plural] = "pl"
    CASE_ENDINGS[_plural + "i"] = "pl"
    for _end in ["da", "de", "ga", "ge", "dan", "den", "di", "nin", "din", "inde", "ine"]:
        CASE_ENDINGS[_plural + _end] = "pl"


def _join(stem: str, ending: str) -> str:
    """The key of a stem with an ending: a letter doubled at the seam counts once, as `bot.spelling.key` has it."""
    if stem and ending and stem[-1] == ending[0] and len(stem) > 2:
        ending = ending[1:]
    return stem + ending


class Lexicon:
    """Known words and word groups by key, and the long words that may be recognised in spite of a slip."""

    def __init__(self) -> None:
        self.words: dict[str, list[Entry]] = {}
        self.groups: dict[str, dict[tuple[str, ...], list[Entry]]] = {}
        for table, script in (
            (words_kk.TABLE, ""),
            (words_ru.TABLE, ""),
            (words_en.TABLE, "l"),
            (words_kk.FILLERS, ""),
            (words_ru.FILLERS, ""),
            (words_en.FILLERS, "l"),
        ):
            self._read(table, script)
        exact = {word for word, entries in self.words.items() if any(e.sense.kind in _SLIPS for e in entries)}
        self._near = NearWords(exact, shortest=6)

    def _read(self, table: str, script: str) -> None:
        for line in table.strip().replace("\n  ", " ").splitlines():
            head, _, words = line.partition(" = ")
            if not words:
                continue
            kind, value, *rest = head.split()
            form = next((mark for mark in rest if not mark.startswith("^")), "")
            only = "c" if "^c" in rest else script
            for word in words.split():
                if kind == "kkverb":
                    self._add_verb(word)
                    continue
                sense = Sense(kind.rstrip("@"), value, form)
                self._add(word, sense, only)
                if kind.endswith("@") or (kind, value) == ("fill", "noun"):
                    self._add_cases(word, sense, only)

    def _add_verb(self, stem: str) -> None:
        for ending in _VERB.split(" ") + (_POLITE_IF.split() if stem in _ASKED else []):
            self._put((_join(key(stem), ending),), Sense("fill", "do"), "")

    def _add_cases(self, word: str, sense: Sense, script: str) -> None:
        parts = [key(part) for part in word.replace("-", "_").split("_")]
        for ending, case in CASE_ENDINGS.items():
            self._put((*parts[:-1], _join(parts[-1], ending)), sense._replace(form=case), script)

    def _add(self, word: str, sense: Sense, script: str) -> None:
        parts = (key(part) for part in word.replace("-", "_").split("_"))
        self._put(tuple(part for part in parts if part), sense, script)

    def _put(self, parts: tuple[str, ...], sense: Sense, script: str) -> None:
        entry = Entry(sense, script)
        if len(parts) == 1:
            known = self.words.setdefault(parts[0], [])
        else:
            known = self.groups.setdefault(parts[0], {}).setdefault(parts, [])
        if entry not in known:
            known.append(entry)

    def senses(self, word: str, cyrillic: bool) -> tuple[Sense, ...]:
        """Meanings of a key as typed in this script."""
        return _fitting(self.words.get(word, ()), cyrillic)

    def group(self, keys: tuple[str, ...], cyrillic: bool) -> tuple[tuple[Sense, ...], int]:
        """Meanings of the longest word group that the keys begin with, and its length; nothing: ((), 0)."""
        groups = self.groups.get(keys[0])
        if groups:
            for length in range(min(len(keys), 6), 1, -1):
                senses = _fitting(groups.get(keys[:length], ()), cyrillic)
                if senses:
                    return senses, length
        return (), 0

    def near(self, word: str, cyrillic: bool) -> tuple[Sense, ...]:
        """Meanings of known words one slip away, when they agree; several that disagree give an `unclear` one."""
        found: list[Sense] = []
        for known in sorted(self._near.near(word)):
            found += [s for s in self.senses(known, cyrillic) if s.kind in _SLIPS and s not in found]
        if not found:
            return ()
        if len({(sense.kind, sense.value) for sense in found}) > 1:
            return (Sense("unclear", word),)
        return tuple(found[:1])


# Kinds that a slip may hide: long words that fix the schedule. Numbers are too alike to be guessed.
_SLIPS = frozenset(
    ("wd", "set", "part", "month", "outlet", "every", "rel", "weekly", "noon", "midnight", "next", "meal")
)


def _fitting(entries: list[Entry] | tuple[()], cyrillic: bool) -> tuple[Sense, ...]:
    unwanted = "l" if cyrillic else "c"
    return tuple(entry.sense for entry in entries if entry.script != unwanted)


LEXICON = Lexicon()

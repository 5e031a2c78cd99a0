"""What each known word can mean, by its spelling key.

The tables in `words_kk`, `words_ru` and `words_en` have one line a meaning: `kind value [form] [^c] = words`. A kind
that ends in `@` stands for a Kazakh noun and gets every case ending; `kkverb` stems get the endings of wishes and
plans, never of negation. `_` joins words that mean something only together; `^c` keeps a word to Cyrillic spelling.
English tables know Latin spelling only. A word may have several meanings: the grammar picks one by its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bot.reminders.reading import words_en, words_kk, words_ru
from bot.spelling import glue, key, letters


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
    "my": "im m imnin ima ime imda imde imdi",
    "adj": "gi ki dagi degi tagi tegi lik dik tik",
}
_PLURAL = "lar ler dar der tar ter"
# Endings of wishes and plans; a negation (`салма`) or a condition (`салсам`) stays unknown or is read elsewhere.
_VERB = (
    " u uge uga ip ap ep p shi iniz niz inder inizshi nizshi amin emin imin iamin am em im amiz emiz imiz asiz esiz"
    " isiz asin esin isin sin aiin eiin iin aiik eiik iik gim kim gimiz kimiz atin etin itin"
    " a e i iu iudi ugim udi min miz sin siz ain ein aik eik ik in"
)
_POLITE_IF = "san sen saniz seniz sanizshi senizshi sanshi senshi"  # еске салсаңыз: please remind
_ASKED = ("ескерт", "хабарла", "қос", "қой", "жоспарла", "орнат", "сал", "жібер", "бер")

CASE_ENDINGS: dict[str, str] = {end: case for case, ends in _CASES.items() for end in ends.split()}
for _plural in _PLURAL.split():
    CASE_ENDINGS[_plural] = "pl"
    CASE_ENDINGS[_plural + "i"] = "pl"
    for _end in ["da", "de", "ga", "ge", "dan", "den", "di", "nin", "din", "inde", "ine"]:
        CASE_ENDINGS[_plural + _end] = "pl"


class Lexicon:
    """Known words and word groups by key. Case endings are taken off at look-up, which keeps the table small."""

    def __init__(self) -> None:
        self._words: dict[str, list[Entry]] = {}
        self._nouns: dict[str, list[Entry]] = {}
        self._verbs: dict[str, list[Entry]] = {}
        self._groups: dict[str, dict[tuple[str, ...], list[Entry]]] = {}
        self.typed: dict[str, str] = {}  # letters as typed -> key, of single words
        self._known: dict[tuple[str, bool], tuple[Sense, ...]] = {}
        for table, script in (
            (words_kk.TABLE, ""),
            (words_ru.TABLE, ""),
            (words_en.TABLE, "l"),
            (words_kk.FILLERS, ""),
            (words_ru.FILLERS, ""),
            (words_en.FILLERS, "l"),
        ):
            self._read(table, script)

    def _read(self, table: str, script: str) -> None:
        for line in table.strip().replace("\n  ", " ").splitlines():
            head, _, words = line.partition(" = ")
            if not words:
                continue
            kind, value, *rest = head.split()
            form = next((mark for mark in rest if not mark.startswith("^")), "")
            entry = Entry(Sense(kind.rstrip("@"), value, form), "c" if "^c" in rest else script)
            declined = kind.endswith("@") or (kind, value) == ("fill", "noun")
            for word in words.split():
                parts = tuple(filter(None, (key(part) for part in word.replace("-", "_").split("_"))))
                if kind == "kkverb":
                    self._verbs.setdefault(parts[0], []).append(Entry(Sense("fill", "do"), ""))
                    if word in _ASKED:
                        for ending in _POLITE_IF.split():
                            self._words.setdefault(glue(parts[0], ending), []).append(Entry(Sense("fill", "do"), ""))
                elif len(parts) == 1:
                    self.typed.setdefault(letters(word), parts[0])
                    self._words.setdefault(parts[0], []).append(entry)
                    if declined:
                        self._nouns.setdefault(parts[0], []).append(entry)
                else:
                    self._group(parts, entry)
                    for ending, case in CASE_ENDINGS.items() if declined else ():
                        with_case = entry._replace(sense=entry.sense._replace(form=case))
                        self._group((*parts[:-1], glue(parts[-1], ending)), with_case)

    def _group(self, parts: tuple[str, ...], entry: Entry) -> None:
        self._groups.setdefault(parts[0], {}).setdefault(parts, []).append(entry)

    def senses(self, word: str, cyrillic: bool) -> tuple[Sense, ...]:
        """Meanings of a key as typed in this script."""
        found = self._known.get((word, cyrillic))
        if found is None:
            entries = [*self._words.get(word, ()), *self._declined(word)]
            found = tuple(dict.fromkeys(_fitting(entries, cyrillic)))
            if len(self._known) < _REMEMBERED:
                self._known[word, cyrillic] = found
        return found

    def _declined(self, word: str) -> Iterator[Entry]:
        """Meanings of Kazakh forms: a known stem and a known ending, whose first letter may be lost at the seam."""
        for cut in range(max(2, len(word) - _LONGEST_ENDING), len(word) + 1):
            stem, rest = word[:cut], word[cut:]
            nouns, verb = self._nouns.get(stem, ()), stem in self._verbs
            if not nouns and not verb:
                continue
            for ending in (stem[-1] + rest, rest):
                if not ending or glue(stem, ending) != word:
                    continue
                case = CASE_ENDINGS.get(ending)
                for entry in nouns if case else ():
                    if _takes(stem, ending, entry.sense):
                        yield entry._replace(sense=entry.sense._replace(form=case or ""))
                if verb and ending in _VERB_ENDINGS:
                    yield self._verbs[stem][0]
                elif verb and _NEGATION.fullmatch(ending):
                    yield Entry(Sense("stop", "no"), "")
            if verb and not rest:
                yield self._verbs[stem][0]

    def group(self, keys: tuple[str, ...], cyrillic: bool) -> tuple[tuple[Sense, ...], int]:
        """Meanings of the longest word group that the keys begin with, and its length; nothing: ((), 0)."""
        groups = self._groups.get(keys[0])
        if groups:
            for length in range(min(len(keys), 6), 1, -1):
                senses = _fitting(groups.get(keys[:length], ()), cyrillic)
                if senses:
                    return senses, length
        return (), 0

    def kinds(self) -> set[str]:
        """Every kind of meaning."""
        return {entry.sense.kind for entries in self._words.values() for entry in entries}

    def base_words(self, kind: str, value: str = "") -> set[str]:
        """Keys of the words of a kind, as they stand in the tables; only those with the value, if one is given."""
        return {
            word
            for word, entries in self._words.items()
            if any(e.sense.kind == kind and value in ("", e.sense.value) for e in entries)
        }

    def written_out(self, kind: str) -> set[str]:
        """Keys of the words of a kind, with all their endings."""
        found = self.base_words(kind)
        for stem, entries in self._nouns.items():
            for entry in entries:
                if entry.sense.kind == kind:
                    found |= {glue(stem, end) for end in CASE_ENDINGS if _takes(stem, end, entry.sense)}
        return found

    def group_parts(self) -> set[str]:
        """Keys of words that mean something for a schedule only inside a group."""
        return {
            part
            for groups in self._groups.values()
            for parts, entries in groups.items()
            if any(entry.sense.kind != "fill" for entry in entries)
            for part in parts
            if part not in self._words
        }


_NEGATION = re.compile("[mbp][ae](?:i(?:min|miz|sin|siz|di|ik)?|niz|ngiz|sin|u|uge|uga|d[ia]m?|d[ia]k|gan|gen|p|pti)?")
_REMEMBERED = 20_000  # words looked up before, most of them typed again and again
_VERB_ENDINGS = frozenset(_VERB.split())
_LONGEST_ENDING = max(map(len, (*CASE_ENDINGS, *_VERB_ENDINGS)))


def _takes(stem: str, ending: str, sense: Sense) -> bool:
    """Whether a stem can have the ending: an abbreviated weekday takes none that begins with a vowel."""
    return not (sense.kind == "wd" and len(stem) < 5 and stem != "juma" and ending[0] in "aeiou")


def _fitting(entries: Iterable[Entry], cyrillic: bool) -> tuple[Sense, ...]:
    unwanted = "l" if cyrillic else "c"
    return tuple(entry.sense for entry in entries if entry.script != unwanted)


LEXICON = Lexicon()

"""One key for one word, whichever script or keyboard it was typed with.

Kazakh is typed with its own letters, on a Russian keyboard without them, or in Latin letters of several
spellings; Russian is often typed in Latin too. `key` maps all of these to one Latin skeleton: `сейсенбі`,
`сейсенби`, `seısenbi` and `seysenby` are all `seisenbi`. A key is for comparing only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_CYRILLIC_LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүіһ"
_SOUNDS = "a b v g d e e j z i i k l m n o p r s t u f h c ch sh sh  i  e iu ia a g k n o u u i h"
_CYRILLIC = dict(zip(_CYRILLIC_LETTERS, _SOUNDS.split(" "), strict=True))
# Letters that a Latin spelling of Kazakh writes with a mark, and what the mark stands for.
_MARKED = str.maketrans({"ş": "sh", "ç": "ch", "ı": "i", "ŋ": "n", "ə": "a", "đ": "d", "ł": "l", "ø": "o", "ß": "ss"})
# Latin letters that look like Cyrillic ones, typed inside a Cyrillic word by a forgotten keyboard switch.
_LOOKALIKE = str.maketrans("aceopxykmthbi", "асеорхукмтнві")
_HEARD = "shch=sh sch=sh zh=j dj=j kh=h gh=g ck=k ts=c q=k y=i x=ks"
_DIGRAPHS = [(pair.partition("=")[0], pair.partition("=")[2]) for pair in _HEARD.split()]
_W_AFTER_VOWEL = re.compile("(?<=[aeiou])w")  # a vowel glide (qaraw, now); elsewhere a consonant (wtornik)
_J_AT_END = re.compile("(?<=[aeiouy])j$")  # й in a Russian word in Latin letters: kazhdyj
_APOSTROPHES = re.compile("['’ʼ`´ʹʺ‘]")
_CYRILLIC_LETTER = re.compile("[\u0400-\u052f]")
_LATIN_LETTER = re.compile("[a-z\u00c0-\u024f]")


def plain(text: str) -> str:
    """The text in one Unicode form and in lower case; nothing else is changed."""
    return unicodedata.normalize("NFKC", text).casefold().replace("ß", "ss")


@lru_cache(maxsize=8192)
def key(word: str) -> str:
    """The skeleton of one word in any of the scripts; what is neither a letter nor a digit is dropped."""
    word = _APOSTROPHES.sub("", plain(word))
    if 0 < len(_LATIN_LETTER.findall(word)) <= len(_CYRILLIC_LETTER.findall(word)):
        word = word.translate(_LOOKALIKE)
    cyrillic = bool(_CYRILLIC_LETTER.search(word))
    letters = "".join(_CYRILLIC.get(c, c) for c in word).translate(_MARKED)
    letters = unicodedata.normalize("NFD", letters)
    letters = "".join(c for c in letters if c.isascii() and c.isalnum())
    if letters.startswith("x"):
        letters = "h" + letters[1:]
    letters = _J_AT_END.sub("i", _W_AFTER_VOWEL.sub("u", letters)).replace("w", "v")
    if not cyrillic and letters.endswith("ng"):
        letters = letters[:-1]  # ң in Latin letters: erteng
    for written, heard in _DIGRAPHS:
        letters = letters.replace(written, heard)
    if len(letters) > 3:
        letters = re.sub(r"([a-z])\1+", r"\1", letters)
    return letters


_AS_RUSSIAN = str.maketrans("әғқңөұүіһё", "агкноууихе")


def letters(word: str) -> str:
    """The word as typed, but in lower case and with Kazakh letters as a Russian keyboard has them."""
    return plain(word).translate(_AS_RUSSIAN)


def glue(stem: str, ending: str) -> str:
    """The key of a word with an ending, from both keys: a letter doubled at the seam counts once."""
    doubled = stem[-1:] == ending[:1] and len(stem) + len(ending) > 3
    return stem + (ending[1:] if doubled else ending)


def is_cyrillic(word: str) -> bool:
    """Whether the word has at least one Cyrillic letter."""
    return _CYRILLIC_LETTER.search(word.casefold()) is not None


def deletions(word: str) -> set[str]:
    """The word and each form of it with one letter left out."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def one_slip_apart(a: str, b: str) -> bool:
    """Whether one typed slip (a letter too many, missing, wrong, or two swapped) turns `a` into `b`."""
    if a == b:
        return True
    if abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rest_a, rest_b = a[start:], b[start:]
    if len(rest_a) > len(rest_b):
        return rest_a[1:] == rest_b
    if len(rest_a) < len(rest_b):
        return rest_a == rest_b[1:]
    return rest_a[1:] == rest_b[1:] or (rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:])


def distance(a: str, b: str) -> int:
    """Letters to insert, drop or change to turn `a` into `b`; 3 stands for three and more."""
    if abs(len(a) - len(b)) > 2:
        return 3
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, right in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (left != right))
        if min(row) > 2:
            return 3
    return min(row[-1], 3)


class NearWords:
    """Finds the known words that are one slip away from a typed one."""

    def __init__(self, words: Iterable[str], shortest: int = 5) -> None:
        """`shortest`: words with fewer letters are never found, since most of their slips are other words."""
        self._by_deletion: dict[str, set[str]] = {}
        for word in words:
            if len(word) >= shortest:
                for form in deletions(word):
                    self._by_deletion.setdefault(form, set()).add(word)

    def near(self, word: str) -> set[str]:
        """Known words at most one slip from `word`."""
        found: set[str] = set()
        for form in deletions(word):
            found |= self._by_deletion.get(form, set())
        return {known for known in found if one_slip_apart(known, word)}

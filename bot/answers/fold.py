"""One ASCII skeleton for Kazakh, Russian and Latin-script typing of both.

"авторлық құқықты", "avtorlyk kukykty", "avtorlyq quqyqty" and "авторлык кукыкты" all fold to `avtorlik
kukikti`, so search needs no transliteration, no Kazakh keyboard and no language detection. The skeleton
is for comparing, never for showing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_CYRILLIC: Final = str.maketrans(
    {
        **dict(zip("абвгдежзийклмнопрстуфхцыіэ", "abvgdejziiklmnoprstufhciie", strict=True)),
        **dict(zip("әғқңөұүһё", "agknouuhe", strict=True)),
        "ч": "ch",
        "ш": "sh",
        "щ": "sh",
        "ю": "iu",
        "я": "ia",
        "ъ": "",
        "ь": "",
    }
)
# In this order: longer spellings first, so that "shch" is not read as "sh" + "ch".
_LATIN: Final = (
    ("youtub", "iutub"),
    ("shch", "sh"),
    ("sch", "sh"),
    ("zh", "j"),
    ("kh", "h"),
    ("gh", "g"),
    ("ng", "n"),
    ("ts", "c"),
    ("yo", "e"),
    ("ya", "ia"),
    ("yu", "iu"),
    ("ye", "e"),
    ("ck", "k"),
    ("ph", "f"),
    ("q", "k"),
    ("w", "u"),
    ("x", "ks"),
    ("y", "i"),
    ("ı", "i"),
)
# The three abbreviations of artificial intelligence are one word; "ии" would otherwise fold to "i", like "и".
_WHOLE: Final = {"ии": "ai", "жи": "ai", "иі": "ai", "аи": "ai"}
_WORD: Final = re.compile(r"[^\W_]+(?:['’‘ʼʻ`][^\W_]+)*")
_CYRILLIC_LETTER: Final = re.compile("[Ѐ-ӿ]")
_DOUBLED: Final = re.compile(r"([a-z])\1+")


@lru_cache(maxsize=20_000)
def fold_word(word: str) -> str:
    """The skeleton of one word: lower-case ASCII letters and digits, doubled letters once. May be empty."""
    word = word.lower()
    if word in _WHOLE:
        return _WHOLE[word]
    if _CYRILLIC_LETTER.search(word):
        word = word.translate(_CYRILLIC)
    # NFKD takes accents off (ä, ń, ǵ); й and ё are already gone, so no Cyrillic letter is harmed.
    # It also turns look-alikes (𝑨, Ａ) into letters, capitals among them.
    word = "".join(c for c in unicodedata.normalize("NFKD", word).lower() if c.isalnum() or c == "ı")
    for spelling, letter in _LATIN:
        if spelling in word:
            word = word.replace(spelling, letter)
    word = _DOUBLED.sub(r"\1", word)
    return "".join(c for c in word if c.isascii())


def words(text: str) -> list[str]:
    """The folded words of a text, in order, empty ones dropped."""
    return [folded for word in _WORD.findall(text) if (folded := fold_word(word))]

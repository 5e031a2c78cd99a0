"""A second opinion on requests to evade rules or to harm: learned from examples, where the rules have no words for one.

A logistic regression over folded words, their beginnings, neighbours and senses (`senses.py`), and pairs of senses,
hashed into 131,072 weights. It is trained by `scripts/train_requests.py` from the examples of the tests and the
phrasings of the cards; nothing is learned in use.
"""

from __future__ import annotations

import math
import struct
import zlib
from array import array
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import combinations, pairwise
from typing import Final

from bot.answers.fold import words
from bot.answers.senses import senses_of

SIZE: Final = 2**17
FILE: Final = "requests.f16"
"""The bias, then the weights: half-precision numbers, least byte first."""
MOST_WORDS: Final = 60
_NEAR: Final = 3
"""Words between which the order of two senses counts."""
_BEGINNINGS: Final = (4, 6)
_PIECE: Final = 5
"""Letters of a word in a pair of neighbours."""
_LENGTH: Final = 5
_LONGEST: Final = 6


def features(text: str) -> list[int]:
    """What a message is made of, as positions of weights, each once."""
    found = words(text)[:MOST_WORDS]
    if not found:
        return []
    meant = [senses_of(word) for word in found]
    named = {f"w{word}" for word in found}
    named.update(f"p{size}{word[:size]}" for word in found for size in _BEGINNINGS)
    named.update(f"b{one[:_PIECE]} {other[:_PIECE]}" for one, other in pairwise(found))
    senses = sorted({sense for each in meant for sense in each})
    named.update(f"c{sense}" for sense in senses)
    named.update(f"c{one}+{other}" for one, other in combinations(senses, 2))
    named.update(_in_order(meant))
    named |= {f"first {found[0][:_PIECE]}", f"last {found[-1][:_PIECE]}"}
    named.update(f"{place} {sense}" for place, each in enumerate(meant[:2]) for sense in each)
    named.add(f"long {min(_LONGEST, len(found) // _LENGTH)}")
    return sorted({zlib.crc32(name.encode()) % SIZE for name in named})


def _in_order(meant: Sequence[Sequence[str]]) -> Iterator[str]:
    """Pairs of senses of words that stand near each other, in their order."""
    for at, one in enumerate(meant):
        for other in meant[at + 1 : at + 1 + _NEAR]:
            for first in one:
                for then in other:
                    yield f"n{first}>{then}"


def likelihood(text: str) -> float:
    """How much a message looks like a request to evade or to harm, 0..1."""
    at = features(text)
    bias, weights = _weights()
    return 1 / (1 + math.exp(-(bias + sum(weights[position] for position in at) / math.sqrt(max(1, len(at))))))


@cache
def _weights() -> tuple[float, array[float]]:
    numbers = struct.iter_unpack("<e", resources.files("bot.answers").joinpath(FILE).read_bytes())
    (bias,) = next(numbers)
    return bias, array("f", (weight for (weight,) in numbers))

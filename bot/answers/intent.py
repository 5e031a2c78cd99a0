"""A second opinion on requests to evade rules or to harm: learned from examples, where the rules have no words for one.

A logistic regression over folded words, their n-grams and pairs of words, hashed into 32,768 weights. It is trained by
`scripts/train_requests.py` from the examples of the tests and the phrasings of the cards; nothing is learned in use.
"""

from __future__ import annotations

import math
import struct
import zlib
from functools import cache
from importlib import resources
from itertools import combinations, pairwise
from typing import Final

from bot.answers.fold import words
from bot.answers.search import PREFIX, grams

SIZE: Final = 2**15
FILE: Final = "requests.f16"
"""The bias, then the weights: half-precision numbers, least byte first."""
MOST_WORDS: Final = 60


def features(text: str) -> list[int]:
    """What a message is made of, as positions of weights, each once."""
    found = words(text)[:MOST_WORDS]
    named = {f"g{gram}" for gram in grams(found)}
    named |= {f"w{word}" for word in found} | {f"p{word[:PREFIX]}" for word in found}
    named |= {f"b{one[:5]} {other[:5]}" for one, other in pairwise(found)}
    beginnings = sorted({word[:PREFIX] for word in found if len(word) > 2})
    named |= {f"s{one}+{other}" for one, other in combinations(beginnings, 2)}
    return sorted({zlib.crc32(name.encode()) % SIZE for name in named})


def likelihood(text: str) -> float:
    """How much a message looks like a request to evade or to harm, 0..1."""
    at = features(text)
    weights = _weights()
    total = sum(weights[1 + position] for position in at)
    return 1 / (1 + math.exp(-(weights[0] + total / math.sqrt(max(1, len(at))))))


@cache
def _weights() -> tuple[float, ...]:
    return struct.unpack(f"<{1 + SIZE}e", resources.files("bot.answers").joinpath(FILE).read_bytes())

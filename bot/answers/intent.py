"""A second opinion on requests to evade rules or to harm: learned from examples, where the rules have no words for one.

A logistic regression over folded words, their n-grams, the ideas of the rules and pairs of both, hashed into 32,768
weights. The ideas hold words of three languages, so that what was learned in one of them helps in the others. It is
trained by `scripts/train_requests.py` from the examples of the tests and the phrasings of the cards; nothing is learned
in use.
"""

from __future__ import annotations

import math
import re
import struct
import zlib
from functools import cache
from importlib import resources
from itertools import combinations, pairwise
from typing import Final

from bot.answers import refusal_acts, refusal_excuses, refusal_ideas
from bot.answers.fold import words
from bot.answers.ideas import message
from bot.answers.search import PREFIX, grams

SIZE: Final = 2**15
FILE: Final = "requests.f16"
"""The bias, then the weights: half-precision numbers, least byte first."""
MOST_WORDS: Final = 60
_IDEAS: Final = {
    name: value
    for module in (refusal_acts, refusal_excuses, refusal_ideas)
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern)
}


def features(text: str) -> list[int]:
    """What a message is made of, as positions of weights, each once."""
    found = words(text)[:MOST_WORDS]
    named = {f"g{gram}" for gram in grams(found)}
    named |= {f"w{word}" for word in found} | {f"p{word[:PREFIX]}" for word in found}
    named |= {f"b{one[:5]} {other[:5]}" for one, other in pairwise(found)}
    beginnings = sorted({word[:PREFIX] for word in found if len(word) > 2})
    named |= {f"s{one}+{other}" for one, other in combinations(beginnings, 2)}
    said = message(text)
    ideas = sorted(name for name, idea in _IDEAS.items() if idea.search(said))
    named |= {f"i{name}" for name in ideas} | {f"i{one}+{other}" for one, other in combinations(ideas, 2)}
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

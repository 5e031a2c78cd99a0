"""The index over the cards: folded character n-grams, one document a topic, all three languages together.

A question needs no language and no spelling: n-grams of the folded text match Kazakh, Russian, English, Latin-script
and mistyped words alike. N-grams the index has never seen count in the question's length with the greatest weight,
so a question about something else scores low even when a few of its words are ours.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from bot.answers.fold import words
from bot.answers.frame import FRAME

GRAM_SIZES: Final = (3, 4)
PREFIX: Final = 4


class Field(NamedTuple):
    """A piece of a document and how many times it counts."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A document found, with its score and the parts the score is made of (each 0..1)."""

    id: str
    score: float
    merged: float
    nearest: float
    prefixes: float


def content_words(text: str) -> list[str]:
    """Folded words without those that only frame a question; all of them when nothing else is left."""
    found = words(text)
    return [word for word in found if word not in FRAME] or found


def grams(found: Iterable[str]) -> Counter[str]:
    """The character n-grams of folded words, each word padded with spaces."""
    counted: Counter[str] = Counter()
    for word in found:
        padded = f" {word} "
        for size in GRAM_SIZES:
            counted.update(padded[start : start + size] for start in range(len(padded) - size + 1))
    return counted


class Vectors:
    """TF-IDF vectors with cosine similarity. Postings are flat arrays: small, and fast enough in plain Python."""

    def __init__(self, documents: Sequence[Mapping[str, float]]) -> None:
        frequency: Counter[str] = Counter()
        for document in documents:
            frequency.update(document.keys())
        self._count = len(documents)
        self._idf = {term: self._rarity(seen) for term, seen in frequency.items()}
        self._unseen = self._rarity(0)
        postings: dict[str, list[tuple[int, float]]] = {term: [] for term in frequency}
        for position, document in enumerate(documents):
            weights = {term: self._weight(count, self._idf[term]) for term, count in document.items()}
            length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
            for term, weight in weights.items():
                postings[term].append((position, weight / length))
        self._span: dict[str, tuple[int, int]] = {}
        self._ids, self._weights = array("H"), array("f")
        for term, entries in postings.items():
            start = len(self._ids)
            self._ids.extend(position for position, _ in entries)
            self._weights.extend(weight for _, weight in entries)
            self._span[term] = (start, len(self._ids))

    def _rarity(self, seen: int) -> float:
        return math.log((1 + self._count) / (1 + seen)) + 1

    @staticmethod
    def _weight(count: float, rarity: float) -> float:
        return (1 + math.log(count)) * rarity if count >= 1 else count * rarity

    def cosines(self, query: Mapping[str, float]) -> list[float]:
        """The cosine of the query with every document, in their order."""
        totals = [0.0] * self._count
        square = 0.0
        for term, count in query.items():
            weight = self._weight(count, self._idf.get(term, self._unseen))
            square += weight * weight
            span = self._span.get(term)
            if span is not None:
                start, end = span
                for position, held in zip(self._ids[start:end], self._weights[start:end], strict=True):
                    totals[position] += weight * held
        length = math.sqrt(square) or 1.0
        return [total / length for total in totals]


class Index:
    """Documents by id, searched by question."""

    def __init__(self, documents: Mapping[str, Sequence[Field]], examples: Mapping[str, Sequence[str]]) -> None:
        """`documents`: all the text of each; `examples`: questions people ask that each answers."""
        self._ids = list(documents)
        self._merged = Vectors([self._gram_counts(fields) for fields in documents.values()])
        self._prefix = Vectors([self._prefix_counts(fields) for fields in documents.values()])
        rows = [(number, text) for number, id_ in enumerate(self._ids) for text in examples.get(id_, ())]
        self._owner = [number for number, _ in rows]
        self._nearest = Vectors([grams(content_words(text)) for _, text in rows])

    @staticmethod
    def _gram_counts(fields: Sequence[Field]) -> Counter[str]:
        total: Counter[str] = Counter()
        for text, weight in fields:
            for gram, count in grams(content_words(text)).items():
                total[gram] += count * weight  # type: ignore[assignment]
        return total

    @staticmethod
    def _prefix_counts(fields: Sequence[Field]) -> Counter[str]:
        total: Counter[str] = Counter()
        for text, weight in fields:
            for word in content_words(text):
                total[word[:PREFIX]] += weight  # type: ignore[assignment]
        return total

    def search(self, question: str) -> list[Hit]:
        """Every document, best first."""
        asked = content_words(question)
        query = grams(asked)
        merged = self._merged.cosines(query)
        prefixes = self._prefix.cosines(Counter(word[:PREFIX] for word in asked))
        nearest = [0.0] * len(self._ids)
        for owner, cosine in zip(self._owner, self._nearest.cosines(query), strict=True):
            if cosine > nearest[owner]:
                nearest[owner] = cosine
        hits = [
            Hit(id_, blend(merged[n], nearest[n], prefixes[n]), merged[n], nearest[n], prefixes[n])
            for n, id_ in enumerate(self._ids)
        ]
        return sorted(hits, key=lambda hit: -hit.score)


def blend(merged: float, nearest: float, prefixes: float) -> float:
    """One score, 0..1, from the three measures."""
    return 0.55 * merged + 0.35 * nearest + 0.10 * prefixes

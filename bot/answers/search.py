"""The index over the cards: folded character n-grams, one document a topic, all three languages together.

A question needs no language and no spelling: n-grams of the folded text match Kazakh, Russian, English, Latin-script
and mistyped words alike. N-grams the index has never seen count in the question's length with the greatest weight,
so a question about something else scores low even when a few of its words are ours.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from bot.answers.fold import words
from bot.answers.frame import FRAME
from bot.answers.synonyms import meanings

GRAM_SIZES: Final = (3, 4)
PREFIX: Final = 4
# Measured on tests/answers/questions.jsonl: hit@1 changes by less than a point over 0.2..0.5 of both.
PREFIX_SHARE: Final = 0.35
MEANING_WEIGHT: Final = 0.4
NOTHING_SHARED: Final = 0.1
CONTEXT_WEIGHT: Final = 0.5
"""What the words of the topic count beside those of a follow-up."""


class Field(NamedTuple):
    """A piece of a document and how many times it counts."""

    text: str
    weight: float


class Hit(NamedTuple):
    """A document found and how well it fits, 0..1."""

    id: str
    score: float


def content_words(text: str) -> list[str]:
    """Folded words without those that only frame a question; all of them when nothing else is left."""
    found = words(text)
    return [word for word in found if word not in FRAME] or found


def prefixes(found: Iterable[str]) -> Counter[str]:
    """The first letters of folded words."""
    return Counter(word[:PREFIX] for word in found)


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
    """Documents by id, searched by question.

    A document has a score from its n-grams and one from the first letters of its words; the second reads only the
    fields that are about the subject (`weight` 1 or more), since the long text names many neighbouring subjects.
    Both are lowered by the share of the question's words that the document has nothing like: one rare word in common
    ("translate this sentence") is not a common subject.
    """

    def __init__(self, documents: Mapping[str, Sequence[Field]]) -> None:
        self._ids = list(documents)
        counted = [[(content_words(text), weight) for text, weight in fields] for fields in documents.values()]
        self._grams = Vectors([_total(grams, fields) for fields in counted])
        self._prefixes = Vectors([_total(prefixes, fields, least=1) for fields in counted])
        self._having: dict[str, set[int]] = {}
        for position, fields in enumerate(counted):
            for prefix in _total(prefixes, fields):
                self._having.setdefault(prefix, set()).add(position)
        vocabulary = Counter(word for fields in counted for found, _ in fields for word in found)
        self._vocabulary = frozenset(vocabulary)
        self._by_letters = {_letters(w): w for w, _ in reversed(vocabulary.most_common()) if len(w) >= PREFIX}

    def search(self, question: str, context: str = "") -> list[Hit]:
        """Every document, best first. `context`: what was talked about, for a question that goes on with it."""
        asked = [self._unscrambled(word) for word in content_words(question)]
        also = meanings(asked)
        queries = _with(grams(asked), grams(also)), _with(prefixes(asked), prefixes(also))
        if context:
            before = content_words(context)
            queries = (
                _with(queries[0], grams(before), CONTEXT_WEIGHT),
                _with(queries[1], prefixes(before), CONTEXT_WEIGHT),
            )
        by_grams, by_prefixes = self._grams.cosines(queries[0]), self._prefixes.cosines(queries[1])
        shared = self._shares(asked)
        hits = []
        for id_, one, other, share in zip(self._ids, by_grams, by_prefixes, shared, strict=True):
            score = (1 - PREFIX_SHARE) * one + PREFIX_SHARE * other
            hits.append(Hit(id_, score * math.sqrt((share + NOTHING_SHARED) / (1 + NOTHING_SHARED))))
        return sorted(hits, key=lambda hit: -hit.score)

    def _shares(self, asked: Sequence[str]) -> list[float]:
        """For each document the share of the words asked that it, or a meaning of theirs, has something like."""
        known = [0] * len(self._ids)
        for word in asked:
            beginnings = {one[:PREFIX] for one in (word, *meanings([word]))}
            for position in set().union(*(self._having.get(beginning, ()) for beginning in beginnings)):
                known[position] += 1
        return [count / len(asked) for count in known] if asked else [0.0] * len(known)

    def _unscrambled(self, word: str) -> str:
        """An unknown word whose letters are a known word's in another order ("vidoe") becomes that word."""
        if word in self._vocabulary or len(word) < PREFIX:
            return word
        return self._by_letters.get(_letters(word), word)


def _letters(word: str) -> str:
    return word[0] + "".join(sorted(word))


def _total(
    count: Callable[[Iterable[str]], Counter[str]], fields: Iterable[tuple[Sequence[str], float]], least: float = 0
) -> dict[str, float]:
    """The counts of all fields together, each times its weight, fields under `least` left out."""
    total: dict[str, float] = {}
    for found, weight in fields:
        if weight >= least:
            for term, times in count(found).items():
                total[term] = total.get(term, 0.0) + times * weight
    return total


def _with(asked: Mapping[str, float], also: Mapping[str, float], weight: float = MEANING_WEIGHT) -> dict[str, float]:
    """What was asked and, with less weight, what that also means."""
    query = dict(asked)
    for term, times in also.items():
        query[term] = max(query.get(term, 0.0), weight * times)
    return query

"""Questions without an answer, kept for a month so that the cards can get better. By consent, and without a person.

A row holds the words, the language, the day and which card did not help. What could tell who asked (names of
accounts, numbers, addresses) is taken out before the row is written.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, TypeAlias, cast

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers.search import content_words, grams
from bot.answers.talks import LASTS
from bot.answers.topics import Lang
from bot.db.engine import Database
from bot.db.tables import MissRow, TalkRow

Kind: TypeAlias = Literal["none", "other"]
"""`none`: not in the sources; `other`: a card was shown, and it was not what was asked."""

KEPT: Final = timedelta(days=30)
LONGEST: Final = 300
ALIKE: Final = 0.3
MOST_CLUSTERED: Final = 2_000

_TELLING: Final = re.compile(r"(?:https?://|www\.|t\.me/)\S+|\S+@\S+\.\w+|@\w+|\+?\d[\d\s()-]{6,}\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Miss:
    """One question as it is kept. `card`: what was shown instead, with kind `other`."""

    text: str
    lang: Lang
    kind: Kind
    card: str | None
    asked_on: date


@dataclass(frozen=True, slots=True)
class Cluster:
    """Questions that look alike, the most typical first."""

    misses: tuple[Miss, ...]

    @property
    def typical(self) -> str:
        return self.misses[0].text


def nameless(text: str) -> str:
    """A question without links, addresses, account names and long numbers, cut to what is kept."""
    return " ".join(_TELLING.sub("…", text).split())[:LONGEST]


async def missed(db: Database, person_id: int, kind: Kind, now: datetime, *, agreed: bool | None) -> bool:
    """The last question had no answer, or another one. Kept when the person agreed; True when they are to be asked.

    A question counts once, however often a button is pressed.
    """
    async with db.transaction() as tx:
        talk = await tx.get(TalkRow, person_id, with_for_update=True)
        if talk is None or now - talk.at > LASTS or not talk.question or agreed is False:
            return False
        talk.missed = kind
        if agreed:
            _keep(tx, talk, now.date())
        return agreed is None


async def answer_consent(db: Database, person_id: int, yes: bool, now: datetime) -> None:
    """The person said whether such questions may be kept: the one that waited is kept, or forgotten."""
    async with db.transaction() as tx:
        talk = await tx.get(TalkRow, person_id, with_for_update=True)
        if talk is None or talk.missed is None:
            return
        if yes and now - talk.at <= LASTS:
            _keep(tx, talk, now.date())
        talk.missed = None


def _keep(tx: AsyncSession, talk: TalkRow, today: date) -> None:
    """Write the question down without its person, and use it up."""
    card = talk.card if talk.missed == "other" else None
    tx.add(MissRow(text=nameless(talk.question), lang=talk.lang, kind=talk.missed, card=card, asked_on=today))
    talk.question, talk.missed = "", None


async def kept(db: Database) -> list[Miss]:
    """Everything kept, the newest day first."""
    async with db.transaction() as tx:
        rows = await tx.scalars(select(MissRow).order_by(MissRow.asked_on.desc(), MissRow.id.desc()))
        return [Miss(r.text, cast("Lang", r.lang), cast("Kind", r.kind), r.card, r.asked_on) for r in rows]


async def forget_old(db: Database, now: datetime) -> None:
    """Drop what has been kept for a month."""
    async with db.transaction() as tx:
        await tx.execute(delete(MissRow).where(MissRow.asked_on < (now - KEPT).date()))


def clusters(misses: Sequence[Miss]) -> list[Cluster]:
    """Questions grouped by the n-grams they share, in whatever script and language; the largest groups first.

    A question joins the group whose sum of vectors it is most like, or begins one.
    """
    vectors = [_vector(miss.text) for miss in misses[:MOST_CLUSTERED]]
    sums: list[Counter[str]] = []
    members: list[list[int]] = []
    for number, vector in enumerate(vectors):
        likeness = [_cosine(vector, each) for each in sums]
        best = max(range(len(sums)), key=likeness.__getitem__, default=-1)
        if best < 0 or likeness[best] < ALIKE:
            best = len(sums)
            sums.append(Counter())
            members.append([])
        for gram, weight in vector.items():
            sums[best][gram] += weight
        members[best].append(number)
    made = []
    for total, group in zip(sums, members, strict=True):
        typical_first = sorted(group, key=lambda number: -_cosine(vectors[number], total))
        made.append(Cluster(tuple(misses[number] for number in typical_first)))
    return sorted(made, key=lambda cluster: -len(cluster.misses))


def _vector(text: str) -> Counter[str]:
    counted = Counter({gram: float(1 + math.log(times)) for gram, times in grams(content_words(text)).items()})
    length = math.sqrt(sum(weight * weight for weight in counted.values())) or 1.0
    return Counter({gram: weight / length for gram, weight in counted.items()})


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    length = math.sqrt(sum(weight * weight for weight in other.values())) or 1.0
    return sum(weight * other.get(gram, 0.0) for gram, weight in one.items()) / length


def as_rows(misses: Iterable[Miss]) -> list[dict[str, str | None]]:
    """Questions for JSON lines."""
    return [
        {"text": m.text, "lang": m.lang, "kind": m.kind, "card": m.card, "asked_on": m.asked_on.isoformat()}
        for m in misses
    ]

"""What a person asked last: kept ten minutes, so that a follow-up and "Not what I asked" know what they are about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import delete

from bot.answers.topics import Lang
from bot.db.engine import Database
from bot.db.tables import TalkRow

LASTS: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Talk:
    """The last question and what was shown. `card`: None when none was; `others`: the next best cards."""

    card: str | None
    lang: Lang
    question: str
    others: tuple[str, ...] = ()


async def remember(db: Database, person_id: int, talk: Talk, now: datetime) -> None:
    """Keep this instead of what was there."""
    async with db.transaction() as tx:
        await tx.merge(
            TalkRow(
                person_id=person_id,
                card=talk.card,
                lang=talk.lang,
                question=talk.question,
                others=list(talk.others),
                missed=None,
                at=now,
            )
        )


async def last(db: Database, person_id: int, now: datetime) -> Talk | None:
    """What was talked about, unless ten minutes have passed."""
    async with db.transaction() as tx:
        row = await tx.get(TalkRow, person_id)
        if row is None or now - row.at > LASTS:
            return None
        return Talk(row.card, cast("Lang", row.lang), row.question, tuple(row.others))


async def turn_to(db: Database, person_id: int, card: str, now: datetime) -> None:
    """A card was opened by a button under an answer: follow-ups go on with it, the cards beside it stay on offer."""
    async with db.transaction() as tx:
        row = await tx.get(TalkRow, person_id, with_for_update=True)
        if row is not None and now - row.at <= LASTS:
            offered = [row.card, *row.others] if row.card else row.others
            row.others = [each for each in offered if each != card]
            row.card, row.at = card, now


async def forget_old(db: Database, now: datetime) -> None:
    """Drop what nobody can go on with."""
    async with db.transaction() as tx:
        await tx.execute(delete(TalkRow).where(TalkRow.at < now - LASTS))

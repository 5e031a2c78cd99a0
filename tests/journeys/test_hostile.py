"""Whatever comes in: it is answered or refused, nobody's things change but the sender's own, and nothing breaks.

Updates are made from the Bot API's own description, texts from what attackers write, taps from other people's buttons.
Wrong secrets, bodies too large and broken JSON are in `tests/test_web.py`; broken audio in `tests/detector`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import count, product
from types import ModuleType
from typing import Any

import pytest
from aiogram.filters.callback_data import CallbackData
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import select

import handlers.dispatcher
from bot import limits, metrics
from bot.db.tables import InboxRow, PersonRow
from bot.limits import Answer
from bot.reminders import service, timer
from tests.journeys.conftest import World, free_port
from tests.sandbox.test_fuzz import typed
from tests.support import planned

_ids = count(2**40)

TEXTS = (
    "'; drop table people; --",
    "1' or '1'='1",
    "<b>bold</b><script>alert(1)</script>",
    "<a href='tg://user?id=1'>x</a> &lt;b&gt; &#0; &amp;",
    "*bold* _it_ `code` [x](tg://user?id=1) ||s||",
    "{number} {0} %s %(x)s {{}} $" + "{x}",
    "\u202eevil\u202c \u200b\u200d\ufeff",
    "every Tuesday 19:00 <b>'; drop table plans; --",
    "/plan " + "<" * 500,
    "/plan every Tuesday 25:99",
    "/start " + "A" * 64,
    "/start <script>",
    "👩‍👩‍👧‍👦" * 300,
    "a" * 4096,
    "0" * 4096,
    "вт " * 1300,
    "every " * 680,
    "\x00\x01\x02 null",
    "BEGIN:VCALENDAR\nRRULE:FREQ=SECONDLY;COUNT=999999999",
    "https://www.youtube.com/channel/UC" + "/.." * 30,
    "=cmd|' /C calc'!A0",
    "١٩:٠٠ каждый вторник",
)


@pytest.fixture(autouse=True)
def _no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """One person sends more here than anybody may."""
    monkeypatch.setattr(limits.Limits, "ask", lambda *_: Answer.HANDLE)


@pytest.fixture(scope="module")
def detector_url() -> str:
    """Nobody's address: what comes in is judged by handlers, not by the detector."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture
async def new_url(migrated_sqlite: Any, tmp_path: Any) -> Any:
    """One database is enough here: what is asked is what handlers do with what they are given."""
    import shutil

    async def make() -> str:
        shutil.copy(migrated_sqlite, tmp_path / "hostile.db")
        return f"sqlite+aiosqlite:///{tmp_path / 'hostile.db'}"

    return make


async def handle(world: World, update: dict[str, Any]) -> str:
    """Hand an update to the bot as the webhook would; what became of it."""
    update_id = next(_ids)
    await world.tirek.inbox.handle_now({"update_id": update_id, **update})
    async with world.tirek.db.transaction() as tx:
        return str(await tx.scalar(select(InboxRow.state).where(InboxRow.update_id == update_id)))


def incidents() -> float:
    return float(metrics.incidents._value.get())


def user(person: int) -> dict[str, Any]:
    return {"id": person, "is_bot": False, "first_name": "<b>A</b>'; --", "language_code": "en"}


def said(person: int, message_id: int, **content: Any) -> dict[str, Any]:
    chat = {"id": person, "type": "private", "first_name": "A"}
    return {"message_id": message_id, "date": 1790000000, "from": user(person), "chat": chat, **content}


def pressed(person: int, message_id: int, data: str) -> dict[str, Any]:
    message = said(person, message_id, text="…")
    query = {"id": str(next(_ids)), "from": user(person), "chat_instance": "1", "message": message, "data": data}
    return {"callback_query": query}


# --- Updates from the description -------------------------------------------------------------------------------------

KINDS = {
    "message": "Message",
    "edited_message": "Message",
    "channel_post": "Message",
    "callback_query": "CallbackQuery",
    "inline_query": "InlineQuery",
    "my_chat_member": "ChatMemberUpdated",
    "chat_member": "ChatMemberUpdated",
    "message_reaction": "MessageReactionUpdated",
    "poll_answer": "PollAnswer",
}
UPDATES = st.sampled_from(sorted(KINDS)).flatmap(lambda kind: typed(KINDS[kind], 1).map(lambda made: {kind: made}))


async def test_updates_made_from_the_bot_api_break_nothing(world: World) -> None:
    made: list[dict[str, Any]] = []

    @seed(20261130)
    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(UPDATES)
    def collect(update: dict[str, Any]) -> None:
        made.append(update)

    collect()
    person = await world.person("en")
    await person.say("/start")
    for update in made:  # what has invented ids in it is refused by Telegram and parked
        assert await handle(world, update) in ("done", "parked"), update
    assert "People" not in str(await person.say("/help")), "it lives, and goes on answering"


# --- Texts ------------------------------------------------------------------------------------------------------------


async def test_hostile_texts_are_answered_in_every_place_that_takes_a_text(world: World) -> None:
    """A message of its own, and what is written where the bot waits for an answer."""
    person = await world.person("en")
    first = await person.say("/start")
    before = incidents()
    for before_it, text in product(("", "/plan", "/connect"), TEXTS):
        content: dict[str, Any] = {"text": text}
        if text.startswith("/"):
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        if before_it:
            entity = {"type": "bot_command", "offset": 0, "length": len(before_it)}
            await handle(world, {"message": said(person.id, first["message_id"], text=before_it, entities=[entity])})
        state = await handle(world, {"message": said(person.id, first["message_id"], **content)})
        assert state == "done", text[:60]
    assert incidents() == before
    async with world.tirek.db.transaction() as tx:
        assert list(await tx.scalars(select(PersonRow.id))) == [person.id]


# --- Taps on other people's buttons -----------------------------------------------------------------------------------


def buttons(module: ModuleType) -> list[type[CallbackData]]:
    """Every kind of button that the handlers know."""
    found: list[type[CallbackData]] = []
    waiting = list(CallbackData.__subclasses__())
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if one.__module__.startswith(module.__name__.partition(".")[0]):
            found.append(one)
    return sorted(found, key=lambda each: each.__prefix__)


WORDS = ("done", "skipped", "delete", "pause", "resume", "off", "on", "yes", "all", "none", "0", "1", "x")


def forged(kind: type[CallbackData], ids: list[int], dice: random.Random) -> Iterator[str]:
    """Callback data of a kind with somebody else's ids, and any words."""
    fields = kind.model_fields
    for word, number in product(WORDS, ids):
        values = []
        for name, field in fields.items():
            numeric = "int" in str(field.annotation) and "str" not in str(field.annotation)
            values.append(str(number if name.endswith("id") else dice.choice([number, 0, 1])) if numeric else word)
        data = ":".join([kind.__prefix__, *values])
        if len(data.encode()) <= 64:
            yield data


async def test_forged_taps_change_nothing_of_somebody_else(world: World) -> None:
    """Everything the victim has is tried by a stranger, with every kind of button."""
    victim, stranger = await world.person("en", "Victim"), await world.person("en", "Stranger")
    await victim.say("/start")
    mine = await stranger.say("/start")
    app = world.tirek.app
    person = await app.people.get(victim.id)
    assert person is not None
    plan = await planned(app.db, person, 1, 3, 5, now=app.now())
    async with app.db.transaction() as tx:
        from bot.db.tables import PlanRow

        (await tx.get_one(PlanRow, plan.id)).next_due_at = app.now()
    await timer.work(app.db, app.now())
    ids = sorted({plan.id, *(slot.id for _, slot in await service.open_slots(app.db, person, range(1, 9)))})
    assert ids
    dice = random.Random(11)
    before = await app.people.export(victim.id)
    kinds = buttons(handlers.dispatcher)
    assert len(kinds) > 30
    tried = 0
    for kind in kinds:
        everything = list(forged(kind, ids, dice))
        for data in dice.sample(everything, min(4, len(everything))):
            # A word that no button has may park the tap; one that erases the stranger's own rows takes its own along.
            state = await handle(world, pressed(stranger.id, mine["message_id"], data))
            assert state in ("done", "parked", "None"), data
            tried += 1
    assert tried > 100
    after = await app.people.export(victim.id)
    for table in ("inbox", "outbox"):  # what the bot itself sends goes on meanwhile
        before.pop(table, None)
        after.pop(table, None)
    assert after == before

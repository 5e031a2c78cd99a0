"""A group that publishes together: one plan, turns, marks of any member, admins, moving to a supergroup."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from bot.db.tables import MemberRow, PersonRow, PlanRow, SlotRow
from bot.i18n import Language, Translator
from tests.journeys.conftest import LANGUAGES, Chatter, World, datas, shown

PLANS = {"kk": "сейсенбі 19:00 YouTube", "ru": "вт 19:00 YouTube", "en": "Tue 19:00 YouTube"}


@dataclass
class Room:
    """A group chat as its members see it."""

    world: World
    id: int

    async def messages(self, after: int = 0) -> list[dict[str, Any]]:
        """What the group shows."""
        answer = await self.world.http.get(f"/sandbox/chats/{self.id}/messages", params={"after": after})
        return [each for each in answer.raise_for_status().json()["messages"] if not each.get("deleted")]

    async def bot_says(self, after: int = 0) -> list[dict[str, Any]]:
        """The bot's messages, oldest first."""
        return [each for each in await self.messages(after) if each.get("from", {}).get("is_bot")]

    async def until_said(self, after: int = 0) -> dict[str, Any]:
        """The bot's first message after one of the group's."""
        for _ in range(600):
            if found := await self.bot_says(after):
                return found[0]
            await asyncio.sleep(0.05)
        raise AssertionError("the bot did not answer")

    async def say(self, who: Chatter, text: str, **more: Any) -> int:
        body = {"from": who.id, "chat": self.id, "text": text, **more}
        sent = (await self.world.http.post("/sandbox/messages", json=body)).raise_for_status().json()
        return int(sent["message_id"])

    async def ask(self, who: Chatter, text: str, **more: Any) -> dict[str, Any]:
        """Write, and return what the bot answers."""
        return await self.until_said(await self.say(who, text, **more))

    async def press(self, who: Chatter, message: dict[str, Any], prefix: str) -> tuple[dict[str, Any], str]:
        """Press a button; the message as it is after that, and the toast."""
        data = next(each for each in datas(message) if each.startswith(prefix))
        body = {"from": who.id, "chat": self.id, "message_id": message["message_id"], "data": data}
        toast = (await self.world.http.post("/sandbox/press", json=body, timeout=30)).raise_for_status().json()
        assert toast["answered"]
        await self.world.tirek.clock.idle()
        now = next(each for each in await self.messages() if each["message_id"] == message["message_id"])
        return now, toast["text"] or ""

    async def member(self, who: Chatter | int, status: str) -> None:
        user = who if isinstance(who, int) else who.id
        body = {"chat": self.id, "user": user, "status": status}
        (await self.world.http.post("/sandbox/membership", json=body)).raise_for_status()

    async def plan(self, admin: Chatter, text: str = "Tue 19:00 YouTube") -> dict[str, Any]:
        """An admin's plan, turned on."""
        preview = await self.ask(admin, f"/plan {text}")
        on, _ = await self.press(admin, preview, "ok:")
        return on

    async def reminder(self, after: int = 0) -> dict[str, Any]:
        """The newest message that waits for an answer."""
        return [each for each in await self.bot_says(after) if any(d.startswith("an:") for d in datas(each))][-1]


async def team(world: World, language: str = "en", kind: str = "group") -> tuple[Room, Chatter, Chatter, Chatter]:
    """A group with the bot: Aru, an admin, Beka, and Saule; it is Monday morning in Almaty."""
    await world.set_clock("2026-11-23T10:00:00+05:00")
    people = [await world.person(language, name) for name in ("Aru <3", "Beka", "Saule")]
    ids = [person.id for person in people]
    body = {"type": kind, "title": "Студия", "members": ids, "admins": ids[:1]}
    made = (await world.http.post("/sandbox/chats", json=body)).raise_for_status().json()
    room = Room(world, made["id"])
    await room.until_said()
    return room, people[0], people[1], people[2]


def in_turn(message: dict[str, Any]) -> list[int]:
    """Whom a message mentions."""
    found = [each for each in message.get("entities", []) if each["type"] == "text_mention"]
    return [each["user"]["id"] for each in found]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_group_plans_takes_turns_and_publishes(world: World, language: Language) -> None:
    t = Translator(language)
    room, aru, beka, _ = await team(world, language)
    [hello] = await room.bot_says()
    assert "/team" in shown(hello)
    assert t.plain("New plan") in str(hello["reply_markup"])
    on = await room.plan(aru, PLANS[language])
    assert "YouTube" in shown(on)
    for member in (aru, beka):
        queue, toast = await room.press(member, await room.ask(member, "/team"), "tj")
        assert toast == t.plain("You take turns now")
    assert shown(queue).index("1. Aru <3") < shown(queue).index("2. Beka")
    assert "Aru <3" in shown(await room.ask(beka, "/today"))
    before = (await room.messages())[-1]["message_id"]
    await world.advance(days=1, hours=10)
    reminder = await room.reminder(before)
    assert in_turn(reminder) == [aru.id]
    done, toast = await room.press(beka, reminder, "an:")
    assert toast == t.plain("Marked as done")
    assert t.plain("Marked by {name}", name="Beka") in shown(done)
    stats = shown(await room.ask(beka, "/stats"))
    assert t.plain("Published in 13 weeks: {people}", people="Beka 1") in stats
    await world.advance(weeks=1)
    assert in_turn(await room.reminder(before)) == [beka.id], "each slot goes to the next"


async def test_only_admins_change_plans_and_everybody_marks_and_looks(world: World) -> None:
    room, aru, beka, saule = await team(world)
    refused = await room.ask(beka, "/plan Tue 19:00 YouTube")
    assert "Only admins" in shown(refused)
    preview = await room.ask(aru, "/plan Tue 19:00 YouTube")
    unchanged, toast = await room.press(beka, preview, "ok:")
    assert "Only admins" in toast
    assert shown(unchanged) == shown(preview)
    await room.press(aru, preview, "ok:")
    listed = await room.ask(saule, "/plans")
    opened, _ = await room.press(saule, listed, "pl:")
    assert "YouTube" in shown(opened)
    for action in ("pause", "delete", "change"):
        data = next(each for each in datas(opened) if each.endswith(f":{action}"))
        _, toast = await room.press(saule, opened, data)
        assert "Only admins" in toast
    for command in ("/language ru", "/timezone Moscow", "/settings", "/cancel"):
        assert "Only admins" in shown(await room.ask(beka, command))
    await room.member(beka, "promote")
    await world.advance(minutes=2)
    assert "Osh" in shown(await room.ask(beka, "/timezone Osh")), "a new admin may, a minute later at most"


async def test_undo_is_for_who_marked_it_and_for_admins_and_the_first_mark_counts(world: World) -> None:
    room, aru, beka, saule = await team(world)
    await room.plan(aru)
    await world.advance(days=1, hours=10)
    reminder = await room.reminder()
    today = await room.ask(saule, "/today")
    done, _ = await room.press(beka, reminder, "an:")
    _, toast = await room.press(saule, today, "an:")
    assert toast == "Somebody has marked this one already."
    _, toast = await room.press(saule, done, "un:")
    assert "Only the one who marked it" in toast
    reopened, toast = await room.press(beka, done, "un:")
    assert toast == "Taken back"
    done, _ = await room.press(saule, reopened, "an:")
    reopened, toast = await room.press(aru, done, "un:")
    assert toast == "Taken back"
    later, _ = await room.press(saule, reopened, "lt:")
    back, _ = await room.press(saule, later, next(each for each in datas(later) if each.endswith(":back")))
    assert datas(back) == datas(reopened)


async def test_somebody_takes_over_and_the_queue_follows(world: World) -> None:
    room, aru, beka, saule = await team(world)
    await room.plan(aru)
    for member in (aru, beka):
        queue, _ = await room.press(member, await room.ask(member, "/team"), "tj")
    _, toast = await room.press(beka, queue, f"te:{beka.id}")
    assert "Only admins" in toast
    today = await room.ask(beka, "/today")
    today, toast = await room.press(beka, today, "tn:")
    assert toast == "It is yours"
    assert "Beka" in shown(today)
    _, toast = await room.press(saule, today, "tn:")
    assert toast == "Take turns first: /team"
    await world.advance(days=1, hours=10)
    reminder = await room.reminder()
    assert in_turn(reminder) == [beka.id]
    taken, _ = await room.press(saule, reminder, "tk:")
    assert in_turn(taken) == [saule.id]
    await world.advance(weeks=1)
    assert in_turn(await room.reminder(reminder["message_id"])) == [beka.id], "relieved by a volunteer: next in turn"
    queue, _ = await room.press(aru, await room.ask(aru, "/team"), f"te:{beka.id}")
    assert shown(queue).index("Beka") < shown(queue).index("Aru")


async def test_who_leaves_or_erases_everything_is_out_of_the_queue_and_the_plan_stays(world: World) -> None:
    room, aru, beka, saule = await team(world)
    await room.plan(aru)
    for member in (aru, beka, saule):
        await room.press(member, await room.ask(member, "/team"), "tj")
    await room.member(beka, "left")
    await aru.say("/start")
    data = await aru.say("/mydata")
    kept = (await world.http.get(f"/sandbox/files/{data['document']['file_id']}")).json()
    assert len(kept["members"]) == 1
    assert "plans" not in kept, "the plan is the group's"
    assert "Студия" not in str(kept)
    await aru.press(await aru.say("/deleteme"), "er:1")
    await world.tirek.clock.idle()
    assert "Nobody" not in shown(queue := await room.ask(saule, "/team"))
    assert "Saule" in shown(queue)
    assert "Beka" not in shown(queue)
    assert "Aru" not in shown(queue)
    await world.advance(days=1, hours=10)
    assert in_turn(await room.reminder()) == [saule.id]


async def test_the_group_becomes_a_supergroup_and_everything_follows_once(world: World) -> None:
    room, aru, beka, _ = await team(world)
    await room.plan(aru)
    await room.press(beka, await room.ask(beka, "/team"), "tj")
    await world.advance(days=1, hours=10)
    new = (await world.http.post(f"/sandbox/chats/{room.id}/upgrade")).raise_for_status().json()["id"]
    await world.advance(weeks=1)
    moved = Room(world, new)
    assert in_turn(await moved.reminder()) == [beka.id]
    assert "YouTube" in shown(await moved.ask(beka, "/plans"))
    async with world.tirek.db.transaction() as tx:
        assert await tx.get(PersonRow, room.id) is None
        assert set(await tx.scalars(select(PlanRow.person_id))) == {new}
        assert set(await tx.scalars(select(SlotRow.person_id))) == {new}
        assert set(await tx.scalars(select(MemberRow.group_id))) == {new}


async def test_a_supergroup_nobody_told_us_of_is_found_by_the_refused_message(world: World) -> None:
    room, aru, _, _ = await team(world)
    await room.plan(aru)
    world.sandbox.core.updates.add = lambda *_: 0  # type: ignore[method-assign]  # both service messages are lost
    new = (await world.http.post(f"/sandbox/chats/{room.id}/upgrade")).raise_for_status().json()["id"]
    del world.sandbox.core.updates.add
    await world.advance(days=1, hours=10)
    assert datas(await Room(world, new).reminder())[0].startswith("an:")
    assert await world.tirek.app.people.get(room.id) is None


async def test_removed_nothing_is_sent_and_back_again_the_plans_go_on(world: World) -> None:
    room, aru, beka, _ = await team(world)
    await room.plan(aru)
    bot = world.sandbox.core.world.bot_id
    await room.member(bot, "kicked")
    sent = len(await world.calls("sendMessage"))
    await world.advance(weeks=2)
    assert len(await world.calls("sendMessage")) == sent
    await room.member(bot, "member")
    for _ in range(200):
        if "I'm back" in shown((await room.bot_says())[-1]):
            break
        await asyncio.sleep(0.05)
    before = (await room.messages())[-1]["message_id"]
    await world.advance(weeks=1)
    assert len([each for each in await room.bot_says(before) if "Time to publish" in shown(each)]) == 1
    assert "YouTube" in shown(await room.ask(beka, "/plans"))


async def test_the_groups_language_and_zone_are_its_own(world: World) -> None:
    room, aru, beka, _ = await team(world, "ru")
    await beka.say("/start")
    chosen, _ = await room.press(aru, await room.ask(aru, "/language"), "lg:kk")
    assert shown(chosen) == Translator("kk").plain("I'll write in English.")
    offered = await room.ask(aru, "/timezone Istanbul")
    await room.press(aru, offered, "zn:")
    await room.plan(aru, "вт 19:00")
    await world.advance(days=1, hours=11, minutes=5)
    reminder = await room.reminder()
    assert Translator("kk").plain("Done") in str(reminder["reply_markup"])
    sent = [call for call in await world.calls("sendMessage") if "an:" in str(call)]
    assert sent[-1]["time"][:16] == "2026-11-24T16:00"
    assert Translator("ru").plain("Settings") in shown(await beka.say("/settings"))


async def test_ordinary_talk_is_left_alone_and_nobody_is_written_down_for_it(world: World) -> None:
    room, aru, beka, _ = await team(world)
    await room.member(world.sandbox.core.world.bot_id, "administrator")  # it hears everything now
    said = await room.say(beka, "every Tuesday 19:00, shall we?")
    asked = await room.ask(aru, "/plan Tue YouTube")
    await room.say(aru, "18:30", reply_to=said)
    preview = await room.ask(aru, "18:30", reply_to=asked["message_id"])
    assert "18:30" in shown(preview)
    await room.say(aru, "great", reply_to=preview["message_id"])
    await world.advance(seconds=1)
    assert (await room.bot_says())[-1]["message_id"] == preview["message_id"]
    async with world.tirek.db.transaction() as tx:
        assert beka.id not in set(await tx.scalars(select(PersonRow.id)))


async def test_a_button_acts_in_its_own_group_alone(world: World) -> None:
    room, aru, _, _ = await team(world)
    await room.plan(aru)
    other, admin, _, _ = await team(world)
    listed = await other.ask(admin, "/plans")
    async with world.tirek.db.transaction() as tx:
        plan_id = (await tx.scalars(select(PlanRow.id))).one()
    message = world.sandbox.core.world.chats[other.id].messages[listed["message_id"]]
    for data in (f"pl:{plan_id}:delete", "er:1"):
        message.data["reply_markup"] = {"inline_keyboard": [[{"text": "forged", "callback_data": data}]]}
        forged = message.data | {"message_id": listed["message_id"]}
        _, toast = await other.press(admin, forged, data)
        assert toast
    async with world.tirek.db.transaction() as tx:
        assert (await tx.get_one(PlanRow, plan_id)).deleted_at is None
        assert await tx.get(PersonRow, other.id) is not None

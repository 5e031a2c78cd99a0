"""What people do through the control API, and what the bot is told of it."""

import asyncio
import time
from typing import Any

import httpx
import pytest

from .driver import Driver, check

KEYS = {
    "inline_keyboard": [
        [{"text": "Done", "callback_data": "d:1", "style": "success"}, {"text": "Site", "url": "https://a.kz"}]
    ]
}


async def told(driver: Driver, count: int = 1, **more: Any) -> list[dict[str, Any]]:
    """The next updates, judged by the table."""
    found = await driver.updates(**more)
    check(found, ("Array of Update",), "updates")
    assert len(found) == count, found
    return list(found)


async def test_a_person_and_their_first_words(driver: Driver) -> None:
    made = await driver.control(
        "people", id=42, first_name="Айгерім", last_name="Қ", username="@aika", language_code="kk"
    )
    assert made["id"] == 42
    assert made["started"] is False
    sent = await driver.say(42, "  /start ref_1  ")
    (update,) = await told(driver)
    assert update["update_id"] == sent["update_id"]
    message = update["message"]
    assert message["message_id"] == sent["message_id"]
    assert message["from"] == {
        "id": 42,
        "is_bot": False,
        "first_name": "Айгерім",
        "last_name": "Қ",
        "username": "aika",
        "language_code": "kk",
    }
    assert message["chat"] == {
        "id": 42,
        "type": "private",
        "first_name": "Айгерім",
        "last_name": "Қ",
        "username": "aika",
    }
    assert message["text"] == "/start ref_1"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert (await driver.show("state"))["people"][0]["started"] is True


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("people", {}, 400),
        ("people", {"first_name": ""}, 400),
        ("people", {"first_name": "x" * 65}, 400),
        ("people", {"first_name": "x", "id": -1}, 400),
        ("people", {"first_name": "x", "id": 1001}, 409),
        ("people", {"first_name": "x", "username": "ANNA"}, 409),
        ("people", {"first_name": "x", "username": "ы"}, 400),
        ("people", {"first_name": "x", "language_code": "123"}, 400),
        ("chats", {"type": "private", "title": "x"}, 400),
        ("chats", {"type": "group", "title": "x", "members": []}, 400),
        ("chats", {"type": "group", "title": "x", "members": [7]}, 404),
        ("chats", {"type": "group", "title": "x", "members": "1001"}, 400),
        ("chats/1001/upgrade", {}, 409),
        ("chats/abc/upgrade", {}, 404),
        ("messages", {"from_": 7, "text": "x"}, 404),
        ("messages", {"from_": 1001}, 400),
        ("messages", {"from_": 1001, "text": ""}, 400),
        ("messages", {"from_": 1001, "text": "я" * 4097}, 400),
        ("messages", {"from_": 1001, "text": "x", "chat": -5}, 404),
        ("messages", {"from_": 1001, "text": "x", "reply_to": 99}, 404),
        ("messages", {"from_": 1001, "location": {"latitude": 91, "longitude": 0}}, 400),
        ("messages", {"from_": 1001, "location": [1, 2]}, 400),
        ("messages", {"from_": 1001, "contact": {"phone_number": 1}}, 400),
        ("messages", {"from_": 1001, "text": "x", "forward_origin": {"type": "moon"}}, 400),
        ("messages", {"from_": 1001, "text": "x", "forward_origin": "user"}, 400),
        ("press", {"from_": 1001, "message_id": 1, "data": "x"}, 404),
        ("press", {"from_": 1001, "message_id": 99, "data": "x"}, 404),
        ("edit", {"from_": 1001, "message_id": 99, "text": "x"}, 404),
        ("reactions", {"from_": 1001, "message_id": 1, "emoji": "🦖"}, 400),
        ("membership", {"chat": 1001, "user": 1001, "status": "asleep"}, 400),
        ("membership", {"chat": 1001, "user": 1001, "status": "promote"}, 400),
        ("membership", {"chat": 1001, "user": 1001, "status": "member"}, 409),
        ("membership", {"chat": 5, "user": 1001, "status": "block"}, 404),
    ],
)
async def test_refusals(driver: Driver, anna: int, path: str, body: dict[str, Any], status: int) -> None:
    assert anna == 1001
    await driver.control(path, _status=status, **body)


async def test_bodies_that_are_no_json(driver: Driver) -> None:
    for content in (b"{", b"[]", b"\xff", b"[" * 100_000):
        answer = await driver.http.post("/sandbox/people", content=content)
        assert answer.status_code == 400
        assert list(answer.json()) == ["error"]
    assert (await driver.http.get("/sandbox/calls?after=x")).status_code == 400
    assert (await driver.http.get("/sandbox/nothing")).status_code == 404


@pytest.mark.parametrize(
    ("origin", "kept"),
    [
        ({"type": "user"}, {"sender_user": {"id": 777001, "is_bot": False, "first_name": "Somebody"}}),
        (
            {"type": "user", "sender_user": 1001},
            {
                "sender_user": {
                    "id": 1001,
                    "is_bot": False,
                    "first_name": "Anna",
                    "username": "anna",
                    "language_code": "ru",
                }
            },
        ),
        ({"type": "hidden_user"}, {"sender_user_name": "Hidden Name"}),
        ({"type": "hidden_user", "sender_user_name": "Асқар"}, {"sender_user_name": "Асқар"}),
        (
            {"type": "chat", "sender_chat": {"title": "Staff"}, "author_signature": "A"},
            {"sender_chat": {"id": -1009900000002, "type": "supergroup", "title": "Staff"}, "author_signature": "A"},
        ),
        (
            {"type": "channel", "message_id": 12, "date": 1700000000},
            {
                "chat": {"id": -1009900000001, "type": "channel", "title": "Some channel"},
                "message_id": 12,
                "date": 1700000000,
            },
        ),
    ],
)
async def test_forwards_of_all_kinds(driver: Driver, anna: int, origin: dict[str, Any], kept: dict[str, Any]) -> None:
    await driver.say(anna, "heard", forward_origin=origin)
    (update,) = await told(driver)
    got = update["message"]["forward_origin"]
    assert got["type"] == origin["type"]
    assert {key: got[key] for key in kept} == kept
    answer = await driver.http.post(
        "/sandbox/messages",
        data={"payload": f'{{"from": {anna}, "forward_origin": {{"type": "{origin["type"]}"}}}}'},
        files={"document": ("a.txt", b"x", "text/plain")},
    )
    assert answer.status_code == 200, answer.text
    assert (await told(driver))[0]["message"]["forward_origin"]["type"] == origin["type"]


async def test_parts_of_an_album_carry_its_number(driver: Driver, anna: int) -> None:
    for name in ("a.txt", "b.txt"):
        data = {"payload": f'{{"from": {anna}, "media_group_id": "77"}}'}
        files = {"document": (name, b"x", "text/plain")}
        assert (await driver.http.post("/sandbox/messages", data=data, files=files)).status_code == 200
    assert [update["message"]["media_group_id"] for update in await told(driver, 2)] == ["77", "77"]
    refused = await driver.http.post("/sandbox/messages", json={"from": anna, "text": "x", "media_group_id": []})
    assert refused.status_code == 400


async def test_everything_else_that_people_send(driver: Driver, anna: int) -> None:
    first = await driver.say(anna, "first")
    await driver.say(anna, "second", reply_to=first["message_id"])
    await driver.control("messages", from_=anna, location={"latitude": 43.24, "longitude": 76.9})
    await driver.control("messages", from_=anna, contact={"phone_number": "+7701", "first_name": "A"})
    await driver.control("messages", from_=anna, chat_shared={"request_id": 1, "chat_id": -100})
    await driver.control("messages", from_=anna, users_shared={"request_id": 1, "users": [{"user_id": 5}]})
    await driver.control("edit", from_=anna, message_id=first["message_id"], text="first, better")
    updates = await told(driver, 7)
    assert updates[1]["message"]["reply_to_message"]["text"] == "first"
    assert updates[2]["message"]["location"] == {"latitude": 43.24, "longitude": 76.9}
    assert updates[6]["edited_message"]["text"] == "first, better"
    assert updates[6]["edited_message"]["edit_date"] > 0


async def test_pressing_a_button(driver: Driver, anna: int) -> None:
    sent = await driver.api("sendMessage", chat_id=anna, text="Reminder", reply_markup=KEYS)
    press = {"from_": anna, "message_id": sent["message_id"]}

    async def answer(**params: Any) -> None:
        (update,) = await told(driver, timeout=5)
        query = update["callback_query"]
        assert query["data"] == "d:1"
        assert query["from"]["id"] == anna
        assert query["message"]["message_id"] == sent["message_id"]
        await driver.api("answerCallbackQuery", callback_query_id=query["id"], **params)
        await driver.api("answerCallbackQuery", callback_query_id=query["id"])  # a second answer is allowed

    for given, params, toast in (
        ({"data": "d:1"}, {"text": "Well done", "show_alert": True}, ("Well done", True)),
        ({"text": "Done"}, {}, (None, False)),
    ):
        async with asyncio.TaskGroup() as group:
            pressing = group.create_task(driver.control("press", **press, **given))
            await answer(**params)
        result = pressing.result()
        assert result["answered"] is True
        assert (result["text"], result["show_alert"]) == toast
    await driver.control("press", _status=404, **press, data="other")
    await driver.control("press", _status=400, **press, text="Site")


async def test_nobody_answers_a_press(driver: Driver, anna: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.sandbox.people.PRESS_SECONDS", 0.3)
    sent = await driver.api("sendMessage", chat_id=anna, text="x", reply_markup=KEYS)
    got = await driver.control("press", from_=anna, message_id=sent["message_id"], data="d:1")
    assert (got["answered"], got["text"]) == (False, None)


async def test_answers_come_too_late(driver: Driver, anna: int) -> None:
    sent = await driver.api("sendMessage", chat_id=anna, text="x", reply_markup=KEYS)
    query = driver.sandbox.core.query(anna)
    query.born -= 15 * 60 + 1
    got = await driver.refused("answerCallbackQuery", callback_query_id=query.id)
    assert got == (400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    assert sent["reply_markup"]["inline_keyboard"][0][1]["url"] == "https://a.kz/"


async def test_blocking_and_unblocking(driver: Driver, anna: int) -> None:
    for status, old, new in (("block", "member", "kicked"), ("unblock", "kicked", "member")):
        await driver.control("membership", chat=anna, user=anna, status=status)
        (update,) = await told(driver)
        change = update["my_chat_member"]
        assert (change["old_chat_member"]["status"], change["new_chat_member"]["status"]) == (old, new)
        assert change["chat"]["type"] == "private"
        assert change["from"]["id"] == anna
        if status == "block":
            await driver.control("messages", _status=409, from_=anna, text="x")


async def test_group_with_privacy_mode(driver: Driver, anna: int) -> None:
    other = await driver.person(first_name="Bek")
    group = await driver.control("chats", type="supergroup", title="Team", members=[anna, other])
    added, service = await told(driver, 2)
    assert added["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert service["message"]["new_chat_members"][0]["is_bot"] is True
    chat = group["id"]
    assert (await driver.say(anna, "just talk", chat=chat))["update_id"] is None
    for text in ("/today", "/today@tirek_sandbox_bot", "hey @Tirek_sandbox_bot"):
        assert (await driver.say(other, text, chat=chat))["update_id"] is not None
    assert (await driver.say(other, "/today@other_bot", chat=chat))["update_id"] is None
    mine = await driver.api("sendMessage", chat_id=chat, text="hello")
    assert (await driver.say(anna, "you", chat=chat, reply_to=mine["message_id"]))["update_id"] is not None
    await driver.updates()
    me = driver.sandbox.core.world.bot_id
    assert await driver.api("getChatMemberCount", chat_id=chat) == 3
    assert (await driver.api("getChatMember", chat_id=chat, user_id=me))["status"] == "member"
    assert [m["user"]["id"] for m in await driver.api("getChatAdministrators", chat_id=chat)] == [anna]
    assert (await driver.refused("pinChatMessage", chat_id=chat, message_id=mine["message_id"]))[0] == 400
    await driver.control("membership", chat=chat, user=me, status="promote")
    assert (await told(driver))[0]["my_chat_member"]["new_chat_member"]["status"] == "administrator"
    assert (await driver.say(anna, "just talk", chat=chat))["update_id"] is not None
    await driver.updates(allowed_updates=["chat_member", "message"])
    await driver.control("membership", chat=chat, user=other, status="leave")
    left, note = await told(driver, 2)
    assert left["chat_member"]["new_chat_member"]["status"] == "left"
    assert note["message"]["left_chat_member"]["id"] == other
    await driver.control("messages", _status=403, from_=other, chat=chat, text="x")
    assert (await driver.api("getChatMember", chat_id=chat, user_id=other))["status"] == "left"
    await driver.api("leaveChat", chat_id=chat)
    assert (await driver.refused("sendMessage", chat_id=chat, text="x"))[0] == 403


async def test_channel(driver: Driver, anna: int) -> None:
    reader = await driver.person(first_name="Bek")
    channel = await driver.control(
        "chats", type="channel", title="News", username="aru_news", members=[reader], admins=[anna]
    )
    (added,) = await told(driver)
    assert added["my_chat_member"]["new_chat_member"]["can_post_messages"] is True
    chat = channel["id"]
    await driver.say(anna, "a post", chat=chat)
    (post,) = await told(driver)
    assert post["channel_post"]["sender_chat"]["id"] == chat
    assert "from" not in post["channel_post"]
    await driver.control("messages", _status=403, from_=reader, chat=chat, text="x")
    sent = await driver.api("sendMessage", chat_id="@Aru_News", text="from the bot", reply_markup=KEYS)
    assert sent["chat"] == {"id": chat, "type": "channel", "title": "News", "username": "aru_news"}
    await driver.control("edit", from_=anna, chat=chat, message_id=post["channel_post"]["message_id"], text="better")
    assert (await told(driver))[0]["edited_channel_post"]["text"] == "better"
    forwarded = await driver.api("forwardMessage", chat_id=anna, from_chat_id=chat, message_id=sent["message_id"])
    assert forwarded["forward_origin"]["type"] == "channel"
    me = driver.sandbox.core.world.bot_id
    await driver.control("membership", chat=chat, user=me, status="member")
    assert await driver.refused("sendMessage", chat_id=chat, text="x") == (
        400,
        "Bad Request: need administrator rights in the channel chat",
    )


async def test_what_a_chat_shows(driver: Driver, anna: int) -> None:
    keys = {"keyboard": [[{"text": "Channel", "request_chat": {"request_id": 1, "chat_is_channel": True}}]]}
    one = await driver.api("sendMessage", chat_id=anna, text="one", disable_notification=True, reply_markup=keys)
    two = await driver.api(
        "sendMessage", chat_id=anna, text="two", reply_markup=KEYS, message_effect_id="5046509860389126442"
    )
    await driver.api(
        "setMessageReaction", chat_id=anna, message_id=1, reaction=[{"type": "emoji", "emoji": "❤️"}], is_big=True
    )
    await driver.control("reactions", from_=anna, message_id=two["message_id"], emoji="👍")
    shown = {m["message_id"]: m for m in await driver.messages(anna)}
    me = driver.sandbox.core.world.bot_id
    assert shown[1]["reactions"] == [{"user": me, "type": "emoji", "emoji": "❤️"}]
    assert shown[two["message_id"]]["reactions"][0]["user"] == anna
    assert shown[one["message_id"]]["silent"] is True
    assert shown[one["message_id"]]["reply_markup"] == keys
    assert shown[two["message_id"]]["effect_id"] == "5046509860389126442"
    assert [m["message_id"] for m in await driver.messages(anna, after=one["message_id"])] == [two["message_id"]]

    before = await driver.show(f"chats/{anna}/messages")
    since = before["revision"]
    await driver.api("editMessageText", chat_id=anna, message_id=two["message_id"], text="two, edited")
    await driver.api("deleteMessage", chat_id=anna, message_id=1)
    await driver.api("sendChatAction", chat_id=anna, action="typing")
    changed = await driver.show(f"chats/{anna}/messages", since=since)
    assert [m["text"] for m in changed["messages"]] == ["two, edited"]
    assert changed["deleted"] == [1]
    assert changed["action"]["action"] == "typing"
    await driver.api("sendMessageDraft", chat_id=anna, draft_id=1, text="<b>thin", parse_mode=None)
    assert (await driver.show(f"chats/{anna}/messages"))["draft"]["text"] == "<b>thin"

    async with asyncio.TaskGroup() as group:
        now = (await driver.show(f"chats/{anna}/messages"))["revision"]
        waiting = group.create_task(driver.show(f"chats/{anna}/messages", since=now, wait=20))
        await asyncio.sleep(0.1)
        began = time.monotonic()
        await driver.api("sendMessage", chat_id=anna, text="three")
    assert time.monotonic() - began < 2
    assert [m["text"] for m in waiting.result()["messages"]] == ["three"]
    assert waiting.result()["draft"] is None


async def test_replies_copies_and_protected_content(driver: Driver, anna: int) -> None:
    said = await driver.say(anna, "а 😀 мысль")
    reply = {"message_id": said["message_id"], "quote": "мысль"}
    answer = await driver.api("sendMessage", chat_id=anna, text="x", reply_parameters=reply)
    assert answer["quote"] == {"text": "мысль", "position": 5, "is_manual": True}
    lost = {"message_id": 999, "allow_sending_without_reply": True}
    assert "reply_to_message" not in await driver.api("sendMessage", chat_id=anna, text="x", reply_parameters=lost)
    kept = await driver.api("sendMessage", chat_id=anna, text="mine alone", protect_content=True)
    both = {"chat_id": anna, "from_chat_id": anna, "message_id": kept["message_id"]}
    assert await driver.refused("forwardMessage", **both) == (400, "Bad Request: the message can't be forwarded")
    assert await driver.refused("copyMessage", **both) == (400, "Bad Request: the message can't be copied")
    await driver.upload("document", "a.txt", b"x", "text/plain", from_=anna, caption="old")
    number = (await driver.messages(anna))[-1]["message_id"]
    copy = await driver.api("copyMessage", **both | {"message_id": number}, caption="<i>new</i>", parse_mode="HTML")
    shown = (await driver.messages(anna, after=copy["message_id"] - 1))[0]
    assert (shown["caption"], shown["caption_entities"][0]["type"]) == ("new", "italic")
    assert "forward_origin" not in shown


async def test_disabled_buttons(driver: Driver, anna: int) -> None:
    button = {"text": "b", "callback_data": "x", "disabled": {}}
    sent = await driver.api("sendMessage", chat_id=anna, text="x", reply_markup={"inline_keyboard": [[button], []]})
    assert sent["reply_markup"]["inline_keyboard"] == [[button]]
    await driver.control("press", _status=400, from_=anna, message_id=sent["message_id"], data="x")


async def test_who_may_change_what(driver: Driver, anna: int) -> None:
    other = await driver.person(first_name="Bek")
    group = await driver.control("chats", type="group", title="G", members=[anna, other])
    said = await driver.say(anna, "mine", chat=group["id"])
    theirs = {"chat": group["id"], "message_id": said["message_id"]}
    await driver.control("edit", _status=403, from_=other, text="stolen", **theirs)
    await driver.control("edit", from_=anna, text="changed", **theirs)
    await driver.control("messages", _status=403, from_=other, chat=anna, text="x")
    got = await driver.refused("deleteMessage", chat_id=group["id"], message_id=said["message_id"])
    assert got == (400, "Bad Request: message can't be deleted")
    await driver.control("membership", chat=group["id"], user=driver.sandbox.core.world.bot_id, status="promote")
    assert await driver.api("deleteMessages", chat_id=group["id"], message_ids=[said["message_id"], 999])


async def test_state_for_a_page(driver: Driver, anna: int) -> None:
    await driver.api("setMyCommands", commands=[{"command": "/plan", "description": "Plan"}])
    private = {"type": "all_private_chats"}
    await driver.api(
        "setMyCommands", commands=[{"command": "today", "description": "Сегодня"}], scope=private, language_code="ru"
    )
    await driver.api("setMyName", name="Тірек", language_code="ru")
    await driver.api("setMyDescription", description="Что умеет", language_code="ru")
    await driver.api("setChatMenuButton", chat_id=anna, menu_button={"type": "default"})
    kazakh = await driver.person(language_code="kk")
    await driver.control("chats", type="group", title="G", members=[anna])
    state = await driver.show("state")
    people = {p["id"]: p for p in state["people"]}
    assert people[anna]["commands"] == [{"command": "today", "description": "Сегодня"}]
    assert (people[anna]["bot_name"], people[anna]["bot_description"]) == ("Тірек", "Что умеет")
    assert people[kazakh]["commands"] == [{"command": "plan", "description": "Plan"}]
    assert people[anna]["menu_button"] == {"type": "default"}
    assert people[kazakh]["menu_button"] == {"type": "commands"}
    assert state["chats"][0]["title"] == "G"
    assert state["bot"]["username"] == "tirek_sandbox_bot"
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(driver.show("state", since=state["revision"], wait=20))
        await asyncio.sleep(0.1)
        await driver.say(anna, "new")
    assert waiting.result()["people"][0]["last_message"]["text"] == "new"


async def test_raw_forms_of_a_call(driver: Driver, anna: int) -> None:
    """Query, JSON, urlencoded and multipart all say the same; methods are found in any case."""
    address = f"/bot{driver.token}/sendMessage"
    params = {"chat_id": str(anna), "text": "x", "disable_notification": "true"}
    calls: list[httpx.Response] = [
        await driver.http.get(address, params=params),
        await driver.http.post(address, json=params | {"chat_id": anna, "disable_notification": True}),
        await driver.http.post(address, data=params),
        await driver.http.post(address, files={key: (None, value) for key, value in params.items()}),
        await driver.http.post(address.replace("sendMessage", "SENDmessage"), params=params),
    ]
    assert [call.json()["ok"] for call in calls] == [True] * 5
    assert [m["silent"] for m in (await driver.messages(anna))[-5:]] == [True] * 5
    for content, kind in ((b"{", "application/json"), (b"x", "text/plain"), (b"--", "multipart/form-data; boundary=a")):
        answer = await driver.http.post(address, content=content, headers={"content-type": kind})
        assert answer.status_code == 400
        assert answer.json()["ok"] is False

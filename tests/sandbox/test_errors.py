"""Every refusal that clients know: code and description. See also docs/sandbox.md."""

from typing import Any

import pytest

from .driver import Driver

LONG = "я" * 4097
BUTTON = {"text": "b", "callback_data": "x"}


def markup(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "b", **button}]]}


NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
TABLE: list[tuple[str, dict[str, Any], int, str]] = [
    ("sendMessage", {"text": ""}, 400, "Bad Request: message text is empty"),
    ("sendMessage", {"text": " \n\t"}, 400, "Bad Request: message text is empty"),
    ("sendMessage", {"text": "<b></b>", "parse_mode": "HTML"}, 400, "Bad Request: message text is empty"),
    ("sendMessage", {}, 400, 'Bad Request: parameter "text" is required'),
    ("sendMessage", {"text": LONG}, 400, "Bad Request: message is too long"),
    ("sendMessage", {"text": "😀" * 2049}, 400, "Bad Request: message is too long"),
    ("sendMessage", {"text": 5}, 400, 'Bad Request: parameter "text" must be of type String'),
    ("sendMessage", {"text": "x", "disable_notification": "maybe"}, 400, "Bad Request: parameter"),
    ("sendMessage", {"text": "x", "reply_parameters": {"message_id": "q"}}, 400, "Bad Request: parameter"),
    ("sendMessage", {"text": "x", "reply_parameters": "{"}, 400, "Bad Request: can't parse reply_parameters"),
    (
        "sendMessage",
        {"text": "x", "reply_parameters": {"message_id": 999}},
        400,
        "Bad Request: message to be replied not found",
    ),
    ("sendMessage", {"text": "x", "parse_mode": "Rich"}, 400, "Bad Request: unsupported parse_mode"),
    ("sendMessage", {"text": "x", "parse_mode": "MarkdownV2"}, 501, "Not Implemented in the sandbox: parse_mode"),
    ("sendMessage", {"text": "x", "business_connection_id": "1"}, 501, "Not Implemented in the sandbox: sendMessage."),
    ("sendMessage", {"text": "x", "message_thread_id": 4}, 400, "Bad Request: message thread not found"),
    ("sendMessage", {"text": "x", "message_effect_id": "fire"}, 400, "Bad Request: EFFECT_ID_INVALID"),
    (
        "sendMessage",
        {"text": "x", "reply_markup": markup(callback_data="ж" * 33)},
        400,
        "Bad Request: BUTTON_DATA_INVALID",
    ),
    ("sendMessage", {"text": "x", "reply_markup": markup(callback_data="")}, 400, "Bad Request: BUTTON_DATA_INVALID"),
    (
        "sendMessage",
        {"text": "x", "reply_markup": markup(url="not an address")},
        400,
        "Bad Request: BUTTON_URL_INVALID",
    ),
    ("sendMessage", {"text": "x", "reply_markup": markup()}, 400, "Bad Request: can't parse inline keyboard button"),
    ("sendMessage", {"text": "x", "reply_markup": markup(callback_data="x", style="pink")}, 400, "Bad Request: can't"),
    (
        "sendMessage",
        {"text": "x", "reply_markup": {"inline_keyboard": [{"text": "b"}]}},
        400,
        "Bad Request: can't parse reply keyboard markup JSON object",
    ),
    (
        "sendMessage",
        {"text": "x", "reply_markup": "{inline"},
        400,
        "Bad Request: can't parse reply keyboard markup JSON object",
    ),
    (
        "sendMessage",
        {"text": "x", "reply_markup": {"inline_keyboard": [[{"callback_data": "x"}]]}},
        400,
        "Bad Request: can't parse reply keyboard markup JSON object",
    ),
    ("sendPhoto", {"photo": "AgACunknown"}, 400, "Bad Request: wrong file_id or the file is temporarily unavailable"),
    ("sendPhoto", {"photo": "https://example.com/a.png"}, 400, "Bad Request: failed to get HTTP URL content"),
    ("sendVoice", {"voice": "attach://gone"}, 400, "Bad Request: wrong file identifier/HTTP URL specified"),
    ("sendDocument", {"document": "x", "caption": "я" * 1025}, 400, "Bad Request: message caption is too long"),
    ("sendMediaGroup", {"media": [{"type": "photo", "media": "x"}]}, 400, "Bad Request: media must contain 2-10 items"),
    ("sendLocation", {"latitude": 91, "longitude": 0}, 400, "Bad Request: wrong latitude"),
    ("sendChatAction", {"action": "dancing"}, 400, "Bad Request: wrong parameter action in request"),
    ("forwardMessage", {"from_chat_id": 1, "message_id": 1}, 400, "Bad Request: chat not found"),
    ("editMessageText", {"text": "x"}, 400, "Bad Request: message identifier is not specified"),
    ("editMessageText", {"message_id": 999, "text": "x"}, 400, "Bad Request: message to edit not found"),
    ("editMessageText", {"message_id": 1, "text": "x"}, 400, "Bad Request: message can't be edited"),
    ("deleteMessage", {"message_id": 999}, 400, "Bad Request: message to delete not found"),
    ("deleteMessages", {"message_ids": []}, 400, "Bad Request: message_ids must contain"),
    ("pinChatMessage", {"message_id": 999}, 400, "Bad Request: message to pin not found"),
    ("setMessageReaction", {"message_id": 999}, 400, "Bad Request: message to react not found"),
    (
        "setMessageReaction",
        {"message_id": 1, "reaction": [{"type": "emoji", "emoji": "🦖"}]},
        400,
        "Bad Request: REACTION_INVALID",
    ),
    ("setMessageReaction", {"message_id": 1, "reaction": [{"type": "paid"}]}, 400, "Bad Request: REACTION_INVALID"),
    (
        "setMessageReaction",
        {"message_id": 1, "reaction": [{"type": "emoji", "emoji": "👍"}, {"type": "emoji", "emoji": "🔥"}]},
        400,
        "Bad Request: REACTIONS_TOO_MANY",
    ),
    ("getChatMember", {"user_id": 5}, 400, "Bad Request: user not found"),
    ("leaveChat", {}, 400, "Bad Request: can't leave"),
    (
        "answerCallbackQuery",
        {"callback_query_id": "77"},
        400,
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
    ),
    ("answerCallbackQuery", {"callback_query_id": "7", "text": "я" * 201}, 400, 'Bad Request: parameter "text"'),
    ("getFile", {"file_id": "x"}, 400, "Bad Request: wrong file_id or the file is temporarily unavailable"),
    ("setMyCommands", {"commands": [{"command": "Bad!", "description": "x"}]}, 400, "Bad Request: BOT_COMMAND_INVALID"),
    (
        "setMyCommands",
        {"commands": [{"command": "a" * 33, "description": "x"}]},
        400,
        "Bad Request: BOT_COMMAND_INVALID",
    ),
    (
        "setMyCommands",
        {"commands": [{"command": f"c{n}", "description": "x"} for n in range(101)]},
        400,
        "Bad Request: BOT_COMMANDS_TOO_MUCH",
    ),
    ("setMyCommands", {"commands": [], "language_code": "kazakh"}, 400, "Bad Request: invalid language code"),
    ("setMyCommands", {"commands": [], "scope": {"type": "planet"}}, 400, "Bad Request: parameter"),
    ("setMyName", {"name": "я" * 65}, 400, 'Bad Request: parameter "name" is too long'),
    ("setMyDescription", {"description": "я" * 513}, 400, 'Bad Request: parameter "description" is too long'),
    ("setWebhook", {"url": "http://example.com/"}, 400, "Bad Request: bad webhook: An HTTPS URL must be provided"),
    ("setWebhook", {"url": "https://example.com/"}, 400, "Bad Request: bad webhook: the sandbox delivers to loopback"),
    ("setWebhook", {"url": "http://127.0.0.1/", "secret_token": "a b"}, 400, "Bad Request: secret token contains"),
    ("sendDice", {}, 501, "Not Implemented in the sandbox: sendDice"),
    ("sendMagic", {}, 404, "Not Found"),
]


@pytest.mark.parametrize(("method", "params", "code", "description"), TABLE)
async def test_refusal(
    driver: Driver, anna: int, method: str, params: dict[str, Any], code: int, description: str
) -> None:
    got = await driver.refused(method, chat_id=anna, **params)
    assert got[0] == code
    assert got[1].startswith(description), got[1]


async def test_exact_limits_pass(driver: Driver, anna: int) -> None:
    await driver.api("sendMessage", chat_id=anna, text="я" * 4096)
    await driver.api("sendMessage", chat_id=anna, text="😀" * 2048)
    await driver.api("sendMessage", chat_id=anna, text="<b>" + "я" * 4096 + "</b>", parse_mode="HTML")
    await driver.api("sendMessage", chat_id=anna, text="x", reply_markup=markup(callback_data="ж" * 32))


async def test_wrong_token(driver: Driver) -> None:
    for token in ("1:x", driver.token[:-1], driver.token + "x", "ё"):
        answer = await driver.http.get(f"/bot{token}/getMe")
        assert (answer.status_code, answer.json()["description"]) == (401, "Unauthorized")
        assert (await driver.http.get(f"/file/bot{token}/voice/file_1.oga")).status_code == 401


async def test_unmodified_edits(driver: Driver, anna: int) -> None:
    text, keys = "<b>One</b> two", markup(callback_data="x", url=None)
    sent = await driver.api("sendMessage", chat_id=anna, text=text, parse_mode="HTML", reply_markup=keys)
    same = {"chat_id": anna, "message_id": sent["message_id"], "reply_markup": keys}
    assert await driver.refused("editMessageText", text=text + " ", parse_mode="HTML", **same) == (400, NOT_MODIFIED)
    assert await driver.refused("editMessageReplyMarkup", **same) == (400, NOT_MODIFIED)
    edited = await driver.api("editMessageText", text="One two", **same)
    assert "entities" not in edited
    assert edited["edit_date"] >= edited["date"]
    bare = await driver.api("editMessageReplyMarkup", chat_id=anna, message_id=sent["message_id"])
    assert "reply_markup" not in bare
    assert await driver.refused("editMessageCaption", caption="x", **same) == (
        400,
        "Bad Request: there is no caption in the message to edit",
    )


async def test_who_may_be_written_to(driver: Driver) -> None:
    stranger = await driver.person(start=False)
    assert await driver.refused("sendMessage", chat_id=stranger, text="x") == (400, "Bad Request: chat not found")
    assert await driver.refused("sendMessage", chat_id=31337, text="x") == (400, "Bad Request: chat not found")
    group = await driver.control("chats", type="group", title="G", members=[stranger])
    await driver.say(stranger, "/hi", chat=group["id"])
    assert await driver.refused("sendMessage", chat_id=stranger, text="x") == (
        403,
        "Forbidden: bot can't initiate conversation with a user",
    )
    await driver.say(stranger, "/start")
    await driver.api("sendMessage", chat_id=stranger, text="x")
    await driver.control("membership", chat=stranger, user=stranger, status="blocked")
    for method in ("sendMessage", "sendChatAction"):
        got = await driver.refused(method, chat_id=str(stranger), text="x", action="typing")
        assert got == (403, "Forbidden: bot was blocked by the user")
    assert (await driver.api("getChat", chat_id=stranger))["id"] == stranger
    await driver.control("membership", chat=stranger, user=stranger, status="member")
    await driver.api("sendMessage", chat_id=stranger, text="x")
    await driver.control("membership", chat=stranger, user=stranger, status="deactivated")
    assert await driver.refused("sendMessage", chat_id=stranger, text="x") == (403, "Forbidden: user is deactivated")


@pytest.mark.parametrize(
    ("kind", "text"),
    [("group", "group chat"), ("supergroup", "supergroup chat"), ("channel", "channel chat")],
)
async def test_removed_from_a_chat(driver: Driver, anna: int, kind: str, text: str) -> None:
    chat = await driver.control("chats", type=kind, title="T", admins=[anna])
    await driver.api("sendMessage", chat_id=chat["id"], text="x")
    await driver.control("membership", chat=chat["id"], user=driver.sandbox.core.world.bot_id, status="kicked")
    assert await driver.refused("sendMessage", chat_id=chat["id"], text="x") == (
        403,
        f"Forbidden: bot was kicked from the {text}",
    )


async def test_group_that_became_a_supergroup(driver: Driver, anna: int) -> None:
    group = await driver.control("chats", type="group", title="T", members=[anna])
    new = await driver.control(f"chats/{group['id']}/upgrade")
    answer = await driver.raw("sendMessage", chat_id=group["id"], text="x")
    assert answer.json() == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": new["id"]},
    }
    moves = [u["message"] for u in await driver.updates() if "message" in u]
    assert [m["migrate_to_chat_id"] for m in moves if "migrate_to_chat_id" in m] == [new["id"]]
    assert [m["migrate_from_chat_id"] for m in moves if "migrate_from_chat_id" in m] == [group["id"]]
    await driver.api("sendMessage", chat_id=new["id"], text="x")


async def test_messages_older_than_two_days_stay(driver: Driver, anna: int) -> None:
    sent = await driver.api("sendMessage", chat_id=anna, text="x")
    await driver.control("clock", advance_s=48 * 3600 + 5)
    got = await driver.refused("deleteMessage", chat_id=anna, message_id=sent["message_id"])
    assert got == (400, "Bad Request: message can't be deleted for everyone")


async def test_messages_with_a_reply_keyboard_cannot_be_edited(driver: Driver, anna: int) -> None:
    keys = {"keyboard": [[{"text": "Place", "request_location": True}]], "resize_keyboard": True}
    sent = await driver.api("sendMessage", chat_id=anna, text="x", reply_markup=keys)
    assert "reply_markup" not in sent
    assert (await driver.messages(anna))[-1]["reply_markup"] == keys
    got = await driver.refused("editMessageText", chat_id=anna, message_id=sent["message_id"], text="y")
    assert got == (400, "Bad Request: message can't be edited")

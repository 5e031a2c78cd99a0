"""What Telegram's refusals become, the same through aiogram and through the thin client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiogram.exceptions import ClientDecodeError, TelegramAPIError

from bot.broadcasts.model import Content
from bot.i18n import LANGUAGES, Translator
from bot.outbox import ChatMoved, TryLater, Unreachable
from handlers.bulk import ThinClient, _request
from handlers.dispatcher import build_bot
from handlers.messenger import meaning

TOKEN = "123456:" + "A" * 35


def refused(status: int, description: str, **parameters: int) -> tuple[int, bytes]:
    body = {"ok": False, "error_code": status, "description": description}
    return status, json.dumps(body | ({"parameters": parameters} if parameters else {})).encode()


REFUSALS = [
    (refused(429, "Too Many Requests: retry after 7", retry_after=7), TryLater(7, flood=True)),
    (refused(429, "Too Many Requests"), TryLater(5)),
    (
        refused(403, "Forbidden: bot was blocked by the user"),
        Unreachable("Forbidden: bot was blocked by the user", blocked=True),
    ),
    (refused(400, "Bad Request: chat not found"), Unreachable("Bad Request: chat not found", blocked=True)),
    (
        refused(400, "Bad Request: can't parse entities"),
        Unreachable("Bad Request: can't parse entities", blocked=False),
    ),
    (refused(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1007), ChatMoved(-1007)),
    (refused(401, "Unauthorized"), TryLater(60)),
    (refused(404, "Not Found"), TryLater(60)),
    (refused(409, "Conflict"), TryLater(5)),
    (refused(500, "Internal Server Error"), TryLater(5)),
    ((502, b"<html>Bad Gateway</html>"), TryLater(5)),
    ((200, b'{"ok": tru'), TryLater(5)),
    (None, TryLater(5)),
]
"""What is answered (None: nothing, the connection ends) and what it means."""


@asynccontextmanager
async def answering(answer: tuple[int, bytes] | None) -> AsyncIterator[str]:
    """A server that answers every request so; its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
            await reader.readexactly(length)
            if answer is not None:
                status, body = answer
                writer.write(b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\n" % status)
                writer.write(b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
                await writer.drain()
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def told(error: BaseException) -> dict[str, Any]:
    """An error as something to compare."""
    return {"kind": type(error).__name__, **{name: getattr(error, name) for name in vars(error)}}


@pytest.mark.parametrize(("answer", "expected"), REFUSALS, ids=[str(answer and answer[0]) for answer, _ in REFUSALS])
async def test_both_clients_mean_the_same(answer: tuple[int, bytes] | None, expected: Exception) -> None:
    async with answering(answer) as url:
        thin = ThinClient(url, TOKEN)
        with pytest.raises((TryLater, Unreachable, ChatMoved)) as by_thin:
            await thin.send("sendMessage", b'{"chat_id":1,"text":"x"}')
        await thin.close()
        bot = build_bot(TOKEN, url)
        try:
            await bot.send_message(1, "x")
            by_aiogram: BaseException = AssertionError("it was sent")
        except (TelegramAPIError, ClientDecodeError) as error:
            by_aiogram = meaning(error)
        finally:
            await bot.session.close()
    assert told(by_thin.value) == told(expected)
    assert told(by_aiogram) == told(expected)


async def test_a_message_that_arrived_gives_its_number() -> None:
    async with answering((200, b'{"ok":true,"result":{"message_id":77}}')) as url:
        thin = ThinClient(url, TOKEN)
        assert (await thin.send("sendMessage", b"{}"))["message_id"] == 77
        await thin.close()


def contents() -> Iterator[Content]:
    bold = ({"type": "bold", "offset": 0, "length": 2},)
    for text in ("plain", '"quotes" & <b>', "half \ud83d of a letter", "жаңа {chat_id} }}"):
        for entities in (None, (), bold):
            for photo in (None, "file"):
                yield Content(text, entities, photo)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_request_is_json_and_keeps_the_words_and_formats(language: Any) -> None:
    for content in contents():
        method, body = _request(content, Translator(language))
        found = json.loads(f'{body},"chat_id":5}}')
        words, formats = ("text", "entities") if content.photo is None else ("caption", "caption_entities")
        assert method == ("sendMessage" if content.photo is None else "sendPhoto")
        assert (found[words], found["chat_id"], found.get("photo")) == (content.text, 5, content.photo)
        assert found.get("parse_mode") == ("HTML" if content.entities is None else None)
        assert found.get(formats, []) == list(content.entities or ())
        [[button]] = found["reply_markup"]["inline_keyboard"]
        assert button["callback_data"] == "nw:0"
        assert len(button["text"]) <= 20

"""Queued messages at a set pace, and what one costs the processor: aiogram, the thin client, the whole crash-safe path.

The Telegram here is the least there can be: a process of its own that answers each request with the same message.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from aiogram.types import InlineKeyboardMarkup
from sqlalchemy import insert

from bot.broadcasts import service
from bot.broadcasts.model import Content, Segment
from bot.clock import Clock
from bot.db.engine import Database
from bot.db.tables import PersonRow
from bot.i18n import Translator
from bot.outbox import Outgoing, Sender
from handlers.bulk import BulkMessenger, ThinClient
from handlers.dispatcher import build_bot
from handlers.news import news_keyboard
from tests.benchmarks.databases import databases
from tests.benchmarks.figures import Figure

TOKEN = "123456:" + "A" * 35
PACES = ((600, 30), (10_000, 1_000))
"""How many are due at once, and how many a second may go out."""
AT_ONCE = 30
WARM = 20  # messages before those that are measured
WORDS = "Tirek now reads calendars. Send an .ics file, and what fits becomes plans after you have seen them."


async def measure(
    folder: Path, paces: Sequence[tuple[int, int]] = PACES, costed: int = 3_000, *engines: str
) -> list[Figure]:
    """Seconds for each of `paces`, and microseconds of processor for each of `costed` messages, on each database."""
    figures: list[Figure] = []
    async with telegram() as url, databases(folder, *engines) as makers:
        aiogram = await _alone(costed, _aiogram(url))
        thin = await _alone(costed, _thin(url))
        figures += [
            Figure("processor a message, aiogram's send", aiogram, "ms", "text, keyboard"),
            Figure("processor a message, thin client", thin, "ms", "the same"),
            Figure("aiogram / thin client", aiogram / thin, "×", "processor"),
        ]
        for engine, new_url in makers.items():
            whole = (await _broadcast(await new_url(), url, costed, 1_000_000))[1]
            figures += [
                Figure(f"processor a message, whole path, {engine}", whole, "ms", "claimed, marked, sent, recorded"),
                Figure(f"aiogram's send alone / whole path, {engine}", aiogram / whole, "×", "processor"),
            ]
            for count, rate in paces:
                seconds = (await _broadcast(await new_url(), url, count, rate))[0]
                floor = (count - 1) / rate
                figures += [
                    Figure(f"{count} at {rate}/s, {engine}", seconds, "s", f"the pace alone: {floor:.2f} s"),
                    Figure(f"pace lost, {count} at {rate}/s, {engine}", max(0.0, 1 - floor / seconds), "share", ""),
                ]
    return figures


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def _alone(count: int, client: tuple[Callable[[int], Awaitable[Any]], Callable[[], Awaitable[Any]]]) -> float:
    """Milliseconds of processor for one message of a client, thirty at a time; some before it to warm up."""
    send, close = client
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(chat: int) -> None:
        async with gate:
            await send(chat)

    try:
        await asyncio.gather(*(one(chat) for chat in range(1, 200)))
        before = _cpu()
        await asyncio.gather(*(one(chat) for chat in range(1, count + 1)))
        return (_cpu() - before) / count * 1000
    finally:
        await close()


def _aiogram(url: str) -> tuple[Callable[[int], Awaitable[Any]], Callable[[], Awaitable[Any]]]:
    bot = build_bot(TOKEN, url)
    keyboard: InlineKeyboardMarkup = news_keyboard(True, Translator("en"))
    return lambda chat: bot.send_message(chat, WORDS, reply_markup=keyboard), bot.session.close


def _thin(url: str) -> tuple[Callable[[int], Awaitable[Any]], Callable[[], Awaitable[Any]]]:
    client = ThinClient(url, TOKEN)
    keyboard = news_keyboard(True, Translator("en")).model_dump(exclude_none=True)
    body = json.dumps({"text": WORDS, "parse_mode": "HTML", "reply_markup": keyboard})[:-1]
    return lambda chat: client.send("sendMessage", f'{body},"chat_id":{chat}}}'.encode()), client.close


class _Bulk:
    """A Messenger that has nothing but broadcasts."""

    def __init__(self, bulk: BulkMessenger, app: Any) -> None:
        self._bulk, self._app = bulk, app

    async def deliver(self, message: Outgoing) -> int | None:
        return await self._bulk.deliver(message, self._app)


async def _broadcast(database_url: str, url: str, count: int, rate: float) -> tuple[float, float]:
    """Seconds until everybody has it, and milliseconds of processor for each. A small one before it warms up."""
    db, clock, client = Database(database_url), Clock(), ThinClient(url, TOKEN)
    try:
        now = datetime.now(UTC)
        born = {"first_name": "P", "language": "en", "zone": "Asia/Almaty", "created_at": now, "last_seen": now}
        few = {"zone": "Asia/Oral"}
        async with db.transaction() as tx:
            people = [{"id": each, **born, **(few if each <= WARM else {})} for each in range(1, WARM + count + 1)]
            await tx.execute(insert(PersonRow), people)
        sender = Sender(db, clock, _Bulk(BulkMessenger(client), SimpleNamespace(db=db, now=clock.now)), rate)

        async def refill() -> None:
            while await service.work(db, clock.now(), rate):
                pass

        sender.refill = refill
        seconds = cost = 0.0
        for segment, wanted in ((Segment(zone="Asia/Oral"), WARM), (Segment(zone="Asia/Almaty"), count)):
            made = await service.create(db, None, Content(WORDS), now, segment)
            await service.start(db, made.id, None, now)
            await service.work(db, clock.now(), rate)
            before, began = _cpu(), time.perf_counter()
            while await sender.deliver() or await service.work(db, clock.now(), rate):
                pass
            seconds, cost = time.perf_counter() - began, (_cpu() - before) / wanted * 1000
            if (ended := await service.read(db, made.id)).sent != wanted:
                raise RuntimeError(f"{ended.sent} of {wanted} messages were sent")
        return seconds, cost
    finally:
        await client.close()
        await db.close()


# --- The least Telegram -----------------------------------------------------------------------------------------------

ANSWER = (
    b'{"ok":true,"result":{"message_id":77,"from":{"id":123456,"is_bot":true,"first_name":"Tirek","username":"tirekbot"},'
    b'"chat":{"id":1,"first_name":"P","type":"private"},"date":1796000000,"text":"%s","reply_markup":{"inline_keyboard":'
    b'[[{"text":"No more of these","callback_data":"nw:0"}]]}}}' % WORDS.encode()
)


class _Answers(asyncio.Protocol):
    """HTTP/1.1 as far as a POST with a length goes."""

    def __init__(self) -> None:
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            head = self._data[:end].lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
            if len(self._data) < end + 4 + length:
                return
            self._data = self._data[end + 4 + length :]
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                % (len(ANSWER), ANSWER)
            )


@asynccontextmanager
async def telegram() -> AsyncIterator[str]:
    """The stand-in as a process of its own; its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.sending", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        port = int((await process.stdout.readline()).decode())
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Answers, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())

"""The load of a webhook: updates posted over connections that stay open, as fast as they are answered."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SECRET = "bench"
CONNECTIONS = 40


@dataclass(frozen=True, slots=True)
class Posted:
    """Seconds it took, and how many of the answers held a message."""

    seconds: float
    replies: int


def command(update_id: int, person: int, text: str = "/language") -> bytes:
    """An update: somebody sends a command in their private chat."""
    user = {"id": person, "is_bot": False, "first_name": "P", "language_code": "en"}
    message = {
        "message_id": update_id,
        "from": user,
        "chat": {"id": person, "type": "private", "first_name": "P"},
        "date": int(time.time()),
        "text": text,
        "entities": [{"type": "bot_command", "offset": 0, "length": len(text)}],
    }
    return json.dumps({"update_id": update_id, "message": message}).encode()


async def post(port: int, updates: Sequence[bytes]) -> Posted:
    """Post all of `updates` and read the answers. Raises RuntimeError for an answer that is not 200."""
    waiting = iter(updates)
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        posting = [group.create_task(_one(port, waiting)) for _ in range(min(CONNECTIONS, len(updates)))]
    return Posted(time.perf_counter() - began, sum(each.result() for each in posting))


async def _one(port: int, waiting: Iterator[bytes]) -> int:
    """What one connection carries; how many of its answers held a message."""
    replies = 0
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST /hook HTTP/1.1\r\nHost: bench\r\nX-Telegram-Bot-Api-Secret-Token: {SECRET}\r\n"
    try:
        for body in waiting:
            lines = f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(lines.encode() + body)
            answer = (await reader.readuntil(b"\r\n\r\n")).lower()
            text = await _body(reader, answer)
            if not answer.startswith(b"http/1.1 200"):
                raise RuntimeError(f"an update was answered with {answer.splitlines()[0].decode()}")
            replies += b"sendMessage" in text
    finally:
        writer.close()
    return replies


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    """The body of an answer, with a length or in chunks."""
    if b"transfer-encoding: chunked" not in head:
        return await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0] or 0))
    parts = []
    while size := int(await reader.readline(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)

"""The least a bot can be: what the sandbox and HTTP cost by themselves. A script of its own, without the product.

bare.py URL TOKEN echo            answers every message with one call, as it comes
bare.py URL TOKEN send FIRST N    sends N messages to the chats FIRST, FIRST + 1 …, thirty at a time
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import httpx

IN_FLIGHT = 30


async def echo(http: httpx.AsyncClient, base: str) -> None:
    """Answer for ever."""
    offset = 0

    async def answer(chat: int) -> None:
        await http.post(f"{base}/sendMessage", json={"chat_id": chat, "text": "Heard."})

    async with asyncio.TaskGroup() as group:
        while True:
            asked = await http.post(f"{base}/getUpdates", json={"timeout": 25, "offset": offset})
            updates: list[dict[str, Any]] = asked.json()["result"]
            for update in updates:
                offset = update["update_id"] + 1
                group.create_task(answer(update["message"]["chat"]["id"]))


async def send(http: httpx.AsyncClient, base: str, first: int, count: int) -> None:
    """Send `count` messages as fast as the server takes them."""
    gate = asyncio.Semaphore(IN_FLIGHT)

    async def one(chat: int) -> None:
        async with gate:
            (await http.post(f"{base}/sendMessage", json={"chat_id": chat, "text": "Due."})).raise_for_status()

    async with asyncio.TaskGroup() as group:
        for chat in range(first, first + count):
            group.create_task(one(chat))


async def main(url: str, token: str, what: str, *numbers: str) -> None:
    limits = httpx.Limits(max_connections=IN_FLIGHT + 5, max_keepalive_connections=IN_FLIGHT + 5)
    async with httpx.AsyncClient(timeout=60, limits=limits) as http:
        if what == "echo":
            await echo(http, f"{url}/bot{token}")
        else:
            await send(http, f"{url}/bot{token}", *map(int, numbers))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

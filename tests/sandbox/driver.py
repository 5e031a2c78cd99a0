"""Short names for what tests do with a sandbox. Everything goes over real HTTP."""

import asyncio
from typing import Any

import httpx

from bot.sandbox.server import Sandbox

from .oracle import check, check_result


class Driver:
    """One sandbox: `http` for the control API, `api` for the bot's calls."""

    def __init__(self, sandbox: Sandbox, url: str, http: httpx.AsyncClient) -> None:
        self.sandbox = sandbox
        self.url = url
        self.http = http
        self.token = sandbox.token
        self.offset = 0

    async def control(self, path: str, _status: Any = 200, **body: Any) -> Any:
        """POST to the control API."""
        answer = await self.http.post(f"/sandbox/{path}", json={k.rstrip("_"): v for k, v in body.items()})
        assert answer.status_code == _status, answer.text
        if _status >= 400:
            assert list(answer.json()) == ["error"]
        return answer.json()

    async def show(self, path: str, **query: Any) -> Any:
        """GET from the control API."""
        answer = await self.http.get(f"/sandbox/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def raw(self, method: str, **params: Any) -> httpx.Response:
        """A Bot API call with a JSON body; the whole response."""
        return await self.http.post(f"/bot{self.token}/{method}", json=params, timeout=60)

    async def api(self, method: str, **params: Any) -> Any:
        """A Bot API call that must succeed; its result, judged by the table."""
        answer = (await self.raw(method, **params)).json()
        assert answer["ok"], answer
        check_result(method, answer["result"])
        return answer["result"]

    async def refused(self, method: str, **params: Any) -> tuple[int, str]:
        """A Bot API call that must fail: code and description."""
        answer = await self.raw(method, **params)
        body = answer.json()
        assert body["ok"] is False
        assert body["error_code"] == answer.status_code
        return body["error_code"], body["description"]

    async def person(self, *, start: bool = True, **fields: Any) -> int:
        """A new person; with `start` they wrote /start and that update is confirmed."""
        made = await self.control("people", **({"first_name": "Aru", "language_code": "kk"} | fields))
        if start:
            await self.say(made["id"], "/start")
            await self.updates()
        return int(made["id"])

    async def say(self, who: int, text: str, **more: Any) -> dict[str, Any]:
        """A text of a person."""
        return dict(await self.control("messages", from_=who, text=text, **more))

    async def updates(self, timeout: float = 0, **more: Any) -> list[dict[str, Any]]:
        """New updates, confirmed by the next call."""
        found = await self.api("getUpdates", offset=self.offset, timeout=timeout, **more)
        if found:
            self.offset = found[-1]["update_id"] + 1
            await self.raw("getUpdates", offset=self.offset, limit=1)
        return list(found)

    async def messages(self, chat: int, **query: Any) -> list[dict[str, Any]]:
        """What a chat shows."""
        return list((await self.show(f"chats/{chat}/messages", **query))["messages"])

    async def upload(self, kind: str, name: str, data: bytes, mime: str, **form: Any) -> httpx.Response:
        """A person's file."""
        fields = {k.rstrip("_"): v for k, v in form.items()}
        return await self.http.post("/sandbox/messages", data=fields, files={kind: (name, data, mime)})


async def soon(condition: Any, seconds: float = 5.0) -> Any:
    """What `condition` gives once it is true."""
    deadline = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < deadline:
        if found := await condition():
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen in time")


__all__ = ["Driver", "check", "soon"]

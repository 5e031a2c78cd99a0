"""The control API under `/sandbox`: people act, faults are ordered, the clock jumps, chats are shown."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox import front, inline_people, membership, people, request, sendings, views
from bot.sandbox.core import Core
from bot.sandbox.errors import ControlError
from bot.sandbox.world import Chat, Person

MAX_WAIT = 25.0
Answer = Callable[[Core, Request], Awaitable[Any]]


def routes(core: Core) -> list[Route]:
    """All routes of the control API."""
    table: list[tuple[str, str, Answer]] = [
        ("GET", "/sandbox/state", state),
        ("POST", "/sandbox/people", make_person),
        ("POST", "/sandbox/chats", make_chat),
        ("POST", "/sandbox/chats/{chat}/upgrade", upgrade),
        ("GET", "/sandbox/chats/{chat}/messages", messages),
        ("GET", "/sandbox/files/{file_id}", file),
        ("POST", "/sandbox/messages", post_message),
        ("POST", "/sandbox/edit", edit_message),
        ("POST", "/sandbox/press", press),
        ("POST", "/sandbox/inline", ask_inline),
        ("POST", "/sandbox/inline/choose", choose_inline),
        ("POST", "/sandbox/reactions", react),
        ("POST", "/sandbox/membership", change_membership),
        ("GET", "/sandbox/calls", calls),
        ("POST", "/sandbox/faults", faults),
        ("POST", "/sandbox/reset", reset),
        ("GET", "/sandbox/clock", clock),
        ("POST", "/sandbox/clock", move_clock),
        ("GET", "/sandbox/clock/follow", follow),
        ("POST", "/sandbox/clock/settled", settled),
    ]
    return [Route(path, _endpoint(core, answer), methods=[verb]) for verb, path, answer in table]


def _endpoint(core: Core, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(http: Request) -> Response:
        try:
            result = await answer(core, http)
        except ControlError as refused:
            return JSONResponse({"error": refused.sentence}, refused.status)
        except request.TooLarge:
            return JSONResponse({"error": "the request is larger than 50 MB"}, 413)
        except request.Malformed as wrong:
            return JSONResponse({"error": f"the request cannot be read: {wrong}"}, 400)
        return result if isinstance(result, Response) else JSONResponse(result)

    return endpoint


async def _json(http: Request) -> dict[str, Any]:
    return request.read_json(await request.read_body(http) or b"{}")


def _number(http: Request, name: str, default: float, high: float = 2**53) -> float:
    raw = http.query_params.get(name)
    if raw is None:
        return default
    try:
        value = float(raw)
    except ValueError:
        value = float("nan")
    if not -1 <= value <= high:
        raise ControlError(f"{name} must be a number up to {high:g}")
    return value


def _chat(core: Core, http: Request) -> Chat:
    raw = http.path_params["chat"]
    if not str(raw).lstrip("-").isdecimal() or len(str(raw)) > 17:
        raise ControlError("no such chat", 404)
    return core.world.chat(int(raw))


async def state(core: Core, http: Request) -> Any:
    since = int(_number(http, "since", -1))
    await _changed(core, lambda: core.world.revision, since, _number(http, "wait", 0))
    return views.state(core)


async def _changed(core: Core, revision: Callable[[], int], since: int, wait: float) -> None:
    """Until the revision is another one than `since`, at most `wait` seconds."""
    deadline = time.monotonic() + min(wait, MAX_WAIT)
    while revision() == since and not core.world.changed.closed:
        left = deadline - time.monotonic()
        if left <= 0:
            return
        await core.world.changed.wait(left)


async def make_person(core: Core, http: Request) -> Any:
    return views.person(core, membership.make_person(core, await _json(http)))


async def make_chat(core: Core, http: Request) -> Any:
    return views.chat(core, membership.make_chat(core, await _json(http)))


async def upgrade(core: Core, http: Request) -> Any:
    return views.chat(core, membership.upgrade(core, _chat(core, http)))


async def post_message(core: Core, http: Request) -> Any:
    given, uploads = await request.read(http)
    shown, update = await sendings.post(core, given, uploads)
    return {"message_id": shown.id, "update_id": update, "chat": shown.data["chat"]["id"]}


def _who_where(core: Core, given: dict[str, Any]) -> tuple[Person, Chat]:
    person = core.world.person(given.get("from"))
    chat = core.world.private(person) if given.get("chat") is None else core.world.chat(given["chat"])
    return person, chat


async def edit_message(core: Core, http: Request) -> Any:
    given = await _json(http)
    person, chat = _who_where(core, given)
    shown = people.message(chat, given.get("message_id"))
    return {"update_id": people.edit(core, person, chat, shown, given.get("text"))}


async def press(core: Core, http: Request) -> Any:
    given = await _json(http)
    person, chat = _who_where(core, given)
    shown = people.message(chat, given.get("message_id"))
    query, update = people.press(core, person, chat, shown, given.get("data"), given.get("text"))
    deadline = time.monotonic() + people.PRESS_SECONDS
    while query.answer is None and query.id in core.queries and not query.answered.closed:
        left = deadline - time.monotonic()
        if left <= 0 or update is None:
            break
        await query.answered.wait(left)
    answer = query.answer or {"text": None, "show_alert": False, "url": None}
    return {"answered": query.answer is not None, **answer, "update_id": update}


async def ask_inline(core: Core, http: Request) -> Any:
    given = await _json(http)
    if isinstance(given.get("mode"), bool):
        core.inline.on = given["mode"]
        return {"mode": core.inline.on}
    person, chat = _who_where(core, given)
    return await inline_people.ask(core, person, chat, given.get("query", ""), given.get("offset", ""))


async def choose_inline(core: Core, http: Request) -> Any:
    given = await _json(http)
    person, chat = _who_where(core, given)
    shown, update = inline_people.choose(core, person, chat, given.get("query_id"), given.get("result_id"))
    return {"message_id": shown.id, "update_id": update, "chat": chat.id}


async def react(core: Core, http: Request) -> Any:
    given = await _json(http)
    person, chat = _who_where(core, given)
    shown = people.message(chat, given.get("message_id"))
    return {"update_id": people.set_reaction(core, person, chat, shown, given.get("emoji"))}


async def change_membership(core: Core, http: Request) -> Any:
    given = await _json(http)
    status = membership.STATUSES.get(str(given.get("status")).lower())
    if status is None:
        raise ControlError("status must be one of " + ", ".join(membership.STATUSES))
    user = given.get("user")
    chat = core.world.chat(given["chat"] if given.get("chat") not in (None, core.world.bot_id) else user)
    if chat.type == "private":
        if user not in (None, chat.id, core.world.bot_id):
            raise ControlError("that private chat is another person's")
        update = membership.change_private(core, core.world.people[chat.id], status)
    else:
        if status == "deactivated":
            raise ControlError("an account is deleted in its private chat")
        member = _one(core, user)
        update = membership.change(core, chat, member, status, by=_doer(core, chat, member, status, given.get("by")))
    return {"update_id": update, "status": status}


def _one(core: Core, user: Any) -> int:
    """The id of the bot or of a person."""
    return core.world.bot_id if user == core.world.bot_id else core.world.person(user).id


def _doer(core: Core, chat: Chat, member: int, status: str, by: Any) -> int:
    """Who changed a member: those who leave did it themselves, else the owner unless another is named."""
    if by is not None:
        return _one(core, by)
    if status == "left" and member != core.world.bot_id:
        return member
    owners = (user for user, one in chat.members.items() if one["status"] == "creator")
    return next(owners, member)


async def messages(core: Core, http: Request) -> Any:
    chat = _chat(core, http)
    since = http.query_params.get("since")
    if since is not None:
        await _changed(core, lambda: chat.revision, int(_number(http, "since", 0)), _number(http, "wait", 0))
    return views.messages(core, chat, after=int(_number(http, "after", 0)), since=int(_number(http, "since", -1)))


async def file(core: Core, http: Request) -> Any:
    return views.file(core, http.path_params["file_id"])


async def calls(core: Core, http: Request) -> Any:
    found = core.calls.after(int(_number(http, "after", 0)), http.query_params.get("method"))
    return {"calls": found}


async def faults(core: Core, http: Request) -> Any:
    return core.faults.add(await _json(http))


async def reset(core: Core, http: Request) -> Any:
    given = await _json(http)
    core.reset(keep_bot=given.get("keep_bot") is True)
    return {"ok": True}


async def clock(core: Core, http: Request) -> Any:
    return {
        "now": core.clock.now().isoformat(),
        "step": core.clock.step,
        "followers": len(core.clock.followers()),
    }


async def move_clock(core: Core, http: Request) -> Any:
    given = await _json(http)
    if given.get("set") is not None:
        jump = await core.clock.set(_moment(given["set"], "set"))
    else:
        seconds = given.get("advance_s")
        if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or not 0 <= seconds <= 4e8:
            raise ControlError("advance_s must be seconds from 0; use set to go back")
        jump = await core.clock.advance(float(seconds))
    core.world.touch(None)
    return {
        "now": core.clock.now().isoformat(),
        "visited": [moment.isoformat() for moment in jump.visited],
        "settled": jump.settled,
    }


def _moment(raw: Any, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(raw)
    except (TypeError, ValueError) as wrong:
        raise ControlError(f"{name} must be a time like 2024-02-29T12:00:00+05:00") from wrong
    if moment.tzinfo is None:
        raise ControlError(f"{name} must say its offset from UTC, like +05:00 or Z")
    return moment.astimezone(UTC)


async def follow(core: Core, http: Request) -> Any:
    client = http.query_params.get("client", "")
    if not 0 < len(client) <= 100:
        raise ControlError("client must be a name of up to 100 characters")
    step, wait = int(_number(http, "step", -1)), _number(http, "wait", 20)
    return await core.clock.follow(client, step, wait, http.scope.get(front.CONNECTED))


async def settled(core: Core, http: Request) -> Any:
    given = await _json(http)
    step, upcoming = given.get("step"), given.get("next")
    if not isinstance(step, int):
        raise ControlError("step must be the number that follow told")
    moment = None if upcoming is None else _moment(upcoming, "next")
    return {"accepted": core.clock.settled(str(given.get("client")), step, moment), "step": core.clock.step}

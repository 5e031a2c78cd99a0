"""Whatever a client sends, the sandbox answers or refuses; it never breaks."""

import asyncio
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sandbox import membership, methods, people, sendings, spec
from bot.sandbox.core import Core
from bot.sandbox.errors import ApiError, ControlError
from bot.sandbox.methods.registry import HANDLERS

from .driver import Driver
from .oracle import check_result

SIMULATED = sorted(set(HANDLERS) - {"getUpdates"})
PERSON = 1001
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=True) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def typed(kind: str, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that look like the type, so that checks further in are reached."""
    if kind.startswith("Array of "):
        return st.lists(typed(kind.removeprefix("Array of "), depth + 1), max_size=2)
    simple: dict[str, st.SearchStrategy[Any]] = {
        "Integer": st.sampled_from([0, 1, 2, 3, -1, PERSON, -4001, 2**40]),
        "String": st.sampled_from(
            ["", "x", "<b>x</b>", "<a", "HTML", "emoji", "👍", "http://127.0.0.1/", "attach://x", "ru"]
        ),
        "Boolean": st.booleans(),
        "Float": st.floats(-200, 200),
        "InputFile": st.just("x"),
    }
    if kind in simple:
        return simple[kind]
    known = spec.load().types[kind]
    if known.any_of:
        return st.sampled_from(known.any_of).flatmap(lambda one: typed(one, depth))
    fields = {f.name: f for f in known.fields if f.required or depth < 2}
    made = {
        n: st.sampled_from(f.types).flatmap(lambda k: typed(k, depth + 1)) for n, f in fields.items() if n != "type"
    }
    if "type" in fields:
        made["type"] = st.sampled_from(
            [kind.removeprefix(p).lower() for p in ("InputMedia", "ReactionType", "MenuButton", "BotCommandScope")]
        )
    return st.fixed_dictionaries(
        {n: s for n, s in made.items() if fields[n].required},
        optional={n: s for n, s in made.items() if not fields[n].required},
    )


def params_of(method: spec.Method) -> st.SearchStrategy[dict[str, Any]]:
    def one(field: spec.Field) -> st.SearchStrategy[Any]:
        likely = st.sampled_from(field.types).flatmap(typed)
        if field.name in ("chat_id", "from_chat_id"):
            likely = st.sampled_from([PERSON, str(PERSON), -4001, -1000000001001, "@news", 5])
        return likely | json_values

    given_fields = [f for f in method.fields if f.name not in methods.NOT_SIMULATED]
    return st.fixed_dictionaries(
        {f.name: one(f) for f in given_fields if f.required},
        optional={f.name: one(f) for f in given_fields if not f.required},
    )


@pytest.fixture(scope="module")
def core() -> Core:
    """A world with a person, a group, a channel and some messages."""
    made = Core(None)
    person = membership.make_person(made, {"id": PERSON, "first_name": "A"})
    chat = made.world.private(person)
    people.post(made, person, chat, {"text": "hello"})
    for kind in ("group", "channel"):
        membership.make_chat(
            made, {"type": kind, "title": "T", "username": "news", "admins": [PERSON, made.world.bot_id]}
        )
    return made


@pytest.mark.parametrize("name", SIMULATED)
def test_any_parameters(core: Core, name: str) -> None:
    method = spec.load().methods[name]

    @given(params_of(method))
    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def run(params: dict[str, Any]) -> None:
        try:
            result = asyncio.run(methods.call(core, name, params, {}))
        except ApiError as refused:
            if refused.code not in (400, 403, 501):
                raise
            return
        check_result(name, result)

    run()


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "from",
                "chat",
                "text",
                "location",
                "contact",
                "forward_origin",
                "reply_to",
                "payload",
                "caption",
                "duration",
                "chat_shared",
            ]
        ),
        json_values,
    )
)
@settings(max_examples=150, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_message_of_a_person(core: Core, body: dict[str, Any]) -> None:
    try:
        asyncio.run(sendings.post(core, {"from": PERSON} | body, {}))
    except ControlError as refused:
        if not 400 <= refused.status < 500:
            raise


async def test_any_body_of_the_control_api(driver: Driver, anna: int) -> None:
    bodies: list[Any] = [{}, {"from": anna}, {"from": [1]}, {"from": anna, "message_id": {}}, {"chat": {}, "user": []}]
    bodies += [
        {"status": 5, "chat": anna},
        {"set": 5},
        {"advance_s": 1e300},
        {"advance_s": float("inf")},
        {"times": True},
    ]
    bodies += [
        {"method": []},
        {"from": anna, "message_id": 1, "data": []},
        {"client": [], "step": None},
        {"step": 1, "next": 5},
    ]
    bodies += [{"from": anna, "chat": [1], "message_id": 1}, {"status": "left", "chat": {"a": 1}, "user": {"b": 2}}]
    for path in (
        "people",
        "chats",
        "messages",
        "edit",
        "press",
        "reactions",
        "membership",
        "clock",
        "clock/settled",
        "faults",
    ):
        for body in bodies:
            content = (
                httpx.Request("POST", "http://x", json=body).content
                if body != bodies[8]
                else b'{"advance_s": Infinity}'
            )
            answer = await driver.http.post(
                f"/sandbox/{path}", content=content, headers={"content-type": "application/json"}
            )
            assert answer.status_code < 500, (path, body)


@pytest.mark.parametrize("text", [r"\ud83d", r"a\uDE00b", r"\ude00\ud83d"])
async def test_halves_of_characters(driver: Driver, anna: int, text: str) -> None:
    json_type = {"content-type": "application/json"}
    for path, body in (
        ("/sandbox/people", f'{{"first_name": "{text}"}}'),
        (f"/bot{driver.token}/setMyName", f'{{"name": "{text}"}}'),
        (f"/bot{driver.token}/setMyName", '{"name": NaN}'),
    ):
        answer = await driver.http.post(path, content=body, headers=json_type)
        assert answer.status_code == 400, answer.text
    keys = f'{{"inline_keyboard": [[{{"text": "{text}", "callback_data": "x"}}]]}}'
    form = {"chat_id": str(anna), "text": "x", "reply_markup": keys}
    assert (await driver.http.post(f"/bot{driver.token}/sendMessage", data=form)).status_code == 400
    payload = f'{{"from": {anna}, "text": "{text}"}}'
    file = {"document": ("a", b"x", "text/plain")}
    assert (await driver.http.post("/sandbox/messages", data={"payload": payload}, files=file)).status_code == 400
    assert (await driver.http.get("/sandbox/state")).status_code == 200
    assert (await driver.http.get("/sandbox/calls")).status_code == 200

"""Logs: a token never appears, whatever the format and whoever writes; nor does what people wrote."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import httpx
import pytest
import structlog
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from bot import logs, web

TOKEN = "123456789:AAF-x_9qwertyuiopASDFGHJKLzxcvbnm12"
WORDS = "what somebody said to the bot"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """The rest of logging is put back for every test; the libraries' levels are changed only here."""
    levels = {name: logging.getLogger(name).level for name in ("httpx", "aiosqlite", "apscheduler")}
    yield
    for name, old in levels.items():
        logging.getLogger(name).setLevel(old)


@pytest.fixture(params=["console", "json"])
def form(request: pytest.FixtureRequest) -> str:
    logs.configure("debug", request.param)
    return str(request.param)


def fail(text: str) -> None:
    assert text
    raise RuntimeError(f"cannot reach https://api.telegram.org/bot{TOKEN}/getMe")


def chained(text: str) -> None:
    try:
        fail(text)
    except RuntimeError as error:
        raise ValueError("the outer one") from error


def write_event() -> None:
    structlog.get_logger("bot").info("polling.failed", url=f"https://api.telegram.org/bot{TOKEN}/getUpdates")


def write_event_name() -> None:
    structlog.get_logger("bot").warning(f"token {TOKEN}")


def write_bound() -> None:
    structlog.get_logger("bot").bind(token=TOKEN).error("bound", deep={"list": [TOKEN]})


def write_context() -> None:
    with structlog.contextvars.bound_contextvars(bot=TOKEN):
        structlog.get_logger("bot").error("context")


def write_traceback() -> None:
    try:
        chained(WORDS)
    except ValueError:
        structlog.get_logger("bot").exception("failed")


def write_library() -> None:
    logging.getLogger("some.library").warning("POST /bot%s/sendMessage", TOKEN)


def write_library_traceback() -> None:
    try:
        chained(WORDS)
    except ValueError:
        logging.getLogger("some.library").exception("request to %s failed", TOKEN)


def write_http_client() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(404))
    logging.getLogger("httpx").setLevel(logging.DEBUG)
    httpx.Client(transport=transport).get(f"https://api.telegram.org/bot{TOKEN}/getMe")


def write_exception_object() -> None:
    structlog.get_logger("bot").error("with an object", error=RuntimeError(TOKEN))


def write_group() -> None:
    try:
        raise ExceptionGroup("two of them", [RuntimeError(TOKEN), ValueError(f"bot{TOKEN}")])
    except ExceptionGroup:
        structlog.get_logger("bot").exception("failed")


WRITERS = [
    write_event,
    write_event_name,
    write_bound,
    write_context,
    write_traceback,
    write_library,
    write_library_traceback,
    write_http_client,
    write_exception_object,
    write_group,
]


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
def test_no_line_holds_a_token(form: str, write, capsys: pytest.CaptureFixture[str]) -> None:
    write()
    out, err = capsys.readouterr()
    written = out + err
    assert "<token>" in written
    secret = TOKEN.partition(":")[2]
    unwrapped = "".join(character for character in written if character.isalnum() or character in "-_")
    for part in (secret, secret[:20], secret[-12:]):  # a wrapped line must not show half of it either
        assert part not in written
        assert part not in unwrapped


@pytest.mark.parametrize("write", [write_traceback, write_library_traceback])
def test_a_traceback_shows_code_and_no_values(form: str, write, capsys: pytest.CaptureFixture[str]) -> None:
    write()
    written = capsys.readouterr().err
    assert WORDS not in written
    assert "the outer one" in written
    assert "chained" in written
    assert "RuntimeError" in written


def test_the_http_servers_own_lines_hold_no_token(
    form: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    uvicorns = logging.getLogger("uvicorn")
    monkeypatch.setattr(uvicorns, "handlers", [])
    monkeypatch.setattr(uvicorns, "propagate", True)
    web.server(FastAPI(), "127.0.0.1", 0)
    try:
        chained(WORDS)
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    out, err = capsys.readouterr()
    assert "<token>" in err
    assert TOKEN not in out + err
    assert WORDS not in out + err


def test_json_lines_are_one_object_each(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "json")
    log = structlog.get_logger("bot")
    log.info("сәлем", plan_id=7)
    logging.getLogger("library").warning("two\nlines")
    write_traceback()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["сәлем", "two\nlines", "failed"]
    assert lines[0]["plan_id"] == 7
    assert lines[0]["level"] == "info"
    assert lines[0]["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    ("level", "shown"), [("debug", ["d", "i", "w"]), ("info", ["i", "w"]), ("warning", ["w"]), ("error", [])]
)
def test_the_level_decides_what_is_written(level: str, shown: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(level, "json")
    log = structlog.get_logger("bot")
    log.debug("d")
    log.info("i")
    log.warning("w")
    lines = [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
    assert lines == shown


def test_a_chatty_library_is_silent_unless_it_warns(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "json")
    logging.getLogger("httpx").info("HTTP Request: POST …")
    logging.getLogger("httpx").warning("odd")
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["odd"]


TAIL = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", min_size=30, max_size=40)


@given(before=st.text(max_size=10), number=st.integers(10_000, 10**11), tail=TAIL, after=st.sampled_from("/ \"'\n,)"))
def test_a_token_is_cut_out_of_any_text(before: str, number: int, tail: str, after: str) -> None:
    shown = logs.redact(f"{before}{number}:{tail}{after}rest")
    assert tail not in shown
    assert shown.endswith(f"<token>{after}rest")


@pytest.mark.parametrize("text", ["12:30 on Tuesday", "port 127.0.0.1:8081", "2026-11-23T09:00:00+05:00", "id 5999:1"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert logs.redact(text) == text

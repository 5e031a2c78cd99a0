"""Traces and error reports: what is told, that nothing of anybody's is, and that a collector can hold nobody up."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from bot import cli, logs, observe
from bot.clock import Clock
from bot.db.engine import Database
from bot.errands import Errands
from bot.observe import Observers
from bot.outbox import Outgoing, Sender, TryLater
from bot.run import CannotStart, _only_cannot_start
from bot.settings import Settings
from bot.updates import GiveUp, Inbox
from bot.voice.client import DetectorClient
from handlers.errors import Withheld, incident
from tests.collector import SENDER, Collector, Span, needs_the_extra, stopping
from tests.support import Recorder, StillClock, queue

MARK = "Ақбота-9731"
"""Stands for what somebody wrote."""
TOKEN = "123456789:AAF-x_9qwertyuiopASDFGHJKLzxcvbnm12"


@pytest.fixture
def stopped() -> Iterator[None]:
    with stopping():
        yield


@pytest.fixture
def collector(stopped: None) -> Iterator[Collector]:
    """One that answers, told of everything. Spans are sent when `sent` stops the watching."""
    needs_the_extra()
    logs.configure("info", "json")
    with Collector().running() as running:
        observe.start(running.observers, "tirek")
        yield running


def sent(collector: Collector) -> dict[str, Span]:
    """Stop watching; the spans by name."""
    observe.stop()
    return {span.name: span for span in collector.spans()}


def personal(found: bytes) -> list[str]:
    """What must be nowhere and is: as bytes of UTF-8, or as JSON writes them."""
    secret = TOKEN.partition(":")[2]
    looks = [MARK, json.dumps(MARK)[1:-1], secret, secret[:20]]
    return [each for each in looks if each.encode() in found]


def odd(text: str = MARK) -> None:
    """An error whose words and local variables are somebody's."""
    said = f"{text} {TOKEN}"
    raise ValueError(said)


def chained() -> None:
    try:
        odd()
    except ValueError as error:
        raise RuntimeError("it stands so in the code") from error


# --- Off --------------------------------------------------------------------------------------------------------------

QUIET = """
import sys
from bot import cli, observe, run
from bot.detector import server
from handlers import dispatcher
observe.start(observe.Observers(), "tirek")
with observe.span("update", update_id=1):
    observe.note(outcome="handled")
observe.report(ValueError("x"))
assert observe.headers() == {}
observe.stop()
libraries = ("opentelemetry.sdk", "opentelemetry.exporter", "sentry_sdk", "requests", "google.protobuf")
print([name for name in sys.modules if name.startswith(libraries)])
"""


def test_without_the_variables_nothing_is_imported(tmp_path: Path) -> None:
    known = {"PYTHONPATH": str(Path(cli.__file__).parents[1]), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-c", QUIET]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=known, timeout=240)
    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.parametrize(
    ("variable", "value", "module"),
    [
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://127.0.0.1:4318",
            "opentelemetry.exporter.otlp.proto.http.trace_exporter",
        ),
        ("SENTRY_DSN", "http://key@127.0.0.1:9000/1", "sentry_sdk"),
    ],
)
@pytest.mark.parametrize("command", [["run"], ["detector", "--port", "1"]], ids=["the bot", "the detector"])
def test_a_collector_without_the_extra_stops_the_start_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, value: str, module: str, command: list[str]
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    monkeypatch.setenv(variable, value)
    monkeypatch.setitem(sys.modules, module, None)
    done = CliRunner().invoke(cli.app, command)
    assert done.exit_code == 2
    assert done.stderr == f"{variable} is set, and what it needs is not installed. Type: make setup OBSERVE=1\n"
    assert list(tmp_path.iterdir()) == [], "nothing was begun"


@pytest.mark.parametrize(
    ("error", "only"),
    [
        (CannotStart("a port"), True),
        (ExceptionGroup("", [ExceptionGroup("", [CannotStart("a port")])]), True),
        (ExceptionGroup("", [CannotStart("a port"), ValueError()]), False),
        (ValueError(), False),
    ],
    ids=["alone", "in groups", "beside an error", "an error"],
)
def test_a_sentence_for_the_operator_is_no_error_to_report(error: Exception, only: bool) -> None:
    assert _only_cannot_start(error) is only


# --- What a report says -----------------------------------------------------------------------------------------------


def caught(act: Any) -> BaseException:
    try:
        act()
    except BaseException as error:
        return error
    raise AssertionError("it raised nothing")


def test_a_report_names_types_and_places_the_cause_first() -> None:
    first, last = observe.described(caught(chained))
    assert (first["type"], last["type"]) == ("ValueError", "RuntimeError")
    assert (first["value"], last["value"]) == (observe.WITHHELD, "it stands so in the code")
    *_, within, place = first["stacktrace"]["frames"]
    assert (within["function"], place["function"]) == ("chained", "odd")
    assert place == {"module": __name__, "function": "odd", "lineno": place["lineno"], "in_app": False}
    assert place["lineno"] == odd.__code__.co_firstlineno + 3


def test_errors_of_a_group_and_errors_without_a_place_are_told() -> None:
    group = ExceptionGroup("two of them", [caught(odd), KeyError(MARK)])  # type: ignore[list-item]
    found = observe.described(group)
    assert {each["type"] for each in found} == {"ExceptionGroup", "ValueError", "KeyError"}
    assert not personal(json.dumps(found, ensure_ascii=False).encode())


def test_a_chain_in_a_circle_and_one_without_end_come_to_an_end() -> None:
    error = ValueError("0")
    error.__context__ = other = KeyError("1")
    other.__context__ = error
    assert len(observe.described(error)) == 2
    for number in range(100):
        last, error = error, ValueError(str(number))
        error.__cause__ = last
    assert len(observe.described(error)) == observe.MOST_ERRORS

    def deep(depth: int) -> None:
        if depth:
            deep(depth - 1)
        odd()

    [told] = observe.described(caught(lambda: deep(300)))
    assert len(told["stacktrace"]["frames"]) == observe.MOST_FRAMES
    assert told["stacktrace"]["frames"][-1]["function"] == "odd", "the end is what one needs"


@given(words=st.text(min_size=1))
@pytest.mark.parametrize("kind", [ValueError, KeyError, UnicodeError, RuntimeError, LookupError])
def test_no_words_of_anybody_are_in_a_report(kind: type[Exception], words: str) -> None:
    said = f"{MARK}{words}"

    def fail() -> None:
        error = kind(said)
        error.add_note(said)
        raise error

    [told] = observe.described(caught(fail))
    assert MARK not in json.dumps(told, ensure_ascii=False)


# --- What arrives -----------------------------------------------------------------------------------------------------


async def test_an_update_is_a_span_with_what_was_done_for_it_inside(collector: Collector, sqlite: Database) -> None:
    async def handle(update: dict[str, Any]) -> None:
        with observe.span("handlers.x"), observe.span("telegram sendMessage"):
            if update["update_id"] == 8:
                raise GiveUp(MARK)

    inbox = Inbox(sqlite, StillClock(), handle)
    for number in (7, 8):
        await inbox.handle_now({"update_id": number, "message": {"from": {"id": 5_550_123}, "text": MARK}})
    observe.stop()
    updates = {span.facts["update_id"]: span for span in collector.spans() if span.name == "update"}
    assert updates[7].facts == {"update_id": 7, "kind": "message", "outcome": "handled"}
    assert updates[8].facts == {"update_id": 8, "kind": "message", "outcome": "parked"}
    assert not updates[7].parent_id
    for root in updates.values():
        handler, call = (
            next(span for span in collector.spans() if span.trace == root.trace and span.name == name)
            for name in ("handlers.x", "telegram sendMessage")
        )
        assert (handler.parent_id, call.parent_id) == (root.id, handler.id)
        assert call.failed is (root is updates[8])
        assert call.facts == ({"error.type": "GiveUp"} if call.failed else {})
        assert (call.said, call.events) == ("", []), "no words of an error"
    assert updates[7].resource["service.name"] == "tirek"
    assert not personal(collector.bytes)
    assert b"5550123" not in collector.bytes


async def test_a_delivery_says_what_became_of_it_and_how_late(collector: Collector, sqlite: Database) -> None:
    async def answer(message: Outgoing) -> None:
        if message.chat_id == 2:
            raise TryLater(30)

    clock = StillClock()
    first, second = await queue(sqlite, 1, 2)
    clock.at += timedelta(seconds=7)
    await Sender(sqlite, clock, Recorder(clock, answer), 25).deliver()
    observe.stop()
    told = {span.facts["outbox_id"]: span.facts for span in collector.spans() if span.name == "delivery"}
    assert told[first] | {"late_s": 0} == {"outbox_id": first, "kind": "reminder", "outcome": "sent", "late_s": 0}
    assert told[second]["outcome"] == "later"
    assert all(7 <= each["late_s"] < 60 for each in told.values())


async def test_work_that_a_tap_began_belongs_to_its_update(collector: Collector) -> None:
    errands = Errands()
    done = asyncio.Event()

    async def work() -> None:
        done.set()

    with observe.span("update", update_id=1):
        errands.begin("key", work)
    running = asyncio.ensure_future(errands.run(Clock()))
    await done.wait()
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait({running})
    spans = sent(collector)
    assert spans["errand"].parent_id == spans["update"].id


async def test_a_request_of_a_traced_caller_is_a_span_of_the_service(collector: Collector) -> None:
    app = FastAPI()

    @app.get("/v1/voices")
    async def voices() -> dict[str, bool]:
        return {"on": False}

    @app.get("/healthz")
    async def healthz() -> None:
        return None

    client = DetectorClient("http://detector", transport=httpx.ASGITransport(observe.served(app)))
    assert await client.voices() is None
    with observe.span("check", check_id=3):
        assert await client.voices() is None
    assert await client.alive()
    await client.close()
    observe.stop()
    spans = collector.spans()
    inside = {span.name: span for span in spans if span.trace == next(s for s in spans if s.name == "check").trace}
    assert inside["detector /v1/voices"].parent_id == inside["check"].id
    assert inside["serve"].parent_id == inside["detector /v1/voices"].id
    assert inside["serve"].facts == {"status": 200, "route": "/v1/voices"}
    assert [span.facts["route"] for span in spans if span.name == "serve"] == ["/v1/voices"] * 2, "health is no work"


def test_the_operator_names_the_bot_and_says_what_the_collector_wants(stopped: None) -> None:
    needs_the_extra()
    with Collector().running() as collector:
        observe.start(Observers(collector.url, "authorization=Basic%20abc,x-team=7", "night bot"), "tirek")
        with observe.span("update"):
            pass
        [span] = sent(collector).values()
    assert span.resource["service.name"] == "night bot"
    assert span.resource["service.version"]
    assert (collector.headers[0]["authorization"], collector.headers[0]["x-team"]) == ("Basic abc", "7")
    assert [path for path, _ in collector.bodies] == ["/v1/traces"]


def test_errors_are_reported_with_their_ids_and_without_anybodys_words(collector: Collector) -> None:
    log = structlog.get_logger("bot")
    with structlog.contextvars.bound_contextvars(update_id=41):
        try:
            chained()
        except RuntimeError:
            log.exception("update.failed", kind="message", text=MARK, first_name=MARK)
    with structlog.contextvars.bound_contextvars(outbox_id=42):
        try:
            odd()
        except ValueError:
            logging.getLogger("some.library").exception("%s said %s", MARK, TOKEN)
    log.warning("no error", text=MARK)
    log.error("an error without a place", text=MARK)
    observe.stop()
    first, second = collector.events()
    assert first["tags"] == {"update_id": "41", "kind": "message"}
    assert second["tags"] == {"outbox_id": "42"}
    assert [each["type"] for each in first["exception"]["values"]] == ["ValueError", "RuntimeError"]
    assert first["exception"]["values"][1]["value"] == "it stands so in the code"
    assert first["release"].startswith("tirek@")
    assert set(first) <= set(observe.KEPT)
    for frame in (frame for each in first["exception"]["values"] for frame in each["stacktrace"]["frames"]):
        assert set(frame) == {"module", "function", "lineno", "in_app"}
    assert not personal(collector.bytes)


def test_an_incident_is_reported_by_its_number_with_its_own_type(collector: Collector) -> None:
    number = incident(caught(odd), f"well, {MARK} it is", update_id=43)  # type: ignore[arg-type]
    observe.stop()
    [event] = collector.events()
    assert event["tags"] == {"number": number, "update_id": "43"}
    assert event["exception"]["values"][-1]["type"] == "ValueError", "not what stands for it in the log"
    assert not personal(collector.bytes)
    assert Withheld(ValueError(MARK)).args == ("ValueError",)


def test_a_tag_that_is_no_word_of_ours_stays_here(collector: Collector) -> None:
    observe.report(caught(odd), {"update_id": 1, "kind": MARK, "number": TOKEN, "loop": "two words"})
    observe.stop()
    [event] = collector.events()
    assert event["tags"] == {"update_id": "1"}


def test_the_library_is_asked_to_collect_nothing_by_itself(collector: Collector) -> None:
    assert observe._client is not None
    options = observe._client.options
    assert observe._client.integrations == {}
    assert not observe._client.should_send_default_pii()
    assert (options["include_local_variables"], options["include_source_context"]) == (False, False)
    assert (options["max_breadcrumbs"], options["max_request_body_size"]) == (0, "never")
    observe._client.capture_event(
        {
            "message": MARK,
            "user": {"id": 5, "username": MARK},
            "request": {"url": f"https://x/{TOKEN}", "data": MARK},
            "breadcrumbs": {"values": [{"message": MARK}]},
            "extra": {"x": MARK},
        }
    )
    observe.stop()
    [event] = collector.events()
    assert set(event) <= set(observe.KEPT)
    assert not personal(collector.bytes)


def test_neither_library_is_made_the_processs_own(collector: Collector) -> None:
    import sentry_sdk
    from opentelemetry import trace

    assert type(trace.get_tracer_provider()).__name__ == "ProxyTracerProvider"
    assert not sentry_sdk.get_client().is_active()


# --- A collector that does not answer ---------------------------------------------------------------------------------


async def test_a_collector_that_never_answers_holds_nobody_up(stopped: None, sqlite: Database) -> None:
    needs_the_extra()
    logs.configure("info", "json")
    with Collector(holds=True).running() as collector:
        observe.start(collector.observers, "tirek")
        for _ in range(600):  # a batch and more: one is being sent
            with observe.span("update"):
                pass
        structlog.get_logger("bot").error("failed", exc_info=caught(odd))
        await asyncio.to_thread(collector.until, lambda: len({path for path, _ in collector.bodies}) == 2)

        handled = []

        async def handle(update: dict[str, Any]) -> None:
            handled.append(update)

        inbox = Inbox(sqlite, StillClock(), handle)
        for number in range(5):
            await inbox.handle_now({"update_id": number, "message": {"from": {"id": 1}, "text": "x"}})
        assert len(handled) == 5, "the collector has answered nothing yet"
        observe.stop()
        running = [thread.name for thread in threading.enumerate()]
        assert any(name.startswith(SENDER) for name in running), "stopping did not wait for the answer"


def test_what_a_collector_is_too_slow_for_is_dropped(stopped: None, capsys: pytest.CaptureFixture[str]) -> None:
    needs_the_extra()
    logs.configure("info", "json")
    batch = 512
    with Collector(holds=True).running() as collector:
        observe.start(Observers(traces=collector.url), "tirek")
        for number in range(3 * observe.QUEUE):
            with observe.span("update", update_id=number):
                pass
        collector.release()
        observe.stop()
        found = len(collector.spans())
    assert batch <= found <= observe.QUEUE + 2 * batch
    assert capsys.readouterr().err.count("observe.failing") == 1


def test_a_collector_that_is_away_is_said_once_a_minute(stopped: None, capsys: pytest.CaptureFixture[str]) -> None:
    needs_the_extra()
    logs.configure("info", "json")
    observe.start(Observers("http://127.0.0.1:1", errors="http://key@127.0.0.1:1/1"), "tirek")
    for _ in range(3):
        with observe.span("update"):
            pass
        structlog.get_logger("bot").warning("goes on")
    observe.stop()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines if line["event"] == "observe.failing"] == ["observe.failing"]

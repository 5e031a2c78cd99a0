"""What a collector of traces and Sentry are told of whole conversations, and what of them never leaves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot import logs, observe
from bot.reminders.fetch import Fetcher
from tests.collector import Collector, Span, needs_the_extra, stopping
from tests.detector.sounds import encode, speech
from tests.feed_server import CHANNEL, FeedServer
from tests.journeys.conftest import Chatter, World, free_port, running_detector, running_world, shown
from tests.journeys.test_proof import answered

MONDAY = "2026-11-23T10:00:00+05:00"
NAME = "Ақбота"
MARK = "құпиясөз"
"""In everything that is written."""
FORWARDED = json.dumps({"type": "hidden_user", "sender_user_name": NAME})
FACTS = {
    *("update_id", "outbox_id", "check_id", "feed_id", "kind", "outcome", "error.type", "late_s", "took_s"),
    *("band", "model", "final", "language", "inline", "status", "route"),
}


@pytest.fixture(autouse=True)
def _stopped() -> Iterator[None]:
    with stopping():
        yield


async def somebody(world: World, language: str) -> Chatter:
    """A person whose id is found by chance nowhere."""
    body: dict[str, Any] = {"id": 7_512_345_678_901, "first_name": NAME, "language_code": language}
    (await world.http.post("/sandbox/people", json=body)).raise_for_status()
    world.people.append(Chatter(world.http, body["id"]))
    return world.people[-1]


def told(collector: Collector) -> dict[str, Any]:
    return {"otel_exporter_otlp_endpoint": collector.url, "sentry_dsn": SecretStr(collector.dsn)}


def personal(collector: Collector, world: World) -> list[str]:
    """What must be nowhere in all that was sent, and is there: names, words, tokens, people's ids."""
    looks = [NAME, MARK, world.sandbox.token, world.sandbox.token.partition(":")[2]]
    looks += [json.dumps(each)[1:-1] for each in looks] + [str(person.id) for person in world.people]
    return [each for each in looks if each.encode() in collector.bytes]


def under(root: Span, spans: list[Span]) -> list[str]:
    """Names of what was done directly for a span, in order."""
    return [span.name for span in spans if span.parent_id == root.id]


async def test_a_day_in_spans(tmp_path: Path, sqlite_url: str) -> None:
    needs_the_extra()
    logs.configure("warning", "json")
    collector, youtube = Collector(), FeedServer()
    with (
        collector.running(),
        running_detector(WHISPER_MODEL="off", OTEL_EXPORTER_OTLP_ENDPOINT=collector.url) as detector,
    ):
        async with youtube.running(), running_world(tmp_path, sqlite_url, detector, **told(collector)) as world:
            world.tirek.watch.fetcher = Fetcher(youtube.url, seconds=5)
            await world.set_clock(MONDAY)
            person = await somebody(world, "ru")
            await person.say("/start")
            await person.press(await person.say("вт 19:00 YouTube"), "ok:")
            await person.say(f"Можно ли взять 10 секунд песни? {MARK}")
            waiting = await person.say(f"https://www.youtube.com/channel/{CHANNEL}?si={MARK}")
            await answered(person, waiting["message_id"], "YouTube · ")
            sent = await person.send_file("voice", f"{MARK}.ogg", encode(speech(6.0)), forward_origin=FORWARDED)
            await person.until((await person.answer_after(sent))["message_id"], "доказательство")
            await world.advance(days=1, hours=12)
    spans = collector.spans()
    assert not personal(collector, world)
    assert {name for span in spans for name in span.facts} <= FACTS
    assert not [event for span in spans for event in (*span.events, span.said) if event]
    assert world.people[0].id not in [value for span in spans for value in span.facts.values()]

    by_name: dict[str, list[Span]] = {}
    for span in spans:
        by_name.setdefault(span.name, []).append(span)
    assert all(span.facts["outcome"] == "handled" for span in by_name["update"])
    assert {span.facts["kind"] for span in by_name["update"]} == {"message", "callback_query"}
    [answer] = by_name["answer"]
    assert answer.facts == {"outcome": answer.facts["outcome"], "language": "ru"}
    handler = next(span for span in spans if span.id == answer.parent_id)
    assert handler.name == "handlers.answers.question"
    # The first card that is shown asks once whether the bot has inline mode.
    assert [name for name in under(handler, spans) if name != "telegram getMe"] == ["answer", "telegram sendMessage"]
    assert next(span for span in spans if span.id == handler.parent_id).name == "update"

    reminders = [span for span in by_name["delivery"] if span.facts["kind"] == "reminder"]
    assert len(reminders) == 1
    assert reminders[0].facts["outcome"] == "sent"
    assert reminders[0].facts["late_s"] >= 0
    assert under(reminders[0], spans) == ["telegram sendMessage"]

    check = by_name["check"][-1]
    assert (check.facts["final"], check.facts["took_s"] > 0) == (True, True)
    assert check.facts["band"] in ("synthetic", "no_signs", "unsure")
    assert check.facts["model"]
    asked = next(span for span in by_name["detector /v1/checks"] if span.parent_id == check.id)
    assert asked.facts == {"status": 200}
    [heard] = [span for span in by_name["serve"] if span.parent_id == asked.id]
    assert heard.facts == {"status": 200, "route": "/v1/checks"}
    assert (asked.resource["service.name"], heard.resource["service.name"]) == ("tirek", "tirek-detector")
    assert {"read"} <= {span.facts["outcome"] for span in by_name["feed"]}
    assert collector.events() == [], "nothing went wrong"


async def test_an_error_nobody_expected_reaches_sentry_without_what_was_said(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_the_extra()
    logs.configure("warning", "json")
    with Collector().running() as collector:
        async with running_world(tmp_path, sqlite_url, f"http://127.0.0.1:{free_port()}", **told(collector)) as world:

            def fail(text: str, *_: Any) -> None:
                raise RuntimeError(f"{NAME} said {text} to {world.sandbox.token}")

            monkeypatch.setattr(world.tirek.app.answers, "ask", fail)
            person = await somebody(world, "en")
            await person.say("/start")
            broken = shown(await person.say(f"May I use it? {MARK} {world.sandbox.token}"))
        [event] = collector.events()
        assert event["tags"]["number"] in broken, "the number that the person was told"
        root = next(span for span in collector.spans() if span.facts.get("outcome") == "parked")
        assert event["tags"]["update_id"] == str(root.facts["update_id"])
        [error] = event["exception"]["values"]
        assert (error["type"], error["value"]) == ("RuntimeError", observe.WITHHELD)
        places = [(frame["module"], frame["function"]) for frame in error["stacktrace"]["frames"]]
        assert ("handlers.answers", "answer") in places
        assert not personal(collector, world)


async def test_a_bot_whose_collector_never_answers_works_and_stops(tmp_path: Path, sqlite_url: str) -> None:
    needs_the_extra()
    logs.configure("error", "json")
    with Collector(holds=True).running() as collector:
        async with running_world(tmp_path, sqlite_url, f"http://127.0.0.1:{free_port()}", **told(collector)) as world:
            person = await world.person("en")
            await person.say("/start")
            await asyncio.to_thread(collector.until, lambda: collector.bodies)
            assert await person.say("Can I use 10 seconds of a song?")
        assert len(collector.bodies) >= 1, "and none of them was answered"


async def test_what_ends_the_bot_is_reported(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    needs_the_extra()
    logs.configure("warning", "json")
    collector, met = Collector(), []

    async def fail(_: asyncio.TaskGroup) -> None:
        raise ArithmeticError(met[0].sandbox.token)

    async def crash() -> None:
        async with running_world(tmp_path, sqlite_url, f"http://127.0.0.1:{free_port()}", **told(collector)) as world:
            met.append(world)
            monkeypatch.setattr(world.tirek._rounds, "settle", fail)
            await world.advance(hours=1)

    with collector.running(), pytest.raises(ExceptionGroup):
        await crash()
    [event] = collector.events()
    first = event["exception"]["values"][0]
    assert (first["type"], first["value"]) == ("ArithmeticError", observe.WITHHELD)
    assert first["stacktrace"]["frames"][-1]["function"].endswith("fail")
    assert not personal(collector, met[0])

"""The detector as the bot sees it: a real one over HTTP, and every way in which another may misbehave."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.detector.checks import Checker
from bot.detector.children import Decoders
from bot.detector.scoring import Model
from bot.detector.server import create_app
from bot.voice.client import DetectorBusy, DetectorClient, DetectorDown, read_answer
from bot.voice.model import Band, Reason, verdict
from tests.detector.sounds import encode, speech

GOOD = {
    "band": "synthetic",
    "p": 0.97,
    "reason": None,
    "speech_s": 5.2,
    "seconds": 7.0,
    "segments": [{"start_s": 0.0, "end_s": 7.0, "p": 0.97, "speech": True}],
    "model": "tirek 1",
    "ms": 120,
    "warnings": ["noise"],
    "waveform": [0.0, 1.0],
}
Reply = httpx.Response | Exception


class Line:
    """A detector that gives the prepared replies, one a request, and notes what came and how long was waited."""

    def __init__(self, *replies: Reply, key: str | None = None) -> None:
        self.replies = list(replies)
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []
        self.client = DetectorClient(
            "http://detector", key, transport=httpx.MockTransport(self._reply), sleep=self._sleep
        )

    def _reply(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


async def test_only_services_that_were_named_may_get_the_recording() -> None:
    told = {"name": "modulate", "title": "Velma", "outcome": "scored", "why": None, "p": 0.9, "said": "x", "ms": 5}
    line = Line(
        httpx.Response(200, json=GOOD),
        httpx.Response(200, json=GOOD | {"outside": [told, told | {"outcome": "failed", "why": "timeout", "p": None}]}),
    )
    assert (await line.client.check(b"x")).outside == ()
    heard = (await line.client.check(b"x", ("resemble", "modulate"))).outside
    assert [(word.title, word.outcome, word.why, word.p) for word in heard] == [
        ("Velma", "scored", "", 0.9),
        ("Velma", "failed", "timeout", None),
    ]
    assert [request.url.query for request in line.requests] == [b"", b"outside=resemble%2Cmodulate"]
    with pytest.raises(DetectorDown):
        read_answer(GOOD | {"outside": [told | {"outcome": "proved"}]})


@pytest.mark.parametrize(
    ("told", "names"),
    [
        (
            [{"name": "modulate", "title": "Velma", "keeps_nothing": True}, {"name": "resemble"}],
            ["modulate", "resemble"],
        ),
        ([{"name": "a:b"}, {"name": 5}, "x", {"name": "A" * 90}], []),
        (None, []),
        ("resemble", []),
        ([{"name": f"s{n}"} for n in range(99)], [f"s{n}" for n in range(8)]),
    ],
)
async def test_what_the_detector_says_of_others_is_not_believed(told: Any, names: list[str]) -> None:
    line = Line(httpx.Response(200, json={"model": {"name": "m", "version": "1"}, "outside": told}))
    info = await line.client.info()
    assert [each.name for each in info.outside] == names


def problem(status: int, reason: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"reason": reason, "status": status}, headers=headers)


@pytest.fixture
async def real() -> AsyncIterator[DetectorClient]:
    """A client of the real service, in this process."""
    with Decoders(1) as decoders:
        app = create_app(Checker(Model.load(), decoders), api_key="key-1", workers=1)
        client = DetectorClient("http://detector", "key-1", transport=httpx.ASGITransport(app=app))
        yield client
        await client.close()


async def test_the_real_service_is_understood(real: DetectorClient) -> None:
    info = await real.info()
    assert info.key == f"{info.name} {info.version}"
    assert await real.alive()
    found = verdict(await real.check(encode(speech(6))))
    assert found.band in (Band.SYNTHETIC, Band.NO_SIGNS, Band.UNSURE)
    assert found.p is not None
    assert found.detector == info.key
    assert found.seconds == pytest.approx(6, abs=0.1)
    assert len(found.waveform) == 240
    assert verdict(await real.check(encode(speech(1)))).reason is Reason.TOO_SHORT
    assert verdict(await real.check(b"no recording")).reason is Reason.NOT_AUDIO
    assert verdict(await real.check(encode(speech(6))[:60])).reason is Reason.CORRUPT
    assert verdict(await real.check(bytes(21 * 2**20))).reason is Reason.TOO_LARGE


async def test_an_answer_is_read_and_the_key_is_sent() -> None:
    line = Line(httpx.Response(200, json=GOOD), key="key-1")
    found = await line.client.check(b"bytes")
    assert (found.band, found.p, found.detector) == (Band.SYNTHETIC, 0.97, "tirek 1")
    assert found.segments[0].end_s == 7.0
    assert (found.warnings, found.waveform) == (("noise",), (0.0, 1.0))
    (request,) = line.requests
    assert request.content == b"bytes"
    assert request.headers["x-api-key"] == "key-1"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (problem(413, "too_large"), Reason.TOO_LARGE),
        (problem(413, "too_long"), Reason.TOO_LONG),
        (problem(415, "not_audio"), Reason.NOT_AUDIO),
        (problem(422, "corrupt"), Reason.CORRUPT),
        (httpx.Response(413, text="nginx says no"), Reason.TOO_LARGE),
        (httpx.Response(415), Reason.NOT_AUDIO),
        (problem(422, "empty"), Reason.CORRUPT),
    ],
)
async def test_what_cannot_be_judged_is_final(reply: httpx.Response, reason: Reason) -> None:
    line = Line(reply)
    found = verdict(await line.client.check(b"x"))
    assert (found.band, found.reason, found.final) == (Band.ERROR, reason, True)
    assert len(line.requests) == 1, "asking again would change nothing"


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7), ("0", 1), ("99999", 300), (None, 5), ("Wed, 21 Oct 2026 07:28:00 GMT", 5)]
)
async def test_busy_says_when_to_come_back(header: str | None, seconds: float) -> None:
    line = Line(problem(429, "busy", **({"Retry-After": header} if header else {})))
    with pytest.raises(DetectorBusy) as caught:
        await line.client.check(b"x")
    assert caught.value.retry_after_s == seconds
    assert len(line.requests) == 1


@pytest.mark.parametrize(
    "first",
    [
        httpx.ConnectError("refused"),
        httpx.RemoteProtocolError("hung up"),
        httpx.ReadError("reset"),
        httpx.ConnectTimeout("slow"),
        httpx.Response(500),
        httpx.Response(502, text="bad gateway"),
        problem(503, "detector_down"),
    ],
    ids=lambda reply: type(reply).__name__ if isinstance(reply, Exception) else str(reply.status_code),
)
async def test_a_slip_is_tried_once_more(first: Reply) -> None:
    line = Line(first, httpx.Response(200, json=GOOD))
    assert (await line.client.check(b"bytes")).band is Band.SYNTHETIC
    assert [request.content for request in line.requests] == [b"bytes", b"bytes"]
    assert line.slept == [0.5]


@pytest.mark.parametrize(
    "replies",
    [
        [httpx.ConnectError("refused")] * 2,
        [httpx.Response(500), httpx.ConnectError("refused")],
        [httpx.Response(503), httpx.Response(503)],
        [problem(503, "detector_down"), problem(503, "detector_down")],
        [httpx.ReadTimeout("silence")],
        [httpx.Response(401)],
        [problem(401, "key")],
        [httpx.Response(404)],
        [httpx.Response(302, headers={"Location": "http://elsewhere"})],
        [httpx.Response(200, text="<html>")],
        [httpx.Response(200, json=[])],
        [httpx.Response(200, json=GOOD | {"p": 1.5})],
        [httpx.Response(200, content=b'{"band": "' + b"x" * 2**21 + b'"}')],
    ],
)
async def test_anything_else_is_down(replies: list[Reply]) -> None:
    line = Line(*replies)
    with pytest.raises(DetectorDown):
        await line.client.check(b"x")
    assert line.replies == []


async def test_down_is_also_said_of_info_and_health() -> None:
    line = Line(httpx.Response(200, json={"status": "ok"}), httpx.ConnectError("refused"))
    with pytest.raises(DetectorDown):
        await line.client.info()
    assert not await line.client.alive()


@pytest.mark.parametrize(
    "change",
    [
        {"band": "genuine"},
        {"reason": "because"},
        {"p": "0.5"},
        {"p": True},
        {"p": float("nan")},
        {"p": -0.1},
        {"speech_s": None},
        {"seconds": -1},
        {"seconds": 10**12},
        {"segments": None},
        {"segments": [{}]},
        {"segments": [1]},
        {"segments": [{"start_s": 0, "end_s": 1, "p": 2, "speech": True}]},
        {"segments": [GOOD["segments"][0]] * 6000},  # type: ignore[index]
        {"waveform": [2]},
        {"waveform": "long"},
        {"warnings": {}},
    ],
    ids=lambda change: str(change)[:40],
)
def test_an_answer_of_another_form_is_not_believed(change: dict[str, Any]) -> None:
    with pytest.raises(DetectorDown):
        read_answer(GOOD | change)


def test_what_is_shown_of_a_foreign_answer_is_short_and_printable() -> None:
    found = read_answer(GOOD | {"model": "a\n\u202eb" + "x" * 200, "warnings": ["noise", "<b>", 5]})
    assert found.detector.startswith("abx")
    assert len(found.detector) == 80
    assert found.warnings == ("noise",)


ANY = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(GOOD)), inner, max_size=10),
)


@given(ANY)
def test_any_json_is_an_answer_or_down(body: Any) -> None:
    _answer_or_down(lambda: read_answer(body))


@given(st.sampled_from(sorted(GOOD)), ANY)
def test_any_json_in_any_place_is_an_answer_or_down(key: str, value: Any) -> None:
    _answer_or_down(lambda: read_answer(json.loads(json.dumps(GOOD)) | {key: value}))


def _answer_or_down(read: Callable[[], Any]) -> None:
    with contextlib.suppress(DetectorDown):
        verdict(read())

"""Outside services: one contract for every adapter, what is particular to each, and what our answer says of them."""

from __future__ import annotations

import asyncio
import io
import json
import wave
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.detector.checks import Checker, Finding, Segment
from bot.detector.models import fitting
from bot.detector.models.registry import ModelError
from bot.detector.providers import ADAPTERS, measure
from bot.detector.providers.adapter import Failed, Opinion, Sound, Span
from bot.detector.providers.budget import Budget
from bot.detector.providers.calibration import Calibration, calibration_file, read_calibration
from bot.detector.providers.outside import Asked, Outside, Service
from bot.detector.providers.resemble import Resemble
from bot.detector.providers.verdict import joined, worth_sending
from bot.detector.scoring import Thresholds
from bot.detector.server import create_app
from bot.detector.training.clips import Clip

from .services import FIELDS_MISSING, SITUATIONS, UUID, Reply, answering, detail, frames, job, metrics, service
from .sounds import encode, speech

NOTE = encode(speech(6))
NAMES = sorted(ADAPTERS)


class Naps:
    """A sleep that only remembers; it lets others run."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


def samples() -> np.ndarray[Any, np.dtype[np.float32]]:
    return speech(6)


async def ask(
    name: str, *script: Reply, folder: Path, naps: Naps | None = None, timeout_s: float = 5.0, data: bytes = NOTE
) -> tuple[Asked, list[Any]]:
    """What comes of asking one service that answers like this, and the requests it got."""
    async with answering(*script) as server:
        outside = Outside(
            [service(name, server.url, timeout_s=timeout_s)], Budget(folder / "outside.db"), sleep=naps or Naps()
        )
        (asked,) = await outside.ask(outside.allowed(name), data, samples)
        return asked, server.requests


# --- The contract -----------------------------------------------------------------------------------------------------


def test_every_adapter_is_in_every_situation() -> None:
    assert {name: set(rows) for name, rows in SITUATIONS.items()} == {key: set(SITUATIONS["resemble"]) for key in NAMES}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("situation", "outcome", "why"),
    [
        ("synthetic", "scored", None),
        ("human", "scored", None),
        ("busy once", "scored", None),
        ("wrong key", "failed", "key"),
        ("busy for ever", "failed", "busy"),
        ("down", "failed", "down"),
        ("an empty file", "could_not_judge", "refused"),
        ("cannot decode", "could_not_judge", "undecodable"),
        ("a score beyond one", "failed", "malformed"),
        ("a score that is no number", "failed", "malformed"),
        ("another form", "failed", "malformed"),
    ],
)
async def test_what_comes_of_it(name: str, situation: str, outcome: str, why: str | None, tmp_path: Path) -> None:
    asked, requests = await ask(name, *SITUATIONS[name][situation](), folder=tmp_path)
    assert (asked.outcome, asked.why) == (outcome, why)
    assert (asked.name, asked.title) == (name, ADAPTERS[name].title)
    assert (asked.opinion is not None) == (outcome == "scored")
    if situation in ("synthetic", "human"):
        assert asked.p is not None
        assert (asked.p > 0.7) == (situation == "synthetic")
        assert (asked.p < 0.3) == (situation == "human")
        assert asked.opinion is not None
        assert asked.opinion.spans
    upload = requests[0]
    assert upload.method == "POST"
    assert NOTE in upload.body
    assert b'filename="voice.ogg"' in upload.body
    assert f"key-of-{name}" in " ".join(upload.headers.values())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(b"<html>gateway</html>"), "malformed"),
        (Reply([1, 2]), "malformed"),
        (Reply(b"[" * 100_000), "malformed"),
        (Reply(b" " * (2**20 + 2)), "malformed"),
        (Reply({}, 418), "malformed"),
        (Reply(b"", 302, {"Location": "http://127.0.0.1:9/elsewhere"}), "malformed"),
        (Reply(hangs_up=True), "unreachable"),
    ],
    ids=["html", "a list", "nested", "too long", "an odd status", "a redirect", "hangs up"],
)
async def test_a_broken_service_is_a_word_and_no_error(name: str, reply: Reply, why: str, tmp_path: Path) -> None:
    asked, requests = await ask(name, reply, folder=tmp_path)
    assert (asked.outcome, asked.why) == ("failed", why)
    assert len(requests) == 1, "the recording is not sent a second time, nor anywhere else"


@pytest.mark.parametrize("name", NAMES)
async def test_what_never_ends_is_given_up(name: str, tmp_path: Path) -> None:
    asked, _ = await ask(name, *SITUATIONS[name]["never done"](), folder=tmp_path, timeout_s=0.3)
    assert (asked.outcome, asked.why) == ("failed", "timeout")


@pytest.mark.parametrize("name", NAMES)
async def test_of_a_video_only_the_sound_is_sent(name: str, tmp_path: Path) -> None:
    video = encode(speech(6), "mp4", "aac", 44_100, video=True)
    _, requests = await ask(name, *SITUATIONS[name]["human"](), folder=tmp_path, data=video)
    body = requests[0].body
    assert b"ftyp" not in body
    assert b'filename="voice.wav"' in body
    with wave.open(io.BytesIO(body[body.index(b"RIFF") :])) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getnframes()) == (16_000, 1, 6 * 16_000)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30, deadline=None)
@given(body=st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["success", "item", "uuid", "status", "metrics", "label", "score", "aggregated_score", "frames", "verdict",
         "confidence", "start_time_ms", "end_time_ms", "detail"]), inner, max_size=5), max_leaves=12),
    status=st.sampled_from([200, 200, 400, 403, 422, 500]),
)  # fmt: skip
def test_no_answer_breaks_an_adapter(name: str, body: Any, status: int) -> None:
    async def once() -> None:
        answer = httpx.MockTransport(lambda _: httpx.Response(status, content=json.dumps(body)))
        async with httpx.AsyncClient(transport=answer) as http:
            account = service(name, "http://service").account
            try:
                opinion = await ADAPTERS[name].ask(http, account, Sound(b"x", "voice.ogg", "audio/ogg"), Naps())
            except Failed:
                return
            assert 0 <= opinion.p <= 1

    asyncio.run(once())


# --- Resemble ---------------------------------------------------------------------------------------------------------


async def test_resemble_is_polled_ever_less_often_and_told_to_keep_nothing(tmp_path: Path) -> None:
    naps = Naps()
    script = [job(), job(), Reply({}, 503), Reply({}, 429), job(), job("completed", **metrics())]
    asked, requests = await ask("resemble", *script, folder=tmp_path, naps=naps)
    assert (asked.p, asked.said) == (0.84, "fake")
    assert naps.slept == [2.0, 5.0, 10.0, 10.0, 10.0]
    assert [(each.method, each.path) for each in requests] == [("POST", "/detect")] + [("GET", f"/detect/{UUID}")] * 5
    assert b'name="zero_retention_mode"\r\n\r\ntrue\r\n' in requests[0].body
    assert requests[0].headers["authorization"] == "Bearer key-of-resemble"
    assert "prefer" not in requests[0].headers
    assert asked.opinion is not None
    assert asked.opinion.spans == (Span(0, 2, 0.91), Span(2, 4, 0.72), Span(4, 6, 0.88))


async def test_resemble_can_hold_the_first_connection() -> None:
    async with answering(job("completed", **metrics(0.2, "real", [0.2]))) as server, httpx.AsyncClient() as http:
        account = service("resemble", server.url).account
        opinion = await Resemble(wait=True).ask(http, account, Sound(NOTE, "voice.ogg", "audio/ogg"), Naps())
    assert (opinion.p, opinion.said) == (0.2, "real")
    assert [each.headers["prefer"] for each in server.requests] == ["wait"]


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ([job(uuid="../admin")], "malformed"),
        ([job(), Reply({"success": False, "message": "Detect not found"}, 404)], "malformed"),
        ([job(), job("paused")], "malformed"),
        ([job("completed", **metrics(label="maybe"))], "malformed"),
        ([Reply({"success": False, "message": "Payment required"}, 402)], "quota"),
    ],
)
async def test_what_resemble_may_not_say(script: list[Reply], why: str, tmp_path: Path) -> None:
    asked, _ = await ask("resemble", *script, folder=tmp_path)
    assert (asked.outcome, asked.why) == ("failed", why)


@pytest.mark.parametrize(("consistency", "firm"), [("0.83", True), ("0.2", False), (None, True)])
async def test_windows_that_disagree_make_no_firm_opinion(consistency: Any, firm: bool, tmp_path: Path) -> None:
    asked, _ = await ask("resemble", job("completed", **metrics(consistency=consistency)), folder=tmp_path)
    assert asked.opinion is not None
    assert asked.opinion.firm is firm


# --- Modulate ---------------------------------------------------------------------------------------------------------


async def test_modulates_confidence_is_in_its_verdict_and_silence_counts_for_nothing(tmp_path: Path) -> None:
    script = frames((0, 4000, "non-synthetic", 0.9), (4000, 8000, "synthetic", 0.9), (8000, 9200, "no-content", 1.0))
    asked, requests = await ask("modulate", script, folder=tmp_path)
    assert asked.opinion is not None
    assert asked.opinion.spans == (Span(0, 4, pytest.approx(0.1)), Span(4, 8, 0.9))
    assert asked.p == 0.5
    assert requests[0].path == "/api/velma-2-synthetic-voice-detection-batch"
    assert requests[0].headers["x-api-key"] == "key-of-modulate"
    assert b'name="upload_file"' in requests[0].body


@pytest.mark.parametrize(
    ("reply", "outcome", "why", "tries"),
    [
        (frames((0, 4000, "no-content", 1.0)), "could_not_judge", "no_speech", 1),
        (frames(), "could_not_judge", "no_speech", 1),
        (detail(422, "The audio is too short to analyze."), "could_not_judge", "too_short", 1),
        (detail(422, FIELDS_MISSING), "could_not_judge", "refused", 1),
        (detail(429, "No credits left"), "failed", "quota", 1),
        (detail(429, "Concurrency limit reached"), "failed", "busy", 3),
        (detail(403, "Monthly quota spent"), "failed", "quota", 1),
        (detail(403, "Not permitted"), "failed", "key", 1),
        (detail(500, "Internal error"), "failed", "down", 1),
        (detail(503, "Overloaded"), "failed", "busy", 3),
        (detail(504, "Timeout"), "failed", "timeout", 1),
        (frames((4000, 0, "synthetic", 0.9)), "failed", "malformed", 1),
    ],
)
async def test_modulates_errors_are_told_apart(
    reply: Reply, outcome: str, why: str, tries: int, tmp_path: Path
) -> None:
    naps = Naps()
    asked, requests = await ask("modulate", reply, folder=tmp_path, naps=naps)
    assert (asked.outcome, asked.why, len(requests)) == (outcome, why, tries)
    assert all(1.5 * 2**n <= nap <= 3 * 2**n for n, nap in enumerate(naps.slept))


# --- Order, budget, rest ----------------------------------------------------------------------------------------------


async def test_the_next_is_asked_where_the_first_fails_and_nobody_who_was_not_named(tmp_path: Path) -> None:
    async with (
        answering(*SITUATIONS["resemble"]["down"]()) as first,
        answering(*SITUATIONS["modulate"]["synthetic"]()) as second,
    ):
        both = [service("resemble", first.url), service("modulate", second.url)]
        outside = Outside(both, Budget(tmp_path / "outside.db"), sleep=Naps())
        found = await outside.ask(outside.allowed("modulate,resemble,somebody"), NOTE, samples)
        assert [(each.name, each.outcome) for each in found] == [("resemble", "failed"), ("modulate", "scored")]
        again = await outside.ask(outside.allowed("resemble, MODULATE"), NOTE, samples)
        assert [(each.outcome, each.why) for each in again] == [("not_asked", "resting"), ("scored", None)]
        assert len(first.requests) == 1, "one that failed rests"
        assert [each.name for each in await outside.ask(outside.allowed("modulate"), NOTE, samples)] == ["modulate"]
        assert outside.allowed("") == outside.allowed("none") == ()
        assert len(first.requests) == 1


async def test_the_budget_of_a_day_survives_a_restart(tmp_path: Path) -> None:
    days = ["2026-11-30"]
    async with answering(*SITUATIONS["modulate"]["human"]()) as server:

        async def outcome() -> tuple[str, str | None, int]:
            budget = Budget(tmp_path / "new" / "outside.db", day=lambda: days[-1])  # as after a restart
            outside = Outside([service("modulate", server.url, per_day=2)], budget, sleep=Naps())
            (asked,) = await outside.ask(outside.allowed("modulate"), NOTE, samples)
            return asked.outcome, asked.why, outside.info()[0]["left_today"]

        assert await outcome() == ("scored", None, 1)
        assert await outcome() == ("scored", None, 0)
        assert await outcome() == ("not_asked", "budget", 0)
        days.append("2026-12-01")
        assert await outcome() == ("scored", None, 1)
        assert len(server.requests) == 3


async def test_a_count_that_cannot_be_kept_sends_nothing(tmp_path: Path) -> None:
    (tmp_path / "outside.db").write_text("this is no database, but a file of more than a hundred bytes" * 9)
    asked, requests = await ask("modulate", *SITUATIONS["modulate"]["human"](), folder=tmp_path)
    assert (asked.outcome, asked.why, requests) == ("not_asked", "budget", [])


def test_an_account_does_not_show_its_key() -> None:
    assert "key-of" not in repr(service("resemble", "http://x"))


# --- What the answer says ---------------------------------------------------------------------------------------------


def finding(**changes: Any) -> Finding:
    whole = {"band": "unsure", "p": 0.4, "reason": "between", "speech_s": 5.0, "seconds": 6.0, "ms": 9,
             "segments": (Segment(0.0, 3.0, 0.3, True), Segment(3.0, 6.0, None, False)), "model": "ours 1"}  # fmt: skip
    return Finding(**(whole | changes))


def scored(p: float, *, firm: bool = True) -> list[Asked]:
    opinion = Opinion(p, "fake" if p > 0.5 else "real", (Span(0, 2, p), Span(2, 4, p)), firm)
    return [
        Asked("modulate", "Modulate Velma-2", "failed", "down"),
        Asked("resemble", "Resemble Detect", "scored", None, opinion),
    ]


STRICT = {"resemble": Calibration(0.0, 1.0, Thresholds(2.0, None), "ab12")}


@pytest.mark.parametrize(
    ("ours", "p", "firm", "band", "reason"),
    [
        ({}, 0.99, True, "unsure", "between"),
        ({"band": "synthetic", "reason": None}, 0.99, True, "synthetic", None),
        ({"band": "synthetic", "reason": None}, 0.05, True, "unsure", "between"),
        ({"band": "synthetic", "reason": None}, 0.05, False, "synthetic", None),
        ({"band": "no_signs", "reason": None}, 0.9, True, "unsure", "between"),
        ({"band": "no_signs", "reason": None}, 0.5, True, "no_signs", None),
        ({"reason": "phone_band"}, 0.99, True, "unsure", "phone_band"),
    ],
)
def test_a_service_without_a_calibration_gives_no_band_and_may_take_one_away(
    ours: dict[str, Any], p: float, firm: bool, band: str, reason: str | None
) -> None:
    found = joined(finding(**ours), scored(p, firm=firm), {})
    assert (found.band, found.reason, found.p, found.model) == (band, reason, 0.4, "ours 1")
    assert [each.outcome for each in found.outside] == ["failed", "scored"]


@pytest.mark.parametrize(
    ("ours", "p", "firm", "band", "reason"),
    [
        ({}, 0.95, True, "synthetic", None),
        ({}, 0.95, False, "unsure", "between"),
        ({}, 0.6, True, "unsure", "between"),
        ({"band": "synthetic", "reason": None}, 0.3, True, "unsure", "between"),
        ({"warnings": ("several_speakers",)}, 0.6, True, "unsure", "several_speakers"),
    ],
)
def test_a_calibrated_service_speaks_in_bands(
    ours: dict[str, Any], p: float, firm: bool, band: str, reason: str | None
) -> None:
    found = joined(finding(**ours), scored(p, firm=firm), STRICT)
    assert (found.band, found.reason, found.model) == (band, reason, "resemble ab12")
    assert found.p == pytest.approx(p, abs=1e-3)
    assert [segment.p for segment in found.segments] == [pytest.approx(p, abs=1e-3), None]


@pytest.mark.parametrize("weak", [{"speech_s": 2.5}, {"warnings": ("noise",)}, {"warnings": ("phone_band",)}])
def test_a_calibration_counts_only_where_it_was_measured(weak: dict[str, Any]) -> None:
    assert joined(finding(**weak), scored(0.99), STRICT).model == "ours 1"


@pytest.mark.parametrize(
    ("ours", "worth"),
    [
        ({}, True),
        ({"reason": "too_short", "p": None}, False),
        ({"band": "error", "p": None, "reason": "corrupt"}, False),
    ],
)
def test_what_cannot_be_judged_is_sent_nowhere(ours: dict[str, Any], worth: bool) -> None:
    assert worth_sending(finding(**ours)) is worth


def test_a_calibration_is_read_from_its_file_or_refused(tmp_path: Path) -> None:
    file = calibration_file(tmp_path, "resemble")
    assert read_calibration(file) is None
    limits = [{"below_s": None, "synthetic": 2.0, "no_signs": None}]
    content = {
        "version": "ab12",
        "alone": {"weights": {"bias": 0.0, "embedded": 0.0, "other": 1.0}, "thresholds": limits},
    }
    file.write_text(json.dumps(content), encoding="utf-8")
    assert read_calibration(file) == STRICT["resemble"]
    for broken in ("{", "[]", '{"alone": {}}', json.dumps(content | {"alone": content["alone"] | {"thresholds": []}})):  # type: ignore[operator]
        file.write_text(broken, encoding="utf-8")
        with pytest.raises(ValueError, match="is no calibration"):
            read_calibration(file)


# --- Calibration ------------------------------------------------------------------------------------------------------


class Ears(Checker):
    """A checker whose finding is known: short recordings of "few" seconds are not worth sending."""

    def check(self, data: bytes) -> Finding:
        return finding(speech_s=1.0, p=None, reason="too_short") if data == b"few" else finding()


async def test_bands_are_fitted_on_what_the_service_said(
    checker: Checker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "FEWEST", 5)
    clips, script = [], []
    for number in range(24):
        path = tmp_path / f"{number}.ogg"
        path.write_bytes(b"few" if number == 5 else b"OggS%d" % number)
        label = "synthetic" if number % 2 else "human"
        clips.append(Clip(path, label, f"g{number % 4}", "en", f"s{number}", f"corpus {number % 6}", "CC0"))
        wrong = number in (7, 8)
        if number != 5:
            script.append(frames((0, 4000, "synthetic", 0.9 if (label == "synthetic") != wrong else 0.15)))
    ears = Ears(checker.model, checker.decoders)
    async with answering(*script) as server:
        outside = Outside([service("modulate", server.url)], Budget(tmp_path / "outside.db"), sleep=Naps())
        heard = await measure.listen(clips, ears, outside, outside.services[0])
        assert len(heard.clips) == len(server.requests) == 23
    content = measure.fitted(heard, "modulate", "23 recordings")
    measure.save(calibration_file(tmp_path, "modulate"), content)
    found = read_calibration(calibration_file(tmp_path, "modulate"))
    assert found is not None
    assert found.logit(0.9) > found.logit(0.15)
    assert content["clips"] == {"human": 12, "synthetic": 11, "spared": 0}


async def test_calibrating_ends_with_a_sentence_where_it_cannot_go_on(checker: Checker, tmp_path: Path) -> None:
    (tmp_path / "a.ogg").write_bytes(NOTE)
    clips = [Clip(tmp_path / "a.ogg", "human", "human", "en", "s", "corpus", "CC0")] * 3
    async with answering(frames((0, 4000, "synthetic", 0.5))) as server:
        outside = Outside([service("modulate", server.url, per_day=2)], Budget(tmp_path / "outside.db"))
        with pytest.raises(ModelError, match=r"Velma-2 does not go on: budget\. 2 recordings were heard; the limit"):
            await measure.listen(clips, Ears(checker.model, checker.decoders), outside, outside.services[0])


# --- Through the service ----------------------------------------------------------------------------------------------


async def test_the_service_asks_only_whom_the_request_names(checker: Checker, tmp_path: Path) -> None:
    async with answering(*SITUATIONS["modulate"]["synthetic"]()) as server:
        named = service("modulate", server.url)
        outside = Outside([Service(named.adapter, named.account)], Budget(tmp_path / "outside.db"), sleep=Naps())
        app = create_app(checker, workers=1, outside=outside)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://detector", timeout=60) as http:
            told = (await http.get("/v1/info")).json()["outside"]
            assert [(each["name"], each["title"], each["calibrated"]) for each in told] == [
                ("modulate", "Modulate Velma-2", False)
            ]
            silent = await http.post("/v1/checks", content=NOTE)
            assert silent.json()["outside"] == []
            short = await http.post("/v1/checks?outside=modulate", content=encode(speech(1)))
            assert (short.json()["reason"], short.json()["outside"]) == ("too_short", [])
            assert server.requests == []
            asked = (await http.post("/v1/checks?outside=modulate", content=NOTE)).json()
            assert asked["outside"][0] | {"ms": 0} == {
                "name": "modulate", "title": "Modulate Velma-2", "outcome": "scored", "why": None,
                "p": pytest.approx(0.82, abs=0.01), "said": "synthetic", "ms": 0,
            }  # fmt: skip
            assert asked["model"] == silent.json()["model"], "it is not calibrated: our own model speaks"
            begun = await http.post("/v1/checks?outside=modulate", content=NOTE, headers={"Prefer": "respond-async"})
            for _ in range(600):
                later = await http.get(begun.headers["location"])
                if later.status_code == 200:
                    break
                await asyncio.sleep(0.05)
            assert later.json()["outside"][0]["outcome"] == "scored"
            counted = (await http.get("/metrics")).text
            assert 'tirek_detector_outside_total{outcome="scored",service="modulate"} 2.0' in counted
            assert 'tirek_detector_checks_total{outcome="too_short"} 1.0' in counted

"""Words of an own note: what the client makes of every answer, how many a day, and what is refused unasked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import Clock
from bot.errors import UserError
from bot.people import Person
from bot.voice import service
from bot.voice.client import (
    DetectorBusy,
    DetectorClient,
    DetectorDown,
    SpeechInfo,
    SpeechOff,
    Transcript,
    Unheard,
    read_transcript,
)
from bot.voice.model import Kind, Reason, Recording
from bot.voice.service import Voice
from bot.voice.words import A_DAY, Allowance, NoteTooLong, TooManyWords, WordsDown

GOOD = {"text": "Каждый вторник", "language": "ru", "seconds": 3.5, "model": "whisper-base", "took_ms": 900}
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


class Line:
    """A detector that gives the same reply to everything; counts what was asked."""

    def __init__(self, status: int = 200, body: Any = GOOD, **headers: str) -> None:
        self.asked: list[str] = []

        def reply(request: httpx.Request) -> httpx.Response:
            self.asked.append(request.url.path)
            return httpx.Response(status, json=body, headers={name.replace("_", "-"): v for name, v in headers.items()})

        async def no_time(_: float) -> None:
            return

        self.client = DetectorClient("http://detector", transport=httpx.MockTransport(reply), sleep=no_time)


async def test_a_transcript_is_read() -> None:
    assert await Line().client.transcribe(b"note") == Transcript("Каждый вторник", "ru", 3.5, "whisper-base")


@pytest.mark.parametrize(
    ("line", "error", "tries"),
    [
        (Line(429, {"reason": "busy"}, Retry_After="7"), DetectorBusy, 1),
        (Line(501, {"reason": "speech_off", "detail": "No model."}), SpeechOff, 1),
        (Line(404, {"reason": "http"}), SpeechOff, 1),
        (Line(401, {"reason": "key"}), DetectorDown, 1),
        (Line(503, {"reason": "detector_down"}), DetectorDown, 2),
        (Line(500, {"reason": "internal"}), DetectorDown, 2),
        (Line(200, [1]), DetectorDown, 1),
    ],
    ids=["busy", "off", "a detector without words", "a wrong key", "down", "a bug", "nonsense"],
)
async def test_every_answer_has_its_own_error(line: Line, error: type[Exception], tries: int) -> None:
    with pytest.raises(error):
        await line.client.transcribe(b"note")
    assert line.asked == ["/v1/transcripts"] * tries


@pytest.mark.parametrize(
    ("status", "named", "reason"),
    [
        (413, "too_large", Reason.TOO_LARGE),
        (413, "too_much_speech", Reason.TOO_LONG),
        (413, "too_slow", Reason.TOO_LONG),
        (415, "not_audio", Reason.NOT_AUDIO),
        (422, "corrupt", Reason.CORRUPT),
        (422, "of another world", Reason.CORRUPT),
    ],
)
async def test_a_recording_without_words_says_why(status: int, named: str, reason: Reason) -> None:
    with pytest.raises(Unheard) as unheard:
        await Line(status, {"reason": named}).client.transcribe(b"note")
    assert unheard.value.reason is reason


@pytest.mark.parametrize(
    "spoiled",
    [
        {"text": None},
        {"text": 5},
        {"language": "tr"},
        {"language": ["ru"]},
        {"seconds": -1},
        {"seconds": float("nan")},
        {"seconds": "3"},
    ],
)
def test_a_transcript_of_another_form_is_not_believed(spoiled: dict[str, Any]) -> None:
    with pytest.raises(DetectorDown):
        read_transcript(GOOD | spoiled)


@given(st.text())
def test_a_transcript_is_one_printable_line_of_bounded_length(text: str) -> None:
    found = read_transcript(GOOD | {"text": text * 50}).text
    assert len(found) <= 4000
    assert found.isprintable()
    assert found == " ".join(found.split())


@pytest.mark.parametrize(
    ("told", "speech"),
    [
        ({"on": True, "model": "whisper-base"}, SpeechInfo(on=True, model="whisper-base")),
        ({"on": False, "reason": "No model."}, SpeechInfo(reason="No model.")),
        ({"on": "yes"}, SpeechInfo()),
        (None, SpeechInfo(reason="The detector does not offer it.")),
    ],
)
async def test_info_says_whether_words_are_on(told: Any, speech: SpeechInfo) -> None:
    info = await Line(200, {"model": {"name": "a", "version": "1"}, "speech": told}).client.info()
    assert info.speech == speech


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 7200)), max_size=120))
def test_nobody_has_more_than_the_allowance_in_any_24_hours(steps: list[tuple[int, int]]) -> None:
    allowance, now = Allowance(), NOW
    given_: list[tuple[int, datetime]] = []
    for person, pause in steps:
        now += timedelta(seconds=pause)
        mine = [at for who, at in given_ if who == person and now - at < timedelta(days=1)]
        if len(mine) == A_DAY:
            with pytest.raises(TooManyWords):
                allowance.spend(person, now)
        else:
            allowance.spend(person, now)
            given_.append((person, now))


class Courier:
    """Gives the same few bytes for every file."""

    async def download(self, file_id: str, limit: int) -> bytes:
        return b"note"

    async def show(self, *_: Any, **__: Any) -> None:
        raise AssertionError("words are shown by whoever asked for them")

    async def progress(self, *_: Any) -> None:
        raise AssertionError("nobody waits for a check")


def listener(line: Line) -> tuple[Voice, Person]:
    voice = Voice(None, Clock(), line.client)  # type: ignore[arg-type]
    voice.serve(Courier())
    person = Person(**dict.fromkeys(Person.__dataclass_fields__) | {"id": 1})  # type: ignore[arg-type]
    return voice, person


@pytest.mark.parametrize(
    "recording", [Recording(Kind.VOICE, 1000, 121.0), Recording(Kind.VOICE, 21 * 2**20)], ids=["too long", "too large"]
)
async def test_a_note_that_is_too_long_is_not_even_fetched(recording: Recording) -> None:
    line = Line()
    voice, person = listener(line)
    with pytest.raises(NoteTooLong):
        await voice.words(person, recording, "file")
    assert line.asked == []


async def test_a_busy_detector_is_asked_three_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BUSY_WAITS_S", (0.0, 0.0))
    line = Line(429, {"reason": "busy"})
    voice, person = listener(line)
    with pytest.raises(WordsDown):
        await voice.words(person, Recording(Kind.VOICE, 1000, 5.0), "file")
    assert len(line.asked) == 3


async def test_every_error_has_a_sentence_for_the_person() -> None:
    from bot.voice import words

    errors = [each for each in vars(words).values() if isinstance(each, type) and issubclass(each, UserError)]
    for error in errors:
        if error is not UserError:
            made = error()
            assert made.message.format(**made.parameters).endswith(".")

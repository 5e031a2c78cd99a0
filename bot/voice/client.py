"""The detector service as the bot sees it.

Asking has four outcomes, each with its own words and its own next step: an answer, *busy* (`DetectorBusy`: ask again
when it says), *cannot judge this recording* (an answer of band `error`: final), and *down* (`DetectorDown`: ask again
later). Turning a recording into words has two more: `SpeechOff`, and `Unheard` for a recording that has no words to
give. What the service sends is checked like anything from outside, whoever runs it.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx

from bot import certificates, metrics, observe
from bot.voice.consent import OutsideService, OutsideWord, read_words
from bot.voice.model import Answer, Band, Reason, Segment

MOST_OTHERS: Final = 6
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_LONGEST_ANSWER: Final = 2**20  # bytes; ten minutes of audio make 60,000
_MOST_SEGMENTS: Final = 5_000
_MOST_WAVEFORM: Final = 1_000
_WARNINGS: Final = frozenset(("noise", "clipping", "phone_band", "music", "several_speakers", "damaged"))
_MOST_OUTSIDE: Final = 8
_OUTSIDE_NAME: Final = re.compile("[a-z0-9_]{1,20}")
_MOST_NUMBERS: Final = 1_024  # of an embedding
_MOST_TEXT: Final = 4_000  # characters of a transcript
_AGAIN_AFTER_S: Final = 0.5
_MOST_FINGERPRINT: Final = 64 * 1024  # characters; ten minutes make 25,000
_BYTES: Final = {"Content-Type": "application/octet-stream"}
# Statuses that speak of this recording, for a detector that does not name a reason.
_REASONS: Final = {413: Reason.TOO_LARGE, 415: Reason.NOT_AUDIO, 422: Reason.CORRUPT}
# What only a transcript can be refused for.
_NOT_WORDS: Final = {"too_much_speech": Reason.TOO_LONG, "too_slow": Reason.TOO_LONG}


class DetectorBusy(Exception):
    """Every seat is taken. `retry_after_s`: when the detector expects a free one."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"busy for {retry_after_s:g} s")
        self.retry_after_s = retry_after_s


class DetectorDown(Exception):
    """No answer, or none that can be understood. The text is for the log: it holds nothing of the recording."""


class SpeechOff(Exception):
    """The service turns no recording into words: its operator has no model for it."""


class Unheard(Exception):
    """This recording cannot be turned into words, today or later. `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Transcript:
    """What somebody said: one line, "" where no words were heard. `language` is kk, ru, en or None."""

    text: str
    language: str | None
    seconds: float
    model: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """Voices can be compared: by which `model`; from `like` on two sound like one person, below `unlike` like two."""

    model: str
    like: float
    unlike: float


@dataclass(frozen=True, slots=True)
class VoicePrint:
    """A voice as numbers, the sum of their squares 1, and the model that made them."""

    numbers: tuple[float, ...]
    model: str


@dataclass(frozen=True, slots=True)
class SpeechInfo:
    """Whether recordings are turned into words: by which `model` or, when off, the `reason` for the operator."""

    on: bool = False
    model: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DetectorInfo:
    """Who answers. `key` changes whenever the same recording may get another verdict."""

    name: str
    version: str
    figures: Mapping[str, Any]
    speech: SpeechInfo = SpeechInfo()
    outside: tuple[OutsideService, ...] = ()
    others: tuple[str, ...] = ()  # detectors beside it that may be asked for another opinion

    @property
    def key(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def shares(self) -> dict[str, float]:
        """How often it is wrong, 0..1, where it says so: `false_alarms` of human notes are marked as synthetic, in
        `no_signs_synthetic` of synthetic ones it finds no signs, `missed` of them it does not mark."""
        found: dict[str, float] = {}
        for name in ("false_alarms", "no_signs_synthetic", "missed"):
            share = self.figures.get(name)
            if isinstance(share, int | float) and 0 <= share <= 1:
                found[name] = float(share)
        return found


class DetectorClient:
    """Asks one detector service. Keeps connections open; close it when done."""

    def __init__(
        self,
        url: str,
        api_key: str | None = None,
        *,
        timeout_s: float = 120.0,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`timeout_s` is the longest silence while a check runs; ten minutes of audio take about 20 s of work."""
        headers = {"X-API-Key": api_key} if api_key else {}
        timeout = httpx.Timeout(timeout_s, connect=5.0, write=60.0, pool=timeout_s)
        self._http = httpx.AsyncClient(
            base_url=url,
            headers=headers,
            timeout=timeout,
            transport=transport,
            trust_env=False,
            verify=certificates.trusted(),
            event_hooks={"request": [_part_of_what]},
        )
        self._sleep = sleep

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def check(self, recording: bytes, outside: Sequence[str] = ()) -> Answer:
        """Have one recording judged. Raises DetectorBusy, DetectorDown. `outside`: services of others that may get it;
        name those that the person agreed to.

        A failed connection or a 5xx is tried once more. A recording that cannot be judged is an answer of band `error`.
        """
        allowed = {"outside": ",".join(outside)} if outside else {}
        with metrics.detector_seconds.time():
            try:
                status, body, reply = await self._ask(
                    "POST", "/v1/checks", content=recording, headers=_BYTES, params=allowed
                )
            except DetectorDown:
                metrics.detector.labels("down").inc()
                raise
        metrics.detector.labels(str(status)).inc()
        return _judged(status, body, reply)

    async def opinion(self, recording: bytes, detector: str) -> Answer:
        """As `check`, by one of `DetectorInfo.others`. Raises DetectorBusy, DetectorDown."""
        status, body, reply = await self._ask(
            "POST", "/v1/opinions", params={"detector": detector}, content=recording, headers=_BYTES
        )
        return _judged(status, body, reply)

    async def fingerprint(self, recording: bytes) -> tuple[str, float] | None:
        """What a recording is known again by, and its seconds; None where that can't be told, whatever the cause."""
        try:
            status, body, _ = await self._ask("POST", "/v1/fingerprints", content=recording, headers=_BYTES)
            return (_fingerprint(body["fingerprint"]), _length(body["seconds"])) if status == 200 else None
        except (DetectorDown, KeyError, TypeError, ValueError):
            return None

    async def cut(self, recording: bytes, start_s: float, end_s: float) -> bytes:
        """A piece of a recording as Ogg/Opus. Raises DetectorBusy, DetectorDown."""
        with observe.span("detector /v1/cuts"):
            return await self._cut(recording, start_s, end_s)

    async def _cut(self, recording: bytes, start_s: float, end_s: float) -> bytes:
        found = bytearray()
        piece = {"start_s": start_s, "end_s": end_s}
        try:
            async with self._http.stream(
                "POST", "/v1/cuts", params=piece, content=recording, headers=_BYTES
            ) as response:
                if response.status_code == 429:
                    raise DetectorBusy(_seconds(response.headers.get("Retry-After")))
                if response.status_code != 200:
                    raise DetectorDown(f"cut: status {response.status_code}")
                async for chunk in response.aiter_bytes():
                    found += chunk
                    if len(found) > _LONGEST_ANSWER:
                        raise DetectorDown("the piece is too long")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DetectorDown(type(error).__name__) from error
        if not found.startswith(b"OggS"):
            raise DetectorDown("the piece is no Ogg")
        return bytes(found)

    async def info(self) -> DetectorInfo:
        """Who answers. Raises DetectorDown."""
        status, body, _ = await self._ask("GET", "/v1/info")
        model = body.get("model") if isinstance(body, dict) else None
        if status != 200 or not isinstance(model, dict):
            raise DetectorDown(f"info: status {status}")
        figures = model.get("figures")
        return DetectorInfo(
            _text(model.get("name")),
            _text(model.get("version")),
            figures if isinstance(figures, dict) else {},
            _speech_info(body.get("speech")),
            _outside_services(body.get("outside")),
            _others(body.get("others")),
        )

    async def transcribe(self, recording: bytes) -> Transcript:
        """The words of one recording. Raises DetectorBusy, DetectorDown, SpeechOff, Unheard."""
        status, body, reply = await self._ask("POST", "/v1/transcripts", content=recording, headers=_BYTES)
        if status == 200:
            return read_transcript(body)
        if status == 429:
            raise DetectorBusy(_seconds(reply.get("Retry-After")))
        if status in (404, 501):  # 404: a detector that has never heard of words
            raise SpeechOff
        if status in _REASONS:
            raise Unheard(_NOT_WORDS.get(_word(body), _named_reason(body) or _REASONS[status]))
        raise DetectorDown(f"status {status}")

    async def voices(self) -> Likeness | None:
        """What voices would be compared with; None where they cannot be. Raises DetectorDown."""
        status, body, _ = await self._ask("GET", "/v1/voices")
        if status in (404, 405, 501):  # a detector that has never heard of voices
            return None
        if status != 200:
            raise DetectorDown(f"voices: status {status}")
        try:
            if body["on"] is not True:
                return None
            return Likeness(_text(body["model"]), _number(body["like"]), _number(body["unlike"]))
        except (KeyError, TypeError, ValueError) as error:
            raise DetectorDown("the answer is not of the documented form") from error

    async def voice(self, recording: bytes) -> VoicePrint:
        """The voice of one recording. Raises DetectorBusy, DetectorDown, SpeechOff, Unheard."""
        headers = {"Content-Type": "application/octet-stream"}
        status, body, reply = await self._ask("POST", "/v1/voices", content=recording, headers=headers)
        if status == 200:
            return read_voice(body)
        if status == 429:
            raise DetectorBusy(_seconds(reply.get("Retry-After")))
        if status in (404, 405, 501):
            raise SpeechOff
        if status in _REASONS:
            raise Unheard(_named_reason(body) or _REASONS[status])
        raise DetectorDown(f"status {status}")

    async def alive(self) -> bool:
        """Whether the service answers at all."""
        try:
            response = await self._http.get("/healthz", timeout=3.0)
        except httpx.HTTPError:
            return False
        return response.status_code == 200

    async def _ask(self, method: str, path: str, **request: Any) -> tuple[int, Any, httpx.Headers]:
        """Status, parsed body (None where it is no JSON), headers. Raises DetectorDown."""
        with observe.span(f"detector {path}"):
            status, body, reply = await self._ask_twice(method, path, request)
            observe.note(status=status)
            return status, body, reply

    async def _ask_twice(self, method: str, path: str, request: dict[str, Any]) -> tuple[int, Any, httpx.Headers]:
        for last in (False, True):
            try:
                async with self._http.stream(method, path, **request) as response:
                    if response.status_code < 500 or response.status_code == httpx.codes.NOT_IMPLEMENTED or last:
                        return response.status_code, await _json(response), response.headers
            except httpx.ReadTimeout as error:  # it had its time; a second try would double the wait
                raise DetectorDown("no answer in time") from error
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                if last:
                    raise DetectorDown(type(error).__name__) from error
            await self._sleep(_AGAIN_AFTER_S)
        raise AssertionError("the second try returns or raises")


async def _part_of_what(request: httpx.Request) -> None:
    """Tell the detector which span its work belongs to."""
    request.headers.update(observe.headers())


async def _json(response: httpx.Response) -> Any:
    """The body as JSON, None when it is none. Raises DetectorDown when it is absurdly long."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > _LONGEST_ANSWER:
            raise DetectorDown("the answer is too long")
    try:
        return json.loads(body)
    except ValueError:
        return None


def _judged(status: int, body: Any, reply: httpx.Headers) -> Answer:
    """The answer that a check came to. Raises DetectorBusy, DetectorDown."""
    if status == 200:
        return read_answer(body)
    reason = _named_reason(body) or _REASONS.get(status)
    if status == 429 or reason is Reason.BUSY:
        raise DetectorBusy(_seconds(reply.get("Retry-After")))
    if reason is None or reason.band is not Band.ERROR or reason.passes:
        raise DetectorDown(f"status {status}")
    return Answer(Band.ERROR, None, reason, 0.0, 0.0, "")


def read_answer(body: Any) -> Answer:
    """The answer in a parsed body. Raises DetectorDown when it is not of the documented form."""
    try:
        segments = tuple(_segment(item) for item in _list(body["segments"], _MOST_SEGMENTS))
        return Answer(
            band=Band(body["band"]),
            p=_share(body["p"]),
            reason=None if body["reason"] is None else Reason(body["reason"]),
            speech_s=_length(body["speech_s"]),
            seconds=_length(body["seconds"]),
            detector=_text(body["model"]),
            segments=segments,
            warnings=tuple(word for word in _list(body.get("warnings", []), 20) if word in _WARNINGS),
            waveform=tuple(_share(value) or 0.0 for value in _list(body.get("waveform", []), _MOST_WAVEFORM)),
            outside=_outside_words(body.get("outside", [])),
            fingerprint=_fingerprint(body.get("fingerprint", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DetectorDown("the answer is not of the documented form") from error


def read_transcript(body: Any) -> Transcript:
    """The transcript in a parsed body. Raises DetectorDown when it is not of the documented form."""
    try:
        text, language = body["text"], body["language"]
        if not isinstance(text, str) or language not in (None, "kk", "ru", "en"):
            raise ValueError("no transcript")
        words = " ".join("".join(sign if sign.isprintable() else " " for sign in text[:_MOST_TEXT]).split())
        return Transcript(words, language, _length(body["seconds"]), _text(body["model"]))
    except (KeyError, TypeError, ValueError) as error:
        raise DetectorDown("the transcript is not of the documented form") from error


def read_voice(body: Any) -> VoicePrint:
    """The voice in a parsed body. Raises DetectorDown when it is not of the documented form."""
    try:
        numbers = tuple(_number(each) for each in _list(body["embedding"], _MOST_NUMBERS))
        length = math.hypot(*numbers)
        if not 0.9 < length < 1.1:
            raise ValueError("no voice")
        return VoicePrint(numbers, _text(body["model"]))
    except (KeyError, TypeError, ValueError) as error:
        raise DetectorDown("the voice is not of the documented form") from error


def _speech_info(told: Any) -> SpeechInfo:
    """What the service says of words; a detector that says nothing has none."""
    if not isinstance(told, dict):
        return SpeechInfo(reason="The detector does not offer it.")
    if told.get("on") is True:
        return SpeechInfo(on=True, model=_text(told.get("model")))
    return SpeechInfo(reason=_text(told.get("reason"), most=200))


def _outside_services(told: Any) -> tuple[OutsideService, ...]:
    """The services of others that it can ask; a detector that says nothing, or nonsense, asks nobody."""
    found = []
    for each in told[:_MOST_OUTSIDE] if isinstance(told, list) else ():
        name = each.get("name") if isinstance(each, dict) else None
        if isinstance(name, str) and _OUTSIDE_NAME.fullmatch(name):
            found.append(OutsideService(name, _text(each.get("title"), 40) or name, each.get("keeps_nothing") is True))
    return tuple(found)


def _outside_words(told: Any) -> tuple[OutsideWord, ...]:
    return read_words(
        {
            "title": _text(item["title"], 40),
            "outcome": item["outcome"],
            "why": _text(item["why"], 20),
            "p": _share(item["p"]),
        }
        for item in _list(told, _MOST_OUTSIDE)
    )


def _others(told: Any) -> tuple[str, ...]:
    """Names of other detectors, as many as fit on buttons; anything else is none."""
    names = told if isinstance(told, list) else []
    return tuple(name for name in names if isinstance(name, str) and _NAME.fullmatch(name))[:MOST_OTHERS]


def _fingerprint(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _MOST_FINGERPRINT or not value.isascii():
        raise ValueError("no fingerprint")
    return value


def _segment(item: Any) -> Segment:
    return Segment(_length(item["start_s"]), _length(item["end_s"]), _share(item["p"]), bool(item["speech"]))


def _list(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError("not a list of that length")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("not a number")
    return float(value)


def _length(value: Any) -> float:
    seconds = _number(value)
    if not 0 <= seconds < 86_400:
        raise ValueError("not a length in seconds")
    return seconds


def _share(value: Any) -> float | None:
    if value is None:
        return None
    share = _number(value)
    if not 0 <= share <= 1:
        raise ValueError("not a probability")
    return share


def _text(value: Any, most: int = 80) -> str:
    """A name to show: printable and short."""
    return "".join(sign for sign in str(value or "") if sign.isprintable())[:most]


def _named_reason(body: Any) -> Reason | None:
    name = _word(body)
    return Reason(name) if name in set(Reason) else None


def _word(body: Any) -> str:
    """The `reason` of a problem document."""
    name = body.get("reason") if isinstance(body, dict) else None
    return name if isinstance(name, str) else ""


def _seconds(header: str | None) -> float:
    """Retry-After in seconds, 1 to 300; the date form is not used by detectors and counts as 5."""
    if header is None or not header.strip().isdecimal():
        return 5.0
    return float(max(1, min(300, int(header))))

"""Recordings, what a detector says of them, and the rule from its answer to a verdict. Pure.

The rule is stricter than the detector: whoever answers, too little speech is *cannot tell*, and a band without a
score is not a band. "No signs found" never means "genuine".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import Any, Final

from bot.voice.consent import OutsideWord, read_words

MAX_BYTES: Final = 20 * 2**20  # what the Bot API lets a bot download
MAX_SECONDS: Final = 600
MIN_SPEECH_S: Final = 2.0
AUDIO_SUFFIXES: Final = frozenset(
    (".ogg", ".oga", ".opus", ".mp3", ".m4a", ".aac", ".wav", ".flac", ".amr", ".mp4", ".webm", ".3gp", ".mov")
)


class Kind(StrEnum):
    """How a recording came."""

    VOICE = "voice"
    AUDIO = "audio"
    VIDEO = "video"
    VIDEO_NOTE = "video_note"
    DOCUMENT = "document"


class Band(StrEnum):
    """What is said to the person. There are three findings and one failure."""

    SYNTHETIC = "synthetic"
    NO_SIGNS = "no_signs"
    UNSURE = "unsure"
    ERROR = "error"


class Reason(StrEnum):
    """Why the band is `unsure` or `error`."""

    TOO_SHORT = "too_short"
    NO_SPEECH = "no_speech"
    TOO_NOISY = "too_noisy"
    MUSIC = "music"
    SEVERAL_SPEAKERS = "several_speakers"
    PHONE_BAND = "phone_band"
    BETWEEN = "between"

    NOT_AUDIO = "not_audio"
    CORRUPT = "corrupt"
    TOO_LONG = "too_long"
    TOO_LARGE = "too_large"
    BUSY = "busy"
    DETECTOR_DOWN = "detector_down"

    @property
    def band(self) -> Band:
        """The band that this reason goes with."""
        return Band.ERROR if self in _FAILURES else Band.UNSURE

    @property
    def passes(self) -> bool:
        """Whether trying the same recording later may give something else."""
        return self in (Reason.BUSY, Reason.DETECTOR_DOWN)


_FAILURES: Final = frozenset(
    (Reason.NOT_AUDIO, Reason.CORRUPT, Reason.TOO_LONG, Reason.TOO_LARGE, Reason.BUSY, Reason.DETECTOR_DOWN)
)
_SCORED: Final = frozenset((Reason.BETWEEN, Reason.SEVERAL_SPEAKERS, Reason.PHONE_BAND))


class Feedback(StrEnum):
    """What a person says was there, where a verdict was wrong."""

    HUMAN = "human"
    SYNTHETIC = "synthetic"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Recording:
    """What Telegram says of a recording before it is downloaded. Any of it may be unknown."""

    kind: Kind
    size: int | None = None  # bytes
    length_s: float | None = None
    file_name: str | None = None
    mime: str | None = None

    def refusal(self) -> Reason | None:
        """Why it is not even downloaded, or None. Lengths are the sender's word: the detector measures again."""
        if self.kind is Kind.DOCUMENT and not self._sounds_like_audio():
            return Reason.NOT_AUDIO
        if self.size is not None and self.size > MAX_BYTES:
            return Reason.TOO_LARGE
        if self.length_s is not None and self.length_s > MAX_SECONDS:
            return Reason.TOO_LONG
        # Telegram rounds lengths to whole seconds and says 0 where it does not know.
        if self.length_s is not None and 0 < self.length_s < MIN_SPEECH_S - 0.5:
            return Reason.TOO_SHORT
        return None

    def _sounds_like_audio(self) -> bool:
        """Files are checked when their type or name says audio: WhatsApp notes arrive so."""
        mime = (self.mime or "").lower()
        if mime.startswith(("audio/", "video/")) or mime == "application/ogg":
            return True
        return PurePath((self.file_name or "").lower()).suffix in AUDIO_SUFFIXES


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a recording, seconds from its start. `p` is None where too little is said to score it."""

    start_s: float
    end_s: float
    p: float | None
    speech: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a detector said, its types checked, its claims not."""

    band: Band
    p: float | None
    reason: Reason | None
    speech_s: float
    seconds: float
    detector: str
    segments: tuple[Segment, ...] = ()
    warnings: tuple[str, ...] = ()
    waveform: tuple[float, ...] = ()
    outside: tuple[OutsideWord, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the person is told.

    `reason` is None exactly for `synthetic` and `no_signs`; `p` is None unless the speech was scored; `detector` is
    its name and version, empty when none answered. `waveform` holds peaks 0 … 1 for the picture. `outside`: services of
    others that were asked.
    """

    band: Band
    reason: Reason | None = None
    p: float | None = None
    speech_s: float = 0.0
    seconds: float = 0.0
    detector: str = ""
    segments: tuple[Segment, ...] = ()
    warnings: tuple[str, ...] = ()
    waveform: tuple[float, ...] = ()
    outside: tuple[OutsideWord, ...] = ()

    @property
    def final(self) -> bool:
        """Whether asking again is pointless."""
        return self.reason is None or not self.reason.passes

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; `from_dict` reads them back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Verdict:
        """A verdict that `as_dict` wrote, also after JSON. Raises KeyError, TypeError, ValueError for anything else."""
        return cls(
            band=Band(saved["band"]),
            reason=None if saved["reason"] is None else Reason(saved["reason"]),
            p=saved["p"],
            speech_s=saved["speech_s"],
            seconds=saved["seconds"],
            detector=saved["detector"],
            segments=tuple(Segment(**segment) for segment in saved["segments"]),
            warnings=tuple(saved["warnings"]),
            waveform=tuple(saved["waveform"]),
            outside=read_words(saved.get("outside", ())),
        )


def cannot_check(reason: Reason) -> Verdict:
    """The verdict on a recording that no detector judged."""
    return Verdict(reason.band, reason)


def verdict(answer: Answer) -> Verdict:
    """What to say, given what the detector said."""
    band, reason = _band(answer)
    scored = reason is None or reason in _SCORED
    return Verdict(
        band=band,
        reason=reason,
        p=answer.p if scored else None,
        speech_s=answer.speech_s,
        seconds=answer.seconds,
        detector=answer.detector,
        segments=answer.segments,
        warnings=answer.warnings,
        waveform=answer.waveform,
        outside=answer.outside,
    )


def _band(answer: Answer) -> tuple[Band, Reason | None]:
    if answer.band is Band.ERROR:
        failure = answer.reason if answer.reason in _FAILURES else Reason.DETECTOR_DOWN
        return Band.ERROR, failure
    if answer.band is Band.UNSURE and answer.reason is not None and answer.reason not in _FAILURES | _SCORED:
        return Band.UNSURE, answer.reason
    if answer.speech_s < MIN_SPEECH_S:
        return Band.UNSURE, Reason.TOO_SHORT
    if answer.band is Band.UNSURE and answer.reason in _SCORED:
        return Band.UNSURE, answer.reason
    if answer.band is Band.UNSURE or answer.p is None:
        return Band.UNSURE, Reason.BETWEEN
    return answer.band, None

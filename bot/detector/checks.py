"""One recording in, one finding out: what the service and the command line both call.

The finding has four bands. `synthetic` and `no_signs` are said only where calibration earned them; `unsure` is the
honest middle, with a reason; `error` means that nothing could be looked at. Whatever the bytes are, `check` returns.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.detector.activity import FRAMES, Activity, analyse
from bot.detector.audio import Unusable
from bot.detector.children import CannotDecode, Decoders
from bot.detector.scoring import SYNTHETIC, UNSURE, Judged, Listener, WindowScore, probability
from bot.detector.speakers import several_speak

if TYPE_CHECKING:
    from bot.detector.providers.outside import Asked

BETWEEN: Final = "between"
PHONE_BAND: Final = "phone_band"
SEVERAL_SPEAKERS: Final = "several_speakers"

MAX_BYTES: Final = 20 * 2**20
MIN_SPEECH_S: Final = 2.0
NO_SPEECH_S: Final = 0.5  # less than this is a cough or a chair, not somebody who spoke too briefly
MIN_SNR_DB: Final = 8.0  # the embedded model heard nothing noisier in training
MUSIC: Final = 0.3  # share of held notes; of 150 human recordings one in a hundred passes .13
SOME_MUSIC: Final = 0.15  # likewise: a warning, the verdict stands
NOISY_DB: Final = 20.0  # below: a warning, the verdict stands
CLIPPED: Final = 0.002  # share of samples, likewise
WAVEFORM: Final = 240  # points of the drawn waveform

_GRID_S: Final = 2.0  # length of a segment where no window was scored
_SPOKEN: Final = 0.3  # share of speech that makes a segment count as speech


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the recording. `p` is None where too little is said to score it."""

    start_s: float
    end_s: float
    p: float | None
    speech: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """What could be said of one recording.

    `p` assumes that synthetic and human are equally likely beforehand. `reason` is None for the bands `synthetic`
    and `no_signs`. `warnings`: see `warnings` below. `waveform`: peaks 0 … 1, evenly spaced. `outside`: which
    services of others were asked, and what came of it.
    """

    band: str
    p: float | None
    reason: str | None
    speech_s: float
    seconds: float
    segments: tuple[Segment, ...]
    model: str
    ms: int
    warnings: tuple[str, ...] = ()
    waveform: tuple[float, ...] = ()
    outside: tuple[Asked, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The object that the command line prints, without its path."""
        return {
            "band": self.band,
            "p": self.p,
            "reason": self.reason,
            "speech_s": self.speech_s,
            "seconds": self.seconds,
            "segments": [{"start_s": s.start_s, "end_s": s.end_s, "p": s.p, "speech": s.speech} for s in self.segments],
            "model": self.model,
            "ms": self.ms,
        }


class Checker:
    """A model and the children that decode for it. Thread-safe, as far as the model is."""

    def __init__(self, model: Listener, decoders: Decoders, max_bytes: int = MAX_BYTES) -> None:
        self.model = model
        self.decoders = decoders
        self.max_bytes = max_bytes
        self.name = f"{model.name} {model.version}"

    def check(self, data: bytes) -> Finding:
        """Decode, measure and score. Blocks for as long as that takes; raises nothing for any bytes."""
        started = time.perf_counter()
        if len(data) > self.max_bytes:
            return self.failed("too_large", started)
        try:
            decoded = self.decoders.decode(data)
        except Unusable as unusable:
            return self.failed(unusable.reason, started)
        except CannotDecode:
            return self.failed("detector_down", started)
        activity = analyse(decoded.samples)
        reason = unscorable(activity)
        judged: Judged | None = None
        several = False
        if reason is None:
            several = several_speak(decoded.samples, activity.speech)
            judged = self.model.judge(decoded.samples, activity.speech, activity.speech_s, activity.snr_db)
        band, reason = _verdict(judged, activity, reason, several)
        return Finding(
            band=band,
            p=None if judged is None else round(judged.scored.p, 4),
            reason=reason,
            speech_s=activity.speech_s,
            seconds=round(activity.seconds, 2),
            segments=segments(activity, judged.scored.windows if judged else ()),
            model=judged.model if judged else self.name,
            ms=_ms(started),
            warnings=warnings(activity, damaged=decoded.facts.damaged, several=several),
            waveform=waveform(decoded.samples),
        )

    def failed(self, reason: str, started: float | None = None) -> Finding:
        """The finding for what could not be looked at. `started`: `time.perf_counter()` when it was tried."""
        ms = 0 if started is None else _ms(started)
        return Finding("error", None, reason, 0.0, 0.0, (), self.name, ms)


def _verdict(judged: Judged | None, activity: Activity, reason: str | None, several: bool) -> tuple[str, str | None]:
    if judged is None:
        return UNSURE, reason
    if activity.phone_band:
        # The bands' promise was measured on full-band recordings; a telephone line takes what it stands on.
        return UNSURE, PHONE_BAND
    if several and judged.band != SYNTHETIC:
        # The score is a mean over all who speak: one of them may be synthetic behind it. Signs are signs all the same.
        return UNSURE, SEVERAL_SPEAKERS
    return judged.band, BETWEEN if judged.band == UNSURE else None


def unscorable(activity: Activity) -> str | None:
    """Why a recording must not be scored, or None. The first that holds is said."""
    if activity.seconds < MIN_SPEECH_S:
        return "too_short"
    if activity.silent:
        return "no_speech"
    if activity.held >= MUSIC:
        return "music"
    if activity.speech_s < NO_SPEECH_S:
        return "no_speech"
    if activity.speech_s < MIN_SPEECH_S:
        return "too_short"
    if activity.snr_db is not None and activity.snr_db < MIN_SNR_DB:
        return "too_noisy"
    return None


def warnings(activity: Activity, *, damaged: bool, several: bool) -> tuple[str, ...]:
    """What makes the finding weaker without forbidding it: noise, clipping, a telephone's band, music, several
    speakers, damaged parts."""
    found = {
        "noise": activity.snr_db is not None and activity.snr_db < NOISY_DB,
        "clipping": activity.clipped > CLIPPED,
        PHONE_BAND: activity.phone_band,
        "music": activity.held >= SOME_MUSIC,
        SEVERAL_SPEAKERS: several,
        "damaged": damaged,
    }
    return tuple(name for name, holds in found.items() if holds)


def segments(activity: Activity, windows: tuple[WindowScore, ...]) -> tuple[Segment, ...]:
    """The recording cut where windows begin and end: adjoining pieces from 0 to its end.

    Where windows overlap, their log-likelihood ratios are averaged.
    """
    end = activity.seconds
    cuts = {round(edge, 2) for w in windows for edge in (w.start_s, w.end_s)}
    if not windows:
        cuts = {round(n * _GRID_S, 2) for n in range(int(end / _GRID_S) + 1)}
    edges = [0.0]
    for cut in sorted(cuts):
        if cut - edges[-1] >= 0.5 and end - cut >= 0.5:
            edges.append(cut)
    edges.append(round(end, 2))
    pieces = []
    for start, stop in itertools.pairwise(edges):
        middle = (start + stop) / 2
        logits = [w.logit for w in windows if w.start_s <= middle < w.end_s]
        frames = activity.speech[int(start * FRAMES) : max(int(stop * FRAMES), int(start * FRAMES) + 1)]
        spoken = bool(len(frames) and frames.mean() >= _SPOKEN)
        p = round(probability(sum(logits) / len(logits)), 4) if logits and spoken else None
        pieces.append(Segment(start, stop, p, spoken))
    return tuple(pieces)


def waveform(samples: NDArray[np.float32], points: int = WAVEFORM) -> tuple[float, ...]:
    """Peaks for drawing, relative to the loudest, 0 … 1; fewer points for a recording of fewer samples."""
    if len(samples) == 0:
        return ()
    starts = np.unique(np.linspace(0, len(samples), points, endpoint=False).astype(np.int64))
    peaks = np.maximum(np.maximum.reduceat(samples, starts), -np.minimum.reduceat(samples, starts))
    top = max(float(peaks.max()), 1e-4)
    return tuple(round(float(peak) / top, 2) for peak in peaks)


def _ms(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)

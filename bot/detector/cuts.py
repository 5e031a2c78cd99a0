"""A piece of a recording as a voice note of its own: decoded like any other, encoded anew, kept nowhere."""

from __future__ import annotations

import io
from typing import Final

import numpy as np

from bot.detector.features import RATE, Floats

LONGEST_S: Final = 30.0
_BITS_A_SECOND: Final = 32_000  # as Telegram's own clients record
_FADE_S: Final = 0.02  # at both ends: a wave that is cut open clicks


def cut(samples: Floats, start_s: float, end_s: float) -> bytes:
    """Ogg/Opus of what lies between two moments of mono samples at 16 kHz; moved inside where it lies beyond the end.

    Raises ValueError when that is longer than LONGEST_S, or nothing.
    """
    seconds = len(samples) / RATE
    length = min(end_s - start_s, seconds)
    if not 0 < length <= LONGEST_S:
        raise ValueError("the piece is empty or too long")
    start = max(0.0, min(start_s, seconds - length))
    piece = samples[int(start * RATE) : int((start + length) * RATE)].astype(np.float32)
    fade = min(int(_FADE_S * RATE), len(piece) // 2)
    if fade:
        ramp = np.linspace(0, 1, fade, dtype=np.float32)
        piece[:fade] *= ramp
        piece[-fade:] *= ramp[::-1]
    return _opus(piece)


def _opus(piece: Floats) -> bytes:
    import av

    out = io.BytesIO()
    with av.open(out, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=48_000, layout="mono")
        stream.bit_rate = _BITS_A_SECOND
        whole = av.AudioFrame.from_ndarray(
            (piece.clip(-1, 1) * 32767).astype(np.int16).reshape(1, -1), format="s16", layout="mono"
        )
        whole.sample_rate = RATE
        whole.pts = 0
        resampler = av.AudioResampler(format=stream.codec_context.format, layout="mono", rate=48_000)
        for frame in [*resampler.resample(whole), *resampler.resample(None)]:
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()

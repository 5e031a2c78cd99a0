"""Reading recordings and sending them through lossy codecs in memory (PyAV)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import av
import numpy as np

from bot.detector.features import RATE, Floats

_CONTAINERS = {"libopus": "ogg", "libmp3lame": "mp3"}


def decode(source: Path | io.BytesIO, rate: int = RATE) -> Floats:
    """Mono float32 samples of the first audio stream at `rate`. Raises av.FFmpegError for what cannot be read."""
    pieces: list[Floats] = []
    with av.open(str(source) if isinstance(source, Path) else source, "r") as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
        for frame in container.decode(audio=0):
            pieces.extend(_flat(out) for out in resampler.resample(frame))
        pieces.extend(_flat(out) for out in resampler.resample(None))
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)


def _flat(frame: Any) -> Floats:
    flat: Floats = frame.to_ndarray().reshape(-1).astype(np.float32)
    return flat


def through(samples: Floats, codec: str, bits: int, rate: int = 48_000) -> Floats:
    """Encode 16 kHz samples with `libopus` or `libmp3lame` at `bits` a second, decode again; same length back."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=_CONTAINERS[codec]) as container:
        stream: Any = container.add_stream(codec, rate=rate)
        stream.layout = "mono"
        stream.bit_rate = bits
        if codec == "libopus":
            stream.options = {"application": "voip", "compression_level": "5"}
        resampler = av.AudioResampler(
            format=stream.codec_context.format, layout="mono", rate=rate, frame_size=stream.frame_size or 0
        )
        frame = av.AudioFrame.from_ndarray(np.clip(samples, -1, 1)[None].astype(np.float32), "flt", "mono")
        frame.sample_rate = RATE
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            piece.pts = None
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    buffer.seek(0)
    back = decode(buffer)[: len(samples)]
    return np.pad(back, (0, len(samples) - len(back)))

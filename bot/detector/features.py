"""What the scoring model looks at: log power in 80 linear bands, 60 to 7400 Hz.

Linear bands, because the traces of vocoders lie as much at 5 kHz as at 500 Hz; nothing above 7400 Hz, because the
sampling rate of the source shows there and says nothing about the speaker. Only numpy is needed.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE: Final = 16_000  # samples a second
FRAME: Final = 400  # samples in a frame, 25 ms
HOP: Final = 160  # samples between frames, 10 ms
FFT: Final = 512
BANDS: Final = 80
LOW_HZ: Final = 60.0
HIGH_HZ: Final = 7400.0
WINDOW: Final = 400  # frames in a scoring window, 4 s
FLOOR: Final = 1e-7  # of the recording's mean band power: digital silence is no finding
_CHUNK: Final = 2000  # frames transformed at a time, which bounds the memory for long recordings

Floats = NDArray[np.float32]


def _band_weights() -> Floats:
    """Triangular filters on the power spectrum, (FFT/2+1, BANDS), each summing to one."""
    edges = np.linspace(LOW_HZ, HIGH_HZ, BANDS + 2)
    bins = np.arange(FFT // 2 + 1) * (RATE / FFT)
    rise = (bins[:, None] - edges[None, :-2]) / (edges[1] - edges[0])
    fall = (edges[None, 2:] - bins[:, None]) / (edges[1] - edges[0])
    weights = np.clip(np.minimum(rise, fall), 0.0, None)
    shares: Floats = (weights / weights.sum(axis=0)).astype(np.float32)
    return shares


_WEIGHTS: Final = _band_weights()
_TAPER: Final = np.hanning(FRAME).astype(np.float32)


def frame_count(samples: int) -> int:
    """How many whole frames a recording of so many samples has."""
    return 0 if samples < FRAME else 1 + (samples - FRAME) // HOP


def log_bands(samples: Floats) -> Floats:
    """Natural log of the power in each band: (frames, BANDS) for mono float samples at 16 kHz.

    A recording shorter than one frame gives (0, BANDS). Values are relative to nothing: `window` takes the level out.
    """
    wave = np.ascontiguousarray(samples, dtype=np.float32)
    frames = frame_count(len(wave))
    power = np.empty((frames, BANDS), dtype=np.float32)
    if not frames:
        return power
    pieces = np.lib.stride_tricks.sliding_window_view(wave, FRAME)[::HOP]
    for start in range(0, frames, _CHUNK):
        spectrum = np.fft.rfft(pieces[start : start + _CHUNK] * _TAPER, FFT, axis=1)
        power[start : start + _CHUNK] = (spectrum.real**2 + spectrum.imag**2).astype(np.float32) @ _WEIGHTS
    floor = FLOOR * float(power.mean()) + 1e-12
    logs: Floats = np.log(power + np.float32(floor))
    return logs


def window(logs: Floats, start: int, frames: int = WINDOW) -> Floats:
    """The model's input: frames `start` to `start + frames`, (BANDS, frames), the mean of each band removed.

    A piece that is shorter is repeated end to end, so that a short note is not judged by the silence around it.
    """
    piece = logs[start : start + frames]
    if not len(piece):
        raise ValueError("no frames in this window")
    if len(piece) < frames:
        piece = np.tile(piece, (-(-frames // len(piece)), 1))[:frames]
    centred: Floats = (piece - piece.mean(axis=0, keepdims=True)).T.astype(np.float32)
    return centred

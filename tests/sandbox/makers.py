"""Real recordings and pictures, made on the spot."""

import io
from typing import Any

import av
import numpy as np
from PIL import Image


def recording(kind: str, seconds: float, codec: str = "libopus", video: bool = False) -> bytes:
    """A tone in a container (webm, ogg, mp3, mp4), with a small picture track when asked for."""
    out = io.BytesIO()
    rate = 48_000
    with av.open(out, "w", format=kind) as container:
        picture: Any = None
        if video:
            picture = container.add_stream("mpeg4", rate=10)
            picture.width = picture.height = 240
            picture.pix_fmt = "yuv420p"
        audio: Any = container.add_stream(codec, rate=rate)
        audio.layout = "mono"
        if picture is not None:
            for _ in range(int(seconds * 10)):
                frame = av.VideoFrame.from_ndarray(np.zeros((240, 240, 3), np.uint8), format="rgb24")
                container.mux(picture.encode(frame))
            container.mux(picture.encode(None))
        wave = np.sin(np.arange(int(seconds * rate)) * 440 * 2 * np.pi / rate).astype(np.float32) * 0.3
        form = "fltp" if codec in ("aac", "libmp3lame") else "flt"
        for begin in range(0, len(wave), 960):
            part = wave[begin : begin + 960].reshape(1, -1)
            heard = av.AudioFrame.from_ndarray(part, format=form, layout="mono")
            heard.sample_rate = rate
            heard.pts = begin
            container.mux(audio.encode(heard))
        container.mux(audio.encode(None))
    return out.getvalue()


def packets(data: bytes) -> list[bytes]:
    """The compressed packets of the first audio track."""
    with av.open(io.BytesIO(data), "r") as container:
        return [bytes(packet) for packet in container.demux(container.streams.audio[0]) if packet.size]


def sound(data: bytes) -> float:
    """Seconds of sound that really decode."""
    with av.open(io.BytesIO(data), "r") as container:
        frames = list(container.decode(container.streams.audio[0]))
        return sum(frame.samples / frame.sample_rate for frame in frames)


def picture(width: int, height: int, kind: str = "PNG", mode: str = "RGB") -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new(mode, (width, height), 120).save(out, kind)
    return out.getvalue()

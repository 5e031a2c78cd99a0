"""Look into media as Telegram's servers do: duration and size of audio and video, photos in several sizes.

Blocking; callers run it in a thread.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import av
from PIL import Image, UnidentifiedImageError

from bot.sandbox.errors import bad

EBML = b"\x1a\x45\xdf\xa3"  # WebM and Matroska begin so
PHOTO_BYTES = 10 * 1024 * 1024
_SIZES = (90, 320, 800, 1280)


@dataclass(frozen=True, slots=True)
class Probe:
    """What a recording tells of itself; zeros when it tells nothing. Seconds are whole, at least 1."""

    duration: int = 0
    width: int = 0
    height: int = 0
    title: str | None = None
    performer: str | None = None


def probe(data: bytes) -> Probe:
    """Duration, picture size and tags; an empty `Probe` for what is no media."""
    try:
        with av.open(io.BytesIO(data), "r") as container:
            video = next((s for s in container.streams.video), None)
            seconds = container.duration / av.time_base if container.duration else _measured(container)
            tags = {key.lower(): value for key, value in container.metadata.items()}
            return Probe(
                duration=max(1, int(seconds + 0.5)) if seconds > 0 else 0,
                width=video.codec_context.width if video else 0,
                height=video.codec_context.height if video else 0,
                title=tags.get("title"),
                performer=tags.get("artist"),
            )
    except (av.FFmpegError, ValueError, OSError, IndexError, UnicodeDecodeError):
        return Probe()


def _measured(container: av.container.InputContainer) -> float:
    """Seconds up to the end of the last packet, for files without a duration (recorded live)."""
    end = 0.0
    for packet in container.demux():
        if packet.pts is not None and packet.time_base is not None:
            end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    return end


def to_ogg(data: bytes) -> bytes | None:
    """WebM or Matroska with Opus as Ogg with the very same Opus packets; None when it holds no Opus."""
    out = io.BytesIO()
    try:
        with av.open(io.BytesIO(data), "r") as source:
            track = next((s for s in source.streams.audio if s.codec_context.name in ("opus", "libopus")), None)
            if track is None:
                return None
            with av.open(out, "w", format="ogg") as target:
                copied = target.add_stream_from_template(track)
                for packet in source.demux(track):
                    if packet.dts is None:
                        continue
                    packet.stream = copied
                    target.mux(packet)
    except (av.FFmpegError, ValueError, OSError):
        return None
    return out.getvalue()


def photo_sizes(data: bytes) -> list[tuple[int, int, bytes]]:
    """Width, height and JPEG of a photo, small to large. Raises `ApiError` 400 as Telegram does."""
    if len(data) > PHOTO_BYTES:
        raise bad("file is too big for a photo")
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP", "GIF", "BMP")) as image:
            width, height = image.size
            if width + height > 10_000 or max(width, height) > 20 * min(width, height):
                raise bad("PHOTO_INVALID_DIMENSIONS")
            image.load()
            flat = _flat(image)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as wrong:
        raise bad("IMAGE_PROCESS_FAILED") from wrong
    sizes = [edge for edge in _SIZES if edge < max(flat.size)]
    sizes.append(min(max(flat.size), _SIZES[-1]))
    made = []
    for edge in sorted(set(sizes)):
        smaller = flat.copy()
        smaller.thumbnail((edge, edge))
        out = io.BytesIO()
        smaller.save(out, "JPEG", quality=87)
        made.append((smaller.width, smaller.height, out.getvalue()))
    return made


def _flat(image: Image.Image) -> Image.Image:
    """Without transparency: on white, as Telegram shows it."""
    if image.mode in ("RGBA", "LA", "P"):
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(white, rgba).convert("RGB")
    return image.convert("RGB")

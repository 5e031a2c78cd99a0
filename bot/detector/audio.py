"""Untrusted bytes to mono 16 kHz samples, in a process of their own.

Run as a file, this module is the decoding child: it reads one recording after another from standard input and writes
samples to standard output. Each recording gets a fresh process (a fork, where the system has one) that has given up,
before it looks at the first byte, the right to open anything: no file, no socket, a few seconds of processor, a fixed
amount of memory. What a hostile file could take over has nothing to take, and is gone before the next recording.

Nothing but PyAV is imported, inside the child only: a child costs 30 MB and starts in a tenth of a second.
`children.py` is the other end of the pipes. Container and codec are chosen by us from short lists, never guessed by
the library, so playlists and the like, which name further addresses to open, are not even looked at.

A question on standard input:  16 bytes of nonce, 4 bytes of length (big-endian), the recording.
The answer on standard output: the nonce, then records of 1 letter, 4 bytes of length and a body:
    S  samples, float32 little-endian          E  the end: a JSON object, `Facts` or {"reason": …}
"""

from __future__ import annotations

import importlib
import io
import json
import os
import pkgutil
import signal
import struct
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

if TYPE_CHECKING:
    import av

RATE: Final = 16_000  # samples a second, after decoding
NONCE: Final = 16  # bytes

# The magic numbers of what phones, messengers and browsers record; the value is the name of FFmpeg's demuxer.
_MAGIC: Final = (
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"\x1aE\xdf\xa3", "matroska"),
    (0, b"#!AMR", "amr"),
    (0, b"caff", "caf"),
    (4, b"ftyp", "mov"),
    (4, b"moov", "mov"),
    (4, b"mdat", "mov"),
    (4, b"wide", "mov"),
    (4, b"free", "mov"),
    (8, b"WAVE", "wav"),
    (8, b"AIF", "aiff"),
)
CODECS: Final = frozenset(
    "opus libopus vorbis mp3 mp3float mp2 mp2float aac flac alac speex gsm_ms amrnb amrwb libopencore_amrnb "  # noqa: SIM905
    "libopencore_amrwb adpcm_ms adpcm_ima_wav pcm_u8 pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be "
    "pcm_f32le pcm_f32be pcm_f64le pcm_alaw pcm_mulaw".split()
)
_RATES: Final = range(4_000, 384_001)  # samples a second that a real recording has; others are broken headers
_MOST_BAD: Final = 0.25  # share of packets that may be undecodable before the whole counts as corrupt


@dataclass(frozen=True, slots=True)
class Limits:
    """What one recording may cost. Seconds of audio, of processor, on the clock; bytes of memory."""

    audio_s: float = 600.0
    cpu_s: int = 20
    wall_s: int = 40
    memory_bytes: int = 512 * 2**20


@dataclass(frozen=True, slots=True)
class Facts:
    """What the file said of itself. `rate_hz` is the source's; `damaged`: parts of it could not be read."""

    codec: str
    rate_hz: int
    channels: int
    damaged: bool


class Unusable(Exception):
    """The bytes cannot be scored. `reason` is `not_audio`, `corrupt` or `too_long`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def sniff(data: bytes) -> str | None:
    """FFmpeg's name for the container these bytes start, or None when it is none that we read."""
    for offset, magic, name in _MAGIC:
        if data[offset : offset + len(magic)] == magic:
            return name
    if data[:3] == b"ID3" and len(data) >= 10:
        # The tag states its length in four 7-bit digits. Nearly always MPEG layer 3 follows; AAC and FLAC may.
        size = 10 + sum((digit & 0x7F) << shift for digit, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
        return _sniff_frames(data[size : size + 4]) or "mp3"
    return _sniff_frames(data[:4])


def _sniff_frames(head: bytes) -> str | None:
    """The bare streams, which start with a frame's synchronisation bits: ADTS (AAC), MPEG layers 1 to 3."""
    if head == b"fLaC":
        return "flac"
    if len(head) < 4 or head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0:
        return "aac"
    return "mp3" if head[1] & 0xE0 == 0xE0 and head[1] & 0x06 and head[2] & 0xF0 != 0xF0 else None


def _refuse(url: str, *_: Any) -> BinaryIO:
    raise PermissionError("a recording may not name another file")


def decode(data: bytes, limits: Limits, emit: Callable[[bytes], None]) -> Facts:
    """Decode `data`, handing mono float32 samples at 16 kHz to `emit` as they come. Raises Unusable.

    Broken packets are left out; a file that stops in the middle gives what it has. More than `limits.audio_s` of
    audio is `too_long`, found by decoding: the length that a header states is never believed.
    """
    import av

    kind = sniff(data)
    if kind is None:
        raise Unusable("not_audio")
    options = {
        "format_whitelist": "ogg,flac,matroska,webm,amr,caf,mov,mp4,wav,aiff,aac,mp3",
        "codec_whitelist": ",".join(sorted(CODECS)),
        "protocol_whitelist": "none",
        "analyzeduration": "5000000",  # microseconds
    }
    try:
        container = av.open(io.BytesIO(data), mode="r", format=kind, options=options, io_open=_refuse)
    except (av.error.FFmpegError, ValueError, OverflowError) as error:
        raise Unusable("corrupt") from error
    with container:
        streams = container.streams.audio
        if not streams:
            raise Unusable("not_audio")
        stream = streams[0]
        if stream.codec_context is None or stream.codec_context.codec.name not in CODECS:
            raise Unusable("not_audio" if stream.codec_context is not None else "corrupt")
        stream.codec_context.thread_count = 1
        try:
            return _decode_stream(container, stream, limits, emit)
        except (av.error.FFmpegError, ValueError, OverflowError) as error:
            raise Unusable("corrupt") from error


def _decode_stream(
    container: av.container.InputContainer, stream: av.AudioStream, limits: Limits, emit: Callable[[bytes], None]
) -> Facts:
    import av

    packets = bad = written = 0
    rate = channels = 0
    shape: tuple[str, str, int] | None = None
    resampler: av.AudioResampler | None = None
    most = int((limits.audio_s + 0.5) * RATE)  # half a second for the padding of encoders

    def write(frames: list[av.AudioFrame]) -> None:
        nonlocal written
        for frame in frames:
            written += frame.samples
            if written > most:
                raise Unusable("too_long")
            emit(bytes(frame.planes[0])[: 4 * frame.samples])

    packet_source = container.demux(stream)
    while True:
        try:
            packet = next(packet_source)
        except StopIteration:
            break
        except av.error.FFmpegError:  # the file ends in the middle of something
            bad += 1
            break
        packets += 1
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            bad += 1
            continue
        for frame in frames:
            if frame.sample_rate not in _RATES:
                raise Unusable("corrupt")
            now = (frame.format.name, frame.layout.name, frame.sample_rate)
            if resampler is None or now != shape:  # chained streams may change in the middle
                if resampler is not None:
                    write(resampler.resample(None))
                resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
                shape = now
            rate, channels = frame.sample_rate, frame.layout.nb_channels
            frame.pts = None  # time stamps lie; samples are taken as they come
            write(resampler.resample(frame))
    if resampler is not None:
        write(resampler.resample(None))
    if not written or bad > _MOST_BAD * packets:
        raise Unusable("corrupt")
    return Facts(stream.codec_context.codec.name, rate, channels, bad > 0)


def _give_up_rights(limits: Limits) -> None:
    """Leave this process nothing but processor and memory, in bounds. Windows has only the parent's clock."""
    if hasattr(signal, "alarm"):
        signal.alarm(limits.wall_s)
    try:
        import resource
    except ImportError:
        return
    bounds = {
        "RLIMIT_CPU": limits.cpu_s,
        "RLIMIT_AS": limits.memory_bytes,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
        # No descriptor beyond the open pipes: neither a file nor a socket can be opened any more.
        "RLIMIT_NOFILE": 0,
    }
    for name, bound in bounds.items():
        if hasattr(resource, name):
            try:
                resource.setrlimit(getattr(resource, name), (bound, bound))
            except (ValueError, OSError):  # macOS refuses RLIMIT_AS below what is mapped
                continue


def _record(letter: bytes, body: bytes) -> bytes:
    return letter + struct.pack(">I", len(body)) + body


def _answer(data: bytes, nonce: bytes, limits: Limits, out: BinaryIO) -> None:
    """Decode one recording and write the whole answer."""

    def emit(samples: bytes) -> None:
        out.write(_record(b"S", samples))

    out.write(nonce)
    end: dict[str, Any]
    try:
        end = asdict(decode(data, limits, emit))
    except Unusable as unusable:
        end = {"reason": unusable.reason}
    except MemoryError:
        end = {"reason": "corrupt"}
    out.write(_record(b"E", json.dumps(end).encode()))
    out.flush()


def main() -> None:
    """Serve recordings from standard input until it ends, which it does when the parent dies."""
    import av

    # PyAV imports parts of itself when it first needs them, which is too late for a process that can open nothing.
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    limits = Limits(**json.loads(sys.argv[1]))
    av.logging.set_level(None)
    source, out = sys.stdin.buffer, sys.stdout.buffer
    # Without fork (and on macOS, whose frameworks do not survive one) a child answers once and is replaced.
    forks = sys.platform.startswith("linux")
    while len(head := source.read(NONCE + 4)) == NONCE + 4:
        nonce, (length,) = head[:NONCE], struct.unpack(">I", head[NONCE:])
        data = source.read(length)
        if len(data) < length:
            return
        if not forks:
            _give_up_rights(limits)
            _answer(data, nonce, limits, out)
            return
        pid = os.fork()
        if pid == 0:
            try:
                _give_up_rights(limits)
                _answer(data, nonce, limits, out)
                os._exit(0)
            finally:
                os._exit(1)
        if os.waitpid(pid, 0)[1] != 0:
            return  # the answer is cut short; the parent sees the pipe close and asks another child


if __name__ == "__main__":
    main()

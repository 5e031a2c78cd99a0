"""Untrusted bytes: every format people send, every way to break one, and what the decoding child may not do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.detector import audio, children
from bot.detector.audio import Limits, Unusable, sniff
from bot.detector.children import Decoded, Decoders

from .sounds import RATE, encode, long_silence, speech, tone

HOUR = encode(np.zeros(RATE * 3600, np.float32), "flac", "flac", 8_000)  # 650 kB
REASONS = {reason: reason for reason in ("not_audio", "corrupt", "too_long")}
FORMATS = [
    ("ogg", "libopus", 48_000, "mono", False),
    ("ogg", "flac", 44_100, "stereo", False),
    ("mp3", "libmp3lame", 44_100, "stereo", False),
    ("ipod", "aac", 44_100, "stereo", False),
    ("adts", "aac", 16_000, "mono", False),
    ("wav", "pcm_s16le", 8_000, "mono", False),
    ("wav", "pcm_s16le", 192_000, "7.1", False),
    ("wav", "pcm_s16le", 96_000, "24 channels", False),
    ("wav", "pcm_f32le", 44_100, "stereo", False),
    ("wav", "pcm_mulaw", 8_000, "mono", False),
    ("flac", "flac", 44_100, "stereo", False),
    ("mp4", "aac", 44_100, "mono", True),
    ("webm", "libopus", 48_000, "mono", False),
    ("webm", "libopus", 48_000, "mono", True),
    ("amr", "libopencore_amrnb", 8_000, "mono", False),
    ("caf", "pcm_s16le", 16_000, "mono", False),
    ("aiff", "pcm_s16be", 44_100, "mono", False),
]


def outcome(decoders: Decoders, data: bytes) -> str | Decoded:
    """The samples, or the reason there are none. Anything else that is raised fails the test."""
    try:
        return decoders.decode(data)
    except Unusable as unusable:
        return REASONS[unusable.reason]


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: "-".join(str(part) for part in form))
def test_every_format_gives_the_same_sound(decoders: Decoders, form: tuple[str, str, int, str, bool]) -> None:
    kind, codec, rate, layout, video = form
    decoded = decoders.decode(encode(tone(300, 2.0), kind, codec, rate, layout, video))
    assert len(decoded.samples) / RATE == pytest.approx(2.0, abs=0.15)
    assert decoded.samples.dtype == np.float32
    middle = decoded.samples[RATE // 2 : RATE // 2 + RATE]
    assert int(np.abs(np.fft.rfft(middle)).argmax()) == pytest.approx(300, abs=2)
    # A stereo copy of one voice is as loud as the voice; encoders may cost a little.
    assert float(middle.std()) == pytest.approx(0.3 / 2**0.5, rel=0.3)
    assert decoded.facts.rate_hz == rate
    assert not decoded.facts.damaged


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not_audio"),
        (b"hello", "not_audio"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "not_audio"),
        (b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", "not_audio"),
        (b"ffconcat version 1.0\nfile '/etc/passwd'\n", "not_audio"),
        (b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n", "not_audio"),
        (b"OggS" + bytes(3000), "corrupt"),
        (b"fLaC" + bytes(3000), "corrupt"),
        (b"ID3\x04\x00\x00\x00\x00\x00\x05" + bytes(3000), "corrupt"),
        (b"\xff\xfb\x90\x00" + bytes(3000), "corrupt"),
        (b"RIFF\x00\x00\x00\x00WAVE", "corrupt"),
        (b"\x00\x00\x00\x18ftypM4A " + bytes(100), "corrupt"),
        (b"\x1aE\xdf\xa3" + bytes(3000), "corrupt"),
    ],
)
def test_what_is_no_recording_gets_a_reason(decoders: Decoders, data: bytes, reason: str) -> None:
    before = decoders.replaced
    assert outcome(decoders, data) == reason
    assert decoders.replaced == before, "the child survived it"


def test_a_video_without_sound_is_no_recording(decoders: Decoders) -> None:
    import io

    import av

    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for index in range(10):
            frame = av.VideoFrame.from_ndarray(np.full((96, 64), index, np.uint8), format="yuv420p")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert outcome(decoders, out.getvalue()) == "not_audio"


@pytest.mark.parametrize(
    ("kind", "codec", "most"),
    [
        ("wav", "pcm_s16le", 2),
        ("flac", "flac", 2),
        ("aiff", "pcm_s16be", 2),
        ("ogg", "libopus", 400),
        ("mp3", "libmp3lame", 4_000),
    ],
)
def test_one_sample_is_a_recording_of_one_sample(decoders: Decoders, kind: str, codec: str, most: int) -> None:
    found = outcome(decoders, encode(np.zeros(1, np.float32), kind, codec, RATE))
    if isinstance(found, Decoded):
        assert len(found.samples) <= most  # encoders of frames fill theirs up
    else:
        assert (kind, found) == ("ogg", "corrupt"), "all of it is what Opus tells players to leave out"


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("kind", ["ogg", "mp3", "ipod", "wav", "flac", "webm"])
def test_a_truncated_file_gives_what_is_there_or_a_reason(decoders: Decoders, kind: str, kept: float) -> None:
    codec = {
        "ogg": "libopus",
        "mp3": "libmp3lame",
        "ipod": "aac",
        "wav": "pcm_s16le",
        "flac": "flac",
        "webm": "libopus",
    }
    whole = encode(speech(4), kind, codec[kind], 48_000)
    found = outcome(decoders, whole[: int(len(whole) * kept)])
    if isinstance(found, Decoded):
        assert len(found.samples) / RATE <= 4.2
    else:
        # MP4 has its index at the end: without it nothing can be read.
        assert kind == "ipod" or kept < 0.1


@pytest.mark.parametrize("stated", [1, 7_999_999, 0xFFFFFFFF])
def test_a_header_that_lies_about_the_rate_does_not_blow_up(decoders: Decoders, stated: int) -> None:
    whole = bytearray(encode(tone(300, 1.0), "wav", "pcm_s16le", RATE))
    whole[24:28] = stated.to_bytes(4, "little")
    assert outcome(decoders, bytes(whole)) == "corrupt"


@pytest.mark.parametrize("data", [HOUR, long_silence(10)], ids=["an hour", "ten hours in 70 kB"])
def test_hours_of_silence_in_a_small_file_are_too_long(decoders: Decoders, data: bytes) -> None:
    assert len(data) < 700_000
    before = decoders.replaced
    assert outcome(decoders, data) == "too_long"
    assert decoders.replaced == before, "within its seconds of processor"


def test_the_longest_allowed_recording_passes(decoders: Decoders) -> None:
    found = outcome(decoders, encode(np.zeros(600 * RATE, np.float32), "ogg", "libopus"))
    assert isinstance(found, Decoded)
    assert len(found.samples) / RATE == pytest.approx(600, abs=0.5)


SMALL = {
    "ogg": encode(speech(1.0), "ogg", "libopus"),
    "mp3": encode(speech(1.0), "mp3", "libmp3lame", 44_100),
    "ipod": encode(speech(1.0), "ipod", "aac", 44_100),
    "flac": encode(speech(1.0), "flac", "flac", 16_000),
    "webm": encode(speech(1.0), "webm", "libopus"),
    "wav": encode(speech(0.3), "wav", "pcm_s16le", 8_000),
    "amr": encode(speech(1.0), "amr", "libopencore_amrnb", 8_000),
    "adts": encode(speech(1.0), "adts", "aac", 16_000),
    "mp4": encode(speech(1.0), "mp4", "aac", 44_100, video=True),
}


def assert_sound(found: str | Decoded) -> None:
    """A reason, or samples that are numbers within their bounds."""
    if isinstance(found, Decoded):
        assert np.isfinite(found.samples).all()
        assert float(np.abs(found.samples).max(initial=0.0)) <= 1.0


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(sorted(SMALL)),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=30),
    head=st.booleans(),
)
def test_flipped_bytes_never_break_the_service(
    decoders: Decoders, kind: str, flips: list[tuple[float, int]], head: bool
) -> None:
    broken = bytearray(SMALL[kind])
    reach = min(len(broken), 300) if head else len(broken)
    for place, value in flips:
        broken[int(place * reach)] = value
    assert_sound(outcome(decoders, bytes(broken)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    head=st.sampled_from(sorted(SMALL)),
    body=st.sampled_from(sorted(SMALL)),
    cut=st.integers(4, 600),
    skipped=st.integers(0, 600),
    times=st.integers(1, 3),
)
def test_a_head_of_one_form_on_the_body_of_another(
    decoders: Decoders, head: str, body: str, cut: int, skipped: int, times: int
) -> None:
    assert_sound(outcome(decoders, SMALL[head][:cut] + SMALL[body][skipped:] * times))


@given(st.binary(max_size=64))
def test_sniffing_takes_any_bytes(data: bytes) -> None:
    assert sniff(data) in {None, "ogg", "flac", "matroska", "amr", "caf", "mov", "wav", "aiff", "aac", "mp3"}


def test_samples_that_are_no_numbers_become_silence(decoders: Decoders) -> None:
    wave = np.tile(np.array([np.nan, np.inf, -np.inf, 5.0, 0.25], np.float32), 3200)
    header = bytearray(encode(tone(300, 1.0), "wav", "pcm_f32le", RATE))
    start = header.index(b"data") + 8
    header[start : start + wave.nbytes] = wave.tobytes()
    found = outcome(decoders, bytes(header))
    assert isinstance(found, Decoded)
    assert np.isfinite(found.samples).all()
    assert float(np.abs(found.samples).max()) <= 1.0


@pytest.mark.skipif(sys.platform != "linux", reason="processes are inspected through /proc")
class TestConfinement:
    def test_a_child_can_open_neither_files_nor_sockets(self) -> None:
        script = (
            "import importlib.util, socket, sys\n"
            f"spec = importlib.util.spec_from_file_location('a', {audio.__file__!r})\n"
            "a = importlib.util.module_from_spec(spec); sys.modules['a'] = a; spec.loader.exec_module(a)\n"
            "a._give_up_rights(a.Limits())\n"
            "for attempt in (lambda: open('/etc/passwd'), socket.socket):\n"
            "    try:\n"
            "        attempt(); print('allowed')\n"
            "    except OSError:\n"
            "        print('refused')\n"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert done.stdout.split() == ["refused", "refused"]

    def test_a_child_inherits_no_secrets(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BOT_TOKEN", "1:secret")
        with Decoders(1) as mine:
            mine.warm()
            (pid,) = mine.pids()
            assert b"secret" not in Path(f"/proc/{pid}/environ").read_bytes()

    def test_too_little_memory_is_a_reason_not_a_crash(self) -> None:
        with Decoders(1, Limits(memory_bytes=60 * 2**20)) as mine:
            assert outcome(mine, encode(speech(20), "flac", "flac", 48_000, "7.1")) == "corrupt"

    def test_a_processor_limit_ends_the_work(self) -> None:
        with Decoders(1, Limits(cpu_s=1, audio_s=10_000)) as mine:
            assert outcome(mine, HOUR) == "corrupt"
            assert mine.replaced == 2

    def test_a_stuck_child_is_replaced_and_the_check_retried(self) -> None:
        with Decoders(1, Limits(wall_s=1)) as mine:
            mine.warm()
            (pid,) = mine.pids()
            os.kill(pid, signal.SIGSTOP)
            assert isinstance(outcome(mine, SMALL["ogg"]), Decoded)
            assert mine.replaced == 1
            assert mine.pids() != [pid]
            assert not psutil.pid_exists(pid)

    def test_a_child_killed_at_work_is_replaced_and_the_check_retried(self) -> None:
        with Decoders(1, Limits(audio_s=10_000)) as mine:
            mine.warm()
            (pid,) = mine.pids()
            killer = threading.Timer(0.3, os.killpg, (pid, signal.SIGKILL))
            killer.start()
            found = outcome(mine, HOUR)
            killer.join()
            assert isinstance(found, Decoded)
            assert mine.replaced == 1

    def test_a_dead_idle_child_costs_nothing(self) -> None:
        with Decoders(1) as mine:
            mine.warm()
            (pid,) = mine.pids()
            os.killpg(pid, signal.SIGKILL)
            time.sleep(0.1)
            assert isinstance(outcome(mine, SMALL["ogg"]), Decoded)

    def test_children_end_with_their_parent(self) -> None:
        script = (
            "from bot.detector.children import Decoders\n"
            "d = Decoders(2); d.warm(); print(*d.pids(), flush=True); input()\n"
        )
        parent = subprocess.Popen(
            [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 2
        parent.kill()
        parent.wait()
        assert _gone(pids, within_s=5)

    def test_closing_leaves_no_process(self) -> None:
        mine = Decoders(2)
        mine.warm()
        pids = mine.pids()
        mine.close()
        assert _gone(pids, within_s=2)


def _gone(pids: list[int], within_s: float) -> bool:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids):
            return True
        time.sleep(0.05)
    return False


BABBLE = {
    "another nonce": "out.write(b'x' * 16 + b'E' + (2).to_bytes(4, 'big') + b'{}')",
    "no json": "out.write(head[:16] + b'E' + (2).to_bytes(4, 'big') + b'{]')",
    "an endless record": "out.write(head[:16] + b'S' + (2**32 - 1).to_bytes(4, 'big'))",
    "endless samples": (
        "out.write(head[:16])\nfor _ in range(60): out.write(b'S' + (2**20).to_bytes(4, 'big') + bytes(2**20))"
    ),
    "an unknown codec": "out.write(head[:16] + b'E' + (14).to_bytes(4, 'big') + b'{\"codec\": \"x\"}')",
    "nothing": "sys.exit()",
}


@pytest.mark.parametrize("babble", BABBLE.values(), ids=BABBLE.keys())
def test_a_child_that_was_taken_over_is_not_believed(
    babble: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "child.py"
    script.write_text(
        "import sys\nhead = sys.stdin.buffer.read(20)\nsys.stdin.buffer.read(int.from_bytes(head[16:], 'big'))\n"
        f"out = sys.stdout.buffer\n{babble}\nout.flush()\nsys.stdin.read()\n"
    )
    monkeypatch.setattr(children.audio, "__file__", str(script))
    with Decoders(1) as mine:
        assert outcome(mine, SMALL["ogg"]) == "corrupt"
        assert mine.replaced == 2


def test_a_forged_reason_is_not_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "child.py"
    script.write_text(
        "import sys\nhead = sys.stdin.buffer.read(20)\nsys.stdin.buffer.read(int.from_bytes(head[16:], 'big'))\n"
        'body = b\'{"reason": "<b>hello</b>"}\'\n'
        "sys.stdout.buffer.write(head[:16] + b'E' + len(body).to_bytes(4, 'big') + body)\nsys.stdout.flush()\n"
    )
    monkeypatch.setattr(children.audio, "__file__", str(script))
    with Decoders(1) as mine:
        assert outcome(mine, SMALL["ogg"]) == "corrupt"


def test_no_interpreter_is_the_machines_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children.sys, "executable", "/nonexistent/python")
    with Decoders(1) as mine, pytest.raises(children.CannotDecode):
        mine.decode(SMALL["ogg"])

"""The decoding children: kept warm, watched, replaced.

`audio.py` says what a child may do. This is the side that trusts nothing a child says: lengths are bounded before
they are believed, an answer must carry the question's nonce, and a child that dies, stalls or babbles is killed with
everything it started. The recording is then tried once more in a fresh child.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import secrets
import signal
import struct
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.detector import audio
from bot.detector.audio import Facts, Limits, Unusable

_REASONS: Final = frozenset({"not_audio", "corrupt", "too_long"})
_GRACE_S: Final = 2.0  # after its own alarm should have ended it
_BLOCK: Final = 2**18  # samples
_LONGEST_RECORD: Final = 8 * 2**20  # bytes; a decoded frame is a few kilobytes
# A child inherits none of our secrets; these few are what an interpreter may need to start at all.
_ENVIRONMENT: Final = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP")


class CannotDecode(Exception):
    """No child could be started: the machine is at fault, not the recording."""


class _Broken(Exception):
    """The child died, stalled or did not keep to the protocol."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A recording as samples: float32, mono, 16 kHz, within -1 … 1."""

    samples: NDArray[np.float32]
    facts: Facts


class _Child:
    """One decoding process and its pipes. Used by one thread at a time."""

    def __init__(self, limits: Limits) -> None:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        # -I: neither the current folder nor PYTHON* variables decide what the child imports.
        command = [sys.executable, "-I", str(Path(audio.__file__)), json.dumps(asdict(limits))]
        try:
            self.process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            raise CannotDecode("cannot start a decoding process") from error
        self.limits = limits

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        """End the child and what it forked, and collect it."""
        self.strike()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # unsent bytes to a dead child
                    pipe.close()

    def strike(self) -> None:
        """End the child without collecting it: the thread that reads from it sees the pipe close."""
        with contextlib.suppress(ProcessLookupError, PermissionError):  # gone already
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()

    def decode(self, data: bytes) -> Decoded:
        """Ask the child. Raises Unusable for the recording's faults, _Broken for the child's."""
        watch = threading.Timer(self.limits.wall_s + _GRACE_S, self.strike)
        watch.daemon = True
        watch.start()
        try:
            return self._ask(data)
        except (OSError, ValueError) as error:  # a closed pipe
            raise _Broken(str(error)) from error
        finally:
            watch.cancel()

    def _ask(self, data: bytes) -> Decoded:
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        nonce = secrets.token_bytes(audio.NONCE)
        stdin.write(nonce + struct.pack(">I", len(data)))
        stdin.write(data)
        stdin.flush()
        if stdout.read(audio.NONCE) != nonce:
            raise _Broken("the answer is not to this question")
        most = int((self.limits.audio_s + 2) * audio.RATE) * 4
        parts = bytearray()
        while True:
            head = stdout.read(5)
            if len(head) < 5:
                raise _Broken("the answer is cut short")
            (length,) = struct.unpack(">I", head[1:])
            if length > _LONGEST_RECORD or len(parts) + length > most:
                raise _Broken("the answer is too long")
            body = stdout.read(length)
            if len(body) < length:
                raise _Broken("the answer is cut short")
            if head[:1] == b"E":
                return Decoded(_samples(parts), _facts(body))
            if head[:1] != b"S":
                raise _Broken("an unknown record")
            parts += body


def _facts(body: bytes) -> Facts:
    """The end record. Raises Unusable when it names a reason, _Broken when it is not one of ours."""
    try:
        end: Any = json.loads(body)
    except ValueError as error:
        raise _Broken("the end record is not JSON") from error
    if not isinstance(end, dict):
        raise _Broken("the end record is no object")
    if "reason" in end:
        raise Unusable(end["reason"] if end["reason"] in _REASONS else "corrupt")
    codec, rate, channels = end.get("codec"), end.get("rate_hz"), end.get("channels")
    if codec not in audio.CODECS or not isinstance(rate, int) or not isinstance(channels, int):
        raise _Broken("the end record lacks something")
    return Facts(codec, rate, channels, bool(end.get("damaged")))


def _samples(parts: bytearray) -> NDArray[np.float32]:
    """The samples in place, whatever the child sent made a number within -1 … 1."""
    samples = np.frombuffer(parts, dtype="<f4", count=len(parts) // 4)
    for start in range(0, len(samples), _BLOCK):  # in blocks: ten minutes are 38 MB, and copies add up
        block = samples[start : start + _BLOCK]
        np.nan_to_num(block, copy=False, nan=0.0, posinf=1.0, neginf=-1.0)
        np.clip(block, -1.0, 1.0, out=block)
    return samples


class Decoders:
    """As many decoding children as recordings may be decoded at a time. Thread-safe.

    A child is started when it is needed and kept for the next recording; `warm` starts them all beforehand.
    """

    def __init__(self, size: int = 1, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.replaced = 0  # children that died, stalled or babbled, since the start
        self._slots: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(size):
            self._slots.put(None)
        self._size = size

    def warm(self) -> None:
        """Start every child now, so that the first recordings need not wait."""
        slots = [self._slots.get() for _ in range(self._size)]
        for child in slots:
            self._slots.put(child if child is not None and child.alive else _Child(self.limits))

    def decode(self, data: bytes) -> Decoded:
        """The samples of a recording. Blocks while all children are busy. Raises Unusable, CannotDecode.

        A recording that breaks two children in a row is called `corrupt`.
        """
        for _ in range(2):
            child = self._slots.get()
            try:
                if child is None or not child.alive:
                    if child is not None:
                        child.kill()
                    child = None
                    child = _Child(self.limits)
                return child.decode(data)
            except _Broken:
                self.replaced += 1
                if child is not None:
                    child.kill()
                child = None
            finally:
                self._slots.put(child)
        raise Unusable("corrupt")

    def pids(self) -> list[int]:
        """Process ids of the children that wait for work (for health and tests)."""
        with self._slots.mutex:
            return [child.process.pid for child in self._slots.queue if child is not None and child.alive]

    def close(self) -> None:
        """End all children; those at work end with their recording."""
        for child in [self._slots.get() for _ in range(self._size)]:
            if child is not None:
                child.kill()
            self._slots.put(None)

    def __enter__(self) -> Decoders:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

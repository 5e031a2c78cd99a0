"""Reading a file of safetensors: a header in JSON, then raw numbers. Nothing in it can be run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from bot.detector.models.statedict import BadCheckpoint, Tensor, rebuild

LARGEST_HEADER: Final = 16 * 2**20  # bytes
_TYPES: Final[dict[str, np.dtype[Any]]] = {
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "F64": np.dtype("<f8"),
    "I64": np.dtype("<i8"),
    "I32": np.dtype("<i4"),
}


@dataclass(frozen=True, slots=True)
class _Span:
    """A storage that is a part of the file."""

    file: BinaryIO
    start: int
    dtype: np.dtype[Any]
    count: int

    def numbers(self) -> NDArray[Any]:
        self.file.seek(self.start)
        raw = self.file.read(self.count * self.dtype.itemsize)
        if len(raw) != self.count * self.dtype.itemsize:
            raise BadCheckpoint("The file ends early: it was not loaded wholly.")
        return np.frombuffer(raw, self.dtype)


@contextmanager
def opened(path: Path) -> Iterator[dict[str, Tensor]]:
    """The tensors by name, to be read one by one while the file is open. Raises BadCheckpoint, OSError."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if not 2 <= size <= LARGEST_HEADER:
            raise BadCheckpoint("The file is none of safetensors.")
        try:
            header = json.loads(file.read(size))
            header.pop("__metadata__", None)
            found = {name: _tensor(file, 8 + size, entry) for name, entry in header.items()}
        except BadCheckpoint:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise BadCheckpoint("The header of the file is damaged.") from None
        yield found


def _tensor(file: BinaryIO, begin: int, entry: dict[str, Any]) -> Tensor:
    dtype = _TYPES.get(entry["dtype"])
    if dtype is None:
        raise BadCheckpoint(f"Numbers of type {entry['dtype']} are not known here.")
    shape = tuple(int(size) for size in entry["shape"])
    start, stop = (int(place) for place in entry["data_offsets"])
    count = int(np.prod(shape, dtype=object)) if shape else 1
    if start < 0 or min((*shape, 0)) < 0 or stop - start != count * dtype.itemsize:
        raise BadCheckpoint("The file is damaged: its numbers are not as many as it says.")
    steps = [1]
    for size in reversed(shape[1:]):
        steps.insert(0, steps[0] * size)
    return rebuild(_Span(file, begin + start, dtype, count), 0, shape, tuple(steps) if shape else ())

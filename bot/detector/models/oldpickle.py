"""Reading a checkpoint in PyTorch's first file format without PyTorch, and without running anything that it says.

The file is a row of pickles (a magic number, a version, facts of the machine, the object, the names of its storages),
then the storages one after the other, each a count and raw numbers. Every pickle goes through a reader that knows three
names and refuses every other.
"""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.detector.models.statedict import Arrays, BadCheckpoint, Tensor, rebuild

MAGIC: Final = 0x1950A86A20F9469CFC6C
_VERSION: Final = 1001
_FLOATS: Final = np.dtype("<f4")


@dataclass(slots=True)
class _Storage:
    """A storage whose numbers come later in the file."""

    count: int
    dtype: np.dtype[Any] = _FLOATS
    raw: bytes = b""

    def numbers(self) -> NDArray[Any]:
        return np.frombuffer(self.raw, self.dtype)


class _Reader(pickle.Unpickler):
    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("torch", "FloatStorage"):
            return _FLOATS
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return rebuild
        raise BadCheckpoint(f"The checkpoint holds more than tensors ({module}.{name}), and is not opened.")

    def persistent_load(self, pid: Any) -> _Storage:
        try:
            kind, dtype, key, _, count, view = pid
        except (TypeError, ValueError):
            raise BadCheckpoint("The checkpoint names its numbers in a form that is not known.") from None
        if kind != "storage" or dtype is not _FLOATS or view is not None or not isinstance(count, int):
            raise BadCheckpoint("The checkpoint names its numbers in a form that is not known.")
        return self.storages.setdefault(str(key), _Storage(count))


def read(data: bytes, part: str) -> Arrays:
    """The tensors of the dictionary that the checkpoint keeps under `part`, by name. Raises BadCheckpoint."""
    file = io.BytesIO(data)
    try:
        if _Reader(file).load() != MAGIC or _Reader(file).load() != _VERSION:
            raise BadCheckpoint("The file is no checkpoint in PyTorch's first format.")
        _Reader(file).load()
        reader = _Reader(file)
        found = reader.load()
        for key in _Reader(file).load():
            _fill(reader.storages[key], file)
        tensors = found[part]
        if not all(isinstance(value, Tensor) for value in tensors.values()):
            raise BadCheckpoint("The checkpoint holds something else than named tensors.")
        return {str(name): value.read() for name, value in tensors.items()}
    except BadCheckpoint:
        raise
    except Exception as error:  # whatever a damaged pickle makes the reader do
        raise BadCheckpoint(f"The checkpoint cannot be read ({type(error).__name__}).") from None


def _fill(storage: _Storage, file: io.BytesIO) -> None:
    count = int.from_bytes(file.read(8), "little")
    raw = file.read(count * _FLOATS.itemsize)
    if count != storage.count or len(raw) != count * _FLOATS.itemsize:
        raise BadCheckpoint("The checkpoint is damaged: its numbers are not as many as it says.")
    storage.raw = raw

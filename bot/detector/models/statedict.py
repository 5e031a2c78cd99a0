"""Reading a PyTorch state dictionary without PyTorch, and without running anything that it says.

A checkpoint is a zip archive: one pickle that describes the tensors, and a file of raw numbers for each storage. Pickle
can call any function, so the reader knows six names and refuses every other.
"""

from __future__ import annotations

import io
import math
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]

LARGEST_PICKLE: Final = 16 * 2**20  # bytes; a large model's is under one
_TYPES: Final[dict[str, np.dtype[Any]]] = {
    "FloatStorage": np.dtype("<f4"),
    "HalfStorage": np.dtype("<f2"),
    "DoubleStorage": np.dtype("<f8"),
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
}


class BadCheckpoint(ValueError):
    """The file is no state dictionary that can be read. The text is a sentence for the operator."""


class Storage(Protocol):
    """Raw numbers somewhere in a file."""

    @property
    def count(self) -> int: ...

    @property
    def dtype(self) -> np.dtype[Any]: ...

    def numbers(self) -> NDArray[Any]:
        """All of them. Raises BadCheckpoint."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor that is read when somebody asks: a large checkpoint never lies in memory whole."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]

    def read(self) -> NDArray[Any]:
        """Its numbers, in the usual order. Raises BadCheckpoint."""
        if 0 in self.shape:
            return np.zeros(self.shape, self.storage.dtype)
        numbers = self.storage.numbers()
        steps = tuple(step * numbers.itemsize for step in self.stride)
        view = np.lib.stride_tricks.as_strided(numbers[self.offset :], self.shape, steps, writeable=False)
        return np.ascontiguousarray(view)


def rebuild(storage: Storage, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: Any) -> Tensor:
    """The tensor that is a view of a storage. It must lie within it."""
    if len(size) != len(stride) or any(n < 0 for n in (offset, *size, *stride)):
        raise BadCheckpoint("The checkpoint is damaged: a tensor has an impossible shape.")
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if 0 not in size and (last >= storage.count or math.prod(size) > storage.count):
        raise BadCheckpoint("The checkpoint is damaged: a tensor lies outside of its numbers.")
    return Tensor(storage, offset, tuple(size), tuple(stride))


@dataclass(frozen=True, slots=True)
class _Kind:
    """A storage's type, as the pickle names it."""

    dtype: np.dtype[Any]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A storage that is a file of the archive, stored as it is."""

    archive: zipfile.ZipFile
    info: zipfile.ZipInfo
    dtype: np.dtype[Any]
    count: int

    def numbers(self) -> NDArray[Any]:
        return np.frombuffer(self.archive.read(self.info), self.dtype)


class _Reader(pickle.Unpickler):
    def __init__(self, archive: zipfile.ZipFile, root: str, data: bytes) -> None:
        super().__init__(io.BytesIO(data))
        self._archive = archive
        self._root = root

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch" and name in _TYPES:
            return _Kind(_TYPES[name])
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return rebuild
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return _first
        raise BadCheckpoint(f"The checkpoint holds more than tensors ({module}.{name}), and is not opened.")

    def persistent_load(self, pid: Any) -> Storage:
        try:
            kind, storage, key, _, count = pid
            dtype = storage.dtype
            if kind != "storage" or not isinstance(key, str):
                raise ValueError(key)
        except (TypeError, ValueError, AttributeError):
            raise BadCheckpoint("The checkpoint names its numbers in a form that is not known.") from None
        entry = self._archive.getinfo(f"{self._root}/data/{key}")
        if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != count * dtype.itemsize:
            raise BadCheckpoint("The checkpoint is damaged: its numbers are not as many as it says.")
        return _Entry(self._archive, entry, dtype, count)


def _first(value: Any, *_: Any) -> Any:
    return value


@contextmanager
def opened(path: Path) -> Iterator[dict[str, Tensor]]:
    """The tensors of a state dictionary by name, to be read one by one while the file is open.

    Some trainers keep the dictionary under the name `model`. Raises BadCheckpoint, or OSError where the file cannot be
    read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield _tensors(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError):
        raise BadCheckpoint("The file is no checkpoint of PyTorch, or was not loaded wholly.") from None


def _tensors(archive: zipfile.ZipFile) -> dict[str, Tensor]:
    names = [name for name in archive.namelist() if name.endswith("/data.pkl") and name.count("/") == 1]
    if len(names) != 1:
        raise BadCheckpoint("The file is no checkpoint of PyTorch (there is no data.pkl in it).")
    if archive.getinfo(names[0]).file_size > LARGEST_PICKLE:
        raise BadCheckpoint("The checkpoint's description is too large to be one of a state dictionary.")
    try:
        found = _Reader(archive, names[0].partition("/")[0], archive.read(names[0])).load()
    except (BadCheckpoint, OSError, zipfile.BadZipFile, EOFError):
        raise
    except Exception as error:  # whatever a damaged pickle makes the reader do
        raise BadCheckpoint(f"The checkpoint cannot be read ({type(error).__name__}).") from None
    if isinstance(found, dict) and isinstance(found.get("model"), dict):
        found = found["model"]
    if not isinstance(found, dict) or not all(isinstance(value, Tensor) for value in found.values()):
        raise BadCheckpoint("The checkpoint holds something else than named tensors.")
    return {str(name): value for name, value in found.items()}


def read(path: Path) -> Arrays:
    """All tensors of a small state dictionary by name. Raises BadCheckpoint, OSError."""
    with opened(path) as tensors:
        return {name: tensor.read() for name, tensor in tensors.items()}

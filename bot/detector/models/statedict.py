"""Reading a PyTorch state dictionary without PyTorch, and without running anything that it says.

A checkpoint is a zip archive: one pickle that describes the tensors, and a file of raw numbers for each storage. Pickle
can call any function, so the reader knows six names and refuses every other.
"""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

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


@dataclass(frozen=True, slots=True)
class _Storage:
    """A storage's type, as the pickle names it."""

    dtype: np.dtype[Any]


class _Reader(pickle.Unpickler):
    def __init__(self, archive: zipfile.ZipFile, root: str, data: bytes) -> None:
        super().__init__(io.BytesIO(data))
        self._archive = archive
        self._root = root
        self._storages: dict[str, NDArray[Any]] = {}

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch" and name in _TYPES:
            return _Storage(_TYPES[name])
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return _first
        raise BadCheckpoint(f"The checkpoint holds more than tensors ({module}.{name}), and is not opened.")

    def persistent_load(self, pid: Any) -> NDArray[Any]:
        try:
            kind, storage, key, _, count = pid
            dtype = storage.dtype
            if kind != "storage" or not isinstance(key, str):
                raise ValueError(key)
        except (TypeError, ValueError, AttributeError):
            raise BadCheckpoint("The checkpoint names its numbers in a form that is not known.") from None
        if key not in self._storages:
            entry = self._archive.getinfo(f"{self._root}/data/{key}")
            if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != count * dtype.itemsize:
                raise BadCheckpoint("The checkpoint is damaged: its numbers are not as many as it says.")
            self._storages[key] = np.frombuffer(self._archive.read(entry), dtype)
        return self._storages[key]


def _rebuild(storage: NDArray[Any], offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: Any) -> Any:
    """The tensor that is a view of a storage. It must lie within it."""
    if len(size) != len(stride) or any(n < 0 for n in (offset, *size, *stride)):
        raise BadCheckpoint("The checkpoint is damaged: a tensor has an impossible shape.")
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if 0 not in size and last >= len(storage):
        raise BadCheckpoint("The checkpoint is damaged: a tensor lies outside of its numbers.")
    if 0 in size:
        return np.zeros(size, storage.dtype)
    steps = tuple(step * storage.itemsize for step in stride)
    return np.lib.stride_tricks.as_strided(storage[offset:], size, steps, writeable=False).copy()


def _first(value: Any, *_: Any) -> Any:
    return value


def read(path: Path) -> Arrays:
    """The tensors of a state dictionary by name. Raises BadCheckpoint, or OSError where the file cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith("/data.pkl") and name.count("/") == 1]
            if len(names) != 1:
                raise BadCheckpoint("The file is no checkpoint of PyTorch (there is no data.pkl in it).")
            if archive.getinfo(names[0]).file_size > LARGEST_PICKLE:
                raise BadCheckpoint("The checkpoint's description is too large to be one of a state dictionary.")
            found = _Reader(archive, names[0].partition("/")[0], archive.read(names[0])).load()
    except BadCheckpoint:
        raise
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError):
        raise BadCheckpoint("The file is no checkpoint of PyTorch, or was not loaded wholly.") from None
    except OSError:
        raise
    except Exception as error:  # whatever a damaged pickle makes the reader do
        raise BadCheckpoint(f"The checkpoint cannot be read ({type(error).__name__}).") from None
    if not isinstance(found, dict) or not all(isinstance(value, np.ndarray) for value in found.values()):
        raise BadCheckpoint("The checkpoint holds something else than named tensors.")
    return {str(name): value for name, value in found.items()}

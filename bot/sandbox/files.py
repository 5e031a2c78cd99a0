"""Files that passed through: bytes on disk under random names, their facts in memory."""

from __future__ import annotations

import base64
import contextlib
import mimetypes
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.sandbox import errors
from bot.sandbox.errors import bad

MAX_DOWNLOAD = 20 * 1024 * 1024
_PREFIX = {
    "photo": "AgACAgI",
    "voice": "AwACAgI",
    "video": "BAACAgI",
    "document": "BQACAgI",
    "sticker": "CAACAgI",
    "audio": "CQACAgI",
    "animation": "CgACAgI",
    "video_note": "DQACAgI",
}
_FOLDER = {
    "photo": "photos",
    "voice": "voice",
    "video": "videos",
    "document": "documents",
    "sticker": "stickers",
    "audio": "music",
    "animation": "animations",
    "video_note": "video_notes",
}
_SUFFIX = {"photo": ".jpg", "voice": ".oga", "video_note": ".mp4", "sticker": ".webp"}


@dataclass(frozen=True, slots=True)
class Stored:
    """One file: ids as Telegram gives them, and `facts`, the fields of its own in the Bot API object."""

    file_id: str
    unique_id: str
    kind: str
    path: str  # as getFile tells it
    mime: str
    size: int
    name: str
    facts: dict[str, Any]
    group: str = ""  # shared by the sizes of one photo

    def object(self) -> dict[str, Any]:
        """The Bot API object of its kind (`Voice`, `Document`, `PhotoSize` …)."""
        made: dict[str, Any] = {"file_id": self.file_id, "file_unique_id": self.unique_id, **self.facts}
        if self.kind in ("document", "audio", "video", "animation"):
            made["file_name"] = self.name
        if self.kind in ("document", "audio", "video", "animation", "voice"):
            made["mime_type"] = self.mime
        made["file_size"] = self.size
        return made


class Files:
    """Bytes live in `folder` as one file each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._by_id: dict[str, Stored] = {}
        self._by_path: dict[str, Stored] = {}
        self._count = 0

    def add(self, kind: str, name: str, mime: str, data: bytes, facts: dict[str, Any], group: str = "") -> Stored:
        """Keep `data` as a file of that kind."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._count += 1
        unique = "AgAD" + _code(8)
        suffix = _SUFFIX.get(kind) or Path(name).suffix[:12] or mimetypes.guess_extension(mime) or ""
        path = f"{_FOLDER[kind]}/file_{self._count}{suffix}"
        file = Stored(_PREFIX[kind] + _code(48), unique, kind, path, mime, len(data), name, facts, group)
        (self._folder / unique).write_bytes(data)
        self._keep(file)
        return file

    def _keep(self, file: Stored) -> None:
        self._by_id[file.file_id] = file
        self._by_path[file.path] = file

    def get(self, file_id: str) -> Stored:
        """The file of that id; 400 for others."""
        found = self._by_id.get(file_id)
        if found is None:
            raise bad(errors.FILE_WRONG)
        return found

    def add_photo(self, sizes: list[tuple[int, int, bytes]]) -> list[Stored]:
        """Keep the sizes of one photo, small to large."""
        group = _code(8)
        return [
            self.add("photo", "photo.jpg", "image/jpeg", data, {"width": width, "height": height}, group)
            for width, height, data in sizes
        ]

    def sizes(self, file: Stored) -> list[Stored]:
        """All sizes of the photo that `file` is one of."""
        return [one for one in self._by_id.values() if one.group == file.group] if file.group else [file]

    def at(self, path: str) -> Stored | None:
        """The file that getFile named so."""
        return self._by_path.get(path)

    def where(self, file: Stored) -> Path:
        """Where its bytes are."""
        return self._folder / file.unique_id

    def file_object(self, file: Stored) -> dict[str, Any]:
        """The Bot API `File`; 400 over 20 MB."""
        if file.size > MAX_DOWNLOAD:
            raise bad(errors.FILE_BIG)
        return {
            "file_id": file.file_id,
            "file_unique_id": file.unique_id,
            "file_size": file.size,
            "file_path": file.path,
        }

    def clear(self) -> None:
        """Delete all; numbers in paths go on."""
        for file in self._by_id.values():
            with contextlib.suppress(OSError):
                self.where(file).unlink()
        self._by_id.clear()
        self._by_path.clear()

    def dump(self) -> dict[str, Any]:
        """Everything but the bytes, as JSON can hold it."""
        return {"count": self._count, "files": [asdict(file) for file in self._by_id.values()]}

    def load(self, kept: dict[str, Any]) -> None:
        """What `dump` gave; files whose bytes are gone are forgotten."""
        self._count = kept["count"]
        for raw in kept["files"]:
            file = Stored(**raw)
            if self.where(file).is_file():
                self._keep(file)


def _code(size: int) -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(size)).decode().rstrip("=")

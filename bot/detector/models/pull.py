"""Fetching a checkpoint: with resumption, a bound on its size, and its checksum before anybody sees it.

The file grows as NAME.part beside its place and gets its name when it is whole. A broken transfer is taken up where it
ended, now or with the next call.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx

from bot.detector.models.registry import ModelError
from bot.detector.models.store import sha256

TRIES: Final = 3
LARGEST: Final = 2**31 - 1  # bytes, where nothing else is known
_TIMEOUT: Final = httpx.Timeout(30.0, connect=10.0)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")

Tell = Callable[[int, int | None], None]


def fetch(
    address: str,
    target: Path,
    *,
    size: int = 0,
    most: int = 0,
    digest: str = "",
    tell: Tell = lambda done, total: None,
    transport: httpx.BaseTransport | None = None,
) -> None:
    """Fetch `address` into `target`. `size` and `digest`: what it must have, where that is known. Raises ModelError.

    Where they are not, the file must have what its host states: hosts of models name size and checksum of large files.
    `most`: bytes that are taken of a file of unknown size. `tell` hears how many bytes are there, and how many there
    will be.
    """
    part = target.with_name(f"{target.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    with httpx.Client(timeout=_TIMEOUT, follow_redirects=True, max_redirects=5, transport=transport) as http:
        for last in (*(False,) * (TRIES - 1), True):
            try:
                stated = _go_on(http, address, part, size or most or LARGEST, tell)
                break
            except httpx.HTTPStatusError as error:
                code = error.response.status_code
                if last or code < 500:
                    raise ModelError(f"{address} answers with status {code}. Is it still there?") from None
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                if last or isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
                    kept = part.stat().st_size if part.exists() else 0
                    raise ModelError(
                        f"{address} cannot be fetched ({type(error).__name__}). {kept} bytes are kept; the "
                        "same command goes on from there."
                    ) from None
    if size and part.stat().st_size != size:
        found = part.stat().st_size
        part.unlink()
        raise ModelError(f"{address} has {found} bytes, {size} are expected. Nothing was installed.")
    wanted = digest or stated
    if wanted and sha256(part) != wanted:
        part.unlink()
        raise ModelError(f"{address} has not the expected checksum: it is another file. Nothing was installed.")
    part.replace(target)


def _stated(response: httpx.Response) -> str:
    """The checksum that the host states on the way to the file, or "": Hugging Face names it before it sends on."""
    for each in (*response.history, response):
        found = each.headers.get("X-Linked-ETag", "").strip('"').lower()
        if _SHA256.fullmatch(found):
            return found
    return ""


def _go_on(http: httpx.Client, address: str, part: Path, most: int, tell: Tell) -> str:
    """Fetch what is missing of the part. Returns the checksum that the host states, or "".

    Raises httpx's errors, and ModelError for a file that is too large.
    """
    there = part.stat().st_size if part.exists() else 0
    if there > most:
        part.unlink()
        there = 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={there}-"} if there else {})
    with http.stream("GET", address, headers=headers) as response:
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            total = response.headers.get("Content-Range", "").rpartition("/")[2]
            if total == str(there):
                return _stated(response)  # it was whole already
            part.unlink()
            raise httpx.ReadError("the part does not fit the file")
        response.raise_for_status()
        match = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        resumed = response.status_code == httpx.codes.PARTIAL_CONTENT and match and int(match[1]) == there
        if not resumed:
            there = 0
        length = response.headers.get("Content-Length", "")
        total = there + int(length) if length.isdecimal() else None
        if (total or 0) > most:
            raise ModelError(f"{address} has {total} bytes, at most {most} are expected. Nothing was installed.")
        with part.open("ab" if resumed else "wb") as file:
            for piece in response.iter_raw():
                there += len(piece)
                if there > most:
                    raise ModelError(f"{address} is larger than the {most} bytes that are expected.")
                file.write(piece)
                tell(there, total)
        if total is not None and there < total:
            raise httpx.ReadError("the transfer ended early")
        return _stated(response)

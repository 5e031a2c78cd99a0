"""Reading a recording out of a request: as the body or as a form's file, within bounds, never onto a disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

UPLOAD_S: Final = 60.0  # a body that takes longer is given up
_ENVELOPE: Final = 16 * 1024  # bytes of multipart headers around the file


class Problem(Exception):
    """An answer that is no result: `reason` names a row of the service's table of problems. `why` fills its detail."""

    def __init__(self, reason: str, retry_after_s: int | None = None, why: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_s = retry_after_s
        self.why = why


def stated_size(headers: Headers, max_bytes: int) -> int:
    """Bytes to reserve for the body: what it says, or the most allowed. Raises Problem when it says too much."""
    stated = headers.get("content-length", "")
    if not stated.isdecimal():
        return max_bytes
    if int(stated) > max_bytes + _ENVELOPE:
        raise Problem("too_large")
    return int(stated)


async def received(request: Request, max_bytes: int) -> bytes:
    """The recording of a request. Raises Problem: too_large, empty, malformed, slow."""
    try:
        async with asyncio.timeout(UPLOAD_S):
            return await _read(request, max_bytes)
    except TimeoutError as error:
        raise Problem("slow") from error


async def _read(request: Request, max_bytes: int) -> bytes:
    is_form = request.headers.get("content-type", "").lower().startswith("multipart/form-data")
    if is_form:
        data = await _read_form(request, max_bytes)
    else:
        data = b"".join([chunk async for chunk in _limited(request, max_bytes)])
    if not data:
        raise Problem("empty")
    if len(data) > max_bytes:
        raise Problem("too_large")
    return data


async def _limited(request: Request, most: int) -> AsyncIterator[bytes]:
    """The body's chunks, stopped where there are too many: a length in a header is not believed."""
    total = 0
    async for chunk in request.stream():
        total += len(chunk)
        if total > most:
            raise Problem("too_large")
        yield chunk


class _MemoryParser(MultiPartParser):
    """Starlette's parser, told to keep the file in memory: a recording is never written to a disk."""

    spool_max_size = 2**31


async def _read_form(request: Request, max_bytes: int) -> bytes:
    stream = _limited(request, max_bytes + _ENVELOPE)
    parser = _MemoryParser(request.headers, stream, max_files=1, max_fields=8, max_part_size=4096)  # type: ignore[arg-type]
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:  # KeyError: a form without a boundary
        raise Problem("malformed") from error
    try:
        for value in form.values():
            if isinstance(value, UploadFile):
                return await value.read()
    finally:
        await form.close()
    raise Problem("empty")

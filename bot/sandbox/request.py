"""Read an HTTP request into parameters and files: query, JSON, urlencoded and multipart, within size limits."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request

MAX_BODY = 50 * 1024 * 1024 + 1024 * 1024  # a file of 50 MB and what surrounds it
MAX_FILE = 50 * 1024 * 1024


class TooLarge(Exception):
    """The body is over the limit."""


class Malformed(Exception):
    """The body cannot be read as what it says it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Upload:
    """A file that came with a request; `name` is safe to show and to use."""

    name: str
    mime: str
    data: bytes


def safe_name(raw: str | None, fallback: str = "file") -> str:
    """A file name without folders, control characters or leading dots, at most 120 characters."""
    name = re.split(r"[\\/]", raw or "")[-1]
    name = re.sub(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\"<>|:*?]", "", name).strip(" .")
    if len(name) > 120:
        stem, dot, suffix = name.rpartition(".")
        name = stem[: 120 - len(suffix) - 1] + dot + suffix if dot and len(suffix) < 16 else name[:120]
    return name or fallback


async def read_body(request: Request) -> bytes:
    """The body, refused as soon as it grows over the limit."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > MAX_BODY:
        raise TooLarge
    parts: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY:
            raise TooLarge
        parts.append(chunk)
    return b"".join(parts)


async def read(request: Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """Parameters and files of a request. Raises `TooLarge` and `Malformed`."""
    params: dict[str, Any] = dict(request.query_params)
    if request.method not in ("POST", "PUT"):
        return params, {}
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    body = await read_body(request)
    if not body:
        return params, {}
    if kind == "application/json":
        params.update(read_json(body))
        return params, {}
    if kind == "application/x-www-form-urlencoded":
        try:
            params.update(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=500))
        except ValueError as wrong:
            raise Malformed("can't parse the form") from wrong
        return params, {}
    if kind == "multipart/form-data":
        return await _read_multipart(request, body, params)
    raise Malformed("unsupported content type")


def load_json(raw: str | bytes) -> Any:
    """JSON that can be written again: without NaN and without halves of characters. Raises `ValueError`."""
    try:
        value = json.loads(raw, parse_constant=_no_number)
    except RecursionError as deep:
        raise ValueError("nested too deeply") from deep
    halves = "\\ud" in raw.lower() if isinstance(raw, str) else b"\\ud" in raw.lower()
    if halves:
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # UnicodeEncodeError is a ValueError
    return value


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def read_json(body: bytes) -> dict[str, Any]:
    """A JSON object."""
    try:
        value = load_json(body)
    except ValueError as wrong:
        raise Malformed("can't parse JSON object") from wrong
    if not isinstance(value, dict):
        raise Malformed("object expected as JSON")
    return value


async def _read_multipart(
    request: Request, body: bytes, params: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Upload]]:
    async def replay() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    again = Request(request.scope, replay)
    uploads: dict[str, Upload] = {}
    try:
        async with again.form(max_files=20, max_fields=500, max_part_size=4 * 1024 * 1024) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    data = await value.read()
                    if len(data) > MAX_FILE:
                        raise TooLarge
                    mime = (value.content_type or "application/octet-stream").split(";")[0].strip().lower()
                    uploads[name] = Upload(safe_name(value.filename), mime, data)
                else:
                    params[name] = value
    except (MultiPartException, ValueError, KeyError) as wrong:
        raise Malformed("can't parse multipart form") from wrong
    except Exception as wrong:  # Starlette turns a broken form into its own HTTPException
        if isinstance(wrong, TooLarge) or type(wrong).__name__ != "HTTPException":
            raise
        raise Malformed("can't parse multipart form") from wrong
    return params, uploads

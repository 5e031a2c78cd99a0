"""Check the parameters of a Bot API call against the table and bring them to their types.

Forms carry everything as text, objects as JSON in text; JSON bodies carry real values, or the same JSON in text (both
occur in the wild). Afterwards a value is an int, float, bool, str, `Upload`, list or dict, and every nested object
has its required fields, right types and allowed lengths.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any

from bot.sandbox import errors, spec
from bot.sandbox.errors import ApiError, bad
from bot.sandbox.request import Upload, load_json

_INTEGER = re.compile(r"-?\d{1,19}")
_TRUE = {"true", "1", "yes"}
_FALSE = {"false", "0", "no", ""}
_LENGTH_ERRORS = {
    "callback_data": errors.BUTTON_DATA,
    "command": "BOT_COMMAND_INVALID",
    "secret_token": "secret token contains unallowed characters",
}
MAX_DEPTH = 24


class _Wrong(Exception):
    """A value that does not fit; becomes an ApiError at the top."""


def check(method: spec.Method, params: dict[str, Any], uploads: dict[str, Upload]) -> dict[str, Any]:
    """The parameters of `method` that were given, in their types; unknown names are ignored, as Telegram does."""
    checked: dict[str, Any] = {}
    for field in _measured_now(method.fields):
        value = uploads[field.name] if field.name in uploads else params.get(field.name)
        if value is None or (value == "" and "String" not in field.types):
            if field.required:
                raise bad(f'parameter "{field.name}" is required')
            continue
        value = _unpack(value, field)
        try:
            checked[field.name] = _fit_any(value, field, field.name, top=True)
        except _Wrong as wrong:
            raise bad(errors.MARKUP if field.name == "reply_markup" else str(wrong)) from wrong
    return checked


def as_type(value: Any, kind: str, path: str) -> dict[str, Any]:
    """`value` as an object of that Bot API type, with its known fields alone. Raises `ValueError` with a sentence."""
    try:
        fitted = _fit_any(value, spec.Field(path, (kind,), True), path, top=False)
    except (_Wrong, ApiError) as wrong:
        raise ValueError(str(wrong)) from wrong
    return dict(fitted)


@lru_cache(maxsize=1024)
def _measured_now(fields: tuple[spec.Field, ...]) -> tuple[spec.Field, ...]:
    """The fields, without limits on texts that are measured only after their entities are parsed."""
    modes = {field.name.removesuffix("parse_mode") for field in fields if field.name.endswith("parse_mode")}
    if not modes:
        return fields
    formatted = {"text", "caption", "message_text"} if "" in modes else set()
    formatted |= {mode.removesuffix("_") for mode in modes}
    return tuple(replace(field, length=None) if field.name in formatted else field for field in fields)


def _unpack(value: Any, field: spec.Field) -> Any:
    """Objects and lists arrive as JSON in text from forms."""
    if not isinstance(value, str) or any(t in ("String", "Integer", "Float", "Boolean") for t in field.types):
        return value
    try:
        return load_json(value)
    except ValueError as wrong:
        kind = errors.MARKUP if field.name == "reply_markup" else f"can't parse {field.name} JSON object"
        raise bad(kind) from wrong


def _fit_any(value: Any, field: spec.Field, path: str, *, top: bool, depth: int = 0) -> Any:
    if len(field.types) > 1 and all(kind.startswith("Array of ") for kind in field.types):
        # "Array of A or Array of B" is how the table writes an array whose items are A or B
        inner = spec.Field(path, tuple(kind.removeprefix("Array of ") for kind in field.types), True)
        if not isinstance(value, list):
            raise _Wrong(f'parameter "{path}" must be an Array')
        return [
            _fit_any(item, inner, f"{path}[{index}]", top=False, depth=depth + 1) for index, item in enumerate(value)
        ]
    first: _Wrong | None = None
    for kind in _candidates(value, field.types):
        try:
            fitted = _fit(value, kind, path, top=top, depth=depth)
        except _Wrong as wrong:
            first = first or wrong
            continue
        _measure(fitted, field, path)
        return fitted
    raise first or _Wrong(f'parameter "{path}" must be of type {" or ".join(field.types)}')


def _candidates(value: Any, kinds: tuple[str, ...]) -> list[str]:
    """The types worth trying, the one that the value names (by `type` or its tell-tale field) alone."""
    table = spec.load()
    flat: list[str] = []
    for kind in kinds:
        known = table.types.get(kind)
        flat.extend(known.any_of if known is not None and known.any_of else (kind,))
    if not isinstance(value, dict) or len(flat) == 1:
        return flat
    named = value.get("type")
    if isinstance(named, str):
        tagged = [kind for kind in flat if _snake(kind).endswith("_" + named)]
        return sorted(tagged, key=len)[:1]
    tell_tale = {
        "inline_keyboard": "InlineKeyboardMarkup",
        "keyboard": "ReplyKeyboardMarkup",
        "remove_keyboard": "ReplyKeyboardRemove",
        "force_reply": "ForceReply",
    }
    for key, kind in tell_tale.items():
        if key in value and kind in flat:
            return [kind]
    return flat


def _fit(value: Any, kind: str, path: str, *, top: bool, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise _Wrong(f'parameter "{path}" is nested too deeply')
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            raise _Wrong(f'parameter "{path}" must be an Array')
        inner = spec.Field(path, (kind.removeprefix("Array of "),), True)
        return [
            _fit_any(item, inner, f"{path}[{index}]", top=False, depth=depth + 1) for index, item in enumerate(value)
        ]
    simple = _SIMPLE.get(kind)
    if simple is not None:
        fitted = simple(value, top)
        if fitted is None:
            raise _Wrong(f'parameter "{path}" must be of type {kind}')
        return fitted
    known = spec.load().types[kind]
    if known.any_of:
        return _fit_any(value, spec.Field(path, (kind,), True), path, top=False, depth=depth + 1)
    if not isinstance(value, dict):
        raise _Wrong(f'parameter "{path}" must be of type {kind}')
    return _fit_object(value, known, path, depth)


def _fit_object(value: dict[str, Any], known: spec.Type, path: str, depth: int) -> dict[str, Any]:
    fitted: dict[str, Any] = {}
    for field in _measured_now(known.fields):
        inner = value.get(field.name)
        if inner is None:
            if field.required:
                raise _Wrong(f'parameter "{path}.{field.name}" is required')
            continue
        fitted[field.name] = _fit_any(inner, field, f"{path}.{field.name}", top=False, depth=depth + 1)
    return fitted


def _measure(value: Any, field: spec.Field, path: str) -> None:
    if field.length is None or not isinstance(value, str):
        return
    size = field.length.measure(value)
    if field.length.low <= size <= field.length.high:
        return
    if field.name in _LENGTH_ERRORS:
        raise bad(_LENGTH_ERRORS[field.name])
    raise bad(f'parameter "{path}" is too {"long" if size > field.length.high else "short"}')


def _integer(value: Any, top: bool) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value if -(2**63) <= value < 2**63 else None
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value)
    return None


def _float(value: Any, top: bool) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value) if abs(value) < 1e18 else None
    if isinstance(value, str) and top and re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d{1,2})?", value.strip()):
        return float(value)
    return None


def _boolean(value: Any, top: bool) -> bool | None:
    if isinstance(value, bool):
        return value
    if not top:
        return None
    if isinstance(value, int) and value in (0, 1):
        return bool(value)
    if isinstance(value, str):
        low = value.strip().lower()
        return True if low in _TRUE else False if low in _FALSE else None
    return None


def _string(value: Any, top: bool) -> str | None:
    return value if isinstance(value, str) else None


def _input_file(value: Any, top: bool) -> Upload | None:
    return value if isinstance(value, Upload) else None


_SIMPLE = {
    "Integer": _integer,
    "Float": _float,
    "Boolean": _boolean,
    "String": _string,
    "InputFile": _input_file,
}


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()

"""The facts of the Bot API: methods, types, required fields, lengths; from the table beside this file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

_FIELD = re.compile(r"(?P<name>\w+)(?P<must>!?):(?P<types>[^@]+)(?:@(?P<low>\d+)-(?P<high>\d+)(?P<unit>[cb]))?")


@dataclass(frozen=True, slots=True)
class Length:
    """Allowed length of a string in UTF-16 units, or in UTF-8 bytes when `in_bytes`."""

    low: int
    high: int
    in_bytes: bool

    def measure(self, text: str) -> int:
        """The length of `text` in the unit of this limit."""
        return len(text.encode("utf-8")) if self.in_bytes else len(text.encode("utf-16-le")) // 2


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter of a method or one field of a type; `types` as the Bot API writes them."""

    name: str
    types: tuple[str, ...]
    required: bool
    length: Length | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """A Bot API method: what it returns and its parameters."""

    name: str
    returns: tuple[str, ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Type:
    """A Bot API type: its fields, or the types it stands for."""

    name: str
    fields: tuple[Field, ...]
    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spec:
    """The whole table."""

    version: str
    methods: dict[str, Method]
    types: dict[str, Type]
    by_lower: dict[str, Method]

    def method(self, name: str) -> Method | None:
        """The method of that name; Telegram does not care about case."""
        return self.by_lower.get(name.lower())


def parse_field(text: str) -> Field:
    """Read one compact field (see scripts/build_botapi_table.py)."""
    match = _FIELD.fullmatch(text)
    if match is None:
        raise ValueError(f"not a field: {text!r}")
    length = None
    if match["unit"]:
        length = Length(int(match["low"]), int(match["high"]), match["unit"] == "b")
    return Field(match["name"], tuple(match["types"].split("|")), bool(match["must"]), length)


@lru_cache(maxsize=1)
def load() -> Spec:
    """The table that the package carries."""
    raw = json.loads(resources.files(__package__).joinpath("botapi.json").read_text("utf-8"))
    methods = {
        name: Method(name, tuple(returns), tuple(map(parse_field, fields)))
        for name, (returns, fields) in raw["methods"].items()
    }
    types = {}
    for name, value in raw["types"].items():
        any_of = tuple(value["any_of"]) if isinstance(value, dict) else ()
        types[name] = Type(name, () if any_of else tuple(map(parse_field, value)), any_of)
    return Spec(raw["version"], methods, types, {name.lower(): m for name, m in methods.items()})

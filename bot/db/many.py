"""Many rows in one parameter: a statement for a thousand rows costs little more than one for a single row.

The rows go in as JSON, and the database reads them as a table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import JSON, BigInteger, ColumnElement, cast, column, func, literal, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

Alike = tuple[Mapping[str, Any], Iterable[int]]
"""Values, and the ids of all rows that have them."""


def rows(
    tx: AsyncSession, alike: Iterable[Alike], types: Mapping[str, TypeEngine[Any]] | None = None
) -> dict[str, ColumnElement[Any]]:
    """Columns of the given rows by name: `id`, and one for each of `types`. Using them in a statement is enough."""
    dialect = tx.get_bind().dialect
    types = types or {}
    stored = {name: kind.dialect_impl(dialect).bind_processor(dialect) for name, kind in types.items()}
    written: list[str] = []
    for values, ids in alike:
        kept = {name: process(values[name]) if process else values[name] for name, process in stored.items()}
        end = json.dumps(kept, default=str)[1:]
        written += [f'{{"id": {each}{", " if types else ""}{end}' for each in ids]
    text = literal(f"[{','.join(written)}]")
    if dialect.name == "sqlite":
        value = func.json_each(text).table_valued("value").c.value
        names = {"id": BigInteger(), **types}
        return {name: type_coerce(func.json_extract(value, f"$.{name}"), kind) for name, kind in names.items()}
    columns = [column("id", BigInteger()), *(column(name, kind) for name, kind in types.items())]
    table = func.json_to_recordset(cast(text, JSON)).table_valued(*columns).render_derived(with_types=True)
    return {each.name: table.c[each.name] for each in columns}

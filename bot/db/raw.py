"""The tables as they are stored: sealed values are not opened, and what is written is written as it is."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Column, MetaData, Table
from sqlalchemy.types import TypeEngine

from bot.db.sealed import Sealed, SealedJson
from bot.db.tables import Base


@cache
def tables() -> tuple[Table, ...]:
    """Every table of the code, those that others refer to first."""
    metadata = MetaData()
    return tuple(
        Table(
            table.name,
            metadata,
            *(Column(column.name, _stored(column.type), primary_key=column.primary_key) for column in table.columns),
        )
        for table in Base.metadata.sorted_tables
    )


def _stored(kind: TypeEngine[object]) -> TypeEngine[object]:
    return kind.impl_instance if isinstance(kind, (Sealed, SealedJson)) else kind


def sealed_columns(table: Table) -> dict[str, Sealed | SealedJson]:
    """The sealed columns of a table of `tables()`, and their types."""
    columns = Base.metadata.tables[table.name].columns
    return {column.name: column.type for column in columns if isinstance(column.type, (Sealed, SealedJson))}

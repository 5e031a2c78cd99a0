"""The operator's list of where personal data lie names every column with a text, and says truly which are sealed."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import JSON, String

from bot.db.sealed import Sealed, SealedJson
from bot.db.tables import Base

PAGE = Path(__file__).parent.parent / "docs" / "operations.md"


def test_every_column_that_holds_a_text_is_listed_and_its_sealing_told() -> None:
    rows = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| (\S+) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    told = {name: sealed == "**yes**" for name, sealed, _ in rows}
    assert len(told) == len(rows), "a column is listed twice"
    true = {
        f"{table.name}.{column.name}": isinstance(column.type, (Sealed, SealedJson))
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, (String, JSON, Sealed, SealedJson))
    }
    missing = sorted(true.keys() - told.keys())
    assert not missing, f"docs/operations.md, Where personal data lie, says nothing of {missing}: sealed, and why?"
    assert told == true

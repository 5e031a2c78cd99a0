"""Tiny runs of the measurements that start the whole bot."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.tiny import WHOLE_BOT, look

pytestmark = pytest.mark.timeout(900)


@pytest.mark.parametrize("name", WHOLE_BOT)
async def test_the_figures_are_there_and_possible(name: str, tmp_path: Path) -> None:
    await look(name, tmp_path)

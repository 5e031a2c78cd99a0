"""A sandbox on a free port for every test."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.sandbox.server import Sandbox

from .driver import Driver


@pytest.fixture
async def driver(tmp_path: Path) -> AsyncIterator[Driver]:
    sandbox = Sandbox(tmp_path / "sandbox")
    async with sandbox.running() as url, httpx.AsyncClient(base_url=url, timeout=60) as http:
        yield Driver(sandbox, url, http)


@pytest.fixture
async def anna(driver: Driver) -> int:
    """A person who has started the bot."""
    return await driver.person(first_name="Anna", language_code="ru", username="anna")

"""The real cards and the real index, built once for all tests of answers."""

from datetime import date
from pathlib import Path

import pytest

from bot.answers.service import Answers

HERE = Path(__file__).parent
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def answers() -> Answers:
    return Answers.load()

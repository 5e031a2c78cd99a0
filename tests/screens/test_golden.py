"""Each screen says exactly what its golden text says; `python -m tests.screens` writes the texts anew."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.answers.service import Answers
from bot.clock import Clock
from bot.i18n import LANGUAGES, Language
from bot.run import Tirek
from bot.settings import Settings
from tests.journeys.conftest import cards
from tests.screens.gallery import NOW, screens, written

FOLDER = Path(__file__).parent
WRITE = "TIREK_WRITE_SCREENS"


@pytest.fixture
async def app(migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """What handlers reach for, on a Tuesday at seven in the evening, with no Telegram behind it."""
    loaded = cards()
    monkeypatch.setattr(Answers, "load", lambda: loaded)
    monkeypatch.setattr(Clock, "now", lambda self: NOW)
    shutil.copy(migrated_sqlite, tmp_path / "tirek.db")
    made = Tirek(Settings(_env_file=None, bot_token=SecretStr("123456:" + "A" * 35), data_dir=tmp_path))
    yield made.app
    await made._close()


async def text_of(language: Language, app: Any) -> str:
    return "\n\n".join([written(name, screen) async for name, screen in screens(language, app)]) + "\n"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_state_reads_as_its_golden_text(language: Language, app: Any) -> None:
    shown = await text_of(language, app)
    golden = FOLDER / f"{language}.txt"
    if os.environ.get(WRITE):
        golden.write_text(shown, encoding="utf-8")
    assert shown == golden.read_text(encoding="utf-8"), "read the difference; to take it: python -m tests.screens"


def test_the_languages_have_the_same_states() -> None:
    names = {
        language: [
            line for line in (FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines() if line[:4] == "=== "
        ]
        for language in LANGUAGES
    }
    assert names["kk"] == names["ru"] == names["en"]
    assert len(set(names["en"])) == len(names["en"]) > 70

"""What the sources of the cards are called in each language: a card names them once, in English."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Final

from bot.answers.topics import LANGS, Lang

LONGEST: Final = 160
_TRANSLATED: Final = tuple(lang for lang in LANGS if lang != "en")


@cache
def _names() -> dict[str, dict[str, str]]:
    text = (resources.files("bot.answers") / "source_names.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def of(source: str, lang: Lang) -> str:
    """The name of a source in `lang`; the English one where there is no other."""
    return _names().get(source, {}).get(lang, source)


def problems(sources: Iterable[str]) -> list[str]:
    """What is wrong with the names of these sources, which are all there are: one line each."""
    used = set(sources)
    found = [f"source_names.toml: “{name}” is a source of no card" for name in _names() if name not in used]
    for source in sorted(used):
        for lang in _TRANSLATED:
            name = _names().get(source, {}).get(lang, "")
            if not 3 <= len(name) <= LONGEST:
                found.append(f"source_names.toml: “{source}” needs a name in {lang}, of 3 to {LONGEST} characters")
    return found

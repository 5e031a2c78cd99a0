"""The README and the operator's guide say what is so: settings, commands, files and pictures that exist."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import typer.main
from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from bot.cli import app
from bot.settings import SECRETS, Settings

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "docs" / "operations.md"]
CALIBRATION = ROOT / "bot" / "detector" / "embedded" / "calibration.json"
LARGEST_PICTURE = 250_000  # bytes
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
TARGETS = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

# Set by the sandbox for the bot it starts; nobody types it.
INTERNAL = {"clock_url"}
NOT_OURS = {"PIP_EXTRA_INDEX_URL"}


def setting_rows() -> dict[str, tuple[str, str]]:
    """The README's settings table: name → (default, meaning)."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|$", PAGES[0].read_text(encoding="utf-8"), re.MULTILINE)
    assert len({name for name, _, _ in rows}) == len(rows), "a setting stands twice in the table"
    return {name: (default, meaning) for name, default, meaning in rows}


def default_of(name: str) -> str:
    """A setting's default as the table writes it: nothing is a dash."""
    value = Settings.model_fields[name].default
    assert value is not PydanticUndefined
    return "–" if value in (None, "", ()) else f"`{value}`"


@pytest.mark.parametrize("name", [name for name in Settings.model_fields if name not in INTERNAL])
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    rows = setting_rows()
    assert name.upper() in rows, f"README.md says nothing of {name.upper()}"
    default, meaning = rows[name.upper()]
    assert default == default_of(name)
    assert len(meaning) > 10


def test_nothing_is_documented_that_is_no_setting() -> None:
    known = {name.upper() for name in Settings.model_fields}
    assert set(setting_rows()) <= known
    for page in PAGES:
        lines = re.findall(r"^(?:export )?([A-Z][A-Z_]+)=\S", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(lines) <= known | NOT_OURS, f"{page.name} shows a line of .env that the bot does not know"


def test_no_secret_has_a_default() -> None:
    for name in SECRETS:
        assert not isinstance(Settings.model_fields[name].default, SecretStr)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_named_exists(page: Path) -> None:
    named = set(re.findall(r"\bmake ([a-z][a-z0-9-]*)", code_of(page)))
    assert named, "the page names no make target"
    assert named <= TARGETS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_tirek_command_named_exists_with_its_options(page: Path) -> None:
    named = re.findall(
        r"(?:^|(?<=bin/)|(?<=python -m ))(?:tirek|bot) ([a-z][a-z-]*)([^\n|]*)", code_of(page), re.MULTILINE
    )
    assert named, "the page names no tirek command"
    for command, rest in named:
        assert command in COMMANDS, f"tirek {command} does not exist"
        found = COMMANDS[command]
        found = getattr(found, "commands", {}).get((rest.split() or [""])[0], found)  # a command of a group
        known = {name for option in found.params for name in (*option.opts, *option.secondary_opts)}
        assert set(re.findall(r"(?<!\S)--[a-z-]+", rest)) <= known, f"tirek {command}: unknown option in {rest!r}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_linked_or_shown_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", text) + re.findall(r'(?:src|href)="([^"#]+)"', text)
    for link in links:
        if not link.startswith(("http://", "https://")):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"


def test_every_folder_named_in_the_layout_exists() -> None:
    layout = PAGES[0].read_text(encoding="utf-8").partition("## Layout")[2].partition("\n## ")[0]
    named = re.findall(r"`([a-z_]+(?:/[a-z_.-]*)*)`", layout)
    assert len(named) >= 5
    for path in named:
        assert (ROOT / path).exists(), f"the layout names {path}"


def test_every_picture_is_shown_and_small() -> None:
    shown = set(re.findall(r"docs/images/([\w-]+\.png)", PAGES[0].read_text(encoding="utf-8")))
    kept = {picture.name: picture.stat().st_size for picture in (ROOT / "docs" / "images").iterdir()}
    assert set(kept) == shown
    assert all(size < LARGEST_PICTURE for size in kept.values()), kept


def test_the_figures_of_the_voice_check_are_the_measured_ones() -> None:
    found = json.loads(CALIBRATION.read_text(encoding="utf-8"))["figures"]
    signs = f"{percent(found['caught'])} of the synthetic and {percent(found['false_alarms'])} of the human ones"
    none = f"{percent(found['no_signs_synthetic'])} and {percent(found['no_signs_human'])}"
    line = (
        f"Measured on {found['human']} human and {found['synthetic']} synthetic recordings from sources it had not "
        f"heard: signs found in {signs}, no signs found in {none}. All others get *I cannot tell*."
    )
    russian = found["never_trained_on"]["by_language"]["ru"]
    marked = round(russian["signs_human"] * russian["human"])
    worst = f"it marked {marked} of the only {russian['human']} human recordings in Russian"
    text = " ".join(PAGES[0].read_text(encoding="utf-8").split())
    for sentence in (line, worst):
        assert sentence in text, f"README.md, How far to trust the voice check, should say:\n{sentence}"
    assert "human" not in found["never_trained_on"]["by_language"].get("kk", {}), "human Kazakh was measured: say so"


def percent(share: float) -> str:
    """A share as people read it; a small one keeps a decimal, so that little is never nothing."""
    return f"{100 * share:.1f} %" if 0 < share < 0.1 else f"{100 * share:.0f} %"


def code_of(page: Path) -> str:
    """What a page shows as code, in blocks and in lines."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    blocks += re.findall(r"^(?: {4}\S.*\n)+", text, re.MULTILINE)
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", text)])

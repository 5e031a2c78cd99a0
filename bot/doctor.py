"""What is missing for this bot to work well, and what to type next."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

import httpx

from bot.answers.service import Answers
from bot.db import migrate
from bot.db.engine import Database
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: fine, worth knowing, or `serious`: the bot cannot run."""

    text: str
    ok: bool = True
    serious: bool = False


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything the bot needs. Reaches Telegram and the detector when they are configured."""
    return [
        await _token(settings),
        await _database(settings),
        *await _detector(settings),
        _speech(settings),
        _answers(),
        *_operator(settings),
    ]


async def _token(settings: Settings) -> Finding:
    if settings.bot_token is None:
        return Finding("BOT_TOKEN is not set. Try the bot without: tirek sandbox", ok=False, serious=True)
    url = f"{settings.telegram_api_url}/bot{settings.bot_token.get_secret_value()}/getMe"
    try:
        async with httpx.AsyncClient(timeout=10) as http:
            answer = (await http.get(url)).json()
    except (httpx.HTTPError, ValueError) as error:
        text = f"Telegram does not answer ({type(error).__name__}). Is TELEGRAM_API_URL right?"
        return Finding(text, ok=False)
    if not answer.get("ok"):
        text = "Telegram does not know this BOT_TOKEN. Copy it from @BotFather once more."
        return Finding(text, ok=False, serious=True)
    return Finding(f"Telegram knows the bot as @{answer['result'].get('username', '?')}.")


async def _database(settings: Settings) -> Finding:
    database = Database(settings.database)
    try:
        if not await database.reachable():
            return Finding("The database does not answer. Is DATABASE_URL right?", ok=False, serious=True)
        current, latest = await migrate.current(database), migrate.revisions()[-1]
        if current != latest:
            return Finding(
                f"The database is at revision {current}, the code at {latest}. Type: tirek migrate", ok=False
            )
        return Finding(f"The database answers and is at revision {current}.")
    finally:
        await database.close()


async def _detector(settings: Settings) -> list[Finding]:
    if settings.detector_url is None:
        return [Finding("Voice checks: the bot starts its own detector.")]
    try:
        async with httpx.AsyncClient(timeout=5) as http:
            answer = await http.get(f"{settings.detector_url}/healthz")
    except httpx.HTTPError as error:
        return [Finding(f"The detector at DETECTOR_URL does not answer ({type(error).__name__}).", ok=False)]
    return [Finding("The detector answers.", ok=answer.status_code == httpx.codes.OK)]


def _speech(settings: Settings) -> Finding:
    if settings.whisper_model == "off":
        return Finding("Spoken words are off (WHISPER_MODEL=off).")
    if importlib.util.find_spec("whisper") is None:
        return Finding("Spoken words are off: the speech extra is not installed. Add it with: make setup SPEECH=1")
    return Finding("The speech extra is installed.")


def _answers() -> Finding:
    return Finding(f"Answers: {len(Answers.load())} cards in three languages.")


def _operator(settings: Settings) -> list[Finding]:
    if settings.operator_name and settings.operator_contact:
        return [Finding(f"/privacy names {settings.operator_name}, {settings.operator_contact}.")]
    return [Finding("Set OPERATOR_NAME and OPERATOR_CONTACT: people see them in /privacy.", ok=False)]

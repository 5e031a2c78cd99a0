"""What is missing for this bot to work well, and what to type next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

import httpx
from sqlalchemy.exc import SQLAlchemyError

from bot.answers import cards
from bot.db import migrate
from bot.db.engine import Database
from bot.detector.models import registry, store
from bot.detector.speech import NoCheckpoint, SpeechOff, find
from bot.settings import Settings
from bot.voice.client import DetectorClient, DetectorDown

MOST_NAMED: Final = 5
"""Old cards listed by name; the rest are counted."""


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
        _answers(datetime.now(UTC).date()),
        _calendars(settings),
        *_operator(settings),
    ]


async def _token(settings: Settings) -> Finding:
    if settings.bot_token is None:
        return Finding("BOT_TOKEN is not set. Try the bot without: tirek sandbox", ok=False, serious=True)
    url = f"{settings.telegram_api_url}/bot{settings.bot_token.get_secret_value()}/getMe"
    try:
        async with httpx.AsyncClient(timeout=10) as http:
            response = await http.get(url)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        text = f"Telegram does not answer ({type(error).__name__}). Is TELEGRAM_API_URL right?"
        return Finding(text, ok=False)
    if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.NOT_FOUND):
        text = "Telegram does not know this BOT_TOKEN. Copy it from @BotFather once more."
        return Finding(text, ok=False, serious=True)
    try:
        name = response.json()["result"]["username"]
    except (ValueError, KeyError, TypeError):
        text = f"What TELEGRAM_API_URL names does not answer as Telegram does (status {response.status_code})."
        return Finding(text, ok=False)
    return Finding(f"Telegram knows the bot as @{name}.")


async def _database(settings: Settings) -> Finding:
    try:
        database = Database(settings.database)
    except (OSError, ValueError, SQLAlchemyError):
        return Finding("The database cannot be opened. Are DATABASE_URL and DATA_DIR right?", ok=False, serious=True)
    try:
        if not await database.reachable():
            return Finding("The database does not answer. Is DATABASE_URL right?", ok=False, serious=True)
        current, latest = await migrate.current(database), migrate.revisions()[-1]
        if current is None:
            return Finding("The database answers and is empty. Type: tirek migrate", ok=False)
        if current != latest:
            return Finding(
                f"The database is at revision {current}, the code at {latest}. Type: tirek migrate", ok=False
            )
        return Finding(f"The database answers and is at revision {current}.")
    finally:
        await database.close()


async def _detector(settings: Settings) -> list[Finding]:
    if settings.detector_url is None:
        return [_own_model(settings), _own_speech(settings)]
    key = settings.detector_api_key
    client = DetectorClient(settings.detector_url, key.get_secret_value() if key else None, timeout_s=5)
    try:
        info = await client.info()
    except DetectorDown as error:
        return [Finding(f"The detector at DETECTOR_URL does not answer ({error}).", ok=False)]
    finally:
        await client.close()
    speech = info.speech
    heard = f"Spoken words: {speech.model}, at DETECTOR_URL." if speech.on else f"Spoken words are off. {speech.reason}"
    return [Finding(f"The detector answers: {info.key}."), Finding(heard)]


def _own_model(settings: Settings) -> Finding:
    """What the bot's own detector would judge voices with."""
    start = "Voice checks: the bot starts its own detector"
    try:
        model = store.listener(settings.detector_model, settings.models)
    except registry.ModelError as error:
        return Finding(f"{start}, and it cannot: DETECTOR_MODEL is {settings.detector_model}. {error}", ok=False)
    if store.installed(settings.models):
        return Finding(f"{start} with {model.name} {model.version}.")
    best = next(iter(registry.rows().values()))
    gain = f"It hears more synthetic voices with {best.id} ({best.bytes / 1e6:.1f} MB, {best.licence})"
    return Finding(f"{start} with {model.name} {model.version}. {gain}. Type: tirek model pull {best.id}")


def _own_speech(settings: Settings) -> Finding:
    """Which checkpoint the bot's own detector would use. It is not loaded here."""
    try:
        found = find(settings.whisper_model, settings.models)
    except NoCheckpoint as off:
        size = "base" if settings.whisper_model.lower() == "auto" else settings.whisper_model.removeprefix("whisper-")
        fetch = f"import whisper; whisper.load_model('{size}', download_root='{settings.models}')"
        return Finding(f'Spoken words are off. {off} To fetch one: python -c "{fetch}"')
    except SpeechOff as off:
        return Finding(f"Spoken words are off. {off}")
    return Finding(f"Spoken words: {found.name} ({found.path}, {found.stamp[1] / 1e6:.0f} MB).")


def _answers(today: date) -> Finding:
    found = cards.load()
    old = cards.stale(found.values(), today)
    if not old:
        return Finding(f"Answers: {len(found)} cards in three languages, all read within a year.")
    named = ", ".join(old[:MOST_NAMED]) + (", …" if len(old) > MOST_NAMED else "")
    text = f"Answers: the sources of {len(old)} of {len(found)} cards were last read over a year ago ({named})."
    return Finding(f"{text} Read them again, then set as_of in bot/answers/cards.", ok=False)


def _calendars(settings: Settings) -> Finding:
    if settings.public_url is None:
        return Finding("Calendars: PUBLIC_URL is not set, so /export sends a file and offers no subscription address.")
    return Finding(f"Calendars: people subscribe at {settings.public_url}/calendar/….")


def _operator(settings: Settings) -> list[Finding]:
    if settings.operator_name and settings.operator_contact:
        return [Finding(f"/privacy names {settings.operator_name}, {settings.operator_contact}.")]
    return [Finding("Set OPERATOR_NAME and OPERATOR_CONTACT: people see them in /privacy.", ok=False)]

"""What is missing for this bot to work well, and what to type next."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
from sqlalchemy.exc import SQLAlchemyError

from bot.answers.service import Answers
from bot.db import migrate
from bot.db.engine import Database
from bot.detector.models import registry, store
from bot.detector.speech import NoCheckpoint, SpeechOff, find
from bot.settings import Settings
from bot.voice.client import DetectorClient, DetectorDown


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
        _answers(),
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
        return [_own_model(settings), _own_voices(settings), _own_speech(settings)]
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
    return Finding(f"{start} with {model.name} {model.version}. {registry.gain(settings.models)}".rstrip())


def _own_voices(settings: Settings) -> Finding:
    """Whether people can compare notes with their own voice."""
    try:
        found = store.encoder(settings.models)
    except registry.ModelError as error:
        return Finding(f"Own voices cannot be compared. {error}", ok=False)
    if found is None:
        return Finding("People cannot compare notes with their own voice. Type: tirek model pull speaker-resemblyzer")
    return Finding(f"People can compare notes with their own voice: {found[1]}.")


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


def _answers() -> Finding:
    return Finding(f"Answers: {len(Answers.load())} cards in three languages.")


def _calendars(settings: Settings) -> Finding:
    if settings.public_url is None:
        return Finding("Calendars: PUBLIC_URL is not set, so /export sends a file and offers no subscription address.")
    return Finding(f"Calendars: people subscribe at {settings.public_url}/calendar/….")


def _operator(settings: Settings) -> list[Finding]:
    if settings.operator_name and settings.operator_contact:
        return [Finding(f"/privacy names {settings.operator_name}, {settings.operator_contact}.")]
    return [Finding("Set OPERATOR_NAME and OPERATOR_CONTACT: people see them in /privacy.", ok=False)]

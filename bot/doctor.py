"""What is missing for this bot to work well, and what to type next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import httpx
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot import backups, keys, observe, updates
from bot.answers import cards
from bot.db import migrate
from bot.db.engine import Database
from bot.db.tables import FactRow
from bot.detector.models import registry, store
from bot.detector.speech import NoCheckpoint, SpeechOff, find
from bot.settings import Settings
from bot.voice.client import DetectorClient, DetectorDown

FRESH = timedelta(days=2)  # a nightly copy that failed once is nothing to worry about
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
        *await _database(settings),
        *_key(settings),
        *await _parked(settings),
        *await _detector(settings),
        *_outside(settings),
        _answers(datetime.now(UTC).date()),
        _calendars(settings),
        *_operator(settings),
        *await _observers(settings),
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


async def _database(settings: Settings) -> list[Finding]:
    try:
        database = Database(settings.database)
    except (OSError, ValueError, SQLAlchemyError):
        return [Finding("The database cannot be opened. Are DATABASE_URL and DATA_DIR right?", ok=False, serious=True)]
    try:
        if not await database.reachable():
            return [Finding("The database does not answer. Is DATABASE_URL right?", ok=False, serious=True)]
        current, latest = await migrate.current(database), migrate.revisions()[-1]
        if current is None:
            return [Finding("The database answers and is empty. Type: tirek migrate", ok=False)]
        if current != latest:
            behind = f"The database is at revision {current}, the code at {latest}. Type: tirek migrate"
            return [Finding(behind, ok=False)]
        return [Finding(f"The database answers and is at revision {current}."), await _backup(settings, database)]
    finally:
        await database.close()


async def _backup(settings: Settings, database: Database) -> Finding:
    """How old the newest copy is that `tirek backup` made."""
    if not database.is_sqlite:
        return Finding("Backups: pg_dump makes them. `tirek backup FILE` says what to type.")
    async with database.transaction() as tx:
        last = await tx.scalar(select(FactRow.value).where(FactRow.name == backups.LAST))
    if last is None:
        return Finding("Backups: none was made yet. Type: tirek backup FILE", ok=False)
    age = datetime.now(UTC) - datetime.fromisoformat(last)
    hours = int(age / timedelta(hours=1))
    said = f"Backups: the last one was made {hours} hours ago."
    return Finding(said if age < FRESH else f"{said} Type: tirek backup FILE", ok=age < FRESH)


def _key(settings: Settings) -> list[Finding]:
    try:
        text, well = keys.describe(settings)
    except keys.KeyProblem as problem:
        return [Finding(str(problem), ok=False, serious=True)]
    return [Finding(text, ok=well)]


async def _parked(settings: Settings) -> list[Finding]:
    """Updates that were given up, if the database can tell."""
    try:
        database = Database(settings.database)
    except (OSError, ValueError, SQLAlchemyError):
        return []
    try:
        async with database.transaction() as tx:
            count = await updates.count_parked(tx)
    except (OSError, SQLAlchemyError):  # no tables yet, or no database: said above
        return []
    finally:
        await database.close()
    if not count:
        return []
    text = f"{count} updates could not be handled; they are kept for 48 hours. To try them again: tirek inbox retry"
    return [Finding(text, ok=False)]


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


def _outside(settings: Settings) -> list[Finding]:
    """Services of others, where some are named."""
    names = ", ".join(settings.detector_providers)
    if not names:
        return []
    if settings.detector_url is not None:
        text = f"DETECTOR_PROVIDERS names {names}, but the detector runs elsewhere: set them there, not here."
        return [Finding(text, ok=False)]
    return [Finding(f"Voices may also be judged by {names}, once a person agrees to that name.")]


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
        name = f"whisper-{size}" if f"whisper-{size}" in registry.rows() else "NAME, one of those in tirek model list"
        return Finding(f"Spoken words are off. {off} Type: tirek model pull {name}")
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


async def _observers(settings: Settings) -> list[Finding]:
    """Who is told of traces and errors, where somebody is."""
    observers = settings.observers
    if (sentence := observe.missing(observers)) is not None:
        return [Finding(sentence, ok=False, serious=True)]
    found = []
    if observers.traces is not None:
        found.append(await _traces(observers))
    if observers.errors is not None:
        found.append(Finding(f"Errors are reported to {urlsplit(observers.errors).hostname}."))
    return found


async def _traces(observers: observe.Observers) -> Finding:
    """Whether the collector takes traces: it is sent none, in the right form."""
    host = urlsplit(observers.traces or "").hostname
    wanted = {"Content-Type": "application/x-protobuf", **observe.pairs(observers.headers)}
    try:
        async with httpx.AsyncClient(timeout=5) as http:
            answer = await http.post(f"{observers.traces}/v1/traces", content=b"", headers=wanted)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return Finding(f"The collector of traces, {host}, does not answer ({type(error).__name__}).", ok=False)
    if not answer.is_success:
        told = f"The collector of traces, {host}, takes none (status {answer.status_code})."
        return Finding(f"{told} Are OTEL_EXPORTER_OTLP_ENDPOINT (OTLP over HTTP) and its headers right?", ok=False)
    return Finding(f"Traces go to {host}.")

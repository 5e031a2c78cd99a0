"""The `tirek` command. Every command calls the same services as the chat does."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import webbrowser
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from bot import logs
from bot.answer_commands import answer_app
from bot.broadcast_commands import broadcast_app
from bot.data_commands import data_app
from bot.i18n import LANGUAGES, Language
from bot.inbox_commands import inbox_app
from bot.model_commands import model_app, model_explained
from bot.settings import SECRETS, Settings, SettingsError, load
from bot.voice_commands import voice_app

if TYPE_CHECKING:
    from bot.detector.providers.outside import Outside

app = typer.Typer(
    name="tirek",
    help="A Telegram bot that keeps creators publishing. Start with: tirek sandbox",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(model_app, name="model")

out = Console()
err = Console(stderr=True)

app.add_typer(answer_app)
app.add_typer(data_app)
app.add_typer(inbox_app, name="inbox")
app.add_typer(broadcast_app)
app.add_typer(voice_app)


@app.callback()
def prepare() -> None:
    """Log lines of every command go to standard error: standard output is for its answer."""
    try:
        settings = load()
    except SettingsError:  # what needs settings says so
        logs.configure("info", "console")
    else:
        logs.configure(settings.log_level, settings.log_format)


def main() -> None:
    """The console script."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # Kazakh letters, whatever the terminal's own code page
            stream.reconfigure(encoding="utf-8")
    app()


def fail(text: str) -> typer.Exit:
    """One sentence on standard error that says what to type next; exit status 2."""
    err.print(logs.redact(text), style="red", markup=False, highlight=False, soft_wrap=True)
    return typer.Exit(2)


def settings_or_fail() -> Settings:
    try:
        return load()
    except SettingsError as error:
        raise fail(str(error)) from None


@contextmanager
def explained() -> Iterator[None]:
    """Errors an operator can act on become one sentence."""
    from bot.way_in import CannotStart

    try:
        yield
    except* CannotStart as group:
        first: BaseException = group
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise fail(str(first)) from None


def _say_gain(settings: Settings) -> None:
    """What the voice check would gain by a model that is not installed, in one line."""
    from bot.detector.models import registry

    if settings.detector_url is None and (gain := registry.gain(settings.models)):
        out.print(f"Voice check: {gain[0].lower()}{gain[1:]}", highlight=False, soft_wrap=True)


@app.command()
def run(
    drop_webhook: Annotated[bool, typer.Option(help="Remove a webhook that is set, and poll")] = False,
) -> None:
    """Run the bot on Telegram: long polling, or a webhook with WEBHOOK_URL."""
    from bot.run import serve

    settings = settings_or_fail()
    if settings.bot_token is None:
        raise fail("BOT_TOKEN is not set. Put it into .env (get one from @BotFather), or try without: tirek sandbox")
    _say_gain(settings)
    with explained():
        asyncio.run(serve(settings, drop_webhook=drop_webhook))


@app.command()
def sandbox(
    port: Annotated[int | None, typer.Option(help="Port of the page; 0: any free one", min=0, max=65535)] = None,
    data: Annotated[Path | None, typer.Option(help="Folder for the sandbox's files")] = None,
    bot: Annotated[bool, typer.Option(help="Run Tirek in it; --no-bot prints the token for another bot")] = True,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser")] = True,
) -> None:
    """Open a local Telegram in the browser, with the bot in it. No token, no account."""
    settings = settings_or_fail()
    if settings.log_level == "info":
        logs.configure("warning", settings.log_format)
    folder = data or settings.data_dir / "sandbox"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise fail(f"{folder} cannot be a folder ({error.strerror}). Choose another: --data FOLDER") from None
    with explained():
        asyncio.run(
            _sandbox(settings, settings.sandbox_port if port is None else port, folder, with_bot=bot, browser=browser)
        )


async def _sandbox(settings: Settings, port: int, folder: Path, *, with_bot: bool, browser: bool) -> None:
    from bot.run import at_signal, serve
    from bot.sandbox.server import Sandbox
    from bot.way_in import CannotStart

    local = Sandbox(folder)
    try:
        async with local.running(port=port) as url:
            out.print(f"Tirek sandbox: {url}", highlight=False)
            if not with_bot:
                out.print(f"Token for your bot: {local.token}", highlight=False)
                out.print(f"Bot API server:     {url}", highlight=False)
            if with_bot:
                _say_gain(settings)
            out.print("Stop it with Ctrl+C.", highlight=False)
            if browser and sys.stdout.isatty():
                webbrowser.open(url)
            if not with_bot:
                stop = asyncio.Event()
                at_signal(stop.set)
                await stop.wait()
                return
            inside = settings.model_copy(
                update={
                    "bot_token": _secret(local.token),
                    "telegram_api_url": url,
                    "clock_url": url,
                    "webhook_url": None,
                    "http_port": 0 if settings.http_port == 8080 else settings.http_port,
                    "data_dir": folder,
                    "models_dir": settings.models,
                    "database_url": "",  # its clock jumps and its people are made up: never into real data
                    "detector_port": settings.detector_port if settings.detector_port != 8090 else _free_port(),
                }
            )
            await serve(inside)
    except OSError as error:
        raise CannotStart(
            f"Port {port} cannot be used ({error.strerror}). Choose another: tirek sandbox --port 0"
        ) from None


def _secret(text: str) -> Any:
    from pydantic import SecretStr

    return SecretStr(text)


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@app.command(name="has-token", hidden=True)
def has_token() -> None:
    """Whether BOT_TOKEN is set: `make run` opens the sandbox when it is not."""
    raise typer.Exit(0 if settings_or_fail().bot_token is not None else 1)


@app.command()
def detector(
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="Port; DETECTOR_PORT when not given", min=1, max=65535)] = None,
    child: Annotated[
        bool, typer.Option(help="Stop when standard input closes: the bot's own child", hidden=True)
    ] = False,
) -> None:
    """Run the voice detector as a service of its own."""
    from bot import observe
    from bot.detector.server import serve

    settings = settings_or_fail()
    if (sentence := observe.missing(settings.observers)) is not None:
        raise fail(sentence)
    observe.start(settings.observers, "tirek-detector")
    key = settings.detector_api_key.get_secret_value() if settings.detector_api_key else None
    with model_explained():
        serve(
            host,
            port or settings.detector_port,
            key,
            whisper_model=settings.whisper_model,
            detector_model=settings.detector_model,
            models=settings.models,
            outside=outside_services(settings),
            watch_stdin=child,
            log_level="warning" if child else "info",
        )


def outside_services(settings: Settings) -> Outside:
    """The outside services that DETECTOR_PROVIDERS names, with their accounts. Raises ModelError."""
    from bot.detector.models.registry import ModelError
    from bot.detector.providers import ADAPTERS
    from bot.detector.providers.adapter import Account
    from bot.detector.providers.budget import Budget
    from bot.detector.providers.calibration import calibration_file, read_calibration
    from bot.detector.providers.outside import Outside, Service

    services = []
    for name in settings.detector_providers:
        of = {field: getattr(settings, f"{name}_{field}") for field in ("api_key", "url", "timeout_s", "per_day")}
        account = Account(of["api_key"].get_secret_value(), of["url"], of["timeout_s"], of["per_day"])
        try:
            calibration = read_calibration(calibration_file(settings.models, name))
        except ValueError as error:
            raise ModelError(f"{error}. Delete it, or fit it anew: tirek model calibrate") from None
        services.append(Service(ADAPTERS[name], account, calibration))
    return Outside(services, Budget(settings.data_dir / "outside.db"))


@app.command()
def migrate() -> None:
    """Bring the database to this version."""
    from bot.db import migrate as migrations
    from bot.run import bring_up_to_date, open_database

    settings = settings_or_fail()

    async def upgrade() -> str | None:
        database = open_database(settings)
        try:
            await bring_up_to_date(database)
            return await migrations.current(database)
        finally:
            await database.close()

    with explained():
        out.print(f"The database is at revision {asyncio.run(upgrade())}.", highlight=False)


@app.command(name="settings")
def show_settings() -> None:
    """Every setting: its variable, its value, what it means."""
    settings = settings_or_fail()
    table = Table("Variable", Column("Value", overflow="fold"), "Meaning")
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        hidden = name in SECRETS and value is not None
        shown = "(set)" if hidden else "" if value in (None, "", ()) else re.sub("//.*@", "//…@", str(value))
        table.add_row(name.upper(), Text(shown), field.description or "")
    out.print(table)


@app.command()
def doctor() -> None:
    """What is missing, and what to type next."""
    from bot.doctor import examine

    settings = settings_or_fail()
    findings = asyncio.run(examine(settings))
    for finding in findings:
        out.print(f"{'ok  ' if finding.ok else '!   '}{finding.text}", highlight=False, markup=False, soft_wrap=True)
    if any(finding.serious for finding in findings):
        raise typer.Exit(1)


def lines_of(file: Path | None) -> Iterator[str]:
    """The lines of a file or of standard input. A line ends where `\\n` is, and nowhere else."""
    try:
        if file is None or str(file) == "-":
            yield from sys.stdin
            return
        with file.open(encoding="utf-8-sig") as opened:
            yield from opened
    except OSError as error:
        raise fail(f"{file} cannot be read ({error.strerror}). Give a file, or - for standard input.") from None
    except UnicodeDecodeError:
        raise fail(f"{file} is not a text in UTF-8. Give one, or - for standard input.") from None


def print_rows(rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        try:
            line = json.dumps(row, ensure_ascii=False).encode()
        except UnicodeEncodeError:  # half a character in what was given: JSON can still say it
            line = json.dumps(row).encode()
        sys.stdout.buffer.write(line + b"\n")
        sys.stdout.flush()


def known_language(lang: str) -> Language:
    for known in LANGUAGES:
        if lang == known:
            return known
    raise fail(f"--lang {lang}: expected kk, ru or en.")


@app.command()
def parse(
    text: Annotated[str | None, typer.Argument(help="What somebody wrote")] = None,
    now: Annotated[str | None, typer.Option(help="An aware instant, ISO 8601; the present when not given")] = None,
    zone: Annotated[str, typer.Option(help="The person's IANA zone")] = "Asia/Almaty",
    lang: Annotated[str, typer.Option(help="kk, ru or en: a hint")] = "kk",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
    file: Annotated[Path | None, typer.Option(help="Rows with id, lang, text, now, zone; - is standard input")] = None,
) -> None:
    """Read a sentence as a plan."""
    from bot.reminders import phrases, sentences
    from bot.reminders.describe import describe
    from bot.reminders.model import Draft, OneOff
    from bot.reminders.rrule import NotAPlan

    def read(row: Any) -> tuple[Draft | OneOff | phrases.Question, dict[str, Any]]:
        if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in ("text", "now", "zone")):
            raise ValueError("an object with text, now and zone is expected")
        moment = datetime.fromisoformat(row["now"])
        if moment.tzinfo is None:
            raise ValueError("now has no offset")
        try:
            ZoneInfo(row["zone"])
        except (ValueError, OSError, KeyError):
            raise ValueError("there is no such zone") from None
        try:
            found = sentences.read(row["text"], moment, row["zone"], str(row.get("lang") or "kk"))
        except NotAPlan as refused:
            question = phrases.Question("other")
            return question, phrases.as_json(question) | {"refused": refused.why}
        return found, sentences.as_json(found, moment, row["zone"])

    def read_line(number: int, line: str) -> dict[str, Any]:
        try:
            row = json.loads(line)
            return {"id": row.get("id") if isinstance(row, dict) else None, **read(row)[1]}
        except (ValueError, RecursionError) as error:
            raise fail(
                f'Line {number} cannot be read ({error}). Expected: {{"id": "1", "lang": "ru", "text": "вт 19:00", '
                '"now": "2026-11-22T10:00+05:00", "zone": "Asia/Almaty"}'
            ) from None

    if file is not None:
        print_rows(read_line(number, line) for number, line in enumerate(lines_of(file), 1) if line.strip())
        return
    if text is None:
        raise fail('Give a text, for example: tirek parse "вт, пт 18:30" --lang ru')
    lang = known_language(lang)
    try:
        found, shown = read({"text": text, "now": now or datetime.now(UTC).isoformat(), "zone": zone, "lang": lang})
    except ValueError as error:
        raise fail(
            f"Cannot read this ({error}). --now is like 2026-11-22T10:00+05:00, --zone like Asia/Almaty."
        ) from None
    if as_json:
        print_rows([shown])
    else:
        out.print(describe(found.rule, lang) if isinstance(found, Draft) else shown, highlight=False)

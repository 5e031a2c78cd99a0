"""`tirek broadcast`: the same broadcasts as /broadcast. Here rows are written; the running bot sends them."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bot.broadcasts.model import UNFINISHED, Broadcast, Content, Segment
from bot.errors import UserError
from bot.logs import redact
from bot.settings import Settings, SettingsError, load

if TYPE_CHECKING:
    from bot.db.engine import Database

broadcast_app = typer.Typer(
    name="broadcast", help="One message to many people; the running bot sends it.", no_args_is_help=True
)
out = Console()
err = Console(stderr=True)
Result = TypeVar("Result")
MOST_TEXT, MOST_CAPTION = 4096, 1024
LOOK_S = 1.0


def _fail(text: str) -> typer.Exit:
    err.print(redact(text), style="red", markup=False, highlight=False, soft_wrap=True)
    return typer.Exit(2)


def _now() -> datetime:
    return datetime.now(UTC)


def _with_database(work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Run `work` on the operator's database; what the operator can act on becomes one sentence."""
    from bot.run import CannotStart, bring_up_to_date, open_database

    try:
        settings = load()
    except SettingsError as error:
        raise _fail(str(error)) from None

    async def run() -> Result:
        database = open_database(settings)
        try:
            await bring_up_to_date(database)
            return await work(database)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except CannotStart as error:
        raise _fail(str(error)) from None
    except UserError as error:
        raise _fail(error.message.format(**error.parameters)) from None


@broadcast_app.command()
def new(
    text: Annotated[str | None, typer.Option(help="The words")] = None,
    file: Annotated[Path | None, typer.Option(help="A file with the words, UTF-8")] = None,
    photo: Annotated[Path | None, typer.Option(help="A picture; the first of ADMIN_IDS gets it as a preview")] = None,
    as_html: Annotated[bool, typer.Option("--html", help="The words are Telegram's HTML")] = False,
    language: Annotated[str | None, typer.Option(help="Only kk, ru or en")] = None,
    zone: Annotated[str | None, typer.Option(help="Only this IANA zone")] = None,
    active_days: Annotated[int | None, typer.Option(help="Only who wrote in so many days", min=1)] = None,
    outlet: Annotated[str | None, typer.Option(help="Only who has a plan for it: youtube, tiktok …")] = None,
    at: Annotated[str | None, typer.Option(help="When: ISO 8601 with an offset; now when not given")] = None,
    dry_run: Annotated[bool, typer.Option(help="Only count the people")] = False,
    yes: Annotated[bool, typer.Option(help="Do not ask before it goes out")] = False,
    watch: Annotated[bool, typer.Option(help="Show how far it has come")] = True,
) -> None:
    """Write a broadcast, see how many people it reaches, and let it go out."""
    from bot.broadcasts import service

    segment = _segment(language, zone, active_days, outlet)
    begins = _moment(at)
    if dry_run:
        people = _with_database(lambda db: service.audience(db, segment, _now()))
        out.print(f"{people} people.", highlight=False)
        return
    words = _words(text, file)
    if (size := len(words.encode("utf-16-le")) // 2) > (most := MOST_CAPTION if photo else MOST_TEXT):
        raise _fail(f"The text has {size} characters, and Telegram takes {most}. Shorten it.")
    content = Content(words if as_html else html.escape(words, quote=False))
    people = _with_database(lambda db: service.audience(db, segment, _now()))
    if not people:
        raise _fail("Nobody is in this segment. Widen it first.")
    content = _previewed(content, photo)
    made = _with_database(lambda db: service.create(db, None, content, _now(), segment))
    when = f"at {begins:%Y-%m-%d %H:%M %Z}" if begins else "now"
    if not yes and not typer.confirm(f"Broadcast {made.id} goes to {people} people {when}. Send it?"):
        _with_database(lambda db: service.cancel(db, made.id, None, _now()))
        out.print("Nothing was sent.")
        return
    started = _with_database(lambda db: service.start(db, made.id, None, datetime.now(UTC), begins))
    out.print(f"Broadcast {started.id}: {started.expected} people, {when}. The running bot sends it.", highlight=False)
    if watch and begins is None:
        _watch(started.id)


@broadcast_app.command(name="list")
def list_() -> None:
    """The newest broadcasts and how far they have come."""
    from bot.broadcasts import service

    table = Table("Number", "State", "Begins", "Sent", "Not reached", "People")
    for each in _with_database(lambda db: service.recent(db, 20)):
        begins = f"{each.start_at:%Y-%m-%d %H:%M} UTC" if each.start_at else ""
        table.add_row(str(each.id), each.state, begins, str(each.sent), str(each.failed), str(each.total))
    out.print(table)


@broadcast_app.command()
def watch(number: int) -> None:
    """A progress bar, until it has ended. Leaving it stops nothing."""
    _watch(number)


@broadcast_app.command()
def pause(number: int) -> None:
    """Stop for now."""
    _turned("pause", number)


@broadcast_app.command()
def resume(number: int) -> None:
    """Go on where it stopped."""
    _turned("resume", number)


@broadcast_app.command()
def cancel(number: int) -> None:
    """End it for good; who has it keeps it."""
    _turned("cancel", number)


def _turned(verb: str, number: int) -> None:
    from bot.broadcasts import service

    turn: Callable[..., Awaitable[Broadcast]] = getattr(service, verb)
    found = _with_database(lambda db: turn(db, number, None, _now()))
    out.print(f"Broadcast {found.id}: {found.state}, sent {found.sent} of {found.total}.", highlight=False)


def _watch(number: int) -> None:
    from bot.broadcasts import service

    async def look(db: Database) -> Broadcast:
        found = await service.read(db, number)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=out) as progress:
            bar = progress.add_task(found.state, total=found.total or None)
            while True:
                progress.update(bar, description=found.state, completed=found.tried, total=found.total or None)
                if found.state not in UNFINISHED or found.state == "draft":
                    return found
                await asyncio.sleep(LOOK_S)
                found = await service.read(db, number)

    try:
        found = _with_database(look)
    except KeyboardInterrupt:
        out.print(f"It goes on without you. To look again: tirek broadcast watch {number}", highlight=False)
        return
    out.print(f"Broadcast {found.id}: {found.state}, sent {found.sent}, not reached {found.failed}.", highlight=False)


def _segment(language: str | None, zone: str | None, active_days: int | None, outlet: str | None) -> Segment:
    from zoneinfo import available_timezones

    from bot.i18n import LANGUAGES
    from bot.reminders.model import Outlet

    if language is not None and language not in LANGUAGES:
        raise _fail(f"--language {language}: expected kk, ru or en.")
    if zone is not None and zone not in available_timezones():
        raise _fail(f"--zone {zone}: there is no such zone. Expected one like Asia/Almaty.")
    outlets = [each.value for each in Outlet]
    if outlet is not None and outlet not in outlets:
        raise _fail(f"--outlet {outlet}: expected one of {', '.join(outlets)}.")
    return Segment(language, zone, active_days, outlet)


def _moment(at: str | None) -> datetime | None:
    if at is None:
        return None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise _fail(f"--at {at}: expected a time with its offset, such as 2026-12-01T19:00+05:00.")
    if moment <= _now():
        raise _fail(f"--at {at} is over. Give a time to come, or none for now.")
    return moment


def _words(text: str | None, file: Path | None) -> str:
    if file is not None:
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            raise _fail(f"{file} cannot be read as a text in UTF-8.") from None
    if not text or not text.strip():
        raise _fail('Give the words: --text "…" or --file message.txt')
    return text.strip()


def _previewed(content: Content, photo: Path | None) -> Content:
    """Send the first admin what people will get. With a picture that is also how Telegram gets to keep it."""
    settings = load()
    if settings.bot_token is None or not settings.admin_ids:
        if photo is not None:
            raise _fail("A picture is kept by Telegram: set BOT_TOKEN and ADMIN_IDS, the first admin gets a preview.")
        out.print("No preview: BOT_TOKEN and ADMIN_IDS are not both set.")
        return content
    try:
        data = photo.read_bytes() if photo is not None else None
    except OSError as error:
        raise _fail(f"{photo} cannot be read ({error.strerror}).") from None
    answer = _ask(settings, content, data)
    if not answer.get("ok"):
        raise _fail(f"Telegram refuses this message: {answer.get('description', 'no reason given')}.")
    out.print(f"A preview is in the chat of {settings.admin_ids[0]}.", highlight=False)
    if data is None:
        return content
    return Content(content.text, content.entities, str(answer["result"]["photo"][-1]["file_id"]))


def _ask(settings: Settings, content: Content, photo: bytes | None) -> dict[str, Any]:
    import httpx

    assert settings.bot_token is not None
    method, words = ("sendMessage", "text") if photo is None else ("sendPhoto", "caption")
    url = f"{settings.telegram_api_url}/bot{settings.bot_token.get_secret_value()}/{method}"
    body = {"chat_id": str(settings.admin_ids[0]), words: content.text, "parse_mode": "HTML"}
    files = {"photo": ("picture", photo)} if photo is not None else None
    try:
        answer = httpx.post(url, data=body, files=files, timeout=60).json()
    except (httpx.HTTPError, ValueError) as error:
        raise _fail(f"Telegram does not answer ({type(error).__name__}), so there is no preview.") from None
    return answer if isinstance(answer, dict) else {}

"""/broadcast: an admin writes a message, sees it as people will, chooses whom and when, and watches it go out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiogram import Bot, Router
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest
from aiogram.filters import BaseFilter, Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message, MessageEntity

from bot.app import App
from bot.broadcasts import service
from bot.broadcasts.model import ACTIVITIES, UNFINISHED, Broadcast, Content, Segment
from bot.errors import N_
from bot.i18n import LANGUAGES, OWN_NAMES, Translator
from bot.people import Person
from bot.reminders import asked, phrases
from bot.reminders.model import OneOff, Outlet, instant_of
from handlers.admin import IsAdmin
from handlers.asked import Asked
from handlers.news import news_keyboard
from handlers.screen import NO_PREVIEW, Row, Screen, button, danger_button, main_button, send, show
from handlers.wording import OUTLETS, lines, outlet_name

router = Router(name="broadcast")
router.message.filter(IsAdmin())
router.callback_query.filter(IsAdmin())

WORDS, TIME = "broadcast_words", "broadcast_time"
STATES: dict[str, str] = {
    "draft": N_("draft"),
    "scheduled": N_("scheduled"),
    "running": N_("is going out"),
    "paused": N_("paused"),
    "done": N_("has gone out"),
    "cancelled": N_("canceled"),
}
FORMATS = frozenset(
    {
        *("bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "blockquote"),
        *("expandable_blockquote", "text_link", "text_mention", "custom_emoji", "date_time"),
    }
)
"""What an admin formats. Telegram finds links and hashtags again by itself."""
CELLS = 10


class Cast(CallbackData, prefix="bc"):
    """Does something with a broadcast."""

    number: int
    act: str


class Aim(CallbackData, prefix="ba"):
    """Narrows a draft in one respect; an empty value widens it again."""

    number: int
    what: str
    value: str


class Composing(BaseFilter):
    """The admin was asked for the message and has sent it: a text or a picture."""

    async def __call__(self, message: Message, app: App, person: Person) -> bool:
        if message.photo is None and (not message.text or message.text.startswith("/")):
            return False
        found = await asked.current(app.db, person, app.now())
        return found is not None and found.kind == WORDS


@router.message(Command("broadcast"))
async def broadcast(message: Message, app: App, person: Person, t: Translator) -> None:
    """Ask for the message; those that have not ended are a tap away."""
    await asked.ask(app.db, person, WORDS, {}, app.now())
    known = await service.recent(app.db)
    rows: list[Row] = [
        [button(f"{each.id}: {t.plain(STATES[each.state])}", Cast(number=each.id, act="open"))]
        for each in known
        if each.state in UNFINISHED
    ]
    text = t("Send the message as people shall get it: a text, or a picture with words. Nothing goes out yet.")
    await show(message, Screen(text, rows))


@router.message(Composing())
async def compose(message: Message, app: App, person: Person, t: Translator) -> None:
    """The message is there: shown back as its readers will see it, and the card to send it from."""
    content = content_of(message)
    assert message.bot is not None
    try:
        await preview(message.bot, content, person.id, t)
    except TelegramBadRequest as error:
        await show(message, Screen(t("Telegram refuses this message ({reason}). Send another.", reason=error.message)))
        return
    await asked.forget(app.db, person, WORDS)
    made = await service.create(app.db, person.id, content, app.now())
    card = await send(message.bot, person.id, await card_screen(made, app, t))
    await service.put_card(app.db, made.id, card.message_id)


def content_of(message: Message) -> Content:
    """Words, formats and picture of a message."""
    entities: list[MessageEntity] = (message.entities if message.photo is None else message.caption_entities) or []
    kept = tuple(each.model_dump(mode="json", exclude_none=True) for each in entities if each.type in FORMATS)
    photo = message.photo[-1].file_id if message.photo else None
    return Content(message.text or message.caption or "", kept, photo)


async def preview(bot: Bot, content: Content, chat_id: int, t: Translator) -> None:
    """Send one person what everybody would get."""
    formats = [MessageEntity.model_validate(each) for each in content.entities or ()]
    more: dict[str, Any] = {"reply_markup": news_keyboard(True, t)}
    if content.entities is not None:
        more["parse_mode"] = None
    if content.photo is None:
        await bot.send_message(chat_id, content.text, entities=formats, **more)
    else:
        await bot.send_photo(chat_id, content.photo, caption=content.text, caption_entities=formats, **more)


# --- The card ---------------------------------------------------------------------------------------------------------


async def card_screen(found: Broadcast, app: App, t: Translator) -> Screen:
    """How a broadcast stands, and what can be done with it."""
    people = await service.audience(app.db, found.segment, app.now()) if found.state == "draft" else found.total
    return Screen(card_text(found, people, t), card_rows(found, people, t))


def card_text(found: Broadcast, people: int, t: Translator) -> str:
    """Number and state, whom it goes to, how far it has come."""
    parts = [
        t("<b>Broadcast {number}</b>: {state}", number=found.id, state=t.plain(STATES[found.state])),
        t("To: {segment}", segment=segment_text(found.segment, t)),
    ]
    if found.state == "draft":
        parts.append(t("People: {people}", people=t.number(people)))
    elif found.state == "scheduled" and found.start_at is not None:
        parts.append(t("Begins: {moment}", moment=t.moment(found.start_at)))
    else:
        share = found.tried / people if people else 1.0
        full = round(min(1.0, share) * CELLS)
        parts.append(f"{'▰' * full}{'▱' * (CELLS - full)} {t.percent(min(1.0, share))}")
        numbers = {"sent": t.number(found.sent), "total": t.number(people), "failed": t.number(found.failed)}
        parts.append(t("Sent: {sent} of {total}. Could not be reached: {failed}", **numbers))
    return lines(*parts)


def card_rows(found: Broadcast, people: int, t: Translator) -> list[Row]:
    """The buttons of a state."""

    def act(text: str, what: str) -> Row:
        return [button(text, Cast(number=found.id, act=what))]

    cancel = danger_button(t.plain("Cancel it"), Cast(number=found.id, act="cancel"))
    match found.state:
        case "draft":
            rows: list[Row] = []
            if people:
                text = t.plain("Send to {people}", people=t.number(people))
                rows.append([main_button(text, Cast(number=found.id, act="sure"))])
            rows += [
                act(t.plain("Language"), "language") + act(t.plain("Time zone"), "zone"),
                act(t.plain("Active"), "active_days") + act(t.plain("Platform"), "outlet"),
                [*act(t.plain("Send later"), "later"), cancel],
            ]
            return rows
        case "scheduled":
            return [[cancel]]
        case "running":
            return [[*act(t.plain("Pause"), "pause"), cancel]]
        case "paused":
            return [[main_button(t.plain("Go on"), Cast(number=found.id, act="resume")), cancel]]
    return []


def segment_text(segment: Segment, t: Translator) -> str:
    """ "Русский · Asia/Almaty · active in 30 days", or everybody."""
    parts = [
        next((OWN_NAMES[each] for each in LANGUAGES if each == segment.language), None),
        segment.zone,
        active_text(segment.active_days, t) if segment.active_days is not None else None,
        next((outlet_name(each, t) for each in Outlet if each.value == segment.outlet), None),
    ]
    return " · ".join(part for part in parts if part) or t.plain("everybody")


def active_text(days: int, t: Translator) -> str:
    return t.plural_plain("active in {count} day", "active in {count} days", days)


# --- Taps -------------------------------------------------------------------------------------------------------------


@router.callback_query(Cast.filter())
async def cast(query: CallbackQuery, callback_data: Cast, app: App, person: Person, t: Translator) -> None:
    """One of the card's buttons."""
    number, now = callback_data.number, app.now()
    await query.answer()
    match callback_data.act:
        case "sure":
            found = await service.read(app.db, number)
            people = await service.audience(app.db, found.segment, now)
            if found.state == "draft" and people:
                text = t.plural("Send it to {count} person now?", "Send it to {count} people now?", people)
                rows: list[Row] = [
                    [main_button(t.plain("Send now"), Cast(number=number, act="send"))],
                    [button(t.plain("Back"), Cast(number=number, act="open"))],
                ]
                await show(query, Screen(text, rows))
                return
        case "send":
            found = await service.start(app.db, number, person.id, now)
            app.bell.set()
        case "pause":
            found = await service.pause(app.db, number, person.id, now)
        case "resume":
            found = await service.resume(app.db, number, person.id, now)
            app.bell.set()
        case "cancel":
            found = await service.cancel(app.db, number, person.id, now)
        case "later":
            await asked.ask(app.db, person, TIME, {"number": number}, now)
            await show(query, Screen(t("When? Write a day and a time, for example: tomorrow 19:00")))
            return
        case "language" | "zone" | "active_days" | "outlet" as what:
            await show(query, await choices_screen(number, what, app, t))
            return
        case _:
            found = await service.read(app.db, number)
    await show(query, await card_screen(found, app, t))
    if isinstance(query.message, Message):
        await service.put_card(app.db, number, query.message.message_id)


async def choices_screen(number: int, what: str, app: App, t: Translator) -> Screen:
    """What a draft can be narrowed to in one respect."""
    if what == "language":
        values = [(OWN_NAMES[each], str(each)) for each in LANGUAGES]
    elif what == "zone":
        values = [(f"{zone}: {t.number(count)}", zone) for zone, count in await service.zones(app.db, app.now())]
    elif what == "active_days":
        values = [(active_text(days, t), str(days)) for days in ACTIVITIES]
    else:
        values = [(OUTLETS.get(each) or outlet_name(each, t), each.value) for each in Outlet]
    rows: list[Row] = [[main_button(t.plain("Everybody"), Aim(number=number, what=what, value=""))]]
    rows += [[button(text, Aim(number=number, what=what, value=value))] for text, value in values]
    return Screen(t("Whom shall it go to?"), rows)


@router.callback_query(Aim.filter())
async def aim(query: CallbackQuery, callback_data: Aim, app: App, t: Translator) -> None:
    """Narrowed, and counted anew: the dry run."""
    await query.answer()
    found = await service.read(app.db, callback_data.number)
    segment = narrowed(found.segment, callback_data.what, callback_data.value)
    await show(query, await card_screen(await service.aim(app.db, found.id, segment), app, t))


def narrowed(segment: Segment, what: str, value: str) -> Segment:
    """A segment with one respect chosen; a value that is none leaves it open."""
    match what:
        case "language":
            return replace(segment, language=value if value in LANGUAGES else None)
        case "zone":
            return replace(segment, zone=value or None)
        case "active_days":
            return replace(segment, active_days=int(value) if value.isdecimal() and len(value) < 5 else None)
        case "outlet":
            return replace(segment, outlet=value if value in [each.value for each in Outlet] else None)
    return segment


@router.message(Asked(TIME))
async def chosen_time(message: Message, content: dict[str, Any], app: App, person: Person, t: Translator) -> None:
    """The moment that was asked for."""
    wish = phrases.read(message.text or "", app.now(), person.zone, person.language)
    at = instant_of(wish.at, wish.zone or person.zone) if isinstance(wish, OneOff) else None
    if at is None or at <= app.now():
        await show(message, Screen(t("I need one moment to come, for example: tomorrow 19:00")))
        return
    await asked.forget(app.db, person, TIME)
    found = await service.start(app.db, int(content["number"]), person.id, app.now(), at)
    assert message.bot is not None
    card = await send(message.bot, person.id, await card_screen(found, app, t))
    await service.put_card(app.db, found.id, card.message_id)


class ProgressCards:
    """Brings the cards of running broadcasts up to date."""

    def __init__(self, bot: Bot, app: App) -> None:
        self._bot = bot
        self._app = app

    async def work(self) -> None:
        """Look which cards are stale, and write them anew. One that is gone is nobody's trouble."""
        for found in await service.to_show(self._app.db, self._app.now()):
            admin = await self._app.people.get(found.admin_id) if found.admin_id is not None else None
            if admin is None:
                continue
            screen = await card_screen(found, self._app, admin.translator)
            try:
                await self._bot.edit_message_text(
                    screen.text,
                    chat_id=admin.id,
                    message_id=found.card_id,
                    reply_markup=screen.keyboard,
                    link_preview_options=NO_PREVIEW,
                )
            except TelegramAPIError:
                continue

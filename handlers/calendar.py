"""Calendars: /export sends plans as a file or by an address, and a file that somebody sends becomes plans."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.exceptions import TelegramBadRequest
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import BufferedInputFile, CallbackQuery, Document, Message

from bot.app import App
from bot.errors import N_, UserError
from bot.i18n import Translator
from bot.people import Person
from bot.reminders import calendar, ics, importing, service, subscription
from bot.reminders.ics import CalendarTooLarge, LeftOut, Proposal
from bot.reminders.importing import Offer
from handlers.messenger import Limited, TooMuch
from handlers.planning import Build
from handlers.plans import PlanList
from handlers.screen import Row, Screen, button, danger_button, main_button, show
from handlers.wording import lines, plan_title, safe, zone_name

router = Router(name="calendar")

MOST_SHOWN = 8
DOWNLOAD_S = 30


class Address(CallbackData, prefix="ca"):
    """Makes a subscription address (`new`) or ends it (`off`)."""

    do: str


class Import(CallbackData, prefix="ci"):
    """Turns on the plans of a file (`on`) or leaves them (`drop`)."""

    token: str
    do: str


class FileGone(UserError):
    """Telegram no longer has the file, or it could not be fetched whole."""

    message = N_("I could not fetch this file. Send it once more.")


# --- Out --------------------------------------------------------------------------------------------------------------


@router.message(Command("export"))
async def export(message: Message, app: App, person: Person, t: Translator) -> None:
    """All plans as an .ics file."""
    if not await service.kept_plans(app.db, person):
        text = t("You have no plans yet. Write one, for example: Tue, Fri 19:00 YouTube")
        await show(message, Screen(text, [[main_button(t.plain("New plan"), Build())]]))
        return
    body = await calendar.of_person(app.db, person, app.now())
    rows: list[Row] = []
    parts = [t("Your plans for any calendar: open the file. It stays as it is when a plan changes.")]
    if app.public_url is not None:
        there = await subscription.since(app.db, person) is not None
        rows = address_rows(there, t)
        parts.append(t("A subscription address stays up to date by itself."))
    caption = Screen(lines(*parts), rows)
    await message.answer_document(
        BufferedInputFile(body, "tirek.ics"), caption=caption.text, reply_markup=caption.keyboard
    )


def address_rows(there: bool, t: Translator) -> list[Row]:
    """Buttons of the subscription address; `there`: whether the person has one."""
    if not there:
        return [[main_button(t.plain("Subscription address"), Address(do="new"))]]
    return [
        [main_button(t.plain("New address"), Address(do="new"))],
        [danger_button(t.plain("Turn the address off"), Address(do="off"))],
    ]


@router.callback_query(Address.filter())
async def address(query: CallbackQuery, callback_data: Address, app: App, person: Person, t: Translator) -> None:
    """The address is made, made anew or ended."""
    if callback_data.do == "off":
        ended = await subscription.revoke(app.db, person)
        await query.answer(t.plain("The address is off") if ended else t.plain("There is no address"))
        text = t("Your calendar has no address any more. The old one opens nothing.")
        await show(query, Screen(text, address_rows(False, t) if app.public_url is not None else []))
        return
    if app.public_url is None:
        await query.answer(t.plain("This bot has no address outside Telegram"))
        return
    token = await subscription.renew(app.db, person, app.now())
    await query.answer(t.plain("Here is the address"))
    text = lines(
        t("Add this in your calendar as a subscription, by address:"),
        f"<code>{safe(f'{app.public_url}/calendar/{token}.ics')}</code>",
        "",
        t("Whoever has it sees your plans. I show it once and keep no copy; an address from before no longer works."),
    )
    await show(query, Screen(text, address_rows(True, t)))


# --- In ---------------------------------------------------------------------------------------------------------------


def is_calendar(document: Document) -> bool:
    """Whether a document says that it is a calendar."""
    return document.mime_type == "text/calendar" or (document.file_name or "").lower().endswith((".ics", ".ical"))


@router.message(F.document, F.document.func(is_calendar))
async def calendar_file(message: Message, app: App, person: Person, t: Translator) -> None:
    """Somebody sent an .ics file: what plans it holds."""
    document = message.document
    assert document is not None
    if (document.file_size or 0) > ics.LARGEST:
        raise CalendarTooLarge(limit_kb=ics.LARGEST // 1024)
    data = await fetch(message, document)
    offer = await importing.offer(app.db, person, data, app.now())
    await show(message, offer_screen(offer, app, t))


async def fetch(message: Message, document: Document) -> bytes:
    """The bytes of a document. Raises CalendarTooLarge, FileGone."""
    assert message.bot is not None
    kept = Limited(ics.LARGEST)
    try:
        await message.bot.download(document, kept, timeout=DOWNLOAD_S)
    except TooMuch:
        raise CalendarTooLarge(limit_kb=ics.LARGEST // 1024) from None
    except TelegramBadRequest:
        raise FileGone from None
    return kept.getvalue()


def offer_screen(offer: Offer, app: App, t: Translator) -> Screen:
    """The plans a file would bring, and what was left out and why."""
    parts: list[str | None] = []
    rows: list[Row] = []
    if offer.proposals:
        count = len(offer.proposals)
        found = t.plural("I found {count} plan in this calendar:", "I found {count} plans in this calendar:", count)
        parts += [found, *(proposal_line(each, app, t) for each in offer.proposals[:MOST_SHOWN])]
        if count > MOST_SHOWN:
            parts.append(t("… and {count} more.", count=count - MOST_SHOWN))
        turn_on = t.plural_plain("Turn on {count} plan", "Turn on {count} plans", count)
        rows = [
            [main_button(turn_on, Import(token=offer.token, do="on"))],
            [button(t.plain("Cancel"), Import(token=offer.token, do="drop"))],
        ]
    else:
        parts.append(t("I found no plan in this calendar. A plan repeats on weekdays at a time."))
    if offer.left_out:
        parts += ["", f"<b>{t('Left out')}</b>", *(left_out_line(each, t) for each in offer.left_out[:MOST_SHOWN])]
        if len(offer.left_out) > MOST_SHOWN:
            parts.append(t("… and {count} more.", count=len(offer.left_out) - MOST_SHOWN))
    return Screen(lines(*parts), rows)


def proposal_line(each: Proposal, app: App, t: Translator) -> str:
    """One plan of a file."""
    draft = each.draft
    line = f"• {safe(plan_title(draft.rule, draft.outlet, t))}"
    if draft.zone is not None:
        line += f" ({safe(zone_name(draft.zone, t, app.now()))})"
    if each.skips:
        line += " — " + t.plural("without {count} date", "without {count} dates", len(each.skips))
    return line


def left_out_line(each: LeftOut, t: Translator) -> str:
    """One event that is no plan, and why."""
    why = t(each.why, part=each.part)
    return f"• {safe(each.title)}: {why}" if each.title else f"• {why}"


@router.callback_query(Import.filter())
async def import_plans(query: CallbackQuery, callback_data: Import, app: App, person: Person, t: Translator) -> None:
    """The plans of a file begin, or are left."""
    if callback_data.do != "on":
        await importing.drop(app.db, person, callback_data.token, app.now())
        await query.answer()
        await show(query, Screen(t("Canceled. Nothing was changed.")))
        return
    made = await importing.turn_on(app.db, person, callback_data.token, app.now())
    app.bell.set()
    await query.answer(t.plain("The plans are on"))
    text = lines(
        "✅ " + t.plural("{count} plan is on.", "{count} plans are on.", len(made)),
        *(f"• {safe(plan_title(plan.rule, plan.outlet, t))}" for plan in made),
    )
    await show(query, Screen(text, [[main_button(t.plain("My plans"), PlanList())]]))

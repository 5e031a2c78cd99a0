"""Connected channels: a Telegram channel in two taps, a YouTube channel by its link; what is seen there by itself."""

from __future__ import annotations

import html
from typing import Any

from aiogram import Bot, F, Router
from aiogram.enums import ChatMemberStatus, ChatType, ContentType
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.filters import BaseFilter, Command, CommandObject
from aiogram.filters.callback_data import CallbackData
from aiogram.types import (
    CallbackQuery,
    ChatAdministratorRights,
    ChatMemberUpdated,
    ChatShared,
    KeyboardButton,
    KeyboardButtonRequestChat,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.app import App
from bot.errors import NotFound, UserError
from bot.i18n import Markup, Translator
from bot.outbox import Outgoing
from bot.people import Person
from bot.reminders import atom, feeds, service
from bot.reminders.atom import Address
from bot.reminders.feed_store import Feed
from bot.reminders.feeds import Connected, Seen
from bot.reminders.model import Outlet
from bot.reminders.proof import FeedKind, FeedState, Item
from bot.reminders.service import Standing
from bot.reminders.watch import ChannelNotFound
from handlers.errors import BROKEN, incident
from handlers.reminders import open_screen
from handlers.screen import Row, Screen, button, danger_button, main_button, show
from handlers.wording import lines, outlet_name, plan_title, short_title

router = Router(name="outlets")

CHANNEL_REQUEST = 1
MOST_SHOWN = 5
PUBLISHED = frozenset(
    {
        ContentType.TEXT,
        ContentType.PHOTO,
        ContentType.VIDEO,
        ContentType.ANIMATION,
        ContentType.AUDIO,
        ContentType.DOCUMENT,
        ContentType.VOICE,
        ContentType.VIDEO_NOTE,
        ContentType.LIVE_PHOTO,
        ContentType.RICH_MESSAGE,
        ContentType.PAID_MEDIA,
        ContentType.POLL,
        ContentType.CHECKLIST,
    }
)
GONE = (ChatMemberStatus.LEFT, ChatMemberStatus.KICKED)
RUNS_IT = (ChatMemberStatus.CREATOR, ChatMemberStatus.ADMINISTRATOR)


class Ask(CallbackData, prefix="cn"):
    """Asks for a channel."""


class FeedAction(CallbackData, prefix="fd"):
    """`do`: list, ask (whether to disconnect), off."""

    feed_id: int
    do: str


class ForFeed(CallbackData, prefix="ff"):
    """This plan publishes where the feed is."""

    plan_id: int
    feed_id: int


class Unsee(CallbackData, prefix="us"):
    slot_id: int


# --- Connecting -------------------------------------------------------------------------------------------------------


@router.message(Command("connect"))
async def connect(message: Message, command: CommandObject, app: App, person: Person, t: Translator) -> None:
    """`/connect` shows what is connected, or asks for a channel; `/connect <address>` connects it."""
    if command.args:
        await connect_youtube(message, atom.read_address(command.args), app, person, t)
        return
    known = await feeds.feeds(app.db, person)
    if known:
        await show(message, feeds_screen(known, t))
    else:
        await ask_for_channel(message, app, person, t)


@router.callback_query(Ask.filter())
async def connect_more(query: CallbackQuery, app: App, person: Person, t: Translator) -> None:
    """One more channel."""
    await query.answer()
    if isinstance(query.message, Message):
        await ask_for_channel(query.message, app, person, t)


async def ask_for_channel(message: Message, app: App, person: Person, t: Translator) -> None:
    """The one keyboard that can show somebody their channels, and what to do for YouTube."""
    await feeds.ask(app.db, person, app.now())
    text = lines(
        "🔗 " + t("I mark what you publish as done by myself, when I can see it."),
        t("Telegram: press the button below and choose your channel."),
        t("YouTube: send me the link of your channel or of one of your videos."),
    )
    await message.answer(text, reply_markup=channel_keyboard(t))


def channel_keyboard(t: Translator) -> ReplyKeyboardMarkup:
    """A button that opens the list of one's own channels. The bot becomes an administrator with the least rights."""
    request = KeyboardButtonRequestChat(
        request_id=CHANNEL_REQUEST,
        chat_is_channel=True,
        user_administrator_rights=rights(can_manage_chat=True, can_promote_members=True),
        bot_administrator_rights=rights(can_manage_chat=True),
        request_title=True,
        request_username=True,
    )
    choose = KeyboardButton(text=t.plain("Choose my channel"), request_chat=request, style="success")
    rows = [[choose], [KeyboardButton(text="/cancel")]]
    return ReplyKeyboardMarkup(keyboard=rows, resize_keyboard=True, one_time_keyboard=True)


def rights(**given: bool) -> ChatAdministratorRights:
    """An administrator's rights: those that are given, and no other."""
    needed = {name: False for name, known in ChatAdministratorRights.model_fields.items() if known.is_required()}
    return ChatAdministratorRights(**{**needed, **given})


@router.message(F.chat_shared.request_id == CHANNEL_REQUEST)
async def channel_chosen(message: Message, bot: Bot, app: App, person: Person, t: Translator) -> None:
    """The second tap. What a client says is held against what Telegram knows."""
    shared = message.chat_shared
    assert shared is not None
    try:
        member = await bot.get_chat_member(shared.chat_id, person.id)
    except (TelegramBadRequest, TelegramForbiddenError):
        await message.answer(t("I am not in this channel yet. Add me as an administrator, then choose it once more."))
        return
    if member.status not in RUNS_IT:
        await message.answer(t("Only an administrator can connect a channel."))
        return
    made = await feeds.connect(app.db, person, FeedKind.TELEGRAM, str(shared.chat_id), title_of(shared), app.now())
    await message.answer(t("Thank you."), reply_markup=ReplyKeyboardRemove())
    await show(message, connected_screen(made, t))


def title_of(shared: ChatShared) -> str:
    """A channel's title, as far as it was told."""
    return shared.title or (f"@{shared.username}" if shared.username else "Telegram")


class ChannelAddress(BaseFilter):
    """Lets a text through that is a YouTube channel's link and nothing else, or any address after `/connect`."""

    async def __call__(self, message: Message, app: App, person: Person) -> bool | dict[str, Any]:
        text = message.text or ""
        address = atom.read_address(text)
        if address is not None and address.certain:
            return {"address": address}
        if address is None and "youtu" not in text.lower():
            return False
        if await feeds.is_asked(app.db, person, app.now()) and " " not in text.strip():
            return {"address": address}
        return False


@router.message(F.text, ~F.text.startswith("/"), ChannelAddress())
async def address_sent(message: Message, address: Address | None, app: App, person: Person, t: Translator) -> None:
    """A YouTube address was pasted."""
    await connect_youtube(message, address, app, person, t)


async def connect_youtube(message: Message, address: Address | None, app: App, person: Person, t: Translator) -> None:
    """YouTube may take seconds, so it is an errand."""
    if address is None:
        raise ChannelNotFound
    await message.answer(t("One moment: I'm looking at YouTube."), reply_markup=ReplyKeyboardRemove())
    app.errands.begin(("connect", person.id), lambda: look(message, address, app, person, t))


async def look(message: Message, address: Address, app: App, person: Person, t: Translator) -> None:
    """The errand: find the channel, connect it, say so."""
    try:
        screen = connected_screen(await app.watch.connect(person, address), t)
    except UserError as error:
        screen = Screen(t(error.message, **error.parameters))
    except Exception as error:  # nobody is above an errand: this is where the person hears of it
        screen = Screen(t(BROKEN, number=incident(error, message.text or "")))
    app.bell.set()
    await show(message, screen)


def connected_screen(made: Connected, t: Translator) -> Screen:
    """What is connected now, which plans it marks, and a question when it can mark none."""
    feed = made.feed
    outlet = outlet_name(feed.outlets[0], t)
    off = [danger_button(t.plain("Disconnect"), FeedAction(feed_id=feed.id, do="ask"))]
    parts: list[str | None] = [f"✅ {t('Connected: {channel}', channel=channel_name(feed, t))}"]
    if feed.state is FeedState.DOWN:
        parts.append(t("YouTube does not answer me now. I keep trying; until then press Done yourself."))
    rows: list[Row] = [off]
    if made.plans:
        parts.append(t("What you publish there around its time is marked as done by itself:"))
        parts += [f"• {html.escape(plan_title(plan.rule, plan.outlet, t))}" for plan in made.plans[:MOST_SHOWN]]
    elif made.unnamed:
        parts.append(t("No plan is for {outlet} yet. Which one is?", outlet=outlet))
        choices = [
            (short_title(plan, t)[:60], ForFeed(plan_id=plan.id, feed_id=feed.id)) for plan in made.unnamed[:MOST_SHOWN]
        ]
        rows = [[button(*each) if number else main_button(*each)] for number, each in enumerate(choices)]
        rows.append(off)
    else:
        parts.append(t("No plan is for {outlet} yet. Write one, for example: Tue 19:00 {outlet}", outlet=outlet))
    return Screen(lines(*parts), rows)


@router.callback_query(ForFeed.filter())
async def for_feed(query: CallbackQuery, callback_data: ForFeed, app: App, person: Person, t: Translator) -> None:
    """A plan without an outlet gets the feed's."""
    made = await feeds.name_outlet(app.db, person, callback_data.plan_id, callback_data.feed_id)
    await query.answer()
    await show(query, connected_screen(made, t))


# --- What is connected ------------------------------------------------------------------------------------------------


def channel_name(feed: Feed, t: Translator) -> Markup:
    """ "YouTube · Aru films", as HTML."""
    return Markup(f"{outlet_name(feed.outlets[0], t)} · <b>{html.escape(feed.title, quote=False)}</b>")


def state_line(feed: Feed, t: Translator) -> str:
    """Seen, not seen yet, or down."""
    if feed.state is FeedState.DOWN:
        return t("does not answer now; no streak breaks")
    if feed.seen_at is None:
        return t("nothing seen yet")
    return t("last seen: {when}", when=t.moment(feed.seen_at))


def feeds_screen(known: list[Feed], t: Translator) -> Screen:
    """Every connected channel with its state."""
    rows: list[Row] = [[main_button(t.plain("Connect another"), Ask())]]
    for feed in known:
        label = f"{t.plain('Disconnect')}: {feed.title[:24]}"
        rows.append([button(label, FeedAction(feed_id=feed.id, do="ask"))])
    listed = [f"• {channel_name(feed, t)}: {state_line(feed, t)}" for feed in known]
    return Screen(lines(f"<b>{t('Connected channels')}</b>", *listed), rows)


@router.callback_query(FeedAction.filter(F.do == "ask"))
async def ask_disconnect(
    query: CallbackQuery, callback_data: FeedAction, app: App, person: Person, t: Translator
) -> None:
    """Before a channel is disconnected."""
    feed = (await feeds.feed(app.db, person, callback_data.feed_id)).feed
    await query.answer()
    text = t("Disconnect {channel}? What was marked stays marked.", channel=channel_name(feed, t))
    rows: list[Row] = [
        [button(t.plain("Keep"), FeedAction(feed_id=feed.id, do="list"))],
        [danger_button(t.plain("Disconnect"), FeedAction(feed_id=feed.id, do="off"))],
    ]
    await show(query, Screen(text, rows))


@router.callback_query(FeedAction.filter(F.do == "off"))
async def disconnect(query: CallbackQuery, callback_data: FeedAction, app: App, person: Person, t: Translator) -> None:
    """The channel is forgotten."""
    feed = await feeds.disconnect(app.db, person, callback_data.feed_id)
    await query.answer()
    text = t("Disconnected: {channel}. To connect it again: /connect", channel=channel_name(feed, t))
    await show(query, Screen(text))


@router.callback_query(FeedAction.filter())
async def list_feeds(query: CallbackQuery, app: App, person: Person, t: Translator) -> None:
    """Back to the list."""
    await query.answer()
    await show(query, feeds_screen(await feeds.feeds(app.db, person), t))


# --- What is seen -----------------------------------------------------------------------------------------------------


@router.channel_post(F.content_type.in_(PUBLISHED))
async def post(message: Message, bot: Bot, app: App) -> None:
    """A post in a channel the bot is in. An album is one publication; what the bot wrote is nobody's."""
    if bot.id in {user.id for user in (message.from_user, message.via_bot) if user is not None}:
        return
    item = Item(
        id=f"g{message.media_group_id}"[:64] if message.media_group_id else str(message.message_id),
        published_at=message.date,
        outlets=(Outlet.TELEGRAM,),
        link=message.get_url(),
    )
    if await feeds.posted(app.db, str(message.chat.id), message.chat.title or "Telegram", item, app.now()):
        app.bell.set()


@router.channel_post()
async def silence(message: Message) -> None:
    """A pinned post or a new title is no publication."""


@router.my_chat_member(F.chat.type == ChatType.CHANNEL)
async def membership(event: ChatMemberUpdated, app: App) -> None:
    """The bot was taken out of a channel: whoever had connected it is told."""
    if event.new_chat_member.status in GONE and await feeds.channel_is_gone(app.db, str(event.chat.id), app.now()):
        app.bell.set()


async def seen_screen(message: Outgoing, app: App, t: Translator) -> Screen | None:
    """One line about a publication that marked its slot; nothing when that was taken back."""
    try:
        seen = await feeds.seen(app.db, message.person, message.parameters["slot_id"], message.parameters["item_id"])
        if seen is None:
            return None
        return seen_line(seen, await service.plan(app.db, message.person, seen.plan.id), t)
    except NotFound:
        return None


def seen_line(seen: Seen, standing: Standing, t: Translator) -> Screen:
    """What was seen, when the plan comes again, and a milestone that it completed."""
    name = html.escape(seen.title or outlet_name(seen.plan.outlet or Outlet.TELEGRAM, t), quote=False)
    publication = Markup(f'<a href="{html.escape(seen.link)}">{name}</a>' if seen.link else name)
    coming = None
    if seen.plan.next_due_at is not None:
        coming = t("Next: {when}", when=t.moment(seen.plan.next_due_at, seen.plan.wall_zone))
    text = lines(f"✅ {t('Saw it: {publication}.', publication=publication)}", coming, milestone(seen, standing, t))
    return Screen(text, [[button(t.plain("Undo"), Unsee(slot_id=seen.slot.id))]])


def milestone(seen: Seen, standing: Standing, t: Translator) -> str | None:
    """A word of joy when this slot was the last of a week worth it."""
    coming = seen.plan.next_local
    more = coming is not None and coming.isocalendar()[:2] == seen.slot.local.isocalendar()[:2]
    progress = standing.progress
    if more or not progress.weeks or not progress.milestone or standing.slots[-1].id != seen.slot.id:
        return None
    return t.plural("{count} week in a row! That is rare.", "{count} weeks in a row! That is rare.", progress.weeks)


@router.callback_query(Unsee.filter())
async def unsee(query: CallbackQuery, callback_data: Unsee, app: App, person: Person, t: Translator) -> None:
    """It was another slot's publication, or none: the slot is open again."""
    plan, slot = await feeds.unsee(app.db, person, callback_data.slot_id, app.now())
    app.bell.set()
    await query.answer(t.plain("Taken back"))
    await show(query, open_screen(plan, slot, t))


async def channel_gone_screen(message: Outgoing, app: App, t: Translator) -> Screen | None:
    """The bot no longer sees a channel."""
    title = message.parameters["title"]
    text = t("I was taken out of the channel “{title}” and no longer see its posts. Press Done yourself.", title=title)
    return Screen(lines(text, t("To connect it again: /connect")))

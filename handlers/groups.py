"""Groups: coming, going, becoming a supergroup, and what is written there. And a person who blocks the bot.

In a group the bot answers commands and replies to its own messages, nothing else.
"""

from __future__ import annotations

from contextlib import suppress

from aiogram import F, Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, ChatMemberUnion, ChatMemberUpdated, Message

from bot import groups
from bot.app import App
from bot.i18n import LANGUAGES, OWN_NAMES, Language, Translator, language_of
from bot.people import Person
from bot.places import PLACES, find_place
from bot.reminders import service, sketch, teams
from bot.reminders.phrases import Question
from handlers import planning, plans, settings, voice
from handlers.planning import Build
from handlers.rights import GROUPS, Admins, InGroup
from handlers.screen import Row, Screen, button, main_button, send, show
from handlers.settings import ChooseLanguage
from handlers.teams import Join, stats_screen, team_screen, today_screen
from handlers.wording import lines, person_zone

router = Router(name="groups")
leftovers = Router(name="group_leftovers")
router.message.filter(F.chat.type != ChatType.PRIVATE)

IN_CHAT = (ChatMemberStatus.CREATOR, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.MEMBER)


def _is_in(member: ChatMemberUnion) -> bool:
    """Whether somebody is in the chat; one with restricted rights may have left."""
    return member.status in IN_CHAT or getattr(member, "is_member", False) is True


# --- The bot's own standing -------------------------------------------------------------------------------------------


@router.my_chat_member(F.chat.type == ChatType.PRIVATE)
async def membership(event: ChatMemberUpdated, app: App) -> None:
    """Blocked: nothing more is sent. Back again: plans go on from their next slots."""
    person_id = event.from_user.id
    if event.new_chat_member.status == ChatMemberStatus.KICKED:
        if await app.people.get(person_id) is not None:
            await app.people.change(person_id, blocked_at=app.now())
        return
    await service.came_back(app.db, person_id, app.now())
    await app.people.forget_memory(person_id)
    app.bell.set()


@router.my_chat_member(F.chat.type.in_(GROUPS))
async def in_or_out(event: ChatMemberUpdated, app: App) -> None:
    """Added: hello, once. Removed: nothing more is sent there. Back again: the plans go on."""
    chat_id, now = event.chat.id, app.now()
    if not _is_in(event.new_chat_member):
        if await app.people.get(chat_id) is not None:
            await app.people.change(chat_id, blocked_at=now)
        return
    if _is_in(event.old_chat_member):
        return
    user = event.from_user
    like = await app.people.get(user.id)
    owner = await groups.meet(app.db, chat_id, event.chat.title or "", language_of(user.language_code), like, now)
    await service.came_back(app.db, chat_id, now)
    app.bell.set()
    assert event.bot is not None
    screen = hello(owner.translator, again=bool(await service.kept_plans(app.db, owner)))
    with suppress(TelegramForbiddenError, TelegramBadRequest):  # it may not write there: /help comes later
        await send(event.bot, chat_id, screen)


def hello(t: Translator, *, again: bool = False) -> Screen:
    """What the bot does in a group, and what to do first."""
    rows: list[Row] = [[main_button(t.plain("New plan"), Build())], [button(t.plain("I take turns"), Join())]]
    if again:
        return Screen(t("I'm back, and the plans go on: /plans"), rows)
    text = lines(
        t("Hello. I remind this group when to publish and say whose turn it is."),
        "",
        "🔔 " + t("An admin writes the plan, for example: /plan Tue, Fri 19:00 YouTube"),
        t("If I ask something, reply to my message. Any member marks a publication as done."),
        "",
        t("Turns: /team. Language: /language. City: /timezone."),
    )
    return Screen(text, rows)


# --- Supergroups, and members who leave -------------------------------------------------------------------------------


@router.message(F.migrate_to_chat_id)
async def moves_on(message: Message, app: App) -> None:
    """The group becomes a supergroup; the old chat says where to."""
    assert message.migrate_to_chat_id is not None
    await _move(app, message.chat.id, message.migrate_to_chat_id)


@router.message(F.migrate_from_chat_id)
async def moved_here(message: Message, app: App) -> None:
    """The same, said by the new chat: whichever comes first does it."""
    assert message.migrate_from_chat_id is not None
    await _move(app, message.migrate_from_chat_id, message.chat.id)


async def _move(app: App, old_id: int, new_id: int) -> None:
    await groups.became(app.db, old_id, new_id)
    await app.people.forget_memory(old_id)
    await app.people.forget_memory(new_id)
    app.bell.set()


@router.message(F.left_chat_member)
async def member_left(message: Message, app: App, admins: Admins) -> None:
    """Who left takes no turns; the plans stay."""
    assert message.left_chat_member is not None
    await _left(message.chat.id, message.left_chat_member.id, app, admins)


@router.chat_member(F.chat.type.in_(GROUPS))
async def member_changed(event: ChatMemberUpdated, app: App, admins: Admins) -> None:
    """The same, as an admin bot hears it; also who became an admin, or is none any more."""
    user_id = event.new_chat_member.user.id
    admins.forget(event.chat.id, user_id)
    if not _is_in(event.new_chat_member):
        await _left(event.chat.id, user_id, app, admins)


async def _left(chat_id: int, user_id: int, app: App, admins: Admins) -> None:
    admins.forget(chat_id, user_id)
    await teams.left_group(app.db, chat_id, user_id)


# --- Commands ---------------------------------------------------------------------------------------------------------


async def _only_admins(message: Message, admins: Admins, t: Translator) -> bool:
    """Whether an admin asks; anybody else is told."""
    if await admins.wrote(message):
        return True
    await show(message, Screen(t("Only admins of this group can change its plans.")))
    return False


@router.message(Command("start", "help"), InGroup())
async def help_(message: Message, owner: Person) -> None:
    """What can be done here."""
    await show(message, hello(owner.translator))


@router.message(Command("plan"), InGroup())
async def plan(message: Message, command: CommandObject, app: App, owner: Person, admins: Admins) -> None:
    """A plan of the group, by an admin."""
    t = owner.translator
    if await _only_admins(message, admins, t):
        await planning.plan(message, command, app, owner, t)


@router.message(Command("plans"), InGroup())
async def plan_list(message: Message, app: App, owner: Person) -> None:
    """The group's plans, for everybody."""
    await plans.plans(message, app, owner, owner.translator)


@router.message(Command("today"), InGroup())
async def today(message: Message, app: App, owner: Person) -> None:
    """What is due, and whose turn it is."""
    await show(message, await today_screen(app, owner))


@router.message(Command("stats"), InGroup())
async def stats(message: Message, app: App, owner: Person) -> None:
    """How steady the group is."""
    await show(message, await stats_screen(app, owner))


@router.message(Command("team"), InGroup())
async def team(message: Message, app: App, owner: Person) -> None:
    """Who takes turns."""
    await show(message, team_screen(await teams.rotation(app.db, owner), owner.translator))


@router.message(Command("settings"), InGroup())
async def group_settings(message: Message, app: App, owner: Person, admins: Admins) -> None:
    """The group's settings, apart from anybody's own."""
    t = owner.translator
    if await _only_admins(message, admins, t):
        await settings.settings(message, app, owner, t)


@router.message(Command("timezone"), InGroup())
async def timezone(message: Message, command: CommandObject, app: App, owner: Person, admins: Admins) -> None:
    """Whose clock the group follows."""
    t = owner.translator
    if not await _only_admins(message, admins, t):
        return
    if command.args:
        await settings.offer_places(message, find_place(command.args), t, app)
        return
    usual = [place for name in settings.USUAL_PLACES for place in PLACES if place.en == name]
    text = t(
        "This group's time: {zone}. Choose a city, or write /timezone and its name.",
        zone=person_zone(owner, t, app.now()),
    )
    await show(message, Screen(text, settings.place_rows(usual, t)))


@router.message(Command("language"), InGroup())
async def language(message: Message, command: CommandObject, app: App, owner: Person, admins: Admins) -> None:
    """`/language kk` sets the group's language, `/language` asks."""
    t = owner.translator
    if not await _only_admins(message, admins, t):
        return
    wanted = next((each for each in LANGUAGES if each == (command.args or "").strip().lower()), None)
    if wanted is None:
        await show(message, settings.language_screen(owner, t))
        return
    owner = await app.people.choose_language(owner.id, wanted)
    await show(message, Screen(owner.translator("I'll write in English.")))


@router.callback_query(ChooseLanguage.filter(), InGroup())
async def choose_language(
    query: CallbackQuery, callback_data: ChooseLanguage, app: App, owner: Person, t: Translator, admins: Admins
) -> None:
    """The group's language, by an admin."""
    assert query.bot is not None
    if not await admins.is_admin(query.bot, owner.id, query.from_user.id):
        await query.answer(t.plain("Only admins of this group can change its plans."), show_alert=True)
        return
    wanted: Language = next((each for each in LANGUAGES if each == callback_data.language), "en")
    owner = await app.people.choose_language(owner.id, wanted)
    await query.answer(OWN_NAMES[wanted])
    await show(query, Screen(owner.translator("I'll write in English.")))


@router.message(Command("cancel"), InGroup())
async def cancel(message: Message, app: App, owner: Person, admins: Admins) -> None:
    """Leave what was begun here."""
    t = owner.translator
    if await _only_admins(message, admins, t):
        dropped = await sketch.drop(app.db, owner)
        text = t("Canceled. Nothing was changed.") if dropped else t("There is nothing to cancel.")
        await show(message, Screen(text))


@router.message(Command("check"))
async def check(message: Message, app: App) -> None:
    """A voice check in reply to a recording, in the language of who asks."""
    user = message.from_user
    if user is None or user.is_bot:  # an anonymous admin has no account that a check could belong to
        return
    person = await app.people.meet(user.id, user.first_name, user.language_code, app.now())
    await voice.check_command(message, app, person, person.translator)


@router.message(Command("ask", "topics", "privacy", "mydata", "deleteme", "export"), InGroup())
async def elsewhere(message: Message, owner: Person) -> None:
    """What is nobody else's business."""
    await show(message, Screen(owner.translator("This works in a private chat with me.")))


@router.message(F.text, F.reply_to_message.from_user.is_bot, InGroup())
async def answer_to_us(message: Message, app: App, owner: Person, admins: Admins) -> None:
    """An admin answers, in a reply, what the bot asked about a plan: "18:30"."""
    asked = message.reply_to_message
    if message.text is None or asked is None or asked.from_user is None or message.bot is None:
        return
    if asked.from_user.id != message.bot.id or message.text.startswith("/"):
        return
    if await sketch.current(app.db, owner, app.now()) is None or not await admins.wrote(message):
        return
    reading = planning.reading_of(message.text, app, owner)
    if not isinstance(reading, Question) or reading.why != "not_a_plan":
        await planning.answer_reading(message, reading, app, owner, owner.translator)


@router.message()
async def silence(message: Message) -> None:
    """Everything else said in a group is none of our business."""


@leftovers.callback_query(InGroup())
async def private_button(query: CallbackQuery, t: Translator) -> None:
    """A button that was made for a private chat."""
    await query.answer(t.plain("This works in a private chat with me."), show_alert=True)

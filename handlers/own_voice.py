"""`/myvoice`: consent, three notes, and whether another note sounds like the person.

A comparison has two lines that never become one: *sounds like you* and *signs of synthesis*. Listening takes seconds,
so it is an errand: the person's next message need not wait for it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from zoneinfo import ZoneInfo

from aiogram import Router
from aiogram.exceptions import TelegramForbiddenError, TelegramNetworkError
from aiogram.filters import BaseFilter, Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message

from bot.app import App
from bot.errors import N_, UserError
from bot.i18n import Translator
from bot.people import Person
from bot.voice.model import Band
from bot.voice.own import NOTES, Compared, OwnVoice, Sounds, VoicesDown
from handlers.errors import BROKEN, incident
from handlers.screen import Row, Screen, button, danger_button, main_button, show
from handlers.voice import recording_of
from handlers.wording import lines
from handlers.words import firmly

router = Router(name="own_voice")


class Own(CallbackData, prefix="ov"):
    """A button of /myvoice: agree, no, compare, again, erase."""

    what: str


class ForOwnVoice(BaseFilter):
    """Lets the recording through that a person was asked for: the next note of their voice, or one to compare.

    A forwarded note is nobody's own voice, so it never becomes a part of it.
    """

    async def __call__(self, message: Message, app: App, person: Person) -> bool | dict[str, Any]:
        if recording_of(message) is None:
            return False
        own = await app.own_voices.state(person)
        if own is None or not own.awaits:
            return False
        return {"own": own} if own.whole or (message.voice and not message.forward_origin) else False


@router.message(Command("myvoice"))
async def my_voice(message: Message, app: App, person: Person, t: Translator) -> None:
    """What is kept and what can be done; in reply to a recording: does it sound like me?"""
    note = message.reply_to_message
    own = await app.own_voices.state(person)
    if own is not None and own.whole and note is not None and recording_of(note) is not None:
        await compare(note, app, person, t)
    elif own is None and not await app.own_voices.available():
        await show(message, Screen(t("I can't compare voices here: the operator has not installed it.")))
    else:
        await show(message, own_screen(own, t))


def own_screen(own: OwnVoice | None, t: Translator) -> Screen:
    """Where the person stands: before consent, while recording, or done."""
    title = f"<b>{t('My own voice')}</b>"
    if own is None:
        text = lines(
            title,
            t("Somebody may speak with your voice. I can tell whether a note sounds like you."),
            t(
                "For that I need three voice notes of yours. I turn them into numbers and keep only these, for nothing "
                "else and no longer than you want. I keep no recording."
            ),
            t("Do you agree?"),
        )
        return Screen(
            text,
            [
                [main_button(t.plain("I agree"), Own(what="agree"))],
                [button(t.plain("No"), Own(what="no"))],
            ],
        )
    erase: Row = [danger_button(t.plain("Erase my voice"), Own(what="erase"))]
    if not own.whole:
        rows: list[Row] = [erase]
        if not own.awaits:
            rows.insert(0, [main_button(t.plain("Go on recording"), Own(what="go_on"))])
        return Screen(lines(title, next_note(own, t)), rows)
    text = lines(
        title,
        t(
            "I know your voice since {date}. Only numbers are kept, no recording.",
            date=t.day(own.since.astimezone(ZoneInfo(t.zone)).date(), weekday=False),
        ),
        t("To compare: send /myvoice in reply to a note, or press the button and forward the note."),
    )
    rows = [
        [main_button(t.plain("Compare a note"), Own(what="compare"))],
        [button(t.plain("Record anew"), Own(what="agree"))],
        erase,
    ]
    return Screen(text, rows)


def next_note(own: OwnVoice, t: Translator) -> str:
    """What to record now."""
    return t(
        "Note {number} of {all}: record about 10 seconds in a quiet place. Say anything.",
        number=own.notes + 1,
        all=NOTES,
    )


@router.callback_query(Own.filter())
async def pressed(query: CallbackQuery, callback_data: Own, app: App, person: Person, t: Translator) -> None:
    """A button of /myvoice."""
    match callback_data.what:
        case "agree":
            own = await app.own_voices.agree(person)
            await query.answer()
            await show(query, own_screen(own, t))
        case "compare" | "go_on" if await app.own_voices.await_note(person):
            await query.answer()
            own_now = await app.own_voices.state(person)
            text = t("Forward me the note now.") if callback_data.what == "compare" else None
            await show(query, Screen(text) if text else own_screen(own_now, t))
        case "erase":
            await app.own_voices.erase(person)
            await query.answer(t.plain("Erased"))
            await show(query, Screen(t("Your voice is erased. Nothing of it is left.")))
        case _:
            await query.answer(t.plain("Nothing is kept"))
            await show(query, Screen(t("Nothing of your voice is kept.")))


@router.message(ForOwnVoice())
async def awaited(message: Message, own: OwnVoice, app: App, person: Person, t: Translator) -> None:
    """The recording that the person was asked for."""
    if own.whole:
        await compare(message, app, person, t)
        return
    found = recording_of(message)
    assert found is not None
    file_id, described = found

    async def learn() -> Screen:
        now = await app.own_voices.add(person, described, file_id)
        if now.whole:
            return own_screen(now, t)
        return Screen(lines(t("Thank you."), next_note(now, t)))

    await begin(message, app, person, t, learn)


async def compare(note: Message, app: App, person: Person, t: Translator) -> None:
    """Does this recording sound like the person, and has it signs of synthesis?"""
    found = recording_of(note)
    assert found is not None
    file_id, described = found

    async def work() -> Screen:
        return Screen(compared_text(await app.own_voices.compare(person, described, file_id), t))

    await begin(note, app, person, t, work)


async def begin(note: Message, app: App, person: Person, t: Translator, work: Callable[[], Awaitable[Screen]]) -> None:
    """Answer a recording at once, and put what came of it there when it is done."""
    answer = await note.reply(t("🎧 Listening."))

    async def errand() -> None:
        try:
            try:
                screen = await work()
            except UserError as error:
                screen = Screen(t(error.message, **error.parameters))
            except TelegramNetworkError:  # while the note was fetched
                screen = Screen(t(VoicesDown.message))
            except TelegramForbiddenError:
                raise
            except Exception as error:  # nobody is above an errand: this is where the person hears of it
                screen = Screen(t(BROKEN, number=incident(error)))
            await firmly(app, lambda: _put(answer, screen))
        except TelegramForbiddenError:
            await app.people.change(person.id, blocked_at=app.now())

    if not app.errands.begin(("own_voice", person.id), errand):
        await _put(answer, Screen(t("One moment: I'm still listening.")))


async def _put(answer: Message, screen: Screen) -> None:
    await answer.edit_text(screen.text, reply_markup=screen.keyboard)


SOUNDS: dict[Sounds, str] = {
    Sounds.LIKE: N_("yes"),
    Sounds.UNLIKE: N_("no"),
    Sounds.BETWEEN: N_("hard to say"),
}
SIGNS: dict[Band, str] = {
    Band.SYNTHETIC: N_("there are some"),
    Band.NO_SIGNS: N_("none found"),
    Band.UNSURE: N_("I cannot tell"),
    Band.ERROR: N_("I could not check this"),
}


def compared_text(found: Compared, t: Translator) -> str:
    """Two findings, what they mean together, and that they prove nothing."""
    both = found.sounds is Sounds.LIKE and found.verdict.band is Band.SYNTHETIC
    if both:
        meaning = t("This may be a copy of your voice. Warn your people, and agree on a question only you can answer.")
    elif found.sounds is Sounds.LIKE:
        meaning = t("A good copy sounds like you too. If you did not say this, do not trust the note.")
    else:
        meaning = ""
    parts = [
        t("Sounds like you: <b>{answer}</b>", answer=t.plain(SOUNDS[found.sounds])),
        t("Signs of synthesis: <b>{answer}</b>", answer=t.plain(SIGNS[found.verdict.band])),
        *([meaning] if meaning else []),
        t("Neither is proof. The audio is deleted."),
    ]
    return lines(*parts)

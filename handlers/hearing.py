"""What is done with a checked recording once more: another detector, a part to listen to, its words.

The recording is not kept: each fetches it anew from the message that the verdict answers, and forgets it again. All
three take seconds, so they are errands, one at a time for each person.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import Router
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramNetworkError
from aiogram.filters.callback_data import CallbackData
from aiogram.types import BufferedInputFile, CallbackQuery, Message, ReplyParameters

from bot.app import App
from bot.errors import N_, UserError
from bot.i18n import Translator
from bot.people import Person
from bot.voice import words
from bot.voice.client import DetectorInfo
from bot.voice.cues import Cue, cues
from bot.voice.model import Band, Recording, Verdict
from bot.voice.parts import part_of
from bot.voice.service import CannotCut, Part
from handlers.errors import BROKEN, Withheld, incident
from handlers.screen import Row, Screen, button, main_button, retell, send, topic_of
from handlers.voice import HEADLINES, WHY, Details, recording_of, span
from handlers.wording import lines, safe
from handlers.words import firmly

router = Router(name="hearing")

MOST_SHOWN = 3_000  # characters of a transcript
ANEW = "-"  # the used detector, where its verdict was an earlier one
CHOOSE = "_"

CUES: dict[Cue, str] = {
    Cue.MONEY: N_("asks for money"),
    Cue.CODES: N_("asks for a code, a password or card data"),
    Cue.URGENCY: N_("hurries"),
    Cue.NEW_NUMBER: N_("speaks of a new number or a lost phone"),
    Cue.SECRECY: N_("asks to tell nobody"),
}
# What goes wrong with the words of somebody else's note; of an own one `bot.voice.words` speaks.
NO_TRANSCRIPT: dict[type[UserError], str] = {
    words.WordsOff: N_("Words of a recording can't be shown here: the operator has installed no model for it."),
    words.WordsDown: N_("I can't turn it into words right now. Try again in a minute."),
    words.NoWords: N_("I heard no words in this recording."),
    words.NoteTooLong: N_("I show the words of recordings up to {minutes} minutes."),
    words.TooManyWords: N_("That was {limit} transcripts in a day. The next one works tomorrow."),
}


class Another(CallbackData, prefix="vo"):
    """Have the recording of a verdict checked by another detector: its name, ANEW, or CHOOSE to ask which."""

    check_id: int
    detector: str


class HearPart(CallbackData, prefix="vp"):
    """Send the part of a long recording that holds the most signs."""

    check_id: int


class Transcript(CallbackData, prefix="vt"):
    """What is said in the recording that this verdict answers."""

    check_id: int


def hearing_rows(check_id: int, verdict: Verdict, detector: DetectorInfo | None, t: Translator) -> list[Row]:
    """The buttons for it, as far as there is something to hear."""
    rows: list[Row] = []
    if (part := part_of(verdict)) is not None:
        rows.append([button(f"▶ {span(*part)}", HearPart(check_id=check_id))])
    if choices(verdict, detector):
        rows.append([button(t.plain("Check another way"), Another(check_id=check_id, detector=CHOOSE))])
    return rows


def choices(verdict: Verdict, detector: DetectorInfo | None) -> list[str]:
    """Who may be asked for another opinion."""
    if detector is None or verdict.band is Band.ERROR:
        return []
    return [*([ANEW] if verdict.again else []), *detector.others]


# --- Another way ------------------------------------------------------------------------------------------------------


@router.callback_query(Another.filter())
async def another(query: CallbackQuery, callback_data: Another, app: App, person: Person, t: Translator) -> None:
    """Ask which detector, where there are several, or have the recording checked by it."""
    known = await app.voice.verdict(person, callback_data.check_id)
    offered, name = choices(known.verdict, known.detector), callback_data.detector
    if name == CHOOSE and len(offered) == 1:
        (name,) = offered
    if name == CHOOSE and offered:
        await query.answer()
        await retell(query, choose_screen(callback_data.check_id, offered, t))
        return
    if name not in offered:
        await query.answer(t.plain("This detector is no longer here."), show_alert=True)
        return

    async def hear(recording: Recording, file_id: str) -> Screen:
        found = await app.voice.opinion(person, recording, file_id, "" if name == ANEW else name)
        return opinion_screen(found, t)

    await errand(query, app, person, t, hear)


def choose_screen(check_id: int, offered: list[str], t: Translator) -> Screen:
    """Which other detector."""
    rows: list[Row] = []
    for number, name in enumerate(offered):
        label = t.plain("The same, anew") if name == ANEW else name[:20]
        make = main_button if number == 0 else button
        rows.append([make(label, Another(check_id=check_id, detector=name))])
    rows.append([button(t.plain("Back"), Details(check_id=check_id, shown=0))])
    return Screen(t("Which detector should listen, too?"), rows)


def opinion_screen(found: Verdict, t: Translator) -> Screen:
    """What another detector found, as an answer of its own."""
    headline = t(HEADLINES[found.band])
    why = t(WHY[found.reason]) if found.reason is not None and not found.reason.passes else None
    if found.reason is not None and found.reason.passes:
        why = t("The detector does not answer now. Try again in a minute.")
    who = t("Heard by: {detector}.", detector=found.detector) if found.detector else None
    proof = t("Two detectors can be wrong together. This is not proof.") if found.band is not Band.ERROR else None
    return Screen(lines(f"🎧 <b>{headline}</b>", why, who, f"<i>{proof}</i>" if proof else None))


# --- A part to listen to ----------------------------------------------------------------------------------------------


@router.callback_query(HearPart.filter())
async def hear_part(query: CallbackQuery, callback_data: HearPart, app: App, person: Person, t: Translator) -> None:
    """The ten seconds with the most signs, as a voice note."""
    await app.voice.verdict(person, callback_data.check_id)

    async def cut(recording: Recording, file_id: str) -> Part:
        return await app.voice.part(person, callback_data.check_id, recording, file_id)

    await errand(query, app, person, t, cut)


# --- The words of the note --------------------------------------------------------------------------------------------


@router.callback_query(Transcript.filter())
async def transcript(query: CallbackQuery, callback_data: Transcript, app: App, person: Person, t: Translator) -> None:
    """What is said, as an answer of its own."""
    await app.voice.verdict(person, callback_data.check_id)  # whoever asked for it, and nobody else

    async def listen(recording: Recording, file_id: str) -> Screen:
        try:
            heard = await app.voice.words(person, recording, file_id)
        except UserError as error:
            return Screen(t(NO_TRANSCRIPT.get(type(error), error.message), **error.parameters))
        return transcript_screen(heard.text, t)

    await errand(query, app, person, t, listen)


def transcript_screen(text: str, t: Translator) -> Screen:
    """What was heard, folded, and what in it sounds like pressure; kept nowhere."""
    cut = text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN].rstrip() + "…"
    found = cues(text)
    pressing = (
        lines(
            f"<b>{t('What may be pressure')}</b>",
            *(f"• {t(CUES[cue])}" for cue in found),
            t("People in a hurry speak so, too: these are only cues. Before you act, call back on a number you know."),
            "",
        )
        if found
        else None
    )
    return Screen(
        lines(
            f"<b>{t('Transcript')}</b>",
            f"<blockquote expandable>{safe(cut)}</blockquote>",
            pressing,
            f"<i>{t('Heard by a program: words may be wrong. I keep neither the audio nor the words.')}</i>",
        )
    )


# --- The errand -------------------------------------------------------------------------------------------------------


async def errand(
    query: CallbackQuery,
    app: App,
    person: Person,
    t: Translator,
    hear: Callable[[Recording, str], Awaitable[Screen | Part]],
) -> None:
    """Begin to hear the recording that the verdict answers, and show what came of it below."""
    shown = query.message
    note = shown.reply_to_message if isinstance(shown, Message) else None
    found = recording_of(note) if note is not None else None
    if not isinstance(shown, Message) or note is None or found is None:
        await query.answer()
        if isinstance(shown, Message):
            await below(shown, None, Screen(t("I no longer see that voice note. Send it once more.")))
        return
    file_id, recording = found
    begun = app.errands.begin(
        ("words", person.id), lambda: do(shown, note, lambda: hear(recording, file_id), app, person, t)
    )
    await query.answer(
        t.plain("Listening, this takes a moment") if begun else t.plain("One moment: I'm still listening.")
    )


async def do(
    shown: Message, note: Message, hear: Callable[[], Awaitable[Screen | Part]], app: App, person: Person, t: Translator
) -> None:
    """The errand itself. Whatever goes wrong, the person is told."""
    try:
        try:
            result = await hear()
        except UserError as error:
            result = Screen(t(error.message, **error.parameters))
        except TelegramNetworkError:  # while the note was fetched
            result = Screen(t("Telegram does not give me the recording right now. Try again in a minute."))
        if isinstance(result, Part):
            part = result
            await firmly(app, lambda: play(shown, note, part, t))
        else:
            screen = result
            await firmly(app, lambda: below(shown, note, screen))
    except TelegramForbiddenError:
        await app.people.change(person.id, blocked_at=app.now())
    except Exception as error:  # nobody is above an errand: this is where the person hears of it
        # What was heard may stand in the error's text, and a transcript never reaches the log.
        unspoken = Withheld(error).with_traceback(error.__traceback__)
        broken = Screen(t(BROKEN, number=incident(unspoken)))
        await firmly(app, lambda: below(shown, note, broken))


async def play(shown: Message, note: Message, part: Part, t: Translator) -> None:
    """Send a part as a voice note; as an audio file to somebody who takes no voice notes."""
    assert shown.bot is not None
    where = span(part.start_s, part.end_s)
    more: dict[str, Any] = {
        "caption": t("{where}: the part with most signs. Listen for yourself; it is not proof.", where=where),
        "message_thread_id": topic_of(shown),
        "reply_parameters": answering(note),
    }
    sound = BufferedInputFile(part.sound, f"{where.replace(':', '.')}.ogg")
    try:
        await shown.bot.send_voice(shown.chat.id, sound, duration=round(part.end_s - part.start_s), **more)
    except TelegramBadRequest as error:
        if "VOICE_MESSAGES_FORBIDDEN" not in error.message:
            refused = Screen(t(CannotCut.message))
            await below(shown, note, refused)
            return
        await shown.bot.send_document(shown.chat.id, sound, **more)


async def below(shown: Message, note: Message | None, screen: Screen) -> None:
    """A new message, in answer to the recording; the verdict stays as it is."""
    assert shown.bot is not None
    reply = answering(note) if note is not None else None
    await send(shown.bot, shown.chat.id, screen, topic=topic_of(shown), reply=reply)


def answering(note: Message) -> ReplyParameters:
    return ReplyParameters(message_id=note.message_id, allow_sending_without_reply=True)

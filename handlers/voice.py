"""Voice notes: accepted with 👀 at once, the verdict edited in when it is there.

A verdict speaks of signs, never of people: not "fake", not "genuine", and never about a named person.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aiogram import F, Router
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError, TelegramNotFound
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message, ReactionTypeEmoji

from bot.app import App
from bot.errors import N_
from bot.i18n import Translator
from bot.people import Person
from bot.voice import model
from bot.voice.model import Band, Kind, Reason, Recording, Verdict
from handlers import outside
from handlers.screen import Row, Screen, button, main_button, show
from handlers.wording import lines

router = Router(name="voice")


class CheckThis(CallbackData, prefix="ck"):
    """Check the voice note this message replies to."""


class AsWords(CallbackData, prefix="wd"):
    """Take the voice note this message replies to as a question or a plan (`handlers.words`)."""


def recording_of(message: Message) -> tuple[str, Recording] | None:
    """The file id of a message's recording and what Telegram says of it."""
    if voice := message.voice:
        return voice.file_id, Recording(Kind.VOICE, voice.file_size, voice.duration, None, voice.mime_type)
    if audio := message.audio:
        found = Recording(Kind.AUDIO, audio.file_size, audio.duration, audio.file_name, audio.mime_type)
        return audio.file_id, found
    if note := message.video_note:
        return note.file_id, Recording(Kind.VIDEO_NOTE, note.file_size, note.duration)
    if video := message.video:
        found = Recording(Kind.VIDEO, video.file_size, video.duration, video.file_name, video.mime_type)
        return video.file_id, found
    if (document := message.document) and not message.animation:
        found = Recording(Kind.DOCUMENT, document.file_size, None, document.file_name, document.mime_type)
        return document.file_id, found
    return None


@router.message(Command("check"))
async def check_command(message: Message, app: App, person: Person, t: Translator) -> None:
    """`/check` in reply to a recording."""
    if message.reply_to_message is None or recording_of(message.reply_to_message) is None:
        await show(message, Screen(t("Forward me a voice note, or send /check in reply to one.")))
        return
    await check(message.reply_to_message, app, person, t)


@router.message(F.voice, ~F.forward_origin)
async def own_voice(message: Message, app: App, t: Translator) -> None:
    """Somebody spoke into the chat: to have it checked, or to say something."""
    screen = note_screen(t, words=await app.voice.hears_words())
    await message.reply(screen.text, reply_markup=screen.keyboard)


def note_screen(t: Translator, *, words: bool, text: str | None = None) -> Screen:
    """What can be done with an own voice note. `words`: whether it can be turned into words."""
    rows: list[Row] = [[main_button(t.plain("Check this voice"), CheckThis())]]
    if words:
        rows.append([button(t.plain("Use it as my words"), AsWords())])
        return Screen(text or t("What shall I do with this voice note?"), rows)
    return Screen(text or t("Shall I check this voice? To plan or to ask, write it as text."), rows)


@router.callback_query(CheckThis.filter())
async def check_this(query: CallbackQuery, app: App, person: Person, t: Translator) -> None:
    """The button under an own voice note."""
    await query.answer()
    asked = query.message
    note = asked.reply_to_message if isinstance(asked, Message) else None
    if note is None or recording_of(note) is None:
        await show(query, Screen(t("I no longer see that voice note. Send it once more.")))
        return
    await check(note, app, person, t, reply_id=asked.message_id if isinstance(asked, Message) else None)


@router.message(F.voice | F.audio | F.video | F.video_note)
async def recording(message: Message, app: App, person: Person, t: Translator) -> None:
    """A forwarded voice note, an audio or a video: checked at once."""
    await check(message, app, person, t)


@router.message(F.document, ~F.animation)
async def document(message: Message, app: App, person: Person, t: Translator) -> None:
    """An audio file sent as a document, as WhatsApp notes come."""
    await check(message, app, person, t)


async def check(message: Message, app: App, person: Person, t: Translator, reply_id: int | None = None) -> None:
    """Accept a recording, show that it was heard, and start."""
    found = recording_of(message)
    assert found is not None
    file_id, described = found
    accepted = await app.voice.accept(person, described, message.chat.id, message.message_id, file_id)
    if accepted is None:
        return
    if isinstance(accepted, Reason):
        if accepted is Reason.NOT_AUDIO:
            await message.reply(t("I can't use this file. I check voice notes, audio and video."))
        else:
            await message.reply(verdict_text(model.cannot_check(accepted), t))
        return
    await _react(message)
    listening = t("🎧 Listening. The verdict appears here.")
    if reply_id is None:
        reply_id = (await message.reply(listening)).message_id
    elif message.bot is not None:
        await message.bot.edit_message_text(listening, chat_id=message.chat.id, message_id=reply_id)
    await app.voice.begin(accepted.id, reply_id)
    await outside.ask_once(message, app, person, t)


async def _react(message: Message) -> None:
    """👀, where reactions are allowed."""
    try:
        await message.react([ReactionTypeEmoji(emoji="👀")])
    except TelegramBadRequest:
        return


# --- Words of a verdict -----------------------------------------------------------------------------------------------

HEADLINES: dict[Band, str] = {
    Band.SYNTHETIC: N_("There are signs of a synthetic voice"),
    Band.NO_SIGNS: N_("No signs of synthesis found"),
    Band.UNSURE: N_("I cannot tell"),
    Band.ERROR: N_("I could not check this"),
}
WHY: dict[Reason, str] = {
    Reason.TOO_SHORT: N_("There is too little speech: I need at least 2 seconds, better 10. Send a longer recording."),
    Reason.NO_SPEECH: N_("I hear no speech in this recording."),
    Reason.TOO_NOISY: N_("There is too much noise. Ask for a recording from a quiet place."),
    Reason.MUSIC: N_("Music covers the voice. Send a recording without music."),
    Reason.SEVERAL_SPEAKERS: N_("Several people speak. Send the part with one voice."),
    Reason.PHONE_BAND: N_("This sounds like a telephone line, which hides the signs. Ask for a direct voice note."),
    Reason.BETWEEN: N_(
        "The signs are too weak to say either way. This is the most common answer; it says nothing about the speaker."
    ),
    Reason.NOT_AUDIO: N_("This is not an audio recording."),
    Reason.CORRUPT: N_("The file is damaged. Send it once more."),
    Reason.TOO_LONG: N_("I check up to 10 minutes. Send a shorter part."),
    Reason.TOO_LARGE: N_("I check files up to 20 MB. Send a shorter part."),
    Reason.BUSY: N_("The detector is busy. I'll try again by myself."),
    Reason.DETECTOR_DOWN: N_("The detector does not answer. I'll try again by myself for an hour."),
}
ADVICE = N_("If it matters, call back on a number you know, and ask what only that person can answer.")


def verdict_text(
    verdict: Verdict, t: Translator, *, final: bool = True, figures: Mapping[str, float] = MappingProxyType({})
) -> str:
    """A verdict in words: the finding, why, where, by whom, and that it is no proof.

    `figures`: the detector's own shares, `false_alarms` (human notes marked synthetic) and `no_signs_synthetic`
    (synthetic notes in which it finds no signs).
    """
    headline = t(HEADLINES[verdict.band])
    parts: list[str | None] = [f"🎧 <b>{headline}</b>"]
    if verdict.band is Band.SYNTHETIC:
        count = hundredth(figures.get("false_alarms"))
        parts.append(t("Of 100 human notes, about {count} get this mark too.", count=count) if count else None)
    if verdict.band is Band.NO_SIGNS:
        count = hundredth(figures.get("no_signs_synthetic"))
        parts.append(t("That does not mean a real person: new voice programs often leave no signs."))
        parts.append(t("Of 100 synthetic notes, about {count} get this answer too.", count=count) if count else None)
    if verdict.reason is not None:
        gave_up = final and verdict.reason.passes
        why = (
            t("The detector did not answer for an hour. Send the recording later.")
            if gave_up
            else t(WHY[verdict.reason])
        )
        parts.append(why)
    if verdict.band is Band.SYNTHETIC and (where := where_text(verdict, t)):
        parts.append(where)
    parts += outside.outside_lines(verdict.outside, t)
    if verdict.seconds:
        speech = t("Speech: {speech} s of {seconds} s.", speech=round(verdict.speech_s), seconds=round(verdict.seconds))
        parts.append(speech)
    if verdict.band is not Band.ERROR and verdict.reason not in (Reason.TOO_SHORT, Reason.NO_SPEECH):
        parts += [t(ADVICE)]
    if verdict.band is not Band.ERROR:
        parts += [
            "",
            f"<i>{t('This is not proof. Detector: {detector}. The audio is deleted.', detector=verdict.detector)}</i>",
        ]
    return lines(*parts)


def hundredth(share: float | None) -> int | None:
    """A share as "of 100", at least 1; None where there is no figure."""
    return max(1, round(share * 100)) if share is not None else None


def where_text(verdict: Verdict, t: Translator) -> str | None:
    """Where in a longer recording the signs are, when they are not everywhere."""
    scored = [segment for segment in verdict.segments if segment.p is not None]
    marked = [segment for segment in scored if segment.p is not None and segment.p >= 0.8]
    if len(scored) < 3 or not marked or len(marked) == len(scored):
        return None
    spans: list[list[float]] = []
    for segment in marked:
        if spans and segment.start_s <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], segment.end_s)
        else:
            spans.append([segment.start_s, segment.end_s])
    shown = ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in spans[:6])
    return t("Strongest at {where}.", where=shown)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def is_gone(error: TelegramAPIError) -> bool:
    """Whether showing the verdict will never work: the person left or the chat is gone."""
    return isinstance(error, TelegramForbiddenError | TelegramNotFound) or (
        isinstance(error, TelegramBadRequest) and "chat not found" in error.message
    )

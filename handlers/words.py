"""An own voice note taken as words: shown back, then used as if they had been typed, as a plan or as a question.

The one place where voice, plans and answers meet. Listening takes seconds, so it is an errand: the person's next
message need not wait for it. The words are shown and used, and kept nowhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiogram import Router
from aiogram.exceptions import (
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import CallbackQuery, CopyTextButton, InlineKeyboardButton, Message

from bot.app import App
from bot.errors import UserError
from bot.i18n import Translator
from bot.people import Person
from bot.reminders.phrases import Question
from bot.voice.words import WordsDown, WordsOff
from handlers.answers import answer
from handlers.errors import BROKEN, Withheld, incident
from handlers.planning import answer_reading, reading_of
from handlers.screen import Screen, main_button, show
from handlers.voice import AsWords, note_screen, recording_of
from handlers.wording import lines

router = Router(name="words")

MOST_COPIED = 256  # characters; Telegram takes no more in such a button
MOST_SHOWN = 1_500  # characters of what was heard; more is no question
WAITS_S = (1.0, 5.0)  # before a step is tried again when Telegram or the database was away
LONGEST_WAIT_S = 30.0


@router.callback_query(AsWords.filter())
async def as_words(query: CallbackQuery, app: App, person: Person, t: Translator) -> None:
    """The second button under an own voice note."""
    asked = query.message
    if not isinstance(asked, Message) or asked.reply_to_message is None or asked.reply_to_message.voice is None:
        await query.answer()
        await show(query, Screen(t("I no longer see that voice note. Send it once more.")))
        return
    note = asked.reply_to_message
    if app.errands.begin(("words", person.id), lambda: listen(query, asked, note, app, person, t)):
        await query.answer()
    else:
        await query.answer(t.plain("One moment: I'm still listening."))


async def listen(query: CallbackQuery, asked: Message, note: Message, app: App, person: Person, t: Translator) -> None:
    """The errand: listen, show what was heard, use it. Whatever goes wrong, the person is told."""
    try:
        try:
            await understand(query, asked, note, app, person, t)
        except UserError as error:
            failed = note_screen(t, words=not isinstance(error, WordsOff), text=t(error.message, **error.parameters))
            await firmly(app, lambda: show(query, failed))
    except TelegramForbiddenError:
        await app.people.change(person.id, blocked_at=app.now())
    except Exception as error:  # nobody is above an errand: this is where the person hears of it
        # What was heard may stand in the error's text, and a transcript never reaches the log.
        unspoken = Withheld(error).with_traceback(error.__traceback__)
        text = t(BROKEN, number=incident(unspoken))
        await firmly(app, lambda: show(query, note_screen(t, words=True, text=text)))


async def understand(
    query: CallbackQuery, asked: Message, note: Message, app: App, person: Person, t: Translator
) -> None:
    """The way of a note that is understood."""
    found = recording_of(note)
    assert found is not None
    file_id, recording = found
    # The button stays: after a crash of ours it can be pressed again.
    again = [[main_button(t.plain("Use it as my words"), AsWords())]]
    await firmly(app, lambda: show(query, Screen(t("🎤 Listening. Your words appear here."), again)))
    try:
        heard = (await app.voice.words(person, recording, file_id)).text[:MOST_SHOWN]
    except TelegramNetworkError as error:  # while the note was fetched
        raise WordsDown from error
    said = lines(t("🎤 I heard: “{words}”", words=heard), t("Not right? Copy it, put it right and send it as text."))
    # Words that were heard can't be put into the person's own field by a bot: one tap copies them, to be edited there.
    copy = InlineKeyboardButton(text=t.plain("Copy to edit"), copy_text=CopyTextButton(text=heard[:MOST_COPIED]))
    shown = Screen(said, [[copy]] if heard.strip() else [])
    await firmly(app, lambda: show(query, shown))
    await firmly(app, lambda: use(asked, heard, app, person, t))


async def use(asked: Message, text: str, app: App, person: Person, t: Translator) -> None:
    """Words as typed text: what speaks of a plan is previewed, the rest is a question."""
    reading = reading_of(text, app, person)
    if isinstance(reading, Question) and reading.why == "not_a_plan":
        await answer(asked, text, app, person, spoken=True)
    else:
        await answer_reading(asked, reading, app, person, t)


async def firmly(app: App, step: Callable[[], Awaitable[None]]) -> None:
    """Do one step, again where that may help: no inbox repeats an errand."""
    for pause in WAITS_S:
        try:
            await step()
        except TelegramRetryAfter as error:
            await app.flooded(error.retry_after)
            await asyncio.sleep(min(LONGEST_WAIT_S, error.retry_after))
        except Exception as error:
            if not isinstance(error, TelegramNetworkError | TelegramServerError) and not app.is_transient(error):
                raise
            await asyncio.sleep(pause)
        else:
            return
    await step()

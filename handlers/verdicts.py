"""A verdict as one message: picture, words, buttons; its details, and "this was wrong".

The picture stays while the words below it change. What is heard once more from the recording, `handlers.hearing` does.
"""

from __future__ import annotations

import asyncio

from aiogram import Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton

from bot.app import App
from bot.errors import N_
from bot.i18n import Translator
from bot.people import Person
from bot.voice import picture
from bot.voice.client import DetectorInfo
from bot.voice.model import Band, Feedback, Segment, Verdict
from bot.voice.parts import part_of
from bot.voice.words import MAX_S, WordsOff
from handlers.hearing import NO_TRANSCRIPT, Transcript, hearing_rows
from handlers.screen import Row, Screen, button, main_button, retell
from handlers.voice import HEADLINES, Details, hundredth, verdict_text, where_text
from handlers.wording import lines

router = Router(name="verdicts")

FEEDBACK: dict[Feedback, str] = {
    Feedback.HUMAN: N_("A person spoke"),
    Feedback.SYNTHETIC: N_("A program spoke"),
    Feedback.OTHER: N_("Something else"),
}
WARNINGS: dict[str, str] = {
    "noise": N_("There is noise in it."),
    "clipping": N_("It is too loud and cut off at the peaks."),
    "phone_band": N_("It sounds like a telephone line."),
    "music": N_("There is music in it."),
    "several_speakers": N_("Several people speak in it."),
    "damaged": N_("Parts of it are damaged."),
}


class Doubt(CallbackData, prefix="vw"):
    """The verdict was wrong: `said` asks what was there ("ask"), keeps an answer, or takes it back ("none")."""

    check_id: int
    said: str


# --- The message ------------------------------------------------------------------------------------------------------


async def verdict_screen(
    check_id: int, verdict: Verdict, person: Person, t: Translator, *, final: bool, detector: DetectorInfo | None
) -> Screen:
    """A verdict; with a picture and buttons where the recording was heard."""
    figures = detector.shares if detector is not None else {}
    text = verdict_text(verdict, t, final=final, figures=figures)
    if verdict.band is Band.ERROR or not verdict.waveform:
        return Screen(text)
    words = picture.Labels(
        title=t.plain(HEADLINES[verdict.band]),
        high=t.plain("high: more signs of synthesis"),
        low=t.plain("low: fewer signs"),
        none=t.plain("no speech to judge"),
        part=t.plain("the part to listen to"),
    )
    drawn = await asyncio.to_thread(
        picture.draw,
        verdict.waveform,
        verdict.segments,
        verdict.seconds,
        words,
        dark=person.dark_pictures,
        part=part_of(verdict),
    )
    return Screen(text, verdict_rows(check_id, verdict, detector, t), drawn)


def verdict_rows(check_id: int, verdict: Verdict, detector: DetectorInfo | None, t: Translator) -> list[Row]:
    """What can be done with a verdict."""
    more: Row = [button(t.plain("This was wrong"), Doubt(check_id=check_id, said="ask"))]
    if can_be_words(verdict, detector):
        more.append(button(t.plain("Transcript"), Transcript(check_id=check_id)))
    first: Row = [main_button(t.plain("Details"), Details(check_id=check_id, shown=1))]
    return [first, *hearing_rows(check_id, verdict, detector, t), more]


def can_be_words(verdict: Verdict, detector: DetectorInfo | None) -> bool:
    """Whether a transcript can be offered."""
    return detector is not None and detector.speech.on and verdict.speech_s > 0 and verdict.seconds <= MAX_S


# --- Details ----------------------------------------------------------------------------------------------------------


@router.callback_query(Details.filter())
async def details(query: CallbackQuery, callback_data: Details, app: App, person: Person, t: Translator) -> None:
    """More about the verdict below its picture, or the verdict again."""
    known = await app.voice.verdict(person, callback_data.check_id)
    await query.answer()
    if callback_data.shown:
        back = main_button(t.plain("Back"), Details(check_id=callback_data.check_id, shown=0))
        await retell(query, Screen(details_text(known.verdict, known.detector, t), [[back]]))
    else:
        await again(query, callback_data.check_id, app, person, t)


async def again(query: CallbackQuery, check_id: int, app: App, person: Person, t: Translator) -> None:
    """The words and buttons of the verdict itself."""
    known = await app.voice.verdict(person, check_id)
    figures = known.detector.shares if known.detector is not None else {}
    rows = verdict_rows(check_id, known.verdict, known.detector, t)
    await retell(query, Screen(verdict_text(known.verdict, t, figures=figures), rows))


def details_text(verdict: Verdict, detector: DetectorInfo | None, t: Translator) -> str:
    """What was found where, how often such verdicts are wrong, what makes this one weaker, and who judged."""
    shares = detector.shares if detector is not None and detector.key == verdict.detector else {}
    marked, missed = hundredth(shares.get("false_alarms")), shares.get("missed")
    scored = [segment for segment in verdict.segments if segment.p is not None]
    high = sum(1 for segment in scored if is_high(segment))
    found = t("Pieces judged: {scored}, with strong signs: {high}.", scored=len(scored), high=high) if scored else None
    often = t("Of 100 human notes, this detector marks about {count} as synthetic.", count=marked) if marked else None
    tenth = round(missed * 10) if missed is not None else None
    misses = t("Of 10 synthetic notes, it does not mark about {count}.", count=tenth) if tenth else None
    no_words = detector is not None and not detector.speech.on and verdict.speech_s > 0
    who = t("Detector: {detector}. It knows only voices like those it was trained on.", detector=verdict.detector)
    return lines(
        f"<b>{t('Details')}</b> · {t(HEADLINES[verdict.band])}",
        t("Speech: {speech} s of {seconds} s.", speech=round(verdict.speech_s), seconds=round(verdict.seconds)),
        found,
        where_text(verdict, t),
        *(t(WARNINGS[warning]) for warning in verdict.warnings if warning in WARNINGS),
        often,
        misses,
        t("High bars in the picture mean more signs, low bars fewer; where it is hatched, nobody speaks long enough."),
        t(NO_TRANSCRIPT[WordsOff]) if no_words else None,
        f"<i>{who}</i>",
    )


def is_high(segment: Segment) -> bool:
    """Whether a piece counts as one with strong signs, as in the verdict's own words."""
    return segment.p is not None and segment.p >= 0.8


# --- This was wrong ---------------------------------------------------------------------------------------------------


@router.callback_query(Doubt.filter())
async def doubt(query: CallbackQuery, callback_data: Doubt, app: App, person: Person, t: Translator) -> None:
    """Ask what was there instead, keep the answer, or take it back. The audio is long gone and is not asked for."""
    known = await app.voice.verdict(person, callback_data.check_id)
    if callback_data.said == "ask":
        await query.answer()
        await retell(query, doubt_screen(callback_data.check_id, known.verdict.band, known.feedback, t))
        return
    said = next((each for each in Feedback if each == callback_data.said), None)
    await app.voice.doubt(person, callback_data.check_id, said)
    await query.answer(t.plain("Thank you, noted") if said is not None else t.plain("Your answer is removed"))
    await again(query, callback_data.check_id, app, person, t)


def doubt_screen(check_id: int, band: Band, said: Feedback | None, t: Translator) -> Screen:
    """What was there instead, the likeliest first."""

    def act(text: str, value: str) -> tuple[str, Doubt]:
        return text, Doubt(check_id=check_id, said=value)

    first, second = Feedback.SYNTHETIC, Feedback.HUMAN
    if band is Band.SYNTHETIC:
        first, second = second, first
    last: list[InlineKeyboardButton] = [button(t.plain("Back"), Details(check_id=check_id, shown=0))]
    if said is not None:
        last.append(button(*act(t.plain("Take it back"), "none")))
    rows: list[Row] = [
        [main_button(*act(t.plain(FEEDBACK[first]), first))],
        [button(*act(t.plain(FEEDBACK[each]), each)) for each in (second, Feedback.OTHER)],
        last,
    ]
    text = t("What was it? I keep your answer beside the verdict, without any audio.")
    noted = t("So far you said: {answer}.", answer=t.plain(FEEDBACK[said])) if said is not None else None
    return Screen(lines(text, noted), rows)

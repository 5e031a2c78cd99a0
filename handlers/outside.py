"""Services of others that may listen too: asked for once, by their names, and told of openly in the verdict.

No recording leaves before the person said yes. /privacy names the services and changes the answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiogram import Router
from aiogram.enums import ChatType
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message

from bot.app import App
from bot.errors import N_
from bot.i18n import Translator
from bot.people import Person
from bot.voice import consent
from bot.voice.consent import OutsideService, OutsideWord
from handlers.screen import Row, Screen, button, main_button, send, show
from handlers.wording import lines

router = Router(name="outside")

WHY: dict[str, str] = {
    "budget": N_("its limit is used up"),
    "quota": N_("its limit is used up"),
    "timeout": N_("it took too long"),
    "too_short": N_("too little speech"),
    "no_speech": N_("it hears no speech"),
}
SIGNS, NONE = 0.7, 0.3  # of a service's own score: where the services themselves begin to be sure


class SendOutside(CallbackData, prefix="os"):
    """Whether recordings may go to these services (names with a comma between)."""

    names: str
    yes: int


def titles(services: Sequence[OutsideService]) -> str:
    return ", ".join(service.title for service in services)


async def ask_once(message: Message, app: App, person: Person, t: Translator) -> None:
    """After a recording came: ask about services that the person has not been asked about. In private only."""
    if message.chat.type != ChatType.PRIVATE or message.bot is None:
        return
    detector = await app.voice.detector()
    new = consent.unasked(person.outside, detector.outside) if detector is not None else ()
    if new:
        await send(message.bot, message.chat.id, question(new, t))


def question(services: Sequence[OutsideService], t: Translator) -> Screen:
    """May recordings leave?"""
    names = ",".join(service.name for service in services)
    rows: list[Row] = [
        [
            main_button(t.plain("Send them"), SendOutside(names=names, yes=1)),
            button(t.plain("Don't send"), SendOutside(names=names, yes=0)),
        ]
    ]
    return Screen(
        lines(
            t(
                "May I also send recordings that you have me check to <b>{services}</b>? It may hear what my own "
                "detector misses, but then they leave this machine.",
                services=titles(services),
            ),
            kept_there(services, t),
            t("Until you say yes, nothing is sent. You can change this in /privacy."),
        ),
        rows,
    )


def kept_there(services: Sequence[OutsideService], t: Translator) -> str:
    """What becomes of recordings there, as far as they say."""
    if all(service.keeps_nothing for service in services):
        return t("By its own word, no recording is kept there.")
    return t("It may keep them.")


@router.callback_query(SendOutside.filter())
async def answered(query: CallbackQuery, callback_data: SendOutside, app: App, person: Person, t: Translator) -> None:
    """Yes or no, also later from /privacy. Only services that there are now, so that a yes is for what it named."""
    detector = await app.voice.detector()
    known = {service.name: service for service in detector.outside} if detector is not None else {}
    meant = [known[name] for name in callback_data.names.split(",") if name in known]
    if not meant:
        await query.answer()
        await show(query, Screen(t("This service is no longer used.")))
        return
    said = {service.name: bool(callback_data.yes) for service in meant}
    await app.people.change(person.id, outside={**person.outside, **said})
    await query.answer(t.plain("Saved"))
    if callback_data.yes:
        text = t(
            "Thank you. From now on {services} hears recordings too, and the verdict says so. To have it hear an "
            "earlier one, reply to that with /check.",
            services=titles(meant),
        )
    else:
        text = t("Fine: nothing is sent to {services}.", services=titles(meant))
    await show(query, Screen(text))


# --- /privacy ---------------------------------------------------------------------------------------------------------


async def privacy_part(app: App, person: Person, t: Translator) -> tuple[str | None, list[Row]]:
    """What /privacy says of such services, and the buttons that change it."""
    detector = await app.voice.detector()
    services = detector.outside if detector is not None else ()
    if not services:
        return None, []
    sent = [service for service in services if person.outside.get(service.name)]
    if sent:
        text = t("You agreed that recordings go to {services} too.", services=titles(sent))
    else:
        text = t("Recordings go to {services} only if you agree. So far nothing is sent.", services=titles(services))
    rows: list[Row] = []
    for service in services:
        on = bool(person.outside.get(service.name))
        name = service.name.capitalize()
        words = t.plain("Stop {service}", service=name) if on else t.plain("Allow {service}", service=name)
        rows.append([button(words, SendOutside(names=service.name, yes=int(not on)))])
    return text, rows


# --- In a verdict -----------------------------------------------------------------------------------------------------


def outside_lines(words: Sequence[OutsideWord], t: Translator) -> list[str]:
    """Who else was asked, what they say in their own words, and what did not work."""
    return [_line(word, t) for word in words]


def _line(word: OutsideWord, t: Translator) -> str:
    service = word.title
    if word.outcome == "scored" and word.p is not None:
        if word.p >= SIGNS:
            return t("{service} heard it too; by its own word: signs of a synthetic voice.", service=service)
        if word.p <= NONE:
            return t("{service} heard it too; by its own word: no signs.", service=service)
        return t("{service} heard it too; by its own word: it cannot tell.", service=service)
    why = t.plain(WHY[word.why]) if word.why in WHY else None
    if word.outcome == "could_not_judge":
        return (
            t("{service} could not judge it: {why}.", service=service, why=why)
            if why
            else t("{service} could not judge it.", service=service)
        )
    if word.outcome == "failed":
        return (
            t("{service} gave no answer: {why}. My own detector judged alone.", service=service, why=why)
            if why
            else t("{service} gave no answer. My own detector judged alone.", service=service)
        )
    return (
        t("{service} was not asked: {why}.", service=service, why=why)
        if why
        else t("{service} is not asked for the moment.", service=service)
    )

"""Requests to evade rules or to harm somebody: these are declined, questions about them are not.

"Как обойти Content ID" is declined; "какой штраф за обход", "is it legal to film people secretly" and "somebody
sent me a fake strike" are questions like any other. A rule is a set of ideas that must all be in the message. What no
rule knows is left to a second opinion that was learned from examples (`intent.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from bot.answers import refusal_ideas as ideas
from bot.answers.ideas import message
from bot.answers.intent import likelihood

_QUESTION: Final = (ideas.PENALTY, ideas.ABOUT_LAW, ideas.VICTIM, ideas.PROTECT)


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of request that is declined. `how`: only when a way to do it is asked for, not whether it may be done.

    `unless`: ideas that make the message a question about the subject, or a victim's.
    """

    name: str
    wanted: tuple[re.Pattern[str], ...]
    how: bool = False
    unless: tuple[re.Pattern[str], ...] = _QUESTION


RULES: Final = (
    Rule("detection", (ideas.EVADE, ideas.GUARDIAN), unless=(ideas.PENALTY, ideas.VICTIM)),
    Rule("unseen", (ideas.UNSEEN, ideas.GUARDIAN), how=True),
    Rule("unseen-work", (ideas.UNSEEN, ideas.WORKS), how=True),
    Rule("unseen-use", (ideas.UNSEEN, ideas.STRANGERS)),
    Rule("unseen-ad", (ideas.UNSEEN, ideas.ADS)),
    Rule("unseen-money", (ideas.UNSEEN, ideas.TAX)),
    Rule("unseen-ai", (ideas.UNSEEN, ideas.AI)),
    Rule("altered", (ideas.ALTER, ideas.STRANGERS, ideas.GUARDIAN), how=True),
    Rule("unique", (ideas.UNIQUE,), how=True),
    Rule("whole-film", (ideas.NOT_BLOCKED, ideas.WHOLE_FILM)),
    Rule("whole-work", (ideas.NOT_BLOCKED, ideas.STRANGERS, ideas.IN_FULL), how=True),
    Rule("no-lawsuit", (ideas.NO_CONSENT, ideas.FILM, ideas.NO_LAWSUIT), how=True, unless=(ideas.VICTIM,)),
    Rule("hide-from", (ideas.CONCEAL, ideas.MATCHER), how=True),
    Rule("hidden-ads", (ideas.HIDE, ideas.ADS), how=True),
    Rule("stealth-ads", (ideas.AD_HIDDEN,), how=True),
    Rule("tax", (ideas.UNPAID, ideas.TAX), how=True),
    Rule("tax-evasion", (ideas.TAX_EVASION,)),
    Rule("secret-ads", (ideas.SECRETLY, ideas.ADS), how=True),
    Rule("hide-camera", (ideas.HIDE_CAMERA,)),
    Rule("secret-filming", (ideas.SECRETLY, ideas.FILM), how=True),
    Rule("unseen-filming", (ideas.UNSEEN, ideas.FILM), how=True),
    Rule("private-room", (ideas.PRIVATE_ROOM, ideas.FILM), how=True),
    Rule("watermark", (ideas.STRIP, ideas.WATERMARK), how=True),
    Rule("strangers-mark", (ideas.STRIP, ideas.SOME_MARK, ideas.STRANGERS), how=True),
    Rule("stock-mark", (ideas.STRIP, ideas.STOCK_MARK)),
    Rule("voice-deceive", (ideas.COPY_VOICE, ideas.VOICE_OR_FACE, ideas.DECEIVE)),
    Rule("voice-no-consent", (ideas.COPY_VOICE, ideas.VOICE_OR_FACE, ideas.NO_CONSENT), how=True),
    Rule("voice-person", (ideas.COPY_VOICE, ideas.VOICE_OR_FACE, ideas.NAMED_VICTIM), how=True),
    Rule("naked", (ideas.NAKED, ideas.VOICE_OR_FACE)),
    Rule("naked-person", (ideas.NAKED, ideas.NAMED_VICTIM)),
    Rule("undress", (ideas.NAKED, ideas.UNDRESS)),
    Rule("fake-strike", (ideas.STRIKES, ideas.FALSELY, ideas.DO_STRIKE)),
    Rule("bought-strike", (ideas.BUY_STRIKES,)),
    Rule("rival", (ideas.STRIKES, ideas.RIVAL, ideas.TAKE_DOWN)),
    Rule("disliked", (ideas.STRIKES, ideas.DISLIKE), how=True),
    Rule("revenge", (ideas.REVENGE, ideas.EXPOSE)),
    Rule("boost", (ideas.BOOST,)),
    Rule("buy-audience", (ideas.BUY, ideas.AUDIENCE), unless=(*_QUESTION, ideas.A_CHANNEL)),
    Rule("bots", (ideas.BOTS, ideas.AUDIENCE), how=True),
    Rule("forge", (ideas.FORGE, ideas.PAPERS), how=True, unless=(ideas.PENALTY, ideas.VICTIM)),
    Rule("forge-outright", (ideas.FORGE_OUTRIGHT, ideas.PAPERS), unless=(ideas.PENALTY, ideas.VICTIM)),
    Rule("false-age", (ideas.FALSE_AGE,)),
    Rule("age", (ideas.LIE_AGE, ideas.AGE), how=True),
    Rule("pirate", (ideas.PIRATE, ideas.FETCH), how=True),
    Rule("leak", (ideas.LEAK,), how=True),
    Rule("steal-outright", (ideas.STEAL_OUTRIGHT, ideas.WORKS)),
    Rule("steal", (ideas.STEAL, ideas.WORKS), how=True),
    Rule("break-in", (ideas.BREAK_IN, ideas.ACCOUNT), how=True),
    Rule("dox", (ideas.DOX,)),
    Rule("threat", (ideas.THREAT,), how=True),
    Rule("ban", (ideas.BAN_DODGE,)),
    Rule("ai-secret", (ideas.HIDE, ideas.AI), how=True),
    Rule("ai-label", (ideas.NO_LABEL, ideas.AI), how=True),
    Rule("ai-real", (ideas.PASS_AS_REAL, ideas.AI)),
    Rule("blame", (ideas.DODGE_BLAME, ideas.STRANGERS), how=True, unless=(ideas.VICTIM,)),
)


LEARNED: Final = "learned"
LEARNED_FROM: Final = 0.75
LEARNED_IN_SPITE: Final = 0.95
"""What the second opinion must reach where the message looks like a question about the subject."""
FEWEST_WORDS: Final = 4


def refused_by(text: str) -> str:
    """The name of the rule that declines this message, "learned" for the second opinion, or "" when none does."""
    said = message(text)
    asks_how = ideas.HOW.search(said) is not None
    for rule in RULES:
        if (
            (asks_how or not rule.how)
            and all(idea.search(said) for idea in rule.wanted)
            and not any(excuse.search(said) for excuse in rule.unless)
        ):
            return rule.name
    if len(said.split()) >= FEWEST_WORDS:
        excused = any(excuse.search(said) for excuse in _QUESTION)
        if likelihood(text) >= (LEARNED_IN_SPITE if excused else LEARNED_FROM):
            return LEARNED
    return ""


def is_refused(text: str) -> bool:
    """Whether a message asks for a way to evade rules or to harm somebody."""
    return bool(refused_by(text))

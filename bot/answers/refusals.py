"""Requests to evade rules or to harm somebody: these are declined, questions about them are not.

"Как обойти Content ID" is declined; "какой штраф за обход", "is it legal to film people secretly" and "somebody
sent me a fake strike" are questions like any other. A second opinion learned from examples (`intent.py`)
speaks first; a rule, a set of ideas that must all be in the message, helps where that is in doubt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from bot.answers import refusal_acts as acts
from bot.answers import refusal_excuses as excuses
from bot.answers import refusal_ideas as ideas
from bot.answers.fold import words
from bot.answers.ideas import message
from bot.answers.intent import likelihood

_QUESTION: Final = (excuses.PENALTY, excuses.ABOUT_LAW, excuses.VICTIM, excuses.PROTECT)
_ASKED: Final = (*_QUESTION, excuses.RESPONSE, excuses.YES_NO, excuses.FINDING)
_HOW_ASKED: Final = (*_QUESTION, excuses.YES_NO, excuses.FINDING)
_ALTERED: Final = (excuses.PENALTY, excuses.ABOUT_LAW, excuses.YES_NO)
_MOB: Final = (excuses.PENALTY, excuses.VICTIM, excuses.YES_NO)
_FORGED: Final = (excuses.PENALTY, excuses.VICTIM, excuses.RESPONSE, excuses.FINDING)


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
    Rule("detection", (ideas.EVADE, ideas.GUARDIAN), unless=(excuses.PENALTY, excuses.VICTIM)),
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
    Rule("no-lawsuit", (ideas.NO_CONSENT, ideas.FILM, ideas.NO_LAWSUIT), how=True, unless=(excuses.VICTIM,)),
    Rule("hide-from", (ideas.CONCEAL, ideas.MATCHER), how=True),
    Rule("hidden-ads", (ideas.HIDE, ideas.ADS), how=True),
    Rule("stealth-ads", (ideas.AD_HIDDEN,), how=True),
    Rule("tax", (ideas.UNPAID, ideas.TAX), how=True, unless=(*_QUESTION, excuses.FREE_USE, excuses.TREATY)),
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
    Rule("bought-strike", (ideas.BUY_STRIKES,), unless=_MOB),
    Rule("rival", (ideas.STRIKES, ideas.RIVAL, ideas.TAKE_DOWN)),
    Rule("disliked", (ideas.STRIKES, ideas.DISLIKE), how=True),
    Rule("revenge", (ideas.REVENGE, ideas.EXPOSE)),
    Rule("boost", (ideas.BOOST,), unless=(*_QUESTION, excuses.HONEST_AUDIENCE, excuses.SPOTTED)),
    Rule("buy-audience", (ideas.BUY, ideas.AUDIENCE), unless=(*_QUESTION, ideas.A_CHANNEL)),
    Rule("bots", (ideas.BOTS, ideas.AUDIENCE), how=True),
    Rule("forge", (ideas.FORGE, ideas.PAPERS), how=True, unless=_FORGED),
    Rule("forge-outright", (ideas.FORGE_OUTRIGHT, ideas.PAPERS), unless=_FORGED),
    Rule("false-age", (ideas.FALSE_AGE,)),
    Rule("age", (ideas.LIE_AGE, ideas.AGE), how=True),
    Rule("pirate", (ideas.PIRATE, ideas.FETCH), how=True),
    Rule("leak", (ideas.LEAK,), how=True),
    Rule("steal-outright", (ideas.STEAL_OUTRIGHT, ideas.WORKS)),
    Rule("steal", (ideas.STEAL, ideas.WORKS), how=True, unless=_ASKED),
    Rule("break-in", (ideas.BREAK_IN, ideas.ACCOUNT), how=True, unless=_ASKED),
    Rule("dox", (ideas.DOX,), unless=_ASKED),
    Rule("threat", (ideas.THREAT,), how=True),
    Rule("ban", (ideas.BAN_DODGE,)),
    Rule("ai-secret", (ideas.HIDE, ideas.AI), how=True),
    Rule("ai-label", (ideas.NO_LABEL, ideas.AI), how=True),
    Rule("ai-real", (ideas.PASS_AS_REAL, ideas.AI)),
    Rule("blame", (ideas.DODGE_BLAME, ideas.STRANGERS), how=True, unless=(excuses.VICTIM,)),
    Rule("unnoticed", (acts.UNNOTICED, acts.SUBJECT), how=True, unless=_HOW_ASKED),
    Rule(
        "tampered",
        (acts.TAMPER, ideas.WORKS, acts.AIM_NOT),
        how=True,
        unless=(excuses.PENALTY, excuses.ABOUT_LAW, excuses.YES_NO),
    ),
    Rule("big-work", (acts.HEAVY_WORK, acts.NO_BAN), how=True, unless=_ASKED),
    Rule("as-mine", (acts.AS_MINE, acts.ANOTHERS), how=True, unless=_ASKED),
    Rule("false-record", (acts.FALSE, acts.RECORD), how=True, unless=_ASKED),
    Rule("false-home", (acts.FALSE_HOME,), how=True, unless=_ASKED),
    Rule("pretend", (acts.PRETEND, acts.BENEFIT), how=True, unless=_ASKED),
    Rule("backdate", (acts.BACKDATE,), how=True, unless=_FORGED),
    Rule("in-their-name", (acts.IN_THEIR_NAME, acts.PAPER), how=True, unless=_ASKED),
    Rule("cracked", (acts.CRACKED, acts.SOFTWARE), how=True, unless=_ASKED),
    Rule("paid-for-free", (acts.PAID, acts.GRATIS, acts.DOWNLOAD), how=True, unless=_ASKED),
    Rule("rip", (acts.STREAMING, acts.RIP, acts.SPREAD), how=True, unless=_ASKED),
    Rule("lock", (acts.LOCK,), how=True, unless=_ASKED),
    Rule("stiff", (acts.STIFF, acts.WORKER), how=True, unless=_ASKED),
    Rule("society", (acts.SLIP_OFF, acts.SOCIETY), how=True, unless=_ASKED),
    Rule("voice-copy", (acts.VOICE_COPY, acts.VOICE, acts.SOMEBODYS), how=True, unless=(*_ASKED, excuses.CONSENTED)),
    Rule("voice-unasked", (acts.MAKE, acts.VOICE, acts.UNASKED), how=True, unless=_ASKED),
    Rule("deepfake", (acts.DEEPFAKE, acts.MAKE), how=True, unless=(*_ASKED, excuses.CONSENTED, excuses.OWN)),
    Rule("take-over", (acts.TAKE_OVER,), how=True, unless=_ASKED),
    Rule("strike-bomb", (acts.STRIKE_BOMB,), unless=_MOB),
    Rule("strike-without-right", (acts.NOTICE, acts.NOT_MINE, acts.FILE_IT), how=True, unless=_ASKED),
    Rule("new-name", (acts.BANNED, acts.NEW_NAME), how=True, unless=_ASKED),
    Rule("not-kids", (acts.KIDS, acts.NOT_KIDS), how=True, unless=_ASKED),
    Rule("smear", (acts.SMEAR,), how=True, unless=_ASKED),
    Rule("where-lives", (acts.WHERE_LIVES, acts.A_PERSON), how=True, unless=_ASKED),
    Rule("collect", (acts.COLLECT, acts.UNASKED), how=True, unless=_ASKED),
    Rule("train", (acts.TRAIN, acts.UNASKED), how=True, unless=_ASKED),
    Rule("as-human", (acts.MACHINE, acts.PASS_AS_HUMAN), how=True, unless=_ASKED),
    Rule("tax-scheme", (acts.TAX_SCHEME, acts.EARNED), how=True, unless=_ASKED),
    Rule("grab-brand", (acts.BRAND, acts.GRAB), how=True, unless=_ASKED),
    Rule("revenge-act", (acts.REVENGE_ACT,), how=True, unless=_ASKED),
    Rule("no-blame", (acts.PUBLISH, acts.NO_BLAME, acts.PERSONAL), how=True, unless=_ASKED),
    Rule("ad-unseen", (acts.AD_UNSEEN,), how=True, unless=_ASKED),
    Rule("mark-off", (acts.MARK_OFF,), how=True, unless=(*_ASKED, excuses.OWN)),
    Rule("as-original", (acts.AS_ORIGINAL, acts.STOLEN), how=True, unless=_ASKED),
    Rule("films-for-channel", (acts.TAKE, acts.FILMS, acts.ON_CHANNEL), how=True, unless=_ASKED),
    Rule("harass", (acts.HARASS,), how=True, unless=_ASKED),
    Rule("screenshot", (acts.SHOTS, acts.GAIN), how=True, unless=_FORGED),
    Rule("disliked-away", (ideas.TAKE_DOWN, ideas.DISLIKE, ideas.WORKS), how=True, unless=_ASKED),
    Rule("audience", (acts.TIMES_WATCHED,), how=True, unless=(*_ASKED, excuses.HONEST_AUDIENCE)),
)


LEARNED: Final = "learned"
LEARNED_FROM: Final = 0.6
"""What the second opinion must reach by itself."""
BESIDE_A_RULE: Final = 0.1
"""What it must reach where a rule declines: below it the rule is taken to be mistaken."""
FEWEST_WORDS: Final = 4


def refused_by(text: str) -> str:
    """The name of the rule that declines this message, "learned" for the second opinion, or "" when none does."""
    sure = likelihood(text)
    if sure >= LEARNED_FROM and len(words(text)) >= FEWEST_WORDS:
        return LEARNED
    return rule_of(text) if sure >= BESIDE_A_RULE else ""


def rule_of(text: str) -> str:
    """The name of the first rule that fits a message, or ""."""
    said = message(text)
    asks_how = bool(ideas.HOW.search(said) or acts.DO_IT.search(said))
    asked = excuses.AVOIDED.sub(" ", said)
    for rule in RULES:
        if (
            (asks_how or not rule.how)
            and all(idea.search(said) for idea in rule.wanted)
            and not any(excuse.search(asked) for excuse in rule.unless)
        ):
            return rule.name
    return ""


def is_refused(text: str) -> bool:
    """Whether a message asks for a way to evade rules or to harm somebody."""
    return bool(refused_by(text))

"""Words that tell what somebody does, did or will do: such a sentence is no plan, whatever days and hours it names.

English has no endings that say who is meant, so the word before counts: "Aigul filmed", "the neighbour sings". Russian
and Kazakh statements are known by their endings (`sense`); here are only the verbs that a plan has as well (`будет
выкладывать`, `салып жүр`) and that tell something when a name stands before them.
"""

from __future__ import annotations

import re

from bot.reminders.reading.items import Match, Reader, Stop
from bot.reminders.reading.ordinary import ORDINARY
from bot.reminders.reading.tokens import Token

_PRONOUNS = frozenset(("i", "we", "you", "it", "that", "which", "one", "both", "each"))
_BETWEEN = frozenset("also always just only now then still even both all regularly usually".split())
_PAST = re.compile(r"[a-z]+[a-df-z]ed$")
_NO_PAST = frozenset("feed bed red need seed weed shed embed indeed newsfeed sacred naked proceed succeed".split())
# Past tenses that stand before a noun as well, and tell something only after a name or "we".
_PARTICIPLES = frozenset(
    """
    animated baked fried advanced detailed mixed limited unlimited talented skilled unexpected curated grilled smoked roasted
    handmade guided illustrated recommended dubbed narrated combined extended shortened edited unedited uncut
    recorded prerecorded scheduled planned dedicated themed branded sponsored related based called named titled entitled
    inspired filmed
    """.split()
)
_WISHED = frozenset("decided planned wanted needed hoped promised agreed committed supposed resolved".split())
_SURE_PAST = frozenset(
    """
    went ran taught sang drew wrote spoke told kept saw caught heard took came slept brought bought chose drove fell
    felt gave knew sold stood threw won ate drank swam wore woke began rang grew flew hid sent spent lent
    """.split()
)
_MAYBE_PAST = frozenset("made shot read held got left cut built broke found lost paid put did met let hit".split())
# Of these one may not know whether they are plural nouns ("book reviews").
_NOUNS_TOO = frozenset("reviews tests talks covers walks rides drives dances plans edits shows cuts runs reads".split())
_OF_POSTS = frozenset("goes comes airs drops starts launches releases begins premieres returns ends".split())
_DOES = frozenset(
    """
    posts uploads publishes streams records shares films makes does teaches hosts sings paints draws writes speaks
    presents stages performs brings tries builds delivers visits holds keeps follows sees checks listens hears gets
    takes studies prepares finishes completes manages handles uses helps hopes swims cooks bakes sells buys meets
    answers discusses interviews explains tells shoots creates produces prints sends edits reads drives rides dances
    talks reviews covers tests walks plans shows cuts runs cleans fixes trains coaches preaches lectures rehearses
    practices practises cries laughs dreams drinks smokes snores barks rings rains snows
    """.split()
)
_WILL = frozenset(("will", "would", "wants", "needs", "plans", "must", "should", "could", "can", "may"))

_RUSSIAN_WILL = frozenset(
    """
    будет будут хотел хотела хотели решил решила решили собирался собиралась планировал планировала хочет хотят может
    могут начнет начнёт начнут станет станут выйдет выходит выходят обещает обещают должен должна должны
    """.split()
)
_KAZAKH_GOES_ON = frozenset("жүр отыр тұр жатыр жур отыр тур жүрген отырған".split())
_KAZAKH_HABIT = re.compile(r"(?:[ае]т[ыі]н|йт[ыі]н|[уү]і? керек|мақ|мек|пақ|пек|бақ|бек)$")


def telling_at(r: Reader, i: int) -> Match:
    """A verb that tells something, at a place."""
    token = r.at(i)
    if token.kind != "word":
        return None
    tells = _kazakh(r, i) or _russian(r, i) if token.cyrillic else _english(r, i)
    return ([Stop("not_a_plan")], i + 1) if tells else None


def _new(token: Token) -> bool:
    """Whether a word may be a name: nothing is known of it."""
    return token.kind in ("title", "url") or (token.kind == "word" and (not token.senses or token.text in ORDINARY))


def _about_posts(r: Reader, i: int) -> bool:
    """Whether a post or an outlet was named before a place: then it is what goes live."""
    for token in r.tokens[:i]:
        noun = token.sense("fill")
        if token.sense("outlet") or (noun and noun.value == "noun" and not noun.form):
            return True
    return False


def _english(r: Reader, i: int) -> bool:
    word = r.at(i).text.replace("’", "'")
    j = i - 1
    while r.at(j).text in _BETWEEN or r.at(j).text.endswith("ly"):
        j -= 1
    before = r.at(j)
    first = before.kind == "mark"
    who = before.text in _PRONOUNS or _new(before)
    somebody = who or before.sense("fill") is not None and before.text not in ("to", "for", "of", "a", "the", "my", "our")
    if word in _SURE_PAST:
        return True
    if word in _MAYBE_PAST:
        return who
    if _PAST.match(word) and word not in _NO_PAST and not r.at(i).sense("stop"):
        if word in _WISHED and r.at(i + 1).text == "to":
            return False
        noun = before.sense("fill")
        if word in _PARTICIPLES:
            return who
        return who or first or bool(noun and noun.value in ("noun", "do")) or before.sense("outlet") is not None
    if word in _OF_POSTS:
        return not _about_posts(r, i) and (who or somebody or first)
    if word in _NOUNS_TOO:
        after = r.at(i + 1)
        return _new(before) and not before.text in ORDINARY and after.kind == "word" and not _of_days(after)
    if word in _DOES:
        return who or (word not in _ALSO_NOUNS and (first or somebody))
    if word in _WILL or word.endswith("'ll"):
        return _new(before) and not _about_posts(r, i)
    return False


_ALSO_NOUNS = frozenset("posts uploads streams records films shares drinks dreams checks trains answers prints".split())


def _of_days(token: Token) -> bool:
    return any(token.sense(kind) for kind in ("wd", "set", "every", "part", "weekly", "rel", "month", "next", "this"))


def _russian(r: Reader, i: int) -> bool:
    return r.at(i).text in _RUSSIAN_WILL and _new(r.at(i - 1)) and not _about_posts(r, i)


def _kazakh(r: Reader, i: int) -> bool:
    """`Айгүл … салып жүр`: only where a name begins the phrase and nobody is asked to remind."""
    word, before, after = r.at(i).text, r.at(i - 1), r.at(i + 1)
    if after.kind == "word":
        return False
    goes_on = word in _KAZAKH_GOES_ON and before.text.endswith("п")
    if not (goes_on or _KAZAKH_HABIT.search(word)):
        return False
    asks = any((fill := token.sense("fill")) and fill.value == "ask" for token in r.tokens)
    first = next((token for token in r.tokens if token.kind == "word"), None)
    return not asks and first is not None and _new(first)

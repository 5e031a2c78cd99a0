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


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PRONOUNS = _set("i we you it that which one both each")
_BETWEEN = _set("also always just only now then still even both all regularly usually")
_PAST = re.compile(r"[a-z]+[a-df-z]ed$")
_NO_PAST = _set(
    """
    feed bed red need seed weed shed embed indeed newsfeed sacred naked proceed succeed
    """
)
# Past tenses that stand before a noun as well, and tell something only after a name or "we".
_PARTICIPLES = _set(
    """
    animated baked fried advanced detailed mixed limited unlimited talented skilled unexpected curated grilled
    smoked roasted handmade guided illustrated recommended dubbed narrated combined extended shortened edited
    unedited uncut recorded prerecorded scheduled planned dedicated themed branded sponsored related based called
    named titled entitled inspired filmed
    """
)
_WISHED = _set("decided planned wanted needed hoped promised agreed committed supposed resolved")
_SURE_PAST = _set(
    """
    went ran taught sang drew wrote spoke told kept saw caught heard took came slept brought bought chose drove fell
    felt gave knew sold stood threw won ate drank swam wore woke began rang grew flew hid sent spent lent
    """
)
_MAYBE_PAST = _set("made shot held got left built broke found lost paid did met")
_SAME_PAST = _set("read cut put let hit set")  # "I put out" is now, "Aigul put out" was then
# Of these one may not know whether they are plural nouns ("book reviews").
_NOUNS_TOO = _set(
    """
    reviews tests talks covers walks rides drives dances plans edits shows cuts runs reads
    """
)
_OF_POSTS = _set("goes comes airs drops starts launches releases begins premieres returns ends")
_DOES = _set(
    """
    posts uploads publishes streams records shares films makes does teaches hosts sings paints draws writes speaks
    presents stages performs brings tries builds delivers visits holds keeps follows sees checks listens hears gets
    takes studies prepares finishes completes manages handles uses helps hopes swims cooks bakes sells buys meets
    answers discusses interviews explains tells shoots creates produces prints sends edits reads drives rides dances
    talks reviews covers tests walks plans shows cuts runs cleans fixes trains coaches preaches lectures rehearses
    practices practises cries laughs dreams drinks smokes snores barks rings rains snows
    """
)
_WILL = _set("will would wants needs plans must should could can may")

_RUSSIAN_WILL = _set(
    """
    будет будут хотел хотела хотели решил решила решили собирался собиралась планировал планировала хочет хотят
    может могут начнет начнёт начнут станет станут выйдет выходит выходят обещает обещают должен должна должны
    """
)
_KAZAKH_GOES_ON = ("жүр", "отыр", "тұр", "жатыр", "жүрген", "отырған")
_KAZAKH_HABIT = re.compile(r"(?:[ае]т[ыі]н|йт[ыі]н|[уү]і? керек|мақ|мек|пақ|пек|бақ|бек)$")


_GENITIVE = re.compile("[ндт][ыі]ң$")
_GENITIVE_KEY = re.compile("[a-z]{3}[ndt][iy]n$")


def telling_at(r: Reader, i: int) -> Match:
    """A verb that tells something, at a place."""
    token = r.at(i)
    if token.kind != "word":
        return None
    tells = _kazakh(r, i) or _russian(r, i) or (not token.cyrillic and (_english(r, i) or _russian_in_latin(r, i)))
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
    somebody = who or (
        before.sense("fill") is not None and before.text not in ("to", "for", "of", "a", "the", "my", "our")
    )
    if word in _SURE_PAST:
        return True
    if word in _MAYBE_PAST:
        return who
    if word in _SAME_PAST or word.endswith("'s"):
        return _new(r.at(i) if word.endswith("'s") else before) and not r.word(i - 1, "about")  # "Daniyar's posts"
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
        return _new(before) and before.text not in ORDINARY and after.kind == "word" and not _of_days(after)
    if word in _DOES:
        return who or (word not in _ALSO_NOUNS and (first or somebody))
    if word in _WILL or word.endswith("'ll"):
        return _new(before) and not _about_posts(r, i)
    return False


_NOBODY = _set("to for of a the my our")
_ALSO_NOUNS = _set(
    """
    posts uploads streams records films shares drinks dreams checks trains answers prints
    """
)


def _of_days(token: Token) -> bool:
    return any(token.sense(kind) for kind in ("wd", "set", "every", "part", "weekly", "rel", "month", "next", "this"))


def _russian(r: Reader, i: int) -> bool:
    hers = r.at(i + 1).kind == "word" and (r.at(i).cyrillic or not r.at(i + 1).senses)
    if r.word(i, "у") and hers and not r.word(i + 1, "меня", "нас", "себя", "тебя"):
        before = r.at(i - 1)
        return before.sense("outlet") is None and not any(sense.value == "noun" for sense in before.senses)
    return r.at(i).text in _RUSSIAN_WILL and _new(r.at(i - 1)) and not _about_posts(r, i)


_THIRD_IN_LATIN = re.compile("[a-z]{2}(?:it|ut|iat|et)$")
_MARKS_OF_RUSSIAN = ("по", "каждый", "каждую", "каждое", "утра", "вечера", "дня", "во", "будням", "что")


def _russian_in_latin(r: Reader, i: int) -> bool:
    """`smotrit`, `pishut`: beside other Russian words in Latin letters, since English words end so as well."""
    if r.at(i).senses or not _THIRD_IN_LATIN.search(r.at(i).key):
        return False
    return any(not token.cyrillic and r.word(place, *_MARKS_OF_RUSSIAN) for place, token in enumerate(r.tokens))


def _kazakh(r: Reader, i: int) -> bool:
    """`Айгүл … салып жүр`: only where a name begins the phrase and nobody is asked to remind."""
    word, before, after = r.at(i).text, r.at(i - 1), r.at(i + 1)
    whose = _GENITIVE if r.at(i).cyrillic else _GENITIVE_KEY
    if whose.search(word) and before.kind == "mark" and not r.at(i).senses:
        return any(sense.kind == "outlet" or sense.value == "noun" for sense in after.senses)  # Данияның посты
    if r.word(i, "келеді") and not before.key.endswith(("gim", "kim", "gimiz", "kimiz")):
        return True  # салғым келеді is a wish, Айгүл келеді is news
    if after.kind == "word":
        return False
    goes_on = r.word(i, *_KAZAKH_GOES_ON) and before.key.endswith("p")
    if not (goes_on or _KAZAKH_HABIT.search(word)):
        return False
    asks = any((fill := token.sense("fill")) and fill.value == "ask" for token in r.tokens)
    first = next((token for token in r.tokens if token.kind == "word"), None)
    return not asks and first is not None and _new(first)

"""Words with which people are pressed: money, codes, hurry, a new number, secrecy; in Kazakh, Russian and English.

Pure. A cue is a way of speaking that swindlers share with honest people in a hurry: worth a thought, never proof.
All three languages are looked for at once, because a sentence often mixes them. What is denied (*nothing urgent*) and
words that only look alike (*кодекс*, *dress code*) are no cues.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final


class Cue(StrEnum):
    """What is asked of the listener, in the order it is told."""

    MONEY = "money"
    CODES = "codes"
    URGENCY = "urgency"
    NEW_NUMBER = "new_number"
    SECRECY = "secrecy"


_NEAR: Final = r"(?:\W+[\w-]+){0,5}?\W+"  # up to five words between two

_GIVE: Final = (
    r"(?:переведи(?:те)?|перевести|переведешь|переведете|перекинь(?:те)?|скинь(?:те)?|скинуть|пришли(?:те)?|прислать"
    r"|отправь(?:те)?|отправить|одолжи(?:те)?|одолжить|займи(?:те)?|занять|оплати(?:те)?|закинь(?:те)?|положи(?:те)?"
    r"|аудар(?:ып|ыңыз|шы|ыңызшы|саңыз|саң)?|аудара\w*|жібер(?:ші|іңіз|іңізші|іп|е|сеңіз|сең)?|жіберіп\w*"
    r"|сал(?:шы|ыңыз|ыңызшы|ып|а|саңыз|саң)|бере\s+тұр\w*|беріп\s+тұр\w*|бер(?:ші|іңіз|іңізші)"
    r"|send|transfer|wire|lend|pay|borrow|top\s+up)"
)
_MONEY: Final = (
    r"(?:деньг\w*|денег|денежк\w*|тысяч\w*|тенге|рубл\w*|доллар\w*|на\s+карту|на\s+сч[её]т|на\s+kaspi|на\s+каспи"
    r"|ақша\w*|теңге\w*|қарыз\w*|картаға|картама|шотқа|шотыма|каспиге|kaspi-ге|каспи\s+голд\w*"
    r"|money|cash|dollars?|tenge|bitcoins?|gift\s+cards?|to\s+(?:my|this|the)\s+(?:card|account))"
)
_TELL: Final = (
    r"(?:продиктуй(?:те)?|скажи(?:те)?|назови(?:те)?|сообщи(?:те)?|пришли(?:те)?|скинь(?:те)?|отправь(?:те)?|перешли(?:те)?"
    r"|айт(?:шы|ыңыз|ыңызшы|ып)?|жібер(?:ші|іңіз|іңізші|іп)?|жаз(?:шы|ыңыз|ып)|тап(?:сыр)?ыңыз"
    r"|tell|send|give|read|forward|dictate)"
)
_CODE: Final = (
    r"(?:код(?:а|у|ом|ы)?|пароль|пароля|пин-?код\w*|кодты|коды|кодын|кодыңыз\w*|құпия\s?сөз\w*|парольді"
    r"|code|password|passcode|pin)"
)

_CUES: Final[dict[Cue, tuple[str, ...]]] = {
    Cue.MONEY: (
        _GIVE + _NEAR + _MONEY,
        _MONEY + _NEAR + _GIVE,
        r"в\s+долг|қарызға|нужны\s+деньги|ақша\s+керек|need\s+(?:some\s+|the\s+)?money",
    ),
    Cue.CODES: (
        _TELL + _NEAR + _CODE,
        _CODE + _NEAR + _TELL,
        r"(?:код|пароль)\s+(?:из|с)\s+(?:смс|sms|сообщени\w*)|код\w*\s+подтверждения|одноразов\w+\s+(?:код|парол)\w*",
        r"растау\s+код\w*|(?:смс|sms)(?:-?[а-яәғқңөұүһі]+)?\s+(?:келген\s+)?код\w*|бір\s+реттік\s+(?:код|құпия)\w*",
        r"verification\s+code|one-?time\s+(?:code|password)|code\s+from\s+(?:the|your)\s+(?:sms|text|bank)",
        r"cvv2?|cvc|номер\w*\s+(?:твоей\s+|вашей\s+)?карты|карта\w*\s+нөмірі\w*|card\s+number",
    ),
    Cue.URGENCY: (
        r"срочно|немедленно|прямо\s+сейчас|как\s+можно\s+(?:быстрее|скорее)|времени\s+(?:мало|нет)|нет\s+времени"
        r"|пока\s+не\s+поздно|будет\s+поздно|бегом",
        r"шұғыл(?:\s+түрде)?|тез\s+арада|дереу|тезірек|қазірдің\s+өзінде|дәл\s+қазір|уақыт(?:ым|ымыз)?\s+(?:жоқ|аз|тығыз)"
        r"|кеш\s+бола(?:ды|рмыз)",
        r"urgent(?:ly)?|right\s+now|immediately|as\s+soon\s+as\s+possible|asap|hurry(?:\s+up)?"
        r"|(?:have|there\s+is|there's)\s+no\s+time|too\s+late",
    ),
    Cue.NEW_NUMBER: (
        r"(?:нов\w+|друг\w+|чуж\w+)\s+номер\w*|(?:поменял|сменил)а?\s+номер|с\s+чужого\s+телефона"
        r"|(?:потерял|разбил|сломал|утопил)а?\s+(?:свой\s+)?телефон|телефон\s+(?:украли|сломался|разбился)",
        r"(?:жаңа|басқа|бөтен)\s+нөмір\w*|нөмірімді\s+(?:ауыстыр|өзгерт)\w*"
        r"|телефоным\w*\s+(?:жоғал|сын|бұзыл|ұрла)\w*|біреудің\s+телефон\w*",
        r"(?:my|a|this)\s+new\s+number|(?:another|different)\s+number|changed\s+my\s+number"
        r"|(?:lost|broke|dropped)\s+my\s+phone|(?:friend|somebody|someone)'?s\s+phone",
    ),
    Cue.SECRECY: (
        r"никому\s+(?:об\s+этом\s+|ничего\s+)?не\s+(?:говори|рассказывай|сообщай|звони)(?:те)?|никому\s+ни\s+слова"
        r"|не\s+(?:говори|рассказывай)(?:те)?\s+(?:об\s+этом\s+)?(?:никому|маме|папе|мужу|жене|родителям)"
        r"|(?:только\s+)?между\s+нами|не\s+(?:клади|вешай|кладите|вешайте)\s+трубку",
        r"ешкімге\s+(?:ештеңе\s+|бұл\s+туралы\s+|бұны\s+)?айтпа\w*|екеуміздің\s+арамызда|өзара\s+қалсын|құпия\s+(?:болсын|сақта\w*)"
        r"|(?:анаңа|анама|әкеңе|әкеме|әйеліңе|күйеуіңе)\s+айтпа\w*|тұтқаны\s+қойма\w*",
        r"(?:don'?t|do\s+not)\s+tell\s+(?:anyone|anybody|mom|mum|dad|your\s+\w+)|between\s+(?:us|you\s+and\s+me)"
        r"|keep\s+(?:it|this)\s+(?:a\s+)?(?:secret|quiet|between)|(?:don'?t|do\s+not)\s+hang\s+up",
    ),
}
# What is taken out first: it holds the words of a cue and says something else, or its contrary.
_NO_CUES: Final = (
    r"(?:не|ничего|нет\s+ничего)\s+срочно\w*|несрочно\w*|не\s+бегом|шұғыл\s+емес|асығыс\s+емес",
    r"(?:not|nothing|isn'?t|never)\s+(?:that\s+|so\s+|very\s+)?urgent|no\s+(?:hurry|rush)|(?:no\s+need\s+to|don'?t)\s+hurry",
    r"(?:никогда|ешқашан|never)\W+(?:никому\W+)?(?:не\W+)?(?:\w+\W+){0,4}?(?:код\w*|парол\w*|құпия\s?сөз\w*|code|password|pin)",
    r"не\s+(?:говори|сообщай|называй|пересылай|присылай|отправляй|переводи|скидывай)(?:те)?\W+(?:\w+\W+){0,3}?"
    r"(?:код\w*|парол\w*|деньги|денег)",
    r"(?:don'?t|do\s+not)\s+(?:send|tell|give|share)\W+(?:\w+\W+){0,4}?(?:code|password|pin|money)",
    r"(?:код\w*|құпия\s?сөз\w*)\s+(?:\w+\s+){0,3}?(?:айтпа|жіберме|берме)\w*",
    r"ақша\w*\s+(?:\w+\s+){0,2}?(?:жіберме|аударма|берме|салма)\w*",
    r"(?:dress|zip|postal|source|qr|promo|discount|area|bar)[\s-]?codes?|code\s+of\s+\w+|write\w*\s+(?:the\s+)?code",
    r"(?:программн\w+|исходн\w+|уголовн\w+|почтов\w+|дресс|промо|qr|штрих)[\s-]?код\w*|(?:пошта|qr|штрих)[\s-]?код\w*",
    r"деньги\s+(?:\w+\s+)?пришли",
    r"нов\w+\s+номер\w*\s+(?:журнал|газет|альманах)\w*|new\s+number\s+one|жаңа\s+нөмірі\s+шық\w*",
)

_FOUND: Final = {
    cue: re.compile(r"\b(?:" + "|".join(f"(?:{each})" for each in patterns) + r")\b") for cue, patterns in _CUES.items()
}
_TAKEN_OUT: Final = re.compile(r"\b(?:" + "|".join(f"(?:{each})" for each in _NO_CUES) + r")\b")
MOST_READ: Final = 4_000  # characters


def cues(text: str) -> tuple[Cue, ...]:
    """The cues in what somebody said, each once."""
    said = text[:MOST_READ].casefold().replace("ё", "е").replace("’", "'")
    said = _TAKEN_OUT.sub(" | ", said)
    # A sentence asks for one thing: what stands in two of them belongs not together.
    pieces = re.split(r"[.!?…|\n]+", said)
    return tuple(cue for cue in Cue if any(_FOUND[cue].search(piece) for piece in pieces))

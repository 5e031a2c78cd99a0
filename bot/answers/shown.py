"""Sentences around the cards that the chat and the terminal share."""

from __future__ import annotations

from bot.answers.service import Reply, SourceLine
from bot.i18n import Translator


def source_name(source: SourceLine, t: Translator) -> str:
    """What a source is called, with its article or articles. Plain text."""
    if not source.article:
        return source.title
    if "," in source.article:
        return source.title + t.plain(", arts. {articles}", articles=source.article)
    return source.title + t.plain(", art. {article}", article=source.article)


def declined(t: Translator) -> str:
    """To a request to evade rules or to harm."""
    return t("I don't help with getting around the rules or harming somebody. The lawful ways are in the topics.")


def nothing(reply: Reply, t: Translator) -> str:
    """Not in the sources, and what to do instead."""
    match reply.hint:
        case "foreign_country":
            return t(
                "My sources cover Kazakhstan and its Central Asian neighbors. For another country, look for its "
                "copyright office; treaties that bind most countries are in the topics."
            )
        case "country_without_card":
            return t(
                "I have no checked source on this country yet. Treaties that bind most countries are in the topics."
            )
    return t("This is not in my sources, so I won't guess. Try other words, or look through the topics.")

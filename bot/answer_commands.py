"""`tirek ask`, `tirek evaluate`, `tirek misses`: the answers in a terminal, their figures, what they did not know."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

if TYPE_CHECKING:
    from bot.answers.misses import Miss
    from bot.answers.service import CardText, Reply
    from bot.i18n import Translator

answer_app = typer.Typer()
misses_app = typer.Typer(help="Questions without an answer, kept by consent: list, export.", no_args_is_help=True)
answer_app.add_typer(misses_app, name="misses")
out = Console()

QUESTION_ROW = 'Expected: {"id": "1", "lang": "ru", "text": "…"}'
SHOWN = {
    "n": "n",
    "hit1": "hit1",
    "hit3": "hit3",
    "mrr": "mrr",
    "answered": "answ.",
    "wrong_answer": "wrong",
    "oos_answered": "oos a",
    "oos_none": "oos n",
    "refused": "ref.",
    "wrongly_declined": "decl.",
}
MOST_WORST = 15

AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of a text for people")]


@answer_app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="A question")] = None,
    lang: Annotated[str, typer.Option(help="The person's language: kk, ru or en")] = "kk",
    as_json: AsJson = False,
    file: Annotated[Path | None, typer.Option(help="Rows with id, lang, text; - is standard input")] = None,
) -> None:
    """Answer a question from the cards."""
    from bot.answers import shown
    from bot.answers.evaluate import BadQuestions, ask_rows
    from bot.answers.service import Answers
    from bot.cli import fail, known_language, lines_of, print_rows
    from bot.i18n import Translator

    if file is not None:
        try:
            print_rows(ask_rows(lines_of(file)))
        except BadQuestions as error:
            raise fail(f"{file}: {error}. {QUESTION_ROW}") from None
        return
    if question is None:
        raise fail('Give a question, for example: tirek ask "Можно ли 10 секунд песни?" --lang ru')
    language = known_language(lang)
    answers = Answers.load()
    today = date.today()  # noqa: DTZ011 - the operator's own day
    reply = answers.ask(question, language, today)
    texts = [answers.text(card, reply.lang, today) for card in reply.cards[:3]]
    if as_json:
        print_rows([_as_row(reply, texts)])
        return
    _say(f"{reply.outcome} ({reply.confidence:.2f})")
    t = Translator(reply.lang)
    match reply.outcome:
        case "declined":
            _say(f"\n{html.unescape(shown.declined(t))}")
        case "none":
            _say(f"\n{html.unescape(shown.nothing(reply, t))}")
    for number, card in enumerate(texts):
        _say(f"\n{card.title} [{card.id}]")
        if number == 0 and reply.outcome == "answer":
            _say_answer(card, t)


def _say(text: str) -> None:
    out.print(text, markup=False, highlight=False, soft_wrap=True)


def _say_answer(card: CardText, t: Translator) -> None:
    """What the chat says under a title, without its buttons."""
    from bot.answers.shown import source_name

    _say(card.short)
    for number, step in enumerate(card.steps, 1):
        _say(f"  {number}. {step}")
    _say(t.plain("Sources"))
    for source in card.sources:
        read = t.plain("read {day}", day=f"{t.day(source.read, weekday=False)} {source.read.year}")
        _say(f"  • {source_name(source, t)}: {source.url} ({read})")
    _say(t.plain("As of {day}. Not legal advice.", day=f"{t.day(card.as_of, weekday=False)} {card.as_of.year}"))


def _as_row(reply: Reply, texts: list[CardText]) -> dict[str, Any]:
    """One answer with its texts; the first five keys are those of `--file`."""
    return {
        "outcome": reply.outcome,
        "cards": list(reply.cards),
        "lang": reply.lang,
        "confidence": round(reply.confidence, 4),
        "hint": reply.hint,
        "texts": [
            {
                "id": card.id,
                "title": card.title,
                "short": card.short,
                "full": card.full,
                "steps": list(card.steps),
                "as_of": card.as_of.isoformat(),
                "sources": [
                    {"title": s.title, "article": s.article, "url": s.url, "read": s.read.isoformat(), "kind": s.kind}
                    for s in card.sources
                ],
            }
            for card in texts
        ],
    }


@answer_app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help="Questions with topics and expect, one JSON object a line")],
    as_json: AsJson = False,
) -> None:
    """Measure the answers on a file of questions."""
    from bot.answers.evaluate import BadQuestions, read_rows, worst
    from bot.answers.evaluate import evaluate as measure
    from bot.answers.service import Answers
    from bot.cli import fail, lines_of, print_rows

    answers, today = Answers.load(), datetime.now(UTC).date()
    try:
        rows = read_rows(lines_of(file))
        figures = measure(rows, answers, today)
        misses = worst(rows, answers, today, MOST_WORST)
    except BadQuestions as error:
        raise fail(f"{file}: {error}. {QUESTION_ROW}") from None
    if as_json:
        print_rows([figures])
        return
    out.print(_table(figures))
    out.print(f"p50 {figures['p50_ms']} ms, p95 {figures['p95_ms']} ms", highlight=False)
    if misses:
        out.print(_worst_table(misses))


def _table(figures: Mapping[str, Any]) -> Table:
    """The figures of all questions, then by language and by style."""
    table = Table("", *(Column(name, justify="right") for name in SHOWN.values()), box=box.SIMPLE_HEAD)

    def add(name: str, part: Mapping[str, Any]) -> None:
        table.add_row(name, *(_figure(part[key]) for key in SHOWN))

    add("all", figures)
    for group in ("by_lang", "by_style"):
        table.add_section()
        for name, part in figures[group].items():
            add(name, part)
    return table


def _figure(value: float | None) -> str:
    """A share as .902, so that ten of them fit a terminal; a count as it is."""
    if value is None:
        return "–"
    return f"{value:.3f}".removeprefix("0") if isinstance(value, float) else str(value)


def _worst_table(misses: list[dict[str, Any]]) -> Table:
    table = Table("Worst misses", "Expected", "Given", Column("Confidence", justify="right"))
    for row in misses:
        expected = ", ".join(row.get("topics") or []) or str(row.get("expect"))
        given = f"{row['outcome']}: {', '.join(row['cards'][:3])}"
        table.add_row(Text(str(row["text"])), expected, given, f"{row['confidence']:.2f}")
    return table


@misses_app.command(name="list")
def list_misses() -> None:
    """Alike questions together, the most asked first."""
    from bot.answers.misses import clusters

    table = Table(Column("Asked", justify="right"), "Question", "Shown instead", "Last asked")
    for cluster in clusters(_kept()):
        cards = sorted({miss.card for miss in cluster.misses if miss.card})
        newest = max(miss.asked_on for miss in cluster.misses)
        table.add_row(str(len(cluster.misses)), Text(cluster.typical), ", ".join(cards), newest.isoformat())
    out.print(table)


@misses_app.command()
def export(as_json: AsJson = False) -> None:
    """Every question, one a line; with --json an object with text, lang, kind, card, asked_on."""
    from bot.answers.misses import as_rows
    from bot.cli import print_rows

    kept = _kept()
    if as_json:
        print_rows(as_rows(kept))
        return
    for miss in kept:
        line = "\t".join((miss.asked_on.isoformat(), miss.lang, miss.kind, miss.card or "", miss.text))
        out.print(line, markup=False, highlight=False, soft_wrap=True)


def _kept() -> list[Miss]:
    from bot.answers import misses
    from bot.cli import explained, settings_or_fail
    from bot.run import bring_up_to_date, open_database

    async def read() -> list[Miss]:
        db = open_database(settings_or_fail())
        try:
            await bring_up_to_date(db)
            return await misses.kept(db)
        finally:
            await db.close()

    with explained():
        return asyncio.run(read())

"""`tirek ask`, `evaluate` and `misses` as they are typed."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.answers import misses, talks
from bot.answers.talks import Talk
from bot.cli import app
from bot.db.engine import Database
from bot.run import bring_up_to_date
from tests.support import NOW, someone


@pytest.fixture
def tirek(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    return CliRunner()


def test_a_question_in_a_terminal_gets_the_chats_answer_with_its_sources(tirek: CliRunner) -> None:
    question = "Через сколько сгорает страйк?"
    said = tirek.invoke(app, ["ask", question, "--lang", "ru"]).stdout
    assert "answer" in said
    assert "https://" in said
    assert "Это не юридическая консультация." in said
    row = json.loads(tirek.invoke(app, ["ask", question, "--lang", "ru", "--json"]).stdout)
    assert (row["outcome"], row["cards"][0], row["lang"]) == ("answer", "youtube-three-strikes", "ru")
    assert row["texts"][0]["sources"]
    assert row["texts"][0]["as_of"]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Можно ли в Германии 10 секунд песни?", "Мои источники — о Казахстане"),
        ("как обойти content id", "Не помогаю обходить правила"),
        ("рецепт борща", "В моих источниках этого нет"),
    ],
)
def test_a_terminal_says_what_the_chat_says_where_there_is_no_answer(
    tirek: CliRunner, question: str, sentence: str
) -> None:
    assert sentence in tirek.invoke(app, ["ask", question, "--lang", "ru"]).stdout


def test_evaluate_for_people_is_a_table_by_language_and_style_with_the_worst_misses(
    tirek: CliRunner, tmp_path: Path
) -> None:
    rows = [
        {"text": "Через сколько сгорает страйк?", "topics": ["youtube-three-strikes"], "expect": "answer"},
        {"text": "How do I trick content id?", "topics": [], "expect": "answer"},
    ]
    judged = [{"id": n, "lang": "ru", "style": "clean", **row} for n, row in enumerate(rows)]
    (tmp_path / "q.jsonl").write_text("\n".join(map(json.dumps, judged)), "utf-8")
    said = tirek.invoke(app, ["evaluate", "q.jsonl"]).stdout
    for word in ("all", "ru", "clean", "hit1", "trick"):
        assert word in said


def test_kept_questions_are_listed_and_exported_without_their_person(tirek: CliRunner, tmp_path: Path) -> None:
    async def prepare() -> None:
        db = Database(f"sqlite+aiosqlite:///{tmp_path / 'tirek.db'}")
        await bring_up_to_date(db)
        await someone(db, 987654321)
        for text in ("как зарегистрировать радиостанцию", "регистрация радиостанции как"):
            await talks.remember(db, 987654321, Talk("cover-songs", "ru", text), NOW)
            await misses.missed(db, 987654321, "other", NOW, agreed=True)
        await db.close()

    asyncio.run(prepare())
    listed = tirek.invoke(app, ["misses", "list"]).stdout
    assert "радиостанц" in listed
    assert "cover-songs" in listed
    rows = [json.loads(line) for line in tirek.invoke(app, ["misses", "export", "--json"]).stdout.splitlines()]
    assert [sorted(row) for row in rows] == [["asked_on", "card", "kind", "lang", "text"]] * 2
    plain = tirek.invoke(app, ["misses", "export"]).stdout
    assert plain.count("радиостанц") == 2
    assert "987654321" not in listed + plain + json.dumps(rows)

"""The command line: what it prints is the contract's and nothing else, and what it cannot do it says in a sentence."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from bot import cli
from bot.settings import Settings
from tests.conftest import PostgreSQL
from tests.detector.sounds import encode, speech, tone

TOKEN = "123456:AAFqwertyuiopasdfghjklzxcvbnm12345"
NOW = "2026-11-22T10:00+05:00"

PARSED = ["status", "slots", "every_weeks", "monthly", "start", "until", "outlet", "zone", "at"]
ANSWERED = ["id", "outcome", "cards", "lang", "confidence", "ms"]
MEASURED = [
    *("n", "hit1", "hit3", "mrr", "answered", "wrong_answer", "oos_answered", "oos_none", "refused"),
    *("wrongly_declined", "p50_ms", "p95_ms"),
]
CHECKED = ["path", "band", "p", "reason", "speech_s", "seconds", "segments", "model", "ms"]
VOICES = [
    *("n", "eer", "auc", "precision_synthetic", "caught", "false_alarms", "precision_no_signs", "coverage", "ece"),
    "seconds_per_minute",
]


def environment(**settings: str) -> dict[str, str]:
    """This machine's, without any setting of the bot's."""
    ours = {name.upper() for name in Settings.model_fields}
    return {name: value for name, value in os.environ.items() if name not in ours} | settings


def tirek(
    *arguments: str | Path, given: str | bytes = b"", cwd: Path, **settings: str
) -> subprocess.CompletedProcess[bytes]:
    """`tirek …` as a process of its own."""
    command = [sys.executable, "-m", "bot", *map(str, arguments)]
    data = given.encode() if isinstance(given, str) else given
    root = str(Path(cli.__file__).parents[1])
    env = environment(PYTHONPATH=root, COLUMNS="200", **settings)
    return subprocess.run(command, input=data, capture_output=True, cwd=cwd, env=env, timeout=240, check=False)


def rows(output: bytes) -> list[dict[str, Any]]:
    """Every line of standard output as an object: one that is none fails here."""
    lines = output.decode().split("\n")
    assert lines.pop() == ""
    found = [json.loads(line) for line in lines]
    assert all(isinstance(row, dict) for row in found)
    return found


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`tirek …` in this process, for what must only be refused: status, standard output, standard error."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, given: str = "", **settings: str) -> tuple[int, str, str]:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        result = CliRunner().invoke(cli.app, arguments, input=given)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.stdout, result.stderr

    return call


def refused(answer: tuple[int, str, str], *words: str) -> None:
    """Exit status 2, nothing on standard output, one helpful sentence or two on standard error."""
    status, stdout, stderr = answer
    assert status == 2
    assert stdout == ""
    assert stderr.count("\n") == 1, stderr
    assert "Traceback" not in stderr
    for word in words:
        assert word in stderr


# --- parse ------------------------------------------------------------------------------------------------------------


def test_parse_prints_one_object_of_the_contract(tmp_path: Path) -> None:
    done = tirek("parse", "вт, пт 18:30 шортс", "--now", NOW, "--lang", "ru", "--json", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr == b""
    (row,) = rows(done.stdout)
    assert list(row) == [*PARSED, "rrule"]
    assert row["slots"] == [{"weekdays": [2, 5], "time": "18:30"}]
    assert (row["status"], row["outlet"]) == ("plan", "shorts")


def test_parse_reads_rows_in_their_order(tmp_path: Path) -> None:
    texts = ["сейсенбі сайын кешкі 7-де", "завтра в 18:30", "every Tuesday", "привет, как дела?", "line\u2028end 19:00"]
    given = [{"id": f"p{n}", "lang": "ru", "text": t, "now": NOW, "zone": "Asia/Almaty"} for n, t in enumerate(texts)]
    file = tmp_path / "phrases.jsonl"
    file.write_text("\ufeff" + "\n\n".join(json.dumps(row, ensure_ascii=False) for row in given), encoding="utf-8")
    done = tirek("parse", "--file", file, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = rows(done.stdout)
    assert [row["id"] for row in found] == ["p0", "p1", "p2", "p3", "p4"]
    assert [row["status"] for row in found[:4]] == ["plan", "once", "question", "question"]
    assert [row.get("why") for row in found[2:4]] == ["no_time", "not_a_plan"]
    assert all(list(row)[: len(PARSED) + 1] == ["id", *PARSED] for row in found)
    piped = tirek("parse", "--file", "-", given=file.read_bytes().removeprefix(b"\xef\xbb\xbf"), cwd=tmp_path)
    assert piped.stdout == done.stdout


def test_parse_in_words(inside: Any) -> None:
    status, stdout, _ = inside("parse", "вт, пт 18:30", "--lang", "ru", "--now", NOW)
    assert status == 0
    assert stdout == "по вторникам и пятницам в 18:30\n"


@pytest.mark.parametrize(
    ("arguments", "given", "words"),
    [
        ([], "", ["tirek parse"]),
        (["вт", "--zone", "Nowhere/Land"], "", ["no such zone", "Asia/Almaty"]),
        (["вт", "--zone", "../../etc/passwd"], "", ["no such zone"]),
        (["вт", "--now", "yesterday"], "", ["2026-11-22T10:00+05:00"]),
        (["вт", "--now", "2026-11-22T10:00"], "", ["now has no offset"]),
        (["вт", "--lang", "de"], "", ["kk, ru or en"]),
        (["--file", "missing.jsonl"], "", ["missing.jsonl", "cannot be read"]),
        (["--file", "."], "", ["cannot be read"]),
        (["--file", "-"], "not json\n", ["Line 1", "Expected"]),
        (["--file", "-"], "[1, 2]\n", ["Line 1", "an object"]),
        (["--file", "-"], '{"id": 1, "text": 5, "now": "' + NOW + '", "zone": "UTC"}\n', ["Line 1", "an object"]),
        (["--file", "-"], '{"id": 1, "text": "x", "zone": "UTC"}\n', ["Line 1", "now"]),
        (["--file", "-"], "[" * 100_000, ["Line 1"]),
    ],
)
def test_parse_says_what_it_needs(inside: Any, arguments: list[str], given: str, words: list[str]) -> None:
    refused(inside("parse", *arguments, given=given), *words)


def test_rows_before_a_wrong_one_are_printed(inside: Any) -> None:
    good = json.dumps({"id": 1, "lang": "en", "text": "Tue 19:00", "now": NOW, "zone": "UTC"})
    status, stdout, stderr = inside("parse", "--file", "-", given=f"{good}\nbad\n")
    assert status == 2
    assert json.loads(stdout)["id"] == 1
    assert "Line 2" in stderr


# --- ask and evaluate -------------------------------------------------------------------------------------------------


def test_ask_answers_rows_in_their_order_and_evaluate_measures_them(tmp_path: Path) -> None:
    given = [
        {"id": "a", "lang": "ru", "text": "Мне пришёл страйк на YouTube, что делать?", "style": "plain", "more": [1]},
        {"id": "b", "lang": "kk", "text": "Content ID шағымы келді", "style": "plain"},
        {"id": "c", "lang": "en", "text": "How do I bake bread with a crispy crust?", "style": "plain"},
        {"id": 4, "lang": "en", "text": "How can I upload a stolen film so that Content ID misses it?", "style": "x"},
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in given), encoding="utf-8")
    done = tirek("ask", "--file", file, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    found = rows(done.stdout)
    assert [row["id"] for row in found] == ["a", "b", "c", 4]
    for row in found:
        assert list(row) == ANSWERED
        assert row["outcome"] in ("answer", "choice", "none", "declined")
        assert row["lang"] in ("kk", "ru", "en")
        assert 0 <= row["confidence"] <= 1
        assert row["ms"] >= 0
        assert isinstance(row["cards"], list)
    assert [row["outcome"] for row in found[2:]] == ["none", "declined"]
    expected = [("answer", found[0]["cards"][:1]), ("answer", ["no-such-card"]), ("out-of-scope", []), ("refuse", [])]
    judged = [row | {"expect": what, "topics": topics} for row, (what, topics) in zip(given, expected, strict=True)]
    done = tirek("evaluate", "-", "--json", given="\n".join(map(json.dumps, judged)), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (figures,) = rows(done.stdout)
    assert list(figures) == [*MEASURED, "by_lang", "by_style"]
    assert figures["n"] == 4
    assert (figures["hit1"], figures["oos_none"], figures["refused"]) == (0.5, 1.0, 1.0)
    assert set(figures["by_lang"]) == {"kk", "ru", "en"}
    assert set(figures["by_style"]) == {"plain", "x"}
    assert all(list(part) == MEASURED for part in [*figures["by_lang"].values(), *figures["by_style"].values()])


@pytest.mark.parametrize(
    ("arguments", "given", "words"),
    [
        (["ask"], "", ["tirek ask"]),
        (["ask", "x", "--lang", "de"], "", ["kk, ru or en"]),
        (["ask", "--file", "missing.jsonl"], "", ["missing.jsonl"]),
        (["ask", "--file", "-"], '{"id": 1\n', ["line 1", "Expected"]),
        (["ask", "--file", "-"], '{"id": 1}\n', ["line 1", "Expected"]),
        (["evaluate", "-"], "5\n", ["line 1", "Expected"]),
        (["evaluate", "missing.jsonl", "--json"], "", ["missing.jsonl"]),
    ],
)
def test_ask_says_what_it_needs(
    inside: Any, monkeypatch: pytest.MonkeyPatch, arguments: list[str], given: str, words: list[str]
) -> None:
    from bot.answers.service import Answers

    monkeypatch.setattr(Answers, "load", lambda: Answers({}))
    refused(inside(*arguments, given=given), *words)


# --- check and evaluate-voices ----------------------------------------------------------------------------------------


def recordings(folder: Path) -> list[str]:
    """Five files of every fate, and one that is not there."""
    (folder / "жазба 1.ogg").write_bytes(encode(speech(5.0)))
    (folder / "tone.ogg").write_bytes(encode(tone(440, 4.0)))
    (folder / "short.ogg").write_bytes(encode(speech(1.2)))
    (folder / "broken.ogg").write_bytes(b"OggS" + bytes(3000))
    (folder / "note.txt").write_text("no audio at all\n" * 50)
    return ["жазба 1.ogg", "tone.ogg", "missing.ogg", "broken.ogg", "note.txt", "short.ogg"]


def test_check_lists_one_object_a_recording_in_order(tmp_path: Path) -> None:
    names = recordings(tmp_path)
    done = tirek("check", "--list", "-", given="\n".join(names) + "\n\n", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = rows(done.stdout)
    assert [row["path"] for row in found] == names
    for row in found:
        assert list(row) == CHECKED
        assert row["band"] in ("synthetic", "no_signs", "unsure", "error")
        assert row["p"] is None or 0 <= row["p"] <= 1
        assert (row["reason"] is None) == (row["band"] in ("synthetic", "no_signs"))
        assert all(list(segment) == ["start_s", "end_s", "p", "speech"] for segment in row["segments"])
    assert [row["band"] for row in found[2:5]] == ["error"] * 3
    assert [row["reason"] for row in found[2:5]] == ["not_audio", "corrupt", "not_audio"]
    again = rows(tirek("check", *names[:2], "--json", cwd=tmp_path).stdout)
    assert [{**row, "ms": 0} for row in again] == [{**row, "ms": 0} for row in found[:2]]


def test_without_json_there_are_tables_for_people(tmp_path: Path) -> None:
    names = recordings(tmp_path)
    done = tirek("check", names[5], names[3], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    shown = done.stdout.decode()
    for words in ("short.ogg", "cannot tell", "too short", "broken.ogg", "could not check", "never proof"):
        assert words in shown
    (tmp_path / "m.csv").write_text(f"path,label,generator,language\n{names[5]},human,[b]x,kk\n", encoding="utf-8")
    done = tirek("evaluate-voices", "m.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for words in ("false_alarms", "By generator", "[b]x", "kk"):
        assert words in done.stdout.decode()


def test_evaluate_voices_prints_the_figures(tmp_path: Path) -> None:
    names = recordings(tmp_path)
    with (tmp_path / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["path", "label", "generator", "language", "more"])
        table.writerow([names[0], "human", "human", "kk", ""])
        table.writerow([names[1], "synthetic", "a-generator", "kk", ""])
        table.writerow([names[5], "synthetic", "a-generator", "ru", ""])
    done = tirek("evaluate-voices", tmp_path / "manifest.csv", "--json", cwd=tmp_path.parent)
    assert done.returncode == 0, done.stderr
    (figures,) = rows(done.stdout)
    assert list(figures) == [*VOICES, "by_generator", "by_language"]
    assert figures["n"] == 3
    assert set(figures["by_generator"]) == {"human", "a-generator"}
    assert set(figures["by_language"]) == {"kk", "ru"}
    for part in [*figures["by_generator"].values(), *figures["by_language"].values()]:
        assert list(part) == VOICES


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"path,label\nx.ogg,human\n", ["generator, language"]),
        (b"path,label,generator,language\nx.ogg,robot,a,kk\n", ["line 2", "robot"]),
        (b"path,label,generator,language\n", ["no rows"]),
        (b"\xff\xfe\x00", ["no manifest"]),
        (None, ["cannot be read"]),
    ],
)
def test_evaluate_voices_says_what_it_needs(
    inside: Any, tmp_path: Path, content: bytes | None, words: list[str]
) -> None:
    if content is not None:
        (tmp_path / "m.csv").write_bytes(content)
    refused(inside("evaluate-voices", "m.csv"), "m.csv", "path,label,generator,language", *words)


def test_check_says_what_it_needs(inside: Any) -> None:
    refused(inside("check"), "tirek check note.ogg --json")


# --- run, settings, migrate, doctor -----------------------------------------------------------------------------------


def test_run_without_a_token_says_what_to_type(tmp_path: Path) -> None:
    done = tirek("run", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.decode().count("\n") == 1
    assert b"BOT_TOKEN is not set" in done.stderr
    assert b"tirek sandbox" in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("HTTP_PORT", "eighty", ["HTTP_PORT", "eighty", "integer"]),
        ("SEND_RATE", "0", ["SEND_RATE", "'0'", "greater than 0"]),
        ("LOG_LEVEL", "loud", ["LOG_LEVEL", "loud", "debug"]),
        ("BOT_TOKEN", "geheim", ["BOT_TOKEN", "hidden", "@BotFather"]),
        ("WEBHOOK_URL", "https://x.kz/hook", ["WEBHOOK_SECRET"]),
        ("DATABASE_URL", "mysql://u:geheim@h/d", ["DATABASE_URL", "postgresql+asyncpg://"]),
    ],
)
@pytest.mark.parametrize("command", ["run", "settings", "migrate"])
def test_a_wrong_setting_stops_every_command(
    inside: Any, command: str, name: str, value: str, words: list[str]
) -> None:
    answer = inside(command, **{name: value})
    refused(answer, *words)
    assert "geheim" not in answer[2]


def test_settings_show_every_variable_and_no_secret(inside: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "out", cli.Console(width=300))
    status, stdout, _ = inside(
        "settings",
        BOT_TOKEN=TOKEN,
        DETECTOR_API_KEY="geheim-1",
        WEBHOOK_URL="https://x.kz/hook",
        WEBHOOK_SECRET="geheim-2",
        DATABASE_URL="postgresql+asyncpg://tirek:geheim-3@db.local/tirek",
        OPERATOR_NAME="[bold]Aru[/bold]",
        ADMIN_IDS="1,2",
    )
    assert status == 0
    assert "geheim" not in stdout
    assert TOKEN not in stdout
    assert stdout.count("(set)") == 3
    assert "db.local/tirek" in stdout
    assert "[bold]Aru[/bold]" in stdout
    for name, field in Settings.model_fields.items():
        assert name.upper() in stdout
        assert field.description, name


async def test_migrate_makes_the_tables_on_both_databases(tmp_path: Path, postgres: PostgreSQL) -> None:
    url = await postgres.empty()
    for settings in ({"DATABASE_URL": url}, {"DATA_DIR": str(tmp_path / "new" / "data")}):
        done = tirek("migrate", cwd=tmp_path, **settings)
        assert done.returncode == 0, done.stderr
        assert re.fullmatch(rb"The database is at revision \w+\.\n", done.stdout)
    assert (tmp_path / "new" / "data" / "tirek.db").exists()
    postgres.drop(url)


@pytest.mark.parametrize("form", ["console", "json"])
def test_log_lines_go_to_standard_error(tmp_path: Path, form: str) -> None:
    done = tirek("migrate", cwd=tmp_path, LOG_FORMAT=form)
    assert re.fullmatch(rb"The database is at revision \w+\.\n", done.stdout)
    if form == "json":
        assert [row["event"] for row in rows(done.stderr)] == ["key.made"]
    else:
        assert done.stderr.decode().count("\n") == done.stderr.decode().count("key.made") == 1


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql+asyncpg://u:geheim@127.0.0.1:1/d", ["does not answer", "DATABASE_URL"]),
        ("postgresql+asyncpg://u:geheim@127.0.0.1:x/d", ["cannot be read", "DATABASE_URL"]),
        ("sqlite+aiosqlite:////proc/nowhere/t.db", ["cannot be written", "DATA_DIR"]),
    ],
)
@pytest.mark.parametrize("command", ["migrate", "run"])
def test_a_database_that_cannot_be_had_is_a_sentence(inside: Any, command: str, url: str, words: list[str]) -> None:
    answer = inside(command, DATABASE_URL=url, BOT_TOKEN=TOKEN, DETECTOR_URL="http://127.0.0.1:1")
    assert answer[0] == 2
    for word in words:
        assert word in answer[2]
    assert "geheim" not in answer[1] + answer[2]


def test_doctor_without_a_token_names_the_next_step(tmp_path: Path) -> None:
    done = tirek("doctor", cwd=tmp_path, DETECTOR_URL="http://127.0.0.1:1")
    assert done.returncode == 1
    text = done.stdout.decode()
    assert "tirek sandbox" in text
    assert "tirek migrate" in text
    assert all(line.startswith(("ok  ", "!   ")) for line in text.splitlines())
    assert done.stderr == b""


# --- sandbox ----------------------------------------------------------------------------------------------------------


class Running:
    """`tirek sandbox …` as a process; `lines` is what it has printed so far."""

    def __init__(self, cwd: Path, *arguments: str, **settings: str) -> None:
        env = environment(PYTHONPATH=str(Path(cli.__file__).parents[1]), **settings)
        command = [sys.executable, "-m", "bot", "sandbox", "--port", "0", *arguments]
        self.process = subprocess.Popen(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.lines: list[str] = []

    def until(self, start: str) -> str:
        """The rest of the first line that begins with `start`."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.decode().rstrip())
            if self.lines[-1].startswith(start):
                return self.lines[-1].removeprefix(start).strip()
        raise AssertionError(
            f"{start!r} never came: {self.lines}, {self.process.stderr and self.process.stderr.read()!r}"
        )

    def end(self) -> tuple[int, bytes]:
        self.process.send_signal(signal.SIGINT)
        _, stderr = self.process.communicate(timeout=60)
        return self.process.returncode, stderr


@pytest.fixture
def running(tmp_path: Path) -> Any:
    begun: list[Running] = []

    def start(*arguments: str, **settings: str) -> Running:
        begun.append(Running(tmp_path, *arguments, **settings))
        return begun[-1]

    yield start
    for each in begun:
        if each.process.poll() is None:
            each.process.kill()
            each.process.communicate()


def test_the_sandbox_answers_start_and_leaves_the_real_database_alone(running: Any, tmp_path: Path) -> None:
    real = tmp_path / "real.db"
    sandbox = running(
        "--no-browser", DATABASE_URL=f"sqlite+aiosqlite:///{real}", DETECTOR_URL="http://127.0.0.1:1", BOT_TOKEN=TOKEN
    )
    url = sandbox.until("Tirek sandbox:")
    with httpx.Client(base_url=url, timeout=60) as http:
        assert "text/html" in http.get("/").headers["content-type"]
        person = http.post("/sandbox/people", json={"first_name": "Aru", "language_code": "kk"}).json()["id"]
        http.post("/sandbox/messages", json={"from": person, "text": "/start"})
        deadline = time.monotonic() + 180  # a minute where nothing else runs
        while time.monotonic() < deadline:
            messages = http.get(f"/sandbox/chats/{person}/messages").json()["messages"]
            if any(message["from"]["is_bot"] for message in messages):
                break
            time.sleep(0.2)
        else:
            raise AssertionError("the bot did not answer")
    status, stderr = sandbox.end()
    assert status in (0, 130)
    assert b"Traceback" not in stderr
    assert not real.exists(), "its clock jumps: plans of real people must not be there"
    assert (tmp_path / "data" / "sandbox" / "tirek.db").exists()


def test_the_sandbox_alone_prints_a_token_for_another_bot(running: Any) -> None:
    sandbox = running("--no-bot", "--no-browser")
    url = sandbox.until("Tirek sandbox:")
    token = sandbox.until("Token for your bot:")
    with httpx.Client(base_url=url, timeout=60) as http:
        me = http.get(f"/bot{token}/getMe").json()
    assert me["ok"]
    assert me["result"]["is_bot"]
    status, stderr = sandbox.end()
    assert status in (0, 130)
    assert b"Traceback" not in stderr


def test_a_sandbox_that_cannot_be_opened_is_a_sentence(inside: Any, tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused(inside("sandbox", "--port", port, "--no-bot", "--no-browser"), port, "tirek sandbox --port 0")
    (tmp_path / "file").write_text("x")
    refused(inside("sandbox", "--no-bot", "--data", "file"), "--data FOLDER")
    status, _, stderr = inside("sandbox", "--port", "70000")
    assert status == 2
    assert "70000" in stderr or "65535" in stderr


def test_every_command_explains_itself(inside: Any) -> None:
    _, stdout, _ = inside("--help")
    commands = ["run", "sandbox", "detector", "migrate", "settings", "doctor", "parse", "ask", "evaluate", "check"]
    for command in [*commands, "evaluate-voices"]:
        assert re.search(rf"\b{command}\b", stdout)
        status, text, _ = inside(command, "--help")
        assert status == 0
        assert "Usage" in text


def test_parse_knows_recurrence_rules_both_ways(tmp_path: Path) -> None:
    when = ("--now", "2026-11-23T10:00+05:00", "--json")
    [plan] = rows(tirek("parse", "вт 18:00 и сб 12:00 до 1 марта", "--lang", "ru", *when, cwd=tmp_path).stdout)
    assert plan["rrule"] == [
        "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270301T180000",
        "FREQ=WEEKLY;BYDAY=SA;UNTIL=20270301T120000",
    ]
    rule = "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;BYHOUR=18;BYMINUTE=0"
    [back] = rows(tirek("parse", rule, *when, cwd=tmp_path).stdout)
    assert (back["status"], back["every_weeks"], back["slots"]) == ("plan", 2, [{"weekdays": [2], "time": "18:00"}])
    [refused] = rows(tirek("parse", "RRULE:FREQ=YEARLY", *when, cwd=tmp_path).stdout)
    assert (refused["status"], refused["why"], refused["refused"]) == ("question", "other", "frequency")

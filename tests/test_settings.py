"""Settings: a wrong value stops the start with a sentence that names the variable, what was found, what is expected."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.observe import Observers
from bot.settings import PROVIDERS, SECRETS, Settings, SettingsError, load

DSN = "https://0a1b2c@o12.ingest.sentry.io/45"
TOKEN = "123456:AAFqwertyuiopasdfghjklzxcvbnm"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting from the machine that runs the tests."""
    known = {name.upper() for name in Settings.model_fields}
    for name in list(os.environ):
        if name.upper() in known:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_the_defaults_hold() -> None:
    found = load()
    assert found.bot_token is None
    assert found.telegram_api_url == "https://api.telegram.org"
    assert found.database == "sqlite+aiosqlite:///data/tirek.db"
    assert (found.send_rate, found.http_host, found.http_port, found.sandbox_port) == (25, "127.0.0.1", 8080, 8081)
    assert (found.log_level, found.log_format, found.admin_ids) == ("info", "console", ())


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("BOT_TOKEN", TOKEN, lambda found: found.bot_token.get_secret_value() == TOKEN),
        ("BOT_TOKEN", "", lambda found: found.bot_token is None),
        ("TELEGRAM_API_URL", "http://127.0.0.1:8081/", lambda found: found.telegram_api_url == "http://127.0.0.1:8081"),
        ("DATA_DIR", "/srv/tirek", lambda found: found.database == "sqlite+aiosqlite:////srv/tirek/tirek.db"),
        (
            "DATABASE_URL",
            "postgresql+asyncpg://u:p@h/d",
            lambda found: found.database == "postgresql+asyncpg://u:p@h/d",
        ),
        ("SEND_RATE", "1000", lambda found: found.send_rate == 1000),
        ("ADMIN_IDS", " 1, 23 ,", lambda found: found.admin_ids == (1, 23)),
        ("LOG_LEVEL", "DEBUG", lambda found: found.log_level == "debug"),
        ("LOG_FORMAT", "Json", lambda found: found.log_format == "json"),
        ("HTTP_PORT", "0", lambda found: found.http_port == 0),
        ("ENCRYPTION_KEY", "a" * 43 + ", " + "b" * 43, lambda found: len(found.encryption_keys) == 2),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318/", lambda found: found.observers.traces == "http://c:4318"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=b,c=d%20e=", lambda found: found.observers.headers == "a=b,c=d%20e="),
        ("OTEL_SERVICE_NAME", "night bot", lambda found: found.observers.service == "night bot"),
        ("SENTRY_DSN", DSN, lambda found: found.observers.errors == DSN),
        ("SENTRY_DSN", "", lambda found: found.observers == Observers()),
    ],
)
def test_a_good_value_is_taken(name: str, value: str, expected, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    assert expected(load())


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SEND_RATE", "0", ["'0'", "greater than 0"]),
        ("SEND_RATE", "fast", ["'fast'", "number"]),
        ("SEND_RATE", "nan", ["nan"]),
        ("HTTP_PORT", "70000", ["'70000'", "65535"]),
        ("DETECTOR_PORT", "0", ["'0'", "1"]),
        ("ADMIN_IDS", "@nurlan", ["'@nurlan'", "12345,67890"]),
        ("ADMIN_IDS", "1;2", ["'1;2'", "12345,67890"]),
        ("LOG_LEVEL", "loud", ["'loud'", "'debug'", "'info'", "'warning'", "'error'"]),
        ("LOG_FORMAT", "xml", ["'xml'", "'console'", "'json'"]),
        ("TELEGRAM_API_URL", "api.telegram.org", ["'api.telegram.org'", "https://"]),
        ("DETECTOR_URL", "ftp://d", ["'ftp://d'", "https://"]),
        ("DATABASE_URL", "mysql://h/d", ["'mysql://h/d'", "sqlite+aiosqlite:///", "postgresql+asyncpg://"]),
        ("BOT_TOKEN", "123456", ["hidden", "@BotFather"]),
        ("WEBHOOK_SECRET", "not allowed!", ["hidden", "A-Z a-z 0-9 _ -"]),
        ("ENCRYPTION_KEY", "a" * 43 + ",cat", ["hidden", "tirek new-key"]),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", ["'collector:4317'", "http://"]),
        ("OTEL_EXPORTER_OTLP_HEADERS", "Bearer abc", ["hidden", "name=value"]),
        ("SENTRY_DSN", "https://sentry.io/1", ["hidden", "https://key@host/1"]),
        ("SENTRY_DSN", "https://key@sentry.io/", ["hidden", "https://key@host/1"]),
    ],
)
def test_a_wrong_value_is_named_with_what_was_found_and_what_is_expected(
    name: str, value: str, says: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load()
    sentence = str(caught.value)
    assert sentence.startswith(f"{name}: found ")
    assert ", expected " in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    for part in says:
        assert part in sentence


def test_every_wrong_value_has_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEND_RATE", "x")
    monkeypatch.setenv("HTTP_PORT", "y")
    with pytest.raises(SettingsError) as caught:
        load()
    assert [line.partition(":")[0] for line in str(caught.value).splitlines()] == ["SEND_RATE", "HTTP_PORT"]


def test_a_webhook_needs_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_URL", "https://bot.example.kz/webhook")
    with pytest.raises(SettingsError, match=r"^WEBHOOK_SECRET is not set, and WEBHOOK_URL needs it"):
        load()
    monkeypatch.setenv("WEBHOOK_SECRET", "s_-1")
    assert load().webhook_url == "https://bot.example.kz/webhook"


def test_outside_services_are_named_in_order_and_need_their_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETECTOR_PROVIDERS", " Modulate, resemble ,")
    monkeypatch.setenv("MODULATE_API_KEY", "m")
    with pytest.raises(SettingsError, match=r"^RESEMBLE_API_KEY is not set, and DETECTOR_PROVIDERS names resemble"):
        load()
    monkeypatch.setenv("RESEMBLE_API_KEY", "r")
    assert load().detector_providers == ("modulate", "resemble")


@pytest.mark.parametrize("names", ["hive", "resemble,hive", "resemble,resemble", "resemble modulate"])
def test_a_service_that_nobody_knows_stops_the_start(names: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETECTOR_PROVIDERS", names)
    monkeypatch.setenv("RESEMBLE_API_KEY", "r")
    with pytest.raises(SettingsError, match=r"^DETECTOR_PROVIDERS: found .*, expected names with commas between"):
        load()


def test_every_adapter_has_its_settings() -> None:
    from bot.cli import outside_services
    from bot.detector.providers import ADAPTERS

    assert set(ADAPTERS) == set(PROVIDERS)
    keys = {f"{name}_api_key": SecretStr(f"key-{name}") for name in PROVIDERS}
    outside = outside_services(Settings(_env_file=None, detector_providers=PROVIDERS, **keys))  # type: ignore[arg-type]
    assert [each.adapter.name for each in outside.services] == list(PROVIDERS)
    assert [each.account.key for each in outside.services] == [f"key-{name}" for name in PROVIDERS]
    assert all(each.account.url.startswith("https://") for each in outside.services)


# --- Secrets ----------------------------------------------------------------------------------------------------------


def test_the_list_of_secrets_is_the_fields_that_hide_their_value() -> None:
    hidden = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    assert hidden == SECRETS


@pytest.mark.parametrize("name", ["BOT_TOKEN", "WEBHOOK_SECRET", "ENCRYPTION_KEY", "SENTRY_DSN"])
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tail=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
def test_a_wrong_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch, name: str, tail: str) -> None:
    secret = f"p4ssw0rd {tail}"
    monkeypatch.setenv(name, secret)
    with pytest.raises(SettingsError) as caught:
        load()
    assert "p4ssw0rd" not in str(caught.value)


@pytest.mark.parametrize("url", ["postgres://tirek:p4ssw0rd@db.example.kz/tirek", "mysql://a:p4ss@w0rd@h/d"])
def test_a_wrong_database_address_is_shown_without_its_password(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(SettingsError, match=r"^DATABASE_URL: found '(postgres|mysql)://") as caught:
        load()
    assert "p4ss" not in str(caught.value)
    assert "w0rd" not in str(caught.value)


def test_settings_do_not_show_their_secrets() -> None:
    shown = Settings(bot_token=SecretStr(TOKEN), detector_api_key=SecretStr("key-of-the-detector"))
    assert TOKEN not in repr(shown)
    assert "key-of-the-detector" not in f"{shown} {shown.model_dump()}"
    observers = Settings(sentry_dsn=SecretStr(DSN), otel_exporter_otlp_headers=SecretStr("a=geheim")).observers
    assert "sentry.io" not in repr(observers)
    assert "geheim" not in repr(observers)


# --- The .env file ----------------------------------------------------------------------------------------------------


def test_the_env_file_is_read_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = tmp_path / "own.env"
    env.write_text("# ours\nSEND_RATE=20\nexport HTTP_PORT=9000\nOPERATOR_NAME='Тірек ЖШС'\n", encoding="utf-8")
    monkeypatch.setenv("HTTP_PORT", "9001")
    found = load(env)
    assert (found.send_rate, found.http_port, found.operator_name) == (20, 9001, "Тірек ЖШС")


@pytest.mark.parametrize(
    ("line", "found", "meant"),
    [
        ("BOT_TOKN=1", "BOT_TOKN", "BOT_TOKEN"),
        ("BOTTOKEN=1", "BOTTOKEN", "BOT_TOKEN"),
        ("DATABSE_URL=x", "DATABSE_URL", "DATABASE_URL"),
        ("  export LOG_LEVLE = info", "LOG_LEVLE", "LOG_LEVEL"),
        ("ADMIN_ID=1", "ADMIN_ID", "ADMIN_IDS"),
        ("SENDRATES=1", "SENDRATES", "SEND_RATE"),
    ],
)
def test_a_misspelt_name_stops_the_start(tmp_path: Path, line: str, found: str, meant: str) -> None:
    env = tmp_path / ".env"
    env.write_text(f"HTTP_HOST=0.0.0.0\n{line}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"found {found}, expected {meant}\?"):
        load(env)


@pytest.mark.parametrize(
    "line",
    ["COMPOSE_PROJECT_NAME=tirek", "PATH=/bin", "#BOT_TOKN=1", "", "SENTRY_DEBUG=x", "TZ=UTC", "BOT_NAME_KK=x"],
)
def test_other_names_are_none_of_our_business(tmp_path: Path, line: str) -> None:
    env = tmp_path / ".env"
    env.write_text(f"{line}\nSEND_RATE=20\n", encoding="utf-8")
    assert load(env).send_rate == 20


@given(data=st.data())
def test_any_two_slips_of_the_finger_are_noticed(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([name.upper() for name in Settings.model_fields if len(name) > 8]))
    slipped = list(name)
    for _ in range(data.draw(st.integers(1, 2))):
        place = data.draw(st.integers(0, len(slipped) - 1))
        letter = data.draw(st.sampled_from("QXZ"))
        kind = data.draw(st.sampled_from(["drop", "add", "replace"]))
        slipped[place : place + (kind != "add")] = [] if kind == "drop" else [letter]
    wrong = "".join(slipped)
    if wrong in {known.upper() for known in Settings.model_fields} or wrong in os.environ:
        return
    env = tmp_path_factory.mktemp("env") / ".env"
    env.write_text(f"{wrong}=1\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"found {wrong}, expected \w+\?"):
        load(env)


def test_every_setting_says_what_it_is_for() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name

"""Every setting: name, default, meaning. Nothing else reads the environment.

A wrong value stops the start with one sentence that names the variable, what was found and what is expected.
"""

from __future__ import annotations

import difflib
import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.db.sealed import read_key
from bot.observe import Observers

PROVIDERS = ("resemble", "modulate")  # names for DETECTOR_PROVIDERS; each has four settings that begin with it


class SettingsError(Exception):
    """Settings that the bot cannot start with; the text is for the operator."""


class Settings(BaseSettings):
    """What the operator chose. Field names in upper case are the environment variables."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True)

    bot_token: SecretStr | None = Field(None, description="from @BotFather")
    telegram_api_url: str = Field("https://api.telegram.org", description="another Bot API server")
    database_url: str = Field(
        "", description="sqlite+aiosqlite:///… or postgresql+asyncpg://…; unset: tirek.db in DATA_DIR"
    )
    encryption_key: SecretStr | None = Field(
        None,
        description="seals personal texts in the database, older keys after a comma; unset: made in DATA_DIR",
    )
    send_rate: float = Field(25, gt=0, le=1000, description="queued messages a second for the whole bot")
    detector_url: str | None = Field(None, description="another Tirek detector service; unset: the bot starts its own")
    detector_port: int = Field(8090, ge=1, le=65535, description="loopback port of the bot's own detector service")
    detector_api_key: SecretStr | None = Field(None, description="shared by the bot and a remote detector service")
    detector_model: str = Field("auto", description="auto, embedded, or a model that `tirek model` installed")
    detector_providers: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="outside services that may be asked about a voice, in order: resemble, modulate"
    )
    resemble_api_key: SecretStr | None = Field(None, description="key of Resemble Detect")
    resemble_url: str = Field("https://app.resemble.ai/api/v2", description="its address")
    resemble_timeout_s: float = Field(60, gt=0, le=300, description="seconds it may take for one recording")
    resemble_per_day: int = Field(100, ge=0, description="recordings sent to it in a day (UTC) at most")
    modulate_api_key: SecretStr | None = Field(None, description="key of Modulate Velma-2")
    modulate_url: str = Field("https://platform.modulate.ai", description="its address")
    modulate_timeout_s: float = Field(60, gt=0, le=300, description="seconds it may take for one recording")
    modulate_per_day: int = Field(100, ge=0, description="recordings sent to it in a day (UTC) at most")
    whisper_model: str = Field("auto", description="auto, off, a size name or a path: turns spoken words into text")
    llm_url: str | None = Field(None, description="OpenAI-compatible service that words answers from the cards")
    llm_api_key: SecretStr | None = Field(None, description="its key, when it wants one")
    llm_model: str = Field("", description="its model; needed with LLM_URL")
    webhook_url: str | None = Field(None, description="set: webhook instead of long polling")
    webhook_secret: SecretStr | None = Field(None, description="1-256 of A-Z a-z 0-9 _ -; needed with WEBHOOK_URL")
    public_url: str | None = Field(None, description="where people's calendars reach the HTTP server from outside")
    operator_name: str = Field("", description="shown in /privacy")
    operator_contact: str = Field("", description="shown in /privacy")
    http_host: str = Field("127.0.0.1", description="where health, metrics and the webhook are served")
    http_port: int = Field(8080, ge=0, le=65535, description="its port; 0: any free one")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="comma-separated addresses or networks whose X-Forwarded-For is believed; unset: nobody's"
    )
    sandbox_port: int = Field(8081, ge=0, le=65535, description="the local Telegram and its page")
    admin_ids: Annotated[tuple[int, ...], NoDecode] = Field((), description="comma-separated Telegram ids")
    data_dir: Path = Field(Path("data"), description="files the bot keeps")
    models_dir: Path | None = Field(None, description="installed models; unset: the folder models in DATA_DIR")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="how much is logged")
    log_format: Literal["console", "json"] = Field("console", description="json for machines")
    otel_exporter_otlp_endpoint: str | None = Field(None, description="a collector of traces, OTLP over HTTP")
    otel_exporter_otlp_headers: SecretStr | None = Field(None, description="what it asks for: name=value,name=value")
    otel_service_name: str = Field("", description="what the bot is called there; unset: tirek")
    sentry_dsn: SecretStr | None = Field(None, description="where errors are reported: types and places in the code")
    clock_url: str | None = Field(None, description="set by the sandbox alone: whose clock the bot lives on")

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _ids(cls, value: object) -> object:
        if isinstance(value, str):
            parts = [part.strip() for part in value.split(",") if part.strip()]
            if not all(part.isdigit() for part in parts):
                raise ValueError("expected numbers with commas between, such as 12345,67890")
            return tuple(int(part) for part in parts)
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if isinstance(value, str):
            parts = tuple(part.strip() for part in value.split(",") if part.strip())
            try:
                return tuple(str(ip_network(part)) for part in parts)
            except ValueError:
                raise ValueError("expected addresses or networks with commas, such as 10.0.0.5,172.16.0.0/12") from None
        return value

    @field_validator("detector_providers", mode="before")
    @classmethod
    def _providers(cls, value: object) -> object:
        if isinstance(value, str):
            names = tuple(part.strip().lower() for part in value.split(",") if part.strip())
            if len(set(names)) < len(names) or not set(names) <= set(PROVIDERS):
                raise ValueError(f"expected names with commas between, each once, of: {', '.join(PROVIDERS)}")
            return names
        return value

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator(
        "llm_url", "telegram_api_url", "detector_url", "clock_url", "webhook_url", "public_url", "resemble_url",
        "modulate_url", "otel_exporter_otlp_endpoint",
    )  # fmt: skip
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("expected an address that starts with http:// or https://")
        return value.rstrip("/") if value else value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
            raise ValueError("expected sqlite+aiosqlite:///… or postgresql+asyncpg://…")
        return value

    @field_validator("bot_token")
    @classmethod
    def _token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            number, _, secret = value.get_secret_value().partition(":")
            if not number.isdigit() or len(secret) < 20:
                raise ValueError("expected a token from @BotFather, such as 123456:ABC…")
        return value

    @field_validator("encryption_key")
    @classmethod
    def _keys(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            for part in value.get_secret_value().split(",") if value is not None else ():
                read_key(part)
        except ValueError:
            raise ValueError("expected a key as `tirek new-key` prints it, or several with commas between") from None
        return value

    @field_validator("otel_exporter_otlp_headers")
    @classmethod
    def _pairs(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not all("=" in part for part in value.get_secret_value().split(",")):
            raise ValueError("expected name=value, several with commas between")
        return value

    @field_validator("sentry_dsn")
    @classmethod
    def _dsn(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"https?://\w+(:\w+)?@[^/@\s]+/(\S+/)?\d+", value.get_secret_value()):
            raise ValueError("expected a DSN as Sentry shows it, such as https://key@host/1")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            text = value.get_secret_value()
            if not text.replace("_", "").replace("-", "").isalnum() or not text.isascii() or len(text) > 256:
                raise ValueError("expected 1-256 of A-Z a-z 0-9 _ -")
        return value

    @property
    def database(self) -> str:
        """The database address, the embedded one unless another was named."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'tirek.db'}"

    @property
    def encryption_keys(self) -> tuple[bytes, ...]:
        """The keys of ENCRYPTION_KEY, the one that seals first."""
        given = self.encryption_key.get_secret_value() if self.encryption_key else ""
        return tuple(read_key(part) for part in given.split(",") if part)

    @property
    def observers(self) -> Observers:
        """Who is told of traces and errors."""
        headers, dsn = self.otel_exporter_otlp_headers, self.sentry_dsn
        return Observers(
            self.otel_exporter_otlp_endpoint,
            headers.get_secret_value() if headers else "",
            self.otel_service_name,
            dsn.get_secret_value() if dsn else None,
        )

    @property
    def models(self) -> Path:
        """Where checkpoints of whisper and installed detector models lie."""
        return self.models_dir or self.data_dir / "models"


SECRETS = frozenset(
    {
        "bot_token",
        "llm_api_key",
        "detector_api_key",
        "webhook_secret",
        "encryption_key",
        "resemble_api_key",
        "modulate_api_key",
        "otel_exporter_otlp_headers",
        "sentry_dsn",
    }
)


def load(env_file: Path | None = Path(".env")) -> Settings:
    """Settings from the environment and `env_file`. Raises SettingsError with one sentence a problem."""
    if env_file is not None and env_file.exists():
        _refuse_misspelt(env_file)
    try:
        settings = Settings(_env_file=env_file)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(problem) for problem in error.errors())) from None
    if settings.webhook_url and settings.webhook_secret is None:
        raise SettingsError("WEBHOOK_SECRET is not set, and WEBHOOK_URL needs it: choose 1-256 of A-Z a-z 0-9 _ -.")
    if settings.llm_url and not settings.llm_model:
        raise SettingsError("LLM_MODEL is not set, and LLM_URL needs it: the name of a model that the service has.")
    for name in settings.detector_providers:
        if getattr(settings, f"{name}_api_key") is None:
            raise SettingsError(f"{name.upper()}_API_KEY is not set, and DETECTOR_PROVIDERS names {name}: set its key.")
    return settings


def _sentence(problem: object) -> str:
    assert isinstance(problem, dict)
    name = str(problem["loc"][0])
    found = "a value (hidden)" if name in SECRETS else re.sub("//.*@", "//…@", repr(problem.get("input")))
    expected = str(problem["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    if not expected.startswith("expected"):
        expected = f"expected {expected}"
    return f"{name.upper()}: found {found}, {expected}."


def _refuse_misspelt(env_file: Path) -> None:
    known = {name.upper() for name in Settings.model_fields}
    for line in env_file.read_text(encoding="utf-8").splitlines():
        name = line.strip().removeprefix("export ").partition("=")[0].strip()
        if not name or name.startswith("#") or name in known or name in os.environ:
            continue
        close = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.6)
        if close and _distance(name.upper(), close[0]) <= 2:
            raise SettingsError(f"{env_file}: found {name}, expected {close[0]}? Correct the name or remove the line.")


def _distance(left: str, right: str) -> int:
    """Letters to insert, delete or replace to turn one word into the other."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]

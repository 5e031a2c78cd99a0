"""The services of compose.yml, started as plain processes by the commands and with the environment that stand there.

No container engine is needed: names of services become addresses on this machine, and nothing else is changed. What
stands in the Dockerfile, in nginx's configuration and in the units is held against the code beside it.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import typer.main
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.cli import app
from bot.db.sealed import new_key
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.conftest import PostgreSQL, skip_loudly
from tests.journeys.conftest import Chatter, free_port, shown
from tests.test_cli import environment

ROOT = Path(__file__).parent.parent
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
NGINX = ROOT / "deploy" / "nginx.conf"


def filled(text: str, values: dict[str, str]) -> str:
    """`${NAME}`, `${NAME:-default}` and `${NAME:?why}` as compose fills them in. A name without any is an error."""

    def value(found: re.Match[str]) -> str:
        name, default = found["name"], found["default"]
        if name in values:
            return values[name]
        assert default is not None, f"compose.yml wants {name}"
        return default

    return re.sub(r"\$\{(?P<name>[A-Z_]+)(?::-(?P<default>[^}]*)|:\?[^}]*)?\}", value, text)


def compose(**values: str) -> dict[str, Any]:
    """compose.yml with `values` for what .env says."""

    def walk(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: walk(each) for name, each in part.items()}
        if isinstance(part, list):
            return [walk(each) for each in part]
        return filled(part, values) if isinstance(part, str) else part

    return walk(yaml.safe_load((ROOT / "compose.yml").read_text(encoding="utf-8")))


@pytest.fixture
def secrets() -> dict[str, str]:
    """What an operator puts into .env."""
    return {
        "BOT_TOKEN": "123456:ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "POSTGRES_PASSWORD": "pass",
        "ENCRYPTION_KEY": new_key(),
        "DOMAIN": "bot.example.kz",
        "WEBHOOK_SECRET": "hook-secret",
        "DETECTOR_API_KEY": "between-us",
        "GRAFANA_PASSWORD": "graph",
        "CERTS_DIR": "/certs",
    }


@contextmanager
def running(command: list[str], settings: dict[str, str], folder: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`tirek …`, as its container would run it, until the block ends; then it must end in order. uvicorn, which the
    detector is, ends in order and then by the signal it was given."""
    folder.mkdir(exist_ok=True)
    known = environment(PYTHONPATH=str(ROOT), **{"WHISPER_MODEL": "off"} | settings)
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *command], cwd=folder, env=known, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) in ((0,) if command[0] == "run" else (0, -signal.SIGTERM)), log.read_text()
    finally:
        process.kill()
        process.wait()


async def answers(process: subprocess.Popen[bytes], url: str, log: Path) -> httpx.Response:
    """The first answer of 200 at `url`."""
    async with httpx.AsyncClient(timeout=5) as http:
        while True:
            assert process.poll() is None, log.read_text()
            try:
                if (response := await http.get(url)).status_code == 200:
                    return response
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)


@pytest.mark.timeout(900)  # two bots, two detectors: seconds on an idle machine
@pytest.mark.skipif(sys.platform == "win32", reason="containers run Linux")
async def test_the_services_of_compose_start_together_and_answer_people(
    tmp_path: Path, postgres: PostgreSQL, secrets: dict[str, str]
) -> None:
    services = compose(**secrets)["services"]
    bot, detector = services["bot"], services["detector"]
    assert (bot["deploy"]["replicas"], detector["deploy"]["replicas"]) == (2, 2)
    database = await postgres.empty()
    bot_ports, detector_ports = [free_port(), free_port()], [free_port(), free_port()]
    sandbox = Sandbox(tmp_path / "sandbox")
    async with sandbox.running() as telegram:
        path = urlsplit(bot["environment"]["WEBHOOK_URL"]).path
        names = {  # what the names of services lead to here, and where this Telegram is
            "DATABASE_URL": database,
            "DETECTOR_URL": f"http://127.0.0.1:{detector_ports[0]}",
            "WEBHOOK_URL": f"http://127.0.0.1:{bot_ports[0]}{path}",
            "BOT_TOKEN": sandbox.token,
            "TELEGRAM_API_URL": telegram,
            "HTTP_HOST": "127.0.0.1",
        }
        with ExitStack() as stack:
            started = []
            for number, port in enumerate(detector_ports):
                command = [{"8090": str(port), "0.0.0.0": "127.0.0.1"}.get(word, word) for word in detector["command"]]
                log = tmp_path / f"detector{number}.log"
                folder = tmp_path / f"detector{number}"
                process = stack.enter_context(running(command, detector["environment"], folder, log))
                started.append((process, f"http://127.0.0.1:{port}/healthz", log))
            for number, port in enumerate(bot_ports):
                settings = {**bot["environment"], **names, "HTTP_PORT": str(port)}
                log = tmp_path / f"bot{number}.log"
                process = stack.enter_context(running(bot["command"], settings, tmp_path / f"bot{number}", log))
                started.append((process, f"http://127.0.0.1:{port}/readyz", log))
            found = await asyncio.gather(*(answers(*each) for each in started))
            for ready in found[2:]:
                assert ready.json() | {"detector": ""} == {
                    "ready": True,
                    "database": True,
                    "migrated": True,
                    "detector": "",
                }
            async with httpx.AsyncClient(base_url=telegram, timeout=60) as http:
                born = await http.post("/sandbox/people", json={"first_name": "Aru", "language_code": "en"})
                person = Chatter(http, born.json()["id"])
                assert "Aru" in shown(await person.say("/start"))
                update = {"update_id": 2**40, "message": {"text": "no update at all"}}
                other = f"http://127.0.0.1:{bot_ports[1]}{path}"
                header = {"X-Telegram-Bot-Api-Secret-Token": secrets["WEBHOOK_SECRET"]}
                assert (await http.post(other, json=update, headers=header)).status_code == 200
                assert (await http.post(other, json=update)).status_code == 401
            key = {"X-API-Key": secrets["DETECTOR_API_KEY"]}
            async with httpx.AsyncClient(timeout=30) as http:
                for port in detector_ports:
                    assert (await http.get(f"http://127.0.0.1:{port}/v1/info", headers=key)).status_code == 200
                    assert (await http.get(f"http://127.0.0.1:{port}/v1/info")).status_code == 401
        said = "".join(each.read_text() for each in tmp_path.glob("*.log"))
    postgres.drop(database)
    for secret in (sandbox.token, *secrets.values()):
        if secret not in ("/certs", "pass", "graph", "bot.example.kz"):
            assert secret not in said
    assert "texts.not_sealed" not in said


def test_compose_sets_what_the_bot_knows_and_demands_every_secret(secrets: dict[str, str]) -> None:
    services = compose(**secrets)["services"]
    known = {name.upper() for name in Settings.model_fields} | {"TRUSTED_PROXIES"}
    for name in ("bot", "detector"):
        assert set(services[name]["environment"]) <= known
        command = services[name]["command"]
        options = {opt for parameter in COMMANDS[command[0]].params for opt in parameter.opts}
        assert {word for word in command if word.startswith("--")} <= options
    for name in secrets:
        with pytest.raises(AssertionError, match=name):
            compose(**{other: value for other, value in secrets.items() if other != name})
    files = [volume.partition(":")[0] for service in services.values() for volume in service.get("volumes", [])]
    for file in files:
        if file.startswith("./") and file not in ("./deploy/prometheus", "./deploy/grafana"):
            assert (ROOT / file).exists()
    outside = {port for service in services.values() for port in service.get("ports", [])}
    assert outside == {"443:443", "80:80", "127.0.0.1:3000:3000"}


def test_the_image_runs_as_nobody_and_takes_no_secrets_along() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    last = lines[max(number for number, line in enumerate(lines) if line.startswith("FROM")) :]
    assert "USER tirek" in last
    assert 'ENTRYPOINT ["tirek"]' in last
    copied = {
        word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]
    }
    assert all((ROOT / each).exists() for each in copied)
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    assert "*" in allowed
    assert {line[1:] for line in allowed if line.startswith("!")} == copied


def test_nginx_lets_through_what_the_bot_serves_and_nothing_more(secrets: dict[str, str]) -> None:
    outside = NGINX.read_text(encoding="utf-8").partition("listen 443")[2].partition("listen 8090")[0]
    paths = re.findall(r"location (= )?(\S+) \{", outside)
    webhook = urlsplit(compose(**secrets)["services"]["bot"]["environment"]["WEBHOOK_URL"]).path
    assert paths == [("= ", webhook), ("", "/calendar/"), ("", "/websub/"), ("", "/")]
    assert "location / { return 404; }" in outside


def certificate(folder: Path) -> None:
    """A certificate for this machine, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    signed = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    pem = serialization.Encoding.PEM
    (folder / "fullchain.pem").write_bytes(signed.sign(key, hashes.SHA256()).public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "privkey.pem").write_bytes(private)


async def test_nginx_sends_on_what_it_should(tmp_path: Path) -> None:
    """The real nginx before two servers of ours: one is dead, one says what it was asked."""
    nginx = shutil.which("nginx")
    if nginx is None:
        skip_loudly("NO NGINX: deploy/nginx.conf was not tried. Run: apt-get install nginx-light")
    certificate(tmp_path)

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int((re.search(r"content-length: (\d+)", head, re.IGNORECASE) or ["", "0"])[1])
        await reader.readexactly(length)
        body = head.encode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(say, "127.0.0.1", 0) as server:
        living, dead = server.sockets[0].getsockname()[1], free_port()
        ports = {80: free_port(), 443: free_port(), 8090: free_port()}
        conf = NGINX.read_text(encoding="utf-8")
        for name in ("bot:8080", "detector:8090"):
            limits = "max_fails=2 fail_timeout=5s;"
            both = f"server 127.0.0.1:{dead} {limits} server 127.0.0.1:{living} {limits}"
            assert f"server {name} resolve {limits}" in conf
            conf = conf.replace(f"server {name} resolve {limits}", both)
        for port, free in ports.items():
            conf = re.sub(rf"listen {port}\b", f"listen 127.0.0.1:{free}", conf)
        conf = conf.replace("/tmp/", f"{tmp_path}/").replace("/etc/nginx/certs", str(tmp_path))
        (tmp_path / "nginx.conf").write_text(conf)
        who = "user root;" if hasattr(os, "geteuid") and os.geteuid() == 0 else ""  # else it cannot enter the folder
        where = ["-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path), "-e", "stderr"]
        process = await asyncio.create_subprocess_exec(nginx, *where, "-g", f"daemon off; {who}")
        try:
            async with httpx.AsyncClient(verify=False, timeout=10) as http, asyncio.timeout(60):
                outside, inside = f"https://127.0.0.1:{ports[443]}", f"http://127.0.0.1:{ports[8090]}"
                while True:
                    assert process.returncode is None
                    try:
                        await http.get(f"{outside}/nothing")
                        break
                    except httpx.HTTPError:
                        await asyncio.sleep(0.05)
                said = [await http.post(f"{outside}/telegram", content=b"{}") for _ in range(4)]
                assert [each.status_code for each in said] == [200] * 4, "the dead one costs nobody an update"
                forged = await http.post(f"{outside}/telegram", headers={"X-Forwarded-For": "1.2.3.4"})
                assert "x-forwarded-for: 127.0.0.1\r\n" in forged.text.lower()
                for path in ("/metrics", "/readyz", "/healthz", "/telegram/x", "/"):
                    assert (await http.get(outside + path)).status_code == 404
                assert (await http.get(f"{outside}/calendar/x.ics")).status_code == 200
                assert (await http.post(f"{outside}/telegram", content=b"x" * 1_100_000)).status_code == 413
                assert (await http.get(f"http://127.0.0.1:{ports[80]}/x")).status_code == 301
                assert (await http.post(f"{inside}/v1/check", content=b"x" * 2_000_000)).status_code == 200
        finally:
            process.terminate()
            await asyncio.wait_for(process.wait(), 20)


@pytest.mark.parametrize("unit", sorted((ROOT / "deploy" / "systemd").iterdir()), ids=lambda unit: unit.name)
def test_units_name_commands_and_folders_that_exist(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    for command in re.findall(r"bin/tirek (\S+)", text):
        assert command in COMMANDS
    assert "User=tirek" in text or unit.suffix == ".timer"
    assert "@" not in unit.name or "%i" in text

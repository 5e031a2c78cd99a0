"""The service over HTTP: forms of request, problems, the queue, the key, and ending with its parent."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest
import uvicorn
from fastapi.testclient import TestClient

from bot.detector.checks import Checker, Finding
from bot.detector.children import Decoders
from bot.detector.scoring import Model
from bot.detector.server import create_app

from .sounds import encode, speech

VOICE = encode(speech(6))


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Checker(Model.load(), Decoders(1)), workers=1)) as client:
        yield client


def assert_problem(response: httpx.Response, status: int, reason: str) -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert set(body) == {"type", "title", "status", "detail", "reason"}
    assert (body["status"], body["reason"]) == (status, reason)
    assert "{" not in body["detail"]


@pytest.mark.parametrize(
    "request_",
    [
        {"content": VOICE},
        {"content": VOICE, "headers": {"Content-Type": "audio/ogg"}},
        {"content": VOICE, "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        {"content": iter([VOICE[:1000], VOICE[1000:]])},
        {"files": {"file": ("note.ogg", VOICE, "audio/ogg")}},
        {"files": {"file": ("../../etc/passwd", VOICE, "text/html")}, "data": {"language": "kk"}},
    ],
    ids=["raw", "raw with its type", "as curl sends it", "chunked", "a form", "a form with odd names"],
)
def test_a_recording_comes_in_many_forms(client: TestClient, request_: dict[str, object]) -> None:
    response = client.post("/v1/checks", **request_)  # type: ignore[arg-type]
    assert response.status_code == 200
    body = response.json()
    assert body["band"] in {"synthetic", "no_signs", "unsure"}
    assert body["seconds"] == pytest.approx(6, abs=0.1)
    assert len(body["waveform"]) == 240
    assert body["segments"][0]["start_s"] == 0
    assert body["warnings"] == []


def test_what_cannot_be_told_is_an_answer_not_a_problem(client: TestClient) -> None:
    response = client.post("/v1/checks", content=encode(speech(1)))
    assert response.status_code == 200
    assert (response.json()["band"], response.json()["reason"]) == ("unsure", "too_short")


@pytest.mark.parametrize(
    ("request_", "status", "reason"),
    [
        ({"content": b"hello"}, 415, "not_audio"),
        ({"content": VOICE[:60]}, 422, "corrupt"),
        ({"content": b""}, 422, "empty"),
        ({"files": {"file": ("a.ogg", b"")}}, 422, "empty"),
        ({"data": {"a": "b"}}, 415, "not_audio"),
        ({"files": {"a": (None, "b")}}, 422, "empty"),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 422, "malformed"),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data; boundary=y"}}, 422, "malformed"),
        ({"files": [("file", ("a", VOICE)), ("file", ("b", VOICE))]}, 422, "malformed"),
        ({"content": bytes(21 * 2**20)}, 413, "too_large"),
        ({"content": iter([bytes(2**20)] * 21)}, 413, "too_large"),
        ({"files": {"file": ("a", bytes(21 * 2**20))}}, 413, "too_large"),
        ({"content": VOICE, "headers": {"Content-Length": "99999999999"}}, 413, "too_large"),
    ],
    ids=[
        "text", "damaged", "nothing", "an empty file", "fields", "a form without file", "no boundary", "wrong boundary",
        "two files", "too large", "too large, chunked", "too large, form", "says it is too large",
    ],
)  # fmt: skip
def test_problems_have_a_reason(client: TestClient, request_: dict[str, object], status: int, reason: str) -> None:
    assert_problem(client.post("/v1/checks", **request_), status, reason)  # type: ignore[arg-type]


def test_a_wrong_address_or_method_is_a_problem_too(client: TestClient) -> None:
    assert_problem(client.get("/nowhere"), 404, "http")
    response = client.get("/v1/checks")
    assert_problem(response, 405, "http")
    assert response.headers["allow"] == "POST"


def test_info_names_model_and_limits(client: TestClient) -> None:
    info = client.get("/v1/info").json()
    assert info["model"]["name"]
    assert info["model"]["version"]
    assert info["limits"] == {"max_bytes": 20 * 2**20, "max_seconds": 600.0, "min_speech_s": 2.0}
    assert client.get("/healthz").json()["status"] == "ok"


def test_openapi_describes_the_body_and_the_problems(client: TestClient) -> None:
    check = client.get("/openapi.json").json()["paths"]["/v1/checks"]["post"]
    assert {"multipart/form-data", "application/octet-stream"} <= set(check["requestBody"]["content"])
    assert {"200", "401", "408", "413", "415", "422", "429", "503"} <= set(check["responses"])
    assert check["security"] == [{"APIKeyHeader": []}]
    assert client.get("/docs").status_code == 200


def test_with_a_key_nothing_but_health_is_open(checker: Checker) -> None:
    client = TestClient(create_app(checker, api_key="key-1"))  # not entered: the shared children stay open
    assert_problem(client.post("/v1/checks", content=VOICE), 401, "key")
    assert_problem(client.get("/v1/info", headers={"X-API-Key": "wrong"}), 401, "key")
    assert_problem(client.get("/v1/info", headers={"X-API-Key": "ключ".encode()}), 401, "key")
    assert client.get("/healthz").status_code == 200
    assert client.get("/v1/info", headers={"X-API-Key": "key-1"}).status_code == 200


class Slow(Checker):
    """A checker that answers only once it is let go."""

    def __init__(self, checker: Checker) -> None:
        super().__init__(checker.model, checker.decoders)
        self.let_go = threading.Event()

    def check(self, data: bytes) -> Finding:
        assert self.let_go.wait(30)
        return super().check(data)


@pytest.fixture
def address() -> Iterator[tuple[str, Slow]]:
    """A real server with one worker and one waiting seat, whose worker is held."""
    slow = Slow(Checker(Model.load(), Decoders(1)))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(slow, workers=1, queue=1), "127.0.0.1", port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}", slow
    slow.let_go.set()
    server.should_exit = True
    thread.join()


def test_a_full_queue_is_said_at_once_and_the_loop_never_blocks(address: tuple[str, Slow]) -> None:
    url, slow = address
    with ThreadPoolExecutor(2) as pool, httpx.Client(base_url=url, timeout=30) as client:
        accepted = [pool.submit(client.post, "/v1/checks", content=VOICE) for _ in range(2)]
        while client.get("/healthz").json()["taken"] < 2:
            time.sleep(0.02)
        started = time.monotonic()
        refused = client.post("/v1/checks", content=VOICE)
        assert client.get("/v1/info").json()["load"] == {"workers": 1, "seats": 2, "taken": 2}
        assert time.monotonic() - started < 1
        assert_problem(refused, 429, "busy")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        slow.let_go.set()
        assert [future.result().status_code for future in accepted] == [200, 200]
        assert client.get("/healthz").json()["taken"] == 0


def test_a_sender_who_hangs_up_gives_its_seat_back(address: tuple[str, Slow]) -> None:
    url, _ = address
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as half:
        half.sendall(b"POST /v1/checks HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nOggS")
        _wait_until(lambda: httpx.get(f"{url}/healthz").json()["taken"] == 1)
    _wait_until(lambda: httpx.get(f"{url}/healthz").json()["taken"] == 0)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX processes")
@pytest.mark.parametrize("how", ["parent_pid=int(sys.argv[2])", "watch_stdin=True"])
def test_the_service_and_its_children_end_with_their_parent(how: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    service = f"import sys; from bot.detector.server import serve; serve(port=int(sys.argv[1]), workers=1, {how})"
    # The parent is a process of its own, so that it can be killed; it holds the service's standard input.
    script = (
        "import os, subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', {service!r}, '{port}', str(os.getpid())],"
        " stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)\n"
        "print(child.pid, flush=True)\nchild.wait()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    _wait_until(lambda: _healthy(port), within_s=60)
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    assert len(family) >= 2
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    _, alive = psutil.wait_procs(family, timeout=15)
    assert not alive


def _healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    except httpx.HTTPError:
        return False


def _wait_until(holds: object, within_s: float = 10) -> None:
    until = time.monotonic() + within_s
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < until
        time.sleep(0.05)

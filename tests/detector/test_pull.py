"""Fetching a checkpoint from a server that breaks off, answers oddly, or has another file."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from bot.detector.models import pull
from bot.detector.models.pull import fetch
from bot.detector.models.registry import ModelError

DATA = np.random.default_rng(0).bytes(300_000)


class Server(ThreadingHTTPServer):
    """Serves DATA. `break_after`: each answer ends after so many bytes; `ranges`: whether it resumes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.data = DATA
        self.break_after: int | None = None
        self.ranges = True
        self.statuses: list[int] = []
        self.asked: list[str | None] = []
        self.stated = ""  # the checksum that it names on the way to the file, as hosts of models do

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/models/best.pth"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server.asked.append(wanted)
        if self.server.statuses:
            self.send_error(self.server.statuses.pop(0))
            return
        if self.path.startswith("/moved"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/moved"))
            if self.server.stated:
                self.send_header("X-Linked-ETag", f'"{self.server.stated}"')
            self.end_headers()
            return
        data, start = self.server.data, 0
        match = re.fullmatch(r"bytes=(\d+)-", wanted or "")
        if match and self.server.ranges:
            start = int(match[1])
            if start >= len(data):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(data)}")
                self.end_headers()
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        else:
            self.send_response(200)
        rest = data[start:]
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[: self.server.break_after])
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Keep the test's output quiet."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_file_arrives_whole_and_its_progress_is_told(server: Server, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    target = tmp_path / "deep" / "best.pth"
    fetch(server.url, target, size=len(DATA), digest=digest(DATA), tell=lambda done, total: told.append((done, total)))
    assert target.read_bytes() == DATA
    assert told[-1] == (len(DATA), len(DATA))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert [each.name for each in target.parent.iterdir()] == ["best.pth"]


def test_a_redirect_is_followed(server: Server, tmp_path: Path) -> None:
    fetch(server.url.replace("/models", "/moved/models"), tmp_path / "best.pth", digest=digest(DATA))
    assert (tmp_path / "best.pth").read_bytes() == DATA


def test_a_file_that_is_not_pinned_must_be_what_its_host_states(server: Server, tmp_path: Path) -> None:
    moved = server.url.replace("/models", "/moved/models")
    server.stated = digest(DATA)
    fetch(moved, tmp_path / "good.bin", most=len(DATA) + 1)
    assert (tmp_path / "good.bin").read_bytes() == DATA
    server.stated = digest(DATA[1:])
    with pytest.raises(ModelError, match="checksum"):
        fetch(moved, tmp_path / "bad.bin", most=len(DATA) + 1)
    fetch(moved, tmp_path / "pinned.bin", digest=digest(DATA))  # what was written down here counts more
    with pytest.raises(ModelError, match="expected"):
        fetch(moved, tmp_path / "large.bin", most=len(DATA) - 1)
    assert sorted(each.name for each in tmp_path.iterdir() if not each.name.endswith(".part")) == [
        "good.bin",
        "pinned.bin",
    ]


def test_a_broken_transfer_goes_on_where_it_ended(server: Server, tmp_path: Path) -> None:
    server.break_after = 120_000
    fetch(server.url, tmp_path / "best.pth", size=len(DATA), digest=digest(DATA))
    assert (tmp_path / "best.pth").read_bytes() == DATA
    assert server.asked == [None, "bytes=120000-", "bytes=240000-"]


def test_what_is_kept_serves_the_next_call(server: Server, tmp_path: Path) -> None:
    server.break_after = 50_000
    with pytest.raises(ModelError, match="150000 bytes are kept"):
        fetch(server.url, tmp_path / "best.pth", size=len(DATA), digest=digest(DATA))
    assert not (tmp_path / "best.pth").exists()
    server.break_after = None
    fetch(server.url, tmp_path / "best.pth", size=len(DATA), digest=digest(DATA))
    assert (tmp_path / "best.pth").read_bytes() == DATA
    assert server.asked[-1] == "bytes=150000-"


def test_a_server_that_cannot_resume_sends_it_all_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / "best.pth.part").write_bytes(b"x" * 1000)
    server.ranges = False
    fetch(server.url, tmp_path / "best.pth", size=len(DATA), digest=digest(DATA))
    assert (tmp_path / "best.pth").read_bytes() == DATA


def test_a_part_that_was_whole_is_taken(server: Server, tmp_path: Path) -> None:
    (tmp_path / "best.pth.part").write_bytes(DATA)
    fetch(server.url, tmp_path / "best.pth", size=len(DATA), digest=digest(DATA))
    assert (tmp_path / "best.pth").read_bytes() == DATA


def test_a_part_of_another_file_is_thrown_away(server: Server, tmp_path: Path) -> None:
    (tmp_path / "best.pth.part").write_bytes(b"x" * 400_000)
    fetch(server.url, tmp_path / "best.pth", digest=digest(DATA))
    assert (tmp_path / "best.pth").read_bytes() == DATA


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (DATA[:-1] + b"?", "checksum"),
        (DATA[:200_000], "200000 bytes, 300000 are expected"),
        (DATA + b"more", "300004 bytes, at most 300000"),
        (b"", "0 bytes"),
    ],
)
def test_another_file_is_not_kept(data: bytes, says: str, server: Server, tmp_path: Path) -> None:
    server.data = data
    with pytest.raises(ModelError, match=says):
        fetch(server.url, tmp_path / "best.pth", size=len(DATA), digest=digest(DATA))
    assert not (tmp_path / "best.pth").exists()
    server.data = DATA
    fetch(server.url, tmp_path / "best.pth", size=len(DATA), digest=digest(DATA))
    assert (tmp_path / "best.pth").read_bytes() == DATA, "what was left of the wrong one does no harm"


def test_a_part_spoilt_on_the_way_is_noticed_and_fetched_anew(server: Server, tmp_path: Path) -> None:
    (tmp_path / "best.pth.part").write_bytes(b"?" + DATA[1:1000])
    with pytest.raises(ModelError, match="checksum"):
        fetch(server.url, tmp_path / "best.pth", size=len(DATA), digest=digest(DATA))
    fetch(server.url, tmp_path / "best.pth", size=len(DATA), digest=digest(DATA))


def test_a_server_that_is_ill_is_asked_again_and_one_that_says_no_is_not(server: Server, tmp_path: Path) -> None:
    server.statuses = [503, 502]
    fetch(server.url, tmp_path / "best.pth", digest=digest(DATA))
    server.asked.clear()
    server.statuses = [404]
    with pytest.raises(ModelError, match="status 404"):
        fetch(server.url, tmp_path / "other.pth")
    assert len(server.asked) == 1
    server.statuses = [500] * pull.TRIES
    with pytest.raises(ModelError, match="status 500"):
        fetch(server.url, tmp_path / "other.pth")


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/x.pth", "ftp://x/y.pth", "http://[/x"])
def test_what_cannot_be_reached_is_one_sentence(address: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be fetched"):
        fetch(address, tmp_path / "x.pth")

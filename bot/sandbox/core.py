"""The parts of the sandbox together, what they share, and how they are kept on disk."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import string
import tempfile
import time
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.sandbox.calls import Calls
from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.files import Files
from bot.sandbox.inline import Inline
from bot.sandbox.profile import Profile
from bot.sandbox.signal import Signal
from bot.sandbox.updates import Queued, Updates
from bot.sandbox.world import World

SAVE_EVERY = 5.0
_TOKEN_LETTERS = string.ascii_letters + string.digits + "_-"


@dataclass(slots=True)
class Query:
    """A pressed button that waits for its answer; `born` is real (monotonic) time."""

    id: str
    user_id: int
    born: float
    answer: dict[str, Any] | None = None
    answered: Signal = field(default_factory=Signal)


class Core:
    """State of one sandbox. With `data` it survives restarts, else everything lives in a temporary folder."""

    def __init__(self, data: Path | None) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="sandbox-") if data is None else None
        self.data = Path(self._temporary.name) if self._temporary else Path(data or ".")
        self.data.mkdir(parents=True, exist_ok=True)
        self.token = self._read_token()
        self.world = World(int(self.token.split(":")[0]))
        self.updates = Updates()
        self.clock = Clock(self.updates.pending, self.updates.changed)
        self.faults = Faults()
        self.calls = Calls()
        self.files = Files(self.data / "files")
        self.profile = Profile()
        self.queries: dict[str, Query] = {}
        self.inline = Inline()
        self._saved = -1
        self._next_save = 0.0
        self._load()

    def _read_token(self) -> str:
        path = self.data / "token"
        if path.is_file():
            kept = path.read_text("ascii").strip()
            number, colon, secret = kept.partition(":")
            if colon and number.isdecimal() and len(secret) == 35:
                return kept
        token = f"{7_000_000_000 + secrets.randbelow(10**9)}:AA" + "".join(
            secrets.choice(_TOKEN_LETTERS) for _ in range(33)
        )
        path.touch(mode=0o600)
        path.write_text(token + "\n", "ascii")
        return token

    def query(self, user_id: int) -> Query:
        """A new callback query; forgets those over an hour old."""
        limit = time.monotonic() - 3600
        self.queries = {key: one for key, one in self.queries.items() if one.born > limit}
        made = Query(str(secrets.randbits(62)), user_id, time.monotonic())
        self.queries[made.id] = made
        return made

    def reset(self, *, keep_bot: bool) -> None:
        """Forget everything but the token; with `keep_bot` also not what the bot set about itself."""
        self.world.clear()
        self.files.clear()
        self.updates.drop()
        self.faults.clear()
        self.calls.clear()
        for query in self.queries.values():
            query.answered.fire()
        self.queries.clear()
        self.inline.clear()
        if not keep_bot:
            self.inline.on = False
            self.profile.clear()
            self.updates.webhook = None
            self.updates.allowed = None
        self.clock.reset()
        self.updates.changed.fire()

    def close(self) -> None:
        """End all waiting: the server stops."""
        self.updates.changed.close()
        self.world.changed.close()
        self.clock.close()
        for query in self.queries.values():
            query.answered.close()
        for typed in self.inline.queries.values():
            typed.answered.close()

    def discard(self) -> None:
        """Save, or delete what was only temporary."""
        if self._temporary is not None:
            self._temporary.cleanup()
        else:
            self.save()

    # On disk

    def save_if_due(self) -> None:
        """Save when something changed and the last time is long enough ago for the time that saving takes."""
        if self._temporary is None and self._mark() != self._saved and time.monotonic() >= self._next_save:
            began = time.monotonic()
            self.save()
            took = time.monotonic() - began
            self._next_save = time.monotonic() + max(SAVE_EVERY, 20 * took)

    def _mark(self) -> int:
        return self.world.revision + self.updates.last_id + self.clock.step + self.profile.revision

    def save(self) -> None:
        """Write everything to `state.json`, whole or not at all."""
        self._saved = self._mark()
        kept = {
            "format": 1,
            "world": self.world.dump(),
            "files": self.files.dump(),
            "profile": self.profile.dump(),
            "offset_s": self.clock.offset.total_seconds(),
            "updates": {
                "last_id": self.updates.last_id,
                "allowed": self.updates.allowed,
                "webhook": self.updates.webhook,
                "queue": [asdict(one) for one in self.updates.queue],
            },
        }
        path = self.data / "state.json"
        fresh = path.with_suffix(".tmp")
        fresh.write_text(json.dumps(kept, ensure_ascii=False), "utf-8")
        os.replace(fresh, path)  # noqa: PTH105 - atomic on one file system

    def _load(self) -> None:
        path = self.data / "state.json"
        if not path.is_file():
            return
        kept = None
        with contextlib.suppress(OSError, ValueError):
            kept = json.loads(path.read_text("utf-8"))
        if not isinstance(kept, dict) or kept.get("format") != 1:
            path.replace(path.with_suffix(".unreadable"))
            return
        self.world.load(kept["world"])
        self.files.load(kept["files"])
        self.profile.load(kept["profile"])
        self.clock.offset = timedelta(seconds=kept["offset_s"])
        queue = kept["updates"]
        self.updates.last_id = queue["last_id"]
        self.updates.allowed = queue["allowed"]
        self.updates.webhook = queue["webhook"]
        self.updates.queue = [Queued(**(raw | {"flying": False, "due": 0.0})) for raw in queue["queue"]]
        self._saved = self._mark()

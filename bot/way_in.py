"""How updates come in: a webhook or long polling, never both, and only one process that polls."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Sequence
from hashlib import sha256
from typing import Protocol
from uuid import uuid4

import structlog
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.clock import Clock
from bot.db import leases
from bot.db.engine import Database
from bot.db.tables import FactRow

log = structlog.get_logger(__name__)

POLLER = "poller"
WEBHOOK_IS_SET = (
    "A webhook is set for this bot, and polling would silence it. Set WEBHOOK_URL, or type: tirek run --drop-webhook"
)
LEASE_TRIES = 14
LEASE_WAIT_S = 0.5


class CannotStart(Exception):
    """The bot cannot run like this; the text tells the operator what to do."""


class Away(Exception):
    """Telegram does not answer now; the text names the error."""


class Webhook(Protocol):
    """The webhook as Telegram knows it. Each method raises Away or CannotStart."""

    async def current(self) -> tuple[str, Sequence[str]]: ...

    async def set(self, url: str, secret: str, kinds: Sequence[str]) -> None: ...

    async def delete(self) -> None: ...


def owner_name() -> str:
    """A name for this process that says where it runs: host, process id, something random."""
    host = "".join(character for character in socket.gethostname() if not character.isspace())[:40] or "unknown"
    return f"{host} {os.getpid()} {uuid4().hex[:8]}"


def another_polls(holder: leases.Holder | None) -> CannotStart:
    """What to tell the operator when `holder` polls already."""
    host, pid, *_ = [*(holder.owner if holder is not None else "").split(), "?", "?"]
    since = f"{holder.since:%Y-%m-%d %H:%M} UTC" if holder is not None and holder.since is not None else "recently"
    return CannotStart(
        f"Another Tirek with this database polls already: on {host}, process {pid}, since {since}. Only one may poll: "
        "stop it, or set WEBHOOK_URL for both."
    )


def is_dead(owner: str) -> bool:
    """Whether `owner` was a process of this machine that is gone: nobody needs to wait until its lease runs out."""
    host, pid, *_ = [*owner.split(), "", ""]
    if os.name != "posix" or host != owner_name().split()[0] or not pid.isdecimal() or int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


async def become_poller(db: Database, clock: Clock, owner: str) -> None:
    """Take the poller's lease, waiting for one that was left behind to run out. Raises CannotStart."""
    for _ in range(LEASE_TRIES):
        async with db.transaction() as tx:
            now = await leases.moment(tx, clock)
            known = await leases.holder(tx, POLLER)
            if known is not None and is_dead(known.owner):
                await leases.release(tx, POLLER, known.owner)
            if await leases.hold(tx, POLLER, owner, now) is not None:
                return
        await asyncio.sleep(LEASE_WAIT_S)
    raise another_polls(known)


async def choose(
    webhook: Webhook, db: Database, *, url: str | None, secret: str, kinds: Sequence[str], drop_webhook: bool
) -> bool:
    """Webhook or polling: set the one, refuse to silence the other. False: Telegram does not answer now.

    Raises CannotStart.
    """
    try:
        known, known_kinds = await webhook.current()
        if url is not None:
            await _set(webhook, db, url, secret, kinds, known_kinds if known == url else [])
        elif known:
            if not drop_webhook:
                raise CannotStart(WEBHOOK_IS_SET)
            await webhook.delete()
    except Away as away:
        log.warning("telegram.away", error=str(away))
        return False
    return True


async def _set(
    webhook: Webhook, db: Database, url: str, secret: str, kinds: Sequence[str], known_kinds: Sequence[str]
) -> None:
    """Set the webhook unless it is set like this already. Telegram keeps the secret to itself: what was told to it is
    remembered as a digest, so that a new secret is told too."""
    digest = sha256(f"{url} {secret}".encode()).hexdigest()
    async with db.transaction() as tx:
        fact = await tx.get(FactRow, "webhook")
        told = fact.value if fact is not None else None
    if set(known_kinds) == set(kinds) and told == digest:
        return
    await webhook.set(url, secret, kinds)
    insert = sqlite_insert if db.is_sqlite else postgresql_insert
    told_now = insert(FactRow).values(name="webhook", value=digest)
    async with db.transaction() as tx:
        await tx.execute(told_now.on_conflict_do_update(index_elements=["name"], set_={"value": digest}))

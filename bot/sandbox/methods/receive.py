"""How the bot gets its updates: long polling or a webhook."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.core import Core
from bot.sandbox.errors import bad
from bot.sandbox.methods.registry import Call, simulates

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@simulates("getUpdates")
async def get_updates(core: Core, call: Call) -> Any:
    core.updates.allow(call.get("allowed_updates"))
    limit = call.get("limit", 100)
    return await core.updates.poll(call.get("offset", 0), limit if 1 <= limit <= 100 else 100, call.get("timeout", 0))


@simulates("setWebhook")
async def set_webhook(core: Core, call: Call) -> Any:
    url = call["url"]
    if not url:
        return _forget(core, call)
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for a port that is none
    except ValueError as wrong:
        raise bad("bad webhook: invalid URL specified") from wrong
    local = parts.hostname in LOOPBACK
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if not local:
        raise bad("bad webhook: the sandbox delivers to loopback addresses only")
    secret = call.get("secret_token") or ""
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
        raise bad("secret token contains unallowed characters")
    connections = call.get("max_connections", 40)
    if not 1 <= connections <= 100:
        raise bad("max_connections must be 1-100")
    core.updates.allow(call.get("allowed_updates"))
    core.updates.webhook = {
        "url": url,
        "secret": secret,
        "max_connections": connections,
        "error_date": None,
        "error": None,
    }
    return _changed(core, call)


@simulates("deleteWebhook")
async def delete_webhook(core: Core, call: Call) -> Any:
    return _forget(core, call)


def _forget(core: Core, call: Call) -> bool:
    core.updates.webhook = None
    return _changed(core, call)


def _changed(core: Core, call: Call) -> bool:
    if call.get("drop_pending_updates"):
        core.updates.drop()
    core.updates.changed.fire()
    return True


@simulates("getWebhookInfo")
async def get_webhook_info(core: Core, call: Call) -> Any:
    hook = core.updates.webhook or {}
    info: dict[str, Any] = {
        "url": hook.get("url", ""),
        "has_custom_certificate": False,
        "pending_update_count": len(core.updates.queue),
    }
    if hook:
        info["max_connections"] = hook["max_connections"]
        info["ip_address"] = "127.0.0.1"
        if hook["error"]:
            info |= {"last_error_date": hook["error_date"], "last_error_message": hook["error"]}
    if core.updates.allowed:
        info["allowed_updates"] = core.updates.allowed
    return info

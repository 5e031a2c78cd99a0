"""Whose word is taken for a server's name."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """The certificates for every client of this process. Reading them takes longer than a request: it is done once."""
    return httpx.create_ssl_context()

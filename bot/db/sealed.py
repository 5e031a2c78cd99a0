"""Personal free text at rest: sealed with AES-256-GCM on its way into the database, opened on its way out.

A sealed value reads `sealed1:<key id>:<base64>` and says itself which key opens it, so values of several keys, and
plain ones of before, live side by side. Every column has a key of its own, derived from the keyring's: what was sealed
for one column does not open in another. Sealed columns cannot be searched: tokens are looked up by `Keyring.digest`.
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from os import urandom
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import JSON, Text, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncSession

KEY_BYTES = 32
NONCE_BYTES = 12
PLAIN = "sealed0:"  # before a plain value that begins as a sealed one does
_KEY = re.compile(r"[A-Za-z0-9_-]{43}=?")
_SEALED = re.compile(r"sealed1:([0-9a-f]{8}):([A-Za-z0-9_-]{38,})")


class Unreadable(Exception):
    """A value was sealed with a key that is not in the keyring, or is damaged."""


def new_key() -> str:
    """A fresh key, as settings and key files hold it."""
    return urlsafe_b64encode(urandom(KEY_BYTES)).decode()


def read_key(text: str) -> bytes:
    """The key in a text of `new_key`. Raises ValueError."""
    if not _KEY.fullmatch(text.strip()):
        raise ValueError("a key is 32 bytes in base64")
    return urlsafe_b64decode(text.strip().rstrip("=") + "=")


def id_of(key: bytes) -> str:
    """The public name of a key, eight hexadecimal digits."""
    return _derived(key, "key id").hex()[:8]


def key_id(value: object) -> str | None:
    """The id of the key that a stored value was sealed with; None when it is plain."""
    found = _SEALED.fullmatch(value) if isinstance(value, str) else None
    return found[1] if found else None


class Keyring:
    """The keys of a database: the first seals, all of them open.

    `sealing`: whether new values are sealed; if not, they are written plain, and sealed ones are still read. `again`
    reads the keys once more, for when a value names one that came later.
    """

    def __init__(
        self, keys: Iterable[bytes] = (), *, sealing: bool = True, again: Callable[[], Iterable[bytes]] | None = None
    ) -> None:
        self._again = again
        self.sealing = sealing
        self.use(keys)

    def use(self, keys: Iterable[bytes]) -> None:
        """Take these keys instead of those before."""
        self._keys = {id_of(key): key for key in keys}
        self._ciphers: dict[tuple[str, str], AESGCM] = {}

    @property
    def ids(self) -> Sequence[str]:
        """Ids of the keys, the one that seals first."""
        return tuple(self._keys)

    @property
    def seals(self) -> bool:
        return self.sealing and bool(self._keys)

    def seal(self, text: str, place: str) -> str:
        """`text` as it is stored in the column `place`."""
        if not self.seals:
            return PLAIN + text if text.startswith("sealed") else text
        name = next(iter(self._keys))
        nonce = urandom(NONCE_BYTES)
        secret = self._cipher(name, place).encrypt(nonce, text.encode(), None)
        return f"sealed1:{name}:{urlsafe_b64encode(nonce + secret).rstrip(b'=').decode()}"

    def open(self, stored: str, place: str) -> str:
        """What `seal` was given; a plain value of before as it is. Raises Unreadable."""
        if not stored.startswith("sealed"):
            return stored
        if stored.startswith(PLAIN):
            return stored[len(PLAIN) :]
        found = _SEALED.fullmatch(stored)
        if found is None:
            return stored
        name, body = found[1], found[2]
        if name not in self._keys and self._again is not None:
            self.use(self._again())
        if name not in self._keys:
            raise Unreadable(f"a value of {place} was sealed with the key {name}, which is not here")
        raw = urlsafe_b64decode(body + "=" * (-len(body) % 4))
        try:
            return self._cipher(name, place).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()
        except InvalidTag:
            raise Unreadable(f"a value of {place} is damaged") from None

    def digest(self, token: str) -> str:
        """What a token is looked up by. Without the key it can't be told which token it is of."""
        return self.lookup(sha256(token.encode()).hexdigest())

    def digests(self, token: str) -> list[str]:
        """Everything a token may have been written down as: under each of the keys, or before there were any."""
        plain = sha256(token.encode()).hexdigest()
        return [*(_keyed(key, plain) for key in self._keys.values()), plain]

    def lookup(self, plain: str) -> str:
        """The digest of a token whose SHA-256 is `plain`."""
        return _keyed(next(iter(self._keys.values())), plain) if self.seals else plain

    def _cipher(self, name: str, place: str) -> AESGCM:
        cipher = self._ciphers.get((name, place))
        if cipher is None:
            cipher = self._ciphers[name, place] = AESGCM(_derived(self._keys[name], f"seal {place}"))
        return cipher


def _derived(key: bytes, purpose: str) -> bytes:
    """A key for one purpose. The keys of a keyring are random already: one step of HKDF-Expand is all it takes."""
    return hmac.digest(key, b"tirek " + purpose.encode() + b"\x01", "sha256")


def _keyed(key: bytes, text: str) -> str:
    return hmac.digest(_derived(key, "lookup"), text.encode(), "sha256").hex()


def keyring_of(tx: AsyncSession) -> Keyring:
    """The keyring of the database that a transaction is in."""
    return getattr(tx.get_bind().dialect, "keyring", None) or Keyring()


class Sealed(TypeDecorator[str]):
    """A text that is sealed. `place` names its column and goes into its key: it must never change.

    A database that was opened without a keyring shows what is stored.
    """

    impl = Text
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    @property
    def python_type(self) -> type[str]:
        return str

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        keyring: Keyring | None = getattr(dialect, "keyring", None)
        return value if value is None or keyring is None else keyring.seal(value, self.place)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        keyring: Keyring | None = getattr(dialect, "keyring", None)
        return value if value is None or keyring is None else keyring.open(value, self.place)


class SealedJson(TypeDecorator[Any]):
    """A JSON value that is sealed as a whole, and stored as a JSON string.

    `ours`: names whose texts are the bot's own words (an object with no other texts stays plain, for it says nothing
    about anybody and is written in bulk).
    """

    impl = JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, place: str, ours: tuple[str, ...] | None = None) -> None:
        super().__init__()
        self.place = place
        self.ours = ours

    @property
    def python_type(self) -> type[Any]:
        return dict

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        keyring: Keyring | None = getattr(dialect, "keyring", None)
        if value is None or keyring is None or not keyring.seals or self._says_nothing(value):
            return value
        return keyring.seal(_as_json(value), self.place)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        keyring: Keyring | None = getattr(dialect, "keyring", None)
        if keyring is None or not isinstance(value, str):
            return value
        return json.loads(keyring.open(value, self.place))

    def _says_nothing(self, value: Any) -> bool:
        if self.ours is None or not isinstance(value, Mapping):
            return False
        return all(_is_bare(each) or (isinstance(each, str) and name in self.ours) for name, each in value.items())


def _as_json(value: Any) -> str:
    """As short as can be; half of a pair of surrogates, which anybody may send, is only a letter as an escape."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text


def _is_bare(value: object) -> bool:
    """Whether a value is a number, a truth or nothing, or a list of such."""
    if isinstance(value, (list, tuple)):
        return all(_is_bare(each) for each in value)
    return value is None or isinstance(value, (int, float))

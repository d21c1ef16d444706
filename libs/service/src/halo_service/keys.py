"""The issuer's public keys: found by OIDC discovery, kept in memory, read again when an unknown one is named."""

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import httpx
import structlog
from halo_events.runtime import describe
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from halo_service.discovery import endpoint, read_discovery, read_json

_LOG: Final = structlog.get_logger("halo_service.keys")

ALGORITHMS: Final = ("RS256", "ES256")
"""Signatures that are accepted; the key must be made for the one the token names."""

_KEY_LIMIT: Final = 50
_MAX_AGE: Final = 3600.0
"""Seconds after which the keys are read again even if all asked for are known, so that a withdrawn key goes."""

_LAST_AGE: Final = 86400.0
"""Seconds that keys serve while the issuer is away."""

_PAUSE: Final = 10.0
"""Seconds between two reads: a flood of tokens with invented key ids reads no more often."""


class IssuerAwayError(Exception):
    """The issuer's keys cannot be read now."""


class KeySource(Protocol):
    """Where the public key of a token comes from."""

    async def key(self, kid: str) -> PyJWK | None:
        """The key of this id, or None where the issuer has none. Raises IssuerAwayError."""


class IssuerKeys:
    """Keys of an OIDC issuer over HTTP."""

    def __init__(self, issuer: str, client: httpx.AsyncClient, clock: Callable[[], float] = time.monotonic) -> None:
        """`issuer` as tokens name it; `clock` in seconds."""
        self.issuer = issuer
        self._client = client
        self._clock = clock
        self._keys: Mapping[str, PyJWK] = {}
        self._read_at = -math.inf
        self._tried_at = -math.inf
        self._reading: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> PyJWK | None:
        """The key of this id. Raises IssuerAwayError where none could be read for a day."""
        if kid not in self._keys or self._age > _LAST_AGE:
            await asyncio.shield(self._read())
        elif self._age > _MAX_AGE:
            self._read()  # the old keys serve until the new ones are here
        if self._age > _LAST_AGE:
            raise IssuerAwayError
        return self._keys.get(kid)

    @property
    def _age(self) -> float:
        return self._clock() - self._read_at

    def _read(self) -> "asyncio.Future[None]":
        """The reading under way, or a new one, unless the last is too near."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_once())
        return self._reading

    async def _read_once(self) -> None:
        """Read the keys; where that fails, those already known stay."""
        if self._clock() - self._tried_at < _PAUSE:
            return
        try:
            self._keys = _public_keys(await self._read_keys())
            self._read_at = self._clock()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            _LOG.warning("issuer's keys cannot be read", **describe(error))
        finally:
            self._tried_at = self._clock()

    async def _read_keys(self) -> Mapping[str, Any]:
        discovery = await read_discovery(self._client, self.issuer)
        return await read_json(self._client, endpoint(discovery, "jwks_uri", self.issuer))


def _public_keys(document: Mapping[str, Any]) -> dict[str, PyJWK]:
    """The signature keys of a JWKS by their ids; those of other kinds are left out."""
    keys: dict[str, PyJWK] = {}
    entries = document.get("keys")
    for entry in (entries if isinstance(entries, list) else [])[:_KEY_LIMIT]:
        if not isinstance(entry, dict) or entry.get("use", "sig") != "sig" or not isinstance(entry.get("kid"), str):
            continue
        try:
            key = PyJWK(entry)
        except (PyJWTError, ValueError, TypeError, KeyError):
            continue
        if key.algorithm_name in ALGORITHMS:
            keys[entry["kid"]] = key
    return keys

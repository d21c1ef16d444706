"""For the tests of services: a database, a signed-in HTTP client, tokens of an issuer of the test's own.

Nothing is mocked: tokens are really signed and really checked, the database is PostgreSQL.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any, Final, TypeVar

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from fastapi import FastAPI
from halo_events.runtime import Database
from halo_events.runtime.database import utc_now
from halo_events.testing import Databases
from jwt import PyJWK
from jwt.algorithms import RSAAlgorithm

from halo_service.api import create_api
from halo_service.callers import Role
from halo_service.definition import Service
from halo_service.server import HttpServer
from halo_service.settings import ServiceSettings

ISSUER: Final = "http://issuer.test"
"""The issuer that `local_settings` names; nothing listens there."""

S = TypeVar("S", bound=ServiceSettings)
_NUMBERS: Final = count(1)


def local_settings(settings: type[S], **values: object) -> S:
    """Settings for a test, from `values` and harmless defaults."""
    defaults: Mapping[str, Any] = {
        "environment": "local",
        "kafka": "127.0.0.1:1",
        "database_url": "postgresql://nobody@127.0.0.1:1/nothing",
        "http_port": 0,
        "oidc_issuer": ISSUER,
    }
    return settings(**{**defaults, **values})


@asynccontextmanager
async def service_database(
    databases: Databases, service: Service, clock: Callable[[], datetime] = utc_now
) -> AsyncIterator[Database]:
    """A new, migrated database of the service, dropped at the end; `clock` gives `tx.now`."""
    dsn = await databases.fresh(f"halo_{service.name}", service.migration_folders)
    database = await Database.open(dsn, service.handlers, clock=clock)
    try:
        yield database
    finally:
        await database.close()
        await databases.drop(dsn)


@cache
def _private_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


class TestIssuer:
    """An OIDC issuer in the test's process: signs tokens, and is the source of the key that checks them."""

    __test__ = False
    kid: Final = "test"

    def __init__(self, issuer: str = ISSUER, audience: str = "halo-pamor") -> None:
        self.issuer = issuer
        self.audience = audience

    async def key(self, kid: str) -> PyJWK | None:
        """The public key, as the real source of keys gives it."""
        if kid != self.kid:
            return None
        public: str = RSAAlgorithm.to_jwk(_private_key().public_key())
        return PyJWK({**json.loads(public), "kid": self.kid, "alg": "RS256"})

    def token(self, *roles: Role, sub: str = "u-1", kelurahan_codes: tuple[str, ...] = (), **claims: object) -> str:
        """A token of these roles, valid for five minutes; `claims` are added or put in place of others."""
        now = int(time.time())
        payload = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": sub,
            "iat": now,
            "exp": now + 300,
            "roles": [role.value for role in roles],
            "kelurahan_codes": list(kelurahan_codes),
            **claims,
        }
        return jwt.encode(payload, _private_key(), algorithm="RS256", headers={"kid": self.kid})


class Client(httpx.AsyncClient):
    """A client of a service's app. `signed_in` gives one for another caller."""

    def __init__(self, transport: httpx.AsyncBaseTransport, issuer: TestIssuer, token: str | None = None) -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        super().__init__(transport=transport, base_url="http://service.test", headers=headers)
        self.issuer = issuer
        self._app_transport = transport

    def signed_in(self, *roles: Role, sub: str = "u-1", kelurahan_codes: tuple[str, ...] = ()) -> "Client":
        """The same app, asked by a caller of these roles."""
        token = self.issuer.token(*roles, sub=sub, kelurahan_codes=kelurahan_codes)
        return Client(self._app_transport, self.issuer, token)

    async def create(self, path: str, body: object, *, key: str | None = None) -> httpx.Response:
        """POST with an Idempotency-Key: the given one, or one never used before."""
        return await self.post(path, json=body, headers={"idempotency-key": key or f"test-{next(_NUMBERS)}"})


@asynccontextmanager
async def service_client(service: Service, database: Database) -> AsyncIterator[Client]:
    """A client of the service's app on this database, signed in as nobody."""
    issuer = TestIssuer(service.settings.oidc_issuer, service.settings.oidc_audience)
    transport = httpx.ASGITransport(create_api(service, database, issuer))
    async with Client(transport, issuer) as client:
        yield client


@asynccontextmanager
async def serving(app: FastAPI, port: int = 0) -> AsyncIterator[str]:
    """The address of a real HTTP server, on a free port unless one is named, as for an outside system."""
    server, stop = HttpServer(app, host="127.0.0.1", port=port), asyncio.Event()
    task = asyncio.create_task(server.run(stop))
    try:
        yield "http://{}:{}".format(*server.address)
    finally:
        stop.set()
        await task

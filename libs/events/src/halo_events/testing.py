"""For tests: fresh databases copied from a migrated template, events taken by hand, conditions waited for."""

import asyncio
import hashlib
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from importlib.resources.abc import Traversable
from itertools import count
from typing import Final
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from halo_events.contract.event import Event
from halo_events.envelope import Envelope
from halo_events.runtime.migrate import EVENTS, migrate
from halo_events.runtime.transaction import Tx

_NUMBERS: Final = count(1)


class Databases:
    """Databases on one PostgreSQL server. `admin_dsn` belongs to a role that may create databases."""

    def __init__(self, admin_dsn: str) -> None:
        self.admin_dsn = admin_dsn

    def dsn(self, name: str) -> str:
        """The address of a database of this server."""
        return urlunsplit(urlsplit(self.admin_dsn)._replace(path=f"/{name}"))

    async def fresh(self, name: str, migrations: Sequence[Traversable] = ()) -> str:
        """The address of a new database with these migrations and the runtime's."""
        template = f"template_{name}_{_fingerprint(migrations)}"
        connection = await asyncpg.connect(self.admin_dsn)
        try:
            await connection.execute("SELECT pg_advisory_lock(hashtext($1))", template)
            if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", template):
                await connection.execute(f'CREATE DATABASE "{template}"')
                migrate(self.dsn(template), migrations)
            database = f"test_{name}_{os.getpid()}_{next(_NUMBERS)}"
            await connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
            await connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        finally:
            await connection.close()
        return self.dsn(database)

    async def drop(self, dsn: str) -> None:
        """Remove a database that a test is done with."""
        connection = await asyncpg.connect(self.admin_dsn)
        try:
            await connection.execute(f'DROP DATABASE IF EXISTS "{urlsplit(dsn).path[1:]}" WITH (FORCE)')
        finally:
            await connection.close()


def _fingerprint(migrations: Sequence[Traversable]) -> str:
    """Changes whenever a migration does."""
    digest = hashlib.sha256()
    for folder in (EVENTS, *migrations):
        for file in sorted(folder.iterdir(), key=lambda item: item.name):
            if file.name.endswith(".sql"):
                digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


async def take(
    tx: Tx, event: Event, *, at: datetime | None = None, event_id: str | None = None, decide: bool = True
) -> None:
    """Handle another service's event as the consumer does: projection first, then decision.

    `at` is when it was recorded (the transaction's time, if left out); without `decide` it is only folded.
    """
    source = f"/halopamor/{event.topic.owner}"
    tx.handle({event.key: Envelope(event_id or str(uuid4()), source, event.type, at or tx.now, event.key)})
    tables = (tx.handlers.projection_of, tx.handlers.decision_of) if decide else (tx.handlers.projection_of,)
    for table in tables:
        handler = table.get(event.type)
        if handler is not None:
            await handler.call(tx, [event] if handler.batched else event)
    tx.handle({})


async def eventually(condition: Callable[[], Awaitable[bool]], within: float = 15) -> None:
    """Wait until a condition holds. Raises TimeoutError after `within` seconds."""
    async with asyncio.timeout(within):
        while not await condition():  # noqa: ASYNC110 - what is waited for happens in a server
            await asyncio.sleep(0.05)

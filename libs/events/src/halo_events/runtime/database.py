"""A service's database, for HTTP routes and jobs: transactions that publish what they emit."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from halo_events.runtime.connection import open_pool
from halo_events.runtime.handlers import Handlers
from halo_events.runtime.outbox import flush
from halo_events.runtime.transaction import Tx

if TYPE_CHECKING:
    from halo_events.runtime.connection import Pool


def utc_now() -> datetime:
    """The clock of production."""
    return datetime.now(UTC)


class Database:
    """The pool of one process, the handlers of its service, and the bell that wakes a relay in the same process."""

    def __init__(self, pool: "Pool", handlers: Handlers, clock: Callable[[], datetime] = utc_now) -> None:
        self.handlers = handlers
        self.emitted = asyncio.Event()
        self.clock = clock
        self._pool = pool

    @classmethod
    async def open(
        cls, dsn: str, handlers: Handlers, *, size: int = 10, clock: Callable[[], datetime] = utc_now
    ) -> Self:
        """Open the database; no connection is made before the first use. `size` bounds the connections."""
        return cls(await open_pool(dsn, f"halo-{handlers.service}", size=size), handlers, clock)

    async def close(self) -> None:
        """Close the pool within 5 seconds, or drop it."""
        try:
            await asyncio.wait_for(self._pool.close(), 5)
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """One transaction: it commits with its events, or leaves nothing behind.

        Raises TimeoutError where no connection is free within 5 seconds, and whatever the commit raises.
        """
        async with self._pool.acquire(timeout=5) as connection:
            async with connection.transaction():
                tx = Tx(connection, self.handlers, self.clock())  # type: ignore[arg-type] # the pool's proxy is a connection
                yield tx
                await flush(connection, tx.outbox)
            if tx.outbox:
                self.emitted.set()

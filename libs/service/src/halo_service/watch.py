"""Watches the database of a process: is it there, and was it migrated?"""

import asyncio
from typing import Final

import structlog
from halo_events.runtime import Database, Health, describe, is_infrastructure, load_statements
from halo_events.runtime.backoff import wait_unless

_LOG: Final = structlog.get_logger("halo_service.watch")
_SQL: Final = load_statements("halo_service.http")
_EVERY: Final = 5.0
_EVERY_IN_TROUBLE: Final = 1.0


class DatabaseWatch:
    """Looks at the database every 5 seconds, every second while it is in trouble."""

    def __init__(self, database: Database) -> None:
        self.health = Health("database")
        self.health.trouble("connect", "not reached yet")
        self._database = database

    async def run(self, stop: asyncio.Event) -> None:
        """Look until told to stop. Raises what is no fault of the infrastructure."""
        try:
            while not stop.is_set():
                await self._look()
                await wait_unless(stop, _EVERY if self.health.ready else _EVERY_IN_TROUBLE)
        finally:
            self.health.alive = False

    async def _look(self) -> None:
        try:
            async with self._database.transaction() as tx:
                migrated = await tx.fetchval(_SQL["find_schema"])
        except Exception as error:
            if not is_infrastructure(error):
                raise
            if "connect" not in self.health.troubles:
                _LOG.warning("database is away", **describe(error))
            self.health.trouble("connect", type(error).__name__)
            return
        self.health.well("connect")
        if migrated:
            self.health.well("schema")
        else:
            self.health.trouble("schema", "not migrated; run the role `migrate`")

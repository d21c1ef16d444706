"""Watches the database of a process: is it there, and was it migrated?"""

import asyncio
from collections.abc import Iterable, Sequence
from importlib.resources.abc import Traversable
from typing import Final

import structlog
from halo_events.runtime import Database, Health, Tx, describe, is_infrastructure, load_statements
from halo_events.runtime.backoff import wait_unless
from halo_events.runtime.migrate import EVENTS

_LOG: Final = structlog.get_logger("halo_service.watch")
_SQL: Final = load_statements("halo_service.http")
_EVERY: Final = 5.0
_EVERY_IN_TROUBLE: Final = 1.0


class DatabaseWatch:
    """Looks at the database every 5 seconds, every second while it is in trouble."""

    def __init__(self, database: Database, migrations: Sequence[Traversable]) -> None:
        """`migrations` are the folders whose files must have been applied, beside the runtime's."""
        self.health = Health("database")
        self.health.trouble("connect", "not reached yet")
        self._database = database
        self._wanted = sorted(_migration_ids((EVENTS, *migrations)))

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
                missing = await self._missing(tx)
        except Exception as error:
            if not is_infrastructure(error):
                raise
            if self.health.troubles.get("connect") != type(error).__name__:
                _LOG.warning("database is away", **describe(error))
            self.health.trouble("connect", type(error).__name__)
            return
        self.health.well("connect")
        self.health.well("schema")
        if missing:
            self.health.trouble("schema", f"run the role `migrate`; it lacks {', '.join(missing)}")

    async def _missing(self, tx: Tx) -> list[str]:
        """The migrations that were not applied."""
        if not await tx.fetchval(_SQL["find_migrations_table"]):
            return self._wanted
        rows = await tx.fetch(_SQL["list_applied_migrations"], self._wanted)
        return sorted(set(self._wanted) - {row["migration_id"] for row in rows})


def _migration_ids(folders: Iterable[Traversable]) -> set[str]:
    """The ids as yoyo makes them: file names without the ending."""
    names = [file.name for folder in folders for file in folder.iterdir()]
    return {name.removesuffix(".sql") for name in names if name.endswith(".sql") and not name.endswith(".rollback.sql")}

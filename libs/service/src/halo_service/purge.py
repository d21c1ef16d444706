"""Jobs that every service has: what is kept for a time only goes when its time is over."""

from datetime import timedelta
from typing import Final

from halo_events.runtime import Database, load_statements

from halo_service.jobs import Job

KEEP_KEYS: Final = timedelta(days=7)
"""How long a repeated call gets the answer of the first."""

_BATCH: Final = 1000
_SQL: Final = load_statements("halo_service.http")


async def delete_old_keys(database: Database) -> int:
    """Delete a batch of the idempotency keys that are older than KEEP_KEYS; how many went."""
    async with database.transaction() as tx:
        return await tx.execute(_SQL["delete_old_keys"], tx.now - KEEP_KEYS, _BATCH)


PURGES: Final = (Job("purge_idempotency_keys", timedelta(minutes=10), delete_old_keys),)
"""The purges, to be run in the `jobs` role beside the service's own jobs."""

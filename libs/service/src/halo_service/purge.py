"""Jobs that every service has: what is kept for a time only goes when its time is over."""

from datetime import timedelta
from typing import Final

from halo_events.runtime import Database, load_statements

from halo_service.jobs import Job

KEEP_KEYS: Final = timedelta(days=7)
"""How long a repeated call gets the answer of the first."""

KEEP_INBOX: Final = timedelta(days=30)
"""How long a repeated event is known as one that was handled."""

_BATCH: Final = 1000
_EVERY: Final = timedelta(minutes=10)
_SQL: Final = load_statements("halo_service.http")
_EVENTS_SQL: Final = load_statements("halo_events.runtime")


async def delete_old_keys(database: Database) -> int:
    """Delete a batch of the idempotency keys that are older than KEEP_KEYS; how many went."""
    async with database.transaction() as tx:
        return await tx.execute(_SQL["delete_old_keys"], tx.now - KEEP_KEYS, _BATCH)


async def delete_old_inbox(database: Database) -> int:
    """Delete a batch of the inbox rows that are older than KEEP_INBOX; how many went."""
    async with database.transaction() as tx:
        return await tx.execute(_EVENTS_SQL["delete_old_inbox"], tx.now - KEEP_INBOX)


PURGES: Final = (
    Job("purge idempotency keys", _EVERY, delete_old_keys),
    Job("purge inbox", _EVERY, delete_old_inbox),
)
"""The purges, run in the role `jobs` beside the service's own jobs."""

"""Timers: closes requests that came to their end some time ago."""

from typing import Final

from halo_events.runtime import Database

from halo_intake import repository
from halo_intake.usecases import closing

BATCH: Final = 20
"""Timers claimed at a time."""


async def close_ended(database: Database) -> int:
    """Close the requests that are due, each in a transaction of its own; how many were.

    One that fails stops no other: its next attempt comes later each time. Raises the first failure, once all had
    their turn.
    """
    async with database.transaction() as tx:
        due = await repository.claim_timers(tx, tx.now, BATCH)
    failures = []
    for request_id in due:
        try:
            async with database.transaction() as tx:
                await closing.close_request(tx, request_id)
        except Exception as error:  # noqa: BLE001 - raised below, when the others had their turn
            failures.append(error)
    if failures:
        raise failures[0]
    return len(due)

"""Waits until nothing is under way any more: nothing on its way out, all topics read, no message or paper half done."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import asyncpg
from aiokafka import TopicPartition
from halo_events import topics

from halo_demo.databases import database_url
from halo_demo.errors import DeadlineError
from halo_demo.facts import open_topics

SECONDS: Final = 150.0
"""Longer than the longest lease of a service that was killed."""
POLL_SECONDS: Final = 0.3
OUTBOX: Final = "SELECT count(*) FROM events.outbox"
OFFSETS: Final = (
    "SELECT topic, partition, min(next_offset) AS next_offset FROM events.offsets GROUP BY topic, partition"
)
PENDING: Final[Mapping[str, str]] = {
    "intake": "SELECT count(*) FROM timers",
    "documents": "SELECT count(*) FROM uploads WHERE state = 'stored'",
    "notify": "SELECT count(*) FROM outgoing WHERE settled_at IS NULL",
}
"""Counts of what a service still has to do on its own."""

Ends = Mapping[TopicPartition, int]


@dataclass
class Quiet:
    """Asks the databases and the broker; `close` ends the connections."""

    admin: str
    kafka: str
    services: tuple[str, ...]
    _connections: dict[str, asyncpg.Connection] = field(default_factory=dict)

    async def wait(self) -> None:
        """Wait until all is quiet, twice in a row.

        Raises:
            DeadlineError: something is still under way; the text says what.
        """
        deadline = time.monotonic() + SECONDS
        calm = 0
        consumer = await open_topics(self.kafka, topics.ALL)
        try:
            while calm < 2:  # noqa: PLR2004 - what one service does may wake another
                ends = await consumer.end_offsets(consumer.assignment())
                restless = await self._restless(ends)
                calm = 0 if restless else calm + 1
                if restless and time.monotonic() > deadline:
                    raise DeadlineError(f"not quiet after {SECONDS:.0f} s: {'; '.join(restless)}")
                await asyncio.sleep(POLL_SECONDS)
        finally:
            await consumer.stop()
            await self._close()

    async def _restless(self, ends: Ends) -> list[str]:
        found = []
        for service in self.services:
            connection = await self._connection(service)
            waiting = await connection.fetchval(OUTBOX)
            behind = _behind(await connection.fetch(OFFSETS), ends)
            pending = await connection.fetchval(PENDING[service]) if service in PENDING else 0
            found += [f"{service} has {waiting} events in its outbox"] if waiting else []
            found += [f"{service} is {behind} records behind"] if behind else []
            found += [f"{service} has {pending} things to do"] if pending else []
        return found

    async def _connection(self, service: str) -> asyncpg.Connection:
        if service not in self._connections:
            self._connections[service] = await asyncpg.connect(database_url(self.admin, service))
        return self._connections[service]

    async def _close(self) -> None:
        for connection in self._connections.values():
            await connection.close()
        self._connections.clear()


def _behind(rows: list[asyncpg.Record], ends: Ends) -> int:
    """Count the records that a service has not read, of the topics it reads."""
    positions = {TopicPartition(row["topic"], row["partition"]): row["next_offset"] for row in rows}
    read = {partition.topic for partition in positions}
    return sum(max(0, end - positions.get(place, 0)) for place, end in ends.items() if place.topic in read)

"""Publishes outbox rows: a batch per partition in flight, and only what the broker has acknowledged counts."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

if TYPE_CHECKING:
    import asyncpg

MOST_BATCH_BYTES: Final = 512 * 1024
_DEADLINE: Final = 10.0
"""Seconds for one round: with the broker away a send never ends by itself."""


class Publisher:
    """An idempotent producer. After any error it is spent: sequence numbers of a rejected batch poison the next."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer
        self._known: set[str] = set()

    @classmethod
    async def start(cls, service: str, kafka: str) -> Self:
        """Connect to the broker. Raises TimeoutError or KafkaError where it is away."""
        producer = AIOKafkaProducer(
            bootstrap_servers=kafka,
            client_id=f"halo-{service}-relay",
            acks="all",
            enable_idempotence=True,
            compression_type="lz4",
            max_batch_size=MOST_BATCH_BYTES,
            request_timeout_ms=8_000,
            metadata_max_age_ms=60_000,
        )
        publisher = cls(producer)
        try:
            await asyncio.wait_for(producer.start(), _DEADLINE)
        except BaseException:
            await publisher.discard()
            raise
        return publisher

    async def missing(self, topics: Sequence[str]) -> list[str]:
        """Which of these topics the broker does not have."""
        found = await asyncio.wait_for(self._producer.client.fetch_all_metadata(), _DEADLINE)
        return sorted(set(topics) - set(found.topics()))

    async def publish(self, rows: "Sequence[asyncpg.Record]") -> tuple[list[int], dict[str, Exception]]:
        """Send rows in their order; the ids that were acknowledged, and the error of each topic that failed.

        A partition gets one batch: what does not fit into it waits for the next round. Nothing is sent to a topic that
        the broker lacks: it would keep all others waiting for its time-out.
        """
        absent = await self._absent({row["topic"] for row in rows})
        slots: dict[tuple[str, int], list[asyncpg.Record]] = defaultdict(list)
        for row in rows:
            if row["topic"] not in absent:
                slots[row["topic"], row["partition"]].append(row)
        results = await asyncio.gather(
            *(self._send(topic, partition, members) for (topic, partition), members in slots.items()),
            return_exceptions=True,
        )
        acknowledged: list[int] = []
        failed: dict[str, Exception] = {topic: UnknownTopicOrPartitionError() for topic in absent}
        for (topic, _), result in zip(slots, results, strict=True):
            if isinstance(result, KafkaError | OSError | TimeoutError):
                failed[topic] = result
            elif isinstance(result, BaseException):
                raise result
            else:
                acknowledged.extend(result)
        return acknowledged, failed

    async def _absent(self, topics: set[str]) -> set[str]:
        unsure = topics - self._known
        absent = set(await self.missing(list(unsure))) if unsure else set()
        self._known |= unsure - absent
        return absent

    async def _send(self, topic: str, partition: int, rows: "Sequence[asyncpg.Record]") -> list[int]:
        batch = self._producer.create_batch()
        sent: list[int] = []
        now = int(time.time() * 1000)
        for row in rows:
            headers = [(name, text.encode()) for name, text in json.loads(row["headers"])]
            headers.append(("ce_sequence", f"{row['id']:020d}".encode()))
            if batch.append(timestamp=now, key=row["key"].encode(), value=row["data"], headers=headers) is None:
                break
            sent.append(row["id"])
        if not sent:
            raise UnknownTopicOrPartitionError(f"an event of {topic} does not fit into a batch")
        async with asyncio.timeout(_DEADLINE):
            future = await self._producer.send_batch(batch, topic, partition=partition)
            await asyncio.shield(future)
        return sent

    async def discard(self) -> None:
        """End the producer, within a bound."""
        try:
            await asyncio.wait_for(self._producer.stop(), 3)
        except (TimeoutError, KafkaError, OSError):
            await asyncio.wait_for(self._producer.client.close(), 3)

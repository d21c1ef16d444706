"""Reads by hand what aiokafka can't: a record that it can't unpack makes every poll of its partition raise.

To seek past such a record is no way out, since a batch is always unpacked from its beginning. So the partition is
fetched as bytes, these are mended, and aiokafka unpacks them.
"""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

import structlog
from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.consumer.fetcher import READ_COMMITTED, PartitionRecords
from aiokafka.errors import CorruptRecordException, KafkaError, for_code
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.memory_records import MemoryRecords

from halo_events.runtime.incoming import Slot
from halo_events.runtime.mending import mend
from halo_events.runtime.reader import PARTITION_BYTES

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

_WITHIN: Final = 15.0
"""Seconds for all of it."""
_log = structlog.get_logger("halo_events.consumer")


class Salvaged(NamedTuple):
    """What a partition holds from its position on, and where to go on. Unreadable records have headers of None."""

    records: "list[ConsumerRecord[bytes, bytes]]"
    next_offset: int


class _Fetched(NamedTuple):
    raw: bytes
    taken_back: Sequence[tuple[int, int]] | None
    """Transactions: producer and first offset of each."""


def is_unpacking(error: Exception) -> bool:
    """Whether a poll may have raised this for what a record holds. Unpacking raises all sorts."""
    return isinstance(error, CorruptRecordException) or not isinstance(error, KafkaError)


async def salvage(kafka: str, positions: Mapping[Slot, int], most: int) -> dict[Slot, Salvaged]:
    """Read up to `most` records of each of these partitions in which aiokafka can't unpack one.

    Raises KafkaError, or TimeoutError, where the broker can't be read or a batch arrives damaged.
    """
    client = AIOKafkaClient(bootstrap_servers=kafka, client_id="halo-salvage", request_timeout_ms=int(_WITHIN * 1000))
    found: dict[Slot, Salvaged] = {}
    try:
        async with asyncio.timeout(_WITHIN):
            await client.bootstrap()
            await client.set_topics({slot.topic for slot in positions})
            for slot, position in positions.items():
                fetched = await _fetch(client, slot, position)
                mended = mend(fetched.raw)
                if mended.batches != fetched.raw:
                    records = PartitionRecords(
                        TopicPartition(*slot),
                        MemoryRecords(mended.batches),
                        fetched.taken_back,
                        position,
                        key_deserializer=None,
                        value_deserializer=None,
                        check_crcs=False,
                        isolation_level=READ_COMMITTED,
                    )
                    found[slot] = _unpack(records, most, mended.broken)
    finally:
        await client.close()
    return found


async def _fetch(client: AIOKafkaClient, slot: Slot, position: int) -> _Fetched:
    leader = client.cluster.leader_for_partition(TopicPartition(*slot))
    wanted = [(slot.topic, [(slot.partition, position, PARTITION_BYTES)])]
    answer = await client.send(leader, FetchRequest(0, 1, PARTITION_BYTES, READ_COMMITTED, wanted))
    ((_, ((_, code, _, *rest),)),) = answer.topics
    if code:
        raise for_code(code)
    return _Fetched(rest[-1], rest[2 if answer.API_VERSION >= 11 else -2])  # noqa: PLR2004 - a field came in with it


def _unpack(unpacking: PartitionRecords, most: int, broken: frozenset[int]) -> Salvaged:
    records = list(islice(unpacking, most))
    for record in records:
        if record.offset in broken:
            record.headers = None
            _log.warning("unreadable record", topic=record.topic, partition=record.partition, offset=record.offset)
    return Salvaged(records, unpacking.next_fetch_offset)

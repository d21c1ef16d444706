"""Kafka's consumer, set up so that only our own positions count."""

from typing import Final

from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.range import RangePartitionAssignor

SESSION_MS: Final = 10_000
"""Kafka gives a silent member's partitions away after this; PostgreSQL ends its transaction earlier."""
PARTITION_BYTES: Final = 1024 * 1024
"""A fetch brings this much of a partition, or one batch."""


def open_reader(service: str, kafka: str) -> AIOKafkaConsumer:
    """A consumer in the group of a service, not started yet.

    Range gives partition p of all topics to one member, which the order across topics rests on. There is no reset of
    offsets: positions come from the database, and one out of range is an alarm. What a transaction of an outsider took
    back is not read.
    """
    return AIOKafkaConsumer(
        bootstrap_servers=kafka,
        client_id=f"halo-{service}",
        group_id=f"halo-{service}",
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed",
        partition_assignment_strategy=(RangePartitionAssignor,),
        session_timeout_ms=SESSION_MS,
        heartbeat_interval_ms=2_000,
        rebalance_timeout_ms=45_000,
        max_poll_interval_ms=120_000,
        request_timeout_ms=15_000,
        retry_backoff_ms=200,
        metadata_max_age_ms=5_000,  # a topic made later is read within that time
        fetch_max_wait_ms=200,
        fetch_max_bytes=4 * 1024 * 1024,
        max_partition_fetch_bytes=PARTITION_BYTES,
    )

"""Which partition a key belongs to: Kafka's default partitioner (murmur2, KIP-480 leaves it so for keyed records)."""

from functools import lru_cache

from aiokafka.partitioner import murmur2


@lru_cache(maxsize=16384)
def partition_of(key: str, partitions: int) -> int:
    """The partition of a key, the same as in every other Kafka client."""
    return int((murmur2(key.encode()) & 0x7FFFFFFF) % partitions)

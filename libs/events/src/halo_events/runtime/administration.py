"""Topics in the broker: made and checked against what the code declares."""

import asyncio
from collections.abc import Sequence
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from halo_events.topics import Topic

_ALREADY_THERE: Final = 36
"""Kafka's error code TOPIC_ALREADY_EXISTS."""


_WITHIN: Final = 30.0


class TopicError(Exception):
    """A topic could not be made, or is not as declared."""


async def apply_topics(kafka: str, topics: Sequence[Topic], *, replication: int = 1) -> list[str]:
    """Make the topics that are missing; their names.

    Raises TopicError with all that differs from the declaration, and where the broker is away.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka, request_timeout_ms=15_000)
    try:
        async with asyncio.timeout(_WITHIN):
            await admin.start()
            return await _apply(admin, topics, replication)
    except (KafkaError, OSError) as error:
        raise TopicError(f"Kafka at {kafka}: {type(error).__name__}") from error
    finally:
        await admin.close()


async def _apply(admin: AIOKafkaAdminClient, topics: Sequence[Topic], replication: int) -> list[str]:
    wanted = [
        NewTopic(
            topic.name,
            topic.partitions,
            replication,
            topic_configs={"retention.ms": str(topic.retention_ms), "message.timestamp.type": "CreateTime"},
        )
        for topic in topics
    ]
    answer = await admin.create_topics(wanted, timeout_ms=10_000)
    made = []
    for name, code, *detail in answer.topic_errors:
        if code == 0:
            made.append(name)
        elif code != _ALREADY_THERE:
            raise TopicError(f"{name}: Kafka's error {code} {' '.join(str(part) for part in detail)}")
    differences = await _differences(admin, topics)
    if differences:
        raise TopicError("; ".join(differences))
    return made


async def _differences(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> list[str]:
    """What the broker has otherwise than declared."""
    found: list[str] = []
    described = {entry["topic"]: entry for entry in await admin.describe_topics([topic.name for topic in topics])}
    for topic in topics:
        partitions = len(described.get(topic.name, {}).get("partitions", ()))
        if partitions and partitions != topic.partitions:
            found.append(f"{topic.name}: {partitions} partitions instead of {topic.partitions}")
    resources = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in topics]
    retention = await _retention(admin, resources)
    found += [
        f"{topic.name}: retention.ms {retention[topic.name]} instead of {topic.retention_ms}"
        for topic in topics
        if retention.get(topic.name, topic.retention_ms) != topic.retention_ms
    ]
    return found


async def _retention(admin: AIOKafkaAdminClient, resources: Sequence[ConfigResource]) -> dict[str, int]:
    values: dict[str, int] = {}
    for answer in await admin.describe_configs(list(resources)):
        for resource in answer.resources:
            name, entries = resource[3], resource[4]
            for entry in entries:
                if entry[0] == "retention.ms":
                    values[name] = int(entry[1])
    return values

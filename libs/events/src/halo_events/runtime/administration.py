"""Topics in the broker: made and checked against what the code declares."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from halo_events.topics import DAY_MS, Topic

_ALREADY_THERE: Final = 36
"""Kafka's error code TOPIC_ALREADY_EXISTS."""
_PASSING: Final = frozenset({7, 41})
"""Kafka's error codes REQUEST_TIMED_OUT and NOT_CONTROLLER."""
_FENCED: Final = "currently fenced"
"""What the controller says while it awaits the brokers' heartbeats, with the code of a replication that can't be."""
_AGAIN_AFTER: Final = 0.5
_WITHIN: Final = 30.0
"""Seconds for all of it."""
_KNOWN_WITHIN: Final = 10.0
"""Seconds for a new topic to be known everywhere."""


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
            topic_configs=_declared(topic),
        )
        for topic in topics
    ]
    made: list[str] = []
    while True:
        if await _create(admin, wanted, made):
            break
        await asyncio.sleep(_AGAIN_AFTER)
    differences = await _differences(admin, topics)
    if differences:
        raise TopicError("; ".join(differences))
    return made


async def _create(admin: AIOKafkaAdminClient, wanted: Sequence[NewTopic], made: list[str]) -> bool:
    """Make topics, and put the names of new ones into `made`; False where the broker can't make some of them yet."""
    answer = await admin.create_topics(list(wanted), timeout_ms=10_000)
    ready = True
    for name, code, *detail in answer.topic_errors:
        told = " ".join(str(part) for part in detail)
        if code == 0:
            made.append(name)
        elif code in _PASSING or _FENCED in told:
            ready = False
        elif code != _ALREADY_THERE:
            raise TopicError(f"{name}: Kafka's error {code} {told}")
    return ready


def _declared(topic: Topic) -> dict[str, str]:
    """The settings of a topic.

    Kafka drops a segment when its newest record is too old, so a quiet boundary topic would keep an outsider's clear
    records for up to twice its retention: its segments are cut daily. Its times are the broker's: an outsider's clock
    must not decide what is dropped before it was read.
    """
    settings = {"retention.ms": str(topic.retention_ms), "message.timestamp.type": "CreateTime"}
    if topic.boundary:
        settings |= {"segment.ms": str(DAY_MS), "message.timestamp.type": "LogAppendTime"}
    if topic.followed:
        settings |= {"compression.type": "gzip"}
    return settings


async def _differences(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> list[str]:
    """What the broker has otherwise than declared. Raises TopicError where it can't tell."""
    partitions, settings = await _as_they_are(admin, [topic.name for topic in topics])
    found: list[str] = []
    for topic in topics:
        if partitions[topic.name] != topic.partitions:
            found.append(f"{topic.name}: {partitions[topic.name]} partitions instead of {topic.partitions}")
        for name, wanted in _declared(topic).items():
            if settings[topic.name].get(name) != wanted:
                found.append(f"{topic.name}: {name} {settings[topic.name].get(name)} instead of {wanted}")
    return found


async def _as_they_are(
    admin: AIOKafkaAdminClient, names: Sequence[str]
) -> tuple[dict[str, int], dict[str, dict[str, str]]]:
    """Partitions and settings of topics. A broker may know a new topic a little later than its controller does."""
    deadline = time.monotonic() + _KNOWN_WITHIN
    while True:
        partitions = {entry["topic"]: len(entry["partitions"]) for entry in await admin.describe_topics(list(names))}
        settings = await _settings(admin, names)
        unknown = [name for name in names if not partitions.get(name) or not settings.get(name)]
        if not unknown:
            return partitions, settings
        if time.monotonic() > deadline:
            raise TopicError(f"{', '.join(unknown)}: the broker can't describe them; try again")
        await asyncio.sleep(0.2)


async def _settings(admin: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, dict[str, str]]:
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    return {
        name: {entry[0]: entry[1] for entry in entries}
        for answer in await admin.describe_configs(resources)
        for _, _, _, name, entries in answer.resources
    }

"""Events as read from the topics by an outsider: with the contract and the envelope, nothing of the runtime."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final, TypeVar
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from halo_events import envelope, topics
from halo_events.contract import BY_TYPE
from halo_events.contract.event import Event, RequestEvent
from halo_events.envelope import Envelope
from halo_events.topics import Topic

OURS: Final = tuple(topic for topic in topics.ALL if not topic.boundary)
"""The topics that our services write."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
POLL_MS: Final = 200
TYPE_PREFIX: Final = "id.go.bekasikota.halopamor."

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Fact:
    """An event, its envelope and its place."""

    envelope: Envelope
    event: Event
    partition: int
    offset: int

    @property
    def name(self) -> str:
        """The type without its prefix and version: `request.received`."""
        return self.envelope.type.removeprefix(TYPE_PREFIX).rpartition(".v")[0]

    @property
    def request_id(self) -> UUID | None:
        """The request that the event is about, if it is about one."""
        return self.event.request_id if isinstance(self.event, RequestEvent) else None


def read_fact(record: ConsumerRecord) -> Fact:
    """Read a record of one of our topics.

    Raises:
        EnvelopeError: it is no CloudEvent.
        KeyError: the contract has no such type.
        ValidationError: the data does not fit the contract.
    """
    recorded_at = EPOCH + timedelta(milliseconds=record.timestamp)
    found, data = envelope.decode(record.headers, record.value, recorded_at)
    return Fact(found, BY_TYPE[found.type].model_validate_json(data), record.partition, record.offset)


async def open_topics(kafka: str, wanted: Sequence[Topic]) -> AIOKafkaConsumer:
    """Return a consumer that stands at the start of all partitions of these topics; the caller stops it."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka, enable_auto_commit=False, auto_offset_reset="earliest", max_poll_records=2000
    )
    await consumer.start()
    partitions = [TopicPartition(topic.name, number) for topic in wanted for number in range(topic.partitions)]
    consumer.assign(partitions)
    await consumer.seek_to_beginning(*partitions)
    return consumer


async def count_records(kafka: str, wanted: Sequence[Topic]) -> int:
    """Count what was ever written to these topics."""
    consumer = await open_topics(kafka, wanted)
    try:
        return sum((await consumer.end_offsets(consumer.assignment())).values())
    finally:
        await consumer.stop()


async def read_to_end(kafka: str, wanted: Sequence[Topic]) -> AsyncIterator[ConsumerRecord]:
    """Go over the records of these topics from their start to the end they have now."""
    consumer = await open_topics(kafka, wanted)
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        waiting = {partition: end for partition, end in ends.items() if end > 0}
        while waiting:
            for partition, records in (await consumer.getmany(timeout_ms=POLL_MS)).items():
                for record in records:
                    yield record
                if await consumer.position(partition) >= ends[partition]:
                    waiting.pop(partition, None)
    finally:
        await consumer.stop()


@dataclass(frozen=True)
class Topics:
    """All facts of our topics, each event once, in the order of their partitions."""

    facts: tuple[Fact, ...]

    def of(self, event_class: type[E]) -> list[tuple[Envelope, E]]:
        """List the events of a class with their envelopes, in order of their keys' records."""
        return [(fact.envelope, fact.event) for fact in self.facts if isinstance(fact.event, event_class)]

    @cached_property
    def by_request(self) -> Mapping[UUID, list[Fact]]:
        """What happened to each request, in the order in which it was recorded."""
        found: dict[UUID, list[Fact]] = {}
        for fact in sorted(self.facts, key=lambda fact: (fact.envelope.time, fact.envelope.sequence or "")):
            if fact.request_id is not None:
                found.setdefault(fact.request_id, []).append(fact)
        return found


async def read_topics(kafka: str) -> Topics:
    """Read all of our topics; of events with the same source and id the first counts."""
    facts: dict[tuple[str, str], Fact] = {}
    async for record in read_to_end(kafka, OURS):
        fact = read_fact(record)
        facts.setdefault((fact.envelope.source, fact.envelope.id), fact)
    return Topics(tuple(facts.values()))

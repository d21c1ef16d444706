"""A small service of its own, `sample`, between topics that no other test uses."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, islice
from typing import Any, ClassVar
from uuid import UUID, uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from halo_events.contract.event import SYSTEM, Event, RequestEvent
from halo_events.envelope import Envelope, encode_headers
from halo_events.runtime import Consumer, Database, Handlers, Relay
from halo_events.runtime.administration import apply_topics
from halo_events.runtime.murmur import partition_of
from halo_events.testing import Databases
from halo_events.topics import Topic
from hypothesis import settings

settings.register_profile("events", deadline=None, max_examples=50)
settings.load_profile("events")

TABLES = """
CREATE TABLE causes (request_id uuid PRIMARY KEY);
CREATE TABLE effects (request_id uuid NOT NULL, number integer NOT NULL, at timestamptz NOT NULL);
CREATE TABLE results (request_id uuid NOT NULL, number integer NOT NULL);
CREATE TABLE slow (id integer PRIMARY KEY DEFERRABLE INITIALLY DEFERRED);
"""
PARTITIONS = 4


class Numbered(RequestEvent):
    """A test event: the n-th of its request."""

    number: int


@dataclass
class World:
    """Topics, tables and event classes of one test."""

    service: str
    dsn: str
    kafka: str
    causes: Topic
    effects: Topic
    results: Topic
    officers: Topic
    Cause: type[Numbered] = field(init=False)
    Effect: type[Numbered] = field(init=False)
    Result: type[Numbered] = field(init=False)
    Officer: type[Numbered] = field(init=False)
    topics_made: bool = False

    def __post_init__(self) -> None:
        """Make event classes that belong to this test's topics."""

        class Cause(Numbered):
            type: ClassVar[str] = "test.cause.v1"
            topic: ClassVar[Topic] = self.causes

        class Effect(Numbered):
            type: ClassVar[str] = "test.effect.v1"
            topic: ClassVar[Topic] = self.effects

        class Result(Numbered):
            type: ClassVar[str] = "test.result.v1"
            topic: ClassVar[Topic] = self.results

        class Officer(Numbered):
            type: ClassVar[str] = "test.officer.v1"
            topic: ClassVar[Topic] = self.officers

        self.Cause, self.Effect, self.Result, self.Officer = Cause, Effect, Result, Officer

    async def make_topics(self) -> None:
        """Make the topics in the broker, once a test needs them there."""
        if not self.topics_made:
            await apply_topics(self.kafka, (self.causes, self.effects, self.results, self.officers))
            self.topics_made = True

    async def rows(self, sql: str, *args: object) -> list[tuple[object, ...]]:
        """What a query finds now."""
        connection = await asyncpg.connect(self.dsn)
        try:
            return [tuple(row) for row in await connection.fetch(sql, *args)]
        finally:
            await connection.close()

    async def publish(self, *events: Event, source: str = "/test", ids: Sequence[str] = ()) -> None:
        """Write events as their owner's relay would."""
        await self.publish_raw(*(record(event, source, ids[n] if ids else None) for n, event in enumerate(events)))

    async def publish_raw(self, *records: tuple[str, int, bytes, bytes | None, list[tuple[str, bytes]]]) -> None:
        """Write records: topic, partition, key, value, headers."""
        await self.make_topics()
        producer = AIOKafkaProducer(bootstrap_servers=self.kafka, acks="all")
        await producer.start()
        try:
            for topic, partition, key, value, headers in records:
                await producer.send_and_wait(topic, value, key=key, partition=partition, headers=headers)
        finally:
            await producer.stop()

    async def read(self, topic: Topic, partitions: Sequence[int] = range(PARTITIONS)) -> list[Any]:
        """All records of a topic, partition by partition, up to the ends of now."""
        reader = AIOKafkaConsumer(bootstrap_servers=self.kafka, auto_offset_reset="earliest", fetch_max_wait_ms=50)
        await reader.start()
        try:
            slots = [TopicPartition(topic.name, number) for number in partitions]
            reader.assign(slots)
            ends = await reader.end_offsets(slots)
            found: list[Any] = []
            while any([await reader.position(slot) < ends[slot] for slot in slots]):
                for records in (await reader.getmany(timeout_ms=200)).values():
                    found.extend(records)
            return sorted(found, key=lambda item: (item.partition, item.offset))
        finally:
            await reader.stop()

    def key(self, partition: int, nth: int = 0) -> UUID:
        """A request id of this partition, the nth of many."""
        fitting = (key for key in map(UUID, map("{:032x}".format, count(1))) if self.partition(key) == partition)
        return next(islice(fitting, nth, None))

    def partition(self, request_id: UUID) -> int:
        """The partition of a request id in this test's topics."""
        return partition_of(str(request_id), PARTITIONS)

    def cause(self, request_id: UUID, number: int = 1) -> Event:
        """A cause of this test."""
        return self.Cause(**_facts(request_id, number))

    def effect(self, request_id: UUID, number: int = 1) -> Event:
        """An effect of this test."""
        return self.Effect(**_facts(request_id, number))

    def result(self, request_id: UUID, number: int = 1) -> Event:
        """A result of this test."""
        return self.Result(**_facts(request_id, number))

    def officer(self, request_id: UUID, number: int = 1) -> Event:
        """An event of a reference topic of this test."""
        return self.Officer(**_facts(request_id, number))

    def consumer(self, handlers: Handlers) -> Consumer:
        """A consumer of this test's service."""
        return Consumer(handlers, dsn=self.dsn, kafka=self.kafka)

    def relay(self) -> Relay:
        """A relay of this test's service."""
        return Relay(self.service, dsn=self.dsn, kafka=self.kafka, topics=[self.results.name])


def record(
    event: Event, source: str = "/test", event_id: str | None = None
) -> tuple[str, int, bytes, bytes | None, list[tuple[str, bytes]]]:
    """An event as a record in binary mode."""
    envelope = Envelope(event_id or str(uuid4()), source, event.type, datetime.now(UTC), subject=event.key)
    headers = [(name, text.encode()) for name, text in encode_headers(envelope)]
    partition = partition_of(event.key, event.topic.partitions)
    return event.topic.name, partition, event.key.encode(), event.model_dump_json().encode(), headers


def _facts(request_id: UUID, number: int) -> dict[str, Any]:
    return {"request_id": request_id, "number": number, "occurred_at": datetime.now(UTC), "actor": SYSTEM}


@pytest.fixture
async def dsn(databases: Databases) -> AsyncIterator[str]:
    """A fresh database with the runtime's tables and those of the sample service."""
    address = await databases.fresh("sample")
    connection = await asyncpg.connect(address)
    await connection.execute(TABLES)
    await connection.close()
    yield address
    await databases.drop(address)


@pytest.fixture
async def world(dsn: str, kafka: str) -> World:
    """A database and topics of the test's own."""
    mark = uuid4().hex[:8]
    service = f"sample-{mark}"
    topics = [
        Topic(f"test.{mark}.{name}", owner=owner, key="request_id", partitions=PARTITIONS, reference=name == "officers")
        for name, owner in (("causes", "up"), ("effects", "up"), ("results", service), ("officers", "up"))
    ]
    return World(service, dsn, kafka, *topics)


@pytest.fixture
async def database(world: World) -> AsyncIterator[Database]:
    """The pool of a service without handlers."""
    opened = await Database.open(world.dsn, Handlers(world.service))
    yield opened
    await opened.close()


@pytest.fixture
async def running(world: World) -> AsyncIterator[Callable[..., Awaitable[asyncio.Event]]]:
    """A way to start consumers and relays. After the test they are stopped, and what they raised is raised."""
    stops: list[asyncio.Event] = []
    tasks: list[asyncio.Task[None]] = []

    async def start(*loops: Consumer | Relay) -> asyncio.Event:
        await world.make_topics()
        stop = asyncio.Event()
        stops.append(stop)
        tasks.extend(asyncio.create_task(loop.run(stop)) for loop in loops)
        return stop

    yield start
    for stop in stops:
        stop.set()
    for task in tasks:
        await asyncio.wait_for(task, 20)

"""A topic that outsiders write: every record is answered once, and none stops its partition."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaProducer
from halo_events.contract.event import Text
from halo_events.runtime import Consumer, Handlers, Rejection, Tx, boundary, on
from halo_events.runtime.administration import apply_topics
from halo_events.testing import eventually
from halo_events.topics import Topic
from pydantic import Field

Start = Callable[..., Awaitable[asyncio.Event]]
STRUCTURED = [("content-type", b"application/cloudevents+json")]


@pytest.fixture
async def outside(world: Any) -> Any:
    """A boundary topic with one kind of event."""

    class Filed(world.Effect):  # type: ignore[misc] # the class is made by the fixture
        type = "test.filed.v1"
        topic = Topic(f"{world.effects.name}.filed", "outside", "request_id", partitions=1, boundary=True)
        name: Text
        size: Annotated[int, Field(le=99)] = 1

    await apply_topics(world.kafka, [Filed.topic])
    return Filed


@pytest.fixture
def consumer(world: Any, outside: Any) -> Consumer:
    """Answers filings by results: what is valid with its number, what is rejected with minus its first fault."""

    async def on_filed(tx: Tx, event: Any) -> None:
        await tx.execute("INSERT INTO results (request_id, number) VALUES ($1, $2)", event.request_id, event.number)
        await tx.emit(world.result(event.request_id, event.number))

    async def on_rejected(tx: Tx, rejection: Rejection) -> None:
        await tx.execute("INSERT INTO answers VALUES ($1, $2)", rejection.offset, rejection.faults[0].code)
        await tx.emit(world.result(uuid4(), -1))

    handler = boundary(outside.topic, accepts=(on(outside, on_filed),), on_rejected=on_rejected)
    return Consumer(Handlers(world.service, boundaries=(handler,)), dsn=world.dsn, kafka=world.kafka)


def headers(event_id: str, kind: str = "test.filed.v1") -> list[tuple[str, Any]]:
    """Headers of a good record."""
    given = {"ce_specversion": "1.0", "ce_id": event_id, "ce_source": "/outside", "ce_type": kind}
    return [(name, text.encode()) for name, text in given.items()]


async def test_every_record_is_answered(world: Any, outside: Any, consumer: Consumer, running: Start) -> None:
    """Broken, unknown, oversized and hostile records each get one answer; good ones between them take effect."""
    facts = json.loads(world.effect(UUID(int=1)).model_dump_json()) | {"name": "x"}

    def value(**changes: Any) -> bytes:
        return json.dumps(facts | changes).encode()

    trace = {"traceparent": "\ud800", "specversion": "1.0", "id": "s", "source": "/o", "type": "test.filed.v1"}
    bad: list[tuple[bytes | None, Any, str]] = [
        (b"{", headers("1"), "broken_json"),
        (b"\xff", headers("2"), "broken_json"),
        (None, headers("3"), "broken_json"),
        (b"[" * 50_000, headers("4"), "broken_json"),
        (b'"text"', headers("5"), "not_an_object"),
        (value(), headers("6", "test.other.v1"), "unknown_type"),
        (value(), [], "envelope"),
        (value(), headers("")[:1], "envelope"),
        (value(), headers("a\0b"), "envelope"),
        (value(), headers("x" * 600), "envelope"),
        (value(name="a\0b"), headers("7"), "text_not_storable"),
        (value(name="\ud800"), headers("8"), "string_unicode"),
        (value(size=2**63), headers("9"), "less_than_equal"),
        (value(number="x"), headers("10"), "int_parsing"),
        (b"garbage", STRUCTURED, "envelope"),
        (None, STRUCTURED, "envelope"),
        (value(), STRUCTURED, "envelope"),
    ]
    good = [
        (value(number=1), [*headers("good-1"), ("x", None), ("traceparent", b"x" * 70_000)]),
        (json.dumps(trace | {"data": facts | {"number": 2}}).encode(), STRUCTURED),
    ]
    await world.rows("CREATE TABLE answers (place bigint, code text)")
    records = [good[0], *((item, given) for item, given, _ in bad), good[1]]
    await world.publish_raw(*((outside.topic.name, 0, b"k", item, given) for item, given in records))
    await running(consumer, world.relay())

    async def done() -> bool:
        return len(await world.rows("SELECT 1 FROM events.inbox")) == len(records)

    await eventually(done)
    assert await world.rows("SELECT number FROM results ORDER BY 1") == [(1,), (2,)]
    answered = await world.rows("SELECT place, code FROM answers ORDER BY place")
    assert answered == [(place, code) for place, (_, _, code) in enumerate(bad, 1)]

    async def published() -> bool:
        return len(await world.read(world.results)) == len(bad) + len(good)

    await eventually(published)
    assert consumer.health.ready


async def test_rejected_twice(world: Any, outside: Any, consumer: Consumer, running: Start) -> None:
    """A bad record that its writer sends again under the same id is answered once."""
    await world.rows("CREATE TABLE answers (place bigint, code text)")
    broken = (outside.topic.name, 0, b"k", b"{", headers("same"))
    tombstone = (outside.topic.name, 0, b"k", None, headers("same-2"))
    await running(consumer)
    await world.publish_raw(broken, tombstone)
    await world.publish_raw(broken, tombstone, (outside.topic.name, 0, b"k", b"{", headers("last")))

    async def done() -> bool:
        return (4, "broken_json") in await world.rows("SELECT place, code FROM answers")

    await eventually(done)
    assert len(await world.rows("SELECT 1 FROM answers")) == 3


async def test_any_compression(world: Any, outside: Any, consumer: Consumer, running: Start) -> None:
    """Outsiders compress their records as they like."""
    for number, compression in enumerate(("gzip", "snappy", "lz4", "zstd")):
        facts = json.loads(world.effect(UUID(int=1), number).model_dump_json()) | {"name": "x" * 200}
        producer = AIOKafkaProducer(bootstrap_servers=world.kafka, compression_type=compression)
        await producer.start()
        await producer.send_and_wait(outside.topic.name, json.dumps(facts).encode(), headers=headers(compression))
        await producer.stop()
    await running(consumer)

    async def done() -> bool:
        return await world.rows("SELECT number FROM results") == [(number,) for number in range(4)]

    await eventually(done)


async def test_taken_back(world: Any, outside: Any, consumer: Consumer, running: Start) -> None:
    """What an outsider's transaction took back takes no effect; what it committed does."""
    facts = json.loads(world.effect(UUID(int=1)).model_dump_json()) | {"name": "x"}
    producer = AIOKafkaProducer(bootstrap_servers=world.kafka, transactional_id=outside.topic.name)
    await producer.start()
    try:
        for number, kept in ((1, False), (2, True)):
            await producer.begin_transaction()
            value = json.dumps(facts | {"number": number}).encode()
            await producer.send_and_wait(outside.topic.name, value, partition=0, headers=headers(f"t-{number}"))
            await (producer.commit_transaction() if kept else producer.abort_transaction())
    finally:
        await producer.stop()
    await running(consumer)

    async def done() -> bool:
        return bool(await world.rows("SELECT number FROM results"))

    await eventually(done)
    assert await world.rows("SELECT number FROM results") == [(2,)]

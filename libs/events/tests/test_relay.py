"""Outbox and relay: what was committed is published, in commit order per partition, whoever leads."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import asyncpg
import pytest
from halo_events.runtime import Database, Relay, Tx
from halo_events.runtime.administration import apply_topics
from halo_events.runtime.outbox import flush
from halo_events.testing import eventually
from halo_events.topics import Topic

Start = Callable[..., Awaitable[asyncio.Event]]
LEADERS = """
SELECT a.pid
  FROM pg_locks AS l
  JOIN pg_stat_activity AS a ON a.pid = l.pid
 WHERE l.locktype = 'advisory' AND l.granted AND a.application_name = $1 AND a.datname = current_database()
"""
WAITING = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


async def numbers(world: Any) -> list[tuple[str, int]]:
    """Key and number of all published results, in the order of their partitions."""
    return [(item.key.decode(), json.loads(item.value)["number"]) for item in await world.read(world.results)]


@asynccontextmanager
async def flushed(world: Any, database: Database, *events: Any) -> AsyncIterator[None]:
    """A transaction whose events lie in the outbox, not committed before the block ends."""
    connection = await asyncpg.connect(world.dsn)
    try:
        async with connection.transaction():
            tx = Tx(connection, database.handlers, datetime.now(UTC))
            for event in events:
                await tx.emit(event)
            await flush(connection, tx.outbox)
            yield
    finally:
        await connection.close()


async def emit(database: Database, *events: Any) -> None:
    """Publish events in a transaction of their own."""
    async with database.transaction() as tx:
        for event in events:
            await tx.emit(event)


async def test_record(world: Any, database: Database, running: Start) -> None:
    """A record carries the event in binary mode, keyed, its sequence growing; the outbox is empty then."""
    await emit(database, world.result(UUID(int=1), 1), world.result(UUID(int=1), 2))
    await running(world.relay())

    async def empty() -> bool:
        return await world.rows("SELECT 1 FROM events.outbox") == []

    await eventually(empty)
    first, second = await world.read(world.results)
    headers = dict(first.headers)
    assert first.key == str(UUID(int=1)).encode()
    assert first.partition == world.partition(UUID(int=1))
    assert headers["content-type"] == b"application/json"
    assert headers["ce_type"] == b"test.result.v1"
    assert headers["ce_source"] == f"/halopamor/{world.service}".encode()
    assert headers["ce_sequence"] < dict(second.headers)["ce_sequence"]
    assert len(headers["ce_sequence"]) == 20


async def test_order_under_concurrent_writers(world: Any, database: Database, running: Start) -> None:
    """Many transactions at once on few keys: each key's events are published in the order of their commits, once."""
    keys = [world.key(0), world.key(0, 1), world.key(1), world.key(2)]
    async with database.transaction() as tx:
        await tx.executemany("INSERT INTO results (request_id, number) VALUES ($1, 0)", [(key,) for key in keys])

    async def write(seed: int) -> None:
        chance = random.Random(seed)
        async with database.transaction() as tx:
            for key in sorted(chance.sample(keys, 2)):
                sql = "UPDATE results SET number = number + 1 WHERE request_id = $1 RETURNING number"
                await tx.emit(world.result(key, await tx.fetchval(sql, key)))
                await tx.execute("SELECT pg_sleep($1)", chance.uniform(0, 0.02))

    await running(world.relay())
    await asyncio.gather(*map(write, range(60)))

    async def published() -> bool:
        return len(await numbers(world)) >= 120

    await eventually(published)
    found = await numbers(world)
    for key in keys:
        mine = [number for published_key, number in found if published_key == str(key)]
        assert mine == list(range(1, len(mine) + 1))
    ids = [dict(item.headers)["ce_id"] for item in await world.read(world.results)]
    assert len(ids) == len(set(ids)) == 120


async def test_later_writer_of_a_partition_waits(world: Any, database: Database, running: Start) -> None:
    """Whoever writes to a partition after somebody else commits after him: ids follow the commits."""
    key, other = world.key(0), world.key(0, 1)
    async with flushed(world, database, world.result(key, 1)):
        later = asyncio.create_task(emit(database, world.result(other, 2)))

        async def waits() -> bool:
            return bool(await world.rows(WAITING))

        await eventually(waits)
        assert not later.done()
    await later
    await running(world.relay())

    async def published() -> bool:
        return await numbers(world) == [(str(key), 1), (str(other), 2)]

    await eventually(published)


async def test_lower_id_that_commits_late(world: Any, database: Database, running: Start) -> None:
    """A row of another partition that commits after higher ids were published is published too."""
    await running(world.relay())
    async with flushed(world, database, world.result(world.key(0), 1)):
        await emit(database, world.result(world.key(1), 2))

        async def higher_published() -> bool:
            return await world.rows("SELECT 1 FROM events.outbox") == []

        await eventually(higher_published)

    async def all_published() -> bool:
        return [number for _, number in await numbers(world)] == [1, 2]

    await eventually(all_published)


async def test_large_backlog(world: Any, database: Database, running: Start) -> None:
    """More than one round takes, and large events that fill several batches, keep their order."""

    class Long(world.Result):  # type: ignore[misc] # the class is made by the fixture
        text: str

    facts = world.result(world.key(0)).model_dump() | {"text": "x" * 60_000}
    async with database.transaction() as tx:
        for number in range(20):
            await tx.emit(Long(**facts | {"number": number}))
        await tx.emit_all([world.result(world.key(0), number) for number in range(20, 1500)])
    await running(world.relay())

    async def empty() -> bool:
        return await world.rows("SELECT 1 FROM events.outbox LIMIT 1") == []

    await eventually(empty)
    assert [number for _, number in await numbers(world)] == list(range(1500))


@pytest.fixture
def lost(world: Any) -> Any:
    """An event class of the service whose topic the broker doesn't have."""

    class Lost(world.Result):  # type: ignore[misc] # the class is made by the fixture
        type: ClassVar[str] = "test.lost.v1"
        topic: ClassVar[Topic] = Topic(f"{world.results.name}.lost", world.service, "request_id", partitions=2)

    return Lost


async def test_missing_topic(world: Any, database: Database, lost: Any, running: Start) -> None:
    """A topic that is not there is named and held back, others flow meanwhile; once it is there, all comes."""
    await emit(database, lost(**world.result(UUID(int=1)).model_dump()))
    relay = world.relay()
    await running(relay)

    async def named() -> bool:
        return lost.topic.name in relay.health.troubles

    await eventually(named, 30)
    assert not relay.health.ready
    for number in range(5):
        await emit(database, world.result(UUID(int=2), number))

        async def flows(number: int = number) -> bool:
            return len(await numbers(world)) == number + 1

        await eventually(flows, 3)
    await apply_topics(world.kafka, [lost.topic])

    async def well() -> bool:
        return bool(relay.health.ready) and await world.rows("SELECT 1 FROM events.outbox") == []

    await eventually(well, 40)


async def test_topic_missing_at_start(world: Any, lost: Any, running: Start) -> None:
    """A declared topic that is missing is told at start, with what to do, until it is there."""
    await world.make_topics()
    relay = Relay(world.service, dsn=world.dsn, kafka=world.kafka, topics=[lost.topic.name])
    await running(relay)

    async def told() -> bool:
        return "halo-events topics apply" in relay.health.troubles.get("topics", "")

    await eventually(told)
    await apply_topics(world.kafka, [lost.topic])

    async def well() -> bool:
        return bool(relay.health.ready)

    await eventually(well)


async def leaders(world: Any) -> list[int]:
    """The sessions that hold the relay's lock."""
    return [pid for (pid,) in await world.rows(LEADERS, f"halo-{world.service}-relay-lock")]


@pytest.mark.parametrize("sessions", ["halo-{}-relay-lock", "halo-{}-relay"])
async def test_standby_takes_over(world: Any, database: Database, running: Start, sessions: str) -> None:
    """When the leader loses a session, somebody leads again, one alone, and nothing is lost or doubled."""
    relays = [world.relay(), world.relay()]
    await running(*relays)

    async def one_leads() -> bool:
        return [relay.leads for relay in relays].count(True) == 1 == len(await leaders(world))

    await eventually(one_leads)
    (old,) = await leaders(world)
    await emit(database, *(world.result(world.key(0), number) for number in range(50)))
    if sessions.endswith("lock"):
        await world.rows("SELECT pg_terminate_backend($1)", old)
    else:
        sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1"
        await world.rows(sql, sessions.format(world.service))
    await emit(database, *(world.result(world.key(0), number) for number in range(50, 100)))

    async def published() -> bool:
        return len({number for _, number in await numbers(world)}) == 100

    await eventually(published)
    await eventually(one_leads)
    assert await leaders(world) != [old]
    ids = [dict(item.headers)["ce_id"] for item in await world.read(world.results)]
    assert list(dict.fromkeys(ids)) == sorted(set(ids))
    await eventually(lambda: _ready(relays))


async def _ready(relays: list[Any]) -> bool:
    return all(relay.health.ready for relay in relays)

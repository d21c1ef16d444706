"""Several members of one group, members that come and go, and sessions that break: nothing lost, nothing twice."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from halo_events.runtime import Consumer, Handlers, Relay, Tx, on, on_batch
from halo_events.testing import eventually

Start = Callable[..., Awaitable[asyncio.Event]]
HANDLED = "SELECT count(*) FROM log"
KEYS = 6


@pytest.fixture
async def member(world: Any) -> Callable[[str], Consumer]:
    """A way to make members of the group. Each logs what it handles under its name, slowly enough to be disturbed."""
    await world.rows("CREATE TABLE log (n bigint GENERATED ALWAYS AS IDENTITY, who text, request_id uuid, number int)")

    def make(name: str) -> Consumer:
        async def handle(tx: Tx, event: Any) -> None:
            sql = "INSERT INTO log (who, request_id, number) SELECT $1, $2, $3 FROM pg_sleep(0.002)"
            await tx.execute(sql, name, event.request_id, event.number)
            await tx.emit(world.result(event.request_id, event.number))

        return Consumer(
            Handlers(world.service, decisions=(on(world.Effect, handle),)), dsn=world.dsn, kafka=world.kafka
        )

    return make


def stream(world: Any, numbers: range) -> list[Any]:
    """Events of these numbers for each of the keys, which lie in all partitions."""
    return [world.effect(world.key(k % 4, k // 4), number) for number in numbers for k in range(KEYS)]


async def handled(world: Any, count: int) -> None:
    """Wait until so many events have taken effect."""

    async def enough() -> bool:
        return (await world.rows(HANDLED))[0][0] >= count

    await eventually(enough, 30)


async def check(world: Any, numbers: int) -> None:
    """Each number took effect once and was published once, in the order of its key."""
    rows = await world.rows("SELECT request_id, number FROM log ORDER BY n")
    outbox = await world.rows("SELECT key FROM events.outbox")
    assert len(rows) == len(outbox) == numbers * KEYS
    for key in {key for key, _ in rows}:
        assert [number for found, number in rows if found == key] == list(range(numbers))


async def test_members_come_and_go(world: Any, member: Callable[[str], Consumer], running: Start) -> None:
    """Two members share the partitions; a third that joins and leaves in mid-stream loses and doubles nothing."""
    numbers = 40
    await world.publish(*stream(world, range(numbers)))
    await running(member("a"))
    await running(member("b"))
    await handled(world, 30)
    third = await running(member("c"))

    async def all_work() -> bool:
        nonlocal numbers
        await world.publish(*stream(world, range(numbers, numbers + 10)))
        numbers += 10
        return await world.rows("SELECT count(DISTINCT who) FROM log") == [(3,)]

    await eventually(all_work)
    third.set()
    await world.publish(*stream(world, range(numbers, numbers + 40)))
    numbers += 40
    await handled(world, numbers * KEYS)

    await check(world, numbers)


async def test_database_session_killed(world: Any, member: Callable[[str], Consumer], running: Start) -> None:
    """A consumer whose database session is ended in mid-stream goes on with another; nothing is done twice."""
    consumer = member("a")
    await world.publish(*stream(world, range(60)))
    await running(consumer)
    sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1"
    for count in (20, 120, 240):
        await handled(world, count)
        assert await world.rows(sql, f"halo-{world.service}-consumer") == [(True,)]
    await handled(world, 60 * KEYS)

    await check(world, 60)
    await eventually(lambda: _ready(consumer))


async def _ready(consumer: Consumer) -> bool:
    return consumer.health.ready


async def test_stop_is_bounded(world: Any, member: Callable[[str], Consumer], running: Start) -> None:
    """A consumer told to stop in mid-stream ends soon, with what it had begun done; the next goes on from there."""
    await world.publish(*stream(world, range(50)))
    consumer = member("a")
    stop = await running(consumer)
    await handled(world, 10)
    stop.set()

    async def ended() -> bool:
        return not consumer.health.alive

    await eventually(ended, 8)
    assert not consumer.health.ready
    await running(member("b"))
    await handled(world, 50 * KEYS)
    await check(world, 50)


async def test_missing_topic(world: Any, running: Start) -> None:
    """A consumer whose topic is not there says so, and reads it once it is."""

    async def handle(tx: Tx, event: Any) -> None:
        await tx.execute("INSERT INTO results (request_id, number) VALUES ($1, $2)", event.request_id, event.number)

    consumer = Consumer(
        Handlers(world.service, decisions=(on(world.Effect, handle),)), dsn=world.dsn, kafka=world.kafka
    )
    stop = asyncio.Event()
    task = asyncio.create_task(consumer.run(stop))

    async def told() -> bool:
        return any(world.effects.name in what + why for what, why in consumer.health.troubles.items())

    try:
        await eventually(told)
        await world.publish(world.effect(world.key(0), 7))

        async def read() -> bool:
            return await world.rows("SELECT number FROM results") == [(7,)] and consumer.health.ready

        await eventually(read, 20)
    finally:
        stop.set()
        await task


async def test_slow_batch_shrinks(world: Any, running: Start) -> None:
    """Where a transaction over many records runs into a time-out, fewer are tried, instead of the same for ever."""

    async def handle(tx: Tx, events: Any) -> None:
        if len(events) > 30:
            raise TimeoutError
        await tx.executemany("INSERT INTO results VALUES ($1, $2)", [(e.request_id, e.number) for e in events])

    await world.publish(*(world.effect(world.key(0, nth), nth) for nth in range(100)))
    await running(world.consumer(Handlers(world.service, decisions=(on_batch(world.Effect, handle),))))

    async def read() -> bool:
        return len(await world.rows("SELECT number FROM results")) == 100

    await eventually(read, 20)


@pytest.mark.parametrize("away", ["kafka", "postgres"])
async def test_servers_away(world: Any, away: str) -> None:
    """A consumer and a relay whose servers are not there say so, try on, and end when told."""
    dsn = world.dsn if away == "kafka" else "postgresql://nobody:x@127.0.0.1:1/none"
    kafka = world.kafka if away == "postgres" else "127.0.0.1:1"
    loops = [Consumer(Handlers(world.service), dsn=dsn, kafka=kafka), Relay(world.service, dsn=dsn, kafka=kafka)]
    stop = asyncio.Event()
    tasks = [asyncio.create_task(loop.run(stop)) for loop in loops]

    async def told() -> bool:
        return all("infrastructure" in loop.health.troubles for loop in loops)

    await eventually(told)
    assert not any(task.done() for task in tasks)
    stop.set()
    await asyncio.wait_for(asyncio.gather(*tasks), 10)

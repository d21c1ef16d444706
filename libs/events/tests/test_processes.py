"""Members of a group as processes that are killed and frozen: the others go on, nothing is lost, nothing doubled."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from halo_events.runtime import Consumer, Handlers, Tx, on
from halo_events.testing import eventually

Start = Callable[..., Awaitable[asyncio.Event]]
Spawn = Callable[[], Awaitable[asyncio.subprocess.Process]]
KEYS = 4
pytestmark = pytest.mark.system


@pytest.fixture
async def spawn(world: Any) -> AsyncIterator[Spawn]:
    """A way to start member processes; they end with the test."""
    await world.make_topics()
    await world.rows("CREATE TABLE log (n bigint GENERATED ALWAYS AS IDENTITY, who text, request_id uuid, number int)")
    given = {
        "service": world.service,
        "dsn": world.dsn,
        "kafka": world.kafka,
        "effects": world.effects.name,
        "results": world.results.name,
        "partitions": world.effects.partitions,
    }
    script = Path(__file__).with_name("member_process.py")
    started: list[asyncio.subprocess.Process] = []

    async def start() -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(sys.executable, str(script), json.dumps(given))
        started.append(process)
        return process

    yield start
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.wait()


def stream(world: Any, numbers: range) -> list[Any]:
    """Events of these numbers for a key of each partition."""
    return [world.effect(world.key(k), number) for number in numbers for k in range(KEYS)]


async def handled_by(world: Any, process: asyncio.subprocess.Process, count: int) -> None:
    """Wait until a process has handled so many events."""

    async def enough() -> bool:
        (found,) = await world.rows("SELECT count(*) FROM log WHERE who = $1", str(process.pid))
        return bool(found[0] >= count)

    await eventually(enough, 30)


async def published(world: Any) -> dict[bytes, list[int]]:
    """The numbers published of each key, repeated ids left out."""
    numbers: dict[bytes, dict[bytes, int]] = {}
    for item in await world.read(world.results):
        numbers.setdefault(item.key, {}).setdefault(dict(item.headers)["ce_id"], json.loads(item.value)["number"])
    return {key: list(ids.values()) for key, ids in numbers.items()}


async def check(world: Any, expected: dict[Any, list[int]], within: float) -> None:
    """Each number takes effect once and is published once, in the order of its key."""

    async def complete() -> bool:
        (handled,) = await world.rows("SELECT count(*) FROM log")
        return handled[0] >= sum(map(len, expected.values())) and not await world.rows("SELECT 1 FROM events.outbox")

    await eventually(complete, within)
    rows = await world.rows("SELECT request_id, number FROM log ORDER BY n")
    assert {key: [number for found, number in rows if found == key] for key in expected} == expected
    assert await published(world) == {str(key).encode(): numbers for key, numbers in expected.items()}


async def test_killed_and_restarted(world: Any, spawn: Spawn) -> None:
    """A process killed in mid-stream is replaced by another, which goes on from its last commit."""
    await world.publish(*stream(world, range(60)))
    first = await spawn()
    await handled_by(world, first, 40)
    first.kill()
    await first.wait()
    assert len(await world.rows("SELECT 1 FROM log")) < 60 * KEYS
    second = await spawn()
    await world.publish(*stream(world, range(60, 70)))

    await check(world, {world.key(k): list(range(70)) for k in range(KEYS)}, within=30)
    second.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(second.wait(), 15) == 0


async def test_frozen_in_mid_transaction(world: Any, spawn: Spawn, running: Start) -> None:
    """While a process is frozen in a transaction the others take its partitions; thawed, it doubles nothing."""

    async def handle(tx: Tx, event: Any) -> None:
        sql = "INSERT INTO log (who, request_id, number) VALUES ('here', $1, $2)"
        await tx.execute(sql, event.request_id, event.number)
        await tx.emit(world.result(event.request_id, event.number))

    frozen = await spawn()
    await world.publish(*stream(world, range(10)))
    await handled_by(world, frozen, 40)
    await world.publish(world.effect(world.key(0), -1))

    async def in_transaction() -> bool:
        return await world.rows("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711") != []

    await eventually(in_transaction)
    frozen.send_signal(signal.SIGSTOP)
    consumer: Consumer = world.consumer(Handlers(world.service, decisions=(on(world.Effect, handle),)))
    await running(consumer, world.relay())
    await world.publish(*stream(world, range(10, 20)))
    expected = {world.key(k): [*range(10), *([-1] if k == 0 else []), *range(10, 20)] for k in range(KEYS)}
    await check(world, expected, within=25)

    frozen.send_signal(signal.SIGUSR1)
    frozen.send_signal(signal.SIGCONT)
    numbers = 20

    async def works_again() -> bool:
        nonlocal numbers
        await world.publish(*stream(world, range(numbers, numbers + 2)))
        numbers += 2
        sql = "SELECT 1 FROM log WHERE who = $1 AND number >= 20"
        return await world.rows(sql, str(frozen.pid)) != []

    await eventually(works_again, 30)
    await check(world, {key: [*found, *range(20, numbers)] for key, found in expected.items()}, within=15)

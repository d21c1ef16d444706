"""The guards themselves: each scenario is right with its guard and goes wrong without it, so the tests can see it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from halo_events.envelope import Envelope
from halo_events.runtime import Database, Fold, Handlers, Tx, on
from halo_events.runtime import batch as batch_module
from halo_events.runtime import outbox as outbox_module
from halo_events.runtime import relay as relay_module
from halo_events.runtime.batch import Batch, Tally, Work
from halo_events.runtime.incoming import Incoming, Slot, Verdict
from halo_events.runtime.outbox import flush
from halo_events.runtime.positions import Positions
from halo_events.runtime.publisher import Publisher
from halo_events.testing import eventually

Start = Callable[..., Awaitable[asyncio.Event]]
NOW = datetime(2026, 3, 1, tzinfo=UTC)
WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
ALL_FRESH = """
SELECT n FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS x (t, s, i, n) WHERE $1::text IS NOT NULL
"""
both_ways = pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "unguarded"])


def replace(patch: pytest.MonkeyPatch, module: Any, **statements: str) -> None:
    """Put other SQL in the place of a module's named statements."""
    patch.setattr(module, "_SQL", {**module._SQL, **statements})


@pytest.fixture
async def batch(world: Any) -> AsyncIterator[Batch]:
    """A batch whose only handler writes a row per event."""

    async def keep(tx: Fold, event: Any) -> None:
        await tx.execute("INSERT INTO results (request_id, number) VALUES ($1, $2)", event.request_id, event.number)

    connection = await asyncpg.connect(world.dsn)
    await Positions(connection, world.service).load({Slot(world.effects.name, 0): 0})
    yield Batch(connection, Handlers(world.service, decisions=(on(world.Effect, keep),)), lambda: NOW)
    await connection.close()


def incoming(world: Any, offset: int, event_id: str) -> Incoming:
    """An effect at an offset of partition 0."""
    slot = Slot(world.effects.name, 0)
    event = world.effect(world.key(0), offset)
    return Incoming(slot, offset, offset, Verdict.EVENT, Envelope(event_id, "/up", event.type, NOW), event)


@both_ways
async def test_fence(world: Any, batch: Batch, monkeypatch: pytest.MonkeyPatch, *, guarded: bool) -> None:
    """A zombie comes back with records that were handled long ago: only the fence knows, as the inbox is purged."""

    async def believe(self: Batch, work: Work, positions: Mapping[Slot, int], tally: Tally) -> Work:
        tally.positions.update({slot: records[-1].offset + 1 for slot, records in work.items()})
        return work

    slot = Slot(world.effects.name, 0)
    records = [incoming(world, n, f"id-{n}") for n in range(4)]
    await batch.apply({slot: records}, {slot: 0})
    await world.rows("DELETE FROM events.inbox")
    if not guarded:
        monkeypatch.setattr(Batch, "_fence", believe)
    await batch.apply({slot: records[:2]}, {slot: 0})

    effects = len(await world.rows("SELECT 1 FROM results"))
    (position,) = await world.rows("SELECT next_offset FROM events.offsets")
    assert (effects, position) == ((4, (4,)) if guarded else (6, (2,)))


@both_ways
async def test_fence_locks(world: Any, batch: Batch, monkeypatch: pytest.MonkeyPatch, *, guarded: bool) -> None:
    """Two members apply the same partition at once: the lock lets the later one see what the earlier one did."""
    if not guarded:
        unlocked = batch_module._SQL["fence"].replace("FOR UPDATE", "")
        replace(monkeypatch, batch_module, fence=unlocked)
    slot = Slot(world.effects.name, 0)
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def pause(tx: Tx, event: Any) -> None:
        reached.set()
        await go_on.wait()

    async with AsyncExitStack() as stack:
        zombie = await asyncpg.connect(world.dsn)
        stack.push_async_callback(zombie.close)
        slow = Batch(zombie, Handlers(world.service, decisions=(on(world.Effect, pause),)), lambda: NOW)
        first = asyncio.create_task(slow.apply({slot: [incoming(world, 0, "a")]}, {slot: 0}))
        await reached.wait()
        second = asyncio.create_task(batch.apply({slot: [incoming(world, 0, "b")]}, {slot: 0}))

        async def waits_or_is_done() -> bool:
            return second.done() or await world.rows(WAITING) != []

        await eventually(waits_or_is_done)
        go_on.set()
        await first
        tally = await second

    assert (tally.fenced, tally.handled) == ((1, 0) if guarded else (0, 1))


@both_ways
async def test_inbox(world: Any, batch: Batch, monkeypatch: pytest.MonkeyPatch, *, guarded: bool) -> None:
    """A producer that was not told of its success writes the same event again, at another offset."""
    if not guarded:
        everything = (
            "SELECT n FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS x (t, s, i, n) WHERE $1 <> ''"
        )
        replace(monkeypatch, batch_module, insert_inbox=everything)
    slot = Slot(world.effects.name, 0)
    for offset in range(2):
        await batch.apply({slot: [incoming(world, offset, "same")]}, {slot: offset})

    assert len(await world.rows("SELECT 1 FROM results")) == (1 if guarded else 2)


class Writer:
    """A transaction that emits, flushes, and then waits for its commit."""

    def __init__(self, world: Any, database: Database, number: int) -> None:
        self._world, self._database, self._number = world, database, number

    async def flush(self) -> None:
        """Do everything but the commit."""
        self._connection = await asyncpg.connect(self._world.dsn)
        self._transaction = self._connection.transaction()
        await self._transaction.start()
        tx = Tx(self._connection, self._database.handlers, NOW)
        await tx.emit(self._world.result(self._world.key(0), self._number))
        await flush(self._connection, tx.outbox)

    async def commit(self) -> None:
        """End the transaction."""
        await self._transaction.commit()
        await self._connection.close()


async def published(world: Any) -> list[int]:
    """The numbers of the published results."""
    return [json.loads(item.value)["number"] for item in await world.read(world.results, [0])]


@both_ways
async def test_partition_locks(
    world: Any, database: Database, running: Start, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    """Two transactions write to one partition; the one that flushed first commits last, unless the other waits."""
    if not guarded:
        replace(monkeypatch, outbox_module, lock_partitions="SELECT $1::int, $2::int[]")
    slow, quick = Writer(world, database, 1), Writer(world, database, 2)
    commits = []

    async def write_quickly() -> None:
        await quick.flush()
        await quick.commit()
        commits.append(2)

    await slow.flush()
    other = asyncio.create_task(write_quickly())

    async def waits_or_is_done() -> bool:
        return other.done() or await world.rows(WAITING) != []

    await eventually(waits_or_is_done)
    if guarded:
        assert not other.done()
    await slow.commit()
    commits.append(1)
    await other
    await running(world.relay())

    async def all_published() -> bool:
        return len(await published(world)) == 2

    await eventually(all_published)
    order_is_that_of_commits = await published(world) == ([1, 2] if guarded else commits)
    assert order_is_that_of_commits is guarded


@both_ways
async def test_exact_deletion(
    world: Any, database: Database, running: Start, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    """A lower id commits after the relay read and before it deletes: only a deletion of exact ids leaves it be."""
    late, early = Writer(world, database, 1), world.result(world.key(1), 2)
    publish = Publisher.publish

    async def publish_then_commit_late(self: Publisher, rows: Any) -> Any:
        done = await publish(self, rows)
        monkeypatch.setattr(Publisher, "publish", publish)
        await late.commit()
        return done

    monkeypatch.setattr(Publisher, "publish", publish_then_commit_late)
    if not guarded:
        below = "DELETE FROM events.outbox WHERE id <= (SELECT max(i) FROM unnest($1::bigint[]) AS i)"
        replace(monkeypatch, relay_module, delete_outbox=below)
    await late.flush()
    async with database.transaction() as tx:
        await tx.emit(early)
    await running(world.relay())

    async def empty() -> bool:
        return await world.rows("SELECT 1 FROM events.outbox") == []

    await eventually(empty)
    assert await published(world) == ([1] if guarded else [])

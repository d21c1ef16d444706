"""One batch is one transaction: fence, inbox, handlers, offsets and outbox, all of it or nothing."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from halo_events.envelope import Envelope
from halo_events.errors import EventError, NotYetError
from halo_events.runtime import Fold, Handlers, Tx, on, on_batch, project
from halo_events.runtime.batch import Batch, CulpritError
from halo_events.runtime.failure import GoneError
from halo_events.runtime.incoming import Incoming, Slot, Verdict
from halo_events.runtime.positions import Positions

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ONE, TWO = UUID(int=1), UUID(int=2)
RESULTS = "SELECT request_id, number FROM results ORDER BY number"

TRACES = """
SELECT 'results' FROM results UNION ALL SELECT 'causes' FROM causes UNION ALL SELECT 'inbox' FROM events.inbox
 UNION ALL SELECT 'outbox' FROM events.outbox UNION ALL SELECT 'offsets' FROM events.offsets WHERE next_offset > 0
"""


def incoming(slot: Slot, offset: int, event: Any, event_id: str | None = None) -> Incoming:
    """A decoded record at a place."""
    envelope = Envelope(event_id or f"{slot.topic}-{slot.partition}-{offset}", "/up", event.type, NOW)
    return Incoming(slot, offset, offset, Verdict.EVENT, envelope, event)


async def keep(tx: Fold, event: Any) -> None:
    await tx.execute("INSERT INTO results (request_id, number) VALUES ($1, $2)", event.request_id, event.number)


@pytest.fixture
async def connection(dsn: str) -> AsyncIterator[Any]:
    """A connection to the test's database."""
    opened = await asyncpg.connect(dsn)
    yield opened
    await opened.close()


@pytest.fixture
def batch_of(world: Any, connection: Any) -> Callable[..., Awaitable[Batch]]:
    """A way to make a batch of these handlers, whose positions all begin at 0."""

    async def make(*decisions: Any, projections: Sequence[Any] = ()) -> Batch:
        handlers = Handlers(world.service, tuple(projections), decisions)
        slots = {Slot(topic.name, n): 0 for topic in handlers.topics for n in range(topic.partitions)}
        await Positions(connection, world.service).load(slots)
        return Batch(connection, handlers, lambda: NOW)

    return make


@pytest.fixture
def slot(world: Any) -> Slot:
    """The first partition of effects."""
    return Slot(world.effects.name, 0)


async def nothing_remains(world: Any) -> bool:
    """Whether neither rows nor inbox, outbox nor offsets show any work."""
    return await world.rows(TRACES) == []


async def test_applies(world: Any, batch_of: Any, slot: Slot) -> None:
    """Effects, inbox, outbox and offsets are written together, and told."""

    async def answer(tx: Tx, event: Any) -> None:
        await keep(tx, event)
        await tx.emit(world.result(event.request_id, event.number))

    batch = await batch_of(on(world.Effect, answer))
    tally = await batch.apply({slot: [incoming(slot, n, world.effect(ONE, n)) for n in range(3)]}, {slot: 0})

    assert (tally.handled, tally.emitted, tally.positions) == (3, 3, {slot: 3})
    assert await world.rows(RESULTS) == [(ONE, 0), (ONE, 1), (ONE, 2)]
    assert len(await world.rows("SELECT 1 FROM events.inbox")) == 3
    assert await world.rows("SELECT next_offset FROM events.offsets WHERE partition = 0") == [(3,)]


async def test_fence_stops_a_zombie(world: Any, batch_of: Any, slot: Slot) -> None:
    """Who applies the same records once more, with positions of before, does nothing and learns the positions."""
    batch = await batch_of(on(world.Effect, keep))
    work = {slot: [incoming(slot, n, world.effect(ONE, n)) for n in range(4)]}
    await batch.apply({slot: work[slot][:2]}, {slot: 0})
    await world.rows("DELETE FROM events.inbox")  # so that it is the fence alone that stops it

    tally = await batch.apply({slot: work[slot][:2]}, {slot: 0})
    assert (tally.handled, tally.fenced, tally.positions) == (0, 2, {slot: 2})
    tally = await batch.apply(work, {slot: 0})
    assert (tally.handled, tally.fenced, tally.positions) == (2, 2, {slot: 4})
    assert [number for _, number in await world.rows(RESULTS)] == [0, 1, 2, 3]


async def test_positions_ahead_of_the_database(world: Any, batch_of: Any, slot: Slot) -> None:
    """A database that stands behind what the process believes (restored, say) is an alarm and no gap."""
    batch = await batch_of(on(world.Effect, keep))
    with pytest.raises(GoneError):
        await batch.apply({slot: [incoming(slot, 5, world.effect(ONE))]}, {slot: 5})
    other = Slot(slot.topic, 99)
    with pytest.raises(GoneError):
        await batch.apply({other: [incoming(other, 0, world.effect(ONE))]}, {other: 0})

    assert await nothing_remains(world)


async def test_two_batches_at_once(world: Any, batch_of: Any, connection: Any, slot: Slot) -> None:
    """Of two members that believe to own a partition, the later waits for the earlier and then finds it moved."""
    first = await batch_of(on(world.Effect, keep))
    own = await asyncpg.connect(world.dsn)
    second = Batch(own, first._handlers, lambda: NOW)
    work = {slot: [incoming(slot, n, world.effect(ONE, n)) for n in range(3)]}
    tallies = await asyncio.gather(first.apply(work, {slot: 0}), second.apply(work, {slot: 0}))
    await own.close()

    assert sorted(tally.fenced for tally in tallies) == [0, 3]
    assert len(await world.rows(RESULTS)) == 3


async def test_inbox(world: Any, batch_of: Any, slot: Slot) -> None:
    """Of equal ids only the first takes effect, within a batch, between partitions and later."""
    other = Slot(slot.topic, 1)
    batch = await batch_of(on(world.Effect, keep))
    work = {
        slot: [incoming(slot, 0, world.effect(ONE, 1), "a"), incoming(slot, 1, world.effect(ONE, 2), "a")],
        other: [incoming(other, 9, world.effect(TWO, 3), "a")],
    }
    tally = await batch.apply(work, {slot: 0, other: 0})
    assert (tally.handled, tally.duplicate) == (1, 2)
    tally = await batch.apply({slot: [incoming(slot, 2, world.effect(ONE, 4), "a")]}, {slot: 2})

    assert (tally.handled, tally.duplicate, tally.positions) == (0, 1, {slot: 3})
    assert await world.rows(RESULTS) == [(ONE, 1)]


async def test_failure_leaves_nothing(world: Any, batch_of: Any, slot: Slot) -> None:
    """A failing handler takes everything of its batch with it, and is named."""

    async def answer(tx: Tx, event: Any) -> None:
        await keep(tx, event)
        await tx.emit(world.result(event.request_id))
        if event.number == 2:
            raise EventError

    batch = await batch_of(on(world.Effect, answer))
    work = {slot: [incoming(slot, n, world.effect(ONE, n)) for n in range(4)]}
    with pytest.raises(CulpritError) as failed:
        await batch.apply(work, {slot: 0})

    assert failed.value.incoming is work[slot][2]
    assert await nothing_remains(world)


@pytest.mark.parametrize("statement", ["update_positions", "insert_outbox"])
async def test_failure_after_the_handlers(
    world: Any, batch_of: Any, slot: Slot, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    """What fails after the handlers, at the offsets or the outbox, leaves no effect either."""
    from halo_events.runtime import batch as batch_module
    from halo_events.runtime import outbox

    async def answer(tx: Tx, event: Any) -> None:
        await keep(tx, event)
        await tx.emit(world.result(event.request_id))

    for module in (batch_module, outbox):
        monkeypatch.setattr(module, "_SQL", {**module._SQL, statement: "SELECT 1/0"})
    batch = await batch_of(on(world.Effect, answer))
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await batch.apply({slot: [incoming(slot, 0, world.effect(ONE))]}, {slot: 0})

    assert await nothing_remains(world)


async def test_projection_before_decision(world: Any, batch_of: Any, slot: Slot) -> None:
    """Of one event the projection runs first; the decision sees what it wrote."""

    async def decide(tx: Tx, event: Any) -> None:
        assert await tx.fetchval("SELECT count(*) FROM results") == 1
        await tx.execute("INSERT INTO causes (request_id) VALUES ($1)", event.request_id)

    batch = await batch_of(on(world.Effect, decide), projections=[project(world.Effect, keep)])
    await batch.apply({slot: [incoming(slot, 0, world.effect(ONE))]}, {slot: 0})

    assert await world.rows("SELECT request_id FROM causes") == [(ONE,)]


async def test_missing_cause_names_its_record(world: Any, batch_of: Any, slot: Slot) -> None:
    """A cause that one event of a list misses can't be told apart here; alone it is named."""

    async def wait(tx: Tx, events: Sequence[Any]) -> None:
        raise NotYetError("cause")

    batch = await batch_of(on_batch(world.Effect, wait))
    records = [incoming(slot, 0, world.effect(ONE)), incoming(slot, 1, world.effect(TWO))]
    for work, culprit in ((records, None), (records[:1], records[0])):
        with pytest.raises(CulpritError) as failed:
            await batch.apply({slot: work}, {slot: 0})
        assert failed.value.incoming is culprit


async def test_long_identity(world: Any, batch_of: Any, slot: Slot) -> None:
    """The longest id and source that the envelope lets through fit the inbox."""
    chance = random.Random(1)
    long_id, source = ("".join(chr(chance.randint(0x100, 0x7FF)) for _ in range(256)) for _ in range(2))
    envelope = Envelope(long_id, source, world.Effect.type, NOW)
    batch = await batch_of(on(world.Effect, keep))
    await batch.apply({slot: [Incoming(slot, 0, 0, Verdict.EVENT, envelope, world.effect(ONE))]}, {slot: 0})

    assert len(await world.rows(RESULTS)) == 1

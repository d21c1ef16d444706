import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from halo_events.errors import NotYetError
from halo_events.runtime import Fold, Handlers, Tx, holds, on, on_batch, project
from halo_events.testing import eventually

Start = Callable[..., Awaitable[asyncio.Event]]
ONE = UUID(int=1)


async def fold_cause(fold: Fold, event: Any) -> None:
    await fold.execute("INSERT INTO causes (request_id) VALUES ($1)", event.request_id)


async def fold_effect(fold: Fold, event: Any) -> None:
    if not await fold.fetchval("SELECT true FROM causes WHERE request_id = $1", event.request_id):
        raise NotYetError("cause")
    await fold.execute(
        "INSERT INTO effects (request_id, number, at) VALUES ($1, $2, $3)",
        event.request_id,
        event.number,
        fold.envelope.time,
    )


@pytest.fixture
def handlers(world: Any) -> Handlers:
    """Fold causes and effects; an effect needs its cause."""
    return Handlers(world.service, projections=(project(world.Cause, fold_cause), project(world.Effect, fold_effect)))


async def test_events_take_effect(world: Any, handlers: Handlers, running: Start) -> None:
    """What is published is folded, in the order of its key."""
    await running(world.consumer(handlers))
    await world.publish(world.cause(ONE), *(world.effect(ONE, number) for number in range(20)))

    async def folded() -> bool:
        return await world.rows("SELECT number FROM effects") == [(number,) for number in range(20)]

    await eventually(folded)


async def test_equal_ids_take_effect_once(world: Any, handlers: Handlers, running: Start) -> None:
    """A record with an id already handled does nothing, in the same poll and later."""
    await running(world.consumer(handlers))
    await world.publish(world.cause(ONE))
    for _ in range(3):
        await world.publish(world.effect(ONE), world.effect(ONE), ids=["same", "same"])
    await world.publish(world.effect(ONE, 2))

    async def folded() -> bool:
        return (ONE, 2) in await world.rows("SELECT request_id, number FROM effects")

    await eventually(folded)
    assert await world.rows("SELECT number FROM effects") == [(1,), (2,)]


async def test_same_id_from_two_sources(world: Any, handlers: Handlers, running: Start) -> None:
    """Ids are unique per source only: two sources may use the same."""
    await running(world.consumer(handlers))
    await world.publish(world.cause(ONE))
    await world.publish(world.effect(ONE, 1), ids=["same"], source="/one")
    await world.publish(world.effect(ONE, 2), ids=["same"], source="/two")

    async def folded() -> bool:
        return len(await world.rows("SELECT number FROM effects")) == 2

    await eventually(folded)


async def test_late_cause(world: Any, handlers: Handlers, running: Start) -> None:
    """An effect that comes before its cause is held; other keys of other partitions go on."""
    consumer = world.consumer(handlers)
    await running(consumer)
    other = next(key for key in map(UUID, (f"{n:032x}" for n in range(2, 99))) if _apart(world, key, ONE))
    await world.publish(world.effect(ONE, 1), world.effect(ONE, 2))
    await world.publish(world.cause(other), world.effect(other, 3))

    async def other_folded() -> bool:
        return await world.rows("SELECT number FROM effects") == [(3,)]

    await eventually(other_folded)
    await world.publish(world.cause(ONE))

    async def all_folded() -> bool:
        return await world.rows("SELECT number FROM effects WHERE request_id = $1", ONE) == [(1,), (2,)]

    await eventually(all_folded)
    await eventually(lambda: _ready(consumer))


def _apart(world: Any, one: UUID, other: UUID) -> bool:
    from halo_events.runtime.murmur import partition_of

    partitions = world.effects.partitions
    return partition_of(str(one), partitions) != partition_of(str(other), partitions)


async def _ready(consumer: Any) -> bool:
    return bool(consumer.health.ready)


async def test_cause_that_never_comes(world: Any, handlers: Handlers, running: Start) -> None:
    """Once all that could bring the cause has been read, the partition counts as stopped and says so."""
    consumer = world.consumer(handlers)
    await running(consumer)
    await world.publish(world.effect(ONE))

    async def stopped() -> bool:
        return any("stopped at offset 0: NotYetError" in why for why in consumer.health.troubles.values())

    await eventually(stopped)
    assert await world.rows("SELECT number FROM effects") == []


async def test_cause_in_a_reference_topic(world: Any, running: Start) -> None:
    """A cause of another key may lie in any partition of a reference topic, and is waited for."""

    async def fold_officer(fold: Fold, event: Any) -> None:
        await fold.execute("INSERT INTO causes (request_id) VALUES ($1)", event.request_id)

    async def needs_any(fold: Fold, event: Any) -> None:
        if not await fold.fetchval("SELECT true FROM causes LIMIT 1"):
            raise NotYetError("officer")
        await fold.execute("INSERT INTO effects VALUES ($1, $2, $3)", event.request_id, 1, fold.envelope.time)

    consumer = world.consumer(
        Handlers(world.service, projections=(project(world.Officer, fold_officer), project(world.Effect, needs_any)))
    )
    await running(consumer)
    await world.publish(*(world.effect(UUID(int=n)) for n in range(8)))
    await world.publish(world.officer(uuid4()))

    async def folded() -> bool:
        return len(await world.rows("SELECT number FROM effects")) == 8

    await eventually(folded)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second failure counts as lasting: the waits before a fifth would take seconds."""
    monkeypatch.setattr(holds, "STOPPED_AFTER", 2)


@pytest.mark.usefixtures("impatient")
async def test_handler_error_stops_its_partition_only(world: Any, running: Start) -> None:
    """A fault that stays stops the partition at its record, loudly; the rest flows, and nothing is skipped."""

    async def broken(tx: Tx, event: Any) -> None:
        if event.number == 13:
            await tx.execute("INSERT INTO effects (request_id) VALUES ($1)", event.request_id)
        await fold_cause_of(tx, event)

    async def fold_cause_of(tx: Tx, event: Any) -> None:
        await tx.execute("INSERT INTO results (request_id, number) VALUES ($1, $2)", event.request_id, event.number)

    consumer = world.consumer(Handlers(world.service, decisions=(on(world.Effect, broken),)))
    await running(consumer)
    other = next(key for key in map(UUID, (f"{n:032x}" for n in range(2, 99))) if _apart(world, key, ONE))
    await world.publish(*(world.effect(ONE, n) for n in (1, 13, 2)), *(world.effect(other, n) for n in (3, 4)))

    async def stopped() -> bool:
        return any("NotNullViolationError" in why for why in consumer.health.troubles.values())

    await eventually(stopped, 30)
    assert sorted(await world.rows("SELECT number FROM results")) == [(1,), (3,), (4,)]
    assert not consumer.health.ready


@pytest.mark.usefixtures("impatient")
async def test_fault_at_commit_finds_its_record(world: Any, running: Start) -> None:
    """An error that PostgreSQL raises only at the commit is traced to its record; all others take effect."""

    async def deferred(tx: Tx, event: Any) -> None:
        await tx.execute("INSERT INTO slow (id) VALUES ($1)", event.number)

    consumer = world.consumer(Handlers(world.service, decisions=(on(world.Effect, deferred),)))
    await world.publish(*(world.effect(ONE, number) for number in (1, 2, 1, 5)))
    await running(consumer)

    async def stopped() -> bool:
        return any("stopped at offset 2: UniqueViolationError" in why for why in consumer.health.troubles.values())

    await eventually(stopped, 30)
    assert sorted(await world.rows("SELECT id FROM slow")) == [(1,), (2,)]


async def test_on_batch_gets_one_event_per_key(world: Any, running: Start) -> None:
    """A batch handler gets lists of one type with at most one event per key, in the order of each key."""
    lists: list[list[tuple[UUID, int]]] = []

    async def take(tx: Tx, events: Any) -> None:
        lists.append([(event.request_id, event.number) for event in events])
        await tx.executemany("INSERT INTO results VALUES ($1, $2)", [(e.request_id, e.number) for e in events])

    await world.publish(*(world.effect(UUID(int=key), number) for number in range(5) for key in range(3)))
    await running(world.consumer(Handlers(world.service, decisions=(on_batch(world.Effect, take),))))

    async def folded() -> bool:
        return len(await world.rows("SELECT number FROM results")) == 15

    await eventually(folded)
    assert all(len({key for key, _ in members}) == len(members) for members in lists)
    for key in range(3):
        assert [n for members in lists for k, n in members if k == UUID(int=key)] == list(range(5))


async def test_undecodable_record_stops_its_partition(world: Any, handlers: Handlers, running: Start) -> None:
    """A record of our own topics that can't be read is no record to skip."""
    consumer = world.consumer(handlers)
    await running(consumer)
    await world.publish_raw((world.causes.name, 0, b"k", b"{", [("ce_specversion", b"1.0")]))

    async def stopped() -> bool:
        return any("EnvelopeError" in why for why in consumer.health.troubles.values())

    await eventually(stopped, 30)


async def test_position_out_of_range(world: Any, running: Start) -> None:
    """A position that the topic does not have is an alarm and no jump; other partitions flow."""

    async def keep(tx: Tx, event: Any) -> None:
        await tx.execute("INSERT INTO results (request_id, number) VALUES ($1, $2)", event.request_id, event.number)

    beyond = "INSERT INTO events.offsets (consumer, topic, partition, next_offset) VALUES ($1, $2, 0, 99)"
    await world.rows(beyond, world.service, world.effects.name)
    consumer = world.consumer(Handlers(world.service, decisions=(on(world.Effect, keep),)))
    await world.publish(world.effect(world.key(0), 1), world.effect(world.key(1), 2))
    await running(consumer)

    async def told() -> bool:
        return "position 99 outside 0 to 1" in consumer.health.troubles.get(f"{world.effects.name}/0", "")

    await eventually(told)
    await world.publish(world.effect(world.key(0), 3), world.effect(world.key(1), 4))

    async def others_flow() -> bool:
        return await world.rows("SELECT number FROM results ORDER BY 1") == [(2,), (4,)]

    await eventually(others_flow)


async def test_unknown_type_is_skipped(world: Any, handlers: Handlers, running: Start) -> None:
    """An event of a type that the service doesn't handle passes without a trace in the inbox."""
    await running(world.consumer(handlers))
    await world.publish(world.officer(ONE))
    headers = [("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_source", b"/up"), ("ce_type", b"test.new.v1")]
    await world.publish_raw((world.causes.name, 0, b"k", b"{}", headers))
    await world.publish(world.cause(ONE))

    async def folded() -> bool:
        return await world.rows("SELECT request_id FROM causes") == [(ONE,)]

    await eventually(folded)
    assert len(await world.rows("SELECT id FROM events.inbox")) == 1

"""Causes and effects across topics: whatever order the topics are read in, the same state results."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from halo_events.errors import NotYetError
from halo_events.runtime import Consumer, Fold, Handlers, Tx, on, project
from halo_events.testing import eventually

Start = Callable[..., Awaitable[asyncio.Event]]
STEPS = 4
STATE = "SELECT request_id, array_agg(number ORDER BY n) FROM steps GROUP BY request_id"


@pytest.fixture
async def consumer(world: Any) -> Consumer:
    """Folds chains of steps, odd ones from one topic and even ones from another; each needs the one before it."""
    await world.rows("CREATE TABLE steps (n bigint GENERATED ALWAYS AS IDENTITY, request_id uuid, number integer)")
    count = "SELECT count(*) FROM steps WHERE request_id = $1"

    async def fold(fold: Fold, event: Any) -> None:
        if await fold.fetchval(count, event.request_id) < event.number - 1:
            raise NotYetError(f"step {event.number - 1}")
        sql = "INSERT INTO steps (request_id, number) VALUES ($1, $2)"
        await fold.execute(sql, event.request_id, event.number)

    made: Consumer = world.consumer(
        Handlers(world.service, projections=(project(world.Cause, fold), project(world.Effect, fold)))
    )
    return made


def chains(world: Any, keys: list[UUID], chance: random.Random) -> list[Any]:
    """The steps of these keys, the topics interleaved at will, each topic in an order that services could have made."""
    told = [key for key in keys for _ in range(STEPS)]
    chance.shuffle(told)
    topics: dict[bool, list[Any]] = {True: [], False: []}
    numbers = dict.fromkeys(keys, 0)
    for key in told:
        numbers[key] += 1
        odd = numbers[key] % 2 == 1
        topics[odd].append((world.cause if odd else world.effect)(key, numbers[key]))
    turns = [odd for odd, events in topics.items() for _ in events]
    chance.shuffle(turns)
    return [topics[odd].pop(0) for odd in turns]


async def test_any_interleaving(world: Any, consumer: Consumer, running: Start) -> None:
    """Chains of causes over two topics end in the same state, however the reading of the topics interleaves."""
    keys = [[UUID(int=seed * 100 + n) for n in range(8)] for seed in range(5)]
    orders = [chains(world, some, random.Random(seed)) for seed, some in enumerate(keys)]
    orders[0].sort(key=lambda event: event.number % 2)  # all of one topic before anything of the other
    await world.publish(*orders[0], *orders[1])
    await running(consumer)
    for number, order in enumerate(orders[2:], 3):
        await world.publish(*order)

        async def folded(number: int = number) -> bool:
            complete = [(key, list(range(1, STEPS + 1))) for some in keys[:number] for key in some]
            return sorted(await world.rows(STATE)) == complete

        await eventually(folded, 20)
    await eventually(lambda: _ready(consumer))


async def _ready(consumer: Consumer) -> bool:
    return consumer.health.ready


async def test_nothing_passes_the_held_record(world: Any, consumer: Consumer, running: Start) -> None:
    """What lies behind a held record of its partition waits with it, and comes in its order."""
    await running(consumer)
    one, two = world.key(0), world.key(0, 1)
    await world.publish(world.effect(one, 2), world.cause(two, 1), world.effect(two, 2))

    async def cause_folded() -> bool:
        return await world.rows(STATE) == [(two, [1])]

    await eventually(cause_folded)
    await world.publish(world.cause(one, 1))

    async def folded() -> bool:
        return [key for (key,) in await world.rows("SELECT request_id FROM steps ORDER BY n")] == [two, one, one, two]

    await eventually(folded)


async def test_two_members_wait_for_each_other(world: Any, consumer: Consumer, running: Start) -> None:
    """Causes and effects of one key are read by one member, so that members never wait in a circle."""
    await running(consumer, world.consumer(consumer._handlers))
    keys = [UUID(int=n) for n in range(12)]
    await world.publish(*chains(world, keys, random.Random(7)))

    async def folded() -> bool:
        return sorted(await world.rows(STATE)) == [(key, list(range(1, STEPS + 1))) for key in keys]

    await eventually(folded, 20)


async def test_missing_cause_emits_nothing(world: Any, running: Start) -> None:
    """A decision that emitted before it missed its cause has emitted nothing; later it emits once."""

    async def fold_cause(fold: Fold, event: Any) -> None:
        await fold.execute("INSERT INTO causes (request_id) VALUES ($1)", event.request_id)

    async def decide(tx: Tx, event: Any) -> None:
        await tx.emit(world.result(event.request_id, event.number))
        if not await tx.fetchval("SELECT true FROM causes WHERE request_id = $1", event.request_id):
            raise NotYetError("cause")

    handlers = Handlers(world.service, (project(world.Cause, fold_cause),), (on(world.Effect, decide),))
    consumer = world.consumer(handlers)
    await running(consumer)
    await world.publish(world.effect(world.key(0)), world.cause(world.key(0, 1)))

    async def stopped() -> bool:
        return any("NotYetError" in why for why in consumer.health.troubles.values())

    await eventually(stopped)
    assert await world.rows("SELECT 1 FROM events.outbox") == []
    await world.publish(world.cause(world.key(0)))

    async def emitted() -> bool:
        return len(await world.rows("SELECT 1 FROM events.outbox")) == 1 and consumer.health.ready

    await eventually(emitted)

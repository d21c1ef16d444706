"""Tx and Database: what emitting does, and that a transaction leaves all of it or nothing."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from halo_events.errors import EventTooLargeError
from halo_events.runtime import Database, Fold, Handlers, RowCountError, Tx, on, project, project_batch
from halo_events.runtime.outbox import SIZE_LIMIT

ONE, TWO = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
Opening = Callable[..., Any]


async def fold_result(fold: Fold, event: Any) -> None:
    await fold.execute_one("INSERT INTO results (request_id, number) VALUES ($1, $2)", event.request_id, event.number)


@pytest.fixture
async def opened(world: Any) -> AsyncIterator[Callable[..., Awaitable[Database]]]:
    """A way to open the service's database with projections, at a fixed time."""
    found: list[Database] = []

    async def open_with(*projections: Any) -> Database:
        found.append(await Database.open(world.dsn, Handlers(world.service, projections), size=2, clock=lambda: NOW))
        return found[-1]

    yield open_with
    for database in found:
        await database.close()


async def test_emit_folds_at_once(world: Any, opened: Opening) -> None:
    """What was emitted stands in the tables before emit returns; its projection sees the envelope of the fact."""
    seen = []

    async def fold(fold: Fold, event: Any) -> None:
        seen.append(fold.envelope)
        await fold_result(fold, event)

    database = await opened(project(world.Result, fold))
    async with database.transaction() as tx:
        event_id = await tx.emit(world.result(ONE, 7))
        assert await tx.fetchval("SELECT number FROM results") == 7
        assert [event.number for event in tx.emitted] == [7]
    (envelope,) = seen
    assert (envelope.id, envelope.source, envelope.type) == (event_id, f"/halopamor/{world.service}", "test.result.v1")
    assert (envelope.time, envelope.subject, envelope.causation_id) == (NOW, str(ONE), None)
    assert UUID(event_id).version == 7


async def test_outbox_row(world: Any, opened: Opening) -> None:
    """An event waits in the outbox with its key, partition, headers and data, without empty fields."""
    database = await opened()
    async with database.transaction() as tx:
        event_id = await tx.emit(world.result(ONE, 7))

    ((topic, key, kind, stored_id, headers, data),) = await world.rows(
        "SELECT topic, key, type, event_id, headers, data FROM events.outbox"
    )
    assert (topic, key, kind, stored_id) == (world.results.name, str(ONE), "test.result.v1", event_id)
    assert dict(json.loads(headers))["ce_time"] == NOW.isoformat()
    assert json.loads(data)["number"] == 7
    assert "null" not in data.decode()


async def test_emitted_rings(world: Any, opened: Opening) -> None:
    """A commit that publishes wakes the relay of its process; one that publishes nothing, or fails, doesn't."""
    database = await opened()
    async with database.transaction() as tx:
        await tx.fetchval("SELECT 1")
    with pytest.raises(LookupError):
        async with failing(database) as tx:
            await tx.emit(world.result(ONE))
    assert not database.emitted.is_set()
    async with database.transaction() as tx:
        await tx.emit(world.result(ONE))
        assert not database.emitted.is_set()
    assert database.emitted.is_set()


@asynccontextmanager
async def failing(database: Database) -> AsyncIterator[Tx]:
    """A transaction whose body fails in the end."""
    async with database.transaction() as tx:
        yield tx
        raise LookupError


async def test_rollback_leaves_nothing(world: Any, opened: Opening) -> None:
    """A failing body leaves neither rows nor events."""
    database = await opened(project(world.Result, fold_result))
    with pytest.raises(LookupError):
        async with failing(database) as tx:
            await tx.emit(world.result(ONE))

    assert await world.rows("SELECT 1 FROM results") == []
    assert await world.rows("SELECT 1 FROM events.outbox") == []


async def test_failed_commit_leaves_nothing(world: Any, opened: Opening) -> None:
    """A commit that PostgreSQL refuses is told to the caller, and leaves nothing."""
    database = await opened(project(world.Result, fold_result))
    with pytest.raises(asyncpg.UniqueViolationError):
        await commit_twice_the_same(world, database)

    assert await world.rows("SELECT 1 FROM results") == []
    assert await world.rows("SELECT 1 FROM events.outbox") == []
    assert not database.emitted.is_set()


async def commit_twice_the_same(world: Any, database: Database) -> None:
    async with database.transaction() as tx:
        await tx.emit(world.result(ONE))
        await tx.execute("INSERT INTO slow (id) VALUES (1), (1)")


async def test_foreign_event_is_refused(world: Any, opened: Opening) -> None:
    """A topic has one writer: nobody emits another service's facts, alone or in a list."""
    database = await opened(project_batch(world.Cause, take_all))
    async with database.transaction() as tx:
        for emit in (tx.emit(world.cause(ONE)), tx.emit_all([world.cause(ONE)])):
            with pytest.raises(ValueError, match="not for"):
                await emit
        assert tx.emitted == []


async def take_all(fold: Fold, events: Sequence[Any]) -> None: ...


async def test_too_large_event(world: Any, opened: Opening) -> None:
    """An event beyond the limit of data and headers is refused; one just below it goes."""

    class Long(world.Result):  # type: ignore[misc] # the class is made by the fixture
        text: str

    facts = world.result(ONE).model_dump()
    database = await opened()
    async with database.transaction() as tx:
        with pytest.raises(EventTooLargeError):
            await tx.emit(Long(**facts, text="é" * (SIZE_LIMIT // 2)))
        assert tx.emitted == []
        await tx.emit(Long(**facts, text="é" * (SIZE_LIMIT // 2 - 500)))

    assert len(await world.rows("SELECT 1 FROM events.outbox")) == 1


async def test_failed_projection_publishes_nothing(world: Any, opened: Opening) -> None:
    """An event whose projection failed is not published, even by a caller who goes on: state stays the topics' fold."""

    async def refuse(fold: Fold, event: Any) -> None:
        raise RowCountError(0)

    database = await opened(project(world.Result, refuse))
    async with database.transaction() as tx:
        with pytest.raises(RowCountError):
            await tx.emit(world.result(ONE))
        assert tx.emitted == []
        with pytest.raises(LookupError):
            _ = tx.envelope

    assert await world.rows("SELECT 1 FROM events.outbox") == []


async def test_emit_all(world: Any, opened: Opening) -> None:
    """A list is folded in one go where the projection takes lists, and published in its order."""
    lists = []

    async def fold_all(fold: Fold, events: Sequence[Any]) -> None:
        lists.append([(e.number, envelope.subject) for e, envelope in zip(events, fold.envelopes, strict=True)])

    for projection in (project_batch(world.Result, fold_all), project(world.Result, fold_result)):
        database = await opened(projection)
        async with database.transaction() as tx:
            await tx.emit_all([world.result(ONE, 1), world.result(TWO, 2)])
            await tx.emit_all([])
            assert [event.number for event in tx.emitted] == [1, 2]

    assert lists == [[(1, str(ONE)), (2, str(TWO))]]
    assert await world.rows("SELECT number FROM results ORDER BY 1") == [(1,), (2,)]
    assert len(await world.rows("SELECT 1 FROM events.outbox")) == 4


async def test_emit_all_wants_one_type_and_different_keys(world: Any, opened: Opening) -> None:
    """A bulk projection never sees two events of one key, nor of two types."""
    database = await opened(project_batch(world.Result, take_all))
    async with database.transaction() as tx:
        for events in ([world.result(ONE, 1), world.result(ONE, 2)], [world.result(ONE), world.cause(TWO)]):
            with pytest.raises(ValueError, match=r"one type|not for"):
                await tx.emit_all(events)
        assert tx.emitted == []


async def test_cause_is_told(world: Any, opened: Opening) -> None:
    """What is emitted while events are handled names the one of its own key as cause, or the only one there is."""
    from halo_events.envelope import Envelope

    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    causes = {str(key): Envelope(f"id-{n}", "/up", "t", NOW, traceparent=trace) for n, key in enumerate((ONE, TWO))}
    database = await opened()
    async with database.transaction() as tx:
        tx.handle(causes)
        await tx.emit(world.result(TWO))
        await tx.emit(world.result(UUID(int=3)))
        tx.handle({"other": causes[str(ONE)]})
        await tx.emit(world.result(UUID(int=3)))

    headers = [dict(json.loads(text)) for (text,) in await world.rows("SELECT headers FROM events.outbox ORDER BY id")]
    assert [found.get("ce_causationid") for found in headers] == ["id-1", None, "id-0"]
    assert [found.get("traceparent") for found in headers] == [trace, None, trace]


async def test_row_counts(world: Any, opened: Opening) -> None:
    """`execute` tells how many rows it touched; `execute_one` insists on one."""
    database = await opened()
    async with database.transaction() as tx:
        assert await tx.execute("INSERT INTO slow (id) VALUES (1), (2), (3)") == 3
        assert await tx.execute("CREATE TEMPORARY TABLE t (a int) ON COMMIT DROP") == 0
        await tx.execute_one("DELETE FROM slow WHERE id = 1")
        for ids in ([9], [2, 3]):
            with pytest.raises(RowCountError) as refused:
                await tx.execute_one("DELETE FROM slow WHERE id = ANY($1)", ids)
            assert refused.value.touched == (0 if ids == [9] else 2)


async def test_time_stands_still(opened: Opening) -> None:
    """`now` is aware, in UTC, and the same throughout the transaction."""
    database = await opened()
    async with database.transaction() as tx:
        assert tx.now == NOW
        assert tx.now.tzinfo is UTC


def test_handler_tables(world: Any) -> None:
    """Two handlers of one kind for one event, and a decision upon an own event, are refused at start."""
    with pytest.raises(ValueError, match="two handlers"):
        Handlers(world.service, projections=(project(world.Cause, fold_result), project(world.Cause, fold_result)))
    with pytest.raises(ValueError, match="goes on by itself"):
        Handlers(world.service, decisions=(on(world.Result, fold_result),))
    handlers = Handlers(world.service, (project(world.Result, fold_result),), (on(world.Cause, fold_result),))
    assert handlers.topics == (world.causes,)

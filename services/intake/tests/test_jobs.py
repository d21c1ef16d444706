import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from halo_events.contract.event import Event
from halo_events.errors import NotYetError
from halo_events.runtime import Database
from halo_intake import jobs, repository

Make = Callable[..., dict[str, Any]]
ComeIn = Callable[..., Awaitable[list[Event]]]
Life = Callable[[UUID], tuple[list[Event], list[Event]]]


@pytest.fixture
def delivered(receive: ComeIn, deliver: ComeIn, filing: Make, life: Life) -> Callable[[str], Awaitable[UUID]]:
    """Makes a delivered request of a number."""

    async def make(eopen_id: str) -> UUID:
        received, _ = await receive(filing(eopen_id=eopen_id))
        assignments, dossier = life(received.request_id)
        await deliver(*assignments[:4], *dossier, *assignments[4:])
        return received.request_id

    return make


async def _closed(database: Database) -> int:
    async with database.transaction() as tx:
        return await tx.fetchval("SELECT count(*) FROM requests WHERE closed_at IS NOT NULL AND status = 'closed'")


async def _published_closings(database: Database) -> int:
    async with database.transaction() as tx:
        return await tx.fetchval("SELECT count(*) FROM events.outbox WHERE type LIKE '%.request.closed.v1'")


class TestCloseEnded:
    async def test_not_before_its_time(
        self, database: Database, clock: Any, delivered: Callable[[str], Awaitable[UUID]]
    ) -> None:
        """Nothing is closed within the window, all of it after."""
        await delivered("EO-1")
        clock.advance(days=3)
        assert await jobs.close_ended(database) == 0
        clock.advance(days=1)
        assert await jobs.close_ended(database) == 1
        assert await jobs.close_ended(database) == 0
        assert await _closed(database) == 1

    async def test_two_at_once(
        self, database: Database, clock: Any, delivered: Callable[[str], Awaitable[UUID]]
    ) -> None:
        """Two processes that fire at the same time close each request once."""
        for number in range(3):
            await delivered(f"EO-{number}")
        clock.advance(days=4)
        done = await asyncio.gather(*(jobs.close_ended(database) for _ in range(3)))
        assert sum(done) == 3
        assert await _published_closings(database) == 3

    async def test_late_worker(
        self, database: Database, clock: Any, delivered: Callable[[str], Awaitable[UUID]]
    ) -> None:
        """A timer whose claimer froze is taken over; when that one wakes up, nothing is left for it to do."""
        request_id = await delivered("EO-1")
        clock.advance(days=4)
        async with database.transaction() as tx:
            assert await repository.claim_timers(tx, tx.now, 10) == [request_id]
        assert await jobs.close_ended(database) == 0
        clock.advance(minutes=2)
        assert await jobs.close_ended(database) == 1
        assert await _published_closings(database) == 1

    async def test_a_bad_row_stops_no_other(
        self, database: Database, clock: Any, delivered: Callable[[str], Awaitable[UUID]], request_id: UUID
    ) -> None:
        """A timer that fails is told of, tried later each time, and the others are closed."""
        await delivered("EO-1")
        clock.advance(days=4)
        async with database.transaction() as tx:
            await repository.upsert_timer(tx, request_id, tx.now - timedelta(days=30))
        with pytest.raises(NotYetError):
            await jobs.close_ended(database)
        assert await _closed(database) == 1
        assert await jobs.close_ended(database) == 0
        waits = []
        for _ in range(8):
            async with database.transaction() as tx:
                waits.append(await tx.fetchval("SELECT next_attempt_at FROM timers") - clock.now)
            clock.advance(seconds=waits[-1].total_seconds())
            with pytest.raises(NotYetError):
                await jobs.close_ended(database)
        assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
        assert waits[-1] == timedelta(hours=1)

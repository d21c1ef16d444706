import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from halo_events.runtime import Database
from halo_events.testing import eventually
from halo_service.jobs import Job, JobLoop
from halo_service.purge import KEEP_KEYS, PURGES, delete_old_keys
from halo_service.service import Service
from structlog.testing import capture_logs

HOUR = timedelta(hours=1)


@pytest.fixture
async def nowhere(service: Service) -> AsyncIterator[Database]:
    """A database that is away."""
    database = await Database.open("postgresql://nobody@127.0.0.1:1/nothing", service.handlers)
    yield database
    await database.close()


async def _holds(condition: bool) -> bool:  # noqa: FBT001 - what `eventually` takes is awaited
    return condition


async def run_until(loop: JobLoop, condition: Callable[[], bool]) -> None:
    """Run a job's loop until a condition holds, for some seconds."""
    stop = asyncio.Event()
    task = asyncio.create_task(loop.run(stop))

    async def holds() -> bool:
        return condition()

    await eventually(holds)
    stop.set()
    await task


def counted(*results: int | Exception) -> tuple[list[int], Callable[[Database], Awaitable[int]]]:
    """A job that returns or raises these in turn, then returns 0; and the list that notes its runs."""
    runs: list[int] = []
    left = list(results)

    async def run(_database: Database) -> int:
        runs.append(len(runs))
        result = left.pop(0) if left else 0
        if isinstance(result, Exception):
            raise result
        return result

    return runs, run


class TestJobLoop:
    async def test_again_at_once(self, nowhere: Database) -> None:
        """A job that found work runs again at once, one that found none waits."""
        runs, run = counted(3, 2, 0)
        loop = JobLoop(Job("count", HOUR, run), nowhere)

        await run_until(loop, lambda: len(runs) == 3)

        assert len(runs) == 3
        assert loop.health.troubles == {}
        assert not loop.health.alive

    async def test_failing(self, nowhere: Database) -> None:
        """A job that fails is logged by class, tried again, and makes the process not ready at the third time."""
        runs, fail = counted(*[RuntimeError("327599 must not be seen")] * 3)
        seen = asyncio.Event()

        async def run(database: Database) -> int:
            if len(runs) == 3:
                await seen.wait()  # a success would take the trouble back
            return await fail(database)

        loop = JobLoop(Job("count", HOUR, run), nowhere)
        loop._backoff.first = 0.01  # shortens the wait
        with capture_logs() as logs:
            stop = asyncio.Event()
            task = asyncio.create_task(loop.run(stop))
            await eventually(lambda: _holds(bool(loop.health.troubles)))

            assert loop.health.troubles == {"run": "RuntimeError, 3 times in a row"}
            assert [log["log_level"] for log in logs] == ["error"] * 3
            assert "327599" not in str(logs)
            seen.set()
            await eventually(lambda: _holds(len(runs) == 4))
            stop.set()
            await task

        assert loop.health.troubles == {}

    async def test_infrastructure(self, nowhere: Database) -> None:
        """A store that is away is a warning."""

        async def look(database: Database) -> int:
            async with database.transaction():
                return 0

        loop = JobLoop(Job("look", HOUR, look), nowhere)
        with capture_logs() as logs:
            await run_until(loop, lambda: bool(logs))

        assert logs[0]["log_level"] == "warning"
        assert logs[0]["job"] == "look"

    async def test_too_long(self, nowhere: Database) -> None:
        """A run that takes too long is ended."""

        async def hang(_database: Database) -> int:
            await asyncio.Event().wait()
            return 0

        loop = JobLoop(Job("hang", HOUR, hang, limit=timedelta(milliseconds=10)), nowhere)
        with capture_logs() as logs:
            await run_until(loop, lambda: bool(logs))

        assert logs[0]["error"] == "TimeoutError"


class TestPurges:
    async def test_old_keys(self, database: Database) -> None:
        """Keys go after seven days, younger ones stay."""
        async with database.transaction() as tx:
            for key, age in (("old", KEEP_KEYS + timedelta(minutes=1)), ("young", KEEP_KEYS - timedelta(minutes=1))):
                await tx.execute_one(
                    "INSERT INTO http.idempotency_keys (caller_id, operation, key, body_sha256, created_at)"
                    " VALUES ('o-1', 'POST /x', $1, sha256(''), $2)",
                    key,
                    tx.now - age,
                )

        assert await delete_old_keys(database) == 1
        assert await delete_old_keys(database) == 0
        async with database.transaction() as tx:
            assert await tx.fetchval("SELECT string_agg(key, '') FROM http.idempotency_keys") == "young"

    async def test_all_run(self, database: Database) -> None:
        """Every purge runs on the migrated tables."""
        for job in PURGES:
            assert await job.run(database) == 0

"""Jobs: timers and outside calls of a service, each in a loop of its own.

A job does one bounded piece of work a run and returns how much it did; more than nothing means "run me again at
once". One bad row must stop no other: a job claims rows one by one, each in a transaction of its own
(`FOR UPDATE SKIP LOCKED LIMIT 1`), and writes a failed row's next due time before it goes on to the next.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from halo_events.runtime import Database
from halo_events.runtime.failure import describe, is_infrastructure

_LOG: Final = structlog.get_logger("halo_service.jobs")
_FIRST_WAIT: Final = 0.5
_LONGEST_WAIT: Final = 60.0
_UNREADY_AFTER: Final = 3
"""Failures in a row after which the process is no longer ready."""


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is done every so often.

    `run` returns the number of work items it did; more than 0 = it is run again at once. `limit` bounds one run.
    """

    name: str
    every: timedelta
    run: Callable[[Database], Awaitable[int]]
    limit: timedelta = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class JobHealth:
    """Whether a job works: not ready after three failures in a row."""

    ready: bool
    reasons: tuple[str, ...]


class JobLoop:
    """Runs one job until it is told to stop."""

    def __init__(self, job: Job, database: Database) -> None:
        self.job = job
        self.failures = 0
        self._database = database
        self._error = ""

    @property
    def health(self) -> JobHealth:
        """Which error the job fails with, by class."""
        if not self.failures:
            return JobHealth(ready=True, reasons=())
        reason = f"{self._error}, {self.failures} times in a row"
        return JobHealth(ready=self.failures < _UNREADY_AFTER, reasons=(reason,))

    async def run(self, stop: asyncio.Event) -> None:
        """Run the job now and then, with jitter; after an error later and later, up to a minute."""
        while not stop.is_set():
            wait = await self._run_once()
            if wait:
                await _pause(stop, wait)

    async def _run_once(self) -> float:
        """Run the job once; the seconds to wait before the next time."""
        try:
            async with asyncio.timeout(self.job.limit.total_seconds()):
                done = await self.job.run(self._database)
        except Exception as error:  # noqa: BLE001 - a failing job is told by health and log, and tried again
            return self._failed(error)
        self.failures = 0
        return 0.0 if done else self.job.every.total_seconds() * random.uniform(0.9, 1.1)  # noqa: S311 - jitter

    def _failed(self, error: Exception) -> float:
        self.failures += 1
        self._error = type(error).__name__
        passing = is_infrastructure(error)
        log = _LOG.warning if passing else _LOG.error
        log("job_failed", job=self.job.name, failures=self.failures, passing=passing, **describe(error))
        longest = min(_FIRST_WAIT * 2.0 ** min(self.failures, 10), _LONGEST_WAIT)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, or less where the loop is told to stop."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return

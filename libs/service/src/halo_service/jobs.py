"""Jobs: timers and outside calls of a service, each in a loop of its own.

A job does one bounded piece of work a run and returns how much it did; more than nothing means "run me again at
once". One bad row must stop no other: a job claims rows with `FOR UPDATE SKIP LOCKED`, either one by one, or a bounded
batch under a lease; the claim itself sets when a row is tried next, so that a failed one stands in nobody's way.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from halo_events.runtime import Database, Health, describe, is_infrastructure
from halo_events.runtime.backoff import Backoff, wait_unless

_LOG: Final = structlog.get_logger("halo_service.jobs")
_JITTER: Final = random.SystemRandom()
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


class JobLoop:
    """Runs one job until it is told to stop. Its health names the error after three failures in a row."""

    def __init__(self, job: Job, database: Database) -> None:
        self.job = job
        self.health = Health(f"job {job.name}")
        self._database = database
        self._backoff = Backoff(1.0, 60.0)

    async def run(self, stop: asyncio.Event) -> None:
        """Run the job now and then, with jitter; after an error later and later, up to a minute."""
        try:
            while not stop.is_set():
                wait = await self._run_once()
                if wait:
                    await wait_unless(stop, wait)
        finally:
            self.health.alive = False

    async def _run_once(self) -> float:
        """Run the job once; the seconds to wait before the next time."""
        try:
            async with asyncio.timeout(self.job.limit.total_seconds()):
                done = await self.job.run(self._database)
        except Exception as error:  # noqa: BLE001 - a failing job is told by health and log, and tried again
            return self._failed(error)
        self._backoff.reset()
        self.health.well("run")
        return 0.0 if done else self.job.every.total_seconds() * _JITTER.uniform(0.9, 1.1)

    def _failed(self, error: Exception) -> float:
        seconds = self._backoff.next()
        failures = self._backoff.failures
        passing = is_infrastructure(error)
        log = _LOG.warning if passing else _LOG.error
        log("job failed", job=self.job.name, failures=failures, seconds=round(seconds, 2), **describe(error))
        if failures >= _UNREADY_AFTER:
            self.health.trouble("run", f"{type(error).__name__}, {failures} times in a row")
        return seconds

"""The run: requests go out, people work, all becomes quiet, and then everything is checked."""

import asyncio
import json
import random
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from halo_demo.checks.everything import Check, check_all
from halo_demo.checks.requests import read_expectations
from halo_demo.composed import join_platform
from halo_demo.errors import DeadlineError, DemoError
from halo_demo.facts import Topics, read_topics
from halo_demo.lives import lives_of, without_scanner
from halo_demo.papers import PaperPool
from halo_demo.paths import DATA, build_folder
from halo_demo.people.calls import Line, Tally
from halo_demo.people.crowd import Crowd
from halo_demo.people.office import Office
from halo_demo.platform import SERVICES, SILENT_CALLS, Platform, start_platform
from halo_demo.quiet import Quiet
from halo_demo.stall import await_stall
from halo_demo.supervisor import Program
from halo_demo.view import Phases, progress_of, show
from halo_demo.watch import Watch

LIFE_SECONDS: Final = 600.0
"""The longest that the people may take."""
POLL_SECONDS: Final = 0.1
KILL_BETWEEN: Final = (0.15, 0.75)


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    requests: int
    seed: int
    kill: str | None = None
    composed: bool = False
    """Whether the platform is the one that compose runs."""


@dataclass
class Outcome:
    """What came out of a run."""

    topics: Topics
    expectations: Sequence[Mapping[str, Any]]
    report: Mapping[str, Any]
    checks: Sequence[Check]
    restarts: Mapping[str, int]
    phases: Phases
    tally: Tally
    killed: str | None = None


@dataclass
class Story:
    """One run of the demo."""

    options: Options
    console: Console
    phases: Phases = field(default_factory=Phases)
    killed: str | None = None

    async def tell(self) -> Outcome:
        """Run from nothing to the last check.

        Raises:
            DemoError: the demo could not go on; the text says what to look at.
        """
        expectations = read_expectations(DATA / "expectations.jsonl", self.options.requests)
        with self.phases.measure("start"):
            platform_context = self._platform()
            platform = await platform_context.__aenter__()
        if not platform.endpoints.clamd:
            expectations = [without_scanner(row) for row in expectations]
        try:
            return await self._tell_on(platform, expectations)
        finally:
            with self.phases.measure("stop"):
                await platform_context.__aexit__(None, None, None)

    def _platform(self) -> AbstractAsyncContextManager[Platform]:
        def say(line: str) -> None:
            self.console.print(f"  {line}")

        if self.options.composed:
            return join_platform(build_folder(), say)
        return start_platform(build_folder(), self.options.seed, say, silent_calls=SILENT_CALLS)

    async def _tell_on(self, platform: Platform, expectations: Sequence[Mapping[str, Any]]) -> Outcome:
        report = platform.folder / "eopen.json"
        line = Line(platform.services, self.options.seed)
        with self.phases.measure("life"):
            await self._live(platform, line, expectations, report)
        with self.phases.measure("quiet"):
            await Quiet(platform.endpoints.postgres, platform.endpoints.kafka, SERVICES).wait()
            await asyncio.sleep(POLL_SECONDS)
            await platform.supervisor.stop("eopen")
        with self.phases.measure("checks"):
            topics = await read_topics(platform.endpoints.kafka)
            told = json.loads(report.read_text())
            checks = await check_all(platform, topics, expectations, told)
        restarts = platform.supervisor.restarts()
        return Outcome(topics, expectations, told, checks, restarts, self.phases, line.tally, self.killed)

    async def _live(
        self, platform: Platform, line: Line, expectations: Sequence[Mapping[str, Any]], report: Path
    ) -> None:
        expected = sum(row["outcome"] == "delivered" for row in expectations)
        watch = Watch(platform.endpoints.kafka)
        seed, lives = self.options.seed, lives_of(expectations)
        office = Office(line, watch, platform.register, PaperPool(seed), platform.issuer, seed, lives)
        try:
            async with _beside(watch.run()) as watching:
                await watch.ready.wait()
                await platform.supervisor.start(self._eopen(platform, report))
                async with (
                    _beside(show(self.console, watch.counts, expected)),
                    _beside(self._kill(platform, watch, expected)),
                    _beside(await_stall(platform, watch)) as stall,
                ):
                    await _first_of(Crowd(office, expected).work(), (watching, stall), platform.supervisor.failed)
        finally:
            await office.close()

    def _eopen(self, platform: Platform, report: Path) -> Program:
        arguments = ["--kafka", platform.endpoints.kafka, "--requests", str(DATA / "requests.jsonl")]
        rest = ["--report", str(report), "--first", str(self.options.requests)]
        argv = [sys.executable, "-m", "halo_demo.eopen", *arguments, *rest]
        return Program("eopen", argv, ends_on_close=True, restarts=False)

    async def _kill(self, platform: Platform, watch: Watch, expected: int) -> None:
        """Kill the service that was asked for, at a point of the run that the seed chooses."""
        if self.options.kill is None:
            return
        point = random.Random(f"{self.options.seed}/{self.options.kill}").uniform(*KILL_BETWEEN)  # noqa: S311 - a simulation, not a secret
        while progress_of(watch.counts, expected) < point:
            watch.moved.clear()
            await watch.moved.wait()
        await asyncio.to_thread(platform.supervisor.kill, self.options.kill)
        self.killed = f"{self.options.kill} at {point:.0%} of the way"
        self.console.print(f"  killed {self.killed}")


@asynccontextmanager
async def _beside(work: Any) -> AsyncIterator[asyncio.Task[None]]:  # noqa: ANN401 - any coroutine
    """Run work beside the context's body; it ends with it."""
    task: asyncio.Task[None] = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _first_of(work: Any, beside: Sequence[asyncio.Task[None]], failed: asyncio.Future[str]) -> None:  # noqa: ANN401
    """Do the work, unless what runs beside it or a process fails first.

    Raises:
        DemoError: one of them failed, or the work took too long.
    """
    task = asyncio.create_task(work)
    began = time.monotonic()
    try:
        await asyncio.wait((task, *beside, failed), timeout=LIFE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if failed.done():
            raise DemoError(failed.result())
        for other in beside:
            if other.done():
                other.result()
        if not task.done():
            raise DeadlineError(f"not all requests were closed after {time.monotonic() - began:.0f} s")
        task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

"""Starts the demo's processes, restarts services that die, and ends everything with the demo."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from halo_demo.errors import StartupError
from halo_demo.paths import PACKAGE

FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 3.0
STEADY_SECONDS: Final = 15.0
"""A process that lived so long starts again without delay."""
RESTARTS: Final = 20
STOP_SECONDS: Final = 15.0
LAST_LINES: Final = 12


@dataclass(frozen=True)
class Program:
    """What is run: `ends_on_close` programs end when their standard input closes, others by SIGTERM."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    ends_on_close: bool = False
    restarts: bool = True


@dataclass
class _Running:
    program: Program
    process: asyncio.subprocess.Process
    restarts: int = 0
    watcher: asyncio.Task[None] | None = None
    ends: list[int] = field(default_factory=list)
    """Exit codes other than that of a kill -9, which is the user's right."""


class Supervisor:
    """Owns the processes. Their output goes to one file each in `logs`."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, _Running] = {}
        self._stopping = False
        self.failed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """Set to a text for the terminal when a process is beyond restarting."""

    async def start(self, program: Program) -> None:
        """Start a program and watch over it until `stop`."""
        running = _Running(program, await self._spawn(program))
        self._running[program.name] = running
        running.watcher = asyncio.create_task(self._watch(running), name=f"watch {program.name}")

    async def run(self, program: Program) -> None:
        """Run a program to its end.

        Raises:
            StartupError: it ended with another code than 0.
        """
        process = await self._spawn(program)
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            with suppress(ProcessLookupError):
                process.kill()
            raise
        if code != 0:
            raise StartupError(f"{program.name} ended with {code}. {self.last_lines(program.name)}")

    def restarts(self) -> dict[str, int]:
        """How often each program was restarted; those never restarted are left out."""
        return {name: running.restarts for name, running in self._running.items() if running.restarts}

    def ends(self) -> list[str]:
        """What ended though nobody killed it, with its exit codes."""
        found = ((name, running.ends) for name, running in self._running.items() if running.ends)
        return [f"{name} ended with {', '.join(map(str, codes))}. {self.last_lines(name)}" for name, codes in found]

    def kill(self, name: str) -> None:
        """Kill a program the hard way; it is restarted like any other that dies."""
        self._running[name].process.kill()

    def last_lines(self, name: str) -> str:
        """Point at a program's log, with its last lines."""
        log = self._log(name)
        lines = log.read_text(errors="replace").splitlines()[-LAST_LINES:] if log.exists() else []
        return "\n".join([f"See {log}, which ends with:", *lines])

    async def stop(self, *names: str) -> None:
        """End these programs, or all of them; those that don't end in time are killed."""
        self._stopping = self._stopping or not names
        ending = [self._running.pop(name) for name in (names or list(self._running)) if name in self._running]
        for running in ending:
            if running.watcher:
                running.watcher.cancel()
            self._ask_to_end(running)
        await asyncio.gather(*(self._await_end(running) for running in ending))

    def _ask_to_end(self, running: _Running) -> None:
        with suppress(ProcessLookupError):
            if running.program.ends_on_close and running.process.stdin:
                running.process.stdin.close()
            else:
                running.process.send_signal(signal.SIGTERM)

    async def _await_end(self, running: _Running) -> None:
        try:
            await asyncio.wait_for(running.process.wait(), STOP_SECONDS)
        except TimeoutError:
            with suppress(ProcessLookupError):
                running.process.kill()
            await running.process.wait()

    async def _spawn(self, program: Program) -> asyncio.subprocess.Process:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HALO_")}
        bound = [sys.executable, "-I", "-S", str(PACKAGE / "bound.py"), str(os.getpid())]
        with self._log(program.name).open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *bound,
                *program.argv,
                env=inherited | dict(program.env),
                stdin=asyncio.subprocess.PIPE if program.ends_on_close else asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def _watch(self, running: _Running) -> None:
        """Restart the program each time it ends, with a pause that grows while it keeps ending early."""
        pause = FIRST_PAUSE
        while True:
            began = time.monotonic()
            code = await running.process.wait()
            if self._stopping:
                return
            if code != -signal.SIGKILL:
                running.ends.append(code)
            if not running.program.restarts or running.restarts >= RESTARTS:
                self._give_up(running.program.name, code)
                return
            pause = FIRST_PAUSE if time.monotonic() - began > STEADY_SECONDS else min(pause * 2, LONGEST_PAUSE)
            await asyncio.sleep(pause)
            running.restarts += 1
            running.process = await self._spawn(running.program)

    def _give_up(self, name: str, code: int) -> None:
        if not self.failed.done():
            self.failed.set_result(f"{name} ended with {code} and is not started again. {self.last_lines(name)}")

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

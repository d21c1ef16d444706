import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from halo_demo.errors import StartupError
from halo_demo.supervisor import Program, Supervisor

WRITE_PID = "import os, signal, sys; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); signal.pause()"
OWNER = """
import asyncio, pathlib, sys
from halo_demo.supervisor import Program, Supervisor
async def own():
    supervisor = Supervisor(pathlib.Path(sys.argv[1]))
    await supervisor.start(Program("child", [sys.executable, "-c", sys.argv[2], sys.argv[3]]))
    await asyncio.Event().wait()
asyncio.run(own())
"""


@pytest.fixture
async def supervisor(tmp_path: Path) -> AsyncIterator[Supervisor]:
    """A supervisor that ends what a test leaves."""
    supervisor = Supervisor(tmp_path)
    yield supervisor
    await supervisor.stop()


async def until(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - another process brings it about
            await asyncio.sleep(0.02)


def pids(file: Path) -> list[int]:
    """Read the process numbers that were written so far."""
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


class TestStart:
    async def test_a_killed_program_comes_back(self, supervisor: Supervisor, tmp_path: Path) -> None:
        """Kill -9 leads to one restart, and it is counted."""
        file = tmp_path / "pids"
        await supervisor.start(Program("child", [sys.executable, "-c", WRITE_PID, str(file)]))
        await until(lambda: len(pids(file)) == 1)

        supervisor.kill("child")

        await until(lambda: len(pids(file)) == 2)
        assert supervisor.restarts() == {"child": 1}
        assert supervisor.ends() == []

    async def test_a_program_that_may_not_end(self, supervisor: Supervisor) -> None:
        """The end of one that isn't restarted is told, with its log."""
        await supervisor.start(Program("child", [sys.executable, "-c", "print('farewell')"], restarts=False))

        async with asyncio.timeout(20):
            told = await supervisor.failed

        assert "child ended with 0" in told
        assert len(supervisor.ends()) == 1
        assert "farewell" in told

    async def test_children_die_with_their_owner(self, tmp_path: Path) -> None:
        """An owner killed by -9 leaves nobody behind."""
        file = tmp_path / "pids"
        owner = await asyncio.create_subprocess_exec(sys.executable, "-c", OWNER, str(tmp_path), WRITE_PID, str(file))
        await until(lambda: len(pids(file)) == 1)

        owner.send_signal(signal.SIGKILL)
        await owner.wait()

        await until(lambda: is_gone(pids(file)[0]))


class TestRun:
    async def test_a_failed_command(self, supervisor: Supervisor) -> None:
        """The error names the log and quotes its end."""
        with pytest.raises(StartupError, match=r"migrate ended with 3.*\n.*no database"):
            await supervisor.run(Program("migrate", [sys.executable, "-c", "print('no database'); exit(3)"]))


class TestStop:
    async def test_ends_what_runs(self, supervisor: Supervisor, tmp_path: Path) -> None:
        """Nothing is restarted after it was stopped."""
        file = tmp_path / "pids"
        await supervisor.start(Program("child", [sys.executable, "-c", WRITE_PID, str(file)]))
        await until(lambda: len(pids(file)) == 1)

        await supervisor.stop("child")

        assert is_gone(pids(file)[0])
        assert not supervisor.failed.done()

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from halo_events.runtime import Health
from halo_service.process import run_parts
from structlog.testing import capture_logs


class Part:
    """A part that does what it is told."""

    def __init__(self, name: str, work: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
        self.health = Health(name)
        self._work = work

    async def run(self, stop: asyncio.Event) -> None:
        """Do it."""
        await self._work(stop)


async def wait(stop: asyncio.Event) -> None:
    """A good part."""
    await stop.wait()


async def die(_stop: asyncio.Event) -> None:
    """A part with a fault."""
    raise ValueError("327599 must not be seen")


async def leave(_stop: asyncio.Event) -> None:
    """A part that ends by itself."""


async def hang(_stop: asyncio.Event) -> None:
    """A part that does not listen."""
    await asyncio.Event().wait()


class TestRunParts:
    async def test_stop(self) -> None:
        """Parts end when they are asked to."""
        stop = asyncio.Event()
        asyncio.get_running_loop().call_soon(stop.set)

        assert await run_parts([Part("a", wait), Part("b", wait)], stop)

    async def test_death(self) -> None:
        """A part that dies takes the others down, and is logged by class."""
        with capture_logs() as logs:
            assert not await run_parts([Part("a", wait), Part("b", die)], asyncio.Event())

        assert [(log["event"], log["part"], log["error"]) for log in logs] == [("part died", "b", "ValueError")]
        assert "327599" not in str(logs)

    async def test_early_end(self) -> None:
        """A part that ends unasked takes the others down too."""
        with capture_logs() as logs:
            assert not await run_parts([Part("a", wait), Part("b", leave)], asyncio.Event())

        assert logs[0]["event"] == "part ended by itself"

    async def test_hanging(self) -> None:
        """A part that does not stop in time is cancelled, and the end is a bad one."""
        stop = asyncio.Event()
        stop.set()
        with capture_logs() as logs:
            assert not await run_parts([Part("a", wait), Part("b", hang)], stop, drain=0.01)

        assert logs[0]["part"] == "b"

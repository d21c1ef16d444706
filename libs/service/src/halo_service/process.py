"""One process: its parts run side by side until a signal comes or a part dies; then all end within a bound."""

import asyncio
import os
import signal
import threading
from collections.abc import Sequence
from typing import Final, Protocol

import structlog
from halo_events.runtime import Health, describe

_LOG: Final = structlog.get_logger("halo_service.process")

DRAIN: Final = 20.0
"""Seconds from the signal until parts that still work are cancelled."""

_LAST_WAIT: Final = 3.0
"""Seconds a cancelled part may take, before the process leaves without it."""


class Part(Protocol):
    """Something that runs in a process: the HTTP server, the consumer, the relay, a job."""

    health: Health

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set."""


def stop_on_signals(stop: asyncio.Event) -> None:
    """SIGTERM and SIGINT ask the parts to stop; a second signal ends the process at once."""

    def on_signal(number: signal.Signals) -> None:
        if stop.is_set():
            _LOG.warning("second signal, leaving at once", signal=number.name)
            os._exit(1)
        _LOG.info("stopping", signal=number.name)
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal, number)


async def run_parts(parts: Sequence[Part], stop: asyncio.Event, *, drain: float = DRAIN) -> bool:
    """Run the parts until `stop` is set or one of them ends; whether all ended well and in time."""
    tasks = {asyncio.create_task(_run_part(part, stop), name=part.health.name): part for part in parts}
    await stop.wait()
    _, late = await asyncio.wait(tasks, timeout=drain)
    for task in late:
        _LOG.error("part did not stop in time", part=task.get_name())
        task.cancel()
    if late:
        await asyncio.wait(late, timeout=_LAST_WAIT)
    return not late and all(task.result() for task in tasks)


async def _run_part(part: Part, stop: asyncio.Event) -> bool:
    """Run a part; when it ends by itself, well or not, the process ends with it."""
    try:
        await part.run(stop)
    except Exception as error:  # noqa: BLE001 - it takes the process down, with a non-zero end
        _LOG.critical("part died", part=part.health.name, **describe(error))
        return False
    finally:
        ended_early = not stop.is_set()
        stop.set()
    if ended_early:
        _LOG.critical("part ended by itself", part=part.health.name)
    return not ended_early


def leave_at_latest(seconds: float, status: int) -> None:
    """End the process after so many seconds whatever still hangs in it: a thread, a close that never returns."""
    timer = threading.Timer(seconds, os._exit, (status,))
    timer.daemon = True
    timer.start()

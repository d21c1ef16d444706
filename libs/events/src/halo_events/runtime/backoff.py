"""Waiting times between tries: exponential, with jitter so that many processes do not come back at once."""

import asyncio
import random
from contextlib import suppress
from typing import Final

_JITTER: Final = random.SystemRandom()


class Backoff:
    """Seconds to wait: doubling from `first` to `most`, each between half and the whole."""

    def __init__(self, first: float = 0.2, most: float = 10.0) -> None:
        self.first = first
        self.most = most
        self.failures = 0

    def next(self) -> float:
        """The next waiting time, in seconds."""
        seconds = min(self.most, self.first * 2.0 ** min(self.failures, 30))
        self.failures += 1
        return seconds * _JITTER.uniform(0.5, 1)

    def reset(self) -> None:
        """Begin anew after a success."""
        self.failures = 0


async def wait_unless(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but no longer than until `stop` is set."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)

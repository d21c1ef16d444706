"""Notices when nothing moves any more, and says which service is the reason."""

import asyncio
import time
from typing import Final

import httpx

from halo_demo.errors import DeadlineError
from halo_demo.health import is_ready
from halo_demo.platform import Platform
from halo_demo.watch import Watch

LOOK_SECONDS: Final = 5.0
UNREADY_SECONDS: Final = 45.0
"""How long a service may say that it is not ready; one that was killed is back in less."""
STILL_SECONDS: Final = 180.0
"""How long no event may come; longer than the longest lease of a service that was killed."""
CALL_SECONDS: Final = 5.0


async def await_stall(platform: Platform, watch: Watch) -> None:
    """Return never.

    Raises:
        DeadlineError: a service stays unready, or nothing happens any more.
    """
    unready_since: dict[str, float] = {}
    async with httpx.AsyncClient(timeout=CALL_SECONDS, trust_env=False) as client:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = time.monotonic()
            for name, url in platform.services.items():
                if await is_ready(client, url):
                    unready_since.pop(name, None)
                elif now - unready_since.setdefault(name, now) > UNREADY_SECONDS:
                    log = platform.supervisor.last_lines(name)
                    raise DeadlineError(f"{name} is not ready for {UNREADY_SECONDS:.0f} s. {log}")
            if now - watch.moved_at > STILL_SECONDS:
                raise DeadlineError(f"no event for {STILL_SECONDS:.0f} s; look at the logs in {platform.folder}/logs")

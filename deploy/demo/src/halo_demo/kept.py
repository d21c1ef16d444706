"""`up` and `down`: the whole platform kept running after the terminal is gone, found again and ended."""

import asyncio
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Final

from halo_local import detached
from halo_local.errors import LocalStackError
from rich.console import Console

from halo_demo.errors import DemoError, StartupError
from halo_demo.make_requests import SEED
from halo_demo.paths import build_folder
from halo_demo.platform import PAGES, Platform, start_platform

NAME: Final = "platform"


def put_up(console: Console) -> None:
    """Start the platform unless it runs, and print where everything is."""
    try:
        found = detached.start(NAME, [sys.executable, "-m", "halo_demo", "keep"])
    except LocalStackError as problem:
        raise StartupError(str(problem)) from None
    for name, address in found.items():
        console.print(f"{name:20} {address}", soft_wrap=True, markup=False)
    console.print("It runs until `make down`; its data goes with it.")


def put_down(console: Console) -> None:
    """End the platform."""
    try:
        was_running = detached.stop(NAME)
    except LocalStackError as problem:
        raise DemoError(str(problem)) from None
    console.print("The platform has ended." if was_running else "No platform was running.")


def keep(console: Console) -> None:
    """Run the platform until SIGTERM: what `up` leaves running."""
    try:
        with detached.hold(NAME) as publish:
            asyncio.run(_keep(console, publish))
    except LocalStackError as problem:
        raise DemoError(str(problem)) from None


async def _keep(console: Console, publish: Callable[[Mapping[str, str]], None]) -> None:
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    async with start_platform(build_folder() / "kept", SEED, console.print) as platform:
        publish(_addresses(platform))
        ending = asyncio.create_task(end.wait())
        await asyncio.wait((ending, platform.supervisor.failed), return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if platform.supervisor.failed.done():
            raise StartupError(platform.supervisor.failed.result())


def _addresses(platform: Platform) -> dict[str, str]:
    """Name everything that somebody may want to call; the secrets are this run's own."""
    return {
        **{service: f"{url}/openapi.json" for service, url in platform.services.items()},
        **{f"{service}, pages": f"{platform.services[service]}{path}" for service, path in PAGES.items()},
        "token issuer": f"{platform.issuer}/token",
        **platform.gateways,
        "which SMS and mails were taken": str(platform.receiver_log),
        "Kafka": platform.endpoints.kafka,
        "PostgreSQL": platform.endpoints.postgres,
        "MinIO": f"http://{platform.endpoints.minio}",
        "MinIO access key": platform.endpoints.minio_access_key,
        "MinIO secret key": platform.endpoints.minio_secret_key,
        "logs": str(platform.folder / "logs"),
    }

"""The command line, with real processes."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from halo_events.testing import Databases, eventually

PROGRAM = Path(__file__).parent / "letters_main.py"
Environment = Mapping[str, str]


class Running:
    """A process of the service that listens."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30)

    async def ready(self) -> bool:
        """Whether it says that it is ready."""
        return (await self.client.get("/health/ready")).is_success

    async def hears(self, event: str) -> None:
        """Read its log up to this event."""
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            while json.loads(await self.process.stdout.readline())["event"] != event:
                pass

    async def end(self) -> tuple[int, list[dict[str, Any]]]:
        """Wait for its end; the status, and what it logged since it listened."""
        out, _ = await asyncio.wait_for(self.process.communicate(), 30)
        return self.process.returncode or 0, [json.loads(line) for line in out.splitlines()]


Start = Callable[[str, Environment], AbstractAsyncContextManager[Running]]


@asynccontextmanager
async def started(role: str, environment: Environment) -> AsyncIterator[Running]:
    """Start a role and read from its log where it listens."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, PROGRAM, role, env={**os.environ, **environment}, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        line = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
        assert line["event"] == "listening"
        assert line["role"] == role
        running = Running(process, line["port"])
        async with running.client:
            yield running
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def run(environment: Environment, *arguments: str) -> tuple[int, str, str]:
    """Run a command to its end: status, output, errors."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        PROGRAM,
        *arguments,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, out.decode(), errors.decode()


@pytest.fixture
def away(tmp_path: Path) -> Environment:
    """Settings of a service whose database and broker are away."""
    return {
        "HALO_ENVIRONMENT": "local",
        "HALO_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "HALO_KAFKA": "127.0.0.1:1",
        "HALO_OIDC_ISSUER": "http://127.0.0.1:1",
        "HALO_HTTP_PORT": "0",
        "LETTERS_FOLDER": str(tmp_path),
    }


@pytest.fixture
async def there(away: Environment, databases: Databases) -> AsyncIterator[Environment]:
    """The same with a database, not yet migrated."""
    dsn = await databases.fresh("letters")
    yield {**away, "HALO_DATABASE_URL": dsn}
    await databases.drop(dsn)


class TestRoles:
    async def test_life(self, there: Environment, tmp_path: Path) -> None:
        """The API waits for its migrations, serves, lets a request end when it is told to stop, and ends well."""
        async with started("api", there) as api:
            assert not await api.ready()
            status, out, _ = await run(there, "migrate")
            assert status == 0
            assert json.loads(out.splitlines()[-1])["applied"] == ["0001_idempotency", "0001_letters"]
            await eventually(api.ready)

            slow = asyncio.create_task(api.client.get("/v1/slow"))

            async def begun() -> bool:
                return (tmp_path / "started").exists()

            await eventually(begun)
            api.process.send_signal(signal.SIGTERM)
            await api.hears("stopping")
            (tmp_path / "gate").touch()
            assert (await slow).json() == "done"
            status, logs = await api.end()

        assert status == 0
        assert [log["event"] for log in logs] == ["request"]

    async def test_stores_away(self, away: Environment) -> None:
        """With database and broker away everything starts, waits, says what it misses, and stops in time."""
        async with started("all", away) as everything:
            troubles: dict[str, Any] = {}

            async def told() -> bool:
                troubles.update((await everything.client.get("/health/ready")).json()["troubles"])
                return {"database", "relay"} <= troubles.keys()

            await eventually(told)
            assert (await everything.client.get("/health/live")).status_code == 200
            everything.process.send_signal(signal.SIGINT)
            status, _ = await everything.end()

        assert status == 0

    async def test_second_signal(self, away: Environment, tmp_path: Path) -> None:
        """A second signal ends the process at once."""
        async with started("api", away) as api:
            slow = asyncio.create_task(api.client.get("/v1/slow"))

            async def begun() -> bool:
                return (tmp_path / "started").exists()

            await eventually(begun)
            api.process.send_signal(signal.SIGTERM)
            await api.hears("stopping")
            api.process.send_signal(signal.SIGTERM)
            status, _ = await api.end()
            with pytest.raises(httpx.TransportError):
                await slow

        assert status == 1

    async def test_port_taken(self, away: Environment) -> None:
        """A port that is taken ends the start, told by class."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            status, out, errors = await run({**away, "HALO_HTTP_PORT": port}, "jobs")

        assert status == 1
        assert json.loads(out)["error"] == "OSError"
        assert "Traceback" not in out + errors


class TestCommandLine:
    async def test_wrong_settings(self, away: Environment) -> None:
        """Wrong settings end with status 2 and a line each, without a value."""
        wrong = {
            "HALO_ENVIRONMENT": "production",
            "HALO_DATABASE_URL": "postgresql://u:Xq7-short@h/d",
            "HALO_KAFKA": "",
        }
        status, out, errors = await run({**away, **wrong}, "consumer")

        assert (status, out) == (2, "")
        assert [line.split(":")[0] for line in errors.splitlines()] == [
            "HALO_KAFKA",
            "HALO_DATABASE_URL",
            "HALO_OIDC_ISSUER",
        ]
        assert "Xq7" not in errors

    async def test_unknown_role(self, away: Environment) -> None:
        """A role that is none ends with status 2."""
        status, _, errors = await run(away, "sing")

        assert status == 2
        assert "sing" in errors

    async def test_own_command(self, there: Environment) -> None:
        """A service's own command gets the database and its options."""
        assert (await run(there, "migrate"))[0] == 0
        assert await run(there, "load-titles", "--titles", "a,b,c", "--limit", "2") == (0, "", "")
        status, _, errors = await run(there, "load-titles", "--titles", "")

        assert (status, errors) == (1, "no titles; name some, with commas\n")
        connection = await asyncpg.connect(there["HALO_DATABASE_URL"])
        assert await connection.fetchval("SELECT count(*) FROM letters") == 2
        await connection.close()

    async def test_failing_command(self, there: Environment) -> None:
        """A command that fails is told by class, without a traceback."""
        status, out, errors = await run(there, "load-titles", "--titles", "327599")

        assert (status, errors) == (1, "")
        assert json.loads(out)["error"] == "UndefinedTableError"
        assert "327599" not in out

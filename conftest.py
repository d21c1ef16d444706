"""Real servers for the tests of the whole workspace, each started once, when a test first asks for it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from halo_events.testing import Databases
from halo_local.stack import Endpoints, start_stack


@pytest.fixture(scope="session")
def postgres() -> Iterator[Endpoints]:
    """A PostgreSQL server that forgets: nothing here survives the session anyway."""
    with start_stack(parts=frozenset({"postgres"}), durable=False) as endpoints:
        yield endpoints


@pytest.fixture(scope="session")
def postgres_dsn(postgres: Endpoints) -> str:
    """The address of PostgreSQL, for a role that may create databases."""
    return postgres.postgres


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """The address of a Kafka broker."""
    with start_stack(parts=frozenset({"kafka"})) as endpoints:
        yield endpoints.kafka


@pytest.fixture(scope="session")
def minio() -> Iterator[Endpoints]:
    """A MinIO server: address and keys."""
    with start_stack(parts=frozenset({"minio"})) as endpoints:
        yield endpoints


@pytest.fixture(scope="session")
def databases(postgres_dsn: str) -> Databases:
    """Fresh databases, each copied from a migrated template."""
    return Databases(postgres_dsn)


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """The address of the local stack's token issuer, a process of its own."""
    command = [sys.executable, "-m", "halo_local.issuer"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["issuer"]
        process.terminate()


@pytest.fixture
async def browser() -> AsyncIterator[Any]:
    """Chromium as the machine has it; nothing is downloaded."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine: install Debian's chromium, or name one in CHROMIUM")
    playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed")
    async with playwright.async_playwright() as driver:
        chromium = await driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        await chromium.close()

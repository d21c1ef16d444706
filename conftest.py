"""Real servers for the tests of the whole workspace, each started once, when a test first asks for it.

Where a service stands alone with `libs/`, there is no `halo_local` that starts servers: then those are used that the
environment names, by the variables that `halo_local up` prints.
"""

import ctypes
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from halo_events.testing import Databases

if TYPE_CHECKING:
    from halo_local.stack import Endpoints

if find_spec("halo_local") is not None:
    from halo_local.stack import start_stack
else:
    NAMES = {
        "kafka": "HALO_KAFKA_BOOTSTRAP",
        "postgres": "HALO_POSTGRES_DSN",
        "minio": "HALO_MINIO_ENDPOINT",
        "minio_access_key": "HALO_MINIO_ACCESS_KEY",
        "minio_secret_key": "HALO_MINIO_SECRET_KEY",
    }

    @contextmanager
    def start_stack(*, parts: frozenset[str], durable: bool = True) -> Iterator[SimpleNamespace]:
        """The servers that the environment names; each test makes and drops databases of its own on them."""
        del durable  # theirs to say
        wanted = {name: variable for name, variable in NAMES.items() if name.split("_")[0] in parts}
        missing = [variable for variable in wanted.values() if not os.environ.get(variable)]
        if missing:
            pytest.fail(f"the tests need a server of yours: set {', '.join(missing)}", pytrace=False)
        yield SimpleNamespace(**{name: os.environ[variable] for name, variable in wanted.items()})


@pytest.fixture(scope="session")
def postgres() -> Iterator["Endpoints"]:
    """A PostgreSQL server that forgets: nothing here survives the session anyway."""
    with start_stack(parts=frozenset({"postgres"}), durable=False) as endpoints:
        yield endpoints


@pytest.fixture(scope="session")
def postgres_dsn(postgres: "Endpoints") -> str:
    """The address of PostgreSQL, for a role that may create databases."""
    return postgres.postgres


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """The address of a Kafka broker."""
    with start_stack(parts=frozenset({"kafka"})) as endpoints:
        yield endpoints.kafka


@pytest.fixture(scope="session")
def minio() -> Iterator["Endpoints"]:
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
    if find_spec("halo_local") is None:
        pytest.skip("pages are tested with halo_local's issuer, which a service alone does not have")
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
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        pytest.skip("Playwright's driver needs libatomic.so.1: install Debian's libatomic1")
    playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed")
    async with playwright.async_playwright() as driver:
        chromium = await driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        await chromium.close()

"""intake alone, on real servers, for publishers and readers that are not ours."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from halo_demo.databases import create_databases
from halo_local.parts import free_port
from halo_local.stack import start_stack

READY_SECONDS = 60.0


@pytest.fixture(scope="session")
def broker() -> Iterator[str]:
    """The address of a Kafka broker behind which intake answers."""
    with start_stack(parts=frozenset({"kafka", "postgres"}), durable=False) as endpoints:
        database = asyncio.run(create_databases(endpoints.postgres, ["intake"]))["intake"]
        issuer = f"http://127.0.0.1:{(port := free_port())}"
        settings = {
            "HALO_ENVIRONMENT": "local",
            "HALO_KAFKA": endpoints.kafka,
            "HALO_DATABASE_URL": database,
            "HALO_OIDC_ISSUER": issuer,
            "HALO_HTTP_PORT": str(free_port()),
        }
        run([str(Path(sys.executable).with_name("halo-events")), "topics", "apply", "--kafka", endpoints.kafka])
        run([sys.executable, "-m", "halo_intake", "migrate"], settings)
        with running("halo_local.issuer", "--port", str(port)), running("halo_intake", "all", env=settings) as intake:
            await_ready(f"http://127.0.0.1:{settings['HALO_HTTP_PORT']}/health/ready", intake)
            yield endpoints.kafka


@contextmanager
def running(module: str, *arguments: str, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process of ours as long as the context; its log goes nowhere."""
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(command, env={**os.environ, **(env or {})}, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def run(command: list[str], env: Mapping[str, str] | None = None) -> None:
    """Run a command of ours to its end."""
    subprocess.run(command, env={**os.environ, **(env or {})}, check=True, timeout=60, stdout=subprocess.DEVNULL)


def await_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the service says that it is ready."""
    end, said = time.monotonic() + READY_SECONDS, "nothing"
    while time.monotonic() < end and process.poll() is None:
        try:
            answer = httpx.get(url, trust_env=False)
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.is_success:
            return
        said = answer.text if answer is not None else said
        time.sleep(0.1)
    raise AssertionError(f"not ready, it said {said}, and ended with {process.poll()}")

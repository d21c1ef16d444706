"""Joins the platform that `make compose` started: the demo's people work on it, and the same checks judge it."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx
from halo_events import topics
from halo_local import compose
from halo_local.endpoints import Endpoints
from halo_local.engine import Engine, find_engine
from halo_local.errors import LocalStackError

from halo_demo.errors import StartupError
from halo_demo.facts import count_records
from halo_demo.make_requests import SEED
from halo_demo.paths import RW_FILE
from halo_demo.platform import SERVICES, Platform, await_ready
from halo_demo.register import make_register
from halo_demo.supervisor import Supervisor

PROJECT_LABEL: Final = f"com.docker.compose.project={compose.PROJECT}"
SERVICE_LABEL: Final = "com.docker.compose.service"
WATCHED: Final = (*SERVICES, "issuer", "receiver", "kafka", "postgres", "minio")
"""What must neither end nor be started again while the demo runs."""
LAST_LINES: Final = 12
LOG_SECONDS: Final = 10.0


class Containers(Supervisor):
    """Tells what became of the platform's containers; programs of the demo itself run as ever."""

    def __init__(self, logs: Path, engine: Engine) -> None:
        super().__init__(logs)
        self._engine = engine
        found = engine.find(PROJECT_LABEL)
        self._ids = {each["Labels"][SERVICE_LABEL]: each["Id"] for each in found}
        missing = [name for name in WATCHED if name not in self._ids]
        if missing:
            raise StartupError(f"no container of {', '.join(missing)} is there: make compose")
        self._before = {name: self._state(name)["RestartCount"] for name in WATCHED}
        self._killed: Counter[str] = Counter()

    def scans(self) -> bool:
        """Tell whether papers are scanned."""
        variables = self._engine.inspect(self._ids["documents"])["Config"]["Env"]
        return any(each.startswith("HALO_CLAMD=") and each != "HALO_CLAMD=" for each in variables)

    def restarts(self) -> dict[str, int]:
        """How often each container was started again; those that never were are left out."""
        return {name: count for name in WATCHED if (count := self._own_restarts(name) + self._killed[name])}

    def ends(self) -> list[str]:
        """What ended though the demo did not kill it."""
        found = []
        for name in WATCHED:
            state, again = self._state(name)["State"], self._own_restarts(name)
            if not state["Running"]:
                found.append(f"{name} ended with {state['ExitCode']}. {self.last_lines(name)}")
            elif again:
                found.append(f"{name} was started again {again} times. {self.last_lines(name)}")
        return [*super().ends(), *found]

    def kill(self, name: str) -> None:
        """Kill a container's process the hard way and start it again: the engine leaves that to who killed it."""
        self._engine.kill(self._ids[name])
        self._engine.start(self._ids[name])
        self._before[name] = self._state(name)["RestartCount"]
        self._killed[name] += 1

    def last_lines(self, name: str) -> str:
        """Return the last lines of a container, or of a program of the demo."""
        if name not in self._ids:
            return super().last_lines(name)
        lines = self._engine.last_lines(self._ids[name], LAST_LINES)
        return "\n".join(["Its log ends with:", *lines])

    def _own_restarts(self, name: str) -> int:
        return int(self._state(name)["RestartCount"]) - int(self._before[name])

    def _state(self, name: str) -> dict[str, Any]:
        return self._engine.inspect(self._ids[name])


@asynccontextmanager
async def join_platform(folder: Path, say: Callable[[str], None]) -> AsyncIterator[Platform]:
    """Give the platform that compose runs, once it is ready; it runs on when the context ends.

    Raises:
        StartupError: there is none, it is not ready, or somebody has used it already.
    """
    logs = folder / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    try:
        found = compose.read_environment()
        supervisor = Containers(logs, find_engine())
    except LocalStackError as problem:
        raise StartupError(str(problem)) from None
    try:
        platform = _platform(found, supervisor, folder)
        await await_ready(platform.services, supervisor)
        if await count_records(platform.endpoints.kafka, [topics.EOPEN_REQUESTS, topics.REQUESTS]):
            raise StartupError("the topics hold records already: make compose-down, then make compose")
        say("joined the platform that compose runs")
        yield platform
    finally:
        await supervisor.stop()


def _platform(found: Mapping[str, str], supervisor: Containers, folder: Path) -> Platform:
    def url(name: str) -> str:
        return f"http://127.0.0.1:{found[f'HALO_{name.upper()}_PORT']}"

    receiver_log = folder / "receiver.jsonl"
    receiver_log.unlink(missing_ok=True)

    async def fetch_log() -> None:
        headers = {"Authorization": f"Bearer {found['HALO_SMS_TOKEN']}"}
        async with httpx.AsyncClient(timeout=LOG_SECONDS, trust_env=False) as client:
            answer = await client.get(f"{url('sms')}/log", headers=headers)
        answer.raise_for_status()
        await asyncio.to_thread(receiver_log.write_bytes, answer.content)

    return Platform(
        _endpoints(found, scans=supervisor.scans()),
        {name: url(name) for name in SERVICES},
        url("issuer"),
        {"SMS gateway": f"{url('sms')}/messages"},
        receiver_log,
        make_register(RW_FILE, SEED),
        supervisor,
        folder,
        fetch_log=fetch_log,
    )


def _endpoints(found: Mapping[str, str], *, scans: bool) -> Endpoints:
    place = f"127.0.0.1:{found['HALO_POSTGRES_PORT']}"
    return Endpoints(
        kafka=f"127.0.0.1:{found['HALO_KAFKA_PORT']}",
        postgres=f"postgresql://postgres:{found['HALO_POSTGRES_PASSWORD']}@{place}/postgres",
        minio=f"127.0.0.1:{found['HALO_MINIO_PORT']}",
        minio_access_key=found["HALO_MINIO_ACCESS_KEY"],
        minio_secret_key=found["HALO_MINIO_SECRET_KEY"],
        clamd="inside the platform" if scans else "",
    )

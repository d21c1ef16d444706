"""Brings the whole platform up on the local stack: servers, issuer, receiver, databases, topics, register, services."""

import asyncio
import secrets
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
from halo_events import topics
from halo_local.endpoints import Endpoints
from halo_local.errors import LocalStackError
from halo_local.parts import free_port
from halo_local.stack import start_stack

from halo_demo.databases import create_databases
from halo_demo.errors import StartupError
from halo_demo.facts import count_records
from halo_demo.health import is_ready
from halo_demo.paths import KELURAHAN_FILE, RW_FILE
from halo_demo.register import Register, make_register, write_people, write_register
from halo_demo.supervisor import Program, Supervisor

SERVICES: Final = ("intake", "dispatch", "documents", "notify")
PAGES: Final = {"intake": "/status", "dispatch": "/officer", "documents": "/desk"}
"""Where the pages of a service begin."""

BUCKET: Final = "halo-pamor-papers"
REGION: Final = "id-bekasi-1"
AUDIENCE: Final = "halo-pamor"
READY_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.1
SILENT_CALLS: Final = 1
"""How many SMS calls get no answer, so that `message.unknown` is seen."""


@dataclass(frozen=True)
class Platform:
    """A running platform: where everything is."""

    endpoints: Endpoints
    services: Mapping[str, str]
    """Base URL by service name."""
    issuer: str
    gateways: Mapping[str, str]
    """Where the stand-ins for the SMS gateway and the mail server listen."""
    receiver_log: Path
    register: Register
    supervisor: Supervisor
    folder: Path
    bucket: str = BUCKET
    region: str = REGION
    fetch_log: Callable[[], Awaitable[None]] | None = None
    """Fetches the receiver's log, where the receiver does not write it here."""


@dataclass(frozen=True)
class _Plan:
    """Ports and secrets of one run, and how many SMS calls get no answer."""

    silent_calls: int

    ports: Mapping[str, int] = field(
        default_factory=lambda: {name: free_port() for name in (*SERVICES, "issuer", "sms", "smtp")}
    )
    sms_token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    smtp_password: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def gateways(self) -> Mapping[str, str]:
        return {"SMS gateway": f"{self.url('sms')}/sms", "mail server": f"127.0.0.1:{self.ports['smtp']}"}


@asynccontextmanager
async def start_platform(
    folder: Path, seed: int, say: Callable[[str], None], *, silent_calls: int = 0
) -> AsyncIterator[Platform]:
    """Start everything, and end it with the context; `folder` gets logs and reports.

    Raises:
        StartupError: a part did not come up; the text names its log.
    """
    logs = folder / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    supervisor = Supervisor(logs)
    stack = ExitStack()
    try:
        yield await _bring_up(stack, supervisor, folder, seed, say, plan=_Plan(silent_calls))
    finally:
        await supervisor.stop()
        await asyncio.to_thread(stack.close)


async def _bring_up(
    stack: ExitStack, supervisor: Supervisor, folder: Path, seed: int, say: Callable[[str], None], *, plan: _Plan
) -> Platform:
    servers = asyncio.create_task(asyncio.to_thread(_enter_stack, stack))
    receiver_log = folder / "receiver.jsonl"
    receiver_log.unlink(missing_ok=True)
    await supervisor.start(_receiver(plan, receiver_log))
    register = make_register(RW_FILE, seed)
    write_register(register, folder / "officers.csv")
    write_people(register, folder / "people.json")
    await supervisor.start(_issuer(plan, folder / "people.json"))
    endpoints = await servers
    say("servers answer")
    databases = await create_databases(endpoints.postgres, SERVICES)
    programs = {name: _service(name, plan, endpoints, databases[name]) for name in SERVICES}
    migrations = [_command(programs[name], "migrate") for name in SERVICES]
    await _run_all(supervisor, [_topics(endpoints), _command(programs["documents"], "prepare-bucket"), *migrations])
    if await count_records(endpoints.kafka, topics.ALL):
        raise StartupError("the topics hold records already: give the demo servers that nobody has used yet")
    say("databases, topics and bucket are made")
    for program in programs.values():
        await supervisor.start(program)
    await supervisor.run(_command(programs["dispatch"], "load-register", *_register_files(folder)))
    say("register is loaded")
    services = {name: plan.url(name) for name in SERVICES}
    await await_ready(services, supervisor)
    issuer, gateways = plan.url("issuer"), plan.gateways()
    return Platform(endpoints, services, issuer, gateways, receiver_log, register, supervisor, folder)


async def _run_all(supervisor: Supervisor, programs: Sequence[Program]) -> None:
    """Run programs side by side to their ends. Raises the StartupError of the first that fails."""
    try:
        async with asyncio.TaskGroup() as group:
            for program in programs:
                group.create_task(supervisor.run(program))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


def _enter_stack(stack: ExitStack) -> Endpoints:
    try:
        return stack.enter_context(start_stack())
    except LocalStackError as problem:
        raise StartupError(str(problem)) from None


async def await_ready(services: Mapping[str, str], supervisor: Supervisor) -> None:
    """Wait until every service says that it is ready."""
    waiting = dict(services)
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client, asyncio.timeout(READY_SECONDS):
            while waiting:
                for name, url in list(waiting.items()):
                    if await is_ready(client, url):
                        del waiting[name]
                if supervisor.failed.done():
                    raise StartupError(supervisor.failed.result())
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        name = next(iter(waiting))
        raise StartupError(f"{name} was not ready in {READY_SECONDS:.0f} s. {supervisor.last_lines(name)}") from None


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def _receiver(plan: _Plan, log: Path) -> Program:
    ports = ["--sms-port", str(plan.ports["sms"]), "--smtp-port", str(plan.ports["smtp"])]
    rest = ["--log", str(log), "--silent", str(plan.silent_calls)]
    secret = {"HALO_SMS_TOKEN": plan.sms_token, "HALO_SMTP_PASSWORD": plan.smtp_password}
    return Program("receiver", _module("halo_demo.receiver", *ports, *rest), secret, ends_on_close=True, restarts=False)


def _issuer(plan: _Plan, people: Path) -> Program:
    options = ["--port", str(plan.ports["issuer"]), "--people", str(people)]
    return Program("issuer", _module("halo_local.issuer", *options), restarts=False)


def _topics(endpoints: Endpoints) -> Program:
    tool = str(Path(sys.executable).with_name("halo-events"))
    return Program("topics", [tool, "topics", "apply", "--kafka", endpoints.kafka])


def _register_files(folder: Path) -> list[str]:
    return ["--kelurahan", str(KELURAHAN_FILE), "--rw", str(RW_FILE), "--officers", str(folder / "officers.csv")]


def _command(service: Program, command: str, *arguments: str) -> Program:
    """Return the program that runs one command of a service, to its end."""
    return Program(f"{service.name}-{command}", _module(f"halo_{service.name}", command, *arguments), service.env)


def _service(name: str, plan: _Plan, endpoints: Endpoints, database: str) -> Program:
    env = {
        "HALO_ENVIRONMENT": "local",
        "HALO_KAFKA": endpoints.kafka,
        "HALO_DATABASE_URL": database,
        "HALO_HTTP_HOST": "127.0.0.1",
        "HALO_HTTP_PORT": str(plan.ports[name]),
        "HALO_OIDC_ISSUER": plan.url("issuer"),
        "HALO_OIDC_AUDIENCE": AUDIENCE,
        "HALO_OIDC_CLIENT_ID": f"{name}-pages",
        "HALO_PUBLIC_URL": plan.url(name),
        "HALO_LOG_FORMAT": "json",
    }
    return Program(name, _module(f"halo_{name}", "all"), env | _own_settings(name, plan, endpoints))


def _own_settings(name: str, plan: _Plan, endpoints: Endpoints) -> dict[str, str]:
    """Return what only this service is told."""
    if name == "intake":
        return {"HALO_CLOSE_WORKING_DAYS": "0"}
    if name == "dispatch":
        return {"HALO_DOCUMENTS_URL": plan.url("documents")}
    if name == "documents":
        return {
            "HALO_DISPATCH_URL": plan.url("dispatch"),
            "HALO_S3_ENDPOINT": endpoints.minio,
            "HALO_S3_REGION": REGION,
            "HALO_S3_BUCKET": BUCKET,
            "HALO_S3_ACCESS_KEY": endpoints.minio_access_key,
            "HALO_S3_SECRET_KEY": endpoints.minio_secret_key,
            "HALO_S3_SECURE": "false",
            "HALO_CLAMD": endpoints.clamd,
        }
    if name == "notify":
        return {
            "HALO_SMS_URL": f"{plan.url('sms')}/messages",
            "HALO_SMS_TOKEN": plan.sms_token,
            "HALO_SMTP_HOST": "127.0.0.1",
            "HALO_SMTP_PORT": str(plan.ports["smtp"]),
            "HALO_SMTP_USERNAME": "halo",
            "HALO_SMTP_PASSWORD": plan.smtp_password,
            "HALO_SMTP_STARTTLS": "false",
            "HALO_MAIL_FROM": "halopamor@bekasikota.example",
        }
    return {}

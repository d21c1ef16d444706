"""The roles of a service's process, and the parts that each is made of."""

import asyncio
from contextlib import AsyncExitStack
from enum import StrEnum
from typing import Final

from halo_events import topics
from halo_events.runtime import Consumer, Database, Relay

from halo_service.api import create_api, create_health_app
from halo_service.definition import Service
from halo_service.discovery import issuer_client
from halo_service.health import Healths
from halo_service.jobs import JobLoop
from halo_service.keys import IssuerKeys
from halo_service.logs import tell_lost_errors
from halo_service.process import Part, leave_at_latest, run_parts, stop_on_signals
from halo_service.purge import PURGES
from halo_service.server import HttpServer
from halo_service.watch import DatabaseWatch

_CLOSING: Final = 10.0
"""Seconds for closing pools and resources after the parts have ended."""


class ProcessRole(StrEnum):
    """What a process does; `all` does everything, for a small site."""

    API = "api"
    CONSUMER = "consumer"
    RELAY = "relay"
    JOBS = "jobs"
    ALL = "all"


async def run_role(service: Service, role: ProcessRole) -> int:
    """Run a role until a signal or a fault ends it; the exit status. Raises OSError where the port is taken."""
    tell_lost_errors(asyncio.get_running_loop())
    stop = asyncio.Event()
    stop_on_signals(stop)
    settings = service.settings
    async with AsyncExitStack() as stack:
        if service.lifespan is not None:
            await stack.enter_async_context(service.lifespan())
        database = await Database.open(
            settings.database_url.get_secret_value(), service.handlers, size=settings.database_connections
        )
        stack.push_async_callback(database.close)
        healths = Healths()
        parts: list[Part] = [DatabaseWatch(database, service.migration_folders), *_parts(service, role, database)]
        if role in {ProcessRole.API, ProcessRole.ALL}:
            client = await stack.enter_async_context(issuer_client())
            app = create_api(service, database, IssuerKeys(settings.oidc_issuer, client), healths)
        else:
            app = create_health_app(service, healths)
        parts.append(HttpServer(app, host=settings.http_host, port=settings.http_port))
        for part in parts:
            healths.add(part.health)
        well = await run_parts(parts, stop)
        leave_at_latest(_CLOSING, 0 if well else 1)
    return 0 if well else 1


def _parts(service: Service, role: ProcessRole, database: Database) -> list[Part]:
    """The parts of a role, apart from HTTP and the watch of the database, which all roles have."""
    every = role is ProcessRole.ALL
    dsn, kafka = service.settings.database_url.get_secret_value(), service.settings.kafka
    parts: list[Part] = []
    if service.handlers.topics and (every or role is ProcessRole.CONSUMER):
        parts.append(Consumer(service.handlers, dsn=dsn, kafka=kafka, emitted=database.emitted))
    if every or role is ProcessRole.RELAY:
        own = [topic.name for topic in topics.ALL if topic.owner == service.name]
        parts.append(Relay(service.name, dsn=dsn, kafka=kafka, topics=own, emitted=database.emitted))
    if every or role is ProcessRole.JOBS:
        parts += [JobLoop(job, database) for job in (*PURGES, *service.jobs)]
    return parts

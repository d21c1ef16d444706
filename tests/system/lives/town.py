"""The town: four services on databases of their own, their apps asked in process, their events handed on in any order.

Each service handles what it hears through the runtime's own batch (fence, inbox, projections, decisions, outbox), one
partition of one topic at a time; which of them comes next is chance. Kafka alone is not there.
"""

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg
import httpx
from halo_demo.facts import Fact
from halo_events.contract.event import Event
from halo_events.errors import NotYetError
from halo_events.runtime import Database
from halo_events.runtime.batch import Batch, CulpritError
from halo_events.runtime.connection import close, connect
from halo_events.runtime.incoming import Decoder, Incoming, Slot
from halo_events.testing import Databases
from halo_service.callers import Role
from halo_service.service import Service
from halo_service.testing import Client, service_client, service_database

from lives.topics import Log

LIST_OUTBOX: Final = "SELECT id, topic, partition, key, headers, data FROM events.outbox ORDER BY id"
FORGET: Final = """
SELECT 'TRUNCATE ' || string_agg(format('%I.%I', table_schema, table_name), ', ')
  FROM information_schema.tables
 WHERE (table_schema = 'events' OR table_schema = 'public' AND table_name !~ '^_?yoyo_') AND table_type = 'BASE TABLE'
"""
TWICE: Final = 0.2
"""How many records are published twice."""
PLACES: Final = "INSERT INTO events.offsets (consumer, topic, partition, next_offset) VALUES ($1, $2, $3, 0)"


class LifeError(AssertionError):
    """Something in a life is not as the rules have it."""


class Clock:
    """Goes on a millisecond at each look, from now: forms of the store are good by the real clock."""

    def __init__(self) -> None:
        self._now = datetime.now(UTC)

    def __call__(self) -> datetime:
        """What time it is."""
        self.advance(timedelta(milliseconds=1))
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move on."""
        self._now += by


@dataclass
class Office:
    """One service at work."""

    service: Service
    database: Database
    client: Client
    connection: "asyncpg.Connection[asyncpg.Record]"
    batch: Batch
    decoder: Decoder
    positions: dict[Slot, int] = field(default_factory=dict)
    callers: dict[tuple[Any, ...], Client] = field(default_factory=dict)

    async def begin(self) -> None:
        """Forget everything."""
        self.positions.clear()
        self.callers.clear()
        await self.connection.execute(await self.connection.fetchval(FORGET))

    async def hear(self, slot: Slot, records: Sequence[Any]) -> int:
        """Handle as many of these records as can be handled; how many. Raises LifeError where one would stop."""
        if slot not in self.positions:
            await self.connection.execute(PLACES, self.service.name, slot.topic, slot.partition)
            self.positions[slot] = 0
        heard = [self.decoder.decode(record) for record in records]
        while heard:
            try:
                tally = await self.batch.apply({slot: heard}, self.positions)
            except CulpritError as error:
                heard = self._before(heard, error)
            else:
                self.positions.update(tally.positions)
                break
        return len(heard)

    def _before(self, heard: list[Incoming], error: CulpritError) -> list[Incoming]:
        """What comes before a record that waits for its cause."""
        if not isinstance(error.__cause__, NotYetError):
            name = error.incoming.event.type if error.incoming and error.incoming.event else "records"
            raise LifeError(f"{self.service.name} stops at {name}: {error.__cause__!r}") from error
        return heard[: heard.index(error.incoming)] if error.incoming else heard[: len(heard) // 2]

    def caller(self, role: Role, sub: str, *codes: str) -> Client:
        """The service's API for somebody who is signed in."""
        key = (role, sub, codes)
        if key not in self.callers:
            self.callers[key] = self.client.signed_in(role, sub=sub, kelurahan_codes=codes)
        return self.callers[key]


class Town:
    """All services, the topics between them, and the story of what happened."""

    def __init__(self, offices: Mapping[str, Office], clock: Clock, store: httpx.AsyncClient) -> None:
        self.offices = offices
        self.clock = clock
        self.store = store
        self.log = Log()
        self.story: list[str] = []
        self.steps = 0
        self.chance = random.Random()

    async def begin(self, seed: int) -> None:
        """Begin another life: nothing is known to anybody. `seed` says in which order the topics are heard."""
        self.log, self.story, self.steps = Log(), [], 0
        self.chance = random.Random(seed)
        for office in self.offices.values():
            await office.begin()

    async def publish(self, name: str) -> list[Fact]:
        """Take a service's events from its outbox to the topics, as its relay does."""
        async with self.offices[name].database.transaction() as tx:
            rows = await tx.fetch(LIST_OUTBOX)
            await tx.execute("DELETE FROM events.outbox")
        return [self.log.append_row(row, self.clock(), twice=self.chance.random() < TWICE) for row in rows]

    def waiting(self, name: str) -> list[Slot]:
        """The partitions of which a service has not heard everything."""
        office = self.offices[name]
        wanted = {topic.name for topic in office.service.handlers.topics}
        return [
            slot
            for slot, records in self.log.records.items()
            if slot.topic in wanted and office.positions.get(slot, 0) < len(records)
        ]

    async def let_hear(self, name: str, slot: Slot, most: int) -> int:
        """Let a service hear up to so many records of a partition; how many it handled."""
        office = self.offices[name]
        begin = office.positions.get(slot, 0)
        records = self.log.records[slot][begin : begin + most]
        heard = await office.hear(slot, records)
        if heard:
            names = [dict(record.headers)["ce_type"].decode().split(".", 4)[-1] for record in records[:heard]]
            told = await self.publish(name)
            self.story.append(f"      {name} hears {', '.join(names)}{_told(told)}")
        return heard

    async def gossip(self) -> None:
        """Let a few records be heard by whoever comes first."""
        for _ in range(self.chance.randrange(4)):
            choices = [(name, slot) for name in self.offices for slot in self.waiting(name)]
            if not choices:
                return
            await self.let_hear(*self.chance.choice(choices), most=self.chance.randint(1, 3))

    async def settle(self, *names: str) -> None:
        """Let these services (all, where none is named) hear everything. Raises LifeError where one waits for ever."""
        vain: set[tuple[str, Slot]] = set()
        while choices := [(name, slot) for name in names or self.offices for slot in self.waiting(name)]:
            hopeful = [choice for choice in choices if choice not in vain]
            if not hopeful:
                raise LifeError(f"nobody brings the cause that these wait for: {choices}")
            choice = self.chance.choice(hopeful)
            if await self.let_hear(*choice, most=self.chance.randint(1, 8)):
                vain.clear()
            else:
                vain.add(choice)

    def tell_eopen(self, event: Event) -> None:
        """Let e-OPen publish a record."""
        self.log.append_eopen(event, self.clock())

    def tell(self, line: str, told: Sequence[Fact] = ()) -> None:
        """Go on with the story."""
        self.steps += 1
        self.story.append(f"{self.steps:3}. {line}{_told(told)}")


def _told(facts: Sequence[Fact]) -> str:
    return f" -> {', '.join(fact.name for fact in facts)}" if facts else ""


@asynccontextmanager
async def open_town(databases: Databases, services: Sequence[Service]) -> AsyncIterator[Town]:
    """A town whose services have new databases."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        offices = {}
        for service in services:
            database = await stack.enter_async_context(service_database(databases, service, clock))
            client = await stack.enter_async_context(service_client(service, database))
            async with database.transaction() as tx:
                name = await tx.fetchval("SELECT current_database()")
            connection = await connect(databases.dsn(name), "lives")
            stack.push_async_callback(close, connection)
            batch = Batch(connection, service.handlers, clock)
            offices[service.name] = Office(service, database, client, connection, batch, Decoder(service.handlers))
            if service.lifespan:
                await stack.enter_async_context(service.lifespan())
        store = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        yield Town(offices, clock, store)

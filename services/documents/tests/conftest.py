"""A documents of its own for each test: real PostgreSQL, real MinIO, and what the other services would tell it."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from halo_documents.app import build
from halo_documents.domain.checklists import Checklists, load_checklists
from halo_documents.gateways.store import PaperStore
from halo_documents.settings import Settings
from halo_documents.usecases import desk, handover, need
from halo_events.contract.dispatch import AssignmentAccepted, VisitMade
from halo_events.contract.documents import PaperCleared, PaperUploaded, Purpose
from halo_events.contract.event import SYSTEM, Actor, ActorRole, Event
from halo_events.contract.intake import RequestReceived
from halo_events.contract.values import Channel, DocumentKind, Resident
from halo_events.envelope import Envelope
from halo_events.runtime import Database, Tx
from halo_events.testing import Databases
from halo_service.service import Service
from halo_service.testing import Client, local_settings, service_client, service_database

if TYPE_CHECKING:
    from halo_local.stack import Endpoints

PAPER_BYTES = 200_000
"""Limit of one paper in the tests."""
OPERATOR = Actor(role=ActorRole.OPERATOR, id="operator-1")


@dataclass
class Clock:
    """The real clock, which a test may put forward."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        """The time now."""
        return datetime.now(UTC) + self.ahead


class Facts:
    """Facts about synthetic residents of Jatirasa."""

    @staticmethod
    def officer(officer_id: UUID) -> Actor:
        """The officer as the one who acts."""
        return Actor(role=ActorRole.OFFICER, id=str(officer_id))

    @staticmethod
    def of(kind: type[Event], request_id: UUID, **said: object) -> Any:
        """A fact about a request, of its first round and by nobody, where nothing else is said."""
        return kind(**{"occurred_at": datetime.now(UTC), "request_id": request_id, "actor": SYSTEM, **said})

    @classmethod
    def received(cls, request_id: UUID) -> RequestReceived:
        """Intake received the request."""
        return cls.of(
            RequestReceived,
            request_id,
            tracking_no=f"HP-{request_id.hex[:8]}",
            channel=Channel.EOPEN,
            documents=(DocumentKind.KTP_EL,),
            kelurahan_code="32.75.09.1006",
            rw="007",
            resident=Resident(
                name="Warga Contoh", nik="3275990101900001", phone="+628881234567", address="Jalan Contoh 1"
            ),
        )

    @classmethod
    def accepted(cls, request_id: UUID, officer_id: UUID, round_number: int = 1) -> AssignmentAccepted:
        """The officer took the request."""
        said = {"round": round_number, "actor": cls.officer(officer_id), "officer_id": officer_id}
        return cls.of(AssignmentAccepted, request_id, **said)

    @classmethod
    def visited(cls, request_id: UUID, officer_id: UUID, round_number: int = 1) -> VisitMade:
        """The officer was at the house."""
        said = {"round": round_number, "actor": cls.officer(officer_id), "officer_id": officer_id}
        return cls.of(VisitMade, request_id, visit_id=uuid4(), **said)

    @classmethod
    def paper(cls, request_id: UUID, item_id: UUID, row: str, round_number: int = 1) -> PaperUploaded:
        """Documents read a paper of an item."""
        return cls.of(
            PaperUploaded,
            request_id,
            round=round_number,
            paper_id=uuid4(),
            purpose=Purpose.REQUIREMENT,
            item_id=item_id,
            row=row,
            sha256="a" * 64,
            size=1000,
            media_type="image/jpeg",
        )


@dataclass(frozen=True)
class World:
    """Short ways to bring a request to some point of its life. `history` is what was told, in order, and when."""

    database: Database
    checklists: Checklists
    facts: Facts = field(default_factory=Facts)
    history: list[tuple[Event, datetime]] = field(default_factory=list)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """A transaction of documents; what it told becomes history."""
        async with self.database.transaction() as tx:
            yield tx
        self.history.extend((event, tx.now) for event in tx.emitted)

    async def fact(self, event: Event) -> None:
        """Let documents see another service's fact, as its consumer does."""
        async with self.database.transaction() as tx:
            envelope = Envelope(str(uuid4()), f"/halopamor/{event.topic.owner}", event.type, tx.now, event.key)
            tx.handle({event.key: envelope})
            await self.database.handlers.projection_of[event.type].call(tx, event)
        self.history.append((event, tx.now))

    async def received(self) -> UUID:
        """A request that intake received."""
        request_id = uuid4()
        await self.fact(self.facts.received(request_id))
        return request_id

    async def accepted(self, officer_id: UUID, request_id: UUID | None = None, *, round_number: int = 1) -> UUID:
        """A request that the officer accepted."""
        request_id = request_id or uuid4()
        await self.fact(self.facts.accepted(request_id, officer_id, round_number))
        return request_id

    async def visited(self, officer_id: UUID) -> UUID:
        """A request that was received and accepted, and whose house the officer visited."""
        request_id = await self.accepted(officer_id, await self.received())
        await self.fact(self.facts.visited(request_id, officer_id))
        return request_id

    async def needed(self, officer_id: UUID, *kinds: DocumentKind) -> tuple[UUID, list[UUID]]:
        """A request whose need is recorded; its id and those of its items."""
        request_id = await self.visited(officer_id)
        async with self.transaction() as tx:
            recorded = await need.record_need(tx, self.checklists, request_id, kinds, self.facts.officer(officer_id))
        return request_id, [item.item_id for item in recorded.items]

    async def cleared(self, request_id: UUID, item_id: UUID, *rows: str, round_number: int = 1) -> None:
        """Cleared papers for these rows of an item."""
        async with self.transaction() as tx:
            for row in rows:
                paper = self.facts.paper(request_id, item_id, row, round_number)
                said = {"round": round_number, "paper_id": paper.paper_id, "checks": ("size",)}
                await tx.emit(paper)
                await tx.emit(self.facts.of(PaperCleared, request_id, **said))

    async def submit(self, request_id: UUID, officer_id: UUID) -> None:
        """The officer sends what is complete to the desk."""
        async with self.transaction() as tx:
            await need.submit_dossier(tx, self.checklists, request_id, self.facts.officer(officer_id))

    async def submitted(self, officer_id: UUID, *kinds: DocumentKind) -> tuple[UUID, list[UUID]]:
        """A request whose items lie at the desk; its id and those of its items."""
        request_id, items = await self.needed(officer_id, *kinds)
        checklist = self.checklists.valid_at(datetime.now(UTC))
        for item_id, kind in zip(items, kinds, strict=True):
            await self.cleared(request_id, item_id, *(row.row for row in checklist.missing(kind, frozenset())))
        await self.submit(request_id, officer_id)
        return request_id, items

    async def printed(self, officer_id: UUID, *kinds: DocumentKind) -> tuple[UUID, list[UUID]]:
        """A request whose items lie printed; its id and those of its items."""
        request_id, items = await self.submitted(officer_id, *kinds)
        await self.print(items)
        return request_id, items

    async def print(self, items: Sequence[UUID]) -> None:
        """Submitted items go over the desk."""
        for item_id in items:
            async with self.transaction() as tx:
                await desk.verify_item(tx, item_id, OPERATOR)
                await desk.issue_item(tx, item_id, f"NO-{item_id}", OPERATOR)
                await desk.print_item(tx, item_id, f"BLANK-{item_id}", OPERATOR)

    async def handed_over(self, officer_id: UUID, *kinds: DocumentKind) -> tuple[UUID, list[UUID]]:
        """A request whose documents the officer holds; its id and those of its items."""
        request_id, items = await self.printed(officer_id, *kinds)
        async with self.transaction() as tx:
            offered = await handover.offer_handover(tx, request_id, items, "operator-1")
            await handover.confirm_handover(tx, offered.handover_id, self.facts.officer(officer_id))
        return request_id, items

    async def rows(self, sql: str) -> list[dict[str, Any]]:
        """What a query finds."""
        async with self.database.transaction() as tx:
            return [dict(row) for row in await tx.fetch(sql)]


@pytest.fixture(scope="session")
def make_settings(minio: "Endpoints") -> Callable[..., Settings]:
    """Settings on the real store; a test may say otherwise."""

    def make(**values: object) -> Settings:
        store = {
            "s3_endpoint": minio.minio,
            "s3_bucket": "halo-documents-test",
            "s3_access_key": minio.minio_access_key,
            "s3_secret_key": minio.minio_secret_key,
            "s3_secure": False,
            "paper_max_bytes": PAPER_BYTES,
        }
        return local_settings(Settings, **{**store, **values})

    return make


@pytest.fixture(scope="session")
def make_store(make_settings: Callable[..., Settings]) -> Callable[..., PaperStore]:
    """The real store, or one elsewhere."""

    def make(**values: object) -> PaperStore:
        settings = make_settings(**values)
        keys = settings.s3_access_key.get_secret_value(), settings.s3_secret_key.get_secret_value()
        return PaperStore(settings.store(), *keys)

    return make


@pytest.fixture(scope="session")
def store(make_store: Callable[..., PaperStore]) -> PaperStore:
    """The store, its bucket made."""
    made = make_store()
    made.prepare_bucket()
    return made


@pytest.fixture
def clock() -> Clock:
    """The clock of transactions."""
    return Clock()


@pytest.fixture
def service(make_settings: Callable[..., Settings], store: PaperStore) -> Service:
    """Documents as its composition root builds it, on a store that is ready."""
    del store
    return build(make_settings())


@pytest.fixture
async def database(databases: Databases, service: Service, clock: Clock) -> AsyncIterator[Database]:
    """Its database, new and migrated."""
    async with service_database(databases, service, clock) as database:
        yield database


@pytest.fixture
async def tx(database: Database) -> AsyncIterator[Tx]:
    """A transaction of documents."""
    async with database.transaction() as tx:
        yield tx


@pytest.fixture
async def client(service: Service, database: Database) -> AsyncIterator[Client]:
    """Its HTTP API, asked by nobody in particular."""
    async with service_client(service, database) as client:
        yield client


@pytest.fixture
def world(database: Database) -> World:
    """What happens around documents."""
    return World(database, load_checklists())


@pytest.fixture
def officer_id() -> UUID:
    """An officer."""
    return uuid4()


@pytest.fixture
def officer(officer_id: UUID) -> Actor:
    """The officer as the one who acts."""
    return Facts.officer(officer_id)


@pytest.fixture
def operator() -> Actor:
    """An operator of the service point as the one who acts."""
    return OPERATOR

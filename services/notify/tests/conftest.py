"""notify on a database of its own, with facts of other services and real gateways at hand."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from halo_events.contract import dispatch, documents, intake
from halo_events.contract.event import SYSTEM, Event
from halo_events.contract.values import Resident
from halo_events.runtime import Database
from halo_events.testing import Databases, take
from halo_notify.app import build
from halo_notify.settings import NotifySettings
from halo_service.service import Service
from halo_service.testing import Client, local_settings, service_client, service_database

NOON = datetime(2026, 8, 10, 5, 0, tzinfo=UTC)
"""Monday, noon in Bekasi."""


class Story:
    """Facts of one request, as other services publish them."""

    def __init__(self) -> None:
        self.request_id = uuid4()
        self.officer_id = uuid4()
        self.item_id = uuid4()
        self.common: dict[str, Any] = {"occurred_at": NOON, "actor": SYSTEM, "request_id": self.request_id}

    def received(self, *, phone: str = "+6281234567890", email: str | None = None, language: str = "id") -> Event:
        """The request is valid and has its number."""
        resident = Resident(name="Contoh Warga", phone=phone, email=email, address="Jl. Contoh 1")
        return intake.RequestReceived(
            **self.common,
            tracking_no="HP-26-000123-4", channel="eopen", documents=("kia",), kelurahan_code="32.75.09.1006",
            rw="007", language=language, resident=resident,
        )  # fmt: skip

    def registered(
        self,
        *,
        name: str = "Sari Contoh",
        phone: str = "+6281300000001",
        email: str | None = None,
        kind: type[dispatch.OfficerRegistered | dispatch.OfficerChanged] = dispatch.OfficerRegistered,
    ) -> Event:
        """The officer is in the register."""
        person = dispatch.OfficerPerson(name=name, phone=phone, email=email)
        return kind(
            occurred_at=NOON, actor=SYSTEM, officer_id=self.officer_id,
            role="satgas_pamor", kelurahan_code="32.75.09.1006", rws=("007",), on_duty=True, person=person,
        )  # fmt: skip

    def changed(self, **values: str) -> Event:
        """The register says something else of the officer."""
        return self.registered(kind=dispatch.OfficerChanged, **values)

    def left(self) -> Event:
        """The officer left."""
        return dispatch.OfficerLeft(occurred_at=NOON, actor=SYSTEM, officer_id=self.officer_id)

    def offered(self, reason: str = "officer_of_rw") -> Event:
        """The officer is asked until two in the afternoon."""
        due_at = NOON + timedelta(hours=2)
        return dispatch.AssignmentOffered(
            **self.common, officer_id=self.officer_id, level="rw_officer", reason=reason, due_at=due_at
        )

    def awaited(self, *, named: bool = True, reason: str = "unknown_rw") -> Event:
        """The request waits in the kelurahan's queue."""
        coordinator_id = self.officer_id if named else None
        return dispatch.AssignmentAwaited(
            **self.common, kelurahan_code="32.75.09.1006", reason=reason, coordinator_id=coordinator_id
        )

    def accepted(self) -> Event:
        """The officer took the request."""
        return dispatch.AssignmentAccepted(**self.common, officer_id=self.officer_id)

    def scheduled(self) -> Event:
        """The officer comes tomorrow at noon."""
        visit_at = NOON + timedelta(days=1)
        return dispatch.VisitScheduled(**self.common, visit_id=uuid4(), officer_id=self.officer_id, visit_at=visit_at)

    def submitted(self, count: int = 1) -> Event:
        """All papers of so many documents are there."""
        return documents.DossierSubmitted(**self.common, items=tuple(uuid4() for _ in range(count)))

    def needed(self, kind: str = "kartu_keluarga") -> Event:
        """The officer recorded which document is needed."""
        items = (documents.Item(item_id=self.item_id, kind=kind),)
        return documents.NeedRecorded(
            **self.common, officer_id=self.officer_id, items=items, checklist_version="2026-01"
        )

    def revised(self) -> Event:
        """The operator asks again for the papers of two rows."""
        rows = tuple(documents.RevisionRow(row=row, reason="unreadable") for row in ("f-1.02", "ktp"))
        return documents.RevisionRequested(**self.common, item_id=self.item_id, rows=rows)

    def held(self, reason: str = "network_down") -> Event:
        """Work on the item waits."""
        return documents.ProcessingHeld(**self.common, item_id=self.item_id, reason=reason)

    def rejected(self, reason: str = "already_issued") -> Event:
        """The item will not be brought."""
        return documents.VerificationRejected(**self.common, item_id=self.item_id, reason=reason)

    def handed_over(self) -> Event:
        """The officer holds the documents."""
        return documents.HandoverCompleted(
            **self.common, handover_id=uuid4(), items=(uuid4(),), officer_id=self.officer_id, operator_id="op-1"
        )

    def missed(self, reason: str = "nobody_home") -> Event:
        """The visit did not come about."""
        return dispatch.VisitMissed(
            **self.common, visit_id=uuid4(), officer_id=self.officer_id, reason=reason, misses=1
        )

    def failed(self, tries: int = 1) -> Event:
        """The officer was at the door in vain with two documents."""
        items = (uuid4(), uuid4())
        return dispatch.DeliveryFailed(
            **self.common, officer_id=self.officer_id, items=items, reason="nobody_home", tries=tries
        )

    def returned(self) -> Event:
        """The kelurahan keeps a document."""
        return dispatch.DeliveryReturned(
            **self.common, officer_id=self.officer_id, items=(uuid4(),), kelurahan_code="32.75.09.1006"
        )

    def cancel_requested(self) -> Event:
        """The resident asked to cancel."""
        return intake.RequestCancelRequested(**self.common, reason="no_longer_needed")

    def cancelled(self) -> Event:
        """The request is cancelled."""
        return intake.RequestCancelled(**self.common, reason="no_longer_needed")

    def retained(self, reason: str = "delivered") -> Event:
        """It is too late to cancel."""
        return dispatch.AssignmentRetained(**self.common, reason=reason)

    def reopened(self) -> Event:
        """The request begins anew for two documents of one kind; all later facts of the story are of the new round."""
        self.common["round"] = self.common.get("round", 1) + 1
        return intake.RequestReopened(**self.common, reason="wrong_data", documents=("kia", "kia"))

    def delivered(self, count: int = 1) -> Event:
        """So many documents were delivered."""
        receiver = dispatch.Receiver(name="Contoh Warga")
        return dispatch.DeliveryCompleted(
            **self.common, delivery_id=uuid4(), officer_id=self.officer_id,
            items=tuple(uuid4() for _ in range(count)), relation="self", receiver=receiver,
            proof=dispatch.PhotoProof(paper_id=uuid4(), sha256="0" * 64),
        )  # fmt: skip


class Desk:
    """The service's database, its clock, and what a test asks of them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.database.clock = lambda: self.now
        self.now = NOON

    async def take(self, *events: Event, event_id: str | None = None) -> list[Event]:
        """Handle foreign events in one transaction; what was emitted."""
        async with self.database.transaction() as tx:
            for event in events:
                await take(tx, event, at=NOON, event_id=event_id)
        return tx.emitted

    async def rows(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        """What a query finds."""
        async with self.database.transaction() as tx:
            return [tuple(row) for row in await tx.fetch(sql, *args)]

    async def states(self) -> list[tuple[str, str | None]]:
        """State and reason of all messages."""
        return await self.rows("SELECT state, reason FROM messages ORDER BY state, reason")


class SmsReceiver:
    """A real HTTP server that keeps what it gets, and answers as a test wants."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""
        self.status = 202
        self.answer_headers: dict[str, str] = {}
        self.on_message: Callable[[dict[str, Any]], Awaitable[None]] | None = None

    def app(self) -> FastAPI:
        """The gateway's HTTP side."""
        app = FastAPI()

        @app.post("/sms")
        async def receive(request: Request) -> Response:
            self.got.append(await request.json())
            self.headers.append(dict(request.headers))
            if self.on_message is not None:
                await self.on_message(self.got[-1])
            return Response(status_code=self.status, headers=self.answer_headers)

        return app


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[int]:
    """Serve an app on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, log_level="warning", ws="none", lifespan="off", timeout_graceful_shutdown=2)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        async with asyncio.timeout(10):
            while not server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
                await asyncio.sleep(0.01)
        yield listener.getsockname()[1]
        server.should_exit = True
        await task


@pytest.fixture
def story() -> Story:
    """Facts of one request and one officer."""
    return Story()


@pytest.fixture
def another() -> Callable[[], Story]:
    """Facts of another request, as often as one asks."""
    return Story


@pytest.fixture
def settings() -> NotifySettings:
    """Settings that reach no gateway."""
    return local_settings(
        NotifySettings,
        sms_url="http://127.0.0.1:1/sms",
        sms_token="test-token",
        smtp_host="127.0.0.1",
        smtp_port=1,
        smtp_starttls=False,
        mail_from="pamor@bekasi.test",
    )


@pytest.fixture
def service(settings: NotifySettings) -> Service:
    """The service, put together as in production."""
    return build(settings)


@pytest.fixture
async def database(databases: Databases, service: Service) -> AsyncIterator[Database]:
    """A new database."""
    async with service_database(databases, service) as database:
        yield database


@pytest.fixture
def desk(database: Database) -> Desk:
    """The database, with a clock that the test sets."""
    return Desk(database)


@pytest.fixture
async def client(service: Service, database: Database) -> AsyncIterator[Client]:
    """The service's HTTP side, signed in as nobody."""
    async with service_client(service, database) as client:
        yield client


@pytest.fixture
async def sms_receiver() -> AsyncIterator[SmsReceiver]:
    """An SMS gateway that runs."""
    receiver = SmsReceiver()
    async with serving(receiver.app()) as port:
        receiver.url = f"http://127.0.0.1:{port}/sms"
        yield receiver


@pytest.fixture
def request_id(story: Story) -> UUID:
    """The request that the facts are about."""
    return story.request_id

"""Intake on a real database, and ways to let events come in as the consumer would."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from halo_events.contract.dispatch import (
    AssignmentAccepted,
    AssignmentOffered,
    DeliveryCompleted,
    VisitMade,
    VisitScheduled,
)
from halo_events.contract.documents import (
    DocumentIssued,
    DocumentPrinted,
    DossierSubmitted,
    HandoverCompleted,
    NeedRecorded,
    VerificationPassed,
)
from halo_events.contract.event import SYSTEM, Event
from halo_events.envelope import Envelope
from halo_events.runtime import Database, Tx
from halo_events.runtime.incoming import Decoder
from halo_events.testing import Databases
from halo_intake.app import build
from halo_intake.settings import IntakeSettings
from halo_service.service import Service
from halo_service.testing import Client, local_settings, service_client, service_database
from hypothesis import HealthCheck, settings

settings.register_profile("halo", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("halo")

FILED = "id.go.bekasikota.eopen.request.filed.v1"
JATIRASA = "32.75.09.1006"
MONDAY = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
"""10:00 in Bekasi."""

Make = Callable[..., dict[str, Any]]
ComeIn = Callable[..., Awaitable[list[Event]]]

RESIDENT = {
    "name": "Contoh Warga",
    "nik": "3275994101900001",
    "kk": "3275990101100002",
    "phone": "0812-3456-7890",
    "address": "Jl. Contoh No. 1",
}


@pytest.fixture(scope="session")
def filing() -> Make:
    """Makes good filings of e-OPen. Fields given are changed, those of `resident` one by one; None removes one."""
    return _filing


@pytest.fixture(scope="session")
def entry() -> Make:
    """Makes good bodies of POST /v1/requests, changed in the same way."""

    def make(**changes: object) -> dict[str, Any]:
        return _filing(**{"eopen_id": None, "occurred_at": None, "channel": "call_desk", **changes})

    return make


def _filing(**changes: object) -> dict[str, Any]:
    data: dict[str, Any] = {
        "occurred_at": "2026-03-02T09:30:00+07:00",
        "eopen_id": "EO-1",
        "kelurahan_code": JATIRASA,
        "rw": "7",
        "rt": "03",
        "documents": ["ktp_el"],
    }
    data["resident"] = _changed(RESIDENT, changes.pop("resident", {}))
    return _changed(data, changes)


def _changed(data: Mapping[str, object], changes: object) -> Any:
    if not isinstance(changes, Mapping):
        return changes
    return {name: value for name, value in {**data, **changes}.items() if value is not None}


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        """What time it is."""
        return self.now

    def advance(self, **by: float) -> None:
        """Move on."""
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    """The clock of the database."""
    return Clock()


@pytest.fixture
def service() -> Service:
    """Intake as it runs."""
    return build(local_settings(IntakeSettings))


@pytest.fixture
async def database(databases: Databases, service: Service, clock: Clock) -> AsyncIterator[Database]:
    """Its database."""
    async with service_database(databases, service) as database:
        database.clock = clock
        yield database


@pytest.fixture
async def tx(database: Database) -> AsyncIterator[Tx]:
    """One transaction."""
    async with database.transaction() as tx:
        yield tx


@pytest.fixture
async def client(service: Service, database: Database) -> AsyncIterator[Client]:
    """A client that is not signed in."""
    async with service_client(service, database) as client:
        yield client


@pytest.fixture
def receive(database: Database) -> ComeIn:
    """Let records of e-OPen come in, in one transaction; what intake published."""
    offsets = count()
    decoder = Decoder(database.handlers)
    accepted = database.handlers.boundary_of["eopen.request.v1"]

    async def receive(*values: Mapping[str, Any] | bytes, headers: Mapping[str, str] | None = None) -> list[Event]:
        async with database.transaction() as tx:
            for value in values:
                incoming = decoder.decode(_record(value, headers or {}, next(offsets)))  # type: ignore[arg-type]
                tx.handle({incoming.key: incoming.envelope} if incoming.envelope else {})
                if incoming.event is not None:
                    await accepted.accepts[incoming.event.type].call(tx, incoming.event)
                elif incoming.rejection is not None:
                    await accepted.on_rejected(tx, incoming.rejection)
        return tx.emitted

    return receive


def _record(value: Mapping[str, Any] | bytes, headers: Mapping[str, str], offset: int) -> SimpleNamespace:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    all_headers = {
        "ce_specversion": "1.0",
        "ce_id": f"ce-{offset}",
        "ce_source": "/eopen",
        "ce_type": FILED,
        "content-type": "application/json",
        **headers,
    }
    encoded = [(name, text.encode()) for name, text in all_headers.items() if text]
    return SimpleNamespace(
        topic="eopen.request.v1",
        partition=3,
        offset=offset,
        timestamp=1_772_420_400_000,
        key=None,
        headers=encoded,
        value=raw,
    )


@pytest.fixture
def deliver(database: Database) -> ComeIn:
    """Let events of other services come in, in one transaction, recorded when they occurred; what intake published."""

    async def deliver(*events: Event) -> list[Event]:
        async with database.transaction() as tx:
            for event in events:
                tx.handle({event.key: Envelope(str(uuid4()), "/halopamor/other", event.type, event.occurred_at)})
                for table in (database.handlers.projection_of, database.handlers.decision_of):
                    if event.type in table:
                        await table[event.type].call(tx, event)
        return tx.emitted

    return deliver


@pytest.fixture
def life() -> Callable[[UUID], tuple[list[Event], list[Event]]]:
    """Makes what dispatch and documents write of a request with two items, a minute between any two events."""
    return _life


def _life(request_id: UUID) -> tuple[list[Event], list[Event]]:
    officer_id, visit_id, a, b = uuid4(), uuid4(), uuid4(), uuid4()
    minutes = count(1)

    def fact(event: type[Event], **fields: object) -> Event:
        occurred_at = MONDAY + timedelta(minutes=next(minutes))
        return event.model_validate({"request_id": request_id, "actor": SYSTEM, "occurred_at": occurred_at, **fields})

    def of_items(event: type[Event], **fields: object) -> list[Event]:
        return [fact(event, item_id=item_id, **fields) for item_id in (a, b)]

    def delivered(item_id: UUID) -> Event:
        proof = {"paper_id": uuid4(), "sha256": "0" * 64}
        told = {"receiver": {"name": "Contoh Warga"}, "relation": "self", "proof": proof}
        return fact(DeliveryCompleted, delivery_id=uuid4(), officer_id=officer_id, items=[item_id], **told)

    offered = {"level": "rw_officer", "reason": "officer_of_rw", "due_at": MONDAY}
    coming = {"visit_id": visit_id, "officer_id": officer_id}
    needed = [{"item_id": a, "kind": "ktp_el"}, {"item_id": b, "kind": "kia"}]
    before = [
        fact(AssignmentOffered, officer_id=officer_id, **offered),
        fact(AssignmentAccepted, officer_id=officer_id),
        fact(VisitScheduled, **coming, visit_at=MONDAY),
        fact(VisitMade, **coming),
    ]
    dossier = [
        fact(NeedRecorded, officer_id=officer_id, items=needed, checklist_version="v1"),
        fact(DossierSubmitted, items=[a, b]),
        *of_items(VerificationPassed),
        *of_items(DocumentIssued, issue_number="N-1"),
        *of_items(DocumentPrinted, print_count=1),
        fact(HandoverCompleted, handover_id=uuid4(), items=[a, b], officer_id=officer_id, operator_id="op-1"),
    ]
    return [*before, delivered(a), delivered(b)], dossier


@pytest.fixture
def request_id() -> UUID:
    """The id of a request that nobody knows."""
    return uuid4()

"""A dispatch of its own for each test, and the facts that the other services would bring it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from halo_dispatch.app import build
from halo_dispatch.domain.register import Kelurahan, Rw
from halo_dispatch.repository import register
from halo_dispatch.settings import Settings
from halo_dispatch.usecases.answer import accept_assignment
from halo_dispatch.usecases.delivery import Delivery, complete_delivery
from halo_dispatch.usecases.leaving import let_officers_go
from halo_dispatch.usecases.queue import offer_from_queue
from halo_dispatch.usecases.visit import make_visit, schedule_visit
from halo_events.contract.dispatch import (
    AssignmentAccepted,
    OfficerPerson,
    OfficerRegistered,
    OfficerRole,
)
from halo_events.contract.documents import (
    HandoverCompleted,
    Item,
    NeedRecorded,
    PaperCleared,
    PaperUploaded,
    Purpose,
    RejectionReason,
    VerificationRejected,
)
from halo_events.contract.event import SYSTEM, Actor, ActorRole, Event, RequestEvent
from halo_events.contract.intake import (
    CancelReason,
    ClosedBy,
    ReopenReason,
    RequestCancelRequested,
    RequestClosed,
    RequestReceived,
    RequestReopened,
)
from halo_events.contract.values import Channel, DocumentKind, Relation, Resident
from halo_events.runtime import Database
from halo_events.testing import Databases, take
from halo_service.service import Service
from halo_service.testing import Client, local_settings, service_client, service_database

JATIRASA = "32.75.09.1006"
JATIASIH = "32.75.09.1003"
SHA256 = "a" * 64
"""Any hash."""
PROOF = Purpose.DELIVERY_PROOF
MANY_REQUESTS = """WITH new AS (
    INSERT INTO requests (request_id, round, tracking_no, documents, kelurahan_code, rw, language, name, phone,
                          address, received_at)
    SELECT gen_random_uuid(), 1, 'HP', '{kia}', $2, '001', 'id', 'Warga Contoh', '+628881234567', 'Jalan Contoh', now()
      FROM generate_series(1, $3)
    RETURNING request_id)
INSERT INTO assignments (request_id, round, state, officer_id, changed_at)
SELECT request_id, 1, $4, $1, now() FROM new"""


def officer_actor(officer_id: UUID) -> Actor:
    """The officer as the one who acts."""
    return Actor(role=ActorRole.OFFICER, id=str(officer_id))


def request_received(
    request_id: UUID, rw: str = "001", *, channel: Channel = Channel.EOPEN, taken_by: str | None = None
) -> RequestReceived:
    """A request of a synthetic resident of Jatirasa."""
    return RequestReceived(
        occurred_at=datetime.now(UTC),
        request_id=request_id,
        actor=SYSTEM,
        tracking_no=f"HP-{request_id.hex[:8]}",
        channel=channel,
        taken_by=taken_by,
        documents=(DocumentKind.KTP_EL, DocumentKind.KARTU_KELUARGA),
        kelurahan_code=JATIRASA,
        rw=rw,
        resident=Resident(
            name="Warga Contoh",
            nik="3275990101900001",
            phone="+628881234567",
            address="Jalan Contoh 1",
            note="Pagar hijau",
        ),
    )


def paper_uploaded(request_id: UUID, paper_id: UUID, purpose: Purpose = PROOF, round_: int = 1) -> PaperUploaded:
    """A JPEG that documents read."""
    return PaperUploaded(
        occurred_at=datetime.now(UTC),
        request_id=request_id,
        round=round_,
        actor=SYSTEM,
        paper_id=paper_id,
        purpose=purpose,
        sha256=SHA256,
        size=1000,
        media_type="image/jpeg",
    )


def paper_cleared(request_id: UUID, paper_id: UUID) -> PaperCleared:
    """A paper that passed its checks."""
    return PaperCleared(
        occurred_at=datetime.now(UTC), request_id=request_id, actor=SYSTEM, paper_id=paper_id, checks=("sniffed",)
    )


@dataclass(frozen=True)
class World:
    """Brings facts to dispatch as its consumer does: folded, then decided upon, each in a transaction of its own."""

    JATIRASA: ClassVar = JATIRASA
    JATIASIH: ClassVar = JATIASIH
    SHA256: ClassVar = SHA256
    actor: ClassVar = staticmethod(officer_actor)
    request_received: ClassVar = staticmethod(request_received)
    paper_uploaded: ClassVar = staticmethod(paper_uploaded)
    paper_cleared: ClassVar = staticmethod(paper_cleared)

    database: Database

    async def fact(self, event: Event, *, at: datetime | None = None) -> list[Event]:
        """Let dispatch see a fact; what it emits about it."""
        async with self.database.transaction() as tx:
            await take(tx, event, at=at)
            return tx.emitted

    async def place(self, *numbers: str, kelurahan_code: str = JATIRASA) -> None:
        """Put RW into the register."""
        async with self.database.transaction() as tx:
            rows = [Kelurahan(kelurahan_code, "Jatirasa", kelurahan_code[:8], "Jatiasih", "17424")]
            await register.insert_kelurahan(tx, rows, tx.now)
            await register.insert_rws(tx, [Rw(kelurahan_code, number, "synthetic") for number in numbers], tx.now)

    async def officer(
        self,
        *rws: str,
        kelurahan_code: str = JATIRASA,
        on_duty: bool = True,
        role: OfficerRole = OfficerRole.SATGAS_PAMOR,
        officer_id: UUID | None = None,
    ) -> UUID:
        """Register an officer."""
        officer_id = officer_id or uuid4()
        async with self.database.transaction() as tx:
            await tx.emit(
                OfficerRegistered(
                    occurred_at=tx.now,
                    actor=SYSTEM,
                    officer_id=officer_id,
                    role=role,
                    kelurahan_code=kelurahan_code,
                    rws=rws,
                    on_duty=on_duty,
                    person=OfficerPerson(name=f"Petugas {officer_id.hex[:4]}", phone="+628881000001"),
                )
            )
        return officer_id

    async def left(self, *officer_ids: UUID) -> list[Event]:
        """Take officers out of the register; what dispatch emits."""
        async with self.database.transaction() as tx:
            await let_officers_go(tx, officer_ids)
            return tx.emitted

    async def request(
        self, rw: str = "001", *, channel: Channel = Channel.EOPEN, taken_by: str | None = None
    ) -> tuple[UUID, list[Event]]:
        """Let intake receive a request; its id, and what dispatch emits."""
        event = request_received(uuid4(), rw, channel=channel, taken_by=taken_by)
        return event.request_id, await self.fact(event)

    async def many(self, number: int, officer_id: UUID, state: str) -> None:
        """So many open requests at once that an officer is asked to take (offered) or holds (accepted)."""
        async with self.database.transaction() as tx:
            await tx.execute(MANY_REQUESTS, officer_id, JATIRASA, number, state)

    async def accepted(self, rw: str = "001") -> tuple[UUID, UUID]:
        """A request that its officer accepted: ids of both. RW and officer are made."""
        await self.place(rw)
        officer_id = await self.officer(rw)
        request_id, _ = await self.request(rw)
        async with self.database.transaction() as tx:
            await tx.emit(
                AssignmentAccepted(
                    occurred_at=tx.now, request_id=request_id, actor=officer_actor(officer_id), officer_id=officer_id
                )
            )
        return request_id, officer_id

    async def need(self, request_id: UUID, officer_id: UUID, *kinds: DocumentKind, round_: int = 1) -> list[UUID]:
        """Let the officer record the need at the house; ids of the items."""
        items = tuple(Item(item_id=uuid4(), kind=kind) for kind in kinds)
        said = {"officer_id": officer_id, "items": items, "checklist_version": "2026-1"}
        await self.says(NeedRecorded, request_id, round=round_, **said)
        return [item.item_id for item in items]

    async def handed(self, request_id: UUID, officer_id: UUID, items: Sequence[UUID]) -> None:
        """Let the service point hand documents to the officer."""
        said = {"handover_id": uuid4(), "officer_id": officer_id, "operator_id": "operator-1", "items": items}
        await self.says(HandoverCompleted, request_id, **said)

    async def uploaded(self, request_id: UUID, purpose: Purpose = PROOF, round_: int = 1) -> UUID:
        """Let documents read a paper; its id."""
        paper_id = uuid4()
        await self.fact(paper_uploaded(request_id, paper_id, purpose, round_))
        return paper_id

    async def proof(self, request_id: UUID, purpose: Purpose = PROOF, round_: int = 1) -> UUID:
        """Let documents read and clear a paper; its id."""
        paper_id = await self.uploaded(request_id, purpose, round_)
        await self.fact(paper_cleared(request_id, paper_id))
        return paper_id

    async def given(self, request_id: UUID) -> UUID:
        """Let the coordinator give a waiting request to a new officer, who accepts; his id."""
        officer_id = await self.officer("001")
        async with self.database.transaction() as tx:
            await offer_from_queue(tx, request_id, officer_id, {JATIRASA}, SYSTEM)
            await accept_assignment(tx, request_id, officer_id, SYSTEM)
        return officer_id

    async def visited(self, request_id: UUID, officer_id: UUID) -> UUID:
        """Let the holder plan and make a visit; its id."""
        async with self.database.transaction() as tx:
            visit_id = await schedule_visit(tx, request_id, officer_id, tx.now + timedelta(days=1), SYSTEM)
            await make_visit(tx, visit_id, officer_id, SYSTEM)
        return visit_id

    async def in_hand(self, *kinds: DocumentKind) -> tuple[UUID, UUID, list[UUID]]:
        """A visited request whose documents the officer has in hand: ids of request, officer, documents."""
        request_id, officer_id = await self.accepted()
        await self.visited(request_id, officer_id)
        items = await self.need(request_id, officer_id, *kinds)
        await self.handed(request_id, officer_id, items)
        return request_id, officer_id, items

    async def delivered(self, request_id: UUID, officer: UUID, items: Sequence[UUID], round_: int = 1) -> list[Event]:
        """Let the holder deliver documents; what dispatch emits."""
        report = Delivery(items, "Warga Contoh", Relation.SELF, await self.proof(request_id, round_=round_))
        async with self.database.transaction() as tx:
            await complete_delivery(tx, request_id, officer, report, SYSTEM)
            return tx.emitted

    async def says(self, event: type[RequestEvent], request_id: UUID, **fields: object) -> list[Event]:
        """Let another service say something of a request; what dispatch emits."""
        said = {"occurred_at": datetime.now(UTC), "request_id": request_id, "actor": SYSTEM, **fields}
        return await self.fact(event.model_validate(said))

    async def rejected(self, request_id: UUID, item_id: UUID) -> list[Event]:
        """Let the service point reject a document; what dispatch emits."""
        return await self.says(VerificationRejected, request_id, item_id=item_id, reason=RejectionReason.NOT_ENTITLED)

    async def closed(self, request_id: UUID) -> list[Event]:
        """Let intake close a request; what dispatch emits."""
        return await self.says(RequestClosed, request_id, closed_by=ClosedBy.TIMER)

    async def cancel_requested(self, request_id: UUID, round_: int = 1) -> list[Event]:
        """Let the resident ask to cancel; what dispatch emits."""
        return await self.says(RequestCancelRequested, request_id, round=round_, reason=CancelReason.MOVED_AWAY)

    async def reopened(self, request_id: UUID, *kinds: DocumentKind, round_: int = 2) -> list[Event]:
        """Let intake open a request again; what dispatch emits."""
        said = {"round": round_, "reason": ReopenReason.WRONG_DATA, "documents": kinds or (DocumentKind.KTP_EL,)}
        return await self.says(RequestReopened, request_id, **said)


@pytest.fixture
def service() -> Service:
    """Dispatch as its composition root builds it."""
    return build(local_settings(Settings))


@pytest.fixture
async def database(databases: Databases, service: Service) -> AsyncIterator[Database]:
    """Its database, new and migrated."""
    async with service_database(databases, service) as database:
        yield database


@pytest.fixture
def world(database: Database) -> World:
    """What happens around dispatch."""
    return World(database)


@pytest.fixture
async def client(service: Service, database: Database) -> AsyncIterator[Client]:
    """Its HTTP API, asked by nobody in particular."""
    async with service_client(service, database) as client:
        yield client

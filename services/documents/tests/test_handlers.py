from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from halo_documents.domain.dossiers import ItemState
from halo_documents.repository import need as repository
from halo_documents.usecases import handover, holding, need, rejection, revision
from halo_events.contract.dispatch import (
    AssignmentAwaited,
    AssignmentReleased,
    AwaitReason,
    DeliveryCompleted,
    OfficerLeft,
    PhotoProof,
    Receiver,
    ReleaseReason,
)
from halo_events.contract.documents import (
    HoldReason,
    PaperQuarantined,
    QuarantineReason,
    RejectionReason,
    RevisionReason,
)
from halo_events.contract.event import SYSTEM, Actor, Event
from halo_events.contract.intake import (
    CancelReason,
    ReopenReason,
    RequestCancelled,
    RequestCancelRequested,
    RequestReopened,
)
from halo_events.contract.values import DocumentKind, Relation
from halo_events.envelope import Envelope
from halo_events.runtime import Database
from halo_events.testing import Databases
from halo_service.service import Service
from halo_service.testing import service_database

if TYPE_CHECKING:
    from conftest import World

FOLDED = {
    "requests": "request_id",
    "assignments": "request_id",
    "officers": "officer_id",
    "visits": "visit_id",
    "deliveries": "item_id",
    "dossiers": "request_id, round",
    "items": "item_id",
    "papers": "paper_id",
    "revisions": "item_id, number, row_code",
}
"""The folded tables and their keys."""
START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


def delivery(request_id: UUID, officer_id: UUID, items: Sequence[UUID]) -> DeliveryCompleted:
    """The documents reached the resident."""
    return DeliveryCompleted(
        occurred_at=datetime.now(UTC),
        request_id=request_id,
        actor=SYSTEM,
        delivery_id=uuid4(),
        officer_id=officer_id,
        items=tuple(items),
        relation=Relation.SELF,
        receiver=Receiver(name="Warga Contoh"),
        proof=PhotoProof(paper_id=uuid4(), sha256="b" * 64),
    )


def awaited(request_id: UUID) -> AssignmentAwaited:
    """The request waits in the kelurahan's queue, and nobody holds it."""
    return AssignmentAwaited(
        occurred_at=datetime.now(UTC),
        request_id=request_id,
        actor=SYSTEM,
        kelurahan_code="32.75.09.1006",
        reason=AwaitReason.OFFICER_LEFT,
    )


def left(officer_id: UUID) -> OfficerLeft:
    """The officer left the register."""
    return OfficerLeft(occurred_at=datetime.now(UTC), actor=SYSTEM, officer_id=officer_id)


@pytest.fixture
async def second(databases: Databases, service: Service) -> AsyncIterator[Database]:
    """Another new database of documents."""
    async with service_database(databases, service) as database:
        yield database


async def fold(database: Database, events: Sequence[tuple[Event, datetime]]) -> None:
    """Fold events in this order, without deciding anything."""
    async with database.transaction() as tx:
        for event, at in events:
            envelope = Envelope(str(uuid4()), f"/halopamor/{event.topic.owner}", event.type, at, event.key)
            tx.handle({event.key: envelope})
            projection = database.handlers.projection_of.get(event.type)
            assert projection is not None
            await projection.call(tx, event)


async def tables(database: Database) -> dict[str, list[dict[str, Any]]]:
    """All rows of the folded tables."""
    async with database.transaction() as tx:
        return {
            name: [dict(row) for row in await tx.fetch(f"SELECT * FROM {name} ORDER BY {key}")]  # noqa: S608 - FOLDED's
            for name, key in FOLDED.items()
        }


class TestOrder:
    async def test_topics_in_any_order(self, world: "World", second: Database, officer_id: UUID) -> None:
        """Whichever topic is ahead, the tables come out equal; order within a topic is Kafka's to keep."""
        request_id, items, facts = uuid4(), [uuid4()], world.facts
        intake = [
            facts.received(request_id),
            facts.of(
                RequestReopened,
                request_id,
                round=2,
                reason=ReopenReason.DAMAGED,
                documents=(DocumentKind.KTP_EL,),
            ),
            facts.of(RequestCancelRequested, request_id, round=2, reason=CancelReason.OTHER),
            facts.of(RequestCancelled, request_id, round=2, reason=CancelReason.OTHER),
        ]
        dispatch = [
            awaited(request_id),
            facts.accepted(request_id, uuid4()),
            awaited(request_id),
            facts.accepted(request_id, officer_id),
            facts.visited(request_id, officer_id),
            delivery(request_id, officer_id, items),
            facts.of(AssignmentReleased, request_id, reason=ReleaseReason.CANCELLED),
        ]
        register = [left(officer_id)]
        in_order = [*intake, *dispatch, *register]
        at = {id(event): START + timedelta(minutes=number) for number, event in enumerate(in_order)}
        first_intake = [(event, at[id(event)]) for event in in_order]
        first_dispatch = [(event, at[id(event)]) for event in [*register, *dispatch, *intake]]

        await fold(world.database, first_intake)
        await fold(second, first_dispatch)

        assert await tables(world.database) == await tables(second)
        assert (await tables(second))["assignments"][0]["officer_id"] == officer_id

    async def test_state_is_the_fold(self, world: "World", second: Database, officer_id: UUID) -> None:
        """Folding what was published, into empty tables, gives the live tables."""
        request_id, items = await world.handed_over(officer_id, DocumentKind.KIA, DocumentKind.AKTA_KEMATIAN)
        await world.fact(delivery(request_id, officer_id, items))
        await world.fact(left(officer_id))
        await world.fact(awaited(request_id))

        await fold(second, world.history)

        assert await tables(second) == await tables(world.database)

    async def test_everyday(
        self, world: "World", second: Database, officer_id: UUID, officer: Actor, operator: Actor
    ) -> None:
        """The same where papers were asked again, work was held, an item was rejected and the request opened again."""
        kinds = (DocumentKind.KTP_EL, DocumentKind.KTP_EL)
        request_id, (good, bad) = await world.submitted(officer_id, *kinds)
        rows = {"kk": RevisionReason.UNREADABLE, "police_letter": RevisionReason.INCOMPLETE}
        async with world.transaction() as tx:
            await revision.revise_item(tx, world.checklists, good, rows, operator)
            await holding.hold_item(tx, bad, HoldReason.RESIDENT, operator)
            await rejection.reject_item(tx, bad, RejectionReason.FALSE_PAPERS, operator)
        await world.cleared(request_id, good, "kk", "police_letter")
        async with world.transaction() as tx:
            await need.submit_dossier(tx, world.checklists, request_id, officer)
            await holding.hold_item(tx, good, HoldReason.NETWORK_DOWN, operator)
            await holding.resume_item(tx, good, operator)
            await holding.hold_item(tx, good, HoldReason.RESIDENT, operator)
        said = {"round": 2, "reason": ReopenReason.OTHER, "documents": (DocumentKind.KTP_EL,)}
        await world.fact(world.facts.of(RequestReopened, request_id, **said))
        await world.fact(world.facts.of(RequestCancelRequested, request_id, round=2, reason=CancelReason.OTHER))
        await world.fact(world.facts.of(AssignmentReleased, request_id, reason=ReleaseReason.CANCELLED))
        await world.fact(world.facts.of(RequestCancelled, request_id, reason=CancelReason.OTHER))

        await fold(second, world.history)
        folded = await tables(second)

        assert folded == await tables(world.database)
        assert sorted((row["state"], row["held_reason"], row["revisions"]) for row in folded["items"]) == [
            ("rejected", None, 0),
            ("submitted", "resident", 1),
        ]
        assert len(folded["revisions"]) == 2
        assert [row["superseded_at"] is not None for row in folded["papers"]].count(True) == 1

    async def test_in_parts(self, world: "World", second: Database, officer_id: UUID, officer: Actor) -> None:
        """The same where the items went to the desk, to the officer and to the door one by one."""
        kinds = (DocumentKind.KTP_EL, DocumentKind.KTP_EL)
        request_id, items = await world.needed(officer_id, *kinds)
        for item_id in items:
            await world.cleared(request_id, item_id, "kk")
            async with world.transaction() as tx:
                await need.submit_dossier(tx, world.checklists, request_id, officer)
            await world.print([item_id])
            async with world.transaction() as tx:
                offered = await handover.offer_handover(tx, request_id, [item_id], "operator-1")
                await handover.confirm_handover(tx, offered.handover_id, officer)
            await world.fact(delivery(request_id, officer_id, [item_id]))

        await fold(second, world.history)

        assert await tables(second) == await tables(world.database)
        assert [row["state"] for row in (await tables(second))["items"]] == ["handed_over", "handed_over"]


class TestApplyDeliveryCompleted:
    async def test_items_are_delivered(self, world: "World", officer_id: UUID) -> None:
        """An item that reached the resident reads as delivered."""
        request_id, items = await world.handed_over(officer_id, DocumentKind.KIA)

        await world.fact(delivery(request_id, officer_id, items))

        async with world.database.transaction() as tx:
            (item,) = await repository.list_items(tx, request_id, 1)
        assert item.state is ItemState.DELIVERED

    async def test_delivered_again(self, world: "World", officer_id: UUID) -> None:
        """A document that came back and is delivered again is no error: the last delivery counts."""
        request_id, items = await world.handed_over(officer_id, DocumentKind.KIA)
        again = delivery(request_id, officer_id, items)

        await world.fact(delivery(request_id, officer_id, items))
        await world.fact(again)

        (row,) = await world.rows("SELECT * FROM deliveries")
        assert row["delivery_id"] == again.delivery_id


class TestApplyAssignmentAccepted:
    async def test_new_round(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """After a re-opening the need of the new round is recorded anew, and waits for a new visit."""
        request_id, _ = await world.needed(officer_id, DocumentKind.KIA)
        await world.accepted(officer_id, request_id, round_number=2)
        await world.fact(world.facts.visited(request_id, officer_id, 2))

        async with world.database.transaction() as tx:
            recorded = await need.record_need(tx, world.checklists, request_id, [DocumentKind.KTP_EL], officer)

        assert recorded.round == 2
        assert [row["round"] for row in await world.rows("SELECT round FROM dossiers ORDER BY round")] == [1, 2]


class TestApplyPaperQuarantined:
    async def test_reason(self, world: "World", officer_id: UUID) -> None:
        """Why nobody may open a paper is kept."""
        request_id, (item_id,) = await world.needed(officer_id, DocumentKind.KTP_EL)
        uploaded = world.facts.paper(request_id, item_id, "kk")
        async with world.database.transaction() as tx:
            await tx.emit(uploaded)
            await tx.emit(
                PaperQuarantined(
                    occurred_at=tx.now,
                    request_id=request_id,
                    actor=SYSTEM,
                    paper_id=uploaded.paper_id,
                    reason=QuarantineReason.UNREADABLE,
                )
            )

        (row,) = await world.rows("SELECT state, reason FROM papers")
        assert (row["state"], row["reason"]) == ("quarantined", "unreadable")

"""Facts in: what is kept of them, and that their order across topics does not matter."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from halo_dispatch.app import NOT_FOLDED
from halo_events.contract.dispatch import (
    AssignmentAccepted,
    AssignmentAwaited,
    AssignmentDeclined,
    AssignmentOffered,
    AssignmentReleased,
    AssignmentRetained,
    AwaitReason,
    DeclineReason,
    DeliveryCompleted,
    DeliveryFailed,
    DeliveryFailure,
    DeliveryReturned,
    Level,
    MissReason,
    OfferReason,
    OfficerChanged,
    OfficerLeft,
    OfficerPerson,
    OfficerRegistered,
    PhotoProof,
    Receiver,
    ReleaseReason,
    RetainReason,
    VisitMade,
    VisitMissed,
    VisitScheduled,
)
from halo_events.contract.documents import HandoverCompleted, Item, NeedRecorded, RejectionReason, VerificationRejected
from halo_events.contract.event import SYSTEM, Event
from halo_events.contract.intake import (
    CancelReason,
    ClosedBy,
    ReopenReason,
    RequestCancelled,
    RequestCancelRequested,
    RequestClosed,
    RequestReopened,
)
from halo_events.contract.values import DocumentKind, Relation
from halo_events.runtime import Database, Tx
from halo_events.testing import take
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from conftest import World

NOW = datetime(2026, 3, 17, 9, tzinfo=UTC)
REQUEST, BUDI, SITI, ITEM, PAPER, VISIT, LATER, FALLEN = (UUID(int=number) for number in range(1, 9))
ANEW, MISSED, OVER = (UUID(int=number) for number in range(11, 14))


def officers() -> list[Event]:
    """What the register said of two officers."""
    state: dict[str, Any] = {
        "occurred_at": NOW,
        "actor": SYSTEM,
        "role": "satgas_pamor",
        "kelurahan_code": "32.75.09.1006",
        "rws": ("001",),
        "on_duty": True,
        "person": OfficerPerson(name="Petugas Contoh", phone="+628881000001"),
    }
    return [
        OfficerRegistered(officer_id=BUDI, **state),
        OfficerRegistered(officer_id=SITI, **state),
        OfficerChanged(officer_id=SITI, **{**state, "on_duty": False}),
        OfficerLeft(officer_id=SITI, occurred_at=NOW, actor=SYSTEM),
    ]


def assignments(sha256: str) -> list[Event]:
    """What dispatch said of one request."""
    said: dict[str, Any] = {"occurred_at": NOW, "request_id": REQUEST, "actor": SYSTEM}
    offer: dict[str, Any] = {"level": Level.RW_OFFICER, "reason": OfferReason.OFFICER_OF_RW, "due_at": NOW}
    return [
        AssignmentOffered(**said, **offer, officer_id=SITI),
        AssignmentAccepted(**said, officer_id=SITI),
        VisitScheduled(**said, visit_id=FALLEN, officer_id=SITI, visit_at=NOW),
        AssignmentAwaited(**said, kelurahan_code="32.75.09.1006", reason=AwaitReason.OFFICER_LEFT),
        AssignmentOffered(**said, **offer, officer_id=SITI),
        AssignmentDeclined(**said, officer_id=SITI, reason=DeclineReason.ILL),
        AssignmentOffered(**said, **offer, officer_id=BUDI),
        AssignmentAccepted(**said, officer_id=BUDI),
        VisitScheduled(**said, visit_id=VISIT, officer_id=BUDI, visit_at=NOW),
        VisitScheduled(**said, visit_id=LATER, officer_id=BUDI, visit_at=NOW + timedelta(hours=1)),
        VisitMade(**said, visit_id=LATER, officer_id=BUDI),
        DeliveryFailed(**said, officer_id=BUDI, items=(ITEM,), reason=DeliveryFailure.NOBODY_HOME, tries=1),
        DeliveryReturned(**said, officer_id=BUDI, items=(ITEM,), kelurahan_code="32.75.09.1006"),
        DeliveryCompleted(
            **said,
            delivery_id=UUID(int=9),
            officer_id=BUDI,
            items=(ITEM,),
            relation=Relation.SELF,
            receiver=Receiver(name="Warga Contoh"),
            proof=PhotoProof(paper_id=PAPER, sha256=sha256),
        ),
        AssignmentRetained(**said, reason=RetainReason.DELIVERED),
        VisitScheduled(**said, visit_id=OVER, officer_id=BUDI, visit_at=NOW),
        AssignmentOffered(**said, **offer, round=2, officer_id=BUDI),
        AssignmentAccepted(**said, round=2, officer_id=BUDI),
        VisitScheduled(**said, round=2, visit_id=MISSED, officer_id=BUDI, visit_at=NOW),
        VisitMissed(**said, round=2, visit_id=MISSED, officer_id=BUDI, reason=MissReason.NOBODY_HOME, misses=1),
        AssignmentReleased(**said, round=2, officer_id=BUDI, reason=ReleaseReason.CANCELLED),
    ]


def topics(world: "World") -> list[list[Event]]:
    """One request's whole life, topic by topic."""
    said: dict[str, Any] = {"occurred_at": NOW, "request_id": REQUEST, "actor": SYSTEM}
    items = (Item(item_id=ITEM, kind=DocumentKind.KTP_EL),)
    anew = (Item(item_id=ANEW, kind=DocumentKind.KIA),)
    return [
        [
            world.request_received(REQUEST),
            RequestCancelRequested(**said, reason=CancelReason.OTHER),
            RequestClosed(**said, closed_by=ClosedBy.RESIDENT),
            RequestReopened(**said, round=2, reason=ReopenReason.DAMAGED, documents=(DocumentKind.KIA,)),
            RequestCancelRequested(**said, round=2, reason=CancelReason.OTHER),
            RequestCancelled(**said, round=2, reason=CancelReason.OTHER),
        ],
        [
            NeedRecorded(**said, officer_id=BUDI, items=items, checklist_version="2026-1"),
            HandoverCompleted(
                **said, handover_id=UUID(int=10), items=(ITEM,), officer_id=BUDI, operator_id="operator-1"
            ),
            world.paper_uploaded(REQUEST, PAPER),
            world.paper_cleared(REQUEST, PAPER),
            NeedRecorded(**said, round=2, officer_id=BUDI, items=anew, checklist_version="2026-1"),
            VerificationRejected(**said, round=2, item_id=ANEW, reason=RejectionReason.NOT_ENTITLED),
        ],
        officers(),
        assignments(world.SHA256),
    ]


async def tables(tx: Tx) -> dict[str, list[str]]:
    """All rows of all folded tables."""
    names = await tx.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    folded = [row["tablename"] for row in names if not row["tablename"].startswith(("_yoyo", "yoyo"))]
    return {
        name: sorted(row["text"] for row in await tx.fetch(f"SELECT t::text AS text FROM {name} AS t"))  # noqa: S608
        for name in folded
        if name not in NOT_FOLDED
    }


async def fold(database: Database, world: "World", order: Sequence[int]) -> dict[str, list[str]]:
    """Fold the life's facts, taking the next one from these topics in turn; the tables, which are then thrown away."""
    queues = [[(event, NOW + timedelta(minutes=place)) for place, event in enumerate(topic)] for topic in topics(world)]
    async with database.transaction() as tx:
        for topic in order:
            event, at = queues[topic].pop(0)
            await take(tx, event, at=at, decide=False)
        found = await tables(tx)
        names = ", ".join(found)
        await tx.execute(f"TRUNCATE {names}")
        return found


ORDERS = st.permutations([0] * 6 + [1] * 6 + [2] * 4 + [3] * 21)


class TestProjections:
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(order=ORDERS)
    async def test_any_order_across_topics(self, world: "World", database: Database, order: list[int]) -> None:
        """However the topics interleave, the tables are the same: a rebuild equals live."""
        expected = await fold(database, world, sorted(order))

        assert await fold(database, world, order) == expected
        assert all(expected.values()), "every folded table has a row"

    async def test_no_more_personal_data_than_needed(self, world: "World", database: Database) -> None:
        """NIK and KK number of a resident stay out of dispatch's tables."""
        await world.request("001")

        async with database.transaction() as tx:
            everything = str(await tables(tx))

        assert "Jalan Contoh 1" in everything
        assert "3275990101900001" not in everything


class TestDecisions:
    async def test_cause_is_named(self, world: "World", database: Database) -> None:
        """What dispatch says of a request names the event that led to it."""
        await world.request("099")

        async with database.transaction() as tx:
            headers = await tx.fetchval("SELECT headers FROM events.outbox")

        assert "ce_causationid" in headers

"""A resident asks to cancel: papers go back first, and what was delivered wins."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from halo_dispatch.domain.assignments import State
from halo_dispatch.domain.lists import START
from halo_dispatch.errors import (
    AssignmentNotFoundError,
    CancelNotAskedError,
    NotHolderError,
    RequestCancelledError,
    RequestClosedError,
)
from halo_dispatch.repository import lists
from halo_dispatch.usecases.answer import accept_assignment, decline_assignment
from halo_dispatch.usecases.cancel import release_assignment
from halo_dispatch.usecases.delivery import Delivery, complete_delivery
from halo_dispatch.usecases.failed_delivery import fail_delivery
from halo_dispatch.usecases.queue import offer_from_queue
from halo_dispatch.usecases.visit import make_visit, miss_visit, schedule_visit
from halo_events.contract.dispatch import (
    AssignmentReleased,
    AssignmentRetained,
    DeclineReason,
    DeliveryCompleted,
    DeliveryFailure,
    MissReason,
)
from halo_events.contract.event import SYSTEM, Event
from halo_events.contract.intake import CancelReason, RequestCancelled
from halo_events.contract.values import DocumentKind, Relation
from halo_events.runtime import Database, Tx

if TYPE_CHECKING:
    from conftest import World

KINDS = (DocumentKind.KTP_EL, DocumentKind.KARTU_KELUARGA)


async def release(database: Database, request_id: UUID, officer_id: UUID) -> list[Event]:
    """Report that the papers are back; what is emitted."""
    async with database.transaction() as tx:
        await release_assignment(tx, request_id, officer_id, SYSTEM)
        return tx.emitted


async def flags(database: Database, officer_id: UUID) -> dict[UUID, bool]:
    """An officer's open requests, and whether a resident waits for the papers."""
    async with database.transaction() as tx:
        rows = await lists.list_assignments(tx, officer_id, {State.OFFERED, State.ACCEPTED}, START, 100)
        return {row.request.request_id: row.standing.cancel_requested for row in rows}


class TestAtOnce:
    async def test_offered(self, world: "World", database: Database) -> None:
        """Who is only asked has no papers: he is named, and is asked no more."""
        await world.place("001")
        officer_id = await world.officer("001")
        request_id, _ = await world.request("001")

        (event,) = await world.cancel_requested(request_id)

        assert isinstance(event, AssignmentReleased)
        assert (event.request_id, event.officer_id, event.reason) == (request_id, officer_id, "cancelled")
        assert await flags(database, officer_id) == {}

    async def test_awaited(self, world: "World", database: Database) -> None:
        """What waits in the queue leaves it; nobody is named."""
        request_id, _ = await world.request("099")

        (event,) = await world.cancel_requested(request_id)

        assert isinstance(event, AssignmentReleased)
        assert event.officer_id is None
        async with database.transaction() as tx:
            assert await lists.list_queue(tx, {world.JATIRASA}, START, 10) == []

    async def test_no_visit_made(self, world: "World", database: Database) -> None:
        """A holder who was never at the house has no papers; the visit that he planned falls."""
        request_id, officer_id = await world.accepted()
        async with database.transaction() as tx:
            await schedule_visit(tx, request_id, officer_id, tx.now + timedelta(days=1), SYSTEM)

        (event,) = await world.cancel_requested(request_id)

        assert isinstance(event, AssignmentReleased)
        assert event.officer_id == officer_id
        async with database.transaction() as tx:
            assert await tx.fetchval("SELECT replaced_at IS NOT NULL FROM visits")

    async def test_no_load(self, world: "World") -> None:
        """A request that was cancelled keeps no officer busy."""
        await world.place("001")
        first, second = sorted([await world.officer("001"), await world.officer("001")])
        request_id, _ = await world.request("001")
        await world.request("001")
        await world.cancel_requested(request_id)

        _, (offered,) = await world.request("001")

        assert getattr(offered, "officer_id", second) == first

    async def test_twice(self, world: "World") -> None:
        """What was released is not released again."""
        request_id, _ = await world.request("099")
        await world.cancel_requested(request_id)

        assert await world.cancel_requested(request_id) == []


class TestByTheHolder:
    async def test_papers_come_back(self, world: "World", database: Database) -> None:
        """A holder who was at the house is told to bring the papers back, and releases the request."""
        request_id, officer_id = await world.accepted()
        await world.visited(request_id, officer_id)
        await world.need(request_id, officer_id, *KINDS)

        assert await world.cancel_requested(request_id) == []
        assert await flags(database, officer_id) == {request_id: True}
        (event,) = await release(database, request_id, officer_id)
        repeat = await release(database, request_id, officer_id)

        assert isinstance(event, AssignmentReleased)
        assert (event.request_id, event.officer_id) == (request_id, officer_id)
        assert repeat == []
        assert await flags(database, officer_id) == {}

    async def test_refused(self, world: "World", database: Database) -> None:
        """Only the holder releases, and only what the resident asked to cancel."""
        request_id, officer_id = await world.accepted()
        await world.visited(request_id, officer_id)

        with pytest.raises(CancelNotAskedError):
            await release(database, request_id, officer_id)
        await world.cancel_requested(request_id)
        with pytest.raises(NotHolderError):
            await release(database, request_id, uuid4())
        with pytest.raises(AssignmentNotFoundError):
            await release(database, uuid4(), officer_id)
        await world.closed(request_id)
        with pytest.raises(RequestClosedError):
            await release(database, request_id, officer_id)

    async def test_holder_leaves(self, world: "World", database: Database) -> None:
        """The wish outlives the holder's office: the coordinator sees it, and the next holder releases."""
        request_id, officer_id = await world.accepted()
        await world.visited(request_id, officer_id)
        await world.cancel_requested(request_id)
        await world.left(officer_id)
        async with database.transaction() as tx:
            (waiting,) = await lists.list_queue(tx, {world.JATIRASA}, START, 10)

        other = await world.given(request_id)

        assert waiting.standing.cancel_requested
        assert await flags(database, other) == {request_id: True}
        assert len(await release(database, request_id, other)) == 1

    @pytest.mark.parametrize("state", ["awaited", "offered"])
    async def test_after_the_holder_left(self, world: "World", database: Database, state: str) -> None:
        """Papers that are with who left go back first, too: the next holder sees to it, and releases."""
        request_id, officer_id, _ = await world.in_hand(*KINDS)
        await world.left(officer_id)
        other = await world.officer("001")

        emitted = await world.cancel_requested(request_id) if state == "awaited" else []
        async with database.transaction() as tx:
            await offer_from_queue(tx, request_id, other, {world.JATIRASA}, SYSTEM)
        emitted += await world.cancel_requested(request_id) if state == "offered" else []
        async with database.transaction() as tx:
            await accept_assignment(tx, request_id, other, SYSTEM)

        assert emitted == []
        assert await flags(database, other) == {request_id: True}
        assert len(await release(database, request_id, other)) == 1


class TestRetained:
    async def test_delivered(self, world: "World", database: Database) -> None:
        """Where all was delivered before it is too late."""
        request_id, officer_id, items = await world.in_hand(*KINDS)
        await world.delivered(request_id, officer_id, items)

        (event,) = await world.cancel_requested(request_id)

        assert isinstance(event, AssignmentRetained)
        assert (event.request_id, event.reason) == (request_id, "delivered")
        assert await flags(database, officer_id) == {}
        with pytest.raises(CancelNotAskedError):
            await release(database, request_id, officer_id)

    async def test_closed(self, world: "World") -> None:
        """Where intake closed the request it is too late."""
        request_id, _ = await world.accepted()
        await world.closed(request_id)

        (event,) = await world.cancel_requested(request_id)

        assert isinstance(event, AssignmentRetained)

    async def test_last_delivery_wins(self, world: "World") -> None:
        """The delivery of the last document answers the resident, in its own transaction."""
        request_id, officer_id, (first, second) = await world.in_hand(*KINDS)
        await world.cancel_requested(request_id)

        (one,) = await world.delivered(request_id, officer_id, [first])
        other, retained = await world.delivered(request_id, officer_id, [second])

        assert isinstance(one, DeliveryCompleted)
        assert isinstance(other, DeliveryCompleted)
        assert isinstance(retained, AssignmentRetained)

    @pytest.mark.parametrize("order", ["rejection first", "delivery first"])
    async def test_rejected(self, world: "World", order: str) -> None:
        """A rejected document is not waited for, whether its rejection is seen before or after the last delivery."""
        request_id, officer_id, (first, second) = await world.in_hand(*KINDS)
        await world.cancel_requested(request_id)

        if order == "rejection first":
            emitted = await world.rejected(request_id, second)
            emitted += await world.delivered(request_id, officer_id, [first])
        else:
            emitted = await world.delivered(request_id, officer_id, [first])
            emitted += await world.rejected(request_id, second)

        assert [type(event) for event in emitted] == [DeliveryCompleted, AssignmentRetained]
        assert getattr(emitted[-1], "reason", None) == "delivered"
        assert await world.cancel_requested(request_id) != []

    @pytest.mark.parametrize("order", ["asked first", "rejected first", "closed first"])
    async def test_all_rejected(self, world: "World", database: Database, order: str) -> None:
        """Where every document is rejected the resident is told so, whatever is heard first; once."""
        request_id, officer_id = await world.accepted()
        await world.visited(request_id, officer_id)
        items = await world.need(request_id, officer_id, *KINDS)

        emitted = await world.cancel_requested(request_id) if order != "rejected first" else []
        if order == "closed first":
            emitted += await world.closed(request_id)
        for item_id in items:
            emitted += await world.rejected(request_id, item_id)
        if order == "rejected first":
            emitted += await world.cancel_requested(request_id)

        (event,) = emitted
        assert isinstance(event, AssignmentRetained)
        assert (event.request_id, event.reason) == (request_id, "rejected")
        assert await flags(database, officer_id) == {}


class TestAfterwards:
    @pytest.mark.parametrize("how", ["released", "cancelled"])
    async def test_refused(self, world: "World", database: Database, how: str) -> None:
        """After its end nothing changes the request: neither after the release nor where intake cancelled it."""
        request_id, officer_id, items = await world.in_hand(*KINDS)
        async with database.transaction() as tx:
            visit_id = await schedule_visit(tx, request_id, officer_id, tx.now + timedelta(days=1), SYSTEM)
        if how == "released":
            await world.cancel_requested(request_id)
            await release(database, request_id, officer_id)
        else:
            await world.says(RequestCancelled, request_id, reason=CancelReason.OTHER)
        report = Delivery(items, "Warga Contoh", Relation.SELF, await world.proof(request_id))
        nobody_home = DeliveryFailure.NOBODY_HOME
        calls: list[Callable[[Tx], Awaitable[object]]] = [
            lambda tx: accept_assignment(tx, request_id, officer_id, SYSTEM),
            lambda tx: decline_assignment(tx, request_id, officer_id, DeclineReason.ILL, SYSTEM),
            lambda tx: offer_from_queue(tx, request_id, officer_id, {world.JATIRASA}, SYSTEM),
            lambda tx: schedule_visit(tx, request_id, officer_id, tx.now + timedelta(days=2), SYSTEM),
            lambda tx: make_visit(tx, visit_id, officer_id, SYSTEM),
            lambda tx: miss_visit(tx, visit_id, officer_id, MissReason.OTHER, SYSTEM),
            lambda tx: complete_delivery(tx, request_id, officer_id, report, SYSTEM),
            lambda tx: fail_delivery(tx, request_id, officer_id, items, reason=nobody_home, actor=SYSTEM),
            lambda tx: release_assignment(tx, request_id, uuid4(), SYSTEM),
        ]

        for call in calls:
            async with database.transaction() as tx:
                with pytest.raises(RequestCancelledError):
                    await call(tx)
        assert await flags(database, officer_id) == {}

    async def test_holder_leaves_later(self, world: "World") -> None:
        """An officer who leaves leaves nothing behind of what was cancelled."""
        request_id, officer_id = await world.accepted()
        await world.cancel_requested(request_id)

        assert len(await world.left(officer_id)) == 1

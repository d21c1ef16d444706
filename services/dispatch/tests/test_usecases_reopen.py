"""A request that came to its end begins anew, in a round of its own."""

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from halo_dispatch.domain.assignments import State
from halo_dispatch.domain.items import ItemRow
from halo_dispatch.domain.lists import START, AssignmentRow
from halo_dispatch.errors import AlreadyDeliveredError, VisitReplacedError
from halo_dispatch.usecases.answer import accept_assignment, decline_assignment
from halo_dispatch.usecases.read import list_assignments
from halo_dispatch.usecases.visit import make_visit, miss_visit, schedule_visit
from halo_events.contract.dispatch import (
    AssignmentAwaited,
    AssignmentOffered,
    AssignmentReleased,
    AwaitReason,
    DeclineReason,
    DeliveryCompleted,
    Level,
    MissReason,
    OfferReason,
    OfficerRole,
)
from halo_events.contract.event import SYSTEM
from halo_events.contract.values import DocumentKind
from halo_events.errors import NotYetError
from halo_events.runtime import Database

if TYPE_CHECKING:
    from conftest import World

TOMORROW = timedelta(days=1)


async def delivered(world: "World") -> tuple[UUID, UUID, UUID]:
    """A request whose only document was delivered and that intake closed: ids of request, officer, document."""
    request_id, officer_id, items = await world.in_hand(DocumentKind.KTP_EL)
    await world.delivered(request_id, officer_id, items)
    await world.closed(request_id)
    return request_id, officer_id, items[0]


async def accept(database: Database, request_id: UUID, officer_id: UUID) -> None:
    """Let an officer accept."""
    async with database.transaction() as tx:
        await accept_assignment(tx, request_id, officer_id, SYSTEM)


async def shown(database: Database, officer_id: UUID) -> list[tuple[AssignmentRow, tuple[ItemRow, ...]]]:
    """An officer's list: requests with their documents."""
    async with database.transaction() as tx:
        rows, items = await list_assignments(tx, officer_id, {State.OFFERED, State.ACCEPTED}, START, 100)
        return [(row, items.get(row.request.request_id, ())) for row in rows]


class TestWhoIsAsked:
    async def test_served_before(self, world: "World", database: Database) -> None:
        """Who served the request is asked first, though others are less busy or serve the RW."""
        request_id, officer_id, _ = await delivered(world)
        await world.officer("001", officer_id=UUID(int=1))

        (event,) = await world.reopened(request_id)

        assert isinstance(event, AssignmentOffered)
        assert (event.officer_id, event.round) == (officer_id, 2)
        assert (event.level, event.reason) == (Level.RW_OFFICER, OfferReason.SERVED_BEFORE)
        ((row, items),) = await shown(database, officer_id)
        assert (row.state, row.standing.round, row.request.documents, items) == ("offered", 2, ("ktp_el",), ())

    async def test_neighbour_served_before(self, world: "World", database: Database) -> None:
        """A neighbour who served it before is asked as the substitute that he is."""
        await world.place("001")
        neighbour = await world.officer("002")
        request_id, _ = await world.request("001")
        await accept(database, request_id, neighbour)
        await world.closed(request_id)

        (event,) = await world.reopened(request_id)

        assert isinstance(event, AssignmentOffered)
        assert (event.officer_id, event.level) == (neighbour, Level.SUBSTITUTE)

    @pytest.mark.parametrize("why", ["off duty", "left", "coordinator"])
    async def test_no_longer_there(self, world: "World", why: str) -> None:
        """Who served it and is no officer on duty any more is not asked: it is offered as a new one."""
        request_id, officer_id, _ = await delivered(world)
        other = await world.officer("001")
        if why == "left":
            await world.left(officer_id)
        else:
            role = OfficerRole.COORDINATOR if why == "coordinator" else OfficerRole.SATGAS_PAMOR
            await world.officer("001", officer_id=officer_id, on_duty=why == "coordinator", role=role)

        (event,) = await world.reopened(request_id)

        assert isinstance(event, AssignmentOffered)
        assert (event.officer_id, event.reason) == (other, OfferReason.OFFICER_OF_RW)

    async def test_nobody(self, world: "World") -> None:
        """With nobody to ask the new round waits in the queue."""
        request_id, officer_id, _ = await delivered(world)
        await world.left(officer_id)

        (event,) = await world.reopened(request_id)

        assert isinstance(event, AssignmentAwaited)
        assert (event.reason, event.round) == (AwaitReason.NO_OFFICER, 2)

    async def test_declines(self, world: "World", database: Database) -> None:
        """Who declined in an earlier round may be asked again in the next one."""
        await world.place("001")
        first, second = sorted([await world.officer("001"), await world.officer("001")])
        request_id, _ = await world.request("001")
        async with database.transaction() as tx:
            await decline_assignment(tx, request_id, first, DeclineReason.ILL, SYSTEM)
            await accept_assignment(tx, request_id, second, SYSTEM)
        await world.closed(request_id)
        await world.reopened(request_id)

        async with database.transaction() as tx:
            await decline_assignment(tx, request_id, second, DeclineReason.ILL, SYSTEM)
            _, event = tx.emitted

        assert isinstance(event, AssignmentOffered)
        assert (event.officer_id, event.round, event.reason) == (first, 2, OfferReason.OFFICER_OF_RW)


class TestNewRound:
    async def test_life(self, world: "World", database: Database) -> None:
        """A new round has its own visit, need and delivery, and ends with its own last document."""
        request_id, officer_id, old = await delivered(world)
        await world.reopened(request_id, DocumentKind.KIA)
        await accept(database, request_id, officer_id)
        await world.visited(request_id, officer_id)
        items = await world.need(request_id, officer_id, DocumentKind.KIA, round_=2)
        ((row, listed),) = await shown(database, officer_id)

        with pytest.raises(NotYetError):
            await world.delivered(request_id, officer_id, items)
        with pytest.raises(AlreadyDeliveredError):
            await world.delivered(request_id, officer_id, [old])
        await world.handed(request_id, officer_id, items)
        (event,) = await world.delivered(request_id, officer_id, items, round_=2)

        assert (row.request.documents, [item.item_id for item in listed]) == (("kia",), items)
        assert isinstance(event, DeliveryCompleted)
        assert event.round == 2
        assert await shown(database, officer_id) == []

    async def test_planned_visit_falls(self, world: "World", database: Database) -> None:
        """A visit that was planned in an earlier round is not one of the new round."""
        request_id, officer_id, items = await world.in_hand(DocumentKind.KTP_EL)
        async with database.transaction() as tx:
            old = await schedule_visit(tx, request_id, officer_id, tx.now + TOMORROW, SYSTEM)
        await world.delivered(request_id, officer_id, items)
        await world.reopened(request_id)
        await accept(database, request_id, officer_id)

        ((row, _),) = await shown(database, officer_id)

        assert row.visit is None
        async with database.transaction() as tx:
            with pytest.raises(VisitReplacedError):
                await make_visit(tx, old, officer_id, SYSTEM)

    async def test_misses(self, world: "World", database: Database) -> None:
        """Misses are counted anew: the flag for the call desk falls with its round."""
        request_id, officer_id = await world.accepted()
        async with database.transaction() as tx:
            for _ in range(2):
                visit_id = await schedule_visit(tx, request_id, officer_id, tx.now + TOMORROW, SYSTEM)
                await miss_visit(tx, visit_id, officer_id, MissReason.NOBODY_HOME, SYSTEM)
        before = [row.standing.call_desk_to_call for row, _ in await shown(database, officer_id)]
        await world.closed(request_id)
        await world.reopened(request_id)
        await accept(database, request_id, officer_id)
        async with database.transaction() as tx:
            visit_id = await schedule_visit(tx, request_id, officer_id, tx.now + TOMORROW, SYSTEM)
            misses = await miss_visit(tx, visit_id, officer_id, MissReason.NOBODY_HOME, SYSTEM)

        after = [row.standing.call_desk_to_call for row, _ in await shown(database, officer_id)]

        assert (before, misses, after) == ([True], 1, [False])

    async def test_cancelled(self, world: "World", database: Database) -> None:
        """What was retained in one round may be cancelled in the next one; visits of before don't count."""
        request_id, officer_id, items = await world.in_hand(DocumentKind.KTP_EL)
        await world.cancel_requested(request_id)
        await world.delivered(request_id, officer_id, items)
        await world.reopened(request_id)
        await accept(database, request_id, officer_id)
        ((row, _),) = await shown(database, officer_id)

        (event,) = await world.cancel_requested(request_id, 2)

        assert not row.standing.cancel_requested
        assert isinstance(event, AssignmentReleased)
        assert (event.officer_id, event.round) == (officer_id, 2)

    async def test_again(self, world: "World", database: Database) -> None:
        """A third round follows the second one."""
        request_id, officer_id, _ = await delivered(world)
        await world.reopened(request_id)
        await world.closed(request_id)
        assert await shown(database, officer_id) == []

        (event,) = await world.reopened(request_id, round_=3)

        assert event.model_dump()["round"] == 3
        assert len(await shown(database, officer_id)) == 1


class TestLateFacts:
    async def test_rejection(self, world: "World", database: Database) -> None:
        """A rejection of an earlier round that is seen after the next one began ends nothing of that."""
        request_id, officer_id = await world.accepted()
        await world.visited(request_id, officer_id)
        (item_id,) = await world.need(request_id, officer_id, DocumentKind.KIA)
        await world.reopened(request_id)
        await accept(database, request_id, officer_id)

        assert await world.rejected(request_id, item_id) == []

        ((row, items),) = await shown(database, officer_id)
        assert (row.standing.round, items) == (2, ())

    async def test_need(self, world: "World", database: Database) -> None:
        """Need and rejection of an earlier round that are seen late are no documents of the new one."""
        request_id, officer_id = await world.accepted()
        await world.reopened(request_id)
        await accept(database, request_id, officer_id)
        await world.visited(request_id, officer_id)
        await world.cancel_requested(request_id, 2)

        (item_id,) = await world.need(request_id, officer_id, DocumentKind.KIA)
        assert await world.rejected(request_id, item_id) == []

        ((row, items),) = await shown(database, officer_id)
        assert (row.standing.cancel_requested, items) == (True, ())

"""Wishes to cancel, deliveries and releases at one time: there is one answer."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from halo_dispatch.errors import CancelNotAskedError, RequestCancelledError
from halo_dispatch.repository import register
from halo_dispatch.usecases.cancel import answer_cancel, release_assignment
from halo_dispatch.usecases.delivery import Delivery, complete_delivery
from halo_dispatch.usecases.leaving import let_officers_go
from halo_dispatch.usecases.visit import schedule_visit
from halo_events.contract.dispatch import AssignmentReleased, AssignmentRetained, DeliveryCompleted, VisitScheduled
from halo_events.contract.event import SYSTEM, Event
from halo_events.contract.values import DocumentKind, Relation
from halo_events.runtime import Database
from halo_events.testing import eventually

if TYPE_CHECKING:
    from conftest import World


async def release(database: Database, request_id: UUID, officer_id: UUID) -> list[Event]:
    """Report that the papers are back; what is emitted."""
    async with database.transaction() as tx:
        await release_assignment(tx, request_id, officer_id, SYSTEM)
        return tx.emitted


async def somebody_waits(database: Database) -> bool:
    """Whether a transaction waits for another."""
    async with database.transaction() as look:
        return bool(await look.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))


async def answers(database: Database) -> list[str]:
    """Types of the answers to residents who asked to cancel."""
    async with database.transaction() as tx:
        rows = await tx.fetch(
            "SELECT type FROM events.outbox WHERE type = ANY ($1)", [AssignmentReleased.type, AssignmentRetained.type]
        )
        return [row["type"] for row in rows]


class TestAtOneTime:
    @pytest.mark.parametrize("winner", ["delivery", "release"])
    async def test_delivery_against_release(self, world: "World", database: Database, winner: str) -> None:
        """Of the last delivery and a release at once the first one answers the resident, and the other is refused."""
        request_id, officer_id, items = await world.in_hand(DocumentKind.KTP_EL)
        await world.cancel_requested(request_id)
        report = Delivery(items, "Warga Contoh", Relation.SELF, await world.proof(request_id))

        async with database.transaction() as tx:
            if winner == "delivery":
                await complete_delivery(tx, request_id, officer_id, report, SYSTEM)
                second = asyncio.create_task(release(database, request_id, officer_id))
            else:
                await release_assignment(tx, request_id, officer_id, SYSTEM)
                second = asyncio.create_task(world.delivered(request_id, officer_id, items))
            await eventually(lambda: somebody_waits(database), within=4)

        with pytest.raises(CancelNotAskedError if winner == "delivery" else RequestCancelledError):
            await second
        answer = AssignmentRetained if winner == "delivery" else AssignmentReleased
        assert await answers(database) == [answer.type]

    async def test_delivery_against_wish(self, world: "World", database: Database) -> None:
        """A wish to cancel that waits for the last delivery finds it done; there is one answer."""
        request_id, officer_id, items = await world.in_hand(DocumentKind.KTP_EL)
        report = Delivery(items, "Warga Contoh", Relation.SELF, await world.proof(request_id))

        async with database.transaction() as tx:
            await complete_delivery(tx, request_id, officer_id, report, SYSTEM)
            asking = asyncio.create_task(world.cancel_requested(request_id))
            await eventually(lambda: somebody_waits(database), within=4)

        assert [type(event) for event in await asking] == [AssignmentRetained]
        assert await answers(database) == [AssignmentRetained.type]

    async def test_wish_against_delivery(self, world: "World", database: Database) -> None:
        """The last delivery that waits for a wish to cancel knows of it, and answers."""
        request_id, officer_id, items = await world.in_hand(DocumentKind.KTP_EL)

        async with database.transaction() as tx:
            await tx.execute("UPDATE requests SET cancel_requested_round = 1 WHERE request_id = $1", request_id)
            await answer_cancel(tx, request_id)
            delivering = asyncio.create_task(world.delivered(request_id, officer_id, items))
            await eventually(lambda: somebody_waits(database), within=4)

        assert [type(event) for event in await delivering] == [DeliveryCompleted, AssignmentRetained]

    async def test_wish_during_the_load(self, world: "World", database: Database) -> None:
        """A wish to cancel while the register is loaded waits without holding what the load needs."""
        request_id, officer_id = await world.accepted()

        async with database.transaction() as tx:
            await register.lock_register(tx)
            asking = asyncio.create_task(world.cancel_requested(request_id))
            await eventually(lambda: somebody_waits(database), within=4)
            await let_officers_go(tx, [officer_id])

        assert [type(event) for event in await asking] == [AssignmentReleased]

    async def test_plan_against_wish(self, world: "World", database: Database) -> None:
        """A wish to cancel that waits for a visit being planned releases the request, and the visit falls."""
        request_id, officer_id = await world.accepted()

        async with database.transaction() as tx:
            await schedule_visit(tx, request_id, officer_id, tx.now + timedelta(days=1), SYSTEM)
            (planned,) = tx.emitted
            asking = asyncio.create_task(world.cancel_requested(request_id))
            await eventually(lambda: somebody_waits(database), within=4)

        assert isinstance(planned, VisitScheduled)
        assert [type(event) for event in await asking] == [AssignmentReleased]
        async with database.transaction() as tx:
            assert await tx.fetchval("SELECT count(*) FROM visits WHERE replaced_at IS NULL") == 0

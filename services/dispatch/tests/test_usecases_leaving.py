"""Officers leave the register: what they were asked to take, or held, goes on without them."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from halo_dispatch.domain.lists import START, QueueRow
from halo_dispatch.errors import NotOfferedError, OfficerLeftError
from halo_dispatch.repository import lists, register
from halo_dispatch.usecases.answer import accept_assignment, decline_assignment
from halo_dispatch.usecases.delivery import Delivery, complete_delivery
from halo_dispatch.usecases.leaving import FREED_AT_ONCE, free_requests_of_left, let_officers_go
from halo_dispatch.usecases.queue import offer_from_queue
from halo_dispatch.usecases.visit import make_visit, schedule_visit
from halo_events.contract.dispatch import (
    AssignmentAccepted,
    AssignmentAwaited,
    AssignmentOffered,
    AwaitReason,
    DeclineReason,
    Level,
    OfficerLeft,
    OfficerRole,
)
from halo_events.contract.event import SYSTEM, Event
from halo_events.contract.intake import ClosedBy, RequestClosed
from halo_events.contract.values import DocumentKind, Relation
from halo_events.runtime import Database
from halo_events.testing import eventually, take

if TYPE_CHECKING:
    from conftest import World

TOMORROW = timedelta(days=1)


async def give(database: Database, request_id: UUID, officer_id: UUID, kelurahan_code: str) -> list[Event]:
    """Let the coordinator choose an officer, who accepts; what is emitted."""
    async with database.transaction() as tx:
        await offer_from_queue(tx, request_id, officer_id, {kelurahan_code}, SYSTEM)
        await accept_assignment(tx, request_id, officer_id, SYSTEM)
        return tx.emitted


async def decline(database: Database, request_id: UUID, officer_id: UUID) -> list[Event]:
    """Let an officer decline; what is emitted."""
    async with database.transaction() as tx:
        await decline_assignment(tx, request_id, officer_id, DeclineReason.ILL, SYSTEM)
        return tx.emitted


async def queue(database: Database, kelurahan_code: str) -> list[QueueRow]:
    """What waits for the coordinator."""
    async with database.transaction() as tx:
        return await lists.list_queue(tx, {kelurahan_code}, START, 10)


async def somebody_waits(database: Database) -> bool:
    """Whether a transaction waits for another."""
    async with database.transaction() as look:
        return bool(await look.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))


class TestOffered:
    async def test_next_officer(self, world: "World") -> None:
        """What was offered to an officer who left is offered to the next one on duty, as after a decline."""
        await world.place("001")
        first, second = sorted([await world.officer("001"), await world.officer("001")])
        neighbour = await world.officer("002")
        request_id, _ = await world.request("001")

        left, offered = await world.left(first)
        _, again = await world.left(second)

        assert isinstance(left, OfficerLeft)
        assert isinstance(offered, AssignmentOffered)
        assert (offered.request_id, offered.officer_id, offered.level) == (request_id, second, Level.RW_OFFICER)
        assert isinstance(again, AssignmentOffered)
        assert (again.officer_id, again.level) == (neighbour, Level.SUBSTITUTE)

    async def test_together(self, world: "World") -> None:
        """Of officers who leave together none is asked for what another of them had."""
        await world.place("001")
        leaving = [await world.officer("001") for _ in range(3)]
        stays = await world.officer("002")
        await world.request("001")

        *_, offered = await world.left(*leaving)

        assert isinstance(offered, AssignmentOffered)
        assert offered.officer_id == stays

    @pytest.mark.parametrize(("declined", "reason"), [(False, "no_officer"), (True, "all_declined")])
    async def test_nobody_else(self, world: "World", database: Database, reason: str, *, declined: bool) -> None:
        """With nobody left to ask the request waits in the queue, and says truly why."""
        await world.place("001")
        first, second = sorted([await world.officer("001"), await world.officer("001", on_duty=declined)])
        request_id, emitted = await world.request("001")
        if declined:
            emitted = await decline(database, request_id, first)
        offered = emitted[-1]
        assert isinstance(offered, AssignmentOffered)

        *_, waiting = await world.left(offered.officer_id)

        assert isinstance(waiting, AssignmentAwaited)
        assert (waiting.request_id, waiting.reason) == (request_id, reason)
        assert offered.officer_id in {first, second}


class TestHeld:
    async def test_queue(self, world: "World", database: Database) -> None:
        """What an officer who left held waits in the kelurahan's queue, its coordinator named."""
        coordinator_id = await world.officer(role=OfficerRole.COORDINATOR)
        request_id, officer_id = await world.accepted()

        _, waiting = await world.left(officer_id)

        assert isinstance(waiting, AssignmentAwaited)
        assert (waiting.request_id, waiting.reason) == (request_id, AwaitReason.OFFICER_LEFT)
        assert (waiting.kelurahan_code, waiting.coordinator_id) == (world.JATIRASA, coordinator_id)
        (row,) = await queue(database, world.JATIRASA)
        assert (row.request.request_id, row.reason) == (request_id, "officer_left")

    async def test_goes_on(self, world: "World", database: Database) -> None:
        """Another officer goes on where the one who left stopped, and delivers what that one was handed."""
        request_id, officer_id = await world.accepted()
        items = await world.need(request_id, officer_id, DocumentKind.KTP_EL, DocumentKind.KIA)
        await world.handed(request_id, officer_id, items[:1])
        await world.left(officer_id)
        other = await world.officer("001")

        _, accepted = await give(database, request_id, other, world.JATIRASA)
        await world.handed(request_id, other, items[1:])

        assert isinstance(accepted, AssignmentAccepted)
        report = Delivery(items, "Warga Contoh", Relation.SELF, await world.proof(request_id))
        async with database.transaction() as tx:
            await complete_delivery(tx, request_id, other, report, SYSTEM)
        assert await world.left(other) != []
        assert await queue(database, world.JATIRASA) == []

    async def test_visits(self, world: "World", database: Database) -> None:
        """A visit that was made stays made; one that was only planned falls, for nobody comes."""
        request_id, officer_id = await world.accepted()
        async with database.transaction() as tx:
            made = await schedule_visit(tx, request_id, officer_id, tx.now + TOMORROW, SYSTEM)
            await make_visit(tx, made, officer_id, SYSTEM)
            planned = await schedule_visit(tx, request_id, officer_id, tx.now + TOMORROW, SYSTEM)

        await world.left(officer_id)

        async with database.transaction() as tx:
            rows = await tx.fetch("SELECT visit_id, made_at, replaced_at FROM visits ORDER BY made_at")
        assert [(row["visit_id"], bool(row["made_at"]), bool(row["replaced_at"])) for row in rows] == [
            (made, True, False),
            (planned, False, True),
        ]

    async def test_closed(self, world: "World") -> None:
        """What was closed is left alone."""
        request_id, officer_id = await world.accepted()
        received = world.request_received(request_id)
        await world.fact(
            RequestClosed(
                occurred_at=received.occurred_at, request_id=request_id, actor=SYSTEM, closed_by=ClosedBy.TIMER
            )
        )

        assert [type(event) for event in await world.left(officer_id)] == [OfficerLeft]


class TestWhoLeftIsNotAsked:
    async def test_by_the_coordinator(self, world: "World", database: Database) -> None:
        """The coordinator is told that an officer left, also where that one had been asked."""
        await world.place("001", "002")
        officer_id = await world.officer("001")
        await world.officer("002")
        asked, _ = await world.request("001")
        waiting, _ = await world.request("099")
        await world.left(officer_id)

        for request_id in (asked, waiting):
            async with database.transaction() as tx:
                with pytest.raises(OfficerLeftError):
                    await offer_from_queue(tx, request_id, officer_id, {world.JATIRASA}, SYSTEM)

    async def test_request_during_the_load(self, world: "World", database: Database) -> None:
        """A request that arrives while an officer leaves waits for that, and is offered to another."""
        await world.place("001")
        leaves = await world.officer("001")
        stays = await world.officer("002")

        async with database.transaction() as tx:
            await let_officers_go(tx, [leaves])
            arriving = asyncio.create_task(world.request("001"))
            await eventually(lambda: somebody_waits(database), within=4)
        _, (offered,) = await arriving

        assert isinstance(offered, AssignmentOffered)
        assert offered.officer_id == stays

    async def test_choice_during_the_load(self, world: "World", database: Database) -> None:
        """A coordinator who chooses an officer who leaves at this moment is told so."""
        leaves = await world.officer("001")
        request_id, _ = await world.request("099")

        async with database.transaction() as tx:
            await let_officers_go(tx, [leaves])
            choosing = asyncio.create_task(give(database, request_id, leaves, world.JATIRASA))
            await eventually(lambda: somebody_waits(database), within=4)

        with pytest.raises(OfficerLeftError):
            await choosing

    async def test_load_during_a_request(self, world: "World", database: Database) -> None:
        """Who leaves while a request is being offered to him is waited for, and the request is freed."""
        await world.place("001")
        leaves = await world.officer("001")
        event = world.request_received(UUID(int=1), "001")

        async with database.transaction() as tx:
            await take(tx, event)
            leaving = asyncio.create_task(world.left(leaves))
            await eventually(lambda: somebody_waits(database), within=4)
        _, waiting = await leaving

        assert isinstance(waiting, AssignmentAwaited)
        assert waiting.request_id == event.request_id

    async def test_decline_during_the_load(self, world: "World", database: Database) -> None:
        """Who declines while the register is loaded waits without holding what the load needs."""
        await world.place("001")
        first, second = sorted([await world.officer("001"), await world.officer("001")])
        request_id, _ = await world.request("001")

        async with database.transaction() as tx:
            await register.lock_register(tx)
            declining = asyncio.create_task(decline(database, request_id, first))
            await eventually(lambda: somebody_waits(database), within=4)
            await let_officers_go(tx, [first, second])

        with pytest.raises(NotOfferedError):
            await declining


class TestMany:
    @pytest.mark.parametrize("state", ["offered", "accepted"])
    async def test_batches(self, world: "World", database: Database, state: str) -> None:
        """However many requests an officer leaves behind, each transaction frees some."""
        await world.place("001")
        leaves = await world.officer("001")
        await world.officer("002")
        await world.many(FREED_AT_ONCE + 1, leaves, state)

        emitted = await world.left(leaves)
        async with database.transaction() as tx:
            rest = await free_requests_of_left(tx)

        assert (len(emitted), len(rest)) == (1 + FREED_AT_ONCE, 1)

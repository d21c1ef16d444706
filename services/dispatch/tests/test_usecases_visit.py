"""The officer's visits to the house."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from halo_dispatch.errors import (
    AssignmentNotFoundError,
    NotHolderError,
    RequestClosedError,
    VisitMadeError,
    VisitMissedError,
    VisitNotFoundError,
    VisitReplacedError,
    VisitTimeError,
)
from halo_dispatch.usecases.visit import make_visit, miss_visit, schedule_visit
from halo_events.contract.dispatch import MissReason, VisitMade, VisitMissed, VisitScheduled
from halo_events.contract.event import SYSTEM, Event
from halo_events.contract.values import DocumentKind
from halo_events.runtime import Database

if TYPE_CHECKING:
    from conftest import World

TOMORROW = timedelta(days=1)


async def schedule(
    database: Database,
    request_id: UUID,
    officer_id: UUID,
    ahead: timedelta = TOMORROW,
    *,
    start: datetime | None = None,
) -> tuple[UUID, list[Event]]:
    """Plan a visit so far ahead; its id, and what is emitted."""
    async with database.transaction() as tx:
        visit_id = await schedule_visit(tx, request_id, officer_id, (start or tx.now) + ahead, SYSTEM)
        return visit_id, tx.emitted


async def made(database: Database, visit_id: UUID, officer_id: UUID) -> list[Event]:
    """Report a visit; what is emitted."""
    async with database.transaction() as tx:
        await make_visit(tx, visit_id, officer_id, SYSTEM)
        return tx.emitted


async def missed(
    database: Database, visit_id: UUID, officer_id: UUID, reason: MissReason = MissReason.NOBODY_HOME
) -> tuple[int, list[Event]]:
    """Report a visit that did not come about; how many did not, and what is emitted."""
    async with database.transaction() as tx:
        misses = await miss_visit(tx, visit_id, officer_id, reason, SYSTEM)
        return misses, tx.emitted


class TestScheduleVisit:
    async def test_planned(self, world: "World", database: Database) -> None:
        """The holder plans a visit."""
        request_id, officer_id = await world.accepted()

        visit_id, (event,) = await schedule(database, request_id, officer_id)

        assert isinstance(event, VisitScheduled)
        assert (event.visit_id, event.officer_id) == (visit_id, officer_id)
        assert event.visit_at == event.occurred_at + TOMORROW

    async def test_put_off(self, world: "World", database: Database) -> None:
        """Another moment is another visit, which takes the open one's place; the same moment is the same visit."""
        request_id, officer_id = await world.accepted()
        first, (event,) = await schedule(database, request_id, officer_id)

        second, emitted = await schedule(database, request_id, officer_id, TOMORROW * 2)
        again, nothing = await schedule(database, request_id, officer_id, TOMORROW * 2, start=emitted[0].occurred_at)

        assert isinstance(event, VisitScheduled)
        assert second != first
        assert len(emitted) == 1
        assert (again, nothing) == (second, [])
        with pytest.raises(VisitReplacedError):
            await made(database, first, officer_id)

    async def test_next_visit_after_one_was_made(self, world: "World", database: Database) -> None:
        """A visit that was made is no longer open: the next one stands beside it."""
        request_id, officer_id = await world.accepted()
        first, _ = await schedule(database, request_id, officer_id)
        await made(database, first, officer_id)

        second, _ = await schedule(database, request_id, officer_id)

        assert len(await made(database, second, officer_id)) == 1

    @pytest.mark.parametrize("ahead", [timedelta(), timedelta(minutes=-1), timedelta(days=31)])
    async def test_when(self, world: "World", database: Database, ahead: timedelta) -> None:
        """A visit lies ahead, by 30 days at most."""
        request_id, officer_id = await world.accepted()

        with pytest.raises(VisitTimeError):
            await schedule(database, request_id, officer_id, ahead)

    async def test_only_the_holder(self, world: "World", database: Database) -> None:
        """Who is only asked, or somebody else, plans no visit."""
        request_id, _ = await world.accepted()
        offered, _ = await world.request("001")
        officer_id = await world.officer("002")

        for asked in (request_id, offered):
            with pytest.raises(NotHolderError):
                await schedule(database, asked, officer_id)
        with pytest.raises(AssignmentNotFoundError):
            await schedule(database, uuid4(), officer_id)


class TestMakeVisit:
    async def test_made(self, world: "World", database: Database) -> None:
        """The officer is at the house; saying so twice is saying it once."""
        request_id, officer_id = await world.accepted()
        visit_id, _ = await schedule(database, request_id, officer_id)

        (event,) = await made(database, visit_id, officer_id)
        repeat = await made(database, visit_id, officer_id)

        assert isinstance(event, VisitMade)
        assert (event.request_id, event.visit_id) == (request_id, visit_id)
        assert repeat == []

    async def test_must_be_planned(self, database: Database) -> None:
        """There is no visit without a plan."""
        with pytest.raises(VisitNotFoundError):
            await made(database, uuid4(), uuid4())

    async def test_only_the_holder(self, world: "World", database: Database) -> None:
        """Nobody reports another officer's visit."""
        request_id, officer_id = await world.accepted()
        visit_id, _ = await schedule(database, request_id, officer_id)

        with pytest.raises(NotHolderError):
            await made(database, visit_id, uuid4())


class TestMissVisit:
    async def test_missed(self, world: "World", database: Database) -> None:
        """Each miss of the round counts; the next visit is planned as usual."""
        request_id, officer_id = await world.accepted()
        first, _ = await schedule(database, request_id, officer_id)
        _, (event,) = await missed(database, first, officer_id)

        second, _ = await schedule(database, request_id, officer_id)
        misses, (again,) = await missed(database, second, officer_id, MissReason.WRONG_ADDRESS)

        assert isinstance(event, VisitMissed)
        assert (event.visit_id, event.officer_id, event.reason, event.misses) == (first, officer_id, "nobody_home", 1)
        assert isinstance(again, VisitMissed)
        assert (again.visit_id, again.misses, misses) == (second, 2, 2)

    async def test_repeat(self, world: "World", database: Database) -> None:
        """The same miss told twice is told once; another reason for it is refused."""
        request_id, officer_id = await world.accepted()
        visit_id, _ = await schedule(database, request_id, officer_id)
        await missed(database, visit_id, officer_id)

        assert await missed(database, visit_id, officer_id) == (1, [])
        with pytest.raises(VisitMissedError):
            await missed(database, visit_id, officer_id, MissReason.OTHER)

    async def test_took_place(self, world: "World", database: Database) -> None:
        """A visit that was made was not missed."""
        request_id, officer_id = await world.accepted()

        with pytest.raises(VisitMadeError):
            await missed(database, await world.visited(request_id, officer_id), officer_id)

    async def test_did_not_take_place(self, world: "World", database: Database) -> None:
        """A visit that was missed can't be made, and one that was put off is neither."""
        request_id, officer_id = await world.accepted()
        first, _ = await schedule(database, request_id, officer_id)
        second, _ = await schedule(database, request_id, officer_id, TOMORROW * 2)
        await missed(database, second, officer_id)

        with pytest.raises(VisitMissedError):
            await made(database, second, officer_id)
        with pytest.raises(VisitReplacedError):
            await missed(database, first, officer_id)

    async def test_only_the_holder(self, world: "World", database: Database) -> None:
        """Nobody reports another officer's miss, nor one of a visit that nobody planned."""
        request_id, officer_id = await world.accepted()
        visit_id, _ = await schedule(database, request_id, officer_id)

        with pytest.raises(NotHolderError):
            await missed(database, visit_id, uuid4())
        with pytest.raises(VisitNotFoundError):
            await missed(database, uuid4(), officer_id)


class TestAfterTheEnd:
    @pytest.mark.parametrize("end", ["delivered", "rejected"])
    async def test_planned(self, world: "World", database: Database, end: str) -> None:
        """Nobody is to be visited where every document was delivered or rejected."""
        request_id, officer_id, items = await world.in_hand(DocumentKind.KIA)
        if end == "delivered":
            await world.delivered(request_id, officer_id, items)
        else:
            await world.rejected(request_id, items[0])

        async with database.transaction() as tx:
            with pytest.raises(RequestClosedError):
                await schedule_visit(tx, request_id, officer_id, tx.now + timedelta(days=1), SYSTEM)

    async def test_closed(self, world: "World", database: Database) -> None:
        """A visit that was planned before the request closed is neither made nor missed; a repeat changes nothing."""
        request_id, officer_id = await world.accepted()
        made = await world.visited(request_id, officer_id)
        async with database.transaction() as tx:
            visit_id = await schedule_visit(tx, request_id, officer_id, tx.now + timedelta(days=1), SYSTEM)
        await world.closed(request_id)

        async with database.transaction() as tx:
            await make_visit(tx, made, officer_id, SYSTEM)
            with pytest.raises(RequestClosedError):
                await make_visit(tx, visit_id, officer_id, SYSTEM)
            with pytest.raises(RequestClosedError):
                await miss_visit(tx, visit_id, officer_id, MissReason.OTHER, SYSTEM)
            assert tx.emitted == []

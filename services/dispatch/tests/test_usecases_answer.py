"""What officers answer to an offer, and what coordinators do with their queue."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from halo_dispatch.errors import (
    AssignmentHeldError,
    AssignmentNotFoundError,
    AssignmentTakenError,
    NotAwaitedError,
    NotOfferedError,
    OfficerNotAvailableError,
    OtherKelurahanError,
    RequestClosedError,
)
from halo_dispatch.usecases.answer import accept_assignment, decline_assignment
from halo_dispatch.usecases.queue import offer_from_queue
from halo_events.contract.dispatch import (
    AssignmentAccepted,
    AssignmentAwaited,
    AssignmentDeclined,
    AssignmentOffered,
    AwaitReason,
    DeclineReason,
    Level,
    OfferReason,
    OfficerRole,
)
from halo_events.contract.event import SYSTEM, Actor, ActorRole, Event
from halo_events.contract.intake import ClosedBy, RequestClosed
from halo_events.runtime import Database
from halo_events.testing import eventually

if TYPE_CHECKING:
    from conftest import World

COORDINATOR = Actor(role=ActorRole.COORDINATOR, id="coordinator-1")


def offer(emitted: list[Event]) -> AssignmentOffered:
    """The only event, an offer."""
    (event,) = emitted
    assert isinstance(event, AssignmentOffered)
    return event


def awaited(emitted: list[Event]) -> AssignmentAwaited:
    """The only event, a request that waits."""
    (event,) = emitted
    assert isinstance(event, AssignmentAwaited)
    return event


async def accept(database: Database, request_id: UUID, officer_id: UUID) -> list[Event]:
    """Let an officer accept; what is emitted."""
    async with database.transaction() as tx:
        await accept_assignment(tx, request_id, officer_id, SYSTEM)
        return tx.emitted


async def decline(database: Database, request_id: UUID, officer_id: UUID) -> list[Event]:
    """Let an officer decline; what is emitted."""
    async with database.transaction() as tx:
        await decline_assignment(tx, request_id, officer_id, DeclineReason.ILL, SYSTEM)
        return tx.emitted


class TestAccept:
    async def test_taken(self, world: "World", database: Database) -> None:
        """The officer asked takes the request."""
        await world.place("001")
        officer_id = await world.officer("001")
        request_id, _ = await world.request()

        (event,) = await accept(database, request_id, officer_id)

        assert isinstance(event, AssignmentAccepted)
        assert event.officer_id == officer_id

    async def test_repeat_by_the_holder(self, world: "World", database: Database) -> None:
        """Who holds the request may accept again: nothing happens."""
        request_id, officer_id = await world.accepted()

        assert await accept(database, request_id, officer_id) == []

    async def test_late(self, world: "World", database: Database) -> None:
        """Who comes late is told the holder's name."""
        request_id, officer_id = await world.accepted()
        other = await world.officer("001")

        with pytest.raises(AssignmentTakenError) as caught:
            await accept(database, request_id, other)

        assert caught.value.values == {"holder": f"Petugas {officer_id.hex[:4]}"}

    async def test_not_asked(self, world: "World", database: Database) -> None:
        """Who isn't asked can't take a request."""
        await world.place("001", "002")
        await world.officer("001")
        other = await world.officer("002")
        request_id, _ = await world.request("001")

        with pytest.raises(NotOfferedError):
            await accept(database, request_id, other)

    async def test_unknown(self, database: Database) -> None:
        """A request that dispatch doesn't know is not found."""
        with pytest.raises(AssignmentNotFoundError):
            await accept(database, uuid4(), uuid4())

    async def test_closed(self, world: "World", database: Database) -> None:
        """A closed request can't be taken."""
        request_id, officer_id = await world.accepted()
        received = world.request_received(request_id)
        await world.fact(
            RequestClosed(
                occurred_at=received.occurred_at, request_id=request_id, actor=SYSTEM, closed_by=ClosedBy.RESIDENT
            )
        )

        with pytest.raises(RequestClosedError):
            await accept(database, request_id, officer_id)

    async def test_two_at_once(self, world: "World", database: Database) -> None:
        """Of two accepts at once, on two connections, one emits; the other sees what it did."""
        await world.place("001")
        officer_id = await world.officer("001")
        request_id, _ = await world.request()

        async def somebody_waits() -> bool:
            async with database.transaction() as look:
                return bool(await look.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))

        async with database.transaction() as tx:
            await accept_assignment(tx, request_id, officer_id, SYSTEM)
            second = asyncio.create_task(accept(database, request_id, officer_id))
            await eventually(somebody_waits, within=4)
        assert await second == []

        async with database.transaction() as tx:
            counted = "SELECT count(*) FROM events.outbox WHERE type = $1"
            assert await tx.fetchval(counted, AssignmentAccepted.type) == 1

    async def test_accept_against_decline(self, world: "World", database: Database) -> None:
        """Accept and decline of one officer at once: one wins, and the other is told so."""
        await world.place("001")
        officer_id = await world.officer("001")
        request_id, _ = await world.request()

        results = await asyncio.gather(
            accept(database, request_id, officer_id),
            decline(database, request_id, officer_id),
            return_exceptions=True,
        )

        errors = [result for result in results if isinstance(result, Exception)]
        assert len(errors) == 1
        assert isinstance(errors[0], AssignmentHeldError | NotOfferedError)


class TestDecline:
    async def test_next_officer(self, world: "World", database: Database) -> None:
        """The next officer of the kelurahan on duty is asked, the RW's own before neighbours."""
        await world.place("001", "002")
        neighbour = await world.officer("002")
        first, second = sorted([await world.officer("001"), await world.officer("001")])
        request_id, _ = await world.request("001")

        asked = []
        for officer_id in (first, second):
            declined, offered = await decline(database, request_id, officer_id)
            assert isinstance(declined, AssignmentDeclined)
            assert isinstance(offered, AssignmentOffered)
            asked.append((offered.officer_id, offered.level))

        assert asked == [(second, Level.RW_OFFICER), (neighbour, Level.SUBSTITUTE)]

    async def test_all_declined(self, world: "World", database: Database) -> None:
        """When nobody is left the request waits for the coordinator."""
        await world.place("001")
        officer_id = await world.officer("001")
        request_id, _ = await world.request("001")

        declined, waiting = await decline(database, request_id, officer_id)

        assert isinstance(declined, AssignmentDeclined)
        assert awaited([waiting]).reason == AwaitReason.ALL_DECLINED

    async def test_repeat(self, world: "World", database: Database) -> None:
        """Who declined before may say so again: nothing happens."""
        await world.place("001")
        officer_id = await world.officer("001")
        request_id, _ = await world.request("001")
        await decline(database, request_id, officer_id)

        assert await decline(database, request_id, officer_id) == []

    async def test_holder(self, world: "World", database: Database) -> None:
        """Who accepted can't decline any more."""
        request_id, officer_id = await world.accepted()

        with pytest.raises(AssignmentHeldError):
            await decline(database, request_id, officer_id)

    async def test_unknown_rw_goes_back_to_the_queue(self, world: "World", database: Database) -> None:
        """A request of an unknown RW, declined by the coordinator's choice, is the coordinator's again."""
        officer_id = await world.officer("001")
        request_id, _ = await world.request("099")
        async with database.transaction() as tx:
            await offer_from_queue(tx, request_id, officer_id, {world.JATIRASA}, COORDINATOR)

        _, waiting = await decline(database, request_id, officer_id)

        assert awaited([waiting]).reason == AwaitReason.UNKNOWN_RW


class TestOfferFromQueue:
    async def test_chosen(self, world: "World", database: Database) -> None:
        """The coordinator's choice is asked, also a second time after declining."""
        await world.place("001")
        officer_id = await world.officer("001")
        request_id, _ = await world.request("001")
        await decline(database, request_id, officer_id)

        async with database.transaction() as tx:
            await offer_from_queue(tx, request_id, officer_id, {world.JATIRASA}, COORDINATOR)
            found = offer(tx.emitted)
        async with database.transaction() as tx:
            await offer_from_queue(tx, request_id, officer_id, {world.JATIRASA}, COORDINATOR)
            repeat = tx.emitted

        assert (found.officer_id, found.level) == (officer_id, Level.KELURAHAN)
        assert (found.reason, found.actor) == (OfferReason.CHOSEN_BY_COORDINATOR, COORDINATOR)
        assert found.due_at > found.occurred_at + timedelta(hours=1)
        assert repeat == []

    async def test_other_kelurahan(self, world: "World", database: Database) -> None:
        """A coordinator reaches only what the token names."""
        officer_id = await world.officer("001")
        request_id, _ = await world.request("099")

        async with database.transaction() as tx:
            with pytest.raises(OtherKelurahanError):
                await offer_from_queue(tx, request_id, officer_id, {world.JATIASIH}, COORDINATOR)

    async def test_not_in_the_queue(self, world: "World", database: Database) -> None:
        """What somebody holds is not the coordinator's to offer."""
        request_id, _ = await world.accepted()
        other = await world.officer("002")

        async with database.transaction() as tx:
            with pytest.raises(NotAwaitedError):
                await offer_from_queue(tx, request_id, other, {world.JATIRASA}, COORDINATOR)

    @pytest.mark.parametrize("who", ["off duty", "elsewhere", "coordinator", "stranger"])
    async def test_not_available(self, world: "World", database: Database, who: str) -> None:
        """Only an officer on duty in the coordinator's kelurahan can be chosen."""
        request_id, _ = await world.request("099")
        officer_id = {
            "off duty": await world.officer("001", on_duty=False),
            "elsewhere": await world.officer("001", kelurahan_code=world.JATIASIH),
            "coordinator": await world.officer(role=OfficerRole.COORDINATOR),
            "stranger": uuid4(),
        }[who]

        async with database.transaction() as tx:
            with pytest.raises(OfficerNotAvailableError):
                await offer_from_queue(tx, request_id, officer_id, {world.JATIRASA}, COORDINATOR)

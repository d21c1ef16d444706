"""Who is asked for a new request."""

from typing import TYPE_CHECKING

import pytest
from halo_dispatch.domain import clocks
from halo_events.contract.dispatch import (
    AssignmentAccepted,
    AssignmentAwaited,
    AssignmentOffered,
    AwaitReason,
    Level,
    OfferReason,
    OfficerRole,
)
from halo_events.contract.event import SYSTEM, Actor, ActorRole, Event
from halo_events.contract.intake import ClosedBy, RequestClosed
from halo_events.contract.values import Channel

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


class TestOfferRequest:
    async def test_officer_of_the_rw(self, world: "World") -> None:
        """The RW's officer is asked, and has two working hours."""
        await world.place("001")
        officer_id = await world.officer("001")
        await world.officer("002")

        request_id, emitted = await world.request("001")

        found = offer(emitted)
        assert (found.request_id, found.officer_id) == (request_id, officer_id)
        assert (found.level, found.reason) == (Level.RW_OFFICER, OfferReason.OFFICER_OF_RW)
        assert found.due_at == clocks.accept_by(found.occurred_at)
        assert found.actor == SYSTEM

    async def test_rw_of_another_kelurahan(self, world: "World") -> None:
        """RW numbers exist per kelurahan: the officer of an equal number elsewhere is not asked."""
        await world.place("001")
        await world.officer("001", kelurahan_code=world.JATIASIH)

        _, emitted = await world.request("001")

        assert awaited(emitted).reason == AwaitReason.NO_OFFICER

    async def test_least_busy_first(self, world: "World") -> None:
        """Of two officers of an RW who has fewer open assignments is asked; equal ones by their id."""
        await world.place("001")
        first, second = sorted([await world.officer("001"), await world.officer("001", "002")])

        asked = [offer((await world.request("001"))[1]).officer_id for _ in range(4)]

        assert asked == [first, second, first, second]

    async def test_closed_requests_make_nobody_busy(self, world: "World") -> None:
        """What intake closed no longer counts for who is busy."""
        await world.place("001")
        first, _ = sorted([await world.officer("001"), await world.officer("001")])
        request_id, _ = await world.request("001")
        await world.fact(
            RequestClosed(
                occurred_at=world.request_received(request_id).occurred_at,
                request_id=request_id,
                actor=SYSTEM,
                closed_by=ClosedBy.TIMER,
            )
        )

        _, emitted = await world.request("001")

        assert offer(emitted).officer_id == first

    async def test_substitute(self, world: "World") -> None:
        """With the RW's officer off duty a neighbour of the kelurahan is asked."""
        await world.place("001", "002")
        await world.officer("001", on_duty=False)
        neighbour = await world.officer("002")

        _, emitted = await world.request("001")

        found = offer(emitted)
        assert (found.officer_id, found.level, found.reason) == (
            neighbour,
            Level.SUBSTITUTE,
            OfferReason.NEIGHBOURING_RW,
        )

    async def test_unknown_rw(self, world: "World") -> None:
        """An RW that no register knows goes to the kelurahan's queue, with its coordinator named."""
        await world.place("001")
        await world.officer("001")
        coordinator_id = await world.officer(role=OfficerRole.COORDINATOR)

        _, emitted = await world.request("099")

        found = awaited(emitted)
        assert (found.reason, found.kelurahan_code) == (AwaitReason.UNKNOWN_RW, world.JATIRASA)
        assert found.coordinator_id == coordinator_id

    async def test_nobody(self, world: "World") -> None:
        """Without an officer on duty the request waits; coordinators are never asked to visit."""
        await world.place("001")
        await world.officer("001", on_duty=False)
        await world.officer("001", role=OfficerRole.COORDINATOR)

        _, emitted = await world.request("001")

        assert awaited(emitted).reason == AwaitReason.NO_OFFICER

    @pytest.mark.parametrize("on_duty", [True, False])
    async def test_entered_by_its_officer(self, world: "World", *, on_duty: bool) -> None:
        """What the RW's own officer entered is his at once, also when he is off duty."""
        await world.place("001")
        officer_id = await world.officer("001", on_duty=on_duty)
        await world.officer("001")

        _, emitted = await world.request("001", channel=Channel.OFFICER, taken_by=str(officer_id))

        offered, accepted = emitted
        assert isinstance(offered, AssignmentOffered)
        assert offered.reason == OfferReason.ENTERED_BY_OFFICER
        assert isinstance(accepted, AssignmentAccepted)
        assert accepted.officer_id == offered.officer_id == officer_id
        assert accepted.actor == world.actor(officer_id)

    @pytest.mark.parametrize(
        ("channel", "known"), [(Channel.OFFICER, False), (Channel.CALL_DESK, True)], ids=["stranger", "other channel"]
    )
    async def test_entered_by_somebody_else(self, world: "World", channel: Channel, *, known: bool) -> None:
        """What others entered is offered as usual, whatever their id looks like."""
        await world.place("001")
        officer_id = await world.officer("001")

        _, emitted = await world.request("001", channel=channel, taken_by=str(officer_id) if known else "clerk-7")

        assert offer(emitted).reason == OfferReason.OFFICER_OF_RW

"""The public status of a request that waits in the queue again."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from halo_events.contract.dispatch import AssignmentAwaited, AwaitReason
from halo_events.contract.event import SYSTEM, Event
from halo_events.contract.intake import PublicStatus

Make = Callable[..., dict[str, Any]]
ComeIn = Callable[..., Awaitable[list[Event]]]
Life = Callable[[UUID], tuple[list[Event], list[Event]]]


def awaited(after: Event, request_id: UUID, reason: AwaitReason = AwaitReason.OFFICER_LEFT) -> AssignmentAwaited:
    """The request waits in the queue, a second after another event."""
    return AssignmentAwaited(
        occurred_at=after.occurred_at + timedelta(seconds=1),
        request_id=request_id,
        actor=SYSTEM,
        kelurahan_code="32.75.09.1006",
        reason=reason,
    )


class TestOfficerLeft:
    @pytest.mark.parametrize("steps", [2, 3], ids=["accepted", "visit planned"])
    async def test_before_the_visit(
        self, receive: ComeIn, deliver: ComeIn, filing: Make, life: Life, steps: int
    ) -> None:
        """Nobody comes any more: the request is received, and climbs again with the next officer."""
        received, first = await receive(filing())
        assignments, _ = life(received.request_id)
        await deliver(*assignments[:steps])

        (fallen,) = await deliver(awaited(assignments[steps - 1], received.request_id))
        again, _ = life(received.request_id)
        published = [event for fact in again[:4] for event in await deliver(fact)]

        assert (fallen.status, fallen.since, fallen.next) == (PublicStatus.RECEIVED, first.since, first.next)
        assert [event.status for event in published] == ["offered", "accepted", "visit_scheduled", "collecting"]
        assert [event.since for event in published] == [event.occurred_at for event in again[:4]]

    @pytest.mark.parametrize("known", [0, 1, 2, 9], ids=["visited", "needed", "submitted", "handed over"])
    async def test_after_the_visit(
        self, receive: ComeIn, deliver: ComeIn, filing: Make, life: Life, known: int
    ) -> None:
        """What was done is done: the status stays, while the request waits and when another accepts it."""
        received, _ = await receive(filing())
        assignments, dossier = life(received.request_id)
        await deliver(*assignments[:4], *dossier[:known])

        published = await deliver(awaited(dossier[-1], received.request_id), *life(received.request_id)[0][:3])
        *_, delivered = await deliver(*dossier[known:], *assignments[4:])

        assert published == []
        assert delivered.status is PublicStatus.DELIVERED

    @pytest.mark.parametrize("reason", [*AwaitReason, "new_reason"])
    async def test_every_reason(
        self, receive: ComeIn, deliver: ComeIn, filing: Make, life: Life, reason: AwaitReason
    ) -> None:
        """Whyever a request waits, nobody is asked any more: it is received."""
        received, first = await receive(filing())
        (offered, *_), _ = life(received.request_id)
        await deliver(offered)

        (fallen,) = await deliver(awaited(offered, received.request_id, reason))

        assert (fallen.status, fallen.since) == (PublicStatus.RECEIVED, first.since)

    async def test_nobody_asked_yet(self, receive: ComeIn, deliver: ComeIn, filing: Make) -> None:
        """A request that nobody was asked to take is where it was."""
        received, _ = await receive(filing())

        assert await deliver(awaited(received, received.request_id, AwaitReason.NO_OFFICER)) == []

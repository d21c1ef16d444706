import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from halo_events.contract.documents import VerificationRejected
from halo_events.contract.event import SYSTEM, Event
from halo_events.contract.intake import ClosedBy, PublicStatus, RequestClosed, RequestProgressed
from halo_events.errors import NotYetError
from halo_events.runtime import Database, Tx
from halo_intake.usecases.closing import close_request
from halo_intake.usecases.following import repeat_status

Make = Callable[..., dict[str, Any]]
ComeIn = Callable[..., Awaitable[list[Event]]]
Life = Callable[[UUID], tuple[list[Event], list[Event]]]


class TestCloseRequest:
    @pytest.fixture
    async def delivered(self, receive: ComeIn, deliver: ComeIn, filing: Make, life: Life) -> UUID:
        """A request with all its items at the door."""
        received, _ = await receive(filing())
        assignments, dossier = life(received.request_id)
        await deliver(*assignments[:4], *dossier, *assignments[4:])
        return received.request_id

    @pytest.fixture
    async def rejected(self, receive: ComeIn, deliver: ComeIn, filing: Make, life: Life) -> UUID:
        """A request with all its items rejected."""
        received, _ = await receive(filing())
        needed: Any = life(received.request_id)[1][0]
        told = {"request_id": received.request_id, "occurred_at": needed.occurred_at, "actor": SYSTEM}
        ends = [VerificationRejected(**told, item_id=item.item_id, reason="not_entitled") for item in needed.items]
        *_, progressed = await deliver(needed, *ends)
        assert progressed.status is PublicStatus.REJECTED
        return received.request_id

    async def test_closed_by_timer(self, database: Database, clock: Any, delivered: UUID) -> None:
        """Closing is marked as the timer's, and is the last public status."""
        clock.advance(days=4)
        async with database.transaction() as tx:
            await close_request(tx, delivered)
        closed, progressed = tx.emitted
        assert isinstance(closed, RequestClosed)
        assert closed.closed_by is ClosedBy.TIMER
        assert isinstance(progressed, RequestProgressed)
        assert (progressed.status, progressed.since) == (PublicStatus.CLOSED, tx.now)

    async def test_rejected(self, database: Database, clock: Any, rejected: UUID) -> None:
        """A rejected request is closed by the timer as well, and stays rejected for everybody to see."""
        clock.advance(days=4)
        async with database.transaction() as tx:
            await close_request(tx, rejected)
        assert [type(event) for event in tx.emitted] == [RequestClosed]
        async with database.transaction() as tx:
            assert await tx.fetchval("SELECT status FROM requests WHERE closed_at IS NOT NULL") == "rejected"

    async def test_once(self, database: Database, clock: Any, delivered: UUID) -> None:
        """A timer that fires twice closes once."""
        clock.advance(days=4)
        async with database.transaction() as tx:
            await close_request(tx, delivered)
        async with database.transaction() as tx:
            await close_request(tx, delivered)
        assert tx.emitted == []

    async def test_no_longer_delivered(
        self, database: Database, clock: Any, deliver: ComeIn, life: Life, delivered: UUID
    ) -> None:
        """A further document that was found needed keeps the request open; it is closed after that one's delivery."""
        assignments, dossier = life(delivered)
        (collecting,) = await deliver(dossier[0])
        clock.advance(days=4)
        async with database.transaction() as tx:
            await close_request(tx, delivered)
        assert tx.emitted == []
        assert collecting.status is PublicStatus.COLLECTING
        await deliver(*assignments[4:])
        async with database.transaction() as tx:
            await close_request(tx, delivered)
        assert len(tx.emitted) == 2

    async def test_others_wait(self, database: Database, clock: Any, delivered: UUID) -> None:
        """Who asks for the status while the request is being closed hears that it is closed."""
        clock.advance(days=4)

        async def ask() -> list[Event]:
            async with database.transaction() as tx:
                await repeat_status(tx, delivered)
            return tx.emitted

        async with asyncio.timeout(10), database.transaction() as tx:
            await close_request(tx, delivered)
            asking = asyncio.create_task(ask())
            while not asking.done():
                if await tx.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
                    break
        (told,) = await asking
        assert isinstance(told, RequestProgressed)
        assert told.status is PublicStatus.CLOSED

    async def test_not_before_its_time(self, database: Database, delivered: UUID) -> None:
        """Who comes with an old claim closes nothing: the timer was set anew since."""
        async with database.transaction() as tx:
            await close_request(tx, delivered)
            assert tx.emitted == []
            assert await tx.fetchval("SELECT count(*) FROM timers") == 1

    async def test_unknown(self, tx: Tx, request_id: UUID) -> None:
        """A request that is not known cannot be closed."""
        with pytest.raises(NotYetError):
            await close_request(tx, request_id)

    async def test_window(self, database: Database, delivered: UUID) -> None:
        """The timer is due at the end of the third working day after the delivery."""
        async with database.transaction() as tx:
            due_at = await tx.fetchval("SELECT due_at FROM timers WHERE request_id = $1", delivered)
        assert due_at.isoformat() == "2026-03-05T17:00:00+00:00"
        assert due_at - tx.now < timedelta(days=4)

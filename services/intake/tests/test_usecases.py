import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from halo_events.contract.event import Event
from halo_events.contract.intake import (
    ClosedBy,
    PublicStatus,
    RequestClosed,
    RequestProgressed,
    RequestReceived,
    RequestRefused,
)
from halo_events.contract.values import Channel
from halo_events.errors import NotYetError
from halo_events.runtime import Database, Tx
from halo_intake import usecases
from halo_intake.domain.attempts import Attempt
from halo_intake.domain.filing import Fault
from halo_intake.errors import (
    AlreadyFiledError,
    InvalidFilingError,
    InvalidTrackingNumberError,
    RequestNotFoundError,
)
from halo_service.callers import Caller, Role

Make = Callable[..., dict[str, Any]]
ComeIn = Callable[..., Awaitable[list[Event]]]
Life = Callable[[UUID], tuple[list[Event], list[Event]]]

CLERK = Caller("clerk-7", frozenset({Role.CLERK}), acting_as=Role.CLERK)
OFFICER = Caller("0b0e8d7e-54a9-4e2c-9a6a-4d7a5f1f7f11", frozenset({Role.OFFICER}), acting_as=Role.OFFICER)


class TestFileRequest:
    async def test_clerk(self, tx: Tx, entry: Make) -> None:
        """What a clerk enters becomes a request that names him by his id only."""
        receipt = await usecases.file_request(tx, entry(on_behalf={"relation": "child", "authority": "family"}), CLERK)

        received, progressed = tx.emitted
        assert isinstance(received, RequestReceived)
        assert isinstance(progressed, RequestProgressed)
        assert (received.channel, received.taken_by, received.actor.id) == (Channel.CALL_DESK, "clerk-7", "clerk-7")
        assert received.on_behalf is not None
        assert received.occurred_at == tx.now
        assert (receipt.request_id, receipt.tracking_no) == (received.request_id, received.tracking_no)

    async def test_officer(self, tx: Tx, entry: Make) -> None:
        """What an officer enters bears his id, so that dispatch can give it to him at once."""
        await usecases.file_request(tx, entry(channel="officer"), OFFICER)
        (received, _) = tx.emitted
        assert isinstance(received, RequestReceived)
        assert (received.channel, received.taken_by) == (Channel.OFFICER, OFFICER.id)

    @pytest.mark.parametrize("channel", ["eopen", "officer", "community"])
    async def test_channel_of_others(self, tx: Tx, entry: Make, channel: str) -> None:
        """Nobody enters a request under another's channel."""
        with pytest.raises(InvalidFilingError) as caught:
            await usecases.file_request(tx, entry(channel=channel), CLERK)
        assert [(fault.code, fault.field) for fault in caught.value.fields] == [("channel_not_allowed", "channel")]

    async def test_all_faults(self, tx: Tx, entry: Make) -> None:
        """All faults come at once, in both languages, and nothing is published."""
        with pytest.raises(InvalidFilingError) as caught:
            await usecases.file_request(tx, entry(channel="eopen", rw="x", resident={"phone": "1"}), CLERK)
        fields = {fault.field: fault for fault in caught.value.fields}
        assert fields.keys() == {"channel", "rw", "resident.phone"}
        assert fields["rw"].message != fields["rw"].message_id
        assert tx.emitted == []

    async def test_reference_used_before(self, tx: Tx, entry: Make) -> None:
        """A reference stands for one request; whoever uses it again is told its number."""
        receipt = await usecases.file_request(tx, entry(source_ref="CALL-1"), CLERK)
        with pytest.raises(AlreadyFiledError) as caught:
            await usecases.file_request(tx, entry(source_ref="CALL-1"), CLERK)
        assert receipt.tracking_no in caught.value.problem().detail

    async def test_same_reference_of_another_channel(self, tx: Tx, entry: Make) -> None:
        """Channels number their requests as they like."""
        await usecases.file_request(tx, entry(source_ref="1"), CLERK)
        await usecases.file_request(tx, entry(source_ref="1", channel="sms"), CLERK)
        assert sum(isinstance(event, RequestReceived) for event in tx.emitted) == 2

    async def test_doubt(self, tx: Tx, entry: Make) -> None:
        """A NIK of no province is taken, and the clerk is told to look again."""
        receipt = await usecases.file_request(tx, entry(resident={"nik": "9975990101900001"}), CLERK)
        assert [fault.code for fault in receipt.doubts] == ["nik_province_unknown"]


class TestAnswerAttempt:
    async def test_personal_number(self, tx: Tx, filing: Make) -> None:
        """A number that is a person's is no number of a request, and the refusal does not repeat it."""
        nik = "3275990101900001"
        data = filing(eopen_id=nik) | {"channel": Channel.EOPEN, "source_ref": nik}
        await usecases.answer_attempt(tx, Attempt(nik, "ce-1", data))
        await usecases.refuse_unreadable(tx, nik, "ce-2", [Fault("unknown_type")])

        refused, unreadable = tx.emitted
        assert isinstance(refused, RequestRefused)
        assert isinstance(unreadable, RequestRefused)
        assert [(reason.code, reason.field) for reason in refused.reasons] == [("reference_personal", "eopen_id")]
        assert (refused.source_ref, unreadable.source_ref) == ("ce-1", "ce-2")


class TestSeeRequest:
    async def test_found(self, tx: Tx, entry: Make) -> None:
        """The number opens the status, however it is written."""
        receipt = await usecases.file_request(tx, entry(documents=["kia", "ktp_el"]), CLERK)
        request, status, since = await usecases.see_request(tx, receipt.tracking_no.lower().replace("-", " "))
        assert (request.documents, status, since) == (("kia", "ktp_el"), PublicStatus.RECEIVED, tx.now)

    async def test_mistyped(self, tx: Tx) -> None:
        """A wrong check character is told as such, without a look at the tables."""
        with pytest.raises(InvalidTrackingNumberError):
            await usecases.see_request(tx, "HP26-0000-0000-0")

    async def test_unknown(self, tx: Tx) -> None:
        """A number that was never given out is not found."""
        from halo_intake.domain.tracking import new_tracking_no

        with pytest.raises(RequestNotFoundError):
            await usecases.see_request(tx, new_tracking_no(2026))


class TestCloseRequest:
    @pytest.fixture
    async def delivered(self, receive: ComeIn, deliver: ComeIn, filing: Make, life: Life) -> UUID:
        """A request with all its items at the door."""
        received, _ = await receive(filing())
        assignments, dossier = life(received.request_id)
        await deliver(*assignments[:4], *dossier, *assignments[4:])
        return received.request_id

    async def test_closed_by_timer(self, database: Database, delivered: UUID) -> None:
        """Closing is marked as the timer's, and is the last public status."""
        async with database.transaction() as tx:
            await usecases.close_request(tx, delivered)
        closed, progressed = tx.emitted
        assert isinstance(closed, RequestClosed)
        assert closed.closed_by is ClosedBy.TIMER
        assert isinstance(progressed, RequestProgressed)
        assert (progressed.status, progressed.since) == (PublicStatus.CLOSED, tx.now)

    async def test_once(self, database: Database, delivered: UUID) -> None:
        """A timer that fires twice closes once."""
        async with database.transaction() as tx:
            await usecases.close_request(tx, delivered)
        async with database.transaction() as tx:
            await usecases.close_request(tx, delivered)
        assert tx.emitted == []

    async def test_no_longer_delivered(self, database: Database, deliver: ComeIn, life: Life, delivered: UUID) -> None:
        """A further document that was found needed keeps the request open; it is closed after that one's delivery."""
        assignments, dossier = life(delivered)
        (collecting,) = await deliver(dossier[0])
        async with database.transaction() as tx:
            await usecases.close_request(tx, delivered)
        assert tx.emitted == []
        assert collecting.status is PublicStatus.COLLECTING
        await deliver(*assignments[4:])
        async with database.transaction() as tx:
            await usecases.close_request(tx, delivered)
        assert len(tx.emitted) == 2

    async def test_others_wait(self, database: Database, delivered: UUID) -> None:
        """Who asks for the status while the request is being closed hears that it is closed."""

        async def ask() -> list[Event]:
            async with database.transaction() as tx:
                await usecases.repeat_status(tx, delivered)
            return tx.emitted

        async with asyncio.timeout(10), database.transaction() as tx:
            await usecases.close_request(tx, delivered)
            asking = asyncio.create_task(ask())
            while not asking.done():
                if await tx.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
                    break
        (told,) = await asking
        assert isinstance(told, RequestProgressed)
        assert told.status is PublicStatus.CLOSED

    async def test_unknown(self, tx: Tx, request_id: UUID) -> None:
        """A request that is not known cannot be closed."""
        with pytest.raises(NotYetError):
            await usecases.close_request(tx, request_id)

    async def test_window(self, database: Database, delivered: UUID) -> None:
        """The timer is due at the end of the third working day after the delivery."""
        async with database.transaction() as tx:
            due_at = await tx.fetchval("SELECT due_at FROM timers WHERE request_id = $1", delivered)
        assert due_at.isoformat() == "2026-03-05T17:00:00+00:00"
        assert due_at - tx.now < timedelta(days=4)

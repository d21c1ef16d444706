from collections.abc import Callable
from typing import Any

import pytest
from halo_events.contract.intake import RequestProgressed, RequestReceived, RequestRefused
from halo_events.contract.values import Channel
from halo_events.runtime import Tx
from halo_intake.domain.attempts import Attempt
from halo_intake.domain.filing import Fault
from halo_intake.errors import AlreadyFiledError, InvalidFilingError
from halo_intake.usecases import filing as usecases
from halo_service.callers import Caller, Role

Make = Callable[..., dict[str, Any]]

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

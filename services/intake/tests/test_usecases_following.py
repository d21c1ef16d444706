from collections.abc import Callable
from typing import Any

import pytest
from halo_events.contract.intake import CancelReason, PublicStatus
from halo_events.runtime import Tx
from halo_intake.domain.sentences import CANCEL_PENDING, next_step
from halo_intake.domain.tracking import new_tracking_no
from halo_intake.errors import InvalidTrackingNumberError, RequestNotFoundError
from halo_intake.usecases.cancelling import cancel_request
from halo_intake.usecases.filing import file_request
from halo_intake.usecases.following import see_request
from halo_service.callers import Caller, Role

Make = Callable[..., dict[str, Any]]

CLERK = Caller("clerk-7", frozenset({Role.CLERK}), acting_as=Role.CLERK)


class TestSeeRequest:
    async def test_found(self, tx: Tx, entry: Make) -> None:
        """The number opens the status, however it is written."""
        receipt = await file_request(tx, entry(documents=["kia", "ktp_el"]), CLERK)
        (request, status, since), _ = await see_request(tx, receipt.tracking_no.lower().replace("-", " "))
        assert (request.documents, status, since) == (("kia", "ktp_el"), PublicStatus.RECEIVED, tx.now)

    async def test_cancel_pending(self, tx: Tx, entry: Make) -> None:
        """Who asked to cancel and waits for his papers is told so."""
        receipt = await file_request(tx, entry(documents=["kia"]), CLERK)
        _, before = await see_request(tx, receipt.tracking_no)
        await cancel_request(tx, receipt.tracking_no, CancelReason.NO_LONGER_NEEDED, CLERK)
        _, after = await see_request(tx, receipt.tracking_no)
        assert (before, after) == (next_step(PublicStatus.RECEIVED), CANCEL_PENDING)

    async def test_mistyped(self, tx: Tx) -> None:
        """A wrong check character is told as such, without a look at the tables."""
        with pytest.raises(InvalidTrackingNumberError):
            await see_request(tx, "HP26-0000-0000-0")

    async def test_unknown(self, tx: Tx) -> None:
        """A number that was never given out is not found."""
        with pytest.raises(RequestNotFoundError):
            await see_request(tx, new_tracking_no(2026))

"""Re-opening: a request that came to its end begins anew, in a round of its own."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from halo_events.contract.intake import PublicStatus, RequestReopened
from halo_events.runtime import Tx
from halo_service.callers import Caller

from halo_intake import repository
from halo_intake.domain.closing import end_of_window
from halo_intake.domain.filing import Fault
from halo_intake.domain.requests import Request
from halo_intake.domain.status import ended_at, public_status
from halo_intake.errors import InvalidReopeningError, NotEndedError, RequestCancelledError, WindowOverError
from halo_intake.usecases.filing import field_problems
from halo_intake.usecases.following import find_request, lock_request, publish_change


class Reopening(NamedTuple):
    """Why a request shall begin anew, and which of its documents are wanted; without any, all of them."""

    reason: str
    documents: Sequence[str] | None = None


class Reopened(NamedTuple):
    """The round that began."""

    request_id: UUID
    tracking_no: str
    round: int
    documents: tuple[str, ...]


async def reopen_request(tx: Tx, text: str, reopening: Reopening, caller: Caller, working_days: int) -> Reopened:
    """Begin a request anew, within so many working days after it was delivered or rejected.

    Raises InvalidTrackingNumberError, RequestNotFoundError, RequestCancelledError, NotEndedError, WindowOverError and
    InvalidReopeningError.
    """
    found = await find_request(tx, text)
    request = await lock_request(tx, found.request_id)
    await _check_window(tx, request, working_days)
    documents = _wanted(request, reopening.documents)
    reopened = RequestReopened(
        request_id=request.request_id,
        round=request.round + 1,
        occurred_at=tx.now,
        actor=caller.actor(),
        reason=reopening.reason,
        documents=documents,
    )
    await tx.emit(reopened)
    await repository.delete_timer(tx, request.request_id)
    await publish_change(tx, request.request_id)
    return Reopened(request.request_id, request.tracking_no, reopened.round, documents)


async def _check_window(tx: Tx, request: Request, working_days: int) -> None:
    progress = await repository.get_progress(tx, request)
    if public_status(progress).status is PublicStatus.CANCELLED:
        raise RequestCancelledError
    ended = ended_at(progress)
    if ended is None:
        raise NotEndedError
    if tx.now >= end_of_window(ended, working_days):
        raise WindowOverError(days=working_days)


def _wanted(request: Request, documents: Sequence[str] | None) -> tuple[str, ...]:
    if documents is None:
        return request.documents
    faults = [
        Fault("document_not_filed", f"documents.{place}")
        for place, kind in enumerate(documents)
        if kind not in request.documents
    ]
    if len(set(documents)) != len(documents):
        faults.append(Fault("documents_repeated", "documents"))
    if faults:
        raise InvalidReopeningError(fields=field_problems(faults))
    return tuple(documents)

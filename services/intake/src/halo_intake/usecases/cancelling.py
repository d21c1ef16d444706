"""Cancelling: intake asks, dispatch answers when the papers are back, or that it is too late.

The order is the programme's own: papers go back to the resident first, and what was delivered is not cancelled.
"""

from datetime import datetime
from uuid import UUID

from halo_events.contract.dispatch import AssignmentReleased
from halo_events.contract.event import SYSTEM, Actor
from halo_events.contract.intake import PublicStatus, RequestCancelled, RequestCancelRequested
from halo_events.contract.values import Channel
from halo_events.errors import NotYetError
from halo_events.runtime import Tx
from halo_service.callers import Caller

from halo_intake import repository
from halo_intake.domain.attempts import Attempt
from halo_intake.domain.filing import Fault, filed_at
from halo_intake.domain.requests import Request
from halo_intake.domain.status import OVER, Standing
from halo_intake.errors import CancelPendingError, RequestCancelledError, TooLateToCancelError
from halo_intake.usecases.filing import EOPEN, refuse_attempt, refuse_unreadable
from halo_intake.usecases.following import Sight, find_request, is_cancel_pending, lock_sight, publish, publish_change

UNKNOWN = Fault("request_unknown", "eopen_id")


async def answer_cancel(tx: Tx, attempt: Attempt, reason: str) -> None:
    """Answer a wish of e-OPen to cancel: pass it on, or say where the request is if there is nothing to pass on."""
    request_id = await _known(tx, attempt.eopen_id)
    if request_id is None:
        await refuse_attempt(tx, attempt.source_ref, [UNKNOWN])
        return
    request, status, since = await lock_sight(tx, request_id)
    if status in OVER or await is_cancel_pending(tx, request):
        await publish(tx, request, Standing(status, since))
    else:
        await _ask(tx, request, reason, EOPEN, occurred_at=filed_at(attempt.occurred_at or tx.now, tx.now))


async def refuse_cancel(tx: Tx, attempt: Attempt) -> None:
    """Refuse a wish of e-OPen to cancel that is malformed, saying also if nothing bears its number."""
    unknown = attempt.eopen_id is not None and await _known(tx, attempt.eopen_id) is None
    await refuse_unreadable(tx, attempt.eopen_id, attempt.place, (*attempt.faults, *([UNKNOWN] if unknown else [])))


async def _known(tx: Tx, eopen_id: str | None) -> UUID | None:
    if eopen_id is None:
        return None
    await repository.lock_source(tx, Channel.EOPEN, eopen_id)
    found = await repository.find_by_source(tx, Channel.EOPEN, eopen_id)
    return None if found is None else found.request_id


async def cancel_request(tx: Tx, text: str, reason: str, caller: Caller) -> Sight:
    """Ask dispatch to give up a request, for a resident who called or was met; the request and its status.

    Raises InvalidTrackingNumberError, RequestNotFoundError, RequestCancelledError, TooLateToCancelError and
    CancelPendingError.
    """
    found = await find_request(tx, text)
    sight = await lock_sight(tx, found.request_id)
    if sight.status is PublicStatus.CANCELLED:
        raise RequestCancelledError
    if sight.status in OVER:
        raise TooLateToCancelError
    if await is_cancel_pending(tx, sight.request):
        raise CancelPendingError
    await _ask(tx, sight.request, reason, caller.actor(), occurred_at=tx.now)
    return sight


async def _ask(tx: Tx, request: Request, reason: str, actor: Actor, *, occurred_at: datetime) -> None:
    asked = RequestCancelRequested(
        request_id=request.request_id, round=request.round, occurred_at=occurred_at, actor=actor, reason=reason
    )
    await tx.emit(asked)


async def finish_cancelling(tx: Tx, released: AssignmentReleased) -> None:
    """Cancel a request that nobody serves any more. The answer to a question of an earlier round changes nothing.

    Raises NotYetError where nobody asked.
    """
    request, status, _ = await lock_sight(tx, released.request_id)
    if status is PublicStatus.CANCELLED or request.round != released.round:
        return
    if request.cancel_reason is None:
        raise NotYetError("request.cancel_requested of the request")
    cancelled = RequestCancelled(
        request_id=request.request_id,
        round=request.round,
        occurred_at=tx.now,
        actor=SYSTEM,
        reason=request.cancel_reason,
    )
    await tx.emit(cancelled)
    await repository.delete_timer(tx, request.request_id)
    await publish_change(tx, request.request_id)

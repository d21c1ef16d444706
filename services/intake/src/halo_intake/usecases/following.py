"""Following: where a request is, and telling it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from halo_events.contract.event import SYSTEM
from halo_events.contract.intake import PublicStatus, RequestProgressed, RequestReceived
from halo_events.contract.values import Bilingual
from halo_events.errors import NotYetError
from halo_events.runtime import Tx

from halo_intake import repository
from halo_intake.domain.closing import end_of_window
from halo_intake.domain.requests import Request
from halo_intake.domain.sentences import CANCEL_PENDING, next_step
from halo_intake.domain.status import ENDS, OVER, Standing, public_status
from halo_intake.domain.tracking import read_tracking_no
from halo_intake.errors import InvalidTrackingNumberError, RequestNotFoundError


class Sight(NamedTuple):
    """What everybody who has the tracking number may see."""

    request: Request
    status: PublicStatus
    since: datetime


async def repeat_status(tx: Tx, request_id: UUID) -> None:
    """Publish the public status, whether it changed or not. Raises NotYetError for an unknown request."""
    request, status, since = await lock_sight(tx, request_id)
    await publish(tx, request, Standing(status, since))


async def publish_change(tx: Tx, request_id: UUID) -> Standing | None:
    """Publish the public status if it changed; then it is returned. Raises NotYetError for an unknown request."""
    request, status, since = await lock_sight(tx, request_id)
    if status == request.status:
        return None
    reached = Standing(status, since)
    await publish(tx, request, reached)
    return reached


async def follow_request(tx: Tx, request_id: UUID, close_working_days: int) -> None:
    """Publish the public status if it changed; once no item is open any more, set the time of closing.

    Raises NotYetError for an unknown request.
    """
    reached = await publish_change(tx, request_id)
    if reached is not None and reached.status in ENDS:
        await repository.upsert_timer(tx, request_id, end_of_window(reached.since, close_working_days))


async def see_request(tx: Tx, text: str) -> tuple[Sight, Bilingual]:
    """The public status of a tracking number, and what comes next.

    Raises InvalidTrackingNumberError and RequestNotFoundError.
    """
    request = await find_request(tx, text)
    sight = Sight(request, *public_status(await repository.get_progress(tx, request)))
    is_pending = sight.status not in OVER and await is_cancel_pending(tx, request)
    return sight, CANCEL_PENDING if is_pending else next_step(sight.status)


async def is_cancel_pending(tx: Tx, request: Request) -> bool:
    """Whether dispatch still owes the answer to a wish to cancel: each has one, and a round's are counted."""
    return request.cancel_asks > await repository.get_retentions(tx, request.in_round)


async def find_request(tx: Tx, text: str) -> Request:
    """The request of a tracking number. Raises InvalidTrackingNumberError and RequestNotFoundError."""
    tracking_no = read_tracking_no(text)
    if tracking_no is None:
        raise InvalidTrackingNumberError
    request = await repository.find_by_tracking_no(tx, tracking_no)
    if request is None:
        raise RequestNotFoundError
    return request


async def lock_request(tx: Tx, request_id: UUID) -> Request:
    """The request, which nobody else may decide upon in the meantime. Raises NotYetError for an unknown one."""
    request = await repository.lock_request(tx, request_id)
    if request is None:
        raise NotYetError("request.received of the request")
    return request


async def lock_sight(tx: Tx, request_id: UUID) -> Sight:
    """The request, locked, and its public status. Raises NotYetError for an unknown one."""
    request = await lock_request(tx, request_id)
    return Sight(request, *public_status(await repository.get_progress(tx, request)))


async def publish(tx: Tx, request: Request | RequestReceived, standing: Standing) -> None:
    """Publish a public status."""
    progressed = RequestProgressed(
        request_id=request.request_id,
        round=request.round,
        occurred_at=tx.now,
        actor=SYSTEM,
        tracking_no=request.tracking_no,
        channel=request.channel,
        source_ref=request.source_ref,
        status=standing.status,
        since=standing.since,
        next=next_step(standing.status),
    )
    await tx.emit(progressed)

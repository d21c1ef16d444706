"""Closing: a request that came to its end is closed after a while."""

from uuid import UUID

from halo_events.contract.event import SYSTEM
from halo_events.contract.intake import ClosedBy, RequestClosed
from halo_events.runtime import Tx

from halo_intake import repository
from halo_intake.domain.status import ENDS
from halo_intake.usecases.following import lock_sight, publish_change


async def close_request(tx: Tx, request_id: UUID) -> None:
    """Close a request whose time has come, unless somebody did or it is open again.

    A rejected request is closed as well, and stays rejected for everybody to see. Raises NotYetError for an unknown
    request.
    """
    request, status, _ = await lock_sight(tx, request_id)
    if not await repository.delete_due_timer(tx, request_id, tx.now) or status not in ENDS:
        return
    closed = RequestClosed(
        request_id=request_id, round=request.round, occurred_at=tx.now, actor=SYSTEM, closed_by=ClosedBy.TIMER
    )
    await tx.emit(closed)
    await publish_change(tx, request_id)

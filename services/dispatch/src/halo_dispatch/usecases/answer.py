"""What an officer answers to an offer."""

from uuid import UUID

from halo_events.contract.dispatch import AssignmentAccepted, AssignmentDeclined, DeclineReason
from halo_events.contract.event import Actor
from halo_events.runtime import Tx

from halo_dispatch.domain.assignments import State
from halo_dispatch.errors import AssignmentTakenError, NotOfferedError
from halo_dispatch.repository import assignments, register, requests
from halo_dispatch.usecases.locking import lock_open_assignment
from halo_dispatch.usecases.offer import Need, offer_again


async def accept_assignment(tx: Tx, request_id: UUID, officer_id: UUID, actor: Actor) -> None:
    """Take a request. A repeat by its holder changes nothing.

    Raises AssignmentNotFoundError, RequestCancelledError, RequestClosedError, AssignmentTakenError with the holder's
    name, NotOfferedError.
    """
    assignment = await lock_open_assignment(tx, request_id)
    if assignment.is_held_by(officer_id):
        return
    if assignment.state is State.ACCEPTED and assignment.officer_id is not None:
        name = await register.find_officer_name(tx, assignment.officer_id)
        raise AssignmentTakenError(holder=name or "Satgas Pamor")
    if not assignment.is_offered_to(officer_id):
        raise NotOfferedError
    await tx.emit(
        AssignmentAccepted(
            occurred_at=tx.now,
            request_id=request_id,
            round=assignment.round,
            actor=actor,
            officer_id=officer_id,
        )
    )


async def decline_assignment(tx: Tx, request_id: UUID, officer_id: UUID, reason: DeclineReason, actor: Actor) -> None:
    """Decline an offer; the next officer is asked. A repeat by who declined before changes nothing.

    Raises AssignmentNotFoundError, RequestCancelledError, RequestClosedError, AssignmentHeldError, NotOfferedError.
    """
    await register.lock_register_shared(tx)
    assignment = await lock_open_assignment(tx, request_id)
    if not assignment.is_offered_to(officer_id) and await assignments.has_declined(
        tx, request_id, assignment.round, officer_id
    ):
        return
    assignment.must_be_declinable_by(officer_id)
    await tx.emit(
        AssignmentDeclined(
            occurred_at=tx.now,
            request_id=request_id,
            round=assignment.round,
            actor=actor,
            officer_id=officer_id,
            reason=reason,
        )
    )
    place = await requests.get_place(tx, request_id)
    await offer_again(tx, Need(request_id, assignment.round, place))

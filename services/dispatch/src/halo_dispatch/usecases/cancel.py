"""A resident asks to cancel: papers go back first, and what came to its end wins."""

from uuid import UUID

from halo_events.contract.dispatch import AssignmentReleased, AssignmentRetained, ReleaseReason, RetainReason
from halo_events.contract.event import SYSTEM, Actor
from halo_events.runtime import Tx

from halo_dispatch.domain.assignments import Assignment, State
from halo_dispatch.domain.items import all_ended, all_rejected
from halo_dispatch.repository import register, requests, visits
from halo_dispatch.usecases.locking import lock_any_assignment


async def answer_cancel(tx: Tx, request_id: UUID) -> None:
    """Answer a resident who asked to cancel: too late, or at once where no officer can have papers of the round.

    Else the holder, or who takes over from one who left, is shown that the papers go back, and answers by
    release_assignment. The register's lock is shared before the assignment is locked, as a load of it does.
    """
    await register.lock_register_shared(tx)
    assignment = await lock_any_assignment(tx, request_id)
    if assignment.cancelled:
        return
    if assignment.closed or await has_ended(tx, assignment):
        await retain_assignment(tx, assignment)
    elif not await visits.has_visit_made(tx, request_id, assignment.round):
        await _release(tx, assignment, SYSTEM)


async def retain_if_ended(tx: Tx, request_id: UUID) -> None:
    """Tell a resident who waits for an answer that it is too late, where no document is left to bring."""
    await register.lock_register_shared(tx)
    assignment = await lock_any_assignment(tx, request_id)
    if assignment.cancel_pending and not assignment.cancelled and await has_ended(tx, assignment):
        await retain_assignment(tx, assignment)


async def release_assignment(tx: Tx, request_id: UUID, officer_id: UUID, actor: Actor) -> None:
    """Report that all papers of a request that shall be cancelled are back. A repeat changes nothing.

    Raises AssignmentNotFoundError, RequestCancelledError, RequestClosedError, NotHolderError, CancelNotAskedError.
    """
    assignment = await lock_any_assignment(tx, request_id)
    if assignment.state is State.RELEASED and assignment.officer_id == officer_id:
        return
    assignment.must_be_open()
    assignment.must_be_held_by(officer_id)
    assignment.must_be_asked_back()
    await _release(tx, assignment, actor)


async def retain_assignment(tx: Tx, assignment: Assignment) -> None:
    """Say that it is too late to cancel, and whether anything was delivered."""
    items = await requests.list_items(tx, [assignment.request_id])
    await tx.emit(
        AssignmentRetained(
            occurred_at=tx.now,
            request_id=assignment.request_id,
            round=assignment.round,
            actor=SYSTEM,
            reason=RetainReason.REJECTED if all_rejected(items, assignment.round) else RetainReason.DELIVERED,
        )
    )


async def _release(tx: Tx, assignment: Assignment, actor: Actor) -> None:
    await tx.emit(
        AssignmentReleased(
            occurred_at=tx.now,
            request_id=assignment.request_id,
            round=assignment.round,
            actor=actor,
            officer_id=assignment.officer_id,
            reason=ReleaseReason.CANCELLED,
        )
    )


async def has_ended(tx: Tx, assignment: Assignment) -> bool:
    """Whether every document of the round was delivered or rejected."""
    return all_ended(await requests.list_items(tx, [assignment.request_id]), assignment.round)

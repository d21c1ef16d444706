"""How every step begins: the assignment, locked, or the reason why not."""

from uuid import UUID

from halo_events.runtime import Tx

from halo_dispatch.domain.assignments import Assignment
from halo_dispatch.errors import AssignmentNotFoundError
from halo_dispatch.repository import assignments


async def lock_any_assignment(tx: Tx, request_id: UUID) -> Assignment:
    """Get the assignment of a request, locked, however it ended. Raises AssignmentNotFoundError.

    A request and its first offer are recorded in one transaction, so an unknown id is never one that comes later.
    """
    assignment = await assignments.find_assignment(tx, request_id)
    if assignment is None:
        raise AssignmentNotFoundError
    return assignment


async def lock_assignment(tx: Tx, request_id: UUID) -> Assignment:
    """As lock_any_assignment; raises RequestCancelledError where nobody serves the request any more."""
    assignment = await lock_any_assignment(tx, request_id)
    assignment.must_be_served()
    return assignment


async def lock_open_assignment(tx: Tx, request_id: UUID) -> Assignment:
    """As lock_assignment; raises RequestClosedError where nothing is left to do."""
    assignment = await lock_any_assignment(tx, request_id)
    assignment.must_be_open()
    return assignment

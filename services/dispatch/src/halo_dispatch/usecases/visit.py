"""The officer's visits to the house."""

from datetime import datetime
from uuid import UUID, uuid4

from halo_events.contract.dispatch import MissReason, VisitMade, VisitMissed, VisitScheduled
from halo_events.contract.event import Actor
from halo_events.runtime import Tx

from halo_dispatch.domain import clocks
from halo_dispatch.domain.assignments import MOST_MISSES, Assignment, Visit
from halo_dispatch.errors import RequestClosedError, VisitNotFoundError, VisitTimeError
from halo_dispatch.repository import visits
from halo_dispatch.usecases.cancel import has_ended
from halo_dispatch.usecases.locking import lock_assignment, lock_open_assignment


async def schedule_visit(tx: Tx, request_id: UUID, officer_id: UUID, visit_at: datetime, actor: Actor) -> UUID:
    """Plan a visit; the visit's id is returned.

    A request waits for one visit at a time: planning another moment puts a new visit in the open one's place, and
    planning the same moment again changes nothing. Raises AssignmentNotFoundError, RequestCancelledError,
    RequestClosedError (also where no document of the round is left to bring), NotHolderError, VisitTimeError.
    """
    assignment = await lock_open_assignment(tx, request_id)
    assignment.must_be_held_by(officer_id)
    if await has_ended(tx, assignment):
        raise RequestClosedError
    if not clocks.visit_can_be_at(visit_at, tx.now):
        raise VisitTimeError(days=clocks.VISIT_HORIZON.days)
    open_visit = await visits.find_open_visit(tx, request_id)
    if open_visit is not None and open_visit.visit_at == visit_at:
        return open_visit.visit_id
    visit_id = uuid4()
    await tx.emit(
        VisitScheduled(
            occurred_at=tx.now,
            request_id=request_id,
            round=assignment.round,
            actor=actor,
            visit_id=visit_id,
            officer_id=officer_id,
            visit_at=visit_at,
        )
    )
    return visit_id


async def make_visit(tx: Tx, visit_id: UUID, officer_id: UUID, actor: Actor) -> None:
    """Report that the officer is at the house. A repeat changes nothing.

    Raises VisitNotFoundError, RequestCancelledError, RequestClosedError, NotHolderError, VisitMissedError,
    VisitReplacedError.
    """
    visit, assignment = await _lock_visit(tx, visit_id, officer_id)
    if visit.made_at is not None:
        return
    assignment.must_be_open()
    visit.must_not_be_missed_or_replaced()
    await tx.emit(
        VisitMade(
            occurred_at=tx.now,
            request_id=visit.request_id,
            round=assignment.round,
            actor=actor,
            visit_id=visit_id,
            officer_id=officer_id,
        )
    )


async def miss_visit(tx: Tx, visit_id: UUID, officer_id: UUID, reason: MissReason, actor: Actor) -> int:
    """Report that a visit did not come about; how many of the round did not. A repeat changes nothing.

    Raises VisitNotFoundError, RequestCancelledError, RequestClosedError, NotHolderError, VisitMadeError,
    VisitMissedError (missed for another reason), VisitReplacedError.
    """
    visit, assignment = await _lock_visit(tx, visit_id, officer_id)
    misses = await visits.count_missed_visits(tx, visit.request_id, assignment.round)
    if visit.missed_at is not None and visit.miss_reason == reason:
        return misses
    assignment.must_be_open()
    visit.must_not_be_made()
    visit.must_not_be_missed_or_replaced()
    await tx.emit(
        VisitMissed(
            occurred_at=tx.now,
            request_id=visit.request_id,
            round=assignment.round,
            actor=actor,
            visit_id=visit_id,
            officer_id=officer_id,
            reason=reason,
            misses=min(misses + 1, MOST_MISSES),
        )
    )
    return misses + 1


async def _lock_visit(tx: Tx, visit_id: UUID, officer_id: UUID) -> tuple[Visit, Assignment]:
    """The visit and its assignment, locked, which this officer holds."""
    found = await visits.find_visit(tx, visit_id)
    if found is None:
        raise VisitNotFoundError
    assignment = await lock_assignment(tx, found.request_id)
    assignment.must_be_held_by(officer_id)
    return await visits.find_visit(tx, visit_id) or found, assignment

"""Dispatch's own facts of who serves a request."""

from typing import Final

from halo_events.contract.dispatch import (
    AssignmentAccepted,
    AssignmentAwaited,
    AssignmentDeclined,
    AssignmentOffered,
    AssignmentReleased,
    AssignmentRetained,
)
from halo_events.runtime import Fold, project

from halo_dispatch.repository import assignments, visits


async def apply_assignment_offered(fold: Fold, event: AssignmentOffered) -> None:
    """Record who is asked. With a new round a visit that was planned in an earlier one falls."""
    await assignments.upsert_offered(
        fold,
        request_id=event.request_id,
        round_=event.round,
        officer_id=event.officer_id,
        level=event.level,
        due_at=event.due_at,
        at=fold.envelope.time,
    )
    if event.round > 1:
        await visits.replace_open_visit(fold, event.request_id, fold.envelope.time)


async def apply_assignment_awaited(fold: Fold, event: AssignmentAwaited) -> None:
    """Record whose queue has the request. Nobody holds it, so nobody comes: a visit not made yet falls."""
    await assignments.upsert_awaited(
        fold,
        request_id=event.request_id,
        round_=event.round,
        kelurahan_code=event.kelurahan_code,
        reason=event.reason,
        coordinator_id=event.coordinator_id,
        at=fold.envelope.time,
    )
    await visits.replace_open_visit(fold, event.request_id, fold.envelope.time)


async def apply_assignment_accepted(fold: Fold, event: AssignmentAccepted) -> None:
    """Record who holds the request."""
    await assignments.update_accepted(fold, event.request_id, event.officer_id, fold.envelope.time)


async def apply_assignment_declined(fold: Fold, event: AssignmentDeclined) -> None:
    """Record who won't take the request."""
    await assignments.update_declined(
        fold,
        request_id=event.request_id,
        round_=event.round,
        officer_id=event.officer_id,
        reason=event.reason,
        at=fold.envelope.time,
    )


async def apply_assignment_released(fold: Fold, event: AssignmentReleased) -> None:
    """Record that nobody serves the request any more; a visit not made yet falls."""
    await assignments.update_released(
        fold,
        request_id=event.request_id,
        round_=event.round,
        officer_id=event.officer_id,
        at=fold.envelope.time,
    )
    await visits.replace_open_visit(fold, event.request_id, fold.envelope.time)


async def apply_assignment_retained(fold: Fold, event: AssignmentRetained) -> None:
    """Record that the resident who asked to cancel was answered."""
    await assignments.update_retained(fold, event.request_id, event.round)


PROJECTIONS: Final = (
    project(AssignmentOffered, apply_assignment_offered),
    project(AssignmentAwaited, apply_assignment_awaited),
    project(AssignmentAccepted, apply_assignment_accepted),
    project(AssignmentDeclined, apply_assignment_declined),
    project(AssignmentReleased, apply_assignment_released),
    project(AssignmentRetained, apply_assignment_retained),
)

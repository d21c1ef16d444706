"""Events in: what each of them changes in the tables, and what intake decides upon it."""

from typing import Final

from halo_events.contract.dispatch import AssignmentReleased, AssignmentRetained, ReleaseReason
from halo_events.contract.event import RequestEvent
from halo_events.runtime import Handler, Tx, on

from halo_intake.handlers import own, steps
from halo_intake.handlers.eopen import BOUNDARIES
from halo_intake.usecases import cancelling, following

__all__ = ["BOUNDARIES", "FOLLOWED", "PROJECTIONS", "decisions"]

PROJECTIONS: Final = (*own.PROJECTIONS, *steps.ASSIGNMENTS, *steps.DOSSIERS)
"""What each event changes in the tables."""

FOLLOWED: Final[tuple[type[RequestEvent], ...]] = tuple(
    handler.event
    for handler in (*steps.ASSIGNMENTS, *steps.DOSSIERS)
    if issubclass(handler.event, RequestEvent) and handler.event is not AssignmentRetained
)
"""The events of others that may change the public status: all that leave a step or take one away."""


async def on_assignment_released(tx: Tx, event: AssignmentReleased) -> None:
    """Cancel the request once nobody serves it any more."""
    if event.reason == ReleaseReason.CANCELLED:
        await cancelling.finish_cancelling(tx, event)


async def on_assignment_retained(tx: Tx, event: AssignmentRetained) -> None:
    """Tell whoever asked to cancel where the request is: it goes on."""
    await following.repeat_status(tx, event.request_id)


def decisions(close_working_days: int) -> tuple[Handler, ...]:
    """What intake decides: publish the status when it changed. The time before closing is in working days."""

    async def on_followed(tx: Tx, event: RequestEvent) -> None:
        await following.follow_request(tx, event.request_id, close_working_days)

    return (
        *(on(event, on_followed) for event in FOLLOWED),
        on(AssignmentReleased, on_assignment_released),
        on(AssignmentRetained, on_assignment_retained),
    )

"""Facts of dispatch and documents: how far each takes a request or its items, and which steps fall."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from halo_events.contract.dispatch import (
    AssignmentAccepted,
    AssignmentAwaited,
    AssignmentOffered,
    AssignmentRetained,
    DeliveryCompleted,
    DeliveryReturned,
    VisitMade,
    VisitMissed,
    VisitScheduled,
)
from halo_events.contract.documents import (
    DocumentIssued,
    DocumentPrinted,
    DossierSubmitted,
    HandoverCompleted,
    NeedRecorded,
    ProcessingHeld,
    ProcessingResumed,
    RevisionRequested,
    VerificationPassed,
    VerificationRejected,
)
from halo_events.contract.event import RequestEvent
from halo_events.contract.intake import PublicStatus
from halo_events.runtime import Fold, project

from halo_intake import repository
from halo_intake.domain.requests import RequestRound
from halo_intake.domain.status import PROMISES, REVISED

ItemEvent = (
    VerificationPassed
    | DocumentIssued
    | DocumentPrinted
    | ProcessingHeld
    | ProcessingResumed
    | RevisionRequested
    | VerificationRejected
)
ItemsEvent = DossierSubmitted | HandoverCompleted


def _round(event: RequestEvent) -> RequestRound:
    return RequestRound(event.request_id, event.round)


def request_reaches(status: PublicStatus) -> Callable[[Fold, RequestEvent], Awaitable[None]]:
    """The event takes the request as a whole to this status."""

    async def apply(fold: Fold, event: RequestEvent) -> None:
        await repository.insert_request_step(fold, _round(event), status, fold.envelope.time)

    return apply


def item_reaches(status: PublicStatus) -> Callable[[Fold, ItemEvent], Awaitable[None]]:
    """The event takes one item to this status."""

    async def apply(fold: Fold, event: ItemEvent) -> None:
        await repository.insert_item_steps(fold, _round(event), [event.item_id], status, fold.envelope.time)

    return apply


def item_leaves(statuses: Sequence[PublicStatus]) -> Callable[[Fold, ItemEvent], Awaitable[None]]:
    """These steps of one item stand no longer after the event."""

    async def apply(fold: Fold, event: ItemEvent) -> None:
        await repository.delete_item_steps(fold, _round(event), event.item_id, statuses)

    return apply


def items_reach(status: PublicStatus) -> Callable[[Fold, ItemsEvent], Awaitable[None]]:
    """The event takes several items to this status."""

    async def apply(fold: Fold, event: ItemsEvent) -> None:
        await repository.insert_item_steps(fold, _round(event), event.items, status, fold.envelope.time)

    return apply


async def apply_assignment_awaited(fold: Fold, event: AssignmentAwaited) -> None:
    """Nobody is asked, holds the request or plans to come any more; what was done is done."""
    await repository.delete_request_steps(fold, _round(event), PROMISES)


async def apply_visit_missed(fold: Fold, event: VisitMissed) -> None:
    """No visit is planned any more; the officer still holds the request."""
    await repository.delete_request_steps(fold, _round(event), [PublicStatus.VISIT_SCHEDULED])


async def apply_need_recorded(fold: Fold, event: NeedRecorded) -> None:
    """From here on the items are known."""
    item_ids = [item.item_id for item in event.items]
    await repository.insert_item_steps(fold, _round(event), item_ids, PublicStatus.COLLECTING, fold.envelope.time)


async def apply_delivery_completed(fold: Fold, event: DeliveryCompleted) -> None:
    """Kept apart from the other steps of items: it comes by another topic."""
    await repository.insert_item_deliveries(fold, _round(event), event.items, fold.envelope.time)


async def apply_delivery_returned(fold: Fold, event: DeliveryReturned) -> None:
    """Kept apart likewise."""
    await repository.insert_item_returns(fold, _round(event), event.items, fold.envelope.time)


async def apply_assignment_retained(fold: Fold, event: AssignmentRetained) -> None:
    """One question to cancel is answered. Kept apart from the questions: it comes by another topic."""
    await repository.upsert_retention(fold, _round(event))


ASSIGNMENTS: Final = (
    project(AssignmentOffered, request_reaches(PublicStatus.OFFERED)),
    project(AssignmentAwaited, apply_assignment_awaited),
    project(AssignmentAccepted, request_reaches(PublicStatus.ACCEPTED)),
    project(AssignmentRetained, apply_assignment_retained),
    project(VisitScheduled, request_reaches(PublicStatus.VISIT_SCHEDULED)),
    project(VisitMissed, apply_visit_missed),
    project(VisitMade, request_reaches(PublicStatus.COLLECTING)),
    project(DeliveryReturned, apply_delivery_returned),
    project(DeliveryCompleted, apply_delivery_completed),
)
"""The topic of assignments."""

DOSSIERS: Final = (
    project(NeedRecorded, apply_need_recorded),
    project(DossierSubmitted, items_reach(PublicStatus.SUBMITTED)),
    project(RevisionRequested, item_leaves(REVISED)),
    project(VerificationRejected, item_reaches(PublicStatus.REJECTED)),
    project(VerificationPassed, item_reaches(PublicStatus.PROCESSING)),
    project(ProcessingHeld, item_reaches(PublicStatus.HELD)),
    project(ProcessingResumed, item_leaves([PublicStatus.HELD])),
    project(DocumentIssued, item_reaches(PublicStatus.PROCESSING)),
    project(DocumentPrinted, item_reaches(PublicStatus.PRINTED)),
    project(HandoverCompleted, items_reach(PublicStatus.WITH_OFFICER)),
)
"""The topic of dossiers."""

"""Dispatch's own facts of visits to the house and of deliveries."""

from typing import Final

from halo_events.contract.dispatch import (
    DeliveryCompleted,
    DeliveryFailed,
    DeliveryReturned,
    VisitMade,
    VisitMissed,
    VisitScheduled,
)
from halo_events.runtime import Fold, project

from halo_dispatch.repository import visits


async def apply_visit_scheduled(fold: Fold, event: VisitScheduled) -> None:
    """Record the visit that the resident now waits for."""
    await visits.insert_visit(
        fold,
        visit_id=event.visit_id,
        request_id=event.request_id,
        round_=event.round,
        officer_id=event.officer_id,
        visit_at=event.visit_at,
        at=fold.envelope.time,
    )


async def apply_visit_made(fold: Fold, event: VisitMade) -> None:
    """Record that the officer was there."""
    await visits.update_visit_made(fold, event.visit_id, fold.envelope.time)


async def apply_visit_missed(fold: Fold, event: VisitMissed) -> None:
    """Record that the visit did not come about, and why."""
    await visits.update_visit_missed(fold, event.visit_id, event.reason, fold.envelope.time)


async def apply_delivery_completed(fold: Fold, event: DeliveryCompleted) -> None:
    """Record which documents arrived."""
    await visits.insert_delivery(
        fold,
        delivery_id=event.delivery_id,
        request_id=event.request_id,
        officer_id=event.officer_id,
        relation=event.relation,
        paper_id=event.proof.paper_id,
        old_card_returned=event.old_card_returned,
        items=event.items,
        at=fold.envelope.time,
    )


async def apply_delivery_failed(fold: Fold, event: DeliveryFailed) -> None:
    """Record a try in vain."""
    await visits.upsert_tried_items(
        fold, request_id=event.request_id, items=event.items, reason=event.reason, at=fold.envelope.time
    )


async def apply_delivery_returned(fold: Fold, event: DeliveryReturned) -> None:
    """Record what the kelurahan keeps."""
    await visits.update_returned_items(fold, event.items, fold.envelope.time)


PROJECTIONS: Final = (
    project(VisitScheduled, apply_visit_scheduled),
    project(VisitMade, apply_visit_made),
    project(VisitMissed, apply_visit_missed),
    project(DeliveryCompleted, apply_delivery_completed),
    project(DeliveryFailed, apply_delivery_failed),
    project(DeliveryReturned, apply_delivery_returned),
)

"""What dispatch does with facts: folds them into its tables, and offers what is new."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from halo_events.contract.dispatch import (
    AssignmentAccepted,
    AssignmentAwaited,
    AssignmentDeclined,
    AssignmentOffered,
    DeliveryCompleted,
    OfficerChanged,
    OfficerLeft,
    OfficerRegistered,
    OfficerState,
    VisitMade,
    VisitScheduled,
)
from halo_events.contract.documents import (
    HandoverCompleted,
    NeedRecorded,
    PaperCleared,
    PaperQuarantined,
    PaperUploaded,
)
from halo_events.contract.intake import RequestClosed, RequestReceived
from halo_events.contract.values import Channel
from halo_events.runtime import Fold, Tx, on, project, project_batch

from halo_dispatch.domain.lists import RequestRow, ResidentRow
from halo_dispatch.domain.places import RwRef
from halo_dispatch.domain.register import Officer
from halo_dispatch.repository import assignments, register, requests, visits
from halo_dispatch.usecases.offer import Need, offer_request


async def apply_request_received(fold: Fold, event: RequestReceived) -> None:
    """Keep what the officer must know; NIK and KK number are not among it."""
    resident = event.resident
    row = RequestRow(
        request_id=event.request_id,
        tracking_no=event.tracking_no,
        kelurahan_code=event.kelurahan_code,
        rw=event.rw,
        rt=event.rt,
        documents=event.documents,
        target_group=event.target_group,
        household_size=event.household_size,
        language=event.language,
        resident=ResidentRow(resident.name, resident.phone, resident.address, resident.note),
    )
    await requests.insert_request(fold, row, event.round, fold.envelope.time)


async def apply_request_closed(fold: Fold, event: RequestClosed) -> None:
    """The request is open no more."""
    await requests.update_request_closed(fold, event.request_id, fold.envelope.time)


async def apply_need_recorded(fold: Fold, event: NeedRecorded) -> None:
    """These documents are to be delivered."""
    items = [(item.item_id, str(item.kind)) for item in event.items]
    await requests.insert_items(fold, event.request_id, items, fold.envelope.time)


async def apply_handover_completed(fold: Fold, event: HandoverCompleted) -> None:
    """The officer has these documents in hand."""
    handover = requests.Handover(event.handover_id, event.request_id, event.officer_id, event.items)
    await requests.upsert_handed_items(fold, handover, fold.envelope.time)


async def apply_paper_uploaded(fold: Fold, event: PaperUploaded) -> None:
    """A paper's hash is known; it may become a proof of delivery."""
    await requests.upsert_paper_uploaded(
        fold,
        paper_id=event.paper_id,
        request_id=event.request_id,
        purpose=event.purpose,
        sha256=event.sha256,
        at=fold.envelope.time,
    )


async def apply_paper_cleared(fold: Fold, event: PaperCleared) -> None:
    """A paper passed its checks."""
    await requests.upsert_paper_cleared(fold, event.paper_id, event.request_id, fold.envelope.time)


async def apply_paper_quarantined(fold: Fold, event: PaperQuarantined) -> None:
    """A paper failed its checks."""
    await requests.upsert_paper_quarantined(fold, event.paper_id, event.request_id, fold.envelope.time)


async def apply_assignment_offered(fold: Fold, event: AssignmentOffered) -> None:
    """Record who is asked."""
    await assignments.upsert_offered(
        fold,
        request_id=event.request_id,
        round_=event.round,
        officer_id=event.officer_id,
        level=event.level,
        due_at=event.due_at,
        at=fold.envelope.time,
    )


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


async def apply_visit_scheduled(fold: Fold, event: VisitScheduled) -> None:
    """Record the visit that the resident now waits for."""
    await visits.insert_visit(
        fold,
        visit_id=event.visit_id,
        request_id=event.request_id,
        officer_id=event.officer_id,
        visit_at=event.visit_at,
        at=fold.envelope.time,
    )


async def apply_visit_made(fold: Fold, event: VisitMade) -> None:
    """Record that the officer was there."""
    await visits.update_visit_made(fold, event.visit_id, fold.envelope.time)


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


async def apply_officers(fold: Fold, events: Sequence[OfficerState]) -> None:
    """Record what the register says of officers."""
    states = [
        Officer(
            officer_id=event.officer_id,
            role=event.role,
            kelurahan_code=event.kelurahan_code,
            rws=event.rws,
            on_duty=event.on_duty,
            name=event.person.name,
            phone=event.person.phone,
            email=event.person.email,
        )
        for event in events
    ]
    times = [envelope.time for envelope in fold.envelopes]
    await register.upsert_officers(fold, list(zip(states, times, strict=True)))


async def apply_officer_left(fold: Fold, event: OfficerLeft) -> None:
    """Record that an officer is in office no more."""
    await register.update_officer_left(fold, event.officer_id, fold.envelope.time)


async def on_request_received(tx: Tx, event: RequestReceived) -> None:
    """Ask an officer at once."""
    entered_by = _officer_id(event.taken_by) if event.channel == Channel.OFFICER else None
    rw = RwRef(event.kelurahan_code, event.rw)
    await offer_request(tx, Need(event.request_id, event.round, rw, entered_by))


def _officer_id(taken_by: str | None) -> UUID | None:
    """The officer who entered a request: officers are known by a UUID, clerks need not be."""
    try:
        return UUID(taken_by) if taken_by else None
    except ValueError:
        return None


PROJECTIONS: Final = (
    project(RequestReceived, apply_request_received),
    project(RequestClosed, apply_request_closed),
    project(NeedRecorded, apply_need_recorded),
    project(HandoverCompleted, apply_handover_completed),
    project(PaperUploaded, apply_paper_uploaded),
    project(PaperCleared, apply_paper_cleared),
    project(PaperQuarantined, apply_paper_quarantined),
    project(AssignmentOffered, apply_assignment_offered),
    project(AssignmentAwaited, apply_assignment_awaited),
    project(AssignmentAccepted, apply_assignment_accepted),
    project(AssignmentDeclined, apply_assignment_declined),
    project(VisitScheduled, apply_visit_scheduled),
    project(VisitMade, apply_visit_made),
    project(DeliveryCompleted, apply_delivery_completed),
    project_batch(OfficerRegistered, apply_officers),
    project_batch(OfficerChanged, apply_officers),
    project(OfficerLeft, apply_officer_left),
)

DECISIONS: Final = (on(RequestReceived, on_request_received),)

"""Events in: each is folded into the table of its own topic. Documents decides upon no other service's event."""

from typing import Final

from halo_events.contract.dispatch import (
    AssignmentAccepted,
    AssignmentAwaited,
    AssignmentReleased,
    DeliveryCompleted,
    OfficerChanged,
    OfficerLeft,
    OfficerRegistered,
    OfficerState,
    VisitMade,
)
from halo_events.contract.documents import (
    DocumentIssued,
    DocumentPrinted,
    DossierSubmitted,
    HandoverCompleted,
    NeedRecorded,
    PaperCleared,
    PaperQuarantined,
    PaperUploaded,
    ProcessingHeld,
    ProcessingResumed,
    RevisionRequested,
    VerificationPassed,
    VerificationRejected,
)
from halo_events.contract.intake import RequestCancelled, RequestCancelRequested, RequestReceived, RequestReopened
from halo_events.runtime import Fold, Handler, project

from halo_documents.repository import desk, facts, handover, need, papers


async def apply_request_received(fold: Fold, event: RequestReceived) -> None:
    """Record what is asked for, and for whom."""
    await facts.insert_request(fold, event, fold.envelope.time)


async def apply_request_cancel_requested(fold: Fold, event: RequestCancelRequested) -> None:
    """Record that the resident asked to cancel: the desk sees it, and decides itself whether to go on."""
    await facts.update_request_cancel_requested(fold, event)


async def apply_request_cancelled(fold: Fold, event: RequestCancelled) -> None:
    """Record that nobody works on the request any more: its items that were not delivered are cancelled."""
    await facts.update_request_cancelled(fold, event, fold.envelope.time)


async def apply_request_reopened(fold: Fold, event: RequestReopened) -> None:
    """Record the new round: who held the request in the one before holds it no more."""
    await facts.update_request_reopened(fold, event)


async def apply_assignment_accepted(fold: Fold, event: AssignmentAccepted) -> None:
    """Record who holds the request."""
    await facts.upsert_assignment(fold, event, fold.envelope.time)


async def apply_assignment_ended(fold: Fold, event: AssignmentAwaited | AssignmentReleased) -> None:
    """Record that nobody holds the request: the kelurahan's queue has it, or it is about to be cancelled."""
    await facts.update_assignment_released(fold, event, fold.envelope.time)


async def apply_visit_made(fold: Fold, event: VisitMade) -> None:
    """Record that somebody was at the house: from here on the need may be recorded."""
    await facts.insert_visit(fold, event, fold.envelope.time)


async def apply_delivery_completed(fold: Fold, event: DeliveryCompleted) -> None:
    """Record which items reached the resident."""
    await facts.upsert_delivery(fold, event, fold.envelope.time)


async def apply_officer_state(fold: Fold, event: OfficerState) -> None:
    """Record that an officer is in the register, also one who had left."""
    await facts.upsert_officer(fold, event)


async def apply_officer_left(fold: Fold, event: OfficerLeft) -> None:
    """Record that an officer left: from here on no dossier is open to him."""
    await facts.upsert_officer_left(fold, event, fold.envelope.time)


async def apply_need_recorded(fold: Fold, event: NeedRecorded) -> None:
    """Record the dossier and its items."""
    await need.insert_dossier(fold, event, fold.envelope.time)


async def apply_paper_uploaded(fold: Fold, event: PaperUploaded) -> None:
    """Record a paper that was read."""
    await papers.insert_paper(fold, event, fold.envelope.time)


async def apply_paper_cleared(fold: Fold, event: PaperCleared) -> None:
    """Record that a paper may be opened, and counts."""
    await papers.update_paper_cleared(fold, event, fold.envelope.time)


async def apply_paper_quarantined(fold: Fold, event: PaperQuarantined) -> None:
    """Record that a paper stays shut."""
    await papers.update_paper_quarantined(fold, event, fold.envelope.time)


async def apply_dossier_submitted(fold: Fold, event: DossierSubmitted) -> None:
    """Record that items wait at the desk."""
    await need.update_items_submitted(fold, event, fold.envelope.time)


async def apply_verification_passed(fold: Fold, event: VerificationPassed) -> None:
    """Record that an item's papers are in order."""
    await desk.update_item_verified(fold, event, fold.envelope.time)


async def apply_revision_requested(fold: Fold, event: RevisionRequested) -> None:
    """Record that papers of an item are asked again."""
    await desk.update_item_revised(fold, event, fold.envelope.time)


async def apply_processing_held(fold: Fold, event: ProcessingHeld) -> None:
    """Record what an item waits for."""
    await desk.update_item_held(fold, event, fold.envelope.time)


async def apply_processing_resumed(fold: Fold, event: ProcessingResumed) -> None:
    """Record that an item waits for nothing any more."""
    await desk.update_item_resumed(fold, event)


async def apply_verification_rejected(fold: Fold, event: VerificationRejected) -> None:
    """Record that an item is not brought."""
    await desk.update_item_rejected(fold, event, fold.envelope.time)


async def apply_document_issued(fold: Fold, event: DocumentIssued) -> None:
    """Record an item's number."""
    await desk.update_item_issued(fold, event, fold.envelope.time)


async def apply_document_printed(fold: Fold, event: DocumentPrinted) -> None:
    """Record that an item lies printed."""
    await desk.update_item_printed(fold, event, fold.envelope.time)


async def apply_handover_completed(fold: Fold, event: HandoverCompleted) -> None:
    """Record that the officer holds items."""
    await handover.update_items_handed_over(fold, event, fold.envelope.time)


PROJECTIONS: Final[tuple[Handler, ...]] = (
    project(RequestReceived, apply_request_received),
    project(RequestCancelRequested, apply_request_cancel_requested),
    project(RequestCancelled, apply_request_cancelled),
    project(RequestReopened, apply_request_reopened),
    project(AssignmentAccepted, apply_assignment_accepted),
    project(AssignmentAwaited, apply_assignment_ended),
    project(AssignmentReleased, apply_assignment_ended),
    project(VisitMade, apply_visit_made),
    project(DeliveryCompleted, apply_delivery_completed),
    project(OfficerRegistered, apply_officer_state),
    project(OfficerChanged, apply_officer_state),
    project(OfficerLeft, apply_officer_left),
    project(NeedRecorded, apply_need_recorded),
    project(PaperUploaded, apply_paper_uploaded),
    project(PaperCleared, apply_paper_cleared),
    project(PaperQuarantined, apply_paper_quarantined),
    project(DossierSubmitted, apply_dossier_submitted),
    project(VerificationPassed, apply_verification_passed),
    project(RevisionRequested, apply_revision_requested),
    project(ProcessingHeld, apply_processing_held),
    project(ProcessingResumed, apply_processing_resumed),
    project(VerificationRejected, apply_verification_rejected),
    project(DocumentIssued, apply_document_issued),
    project(DocumentPrinted, apply_document_printed),
    project(HandoverCompleted, apply_handover_completed),
)
"""What is folded. Time columns hold the envelope's time: when a fact was recorded."""

DECISIONS: Final[tuple[Handler, ...]] = ()
"""Documents acts on what people ask of it, and on no event."""

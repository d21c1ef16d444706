"""The event classes, one module per owning service, and the table of all of them."""

from typing import Final

from halo_events.contract import dispatch, documents, eopen, intake, notify
from halo_events.contract.event import Event

EVENTS: Final[tuple[type[Event], ...]] = (
    eopen.RequestFiled,
    eopen.RequestCancelAsked,
    intake.RequestReceived,
    intake.RequestRefused,
    intake.RequestProgressed,
    intake.RequestClosed,
    intake.RequestCancelRequested,
    intake.RequestCancelled,
    intake.RequestReopened,
    dispatch.AssignmentOffered,
    dispatch.AssignmentAwaited,
    dispatch.AssignmentAccepted,
    dispatch.AssignmentDeclined,
    dispatch.AssignmentReleased,
    dispatch.AssignmentRetained,
    dispatch.VisitScheduled,
    dispatch.VisitMade,
    dispatch.VisitMissed,
    dispatch.DeliveryCompleted,
    dispatch.DeliveryFailed,
    dispatch.DeliveryReturned,
    dispatch.OfficerRegistered,
    dispatch.OfficerChanged,
    dispatch.OfficerLeft,
    documents.NeedRecorded,
    documents.PaperUploaded,
    documents.PaperCleared,
    documents.PaperQuarantined,
    documents.DossierSubmitted,
    documents.RevisionRequested,
    documents.VerificationRejected,
    documents.ProcessingHeld,
    documents.ProcessingResumed,
    documents.VerificationPassed,
    documents.DocumentIssued,
    documents.DocumentPrinted,
    documents.HandoverCompleted,
    notify.MessageQueued,
    notify.MessageSent,
    notify.MessageFailed,
    notify.MessageUnknown,
)
"""Every event class of the contract."""

BY_TYPE: Final[dict[str, type[Event]]] = {event.type: event for event in EVENTS}
"""The class of each CloudEvents type."""

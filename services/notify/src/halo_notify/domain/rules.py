"""Who is told what: one row for each event, recipient and template.

Residents get few messages, one at each step that changes what they wait for. A row more is all that a new message
needs, beside its templates.
"""

from typing import Any, Final

from halo_events.contract.dispatch import (
    AssignmentAccepted,
    AssignmentAwaited,
    AssignmentOffered,
    AssignmentRetained,
    DeliveryCompleted,
    DeliveryFailed,
    DeliveryReturned,
    OfferReason,
    VisitMissed,
    VisitScheduled,
)
from halo_events.contract.documents import (
    DossierSubmitted,
    HandoverCompleted,
    PaperQuarantined,
    ProcessingHeld,
    RevisionRequested,
    VerificationRejected,
)
from halo_events.contract.event import RequestEvent
from halo_events.contract.intake import RequestCancelled, RequestCancelRequested, RequestReceived, RequestReopened
from halo_events.contract.notify import Recipient

from halo_notify.domain.rule import MAIL_FIRST, E, Party, Rule

_TRIES_AT_THE_DOOR: Final = 3
"""After the third try the kelurahan keeps a document (contract of `delivery.failed`)."""


def _is_told_as_returned(event: DeliveryFailed) -> bool:
    """Whether `delivery.returned` follows and says all. Of several documents only some may be kept."""
    return len(set(event.items)) == 1 and event.tries >= _TRIES_AT_THE_DOOR


_TO_RESIDENT: Final[tuple[Rule[Any], ...]] = (
    Rule(event=RequestReceived, recipient=Recipient.RESIDENT, template="request_received"),
    Rule(
        event=AssignmentAccepted,
        recipient=Recipient.RESIDENT,
        template="assignment_accepted",
        officer=lambda event: event.officer_id,
    ),
    Rule(
        event=AssignmentAwaited,
        recipient=Recipient.RESIDENT,
        template="assignment_awaited",
        reason=lambda event: str(event.reason),
    ),
    Rule(
        event=VisitScheduled,
        recipient=Recipient.RESIDENT,
        template="visit_scheduled",
        officer=lambda event: event.officer_id,
        when=lambda event: event.visit_at,
    ),
    Rule(
        event=VisitMissed,
        recipient=Recipient.RESIDENT,
        template="visit_missed",
        officer=lambda event: event.officer_id,
        reason=lambda event: str(event.reason),
    ),
    Rule(
        event=DossierSubmitted,
        recipient=Recipient.RESIDENT,
        template="dossier_submitted",
        documents=lambda event: len(set(event.items)),
    ),
    Rule(
        event=RevisionRequested,
        recipient=Recipient.RESIDENT,
        template="revision_requested",
        party=Party.HOLDER,
        item=lambda event: event.item_id,
        rows=lambda event: len({asked.row for asked in event.rows}),
    ),
    Rule(
        event=ProcessingHeld,
        recipient=Recipient.RESIDENT,
        template="processing_held",
        party=Party.HOLDER,
        item=lambda event: event.item_id,
        reason=lambda event: str(event.reason),
    ),
    Rule(
        event=VerificationRejected,
        recipient=Recipient.RESIDENT,
        template="verification_rejected",
        party=Party.HOLDER,
        item=lambda event: event.item_id,
        reason=lambda event: str(event.reason),
    ),
    Rule(
        event=HandoverCompleted,
        recipient=Recipient.RESIDENT,
        template="handover_completed",
        officer=lambda event: event.officer_id,
        documents=lambda event: len(set(event.items)),
    ),
    Rule(
        event=DeliveryCompleted,
        recipient=Recipient.RESIDENT,
        template="delivery_completed",
        officer=lambda event: event.officer_id,
        documents=lambda event: len(set(event.items)),
    ),
    Rule(
        event=DeliveryFailed,
        recipient=Recipient.RESIDENT,
        template="delivery_failed",
        officer=lambda event: event.officer_id,
        documents=lambda event: len(set(event.items)),
        reason=lambda event: str(event.reason),
        unless=_is_told_as_returned,
    ),
    Rule(
        event=DeliveryReturned,
        recipient=Recipient.RESIDENT,
        template="delivery_returned",
        officer=lambda event: event.officer_id,
        documents=lambda event: len(set(event.items)),
    ),
    Rule(event=RequestCancelled, recipient=Recipient.RESIDENT, template="request_cancelled"),
    Rule(
        event=AssignmentRetained,
        recipient=Recipient.RESIDENT,
        template="assignment_retained",
        reason=lambda event: str(event.reason),
        delivered=True,
    ),
    Rule(
        event=RequestReopened,
        recipient=Recipient.RESIDENT,
        template="request_reopened",
        documents=lambda event: len(event.documents),  # kinds: twins need two of one kind
    ),
)

_TO_STAFF: Final[tuple[Rule[Any], ...]] = (
    Rule(
        event=AssignmentOffered,
        recipient=Recipient.OFFICER,
        template="assignment_offered",
        officer=lambda event: event.officer_id,
        when=lambda event: event.due_at,
        unless=lambda event: event.reason == OfferReason.ENTERED_BY_OFFICER,  # it is his at once
    ),
    Rule(
        event=AssignmentAwaited,
        recipient=Recipient.COORDINATOR,
        template="assignment_queued",
        channels=MAIL_FIRST,
        officer=lambda event: event.coordinator_id,
        reason=lambda event: str(event.reason),
    ),
    Rule(
        event=RevisionRequested,
        recipient=Recipient.OFFICER,
        template="papers_asked_again",
        party=Party.HOLDER,
        item=lambda event: event.item_id,
        rows=lambda event: len({asked.row for asked in event.rows}),
    ),
    Rule(
        event=PaperQuarantined,
        recipient=Recipient.OFFICER,
        template="paper_quarantined",
        party=Party.HOLDER,
    ),
    Rule(
        event=ProcessingHeld,
        recipient=Recipient.OFFICER,
        template="item_held",
        party=Party.HOLDER,
        item=lambda event: event.item_id,
        reason=lambda event: str(event.reason),
    ),
    Rule(
        event=VerificationRejected,
        recipient=Recipient.OFFICER,
        template="item_rejected",
        party=Party.HOLDER,
        item=lambda event: event.item_id,
        reason=lambda event: str(event.reason),
    ),
    Rule(
        event=RequestCancelRequested,
        recipient=Recipient.OFFICER,
        template="cancel_requested",
        party=Party.ASKED_OR_HOLDER,
    ),
    Rule(  # who takes over, or is known to have taken it, after the asking
        event=AssignmentAccepted,
        recipient=Recipient.OFFICER,
        template="cancel_requested",
        officer=lambda event: event.officer_id,
        cancelling=True,
    ),
)

RULES: Final[tuple[Rule[Any], ...]] = (*_TO_RESIDENT, *_TO_STAFF)
"""The table. `(event, recipient, template)` is unique: it makes a message's identity."""

TOLD: Final[tuple[type[RequestEvent], ...]] = tuple(dict.fromkeys(rule.event for rule in RULES))
"""The events that somebody is told of."""


def rules_for(event: E) -> tuple[Rule[E], ...]:
    """The rows that apply to an event."""
    rows: tuple[Rule[E], ...] = tuple(rule for rule in RULES if rule.event is type(event))
    return tuple(rule for rule in rows if rule.unless is None or not rule.unless(event))

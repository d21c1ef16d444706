"""Who is told what: one row for each event, recipient and template.

Residents get few messages, one at each step that changes what they wait for. A row more is all that a new message
needs, beside its templates.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from halo_events.contract.dispatch import (
    AssignmentAccepted,
    AssignmentAwaited,
    AssignmentOffered,
    DeliveryCompleted,
    OfferReason,
    VisitScheduled,
)
from halo_events.contract.documents import DossierSubmitted, HandoverCompleted
from halo_events.contract.event import RequestEvent
from halo_events.contract.intake import RequestReceived
from halo_events.contract.notify import MessageChannel, Recipient

E = TypeVar("E", bound=RequestEvent)

SMS_FIRST: Final = (MessageChannel.SMS, MessageChannel.EMAIL)
MAIL_FIRST: Final = (MessageChannel.EMAIL, MessageChannel.SMS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[E]):
    """One row: on this event, this recipient is told by this template.

    `officer` picks the officer or coordinator whom the text names or the message goes to, `when` the time the text
    tells, `reason` a word the text explains, `items` the documents that the text counts. `unless` tells nobody when it
    holds.
    """

    event: type[E]
    recipient: Recipient
    template: str
    channels: tuple[MessageChannel, ...] = SMS_FIRST
    officer: Callable[[E], UUID | None] | None = None
    when: Callable[[E], datetime] | None = None
    reason: Callable[[E], str] | None = None
    items: Callable[[E], Collection[UUID]] | None = None
    unless: Callable[[E], bool] | None = None


RULES: Final[tuple[Rule[Any], ...]] = (
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
        event=DossierSubmitted,
        recipient=Recipient.RESIDENT,
        template="dossier_submitted",
        items=lambda event: event.items,
    ),
    Rule(
        event=HandoverCompleted,
        recipient=Recipient.RESIDENT,
        template="handover_completed",
        officer=lambda event: event.officer_id,
        items=lambda event: event.items,
    ),
    Rule(
        event=DeliveryCompleted,
        recipient=Recipient.RESIDENT,
        template="delivery_completed",
        officer=lambda event: event.officer_id,
        items=lambda event: event.items,
    ),
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
)
"""The table. `(event, recipient, template)` is unique: it makes a message's identity."""

TOLD: Final[tuple[type[RequestEvent], ...]] = tuple(dict.fromkeys(rule.event for rule in RULES))
"""The events that somebody is told of."""


def rules_for(event: E) -> tuple[Rule[E], ...]:
    """The rows that apply to an event."""
    rows: tuple[Rule[E], ...] = tuple(rule for rule in RULES if rule.event is type(event))
    return tuple(rule for rule in rows if rule.unless is None or not rule.unless(event))

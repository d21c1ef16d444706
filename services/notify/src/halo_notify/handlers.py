"""Events in: what notify folds, and of which events it tells somebody."""

from typing import Final

from halo_events.contract.dispatch import (
    AssignmentAccepted,
    AssignmentAwaited,
    AssignmentOffered,
    DeliveryCompleted,
    OfficerChanged,
    OfficerLeft,
    OfficerRegistered,
    OfficerState,
)
from halo_events.contract.documents import NeedRecorded
from halo_events.contract.intake import RequestCancelRequested, RequestReceived
from halo_events.contract.notify import MessageFailed, MessageQueued, MessageSent, MessageUnknown
from halo_events.runtime import Fold, Handler, on, project

from halo_notify import repository, usecases
from halo_notify.domain.messages import MessageState
from halo_notify.domain.rules import TOLD


async def apply_request_received(fold: Fold, event: RequestReceived) -> None:
    """Keep how the resident is reached."""
    await repository.insert_contact(fold, event)


async def apply_request_cancel_requested(fold: Fold, event: RequestCancelRequested) -> None:
    """Keep in which round cancelling was asked for."""
    await repository.update_contact_cancel_round(fold, event.request_id, event.round)


async def apply_assignment_offered(fold: Fold, event: AssignmentOffered) -> None:
    """Keep who is asked."""
    await repository.upsert_asked(fold, event)


async def apply_assignment_awaited(fold: Fold, event: AssignmentAwaited) -> None:
    """Keep that nobody serves the request."""
    await repository.upsert_nobody(fold, event)


async def apply_assignment_accepted(fold: Fold, event: AssignmentAccepted) -> None:
    """Keep who holds the request."""
    await repository.upsert_holder(fold, event)


async def apply_delivery_completed(fold: Fold, event: DeliveryCompleted) -> None:
    """Count what was delivered."""
    await repository.upsert_delivered(fold, event)


async def apply_need_recorded(fold: Fold, event: NeedRecorded) -> None:
    """Keep which document each item is."""
    await repository.insert_items(fold, event)


async def apply_officer_state(fold: Fold, event: OfficerState) -> None:
    """Keep the officer's name, service number and e-mail address."""
    await repository.upsert_officer(fold, event)


async def apply_officer_left(fold: Fold, event: OfficerLeft) -> None:
    """Keep that the officer left; service number and e-mail address go."""
    await repository.update_officer_left(fold, event.officer_id)


async def apply_message_queued(fold: Fold, event: MessageQueued) -> None:
    """Keep that the message is to go out."""
    await repository.insert_message(fold, event)


async def apply_message_sent(fold: Fold, event: MessageSent) -> None:
    """Keep that the gateway took the message."""
    await repository.update_message_settled(fold, event.message_id, MessageState.SENT)


async def apply_message_failed(fold: Fold, event: MessageFailed) -> None:
    """Keep that the message did not go out, and why."""
    await repository.update_message_settled(fold, event.message_id, MessageState.FAILED, event.reason)


async def apply_message_unknown(fold: Fold, event: MessageUnknown) -> None:
    """Keep that nobody can say whether the message went out, and why."""
    await repository.update_message_settled(fold, event.message_id, MessageState.UNKNOWN, event.reason)


PROJECTIONS: Final[tuple[Handler, ...]] = (
    project(RequestReceived, apply_request_received),
    project(RequestCancelRequested, apply_request_cancel_requested),
    project(AssignmentOffered, apply_assignment_offered),
    project(AssignmentAwaited, apply_assignment_awaited),
    project(AssignmentAccepted, apply_assignment_accepted),
    project(DeliveryCompleted, apply_delivery_completed),
    project(NeedRecorded, apply_need_recorded),
    project(OfficerRegistered, apply_officer_state),
    project(OfficerChanged, apply_officer_state),
    project(OfficerLeft, apply_officer_left),
    project(MessageQueued, apply_message_queued),
    project(MessageSent, apply_message_sent),
    project(MessageFailed, apply_message_failed),
    project(MessageUnknown, apply_message_unknown),
)

DECISIONS: Final[tuple[Handler, ...]] = (
    *(on(event, usecases.tell) for event in TOLD),
    on(OfficerLeft, usecases.fail_messages_to_left),
)
"""The table of who is told what is `domain.rules.RULES`."""

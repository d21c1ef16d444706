"""notify's tables, folded from the topics."""

from typing import Final

from halo_events.contract import dispatch, intake, notify
from halo_events.contract.event import RequestEvent

from halo_demo.checks.tables import Table
from halo_demo.facts import Topics

NOT_FOLDED: Final = ("outgoing",)
"""Addresses and texts on their way out, which no topic carries."""


def fold(topics: Topics) -> list[Table]:
    """Fold all tables of notify."""
    return [_contacts(topics), _officers(topics), _messages(topics)]


def _contacts(topics: Topics) -> Table:
    table = Table("contacts", ("request_id",))
    for envelope, event in topics.of(intake.RequestReceived):
        table.insert(
            request_id=event.request_id,
            tracking_no=event.tracking_no,
            rw=event.rw,
            phone=event.resident.phone,
            email=event.resident.email,
            language=event.language,
            received_at=envelope.time,
        )
    return table


def _officers(topics: Topics) -> Table:
    table = Table("officers", ("officer_id",))
    for envelope, event in topics.of(dispatch.OfficerEvent):
        if isinstance(event, dispatch.OfficerState):
            table.insert(
                officer_id=event.officer_id,
                name=event.person.name,
                phone=event.person.phone,
                email=event.person.email,
                changed_at=envelope.time,
                left_at=None,
            )
        else:
            table.update(event.officer_id, phone=None, email=None, left_at=envelope.time)
    return table


def _messages(topics: Topics) -> Table:
    table = Table("messages", ("message_id",))
    for envelope, event in topics.of(RequestEvent):
        match event:
            case notify.MessageQueued():
                _insert_queued(table, event, queued_at=envelope.time)
            case notify.MessageSent():
                table.update(event.message_id, state="sent", settled_at=envelope.time)
            case notify.MessageFailed():
                table.update(event.message_id, state="failed", reason=event.reason, settled_at=envelope.time)
            case notify.MessageUnknown():
                table.update(event.message_id, state="unknown", reason=event.reason, settled_at=envelope.time)
    return table


def _insert_queued(table: Table, event: notify.MessageQueued, **times: object) -> None:
    table.insert(
        message_id=event.message_id,
        request_id=event.request_id,
        round=event.round,
        cause_type=event.cause_type,
        cause_id=event.cause_id,
        recipient=event.recipient,
        recipient_id=event.recipient_id,
        channel=event.channel,
        template=event.template,
        language=event.language,
        state="queued",
        reason=None,
        settled_at=None,
        **times,
    )

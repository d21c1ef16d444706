"""notify's tables, folded from the topics."""

from collections.abc import Mapping
from typing import Any, Final

from halo_events.contract import dispatch, documents, intake, notify
from halo_events.contract.event import RequestEvent

from halo_demo.checks.tables import Table
from halo_demo.facts import Topics

NOT_FOLDED: Final = ("outgoing",)
"""Addresses and texts on their way out, which no topic carries."""


BLANK: Final[Mapping[str, Any]] = {"asked_id": None, "holder_id": None, "accepted_at": None, "delivered": 0}
"""An assignment of which nothing is known."""


def fold(topics: Topics) -> list[Table]:
    """Fold all tables of notify."""
    return [_contacts(topics), _assignments(topics), _items(topics), _officers(topics), _messages(topics)]


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
            cancel_round=None,
        )
    for _, asked in topics.of(intake.RequestCancelRequested):
        table.update(asked.request_id, cancel_round=asked.round)
    return table


def _assignments(topics: Topics) -> Table:
    table = Table("assignments", ("request_id", "round"))
    for envelope, event in topics.of(RequestEvent):
        key = {"request_id": event.request_id, "round": event.round}
        before = table.rows.get((event.request_id, event.round), key | dict(BLANK))
        match event:
            case dispatch.AssignmentOffered():
                table.insert(**before | {"asked_id": event.officer_id})
            case dispatch.AssignmentAwaited():
                table.insert(**before | {"asked_id": None, "holder_id": None})
            case dispatch.AssignmentAccepted():
                held = {"asked_id": None, "holder_id": event.officer_id, "accepted_at": envelope.time}
                table.insert(**before | held)
            case dispatch.DeliveryCompleted():
                table.insert(**before | {"delivered": before["delivered"] + len(event.items)})
    return table


def _items(topics: Topics) -> Table:
    table = Table("items", ("item_id",))
    for _, event in topics.of(documents.NeedRecorded):
        for item in event.items:
            table.insert(item_id=item.item_id, request_id=event.request_id, round=event.round, kind=item.kind)
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

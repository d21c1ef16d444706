"""intake's tables, folded from the topics."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from halo_events.contract import dispatch, documents, intake
from halo_events.contract.event import RequestEvent
from halo_events.contract.intake import PublicStatus

from halo_demo.checks.tables import Table
from halo_demo.facts import Topics

NOT_FOLDED: Final = ("timers",)
"""When to close a delivered request."""

STEPS: Final = {
    dispatch.AssignmentOffered: PublicStatus.OFFERED,
    dispatch.AssignmentAccepted: PublicStatus.ACCEPTED,
    dispatch.VisitScheduled: PublicStatus.VISIT_SCHEDULED,
    dispatch.VisitMade: PublicStatus.COLLECTING,
}
"""How far an event takes a request as a whole."""

PROMISES: Final = (PublicStatus.OFFERED, PublicStatus.ACCEPTED, PublicStatus.VISIT_SCHEDULED)
"""What falls when the officer who held the request left."""


def fold(topics: Topics) -> list[Table]:
    """Fold all tables of intake."""
    return [_requests(topics), _request_steps(topics), _item_steps(topics), _item_deliveries(topics)]


def _requests(topics: Topics) -> Table:
    table = Table("requests", ("request_id",))
    for envelope, event in topics.of(RequestEvent):
        match event:
            case intake.RequestReceived():
                table.insert(
                    request_id=event.request_id,
                    tracking_no=event.tracking_no,
                    channel=event.channel,
                    source_ref=event.source_ref,
                    round=event.round,
                    documents=event.documents,
                    received_at=envelope.time,
                    status=None,
                    status_since=None,
                    closed_at=None,
                    closed_by=None,
                )
            case intake.RequestProgressed():
                table.update(event.request_id, status=event.status, status_since=event.since)
            case intake.RequestClosed():
                table.update(event.request_id, closed_at=envelope.time, closed_by=event.closed_by)
    return table


def _request_steps(topics: Topics) -> Table:
    table = Table("request_steps", ("request_id", "status"))
    for envelope, event in topics.of(RequestEvent):
        status = STEPS.get(type(event))
        if status is not None:
            table.insert_once(request_id=event.request_id, status=status, reached_at=envelope.time)
        elif isinstance(event, dispatch.AssignmentAwaited) and event.reason == dispatch.AwaitReason.OFFICER_LEFT:
            for fallen in PROMISES:
                table.rows.pop((event.request_id, fallen), None)
    return table


def _item_steps(topics: Topics) -> Table:
    table = Table("item_steps", ("request_id", "item_id", "status"))
    for envelope, event in topics.of(RequestEvent):
        for item_id, status in _steps_of_items(event):
            table.insert_once(request_id=event.request_id, item_id=item_id, status=status, reached_at=envelope.time)
    return table


def _steps_of_items(event: RequestEvent) -> Iterator[tuple[UUID, PublicStatus]]:
    """Say how far the event takes which items."""
    match event:
        case documents.NeedRecorded():
            yield from ((item.item_id, PublicStatus.COLLECTING) for item in event.items)
        case documents.DossierSubmitted():
            yield from ((item_id, PublicStatus.SUBMITTED) for item_id in event.items)
        case documents.VerificationPassed() | documents.DocumentIssued():
            yield event.item_id, PublicStatus.PROCESSING
        case documents.DocumentPrinted():
            yield event.item_id, PublicStatus.PRINTED
        case documents.HandoverCompleted():
            yield from ((item_id, PublicStatus.WITH_OFFICER) for item_id in event.items)


def _item_deliveries(topics: Topics) -> Table:
    table = Table("item_deliveries", ("request_id", "item_id"))
    for envelope, event in topics.of(dispatch.DeliveryCompleted):
        for item_id in event.items:
            table.insert_once(request_id=event.request_id, item_id=item_id, delivered_at=envelope.time)
    return table

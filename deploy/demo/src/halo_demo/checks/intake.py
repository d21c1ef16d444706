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
"""What falls when nobody is asked or holds the request any more."""

REVISED: Final = (PublicStatus.SUBMITTED, PublicStatus.VERIFYING, PublicStatus.PROCESSING)
"""What falls when the desk asks for papers again."""


def fold(topics: Topics) -> list[Table]:
    """Fold all tables of intake."""
    return [
        _requests(topics),
        _request_steps(topics),
        _item_steps(topics),
        _item_deliveries(topics),
        _item_returns(topics),
        _retentions(topics),
    ]


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
                    wanted=None,
                    received_at=envelope.time,
                    status=None,
                    status_since=None,
                    closed_at=None,
                    closed_by=None,
                    reopened_at=None,
                    cancel_asks=0,
                    cancel_reason=None,
                    cancelled_at=None,
                )
            case intake.RequestProgressed():
                table.update(event.request_id, status=event.status, status_since=event.since)
            case intake.RequestClosed():
                table.update(event.request_id, closed_at=envelope.time, closed_by=event.closed_by)
            case intake.RequestCancelRequested():
                asks = table.rows[(event.request_id,)]["cancel_asks"] + 1
                table.update(event.request_id, cancel_asks=asks, cancel_reason=event.reason)
            case intake.RequestCancelled():
                table.update(event.request_id, cancelled_at=envelope.time)
            case intake.RequestReopened():
                begun = {"round": event.round, "wanted": event.documents, "reopened_at": envelope.time}
                anew = {"closed_at": None, "closed_by": None, "cancel_asks": 0, "cancel_reason": None}
                table.update(event.request_id, **begun, **anew)
    return table


def _request_steps(topics: Topics) -> Table:
    table = Table("request_steps", ("request_id", "round", "status"))
    for envelope, event in topics.of(RequestEvent):
        status = STEPS.get(type(event))
        if status is not None:
            table.insert_once(request_id=event.request_id, round=event.round, status=status, reached_at=envelope.time)
        elif isinstance(event, dispatch.VisitMissed):
            table.rows.pop((event.request_id, event.round, PublicStatus.VISIT_SCHEDULED), None)
        elif isinstance(event, dispatch.AssignmentAwaited):
            for fallen in PROMISES:
                table.rows.pop((event.request_id, event.round, fallen), None)
    return table


def _item_steps(topics: Topics) -> Table:
    table = Table("item_steps", ("request_id", "round", "item_id", "status"))
    for envelope, event in topics.of(RequestEvent):
        for item_id, status in _steps_of_items(event):
            table.insert_once(
                request_id=event.request_id,
                round=event.round,
                item_id=item_id,
                status=status,
                reached_at=envelope.time,
            )
        for item_id, status in _falls_of_items(event):
            table.rows.pop((event.request_id, event.round, item_id, status), None)
    return table


def _falls_of_items(event: RequestEvent) -> Iterator[tuple[UUID, PublicStatus]]:
    """Say what is no longer true of an item."""
    match event:
        case documents.RevisionRequested():
            yield from ((event.item_id, status) for status in REVISED)
        case documents.ProcessingResumed():
            yield event.item_id, PublicStatus.HELD


def _steps_of_items(event: RequestEvent) -> Iterator[tuple[UUID, PublicStatus]]:
    """Say how far the event takes which items."""
    match event:
        case documents.NeedRecorded():
            yield from ((item.item_id, PublicStatus.COLLECTING) for item in event.items)
        case documents.DossierSubmitted():
            yield from ((item_id, PublicStatus.SUBMITTED) for item_id in event.items)
        case documents.VerificationRejected():
            yield event.item_id, PublicStatus.REJECTED
        case documents.ProcessingHeld():
            yield event.item_id, PublicStatus.HELD
        case documents.VerificationPassed() | documents.DocumentIssued():
            yield event.item_id, PublicStatus.PROCESSING
        case documents.DocumentPrinted():
            yield event.item_id, PublicStatus.PRINTED
        case documents.HandoverCompleted():
            yield from ((item_id, PublicStatus.WITH_OFFICER) for item_id in event.items)


def _item_deliveries(topics: Topics) -> Table:
    table = Table("item_deliveries", ("request_id", "round", "item_id"))
    for envelope, event in topics.of(dispatch.DeliveryCompleted):
        for item_id in event.items:
            table.insert_once(
                request_id=event.request_id, round=event.round, item_id=item_id, delivered_at=envelope.time
            )
    return table


def _item_returns(topics: Topics) -> Table:
    table = Table("item_returns", ("request_id", "round", "item_id"))
    for envelope, event in topics.of(dispatch.DeliveryReturned):
        for item_id in event.items:
            table.insert_once(
                request_id=event.request_id, round=event.round, item_id=item_id, returned_at=envelope.time
            )
    return table


def _retentions(topics: Topics) -> Table:
    table = Table("retentions", ("request_id", "round"))
    for _, event in topics.of(dispatch.AssignmentRetained):
        times = table.rows.get((event.request_id, event.round), {"times": 0})["times"] + 1
        table.insert(request_id=event.request_id, round=event.round, times=times)
    return table

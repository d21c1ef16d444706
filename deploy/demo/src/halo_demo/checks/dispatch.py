"""dispatch's tables, folded from the topics."""

from typing import Any, Final

from halo_events.contract import dispatch, documents, intake
from halo_events.contract.event import RequestEvent

from halo_demo.checks.tables import Table
from halo_demo.facts import Topics

NOT_FOLDED: Final = ("kelurahan", "rws")
"""The register of places is loaded from files."""


def fold(topics: Topics) -> list[Table]:
    """Fold all tables of dispatch."""
    return [
        _officers(topics),
        _requests(topics),
        _items(topics),
        _handed_items(topics),
        _papers(topics),
        _assignments(topics),
        _declines(topics),
        _visits(topics),
        *_deliveries(topics),
        _tried_items(topics),
    ]


def _officers(topics: Topics) -> Table:
    table = Table("officers", ("officer_id",))
    for envelope, event in topics.of(dispatch.OfficerEvent):
        if isinstance(event, dispatch.OfficerState):
            table.insert(
                officer_id=event.officer_id,
                role=event.role,
                kelurahan_code=event.kelurahan_code,
                rws=event.rws,
                on_duty=event.on_duty,
                name=event.person.name,
                phone=event.person.phone,
                email=event.person.email,
                changed_at=envelope.time,
                left_at=None,
            )
        else:
            table.update(
                event.officer_id,
                on_duty=False,
                phone=None,
                email=None,
                changed_at=envelope.time,
                left_at=envelope.time,
            )
    return table


def _requests(topics: Topics) -> Table:
    table = Table("requests", ("request_id",))
    for envelope, event in topics.of(intake.RequestReceived):
        table.insert(
            request_id=event.request_id,
            round=event.round,
            tracking_no=event.tracking_no,
            documents=event.documents,
            kelurahan_code=event.kelurahan_code,
            rw=event.rw,
            rt=event.rt,
            target_group=event.target_group,
            household_size=event.household_size,
            language=event.language,
            name=event.resident.name,
            phone=event.resident.phone,
            address=event.resident.address,
            note=event.resident.note,
            received_at=envelope.time,
            closed_at=None,
            cancel_requested_round=None,
            cancelled_at=None,
        )
    for envelope, later in topics.of(RequestEvent):
        match later:
            case intake.RequestClosed():
                table.update(later.request_id, closed_at=envelope.time)
            case intake.RequestCancelRequested():
                table.update(later.request_id, cancel_requested_round=later.round)
            case intake.RequestCancelled():
                table.update(later.request_id, cancelled_at=envelope.time)
            case intake.RequestReopened():
                table.update(later.request_id, round=later.round, documents=later.documents, closed_at=None)
    return table


def _items(topics: Topics) -> Table:
    table = Table("items", ("item_id",))
    for envelope, event in topics.of(documents.NeedRecorded):
        for item in event.items:
            table.insert_once(
                item_id=item.item_id,
                request_id=event.request_id,
                round=event.round,
                kind=item.kind,
                recorded_at=envelope.time,
                rejected_at=None,
            )
    for envelope, rejected in topics.of(documents.VerificationRejected):
        table.update(rejected.item_id, rejected_at=envelope.time)
    return table


def _handed_items(topics: Topics) -> Table:
    table = Table("handed_items", ("item_id",))
    for envelope, event in topics.of(documents.HandoverCompleted):
        for item_id in event.items:
            table.insert(
                item_id=item_id,
                request_id=event.request_id,
                handover_id=event.handover_id,
                officer_id=event.officer_id,
                handed_at=envelope.time,
            )
    return table


def _papers(topics: Topics) -> Table:
    table = Table("papers", ("paper_id",))
    for envelope, event in topics.of(documents.PaperUploaded):
        table.insert(
            paper_id=event.paper_id,
            request_id=event.request_id,
            round=event.round,
            purpose=event.purpose,
            sha256=event.sha256,
            uploaded_at=envelope.time,
            cleared_at=None,
            quarantined_at=None,
        )
    for envelope, cleared in topics.of(documents.PaperCleared):
        table.update(cleared.paper_id, cleared_at=envelope.time)
    for envelope, quarantined in topics.of(documents.PaperQuarantined):
        table.update(quarantined.paper_id, quarantined_at=envelope.time)
    return table


def _assignments(topics: Topics) -> Table:
    table = Table("assignments", ("request_id",))
    for envelope, event in topics.of(RequestEvent):
        changes = _change(event)
        if changes is not None:
            before = table.rows.get((event.request_id,), {"cancel_answered_round": None})
            table.insert(**before | changes | {"request_id": event.request_id, "changed_at": envelope.time})
        elif isinstance(event, dispatch.AssignmentRetained):
            table.update(event.request_id, cancel_answered_round=event.round)
    return table


def _change(event: RequestEvent) -> dict[str, Any] | None:
    """Say what an event changes in an assignment, or nothing."""
    blank = dict.fromkeys(("officer_id", "level", "due_at", "kelurahan_code", "await_reason", "coordinator_id"))
    match event:
        case dispatch.AssignmentOffered():
            offer = {"officer_id": event.officer_id, "level": event.level, "due_at": event.due_at}
            return blank | offer | {"round": event.round, "state": "offered"}
        case dispatch.AssignmentAwaited():
            place = {"kelurahan_code": event.kelurahan_code, "coordinator_id": event.coordinator_id}
            return blank | place | {"round": event.round, "state": "awaited", "await_reason": event.reason}
        case dispatch.AssignmentAccepted():
            return {"state": "accepted", "officer_id": event.officer_id, "due_at": None}
        case dispatch.AssignmentDeclined():
            return {"state": "declined", "officer_id": None, "level": None, "due_at": None}
        case dispatch.AssignmentReleased():
            end = {"state": "released", "officer_id": event.officer_id, "cancel_answered_round": event.round}
            return blank | end
        case _:
            return None


def _declines(topics: Topics) -> Table:
    table = Table("declines", ("request_id", "round", "officer_id"))
    for envelope, event in topics.of(dispatch.AssignmentDeclined):
        table.insert(
            request_id=event.request_id,
            round=event.round,
            officer_id=event.officer_id,
            reason=event.reason,
            declined_at=envelope.time,
        )
    return table


def _visits(topics: Topics) -> Table:
    table = Table("visits", ("visit_id",))
    for envelope, event in topics.of(RequestEvent):
        if _replaces_visit(event):
            for row in table.rows.values():
                ended = row["made_at"] or row["replaced_at"] or row["missed_at"]
                if row["request_id"] == event.request_id and ended is None:
                    row["replaced_at"] = envelope.time
        match event:
            case dispatch.VisitScheduled():
                _insert_visit(table, event, scheduled_at=envelope.time)
            case dispatch.VisitMade():
                table.update(event.visit_id, made_at=envelope.time)
            case dispatch.VisitMissed():
                table.update(event.visit_id, missed_at=envelope.time, miss_reason=event.reason)
    return table


def _replaces_visit(event: RequestEvent) -> bool:
    """Tell whether a visit that was planned falls: for another, with its holder, or with its round."""
    if isinstance(event, dispatch.AssignmentOffered):
        return event.round > 1
    return isinstance(event, dispatch.VisitScheduled | dispatch.AssignmentAwaited | dispatch.AssignmentReleased)


def _insert_visit(table: Table, event: dispatch.VisitScheduled, **times: object) -> None:
    table.insert(
        visit_id=event.visit_id,
        request_id=event.request_id,
        round=event.round,
        officer_id=event.officer_id,
        visit_at=event.visit_at,
        replaced_at=None,
        made_at=None,
        missed_at=None,
        miss_reason=None,
        **times,
    )


def _deliveries(topics: Topics) -> tuple[Table, Table]:
    deliveries, items = Table("deliveries", ("delivery_id",)), Table("delivered_items", ("item_id",))
    for envelope, event in topics.of(dispatch.DeliveryCompleted):
        deliveries.insert(
            delivery_id=event.delivery_id,
            request_id=event.request_id,
            officer_id=event.officer_id,
            relation=event.relation,
            paper_id=event.proof.paper_id,
            old_card_returned=event.old_card_returned,
            completed_at=envelope.time,
        )
        for item_id in event.items:
            items.insert(item_id=item_id, request_id=event.request_id, delivery_id=event.delivery_id)
    return deliveries, items


def _tried_items(topics: Topics) -> Table:
    table = Table("tried_items", ("item_id",))
    for envelope, event in topics.of(RequestEvent):
        if isinstance(event, dispatch.DeliveryFailed):
            for item_id in event.items:
                before = table.rows.get((item_id,), {"tries": 0, "returned_at": None})
                last = {"reason": event.reason, "failed_at": envelope.time, "tries": before["tries"] + 1}
                table.insert(**before | last | {"item_id": item_id, "request_id": event.request_id})
        elif isinstance(event, dispatch.DeliveryReturned):
            for item_id in event.items:
                table.update(item_id, returned_at=envelope.time)
    return table

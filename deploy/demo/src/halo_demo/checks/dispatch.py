"""dispatch's tables, folded from the topics."""

from typing import Final

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
        )
    for envelope, closed in topics.of(intake.RequestClosed):
        table.update(closed.request_id, closed_at=envelope.time)
    return table


def _items(topics: Topics) -> Table:
    table = Table("items", ("item_id",))
    for envelope, event in topics.of(documents.NeedRecorded):
        for item in event.items:
            table.insert_once(
                item_id=item.item_id, request_id=event.request_id, kind=item.kind, recorded_at=envelope.time
            )
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
    blank = dict.fromkeys(("officer_id", "level", "due_at", "kelurahan_code", "await_reason", "coordinator_id"))
    for envelope, event in topics.of(RequestEvent):
        now = {"request_id": event.request_id, "round": event.round, "changed_at": envelope.time}
        match event:
            case dispatch.AssignmentOffered():
                offer = {"officer_id": event.officer_id, "level": event.level, "due_at": event.due_at}
                table.insert(**blank | now | offer | {"state": "offered"})
            case dispatch.AssignmentAwaited():
                place = {"kelurahan_code": event.kelurahan_code, "coordinator_id": event.coordinator_id}
                table.insert(**blank | now | place | {"state": "awaited", "await_reason": event.reason})
            case dispatch.AssignmentAccepted():
                held = {"state": "accepted", "officer_id": event.officer_id, "due_at": None}
                table.update(event.request_id, **held, changed_at=envelope.time)
            case dispatch.AssignmentDeclined():
                free = {"state": "declined", "officer_id": None, "level": None, "due_at": None}
                table.update(event.request_id, **free, changed_at=envelope.time)
    return table


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
        if isinstance(event, dispatch.VisitScheduled | dispatch.AssignmentAwaited):
            for row in table.rows.values():
                if row["request_id"] == event.request_id and row["made_at"] is None and row["replaced_at"] is None:
                    row["replaced_at"] = envelope.time
        if isinstance(event, dispatch.VisitScheduled):
            table.insert(
                visit_id=event.visit_id,
                request_id=event.request_id,
                officer_id=event.officer_id,
                visit_at=event.visit_at,
                scheduled_at=envelope.time,
                replaced_at=None,
                made_at=None,
            )
        elif isinstance(event, dispatch.VisitMade):
            table.update(event.visit_id, made_at=envelope.time)
    return table


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

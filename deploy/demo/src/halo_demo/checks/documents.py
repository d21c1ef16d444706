"""documents' tables, folded from the topics."""

from collections import Counter
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from halo_events.contract import dispatch, documents, intake
from halo_events.contract.event import RequestEvent

from halo_demo.checks.tables import Table
from halo_demo.facts import Topics

NOT_FOLDED: Final = ("uploads", "handovers")
"""Uploads under way, and handovers that wait for the officer."""


def fold(topics: Topics) -> list[Table]:
    """Fold all tables of documents."""
    return [
        _officers(topics),
        _requests(topics),
        _assignments(topics),
        _visits(topics),
        _deliveries(topics),
        _dossiers(topics),
        _items(topics),
        _papers(topics),
        _revisions(topics),
    ]


def _officers(topics: Topics) -> Table:
    table = Table("officers", ("officer_id",))
    for envelope, event in topics.of(dispatch.OfficerEvent):
        left_at = envelope.time if isinstance(event, dispatch.OfficerLeft) else None
        table.insert(officer_id=event.officer_id, left_at=left_at)
    return table


def _requests(topics: Topics) -> Table:
    table = Table("requests", ("request_id",))
    for envelope, event in topics.of(intake.RequestReceived):
        table.insert(
            request_id=event.request_id,
            tracking_no=event.tracking_no,
            kelurahan_code=event.kelurahan_code,
            rw=event.rw,
            documents=event.documents,
            resident_name=event.resident.name,
            resident_nik=event.resident.nik,
            resident_kk=event.resident.kk,
            resident_address=event.resident.address,
            received_at=envelope.time,
            round=1,
            cancelled_at=None,
            cancel_round=None,
        )
    for _, asked in topics.of(intake.RequestCancelRequested):
        table.update(asked.request_id, cancel_round=asked.round)
    for envelope, cancelled in topics.of(intake.RequestCancelled):
        table.update(cancelled.request_id, cancelled_at=envelope.time)
    for _, reopened in topics.of(intake.RequestReopened):
        table.update(reopened.request_id, round=reopened.round, documents=reopened.documents)
    return table


def _assignments(topics: Topics) -> Table:
    table = Table("assignments", ("request_id",))
    for envelope, event in topics.of(RequestEvent):
        if isinstance(event, dispatch.AssignmentAccepted):
            table.insert(
                request_id=event.request_id,
                round=event.round,
                officer_id=event.officer_id,
                accepted_at=envelope.time,
                released_at=None,
            )
        elif isinstance(event, dispatch.AssignmentAwaited | dispatch.AssignmentReleased):
            table.update_if_there(event.request_id, released_at=envelope.time)
    return table


def _visits(topics: Topics) -> Table:
    table = Table("visits", ("visit_id",))
    for envelope, event in topics.of(dispatch.VisitMade):
        table.insert(
            visit_id=event.visit_id,
            request_id=event.request_id,
            round=event.round,
            officer_id=event.officer_id,
            made_at=envelope.time,
        )
    return table


def _deliveries(topics: Topics) -> Table:
    table = Table("deliveries", ("item_id",))
    for envelope, event in topics.of(dispatch.DeliveryCompleted):
        for item_id in event.items:
            table.insert(
                item_id=item_id,
                delivery_id=event.delivery_id,
                request_id=event.request_id,
                delivered_at=envelope.time,
            )
    return table


def _dossiers(topics: Topics) -> Table:
    table = Table("dossiers", ("request_id", "round"))
    for envelope, event in topics.of(documents.NeedRecorded):
        table.insert(
            request_id=event.request_id,
            round=event.round,
            officer_id=event.officer_id,
            checklist_version=event.checklist_version,
            recorded_at=envelope.time,
        )
    return table


def _items(topics: Topics) -> Table:
    table = Table("items", ("item_id",))
    for envelope, event in topics.of(RequestEvent):
        at = {"state_at": envelope.time}
        match event:
            case documents.NeedRecorded():
                _insert_items(table, event, at)
            case documents.DossierSubmitted():
                for item_id in event.items:
                    table.update(item_id, state="submitted", **at)
            case documents.VerificationPassed():
                table.update(event.item_id, state="verified", **at)
            case documents.DocumentIssued():
                table.update(event.item_id, state="issued", issue_number=event.issue_number, **at)
            case documents.DocumentPrinted():
                printed = {"print_count": event.print_count, "blank_serial": event.blank_serial}
                table.update(event.item_id, state="printed", **printed, **at)
            case documents.HandoverCompleted():
                for item_id in event.items:
                    table.update(item_id, state="handed_over", handover_id=event.handover_id, **at)
            case _:
                _detour(table, event, envelope.time)
    return table


def _detour(table: Table, event: RequestEvent, at: datetime) -> None:
    """What leads an item off its way, and back to it."""
    match event:
        case documents.RevisionRequested():
            revisions = table.rows[(event.item_id,)]["revisions"] + 1
            table.update(event.item_id, state="needed", revisions=revisions, state_at=at)
        case documents.ProcessingHeld():
            table.update(event.item_id, held_reason=event.reason, held_at=at)
        case documents.ProcessingResumed():
            table.update(event.item_id, held_reason=None, held_at=None)
        case documents.VerificationRejected():
            ended = {"rejection": event.reason, "held_reason": None, "held_at": None}
            table.update(event.item_id, state="rejected", state_at=at, **ended)


def _revisions(topics: Topics) -> Table:
    table, numbers = Table("revisions", ("item_id", "number", "row_code")), Counter[UUID]()
    for envelope, event in topics.of(documents.RevisionRequested):
        numbers[event.item_id] += 1
        for asked in event.rows:
            table.insert(
                item_id=event.item_id,
                number=numbers[event.item_id],
                row_code=asked.row,
                reason=asked.reason,
                requested_at=envelope.time,
            )
    return table


def _insert_items(table: Table, event: documents.NeedRecorded, at: dict[str, Any]) -> None:
    for position, item in enumerate(event.items, start=1):
        table.insert(
            item_id=item.item_id,
            request_id=event.request_id,
            round=event.round,
            position=position,
            kind=item.kind,
            state="needed",
            issue_number=None,
            print_count=0,
            blank_serial=None,
            handover_id=None,
            held_reason=None,
            held_at=None,
            rejection=None,
            revisions=0,
            **at,
        )


def _papers(topics: Topics) -> Table:
    """Papers in the order of their topic: a revision counts out those that came before it, and no later ones."""
    table = Table("papers", ("paper_id",))
    for envelope, event in topics.of(RequestEvent):
        match event:
            case documents.PaperUploaded():
                _insert_paper(table, event, envelope.time)
            case documents.PaperCleared():
                table.update(event.paper_id, state="cleared", checked_at=envelope.time)
            case documents.PaperQuarantined():
                table.update(event.paper_id, state="quarantined", reason=event.reason, checked_at=envelope.time)
            case documents.RevisionRequested():
                asked = {row.row for row in event.rows}
                for row in table.rows.values():
                    if row["item_id"] == event.item_id and row["row_code"] in asked and row["superseded_at"] is None:
                        row["superseded_at"] = envelope.time
    return table


def _insert_paper(table: Table, event: documents.PaperUploaded, at: datetime) -> None:
    table.insert(
        paper_id=event.paper_id,
        request_id=event.request_id,
        round=event.round,
        purpose=event.purpose,
        item_id=event.item_id,
        row_code=event.row,
        sha256=event.sha256,
        size=event.size,
        media_type=event.media_type,
        state="uploaded",
        reason=None,
        uploaded_at=at,
        checked_at=None,
        superseded_at=None,
    )

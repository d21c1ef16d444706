"""Events in: what each of them changes in the tables, and what intake decides upon it."""

from collections.abc import Awaitable, Callable
from typing import Final

from halo_events import topics
from halo_events.contract.dispatch import (
    AssignmentAccepted,
    AssignmentAwaited,
    AssignmentOffered,
    AwaitReason,
    DeliveryCompleted,
    VisitMade,
    VisitScheduled,
)
from halo_events.contract.documents import (
    DocumentIssued,
    DocumentPrinted,
    DossierSubmitted,
    HandoverCompleted,
    NeedRecorded,
    VerificationPassed,
)
from halo_events.contract.eopen import RequestFiled
from halo_events.contract.event import RequestEvent
from halo_events.contract.intake import PublicStatus, RequestClosed, RequestProgressed, RequestReceived
from halo_events.contract.values import Channel
from halo_events.runtime import Fold, Handler, Rejection, Tx, boundary, on, project

from halo_intake import repository, usecases
from halo_intake.domain.attempts import Attempt, eopen_id_of, record_name
from halo_intake.domain.filing import Fault
from halo_intake.domain.requests import Request
from halo_intake.domain.status import PROMISES

WHOLE_RECORD: Final = frozenset({"broken_json", "not_an_object", "unknown_type"})
"""Faults that no field has: the record as a whole is at fault."""

ItemEvent = VerificationPassed | DocumentIssued | DocumentPrinted
ItemsEvent = DossierSubmitted | HandoverCompleted


async def on_request_filed(tx: Tx, event: RequestFiled) -> None:
    """Answer a record of e-OPen that has the right form."""
    data = event.model_dump(mode="json") | {"channel": Channel.EOPEN, "source_ref": event.eopen_id}
    place = record_name(tx.envelope.id) or topics.EOPEN_REQUESTS.name
    await usecases.answer_attempt(tx, Attempt(event.eopen_id, place, data, event.occurred_at))


async def on_rejected(tx: Tx, rejection: Rejection) -> None:
    """Answer a record of e-OPen that has not; of a filing, name the faults of its content as well."""
    envelope, data = rejection.envelope, rejection.data
    record_id = envelope.id if envelope else rejection.record_id
    place = record_name(record_id) or f"{rejection.topic}/{rejection.partition}/{rejection.offset}"
    faults = tuple(Fault(fault.code, None if fault.code in WHOLE_RECORD else fault.field) for fault in rejection.faults)
    if envelope is None or envelope.type != RequestFiled.type or data is None:
        await usecases.refuse_unreadable(tx, eopen_id_of(data), place, faults)
        return
    content = {name: data[name] for name in RequestFiled.model_fields if name in data} | {"channel": Channel.EOPEN}
    await usecases.answer_attempt(tx, Attempt(eopen_id_of(data), place, content, faults=faults))


async def apply_request_received(fold: Fold, event: RequestReceived) -> None:
    """Keep what following a request takes, and nothing of the resident."""
    request = Request(
        request_id=event.request_id,
        tracking_no=event.tracking_no,
        channel=event.channel,
        source_ref=event.source_ref,
        round=event.round,
        documents=event.documents,
        received_at=fold.envelope.time,
        closed_at=None,
        status=None,
    )
    await repository.insert_request(fold, request)


async def apply_request_progressed(fold: Fold, event: RequestProgressed) -> None:
    """Note what was published last."""
    await repository.update_status(fold, event.request_id, event.status, event.since)


async def apply_request_closed(fold: Fold, event: RequestClosed) -> None:
    """Note the closing."""
    await repository.update_closed(fold, event.request_id, fold.envelope.time, event.closed_by)


def request_reaches(status: PublicStatus) -> Callable[[Fold, RequestEvent], Awaitable[None]]:
    """The event takes the request as a whole to this status."""

    async def apply(fold: Fold, event: RequestEvent) -> None:
        await repository.insert_request_step(fold, event.request_id, status, fold.envelope.time)

    return apply


def item_reaches(status: PublicStatus) -> Callable[[Fold, ItemEvent], Awaitable[None]]:
    """The event takes one item to this status."""

    async def apply(fold: Fold, event: ItemEvent) -> None:
        await repository.insert_item_steps(fold, event.request_id, [event.item_id], status, fold.envelope.time)

    return apply


def items_reach(status: PublicStatus) -> Callable[[Fold, ItemsEvent], Awaitable[None]]:
    """The event takes several items to this status."""

    async def apply(fold: Fold, event: ItemsEvent) -> None:
        await repository.insert_item_steps(fold, event.request_id, event.items, status, fold.envelope.time)

    return apply


async def apply_assignment_awaited(fold: Fold, event: AssignmentAwaited) -> None:
    """Where the holder left, nobody holds the request or plans to come any more; what was done is done."""
    if event.reason == AwaitReason.OFFICER_LEFT:
        await repository.delete_request_steps(fold, event.request_id, PROMISES)


async def apply_need_recorded(fold: Fold, event: NeedRecorded) -> None:
    """From here on the items are known."""
    item_ids = [item.item_id for item in event.items]
    await repository.insert_item_steps(fold, event.request_id, item_ids, PublicStatus.COLLECTING, fold.envelope.time)


async def apply_delivery_completed(fold: Fold, event: DeliveryCompleted) -> None:
    """These items are at the door."""
    await repository.insert_item_deliveries(fold, event.request_id, event.items, fold.envelope.time)


PROJECTIONS: Final = (
    project(RequestReceived, apply_request_received),
    project(RequestProgressed, apply_request_progressed),
    project(RequestClosed, apply_request_closed),
    project(AssignmentOffered, request_reaches(PublicStatus.OFFERED)),
    project(AssignmentAwaited, apply_assignment_awaited),
    project(AssignmentAccepted, request_reaches(PublicStatus.ACCEPTED)),
    project(VisitScheduled, request_reaches(PublicStatus.VISIT_SCHEDULED)),
    project(VisitMade, request_reaches(PublicStatus.COLLECTING)),
    project(NeedRecorded, apply_need_recorded),
    project(DossierSubmitted, items_reach(PublicStatus.SUBMITTED)),
    project(VerificationPassed, item_reaches(PublicStatus.PROCESSING)),
    project(DocumentIssued, item_reaches(PublicStatus.PROCESSING)),
    project(DocumentPrinted, item_reaches(PublicStatus.PRINTED)),
    project(HandoverCompleted, items_reach(PublicStatus.WITH_OFFICER)),
    project(DeliveryCompleted, apply_delivery_completed),
)
"""What each event changes in the tables."""

FOLLOWED: Final[tuple[type[RequestEvent], ...]] = (
    AssignmentOffered,
    AssignmentAwaited,
    AssignmentAccepted,
    VisitScheduled,
    VisitMade,
    NeedRecorded,
    DossierSubmitted,
    VerificationPassed,
    DocumentIssued,
    DocumentPrinted,
    HandoverCompleted,
    DeliveryCompleted,
)
"""The events of others that may change the public status."""


def decisions(reopen_working_days: int) -> tuple[Handler, ...]:
    """What intake decides: publish the status when it changed. The window before closing is in working days."""

    async def on_followed(tx: Tx, event: RequestEvent) -> None:
        await usecases.follow_request(tx, event.request_id, reopen_working_days)

    return tuple(on(event, on_followed) for event in FOLLOWED)


BOUNDARIES: Final = (
    boundary(topics.EOPEN_REQUESTS, accepts=(on(RequestFiled, on_request_filed),), on_rejected=on_rejected),
)
"""Every record of e-OPen is answered."""

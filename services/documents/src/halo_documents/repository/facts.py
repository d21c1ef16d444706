"""What other services said of a request, as far as documents needs it."""

from datetime import datetime
from uuid import UUID

from halo_events.contract.dispatch import (
    AssignmentAccepted,
    AssignmentAwaited,
    AssignmentReleased,
    DeliveryCompleted,
    OfficerLeft,
    OfficerState,
    VisitMade,
)
from halo_events.contract.intake import RequestCancelled, RequestCancelRequested, RequestReceived, RequestReopened
from halo_events.runtime import Fold, Tx

from halo_documents.domain.dossiers import Asked, Holder
from halo_documents.repository import SQL


async def insert_request(fold: Fold, event: RequestReceived, at: datetime) -> None:
    """Keep what was asked for, and for whom."""
    who = event.resident
    await fold.execute_one(
        SQL["insert_request"],
        event.request_id,
        event.tracking_no,
        event.kelurahan_code,
        event.rw,
        [str(kind) for kind in event.documents],
        who.name,
        who.nik,
        who.kk,
        who.address,
        at,
    )


async def update_request_cancel_requested(fold: Fold, event: RequestCancelRequested) -> None:
    """Keep in which round cancelling was asked for."""
    await fold.execute_one(SQL["update_request_cancel_requested"], event.request_id, event.round)


async def update_request_cancelled(fold: Fold, event: RequestCancelled, at: datetime) -> None:
    """Keep that nobody works on the request any more."""
    await fold.execute_one(SQL["update_request_cancelled"], event.request_id, at)


async def update_request_reopened(fold: Fold, event: RequestReopened) -> None:
    """Keep which round the request is in, and what is wanted in it."""
    wanted = [str(kind) for kind in event.documents]
    await fold.execute_one(SQL["update_request_reopened"], event.request_id, event.round, wanted)


async def upsert_assignment(fold: Fold, event: AssignmentAccepted, at: datetime) -> None:
    """Keep who holds the request."""
    await fold.execute_one(SQL["upsert_assignment"], event.request_id, event.round, event.officer_id, at)


async def update_assignment_released(fold: Fold, event: AssignmentAwaited | AssignmentReleased, at: datetime) -> None:
    """Keep that nobody holds the request, where somebody did."""
    await fold.execute(SQL["update_assignment_released"], event.request_id, at)


async def insert_visit(fold: Fold, event: VisitMade, at: datetime) -> None:
    """Keep that somebody was at the house."""
    await fold.execute_one(SQL["insert_visit"], event.visit_id, event.request_id, event.round, event.officer_id, at)


async def upsert_delivery(fold: Fold, event: DeliveryCompleted, at: datetime) -> None:
    """Keep which items reached the resident."""
    await fold.execute(SQL["upsert_delivery"], event.items, event.delivery_id, event.request_id, at)


async def upsert_officer(fold: Fold, event: OfficerState) -> None:
    """Keep that an officer is in the register."""
    await fold.execute_one(SQL["upsert_officer"], event.officer_id, None)


async def upsert_officer_left(fold: Fold, event: OfficerLeft, at: datetime) -> None:
    """Keep that an officer is in the register no more."""
    await fold.execute_one(SQL["upsert_officer"], event.officer_id, at)


async def find_asked(tx: Tx, request_id: UUID) -> Asked | None:
    """What the request asks for; None until intake's event came."""
    row = await tx.fetchrow(SQL["find_asked"], request_id)
    if row is None:
        return None
    return Asked(
        tracking_no=row["tracking_no"],
        kelurahan_code=row["kelurahan_code"],
        rw=row["rw"],
        documents=tuple(row["documents"]),
        name=row["resident_name"],
        nik=row["resident_nik"],
        kk=row["resident_kk"],
        address=row["resident_address"],
        round=row["round"],
        cancelled_at=row["cancelled_at"],
    )


async def is_request_cancelled(tx: Tx, request_id: UUID) -> bool:
    """Whether intake said that the request is cancelled."""
    found: bool = await tx.fetchval(SQL["is_request_cancelled"], request_id)
    return found


async def find_holder(tx: Tx, request_id: UUID) -> Holder | None:
    """Who holds the request; None until dispatch's event came."""
    row = await tx.fetchrow(SQL["find_holder"], request_id)
    return Holder(**row) if row else None


async def lock_holder(tx: Tx, request_id: UUID) -> Holder | None:
    """Who holds the request, whose steps now wait for this transaction."""
    row = await tx.fetchrow(SQL["lock_holder"], request_id)
    return Holder(**row) if row else None

"""Intake's tables, one typed function per named statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from halo_events.contract.intake import PublicStatus
from halo_events.runtime import Fold, load_statements

from halo_intake.domain.requests import Request
from halo_intake.domain.status import Progress

if TYPE_CHECKING:
    import asyncpg

_SQL: Final = load_statements(__package__)


class Filed(NamedTuple):
    """The request that a channel's number stands for."""

    request_id: UUID
    tracking_no: str


async def lock_source(fold: Fold, channel: str, source_ref: str) -> None:
    """Wait for whoever files the same number of the same channel, until the end of the transaction."""
    await fold.execute(_SQL["lock_source"], channel, source_ref)


async def find_by_source(fold: Fold, channel: str, source_ref: str) -> Filed | None:
    """The accepted request of a channel's number."""
    row = await fold.fetchrow(_SQL["find_by_source"], channel, source_ref)
    return None if row is None else Filed(row["request_id"], row["tracking_no"])


async def is_tracking_no_taken(fold: Fold, tracking_no: str) -> bool:
    """Whether a request bears the number."""
    return bool(await fold.fetchval(_SQL["is_tracking_no_taken"], tracking_no))


async def insert_request(fold: Fold, request: Request) -> None:
    """Keep a new request. Raises a unique violation for a number that is taken."""
    await fold.execute_one(
        _SQL["insert_request"],
        request.request_id,
        request.tracking_no,
        request.channel,
        request.source_ref,
        request.round,
        list(request.documents),
        request.received_at,
    )


async def update_status(fold: Fold, request_id: UUID, status: str, since: datetime) -> None:
    """Note what was published last. Raises RowCountError for an unknown request."""
    await fold.execute_one(_SQL["update_status"], request_id, status, since)


async def update_closed(fold: Fold, request_id: UUID, closed_at: datetime, closed_by: str) -> None:
    """Note the closing. Raises RowCountError for an unknown request."""
    await fold.execute_one(_SQL["update_closed"], request_id, closed_at, closed_by)


async def lock_request(fold: Fold, request_id: UUID) -> Request | None:
    """The request, which nobody else may decide upon until the end of the transaction."""
    return _request(await fold.fetchrow(_SQL["lock_request"], request_id))


async def find_by_tracking_no(fold: Fold, tracking_no: str) -> Request | None:
    """The request of a tracking number in its written form."""
    return _request(await fold.fetchrow(_SQL["find_by_tracking_no"], tracking_no))


def _request(row: "asyncpg.Record | None") -> Request | None:
    if row is None:
        return None
    return Request(**{**row, "documents": tuple(row["documents"])})


async def insert_request_step(fold: Fold, request_id: UUID, status: PublicStatus, reached_at: datetime) -> None:
    """Note that a request came so far, unless it had before."""
    await fold.execute(_SQL["insert_request_step"], request_id, status.value, reached_at)


async def delete_request_steps(fold: Fold, request_id: UUID, statuses: Sequence[PublicStatus]) -> None:
    """Note that these steps of a request stand no longer."""
    await fold.execute(_SQL["delete_request_steps"], request_id, [status.value for status in statuses])


async def insert_item_steps(
    fold: Fold, request_id: UUID, item_ids: Sequence[UUID], status: PublicStatus, reached_at: datetime
) -> None:
    """Note that items came so far, those that had not before."""
    await fold.execute(_SQL["insert_item_steps"], request_id, list(item_ids), status.value, reached_at)


async def insert_item_deliveries(
    fold: Fold, request_id: UUID, item_ids: Sequence[UUID], delivered_at: datetime
) -> None:
    """Note that items were handed over at the door."""
    await fold.execute(_SQL["insert_item_deliveries"], request_id, list(item_ids), delivered_at)


async def get_progress(fold: Fold, request: Request) -> Progress:
    """All that is known of how far a request is."""
    steps = {PublicStatus.RECEIVED: request.received_at}
    if request.closed_at is not None:
        steps[PublicStatus.CLOSED] = request.closed_at
    items: dict[UUID, dict[PublicStatus, datetime]] = {}
    deliveries: dict[UUID, datetime] = {}
    for row in await fold.fetch(_SQL["list_steps"], request.request_id):
        item_id, status, reached_at = row["item_id"], PublicStatus(row["status"]), row["reached_at"]
        if item_id is None:
            steps[status] = reached_at
        elif status is PublicStatus.DELIVERED:
            deliveries[item_id] = reached_at
        else:
            items.setdefault(item_id, {})[status] = reached_at
    return Progress(steps, items, deliveries)


async def upsert_timer(fold: Fold, request_id: UUID, due_at: datetime) -> None:
    """Set the closing of a request to a time."""
    await fold.execute_one(_SQL["upsert_timer"], request_id, due_at)


async def claim_timers(fold: Fold, now: datetime, limit: int) -> list[UUID]:
    """Requests whose timer is due. Until their next attempt, a minute and more from now, nobody else gets them."""
    return [row["request_id"] for row in await fold.fetch(_SQL["claim_timers"], now, limit)]


async def delete_timer(fold: Fold, request_id: UUID) -> bool:
    """Remove a timer; whether it was there."""
    return await fold.execute(_SQL["delete_timer"], request_id) == 1

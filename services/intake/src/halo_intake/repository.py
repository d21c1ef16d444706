"""Intake's tables, one typed function per named statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from halo_events.contract.intake import PublicStatus
from halo_events.runtime import Fold, load_statements

from halo_intake.domain.requests import Request, RequestRound
from halo_intake.domain.status import Progress

if TYPE_CHECKING:
    import asyncpg

_SQL: Final = load_statements(__package__)

DELIVERIES: Final = frozenset({PublicStatus.AT_KELURAHAN, PublicStatus.DELIVERED})
"""Steps of an item that dispatch tells of."""


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
    """Keep a new request, of which all is wanted. Raises a unique violation for a number that is taken."""
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
    return Request(**{**row, "documents": tuple(row["documents"]), "wanted": tuple(row["wanted"])})


async def update_cancel_asked(fold: Fold, request_id: UUID, reason: str) -> None:
    """Note that cancelling was asked for, and why. Raises RowCountError for an unknown request."""
    await fold.execute_one(_SQL["update_cancel_asked"], request_id, reason)


async def update_cancelled(fold: Fold, request_id: UUID, cancelled_at: datetime) -> None:
    """Note the cancelling. Raises RowCountError for an unknown request."""
    await fold.execute_one(_SQL["update_cancelled"], request_id, cancelled_at)


async def update_reopened(fold: Fold, in_round: RequestRound, wanted: Sequence[str], reopened_at: datetime) -> None:
    """Note that a round began, and what it is about. Raises RowCountError for an unknown request."""
    await fold.execute_one(_SQL["update_reopened"], *in_round, list(wanted), reopened_at)


async def insert_request_step(fold: Fold, in_round: RequestRound, status: PublicStatus, reached_at: datetime) -> None:
    """Note that a request came so far, unless it had before."""
    await fold.execute(_SQL["insert_request_step"], *in_round, status.value, reached_at)


async def delete_request_steps(fold: Fold, in_round: RequestRound, statuses: Sequence[PublicStatus]) -> None:
    """Note that these steps of a request stand no longer."""
    await fold.execute(_SQL["delete_request_steps"], *in_round, [status.value for status in statuses])


async def insert_item_steps(
    fold: Fold, in_round: RequestRound, item_ids: Sequence[UUID], status: PublicStatus, reached_at: datetime
) -> None:
    """Note that items came so far, those that had not before."""
    await fold.execute(_SQL["insert_item_steps"], *in_round, list(item_ids), status.value, reached_at)


async def delete_item_steps(
    fold: Fold, in_round: RequestRound, item_id: UUID, statuses: Sequence[PublicStatus]
) -> None:
    """Note that these steps of an item stand no longer."""
    await fold.execute(_SQL["delete_item_steps"], *in_round, item_id, [status.value for status in statuses])


async def insert_item_deliveries(
    fold: Fold, in_round: RequestRound, item_ids: Sequence[UUID], delivered_at: datetime
) -> None:
    """Note that items were handed over to the resident."""
    await fold.execute(_SQL["insert_item_deliveries"], *in_round, list(item_ids), delivered_at)


async def insert_item_returns(
    fold: Fold, in_round: RequestRound, item_ids: Sequence[UUID], returned_at: datetime
) -> None:
    """Note that the kelurahan keeps items."""
    await fold.execute(_SQL["insert_item_returns"], *in_round, list(item_ids), returned_at)


async def upsert_retention(fold: Fold, in_round: RequestRound) -> None:
    """Count an answer that it is too late to cancel."""
    await fold.execute_one(_SQL["upsert_retention"], *in_round)


async def get_retentions(fold: Fold, in_round: RequestRound) -> int:
    """How often the answer was, in this round, that it is too late to cancel."""
    return await fold.fetchval(_SQL["find_retentions"], *in_round) or 0


async def get_progress(fold: Fold, request: Request) -> Progress:
    """All that is known of how far a request is in its round."""
    ends = {PublicStatus.CLOSED: request.closed_at, PublicStatus.CANCELLED: request.cancelled_at}
    steps = {PublicStatus.RECEIVED: request.opened_at} | {end: time for end, time in ends.items() if time is not None}
    items: dict[UUID, dict[PublicStatus, datetime]] = {}
    deliveries: dict[UUID, dict[PublicStatus, datetime]] = {}
    for row in await fold.fetch(_SQL["list_steps"], *request.in_round):
        item_id, status, reached_at = row["item_id"], PublicStatus(row["status"]), row["reached_at"]
        if item_id is None:
            steps[status] = reached_at
        else:
            found = deliveries if status in DELIVERIES else items
            found.setdefault(item_id, {})[status] = reached_at
    return Progress(steps, items, deliveries)


async def upsert_timer(fold: Fold, request_id: UUID, due_at: datetime) -> None:
    """Set the closing of a request to a time."""
    await fold.execute_one(_SQL["upsert_timer"], request_id, due_at)


async def claim_timers(fold: Fold, now: datetime, limit: int) -> list[UUID]:
    """Requests whose timer is due. Until their next attempt, a minute and more from now, nobody else gets them."""
    return [row["request_id"] for row in await fold.fetch(_SQL["claim_timers"], now, limit)]


async def delete_timer(fold: Fold, request_id: UUID) -> None:
    """Remove a timer, if there is one."""
    await fold.execute(_SQL["delete_timer"], request_id)


async def delete_due_timer(fold: Fold, request_id: UUID, now: datetime) -> bool:
    """Remove a timer whose time has come; whether there was one. A later round's stays."""
    return await fold.execute(_SQL["delete_due_timer"], request_id, now) == 1

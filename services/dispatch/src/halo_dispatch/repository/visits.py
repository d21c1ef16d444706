"""Visits to the house, and deliveries at the door."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from halo_events.runtime import Fold

from halo_dispatch.domain.assignments import Visit
from halo_dispatch.repository.statements import SQL


async def insert_visit(
    fold: Fold, *, visit_id: UUID, request_id: UUID, round_: int, officer_id: UUID, visit_at: datetime, at: datetime
) -> None:
    """Record a planned visit. It takes the place of the one that was open, if any."""
    await replace_open_visit(fold, request_id, at)
    await fold.execute_one(SQL["insert_visit"], visit_id, request_id, round_, officer_id, visit_at, at)


async def replace_open_visit(fold: Fold, request_id: UUID, at: datetime) -> None:
    """Record that the visit a request waited for, if any, does not take place."""
    await fold.execute(SQL["replace_open_visit"], request_id, at)


async def update_visit_made(fold: Fold, visit_id: UUID, at: datetime) -> None:
    """Record that the officer was at the house. Raises RowCountError for a visit that was never planned."""
    await fold.execute_one(SQL["update_visit_made"], visit_id, at)


async def update_visit_missed(fold: Fold, visit_id: UUID, reason: str, at: datetime) -> None:
    """Record that a visit did not come about. Raises RowCountError for one that was never planned."""
    await fold.execute_one(SQL["update_visit_missed"], visit_id, reason, at)


async def count_missed_visits(fold: Fold, request_id: UUID, round_: int) -> int:
    """How many visits of this round were missed."""
    return int(await fold.fetchval(SQL["count_missed_visits"], request_id, round_))


async def has_visit_made(fold: Fold, request_id: UUID, round_: int) -> bool:
    """Whether an officer was at the house in this round."""
    return bool(await fold.fetchval(SQL["has_visit_made"], request_id, round_))


async def find_visit(fold: Fold, visit_id: UUID) -> Visit | None:
    """A visit by its id."""
    row = await fold.fetchrow(SQL["find_visit"], visit_id)
    return Visit(**row) if row else None


async def find_open_visit(fold: Fold, request_id: UUID) -> Visit | None:
    """The visit that a request waits for."""
    row = await fold.fetchrow(SQL["find_open_visit"], request_id)
    return Visit(**row) if row else None


async def insert_delivery(
    fold: Fold,
    *,
    delivery_id: UUID,
    request_id: UUID,
    officer_id: UUID,
    relation: str,
    paper_id: UUID,
    old_card_returned: bool,
    items: Sequence[UUID],
    at: datetime,
) -> None:
    """Record a delivery and its documents. The receiver's name stays in the topic: nobody reads it here."""
    await fold.execute_one(
        SQL["insert_delivery"], delivery_id, request_id, officer_id, relation, paper_id, old_card_returned, at
    )
    await fold.execute(SQL["insert_delivered_items"], list(items), request_id, delivery_id)


async def upsert_tried_items(fold: Fold, *, request_id: UUID, items: Sequence[UUID], reason: str, at: datetime) -> None:
    """Record one more try in vain for these documents."""
    await fold.execute(SQL["upsert_tried_items"], list(items), request_id, reason, at)


async def update_returned_items(fold: Fold, items: Sequence[UUID], at: datetime) -> None:
    """Record that the kelurahan keeps these documents."""
    await fold.execute(SQL["update_returned_items"], list(items), at)

"""Handovers that wait for the officer, and items that he holds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from halo_events.contract.documents import HandoverCompleted
from halo_events.runtime import Fold, RowCountError, Tx

from halo_documents.domain.dossiers import Handover
from halo_documents.repository import SQL


async def update_items_handed_over(fold: Fold, event: HandoverCompleted, at: datetime) -> None:
    """Keep that the officer holds items. Raises RowCountError unless all of them are the request's."""
    touched = await fold.execute(SQL["update_items_handed_over"], event.request_id, event.items, at, event.handover_id)
    if touched != len(event.items):
        raise RowCountError(touched)


async def insert_handover(tx: Tx, handover: Handover) -> None:
    """Keep a handover that waits for the officer."""
    await tx.execute_one(
        SQL["insert_handover"],
        handover.handover_id,
        handover.request_id,
        handover.round,
        handover.items,
        handover.operator_id,
        handover.created_at,
    )


async def list_handovers(tx: Tx, request_id: UUID, round_number: int) -> Sequence[Handover]:
    """The handovers of a round, the oldest first."""
    return [_handover(row) for row in await tx.fetch(SQL["list_handovers"], request_id, round_number)]


async def lock_handover(tx: Tx, handover_id: UUID) -> Handover | None:
    """A handover, which now waits for this transaction."""
    row = await tx.fetchrow(SQL["lock_handover"], handover_id)
    return _handover(row) if row else None


async def update_handover_confirmed(tx: Tx, handover_id: UUID) -> None:
    """Keep that the officer confirmed. Raises RowCountError where it waits no more."""
    await tx.execute_one(SQL["update_handover_confirmed"], handover_id, tx.now)


async def update_handover_withdrawn(tx: Tx, handover_id: UUID, operator_id: str) -> None:
    """Keep that the desk took a handover back, and who did. Raises RowCountError where it waits no more."""
    await tx.execute_one(SQL["update_handover_withdrawn"], handover_id, tx.now, operator_id)


def _handover(row: Any) -> Handover:  # noqa: ANN401 - asyncpg's record maps names to anything
    fields = dict(row)
    return Handover(**{**fields, "items": tuple(fields["items"])})

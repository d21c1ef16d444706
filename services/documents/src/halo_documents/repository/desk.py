"""Items as the service point sees them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from halo_events.contract.documents import (
    DocumentIssued,
    DocumentPrinted,
    ProcessingHeld,
    ProcessingResumed,
    RevisionRequested,
    VerificationPassed,
    VerificationRejected,
)
from halo_events.runtime import Fold, Tx

from halo_documents.domain.dossiers import Item, ItemState
from halo_documents.repository import SQL
from halo_documents.repository.need import as_item

_LOCK_CLASS: Final = 0x646F6373
"""First half of the advisory lock keys: keeps them apart from other locks of the database."""


async def update_item_verified(fold: Fold, event: VerificationPassed, at: datetime) -> None:
    """Keep that an item's papers are in order."""
    await fold.execute_one(SQL["update_item_verified"], event.item_id, at)


async def update_item_issued(fold: Fold, event: DocumentIssued, at: datetime) -> None:
    """Keep an item's number."""
    await fold.execute_one(SQL["update_item_issued"], event.item_id, at, event.issue_number)


async def update_item_printed(fold: Fold, event: DocumentPrinted, at: datetime) -> None:
    """Keep that an item lies printed, and on which blank."""
    await fold.execute_one(SQL["update_item_printed"], event.item_id, at, event.print_count, event.blank_serial)


async def update_item_revised(fold: Fold, event: RevisionRequested, at: datetime) -> None:
    """Keep that an item is the officer's again, which rows are asked again, and that their papers count no more."""
    rows, reasons = [row.row for row in event.rows], [str(row.reason) for row in event.rows]
    await fold.execute_one(SQL["update_item_revised"], event.item_id, at)
    await fold.execute(SQL["insert_revised_rows"], event.item_id, rows, reasons, at)
    await fold.execute(SQL["update_papers_superseded"], event.item_id, rows, at)


async def update_item_held(fold: Fold, event: ProcessingHeld, at: datetime) -> None:
    """Keep what an item waits for."""
    await fold.execute_one(SQL["update_item_held"], event.item_id, str(event.reason), at)


async def update_item_resumed(fold: Fold, event: ProcessingResumed) -> None:
    """Keep that an item waits for nothing any more."""
    await fold.execute_one(SQL["update_item_held"], event.item_id, None, None)


async def update_item_rejected(fold: Fold, event: VerificationRejected, at: datetime) -> None:
    """Keep that an item is not brought, and why."""
    await fold.execute_one(SQL["update_item_rejected"], event.item_id, at, str(event.reason))


async def list_desk(
    tx: Tx, state: ItemState, after: tuple[datetime, UUID], limit: int, kelurahan_code: str | None
) -> Sequence[Item]:
    """Items in a state, of one kelurahan or of all, those that wait longest first, from behind `after`."""
    return [as_item(row) for row in await tx.fetch(SQL["list_desk"], state, *after, limit, kelurahan_code)]


async def count_desk(tx: Tx, kelurahan_code: str | None) -> Mapping[str, int]:
    """How many items wait in each state."""
    return {row["state"]: row["waiting"] for row in await tx.fetch(SQL["count_desk"], kelurahan_code)}


async def lock_item(tx: Tx, item_id: UUID) -> Item | None:
    """An item, whose steps now wait for this transaction."""
    row = await tx.fetchrow(SQL["lock_item"], item_id)
    return as_item(row) if row else None


async def has_issue_number(tx: Tx, item: Item, number: str) -> bool:
    """Whether another document of the kind bears the number; nobody else can take it until this transaction ends.

    What the same request brought in an earlier round is the same document.
    """
    await tx.fetchval(SQL["lock_number"], _LOCK_CLASS, f"issue/{item.kind}/{number}")
    found: bool = await tx.fetchval(SQL["has_issue_number"], item.kind, number, item.request_id, item.round)
    return found


async def has_blank_serial(tx: Tx, item: Item, serial: str) -> bool:
    """Whether a card of the kind was printed on the blank; nobody else can take it until this transaction ends."""
    await tx.fetchval(SQL["lock_number"], _LOCK_CLASS, f"blank/{item.kind}/{serial}")
    found: bool = await tx.fetchval(SQL["has_blank_serial"], item.kind, serial)
    return found

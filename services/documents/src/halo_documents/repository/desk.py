"""Items as the service point sees them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from halo_events.contract.documents import DocumentIssued, DocumentPrinted, VerificationPassed
from halo_events.contract.values import DocumentKind
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


async def list_desk(tx: Tx, state: ItemState, after: tuple[datetime, UUID], limit: int) -> Sequence[Item]:
    """Items in a state, those that wait longest first, from behind `after`."""
    return [as_item(row) for row in await tx.fetch(SQL["list_desk"], state, *after, limit)]


async def lock_item(tx: Tx, item_id: UUID) -> Item | None:
    """An item, whose steps now wait for this transaction."""
    row = await tx.fetchrow(SQL["lock_item"], item_id)
    return as_item(row) if row else None


async def has_issue_number(tx: Tx, kind: DocumentKind, number: str) -> bool:
    """Whether a document of the kind bears the number; nobody else can take it until this transaction ends."""
    await tx.fetchval(SQL["lock_number"], _LOCK_CLASS, f"issue/{kind}/{number}")
    found: bool = await tx.fetchval(SQL["has_issue_number"], kind, number)
    return found


async def has_blank_serial(tx: Tx, kind: DocumentKind, serial: str) -> bool:
    """Whether a card of the kind was printed on the blank; nobody else can take it until this transaction ends."""
    await tx.fetchval(SQL["lock_number"], _LOCK_CLASS, f"blank/{kind}/{serial}")
    found: bool = await tx.fetchval(SQL["has_blank_serial"], kind, serial)
    return found

"""Work that waits for something which the office can't hasten."""

from uuid import UUID

from halo_events.contract import documents
from halo_events.contract.documents import HoldReason
from halo_events.contract.event import Actor
from halo_events.runtime import Tx

from halo_documents.domain.dossiers import HOLDABLE, ItemState
from halo_documents.errors import ItemHeldError, ItemNotHeldError
from halo_documents.usecases import access


async def hold_item(tx: Tx, item_id: UUID, reason: HoldReason, actor: Actor) -> ItemState:
    """Put an item on hold; its state stays. Raises as `access.take_item`, and ItemHeldError."""
    item = await access.take_item(tx, item_id, actor, *HOLDABLE)
    if item.held_reason is not None:
        raise ItemHeldError
    await tx.emit(
        documents.ProcessingHeld(
            occurred_at=tx.now,
            request_id=item.request_id,
            round=item.round,
            actor=actor,
            item_id=item_id,
            reason=reason,
        )
    )
    return item.state


async def resume_item(tx: Tx, item_id: UUID, actor: Actor) -> ItemState:
    """Go on with an item where it stood. Raises as `access.take_item`, and ItemNotHeldError."""
    item = await access.take_item(tx, item_id, actor, *HOLDABLE)
    if item.held_reason is None:
        raise ItemNotHeldError
    await tx.emit(
        documents.ProcessingResumed(
            occurred_at=tx.now, request_id=item.request_id, round=item.round, actor=actor, item_id=item_id
        )
    )
    return item.state

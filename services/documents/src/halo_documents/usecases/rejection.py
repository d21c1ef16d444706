"""The end of an item that is not brought."""

from uuid import UUID

from halo_events.contract import documents
from halo_events.contract.documents import RejectionReason
from halo_events.contract.event import Actor
from halo_events.runtime import Tx

from halo_documents.domain.dossiers import ItemState
from halo_documents.errors import ItemUnknownError, OnlyPapersNeverCameError
from halo_documents.repository import need, papers
from halo_documents.usecases import access


async def reject_item(tx: Tx, item_id: UUID, reason: RejectionReason, actor: Actor) -> ItemState:
    """Reject an item, also one on hold; the other items go on. What was announced for it and not reported lapses.

    The holder's lock comes first, as in a submit: so an item that is still collected can't go to the desk meanwhile.

    Raises as `access.take_item`, and OnlyPapersNeverCameError where another reason is given while papers are collected.
    """
    request_id = await need.find_item_request(tx, item_id)
    if request_id is None:
        raise ItemUnknownError
    await access.lock_last_holder(tx, request_id)
    item = await access.take_item(tx, item_id, actor, ItemState.SUBMITTED, ItemState.VERIFIED, ItemState.NEEDED)
    if item.state is ItemState.NEEDED and reason is not RejectionReason.PAPERS_NEVER_CAME:
        raise OnlyPapersNeverCameError
    await papers.update_uploads_withdrawn(tx, request_id, item.round, [item_id])
    await tx.emit(
        documents.VerificationRejected(
            occurred_at=tx.now, request_id=request_id, round=item.round, actor=actor, item_id=item_id, reason=reason
        )
    )
    return ItemState.REJECTED

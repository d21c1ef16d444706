"""From the desk to the officer: the operator offers and may withdraw, the officer confirms."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from halo_events.contract import documents
from halo_events.contract.event import Actor
from halo_events.runtime import Tx

from halo_documents.domain.dossiers import Handover, ItemState
from halo_documents.errors import (
    HandoverConfirmedError,
    HandoverOutdatedError,
    HandoverUnknownError,
    HandoverWithdrawnError,
    ItemInHandoverError,
    NoHolderError,
    RequestCancelledError,
    WrongStateError,
)
from halo_documents.repository import facts, handover, need
from halo_documents.usecases import access


async def offer_handover(tx: Tx, request_id: UUID, items: Sequence[UUID], operator_id: str) -> Handover:
    """Lay printed items ready for the officer.

    Raises NotYetError, RequestCancelledError, NoHolderError, ItemUnknownError, WrongStateError,
    OperatorIsCollectorError, ItemInHandoverError.
    """
    holder = await access.lock_last_holder(tx, request_id)
    if not holder.is_in_charge:
        raise NoHolderError
    known = {item.item_id: item for item in await need.list_items(tx, request_id, holder.round)}
    open_items = await _items_in_open_handovers(tx, request_id, holder.round)
    for item_id in items:
        access.require_at_desk(known.get(item_id), operator_id, ItemState.PRINTED)
        if item_id in open_items:
            raise ItemInHandoverError
    offered = Handover(
        handover_id=uuid4(),
        request_id=request_id,
        round=holder.round,
        items=tuple(items),
        operator_id=operator_id,
        created_at=tx.now,
    )
    await handover.insert_handover(tx, offered)
    return offered


async def confirm_handover(tx: Tx, handover_id: UUID, actor: Actor) -> Handover:
    """Confirm, as the officer who holds the request, that the documents are in his hands. A repeat changes nothing.

    The holder's lock makes an offer of the same items wait: without it they could be offered once more meanwhile. Who
    holds the request is what the lock found: another officer may have accepted while this call waited.

    Raises HandoverUnknownError, as `access.require_holder`, HandoverWithdrawnError, WrongStateError, and
    HandoverOutdatedError where the request is in a later round by now.
    """
    offered = await _lock(tx, handover_id)
    holder = await access.lock_holder(tx, offered.request_id, actor)
    if offered.withdrawn_at is not None:
        raise HandoverWithdrawnError
    if offered.confirmed_at is not None:
        return offered
    if offered.round != holder.round:
        raise HandoverOutdatedError
    for item in await need.list_items(tx, offered.request_id, offered.round):
        if item.item_id in offered.items and item.state is not ItemState.PRINTED:
            raise WrongStateError(item.state, ItemState.PRINTED)
    await handover.update_handover_confirmed(tx, handover_id)
    await tx.emit(
        documents.HandoverCompleted(
            occurred_at=tx.now,
            request_id=offered.request_id,
            round=offered.round,
            actor=actor,
            handover_id=handover_id,
            items=offered.items,
            officer_id=holder.officer_id,
            operator_id=offered.operator_id,
        )
    )
    return offered


async def withdraw_handover(tx: Tx, handover_id: UUID, operator_id: str) -> Handover:
    """Take back what waits for the officer; any operator may, and the items may be offered anew. Who did it is kept.

    A repeat changes nothing. Raises HandoverUnknownError, HandoverConfirmedError, RequestCancelledError.
    """
    offered = await _lock(tx, handover_id)
    if offered.confirmed_at is not None:
        raise HandoverConfirmedError
    if offered.withdrawn_at is None:
        if await facts.is_request_cancelled(tx, offered.request_id):
            raise RequestCancelledError
        await handover.update_handover_withdrawn(tx, handover_id, operator_id)
    return offered


async def _lock(tx: Tx, handover_id: UUID) -> Handover:
    offered = await handover.lock_handover(tx, handover_id)
    if offered is None:
        raise HandoverUnknownError
    return offered


async def _items_in_open_handovers(tx: Tx, request_id: UUID, round_number: int) -> frozenset[UUID]:
    known = await handover.list_handovers(tx, request_id, round_number)
    return frozenset(item_id for one in known if one.is_open for item_id in one.items)

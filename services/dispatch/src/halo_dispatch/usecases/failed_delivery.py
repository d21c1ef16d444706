"""Documents that could not be handed over at the door."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from halo_events.contract.dispatch import DeliveryFailed, DeliveryFailure, DeliveryReturned
from halo_events.contract.event import Actor
from halo_events.runtime import Tx

from halo_dispatch.domain.assignments import Assignment
from halo_dispatch.domain.items import TRIES_AT_THE_DOOR, ItemState, count_tries
from halo_dispatch.errors import AtKelurahanError, TryRecordedError
from halo_dispatch.repository import requests
from halo_dispatch.usecases.hand import must_be_in_hand, refuse_items
from halo_dispatch.usecases.locking import lock_assignment


@dataclass(frozen=True, slots=True)
class FailedDelivery:
    """What became of a try in vain: `returned` are the documents that the kelurahan keeps from now on."""

    tries: int
    returned: tuple[UUID, ...]


async def fail_delivery(
    tx: Tx,
    request_id: UUID,
    officer_id: UUID,
    items: Sequence[UUID],
    *,
    reason: DeliveryFailure,
    actor: Actor,
    seen: int | None = None,
) -> FailedDelivery:
    """Record that documents could not be handed over. After the third try of one the kelurahan keeps it.

    `seen`: how many tries of the round the officer knew of, where he was shown any number of them.
    Raises AssignmentNotFoundError, RequestCancelledError, NotHolderError, AlreadyDeliveredError, ItemRejectedError,
    AtKelurahanError, ItemUnknownError, TryRecordedError; NotYetError while the handover is not known here.
    """
    assignment = await lock_assignment(tx, request_id)
    assignment.must_be_held_by(officer_id)
    known = await requests.list_items(tx, [request_id])
    must_be_in_hand(items, known, assignment.round)
    tried = [row for row in known if row.item_id in set(items)]
    refuse_items(AtKelurahanError, items, {row.item_id for row in tried if row.state is ItemState.AT_KELURAHAN})
    if seen is not None and seen != count_tries(known, assignment.round):
        raise TryRecordedError
    tries = {row.item_id: row.tries + 1 for row in tried}
    await tx.emit(
        DeliveryFailed(
            occurred_at=tx.now,
            request_id=request_id,
            round=assignment.round,
            actor=actor,
            officer_id=officer_id,
            items=tuple(items),
            reason=reason,
            tries=max(tries.values()),
        )
    )
    returned = tuple(item_id for item_id in items if tries[item_id] >= TRIES_AT_THE_DOOR)
    if returned:
        await _return_items(tx, assignment, officer_id, returned, actor)
    return FailedDelivery(max(tries.values()), returned)


async def _return_items(
    tx: Tx, assignment: Assignment, officer_id: UUID, items: tuple[UUID, ...], actor: Actor
) -> None:
    place = await requests.get_place(tx, assignment.request_id)
    await tx.emit(
        DeliveryReturned(
            occurred_at=tx.now,
            request_id=assignment.request_id,
            round=assignment.round,
            actor=actor,
            officer_id=officer_id,
            items=items,
            kelurahan_code=place.kelurahan_code,
        )
    )

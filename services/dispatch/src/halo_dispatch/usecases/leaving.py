"""Officers leave the register: what they were asked to take, or held, goes on without them."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from halo_events.contract.dispatch import AwaitReason, OfficerLeft
from halo_events.contract.event import SYSTEM
from halo_events.runtime import Tx

from halo_dispatch.domain.assignments import State, Stranded
from halo_dispatch.repository import assignments, register
from halo_dispatch.usecases.offer import Need, await_coordinator, offer_again

FREED_AT_ONCE: Final = 200
"""Requests that one transaction frees: offers wait for it, and give up after five seconds."""


async def let_officers_go(tx: Tx, officer_ids: Sequence[UUID]) -> list[Stranded]:
    """Record that officers left, and free their open requests, FREED_AT_ONCE at most; these are returned."""
    await register.lock_register(tx)
    await tx.emit_all([OfficerLeft(occurred_at=tx.now, actor=SYSTEM, officer_id=one) for one in officer_ids])
    return await free_requests_of_left(tx)


async def free_requests_of_left(tx: Tx) -> list[Stranded]:
    """Free open requests of officers who left, FREED_AT_ONCE at most; these are returned.

    Offers go to the next officer. What was held goes to the kelurahan's queue, where the coordinator sees how far it
    is and chooses who goes on.
    """
    await register.lock_register(tx)
    stranded = await assignments.lock_open_of_left(tx, FREED_AT_ONCE)
    for one in stranded:
        need = Need(one.request_id, one.round, one.rw)
        if one.state is State.ACCEPTED:
            await await_coordinator(tx, need, AwaitReason.OFFICER_LEFT)
        else:
            await offer_again(tx, need, declined=one.declined)
    return stranded

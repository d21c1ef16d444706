"""Who is asked: the officer of the RW, a neighbour, or the kelurahan's coordinator."""

from dataclasses import dataclass
from uuid import UUID

from halo_events.contract.dispatch import (
    AssignmentAccepted,
    AssignmentAwaited,
    AssignmentOffered,
    AwaitReason,
    Level,
    OfferReason,
)
from halo_events.contract.event import SYSTEM, Actor, ActorRole
from halo_events.runtime import Tx

from halo_dispatch.domain import clocks
from halo_dispatch.domain.places import RwRef
from halo_dispatch.repository import register


@dataclass(frozen=True, slots=True)
class Need:
    """A request that needs an officer. `entered_by` is the officer who entered it himself."""

    request_id: UUID
    round: int
    rw: RwRef
    entered_by: UUID | None = None


async def offer_request(tx: Tx, need: Need) -> None:
    """Offer a request that is new in its round, or leave it to the kelurahan's queue.

    What the RW's own officer entered is his at once, also off duty: he is already with the resident.
    """
    await register.lock_register_shared(tx)
    if await register.find_rw(tx, need.rw) is None:
        await await_coordinator(tx, need, AwaitReason.UNKNOWN_RW)
    elif need.entered_by is not None and await register.serves_rw(tx, need.entered_by, need.rw):
        await _give(tx, need, need.entered_by)
    else:
        await _offer_to_next(tx, need, AwaitReason.NO_OFFICER)


async def offer_again(tx: Tx, need: Need, *, declined: bool = True) -> None:
    """Offer a request to the next officer; what has an unknown RW goes back to its queue.

    `declined`: somebody declined it in this round. The caller holds the register's lock, or shares it.
    """
    if await register.find_rw(tx, need.rw) is None:
        await await_coordinator(tx, need, AwaitReason.UNKNOWN_RW)
    else:
        await _offer_to_next(tx, need, AwaitReason.ALL_DECLINED if declined else AwaitReason.NO_OFFICER)


async def _offer_to_next(tx: Tx, need: Need, otherwise: AwaitReason) -> None:
    candidate = await register.find_officer(tx, need.rw, need.request_id, need.round)
    if candidate is None:
        await await_coordinator(tx, need, otherwise)
    elif candidate.serves_rw:
        await emit_offer(tx, need, candidate.officer_id, level=Level.RW_OFFICER, reason=OfferReason.OFFICER_OF_RW)
    else:
        await emit_offer(tx, need, candidate.officer_id, level=Level.SUBSTITUTE, reason=OfferReason.NEIGHBOURING_RW)


async def emit_offer(
    tx: Tx, need: Need, officer_id: UUID, *, level: Level, reason: OfferReason, actor: Actor = SYSTEM
) -> None:
    """Ask an officer; he has two working hours."""
    await tx.emit(
        AssignmentOffered(
            occurred_at=tx.now,
            request_id=need.request_id,
            round=need.round,
            actor=actor,
            officer_id=officer_id,
            level=level,
            reason=reason,
            due_at=clocks.accept_by(tx.now),
        )
    )


async def _give(tx: Tx, need: Need, officer_id: UUID) -> None:
    await emit_offer(tx, need, officer_id, level=Level.RW_OFFICER, reason=OfferReason.ENTERED_BY_OFFICER)
    await tx.emit(
        AssignmentAccepted(
            occurred_at=tx.now,
            request_id=need.request_id,
            round=need.round,
            actor=Actor(role=ActorRole.OFFICER, id=str(officer_id)),
            officer_id=officer_id,
        )
    )


async def await_coordinator(tx: Tx, need: Need, reason: AwaitReason) -> None:
    """Leave a request to the kelurahan's queue."""
    await tx.emit(
        AssignmentAwaited(
            occurred_at=tx.now,
            request_id=need.request_id,
            round=need.round,
            actor=SYSTEM,
            kelurahan_code=need.rw.kelurahan_code,
            reason=reason,
            coordinator_id=await register.find_coordinator(tx, need.rw.kelurahan_code),
        )
    )

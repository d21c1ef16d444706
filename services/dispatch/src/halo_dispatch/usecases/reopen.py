"""A request that came to its end begins anew."""

from uuid import UUID

from halo_events.contract.dispatch import Level, OfferReason
from halo_events.runtime import Tx

from halo_dispatch.domain.assignments import State
from halo_dispatch.repository import register, requests
from halo_dispatch.usecases.locking import lock_any_assignment
from halo_dispatch.usecases.offer import Need, emit_offer, offer_request


async def reopen_assignment(tx: Tx, request_id: UUID, round_: int) -> None:
    """Offer a request in its new round: to who served it before, if he is on duty, else as a new one."""
    await register.lock_register_shared(tx)
    before = await lock_any_assignment(tx, request_id)
    need = Need(request_id, round_, await requests.get_place(tx, request_id))
    served = before.officer_id if before.state is State.ACCEPTED else None
    if served is not None and await register.is_on_duty(tx, served):
        own = await register.serves_rw(tx, served, need.rw)
        level = Level.RW_OFFICER if own else Level.SUBSTITUTE
        await emit_offer(tx, need, served, level=level, reason=OfferReason.SERVED_BEFORE)
    else:
        await offer_request(tx, need)

"""What a coordinator does with the queue of his kelurahan."""

from collections.abc import Collection
from uuid import UUID

from halo_events.contract.dispatch import Level, OfferReason
from halo_events.contract.event import Actor
from halo_events.runtime import Tx

from halo_dispatch.errors import OfficerLeftError, OfficerNotAvailableError, OtherKelurahanError
from halo_dispatch.repository import register, requests
from halo_dispatch.usecases.locking import lock_open_assignment
from halo_dispatch.usecases.offer import Need, emit_offer


async def offer_from_queue(
    tx: Tx, request_id: UUID, officer_id: UUID, kelurahan_codes: Collection[str], actor: Actor
) -> None:
    """Offer a waiting request to an officer of the coordinator's choice, also to one who declined before.

    A repeat while that officer is asked changes nothing. Raises AssignmentNotFoundError,
    RequestCancelledError, RequestClosedError, OtherKelurahanError, OfficerLeftError, NotAwaitedError,
    OfficerNotAvailableError.
    """
    await register.lock_register_shared(tx)
    assignment = await lock_open_assignment(tx, request_id)
    place = await requests.get_place(tx, request_id)
    if place.kelurahan_code not in kelurahan_codes:
        raise OtherKelurahanError
    if await register.has_left(tx, officer_id):
        raise OfficerLeftError
    if assignment.is_offered_to(officer_id):
        return
    assignment.must_be_awaited()
    if not await register.is_available(tx, officer_id, kelurahan_codes):
        raise OfficerNotAvailableError
    need = Need(request_id, assignment.round, place)
    await emit_offer(tx, need, officer_id, level=Level.KELURAHAN, reason=OfferReason.CHOSEN_BY_COORDINATOR, actor=actor)

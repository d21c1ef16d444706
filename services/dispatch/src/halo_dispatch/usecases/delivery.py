"""Documents reach the resident's hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from halo_events.contract.dispatch import DeliveryCompleted, PhotoProof, Receiver
from halo_events.contract.documents import Purpose
from halo_events.contract.event import Actor
from halo_events.contract.values import Relation
from halo_events.errors import NotYetError
from halo_events.runtime import Tx

from halo_dispatch.domain.assignments import Assignment
from halo_dispatch.errors import ProofNotValidError, ProofQuarantinedError
from halo_dispatch.repository import requests
from halo_dispatch.usecases.cancel import has_ended, retain_assignment
from halo_dispatch.usecases.hand import must_be_in_hand
from halo_dispatch.usecases.locking import lock_assignment


@dataclass(frozen=True, slots=True)
class Delivery:
    """What an officer reports at the door, or where the kelurahan kept it. `paper_id` is the photo of it."""

    items: Sequence[UUID]
    receiver: str
    relation: Relation
    paper_id: UUID
    old_card_returned: bool = False


async def complete_delivery(tx: Tx, request_id: UUID, officer_id: UUID, delivery: Delivery, actor: Actor) -> UUID:
    """Record that documents were handed over; the delivery's id is returned.

    A resident who asked to cancel is told that it is too late where this was the last document. Raises
    AssignmentNotFoundError, RequestCancelledError, NotHolderError, AlreadyDeliveredError, ItemRejectedError,
    ItemUnknownError, ProofNotValidError, ProofQuarantinedError;
    NotYetError while the handover or the photo's clearing is not known here.
    """
    assignment = await lock_assignment(tx, request_id)
    assignment.must_be_held_by(officer_id)
    must_be_in_hand(delivery.items, await requests.list_items(tx, [request_id]), assignment.round)
    proof = await _cleared_proof(tx, assignment, delivery.paper_id)
    event = DeliveryCompleted(
        occurred_at=tx.now,
        request_id=request_id,
        round=assignment.round,
        actor=actor,
        delivery_id=uuid4(),
        officer_id=officer_id,
        items=tuple(delivery.items),
        relation=delivery.relation,
        receiver=Receiver(name=delivery.receiver),
        proof=proof,
        old_card_returned=delivery.old_card_returned,
    )
    await tx.emit(event)
    if assignment.cancel_pending and await has_ended(tx, assignment):
        await retain_assignment(tx, assignment)
    return event.delivery_id


async def _cleared_proof(tx: Tx, assignment: Assignment, paper_id: UUID) -> PhotoProof:
    proof = await requests.find_proof(tx, paper_id)
    if proof is None:
        raise NotYetError("paper.cleared of the proof")
    if proof.request_id != assignment.request_id or proof.purpose not in {None, Purpose.DELIVERY_PROOF.value}:
        raise ProofNotValidError
    if proof.purpose is not None and proof.round != assignment.round:
        raise ProofNotValidError
    if proof.quarantined:
        raise ProofQuarantinedError
    if proof.sha256 is None or not proof.cleared:
        raise NotYetError("paper.cleared of the proof")
    return PhotoProof(paper_id=paper_id, sha256=proof.sha256)

"""Documents reach the resident's hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from halo_events.contract.dispatch import DeliveryCompleted, PhotoProof, Receiver
from halo_events.contract.documents import Purpose
from halo_events.contract.event import Actor
from halo_events.contract.values import Relation
from halo_events.errors import NotYetError
from halo_events.runtime import Tx
from halo_service.problems import FieldProblem

from halo_dispatch.domain.lists import ItemState
from halo_dispatch.errors import AlreadyDeliveredError, ItemUnknownError, ProofNotValidError, ProofQuarantinedError
from halo_dispatch.repository import requests
from halo_dispatch.usecases.locking import lock_assignment


@dataclass(frozen=True, slots=True)
class Delivery:
    """What an officer reports at the door. `paper_id` is the photo of it."""

    items: Sequence[UUID]
    receiver: str
    relation: Relation
    paper_id: UUID
    old_card_returned: bool = False


async def complete_delivery(tx: Tx, request_id: UUID, officer_id: UUID, delivery: Delivery, actor: Actor) -> UUID:
    """Record that documents were handed over at the door; the delivery's id is returned.

    Raises AssignmentNotFoundError, NotHolderError, AlreadyDeliveredError, ItemUnknownError,
    ProofNotValidError, ProofQuarantinedError;
    NotYetError while the handover or the photo's clearing is not known here.
    """
    assignment = await lock_assignment(tx, request_id)
    assignment.must_be_held_by(officer_id)
    _must_be_in_hand(delivery.items, {row.item_id: row.state for row in await requests.list_items(tx, [request_id])})
    proof = await _cleared_proof(tx, request_id, delivery.paper_id)
    delivery_id = uuid4()
    await tx.emit(
        DeliveryCompleted(
            occurred_at=tx.now,
            request_id=request_id,
            round=assignment.round,
            actor=actor,
            delivery_id=delivery_id,
            officer_id=officer_id,
            items=tuple(delivery.items),
            relation=delivery.relation,
            receiver=Receiver(name=delivery.receiver),
            proof=proof,
            old_card_returned=delivery.old_card_returned,
        )
    )
    return delivery_id


def _must_be_in_hand(items: Sequence[UUID], states: Mapping[UUID, ItemState]) -> None:
    delivered = [place for place, item_id in enumerate(items) if states.get(item_id) is ItemState.DELIVERED]
    if delivered:
        indonesian, english = AlreadyDeliveredError.message
        code = AlreadyDeliveredError.code
        raise AlreadyDeliveredError(
            fields=[FieldProblem(f"items.{place}", code, english, indonesian) for place in delivered]
        )
    foreign = [place for place, item_id in enumerate(items) if states and item_id not in states]
    if foreign:
        indonesian, english = ItemUnknownError.message
        raise ItemUnknownError(
            fields=[FieldProblem(f"items.{place}", ItemUnknownError.code, english, indonesian) for place in foreign]
        )
    if any(states.get(item_id) is not ItemState.WITH_OFFICER for item_id in items):
        raise NotYetError("handover.completed of every item")


async def _cleared_proof(tx: Tx, request_id: UUID, paper_id: UUID) -> PhotoProof:
    proof = await requests.find_proof(tx, paper_id)
    if proof is None:
        raise NotYetError("paper.cleared of the proof")
    if proof.request_id != request_id or proof.purpose not in {None, Purpose.DELIVERY_PROOF.value}:
        raise ProofNotValidError
    if proof.quarantined:
        raise ProofQuarantinedError
    if proof.sha256 is None or not proof.cleared:
        raise NotYetError("paper.cleared of the proof")
    return PhotoProof(paper_id=paper_id, sha256=proof.sha256)

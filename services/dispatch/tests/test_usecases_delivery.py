"""Documents reach the resident's hand."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from halo_dispatch.errors import (
    AlreadyDeliveredError,
    ItemRejectedError,
    ItemUnknownError,
    NotHolderError,
    ProofNotValidError,
    ProofQuarantinedError,
)
from halo_dispatch.usecases.delivery import Delivery, complete_delivery
from halo_events.contract.dispatch import DeliveryCompleted
from halo_events.contract.documents import PaperQuarantined, Purpose, QuarantineReason
from halo_events.contract.event import SYSTEM, Event
from halo_events.contract.values import DocumentKind, Relation
from halo_events.errors import NotYetError
from halo_events.runtime import Database

if TYPE_CHECKING:
    from conftest import World

KINDS = (DocumentKind.KTP_EL, DocumentKind.KARTU_KELUARGA)


async def deliver(
    database: Database, request_id: UUID, officer_id: UUID, items: Sequence[UUID], paper_id: UUID
) -> list[Event]:
    """Report a delivery; what is emitted."""
    report = Delivery(items=items, receiver="Warga Contoh", relation=Relation.SPOUSE, paper_id=paper_id)
    async with database.transaction() as tx:
        await complete_delivery(tx, request_id, officer_id, report, SYSTEM)
        return tx.emitted


async def in_hand(world: "World") -> tuple[UUID, UUID, list[UUID]]:
    """A request whose two documents the officer has in hand: ids of request, officer, documents."""
    request_id, officer_id = await world.accepted()
    items = await world.need(request_id, officer_id, *KINDS)
    await world.handed(request_id, officer_id, items)
    return request_id, officer_id, items


class TestCompleteDelivery:
    async def test_delivered(self, world: "World", database: Database) -> None:
        """The event bears the hash that documents found in the proof."""
        request_id, officer_id, items = await in_hand(world)
        paper_id = await world.proof(request_id)

        (event,) = await deliver(database, request_id, officer_id, items, paper_id)

        assert isinstance(event, DeliveryCompleted)
        assert event.items == tuple(items)
        assert (event.proof.paper_id, event.proof.sha256) == (paper_id, world.SHA256)
        assert (event.receiver.name, event.relation) == ("Warga Contoh", Relation.SPOUSE)

    async def test_document_by_document(self, world: "World", database: Database) -> None:
        """Documents may arrive one by one, each once."""
        request_id, officer_id, items = await in_hand(world)
        paper_id = await world.proof(request_id)
        await deliver(database, request_id, officer_id, items[:1], paper_id)

        with pytest.raises(AlreadyDeliveredError) as caught:
            await deliver(database, request_id, officer_id, [items[1], items[0]], paper_id)

        assert [fault.field for fault in caught.value.fields] == ["items.1"]
        assert len(await deliver(database, request_id, officer_id, items[1:], paper_id)) == 1

    async def test_not_handed_over_yet(self, world: "World", database: Database) -> None:
        """What the officer doesn't hold yet can't be delivered yet, nor anything while no need is known."""
        request_id, officer_id = await world.accepted()
        items = await world.need(request_id, officer_id, *KINDS)
        await world.handed(request_id, officer_id, items[:1])
        paper_id = await world.proof(request_id)

        with pytest.raises(NotYetError):
            await deliver(database, request_id, officer_id, items, paper_id)
        bare_id, holder_id = await world.accepted()
        with pytest.raises(NotYetError):
            await deliver(database, bare_id, holder_id, [uuid4()], paper_id)

    async def test_documents_of_another_request(self, world: "World", database: Database) -> None:
        """Documents that the known need doesn't name are refused: no waiting would help."""
        request_id, officer_id, _ = await in_hand(world)
        _, _, others = await in_hand(world)

        with pytest.raises(ItemUnknownError) as caught:
            await deliver(database, request_id, officer_id, others, await world.proof(request_id))
        assert [fault.field for fault in caught.value.fields] == [f"items.{place}" for place in range(len(others))]

    async def test_rejected(self, world: "World", database: Database) -> None:
        """A document that the service point rejected is not waited for: there is nothing to deliver."""
        request_id, officer_id = await world.accepted()
        items = await world.need(request_id, officer_id, *KINDS)
        await world.handed(request_id, officer_id, items[:1])
        await world.rejected(request_id, items[1])

        with pytest.raises(ItemRejectedError) as caught:
            await deliver(database, request_id, officer_id, items, await world.proof(request_id))

        assert [fault.field for fault in caught.value.fields] == ["items.1"]
        assert len(await world.delivered(request_id, officer_id, items[:1])) == 1

    async def test_only_the_holder(self, world: "World", database: Database) -> None:
        """Nobody reports another officer's delivery."""
        request_id, _, items = await in_hand(world)

        with pytest.raises(NotHolderError):
            await deliver(database, request_id, uuid4(), items, await world.proof(request_id))

    async def test_proof_not_known_yet(self, world: "World", database: Database) -> None:
        """A photo that was not seen, or not cleared yet, must be waited for."""
        request_id, officer_id, items = await in_hand(world)

        for paper_id in (uuid4(), await world.uploaded(request_id)):
            with pytest.raises(NotYetError):
                await deliver(database, request_id, officer_id, items, paper_id)

    async def test_proof_quarantined(self, world: "World", database: Database) -> None:
        """A photo that failed its checks proves nothing, whether or not it could be read."""
        request_id, officer_id, items = await in_hand(world)
        for paper_id in (await world.uploaded(request_id), uuid4()):
            await world.fact(
                PaperQuarantined(
                    occurred_at=world.request_received(request_id).occurred_at,
                    request_id=request_id,
                    actor=SYSTEM,
                    paper_id=paper_id,
                    reason=QuarantineReason.TYPE_MISMATCH,
                )
            )

            with pytest.raises(ProofQuarantinedError):
                await deliver(database, request_id, officer_id, items, paper_id)

    async def test_proof_of_something_else(self, world: "World", database: Database) -> None:
        """A paper of another request, another purpose or another round is no proof of this delivery."""
        request_id, officer_id, items = await in_hand(world)
        papers = (
            await world.proof(uuid4()),
            await world.proof(request_id, Purpose.REQUIREMENT),
            await world.proof(request_id, round_=2),
        )

        for paper_id in papers:
            with pytest.raises(ProofNotValidError):
                await deliver(database, request_id, officer_id, items, paper_id)

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from halo_documents.domain.dossiers import ItemState
from halo_documents.domain.papers import Announcement, Limits, MediaType
from halo_documents.errors import RequestCancelledError
from halo_documents.repository import need as repository
from halo_documents.usecases import desk, handover, holding, need, papers, reading, rejection, revision
from halo_events.contract.dispatch import AssignmentReleased, DeliveryCompleted, PhotoProof, Receiver, ReleaseReason
from halo_events.contract.documents import HoldReason, PaperCleared, Purpose, RejectionReason, RevisionReason
from halo_events.contract.event import Actor
from halo_events.contract.intake import CancelReason, RequestCancelled
from halo_events.contract.values import DocumentKind, Relation
from halo_events.errors import NotYetError
from halo_events.runtime import Tx

if TYPE_CHECKING:
    from conftest import World

KTP, KK = DocumentKind.KTP_EL, DocumentKind.KARTU_KELUARGA
PROOF = Announcement(Purpose.DELIVERY_PROOF, MediaType.JPEG, 1000)


async def cancel(world: "World", request_id: UUID) -> None:
    """Dispatch released the request, and intake cancelled it."""
    await world.fact(world.facts.of(AssignmentReleased, request_id, reason=ReleaseReason.CANCELLED))
    await world.fact(world.facts.of(RequestCancelled, request_id, reason=CancelReason.NO_LONGER_NEEDED))


async def states(world: "World", request_id: UUID) -> list[ItemState]:
    """How far the items are."""
    async with world.database.transaction() as tx:
        return [item.state for item in await repository.list_items(tx, request_id, 1)]


class TestRequestCancelled:
    async def test_items(self, world: "World", officer_id: UUID, operator: Actor) -> None:
        """What was not delivered is cancelled; what was delivered or rejected before stays so."""
        request_id, items = await world.handed_over(officer_id, KTP, KK)
        other, (bad, _) = await world.submitted(officer_id, KTP, KK)
        async with world.transaction() as tx:
            await rejection.reject_item(tx, bad, RejectionReason.OTHER, operator)
        said = {
            "delivery_id": uuid4(),
            "officer_id": officer_id,
            "items": (items[0],),
            "relation": Relation.SELF,
            "receiver": Receiver(name="Warga Contoh"),
            "proof": PhotoProof(paper_id=uuid4(), sha256="b" * 64),
        }
        await world.fact(world.facts.of(DeliveryCompleted, request_id, **said))

        await cancel(world, request_id)
        await cancel(world, other)

        assert await states(world, request_id) == [ItemState.DELIVERED, ItemState.CANCELLED]
        assert await states(world, other) == [ItemState.REJECTED, ItemState.CANCELLED]

    async def test_desk(self, world: "World", tx: Tx, officer_id: UUID, operator: Actor) -> None:
        """The desk's list omits it, and every step on it is refused."""
        request_id, (item_id,) = await world.submitted(officer_id, KTP)
        await cancel(world, request_id)

        assert await desk.list_desk(tx, ItemState.SUBMITTED, None, 9) == []
        rows = {"kk": RevisionReason.UNREADABLE}
        for step in (
            lambda: desk.verify_item(tx, item_id, operator),
            lambda: desk.issue_item(tx, item_id, "A-1", operator),
            lambda: desk.print_item(tx, item_id, "B-1", operator),
            lambda: revision.revise_item(tx, world.checklists, item_id, rows, operator),
            lambda: holding.hold_item(tx, item_id, HoldReason.RESIDENT, operator),
            lambda: holding.resume_item(tx, item_id, operator),
            lambda: rejection.reject_item(tx, item_id, RejectionReason.OTHER, operator),
            lambda: handover.offer_handover(tx, request_id, [item_id], "operator-1"),
        ):
            with pytest.raises(RequestCancelledError):
                await step()
        assert tx.emitted == []

    async def test_officer(self, world: "World", officer_id: UUID, officer: Actor, operator: Actor) -> None:
        """The officer brings nothing to it and reads nothing of it any more; an operator still reads it."""
        request_id, _ = await world.needed(officer_id, KTP)
        rules = {"checklists": world.checklists, "limits": Limits()}
        async with world.transaction() as tx:
            upload = await papers.announce_paper(tx, request_id, PROOF, officer, **rules)
        await cancel(world, request_id)

        async with world.database.transaction() as tx:
            for step in (
                lambda: need.record_need(tx, world.checklists, request_id, [KTP], officer),
                lambda: need.submit_dossier(tx, world.checklists, request_id, officer),
                lambda: papers.announce_paper(tx, request_id, PROOF, officer, **rules),
                lambda: papers.report_upload(tx, upload.paper_id, officer),
                lambda: reading.read_file(tx, request_id, officer),
            ):
                with pytest.raises(RequestCancelledError):
                    await step()
            assert (await reading.read_file(tx, request_id, operator)).items

    async def test_open_handover(
        self, world: "World", tx: Tx, officer_id: UUID, officer: Actor, operator: Actor
    ) -> None:
        """A handover that waited is void: it is neither confirmed nor withdrawn."""
        request_id, items = await world.printed(officer_id, KTP)
        async with world.transaction() as before:
            offered = await handover.offer_handover(before, request_id, items, "operator-1")
        await cancel(world, request_id)

        with pytest.raises(RequestCancelledError):
            await handover.confirm_handover(tx, offered.handover_id, officer)
        with pytest.raises(RequestCancelledError):
            await handover.withdraw_handover(tx, offered.handover_id, "operator-1")
        file = await reading.read_file(tx, request_id, operator)
        assert (file.is_alive, [one.is_open for one in file.handovers]) == (False, [True])

    async def test_before_anybody_accepted(self, world: "World", tx: Tx, officer: Actor) -> None:
        """A request may be cancelled while nobody held it: that is said, and not that it may come yet."""
        request_id = await world.received()
        await world.fact(world.facts.of(RequestCancelled, request_id, reason=CancelReason.OTHER))

        with pytest.raises(RequestCancelledError):
            await need.record_need(tx, world.checklists, request_id, [KTP], officer)

    async def test_released_first(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """Between the release and the cancelling nobody holds the request: the officer is told to wait a moment."""
        request_id, _ = await world.needed(officer_id, KTP)
        await world.fact(world.facts.of(AssignmentReleased, request_id, reason=ReleaseReason.CANCELLED))

        with pytest.raises(NotYetError):
            await need.submit_dossier(tx, world.checklists, request_id, officer)

    async def test_late_fact(self, world: "World", officer_id: UUID) -> None:
        """A check that was under way ends as ever, and changes nothing of the end."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        await cancel(world, request_id)

        await world.cleared(request_id, item_id, "kk")

        assert await states(world, request_id) == [ItemState.CANCELLED]
        assert world.history[-1][0].type == PaperCleared.type

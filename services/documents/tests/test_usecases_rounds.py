from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from halo_documents.domain.dossiers import ItemState
from halo_documents.errors import HandoverOutdatedError, IssueNumberTakenError, NoHolderError, NotHolderError
from halo_documents.usecases import desk, handover, need, reading
from halo_events.contract.event import Actor
from halo_events.contract.intake import ReopenReason, RequestReopened
from halo_events.contract.values import DocumentKind
from halo_events.errors import NotYetError
from halo_events.runtime import Tx

if TYPE_CHECKING:
    from conftest import World

KTP, KK = DocumentKind.KTP_EL, DocumentKind.KARTU_KELUARGA


async def reopen(world: "World", request_id: UUID, *kinds: DocumentKind) -> None:
    """Intake opened the request again."""
    said = {"round": 2, "reason": ReopenReason.DAMAGED, "documents": kinds}
    await world.fact(world.facts.of(RequestReopened, request_id, **said))


async def second_round(world: "World", request_id: UUID, officer_id: UUID, kind: DocumentKind, row: str) -> UUID:
    """The officer goes to the house once more, and one item goes to the desk; its id."""
    officer = world.facts.officer(officer_id)
    await world.accepted(officer_id, request_id, round_number=2)
    await world.fact(world.facts.visited(request_id, officer_id, 2))
    async with world.transaction() as tx:
        recorded = await need.record_need(tx, world.checklists, request_id, [kind], officer)
    item_id = recorded.items[0].item_id
    await world.cleared(request_id, item_id, row, round_number=2)
    async with world.transaction() as tx:
        await need.submit_dossier(tx, world.checklists, request_id, officer)
    return item_id


class TestRequestReopened:
    async def test_whole_round(self, world: "World", officer_id: UUID, officer: Actor, operator: Actor) -> None:
        """Need, papers, submit, desk and handover happen once more; what the first round brought stays as it is."""
        request_id, (first,) = await world.handed_over(officer_id, KTP)
        await reopen(world, request_id, KTP)
        item_id = await second_round(world, request_id, officer_id, KTP, "kk")

        async with world.transaction() as tx:
            await desk.verify_item(tx, item_id, operator)
            await desk.issue_item(tx, item_id, "A-2", operator)
            await desk.print_item(tx, item_id, "B-2", operator)
            offered = await handover.offer_handover(tx, request_id, [item_id], "operator-1")
            await handover.confirm_handover(tx, offered.handover_id, officer)
            now = await reading.read_file(tx, request_id, operator)
            before = await reading.read_file(tx, request_id, operator, 1)

        assert {event.round for event in tx.emitted} == {2}
        assert (now.round, [item.item_id for item in now.items], len(now.papers)) == (2, [item_id], 1)
        assert (before.round, [item.item_id for item in before.items]) == (1, [first])
        assert [item.state for item in before.items] == [ItemState.HANDED_OVER]

    async def test_until_accepted(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """Who held the request in the round before holds nothing until he accepts it again."""
        request_id, items = await world.printed(officer_id, KTP)
        await reopen(world, request_id, KTP)

        with pytest.raises(NotYetError):
            await need.submit_dossier(tx, world.checklists, request_id, officer)
        with pytest.raises(NoHolderError):
            await handover.offer_handover(tx, request_id, items, "operator-1")

    async def test_accepted_first(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """Where the acceptance is known here before the re-opening, the officer holds the new round."""
        request_id, _ = await world.handed_over(officer_id, KTP)
        await world.accepted(officer_id, request_id, round_number=2)
        await world.fact(world.facts.visited(request_id, officer_id, 2))

        recorded = await need.record_need(tx, world.checklists, request_id, [KTP], officer)
        await reopen(world, request_id, KTP)

        assert recorded.round == 2

    async def test_wanted_now(self, world: "World", tx: Tx, officer_id: UUID, operator: Actor) -> None:
        """The dossier shows what is wanted in the new round, and that nothing of it is recorded yet."""
        request_id, _ = await world.handed_over(officer_id, KTP, KK)

        await reopen(world, request_id, KK)

        file = await reading.read_file(tx, request_id, operator)
        assert file.asked is not None
        assert (file.round, file.asked.documents, file.dossier, file.items) == (2, (KK,), None, ())

    async def test_open_handover(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """A handover that was left open in the first round is not confirmed in the second."""
        request_id, items = await world.printed(officer_id, KTP)
        async with world.transaction() as before:
            offered = await handover.offer_handover(before, request_id, items, "operator-1")
        await reopen(world, request_id, KTP)
        async with world.transaction() as meanwhile:
            with pytest.raises(NotYetError):
                await handover.confirm_handover(meanwhile, offered.handover_id, officer)

        await world.accepted(officer_id, request_id, round_number=2)

        with pytest.raises(HandoverOutdatedError):
            await handover.confirm_handover(tx, offered.handover_id, officer)
        assert tx.emitted == []

    async def test_open_handover_of_another(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """Where another officer serves the new round, the one before takes nothing either."""
        request_id, items = await world.printed(officer_id, KTP)
        async with world.transaction() as before:
            offered = await handover.offer_handover(before, request_id, items, "operator-1")
        await reopen(world, request_id, KTP)
        await world.accepted(uuid4(), request_id, round_number=2)

        with pytest.raises(NotHolderError):
            await handover.confirm_handover(tx, offered.handover_id, officer)

    async def test_same_number(self, world: "World", tx: Tx, officer_id: UUID, operator: Actor) -> None:
        """What is printed anew may bear the number it had; another request's document may not."""
        request_id, (first,) = await world.handed_over(officer_id, KTP)
        _, (other,) = await world.submitted(officer_id, KTP)
        await reopen(world, request_id, KTP)
        item_id = await second_round(world, request_id, officer_id, KTP, "kk")
        for one in (item_id, other):
            await desk.verify_item(tx, one, operator)

        with pytest.raises(IssueNumberTakenError):
            await desk.issue_item(tx, other, f"NO-{first}", operator)
        assert await desk.issue_item(tx, item_id, f"NO-{first}", operator) is ItemState.ISSUED

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from halo_documents.domain.dossiers import ItemState
from halo_documents.errors import (
    ItemHeldError,
    ItemNotHeldError,
    ItemUnknownError,
    OperatorIsCollectorError,
    WrongStateError,
)
from halo_documents.usecases import desk, holding, rejection
from halo_events.contract.documents import HoldReason, ProcessingHeld, ProcessingResumed, RejectionReason
from halo_events.contract.event import Actor
from halo_events.contract.values import DocumentKind
from halo_events.runtime import Tx

if TYPE_CHECKING:
    from conftest import World

KIA = DocumentKind.KIA
NO_BLANKS = HoldReason.BLANK_OUT_OF_STOCK


class TestHoldItem:
    async def test_no_step_meanwhile(self, world: "World", tx: Tx, officer_id: UUID, operator: Actor) -> None:
        """In each state of the desk a hold stops the next step, and resuming goes on where the item stood."""
        _, (item_id,) = await world.submitted(officer_id, KIA)
        steps = (
            (ItemState.SUBMITTED, lambda: desk.verify_item(tx, item_id, operator)),
            (ItemState.VERIFIED, lambda: desk.issue_item(tx, item_id, "A-1", operator)),
            (ItemState.ISSUED, lambda: desk.print_item(tx, item_id, "B-1", operator)),
        )

        for state, step in steps:
            assert await holding.hold_item(tx, item_id, NO_BLANKS, operator) is state
            with pytest.raises(ItemHeldError):
                await step()
            assert await holding.resume_item(tx, item_id, operator) is state
            await step()

        assert [event.reason for event in tx.emitted if isinstance(event, ProcessingHeld)] == [NO_BLANKS] * 3
        assert len([event for event in tx.emitted if isinstance(event, ProcessingResumed)]) == 3

    async def test_twice(self, world: "World", tx: Tx, officer_id: UUID, operator: Actor) -> None:
        """What is held already is resumed before it waits for something else."""
        _, (item_id,) = await world.submitted(officer_id, KIA)
        await holding.hold_item(tx, item_id, NO_BLANKS, operator)

        with pytest.raises(ItemHeldError):
            await holding.hold_item(tx, item_id, HoldReason.RESIDENT, operator)

    async def test_wrong_state(self, world: "World", tx: Tx, officer_id: UUID, operator: Actor) -> None:
        """While its papers are collected, and once it is printed, an item is not the office's to hold."""
        _, (needed,) = await world.needed(officer_id, KIA)
        _, (printed,) = await world.printed(officer_id, KIA)

        for item_id in (needed, printed):
            with pytest.raises(WrongStateError):
                await holding.hold_item(tx, item_id, NO_BLANKS, operator)

    async def test_collector(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """Who collected the papers does not stop the office's clock."""
        _, (item_id,) = await world.submitted(officer_id, KIA)

        with pytest.raises(OperatorIsCollectorError):
            await holding.hold_item(tx, item_id, NO_BLANKS, officer)

    async def test_unknown(self, tx: Tx, operator: Actor) -> None:
        """An item that nobody recorded."""
        with pytest.raises(ItemUnknownError):
            await holding.hold_item(tx, uuid4(), NO_BLANKS, operator)

    async def test_desk_shows_it(self, world: "World", tx: Tx, officer_id: UUID, operator: Actor) -> None:
        """The desk's list shows what an item waits for; it keeps its place."""
        _, (item_id,) = await world.submitted(officer_id, KIA)
        (before,) = await desk.list_desk(tx, ItemState.SUBMITTED, None, 9)

        await holding.hold_item(tx, item_id, NO_BLANKS, operator)

        (item,) = await desk.list_desk(tx, ItemState.SUBMITTED, None, 9)
        assert (item.held_reason, item.held_at, item.state_at) == (NO_BLANKS, tx.now, before.state_at)


class TestResumeItem:
    async def test_not_held(self, world: "World", tx: Tx, officer_id: UUID, operator: Actor) -> None:
        """What waits for nothing is not resumed."""
        _, (item_id,) = await world.submitted(officer_id, KIA)

        with pytest.raises(ItemNotHeldError):
            await holding.resume_item(tx, item_id, operator)

    async def test_rejected(self, world: "World", tx: Tx, officer_id: UUID, operator: Actor) -> None:
        """An item on hold may be rejected; then it waits for nothing, and is not resumed."""
        _, (item_id,) = await world.submitted(officer_id, KIA)
        await holding.hold_item(tx, item_id, NO_BLANKS, operator)

        await rejection.reject_item(tx, item_id, RejectionReason.NOT_ENTITLED, operator)

        with pytest.raises(WrongStateError):
            await holding.resume_item(tx, item_id, operator)
        assert await tx.fetchval("SELECT held_reason FROM items") is None

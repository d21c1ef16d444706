import asyncio
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from halo_documents.errors import (
    HandoverConfirmedError,
    HandoverUnknownError,
    HandoverWithdrawnError,
    ItemInHandoverError,
    ItemUnknownError,
    NotHolderError,
    OperatorIsCollectorError,
    WrongStateError,
)
from halo_documents.usecases import desk, handover
from halo_events.contract.documents import (
    HandoverCompleted,
)
from halo_events.contract.event import Actor, ActorRole
from halo_events.contract.values import DocumentKind
from halo_events.runtime import Tx
from halo_events.testing import eventually

if TYPE_CHECKING:
    from conftest import World

KTP, KK, KIA = DocumentKind.KTP_EL, DocumentKind.KARTU_KELUARGA, DocumentKind.KIA
OPERATOR = Actor(role=ActorRole.OPERATOR, id="operator-1")
STRANGER = Actor(role=ActorRole.OFFICER, id="6f1f1c0e-0000-4000-8000-000000000000")


class TestOfferHandover:
    async def test_not_printed(self, world: "World", tx: Tx, officer_id: UUID) -> None:
        """Only what lies printed is laid ready."""
        request_id, items = await world.submitted(officer_id, KTP)

        with pytest.raises(WrongStateError):
            await handover.offer_handover(tx, request_id, items, "operator-1")

    async def test_twice(self, world: "World", tx: Tx, officer_id: UUID) -> None:
        """An item waits in one handover at a time."""
        request_id, items = await world.printed(officer_id, KTP)
        await handover.offer_handover(tx, request_id, items, "operator-1")

        with pytest.raises(ItemInHandoverError):
            await handover.offer_handover(tx, request_id, items, "operator-1")

    async def test_of_another_request(self, world: "World", tx: Tx, officer_id: UUID) -> None:
        """A handover is of one request."""
        request_id, _ = await world.printed(officer_id, KTP)
        _, others = await world.printed(officer_id, KTP)

        with pytest.raises(ItemUnknownError):
            await handover.offer_handover(tx, request_id, others, "operator-1")

    async def test_collector(self, world: "World", tx: Tx, officer_id: UUID) -> None:
        """Nobody hands documents over to himself."""
        request_id, items = await world.printed(officer_id, KTP)

        with pytest.raises(OperatorIsCollectorError):
            await handover.offer_handover(tx, request_id, items, str(officer_id))

    async def test_in_parts(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """What is printed first goes first; the rest follows in a handover of its own."""
        request_id, (first, second) = await world.printed(officer_id, KTP, KIA)

        for item_id in (first, second):
            offered = await handover.offer_handover(tx, request_id, [item_id], "operator-1")
            await handover.confirm_handover(tx, offered.handover_id, officer)

        assert [event.items for event in tx.emitted if isinstance(event, HandoverCompleted)] == [(first,), (second,)]

    async def test_while_another_is_at_the_desk(self, world: "World", tx: Tx, officer_id: UUID) -> None:
        """An item that lies printed is handed over while another one is still with the operator."""
        request_id, (first, second) = await world.submitted(officer_id, KTP, KIA)
        await desk.verify_item(tx, first, OPERATOR)
        await desk.issue_item(tx, first, "NO-1", OPERATOR)
        await desk.print_item(tx, first, "BLANK-1", OPERATOR)

        offered = await handover.offer_handover(tx, request_id, [first], "operator-1")

        assert offered.items == (first,)
        with pytest.raises(WrongStateError):
            await handover.offer_handover(tx, request_id, [second], "operator-1")


class TestConfirmHandover:
    async def test_confirmed(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """Both confirmed: the officer holds the documents. A repeat tells nothing again."""
        request_id, items = await world.printed(officer_id, KTP, KIA)
        offered = await handover.offer_handover(tx, request_id, items, "operator-1")

        for _ in range(2):
            await handover.confirm_handover(tx, offered.handover_id, officer)

        (told,) = tx.emitted
        assert isinstance(told, HandoverCompleted)
        assert told.items == tuple(items)
        assert (told.officer_id, told.operator_id) == (officer_id, "operator-1")

    async def test_not_the_holder(self, world: "World", tx: Tx, officer_id: UUID) -> None:
        """Another officer does not take them."""
        request_id, items = await world.printed(officer_id, KTP)
        offered = await handover.offer_handover(tx, request_id, items, "operator-1")

        with pytest.raises(NotHolderError):
            await handover.confirm_handover(tx, offered.handover_id, STRANGER)

    async def test_unknown(self, tx: Tx, officer: Actor) -> None:
        """A handover that nobody offered."""
        with pytest.raises(HandoverUnknownError):
            await handover.confirm_handover(tx, uuid4(), officer)

    async def test_offered_again_meanwhile(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """An offer waits for a confirmation under way, and then finds the documents gone: they are handed over once."""
        request_id, items = await world.printed(officer_id, KTP)
        async with world.database.transaction() as tx:
            offered = await handover.offer_handover(tx, request_id, items, "operator-1")

        async def offer_again() -> None:
            async with world.database.transaction() as tx:
                await handover.offer_handover(tx, request_id, items, "operator-1")

        async with world.database.transaction() as tx:
            await handover.confirm_handover(tx, offered.handover_id, officer)
            again = asyncio.create_task(offer_again())
            await eventually(lambda: _somebody_waits(tx))
        with pytest.raises(WrongStateError):
            await again


class TestWithdrawHandover:
    async def test_who_did_it(self, world: "World", tx: Tx, officer_id: UUID) -> None:
        """Which operator took it back stands; a repeat by another one changes nothing."""
        request_id, items = await world.printed(officer_id, KTP)
        offered = await handover.offer_handover(tx, request_id, items, "operator-1")

        for operator_id in ("operator-2", "operator-3"):
            await handover.withdraw_handover(tx, offered.handover_id, operator_id)

        assert await tx.fetchval("SELECT withdrawn_by FROM handovers") == "operator-2"

    async def test_offered_anew(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """What the desk took back it may offer again; only the new handover can be confirmed."""
        request_id, items = await world.printed(officer_id, KTP)
        first = await handover.offer_handover(tx, request_id, items, "operator-1")

        for _ in range(2):
            await handover.withdraw_handover(tx, first.handover_id, "operator-2")
        second = await handover.offer_handover(tx, request_id, items, "operator-2")

        with pytest.raises(HandoverWithdrawnError):
            await handover.confirm_handover(tx, first.handover_id, officer)
        await handover.confirm_handover(tx, second.handover_id, officer)
        (told,) = tx.emitted
        assert isinstance(told, HandoverCompleted)
        assert (told.handover_id, told.operator_id) == (second.handover_id, "operator-2")

    async def test_confirmed(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """What the officer holds is not taken back."""
        request_id, items = await world.printed(officer_id, KTP)
        offered = await handover.offer_handover(tx, request_id, items, "operator-1")
        await handover.confirm_handover(tx, offered.handover_id, officer)

        with pytest.raises(HandoverConfirmedError):
            await handover.withdraw_handover(tx, offered.handover_id, "operator-2")

    async def test_unknown(self, tx: Tx) -> None:
        """A handover that nobody offered."""
        with pytest.raises(HandoverUnknownError):
            await handover.withdraw_handover(tx, uuid4(), "operator-2")

    async def test_at_the_same_moment(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """A withdrawal waits for a confirmation under way, and then finds that the officer was first."""
        request_id, items = await world.printed(officer_id, KTP)
        async with world.database.transaction() as tx:
            offered = await handover.offer_handover(tx, request_id, items, "operator-1")

        async def withdraw() -> None:
            async with world.database.transaction() as tx:
                await handover.withdraw_handover(tx, offered.handover_id, "operator-2")

        async with world.database.transaction() as tx:
            await handover.confirm_handover(tx, offered.handover_id, officer)
            withdrawing = asyncio.create_task(withdraw())
            await eventually(lambda: _somebody_waits(tx))
        with pytest.raises(HandoverConfirmedError):
            await withdrawing


async def _somebody_waits(tx: Tx) -> bool:
    return bool(await tx.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))

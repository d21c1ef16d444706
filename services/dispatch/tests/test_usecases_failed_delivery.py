"""Documents that could not be handed over: tried three times, then kept at the kelurahan."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from halo_dispatch.domain.items import ItemState
from halo_dispatch.errors import (
    AlreadyDeliveredError,
    AtKelurahanError,
    ItemRejectedError,
    ItemUnknownError,
    NotHolderError,
    TryRecordedError,
)
from halo_dispatch.repository import requests
from halo_dispatch.usecases.failed_delivery import FailedDelivery, fail_delivery
from halo_events.contract.dispatch import DeliveryCompleted, DeliveryFailed, DeliveryFailure, DeliveryReturned
from halo_events.contract.event import SYSTEM, Event
from halo_events.contract.values import DocumentKind
from halo_events.errors import NotYetError
from halo_events.runtime import Database

if TYPE_CHECKING:
    from conftest import World

KINDS = (DocumentKind.KTP_EL, DocumentKind.KARTU_KELUARGA)


async def fail(
    database: Database, request_id: UUID, officer_id: UUID, items: Sequence[UUID], seen: int | None = None
) -> tuple[FailedDelivery, list[Event]]:
    """Report a try in vain; what became of it, and what is emitted."""
    async with database.transaction() as tx:
        failed = await fail_delivery(
            tx, request_id, officer_id, items, reason=DeliveryFailure.NOBODY_HOME, actor=SYSTEM, seen=seen
        )
        return failed, tx.emitted


async def states(database: Database, request_id: UUID) -> dict[UUID, tuple[ItemState, int]]:
    """How far each document is, and how often it was tried in vain."""
    async with database.transaction() as tx:
        return {row.item_id: (row.state, row.tries) for row in await requests.list_items(tx, [request_id])}


class TestFailDelivery:
    async def test_failed(self, world: "World", database: Database) -> None:
        """The documents stay with the officer, who tries again."""
        request_id, officer_id, items = await world.in_hand(*KINDS)

        failed, (event,) = await fail(database, request_id, officer_id, items)

        assert isinstance(event, DeliveryFailed)
        assert (event.officer_id, event.items, event.reason) == (officer_id, tuple(items), "nobody_home")
        assert (event.tries, failed) == (1, FailedDelivery(1, ()))
        assert await states(database, request_id) == dict.fromkeys(items, (ItemState.WITH_OFFICER, 1))

    async def test_third_try(self, world: "World", database: Database) -> None:
        """After the third try of a document the kelurahan keeps it, and not what was tried less often."""
        request_id, officer_id, (often, seldom) = await world.in_hand(*KINDS)
        for _ in range(2):
            await fail(database, request_id, officer_id, [often])

        failed, (event, returned) = await fail(database, request_id, officer_id, [seldom, often])

        assert isinstance(event, DeliveryFailed)
        assert (event.tries, event.items) == (3, (seldom, often))
        assert isinstance(returned, DeliveryReturned)
        assert (returned.items, returned.kelurahan_code) == ((often,), world.JATIRASA)
        assert failed == FailedDelivery(3, (often,))
        assert await states(database, request_id) == {
            often: (ItemState.AT_KELURAHAN, 3),
            seldom: (ItemState.WITH_OFFICER, 1),
        }

    async def test_beside_kept(self, world: "World", database: Database) -> None:
        """While the kelurahan keeps one document, another may be tried."""
        request_id, officer_id, (kept, other) = await world.in_hand(*KINDS)
        for _ in range(3):
            await fail(database, request_id, officer_id, [kept])

        failed, _ = await fail(database, request_id, officer_id, [other])

        assert failed == FailedDelivery(1, ())

    async def test_stale(self, world: "World", database: Database) -> None:
        """Who reports from a page that shows one try less is told of that one, and nothing is counted."""
        request_id, officer_id, items = await world.in_hand(*KINDS)
        await fail(database, request_id, officer_id, items, seen=0)

        with pytest.raises(TryRecordedError):
            await fail(database, request_id, officer_id, items, seen=0)

        failed, _ = await fail(database, request_id, officer_id, items, seen=2)
        assert failed == FailedDelivery(2, ())

    async def test_fetched(self, world: "World", database: Database) -> None:
        """What the kelurahan keeps is tried no more, and is delivered when the resident fetches it."""
        request_id, officer_id, items = await world.in_hand(*KINDS)
        for _ in range(3):
            await fail(database, request_id, officer_id, items[1:])

        with pytest.raises(AtKelurahanError) as caught:
            await fail(database, request_id, officer_id, items)
        (event,) = await world.delivered(request_id, officer_id, items)

        assert [fault.field for fault in caught.value.fields] == ["items.1"]
        assert isinstance(event, DeliveryCompleted)
        assert {state for state, _ in (await states(database, request_id)).values()} == {ItemState.DELIVERED}

    async def test_not_in_hand(self, world: "World", database: Database) -> None:
        """Only what the officer has in hand can fail to be handed over."""
        request_id, officer_id, (delivered,) = await world.in_hand(DocumentKind.KTP_EL)
        rejected, needed = await world.need(request_id, officer_id, *KINDS)
        await world.rejected(request_id, rejected)
        await world.delivered(request_id, officer_id, [delivered])

        for item_id, error in (
            (delivered, AlreadyDeliveredError),
            (rejected, ItemRejectedError),
            (needed, NotYetError),
            (uuid4(), ItemUnknownError),
        ):
            with pytest.raises(error):
                await fail(database, request_id, officer_id, [item_id])

    async def test_only_the_holder(self, world: "World", database: Database) -> None:
        """Nobody reports another officer's try."""
        request_id, _, items = await world.in_hand(*KINDS)

        with pytest.raises(NotHolderError):
            await fail(database, request_id, uuid4(), items)

    async def test_next_holder(self, world: "World", database: Database) -> None:
        """Tries are the document's: who goes on for an officer who left goes on counting."""
        request_id, officer_id, items = await world.in_hand(*KINDS)
        for _ in range(2):
            await fail(database, request_id, officer_id, items)
        await world.left(officer_id)
        other = await world.given(request_id)

        failed, _ = await fail(database, request_id, other, items)

        assert failed == FailedDelivery(3, tuple(items))

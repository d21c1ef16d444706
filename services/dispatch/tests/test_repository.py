"""The statements fit the schema, and what is open is derived from three topics."""

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from halo_dispatch.domain.assignments import State
from halo_dispatch.domain.items import ItemState
from halo_dispatch.domain.lists import START, Position
from halo_dispatch.repository import lists, requests
from halo_dispatch.repository.statements import SQL
from halo_dispatch.usecases.delivery import Delivery, complete_delivery
from halo_events.contract.event import SYSTEM
from halo_events.contract.intake import CancelReason, ClosedBy, RequestCancelled, RequestClosed
from halo_events.contract.values import DocumentKind, Relation
from halo_events.runtime import Database, RowCountError

if TYPE_CHECKING:
    from conftest import World


async def open_of(database: Database, officer_id: UUID) -> list[UUID]:
    """Ids of an officer's open assignments."""
    async with database.transaction() as tx:
        rows = await lists.list_assignments(tx, officer_id, {State.OFFERED, State.ACCEPTED}, START, 100)
        return [row.request.request_id for row in rows]


def test_names() -> None:
    """A statement's name begins with what it does."""
    verbs = ("find_", "get_", "list_", "insert_", "update_", "upsert_", "end_", "replace_", "lock_", "count_")

    assert [name for name in SQL if not name.startswith((*verbs, "serves_", "is_", "has_"))] == []


async def test_every_statement_prepares(database: Database) -> None:
    """Every statement is valid on the migrated schema."""
    async with database.transaction() as tx:
        for name, statement in SQL.items():
            await tx.execute(f"PREPARE {name} AS {statement}")


class TestOpenAssignments:
    async def test_delivered_wholly(self, world: "World", database: Database) -> None:
        """A request stays open until its last document is delivered."""
        request_id, officer_id = await world.accepted()
        items = await world.need(request_id, officer_id, DocumentKind.KTP_EL, DocumentKind.KIA)
        await world.handed(request_id, officer_id, items)
        paper_id = await world.proof(request_id)
        seen = [await open_of(database, officer_id)]

        for item_id in items:
            async with database.transaction() as tx:
                report = Delivery([item_id], "Warga Contoh", Relation.SELF, paper_id)
                await complete_delivery(tx, request_id, officer_id, report, SYSTEM)
            seen.append(await open_of(database, officer_id))

        assert seen == [[request_id], [request_id], []]

    async def test_closed(self, world: "World", database: Database) -> None:
        """What intake closed is open no more."""
        request_id, officer_id = await world.accepted()
        received = world.request_received(request_id)
        closed = RequestClosed(
            occurred_at=received.occurred_at, request_id=request_id, actor=SYSTEM, closed_by=ClosedBy.TIMER
        )

        await world.fact(closed)

        assert await open_of(database, officer_id) == []

    async def test_rejected(self, world: "World", database: Database) -> None:
        """A rejected document is not awaited: with the others delivered, or with all rejected, nothing is left."""
        request_id, officer_id = await world.accepted()
        items = await world.need(request_id, officer_id, DocumentKind.KTP_EL, DocumentKind.KIA)
        await world.handed(request_id, officer_id, items[:1])
        await world.rejected(request_id, items[1])
        seen = [await open_of(database, officer_id)]
        await world.delivered(request_id, officer_id, items[:1])
        seen.append(await open_of(database, officer_id))
        other, holder_id = await world.accepted("002")
        for item_id in await world.need(other, holder_id, DocumentKind.KTP_EL, DocumentKind.KIA):
            seen.append(await open_of(database, holder_id))
            await world.rejected(other, item_id)
        seen.append(await open_of(database, holder_id))

        assert seen == [[request_id], [], [other], [other], []]

    async def test_rejected_is_no_load(self, world: "World") -> None:
        """A request whose documents are all rejected keeps its officer no busier than one without."""
        request_id, officer_id = await world.accepted()
        (item_id,) = await world.need(request_id, officer_id, DocumentKind.KTP_EL)
        await world.officer("001", officer_id=UUID(int=2**128 - 1))

        await world.rejected(request_id, item_id)
        _, (offered,) = await world.request("001")

        assert offered.model_dump()["officer_id"] == officer_id

    async def test_cancelled(self, world: "World", database: Database) -> None:
        """What intake cancelled is open no more."""
        request_id, officer_id = await world.accepted()

        await world.says(RequestCancelled, request_id, reason=CancelReason.OTHER)

        assert await open_of(database, officer_id) == []


class TestLists:
    async def test_items(self, world: "World", database: Database) -> None:
        """Each document says how far it is."""
        request_id, officer_id = await world.accepted()
        first, second = await world.need(request_id, officer_id, DocumentKind.KIA, DocumentKind.KTP_EL)
        await world.handed(request_id, officer_id, [second])

        async with database.transaction() as tx:
            rows = await requests.list_items(tx, [request_id, uuid4()])

        assert [(row.item_id, row.state) for row in rows] == [
            (first, ItemState.NEEDED),
            (second, ItemState.WITH_OFFICER),
        ]

    async def test_pages(self, world: "World", database: Database) -> None:
        """Page after page shows every row once, also those that changed at the same time."""
        await world.place("001")
        officer_id = await world.officer("001")
        wanted = [(await world.request("001"))[0] for _ in range(5)]
        async with database.transaction() as tx:
            await tx.execute("UPDATE assignments SET changed_at = $1", tx.now)

        found, after = list[UUID](), START
        async with database.transaction() as tx:
            while rows := await lists.list_assignments(tx, officer_id, {State.OFFERED}, after, 2):
                found += [row.request.request_id for row in rows]
                after = Position(rows[-1].changed_at, rows[-1].request.request_id)

        assert found == sorted(wanted)


async def test_unknown_request_can_not_be_closed(database: Database) -> None:
    """An update that hits no row is an error, not a loss."""
    async with database.transaction() as tx:
        with pytest.raises(RowCountError):
            await requests.update_request_closed(tx, uuid4(), tx.now)

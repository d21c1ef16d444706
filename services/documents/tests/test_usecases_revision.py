from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from halo_documents.domain.dossiers import ItemState
from halo_documents.domain.papers import Announcement, Limits, MediaType
from halo_documents.errors import (
    ItemHeldError,
    OperatorIsCollectorError,
    PapersMissingError,
    RowMetOtherwiseError,
    RowUnknownError,
    UploadExpiredError,
    WrongStateError,
)
from halo_documents.repository import papers as repository
from halo_documents.usecases import desk, holding, need, papers, reading, revision
from halo_events.contract.documents import HoldReason, Purpose, RevisionReason, RevisionRequested
from halo_events.contract.event import Actor
from halo_events.contract.values import DocumentKind
from halo_events.runtime import Tx

if TYPE_CHECKING:
    from conftest import World

KTP, KK = DocumentKind.KTP_EL, DocumentKind.KARTU_KELUARGA
UNREADABLE = RevisionReason.UNREADABLE


async def revise(
    world: "World", item_id: UUID, operator: Actor, rows: Mapping[str, RevisionReason]
) -> list[RevisionRequested]:
    """Ask for these rows of an item again; what was told."""
    async with world.transaction() as tx:
        await revision.revise_item(tx, world.checklists, item_id, rows, operator)
    return list(tx.emitted)


async def missing(world: "World", request_id: UUID, officer: Actor) -> list[str]:
    """The rows that a refused submit names."""
    async with world.database.transaction() as tx:
        with pytest.raises(PapersMissingError) as raised:
            await need.submit_dossier(tx, world.checklists, request_id, officer)
    return [fault.field.split(".")[2] for fault in raised.value.fields]


class TestReviseItem:
    async def test_only_these_rows(self, world: "World", officer_id: UUID, officer: Actor, operator: Actor) -> None:
        """The item is the officer's again; the named row is missing, and the papers of the others still count."""
        request_id, (item_id,) = await world.submitted(officer_id, KK)

        (told,) = await revise(world, item_id, operator, {"f_1_02": UNREADABLE})

        assert [(row.row, row.reason) for row in told.rows] == [("f_1_02", UNREADABLE)]
        assert [row["state"] for row in await world.rows("SELECT state FROM items")] == ["needed"]
        assert await missing(world, request_id, officer) == ["f_1_02"]

    async def test_submitted_again(self, world: "World", officer_id: UUID, officer: Actor, operator: Actor) -> None:
        """With a new paper the item goes to the desk once more, in the same round, and can be verified."""
        request_id, (item_id,) = await world.submitted(officer_id, KK)
        await revise(world, item_id, operator, {"f_1_02": UNREADABLE})
        await world.cleared(request_id, item_id, "f_1_02")

        async with world.database.transaction() as tx:
            await need.submit_dossier(tx, world.checklists, request_id, officer)
            assert await desk.verify_item(tx, item_id, operator) is ItemState.VERIFIED

        assert [(event.round, event.type.split(".")[4:6]) for event in tx.emitted] == [
            (1, ["dossier", "submitted"]),
            (1, ["verification", "passed"]),
        ]

    async def test_twice(self, world: "World", officer_id: UUID, officer: Actor, operator: Actor) -> None:
        """A second revision asks for its own rows alone; the answer to the first one counts."""
        request_id, (item_id,) = await world.submitted(officer_id, KK)
        await revise(world, item_id, operator, {"f_1_02": UNREADABLE})
        await world.cleared(request_id, item_id, "f_1_02")
        async with world.transaction() as tx:
            await need.submit_dossier(tx, world.checklists, request_id, officer)

        await revise(world, item_id, operator, {"marriage_proof": RevisionReason.WRONG_PERSON})

        assert await missing(world, request_id, officer) == ["marriage_proof"]
        async with world.database.transaction() as tx:
            file = await reading.read_file(tx, request_id, operator)
        assert [(row.row, row.reason) for row in file.revised] == [("marriage_proof", "wrong_person")]

    async def test_optional_row(self, world: "World", officer_id: UUID, officer: Actor, operator: Actor) -> None:
        """An optional row that the operator asks for is wanted from then on, until it has a paper."""
        request_id, (item_id,) = await world.submitted(officer_id, KTP)
        await revise(world, item_id, operator, {"police_letter": RevisionReason.INCOMPLETE})

        assert await missing(world, request_id, officer) == ["police_letter"]
        await world.cleared(request_id, item_id, "police_letter")
        async with world.database.transaction() as tx:
            submission = await need.submit_dossier(tx, world.checklists, request_id, officer)
        assert submission.items == (item_id,)

    async def test_alternative(self, world: "World", officer_id: UUID, officer: Actor, operator: Actor) -> None:
        """A row that was met by an alternative is asked again by its name; the row's own paper does too."""
        request_id, (item_id,) = await world.needed(officer_id, KK)
        await world.cleared(request_id, item_id, "f_1_02", "f_1_05")
        async with world.transaction() as tx:
            await need.submit_dossier(tx, world.checklists, request_id, officer)

        with pytest.raises(RowMetOtherwiseError) as raised:
            await revise(world, item_id, operator, {"marriage_proof": UNREADABLE})
        assert [fault.field for fault in raised.value.fields] == ["rows.0.row"]
        await revise(world, item_id, operator, {"f_1_05": UNREADABLE})

        assert await missing(world, request_id, officer) == ["marriage_proof", "f_1_05"]
        await world.cleared(request_id, item_id, "marriage_proof")
        async with world.database.transaction() as tx:
            submission = await need.submit_dossier(tx, world.checklists, request_id, officer)
        assert submission.items == (item_id,)

    async def test_row_unknown(self, world: "World", officer_id: UUID, operator: Actor) -> None:
        """Rows that the item's checklist does not have are named."""
        _, (item_id,) = await world.submitted(officer_id, KTP)

        with pytest.raises(RowUnknownError) as raised:
            await revise(world, item_id, operator, {"kk": UNREADABLE, "birth_letter": UNREADABLE})

        assert [fault.field for fault in raised.value.fields] == ["rows.1.row"]

    async def test_wrong_state(self, world: "World", tx: Tx, officer_id: UUID, operator: Actor) -> None:
        """What is not submitted yet, or verified already, is not asked again."""
        _, (needed,) = await world.needed(officer_id, KTP)
        _, (verified,) = await world.submitted(officer_id, KTP)
        await desk.verify_item(tx, verified, operator)

        for item_id in (needed, verified):
            with pytest.raises(WrongStateError):
                await revision.revise_item(tx, world.checklists, item_id, {"kk": UNREADABLE}, operator)

    async def test_collector(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """Who collected the papers does not judge them."""
        _, (item_id,) = await world.submitted(officer_id, KTP)

        with pytest.raises(OperatorIsCollectorError):
            await revision.revise_item(tx, world.checklists, item_id, {"kk": UNREADABLE}, officer)

    async def test_held(self, world: "World", tx: Tx, officer_id: UUID, operator: Actor) -> None:
        """An item on hold is resumed first."""
        _, (item_id,) = await world.submitted(officer_id, KTP)
        await holding.hold_item(tx, item_id, HoldReason.RESIDENT, operator)

        with pytest.raises(ItemHeldError):
            await revision.revise_item(tx, world.checklists, item_id, {"kk": UNREADABLE}, operator)


class TestPapers:
    async def test_room(self, world: "World", officer_id: UUID, operator: Actor) -> None:
        """What was asked again takes no place from what comes for it."""
        request_id, (item_id,) = await world.submitted(officer_id, KTP)
        await revise(world, item_id, operator, {"kk": UNREADABLE})

        async with world.database.transaction() as tx:
            tally = await repository.count_papers(tx, request_id, 1, Purpose.REQUIREMENT)

        assert (tally.held, tally.failed) == (0, 0)

    async def test_form_from_before(self, world: "World", officer_id: UUID, officer: Actor, operator: Actor) -> None:
        """A form that lapsed as the item went to the desk stays lapsed: a new one is asked for."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        await world.cleared(request_id, item_id, "kk")
        said = Announcement(Purpose.REQUIREMENT, MediaType.JPEG, 1000, item_id, "kk")
        rules = {"checklists": world.checklists, "limits": Limits()}
        async with world.transaction() as tx:
            old = await papers.announce_paper(tx, request_id, said, officer, **rules)
            await need.submit_dossier(tx, world.checklists, request_id, officer)
        await revise(world, item_id, operator, {"kk": UNREADABLE})

        async with world.database.transaction() as tx:
            with pytest.raises(UploadExpiredError):
                await papers.report_upload(tx, old.paper_id, officer)
            new = await papers.announce_paper(tx, request_id, said, officer, **rules)
            await papers.report_upload(tx, new.paper_id, officer)

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from halo_documents.domain.dossiers import DeskState, ItemState
from halo_documents.errors import (
    BlankSerialMissingError,
    BlankSerialTakenError,
    IssueNumberTakenError,
    ItemUnknownError,
    OperatorIsCollectorError,
    PersonalNumberError,
    WrongStateError,
)
from halo_documents.usecases import desk, rejection, revision
from halo_events.contract.documents import (
    DocumentIssued,
    DocumentPrinted,
    RejectionReason,
    RevisionReason,
    VerificationPassed,
)
from halo_events.contract.event import Actor, ActorRole
from halo_events.contract.values import DocumentKind
from halo_events.runtime import Tx

if TYPE_CHECKING:
    from conftest import World

KTP, KK, KIA = DocumentKind.KTP_EL, DocumentKind.KARTU_KELUARGA, DocumentKind.KIA
STRANGER = Actor(role=ActorRole.OFFICER, id="6f1f1c0e-0000-4000-8000-000000000000")


class TestDesk:
    async def test_strict_order(self, world: "World", officer_id: UUID, operator: Actor) -> None:
        """Verify, issue, print: each step follows the one before it, once."""
        _, (item_id,) = await world.submitted(officer_id, KIA)

        async with world.database.transaction() as tx:
            with pytest.raises(WrongStateError):
                await desk.issue_item(tx, item_id, "A-1", operator)
            with pytest.raises(WrongStateError):
                await desk.print_item(tx, item_id, "B-1", operator)
            assert await desk.verify_item(tx, item_id, operator) is ItemState.VERIFIED
            with pytest.raises(WrongStateError):
                await desk.verify_item(tx, item_id, operator)
            assert await desk.issue_item(tx, item_id, "A-1", operator) is ItemState.ISSUED
            assert await desk.print_item(tx, item_id, "B-1", operator) is ItemState.PRINTED
        verified, issued, printed = tx.emitted
        assert isinstance(verified, VerificationPassed)
        assert isinstance(issued, DocumentIssued)
        assert isinstance(printed, DocumentPrinted)
        assert (issued.issue_number, printed.print_count, printed.blank_serial) == ("A-1", 1, "B-1")

    @pytest.mark.parametrize("number", ["3275990101900001", "KK 3275.9901.0190.0001"])
    async def test_personal_number(
        self, world: "World", tx: Tx, officer_id: UUID, operator: Actor, number: str
    ) -> None:
        """A NIK or KK number is neither issue number nor serial: it would travel in clear."""
        _, (item_id,) = await world.submitted(officer_id, KIA)
        await desk.verify_item(tx, item_id, operator)

        with pytest.raises(PersonalNumberError):
            await desk.issue_item(tx, item_id, number, operator)
        await desk.issue_item(tx, item_id, "A-1", operator)
        with pytest.raises(PersonalNumberError):
            await desk.print_item(tx, item_id, number, operator)

    async def test_before_submit(self, world: "World", tx: Tx, officer_id: UUID, operator: Actor) -> None:
        """An item whose papers are still collected is not at the desk."""
        _, (item_id,) = await world.needed(officer_id, KIA)

        with pytest.raises(WrongStateError):
            await desk.verify_item(tx, item_id, operator)

    async def test_collector(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """Who collected the papers does not decide upon them, whatever his roles."""
        _, (item_id,) = await world.submitted(officer_id, KIA)

        with pytest.raises(OperatorIsCollectorError):
            await desk.verify_item(tx, item_id, Actor(role=ActorRole.OPERATOR, id=officer.id))

    async def test_collector_who_gave_it_away(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """It stays so when another officer holds the request by then."""
        request_id, (item_id,) = await world.submitted(officer_id, KIA)
        await world.accepted(uuid4(), request_id)

        with pytest.raises(OperatorIsCollectorError):
            await desk.verify_item(tx, item_id, officer)

    async def test_unknown_item(self, tx: Tx, operator: Actor) -> None:
        """An item that nobody recorded."""
        with pytest.raises(ItemUnknownError):
            await desk.verify_item(tx, uuid4(), operator)

    async def test_number_taken(self, world: "World", tx: Tx, officer_id: UUID, operator: Actor) -> None:
        """A number is one document's; another kind may have the same."""
        _, (taken,) = await world.printed(officer_id, KIA)
        _, (same, other) = await world.submitted(officer_id, KIA, KK)
        for item_id in (same, other):
            await desk.verify_item(tx, item_id, operator)

        with pytest.raises(IssueNumberTakenError):
            await desk.issue_item(tx, same, f"NO-{taken}", operator)
        assert await desk.issue_item(tx, other, f"NO-{taken}", operator) is ItemState.ISSUED

    async def test_number_at_the_same_moment(self, world: "World", officer_id: UUID, operator: Actor) -> None:
        """Of two operators who enter one number at once, one is told that it is taken."""
        _, items = await world.submitted(officer_id, KK, KK)

        async def issue(item_id: UUID) -> None:
            async with world.database.transaction() as tx:
                await desk.verify_item(tx, item_id, operator)
                await desk.issue_item(tx, item_id, "A-1", operator)

        outcomes = await asyncio.gather(*(issue(item_id) for item_id in items), return_exceptions=True)

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["IssueNumberTakenError", "NoneType"]

    @pytest.mark.parametrize("kind", [KTP, KIA])
    async def test_card_without_blank(
        self, world: "World", tx: Tx, officer_id: UUID, operator: Actor, kind: DocumentKind
    ) -> None:
        """Cards are printed on numbered blanks."""
        _, (item_id,) = await world.submitted(officer_id, kind)
        await desk.verify_item(tx, item_id, operator)
        await desk.issue_item(tx, item_id, "A-1", operator)

        with pytest.raises(BlankSerialMissingError):
            await desk.print_item(tx, item_id, None, operator)

    async def test_paper_without_blank(self, world: "World", tx: Tx, officer_id: UUID, operator: Actor) -> None:
        """A KK is printed on plain paper."""
        _, (item_id,) = await world.submitted(officer_id, KK)
        await desk.verify_item(tx, item_id, operator)
        await desk.issue_item(tx, item_id, "A-1", operator)

        assert await desk.print_item(tx, item_id, None, operator) is ItemState.PRINTED

    async def test_blank_taken(self, world: "World", tx: Tx, officer_id: UUID, operator: Actor) -> None:
        """One blank, one card."""
        _, (taken,) = await world.printed(officer_id, KIA)
        _, (item_id,) = await world.submitted(officer_id, KIA)
        await desk.verify_item(tx, item_id, operator)
        await desk.issue_item(tx, item_id, "A-1", operator)

        with pytest.raises(BlankSerialTakenError):
            await desk.print_item(tx, item_id, f"BLANK-{taken}", operator)


class TestListDesk:
    async def test_papers_never_came(self, world: "World", officer_id: UUID, operator: Actor) -> None:
        """What was never submitted, or sent back, is listed since then: so the desk finds it and can end it."""
        _, (back,) = await world.submitted(officer_id, KTP)
        _, (never,) = await world.needed(officer_id, KTP)
        async with world.transaction() as revising:
            await revision.revise_item(revising, world.checklists, back, {"kk": RevisionReason.UNREADABLE}, operator)

        async with world.transaction() as tx:
            listed = await desk.list_desk(tx, ItemState(DeskState.NEEDED), None, 9)
            assert [(item.item_id, item.state_at == revising.now) for item in listed] == [(never, False), (back, True)]
            assert await desk.count_desk(tx) == {"needed": 2}
            for item in listed:
                await rejection.reject_item(tx, item.item_id, RejectionReason.PAPERS_NEVER_CAME, operator)
            assert await desk.list_desk(tx, ItemState.NEEDED, None, 9) == []

    async def test_kelurahan(self, world: "World", tx: Tx, officer_id: UUID) -> None:
        """List and counts are of one kelurahan, where it is named."""
        await world.submitted(officer_id, KTP)

        assert await desk.count_desk(tx, "32.75.09.1006") == {"submitted": 1}
        assert await desk.count_desk(tx, "32.75.01.1001") == {}
        assert len(await desk.list_desk(tx, ItemState.SUBMITTED, None, 9, "32.75.09.1006")) == 1
        assert await desk.list_desk(tx, ItemState.SUBMITTED, None, 9, "32.75.01.1001") == []

    async def test_longest_waiting_first(self, world: "World", tx: Tx, officer_id: UUID) -> None:
        """The list begins with what waits longest, and goes on behind any of its rows."""
        expected = [(await world.submitted(officer_id, KTP))[1][0] for _ in range(3)]

        first = await desk.list_desk(tx, ItemState.SUBMITTED, None, 2)
        rest = await desk.list_desk(tx, ItemState.SUBMITTED, (first[-1].state_at, first[-1].item_id), 2)

        assert [item.item_id for item in [*first, *rest]] == expected

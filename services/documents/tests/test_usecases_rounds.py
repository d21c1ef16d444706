from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from halo_documents.domain.dossiers import ItemState
from halo_documents.errors import (
    HandoverOutdatedError,
    IssueNumberTakenError,
    NeedRecordedError,
    NoHolderError,
    NotHolderError,
    NotInRegisterError,
    RoundOutdatedError,
)
from halo_documents.usecases import desk, handover, need, reading
from halo_events.contract.dispatch import OfficerLeft
from halo_events.contract.documents import NeedRecorded
from halo_events.contract.event import SYSTEM, Actor, ActorRole
from halo_events.contract.intake import ReopenReason, RequestReopened
from halo_events.contract.values import DocumentKind
from halo_events.errors import NotYetError
from halo_events.runtime import Tx

if TYPE_CHECKING:
    from conftest import World

KTP, KK = DocumentKind.KTP_EL, DocumentKind.KARTU_KELUARGA
STRANGER = Actor(role=ActorRole.OFFICER, id="6f1f1c0e-0000-4000-8000-000000000000")


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


@dataclass(frozen=True)
class Need:
    """Records the need of a request, of the round that is meant."""

    world: "World"
    request_id: UUID

    async def record(self, officer: Actor, round_meant: int | None) -> NeedRecorded:
        """Record it in a transaction of its own."""
        async with self.world.transaction() as tx:
            return await need.record_need(
                tx, self.world.checklists, self.request_id, [KTP], officer, round_meant=round_meant
            )


@pytest.fixture
async def ended(world: "World", officer_id: UUID) -> Need:
    """A request whose first round is over."""
    return Need(world, (await world.handed_over(officer_id, KTP))[0])


class TestRoundMeant:
    async def test_not_known_here(self, ended: Need, officer: Actor) -> None:
        """Of a round that only dispatch knows nothing can be recorded yet; unsaid, it is the round that is known."""
        with pytest.raises(NotYetError):
            await ended.record(officer, 2)
        with pytest.raises(NeedRecordedError):
            await ended.record(officer, None)

    async def test_of_another_officer(self, ended: Need) -> None:
        """Who serves the new round is not taken for a stranger where that round is not known here."""
        with pytest.raises(NotYetError):
            await ended.record(STRANGER, 2)
        with pytest.raises(NotHolderError):
            await ended.record(STRANGER, 1)

    async def test_not_accepted_here(self, world: "World", ended: Need, officer: Actor) -> None:
        """Once the re-opening is known, the round before is over, and the new one waits for its officer."""
        await reopen(world, ended.request_id, KTP)

        with pytest.raises(RoundOutdatedError):
            await ended.record(officer, 1)
        with pytest.raises(NotYetError):
            await ended.record(officer, 2)

    @pytest.mark.parametrize("reopened", [True, False])
    async def test_present(
        self, world: "World", ended: Need, officer_id: UUID, officer: Actor, *, reopened: bool
    ) -> None:
        """The present round's need is recorded, and no need of a round before, whichever topic told of the new one."""
        if reopened:
            await reopen(world, ended.request_id, KTP)
        await world.accepted(officer_id, ended.request_id, round_number=2)
        await world.fact(world.facts.visited(ended.request_id, officer_id, 2))

        with pytest.raises(RoundOutdatedError):
            await ended.record(officer, 1)
        with pytest.raises(NotHolderError):
            await ended.record(STRANGER, 1)
        assert (await ended.record(officer, 2)).round == 2

    async def test_left(self, world: "World", ended: Need, officer_id: UUID, officer: Actor) -> None:
        """Who left the register is told so, whichever round he means."""
        await world.fact(OfficerLeft(occurred_at=datetime.now(UTC), actor=SYSTEM, officer_id=officer_id))
        await reopen(world, ended.request_id, KTP)

        for round_meant in (1, 2):
            with pytest.raises(NotInRegisterError):
                await ended.record(officer, round_meant)

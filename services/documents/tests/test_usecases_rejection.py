import asyncio
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from halo_documents.domain.dossiers import ItemState
from halo_documents.domain.papers import Announcement, Limits, MediaType
from halo_documents.errors import (
    ItemUnknownError,
    OnlyPapersNeverCameError,
    OperatorIsCollectorError,
    WrongStateError,
)
from halo_documents.usecases import desk, handover, need, papers, rejection
from halo_events.contract.documents import Purpose, RejectionReason, VerificationRejected
from halo_events.contract.event import Actor
from halo_events.contract.values import DocumentKind
from halo_events.runtime import Tx
from halo_events.testing import eventually

if TYPE_CHECKING:
    from conftest import World

KTP, KK = DocumentKind.KTP_EL, DocumentKind.KARTU_KELUARGA
NEVER = RejectionReason.PAPERS_NEVER_CAME
CONFLICT = RejectionReason.DATA_CONFLICT


class TestRejectItem:
    async def test_others_go_on(
        self, world: "World", tx: Tx, officer_id: UUID, officer: Actor, operator: Actor
    ) -> None:
        """A rejected item is at its end; the other one of the request goes all its way."""
        request_id, (bad, good) = await world.submitted(officer_id, KTP, KTP)

        assert await rejection.reject_item(tx, bad, CONFLICT, operator) is ItemState.REJECTED

        (told,) = tx.emitted
        assert isinstance(told, VerificationRejected)
        assert (told.item_id, told.reason) == (bad, CONFLICT)
        await desk.verify_item(tx, good, operator)
        await desk.issue_item(tx, good, "A-1", operator)
        await desk.print_item(tx, good, "B-1", operator)
        offered = await handover.offer_handover(tx, request_id, [good], "operator-1")
        await handover.confirm_handover(tx, offered.handover_id, officer)
        items = await need.submit_dossier(tx, world.checklists, request_id, officer)
        assert (items.items, items.waiting) == ((good,), ())

    async def test_no_step_after_it(self, world: "World", tx: Tx, officer_id: UUID, operator: Actor) -> None:
        """Nothing happens to a rejected item any more, and it is not rejected twice."""
        request_id, (item_id,) = await world.submitted(officer_id, KTP)
        await rejection.reject_item(tx, item_id, CONFLICT, operator)

        for step in (
            lambda: desk.verify_item(tx, item_id, operator),
            lambda: rejection.reject_item(tx, item_id, CONFLICT, operator),
            lambda: handover.offer_handover(tx, request_id, [item_id], "operator-1"),
        ):
            with pytest.raises(WrongStateError):
                await step()
        assert await desk.list_desk(tx, ItemState.SUBMITTED, None, 9) == []

    async def test_verified(self, world: "World", tx: Tx, officer_id: UUID, operator: Actor) -> None:
        """An item may turn out as not to be given after its papers were found in order; once issued it is too late."""
        _, (verified, issued) = await world.submitted(officer_id, KTP, KTP)
        for item_id in (verified, issued):
            await desk.verify_item(tx, item_id, operator)
        await desk.issue_item(tx, issued, "A-1", operator)

        await rejection.reject_item(tx, verified, RejectionReason.ALREADY_ISSUED, operator)
        with pytest.raises(WrongStateError):
            await rejection.reject_item(tx, issued, CONFLICT, operator)

    async def test_papers_never_came(
        self, world: "World", tx: Tx, officer_id: UUID, officer: Actor, operator: Actor
    ) -> None:
        """While papers are collected that they never came is the only reason; what was announced lapses."""
        request_id, (item_id, other) = await world.needed(officer_id, KTP, KTP)
        await world.cleared(request_id, other, "kk")
        said = Announcement(Purpose.REQUIREMENT, MediaType.JPEG, 1000, item_id, "kk")
        upload = await papers.announce_paper(
            tx, request_id, said, officer, checklists=world.checklists, limits=Limits()
        )
        with pytest.raises(OnlyPapersNeverCameError):
            await rejection.reject_item(tx, item_id, CONFLICT, operator)

        await rejection.reject_item(tx, item_id, NEVER, operator)

        assert await tx.fetchval("SELECT state FROM uploads") == "expired"
        with pytest.raises(WrongStateError):
            await papers.report_upload(tx, upload.paper_id, officer)
        with pytest.raises(WrongStateError):
            await papers.announce_paper(tx, request_id, said, officer, checklists=world.checklists, limits=Limits())
        assert (await need.submit_dossier(tx, world.checklists, request_id, officer)).items == (other,)

    async def test_collector(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """The officer can't end what he collects, whatever his roles."""
        _, (item_id,) = await world.needed(officer_id, KTP)

        with pytest.raises(OperatorIsCollectorError):
            await rejection.reject_item(tx, item_id, NEVER, officer)

    async def test_unknown(self, tx: Tx, operator: Actor) -> None:
        """An item that nobody recorded."""
        with pytest.raises(ItemUnknownError):
            await rejection.reject_item(tx, uuid4(), CONFLICT, operator)

    async def test_beside_a_submit(self, world: "World", officer_id: UUID, officer: Actor, operator: Actor) -> None:
        """A rejection for want of papers waits for a submit under way, and then finds the item at the desk."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        await world.cleared(request_id, item_id, "kk")

        async def reject() -> None:
            async with world.database.transaction() as tx:
                await rejection.reject_item(tx, item_id, NEVER, operator)

        async with world.database.transaction() as tx:
            await need.submit_dossier(tx, world.checklists, request_id, officer)
            rejecting = asyncio.create_task(reject())
            await eventually(lambda: _somebody_waits(tx))
        await rejecting

        assert [row["state"] for row in await world.rows("SELECT state FROM items")] == ["rejected"]

    async def test_before_a_submit(self, world: "World", officer_id: UUID, officer: Actor, operator: Actor) -> None:
        """A submit waits for a rejection under way, and takes no rejected item to the desk."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        await world.cleared(request_id, item_id, "kk")

        async def submit() -> tuple[UUID, ...]:
            async with world.database.transaction() as tx:
                return (await need.submit_dossier(tx, world.checklists, request_id, officer)).items

        async with world.database.transaction() as tx:
            await rejection.reject_item(tx, item_id, NEVER, operator)
            submitting = asyncio.create_task(submit())
            await eventually(lambda: _somebody_waits(tx))

        assert await submitting == ()
        assert [row["state"] for row in await world.rows("SELECT state FROM items")] == ["rejected"]


async def _somebody_waits(tx: Tx) -> bool:
    return bool(await tx.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from halo_documents.domain.papers import Announcement, Finding, Limits, MediaType
from halo_documents.errors import PapersBeingCheckedError, PapersMissingError
from halo_documents.usecases import need, papers
from halo_events.contract.documents import Purpose, QuarantineReason
from halo_events.contract.event import Actor
from halo_events.contract.values import DocumentKind
from halo_events.runtime import Tx
from halo_events.testing import eventually

if TYPE_CHECKING:
    from conftest import World

KTP, KK = DocumentKind.KTP_EL, DocumentKind.KARTU_KELUARGA


class TestPapersBeingChecked:
    @staticmethod
    async def reported(world: "World", request_id: UUID, item_id: UUID, row: str, officer: Actor) -> UUID:
        """A paper of an item that was reported, and waits for its check."""
        said = Announcement(Purpose.REQUIREMENT, MediaType.JPEG, 1000, item_id, row)
        async with world.transaction() as tx:
            upload = await papers.announce_paper(
                tx, request_id, said, officer, checklists=world.checklists, limits=Limits()
            )
            await papers.report_upload(tx, upload.paper_id, officer)
        return upload.paper_id

    @staticmethod
    async def check(world: "World", reason: QuarantineReason | None = None) -> None:
        """The papers that wait are checked."""
        async with world.transaction() as tx:
            found = [
                Finding(claim, "a" * 64, 1000, MediaType.JPEG, reason) for claim in await papers.claim_papers(tx, 9)
            ]
            await papers.settle_papers(tx, found, [])

    async def test_item_waits(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """An item whose papers are all cleared waits while one more is checked; the other one goes."""
        request_id, items = await world.needed(officer_id, KTP, KTP)
        for item_id in items:
            await world.cleared(request_id, item_id, "kk")
        await self.reported(world, request_id, items[0], "police_letter", officer)

        submission = await need.submit_dossier(tx, world.checklists, request_id, officer)

        assert submission.items == (items[1],)
        (waiting,) = submission.waiting
        assert (waiting.item_id, waiting.missing) == (items[0], ())
        assert [row.row for row in waiting.checking] == ["police_letter"]

    async def test_nothing_else_is_wanted(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """Where an item waits for checks alone, and none can go, the officer is told to submit again in a moment."""
        request_id, items = await world.needed(officer_id, KTP, KK)
        await self.reported(world, request_id, items[0], "kk", officer)

        with pytest.raises(PapersBeingCheckedError):
            await need.submit_dossier(tx, world.checklists, request_id, officer)

        assert tx.emitted == []

    async def test_more_is_wanted(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """Where no check can make an item complete, what is missing is named."""
        request_id, (item_id,) = await world.needed(officer_id, KK)
        await self.reported(world, request_id, item_id, "f_1_02", officer)

        with pytest.raises(PapersMissingError) as raised:
            await need.submit_dossier(tx, world.checklists, request_id, officer)

        assert [fault.field.split(".")[2] for fault in raised.value.fields] == ["f_1_02", "marriage_proof"]

    async def test_once_checked(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """When the check has ended the item goes, also where it ended badly and another paper meets the row."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        await world.cleared(request_id, item_id, "kk")
        await self.reported(world, request_id, item_id, "kk", officer)
        await self.check(world, QuarantineReason.UNREADABLE)

        assert (await need.submit_dossier(tx, world.checklists, request_id, officer)).items == (item_id,)

    async def test_paper_under_check_never_comes_late(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """No paper is cleared for an item that lies at the desk already."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        await world.cleared(request_id, item_id, "kk")
        await self.reported(world, request_id, item_id, "kk", officer)

        async with world.transaction() as tx:
            with pytest.raises(PapersBeingCheckedError):
                await need.submit_dossier(tx, world.checklists, request_id, officer)
        await self.check(world)

        assert [row["state"] for row in await world.rows("SELECT state FROM items")] == ["needed"]
        assert [row["state"] for row in await world.rows("SELECT state FROM papers")] == ["cleared", "cleared"]

    async def test_beside_a_report(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """A submit waits for a report under way, and then finds the paper being checked."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        await world.cleared(request_id, item_id, "kk")
        said = Announcement(Purpose.REQUIREMENT, MediaType.JPEG, 1000, item_id, "kk")
        async with world.database.transaction() as tx:
            upload = await papers.announce_paper(
                tx, request_id, said, officer, checklists=world.checklists, limits=Limits()
            )

        async def submit() -> None:
            async with world.database.transaction() as tx:
                await need.submit_dossier(tx, world.checklists, request_id, officer)

        async with world.database.transaction() as tx:
            await papers.report_upload(tx, upload.paper_id, officer)
            submitting = asyncio.create_task(submit())
            await eventually(lambda: _somebody_waits(tx))
        with pytest.raises(PapersBeingCheckedError):
            await submitting

    async def test_lapsed_and_awaited(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """Announcements of an item that goes lapse with it; those of an item that waits stay."""
        request_id, items = await world.needed(officer_id, KTP, KTP)
        await world.cleared(request_id, items[0], "kk")
        for item_id in items:
            said = Announcement(Purpose.REQUIREMENT, MediaType.JPEG, 1000, item_id, "kk")
            await papers.announce_paper(tx, request_id, said, officer, checklists=world.checklists, limits=Limits())

        await need.submit_dossier(tx, world.checklists, request_id, officer)

        rows = await tx.fetch("SELECT item_id, state FROM uploads")
        assert {row["item_id"]: row["state"] for row in rows} == {items[0]: "expired", items[1]: "awaited"}


async def _somebody_waits(tx: Tx) -> bool:
    return bool(await tx.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))

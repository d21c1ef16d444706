import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from halo_documents.domain.papers import Announcement, Finding, Limits, MediaType, Upload
from halo_documents.errors import (
    NotHolderError,
    PaperNotClearedError,
    PaperUnknownError,
    UploadExpiredError,
    WrongStateError,
)
from halo_documents.usecases import need, papers
from halo_events.contract.documents import Purpose
from halo_events.contract.event import Actor, ActorRole
from halo_events.contract.values import DocumentKind
from halo_events.runtime import Tx
from halo_events.testing import eventually

if TYPE_CHECKING:
    from conftest import Clock, World

KTP = DocumentKind.KTP_EL
STRANGER = Actor(role=ActorRole.OFFICER, id="6f1f1c0e-0000-4000-8000-000000000000")
PROOF = Announcement(Purpose.DELIVERY_PROOF, MediaType.JPEG, 1000)


async def announce(world: "World", request_id: UUID, said: Announcement, actor: Actor) -> Upload:
    """Announce a paper."""
    async with world.database.transaction() as tx:
        return await papers.announce_paper(tx, request_id, said, actor, checklists=world.checklists, limits=Limits())


class TestReportUpload:
    async def announced(self, world: "World", officer_id: UUID, officer: Actor) -> UUID:
        """A paper that was announced."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        said = Announcement(Purpose.REQUIREMENT, MediaType.JPEG, 1000, item_id, "kk")
        return (await announce(world, request_id, said, officer)).paper_id

    async def test_repeat(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """Reported twice is reported once."""
        paper_id = await self.announced(world, officer_id, officer)
        for _ in range(2):
            async with world.database.transaction() as tx:
                assert (await papers.report_upload(tx, paper_id, officer)).state == "stored"

    async def test_lapsed(self, world: "World", clock: "Clock", officer_id: UUID, officer: Actor) -> None:
        """Once the form was marked as lapsed another one must be asked for."""
        paper_id = await self.announced(world, officer_id, officer)
        clock.ahead = timedelta(minutes=16)
        async with world.database.transaction() as tx:
            assert await papers.expire_uploads(tx, 10) == 1

        async with world.database.transaction() as tx:
            with pytest.raises(UploadExpiredError):
                await papers.report_upload(tx, paper_id, officer)
            assert (await papers.read_paper(tx, paper_id, officer)).state == "expired"

    async def test_after_the_submit(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """What was announced and not reported before its item went to the desk never comes to it: it has lapsed."""
        paper_id = await self.announced(world, officer_id, officer)
        (row,) = await world.rows("SELECT request_id, item_id FROM uploads")
        await world.cleared(row["request_id"], row["item_id"], "kk")
        async with world.transaction() as tx:
            await need.submit_dossier(tx, world.checklists, row["request_id"], officer)

        async with world.database.transaction() as tx:
            with pytest.raises(WrongStateError):
                await papers.report_upload(tx, paper_id, officer)
            assert (await papers.read_paper(tx, paper_id, officer)).state == "expired"

    async def test_beside_a_submit(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """A report waits for a submit under way, and then finds its item at the desk."""
        paper_id = await self.announced(world, officer_id, officer)
        (row,) = await world.rows("SELECT request_id, item_id FROM uploads")
        await world.cleared(row["request_id"], row["item_id"], "kk")

        async def report() -> None:
            async with world.database.transaction() as tx:
                await papers.report_upload(tx, paper_id, officer)

        async with world.database.transaction() as tx:
            await need.submit_dossier(tx, world.checklists, row["request_id"], officer)
            reporting = asyncio.create_task(report())
            await eventually(lambda: _somebody_waits(tx))
        with pytest.raises(WrongStateError):
            await reporting

    async def test_reported_before_the_submit(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """A repeat of a report still gets its answer when the item lies at the desk."""
        paper_id = await self.announced(world, officer_id, officer)
        async with world.transaction() as tx:
            await papers.report_upload(tx, paper_id, officer)
            (claim,) = await papers.claim_papers(tx, 1)
            await papers.settle_papers(tx, [Finding(claim, "a" * 64, 1000, MediaType.JPEG)], [])
            await need.submit_dossier(tx, world.checklists, claim.upload.request_id, officer)

            assert (await papers.report_upload(tx, paper_id, officer)).state == "cleared"

    async def test_proof_after_the_submit(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """A proof of delivery is for no item, and is not touched by a submit."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        proof = await announce(world, request_id, PROOF, officer)
        await world.cleared(request_id, item_id, "kk")
        async with world.transaction() as tx:
            await need.submit_dossier(tx, world.checklists, request_id, officer)

            assert (await papers.report_upload(tx, proof.paper_id, officer)).state == "stored"

    async def test_unknown(self, tx: Tx, officer: Actor) -> None:
        """A paper that nobody announced."""
        with pytest.raises(PaperUnknownError):
            await papers.report_upload(tx, uuid4(), officer)

    async def test_not_the_holder(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """Another officer reports nothing."""
        paper_id = await self.announced(world, officer_id, officer)

        with pytest.raises(NotHolderError):
            await papers.report_upload(tx, paper_id, STRANGER)


class TestOpenPaper:
    async def test_not_cleared(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor, operator: Actor) -> None:
        """Nobody opens a paper before it was cleared, an operator neither."""
        request_id, _ = await world.needed(officer_id, KTP)
        upload = await announce(world, request_id, PROOF, officer)

        with pytest.raises(PaperNotClearedError):
            await papers.open_paper(tx, upload.paper_id, operator)


async def _somebody_waits(tx: Tx) -> bool:
    return bool(await tx.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))

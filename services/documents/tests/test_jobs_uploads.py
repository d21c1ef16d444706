from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from halo_documents import jobs
from halo_documents.domain.papers import Announcement, Finding, Limits, MediaType, Upload
from halo_documents.errors import PaperUnknownError, TooManyPapersError
from halo_documents.usecases import papers
from halo_events.contract.documents import Purpose
from halo_events.contract.values import DocumentKind
from halo_events.runtime import Database

if TYPE_CHECKING:
    from conftest import Clock, World


@dataclass(frozen=True)
class Officer:
    """An officer who announces proofs of delivery; no file comes to the store."""

    world: "World"
    officer_id: UUID

    async def announce(self) -> Upload:
        """Announce a file, of a request of its own."""
        request_id, _ = await self.world.needed(self.officer_id, DocumentKind.KTP_EL)
        return await self.announce_for(request_id, Limits())

    async def announce_for(self, request_id: UUID, limits: Limits) -> Upload:
        """Announce a file of this request."""
        said = Announcement(Purpose.DELIVERY_PROOF, MediaType.JPEG, 100)
        actor = self.world.facts.officer(self.officer_id)
        async with self.world.transaction() as tx:
            return await papers.announce_paper(
                tx, request_id, said, actor, checklists=self.world.checklists, limits=limits
            )

    async def report(self, upload: Upload) -> str:
        """Say that a file was uploaded; its state then."""
        async with self.world.transaction() as tx:
            actor = self.world.facts.officer(self.officer_id)
            return (await papers.report_upload(tx, upload.paper_id, actor)).state

    async def cleared(self) -> Upload:
        """A file that was announced, reported and found in order."""
        upload = await self.announce()
        await self.report(upload)
        async with self.world.transaction() as tx:
            (claim,) = await papers.claim_papers(tx, 1)
            await papers.settle_papers(tx, [Finding(claim, "a" * 64, 100, MediaType.JPEG)], [])
        return upload

    async def state(self, upload: Upload) -> str:
        """State of a paper, as its officer sees it."""
        async with self.world.transaction() as tx:
            return (await papers.read_paper(tx, upload.paper_id, self.world.facts.officer(self.officer_id))).state


@pytest.fixture
def field(world: "World", officer_id: UUID) -> Officer:
    """The officer in the field."""
    return Officer(world, officer_id)


class TestExpireUploads:
    async def test_lapsed_only(self, field: Officer, database: Database, clock: "Clock") -> None:
        """A form that lapsed is marked; what was reported in time is not touched."""
        reported, lapsed = await field.announce(), await field.announce()
        await field.report(reported)
        assert await jobs.expire_uploads(database) == 0
        clock.ahead = timedelta(minutes=16)

        assert await jobs.expire_uploads(database) == 1
        assert await field.state(lapsed) == "expired"
        assert await field.state(reported) == "stored"
        assert await jobs.expire_uploads(database) == 0


class TestForgetUploads:
    async def test_settled_only(self, field: Officer, database: Database, clock: "Clock") -> None:
        """Uploads that were checked or lapsed go after a week; what is still in work stays, however old it is."""
        cleared, lapsed, waiting = await field.cleared(), await field.announce(), await field.announce()
        await field.report(waiting)
        clock.ahead = timedelta(days=6)
        await jobs.expire_uploads(database)
        assert await jobs.forget_uploads(database) == 0
        clock.ahead = timedelta(days=8)
        young = await field.announce()

        assert await jobs.forget_uploads(database) == 2

        left = {row["paper_id"] for row in await field.world.rows("SELECT paper_id FROM uploads")}
        assert left == {waiting.paper_id, young.paper_id}
        assert await field.state(cleared) == "cleared"
        with pytest.raises(PaperUnknownError):
            await field.state(lapsed)
        assert await jobs.forget_uploads(database) == 0

    async def test_a_batch_at_a_time(self, field: Officer, database: Database, clock: "Clock") -> None:
        """One transaction deletes no more than it was told to, the oldest first."""
        uploads = [await field.announce() for _ in range(3)]
        clock.ahead = timedelta(days=8)
        await jobs.expire_uploads(database)

        async with database.transaction() as tx:
            assert await papers.forget_uploads(tx, 2) == 2

        (left,) = await field.world.rows("SELECT paper_id FROM uploads")
        assert left["paper_id"] == uploads[2].paper_id

    async def test_paper_stays_counted_and_known(self, field: Officer, database: Database, clock: "Clock") -> None:
        """A forgotten upload frees no place in the dossier, and its late report still gets its answer."""
        upload = await field.cleared()
        clock.ahead = timedelta(days=8)
        assert await jobs.forget_uploads(database) == 1

        assert await field.report(upload) == "cleared"
        with pytest.raises(TooManyPapersError):
            await field.announce_for(upload.request_id, Limits(proofs=1))

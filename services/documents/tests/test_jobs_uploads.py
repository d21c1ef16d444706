from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import pytest
from halo_documents import jobs
from halo_documents.domain.papers import Announcement, Finding, Limits, MediaType, Paper, PaperState, Upload
from halo_documents.errors import PaperUnknownError, TooManyPapersError
from halo_documents.gateways.checking import Checker
from halo_documents.gateways.store import Content, PaperStore, StoreAwayError
from halo_documents.usecases import papers
from halo_events.contract.documents import Purpose, QuarantineReason
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
        return await self.checked(None)

    async def checked(self, reason: QuarantineReason | None) -> Upload:
        """A file that was announced, reported and checked."""
        upload = await self.announce()
        await self.report(upload)
        async with self.world.transaction() as tx:
            (claim,) = await papers.claim_papers(tx, 1)
            await papers.settle_papers(tx, [Finding(claim, "a" * 64, 100, MediaType.JPEG, reason)], [])
        return upload

    async def state(self, upload: Upload) -> str:
        """State of a paper, as its officer sees it."""
        async with self.world.transaction() as tx:
            return (await papers.read_paper(tx, upload.paper_id, self.world.facts.officer(self.officer_id))).state


@pytest.fixture
def field(world: "World", officer_id: UUID) -> Officer:
    """The officer in the field."""
    return Officer(world, officer_id)


@pytest.fixture
def checker(store: PaperStore) -> Iterator[Checker]:
    """The worker that checks papers, and clears up after them."""
    made = Checker(store, Limits())
    yield made
    made.close()


async def lies_in_store(store: PaperStore, upload: Upload) -> bool:
    """Whether a file lies among the cleared papers under this upload's name."""
    paper = Paper(
        paper_id=upload.paper_id,
        request_id=upload.request_id,
        purpose=upload.announced.purpose,
        item_id=None,
        row=None,
        media_type=upload.announced.media_type,
        size=upload.announced.size,
        state=PaperState.CLEARED,
        reason=None,
        sha256=None,
    )
    async with httpx.AsyncClient() as client:
        return (await client.get(store.link(paper, datetime.now(UTC), timedelta(minutes=5)))).is_success


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
    async def test_settled_only(self, field: Officer, checker: Checker, database: Database, clock: "Clock") -> None:
        """Uploads that were checked or lapsed go after a week; what is still in work stays, however old it is."""
        cleared, lapsed, waiting = await field.cleared(), await field.announce(), await field.announce()
        await field.report(waiting)
        clock.ahead = timedelta(days=6)
        await jobs.expire_uploads(database)
        assert await jobs.forget_uploads(checker, database) == 0
        clock.ahead = timedelta(days=8)
        young = await field.announce()

        assert await jobs.forget_uploads(checker, database) == 2

        left = {row["paper_id"] for row in await field.world.rows("SELECT paper_id FROM uploads")}
        assert left == {waiting.paper_id, young.paper_id}
        assert await field.state(cleared) == "cleared"
        with pytest.raises(PaperUnknownError):
            await field.state(lapsed)
        assert await jobs.forget_uploads(checker, database) == 0

    async def test_a_batch_at_a_time(self, field: Officer, database: Database, clock: "Clock") -> None:
        """One transaction deletes no more than it was told to, the oldest first."""
        uploads = [await field.cleared() for _ in range(3)]
        clock.ahead = timedelta(days=8)

        async with database.transaction() as tx:
            assert await papers.forget_cleared(tx, 2) == 2

        (left,) = await field.world.rows("SELECT paper_id FROM uploads")
        assert left["paper_id"] == uploads[2].paper_id

    async def test_paper_stays_counted_and_known(
        self, field: Officer, checker: Checker, database: Database, clock: "Clock"
    ) -> None:
        """A forgotten upload frees no place in the dossier, and its late report still gets its answer."""
        upload = await field.cleared()
        clock.ahead = timedelta(days=8)
        assert await jobs.forget_uploads(checker, database) == 1

        assert await field.report(upload) == "cleared"
        with pytest.raises(TooManyPapersError):
            await field.announce_for(upload.request_id, Limits(proofs=1))


class TestForgetFiles:
    async def test_nothing_is_left_behind(
        self, field: Officer, checker: Checker, *, store: PaperStore, database: Database, clock: "Clock"
    ) -> None:
        """What workers kept before they died goes before the row does; what was cleared stays."""
        cleared, lapsed = await field.cleared(), await field.announce()
        shut = await field.checked(QuarantineReason.UNREADABLE)
        for upload in (cleared, lapsed, shut):
            store.keep(upload, Content(b"x", ""))
        clock.ahead = timedelta(days=8)
        await jobs.expire_uploads(database)

        assert await jobs.forget_uploads(checker, database) == 3

        assert await field.world.rows("SELECT paper_id FROM uploads") == []
        assert [await lies_in_store(store, upload) for upload in (cleared, lapsed, shut)] == [True, False, False]
        assert await field.state(shut) == "quarantined"

    async def test_store_away(
        self, field: Officer, make_store: Callable[..., PaperStore], *, database: Database, clock: "Clock"
    ) -> None:
        """While the store is away the rows stay, so that what lies there is known; cleared ones wait for nobody."""
        lapsed, _ = await field.announce(), await field.cleared()
        away = Checker(make_store(s3_endpoint="127.0.0.1:1"), Limits())
        clock.ahead = timedelta(days=8)
        await jobs.expire_uploads(database)

        with pytest.raises(StoreAwayError):
            await jobs.forget_uploads(away, database)
        away.close()

        (left,) = await field.world.rows("SELECT paper_id FROM uploads")
        assert left["paper_id"] == lapsed.paper_id

    async def test_died_before_the_row_went(
        self, field: Officer, checker: Checker, *, store: PaperStore, database: Database, clock: "Clock"
    ) -> None:
        """A job that died after it removed the file is taken up by the next one."""
        lapsed = await field.announce()
        store.discard([lapsed])
        clock.ahead = timedelta(days=8)
        await jobs.expire_uploads(database)

        assert await jobs.forget_uploads(checker, database) == 1
        assert await jobs.forget_uploads(checker, database) == 0

    async def test_while_papers_are_folded_anew(
        self, field: Officer, checker: Checker, *, store: PaperStore, database: Database, clock: "Clock"
    ) -> None:
        """That no paper of a checked upload is there says nothing: its file and its row stay."""
        cleared = await field.cleared()
        store.keep(cleared, Content(b"x", ""))
        clock.ahead = timedelta(days=8)
        async with database.transaction() as tx:
            await tx.execute("DELETE FROM papers")

        assert await jobs.forget_uploads(checker, database) == 0
        assert await lies_in_store(store, cleared)

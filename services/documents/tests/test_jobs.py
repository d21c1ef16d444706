from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest
from halo_documents import jobs
from halo_documents.domain.papers import Announcement, Claim, Finding, Limits, MediaType, Upload
from halo_documents.gateways.checking import Checker
from halo_documents.gateways.store import THREADS, ObjectMissingError, PaperStore, StoreAwayError
from halo_documents.usecases import papers
from halo_events.contract.documents import PaperCleared, PaperQuarantined, PaperUploaded, Purpose
from halo_events.contract.values import DocumentKind
from halo_events.runtime import Database
from PIL import Image
from pypdf import PdfWriter

if TYPE_CHECKING:
    from conftest import Clock, World

LIMITS = Limits(paper_bytes=200_000)


@dataclass(frozen=True)
class Officer:
    """An officer who uploads proofs of delivery to the real store."""

    world: "World"
    store: PaperStore
    officer_id: UUID

    async def announce(self, media_type: MediaType, size: int) -> Upload:
        """Announce a file, of a request of its own."""
        request_id, _ = await self.world.needed(self.officer_id, DocumentKind.KTP_EL)
        said = Announcement(Purpose.DELIVERY_PROOF, media_type, size)
        actor = self.world.facts.officer(self.officer_id)
        async with self.world.transaction() as tx:
            return await papers.announce_paper(
                tx, request_id, said, actor, checklists=self.world.checklists, limits=LIMITS
            )

    async def post(self, upload: Upload, data: bytes) -> None:
        """Upload a file with its form."""
        form = self.store.form(upload, LIMITS.paper_bytes)
        async with httpx.AsyncClient() as client:
            answer = await client.post(form.url, data=form.fields, files={"file": ("paper", data)})
        assert answer.is_success

    async def report(self, upload: Upload) -> None:
        """Say that a file was uploaded."""
        async with self.world.transaction() as tx:
            await papers.report_upload(tx, upload.paper_id, self.world.facts.officer(self.officer_id))

    async def bring(self, data: bytes, media_type: MediaType = MediaType.JPEG, *, size: int | None = None) -> Upload:
        """Announce, upload and report a file."""
        upload = await self.announce(media_type, size or len(data))
        await self.post(upload, data)
        await self.report(upload)
        return upload

    async def state(self, upload: Upload) -> tuple[str, str | None]:
        """State and reason of a paper, as its officer sees them."""
        async with self.world.transaction() as tx:
            paper = await papers.read_paper(tx, upload.paper_id, self.world.facts.officer(self.officer_id))
        return paper.state, paper.reason


def picture(form: str) -> bytes:
    """A photo."""
    out = BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(out, form)
    return out.getvalue()


def page() -> bytes:
    """A PDF of one page."""
    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(width=595, height=842)
    writer.write(out)
    return out.getvalue()


JPEG = picture("JPEG")


@pytest.fixture
def field(world: "World", store: PaperStore, officer_id: UUID) -> Officer:
    """The officer in the field."""
    return Officer(world, store, officer_id)


@pytest.fixture
def checker(store: PaperStore) -> Iterator[Checker]:
    """The worker that checks papers."""
    made = Checker(store, LIMITS)
    yield made
    made.close()


async def told(database: Database) -> list[tuple[str, str]]:
    """Type and key of what waits to be published, in order."""
    async with database.transaction() as tx:
        return [tuple(row) for row in await tx.fetch("SELECT type, key FROM events.outbox ORDER BY id")]


def names(*events: type[Any]) -> list[str]:
    """The wire types of events."""
    return [event.type for event in events]


async def lease(database: Database) -> Sequence[Claim]:
    """Lease what waits, as another worker does."""
    async with database.transaction() as tx:
        return await papers.claim_papers(tx, 50)


class TestCheckPapers:
    @pytest.mark.parametrize(
        ("data", "media_type"),
        [(JPEG, MediaType.JPEG), (picture("PNG"), MediaType.PNG)],
    )
    async def test_cleared(
        self, field: Officer, checker: Checker, database: Database, data: bytes, media_type: MediaType
    ) -> None:
        """A good photo is told as uploaded and then as cleared, and lies where readers find it."""
        upload = await field.bring(data, media_type)

        assert await jobs.check_papers(checker, database) == 1

        assert await field.state(upload) == ("cleared", None)
        events = [kind for kind, key in await told(database) if key == str(upload.request_id)]
        assert events[-2:] == names(PaperUploaded, PaperCleared)
        with pytest.raises(ObjectMissingError):
            field.store.fetch(upload, LIMITS.paper_bytes)
        assert await jobs.check_papers(checker, database) == 0

    @pytest.mark.parametrize(
        ("data", "media_type", "size", "reason"),
        [
            (b"Bukan gambar\n" * 50, MediaType.JPEG, None, "type_not_allowed"),
            (page(), MediaType.JPEG, None, "type_mismatch"),
            (JPEG, MediaType.JPEG, len(JPEG) + 1, "size_mismatch"),
            (JPEG[: len(JPEG) // 2], MediaType.JPEG, None, "unreadable"),
        ],
        ids=["text named jpeg", "pdf named jpeg", "other size", "cut short"],
    )
    async def test_quarantined(
        self,
        field: Officer,
        checker: Checker,
        database: Database,
        *,
        data: bytes,
        media_type: MediaType,
        size: int | None,
        reason: str,
    ) -> None:
        """A file that is not what it should be is told with its reason, and stays shut."""
        upload = await field.bring(data, media_type, size=size)

        await jobs.check_papers(checker, database)

        assert await field.state(upload) == ("quarantined", reason)
        assert [kind for kind, _ in await told(database)][-2:] == names(PaperUploaded, PaperQuarantined)

    async def test_quarantined_after_it_was_kept(
        self, field: Officer, checker: Checker, database: Database, clock: "Clock"
    ) -> None:
        """A worker kept the file and died, another file came with the same form: nothing of a shut paper stays kept."""
        upload = await field.bring(JPEG)
        await checker.check_all(await lease(database))
        await field.post(upload, b"x" * len(JPEG))
        clock.ahead = timedelta(minutes=2)

        await jobs.check_papers(checker, database)

        assert await field.state(upload) == ("quarantined", "type_not_allowed")
        async with database.transaction() as tx:
            paper = await papers.read_paper(tx, upload.paper_id, field.world.facts.officer(field.officer_id))
        async with httpx.AsyncClient() as client:
            answer = await client.get(field.store.link(paper, datetime.now(UTC), LIMITS.link))
        assert answer.status_code == httpx.codes.NOT_FOUND

    async def test_nothing_there(self, field: Officer, checker: Checker, database: Database) -> None:
        """A file that was reported and not uploaded is awaited again, with the reason; nothing is told."""
        upload = await field.announce(MediaType.JPEG, len(JPEG))
        await field.report(upload)
        before = await told(database)

        await jobs.check_papers(checker, database)
        assert await field.state(upload) == ("awaited", "not_found")
        assert await told(database) == before

        await field.post(upload, JPEG)
        await field.report(upload)
        await jobs.check_papers(checker, database)
        assert await field.state(upload) == ("cleared", None)

    async def test_one_bad_paper_stops_no_other(self, field: Officer, checker: Checker, database: Database) -> None:
        """A paper that can't even be told about is left to its lease; all others of the batch are told."""
        uploads = [await field.bring(JPEG) for _ in range(3)]
        async with database.transaction() as tx:
            await tx.execute("UPDATE uploads SET officer_id = 'no code!' WHERE paper_id = $1", uploads[1].paper_id)

        await jobs.check_papers(checker, database)

        states = [(await field.state(upload))[0] for upload in uploads]
        assert states == ["cleared", "stored", "cleared"]

    async def test_store_away(
        self, field: Officer, database: Database, make_store: Callable[..., PaperStore], checker: Checker
    ) -> None:
        """While the store is away nothing is lost and no try is counted; once it is back the paper is checked."""
        upload = await field.bring(JPEG)
        away = Checker(make_store(s3_endpoint="127.0.0.1:1"), LIMITS)

        for _ in range(7):
            with pytest.raises(StoreAwayError):
                await jobs.check_papers(away, database)
        away.close()

        assert await field.state(upload) == ("stored", None)
        assert await jobs.check_papers(checker, database) == 1
        assert await field.state(upload) == ("cleared", None)

    async def test_no_time(self, field: Officer, store: PaperStore, database: Database) -> None:
        """What could not be begun in time is given back at once, without a try; the rest is left to its lease."""
        for _ in range(THREADS + 1):
            await field.bring(JPEG)
        hurried = Checker(store, LIMITS, timedelta(0))

        assert await jobs.check_papers(hurried, database) == THREADS + 1
        hurried.close()

        (claim,) = await lease(database)
        assert claim.attempts == 1

    async def test_lease(self, field: Officer, checker: Checker, database: Database, clock: "Clock") -> None:
        """What another worker has is left alone until its lease has run out; then it is taken."""
        upload = await field.bring(JPEG)
        await lease(database)

        assert await jobs.check_papers(checker, database) == 0
        clock.ahead = timedelta(minutes=2)
        assert await jobs.check_papers(checker, database) == 1
        assert await field.state(upload) == ("cleared", None)

    async def test_lost_lease(self, field: Officer, checker: Checker, database: Database, clock: "Clock") -> None:
        """A worker that comes too late tells nothing: the paper was told by the next one."""
        await field.bring(JPEG)
        (late,) = await lease(database)
        clock.ahead = timedelta(minutes=2)
        await jobs.check_papers(checker, database)
        before = await told(database)

        async with database.transaction() as tx:
            found = Finding(late, "a" * 64, len(JPEG), MediaType.JPEG)
            assert await papers.settle_papers(tx, [found], []) == []

        assert await told(database) == before

    async def test_never_an_answer(self, field: Officer, checker: Checker, database: Database, clock: "Clock") -> None:
        """A paper over which workers died again and again is not tried for ever: another file is asked for."""
        upload = await field.bring(JPEG)
        for _ in range(5):
            await lease(database)
            clock.ahead += timedelta(minutes=2)

        await jobs.check_papers(checker, database)

        assert await field.state(upload) == ("awaited", "not_checkable")

    async def test_old_form(self, field: Officer, checker: Checker, database: Database) -> None:
        """A form that is still good can't change a cleared paper."""
        upload = await field.bring(JPEG)
        await jobs.check_papers(checker, database)

        await field.post(upload, b"something else")
        async with database.transaction() as tx:
            paper = await papers.open_paper(tx, upload.paper_id, field.world.facts.officer(field.officer_id))
            link = field.store.link(paper, tx.now, LIMITS.link)
        async with httpx.AsyncClient() as client:
            assert (await client.get(link)).content == JPEG

    async def test_many(self, field: Officer, checker: Checker, database: Database) -> None:
        """A batch is told in one go, each paper once."""
        uploads = [await field.bring(JPEG) for _ in range(12)]

        assert await jobs.check_papers(checker, database) == 12

        assert {(await field.state(upload))[0] for upload in uploads} == {"cleared"}
        cleared = [key for kind, key in await told(database) if kind == PaperCleared.type]
        assert sorted(cleared) == sorted(str(upload.request_id) for upload in uploads)

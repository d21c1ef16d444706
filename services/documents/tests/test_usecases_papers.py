import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from halo_documents.domain.papers import Announcement, Finding, Limits, MediaType, Upload
from halo_documents.errors import (
    ItemUnknownError,
    NeedMissingError,
    NotHolderError,
    PaperTooLargeError,
    RowUnknownError,
    TooManyFailedPapersError,
    TooManyPapersError,
    WrongStateError,
)
from halo_documents.usecases import need, papers
from halo_events.contract.documents import (
    Purpose,
    QuarantineReason,
)
from halo_events.contract.event import Actor, ActorRole
from halo_events.contract.values import DocumentKind
from halo_events.runtime import Tx
from halo_events.testing import eventually

if TYPE_CHECKING:
    from conftest import Clock, World

KTP, KK, KIA = DocumentKind.KTP_EL, DocumentKind.KARTU_KELUARGA, DocumentKind.KIA
STRANGER = Actor(role=ActorRole.OFFICER, id="6f1f1c0e-0000-4000-8000-000000000000")


class TestAnnouncePaper:
    @staticmethod
    def said(item_id: UUID | None = None, row: str | None = None, size: int = 1000) -> Announcement:
        """A photo for a row, or without one a proof of delivery."""
        purpose = Purpose.DELIVERY_PROOF if row is None else Purpose.REQUIREMENT
        return Announcement(purpose, MediaType.JPEG, size, item_id, row)

    @staticmethod
    async def announce(world: "World", request_id: UUID, said: Announcement, actor: Actor) -> Upload:
        """Announce a paper, three of which are allowed, or a proof, of which two are."""
        limits = Limits(paper_bytes=5000, papers=3, proofs=2)
        async with world.database.transaction() as tx:
            return await papers.announce_paper(tx, request_id, said, actor, checklists=world.checklists, limits=limits)

    async def test_row_waits_for_its_file(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """The paper's row is there before anybody has a form, and lapses with the form."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)

        upload = await self.announce(world, request_id, self.said(item_id, "kk"), officer)

        (row,) = await world.rows("SELECT * FROM uploads")
        assert (row["paper_id"], row["state"], row["row_code"]) == (upload.paper_id, "awaited", "kk")
        assert row["expires_at"] == row["created_at"] + timedelta(minutes=15) == upload.expires_at

    async def test_optional_row(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """A paper that is not mandatory is taken too."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)

        assert await self.announce(world, request_id, self.said(item_id, "police_letter"), officer)

    async def test_unknown_row(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """A row of another kind's checklist is refused."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)

        with pytest.raises(RowUnknownError):
            await self.announce(world, request_id, self.said(item_id, "birth_letter"), officer)

    async def test_item_of_another_request(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """An item belongs to one request."""
        request_id, _ = await world.needed(officer_id, KTP)
        _, (other,) = await world.needed(officer_id, KTP)

        with pytest.raises(ItemUnknownError):
            await self.announce(world, request_id, self.said(other, "kk"), officer)

    async def test_submitted_item(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """What lies at the desk is not changed under the operator's eyes."""
        request_id, (item_id,) = await world.submitted(officer_id, KTP)

        with pytest.raises(WrongStateError):
            await self.announce(world, request_id, self.said(item_id, "kk"), officer)

    async def test_proof_of_delivery(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """A photo of the delivery is for no item and no row."""
        request_id, _ = await world.handed_over(officer_id, KTP)

        upload = await self.announce(world, request_id, self.said(), officer)

        assert upload.announced.purpose is Purpose.DELIVERY_PROOF

    async def test_too_large(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """A file over the limit gets no form."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)

        with pytest.raises(PaperTooLargeError):
            await self.announce(world, request_id, self.said(item_id, "kk", size=5001), officer)

    async def test_too_many(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """A dossier has a limit of papers."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        for _ in range(3):
            await self.announce(world, request_id, self.said(item_id, "kk"), officer)

        with pytest.raises(TooManyPapersError):
            await self.announce(world, request_id, self.said(item_id, "kk"), officer)

    async def test_proofs_apart(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """A dossier that is full of papers can still be delivered: proofs have places of their own, and a limit."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        for _ in range(3):
            await self.announce(world, request_id, self.said(item_id, "kk"), officer)

        for _ in range(2):
            assert await self.announce(world, request_id, self.said(), officer)
        with pytest.raises(TooManyPapersError):
            await self.announce(world, request_id, self.said(), officer)

    async def test_failed_take_no_place(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """What was quarantined or lapsed takes no place from what counts, and has a bound of its own."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        said = self.said(item_id, "kk")
        for _ in range(3):
            upload = await self.announce(world, request_id, said, officer)
            await _quarantine(world, upload.paper_id, officer)

        with pytest.raises(TooManyFailedPapersError):
            await self.announce(world, request_id, said, officer)
        assert await self.announce(world, request_id, self.said(), officer)

    async def test_place_of_a_failed_paper(
        self, world: "World", clock: "Clock", officer_id: UUID, officer: Actor
    ) -> None:
        """A paper that failed or lapsed may be brought again, also where the dossier was full with it."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        said = self.said(item_id, "kk")
        await world.cleared(request_id, item_id, "kk")
        quarantined, _lapsed = [await self.announce(world, request_id, said, officer) for _ in range(2)]
        await _quarantine(world, quarantined.paper_id, officer)
        clock.ahead = timedelta(minutes=16)
        async with world.database.transaction() as tx:
            await papers.expire_uploads(tx, 10)

        for _ in range(2):
            assert await self.announce(world, request_id, said, officer)
        with pytest.raises(TooManyPapersError):
            await self.announce(world, request_id, said, officer)

    async def test_at_the_same_moment(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """A paper waits for another one that is being announced, and then finds the last place taken."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        said = self.said(item_id, "kk")
        for _ in range(2):
            await self.announce(world, request_id, said, officer)

        async with world.database.transaction() as tx:
            limits = Limits(paper_bytes=5000, papers=3)
            await papers.announce_paper(tx, request_id, said, officer, checklists=world.checklists, limits=limits)
            announcing = asyncio.create_task(self.announce(world, request_id, said, officer))
            await eventually(lambda: _somebody_waits(tx))
        with pytest.raises(TooManyPapersError):
            await announcing

    async def test_beside_a_submit(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """A paper waits for a submit under way, and then finds its item at the desk."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        await world.cleared(request_id, item_id, "kk")

        async with world.database.transaction() as tx:
            await need.submit_dossier(tx, world.checklists, request_id, officer)
            announcing = asyncio.create_task(self.announce(world, request_id, self.said(item_id, "kk"), officer))
            await eventually(lambda: _somebody_waits(tx))
        with pytest.raises(WrongStateError):
            await announcing

    async def test_item_that_waits_for_papers(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """While one item lies at the desk, papers still come for the other."""
        request_id, (first, second) = await world.needed(officer_id, KTP, KTP)
        await world.cleared(request_id, first, "kk")
        async with world.transaction() as tx:
            await need.submit_dossier(tx, world.checklists, request_id, officer)

        assert await self.announce(world, request_id, self.said(second, "kk"), officer)

    async def test_before_the_need(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """Without items there is nothing to bring papers for."""
        request_id = await world.visited(officer_id)

        with pytest.raises(NeedMissingError):
            await self.announce(world, request_id, self.said(), officer)

    async def test_not_the_holder(self, world: "World", officer_id: UUID) -> None:
        """Another officer brings nothing."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)

        with pytest.raises(NotHolderError):
            await self.announce(world, request_id, self.said(item_id, "kk"), STRANGER)


async def _quarantine(world: "World", paper_id: UUID, officer: Actor) -> None:
    """Report a paper, and let its check find it unreadable."""
    async with world.transaction() as tx:
        await papers.report_upload(tx, paper_id, officer)
        claims = await papers.claim_papers(tx, 9)
        found = [Finding(claim, "a" * 64, 1000, MediaType.JPEG, QuarantineReason.UNREADABLE) for claim in claims]
        await papers.settle_papers(tx, found, [])


async def _somebody_waits(tx: Tx) -> bool:
    return bool(await tx.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))

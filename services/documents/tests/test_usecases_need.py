import asyncio
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from halo_documents.domain.checklists import Checklists
from halo_documents.errors import (
    NeedRecordedError,
    NotHolderError,
    PapersMissingError,
    RequestUnknownError,
)
from halo_documents.usecases import need, reading
from halo_events.contract.documents import (
    DossierSubmitted,
    NeedRecorded,
)
from halo_events.contract.event import Actor, ActorRole
from halo_events.contract.values import DocumentKind
from halo_events.errors import NotYetError
from halo_events.runtime import Tx

if TYPE_CHECKING:
    from conftest import World

KTP, KK, KIA = DocumentKind.KTP_EL, DocumentKind.KARTU_KELUARGA, DocumentKind.KIA
STRANGER = Actor(role=ActorRole.OFFICER, id="6f1f1c0e-0000-4000-8000-000000000000")


class TestRecordNeed:
    async def test_recorded(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """The items are told with the checklist version of the day."""
        request_id = await world.visited(officer_id)

        await need.record_need(tx, world.checklists, request_id, [KTP, KIA, KIA], officer)

        (told,) = tx.emitted
        assert isinstance(told, NeedRecorded)
        assert [item.kind for item in told.items] == [KTP, KIA, KIA]
        assert (told.officer_id, told.round) == (officer_id, 1)
        assert told.checklist_version == world.checklists.valid_at(tx.now).version

    async def test_not_accepted_yet(self, world: "World", tx: Tx, officer: Actor) -> None:
        """Until dispatch's event came, nobody knows who holds the request."""
        request_id = await world.received()

        with pytest.raises(NotYetError, match=r"assignment\.accepted"):
            await need.record_need(tx, world.checklists, request_id, [KTP], officer)

    async def test_not_visited_yet(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """The need is recorded at the house, so the visit comes first."""
        request_id = await world.accepted(officer_id)

        with pytest.raises(NotYetError, match=r"visit\.made"):
            await need.record_need(tx, world.checklists, request_id, [KTP], officer)

    async def test_visit_of_another_round(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """A visit before the re-opening does not count for the new round."""
        request_id = await world.visited(officer_id)
        await world.accepted(officer_id, request_id, round_number=2)

        with pytest.raises(NotYetError, match=r"visit\.made"):
            await need.record_need(tx, world.checklists, request_id, [KTP], officer)

    async def test_not_the_holder(self, world: "World", tx: Tx, officer_id: UUID) -> None:
        """Another officer records nothing."""
        request_id = await world.visited(officer_id)

        with pytest.raises(NotHolderError):
            await need.record_need(tx, world.checklists, request_id, [KTP], STRANGER)

    async def test_once_per_round(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """The need of a round stands."""
        request_id, _ = await world.needed(officer_id, KTP)

        with pytest.raises(NeedRecordedError):
            await need.record_need(tx, world.checklists, request_id, [KIA], officer)

    async def test_at_the_same_moment(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """Of two calls at once one records, and the other learns that the need stands."""
        request_id = await world.visited(officer_id)

        async def record() -> None:
            async with world.database.transaction() as tx:
                await need.record_need(tx, world.checklists, request_id, [KTP], officer)

        outcomes = await asyncio.gather(record(), record(), return_exceptions=True)

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NeedRecordedError", "NoneType"]


class TestSubmitDossier:
    async def test_complete(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """With every mandatory row met, all items go to the desk."""
        request_id, items = await world.needed(officer_id, KTP, KK)
        await world.cleared(request_id, items[0], "kk")
        await world.cleared(request_id, items[1], "f_1_02", "marriage_proof")

        await need.submit_dossier(tx, world.checklists, request_id, officer)

        (told,) = tx.emitted
        assert isinstance(told, DossierSubmitted)
        assert told.items == tuple(items)

    async def test_alternative(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """A stated alternative meets a row."""
        request_id, items = await world.needed(officer_id, KK)
        await world.cleared(request_id, items[0], "f_1_02", "f_1_05")

        assert (await need.submit_dossier(tx, world.checklists, request_id, officer)).items == tuple(items)

    async def test_in_parts(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """A complete item goes to the desk and does not wait for another; what that one lacks is named."""
        request_id, items = await world.needed(officer_id, KTP, KK)
        await world.cleared(request_id, items[0], "kk")
        await world.cleared(request_id, items[1], "f_1_02")

        submission = await need.submit_dossier(tx, world.checklists, request_id, officer)

        (told,) = tx.emitted
        assert isinstance(told, DossierSubmitted)
        assert submission.items == told.items == (items[0],)
        (waiting,) = submission.waiting
        assert (waiting.item_id, waiting.kind) == (items[1], KK)
        assert [row.row for row in waiting.missing] == ["marriage_proof"]
        states = [item.state for item in (await reading.read_file(tx, request_id, officer)).items]
        assert states == ["submitted", "needed"]

    async def test_later_part(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """The papers that come later take their own item to the desk, in a dossier of its own."""
        request_id, items = await world.needed(officer_id, KTP, KK)
        await world.cleared(request_id, items[0], "kk")
        async with world.transaction() as first:
            await need.submit_dossier(first, world.checklists, request_id, officer)
        await world.cleared(request_id, items[1], "f_1_02", "marriage_proof")

        submission = await need.submit_dossier(tx, world.checklists, request_id, officer)

        (told,) = tx.emitted
        assert isinstance(told, DossierSubmitted)
        assert submission.items == told.items == (items[1],)
        assert submission.waiting == ()

    async def test_nothing_more_complete(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """What went before does not count: where no waiting item is complete, the officer is told what is missing."""
        request_id, items = await world.needed(officer_id, KTP, KK)
        await world.cleared(request_id, items[0], "kk")
        await need.submit_dossier(tx, world.checklists, request_id, officer)

        with pytest.raises(PapersMissingError) as raised:
            await need.submit_dossier(tx, world.checklists, request_id, officer)

        assert {fault.field.split(".")[1] for fault in raised.value.fields} == {str(items[1])}
        assert len(tx.emitted) == 1

    async def test_missing(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """Where no item is complete, what is missing is named in both languages, and nothing is sent."""
        request_id, items = await world.needed(officer_id, KTP, KK)
        await world.cleared(request_id, items[1], "f_1_02")

        with pytest.raises(PapersMissingError) as raised:
            await need.submit_dossier(tx, world.checklists, request_id, officer)

        assert [fault.field for fault in raised.value.fields] == [
            f"items.{items[0]}.kk",
            f"items.{items[1]}.marriage_proof",
        ]
        assert "Kartu Keluarga" in raised.value.fields[0].message_id
        assert "Family card" in raised.value.fields[0].message
        assert tx.emitted == []

    async def test_paper_of_another_item(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """A paper counts for its own item alone."""
        request_id, items = await world.needed(officer_id, KTP, KTP)
        await world.cleared(request_id, items[0], "kk")

        submission = await need.submit_dossier(tx, world.checklists, request_id, officer)

        assert submission.items == (items[0],)
        assert [(one.item_id, one.missing[0].row) for one in submission.waiting] == [(items[1], "kk")]

    async def test_repeat(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """Where all items lie at the desk, another submit finds them there and tells nothing again."""
        request_id, items = await world.submitted(officer_id, KTP)

        submission = await need.submit_dossier(tx, world.checklists, request_id, officer)

        assert (submission.items, submission.waiting) == (tuple(items), ())
        assert tx.emitted == []


class TestChecklistVersion:
    async def test_dossier_keeps_its_version(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """A dossier is measured by the version it was recorded under, also after a newer one began."""
        request_id, items = await world.needed(officer_id, KTP)
        await world.cleared(request_id, items[0], "kk")
        old = world.checklists.valid_at(tx.now)
        stricter = {**old.kinds, KTP: old.kinds[DocumentKind.AKTA_KEMATIAN]}
        new = old.model_copy(update={"version": "new", "valid_from": tx.now.date(), "kinds": stricter})

        submission = await need.submit_dossier(tx, Checklists([old, new]), request_id, officer)

        assert submission.items == tuple(items)


class TestReadFile:
    async def test_unknown(self, tx: Tx, operator: Actor) -> None:
        """A request of which no event came."""
        with pytest.raises(RequestUnknownError):
            await reading.read_file(tx, uuid4(), operator)

    async def test_before_the_need(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """The holder sees what was asked for before he records what is needed."""
        request_id = await world.accepted(officer_id, await world.received())

        file = await reading.read_file(tx, request_id, officer)

        assert file.asked is not None
        assert file.asked.documents == ("ktp_el",)
        assert (file.dossier, file.items) == (None, ())

    async def test_another_officer(self, world: "World", tx: Tx, officer_id: UUID) -> None:
        """Papers are nobody else's business."""
        request_id = await world.accepted(officer_id, await world.received())

        with pytest.raises(NotHolderError):
            await reading.read_file(tx, request_id, STRANGER)

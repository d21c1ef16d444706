import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from halo_documents.domain.papers import Announcement, Limits, MediaType
from halo_documents.errors import NoHolderError, NotHolderError, NotInRegisterError
from halo_documents.usecases import handover, need, papers, reading
from halo_events.contract.dispatch import (
    AssignmentAwaited,
    AwaitReason,
    OfficerLeft,
    OfficerPerson,
    OfficerRegistered,
    OfficerRole,
)
from halo_events.contract.documents import Purpose
from halo_events.contract.event import SYSTEM, Actor, ActorRole
from halo_events.contract.values import DocumentKind
from halo_events.envelope import Envelope
from halo_events.errors import NotYetError
from halo_events.runtime import Tx
from halo_events.testing import eventually
from halo_service.signin import Role
from halo_service.testing import Client

if TYPE_CHECKING:
    from conftest import World

KTP = DocumentKind.KTP_EL
PROOF = Announcement(Purpose.DELIVERY_PROOF, MediaType.JPEG, 1000)


def registered(officer_id: UUID) -> OfficerRegistered:
    """The officer came into the register."""
    return OfficerRegistered(
        occurred_at=datetime.now(UTC),
        actor=SYSTEM,
        officer_id=officer_id,
        role=OfficerRole.SATGAS_PAMOR,
        kelurahan_code="32.75.09.1006",
        rws=("007",),
        on_duty=True,
        person=OfficerPerson(name="Petugas Contoh", phone="+628881234500"),
    )


def left(officer_id: UUID) -> OfficerLeft:
    """The officer left the register."""
    return OfficerLeft(occurred_at=datetime.now(UTC), actor=SYSTEM, officer_id=officer_id)


def awaited(request_id: UUID) -> AssignmentAwaited:
    """The request waits in the kelurahan's queue, because who held it left."""
    return AssignmentAwaited(
        occurred_at=datetime.now(UTC),
        request_id=request_id,
        actor=SYSTEM,
        kelurahan_code="32.75.09.1006",
        reason=AwaitReason.OFFICER_LEFT,
    )


class TestWhoLeft:
    @pytest.mark.parametrize(
        "step",
        [
            lambda tx, request, actor, _lists: reading.read_file(tx, request, actor),
            lambda tx, request, actor, lists: need.record_need(tx, lists, request, [KTP], actor),
            lambda tx, request, actor, lists: need.submit_dossier(tx, lists, request, actor),
            lambda tx, request, actor, lists: papers.announce_paper(
                tx, request, PROOF, actor, checklists=lists, limits=Limits()
            ),
        ],
        ids=["read", "need", "submit", "announce"],
    )
    async def test_dossier(
        self, world: "World", tx: Tx, officer_id: UUID, officer: Actor, step: Callable[..., Awaitable[object]]
    ) -> None:
        """An officer who left the register neither reads nor writes in what he still holds."""
        request_id, _ = await world.needed(officer_id, KTP)
        await world.fact(registered(officer_id))
        await world.fact(left(officer_id))

        with pytest.raises(NotInRegisterError):
            await step(tx, request_id, officer, world.checklists)

    @pytest.mark.parametrize("step", [papers.read_paper, papers.open_paper, papers.report_upload])
    async def test_paper(
        self, world: "World", tx: Tx, officer_id: UUID, officer: Actor, step: Callable[..., Awaitable[object]]
    ) -> None:
        """A paper that he announced is not his any more."""
        request_id, _ = await world.needed(officer_id, KTP)
        upload = await papers.announce_paper(
            tx, request_id, PROOF, officer, checklists=world.checklists, limits=Limits()
        )
        await world.fact(left(officer_id))

        with pytest.raises(NotInRegisterError):
            await step(tx, upload.paper_id, officer)

    async def test_offered_handover(self, world: "World", tx: Tx, officer_id: UUID) -> None:
        """The desk is told to keep what it would have handed to him."""
        request_id, items = await world.printed(officer_id, KTP)
        await world.fact(left(officer_id))

        with pytest.raises(NoHolderError):
            await handover.offer_handover(tx, request_id, items, "operator-1")

    async def test_confirmed_handover(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """What was laid ready before he left he does not take; the desk takes it back."""
        request_id, items = await world.printed(officer_id, KTP)
        offered = await handover.offer_handover(tx, request_id, items, "operator-1")
        await world.fact(left(officer_id))

        with pytest.raises(NotInRegisterError):
            await handover.confirm_handover(tx, offered.handover_id, officer)
        assert await handover.withdraw_handover(tx, offered.handover_id, "operator-1")

    async def test_next_holder(self, world: "World", tx: Tx, officer_id: UUID) -> None:
        """Who accepts the request after him goes on with it."""
        request_id, items = await world.printed(officer_id, KTP)
        await world.fact(left(officer_id))
        other = uuid4()
        await world.accepted(other, request_id)

        offered = await handover.offer_handover(tx, request_id, items, "operator-1")

        assert await handover.confirm_handover(tx, offered.handover_id, world.facts.officer(other))

    async def test_operator(self, world: "World", tx: Tx, officer_id: UUID) -> None:
        """Operators still read the dossier of an officer who left."""
        request_id, _ = await world.needed(officer_id, KTP)
        await world.fact(left(officer_id))

        assert await reading.read_file(tx, request_id, Actor(role=ActorRole.OPERATOR, id="operator-1"))

    async def test_answer(self, world: "World", client: Client, officer_id: UUID) -> None:
        """Over HTTP it is 403, with a reason in both languages and nothing of the resident."""
        request_id, _ = await world.needed(officer_id, KTP)
        await world.fact(left(officer_id))

        answer = await client.signed_in(Role.OFFICER, sub=str(officer_id)).get(f"/v1/dossiers/{request_id}")

        assert (answer.status_code, answer.json()["code"]) == (HTTPStatus.FORBIDDEN, "not-in-register")
        assert answer.json()["detail"] != answer.json()["detail_id"]
        assert "Warga" not in answer.text


class TestWhoIsInTheRegister:
    async def test_not_told_yet(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """The register's topic may lag: who accepted the request is let in until it is known that he left."""
        request_id, _ = await world.needed(officer_id, KTP)

        assert await reading.read_file(tx, request_id, officer)
        assert await world.rows("SELECT officer_id FROM officers") == []

    async def test_came_back(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """An officer who is registered again is let in again."""
        request_id, _ = await world.needed(officer_id, KTP)
        await world.fact(left(officer_id))
        await world.fact(registered(officer_id))

        assert await reading.read_file(tx, request_id, officer)


class TestHolderChanges:
    async def test_queue_has_the_request(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """Who held it is no holder any more, though he is registered again; documents waits for who accepts it."""
        request_id, items = await world.printed(officer_id, KTP)
        for event in (
            left(officer_id),
            awaited(request_id),
            registered(officer_id),
        ):
            await world.fact(event)

        with pytest.raises(NotYetError, match=r"assignment\.accepted"):
            await reading.read_file(tx, request_id, officer)
        with pytest.raises(NoHolderError):
            await handover.offer_handover(tx, request_id, items, "operator-1")

    async def test_accepted_again(self, world: "World", tx: Tx, officer_id: UUID, officer: Actor) -> None:
        """Whoever accepts the request from the queue holds it, also who held it before."""
        request_id, _ = await world.needed(officer_id, KTP)
        await world.fact(awaited(request_id))
        await world.accepted(officer_id, request_id)

        assert await reading.read_file(tx, request_id, officer)

    async def test_operator_sees_nobody(self, world: "World", client: Client, officer_id: UUID) -> None:
        """The dossier of a request that waits in the queue stays open to operators, and names no officer."""
        request_id, _ = await world.needed(officer_id, KTP)
        await world.fact(awaited(request_id))

        view = (await client.signed_in(Role.OPERATOR).get(f"/v1/dossiers/{request_id}")).json()

        assert (view["officer_id"], view["round"], len(view["items"])) == (None, 1, 1)

    async def test_while_a_confirmation_waits(self, world: "World", officer_id: UUID, officer: Actor) -> None:
        """Who held the request when he called, and holds it no more when his turn comes, takes nothing."""
        request_id, items = await world.printed(officer_id, KTP)
        async with world.transaction() as tx:
            offered = await handover.offer_handover(tx, request_id, items, "operator-1")

        async def confirm() -> None:
            async with world.database.transaction() as tx:
                await handover.confirm_handover(tx, offered.handover_id, officer)

        event = world.facts.accepted(request_id, uuid4())
        async with world.database.transaction() as tx:
            tx.handle({event.key: Envelope(str(uuid4()), "/halopamor/dispatch", event.type, tx.now, event.key)})
            await world.database.handlers.projection_of[event.type].call(tx, event)
            confirming = asyncio.create_task(confirm())
            await eventually(lambda: _somebody_waits(tx))
        with pytest.raises(NotHolderError):
            await confirming


async def _somebody_waits(tx: Tx) -> bool:
    return bool(await tx.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))

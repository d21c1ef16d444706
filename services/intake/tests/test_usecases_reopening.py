"""Re-opening, from the clerk's call to the end of the next round."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from halo_events.contract.event import Event
from halo_events.contract.intake import PublicStatus, RequestProgressed, RequestReopened
from halo_events.runtime import Database
from halo_intake import jobs
from halo_service.callers import Role
from halo_service.testing import Client

Make = Callable[..., dict[str, Any]]
ComeIn = Callable[..., Awaitable[list[Event]]]
Life = Callable[[UUID], tuple[list[Event], list[Event]]]
Reopen = Callable[..., Awaitable[Any]]


def of_round(number: int, life: tuple[list[Event], list[Event]]) -> list[Event]:
    """A whole life in another round."""
    return [event.model_copy(update={"round": number}) for events in life for event in events]


@pytest.fixture
async def delivered(receive: ComeIn, deliver: ComeIn, filing: Make, life: Life) -> Event:
    """A request for two documents with all its items at the door."""
    received, _ = await receive(filing(documents=["ktp_el", "kia"]))
    await deliver(*of_round(1, life(received.request_id)))
    return received


@pytest.fixture
def reopen(client: Client) -> Reopen:
    """Let a clerk re-open a request."""

    async def reopen(received: Any, **body: object) -> Any:
        url = f"/v1/requests/{received.tracking_no}/reopen"
        return await client.signed_in(Role.CLERK).post(url, json={"reason": "wrong_data", **body})

    return reopen


@pytest.fixture
async def delivered_again(deliver: ComeIn, life: Life, reopen: Reopen, delivered: Any) -> Event:
    """The same request at the end of its second round."""
    await reopen(delivered)
    await deliver(*of_round(2, life(delivered.request_id)))
    return delivered


async def _status(client: Client, received: Any) -> str:
    return (await client.get(f"/v1/requests/{received.tracking_no}")).json()["status"]


async def _shown(client: Client, received: Any) -> list[str]:
    return (await client.get(f"/v1/requests/{received.tracking_no}")).json()["documents"]


class TestReopen:
    async def test_next_round(self, client: Client, database: Database, reopen: Reopen, delivered: Any) -> None:
        """The request is received again, in round 2 and with the documents wanted; nothing of the closing is left."""
        answer = await reopen(delivered, documents=["kia"])

        assert (answer.status_code, answer.json()) == (
            201,
            {
                "request_id": str(delivered.request_id),
                "tracking_no": delivered.tracking_no,
                "round": 2,
                "status": "received",
                "documents": ["kia"],
            },
        )
        assert await _status(client, delivered) == "received"
        async with database.transaction() as tx:
            types = await tx.fetch("SELECT type FROM events.outbox ORDER BY id DESC LIMIT 2")
            assert await tx.fetchval("SELECT count(*) FROM timers") == 0
        assert [row["type"] for row in types] == [RequestProgressed.type, RequestReopened.type]

    async def test_all_documents(self, reopen: Reopen, delivered: Any) -> None:
        """Where none are named, all are wanted."""
        assert (await reopen(delivered)).json()["documents"] == ["ktp_el", "kia"]

    async def test_shown(self, client: Client, deliver: ComeIn, life: Life, reopen: Reopen, delivered: Any) -> None:
        """Everybody sees what the present round is about; the next one may want any document that was filed."""
        assert await _shown(client, delivered) == ["ktp_el", "kia"]
        for number, documents in ((2, ["kia"]), (3, ["ktp_el"])):
            await reopen(delivered, documents=documents)
            assert await _shown(client, delivered) == documents
            await deliver(*of_round(number, life(delivered.request_id)))
            assert await _shown(client, delivered) == documents
        assert (await reopen(delivered)).json()["documents"] == ["ktp_el", "kia"]
        assert await _shown(client, delivered) == ["ktp_el", "kia"]

    async def test_by_its_own_facts(self, deliver: ComeIn, life: Life, reopen: Reopen, delivered: Any) -> None:
        """A round climbs by its own facts only, up to its end."""
        await reopen(delivered)
        assert await deliver(*of_round(1, life(delivered.request_id))) == []
        told = await deliver(*of_round(2, life(delivered.request_id)))
        assert {event.round for event in told} == {2}
        assert (told[0].status, told[-1].status) == (PublicStatus.OFFERED, PublicStatus.DELIVERED)

    async def test_next_end(self, database: Database, clock: Any, reopen: Reopen, delivered_again: Any) -> None:
        """A round is closed by a timer of its own, and may be followed by another."""
        today = clock.now
        clock.advance(days=4)
        assert await jobs.close_ended(database) == 1
        async with database.transaction() as tx:
            assert await tx.fetchval("SELECT status FROM requests") == "closed"
        clock.now = today
        assert (await reopen(delivered_again)).json()["round"] == 3

    async def test_closed(self, client: Client, database: Database, clock: Any, reopen: Reopen, delivered: Any) -> None:
        """A closed request is re-opened within the window, which is counted from the delivery."""
        async with database.transaction() as tx:
            await tx.execute("UPDATE timers SET due_at = $1, next_attempt_at = $1", tx.now)
        assert await jobs.close_ended(database) == 1
        assert await _status(client, delivered) == "closed"
        clock.advance(days=3)
        assert (await reopen(delivered)).status_code == 201
        assert await _status(client, delivered) == "received"

    async def test_window_over(self, clock: Any, reopen: Reopen, delivered: Any) -> None:
        """Three working days after the day of the delivery it is over."""
        clock.advance(days=4)
        answer = await reopen(delivered)
        assert (answer.status_code, answer.json()["code"]) == (409, "window-over")
        assert "3" in answer.json()["detail"]
        assert "3" in answer.json()["detail_id"]

    async def test_not_ended(self, receive: ComeIn, filing: Make, reopen: Reopen, delivered: Any) -> None:
        """What is under way is not re-opened; nor is what was re-opened just now."""
        received, _ = await receive(filing(eopen_id="EO-2"))
        await reopen(delivered)
        for request in (received, delivered):
            answer = await reopen(request)
            assert (answer.status_code, answer.json()["code"]) == (409, "not-ended")

    @pytest.mark.parametrize(
        ("documents", "errors"),
        [
            (["akta_kematian"], [("document_not_filed", "documents.0")]),
            (["kia", "kia"], [("documents_repeated", "documents")]),
        ],
    )
    async def test_other_documents(
        self, reopen: Reopen, delivered: Any, documents: list[str], errors: list[tuple[str, str]]
    ) -> None:
        """Only documents of the request are wanted again, each once."""
        answer = await reopen(delivered, documents=documents)
        assert (answer.status_code, answer.json()["code"]) == (422, "reopening-not-valid")
        assert [(error["code"], error["field"]) for error in answer.json()["errors"]] == errors

    async def test_who_and_what(self, client: Client, reopen: Reopen, delivered: Any) -> None:
        """Only clerks re-open, with a reason that is known."""
        url = f"/v1/requests/{delivered.tracking_no}/reopen"
        assert (await client.signed_in(Role.OFFICER).post(url, json={"reason": "other"})).status_code == 403
        for body in ({"reason": "rain"}, {"documents": []}, {"documents": ["surat_contoh"]}, {"document": []}):
            assert (await reopen(delivered, **body)).status_code == 422

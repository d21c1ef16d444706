"""Cancelling, from the question to dispatch's answer."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from halo_events.contract.dispatch import AssignmentReleased, AssignmentRetained
from halo_events.contract.event import SYSTEM, ActorRole, Event
from halo_events.contract.intake import (
    PublicStatus,
    RequestCancelled,
    RequestCancelRequested,
    RequestProgressed,
    RequestRefused,
)
from halo_events.errors import NotYetError
from halo_events.runtime import Database
from halo_service.callers import Role
from halo_service.testing import Client

Make = Callable[..., dict[str, Any]]
ComeIn = Callable[..., Awaitable[list[Event]]]
Life = Callable[[UUID], tuple[list[Event], list[Event]]]

ASKED = {"ce_type": "id.go.bekasikota.eopen.request.cancel_asked.v1"}
WISH = {"occurred_at": "2026-03-02T09:45:00+07:00", "eopen_id": "EO-1", "reason": "obtained_elsewhere"}


def answer(event: type[Event], cause: Event, reason: str, **fields: object) -> Event:
    """Dispatch's answer, a minute after the request's beginning."""
    at = cause.occurred_at + timedelta(minutes=1)
    told = {"request_id": cause.key, "occurred_at": at, "actor": SYSTEM, "reason": reason, **fields}
    return event.model_validate(told)


def released(cause: Event, **fields: object) -> Event:
    """Nobody serves it any more."""
    return answer(AssignmentReleased, cause, "cancelled", **fields)


def retained(cause: Event) -> Event:
    """Too late."""
    return answer(AssignmentRetained, cause, "delivered")


class TestAskedByEopen:
    async def test_passed_on(self, receive: ComeIn, database: Database, filing: Make) -> None:
        """The question goes to dispatch, with e-OPen's reason and time, and answers the record."""
        received, _ = await receive(filing())
        (asked,) = await receive(WISH, headers={**ASKED, "ce_id": "wish"})

        assert isinstance(asked, RequestCancelRequested)
        assert (asked.request_id, asked.reason, asked.round) == (received.request_id, "obtained_elsewhere", 1)
        assert asked.actor.role is ActorRole.EOPEN
        assert asked.occurred_at.isoformat() == WISH["occurred_at"]
        async with database.transaction() as tx:
            headers = await tx.fetchval("SELECT headers::text FROM events.outbox ORDER BY id DESC LIMIT 1")
        assert '"wish"' in headers

    async def test_filed_and_asked_at_once(self, receive: ComeIn, filing: Make) -> None:
        """A reason may be left out, and unknown ones are passed on."""
        await receive(filing(), filing(eopen_id="EO-2"))
        wishes = {"EO-1": {}, "EO-2": {"reason": "rain"}}
        for eopen_id, reason in wishes.items():
            wish = {"occurred_at": WISH["occurred_at"], "eopen_id": eopen_id, **reason}
            (asked,) = await receive(wish, headers=ASKED)
            assert asked.reason == reason.get("reason", "other")

    async def test_pending(self, receive: ComeIn, filing: Make) -> None:
        """Who asks twice is told where the request is."""
        await receive(filing())
        _, again = await receive(WISH, WISH, headers=ASKED)
        assert isinstance(again, RequestProgressed)
        assert again.status is PublicStatus.RECEIVED

    async def test_over(self, receive: ComeIn, deliver: ComeIn, filing: Make, life: Life) -> None:
        """Where all is delivered, the status is the answer."""
        received, _ = await receive(filing())
        assignments, dossier = life(received.request_id)
        await deliver(*assignments, *dossier)
        (told,) = await receive(WISH, headers=ASKED)
        assert isinstance(told, RequestProgressed)
        assert told.status is PublicStatus.DELIVERED

    async def test_cancelled_before(self, receive: ComeIn, deliver: ComeIn, filing: Make) -> None:
        """Where it is cancelled already, the status is the answer."""
        received, _ = await receive(filing())
        await receive(WISH, headers=ASKED)
        await deliver(released(received))
        (told,) = await receive(WISH, headers=ASKED)
        assert told.status is PublicStatus.CANCELLED

    async def test_unknown(self, receive: ComeIn, filing: Make) -> None:
        """A number that was never accepted is refused in both languages, and may be filed afterwards."""
        (refused,) = await receive(WISH, headers=ASKED)
        assert isinstance(refused, RequestRefused)
        assert [(reason.code, reason.field) for reason in refused.reasons] == [("request_unknown", "eopen_id")]
        assert refused.source_ref == "EO-1"
        assert len(await receive(filing())) == 2

    async def test_personal_number(self, receive: ComeIn) -> None:
        """A person's number is not repeated."""
        (refused,) = await receive({**WISH, "eopen_id": "3275990101900001"}, headers={**ASKED, "ce_id": "wish"})
        assert refused.source_ref == "wish"

    @pytest.mark.parametrize(
        ("wish", "codes"),
        [
            ({**WISH, "reason": "No Need!"}, {"enum", "request_unknown"}),
            ({**WISH, "occurred_at": "soon"}, {"datetime_from_date_parsing", "request_unknown"}),
            ({**WISH, "eopen_id": None}, {"string_type"}),
            ({**WISH, "eopen_id": "E O"}, {"string_pattern_mismatch"}),
            ({}, {"missing"}),
            (b"{", {"broken_json"}),
            (b"[]", {"not_an_object"}),
        ],
        ids=["reason", "time", "no number", "number", "nothing", "no JSON", "no object"],
    )
    async def test_broken(self, receive: ComeIn, wish: Any, codes: set[str]) -> None:
        """A broken record is refused with all its faults."""
        (refused,) = await receive(wish, headers=ASKED)
        assert isinstance(refused, RequestRefused)
        assert {reason.code for reason in refused.reasons} == codes

    async def test_broken_of_an_accepted_number(self, receive: ComeIn, filing: Make) -> None:
        """Under an accepted number nothing is refused: the record is called by its own id."""
        await receive(filing())
        (refused,) = await receive({**WISH, "reason": 7}, headers={**ASKED, "ce_id": "wish"})
        assert isinstance(refused, RequestRefused)
        assert (refused.source_ref, [reason.field for reason in refused.reasons]) == ("wish", ["reason"])


class TestAnswered:
    async def test_released(self, receive: ComeIn, deliver: ComeIn, database: Database, filing: Make) -> None:
        """The request is cancelled, with the reason that was given, and what is heard later changes nothing."""
        received, _ = await receive(filing())
        await receive(WISH, headers=ASKED)
        cancelled, told = await deliver(released(received))

        assert isinstance(cancelled, RequestCancelled)
        assert cancelled.reason == "obtained_elsewhere"
        assert (told.status, told.since) == (PublicStatus.CANCELLED, cancelled.occurred_at)
        assert await deliver(released(received)) == []
        async with database.transaction() as tx:
            assert await tx.fetchval("SELECT count(*) FROM timers") == 0

    async def test_late_facts(self, receive: ComeIn, deliver: ComeIn, filing: Make, life: Life) -> None:
        """Facts that were under way change the status of a cancelled request no more."""
        received, _ = await receive(filing())
        await receive(WISH, headers=ASKED)
        await deliver(released(received))
        assignments, dossier = life(received.request_id)
        assert await deliver(*assignments, *dossier) == []

    async def test_retained(self, receive: ComeIn, deliver: ComeIn, filing: Make, life: Life) -> None:
        """The request goes on and its status is told once more; there may be a next question, answered alike."""
        received, _ = await receive(filing())
        await deliver(*life(received.request_id)[0][:2])
        for _ in range(2):
            (asked,) = await receive(WISH, headers=ASKED)
            (told,) = await deliver(retained(received))
            assert isinstance(asked, RequestCancelRequested)
            assert told.status is PublicStatus.ACCEPTED

    async def test_nobody_asked(self, receive: ComeIn, deliver: ComeIn, filing: Make) -> None:
        """An answer to no question is held until there is one; one for another cause changes nothing."""
        received, _ = await receive(filing())
        with pytest.raises(NotYetError):
            await deliver(released(received))
        assert await deliver(answer(AssignmentReleased, received, "strike")) == []

    async def test_of_another_round(self, receive: ComeIn, deliver: ComeIn, filing: Make) -> None:
        """An answer of another round changes nothing."""
        received, _ = await receive(filing())
        await receive(WISH, headers=ASKED)
        assert await deliver(released(received, round=2)) == []

    async def test_unknown_request(self, receive: ComeIn, deliver: ComeIn, filing: Make) -> None:
        """An answer that comes before its request is held."""
        received, _ = await receive(filing())
        for event in (released(received, request_id=uuid4()), answer(AssignmentRetained, received, "delivered")):
            with pytest.raises(NotYetError):
                await deliver(event.model_copy(update={"request_id": uuid4()}))


class TestRoute:
    async def test_accepted_and_pending(self, client: Client, receive: ComeIn, filing: Make) -> None:
        """A clerk asks; who asks again, also e-OPen, learns that it is pending."""
        received, _ = await receive(filing())
        url, clerk = f"/v1/requests/{received.tracking_no}/cancel", client.signed_in(Role.CLERK)
        first = await clerk.post(url, json={"reason": "moved_away"})
        again = await client.signed_in(Role.OFFICER).post(url, json={"reason": "other"})

        assert (first.status_code, first.json()) == (
            202,
            {"request_id": str(received.request_id), "tracking_no": received.tracking_no, "status": "received"},
        )
        assert (again.status_code, again.json()["code"]) == (409, "cancel-pending")
        (told,) = await receive(WISH, headers=ASKED)
        assert isinstance(told, RequestProgressed)

    async def test_too_late(self, client: Client, receive: ComeIn, deliver: ComeIn, filing: Make, life: Life) -> None:
        """What is delivered, and what is cancelled, is not cancelled."""
        delivered, _ = await receive(filing())
        assignments, dossier = life(delivered.request_id)
        await deliver(*assignments, *dossier)
        cancelled, _ = await receive(filing(eopen_id="EO-2"))
        await receive({**WISH, "eopen_id": "EO-2"}, headers=ASKED)
        await deliver(released(cancelled))
        for received, code in ((delivered, "too-late-to-cancel"), (cancelled, "request-cancelled")):
            url = f"/v1/requests/{received.tracking_no}/cancel"
            refused = await client.signed_in(Role.CLERK).post(url, json={"reason": "other"})
            assert (refused.status_code, refused.json()["code"]) == (409, code)
            assert refused.json()["detail"] != refused.json()["detail_id"]

    async def test_who_and_what(self, client: Client, receive: ComeIn, filing: Make) -> None:
        """Only clerks and officers ask, with a reason that is known, for a number that is."""
        received, _ = await receive(filing())
        url, clerk = f"/v1/requests/{received.tracking_no}/cancel", client.signed_in(Role.CLERK)
        assert (await client.signed_in(Role.OPERATOR).post(url, json={"reason": "other"})).status_code == 403
        assert (await client.post(url, json={"reason": "other"})).status_code == 401
        for body in ({}, {"reason": "rain"}, {"reason": "other", "reasons": 1}):
            assert (await clerk.post(url, json=body)).status_code == 422
        assert (await clerk.post("/v1/requests/HP26-1/cancel", json={"reason": "other"})).status_code == 422

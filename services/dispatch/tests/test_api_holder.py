"""HTTP: what the holder of a request does, and that access ends with the office."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from halo_events.contract.dispatch import OfficerRole
from halo_events.contract.documents import PaperQuarantined, QuarantineReason
from halo_events.contract.event import SYSTEM
from halo_events.contract.values import DocumentKind
from halo_service.signin import Role
from halo_service.testing import Client

if TYPE_CHECKING:
    from conftest import World


def of(client: Client, officer_id: UUID) -> Client:
    """A client signed in as this officer."""
    return client.signed_in(Role.OFFICER, sub=str(officer_id))


def code(answer: Any) -> tuple[int, str]:
    """Status and code of a problem."""
    return answer.status_code, answer.json()["code"]


def delivery(items: list[UUID], paper_id: UUID) -> dict[str, Any]:
    """The body of a delivery."""
    return {
        "items": [str(item_id) for item_id in items],
        "receiver": {"name": "Warga Contoh"},
        "relation": "self",
        "proof": {"paper_id": str(paper_id)},
    }


class TestVisits:
    async def test_visit(self, world: "World", client: Client) -> None:
        """A visit is planned once per key, shown on the list, and made."""
        request_id, officer_id = await world.accepted()
        officer = of(client, officer_id)
        path = f"/v1/assignments/{request_id}/visits"
        body = {"visit_at": (datetime.now(UTC) + timedelta(hours=3)).isoformat()}

        planned = await officer.create(path, body, key="visit-1")
        again = await officer.create(path, body, key="visit-1")
        visit_id = planned.json()["visit_id"]
        made = await officer.post(f"/v1/visits/{visit_id}/made")

        assert (planned.status_code, again.json()) == (201, planned.json())
        assert (made.status_code, made.json()) == (200, {"visit_id": visit_id})
        (shown,) = (await officer.get("/v1/assignments")).json()["items"]
        assert shown["visit"]["visit_id"] == visit_id
        assert shown["visit"]["made_at"] is not None

    async def test_refused(self, world: "World", client: Client) -> None:
        """A key is needed, a time with its zone, and it must lie ahead."""
        request_id, officer_id = await world.accepted()
        officer = of(client, officer_id)
        path = f"/v1/assignments/{request_id}/visits"

        ahead = {"visit_at": (datetime.now(UTC) + timedelta(hours=3)).isoformat()}
        assert code(await officer.post(path, json=ahead)) == (400, "idempotency-key-missing")
        assert (await officer.create(path, {"visit_at": "2026-03-17T09:00:00"})).status_code == 422
        assert code(await officer.create(path, {"visit_at": "2026-03-17T09:00:00Z"})) == (422, "visit-time")
        assert code(await officer.post(f"/v1/visits/{uuid4()}/made")) == (404, "visit-not-found")


class TestDeliveries:
    async def test_delivery(self, world: "World", client: Client) -> None:
        """A delivery waits for handover and proof, counts once, and takes the request off the list."""
        request_id, officer_id = await world.accepted()
        officer = of(client, officer_id)
        path = f"/v1/assignments/{request_id}/deliveries"
        items = await world.need(request_id, officer_id, DocumentKind.KTP_EL)
        body = delivery(items, uuid4())

        early = await officer.create(path, body, key="door-1")
        assert code(early) == (409, "not-yet")
        assert early.headers["retry-after"] == "1"
        await world.handed(request_id, officer_id, items)
        assert code(await officer.create(path, body, key="door-1")) == (409, "not-yet")
        body = delivery(items, await world.proof(request_id))
        done = await officer.create(path, body, key="door-2")
        assert done.status_code == 201
        assert (await officer.create(path, body, key="door-2")).json() == done.json()
        again = await officer.create(path, body, key="door-3")
        assert code(again) == (409, "already-delivered")
        assert [fault["field"] for fault in again.json()["errors"]] == ["items.0"]
        assert (await officer.get("/v1/assignments")).json()["items"] == []

    async def test_quarantined_proof(self, world: "World", client: Client) -> None:
        """A proof that failed its checks is refused for good."""
        request_id, officer_id = await world.accepted()
        items = await world.need(request_id, officer_id, DocumentKind.KTP_EL)
        await world.handed(request_id, officer_id, items)
        paper_id = await world.uploaded(request_id)
        await world.fact(
            PaperQuarantined(
                occurred_at=datetime.now(UTC),
                request_id=request_id,
                actor=SYSTEM,
                paper_id=paper_id,
                reason=QuarantineReason.UNREADABLE,
            )
        )

        path = f"/v1/assignments/{request_id}/deliveries"
        assert code(await of(client, officer_id).create(path, delivery(items, paper_id))) == (422, "proof-quarantined")

    @pytest.mark.parametrize(
        "change", [{"items": []}, {"items": [str(UUID(int=1))] * 2}, {"relation": "boss"}, {"receiver": {"name": ""}}]
    )
    async def test_body(self, world: "World", client: Client, change: dict[str, Any]) -> None:
        """Nothing, the same item twice, an unknown relation and an empty name are refused."""
        body = {**delivery([UUID(int=1)], UUID(int=2)), **change}

        answer = await of(client, await world.officer("001")).create(f"/v1/assignments/{uuid4()}/deliveries", body)

        assert code(answer) == (422, "not-valid")


class TestWhoLeft:
    @pytest.mark.parametrize("state", ["offered", "accepted"])
    async def test_officer(self, world: "World", client: Client, state: str) -> None:
        """With an officer's office ends his access, also to what was offered to him or what he holds."""
        request_id, officer_id = await world.accepted()
        if state == "offered":
            request_id, _ = await world.request("001")
        officer = of(client, officer_id)
        ahead = {"visit_at": (datetime.now(UTC) + timedelta(hours=3)).isoformat()}
        visit_id = uuid4()
        if state == "accepted":
            visit_id = UUID(
                (await officer.create(f"/v1/assignments/{request_id}/visits", ahead, key="v")).json()["visit_id"]
            )
        await world.left(officer_id)

        path = f"/v1/assignments/{request_id}"
        answers = [
            await officer.get("/v1/assignments"),
            await officer.post(f"{path}/accept"),
            await officer.create(f"{path}/decline", {"reason": "ill"}),
            await officer.create(f"{path}/visits", ahead, key="v"),
            await officer.post(f"/v1/visits/{visit_id}/made"),
            await officer.create(f"{path}/deliveries", delivery([uuid4()], uuid4())),
        ]

        assert [code(answer) for answer in answers] == [(403, "not-in-register")] * len(answers)
        assert not [answer for answer in answers if "Warga Contoh" in answer.text]

    async def test_comes_back(self, world: "World", client: Client) -> None:
        """Who is registered again has access again, and no longer what went to others."""
        held, officer_id = await world.accepted()
        await world.left(officer_id)
        await world.officer("001", officer_id=officer_id)
        request_id, _ = await world.request("001")

        (row,) = (await of(client, officer_id).get("/v1/assignments")).json()["items"]
        assert row["request_id"] == str(request_id) != str(held)

    async def test_coordinator(self, world: "World", client: Client) -> None:
        """A coordinator who left reads and offers nothing, whatever kelurahan the token names."""
        officer_id = await world.officer("001")
        request_id, _ = await world.request("099")
        coordinator_id = await world.officer(role=OfficerRole.COORDINATOR)
        coordinator = client.signed_in(Role.COORDINATOR, sub=str(coordinator_id), kelurahan_codes=(world.JATIRASA,))
        await world.left(coordinator_id)

        body = {"officer_id": str(officer_id)}
        assert code(await coordinator.get("/v1/queue")) == (403, "not-in-register")
        assert code(await coordinator.create(f"/v1/queue/{request_id}/offer", body)) == (403, "not-in-register")

    @pytest.mark.parametrize("state", ["offered", "accepted"])
    async def test_freed(self, world: "World", client: Client, state: str) -> None:
        """What an officer who left had reaches another: by itself, or through the coordinator, who can't choose him."""
        request_id, officer_id = await world.accepted()
        if state == "offered":
            request_id, _ = await world.request("001")
        other_id = await world.officer("001")
        coordinator_id = await world.officer(role=OfficerRole.COORDINATOR)
        coordinator = client.signed_in(Role.COORDINATOR, sub=str(coordinator_id), kelurahan_codes=(world.JATIRASA,))
        await world.left(officer_id)

        path = f"/v1/queue/{request_id}/offer"
        assert code(await coordinator.create(path, {"officer_id": str(officer_id)})) == (409, "officer-left")
        waiting = [(row["request_id"], row["reason"]) for row in (await coordinator.get("/v1/queue")).json()["items"]]
        if state == "accepted":
            assert (str(request_id), "officer_left") in waiting
            assert (await coordinator.create(path, {"officer_id": str(other_id)})).status_code == 200
        assert (await of(client, other_id).post(f"/v1/assignments/{request_id}/accept")).status_code == 200

    async def test_officer_as_coordinator(self, world: "World", client: Client) -> None:
        """Whom the register has as an officer sees no queue, whatever roles the token names."""
        officer_id = await world.officer("001")
        request_id, _ = await world.request("099")
        coordinator = client.signed_in(Role.COORDINATOR, sub=str(officer_id), kelurahan_codes=(world.JATIRASA,))

        body = {"officer_id": str(officer_id)}
        assert code(await coordinator.get("/v1/queue")) == (403, "not-coordinator")
        assert code(await coordinator.create(f"/v1/queue/{request_id}/offer", body)) == (403, "not-coordinator")

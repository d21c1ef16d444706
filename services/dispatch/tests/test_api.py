"""HTTP: who may do what, and what is answered."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from halo_dispatch.domain.clocks import accept_by
from halo_events.contract.dispatch import OfficerRole
from halo_events.contract.documents import PaperQuarantined, QuarantineReason
from halo_events.contract.event import SYSTEM
from halo_events.contract.values import DocumentKind
from halo_service.service import Service
from halo_service.signin import Role, undeclared_routes
from halo_service.testing import Client

if TYPE_CHECKING:
    from conftest import World


def of(client: Client, officer_id: UUID) -> Client:
    """A client signed in as this officer."""
    return client.signed_in(Role.OFFICER, sub=str(officer_id))


async def coordinator_of(client: Client, world: "World", kelurahan_code: str | None = None) -> Client:
    """A client signed in as a coordinator of this kelurahan, else of Jatirasa."""
    kelurahan_code = kelurahan_code or world.JATIRASA
    coordinator_id = await world.officer(kelurahan_code=kelurahan_code, role=OfficerRole.COORDINATOR)
    return client.signed_in(Role.COORDINATOR, sub=str(coordinator_id), kelurahan_codes=(kelurahan_code,))


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


def test_every_route_declares_its_roles(service: Service) -> None:
    """No route is open by oversight."""
    app = FastAPI()
    for router in service.routers:
        app.include_router(router)

    assert app.routes
    assert undeclared_routes(app) == []


class TestAssignments:
    async def test_list(self, world: "World", client: Client) -> None:
        """The officer sees whom to visit, what is needed, until when to answer, and never a NIK."""
        await world.place("001")
        officer_id = await world.officer("001")
        request_id, _ = await world.request("001")

        answer = await of(client, officer_id).get("/v1/assignments", params={"state": "offered"})

        (found,) = answer.json()["items"]
        assert found["request_id"] == str(request_id)
        assert found["resident"] == {
            "name": "Warga Contoh",
            "phone": "+628881234567",
            "address": "Jalan Contoh 1",
            "note": "Pagar hijau",
        }
        assert (found["state"], found["visit"], found["items"]) == ("offered", None, [])
        assert found["documents"] == ["ktp_el", "kartu_keluarga"]
        assert datetime.fromisoformat(found["due_at"]) == accept_by(datetime.fromisoformat(found["changed_at"]))
        assert "3275990101900001" not in answer.text

    async def test_only_own_ones(self, world: "World", client: Client) -> None:
        """Nobody sees another officer's list; the state filters."""
        _, officer_id = await world.accepted()
        other = of(client, await world.officer("001"))

        assert (await other.get("/v1/assignments")).json() == {"items": [], "next_cursor": None}
        mine = of(client, officer_id)
        assert len((await mine.get("/v1/assignments?state=accepted")).json()["items"]) == 1
        assert (await mine.get("/v1/assignments?state=offered")).json()["items"] == []
        assert (await mine.get("/v1/assignments?state=awaited")).status_code == 422

    async def test_pages(self, world: "World", client: Client) -> None:
        """The cursor leads through all pages."""
        await world.place("001")
        officer = of(client, await world.officer("001"))
        wanted = {str((await world.request("001"))[0]) for _ in range(3)}

        first = (await officer.get("/v1/assignments?limit=2")).json()
        second = (await officer.get(f"/v1/assignments?limit=2&cursor={first['next_cursor']}")).json()

        assert {row["request_id"] for row in first["items"] + second["items"]} == wanted
        assert second["next_cursor"] is None
        assert code(await officer.get("/v1/assignments?cursor=broken")) == (422, "cursor-not-valid")

    async def test_accept(self, world: "World", client: Client) -> None:
        """One wins, and may say so again; the late one is told the holder's name."""
        await world.place("001")
        officer_id = await world.officer("001")
        request_id, _ = await world.request("001")
        path = f"/v1/assignments/{request_id}/accept"

        for _ in range(2):
            answer = await of(client, officer_id).post(path)
            assert (answer.status_code, answer.json()) == (
                200,
                {"request_id": str(request_id), "officer_id": str(officer_id)},
            )
        late = await of(client, await world.officer("001")).post(path)
        assert code(late) == (409, "assignment-taken")
        assert f"Petugas {officer_id.hex[:4]}" in late.json()["detail_id"]

    async def test_who_may_accept(self, world: "World", client: Client) -> None:
        """Unknown requests are not found; a token must be an officer's of the register, on duty or not."""
        path = f"/v1/assignments/{uuid4()}/accept"
        off_duty = await world.officer("001", on_duty=False)

        assert code(await of(client, off_duty).post(path)) == (404, "assignment-not-found")
        assert code(await of(client, uuid4()).post(path)) == (403, "not-in-register")
        assert code(await client.signed_in(Role.OFFICER, sub="no-uuid").post(path)) == (403, "not-in-register")
        assert (await client.signed_in(Role.OPERATOR).post(path)).status_code == 403
        assert (await client.post(path)).status_code == 401

    async def test_decline(self, world: "World", client: Client) -> None:
        """Declining needs a reason that is known."""
        await world.place("001")
        officer = of(client, await world.officer("001"))
        request_id, _ = await world.request("001")
        path = f"/v1/assignments/{request_id}/decline"

        assert (await officer.create(path, {"reason": "no_mood"})).status_code == 422
        assert (await officer.create(path, {"reason": "ill", "note": "x"})).status_code == 422
        assert code(await officer.post(path, json={"reason": "ill"})) == (400, "idempotency-key-missing")
        answer = await officer.create(path, {"reason": "ill"})
        assert (answer.status_code, answer.json()) == (200, {"request_id": str(request_id)})

    async def test_late_repeat_of_decline(self, world: "World", client: Client) -> None:
        """A decline that is sent again after the coordinator offered anew declines nothing more."""
        await world.place("001")
        officer_id = await world.officer("001")
        officer, coordinator = of(client, officer_id), await coordinator_of(client, world)
        request_id, _ = await world.request("001")
        path, body = f"/v1/assignments/{request_id}/decline", {"reason": "ill"}
        first = await officer.create(path, body, key="decline-1")
        await coordinator.create(f"/v1/queue/{request_id}/offer", {"officer_id": str(officer_id)})

        late = await officer.create(path, body, key="decline-1")

        assert (late.status_code, late.json()) == (200, first.json())
        (offered,) = (await officer.get("/v1/assignments?state=offered")).json()["items"]
        assert offered["request_id"] == str(request_id)
        assert (await officer.create(path, body, key="decline-2")).status_code == 200
        assert (await officer.get("/v1/assignments")).json()["items"] == []


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
        """Who is registered again has access again."""
        _, officer_id = await world.accepted()
        await world.left(officer_id)
        await world.officer("001", officer_id=officer_id)

        assert len((await of(client, officer_id).get("/v1/assignments")).json()["items"]) == 1

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


class TestQueue:
    async def test_offer(self, world: "World", client: Client) -> None:
        """The coordinator sees what waits in his kelurahan, and offers it."""
        officer_id = await world.officer("001")
        request_id, _ = await world.request("099")
        coordinator, stranger = [await coordinator_of(client, world, code) for code in (world.JATIRASA, world.JATIASIH)]
        path, body = f"/v1/queue/{request_id}/offer", {"officer_id": str(officer_id)}

        (waiting,) = (await coordinator.get("/v1/queue")).json()["items"]
        assert (waiting["request_id"], waiting["reason"]) == (str(request_id), "unknown_rw")
        assert waiting["resident"]["address"] == "Jalan Contoh 1"
        assert (await stranger.get("/v1/queue")).json()["items"] == []
        assert code(await stranger.create(path, body)) == (403, "other-kelurahan")
        assert code(await coordinator.create(path, {"officer_id": str(uuid4())})) == (422, "officer-not-available")
        assert code(await coordinator.post(path, json=body)) == (400, "idempotency-key-missing")
        answer = await coordinator.create(path, body)
        assert (answer.status_code, answer.json()["officer_id"]) == (200, str(officer_id))
        assert (await coordinator.get("/v1/queue")).json()["items"] == []

    async def test_late_repeat_of_offer(self, world: "World", client: Client) -> None:
        """An offer that is sent again after it was declined offers nothing more."""
        officer_id = await world.officer("001")
        coordinator = await coordinator_of(client, world)
        request_id, _ = await world.request("099")
        path, body = f"/v1/queue/{request_id}/offer", {"officer_id": str(officer_id)}
        first = await coordinator.create(path, body, key="offer-1")
        await of(client, officer_id).create(f"/v1/assignments/{request_id}/decline", {"reason": "ill"})

        late = await coordinator.create(path, body, key="offer-1")

        assert (late.status_code, late.json()) == (200, first.json())
        (waiting,) = (await coordinator.get("/v1/queue")).json()["items"]
        assert waiting["request_id"] == str(request_id)
        assert (await coordinator.create(path, body, key="offer-2")).status_code == 200
        assert (await coordinator.get("/v1/queue")).json()["items"] == []


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


class TestOfficers:
    async def test_who_is_my_officer(self, world: "World", client: Client) -> None:
        """Everybody may ask; the answer says when an RW is synthetic."""
        await world.place("001")
        await world.officer("001", on_duty=False)
        on_duty = await world.officer("001")

        answer = await client.get("/v1/officers", params={"kelurahan_code": world.JATIRASA, "rw": "001"})

        assert answer.json()["rw"] == {
            "kelurahan_code": world.JATIRASA,
            "kelurahan": "Jatirasa",
            "rw": "001",
            "source": "synthetic",
            "synthetic": True,
        }
        first, second = answer.json()["officers"]
        assert first == {"name": f"Petugas {on_duty.hex[:4]}", "phone": "+628881000001", "on_duty": True}
        assert second["on_duty"] is False

    async def test_unknown(self, world: "World", client: Client) -> None:
        """An RW that no register knows is not found; a malformed one is not valid."""
        params = {"kelurahan_code": world.JATIRASA, "rw": "099"}

        assert code(await client.get("/v1/officers", params=params)) == (404, "rw-not-found")
        assert (await client.get("/v1/officers", params={**params, "rw": "9"})).status_code == 422
        assert (await client.get("/v1/officers")).status_code == 422

"""HTTP: who may do what with offers and the queue, and what is answered."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from fastapi import FastAPI
from halo_dispatch.domain.clocks import accept_by
from halo_events.contract.dispatch import OfficerRole
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

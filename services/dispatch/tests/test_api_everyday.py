"""HTTP: visits that are missed, deliveries that fail, requests that are cancelled or begin anew."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from halo_events.contract.dispatch import OfficerRole
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


async def listed(officer: Client) -> Any:
    """The only request of an officer's list."""
    (row,) = (await officer.get("/v1/assignments")).json()["items"]
    return row


async def plan(officer: Client, request_id: UUID, days: int) -> str:
    """Plan a visit; its id."""
    visit_at = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    answer = await officer.create(f"/v1/assignments/{request_id}/visits", {"visit_at": visit_at})
    return str(answer.json()["visit_id"])


class TestMissed:
    async def test_missed(self, world: "World", client: Client) -> None:
        """From the second miss on the officer's list asks for the call desk; a repeat changes nothing."""
        request_id, officer_id = await world.accepted()
        officer = of(client, officer_id)
        seen, body = list[tuple[int, bool]](), {"reason": "nobody_home"}

        for days in (1, 2):
            visit_id = await plan(officer, request_id, days)
            for _ in range(2):
                answer = await officer.post(f"/v1/visits/{visit_id}/missed", json=body)
                assert (answer.status_code, answer.json()) == (200, {"visit_id": visit_id, "misses": days})
            row = await listed(officer)
            seen.append((row["missed_visits"], row["call_desk_to_call"]))

        assert seen == [(1, False), (2, True)]
        assert (row["visit"]["visit_id"], row["visit"]["made_at"]) == (visit_id, None)
        assert row["visit"]["missed_at"] is not None
        assert code(await officer.post(f"/v1/visits/{visit_id}/made")) == (409, "visit-missed")

    async def test_refused(self, world: "World", client: Client) -> None:
        """A reason must be known, the visit too, and a visit that was made was not missed."""
        request_id, officer_id = await world.accepted()
        officer, body = of(client, officer_id), {"reason": "other"}
        path = f"/v1/visits/{await world.visited(request_id, officer_id)}/missed"

        assert code(await officer.post(path, json=body)) == (409, "visit-made")
        assert code(await officer.post(path, json={"reason": "rain"})) == (422, "not-valid")
        assert code(await officer.post(f"/v1/visits/{uuid4()}/missed", json=body)) == (404, "visit-not-found")
        assert code(await of(client, await world.officer("001")).post(path, json=body)) == (403, "not-holder")
        assert (await client.signed_in(Role.OPERATOR).post(path, json=body)).status_code == 403

    async def test_calls(self, world: "World", client: Client) -> None:
        """A clerk sees whom to call from the second miss on, and no more once the officer planned another visit."""
        request_id, officer_id = await world.accepted()
        officer, clerk = of(client, officer_id), client.signed_in(Role.CLERK)
        counts = list[int]()

        for days, reason in ((1, "nobody_home"), (2, "wrong_address")):
            visit_id = await plan(officer, request_id, days)
            await officer.post(f"/v1/visits/{visit_id}/missed", json={"reason": reason})
            counts.append(len((await clerk.get("/v1/calls")).json()["items"]))
        (row,) = (await clerk.get("/v1/calls")).json()["items"]
        await plan(officer, request_id, 3)
        planned = await listed(officer)

        assert counts == [0, 1]
        assert (row["request_id"], row["missed_visits"], row["miss_reason"]) == (str(request_id), 2, "wrong_address")
        assert row["resident"]["phone"] == "+628881234567"
        assert (row["officer"]["phone"], row["officer"]["on_duty"]) == ("+628881000001", True)
        assert (await clerk.get("/v1/calls")).json()["items"] == []
        assert (planned["missed_visits"], planned["call_desk_to_call"]) == (2, False)
        assert (await officer.get("/v1/calls")).status_code == 403

    async def test_calls_paged(self, world: "World", client: Client) -> None:
        """The longest waiting comes first, and a page goes on where the one before ended."""
        clerk, wanted = client.signed_in(Role.CLERK), list[str]()
        for rw in ("001", "002", "003"):
            request_id, officer_id = await world.accepted(rw)
            for days in (1, 2):
                visit_id = await plan(of(client, officer_id), request_id, days)
                await of(client, officer_id).post(f"/v1/visits/{visit_id}/missed", json={"reason": "other"})
            wanted.append(str(request_id))

        first = (await clerk.get("/v1/calls?limit=2")).json()
        second = (await clerk.get(f"/v1/calls?limit=2&cursor={first['next_cursor']}")).json()

        assert [row["request_id"] for row in (*first["items"], *second["items"])] == wanted
        assert second["next_cursor"] is None

    async def test_coordinator(self, world: "World", client: Client) -> None:
        """The coordinator sees the flags and the documents of what waits in his queue."""
        request_id, officer_id = await world.accepted()
        officer = of(client, officer_id)
        await world.visited(request_id, officer_id)
        for days in (1, 2):
            visit_id = await plan(officer, request_id, days)
            await officer.post(f"/v1/visits/{visit_id}/missed", json={"reason": "wrong_address"})
        (item_id,) = await world.need(request_id, officer_id, DocumentKind.KIA)
        await world.cancel_requested(request_id)
        await world.left(officer_id)
        coordinator_id = await world.officer(role=OfficerRole.COORDINATOR)
        coordinator = client.signed_in(Role.COORDINATOR, sub=str(coordinator_id), kelurahan_codes=(world.JATIRASA,))

        (row,) = (await coordinator.get("/v1/queue")).json()["items"]

        assert (row["missed_visits"], row["call_desk_to_call"], row["cancel_requested"]) == (2, True, True)
        assert row["items"] == [{"item_id": str(item_id), "kind": "kia", "state": "needed", "tries": 0}]


class TestFailedDeliveries:
    async def test_three_tries(self, world: "World", client: Client) -> None:
        """Each try counts once per key; after the third one the list says that the kelurahan keeps the document."""
        request_id, officer_id, items = await world.in_hand(DocumentKind.KTP_EL)
        officer = of(client, officer_id)
        path = f"/v1/assignments/{request_id}/failed-deliveries"
        body = {"items": [str(items[0])], "reason": "nobody_home"}

        answers = [await officer.create(path, body, key=key) for key in ("one", "two", "two", "three")]

        assert [answer.status_code for answer in answers] == [201] * 4
        assert [answer.json()["tries"] for answer in answers] == [1, 2, 2, 3]
        assert [answer.json()["returned"] for answer in answers] == [[], [], [], [str(items[0])]]
        (item,) = (await listed(officer))["items"]
        assert (item["state"], item["tries"]) == ("at_kelurahan", 3)
        late = await officer.create(path, body, key="four")
        assert code(late) == (409, "at-kelurahan")
        assert [fault["field"] for fault in late.json()["errors"]] == ["items.0"]

    @pytest.mark.parametrize(
        "change", [{"items": []}, {"items": [str(UUID(int=1))] * 2}, {"reason": "rain"}, {"note": "x"}]
    )
    async def test_body(self, world: "World", client: Client, change: dict[str, Any]) -> None:
        """Nothing, the same item twice, an unknown reason and unknown fields are refused."""
        body = {"items": [str(UUID(int=1))], "reason": "other", **change}
        officer = of(client, await world.officer("001"))

        assert code(await officer.create(f"/v1/assignments/{uuid4()}/failed-deliveries", body)) == (422, "not-valid")

    async def test_key(self, world: "World", client: Client) -> None:
        """A try that may be sent twice needs a key."""
        request_id, officer_id, items = await world.in_hand(DocumentKind.KTP_EL)
        body = {"items": [str(items[0])], "reason": "refused"}

        answer = await of(client, officer_id).post(f"/v1/assignments/{request_id}/failed-deliveries", json=body)

        assert code(answer) == (400, "idempotency-key-missing")


class TestRelease:
    async def test_release(self, world: "World", client: Client) -> None:
        """The holder sees the wish, brings the papers back, says so, and has no more to do with the request."""
        request_id, officer_id, items = await world.in_hand(DocumentKind.KTP_EL)
        officer = of(client, officer_id)
        path = f"/v1/assignments/{request_id}"
        assert code(await officer.post(f"{path}/release")) == (409, "cancel-not-asked")
        await world.cancel_requested(request_id)
        assert (await listed(officer))["cancel_requested"] is True

        assert code(await of(client, await world.officer("002")).post(f"{path}/release")) == (403, "not-holder")
        for _ in range(2):
            answer = await officer.post(f"{path}/release")
            assert (answer.status_code, answer.json()) == (200, {"request_id": str(request_id)})
        assert (await officer.get("/v1/assignments")).json()["items"] == []
        failed = {"items": [str(items[0])], "reason": "other"}
        late = await officer.create(f"{path}/failed-deliveries", failed)
        assert code(late) == (409, "request-cancelled")
        assert "dibatalkan" in late.json()["detail_id"]
        assert code(await officer.post(f"{path}/accept")) == (409, "request-cancelled")
        assert code(await officer.post(f"/v1/assignments/{uuid4()}/release")) == (404, "assignment-not-found")


class TestNewRound:
    async def test_list(self, world: "World", client: Client) -> None:
        """The list shows the new round: offered again, without the documents of before."""
        request_id, officer_id, items = await world.in_hand(DocumentKind.KTP_EL)
        officer = of(client, officer_id)
        await world.delivered(request_id, officer_id, items)
        await world.closed(request_id)

        await world.reopened(request_id, DocumentKind.KIA)

        row = await listed(officer)
        assert (row["round"], row["state"], row["documents"]) == (2, "offered", ["kia"])
        assert (row["items"], row["visit"], row["cancel_requested"]) == ([], None, False)
        assert (await officer.post(f"/v1/assignments/{request_id}/accept")).status_code == 200

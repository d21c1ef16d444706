from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import pytest
from halo_documents.usecases import need
from halo_events.contract.intake import (
    CancelReason,
    ReopenReason,
    RequestCancelled,
    RequestCancelRequested,
    RequestReopened,
)
from halo_events.contract.values import DocumentKind
from halo_service.signin import Role
from halo_service.testing import Client

if TYPE_CHECKING:
    from conftest import World

KTP, KK = DocumentKind.KTP_EL, DocumentKind.KARTU_KELUARGA


@pytest.fixture
def at_house(client: Client, officer_id: UUID) -> Client:
    """The officer's phone."""
    return client.signed_in(Role.OFFICER, sub=str(officer_id))


@pytest.fixture
def at_desk(client: Client) -> Client:
    """The operator's browser."""
    return client.signed_in(Role.OPERATOR, sub="operator-1")


def code(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, which is told in two languages."""
    body = answer.json()
    assert body["detail"] != body["detail_id"]
    return answer.status_code, body["code"]


class TestRevise:
    async def test_officer_sees_why(self, world: "World", at_house: Client, at_desk: Client, officer_id: UUID) -> None:
        """The officer sees which rows are asked again and why, in both languages, and which papers count no more."""
        request_id, (item_id,) = await world.submitted(officer_id, KK)
        body = {"rows": [{"row": "f_1_02", "reason": "signature_missing"}]}

        answer = await at_desk.create(f"/v1/items/{item_id}/revise", body)

        assert answer.json() == {"item_id": str(item_id), "state": "needed"}
        (listed,) = (await at_desk.get("/v1/desk?state=needed")).json()["items"]
        assert listed["item_id"] == str(item_id)
        (item,) = (await at_house.get(f"/v1/dossiers/{request_id}")).json()["items"]
        rows = {row["row"]: (row["met"], row["revision"]) for row in item["checklist"]}
        assert [row["row"] for row in item["checklist"] if row["missing"]] == ["f_1_02"]
        asked = rows["f_1_02"][1]
        assert (rows["f_1_02"][0], asked["reason"]) == (False, "signature_missing")
        assert asked["words"]["id"] != asked["words"]["en"]
        assert rows["marriage_proof"] == (True, None)
        old = {paper["row"]: paper["superseded_at"] is not None for paper in item["papers"]}
        assert old == {"f_1_02": True, "marriage_proof": False}
        refused = await at_house.create(f"/v1/dossiers/{request_id}/submit", {})
        assert [fault["field"] for fault in refused.json()["errors"]] == [f"items.{item_id}.f_1_02"]

    async def test_sent_twice(self, world: "World", at_desk: Client, officer_id: UUID) -> None:
        """A call whose answer was lost is sent again and gets it."""
        _, (item_id,) = await world.submitted(officer_id, KTP)
        path, body = f"/v1/items/{item_id}/revise", {"rows": [{"row": "kk", "reason": "unreadable"}]}

        first, again = [await at_desk.create(path, body, key="k-1") for _ in range(2)]

        assert (first.status_code, again.json()) == (HTTPStatus.OK, first.json())
        assert code(await at_desk.create(path, body, key="k-2")) == (HTTPStatus.CONFLICT, "wrong-state")

    async def test_row_twice(self, world: "World", at_desk: Client, officer_id: UUID) -> None:
        """A row has one reason."""
        _, (item_id,) = await world.submitted(officer_id, KTP)
        rows = [{"row": "kk", "reason": reason} for reason in ("unreadable", "expired")]

        answer = await at_desk.create(f"/v1/items/{item_id}/revise", {"rows": rows})

        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "row_twice")

    async def test_row_met_otherwise(self, world: "World", at_desk: Client, officer_id: UUID) -> None:
        """A row that other papers would still meet is named, with what to do."""
        request_id, (item_id,) = await world.submitted(officer_id, KK)
        await world.cleared(request_id, item_id, "f_1_05")

        body = {"rows": [{"row": "marriage_proof", "reason": "unreadable"}]}

        assert code(await at_desk.create(f"/v1/items/{item_id}/revise", body)) == (422, "row-met-otherwise")


class TestHold:
    async def test_shown(self, world: "World", at_house: Client, at_desk: Client, officer_id: UUID) -> None:
        """Desk and dossier show what an item waits for, in both languages; once it is resumed nothing."""
        request_id, (item_id,) = await world.submitted(officer_id, KTP)

        await at_desk.create(f"/v1/items/{item_id}/hold", {"reason": "biometric_appointment"})

        (item,) = (await at_desk.get("/v1/desk?state=submitted")).json()["items"]
        assert item["held"]["reason"] == "biometric_appointment"
        assert item["held"]["words"]["id"] != item["held"]["words"]["en"]
        (shown,) = (await at_house.get(f"/v1/dossiers/{request_id}")).json()["items"]
        assert shown["held"] == item["held"]
        assert code(await at_desk.create(f"/v1/items/{item_id}/verify", {})) == (409, "item-held")

        answer = await at_desk.create(f"/v1/items/{item_id}/resume", {})

        assert answer.json() == {"item_id": str(item_id), "state": "submitted"}
        assert (await at_desk.get("/v1/desk?state=submitted")).json()["items"][0]["held"] is None
        assert code(await at_desk.create(f"/v1/items/{item_id}/resume", {})) == (409, "item-not-held")

    async def test_cancelled(self, world: "World", at_desk: Client, officer_id: UUID) -> None:
        """What was on hold as its request was cancelled waits for nothing any more: it is not resumed either."""
        request_id, (item_id,) = await world.submitted(officer_id, KTP)
        await at_desk.create(f"/v1/items/{item_id}/hold", {"reason": "resident"})

        await world.fact(world.facts.of(RequestCancelled, request_id, reason=CancelReason.OTHER))

        (item,) = (await at_desk.get(f"/v1/dossiers/{request_id}")).json()["items"]
        assert (item["state"], item["held"]) == ("cancelled", None)
        assert code(await at_desk.create(f"/v1/items/{item_id}/resume", {})) == (409, "request-cancelled")


class TestCancelRequested:
    async def test_shown(self, world: "World", at_desk: Client, officer_id: UUID) -> None:
        """The desk sees that the resident asked to cancel, and may go on; at an item's end it sees it no more."""
        request_id, (item_id, bad) = await world.submitted(officer_id, KTP, KK)
        await at_desk.create(f"/v1/items/{bad}/reject", {"reason": "not_entitled"})

        await world.fact(world.facts.of(RequestCancelRequested, request_id, reason=CancelReason.OTHER))

        (listed,) = (await at_desk.get("/v1/desk?state=submitted")).json()["items"]
        assert listed["cancel_requested"] is True
        shown = (await at_desk.get(f"/v1/dossiers/{request_id}")).json()["items"]
        assert [item["cancel_requested"] for item in shown] == [True, False]
        assert (await at_desk.create(f"/v1/items/{item_id}/verify", {})).status_code == HTTPStatus.OK
        await world.fact(world.facts.of(RequestCancelled, request_id, reason=CancelReason.OTHER))
        shown = (await at_desk.get(f"/v1/dossiers/{request_id}")).json()["items"]
        assert [item["cancel_requested"] for item in shown] == [False, False]

    async def test_new_round(self, world: "World", at_desk: Client, officer_id: UUID) -> None:
        """What was asked in an earlier round is not asked in this one."""
        request_id, _ = await world.handed_over(officer_id, KTP)
        await world.fact(world.facts.of(RequestCancelRequested, request_id, reason=CancelReason.OTHER))
        said = {"round": 2, "reason": ReopenReason.DAMAGED, "documents": (KTP,)}
        await world.fact(world.facts.of(RequestReopened, request_id, **said))
        await world.accepted(officer_id, request_id, round_number=2)
        await world.fact(world.facts.visited(request_id, officer_id, 2))
        async with world.transaction() as tx:
            await need.record_need(tx, world.checklists, request_id, [KTP], world.facts.officer(officer_id))

        (listed,) = (await at_desk.get("/v1/desk?state=needed")).json()["items"]

        assert listed["cancel_requested"] is False


class TestReject:
    async def test_shown(self, world: "World", at_house: Client, at_desk: Client, officer_id: UUID) -> None:
        """The dossier shows why an item is not brought, in both languages."""
        request_id, (item_id,) = await world.submitted(officer_id, KTP)

        answer = await at_desk.create(f"/v1/items/{item_id}/reject", {"reason": "not_entitled"})

        assert answer.json() == {"item_id": str(item_id), "state": "rejected"}
        (item,) = (await at_house.get(f"/v1/dossiers/{request_id}")).json()["items"]
        assert (item["state"], item["rejected"]["reason"]) == ("rejected", "not_entitled")
        assert item["rejected"]["words"]["id"] != item["rejected"]["words"]["en"]

    async def test_officer(self, world: "World", at_house: Client, officer_id: UUID) -> None:
        """An officer ends nothing."""
        _, (item_id,) = await world.needed(officer_id, KTP)

        answer = await at_house.create(f"/v1/items/{item_id}/reject", {"reason": "papers_never_came"})

        assert code(answer) == (HTTPStatus.FORBIDDEN, "not-allowed")

    async def test_still_collected(self, world: "World", at_desk: Client, officer_id: UUID) -> None:
        """Why an item can't be rejected yet is said, and which reason there is."""
        _, (item_id,) = await world.needed(officer_id, KTP)

        answer = await at_desk.create(f"/v1/items/{item_id}/reject", {"reason": "other"})

        assert code(answer) == (HTTPStatus.CONFLICT, "only-papers-never-came")
        assert "papers_never_came" in answer.json()["detail"]


class TestEnds:
    async def test_cancelled(self, world: "World", at_desk: Client, officer_id: UUID) -> None:
        """A cancelled request reads so, its handover void, and steps on it are refused with what to do."""
        request_id, items = await world.printed(officer_id, KTP)
        body = {"items": [str(item) for item in items]}
        await at_desk.create(f"/v1/dossiers/{request_id}/handovers", body)

        await world.fact(world.facts.of(RequestCancelled, request_id, reason=CancelReason.OTHER))

        view = (await at_desk.get(f"/v1/dossiers/{request_id}")).json()
        assert view["cancelled_at"] is not None
        assert ([item["state"] for item in view["items"]], view["handovers"][0]["void"]) == (["cancelled"], True)
        answer = await at_desk.create(f"/v1/dossiers/{request_id}/handovers", body)
        assert code(answer) == (HTTPStatus.CONFLICT, "request-cancelled")

    async def test_earlier_round(self, world: "World", at_desk: Client, officer_id: UUID) -> None:
        """After a re-opening the earlier round is still there to read."""
        request_id, (item_id,) = await world.handed_over(officer_id, KTP)
        said = {"round": 2, "reason": ReopenReason.DAMAGED, "documents": (KTP,)}
        await world.fact(world.facts.of(RequestReopened, request_id, **said))

        now, before = [(await at_desk.get(f"/v1/dossiers/{request_id}{query}")).json() for query in ("", "?round=1")]

        assert (now["round"], now["present_round"], now["items"], now["officer_id"]) == (2, 2, [], None)
        assert (before["round"], [item["item_id"] for item in before["items"]]) == (1, [str(item_id)])

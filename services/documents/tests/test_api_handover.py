from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import pytest
from halo_events.contract.values import DocumentKind
from halo_service.signin import Role
from halo_service.testing import Client

if TYPE_CHECKING:
    from conftest import World

KTP = DocumentKind.KTP_EL


@pytest.fixture
def at_house(client: Client, officer_id: UUID) -> Client:
    """The officer's phone."""
    return client.signed_in(Role.OFFICER, sub=str(officer_id))


@pytest.fixture
def at_desk(client: Client) -> Client:
    """The operator's browser."""
    return client.signed_in(Role.OPERATOR, sub="operator-1")


def code(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["code"]


class TestOfferHandover:
    async def test_item_twice(self, world: "World", at_desk: Client, officer_id: UUID) -> None:
        """An item is named once."""
        request_id, (item_id,) = await world.printed(officer_id, KTP)
        body = {"items": [str(item_id), str(item_id)]}

        answer = await at_desk.create(f"/v1/dossiers/{request_id}/handovers", body)

        assert answer.json()["errors"][0]["code"] == "item_twice"


class TestWithdrawHandover:
    async def test_withdrawn(self, world: "World", at_house: Client, at_desk: Client, officer_id: UUID) -> None:
        """The desk takes back what waits, twice is once; then the officer is told to wait for a new handover."""
        request_id, (item_id,) = await world.printed(officer_id, KTP)
        path, body = f"/v1/dossiers/{request_id}/handovers", {"items": [str(item_id)]}
        offered = (await at_desk.create(path, body)).json()
        handover = f"/v1/handovers/{offered['handover_id']}"

        answers = [await at_desk.post(f"{handover}/withdraw") for _ in range(2)]

        assert [(answer.status_code, answer.json()) for answer in answers] == [(HTTPStatus.OK, offered)] * 2
        assert code(await at_house.post(f"{handover}/confirm")) == (HTTPStatus.CONFLICT, "handover-withdrawn")
        assert (await at_desk.create(path, body)).status_code == HTTPStatus.CREATED
        views = (await at_desk.get(f"/v1/dossiers/{request_id}")).json()["handovers"]
        assert [view["withdrawn_at"] is not None for view in views] == [True, False]

    async def test_officer(self, world: "World", at_house: Client, at_desk: Client, officer_id: UUID) -> None:
        """Withdrawing is the desk's."""
        request_id, (item_id,) = await world.printed(officer_id, KTP)
        body = {"items": [str(item_id)]}
        offered = (await at_desk.create(f"/v1/dossiers/{request_id}/handovers", body)).json()

        answer = await at_house.post(f"/v1/handovers/{offered['handover_id']}/withdraw")

        assert code(answer) == (403, "not-allowed")

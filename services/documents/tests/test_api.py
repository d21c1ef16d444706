from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from halo_documents import jobs
from halo_documents.domain.papers import Limits
from halo_documents.gateways.checking import Checker
from halo_documents.gateways.store import PaperStore
from halo_documents.schemas import SubmitAnswer
from halo_events.contract.values import DocumentKind
from halo_service.service import Service
from halo_service.signin import Role, declared_roles, undeclared_routes
from halo_service.testing import Client
from PIL import Image

if TYPE_CHECKING:
    from conftest import World

NO_ROW = {"item_id": None, "row": None}
KTP, KK, KIA = DocumentKind.KTP_EL, DocumentKind.KARTU_KELUARGA, DocumentKind.KIA


@pytest.fixture
def at_house(client: Client, officer_id: UUID) -> Client:
    """The officer's phone."""
    return client.signed_in(Role.OFFICER, sub=str(officer_id))


@pytest.fixture
def at_desk(client: Client) -> Client:
    """The operator's browser."""
    return client.signed_in(Role.OPERATOR, sub="operator-1")


@pytest.fixture
def checker(store: PaperStore) -> Iterator[Checker]:
    """The worker that checks papers."""
    made = Checker(store, Limits())
    yield made
    made.close()


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A photo from a phone."""
    path = tmp_path_factory.mktemp("photo") / "photo.jpg"
    Image.effect_noise((320, 240), 60).convert("RGB").save(path)
    return path.read_bytes()


def announcement(data: bytes, item_id: str | None = None, row: str | None = None) -> dict[str, Any]:
    """A photo for a row, or without one a proof of delivery."""
    said = {"media_type": "image/jpeg", "size": len(data)}
    if item_id is None:
        return said | {"purpose": "delivery_proof"}
    return said | {"purpose": "requirement", "item_id": item_id, "row": row}


async def send_form(upload: dict[str, Any], data: bytes) -> None:
    """Post a file straight to the store."""
    async with httpx.AsyncClient() as store:
        answer = await store.post(upload["url"], data=upload["fields"], files={"file": ("photo.jpg", data)})
    assert answer.is_success


def code(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["code"]


class TestLife:
    async def test_from_need_to_handover(
        self, world: "World", at_house: Client, at_desk: Client, *, checker: Checker, officer_id: UUID, photo: bytes
    ) -> None:
        """A dossier goes its whole way over HTTP, its papers through the real store."""
        request_id = await world.visited(officer_id)
        dossier = f"/v1/dossiers/{request_id}"

        need = await at_house.create(f"{dossier}/need", {"items": [{"kind": "ktp_el"}]})
        assert need.status_code == HTTPStatus.CREATED
        (item,) = need.json()["items"]
        item_id = item["item_id"]

        paper = (await at_house.create(f"{dossier}/papers", announcement(photo, item_id, "kk"))).json()
        await send_form(paper["upload"], photo)
        path = f"/v1/papers/{paper['paper_id']}"
        reported = await at_house.post(f"{path}/uploaded")
        assert (reported.status_code, reported.json()["state"]) == (HTTPStatus.ACCEPTED, "stored")
        await jobs.check_papers(checker, world.database)
        assert (await at_house.get(path)).json()["state"] == "cleared"

        assert (await at_house.create(f"{dossier}/submit", {})).json() == {"items": [item_id], "waiting": []}
        (waiting,) = (await at_desk.get("/v1/desk?state=submitted")).json()["items"]
        assert waiting["item_id"] == item_id
        link = (await at_desk.get(f"{path}/link")).json()["url"]
        async with httpx.AsyncClient() as store:
            assert (await store.get(link)).content == photo
        for step, body in (("verify", {}), ("issue", {"issue_number": "A-1"}), ("print", {"blank_serial": "B-1"})):
            assert (await at_desk.create(f"/v1/items/{item_id}/{step}", body)).status_code == HTTPStatus.OK

        handover = (await at_desk.create(f"{dossier}/handovers", {"items": [item_id]})).json()
        confirmed = await at_house.post(f"/v1/handovers/{handover['handover_id']}/confirm")
        assert confirmed.status_code == HTTPStatus.OK
        view = (await at_house.get(dossier)).json()
        assert [item["state"] for item in view["items"]] == ["handed_over"]
        assert view["handovers"][0]["confirmed_at"] is not None


class TestRecordNeed:
    async def test_not_yet(self, world: "World", at_house: Client, officer_id: UUID) -> None:
        """The officer who is faster than the topics is told to try again in a moment."""
        request_id = await world.accepted(officer_id)

        answer = await at_house.create(f"/v1/dossiers/{request_id}/need", {"items": [{"kind": "kia"}]})

        assert code(answer) == (HTTPStatus.CONFLICT, "not-yet")
        assert answer.headers["retry-after"] == "1"

    async def test_repeat(self, world: "World", at_house: Client, officer_id: UUID) -> None:
        """The same call again gets the same answer; another call is refused in both languages."""
        request_id = await world.visited(officer_id)
        path, body = f"/v1/dossiers/{request_id}/need", {"items": [{"kind": "kia"}]}

        first = await at_house.create(path, body, key="k-1")
        again = await at_house.create(path, body, key="k-1")
        other = await at_house.create(path, body, key="k-2")

        assert again.json() == first.json()
        assert code(other) == (HTTPStatus.CONFLICT, "need-recorded")
        assert other.json()["detail"] != other.json()["detail_id"]

    async def test_round(self, world: "World", at_house: Client, officer_id: UUID) -> None:
        """A round that is not known here is tried again in a moment, an earlier one is refused in both languages."""
        request_id, _ = await world.handed_over(officer_id, KIA)
        path, body = f"/v1/dossiers/{request_id}/need", {"items": [{"kind": "kia"}], "round": 2}

        early = await at_house.create(path, body)
        await world.accepted(officer_id, request_id, round_number=2)
        await world.fact(world.facts.visited(request_id, officer_id, 2))
        late = await at_house.create(path, body | {"round": 1})

        assert (*code(early), early.headers["retry-after"]) == (HTTPStatus.CONFLICT, "not-yet", "1")
        assert code(late) == (HTTPStatus.CONFLICT, "round-outdated")
        assert late.json()["detail"] != late.json()["detail_id"]
        assert (await at_house.create(path, body | {"round": 0})).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert (await at_house.create(path, body)).status_code == HTTPStatus.CREATED

    async def test_unknown_kind(self, world: "World", at_house: Client, officer_id: UUID) -> None:
        """A document that HALO PAMOR does not bring is named."""
        request_id = await world.visited(officer_id)

        answer = await at_house.create(f"/v1/dossiers/{request_id}/need", {"items": [{"kind": "paspor"}]})

        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert answer.json()["errors"][0]["field"] == "items.0.kind"


class TestReadDossier:
    async def test_checklist(self, world: "World", at_house: Client, officer_id: UUID) -> None:
        """The officer sees what is wanted, in both languages, and what is there already."""
        request_id, (item_id,) = await world.needed(officer_id, KK)
        await world.cleared(request_id, item_id, "f_1_05")

        view = (await at_house.get(f"/v1/dossiers/{request_id}")).json()

        (item,) = view["items"]
        rows = {row["row"]: row for row in item["checklist"]}
        assert rows["marriage_proof"]["title"]["id"].startswith("Buku nikah")
        assert (rows["marriage_proof"]["mandatory"], rows["marriage_proof"]["alternatives"]) == (True, ["f_1_05"])
        assert (rows["marriage_proof"]["met"], rows["f_1_02"]["met"]) == (True, False)
        assert [(paper["row"], paper["state"]) for paper in item["papers"]] == [("f_1_05", "cleared")]
        assert view["checklist_to_be_confirmed"] is True
        assert view["resident"]["name"] == "Warga Contoh"

    async def test_roles(self, world: "World", client: Client, at_desk: Client, officer_id: UUID) -> None:
        """Operators read every dossier, another officer none, a clerk has no business here."""
        request_id, _ = await world.needed(officer_id, KTP)
        path = f"/v1/dossiers/{request_id}"

        assert (await at_desk.get(path)).status_code == HTTPStatus.OK
        assert code(await client.signed_in(Role.OFFICER, sub=str(uuid4())).get(path)) == (403, "not-holder")
        assert code(await client.signed_in(Role.CLERK).get(path)) == (403, "not-allowed")
        assert (await client.get(path)).status_code == HTTPStatus.UNAUTHORIZED


class TestSubmitDossier:
    async def test_missing(self, world: "World", at_house: Client, officer_id: UUID) -> None:
        """What is missing is named by item and row."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)

        answer = await at_house.create(f"/v1/dossiers/{request_id}/submit", {})

        assert code(answer) == (HTTPStatus.UNPROCESSABLE_ENTITY, "papers-missing")
        assert [error["field"] for error in answer.json()["errors"]] == [f"items.{item_id}.kk"]

    async def test_in_parts(self, world: "World", at_house: Client, officer_id: UUID) -> None:
        """The officer hears what went and what waits; a repeat over a bad line gets the same answer."""
        request_id, (first, second) = await world.needed(officer_id, KTP, KTP)
        await world.cleared(request_id, first, "kk")
        path = f"/v1/dossiers/{request_id}/submit"

        answer = await at_house.create(path, {}, key="k-1")
        again = await at_house.create(path, {}, key="k-1")

        assert answer.json()["items"] == [str(first)]
        (waiting,) = answer.json()["waiting"]
        assert (waiting["item_id"], waiting["kind"]) == (str(second), "ktp_el")
        assert [(row["row"], row["title"]["en"]) for row in waiting["missing"]] == [("kk", "Family card (KK)")]
        assert waiting["checking"] == []
        assert (again.status_code, again.json()) == (HTTPStatus.OK, answer.json())

    async def test_being_checked(self, world: "World", at_house: Client, officer_id: UUID, photo: bytes) -> None:
        """While the check of its last paper is under way the officer is told to submit again in a moment."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        dossier = f"/v1/dossiers/{request_id}"
        paper = (await at_house.create(f"{dossier}/papers", announcement(photo, str(item_id), "kk"))).json()
        await at_house.post(f"/v1/papers/{paper['paper_id']}/uploaded")

        answer = await at_house.create(f"{dossier}/submit", {})

        assert code(answer) == (HTTPStatus.CONFLICT, "papers-being-checked")
        assert answer.headers["retry-after"] == "2"


class TestDesk:
    async def test_pages(self, world: "World", at_desk: Client, officer_id: UUID) -> None:
        """The list goes on from page to page, the longest waiting first, each item once."""
        expected = [str((await world.submitted(officer_id, KTP))[1][0]) for _ in range(3)]
        path, found, cursor = "/v1/desk?state=submitted&limit=2", [], ""
        while cursor is not None:
            page = (await at_desk.get(path + (f"&cursor={cursor}" if cursor else ""))).json()
            found += [item["item_id"] for item in page["items"]]
            cursor = page["next_cursor"]

        assert found == expected

    async def test_step_sent_twice(self, world: "World", at_desk: Client, officer_id: UUID) -> None:
        """A step whose answer was lost is sent again and gets it; as a new call it is refused."""
        _, (item_id,) = await world.submitted(officer_id, KIA)
        path = f"/v1/items/{item_id}/verify"

        first = await at_desk.create(path, {}, key="k-1")
        again = await at_desk.create(path, {}, key="k-1")
        other = await at_desk.create(path, {}, key="k-2")

        assert (first.status_code, again.json()) == (HTTPStatus.OK, first.json())
        assert code(other) == (HTTPStatus.CONFLICT, "wrong-state")

    async def test_officer(self, world: "World", at_house: Client, officer_id: UUID) -> None:
        """The desk is the operators'."""
        _, (item_id,) = await world.submitted(officer_id, KTP)

        assert code(await at_house.create(f"/v1/items/{item_id}/verify", {})) == (403, "not-allowed")
        assert code(await at_house.get("/v1/desk?state=submitted")) == (403, "not-allowed")

    async def test_both_roles(self, world: "World", client: Client, officer_id: UUID) -> None:
        """Who is officer and operator at once does not verify what he collected."""
        _, (item_id,) = await world.submitted(officer_id, KTP)
        both = client.signed_in(Role.OFFICER, Role.OPERATOR, sub=str(officer_id))

        assert code(await both.create(f"/v1/items/{item_id}/verify", {})) == (403, "operator-is-collector")


class TestPrivacy:
    async def test_refusals_hold_no_input(self, world: "World", at_desk: Client, officer_id: UUID) -> None:
        """What was typed never comes back in an error."""
        _, (item_id,) = await world.submitted(officer_id, KTP)

        answer = await at_desk.create(f"/v1/items/{item_id}/issue", {"issue_number": "3275 9901 0190 0001"})

        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "0190" not in answer.text


class TestRoutes:
    def test_declared(self, service: Service) -> None:
        """Every route declares its roles, and none is everybody's."""
        app = FastAPI()
        for router in service.routers:
            app.include_router(router)

        assert undeclared_routes(app) == []
        assert all(Role.PUBLIC not in roles for roles in declared_roles(app).values())

    async def test_openapi(self, client: Client) -> None:
        """The API describes itself, and its example is a legal answer."""
        document = (await client.get("/openapi.json")).json()
        paths = document["paths"]

        (example,) = document["components"]["schemas"]["SubmitAnswer"]["examples"]
        assert SubmitAnswer.model_validate(example).waiting
        assert "/v1/dossiers/{request_id}/papers" in paths
        assert "/v1/papers/{paper_id}/link" in paths

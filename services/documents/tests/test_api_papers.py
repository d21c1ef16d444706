from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest
from halo_events.contract.values import DocumentKind
from halo_service.signin import Role
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


def code(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["code"]


class TestAnnouncePaper:
    async def test_repeat(self, world: "World", at_house: Client, officer_id: UUID, photo: bytes) -> None:
        """Over a bad line the same call is sent again: one paper, one form."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        path, body = f"/v1/dossiers/{request_id}/papers", announcement(photo, str(item_id), "kk")

        first = await at_house.create(path, body, key="k-1")
        again = await at_house.create(path, body, key="k-1")

        assert again.json() == first.json()
        assert len(await world.rows("SELECT paper_id FROM uploads")) == 1

    @pytest.mark.parametrize(
        ("changed", "fault"),
        [
            ({"media_type": "image/gif"}, "enum"),
            ({"size": 0}, "greater_than_equal"),
            ({"row": None}, "row_missing"),
            ({"purpose": "delivery_proof"}, "photo_wanted"),
            ({"name": "kk.jpg"}, "extra_forbidden"),
        ],
    )
    async def test_not_valid(
        self, world: "World", at_house: Client, officer_id: UUID, *, photo: bytes, changed: dict[str, Any], fault: str
    ) -> None:
        """What no paper can be is refused with the field's reason, in both languages."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        body = announcement(photo, str(item_id), "kk") | changed

        answer = await at_house.create(f"/v1/dossiers/{request_id}/papers", body)

        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        (error,) = answer.json()["errors"]
        assert error["code"] == fault
        assert error["message"] != error["message_id"]

    async def test_too_large(self, world: "World", at_house: Client, officer_id: UUID) -> None:
        """The limit is told with the refusal."""
        request_id, _ = await world.needed(officer_id, KTP)

        answer = await at_house.create(f"/v1/dossiers/{request_id}/papers", announcement(b"x" * 200_001))

        assert code(answer) == (HTTPStatus.UNPROCESSABLE_ENTITY, "paper-too-large")
        assert "200000" in answer.json()["detail_id"]


class TestLinkPaper:
    async def test_not_cleared(self, world: "World", at_house: Client, officer_id: UUID, photo: bytes) -> None:
        """No link leads to a paper that was not checked."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        body = announcement(photo, str(item_id), "kk")
        paper = (await at_house.create(f"/v1/dossiers/{request_id}/papers", body)).json()

        answer = await at_house.get(f"/v1/papers/{paper['paper_id']}/link")

        assert code(answer) == (HTTPStatus.CONFLICT, "paper-not-cleared")


class TestWithoutStore:
    async def test_announce(self, world: "World", officer_id: UUID, make_settings: Callable[..., Any]) -> None:
        """While the store is away officers still announce papers: nothing in a request waits for it."""
        from halo_documents.app import build
        from halo_service.testing import service_client

        request_id, (item_id,) = await world.needed(officer_id, KTP)
        service = build(make_settings(s3_endpoint="127.0.0.1:1"))
        async with service_client(service, world.database) as client:
            officer = client.signed_in(Role.OFFICER, sub=str(officer_id))
            body = announcement(b"x", str(item_id), "kk")
            answer = await officer.create(f"/v1/dossiers/{request_id}/papers", body)

        assert answer.status_code == HTTPStatus.CREATED

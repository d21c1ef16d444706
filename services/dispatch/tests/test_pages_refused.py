"""What the officer's pages refuse, and what a second tap, a stale page or an odd name does to them."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from halo_dispatch.app import build
from halo_dispatch.settings import Settings
from halo_dispatch.usecases.answer import accept_assignment, decline_assignment
from halo_events.contract.dispatch import DeclineReason
from halo_events.contract.documents import PaperQuarantined, Purpose, QuarantineReason
from halo_events.contract.values import DocumentKind
from halo_events.runtime import Database
from halo_service.browsing import DESK, PHONE, PageClient, Visit, live_site, page_settings, visit
from halo_service.service import Service
from halo_service.signin import Role
from pydantic import ValidationError

if TYPE_CHECKING:
    from conftest import World

NAME = "<script>document.title='x'</script><b>Warga & \"Contoh\"</b>"


@pytest.fixture
def service(issuer: str) -> Service:
    """Dispatch with pages, and nobody told it where those of documents are."""
    return build(page_settings(Settings, issuer))


@pytest.fixture
async def site(service: Service, database: Database) -> AsyncIterator[str]:
    """Where it listens."""
    async with live_site(service, database) as address:
        yield address


@pytest.fixture
async def browserless(site: str) -> AsyncIterator[PageClient]:
    """A browser without a window."""
    client = PageClient(site)
    yield client
    await client.http.aclose()


async def come(window: Visit, officer_id: UUID, path: str) -> None:
    """Sign in as this officer, on the way to a page."""
    await window.sign_in(Role.OFFICER, sub=str(officer_id), path=path)


async def come_without(client: PageClient, officer_id: UUID, path: str) -> None:
    """The same without a window."""
    await client.begin(path)
    back = await client.choose(Role.OFFICER, sub=str(officer_id))
    await client.http.get(back.headers["location"])


def path_of(request_id: object) -> str:
    """The page of a task."""
    return f"/officer/requests/{request_id}"


async def offered(world: "World") -> tuple[UUID, UUID]:
    """A request that its officer is asked to take: ids of both."""
    await world.place("001")
    officer_id = await world.officer("001")
    request_id, _ = await world.request("001")
    return request_id, officer_id


async def take_over(world: "World", request_id: UUID, officer_id: UUID) -> None:
    """The officer declines elsewhere, and the next one takes the request."""
    other_id = await world.officer("001")
    async with world.database.transaction() as tx:
        await decline_assignment(tx, request_id, officer_id, DeclineReason.ILL, world.actor(officer_id))
        await accept_assignment(tx, request_id, other_id, world.actor(other_id))


class TestRefused:
    @pytest.mark.parametrize("width", [PHONE, DESK])
    async def test_taken(self, world: "World", browser: Any, site: str, width: int) -> None:
        """An offer that another took meanwhile says who has it, in both languages, and leads back to the list."""
        request_id, officer_id = await offered(world)
        async with visit(browser, site, width) as window:
            await come(window, officer_id, path_of(request_id))
            await take_over(world, request_id, officer_id)
            await window.tab.get_by_role("button", name="Terima permohonan ini").click()
            await window.tab.wait_for_load_state()
            await window.shoot("dispatch", "refused-taken")

            assert "sudah diambil oleh Petugas" in await window.tab.get_by_role("alert").inner_text()
            window.complaints.clear()  # Chromium writes the status 409 to its console
            assert await window.faults() == []
            await window.tab.get_by_role("button", name="English").click()
            assert "has already taken this request" in await window.tab.get_by_role("alert").inner_text()
            await window.tab.get_by_role("link", name="See my tasks").click()
            assert await window.heading() == "My tasks"

    async def test_left(self, world: "World", browser: Any, site: str) -> None:
        """An officer who left the register is told so, sees nothing, and may sign in as somebody else."""
        request_id, officer_id = await world.accepted()
        async with visit(browser, site) as window:
            await come(window, officer_id, path_of(request_id))
            await world.left(officer_id)
            for path in (path_of(request_id), "/officer"):
                assert await window.open(path) == 403
                assert "tidak terdaftar" in await window.tab.get_by_role("alert").inner_text()
                assert "Warga Contoh" not in await window.tab.content()
            await window.shoot("dispatch", "refused-left")
            window.complaints.clear()  # Chromium writes the status 403 to its console
            assert await window.faults() == []
            await window.tab.locator("main").get_by_role("button", name="Keluar").click()
            assert await window.heading() == "Anda sudah keluar"

    async def test_not_his(self, world: "World", browserless: PageClient) -> None:
        """Another's request, one on offer to another, an unknown one and a mistyped address show nothing of anybody."""
        held, _ = await world.accepted()
        officer_id = await world.officer("002")
        asked, _ = await world.request("001")
        await come_without(browserless, officer_id, "/officer")
        seen = {}
        for name, path in {"held": held, "asked": asked, "unknown": uuid4(), "mistyped": "abc"}.items():
            answer = await browserless.http.get(path_of(path))
            seen[name] = answer.status_code
            assert "Warga Contoh" not in answer.text
            assert 'href="/officer"' in answer.text
        cursor = await browserless.http.get("/officer?cursor=WyJ4IiwieSIsInoiXQ")

        assert seen == {"held": 409, "asked": 409, "unknown": 404, "mistyped": 422}
        assert (cursor.status_code, "Mulai lagi dari halaman pertama" in cursor.text) == (422, True)
        assert "salah tulis" in answer.text

    async def test_other_roles(self, world: "World", browserless: PageClient) -> None:
        """The pages are for officers alone."""
        request_id, _ = await world.accepted()
        await browserless.sign_in(Role.OPERATOR, "/officer")

        for path in ("/officer", path_of(request_id)):
            answer = await browserless.http.get(path)
            assert (answer.status_code, "Hanya Satgas Pamor" in answer.text) == (403, True)

    async def test_cancelled(self, world: "World", browserless: PageClient) -> None:
        """A request that was released says that it is over."""
        request_id, officer_id = await offered(world)
        await world.cancel_requested(request_id)
        await come_without(browserless, officer_id, "/officer")

        answer = await browserless.http.get(path_of(request_id))

        assert (answer.status_code, "sudah dibatalkan oleh warga" in answer.text) == (409, True)


class TestForms:
    @pytest.mark.parametrize("width", [PHONE, DESK])
    async def test_past_visit(self, world: "World", browser: Any, site: str, width: int) -> None:
        """A visit in the past is refused above the form, which keeps what was typed and takes the focus."""
        request_id, officer_id = await world.accepted()
        async with visit(browser, site, width) as window:
            await come(window, officer_id, path_of(request_id))
            await window.tab.get_by_label("Tanggal dan jam").fill("2020-01-02T03:04")
            await window.tab.get_by_role("button", name="Jadwalkan kunjungan").click()
            await window.tab.wait_for_load_state()
            await window.shoot("dispatch", "task-visit-refused")

            assert "30 hari ke depan" in await window.tab.get_by_role("alert").inner_text()
            assert await window.tab.get_by_label("Tanggal dan jam").input_value() == "2020-01-02T03:04"
            assert await window.tab.get_by_role("alert").evaluate("box => box === document.activeElement")
            window.complaints.clear()  # Chromium writes the status 422 to its console
            assert await window.faults() == []

    @pytest.mark.parametrize("typed", ["besok pagi", "2026-13-01T09:00", "0001-01-01T00:00", "9999-12-31T23:59"])
    async def test_mistyped_visit(self, world: "World", browserless: PageClient, typed: str) -> None:
        """A browser without a picker may send anything: it is refused, and stands in the form as it was typed."""
        request_id, officer_id = await world.accepted()
        await come_without(browserless, officer_id, path_of(request_id))
        form = {"_key": await browserless.key(path_of(request_id)), "visit_at": typed}

        answer = await browserless.send(f"{path_of(request_id)}/visits", form)

        assert (answer.status_code, f'value="{typed}"' in answer.text) == (422, True)

    async def test_empty_delivery(self, world: "World", browser: Any, site: str) -> None:
        """Each field that a delivery lacks is named, with a way to it; without a link to documents the page says so."""
        request_id, officer_id, _ = await world.in_hand(DocumentKind.KTP_EL, DocumentKind.KIA, DocumentKind.KIA)
        async with visit(browser, site) as window:
            await come(window, officer_id, path_of(request_id))
            assert "belum dihubungkan" in await window.tab.locator("main").inner_text()
            await window.tab.get_by_role("button", name="Catat penyerahan").click()
            await window.tab.wait_for_load_state()
            await window.shoot("dispatch", "task-delivery-refused")

            boxes = window.tab.get_by_role("group", name="Dokumen yang diserahkan")
            assert [await boxes.get_by_label(name).count() for name in ("KTP-el", "(KIA) 1", "(KIA) 2")] == [1, 1, 1]
            links = await window.tab.get_by_role("alert").get_by_role("link").all()
            targets = [await link.get_attribute("href") or "" for link in links]
            assert targets == ["#delivered", "#receiver", "#relation", "#proof"]
            assert [await window.tab.locator(target).count() for target in targets] == [1, 1, 1, 1]
            window.complaints.clear()  # Chromium writes the status 422 to its console
            assert await window.faults() == []

    async def test_stale_delivery(self, world: "World", browserless: PageClient) -> None:
        """What was delivered on another page meanwhile is refused there, with a way to the documents' states."""
        request_id, officer_id, (first, second) = await world.in_hand(DocumentKind.KTP_EL, DocumentKind.KIA)
        await come_without(browserless, officer_id, path_of(request_id))
        key = await browserless.key(path_of(request_id))
        await world.delivered(request_id, officer_id, [first])
        form = {"_key": key, "delivered": [first, second], "receiver": "Warga", "relation": "self", "proof": uuid4()}

        answer = await browserless.send(f"{path_of(request_id)}/deliveries", form)

        assert (answer.status_code, "sudah diserahkan kepada warga" in answer.text) == (409, True)
        assert answer.text.count('href="#items"') == answer.text.count('id="items"') == 1

    async def test_photo_not_cleared(self, world: "World", browserless: PageClient) -> None:
        """A photo under check, a quarantined one and one of another purpose are no choice; the first two are told."""
        request_id, officer_id, _ = await world.in_hand(DocumentKind.KTP_EL)
        for_checking, bad = await world.uploaded(request_id), await world.uploaded(request_id)
        await world.says(PaperQuarantined, request_id, paper_id=bad, reason=QuarantineReason.MALWARE)
        await world.proof(request_id, Purpose.REQUIREMENT)
        await come_without(browserless, officer_id, path_of(request_id))

        page = (await browserless.http.get(path_of(request_id))).text

        assert "sedang diperiksa" in page
        assert "tidak lolos pemeriksaan" in page
        assert 'name="proof"' not in page
        await world.fact(world.paper_cleared(request_id, for_checking))
        assert f'value="{for_checking}" checked' in (await browserless.http.get(path_of(request_id))).text

    async def test_double_tap(self, world: "World", browser: Any, site: str) -> None:
        """Two taps on a button act once."""
        request_id, officer_id, (item_id,) = await world.in_hand(DocumentKind.KTP_EL)
        async with visit(browser, site) as window:
            await come(window, officer_id, path_of(request_id))
            await window.tab.get_by_text("Pengantaran gagal", exact=True).click()
            await window.tab.get_by_label("Alasan").select_option("nobody_home")
            await window.tab.get_by_role("button", name="Catat pengantaran gagal").dblclick()
            await window.tab.get_by_role("status").wait_for()

            assert "tercatat gagal" in await window.tab.get_by_role("status").inner_text()
            assert await tries(world, item_id) == 1

    async def test_sent_at_once(self, world: "World", browserless: PageClient) -> None:
        """A form that arrives twice at the same time acts once, and both are sent to the same page."""
        request_id, officer_id, (item_id,) = await world.in_hand(DocumentKind.KTP_EL)
        await come_without(browserless, officer_id, path_of(request_id))
        form = {
            "_key": await browserless.key(path_of(request_id)),
            "tries_seen": "0",
            "undelivered": item_id,
            "failure": "refused",
        }

        answers = await asyncio.gather(
            *(browserless.send(f"{path_of(request_id)}/failed-deliveries", form) for _ in range(3))
        )

        assert {(one.status_code, one.headers["location"]) for one in answers} == {
            (303, f"{path_of(request_id)}?done=failed")
        }
        assert await tries(world, item_id) == 1

    async def test_odd_name(self, world: "World", browser: Any, site: str) -> None:
        """A resident's name is text, whatever is in it, and a word without an end sticks out of no page."""
        await world.place("001")
        officer_id = await world.officer("001")
        event = world.request_received(uuid4(), "001")
        odd = {"name": NAME, "address": "Jalan" * 60, "note": f"https://peta.test/{'x' * 200}"}
        await world.fact(event.model_copy(update={"resident": event.resident.model_copy(update=odd)}))
        async with visit(browser, site) as window:
            await come(window, officer_id, "/officer")
            assert await window.tab.locator("h3").inner_text() == NAME
            await window.tab.locator("h3 a").click()

            assert await window.heading() == NAME
            assert (await window.tab.title()).endswith("HALO PAMOR")
            assert await window.faults() == []


async def tries(world: "World", item_id: UUID) -> int:
    """How often a document could not be handed over."""
    async with world.database.transaction() as tx:
        return int(await tx.fetchval("SELECT tries FROM tried_items WHERE item_id = $1", item_id))


class TestSettings:
    @pytest.mark.parametrize("url", ["https://documents.test/pages", "documents.test", "ftp://documents.test"])
    def test_not_an_origin(self, issuer: str, url: str) -> None:
        """Where documents' pages are is an origin without a path."""
        with pytest.raises(ValidationError, match="https://host"):
            page_settings(Settings, issuer, documents_url=url)

    def test_empty(self, issuer: str) -> None:
        """Empty is as good as left out."""
        assert page_settings(Settings, issuer, documents_url="").documents_url is None

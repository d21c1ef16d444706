"""The officer's pages, in a real browser: from the offer to the door."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from halo_dispatch.app import build
from halo_dispatch.settings import Settings
from halo_dispatch.usecases.answer import accept_assignment
from halo_dispatch.usecases.visit import miss_visit, schedule_visit
from halo_events.contract.dispatch import MissReason
from halo_events.contract.values import DocumentKind
from halo_events.runtime import Database
from halo_service.browsing import BYTES, DESK, PHONE, Visit, live_site, page_settings, visit
from halo_service.local_time import WIB
from halo_service.service import Service
from halo_service.signin import Role

if TYPE_CHECKING:
    from conftest import World

TASKS = 20
"""Tasks of one page of the list."""
DOCUMENTS = "http://documents.test"
"""Where the pages of documents would be; nobody follows the links here."""


@pytest.fixture
def service(issuer: str) -> Service:
    """Dispatch with pages that link to those of documents."""
    return build(page_settings(Settings, issuer, documents_url=DOCUMENTS))


@pytest.fixture
async def site(service: Service, database: Database) -> AsyncIterator[str]:
    """Where it listens."""
    async with live_site(service, database) as address:
        yield address


async def come(window: Visit, officer_id: UUID, path: str = "/") -> None:
    """Sign in as this officer, on the way to a page."""
    await window.sign_in(Role.OFFICER, sub=str(officer_id), path=path)


def path_of(request_id: UUID) -> str:
    """The page of a task."""
    return f"/officer/requests/{request_id}"


async def press(window: Visit, name: str) -> None:
    """Press a button, and wait for the page that follows."""
    await window.tab.get_by_role("button", name=name, exact=True).click()
    await window.tab.wait_for_load_state()


async def told(window: Visit) -> str:
    """What the page says was done."""
    return str(await window.tab.get_by_role("status").inner_text())


async def leads(window: Visit, name: str) -> str | None:
    """Where a link leads."""
    return await window.tab.get_by_role("link", name=name).get_attribute("href")


async def name_receiver(window: Visit, name: str, relation: str) -> None:
    """Say who took the documents."""
    await window.tab.get_by_label("Nama penerima").fill(name)
    await window.tab.get_by_label("Hubungan dengan warga").select_option(relation)


def clock(ahead: timedelta) -> str:
    """A moment as `datetime-local` has it, on the clock of Bekasi."""
    return (datetime.now(UTC) + ahead).astimezone(WIB).strftime("%Y-%m-%dT%H:%M")


async def offered(world: "World") -> tuple[UUID, UUID]:
    """A request that its officer is asked to take: ids of both."""
    await world.place("001")
    officer_id = await world.officer("001")
    request_id, _ = await world.request("001")
    return request_id, officer_id


async def hold(world: "World", officer_id: UUID) -> UUID:
    """A new request that the RW's only officer accepted; its id."""
    request_id, _ = await world.request("001")
    async with world.database.transaction() as tx:
        await accept_assignment(tx, request_id, officer_id, world.actor(officer_id))
    return request_id


async def plan(world: "World", request_id: UUID, officer_id: UUID, days: int = 1) -> UUID:
    """A visit of the holder that lies ahead; its id."""
    async with world.database.transaction() as tx:
        at = tx.now + timedelta(days=days)
        return await schedule_visit(tx, request_id, officer_id, at, world.actor(officer_id))


async def miss(world: "World", visit_id: UUID, officer_id: UUID) -> None:
    """The visit did not come about."""
    async with world.database.transaction() as tx:
        await miss_visit(tx, visit_id, officer_id, MissReason.NOBODY_HOME, world.actor(officer_id))


class TestLife:
    @pytest.mark.parametrize(("width", "script"), [(PHONE, True), (DESK, True), (PHONE, False)])
    async def test_whole(self, world: "World", browser: Any, site: str, width: int, *, script: bool) -> None:
        """An officer takes a request, plans and makes the visit, and delivers; with JavaScript off too."""
        request_id, officer_id = await offered(world)
        async with visit(browser, site, width, script=script) as window:

            async def look(page: str) -> None:
                if script:
                    await window.shoot("dispatch", page)
                    assert await window.faults() == []

            await come(window, officer_id)
            await look("list-offered")
            assert 1_000 < window.transferred <= BYTES
            await window.tab.get_by_role("link", name="Warga Contoh").click()
            await look("task-offered")
            await press(window, "Terima permohonan ini")
            assert await told(window) == "Permohonan ini sekarang tugas Anda."
            await look("task-accepted")
            await window.tab.get_by_label("Tanggal dan jam").fill(clock(timedelta(days=1)))
            await press(window, "Jadwalkan kunjungan")
            assert await told(window) == "Jadwal kunjungan tercatat; warga diberi tahu."
            await look("task-planned")
            await press(window, "Saya sudah di rumah warga")
            assert await told(window) == "Kunjungan tercatat terlaksana."
            assert await leads(window, "Buka berkas permohonan") == f"{DOCUMENTS}{path_of(request_id)}/papers"
            await look("task-visited")

            items = await world.need(request_id, officer_id, DocumentKind.KTP_EL, DocumentKind.KARTU_KELUARGA)
            await world.handed(request_id, officer_id, items)
            await window.open(path_of(request_id))
            assert await leads(window, "Ambil foto bukti") == f"{DOCUMENTS}{path_of(request_id)}/papers#proof"
            await look("task-without-photo")
            await world.proof(request_id)
            await window.open(path_of(request_id))
            await window.tab.get_by_role("group", name="Dokumen yang diserahkan").get_by_label("KTP-el").check()
            await name_receiver(window, "Warga Contoh", "self")
            await window.tab.get_by_label("Kartu lama sudah ditarik").check()
            await look("task-deliver")
            await press(window, "Catat penyerahan")
            assert await told(window) == "Penyerahan dokumen tercatat."
            assert "KTP-el: sudah diserahkan" in await window.tab.locator("main").inner_text()
            assert "Belum ada foto yang bisa dipakai." in await window.tab.locator("main").inner_text()
            await look("task-delivered-part")

            await world.proof(request_id)
            await window.open(path_of(request_id))
            await name_receiver(window, "Tetangga Contoh", "neighbour")
            await press(window, "Catat penyerahan")
            assert await window.heading() == "Tugas saya"
            assert await told(window) == "Penyerahan dokumen tercatat."
            assert "Tidak ada tugas saat ini" in await window.tab.locator("main").inner_text()
            await look("list-empty")

            assert await window.open(path_of(request_id)) == 409
            assert await window.heading() == "Sudah selesai"


class TestList:
    @pytest.mark.parametrize("width", [PHONE, DESK])
    async def test_order_and_marks(self, world: "World", browser: Any, site: str, width: int) -> None:
        """Offers stand before what the officer holds; cancels, missed visits and a later round are marked."""
        missed, officer_id = await world.accepted()
        for days in (1, 2):
            await miss(world, await plan(world, missed, officer_id, days), officer_id)
        cancelled = await hold(world, officer_id)
        await world.visited(cancelled, officer_id)
        await world.cancel_requested(cancelled)
        again = await hold(world, officer_id)
        (item_id,) = await world.need(again, officer_id, DocumentKind.KIA)
        await world.handed(again, officer_id, [item_id])
        await world.delivered(again, officer_id, [item_id])
        await world.closed(again)
        await world.reopened(again)

        async with visit(browser, site, width) as window:
            await come(window, officer_id)
            await window.shoot("dispatch", "list-marked")

            assert await window.tab.get_by_role("heading", level=2).all_inner_texts() == [
                "Menunggu jawaban Anda",
                "Yang Anda pegang",
            ]
            links = await window.tab.locator("h3 a").all()
            paths = [await link.get_attribute("href") for link in links]
            assert paths[0] == path_of(again)
            assert set(paths[1:]) == {path_of(missed), path_of(cancelled)}
            assert sorted(await window.tab.locator(".tag").all_inner_texts()) == [
                "Meja panggilan akan menelepon",
                "Putaran 2",
                "Warga minta batal",
            ]
            assert await window.faults() == []
            await press(window, "English")
            assert "Call desk to call" in await window.tab.locator("main").inner_text()

    async def test_more(self, world: "World", browser: Any, site: str) -> None:
        """A long list goes on behind a link, each task once, offers first; the first page stays under 100 KB."""
        await world.place("001")
        officer_id = await world.officer("001")
        await world.many(TASKS - 2, officer_id, "accepted")
        await world.many(5, officer_id, "offered")
        async with visit(browser, site) as window:
            await come(window, officer_id)
            assert window.transferred <= BYTES
            first = {await link.get_attribute("href") for link in await window.tab.locator("h3 a").all()}
            await window.shoot("dispatch", "list-long")
            await window.tab.get_by_role("link", name="Tugas berikutnya").click()
            second = {await link.get_attribute("href") for link in await window.tab.locator("h3 a").all()}

            assert (len(first), len(second), first & second) == (TASKS, 3, set())
            await window.shows(window.tab.get_by_role("link", name="Tugas berikutnya"), 0)
            assert await window.tab.get_by_role("heading", level=2).all_inner_texts() == ["Yang Anda pegang"]
            assert await window.faults() == []


class TestSteps:
    @pytest.mark.parametrize("width", [PHONE, DESK])
    async def test_decline(self, world: "World", browser: Any, site: str, width: int) -> None:
        """A decline needs its reason, and takes the request off the list."""
        request_id, officer_id = await offered(world)
        async with visit(browser, site, width) as window:
            await come(window, officer_id, path_of(request_id))
            await window.tab.get_by_text("Saya tidak bisa").click()
            await press(window, "Tolak")
            await window.shoot("dispatch", "task-decline-refused")
            assert await window.tab.get_by_role("alert").get_by_role("link").inner_text() == "Pilih alasannya."
            window.complaints.clear()  # Chromium writes the status 422 to its console
            assert await window.faults() == []

            await window.tab.get_by_label("Alasan").select_option("ill")
            await press(window, "Tolak")
            assert await told(window) == "Penolakan Anda tercatat. Petugas lain ditanya."
            assert "Tidak ada tugas saat ini" in await window.tab.locator("main").inner_text()

    @pytest.mark.parametrize("width", [PHONE, DESK])
    async def test_missed(self, world: "World", browser: Any, site: str, width: int) -> None:
        """A missed visit is told with its reason, and another one is planned."""
        request_id, officer_id = await world.accepted()
        await plan(world, request_id, officer_id)
        async with visit(browser, site, width) as window:
            await come(window, officer_id, path_of(request_id))
            await window.tab.get_by_text("Kunjungan gagal", exact=True).click()
            await window.tab.get_by_label("Alasan").select_option("nobody_home")
            await press(window, "Catat kunjungan gagal")
            await window.shoot("dispatch", "task-missed")

            assert await told(window) == "Kunjungan tercatat gagal."
            assert "Kunjungan gagal pada putaran ini: 1" in await window.tab.locator("main").inner_text()
            assert await window.tab.get_by_role("button", name="Jadwalkan kunjungan").is_visible()
            assert await window.faults() == []

    @pytest.mark.parametrize("width", [PHONE, DESK])
    async def test_release(self, world: "World", browser: Any, site: str, width: int) -> None:
        """Where the resident wants to cancel the officer confirms that the papers are back, and releases."""
        request_id, officer_id = await world.accepted()
        await world.visited(request_id, officer_id)
        await world.cancel_requested(request_id)
        async with visit(browser, site, width) as window:
            await come(window, officer_id, path_of(request_id))
            await window.shoot("dispatch", "task-cancel")
            assert await window.faults() == []
            await press(window, "Lepaskan permohonan")
            assert "Centang bila semua berkas" in await window.tab.get_by_role("alert").inner_text()
            await window.tab.get_by_label("Semua berkas sudah kembali").check()
            await press(window, "Lepaskan permohonan")

            assert await window.heading() == "Tugas saya"
            assert await told(window) == "Permohonan dilepas; warga diberi tahu."

    @pytest.mark.parametrize("width", [PHONE, DESK])
    async def test_failed(self, world: "World", browser: Any, site: str, width: int) -> None:
        """After the third try in vain the page says that the kelurahan keeps the document, which is fetched there."""
        request_id, officer_id, _ = await world.in_hand(DocumentKind.KTP_EL)
        async with visit(browser, site, width) as window:
            await come(window, officer_id, path_of(request_id))
            for said in ("Pengantaran tercatat gagal", "Pengantaran tercatat gagal", "Sudah tiga kali gagal"):
                await window.tab.get_by_text("Pengantaran gagal", exact=True).click()
                await window.tab.get_by_label("Alasan").select_option("refused")
                await press(window, "Catat pengantaran gagal")
                assert said in await told(window)
            await window.shoot("dispatch", "task-at-kelurahan")

            assert "gagal diantar: 3" in await window.tab.locator("main").inner_text()
            await window.shows(window.tab.get_by_text("Pengantaran gagal", exact=True), 0)
            assert await window.tab.get_by_label("KTP-el (dititipkan di kelurahan)").is_checked()
            assert await window.faults() == []

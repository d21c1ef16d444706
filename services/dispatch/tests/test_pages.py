"""The officer's pages, in a real browser: from the offer to the door."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from halo_dispatch.app import build
from halo_dispatch.settings import Settings
from halo_events.contract.values import DocumentKind
from halo_events.runtime import Database
from halo_service.browsing import BYTES, DESK, PHONE, Visit, live_site, page_settings, visit
from halo_service.local_time import WIB
from halo_service.service import Service
from halo_service.signin import Role

if TYPE_CHECKING:
    from conftest import World

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


def clock(ahead: timedelta) -> str:
    """A moment as `datetime-local` has it, on the clock of Bekasi."""
    return (datetime.now(UTC) + ahead).astimezone(WIB).strftime("%Y-%m-%dT%H:%M")


async def offered(world: "World") -> tuple[UUID, UUID]:
    """A request that its officer is asked to take: ids of both."""
    await world.place("001")
    officer_id = await world.officer("001")
    request_id, _ = await world.request("001")
    return request_id, officer_id


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
            papers = window.tab.get_by_role("link", name="Buka berkas permohonan")
            assert await papers.get_attribute("href") == f"{DOCUMENTS}{path_of(request_id)}/papers"
            await look("task-visited")

            items = await world.need(request_id, officer_id, DocumentKind.KTP_EL, DocumentKind.KARTU_KELUARGA)
            await world.handed(request_id, officer_id, items)
            await window.open(path_of(request_id))
            await look("task-without-photo")
            await world.proof(request_id)
            await window.open(path_of(request_id))
            await window.tab.get_by_role("group", name="Dokumen yang diserahkan").get_by_label("KTP-el").check()
            await window.tab.get_by_label("Nama penerima").fill("Warga Contoh")
            await window.tab.get_by_label("Hubungan dengan warga").select_option("self")
            await window.tab.get_by_label("Kartu lama sudah ditarik").check()
            await look("task-deliver")
            await press(window, "Catat penyerahan")
            assert await told(window) == "Penyerahan dokumen tercatat."
            assert "KTP-el: sudah diserahkan" in await window.tab.locator("main").inner_text()
            await look("task-delivered-part")

            await world.proof(request_id)
            await window.open(path_of(request_id))
            await window.tab.get_by_label("Nama penerima").fill("Tetangga Contoh")
            await window.tab.get_by_label("Hubungan dengan warga").select_option("neighbour")
            await press(window, "Catat penyerahan")
            assert await window.heading() == "Tugas saya"
            assert await told(window) == "Penyerahan dokumen tercatat."
            assert "Tidak ada tugas saat ini" in await window.tab.locator("main").inner_text()
            await look("list-empty")

            assert await window.open(path_of(request_id)) == 409
            assert await window.heading() == "Sudah selesai"

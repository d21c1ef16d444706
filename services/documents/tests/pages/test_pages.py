"""The pages of documents in a real browser: what officers and operators do, from the house to the door."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from halo_events.contract.intake import CancelReason, RequestCancelRequested
from halo_events.contract.values import DocumentKind
from halo_service.browsing import BYTES, DESK, PHONE, Visit, visit
from halo_service.signin import Role

if TYPE_CHECKING:
    from conftest import World

KTP, KK, KIA = DocumentKind.KTP_EL, DocumentKind.KARTU_KELUARGA, DocumentKind.KIA
Check = Callable[[], Awaitable[int]]
WIDTHS = pytest.mark.parametrize("width", [PHONE, DESK])
PHOTO, PDF = "Foto (JPG)", "PDF"


async def upload(window: Visit, title: str, file: Path, kind: str = PHOTO) -> None:
    """Choose a type for a row, then the file: the store sends the browser back."""
    await window.tab.get_by_role("button", name=f"{kind} untuk {title}", exact=True).first.click()
    await window.tab.get_by_label(kind).set_input_files(file)
    await window.tab.get_by_role("button", name="Unggah", exact=True).click()
    await window.tab.wait_for_url(f"{window.site}/officer/requests/*/papers?done=uploaded")


async def press(window: Visit, name: str, done: str | None = None) -> None:
    """Press a button that acts."""
    await window.tab.get_by_role("button", name=name, exact=True).click()
    await window.tab.wait_for_load_state()
    if done is not None:
        assert done in await window.tab.get_by_role("status").inner_text()


class Walk:
    """An officer's and an operator's windows, which look at each page on their way."""

    def __init__(self, house: Visit, desk: Visit, check: Check, photo: Path) -> None:
        self.house = house
        self.desk = desk
        self.check = check
        self.photo = photo

    @staticmethod
    async def look(window: Visit, name: str) -> None:
        """Keep a picture; nothing is faulty."""
        await window.shoot("documents", name)
        assert await window.faults() == []

    async def record(self) -> None:
        """What the request asks for is proposed, and recorded."""
        await self.look(self.house, "01-need")
        assert await self.house.tab.get_by_label("KTP-el").input_value() == "1"
        await press(self.house, "Catat kebutuhan", "sudah dicatat")
        await self.look(self.house, "02-papers")

    async def bring(self) -> None:
        """A photo goes to the store, is checked, and the dossier goes to the desk."""
        await press(self.house, f"{PHOTO} untuk Kartu Keluarga")
        await self.look(self.house, "03-upload")
        await self.house.tab.get_by_label(PHOTO).set_input_files(self.photo)
        await press(self.house, "Unggah", "sedang diperiksa")
        await self.look(self.house, "04-checking")
        assert await self.check() == 1
        await self.house.tab.get_by_role("link", name="Lihat hasilnya").click()
        assert "Lolos pemeriksaan" in await self.house.tab.locator(".paper").inner_text()
        await self.look(self.house, "05-cleared")
        await press(self.house, "Ajukan ke loket", "Sudah diajukan")
        await self.look(self.house, "06-submitted")

    async def open_item(self) -> None:
        """The operator finds the item in the queue, and sees its paper only when he asks for it."""
        await self.look(self.desk, "07-desk")
        before = self.desk.transferred
        await self.desk.tab.get_by_role("link", name="KTP-el").click()
        await self.desk.tab.wait_for_url(f"{self.desk.site}/desk/items/*")
        await self.look(self.desk, "08-item")
        assert self.desk.transferred - before <= BYTES
        await self.desk.tab.get_by_text("Lihat di sini").click()
        picture = self.desk.tab.locator(".paper img")
        await picture.scroll_into_view_if_needed()
        assert await picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 1200
        await self.look(self.desk, "09-item-open")

    async def process(self) -> None:
        """Verify, issue, print, lay ready."""
        await press(self.desk, "Berkas lengkap dan benar", "lengkap dan benar")
        await self.look(self.desk, "10-verified")
        await self.desk.tab.get_by_label("Nomor dokumen").fill("REG-2026-1")
        await press(self.desk, "Catat nomor", "sudah dicatat")
        await press(self.desk, "Sudah dicetak")
        assert "seri blangko" in await self.desk.tab.get_by_role("alert").inner_text()
        self.desk.complaints.clear()  # Chromium writes the refusal's status to its console
        await self.look(self.desk, "11-no-serial")
        await self.desk.tab.get_by_label("Nomor seri blangko").fill("B-0001")
        await press(self.desk, "Sudah dicetak", "dicetak")
        await self.look(self.desk, "12-printed")
        await press(self.desk, "Siap diambil", "Siap diambil")
        await self.look(self.desk, "13-offered")

    async def take(self, papers: str) -> None:
        """The officer confirms, and brings the proof of the delivery."""
        await self.house.open(papers)
        await self.look(self.house, "14-to-take")
        await press(self.house, "Sudah saya terima", "sudah Anda terima")
        await self.look(self.house, "15-proof")
        await upload(self.house, "Bukti penyerahan", self.photo)
        assert await self.check() == 1
        await self.house.open(papers)
        await self.look(self.house, "16-proof-cleared")


class TestWholeWay:
    @WIDTHS
    async def test_to_the_officers_hands(
        self, browser: Any, site: str, world: "World", *, officer_id: UUID, check: Check, photo_file: Path, width: int
    ) -> None:
        """Officer and operator carry a KTP-el from the need to the officer's hands, each on his own pages."""
        request_id = await world.visited(officer_id)
        papers = f"/officer/requests/{request_id}/papers"
        async with visit(browser, site, width) as house, visit(browser, site, width) as desk:
            walk = Walk(house, desk, check, photo_file)
            await house.sign_in(Role.OFFICER, sub=str(officer_id), path=papers)
            assert 1_000 < house.transferred <= BYTES
            await walk.record()
            await walk.bring()

            await desk.sign_in(Role.OPERATOR, sub="operator-1", path="/")
            assert await desk.heading() == "Diajukan"
            assert 1_000 < desk.transferred <= BYTES
            await walk.open_item()
            await walk.process()

            await walk.take(papers)
            link = house.tab.get_by_role("link", name="Selesaikan pengantaran")
            assert await link.get_attribute("href") == f"http://dispatch.test/officer/requests/{request_id}"
        (item,) = await world.rows("SELECT state, issue_number, blank_serial FROM items")
        assert list(item.values()) == ["handed_over", "REG-2026-1", "B-0001"]


class TestCancelRequested:
    async def test_operator_sees_it(self, browser: Any, site: str, world: "World", officer_id: UUID) -> None:
        """What is still with the officer is on the desk's menu; both pages say that the resident asked to cancel."""
        request_id, _ = await world.needed(officer_id, KTP)
        await world.fact(world.facts.of(RequestCancelRequested, request_id, reason=CancelReason.OTHER))
        async with visit(browser, site, DESK) as desk:
            await desk.sign_in(Role.OPERATOR, sub="operator-1", path="/desk")
            await desk.tab.get_by_role("link", name="Dikumpulkan (1)").click()
            await desk.tab.wait_for_url(f"{site}/desk?state=needed")
            assert "Warga minta dibatalkan" in await desk.tab.locator(".card").inner_text()
            await Walk.look(desk, "17-cancel-requested")
            await desk.tab.get_by_role("link", name="KTP-el").click()
            await desk.tab.wait_for_url(f"{site}/desk/items/*")
            assert "Warga minta dibatalkan." in await desk.tab.locator(".note").inner_text()
            await Walk.look(desk, "18-item-cancel-requested")

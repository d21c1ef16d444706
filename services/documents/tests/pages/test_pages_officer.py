"""The officer's page beside the straight way: what is missing, fails its check, comes late, or is sent twice."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from halo_documents.usecases import revision
from halo_events.contract.documents import RevisionReason
from halo_events.contract.event import Actor
from halo_events.contract.values import DocumentKind
from halo_service.browsing import DESK, PHONE, PageClient, Visit, visit
from halo_service.signin import Role

if TYPE_CHECKING:
    from conftest import Clock, World

KTP, KIA = DocumentKind.KTP_EL, DocumentKind.KIA
WIDTHS = pytest.mark.parametrize("width", [PHONE, DESK])
Check = Callable[[], Awaitable[int]]


def path_of(request_id: UUID) -> str:
    """The officer's page of a request."""
    return f"/officer/requests/{request_id}/papers"


async def come(window: Visit, officer_id: UUID, request_id: UUID) -> None:
    """Sign in, on the way to the page of a request."""
    await window.sign_in(Role.OFFICER, sub=str(officer_id), path=path_of(request_id))


async def announce(window: Visit, button: str) -> None:
    """Choose a row and a type."""
    await window.tab.get_by_role("button", name=button, exact=True).click()
    await window.tab.wait_for_url(f"{window.site}/officer/papers/*")


async def upload(window: Visit, button: str, file: Path) -> None:
    """Choose a row and a type, then a file; the store sends the browser back."""
    await announce(window, button)
    await window.tab.get_by_label(button.partition(" untuk")[0]).set_input_files(file)
    await window.tab.get_by_role("button", name="Unggah", exact=True).click()
    await window.tab.wait_for_url(f"{window.site}/officer/requests/*/papers?done=uploaded")


@pytest.fixture
async def browserless(come_in: Callable[..., Awaitable[PageClient]], officer_id: UUID) -> PageClient:
    """The officer's browser without a window."""
    return await come_in(Role.OFFICER, str(officer_id))


class TestNeed:
    async def test_none_and_two(self, browser: Any, site: str, world: "World", officer_id: UUID) -> None:
        """No document at all is refused; two of a kind are two items."""
        request_id = await world.visited(officer_id)
        async with visit(browser, site) as window:
            await come(window, officer_id, request_id)
            await window.tab.get_by_label("KTP-el").fill("0")
            await window.tab.get_by_role("button", name="Catat kebutuhan").click()
            assert "1 sampai 10" in await window.tab.get_by_role("alert").inner_text()
            await window.shows(window.tab.get_by_role("alert").get_by_role("link"), 0)
            await window.shoot("documents", "30-need-none")
            await window.tab.get_by_label("Kartu Identitas Anak (KIA)").fill("2")
            await window.tab.get_by_role("button", name="Catat kebutuhan").click()
            await window.tab.get_by_role("status").wait_for()
            names = await window.tab.get_by_role("heading", level=2).all_inner_texts()
            assert [name.split(" Dikumpulkan")[0] for name in names] == [
                f"Kartu Identitas Anak (KIA) {n}" for n in (1, 2)
            ]
        assert [row["kind"] for row in await world.rows("SELECT kind FROM items")] == ["kia", "kia"]

    async def test_not_visited(self, browserless: PageClient, world: "World", officer_id: UUID) -> None:
        """Before the visit is known here, the officer is asked to try again in a moment."""
        request_id = await world.accepted(officer_id, await world.received())
        form = {"_key": await browserless.key(path_of(request_id)), "kia": "1"}
        answer = await browserless.send(f"/officer/requests/{request_id}/need", form)

        assert (answer.status_code, 'role="alert"' in answer.text) == (409, True)

    async def test_page_of_the_round_before(self, browserless: PageClient, world: "World", officer_id: UUID) -> None:
        """A page that was opened before a new round records nothing in that round."""
        request_id = await world.visited(officer_id)
        page = (await browserless.http.get(path_of(request_id))).text
        shown = re.findall(r'name="(_key|round)" value="([^"]+)"', page)
        await world.accepted(officer_id, request_id, round_number=2)
        await world.fact(world.facts.visited(request_id, officer_id, 2))

        answer = await browserless.send(f"/officer/requests/{request_id}/need", {**dict(shown), "kia": "1"})

        assert (answer.status_code, 'name="round" value="2"' in answer.text) == (409, True)
        assert "putaran baru" in answer.text
        assert await world.rows("SELECT item_id FROM items") == []

    async def test_of_others(self, browserless: PageClient, world: "World") -> None:
        """Another officer's request is not shown."""
        request_id = await world.visited(UUID(int=7))
        answer = await browserless.http.get(path_of(request_id))

        assert answer.status_code == 403
        assert "3275990101900001" not in answer.text


class TestUpload:
    @WIDTHS
    async def test_quarantined(
        self, browser: Any, site: str, world: "World", officer_id: UUID, *, check: Check, pdf_file: Path, width: int
    ) -> None:
        """A PDF that is sent as a photo fails its check; the page says why, and shows no way to open it."""
        request_id, _ = await world.needed(officer_id, KTP)
        async with visit(browser, site, width) as window:
            await come(window, officer_id, request_id)
            await upload(window, "Foto (JPG) untuk Kartu Keluarga", pdf_file)
            assert await check() == 1
            await window.open(path_of(request_id))
            await window.shoot("documents", "31-quarantined")

            assert "bukan jenis yang Anda pilih" in await window.tab.locator(".paper").inner_text()
            await window.shows(window.tab.locator("a[href^='/papers/']"), 0)
            assert await window.faults() == []
            await window.tab.get_by_role("button", name="Ajukan ke loket").click()
            link = window.tab.get_by_role("alert").get_by_role("link")
            target = (await link.get_attribute("href") or "").removeprefix("#")
            await window.shows(window.tab.locator(f"[id='{target}']"), 1)
            await window.shoot("documents", "32-missing")

    async def test_without_script(
        self, browser: Any, site: str, world: "World", officer_id: UUID, *, check: Check, pdf_file: Path
    ) -> None:
        """A PDF goes to the store and the dossier to the desk with JavaScript off, in English too."""
        request_id, _ = await world.needed(officer_id, KTP)
        async with visit(browser, site, script=False) as window:
            await come(window, officer_id, request_id)
            await upload(window, "PDF untuk Kartu Keluarga", pdf_file)
            assert await check() == 1
            await window.tab.get_by_role("button", name="English").click()
            await window.tab.get_by_role("link", name="See the result").wait_for(state="detached")
            await window.tab.get_by_role("button", name="Submit to the desk").click()
            await window.shoot("documents", "33-submitted-english")
            assert await window.tab.get_by_role("status").inner_text() == "Submitted to the desk."
        (paper,) = await world.rows("SELECT state, size FROM papers")
        length = len(await asyncio.to_thread(pdf_file.read_bytes))
        assert paper == {"state": "cleared", "size": length}

    async def test_too_large(self, browser: Any, site: str, world: "World", officer_id: UUID, tmp_path: Path) -> None:
        """The store refuses what is larger than the limit, and the officer finds his way back to the row."""
        request_id, _ = await world.needed(officer_id, KTP)
        large = tmp_path / "large.jpg"
        large.write_bytes(b"\xff" * (1024 * 1024 + 1))
        async with visit(browser, site) as window:
            await come(window, officer_id, request_id)
            await announce(window, "Foto (JPG) untuk Kartu Keluarga")
            await window.tab.get_by_label("Foto (JPG)").set_input_files(large)
            async with window.tab.expect_response("**/halo-documents-test") as answer:
                await window.tab.get_by_role("button", name="Unggah", exact=True).click()
            assert (await answer.value).status == 400
            await window.open(path_of(request_id))
            await window.shows(window.tab.get_by_role("link", name="Lanjutkan unggah"), 1)

    async def test_twice(self, browserless: PageClient, world: "World", officer_id: UUID) -> None:
        """A double tap on a type announces one paper, and both taps lead to its form."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        row = {"item_id": str(item_id), "row": "kk", "media_type": "image/jpeg"}
        form = {"_key": await browserless.key(path_of(request_id)), **row}
        answers = [await browserless.send(path_of(request_id), form) for _ in range(2)]

        (upload,) = await world.rows("SELECT paper_id, size FROM uploads")
        assert [answer.headers["location"] for answer in answers] == [f"/officer/papers/{upload['paper_id']}"] * 2
        assert upload["size"] is None

    async def test_reported_early(
        self, browserless: PageClient, world: "World", officer_id: UUID, *, check: Check
    ) -> None:
        """Coming back without a file, however often, loses nothing: the paper is awaited again."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        row = {"item_id": str(item_id), "row": "kk", "media_type": "image/jpeg"}
        form = {"_key": await browserless.key(path_of(request_id)), **row}
        paper = (await browserless.send(path_of(request_id), form)).headers["location"]
        for _ in range(2):
            back = await browserless.http.get(f"{paper}/uploaded?bucket=b&key=k&etag=e")
            assert back.headers["location"] == f"{path_of(request_id)}?done=uploaded"
        await check()

        assert "File belum sampai." in (await browserless.http.get(path_of(request_id))).text
        assert (await browserless.http.get(paper)).status_code == 200

    async def test_lapsed(self, browserless: PageClient, world: "World", clock: "Clock", *, officer_id: UUID) -> None:
        """A form that has lapsed is not shown any more: the officer is led to the papers."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        row = {"item_id": str(item_id), "row": "kk", "media_type": "image/jpeg"}
        form = {"_key": await browserless.key(path_of(request_id)), **row}
        paper = (await browserless.send(path_of(request_id), form)).headers["location"]
        clock.ahead = timedelta(minutes=16)

        assert (await browserless.http.get(paper)).headers["location"] == f"{path_of(request_id)}?done=lapsed"
        assert "habis" in (await browserless.http.get(f"{path_of(request_id)}?done=lapsed")).text

    async def test_proof_is_photo(self, browserless: PageClient, world: "World", officer_id: UUID) -> None:
        """A proof of delivery is a photo."""
        request_id, _ = await world.handed_over(officer_id, KTP)
        form = {"_key": await browserless.key(path_of(request_id)), "media_type": "application/pdf"}
        answer = await browserless.send(path_of(request_id), form)

        assert (answer.status_code, "berupa foto" in answer.text) == (422, True)


class TestRevised:
    @WIDTHS
    async def test_asked_again(
        self,
        browser: Any,
        site: str,
        world: "World",
        officer_id: UUID,
        *,
        operator: Actor,
        check: Check,
        photo_file: Path,
        width: int,
    ) -> None:
        """What the desk asks again stands at its row with the reason; a new file goes back to the desk."""
        request_id, (item_id,) = await world.submitted(officer_id, KTP)
        async with world.transaction() as tx:
            rows = {"kk": RevisionReason.UNREADABLE}
            await revision.revise_item(tx, world.checklists, item_id, rows, operator)
        async with visit(browser, site, width) as window:
            await come(window, officer_id, request_id)
            await window.shoot("documents", "34-asked-again")
            row = window.tab.locator("[id$='.kk']")
            assert "Foto ulang dengan terang" in await row.inner_text()
            assert "tidak dihitung" in await row.inner_text()
            assert await window.faults() == []

            await upload(window, "Foto (JPG) untuk Kartu Keluarga", photo_file)
            assert await check() == 1
            await window.open(path_of(request_id))
            await window.shoot("documents", "35-brought-again")
            await window.tab.get_by_role("button", name="Ajukan ke loket").click()
            assert "Sudah diajukan" in await window.tab.get_by_role("status").inner_text()

    async def test_in_part(self, browser: Any, site: str, world: "World", officer_id: UUID) -> None:
        """Of two items the complete one goes, and the page tells what the other still wants."""
        request_id, (ktp, _) = await world.needed(officer_id, KTP, KIA)
        await world.cleared(request_id, ktp, "kk")
        async with visit(browser, site) as window:
            await come(window, officer_id, request_id)
            await window.tab.get_by_role("button", name="Ajukan ke loket").click()
            await window.shoot("documents", "36-in-part")
            assert "masih menunggu berkas" in await window.tab.get_by_role("status").inner_text()
            await window.shows(window.tab.get_by_text("Belum ada", exact=True), 3)
            assert await window.faults() == []


class TestOpenPaper:
    async def test_not_cleared(self, browserless: PageClient, world: "World", officer_id: UUID) -> None:
        """Nobody is led to a paper that was not cleared."""
        request_id, (item_id,) = await world.needed(officer_id, KTP)
        row = {"item_id": str(item_id), "row": "kk", "media_type": "image/jpeg"}
        form = {"_key": await browserless.key(path_of(request_id)), **row}
        paper_id = (await browserless.send(path_of(request_id), form)).headers["location"].rpartition("/")[2]

        answer = await browserless.http.get(f"/papers/{paper_id}")
        assert (answer.status_code, "belum atau tidak lolos" in answer.text) == (409, True)

"""The desk's pages beside the straight way: what is refused, waits, goes back, or ends."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from halo_documents.domain.dossiers import ItemState
from halo_documents.usecases import handover
from halo_events.contract.values import DocumentKind
from halo_service.browsing import DESK, PHONE, PageClient, visit
from halo_service.signin import Role

if TYPE_CHECKING:
    from conftest import World

KTP, KIA = DocumentKind.KTP_EL, DocumentKind.KIA
ComeIn = Callable[..., Awaitable[PageClient]]
WIDTHS = pytest.mark.parametrize("width", [PHONE, DESK])


class TestQueue:
    async def test_kelurahan_and_pages(self, browser: Any, site: str, world: "World", officer_id: UUID) -> None:
        """The queue is of one kelurahan or of all, the longest waiting first, and goes on over pages."""
        for _ in range(3):
            await world.submitted(officer_id, KTP)
        async with visit(browser, site, DESK) as window:
            await window.sign_in(Role.OPERATOR, sub="operator-1", path="/desk?limit=2")
            await window.shows(window.tab.locator(".cards li"), 2)
            first = await window.tab.locator(".cards time").evaluate_all("all => all.map(one => one.dateTime)")
            assert first == sorted(first)
            await window.tab.get_by_role("link", name="Halaman berikutnya").click()
            await window.shows(window.tab.locator(".cards li"), 1)
            assert await window.tab.locator(".cards time").get_attribute("datetime") >= first[-1]

            await window.tab.get_by_label("Kelurahan").select_option("Arenjaya")
            await window.tab.get_by_role("button", name="Tampilkan").click()
            await window.shows(window.tab.locator(".cards li"), 0)
            assert "(0)" in await window.tab.get_by_role("link", name="Diajukan").inner_text()
            await window.tab.get_by_label("Kelurahan").select_option("Jatisari")
            await window.tab.get_by_role("button", name="Tampilkan").click()
            await window.shows(window.tab.locator(".cards li"), 3)

    @pytest.mark.parametrize("query", ["state=delivered", "kelurahan=jatisari", "cursor=x"])
    async def test_not_valid(self, come_in: ComeIn, query: str) -> None:
        """An address that was tampered with is refused on a page that says so."""
        operator = await come_in(Role.OPERATOR, "operator-1")
        answer = await operator.http.get(f"/desk?{query}")

        assert (answer.status_code, "Tidak berhasil" in answer.text) == (422, True)


class TestRevise:
    @WIDTHS
    async def test_round_trip(self, browser: Any, site: str, world: "World", officer_id: UUID, width: int) -> None:
        """The operator asks again for rows, each with its reason."""
        _, (item_id,) = await world.submitted(officer_id, KIA)
        async with visit(browser, site, width) as window:
            await window.sign_in(Role.OPERATOR, sub="operator-1", path=f"/desk/items/{item_id}")
            await window.tab.get_by_text("Minta berkas lagi").click()
            await window.shoot("documents", "20-revise")
            assert await window.faults() == []
            await window.tab.get_by_role("button", name="Minta lagi").click()
            assert await window.tab.get_by_role("alert").get_by_role("link").get_attribute("href") == "#rows"

            await window.tab.get_by_label("Kutipan akta kelahiran").select_option("akta_kelahiran:unreadable")
            await window.tab.get_by_label("Kartu Keluarga").select_option("kk:expired")
            await window.tab.get_by_role("button", name="Minta lagi").click()
            await window.shoot("documents", "21-revised")
            assert "diminta lagi" in await window.tab.get_by_role("status").inner_text()
            window.complaints.clear()  # Chromium writes the refusal's status to its console
            assert await window.faults() == []
        rows = await world.rows("SELECT row_code, reason FROM revisions ORDER BY row_code")
        assert [tuple(row.values()) for row in rows] == [("akta_kelahiran", "unreadable"), ("kk", "expired")]

    async def test_met_otherwise(self, browser: Any, site: str, world: "World", officer_id: UUID) -> None:
        """Where another paper would meet the row, the fault stands at the row, and what was chosen stays."""
        request_id, (item_id,) = await world.needed(officer_id, DocumentKind.AKTA_KELAHIRAN)
        await world.cleared(request_id, item_id, "f_2_01", "birth_letter", "f_2_03", "marriage_proof", "kk")
        await world.submit(request_id, officer_id)
        async with visit(browser, site, DESK) as window:
            await window.sign_in(Role.OPERATOR, sub="operator-1", path=f"/desk/items/{item_id}")
            await window.tab.get_by_text("Minta berkas lagi").click()
            await window.tab.get_by_label("Formulir F-2.01").select_option("f_2_01:unreadable")
            letter = window.tab.get_by_label("Surat keterangan kelahiran dari")
            await letter.select_option("birth_letter:expired")
            await window.tab.get_by_role("button", name="Minta lagi").click()
            await window.shoot("documents", "22-met-otherwise")

            link = window.tab.get_by_role("alert").get_by_role("link")
            assert await link.get_attribute("href") == "#rows.1.row"
            assert await letter.get_attribute("id") == "rows.1.row"
            assert await letter.input_value() == "birth_letter:expired"
            assert await letter.get_attribute("aria-invalid") == "true"
        assert await world.rows("SELECT FROM revisions") == []


class TestHold:
    @WIDTHS
    async def test_hold_and_resume(self, browser: Any, site: str, world: "World", officer_id: UUID, width: int) -> None:
        """An item on hold says what it waits for, and offers no other step than to resume or reject it."""
        _, (item_id,) = await world.submitted(officer_id, KTP)
        async with visit(browser, site, width) as window:
            await window.sign_in(Role.OPERATOR, sub="operator-1", path=f"/desk/items/{item_id}")
            await window.tab.locator("summary", has_text="Tunda").click()
            await window.tab.get_by_label("Menunggu apa?").select_option("network_down")
            await window.tab.get_by_role("button", name="Tunda", exact=True).click()
            await window.shoot("documents", "23-held")
            assert "Menunggu jaringan pulih" in await window.tab.locator(".note").inner_text()
            await window.shows(window.tab.get_by_role("button", name="Berkas lengkap dan benar"), 0)
            assert await window.faults() == []

            await window.open("/desk")
            await window.shoot("documents", "24-desk-held")
            assert "Ditunda" in await window.tab.locator(".cards li").inner_text()
            await window.open(f"/desk/items/{item_id}")
            await window.tab.get_by_role("button", name="Lanjutkan").click()
            await window.shows(window.tab.get_by_role("button", name="Berkas lengkap dan benar"), 1)

    async def test_no_step_meanwhile(self, come_in: ComeIn, world: "World", officer_id: UUID) -> None:
        """Whoever still has the form of before is refused above the page, which shows the hold."""
        _, (item_id,) = await world.submitted(officer_id, KTP)
        path = f"/desk/items/{item_id}"
        first = await come_in(Role.OPERATOR, "operator-1")
        second = await come_in(Role.OPERATOR, "operator-2")
        key = await second.key(path)
        await first.send(f"{path}/hold", {"_key": await first.key(path), "hold_reason": "resident"})
        answer = await second.send(f"{path}/verify", {"_key": key})

        assert answer.status_code == 409
        assert "sedang ditunda" in answer.text
        assert "Menunggu pemohon." in answer.text


class TestReject:
    @WIDTHS
    async def test_reason(self, browser: Any, site: str, world: "World", officer_id: UUID, width: int) -> None:
        """A rejection needs a reason, which then stands on the item's page and on the officer's."""
        request_id, (item_id,) = await world.submitted(officer_id, KTP)
        async with visit(browser, site, width) as window:
            await window.sign_in(Role.OPERATOR, sub="operator-1", path=f"/desk/items/{item_id}")
            await window.tab.locator("summary", has_text="Tolak").click()
            await window.tab.get_by_role("button", name="Tolak dokumen ini").click()
            assert await window.tab.get_by_label("Alasan").get_attribute("aria-invalid") == "true"
            await window.shoot("documents", "25-no-reason")
            await window.tab.get_by_label("Alasan").select_option("already_issued")
            await window.tab.get_by_role("button", name="Tolak dokumen ini").click()
            await window.shoot("documents", "26-rejected")
            assert "sudah pernah diterbitkan" in await window.tab.locator(".note").inner_text()
            window.complaints.clear()  # Chromium writes the refusal's status to its console
            assert await window.faults() == []
        async with visit(browser, site, width) as house:
            await house.sign_in(Role.OFFICER, sub=str(officer_id), path=f"/officer/requests/{request_id}/papers")
            assert "sudah pernah diterbitkan" in await house.tab.locator(".note").inner_text()

    async def test_while_collected(self, browser: Any, site: str, world: "World", officer_id: UUID) -> None:
        """While papers are collected the only reason is that they never came."""
        _, (item_id,) = await world.needed(officer_id, KTP)
        async with visit(browser, site, DESK) as window:
            await window.sign_in(Role.OPERATOR, sub="operator-1", path=f"/desk/items/{item_id}")
            await window.tab.locator("summary", has_text="Tolak").click()
            await window.shows(window.tab.get_by_label("Alasan").locator("option"), 2)
            await window.tab.get_by_label("Alasan").select_option("papers_never_came")
            await window.tab.get_by_role("button", name="Tolak dokumen ini").click()
            assert "Ditolak" in await window.heading()


class TestTwoPeople:
    @WIDTHS
    async def test_holder(self, browser: Any, site: str, world: "World", officer_id: UUID, width: int) -> None:
        """An operator who is the request's officer is told so, and gets no form."""
        _, (item_id,) = await world.submitted(officer_id, KTP)
        async with visit(browser, site, width) as window:
            path = f"/desk/items/{item_id}"
            await window.sign_in(Role.OPERATOR, Role.OFFICER, sub=str(officer_id), path=path)
            await window.shoot("documents", "27-holder")
            assert "operator lain" in await window.tab.locator(".note").inner_text()
            await window.shows(window.tab.locator(f"form[action^='{path}']"), 0)
            assert await window.faults() == []

    async def test_sent_anyway(self, come_in: ComeIn, world: "World", officer_id: UUID) -> None:
        """A form that he makes himself is refused, and nothing has changed."""
        _, (item_id,) = await world.submitted(officer_id, KTP)
        path = f"/desk/items/{item_id}"
        holder = await come_in(Role.OPERATOR, str(officer_id))
        answer = await holder.send(f"{path}/verify", {"_key": "k-1"})

        assert (answer.status_code, "harus diproses petugas lain" in answer.text) == (403, True)
        assert await world.rows("SELECT state FROM items") == [{"state": ItemState.SUBMITTED}]

    async def test_officer(self, come_in: ComeIn, world: "World", officer_id: UUID) -> None:
        """An officer who is no operator does not see the desk."""
        _, (item_id,) = await world.submitted(officer_id, KTP)
        officer = await come_in(Role.OFFICER, str(officer_id))

        for path in ("/desk", f"/desk/items/{item_id}"):
            assert (await officer.http.get(path)).status_code == 403


class TestHandover:
    async def test_twice(self, come_in: ComeIn, world: "World", officer_id: UUID) -> None:
        """A double tap lays one handover ready, and a double tap withdraws it once."""
        _, (item_id,) = await world.printed(officer_id, KTP)
        path = f"/desk/items/{item_id}"
        operator = await come_in(Role.OPERATOR, "operator-1")
        form = {"_key": await operator.key(path), "items": str(item_id)}
        answers = [await operator.send(f"{path}/handover", form) for _ in range(2)]

        assert [answer.headers.get("location") for answer in answers] == [f"{path}?done=offered"] * 2
        (offered,) = await world.rows("SELECT handover_id FROM handovers")
        answers = [await operator.send(f"{path}/handovers/{offered['handover_id']}/withdraw", {}) for _ in range(2)]
        assert [answer.headers.get("location") for answer in answers] == [f"{path}?done=withdrawn"] * 2

    async def test_some(self, browser: Any, site: str, world: "World", officer_id: UUID) -> None:
        """The operator chooses which of the printed items he lays ready; none is refused at the field."""
        _, items = await world.printed(officer_id, KTP, KIA)
        async with visit(browser, site, DESK) as window:
            await window.sign_in(Role.OPERATOR, sub="operator-1", path=f"/desk/items/{items[0]}")
            for box in await window.tab.get_by_role("checkbox").all():
                await box.uncheck()
            await window.tab.get_by_role("button", name="Siap diambil").click()
            assert await window.tab.get_by_role("alert").get_by_role("link").get_attribute("href") == "#items"
            await window.tab.get_by_label("Kartu Identitas Anak (KIA)").check()
            await window.tab.get_by_role("button", name="Siap diambil").click()
            await window.shoot("documents", "28-some-offered")
        assert await world.rows("SELECT items FROM handovers") == [{"items": [items[1]]}]

    async def test_withdrawn_meanwhile(self, come_in: ComeIn, world: "World", officer_id: UUID) -> None:
        """The officer who confirms what the desk took back meanwhile is told so on his page."""
        request_id, items = await world.printed(officer_id, KTP)
        async with world.transaction() as tx:
            offered = await handover.offer_handover(tx, request_id, items, "operator-1")
        officer = await come_in(Role.OFFICER, str(officer_id))
        async with world.transaction() as tx:
            await handover.withdraw_handover(tx, offered.handover_id, "operator-1")
        answer = await officer.send(f"/officer/requests/{request_id}/handovers/{offered.handover_id}/confirm", {})

        assert (answer.status_code, "sudah ditarik oleh loket" in answer.text) == (409, True)


class TestUnknown:
    @pytest.mark.parametrize("path", ["/desk/items/{}", "/papers/{}"])
    async def test_item(self, come_in: ComeIn, path: str) -> None:
        """What does not exist is told on a page."""
        operator = await come_in(Role.OPERATOR, "operator-1")
        answer = await operator.http.get(path.format(uuid4()))

        assert (answer.status_code, "Tidak berhasil" in answer.text) == (404, True)

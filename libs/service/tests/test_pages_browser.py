"""Pages in a real browser: signing in, writing, being refused."""

from typing import Any

import pytest
from halo_service.browsing import BYTES, DESK, PHONE, visit
from halo_service.signin import Role


class TestBrowser:
    @pytest.mark.parametrize("width", [PHONE, DESK])
    async def test_signed_in(self, browser: Any, site: str, width: int) -> None:
        """An officer signs in, writes, is refused, switches the language and signs out, in a real browser."""
        async with visit(browser, site, width) as window:
            await window.sign_in(Role.OFFICER, sub="officer-1", path="/letters")
            assert await window.heading() == "Surat"
            assert await window.faults() == []
            assert window.transferred <= BYTES

            await window.tab.get_by_label("Judul").fill("taken")
            await window.tab.get_by_role("button", name="Tulis").click()
            await window.shoot("service", "form-refused")
            assert "Judul ini sudah dipakai." in await window.tab.get_by_role("alert").inner_text()
            await window.tab.get_by_label("Judul").fill("Halo")
            await window.tab.get_by_role("button", name="Tulis").click()
            assert await window.tab.get_by_role("status").inner_text() == "Surat ditulis."
            await window.tab.get_by_role("button", name="English").click()
            assert await window.heading() == "Letters"
            await window.tab.get_by_role("button", name="Sign out").click()
            assert await window.heading() == "You are signed out"

    async def test_refused_role(self, browser: Any, site: str) -> None:
        """The page for another role keeps the rules of all pages; signing out leads on."""
        async with visit(browser, site) as window:
            await window.sign_in(Role.CLERK, sub="clerk-1", path="/letters")
            await window.shoot("service", "not-allowed")
            window.complaints.clear()  # Chromium writes the status 403 to its console
            assert await window.faults() == []

    async def test_session_over(self, browser: Any, site: str) -> None:
        """What was typed when the session ended is sent after signing in beside it, without JavaScript."""
        async with visit(browser, site, script=False) as window:
            await window.sign_in(Role.OFFICER, sub="officer-1", path="/letters")
            await window.tab.get_by_label("Judul").fill("Halo")
            await window.tab.context.clear_cookies()
            await window.tab.get_by_role("button", name="Tulis").click()
            await window.shoot("service", "send-again")
            async with window.tab.expect_popup() as popup:
                await window.tab.get_by_role("link", name="Masuk").click()
            beside = await popup.value
            await beside.get_by_label("Subject").fill("officer-1")
            await beside.get_by_label("officer", exact=True).check()
            await beside.get_by_role("button", name="Sign in", exact=True).click()
            assert await beside.get_by_role("heading", level=1).inner_text() == "Anda sudah masuk"
            await window.tab.get_by_role("button", name="Kirim lagi").click()

            assert await window.tab.get_by_role("status").inner_text() == "Surat ditulis."
            assert await window.tab.get_by_role("listitem").all_inner_texts() == ["Halo"]

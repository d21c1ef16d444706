"""The public status page, in a real browser."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from halo_events.contract.event import Event
from halo_events.contract.intake import RequestReceived
from halo_events.runtime import Database
from halo_intake.app import build
from halo_intake.settings import IntakeSettings
from halo_intake.usecases.reopening import Reopening, reopen_request
from halo_service.browsing import BYTES, DESK, PHONE, live_site, page_settings, visit
from halo_service.callers import Caller, Role
from halo_service.service import Service

CLERK = Caller("clerk-7", frozenset({Role.CLERK}), acting_as=Role.CLERK)
Life = Callable[[UUID], tuple[list[Event], list[Event]]]
ComeIn = Callable[..., Awaitable[list[Event]]]


@pytest.fixture
def service(issuer: str) -> Service:
    """Intake with pages."""
    return build(page_settings(IntakeSettings, issuer))


@pytest.fixture
async def site(service: Service, database: Database) -> AsyncIterator[str]:
    """Where it listens."""
    async with live_site(service, database) as address:
        yield address


@pytest.fixture
async def received(receive: ComeIn, filing: Callable[..., dict[str, Any]]) -> RequestReceived:
    """A request that e-OPen filed."""
    return next(event for event in await receive(filing()) if isinstance(event, RequestReceived))


@pytest.fixture
async def visited(received: RequestReceived, deliver: ComeIn, life: Life) -> str:
    """The tracking number of a request whose visit is planned."""
    await deliver(*life(received.request_id)[0][:3])
    return received.tracking_no


@pytest.fixture
async def reopened(
    receive: ComeIn, deliver: ComeIn, filing: Callable[..., dict[str, Any]], life: Life, database: Database
) -> str:
    """The tracking number of a delivered request for two documents, which a clerk opened again for one of them."""
    received, _ = await receive(filing(documents=["ktp_el", "kia"]))
    assert isinstance(received, RequestReceived)
    for events in life(received.request_id):
        await deliver(*events)
    async with database.transaction() as tx:
        await reopen_request(tx, received.tracking_no, Reopening("wrong_data", ["kia"]), CLERK, 3)
    return received.tracking_no


class TestStatus:
    @pytest.mark.parametrize("width", [PHONE, DESK])
    async def test_form(self, browser: Any, site: str, width: int) -> None:
        """The form keeps WCAG 2.2 AA, fits the window and loads in at most 100 KB."""
        async with visit(browser, site, width) as window:
            assert await window.open("/") == 200
            await window.shoot("intake", "status-form")

            assert await window.heading() == "Sampai di mana permohonan saya?"
            assert await window.faults() == []
            assert 1_000 < window.transferred <= BYTES

    @pytest.mark.parametrize("width", [PHONE, DESK])
    async def test_result(self, browser: Any, site: str, visited: str, width: int) -> None:
        """The number shows how far the request is, in either language, and stays out of the address."""
        async with visit(browser, site, width) as window:
            await window.open("/status")
            await window.tab.get_by_label("Nomor lacak").fill(visited.lower())
            await window.tab.get_by_role("button", name="Lihat status").click()
            await window.shoot("intake", "status")

            assert await window.heading() == "Kunjungan dijadwalkan"
            assert await window.tab.locator("[aria-current=step]").inner_text() == "Kunjungan dijadwalkan"
            assert "KTP-el" in await window.tab.locator("dl").inner_text()
            assert await window.faults() == []
            assert visited not in window.tab.url

            await window.tab.get_by_role("button", name="English").click()
            assert await window.heading() == "Visit planned"
            assert await window.tab.locator("html").get_attribute("lang") == "en"
            await window.open("/status")
            assert await window.heading() == "How far is my request?"

    async def test_reopened(self, browser: Any, site: str, reopened: str) -> None:
        """The page lists what the present round is about."""
        async with visit(browser, site) as window:
            await window.open("/status")
            await window.tab.get_by_label("Nomor lacak").fill(reopened)
            await window.tab.get_by_role("button", name="Lihat status").click()

            assert await window.heading() == "Permohonan diterima"
            facts = await window.tab.locator("dl").inner_text()
            assert "KIA" in facts
            assert "KTP-el" not in facts

    @pytest.mark.parametrize("width", [PHONE, DESK])
    async def test_mistyped(self, browser: Any, site: str, width: int) -> None:
        """A mistyped number is refused above the form, which keeps what was typed and takes the focus."""
        async with visit(browser, site, width) as window:
            await window.open("/status")
            await window.tab.get_by_label("Nomor lacak").fill("HP26-7K3M-9QX2-G")
            async with window.tab.expect_response("**/status") as answer:
                await window.tab.get_by_role("button", name="Lihat status").click()
            await window.tab.wait_for_load_state()
            await window.shoot("intake", "status-mistyped")

            assert (await answer.value).status == 422
            assert "salah tulis" in await window.tab.get_by_role("alert").inner_text()
            assert await window.tab.get_by_label("Nomor lacak").input_value() == "HP26-7K3M-9QX2-G"
            assert await window.tab.get_by_role("alert").evaluate("box => box === document.activeElement")
            window.complaints.clear()  # Chromium writes the status 422 to its console
            assert await window.faults() == []

    async def test_empty(self, browser: Any, site: str) -> None:
        """An empty form is refused at its field."""
        async with visit(browser, site) as window:
            await window.open("/status")
            await window.tab.get_by_role("button", name="Lihat status").click()

            link = window.tab.get_by_role("alert").get_by_role("link")
            assert await link.get_attribute("href") == "#tracking_no"
            assert await window.tab.get_by_label("Nomor lacak").get_attribute("aria-invalid") == "true"

    async def test_without_script(self, browser: Any, site: str, received: RequestReceived) -> None:
        """All of it works with JavaScript off."""
        async with visit(browser, site, script=False) as window:
            await window.open("/status")
            await window.tab.get_by_role("button", name="English").click()
            await window.tab.get_by_label("Tracking number").fill(received.tracking_no)
            await window.tab.get_by_role("button", name="See the status").click()

            assert await window.heading() == "Request received"

"""For the tests of pages: a service that listens, and a real browser that signs in, measures and looks.

Nothing stands in for anything: the service is served as in production, the tokens come from the issuer of the local
stack by OIDC, the browser is Chromium.
"""

import re
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import parse_qsl, urlsplit

import httpx
from halo_events.runtime import Database

from halo_service.api import create_api
from halo_service.callers import Role
from halo_service.definition import Service
from halo_service.discovery import issuer_client
from halo_service.keys import IssuerKeys
from halo_service.settings import ServiceSettings
from halo_service.testing import local_settings, serving

if TYPE_CHECKING:
    from playwright.async_api import Browser, CDPSession, Locator
    from playwright.async_api import Page as Tab

PHONE: Final = 360
"""Width of a small phone, in CSS pixels."""

DESK: Final = 1280
BYTES: Final = 100 * 1024
"""What a first visit of a page may transfer, headers included."""

_HEIGHTS: Final = {PHONE: 740, DESK: 800}
_RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")

SAME: Final[Mapping[str, str]] = MappingProxyType({"sec-fetch-site": "same-origin"})
"""What a browser says with a form of our own page."""

S = TypeVar("S", bound=ServiceSettings)


def page_settings(settings: type[S], issuer: str, **values: object) -> S:
    """Settings of a service whose pages listen on a free port, and where people sign in at this issuer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own: Mapping[str, Any] = {
        "oidc_issuer": issuer,
        "oidc_client_id": "pages",
        "public_url": f"http://127.0.0.1:{port}",
        "http_port": port,
    }
    return local_settings(settings, **{**own, **values})


@asynccontextmanager
async def live_site(service: Service, database: Database) -> AsyncIterator[str]:
    """The address of the service's pages and API, listening in this process; `page_settings` makes its settings."""
    settings = service.settings
    async with issuer_client() as client:
        app = create_api(service, database, IssuerKeys(settings.oidc_issuer, client))
        async with serving(app, settings.http_port) as address:
            yield address


class PageClient:
    """A browser without a window: keeps cookies, follows nothing by itself, sends forms as our own pages do."""

    def __init__(self, site: str) -> None:
        self.http = httpx.AsyncClient(base_url=site, headers={"accept": "text/html"}, trust_env=False)
        self.asked: dict[str, str] = {}
        """What the service asks of the issuer; a test may change it."""
        self._authorize = ""

    async def begin(self, path: str) -> None:
        """Ask for a page, and go as far as the issuer's."""
        way = path
        while not urlsplit(way).query.count("code_challenge="):
            way = (await self.http.get(way)).headers["location"]
        self._authorize, _, query = way.partition("?")
        self.asked = dict(parse_qsl(query))

    async def choose(self, role: Role = Role.OFFICER, **instead: str) -> httpx.Response:
        """Sign in on the issuer's page; its answer leads back."""
        form = {**self.asked, "sub": f"{role.value}-1", "roles": role.value, **instead}
        return await self.http.post(self._authorize, data=form)

    async def sign_in(self, role: Role, path: str) -> httpx.Response:
        """The whole way; the answer that keeps the token."""
        await self.begin(path)
        return await self.http.get((await self.choose(role)).headers["location"])

    async def send(self, path: str, form: Mapping[str, object], headers: Mapping[str, str] = SAME) -> httpx.Response:
        """Send a form, by default as a browser does from our own page."""
        return await self.http.post(path, data=dict(form), headers=dict(headers))

    async def key(self, path: str) -> str:
        """The hidden key of the form on a page."""
        found = re.search(r'name="_key" value="([^"]+)"', (await self.http.get(path)).text)
        if found is None:
            raise AssertionError(f"no form with a key on {path}")
        return found[1]


class Visit:
    """A window of the browser, with nothing remembered from before."""

    def __init__(self, tab: "Tab", site: str, width: int) -> None:
        self.tab = tab
        self.site = site
        self.width = width
        self.transferred = 0
        """Bytes that came over the wire so far, headers included."""
        self.complaints: list[str] = []
        """What the browser's console complained of: blocked by the policy, missing, wrong."""

    async def watch(self, session: "CDPSession") -> None:
        """Count what is loaded, and hear the console."""

        def loaded(event: Mapping[str, Any]) -> None:
            self.transferred += int(event["encodedDataLength"])

        session.on("Network.loadingFinished", loaded)
        await session.send("Network.enable")
        self.tab.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    async def open(self, path: str) -> int:
        """Go to a page of the service; the status of its answer."""
        answer = await self.tab.goto(f"{self.site}{path}")
        return answer.status if answer else 0

    async def sign_in(self, *roles: Role, sub: str, kelurahan_codes: tuple[str, ...] = (), path: str = "/") -> None:
        """Ask for a page, and sign in at the issuer's page as somebody of these roles; ends on the page asked for."""
        await self.open(path)
        await self.tab.get_by_label("Subject").fill(sub)
        for role in roles:
            await self.tab.get_by_label(role.value, exact=True).check()
        await self.tab.get_by_label("Kelurahan codes").fill(" ".join(kelurahan_codes))
        await self.tab.get_by_role("button", name="Sign in", exact=True).click()
        await self.tab.wait_for_url(f"{self.site}/**")

    async def shows(self, found: "Locator", wanted: int) -> None:
        """See that so many are there, at the latest within seconds: a click waits for no page that it leads to.

        Raises AssertionError.
        """
        from playwright.async_api import expect  # noqa: PLC0415 - of the tests only

        await expect(found).to_have_count(wanted)

    async def heading(self) -> str:
        """What the page is called at its top."""
        return await self.tab.get_by_role("heading", level=1).inner_text()

    async def faults(self) -> list[str]:
        """What WCAG 2.2 AA forbids, what sticks out sideways, what is too small to tap, what the console says."""
        from axe_playwright_python.async_playwright import Axe  # noqa: PLC0415 - of the tests only

        found = await Axe().run(self.tab, options={"runOnly": {"type": "tag", "values": list(_RULES)}})
        faults = [f"{each['id']}: {node['html']}" for each in found.response["violations"] for node in each["nodes"]]
        wide = await self.tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            faults.append(f"the page is {wide} px wider than the window")
        small: list[str] = await self.tab.evaluate(_SMALL)
        return [*faults, *small, *self.complaints]

    async def shoot(self, service: str, page: str) -> Path:
        """Keep a picture of the whole page: build/screenshots/<service>/<page>-<width>.png."""
        folder = next(up for up in Path(__file__).parents if (up / "uv.lock").exists()) / "build/screenshots" / service
        path = folder / f"{page}-{self.width}.png"
        await self.tab.screenshot(path=path, full_page=True)
        return path


_SMALL: Final = """[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea')]
  .filter(e => !e.closest('p, li, .skip') || e.matches('button, .button'))
  .map(e => [e, (e.closest('label.option') ?? e).getBoundingClientRect()])
  .filter(([e, box]) => box.width > 0 && (box.height < 44 || box.width < 44))
  .map(([e, box]) => `too small to tap, ${Math.round(box.width)}x${Math.round(box.height)}: ${e.outerHTML}`)"""


@asynccontextmanager
async def visit(browser: "Browser", site: str, width: int = PHONE, *, script: bool = True) -> AsyncIterator[Visit]:
    """A fresh window of this width on the service; without `script` JavaScript is off."""
    viewport = {"width": width, "height": _HEIGHTS.get(width, 800)}
    context = await browser.new_context(viewport=viewport, java_script_enabled=script, locale="id-ID")  # type: ignore[arg-type] # playwright's own TypedDict
    context.set_default_timeout(15_000)
    try:
        tab = await context.new_page()
        window = Visit(tab, site, width)
        await window.watch(await context.new_cdp_session(tab))
        yield window
    finally:
        await context.close()

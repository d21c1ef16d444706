"""Pages and their forms, over HTTP."""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import urljoin, urlsplit

import pytest
from halo_events.runtime import Handlers
from halo_service.api import create_api
from halo_service.browsing import SAME, PageClient, page_settings
from halo_service.pages import PageRouter
from halo_service.pages.paths import local_path
from halo_service.service import Service
from halo_service.settings import ServiceSettings
from halo_service.testing import TestIssuer
from hypothesis import given
from hypothesis import strategies as st

Titles = Callable[[], Awaitable[list[str]]]


class TestForms:
    async def test_twice(self, reader: PageClient, titles: Titles) -> None:
        """A second tap is sent where the first one was, and writes nothing."""
        form = {"_key": await reader.key("/letters"), "title": "Halo"}
        first, second = await reader.send("/letters", form), await reader.send("/letters", form)

        assert first.status_code == second.status_code == 303
        assert first.headers["location"] == second.headers["location"] == "/letters?done=written"
        assert await titles() == ["Halo"]

    async def test_other_content(self, reader: PageClient) -> None:
        """The same form sent again with other content is refused: the first sending counts."""
        key = await reader.key("/letters")
        await reader.send("/letters", {"_key": key, "title": "Halo"})
        answer = await reader.send("/letters", {"_key": key, "title": "Lain"})

        assert (answer.status_code, "sudah dikirim" in answer.text) == (409, True)

    async def test_refusal(self, reader: PageClient, titles: Titles) -> None:
        """A refusal undoes all, and stands above the form, which has what was typed and a new key."""
        key = await reader.key("/letters")
        answer = await reader.send("/letters", {"_key": key, "title": "taken", "stamps": ["blue", "red"]})

        assert answer.status_code == 409
        assert "Judul ini sudah dipakai." in answer.text
        assert 'value="taken"' in answer.text
        assert answer.text.count(" checked") == 2
        assert key not in answer.text
        assert await titles() == []

    async def test_fields(self, reader: PageClient) -> None:
        """A wrong field is told at the field, and the summary leads to it."""
        answer = await reader.send("/letters", {"_key": await reader.key("/letters"), "title": "x" * 21})

        assert answer.status_code == 422
        assert '<a href="#title">Paling banyak 20 karakter.</a>' in answer.text
        assert 'aria-describedby="title-hint title-fault" aria-invalid="true"' in answer.text

    async def test_escaped(self, reader: PageClient) -> None:
        """What somebody typed is text and never markup."""
        await reader.send("/letters", {"_key": await reader.key("/letters"), "title": "<b>&'\"</b>"})

        assert "<li>&lt;b&gt;&amp;&#39;&#34;&lt;/b&gt;</li>" in (await reader.http.get("/letters")).text

    async def test_no_key(self, reader: PageClient) -> None:
        """A form without its key is refused, above the form."""
        assert (await reader.send("/letters", {"title": "Halo"})).status_code == 400

    async def test_unforeseen(self, reader: PageClient) -> None:
        """What nobody foresaw is told as a page, without its text."""
        answer = await reader.send("/letters", {"_key": await reader.key("/letters"), "title": "broken"})

        assert answer.status_code == 500
        assert "internal-error" in answer.text
        assert "327599" not in answer.text

    @pytest.mark.parametrize(
        "headers",
        [
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"sec-fetch-site": "cross-site", "origin": "{site}"},
            {"origin": "https://halo.example"},
            {"origin": "null"},
            {"x-other": "neither header"},
        ],
    )
    async def test_cross_site(self, reader: PageClient, titles: Titles, headers: dict[str, str]) -> None:
        """A form that another site sends acts on nothing, though the browser sent the cookie with it."""
        said = {name: text.format(site=reader.http.base_url) for name, text in headers.items()}
        answer = await reader.send("/letters", {"_key": await reader.key("/letters"), "title": "Halo"}, said)

        assert (answer.status_code, "cross-site-form" in answer.text) == (403, True)
        assert await titles() == []

    async def test_old_browser(self, reader: PageClient, site: str) -> None:
        """A browser without Sec-Fetch-Site is known by its origin."""
        answer = await reader.send(
            "/letters", {"_key": await reader.key("/letters"), "title": "Halo"}, {"origin": site}
        )

        assert answer.status_code == 303

    async def test_other_body(self, reader: PageClient) -> None:
        """A body that is no form, has too many fields or holds NUL is refused."""
        for body, media in (
            (b"{}", "application/json"),
            (b"a=1&" * 300, "application/x-www-form-urlencoded"),
            (b"title=%00", "application/x-www-form-urlencoded"),
            (b"title=%ff", "application/x-www-form-urlencoded"),
        ):
            answer = await reader.http.post("/letters", content=body, headers={**SAME, "content-type": media})
            assert answer.status_code == 400

    async def test_session_over(self, person: PageClient) -> None:
        """A form sent when the session is over waits on a page until its writer signed in again."""
        answer = await person.send("/letters", {"_key": "k-1", "title": "Halo <b>"})

        assert answer.status_code == 401
        assert '<input type="hidden" name="title" value="Halo &lt;b&gt;">' in answer.text
        assert "/pages/sign-in?path=/pages/come-back" in answer.text


class TestPages:
    async def test_headers(self, reader: PageClient, issuer: str) -> None:
        """Pages take no script, no frame, and nothing of others but the named store; forms may lead to the issuer."""
        answer = await reader.http.get("/letters")

        policy = answer.headers["content-security-policy"].split("; ")
        assert {"default-src 'none'", "frame-ancestors 'none'", "style-src 'self'"} <= set(policy)
        assert f"form-action 'self' https://store.test {issuer}" in policy
        assert "img-src 'self' data: https://store.test" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "<script" not in answer.text
        assert "style=" not in answer.text

    async def test_stylesheet(self, person: PageClient) -> None:
        """The stylesheet is kept for ever under an address that names its content; no other address gives it."""
        link = re.search(
            r'href="(/pages/static/halo\.[0-9a-f]{16}\.css)"', (await person.http.get("/pages/signed-out")).text
        )
        assert link
        answer = await person.http.get(link[1])

        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert (await person.http.get("/pages/static/halo.css")).status_code == 404

    async def test_language(self, person: PageClient) -> None:
        """The language is remembered, and the way leads back."""
        form = {"lang": "en", "back": "/pages/signed-out"}
        answer = await person.send("/pages/language", form)
        away = await person.send("/pages/language", {**form, "back": "//halo.example"})

        assert answer.headers["location"] == "/pages/signed-out"
        assert away.headers["location"] == "/"
        page = (await person.http.get("/pages/signed-out")).text
        assert '<html lang="en">' in page
        assert "You are signed out" in page

    async def test_not_found(self, person: PageClient) -> None:
        """A browser that goes astray gets a page, a program problem+json."""
        page = await person.http.get("/nowhere")
        answer = await person.http.get("/nowhere", headers={"accept": "application/json"})

        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert answer.json()["code"] == "not-found"

    async def test_openapi(self, person: PageClient) -> None:
        """Pages are no part of the API's document."""
        paths = (await person.http.get("/openapi.json")).json()["paths"]

        assert set(paths) == {"/v1/letters", "/v1/forgetful", "/v1/stamp"}

    def test_roles(self, issuer: str) -> None:
        """A page that forgot its roles stops the app, like any route."""
        bare = PageRouter()
        bare.add_api_route("/bare", lambda: None)
        settings = page_settings(ServiceSettings, issuer)
        service = Service(name="intake", settings=settings, handlers=Handlers(service="intake"), pages=(bare,))

        with pytest.raises(ValueError, match="GET /bare"):
            create_api(service, None, TestIssuer())  # type: ignore[arg-type] # no database is asked

    @given(st.text(max_size=40))
    def test_local_path(self, text: str) -> None:
        """Whatever a browser is sent to lies on this host."""
        found = urljoin("http://service.test/a", local_path(text))

        assert urlsplit(found).netloc == "service.test"

"""Sign-in for pages, with the local stack's issuer."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import httpx
import pytest
from halo_events.runtime import Database
from halo_service.browsing import PageClient, live_site
from halo_service.service import Service
from halo_service.signin import Role

Letters = Callable[..., Service]


class TestSignIn:
    async def test_way(self, person: PageClient, site: str) -> None:
        """Without a token the browser goes to the issuer, with PKCE, state and nonce, and comes back to the page."""
        await person.begin("/letters?done=written")
        back = await person.http.get((await person.choose()).headers["location"])

        assert person.asked["code_challenge_method"] == "S256"
        assert person.asked["redirect_uri"] == f"{site}/pages/signed-in"
        assert min(len(person.asked["state"]), len(person.asked["nonce"])) > 40
        assert back.headers["location"] == "/letters?done=written"
        page = await person.http.get("/letters?done=written")
        assert page.status_code == 200
        assert "Surat ditulis." in page.text
        assert page.headers["cache-control"] == "no-store"

    async def test_cookie(self, person: PageClient) -> None:
        """The token lies where no script reads it and no other site sends it with a form, and opens no API."""
        answer = await person.sign_in(Role.OFFICER, "/letters")
        token, attempt = answer.headers.get_list("set-cookie")

        assert token.startswith("halo-intake=ey")
        assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(token.split("; "))
        assert 3500 < int(re.findall(r"Max-Age=(\d+)", token)[0]) <= 3600
        assert attempt.startswith('halo-intake-signin=""; ')

    async def test_forged_state(self, person: PageClient) -> None:
        """A way back that this browser did not begin is refused: nobody is signed in as somebody else."""
        await person.begin("/letters")
        location = (await person.choose(state="x" * 43)).headers["location"]
        answer = await person.http.get(location)

        assert (answer.status_code, "sign-in-failed" in answer.text) == (403, True)
        assert (await person.http.get("/letters")).status_code == 303

    async def test_other_browser(self, person: PageClient, site: str) -> None:
        """A way back opened in a browser that began no sign-in is refused."""
        await person.begin("/letters")
        location = (await person.choose()).headers["location"]
        async with httpx.AsyncClient(base_url=site) as other:
            answer = await other.get(location)

        assert (answer.status_code, answer.headers.get("set-cookie")) == (403, None)

    async def test_replayed_code(self, person: PageClient) -> None:
        """A code counts once, whether it comes again by the same way or with the cookie put back."""
        await person.begin("/letters")
        kept = person.http.cookies["halo-intake-signin"]
        location = (await person.choose()).headers["location"]
        assert (await person.http.get(location)).status_code == 303

        assert (await person.http.get(location)).status_code == 403
        person.http.cookies.set("halo-intake-signin", kept)
        assert (await person.http.get(location)).status_code == 403

    async def test_other_nonce(self, person: PageClient) -> None:
        """Tokens that were made for another sign-in are refused."""
        await person.begin("/letters")
        answer = await person.http.get((await person.choose(nonce="n" * 43)).headers["location"])

        assert answer.status_code == 403

    async def test_other_verifier(self, person: PageClient) -> None:
        """A code that somebody else's challenge was sent with cannot be redeemed."""
        await person.begin("/letters")
        answer = await person.http.get((await person.choose(code_challenge="c" * 43)).headers["location"])

        assert answer.status_code == 403

    async def test_foreign_redirect(self, person: PageClient) -> None:
        """The issuer sends nobody to another machine."""
        await person.begin("/letters")

        assert (await person.choose(redirect_uri="https://halo.example/pages/signed-in")).status_code == 422
        assert (await person.choose(redirect_uri="http://127.0.0.1@halo.example/")).status_code == 422

    async def test_cancelled(self, person: PageClient) -> None:
        """Who gives up at the issuer is told, and may begin again."""
        await person.begin("/letters")
        answer = await person.http.get(f"/pages/signed-in?error=access_denied&state={person.asked['state']}")

        assert answer.status_code == 403
        assert 'href="/pages/sign-in"' in answer.text

    @pytest.mark.parametrize(
        "path", ["//halo.example/x", "///halo.example", "https://halo.example", "/\\halo.example", "javascript:x", "x"]
    )
    async def test_open_redirect(self, person: PageClient, path: str) -> None:
        """After sign-in nobody is sent out of the service."""
        await person.begin(f"/pages/sign-in?{urlencode({'path': path})}")
        back = await person.http.get((await person.choose()).headers["location"])

        assert (back.status_code, back.headers["location"]) == (303, "/")

    async def test_other_role(self, person: PageClient) -> None:
        """Who has another role is told who may, and can sign out."""
        await person.sign_in(Role.CLERK, "/letters")
        answer = await person.http.get("/letters")

        assert answer.status_code == 403
        assert "Hanya Satgas Pamor yang boleh" in answer.text
        assert 'action="/pages/sign-out"' in answer.text

    async def test_sign_out(self, reader: PageClient) -> None:
        """After signing out the browser has no token."""
        answer = await reader.http.post("/pages/sign-out", headers={"sec-fetch-site": "same-origin"})

        assert answer.headers["location"] == "/pages/signed-out"
        assert (await reader.http.get("/pages/signed-out")).status_code == 200
        assert (await reader.http.get("/letters")).status_code == 303

    @pytest.mark.parametrize("token", ["", "x", "a.b.c", "y" * 5000])
    async def test_bad_cookie(self, person: PageClient, token: str) -> None:
        """A token that is not good leads to sign-in."""
        answer = await person.http.get("/letters", headers={"cookie": f"halo-intake={token}"})

        assert answer.headers["location"] == "/pages/sign-in?path=%2Fletters"

    async def test_expired(self, letters: Letters, database: Database, stale_issuer: str) -> None:
        """A token whose time is over leads to sign-in."""
        person = {"sub": "officer-1", "roles": ["officer"]}
        async with live_site(letters(issuer=stale_issuer), database) as site, httpx.AsyncClient() as http:
            token = (await http.post(f"{stale_issuer}/token", json=person)).json()["access_token"]
            answer = await http.get(f"{site}/letters", headers={"cookie": f"halo-intake={token}"})

        assert (answer.status_code, answer.headers["location"]) == (303, "/pages/sign-in?path=%2Fletters")

    async def test_no_circle(self, letters: Letters, database: Database, stale_issuer: str) -> None:
        """Where the issuer's tokens are not taken, that is told: nobody is sent to and fro for ever."""
        for service in (letters(issuer=stale_issuer), letters(oidc_audience="others")):
            async with live_site(service, database) as site:
                person = PageClient(site)
                async with person.http:
                    answer = await person.sign_in(Role.OFFICER, "/letters")

            assert (answer.status_code, "token-not-taken" in answer.text) == (502, True)

    async def test_two_ways(self, person: PageClient, issuer: str) -> None:
        """Pages read the cookie only, and the API reads it never: another site can make a browser send it."""
        asked = {"sub": "officer-1", "roles": ["officer"]}
        token = (await person.http.post(f"{issuer}/token", json=asked)).json()["access_token"]
        bearer, cookie = {"authorization": f"Bearer {token}"}, {"cookie": f"halo-intake={token}"}

        assert (await person.http.get("/letters", headers=cookie)).status_code == 200
        assert (await person.http.get("/letters", headers=bearer)).status_code == 303
        assert (await person.http.get("/v1/letters", headers=bearer)).status_code == 200
        assert (await person.http.get("/v1/letters", headers=cookie)).status_code == 401

    async def test_not_set_up(self, letters: Letters, database: Database) -> None:
        """Without a client of the issuer a page tells that nobody can sign in."""
        async with live_site(letters(oidc_client_id=None), database) as site, httpx.AsyncClient() as http:
            answer = await http.get(f"{site}/letters")

        assert (answer.status_code, "sign-in-not-set-up" in answer.text) == (503, True)

    async def test_issuer_away(self, letters: Letters, database: Database) -> None:
        """While the issuer is away a page tells to try again."""
        async with live_site(letters(issuer="http://127.0.0.1:1"), database) as site, httpx.AsyncClient() as http:
            answer = await http.get(f"{site}/letters", follow_redirects=True)

        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")

    async def test_large_token(self, person: PageClient) -> None:
        """A token that no cookie takes is told as the issuer's fault."""
        await person.begin("/letters")
        answer = await person.http.get((await person.choose(roles="r" * 2500)).headers["location"])

        assert (answer.status_code, "token-too-large" in answer.text) == (502, True)
        assert (await person.http.get("/letters")).status_code == 303

    async def test_https(self, letters: Letters, database: Database) -> None:
        """Behind https the cookies are bound to this very host."""
        service = letters(public_url="https://intake.example")
        async with live_site(service, database) as site, httpx.AsyncClient() as http:
            answer = await http.get(f"{site}/pages/sign-in")

        assert answer.headers["set-cookie"].startswith("__Host-halo-intake-signin=")
        assert "; Secure" in answer.headers["set-cookie"]

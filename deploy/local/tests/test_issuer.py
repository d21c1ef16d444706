import hashlib
import json
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from halo_local.issuer import AUDIENCE, issue_token


@contextmanager
def running(*options: str) -> Iterator[str]:
    """An issuer as a process of its own."""
    command = [sys.executable, "-m", "halo_local.issuer", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as issuer:
        assert issuer.stdout
        yield json.loads(issuer.stdout.readline())["issuer"]
        issuer.terminate()


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    """Its address."""
    with running() as address:
        yield address


class TestIssuer:
    def test_token_stands_up_to_its_own_keys(self, base_url: str) -> None:
        """A token is verified with nothing but what the issuer publishes, and says who may do what where."""
        token = issue_token(base_url, sub="officer-1", roles=["officer"], kelurahan_codes=["32.75.01.1001"])
        published = httpx.get(f"{base_url}/.well-known/openid-configuration").json()

        key = jwt.PyJWKClient(published["jwks_uri"]).get_signing_key_from_jwt(token)
        claims = jwt.decode(token, key.key, ["RS256"], audience=AUDIENCE, issuer=published["issuer"])

        assert claims["sub"] == "officer-1"
        assert claims["roles"] == ["officer"]
        assert claims["kelurahan_codes"] == ["32.75.01.1001"]
        assert claims["exp"] - claims["iat"] == 3600

    def test_refuses_an_unknown_field(self, base_url: str) -> None:
        """A misspelt field is an error, not a token that lacks something."""
        answer = httpx.post(f"{base_url}/token", json={"sub": "x", "roles": [], "kelurahan": ["32.75.01.1001"]})

        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY

    def test_listens_on_this_machine_only(self, base_url: str) -> None:
        """Whoever can reach the issuer can be anybody, so nobody outside can."""
        assert base_url.startswith("http://127.0.0.1:")


VERIFIER = "v" * 64
ASKED = {
    "response_type": "code",
    "client_id": "pages",
    "redirect_uri": "http://127.0.0.1:9/back",
    "state": "state-1",
    "nonce": "nonce-1",
    "code_challenge": urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode(),
    "code_challenge_method": "S256",
}


def sign_in(base_url: str, **form: str) -> httpx.Response:
    """Send the sign-in page's form."""
    return httpx.post(f"{base_url}/authorize", data={**ASKED, "sub": "officer-1", "roles": "officer", **form})


def redeem(base_url: str, code: str, **instead: str) -> httpx.Response:
    """Send a code to the token endpoint."""
    sent = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": ASKED["redirect_uri"],
        "client_id": "pages",
        "code_verifier": VERIFIER,
    }
    return httpx.post(f"{base_url}/token", data={**sent, **instead})


def code_of(answer: httpx.Response) -> str:
    """The code in the way back."""
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


class TestCodeFlow:
    def test_code_gives_tokens_once(self, base_url: str) -> None:
        """A code gives an access token and an identity with the nonce, and nothing the second time."""
        code = code_of(sign_in(base_url, kelurahan_codes="32.75.01.1001 32.75.01.1002"))
        tokens = redeem(base_url, code).json()

        access = jwt.decode(tokens["access_token"], options={"verify_signature": False})
        identity = jwt.decode(tokens["id_token"], options={"verify_signature": False})
        assert (access["sub"], access["roles"], len(access["kelurahan_codes"])) == ("officer-1", ["officer"], 2)
        assert (identity["aud"], identity["nonce"]) == ("pages", "nonce-1")
        assert redeem(base_url, code).json() == {"error": "invalid_grant"}

    @pytest.mark.parametrize(
        "instead",
        [
            {"code_verifier": "w" * 64},
            {"client_id": "others"},
            {"redirect_uri": "http://127.0.0.1:8/back"},
            {"code": "x"},
        ],
    )
    def test_wrong_redemption(self, base_url: str, instead: dict[str, str]) -> None:
        """Another verifier, client, way back or code gives nothing."""
        code = code_of(sign_in(base_url))

        assert redeem(base_url, instead.pop("code", code), **instead).status_code == httpx.codes.BAD_REQUEST

    @pytest.mark.parametrize(
        "instead",
        [
            {"redirect_uri": "https://127.0.0.1:9/back"},
            {"redirect_uri": "http://halo.example/back"},
            {"redirect_uri": "http://127.0.0.1:9@halo.example/back"},
            {"code_challenge_method": "plain"},
            {"code_challenge": ""},
            {"response_type": "token"},
        ],
    )
    def test_refused_request(self, base_url: str, instead: dict[str, str]) -> None:
        """Nobody is sent to another machine, and nothing goes without PKCE."""
        page = httpx.get(f"{base_url}/authorize", params={**ASKED, **instead})

        assert (page.status_code, sign_in(base_url, **instead).status_code) == (422, 422)

    def test_known_people(self, tmp_path: Path) -> None:
        """Known people are offered, found by any of their words, and signed in with their own roles."""
        people = [
            {"sub": f"p-{number}", "name": f"Contoh {number}", "roles": [role], "kelurahan_codes": ["32.75.01.1001"]}
            for number, role in enumerate(["officer", "operator"])
        ]
        (tmp_path / "people.json").write_text(json.dumps(people))
        with running("--people", str(tmp_path / "people.json")) as address:
            page = httpx.get(f"{address}/authorize", params={**ASKED, "search": "operator <b>"}).text
            found = httpx.get(f"{address}/authorize", params={**ASKED, "search": "contoh operator"}).text
            code = code_of(httpx.post(f"{address}/authorize", data={**ASKED, "person": "p-1"}))
            token = redeem(address, code).json()["access_token"]

        assert "Nobody is called so" in page
        assert "<b>" not in page
        assert ("p-1" in found, "p-0" in found) == (True, False)
        assert jwt.decode(token, options={"verify_signature": False})["roles"] == ["operator"]


def test_goes_by_another_name() -> None:
    """In a container it listens on all addresses when it is told to, and its tokens bear the name that others use."""
    name = "http://issuer.localhost:8080"
    command = [sys.executable, "-m", "halo_local.issuer", "--listen", "0.0.0.0", "--base-url", name]  # noqa: S104 - what is tested
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            assert json.loads(process.stdout.readline()) == {"issuer": name}
            listening = Path(f"/proc/{process.pid}/net/tcp").read_text().splitlines()
            own = {link.readlink().name for link in Path(f"/proc/{process.pid}/fd").iterdir()}
            bound = [line.split()[1] for line in listening[1:] if f"socket:[{line.split()[9]}]" in own]
            assert [address.partition(":")[0] for address in bound] == ["00000000"]
        finally:
            process.terminate()

import json
import subprocess
import sys
from collections.abc import Iterator

import httpx
import jwt
import pytest
from halo_local.issuer import AUDIENCE, issue_token


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    """An issuer as a process of its own."""
    with subprocess.Popen([sys.executable, "-m", "halo_local.issuer"], stdout=subprocess.PIPE, text=True) as issuer:
        assert issuer.stdout
        yield json.loads(issuer.stdout.readline())["issuer"]
        issuer.terminate()


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

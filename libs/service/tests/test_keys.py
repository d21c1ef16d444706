from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from halo_service.discovery import SIZE_LIMIT
from halo_service.keys import IssuerAwayError, IssuerKeys
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

ISSUER = "https://issuer.test/realm"
RSA = RSAAlgorithm.to_jwk(rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key(), as_dict=True)
EC = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)


class Issuer:
    """An issuer that a test can change."""

    def __init__(self) -> None:
        self.discovery: Any = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"}
        self.keys: Any = {"keys": [{**RSA, "kid": "one"}]}
        self.away = False
        self.reads = 0
        self.now = 1000.0
        self.app = Starlette(
            routes=[
                Route("/realm/.well-known/openid-configuration", self.answer_discovery),
                Route("/realm/keys", self.answer_keys),
            ]
        )

    async def answer_discovery(self, _request: Request) -> Response:
        """The discovery document."""
        return Response(status_code=502) if self.away else JSONResponse(self.discovery)

    async def answer_keys(self, _request: Request) -> Response:
        """The keys."""
        self.reads += 1
        return JSONResponse(self.keys)


@pytest.fixture
def issuer() -> Issuer:
    """An issuer with a key `one`."""
    return Issuer()


@pytest.fixture
async def keys(issuer: Issuer) -> AsyncIterator[IssuerKeys]:
    """Its keys, by a clock of the test's."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(issuer.app)) as client:
        yield IssuerKeys(ISSUER, client, lambda: issuer.now)


class TestIssuerKeys:
    async def test_found(self, issuer: Issuer, keys: IssuerKeys) -> None:
        """A key is read once and then remembered."""
        for _ in range(3):
            key = await keys.key("one")
            assert key is not None
            assert key.algorithm_name == "RS256"

        assert issuer.reads == 1

    async def test_new_key(self, issuer: Issuer, keys: IssuerKeys) -> None:
        """An unknown key id makes the keys be read again, at most every 10 seconds."""
        await keys.key("one")
        issuer.keys = {"keys": [{**EC, "kid": "two"}]}

        assert await keys.key("two") is None
        issuer.now += 11
        key = await keys.key("two")

        assert key is not None
        assert key.algorithm_name == "ES256"
        assert await keys.key("one") is None

    async def test_flood(self, issuer: Issuer, keys: IssuerKeys) -> None:
        """Invented key ids read the keys no more often."""
        for number in range(20):
            assert await keys.key(f"invented-{number}") is None

        assert issuer.reads == 1

    async def test_old_keys(self, issuer: Issuer, keys: IssuerKeys) -> None:
        """After an hour a withdrawn key goes, though nobody asks for another."""
        await keys.key("one")
        issuer.keys = {"keys": [{**RSA, "kid": "two"}]}
        issuer.now += 3601
        await keys.key("one")
        await keys.key("two")

        assert await keys.key("one") is None

    async def test_away_at_first(self, issuer: Issuer, keys: IssuerKeys) -> None:
        """Without any key nobody can be checked, until the issuer is back."""
        issuer.away = True
        with pytest.raises(IssuerAwayError):
            await keys.key("one")

        issuer.away = False
        issuer.now += 11
        assert await keys.key("one") is not None

    async def test_away_later(self, issuer: Issuer, keys: IssuerKeys) -> None:
        """Known keys serve a day while the issuer is away."""
        await keys.key("one")
        issuer.away = True
        issuer.now += 80_000
        assert await keys.key("one") is not None

        issuer.now += 10_000
        with pytest.raises(IssuerAwayError):
            await keys.key("one")

    @pytest.mark.parametrize(
        "discovery",
        [
            {"issuer": "https://other.test", "jwks_uri": f"{ISSUER}/keys"},
            {"issuer": ISSUER, "jwks_uri": "http://issuer.test/realm/keys"},
            {"issuer": ISSUER},
            ["x"],
        ],
    )
    async def test_wrong_discovery(self, issuer: Issuer, keys: IssuerKeys, discovery: object) -> None:
        """A discovery document of another issuer, or with keys in the open, is not followed."""
        issuer.discovery = discovery

        with pytest.raises(IssuerAwayError):
            await keys.key("one")
        assert issuer.reads == 0

    async def test_too_large(self, issuer: Issuer, keys: IssuerKeys) -> None:
        """An answer without end is not read to its end."""
        issuer.keys = {"keys": [{"kid": "x" * SIZE_LIMIT}]}

        with pytest.raises(IssuerAwayError):
            await keys.key("one")

    async def test_other_keys(self, issuer: Issuer, keys: IssuerKeys) -> None:
        """Keys for other uses, of other kinds, broken or without an id are left out."""
        issuer.keys = {
            "keys": [
                {**RSA, "kid": "enc", "use": "enc"},
                {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"},
                {**RSA, "kid": "rs512", "alg": "RS512"},
                {"kty": "RSA", "kid": "broken"},
                RSA,
                "x",
                {**RSA, "kid": "one"},
            ]
        }

        assert await keys.key("one") is not None
        for kid in ("enc", "shared", "rs512", "broken"):
            assert await keys.key(kid) is None

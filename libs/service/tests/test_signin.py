import json
import time
from typing import Annotated, Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi import APIRouter, Depends, FastAPI
from halo_events.contract.event import Actor, ActorRole
from halo_events.runtime import Database
from halo_service.callers import ANYBODY
from halo_service.service import Service
from halo_service.signin import Caller, Role, allow, undeclared_routes
from halo_service.testing import Client, TestIssuer, service_client

OFFICER = {"roles": ["officer"]}


async def ask(public: Client, token: str) -> tuple[int, str]:
    """Status and code of a call with this token."""
    answer = await public.get("/v1/letters", headers={"authorization": f"Bearer {token}"})
    return answer.status_code, answer.json().get("code", "")


class TestAdmit:
    async def test_good_token(self, officer: Client) -> None:
        """A caller with the role comes in."""
        assert (await officer.get("/v1/letters")).status_code == 200

    async def test_no_token(self, offline: Client) -> None:
        """Without a token nobody comes in."""
        answer = await offline.get("/v1/letters")

        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"

    async def test_other_role(self, offline: Client) -> None:
        """A caller without the role is told which roles may."""
        async with offline.signed_in(Role.CLERK) as clerk:
            answer = await clerk.get("/v1/letters")

        assert answer.status_code == 403
        assert answer.json()["detail"] == "Only these roles may do this: officer, operator."
        assert "Satgas Pamor" in answer.json()["detail_id"]

    async def test_public_route(self, offline: Client) -> None:
        """A public route asks for no token, and minds no bad one."""
        assert (await offline.get("/v1/stamp")).json() == "2,50"
        assert (await offline.get("/v1/stamp", headers={"authorization": "Bearer x"})).status_code == 200

    @pytest.mark.parametrize(
        "claims",
        [
            {"exp": -60},
            {"iss": "http://other.test"},
            {"aud": "other"},
            {"sub": ""},
            {"sub": "Budi Santoso"},
            {"sub": 7},
            {"exp": None},
            {"nbf": 600},
        ],
    )
    async def test_bad_claims(self, offline: Client, claims: dict[str, Any]) -> None:
        """A token that is expired, early, of another issuer or audience, or without a subject is refused."""
        moments = {name: int(time.time()) + claims[name] for name in ("exp", "nbf") if claims.get(name)}
        token = offline.issuer.token(Role.OFFICER, **claims | moments)

        assert await ask(offline, token) == (401, "token-not-valid")

    @pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30.e30", "x" * 10_000, "ä"])
    async def test_no_jwt(self, offline: Client, token: str) -> None:
        """What is no token is refused."""
        answer = await offline.get("/v1/letters", headers=[(b"authorization", f"Bearer {token}".encode())])

        assert (answer.status_code, answer.json()["code"]) == (401, "token-not-valid")

    async def test_other_key(self, offline: Client) -> None:
        """A token that somebody else signed is refused."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        claims = jwt.decode(offline.issuer.token(Role.OFFICER), options={"verify_signature": False})

        assert (await ask(offline, jwt.encode(claims, key, "RS256", headers={"kid": "test"})))[0] == 401
        assert (await ask(offline, jwt.encode(claims, key, "RS256", headers={"kid": "other"})))[0] == 401
        assert (await ask(offline, jwt.encode(claims, key, "RS256")))[0] == 401

    async def test_other_algorithm(self, offline: Client) -> None:
        """Unsigned tokens, and tokens signed with the public key as a shared secret, are refused."""
        claims = jwt.decode(offline.issuer.token(Role.OFFICER), options={"verify_signature": False})
        secret = "s" * 64
        elliptic = ec.generate_private_key(ec.SECP256R1())

        for token in (
            jwt.encode(claims, "", "none", headers={"kid": "test"}),
            jwt.encode(claims, secret, "HS256", headers={"kid": "test"}),
            jwt.encode(claims, elliptic, "ES256", headers={"kid": "test"}),
        ):
            assert await ask(offline, token) == (401, "token-not-valid")

    async def test_claims_of_other_shapes(self, offline: Client) -> None:
        """Claims of another shape give no role."""
        for roles in ("officer", {"officer": True}, ["king", 7, None], ["public"], None):
            assert await ask(offline, offline.issuer.token(roles=roles)) == (403, "not-allowed")

    async def test_before_the_transaction(self, offline: Client) -> None:
        """Who is not let in costs no connection; who is meets the database that is away."""
        async with offline.signed_in(Role.OFFICER) as officer:
            answer = await officer.get("/v1/letters")

        assert (await offline.get("/v1/letters")).status_code == 401
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")

    async def test_before_a_stored_answer(self, officer: Client) -> None:
        """Who lost the role gets no stored answer, in whatever order the route names its parameters."""
        await officer.create("/v1/letters", {"title": "Surat"}, key="k-1")
        async with officer.signed_in(Role.CLERK, sub="officer-1") as clerk:
            answer = await clerk.create("/v1/letters", {"title": "Surat"}, key="k-1")

        assert answer.status_code == 403


class TestCaller:
    async def test_acting_as(self, service: Service, database: Database) -> None:
        """A caller of several roles acts in the first that the route names."""
        router = APIRouter()

        @router.get("/who")
        async def who(caller: Annotated[Caller, Depends(allow(Role.OPERATOR, Role.OFFICER, Role.PUBLIC))]) -> list[str]:
            return [caller.id, caller.acting_as or "", *sorted(caller.kelurahan_codes)]

        lone = Service(name="intake", settings=service.settings, handlers=service.handlers, routers=(router,))
        async with service_client(lone, database) as client:
            both = client.signed_in(Role.OFFICER, Role.OPERATOR, kelurahan_codes=("32.75.09.1006", "Jatirasa"))
            clerk = client.signed_in(Role.CLERK, sub="c-1")

            assert (await both.get("/who")).json() == ["u-1", "operator", "32.75.09.1006"]
            assert (await clerk.get("/who")).json() == ["c-1", "public"]
            assert (await client.get("/who")).json() == ["public", "public"]

    def test_actor(self) -> None:
        """Events name the caller by role and id."""
        caller = Caller("o-1", frozenset({Role.OPERATOR, Role.OFFICER}), acting_as=Role.OPERATOR)

        assert caller.actor() == Actor(role=ActorRole.OPERATOR, id="o-1")
        assert Caller("o-1", frozenset({Role.OFFICER})).actor() == Actor(role=ActorRole.OFFICER, id="o-1")

    def test_public_actor(self) -> None:
        """Who did not sign in acts as nobody."""
        with pytest.raises(ValueError, match="no actor"):
            ANYBODY.actor()


class TestUndeclaredRoutes:
    def test_lists(self) -> None:
        """Routes that forgot their roles, or say two things, are listed."""
        inner = APIRouter(prefix="/inner", dependencies=[Depends(allow(Role.OPS))])
        inner.add_api_route("/good", lambda: None)
        inner.add_api_route("/two", lambda: None, dependencies=[Depends(allow(Role.CLERK))])
        outer = APIRouter(prefix="/v1")
        outer.include_router(inner)
        outer.add_api_route("/bare", lambda: None, methods=["POST"])
        app = FastAPI(docs_url=None, redoc_url=None)
        app.include_router(outer)

        assert undeclared_routes(app) == ["GET /v1/inner/two", "POST /v1/bare"]

    async def test_no_app(self, service: Service, database: Database) -> None:
        """No app starts with a route that forgot its roles."""
        router = APIRouter()
        router.add_api_route("/bare", lambda: None)
        lone = Service(name="intake", settings=service.settings, handlers=service.handlers, routers=(router,))

        with pytest.raises(ValueError, match="GET /bare"):
            async with service_client(lone, database):
                pass

    def test_no_role(self) -> None:
        """`allow` wants a role."""
        with pytest.raises(ValueError, match="at least one role"):
            allow()


class TestTestIssuer:
    async def test_key(self) -> None:
        """The issuer of tests gives the public half of its key."""
        key = await TestIssuer().key("test")

        assert key is not None
        assert "d" not in json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.key))

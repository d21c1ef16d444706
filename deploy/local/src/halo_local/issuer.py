"""A token issuer for development and tests: it signs whatever it is asked to, so it listens on 127.0.0.1 only."""

import argparse
import json
import socket
import sys
import time
from base64 import b64decode
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs, unquote_plus

import httpx
import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from jwt.algorithms import RSAAlgorithm
from pydantic import BaseModel, ValidationError

from halo_local.codes import Authorization, Codes, KnownPerson, Person, Redemption, read_people
from halo_local.issuer_page import sign_in_page

AUDIENCE: Final = "halo-pamor"
LIFETIME_SECONDS: Final = 3600
KEY_ID: Final = "local"
REQUEST_SECONDS: Final = 10
FIELD_LIMIT: Final = 100
FORM: Final = "application/x-www-form-urlencoded"
PAGE_HEADERS: Final = {"cache-control": "no-store", "referrer-policy": "no-referrer"}

M = TypeVar("M", bound=BaseModel)


class TokenGiven(BaseModel):
    """A bearer token."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - a word of the standard
    expires_in: int = LIFETIME_SECONDS
    id_token: str | None = None


class Signer:
    """The issuer's key, and the tokens that it signs."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def public(self) -> dict[str, Any]:
        """The public half, as JWKS has it."""
        return RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True) | {"kid": KEY_ID, "use": "sig", "alg": "RS256"}

    def sign(self, audience: str, seconds: int, claims: dict[str, Any]) -> str:
        """Sign a token."""
        now = int(time.time())
        said = {"iss": self.base_url, "aud": audience, "iat": now, "exp": now + seconds} | claims
        return jwt.encode(said, self._key, algorithm="RS256", headers={"kid": KEY_ID})

    def access_token(self, person: Person, seconds: int) -> str:
        """Sign what a person shows to the API."""
        return self.sign(
            AUDIENCE, seconds, {"sub": person.sub, "roles": person.roles, "kelurahan_codes": person.kelurahan_codes}
        )


def make_app(
    base_url: str, people: Mapping[str, KnownPerson] | None = None, lifetime: int = LIFETIME_SECONDS
) -> FastAPI:
    """Return the issuer's HTTP side with a key of its own; `base_url` is the issuer's name in the tokens.

    `people` are offered on the sign-in page; `lifetime` is that of the tokens, in seconds.
    """
    signer, codes, known = Signer(base_url), Codes(), people or {}
    app = FastAPI(title="Token issuer for development", openapi_url=None)

    @app.get("/.well-known/openid-configuration")
    async def configuration() -> dict[str, Any]:
        return _configuration(base_url)

    @app.get("/jwks.json")
    async def keys() -> dict[str, Any]:
        return {"keys": [signer.public]}

    @app.get("/authorize")
    async def ask(request: Request) -> Response:
        given = dict(request.query_params)
        search = given.pop("search", "")[:100]
        asked = _read(Authorization, given)
        return HTMLResponse(sign_in_page(asked.model_dump().items(), known.values(), search), headers=PAGE_HEADERS)

    @app.post("/authorize")
    async def answer(request: Request) -> Response:
        form = await _form(request)
        given = {name: texts[-1] for name, texts in form.items()}
        return RedirectResponse(codes.issue(_read(Authorization, given), _person(form, known)), HTTPStatus.SEE_OTHER)

    @app.post("/token")
    async def token(request: Request) -> Response:
        if request.headers.get("content-type", "").startswith(FORM):
            return _exchange(signer, codes, request, await _form(request), lifetime)
        given = TokenGiven(
            access_token=signer.access_token(_read(Person, await request.body()), lifetime), expires_in=lifetime
        )
        return Response(given.model_dump_json(exclude_none=True), media_type="application/json")

    return app


def _configuration(base_url: str) -> dict[str, Any]:
    return {
        "issuer": base_url,
        "jwks_uri": f"{base_url}/jwks.json",
        "authorization_endpoint": f"{base_url}/authorize",
        "token_endpoint": f"{base_url}/token",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "code_challenge_methods_supported": ["S256"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }


def _read(model: type[M], given: Mapping[str, str] | bytes) -> M:
    try:
        return model.model_validate_json(given) if isinstance(given, bytes) else model.model_validate(given)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_input=False)]
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, faults) from None


async def _form(request: Request) -> dict[str, list[str]]:
    body = await request.body()
    try:
        return parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=FIELD_LIMIT)
    except ValueError:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "this is no form") from None


def _person(form: Mapping[str, list[str]], known: Mapping[str, KnownPerson]) -> Person:
    """Return the known person who was chosen, or the one whom the fields describe."""
    if "person" in form:
        chosen = known.get(form["person"][-1])
        if chosen is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "nobody here has this subject")
        return chosen
    codes = " ".join(form.get("kelurahan_codes", [])).split()
    try:
        return Person(sub=form.get("sub", [""])[-1].strip(), roles=form.get("roles", []), kelurahan_codes=codes)
    except ValidationError:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, "say who you are: subject, roles, kelurahan") from None


def _exchange(signer: Signer, codes: Codes, request: Request, form: Mapping[str, list[str]], lifetime: int) -> Response:
    """Give tokens for a code (RFC 6749, section 4.1.3). Any secret will do: this issuer trusts the machine."""
    given = {name: texts[-1] for name, texts in form.items()}
    if "client_id" not in given:
        given["client_id"] = _basic_name(request.headers.get("authorization", ""))
    try:
        redeemed = codes.redeem(Redemption.model_validate(given))
    except ValidationError:
        return JSONResponse({"error": "invalid_request"}, HTTPStatus.BAD_REQUEST)
    if redeemed is None:
        return JSONResponse({"error": "invalid_grant"}, HTTPStatus.BAD_REQUEST)
    asked, person = redeemed
    identity = signer.sign(asked.client_id, lifetime, {"sub": person.sub, "nonce": asked.nonce})
    tokens = TokenGiven(access_token=signer.access_token(person, lifetime), expires_in=lifetime, id_token=identity)
    return Response(tokens.model_dump_json(), media_type="application/json", headers={"cache-control": "no-store"})


def _basic_name(header: str) -> str:
    scheme, _, coded = header.partition(" ")
    try:
        name = b64decode(coded).decode().partition(":")[0] if scheme.lower() == "basic" else ""
    except ValueError:
        name = ""
    return unquote_plus(name)


def issue_token(base_url: str, *, sub: str, roles: Sequence[str], kelurahan_codes: Sequence[str] = ()) -> str:
    """Return a token from the issuer at `base_url`, good for an hour.

    Raises:
        httpx.HTTPError: the issuer is away or refuses.
    """
    asked = {"sub": sub, "roles": list(roles), "kelurahan_codes": list(kelurahan_codes)}
    answer = httpx.post(f"{base_url}/token", json=asked, timeout=REQUEST_SECONDS)
    answer.raise_for_status()
    return TokenGiven.model_validate(answer.json()).access_token


def main() -> None:
    """Serve until ended; the first line on standard output is JSON with the issuer's base address."""
    parser = argparse.ArgumentParser(prog="python -m halo_local.issuer", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--people", type=Path, help="JSON list of sub, name, roles, kelurahan_codes to choose from")
    parser.add_argument(
        "--lifetime",
        type=int,
        default=LIFETIME_SECONDS,
        help="seconds that tokens are good for; below 0 they have expired",
    )
    parser.add_argument(
        "--listen", default="127.0.0.1", help="0.0.0.0 only in a container whose port is bound to 127.0.0.1"
    )
    parser.add_argument("--base-url", help="its name in tokens, where others reach it by another than 127.0.0.1")
    options = parser.parse_args()
    people = read_people(options.people)
    listener = socket.create_server((options.listen, options.port))
    base_url = options.base_url or f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(
        uvicorn.Config(make_app(base_url, people, options.lifetime), log_level="warning", access_log=False)
    )
    sys.stdout.write(json.dumps({"issuer": base_url}) + "\n")
    sys.stdout.flush()
    server.run(sockets=[listener])


if __name__ == "__main__":
    main()

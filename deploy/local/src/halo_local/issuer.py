"""A token issuer for development and tests: it signs whatever it is asked to, so it listens on 127.0.0.1 only."""

import argparse
import json
import socket
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

import httpx
import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI
from jwt.algorithms import RSAAlgorithm
from pydantic import BaseModel, ConfigDict, Field

AUDIENCE: Final = "halo-pamor"
LIFETIME_SECONDS: Final = 3600
KEY_ID: Final = "local"
REQUEST_SECONDS: Final = 10


class TokenAsked(BaseModel):
    """Whom a token is for, and what he may do."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    sub: str = Field(min_length=1, max_length=200)
    roles: list[str] = Field(max_length=20)
    kelurahan_codes: list[str] = Field(default=[], max_length=100)


class TokenGiven(BaseModel):
    """A bearer token."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - a word of the standard
    expires_in: int = LIFETIME_SECONDS


def make_app(base_url: str) -> FastAPI:
    """Return the issuer's HTTP side with a key of its own; `base_url` is the issuer's name in the tokens."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": KEY_ID, "use": "sig", "alg": "RS256"}
    app = FastAPI(title="Token issuer for development", openapi_url=None)

    @app.get("/.well-known/openid-configuration")
    async def configuration() -> dict[str, Any]:
        return {
            "issuer": base_url,
            "jwks_uri": f"{base_url}/jwks.json",
            "token_endpoint": f"{base_url}/token",
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    @app.get("/jwks.json")
    async def keys() -> dict[str, Any]:
        return {"keys": [public]}

    @app.post("/token")
    async def token(asked: TokenAsked) -> TokenGiven:
        now = int(time.time())
        claims = {"iss": base_url, "aud": AUDIENCE, "iat": now, "exp": now + LIFETIME_SECONDS} | asked.model_dump()
        return TokenGiven(access_token=jwt.encode(claims, key, algorithm="RS256", headers={"kid": KEY_ID}))

    return app


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
    listener = socket.create_server(("127.0.0.1", parser.parse_args().port))
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(make_app(base_url), log_level="warning", access_log=False))
    sys.stdout.write(json.dumps({"issuer": base_url}) + "\n")
    sys.stdout.flush()
    server.run(sockets=[listener])


if __name__ == "__main__":
    main()

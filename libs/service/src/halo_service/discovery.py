"""What an OIDC issuer tells about itself, read over HTTP with limits."""

import json
from collections.abc import Mapping
from typing import Any, Final

import httpx

SIZE_LIMIT: Final = 256 * 1024
"""Bytes of one answer of the issuer."""


async def read_discovery(client: httpx.AsyncClient, issuer: str) -> Mapping[str, Any]:
    """The issuer's discovery document (OpenID Connect Discovery 1.0). Raises httpx.HTTPError, ValueError."""
    discovery = await read_json(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if discovery.get("issuer") != issuer:
        raise ValueError("the discovery document is not this issuer's")
    return discovery


def endpoint(discovery: Mapping[str, Any], name: str, issuer: str) -> str:
    """An address of the issuer. Raises ValueError where it is missing, or not https as the issuer is."""
    address = discovery.get(name)
    if not isinstance(address, str):
        raise ValueError(f"the discovery document has no {name}")  # noqa: TRY004 - a bad answer, not a wrong call
    if issuer.startswith("https://") and not address.startswith("https://"):
        raise ValueError(f"the {name} is not offered over https")
    return address


async def read_json(client: httpx.AsyncClient, url: str) -> Mapping[str, Any]:
    """A JSON object of at most SIZE_LIMIT bytes. Raises httpx.HTTPError, ValueError."""
    body = bytearray()
    async with client.stream("GET", url, headers={"accept": "application/json"}) as answer:
        answer.raise_for_status()
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > SIZE_LIMIT:
                raise ValueError("the issuer's answer is too large")
    document = json.loads(body)
    if not isinstance(document, dict):
        raise ValueError("the issuer's answer is no JSON object")  # noqa: TRY004 - a bad answer, not a wrong call
    return document


def issuer_client() -> httpx.AsyncClient:
    """A client for the issuer: short time-outs, no redirects, no proxy of the environment."""
    return httpx.AsyncClient(timeout=httpx.Timeout(5.0), follow_redirects=False, trust_env=False)

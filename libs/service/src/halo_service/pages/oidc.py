"""OIDC's authorization code flow with PKCE, against any issuer that discovery describes.

Sources: OpenID Connect Core 1.0, section 3.1; RFC 7636 (PKCE); RFC 9700 (best current practice); RFC 9207 (`iss`).
"""

import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

import httpx
import structlog
from halo_events.runtime import describe
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from halo_service.discovery import endpoint, issuer_client, read_discovery
from halo_service.problems import BusinessError
from halo_service.tokens import BadTokenError, SignInAwayError, Tokens

_LOG: Final = structlog.get_logger("halo_service.pages")
_DISCOVERY_AGE: Final = 3600.0
"""Seconds that the issuer's addresses are remembered."""


class SignInFailedError(BusinessError):
    """The sign-in did not come to its end: it is old, was used before, was begun elsewhere, or was refused."""

    status = HTTPStatus.FORBIDDEN
    code = "sign-in-failed"
    message = (
        "Proses masuk tidak selesai: sudah kedaluwarsa, sudah dipakai, atau dibatalkan. Silakan masuk lagi.",
        "Sign-in did not finish: it is too old, was used before, or was cancelled. Sign in again.",
    )


class TokenNotTakenError(BusinessError):
    """The issuer gives tokens that this service does not take: its set-up is wrong, and another try would not help."""

    status = HTTPStatus.BAD_GATEWAY
    code = "token-not-taken"
    message = (
        "Layanan masuk memberi token yang tidak diterima di sini. Hubungi tim operasi.",
        "The issuer gave a token that is not taken here. Tell the operations team.",
    )


class Attempt(BaseModel):
    """One sign-in under way, as the browser keeps it until it comes back from the issuer."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    state: str = Field(min_length=20, max_length=100)
    nonce: str = Field(min_length=20, max_length=100)
    verifier: str = Field(min_length=43, max_length=128)
    path: str = Field(max_length=1000)


class _Given(BaseModel):
    """What the issuer gives for a code."""

    model_config = ConfigDict(hide_input_in_errors=True)

    access_token: str = Field(min_length=1, max_length=16384)
    id_token: str = Field(min_length=1, max_length=16384)


@dataclass
class Provider:
    """The issuer as the pages of one service use it. `redirect_uri` is where the issuer sends browsers back to."""

    issuer: str
    client_id: str
    client_secret: SecretStr | None
    redirect_uri: str
    tokens: Tokens
    _discovery: tuple[float, Mapping[str, Any]] | None = field(default=None, repr=False)

    async def begin(self, path: str) -> tuple[str, Attempt]:
        """The issuer's address to send the browser to, and what to keep. Raises SignInAwayError."""
        attempt = Attempt(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(64),
            path=path,
        )
        challenge = urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        address = await self._endpoint("authorization_endpoint")
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", attempt

    async def finish(self, code: str, attempt: Attempt) -> str:
        """The access token for a code, checked as the API checks it.

        Raises SignInFailedError, SignInAwayError; TokenNotTakenError for a token that the API would not take.
        """
        given = await self._exchange(code, attempt)
        try:
            identity = await self.tokens.claims(given.id_token, self.client_id)
            caller = await self.tokens.caller(given.access_token)
        except BadTokenError:
            raise TokenNotTakenError from None
        if not secrets.compare_digest(str(identity.get("nonce")), attempt.nonce) or identity["sub"] != caller.id:
            raise SignInFailedError
        return given.access_token

    async def end_address(self, after: str) -> str | None:
        """The issuer's address that ends its own session (RP-Initiated Logout), if it has one."""
        try:
            address = await self._endpoint("end_session_endpoint")
        except SignInAwayError:
            return None
        asked = {"client_id": self.client_id, "post_logout_redirect_uri": after}
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"

    async def _exchange(self, code: str, attempt: Attempt) -> _Given:
        """Redeem the code; the secret goes as HTTP Basic (RFC 6749, section 2.3.1)."""
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        auth: httpx.Auth = httpx.Auth()
        if self.client_secret is None:
            asked["client_id"] = self.client_id
        else:
            auth = httpx.BasicAuth(quote_plus(self.client_id), quote_plus(self.client_secret.get_secret_value()))
        address = await self._endpoint("token_endpoint")
        try:
            async with issuer_client() as client:
                answer = await client.post(address, data=asked, auth=auth, headers={"accept": "application/json"})
            if answer.is_client_error:
                _LOG.warning("the issuer gives no token", status=answer.status_code)
                raise SignInFailedError
            answer.raise_for_status()
            return _Given.model_validate_json(answer.content)
        except (httpx.HTTPError, ValidationError) as error:
            _LOG.warning("the issuer's tokens cannot be read", **describe(error))
            raise SignInAwayError from None

    async def _endpoint(self, name: str) -> str:
        try:
            if self._discovery is None or time.monotonic() - self._discovery[0] > _DISCOVERY_AGE:
                async with issuer_client() as client:
                    self._discovery = (time.monotonic(), await read_discovery(client, self.issuer))
            return endpoint(self._discovery[1], name, self.issuer)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            if name != "end_session_endpoint":
                _LOG.warning("the issuer's addresses cannot be read", **describe(error))
            raise SignInAwayError from None

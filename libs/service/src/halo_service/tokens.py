"""Bearer tokens (OIDC, JWT): what makes one good, and the caller it stands for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar, Final

import jwt

from halo_service.callers import Caller, Role
from halo_service.keys import ALGORITHMS, IssuerAwayError, KeySource
from halo_service.problems import BusinessError

_LEEWAY: Final = 10
"""Seconds that the clocks of issuer and service may differ."""

_LENGTH_LIMIT: Final = 8192
_CLAIM_LIMIT: Final = 100
_SUBJECT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,99}")
_KELURAHAN: Final = re.compile(r"\d{2}\.\d{2}\.\d{2}\.\d{4}")
_ROLES: Final = {role.value: role for role in Role if role is not Role.PUBLIC}


class NoTokenError(BusinessError):
    """The call bears no token."""

    status = HTTPStatus.UNAUTHORIZED
    code = "not-signed-in"
    message = ("Silakan masuk terlebih dahulu.", "Sign in first: send a bearer token.")
    headers: ClassVar = {"WWW-Authenticate": "Bearer"}


class BadTokenError(BusinessError):
    """The token is malformed, of another issuer or audience, expired, or not signed by the issuer."""

    status = HTTPStatus.UNAUTHORIZED
    code = "token-not-valid"
    message = ("Sesi Anda tidak berlaku. Silakan masuk lagi.", "The bearer token is not valid here. Sign in again.")
    headers: ClassVar = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


class SignInAwayError(BusinessError):
    """The issuer's keys cannot be read, so nobody can be let in."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "sign-in-not-available"
    message = ("Layanan masuk sedang tidak tersedia. Silakan coba lagi.", "Sign-in is not available now. Try again.")
    headers: ClassVar = {"Retry-After": "5"}


@dataclass(frozen=True, slots=True)
class Tokens:
    """Checks tokens of one issuer for one audience."""

    issuer: str
    audience: str
    keys: KeySource

    async def caller(self, token: str) -> Caller:
        """Who bears this token. Raises BadTokenError, SignInAwayError."""
        if len(token) > _LENGTH_LIMIT:
            raise BadTokenError
        claims = await self.claims(token, self.audience)
        subject = claims.get("sub")
        if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
            raise BadTokenError
        roles = frozenset(_ROLES[name] for name in _texts(claims, "roles") if name in _ROLES)
        codes = frozenset(code for code in _texts(claims, "kelurahan_codes") if _KELURAHAN.fullmatch(code))
        return Caller(subject, roles, codes)

    async def claims(self, token: str, audience: str) -> Mapping[str, Any]:
        """What the issuer says to this audience in the token. Raises BadTokenError, SignInAwayError."""
        try:
            header = jwt.get_unverified_header(token)
            kid, algorithm = header.get("kid"), header.get("alg")
            if not isinstance(kid, str) or algorithm not in ALGORITHMS:
                raise BadTokenError
            key = await self.keys.key(kid)
            if key is None or key.algorithm_name != algorithm:
                raise BadTokenError
            return jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=audience,
                issuer=self.issuer,
                leeway=_LEEWAY,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, ValueError):
            raise BadTokenError from None
        except IssuerAwayError:
            raise SignInAwayError from None


def _texts(claims: Mapping[str, Any], name: str) -> list[str]:
    """The texts of a list claim; anything else in it is passed over."""
    claim = claims.get(name)
    return [text for text in claim[:_CLAIM_LIMIT] if isinstance(text, str)] if isinstance(claim, list) else []

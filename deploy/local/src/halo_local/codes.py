"""The authorization code flow of the test issuer: what is asked, the codes given out, and who may redeem them."""

import hashlib
import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlencode, urlsplit

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator

CODE_SECONDS: Final = 60
CODE_LIMIT: Final = 10_000
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class Person(BaseModel):
    """Whom a token is for, and what he may do."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    sub: str = Field(min_length=1, max_length=200)
    roles: list[str] = Field(max_length=20)
    kelurahan_codes: list[str] = Field(default=[], max_length=100)


class KnownPerson(Person):
    """Somebody whom the sign-in page offers by name."""

    name: str = Field(max_length=200)


class Authorization(BaseModel):
    """What a client asks of `/authorize`; PKCE with S256 is required, and the way back leads to this machine."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    response_type: Literal["code"]
    client_id: str = Field(min_length=1, max_length=200)
    redirect_uri: str = Field(max_length=500)
    scope: str = Field(default="openid", max_length=200)
    state: str = Field(min_length=1, max_length=500)
    nonce: str = Field(default="", max_length=500)
    code_challenge: str = Field(pattern=r"^[A-Za-z0-9_-]{43}$")
    code_challenge_method: Literal["S256"]

    @field_validator("redirect_uri")
    @classmethod
    def _on_loopback(cls, address: str) -> str:
        parts = urlsplit(address)
        if parts.scheme != "http" or parts.hostname not in _LOOPBACK or parts.fragment or "@" in parts.netloc:
            raise ValueError("the way back must lead to this machine: http://127.0.0.1:port/path")
        return address


class Redemption(BaseModel):
    """What a client sends to redeem a code."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    grant_type: Literal["authorization_code"]
    code: str = Field(max_length=200)
    redirect_uri: str = Field(max_length=500)
    code_verifier: str = Field(pattern=r"^[A-Za-z0-9._~-]{43,128}$")
    client_id: str = Field(min_length=1, max_length=200)


@dataclass(frozen=True)
class _Issued:
    asked: Authorization
    person: Person
    until: float


class Codes:
    """The codes that are given out, each good for one exchange within a minute."""

    def __init__(self) -> None:
        self._issued: dict[str, _Issued] = {}

    def issue(self, asked: Authorization, person: Person) -> str:
        """Return the address that sends the browser back with a code."""
        now = time.monotonic()
        self._issued = {code: each for code, each in self._issued.items() if each.until > now}
        if len(self._issued) >= CODE_LIMIT:
            self._issued.clear()
        code = secrets.token_urlsafe(24)
        self._issued[code] = _Issued(asked, person, now + CODE_SECONDS)
        joint = "&" if urlsplit(asked.redirect_uri).query else "?"
        return f"{asked.redirect_uri}{joint}{urlencode({'code': code, 'state': asked.state})}"

    def redeem(self, sent: Redemption) -> tuple[Authorization, Person] | None:
        """Return what was asked and who signed in, once; None where anything of it is wrong."""
        issued = self._issued.pop(sent.code, None)
        if issued is None or issued.until <= time.monotonic():
            return None
        digest = hashlib.sha256(sent.code_verifier.encode()).digest()
        proven = urlsafe_b64encode(digest).rstrip(b"=").decode() == issued.asked.code_challenge
        same = (sent.client_id, sent.redirect_uri) == (issued.asked.client_id, issued.asked.redirect_uri)
        return (issued.asked, issued.person) if proven and same else None


def read_people(path: Path | None) -> Mapping[str, KnownPerson]:
    """Read the people that the sign-in page offers, a JSON list, by their subjects.

    Raises:
        OSError: there is no such file.
        ValueError: it is no list of people.
    """
    if path is None:
        return {}
    people = TypeAdapter(list[KnownPerson]).validate_python(json.loads(path.read_text(encoding="utf-8")))
    return {person.sub: person for person in people}

"""Settings of a service, read from the environment (prefix `HALO_`), and what they refuse.

Outside `environment=local` a secret that is missing, well known or short stops the service at its start. No message
shows a value.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Final, Literal, get_args
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, ValidationError, ValidationInfo
from pydantic_core import PydanticCustomError, core_schema
from pydantic_settings import BaseSettings, SettingsConfigDict

from halo_service.field_messages import describe_field

PREFIX: Final = "HALO_"
SECRET_LENGTH: Final = 12
"""Shortest secret, in characters, outside `local`."""

_KNOWN_WORDS: Final = (
    "postgres", "postgresql", "minioadmin", "minio", "password", "passwd", "pass", "changeme", "change", "secret",
    "test", "halo", "pamor", "admin", "administrator", "root", "user", "default", "example", "letmein", "qwerty",
    "welcome", "bekasi", "demo", "local", "token", "key", "intake", "dispatch", "documents", "notify", "me",
)  # fmt: skip
_KNOWN: Final = re.compile(f"(?:{'|'.join(_KNOWN_WORDS)})*")
_DISTINCT: Final = 5
_ADVICE: Final = "Set a long random one, as `openssl rand -hex 24` makes."


def _weakness(secret: str) -> tuple[str, str] | None:
    """Code and sentence of what is wrong with a secret, or None."""
    letters = re.sub(r"[^a-z]", "", secret.casefold())
    if not secret:
        return "secret_missing", f"the secret is missing. {_ADVICE}"
    if _KNOWN.fullmatch(letters) and (letters or secret.isdigit()):
        return "secret_known", f"the secret is a well-known default. {_ADVICE}"
    if len(secret) < SECRET_LENGTH or len(set(secret)) < _DISTINCT:
        return (
            "secret_short",
            f"the secret has fewer than {SECRET_LENGTH} characters or too few different ones. {_ADVICE}",
        )
    return None


def _refuse_weak(secret: str, info: ValidationInfo) -> None:
    weakness = _weakness(secret)
    if weakness and info.data.get("environment") != "local":
        raise PydanticCustomError(*weakness)


def _strong(secret: SecretStr, info: ValidationInfo) -> SecretStr:
    _refuse_weak(secret.get_secret_value(), info)
    return secret


def _strong_url(url: SecretStr, info: ValidationInfo) -> SecretStr:
    try:
        parts = urlsplit(url.get_secret_value())
        password = unquote(parts.password or "")
    except ValueError:
        parts, password = None, ""
    if parts is None or parts.scheme not in {"postgresql", "postgres"} or not parts.hostname:
        raise PydanticCustomError(
            "database_url", "this is no PostgreSQL address: postgresql://role:password@host:port/database"
        )
    _refuse_weak(password, info)
    return url


def _https(url: str, info: ValidationInfo) -> str:
    allowed = ("https://", "http://") if info.data.get("environment") == "local" else ("https://",)
    if not url.startswith(allowed):
        raise PydanticCustomError(
            "issuer_scheme", "the issuer's address must begin with https:// (http:// only when HALO_ENVIRONMENT=local)"
        )
    return url


def _origin(url: str, info: ValidationInfo) -> str:
    """The origin as browsers name it: scheme, host, port, and nothing behind it."""
    schemes = {"https", "http"} if info.data.get("environment") == "local" else {"https"}
    try:
        parts = urlsplit(url)
        plain = (
            parts.scheme in schemes
            and bool(parts.hostname)
            and f"{parts.scheme}://{parts.netloc}".lower() == url.lower()
        )
        plain = plain and "@" not in parts.netloc and (parts.port is None or parts.port > 0)
    except ValueError:
        plain = False
    if not plain:
        raise PydanticCustomError(
            "origin", "this must be https://host or https://host:port, without a path (http:// only when local)"
        )
    return url.lower()


def _with_public_url(client_id: str | None, info: ValidationInfo) -> str | None:
    if client_id is not None and info.data.get("public_url") is None:
        raise PydanticCustomError("public_url_missing", "sign-in for pages also needs HALO_PUBLIC_URL.")
    return client_id


Origin = Annotated[str, StringConstraints(max_length=300), AfterValidator(_origin)]
"""Where browsers reach pages: https://host[:port] and nothing behind it."""

Secret = Annotated[SecretStr, AfterValidator(_strong)]
"""A secret of a service's own settings: refused outside `local` when missing, well known or short."""


class ServiceSettings(BaseSettings):
    """What every service reads. A service's own settings subclass it and keep `environment` as it is."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True, validate_default=True
    )

    environment: Literal["local", "production"] = Field(
        "production", description="`local` on a developer's machine, else `production`."
    )
    kafka: Annotated[str, StringConstraints(pattern=r"^[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5}){0,9}$")] = Field(
        description="Kafka's bootstrap servers: host:port, several with commas."
    )
    database_url: Annotated[SecretStr, AfterValidator(_strong_url)] = Field(
        description="The service's own database: postgresql://role:password@host:port/database."
    )
    http_host: Annotated[str, StringConstraints(min_length=1, max_length=255)] = Field(
        "127.0.0.1", description="Address to listen on; 0.0.0.0 in a container."
    )
    http_port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one and logs it.")
    oidc_issuer: Annotated[str, StringConstraints(max_length=500), AfterValidator(_https)] = Field(
        description="The OIDC issuer of bearer tokens, as its tokens name it."
    )
    oidc_audience: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        "halo-pamor", description="The audience that tokens must name."
    )
    public_url: Origin | None = Field(
        None, description="Where browsers reach this service's pages: https://host[:port]."
    )
    oidc_client_id: Annotated[
        Annotated[str, StringConstraints(min_length=1, max_length=200)] | None, AfterValidator(_with_public_url)
    ] = Field(None, description="Client of the issuer that pages sign in with; without it nobody signs in to pages.")
    oidc_client_secret: Secret | None = Field(
        None, description="The client's secret; leave it out for a public client, which PKCE alone protects."
    )
    database_connections: int = Field(10, ge=1, le=100, description="Connections of one process's pool.")
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="`auto` writes JSON unless the output is a terminal."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Lowest level that is logged.")


_PYDANTIC_OWN: Final = frozenset(get_args(core_schema.ErrorType))
"""Errors whose sentence is pydantic's; all others are our validators', which never tell the value."""


def explain(error: ValidationError) -> Sequence[str]:
    """One line a setting that is wrong: its variable, what is wrong, what it should be. Never its value.

    A validator of a service's settings that wants its own sentence raises PydanticCustomError.
    """
    lines = []
    for fault in error.errors(include_url=False, include_input=False):
        name = str(fault["loc"][0]) if fault["loc"] else "settings"
        if fault["type"] not in _PYDANTIC_OWN:
            what = fault["msg"]
        else:
            what = "it is not set." if fault["type"] == "missing" else describe_field(fault).message
        lines.append(f"{PREFIX}{name.upper()}: {what} {_meaning(error.title, name)}".rstrip())
    return lines


def _meaning(title: str, name: str) -> str:
    """The description of a setting, found by the name of its class, which is all that the error tells."""
    classes: list[type[BaseSettings]] = [ServiceSettings]
    for known in classes:
        classes += known.__subclasses__()
        field = known.model_fields.get(name)
        if known.__name__ == title and field is not None and field.description:
            return field.description
    return ""

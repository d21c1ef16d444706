"""notify's settings, beside those of every service."""

from typing import Annotated

from halo_service.settings import Secret, ServiceSettings
from pydantic import AfterValidator, Field, SecretStr, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError


def _is_local(info: ValidationInfo) -> bool:
    return info.data.get("environment") == "local"


def _sealed(url: str, info: ValidationInfo) -> str:
    """Numbers and texts of messages are personal data: outside of a developer's machine they travel by TLS alone."""
    if not _is_local(info) and not url.startswith("https://"):
        raise PydanticCustomError("sms_url_scheme", "the address must begin with https://")
    return url


def _encrypted(starttls: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - a validator takes its value by position
    if not _is_local(info) and not starttls:
        raise PydanticCustomError("smtp_starttls", "it must be true")
    return starttls


def _with_name(password: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    if info.data.get("smtp_username") and not (password and password.get_secret_value()):
        raise PydanticCustomError("smtp_password_missing", "a name without a password")
    return password


class NotifySettings(ServiceSettings):
    """Where messages go."""

    sms_url: Annotated[
        str, StringConstraints(pattern=r"^https?://[^\s/@]+(/\S*)?$", max_length=500), AfterValidator(_sealed)
    ] = Field(description="Address of the SMS gateway; http:// only when HALO_ENVIRONMENT=local.")
    sms_token: Secret = Field(description="Bearer token of the SMS gateway.")
    smtp_host: Annotated[str, StringConstraints(min_length=1, max_length=255)] = Field(description="Mail server.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_starttls: Annotated[bool, AfterValidator(_encrypted)] = Field(
        default=True, description="Encrypt e-mail by STARTTLS; false only when HALO_ENVIRONMENT=local."
    )
    smtp_username: Annotated[str, StringConstraints(max_length=255)] = Field(
        "", description="Name at the mail server; empty: no sign-in."
    )
    smtp_password: Annotated[Secret | None, AfterValidator(_with_name)] = Field(
        None, description="Password at the mail server, where it has a name for us."
    )
    mail_from: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,255}$")] = Field(
        description="Address that e-mails come from, in plain ASCII."
    )

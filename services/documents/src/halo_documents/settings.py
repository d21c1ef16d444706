"""Settings of documents, read from the environment."""

from datetime import timedelta
from typing import Annotated

from halo_service.settings import Origin, Secret, ServiceSettings
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from halo_documents.domain.papers import MIB, Limits
from halo_documents.gateways.store import StoreAddress

_LAST_PORT = 65535

HostPort = Annotated[str, StringConstraints(pattern=r"^[^\s,:/]+(:\d{1,5})?$", max_length=255)]


def _scanned(address: str, info: ValidationInfo) -> str:
    if not address and info.data.get("environment") != "local":
        raise PydanticCustomError("clamd_missing", "it is not set, and no paper may be opened that was not scanned.")
    if address and not address.startswith("/") and not 0 < int(address.rpartition(":")[2]) <= _LAST_PORT:
        raise PydanticCustomError("clamd_port", "this is no port: a port is a number from 1 to 65535.")
    return address


ClamdAddress = Annotated[
    str, StringConstraints(pattern=r"^(/[^\s]+|[^\s,:/]+:\d{1,5})?$", max_length=107), AfterValidator(_scanned)
]
"""Where clamd is; empty only on a developer's machine."""


class Settings(ServiceSettings):
    """What documents reads beside what every service does."""

    s3_endpoint: HostPort = Field(description="The S3 object store: host:port, without a scheme.")
    s3_public_endpoint: HostPort | None = Field(
        None, description="The same store as officers' phones reach it, where that differs."
    )
    s3_region: Annotated[str, StringConstraints(min_length=1, max_length=50)] = Field(
        "us-east-1", description="The store's region; named, so that signing needs no call."
    )
    s3_bucket: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")] = Field(
        "halo-documents", description="The bucket of papers, for documents alone."
    )
    s3_access_key: Secret = Field(description="Access key of the store.")
    s3_secret_key: Secret = Field(description="Secret key of the store.")
    s3_secure: bool = Field(True, description="Whether the store is reached by TLS.")
    clamd: ClamdAddress = Field(
        "", description="The virus scanner clamd: host:port, or the path of its Unix socket; may be empty only locally."
    )
    paper_max_bytes: int = Field(10 * MIB, ge=1024, le=100 * MIB, description="Most bytes of one paper.")
    papers_per_request: int = Field(
        200, ge=1, le=1000, description="Most papers of one request and round, without proofs."
    )
    upload_minutes: int = Field(15, ge=1, le=60, description="Minutes for which an upload form is good.")
    link_minutes: int = Field(5, ge=1, le=60, description="Minutes for which a link to a paper is good.")

    dispatch_url: Annotated[Origin | None, BeforeValidator(lambda url: url or None)] = Field(
        None, description="Where browsers reach dispatch's pages, for links to the officer's task; empty: no links."
    )

    def limits(self) -> Limits:
        """The limits on papers."""
        return Limits(
            paper_bytes=self.paper_max_bytes,
            papers=self.papers_per_request,
            form=timedelta(minutes=self.upload_minutes),
            link=timedelta(minutes=self.link_minutes),
        )

    def store(self) -> StoreAddress:
        """Where the store is."""
        return StoreAddress(
            endpoint=self.s3_endpoint,
            region=self.s3_region,
            bucket=self.s3_bucket,
            secure=self.s3_secure,
            public_endpoint=self.s3_public_endpoint,
        )

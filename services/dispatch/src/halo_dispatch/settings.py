"""Settings of dispatch, read from the environment."""

from typing import Annotated

from halo_service.settings import Origin, ServiceSettings
from pydantic import BeforeValidator, Field


class Settings(ServiceSettings):
    """What dispatch reads beside what every service does."""

    documents_url: Annotated[Origin | None, BeforeValidator(lambda url: url or None)] = Field(
        None, description="Where browsers reach the pages of documents: https://host[:port]; empty: no links to them."
    )

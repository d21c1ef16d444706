"""Settings of intake, read from the environment."""

from halo_service.settings import ServiceSettings
from pydantic import Field


class IntakeSettings(ServiceSettings):
    """What intake reads beside what every service reads."""

    reopen_working_days: int = Field(
        3,
        ge=0,
        le=30,
        description="Working days after its delivery or rejection in which a request may be re-opened; 0 allows none.",
    )
    close_working_days: int = Field(
        3,
        ge=0,
        le=30,
        description="Working days after its delivery or rejection until a request is closed; 0 closes at once.",
    )

"""Settings of intake, read from the environment."""

from halo_service.settings import ServiceSettings
from pydantic import Field


class IntakeSettings(ServiceSettings):
    """What intake reads beside what every service reads."""

    reopen_working_days: int = Field(
        3, ge=0, le=30, description="Working days after delivery in which a request may be re-opened; 0 closes at once."
    )

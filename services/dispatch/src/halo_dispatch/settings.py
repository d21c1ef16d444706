"""Settings of dispatch: those that every service has."""

from halo_service.settings import ServiceSettings


class Settings(ServiceSettings):
    """What dispatch reads from the environment."""

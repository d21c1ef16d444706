"""Where the servers of a stack are, and how the environment says so."""

import os
import shlex
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field
from typing import Final

from halo_local.errors import EndpointError

PARTS: Final = frozenset({"kafka", "postgres", "minio", "clamd"})
WISHED: Final = frozenset({"clamd"})
"""Parts that a stack may do without: their endpoints are empty then."""

VARIABLES: Final = {
    "kafka": {"kafka": "HALO_KAFKA_BOOTSTRAP"},
    "postgres": {"postgres": "HALO_POSTGRES_DSN"},
    "minio": {
        "minio": "HALO_MINIO_ENDPOINT",
        "minio_access_key": "HALO_MINIO_ACCESS_KEY",
        "minio_secret_key": "HALO_MINIO_SECRET_KEY",
    },
    "clamd": {"clamd": "HALO_CLAMD"},
}
"""For each part, the fields of its endpoints and the environment variables that name them."""


@dataclass(frozen=True)
class Endpoints:
    """Addresses and keys of a stack's servers; those of a part that was not asked for are empty."""

    kafka: str = ""
    """Bootstrap servers, `host:port`."""
    postgres: str = field(default="", repr=False)
    """Connection string of the administrator."""
    minio: str = ""
    """`host:port` of the S3 API, without TLS."""
    minio_access_key: str = ""
    minio_secret_key: str = field(default="", repr=False)
    clamd: str = ""
    """`host:port` of the virus scanner."""

    def as_fields(self) -> dict[str, str]:
        """Return the fields by name, secrets too."""
        return asdict(self)

    def as_env(self) -> dict[str, str]:
        """Return the environment variables with which HALO_STACK=external finds these servers."""
        names = {name: variable for fields in VARIABLES.values() for name, variable in fields.items()}
        return {variable: value for name, variable in names.items() if (value := getattr(self, name))}

    def as_exports(self) -> str:
        """Return the same as lines for a shell."""
        return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in self.as_env().items())


def named_in_environment() -> bool:
    """Tell whether the environment names a server that a stack can't do without."""
    needed = (fields for part, fields in VARIABLES.items() if part not in WISHED)
    return any(os.environ.get(variable) for fields in needed for variable in fields.values())


def from_environment(parts: AbstractSet[str]) -> Endpoints:
    """Return the endpoints that the environment names.

    Raises:
        EndpointError: variables of these parts are missing; the text names each of them.
    """
    wanted = {name: variable for part in sorted(parts) for name, variable in VARIABLES[part].items()}
    needed = [variable for part in sorted(parts - WISHED) for variable in VARIABLES[part].values()]
    missing = [variable for variable in needed if not os.environ.get(variable)]
    if missing:
        raise EndpointError(f"HALO_STACK=external needs these variables too: {', '.join(missing)}")
    return Endpoints(**{name: os.environ.get(variable, "") for name, variable in wanted.items()})

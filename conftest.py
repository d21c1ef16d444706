"""Real servers for the tests of the whole workspace, each started once, when a test first asks for it."""

from collections.abc import Iterator

import pytest
from halo_events.testing import Databases
from halo_local.stack import Endpoints, start_stack


@pytest.fixture(scope="session")
def postgres() -> Iterator[Endpoints]:
    """A PostgreSQL server that forgets: nothing here survives the session anyway."""
    with start_stack(parts=frozenset({"postgres"}), durable=False) as endpoints:
        yield endpoints


@pytest.fixture(scope="session")
def postgres_dsn(postgres: Endpoints) -> str:
    """The address of PostgreSQL, for a role that may create databases."""
    return postgres.postgres


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """The address of a Kafka broker."""
    with start_stack(parts=frozenset({"kafka"})) as endpoints:
        yield endpoints.kafka


@pytest.fixture(scope="session")
def minio() -> Iterator[Endpoints]:
    """A MinIO server: address and keys."""
    with start_stack(parts=frozenset({"minio"})) as endpoints:
        yield endpoints


@pytest.fixture(scope="session")
def databases(postgres_dsn: str) -> Databases:
    """Fresh databases, each copied from a migrated template."""
    return Databases(postgres_dsn)

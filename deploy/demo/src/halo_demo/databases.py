"""One database and one role per service, with a password made for this run."""

import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from halo_demo.errors import StartupError


def database_url(admin: str, service: str, *, password: str | None = None) -> str:
    """Return the address of a service's database: as its own role with the password, else as the administrator."""
    parts = urlsplit(admin)
    place = parts.netloc if password is None else f"halo_{service}:{password}@{parts.netloc.rpartition('@')[2]}"
    return urlunsplit(parts._replace(netloc=place, path=f"/halo_{service}"))


async def create_databases(admin: str, services: Iterable[str]) -> dict[str, str]:
    """Create database and role `halo_<service>` for each service; return the addresses for the services.

    Raises:
        StartupError: the server has one of them already.
    """
    connection = await asyncpg.connect(admin)
    try:
        return {service: await _create(connection, admin, service) for service in services}
    finally:
        await connection.close()


async def _create(connection: asyncpg.Connection, admin: str, service: str) -> str:
    name, password = f"halo_{service}", secrets.token_urlsafe(24)
    if await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
        raise StartupError(f"database {name} is there already: give the demo servers that nobody has used yet")
    for order in (
        await connection.fetchval(
            "SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', $1::text, $2::text)", name, password
        ),
        await connection.fetchval("SELECT format('CREATE DATABASE %I OWNER %I', $1::text, $1::text)", name),
    ):
        await connection.execute(order)
    return database_url(admin, service, password=password)

"""Connections to PostgreSQL that can't freeze anybody else when their process is frozen."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import asyncpg

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """In seconds. A process frozen in mid-transaction holds row locks no longer than `idle_in_transaction`."""

    idle_in_transaction: int = 5
    lock: int = 5
    statement: int = 20
    connect: int = 5
    idle_session: int = 0
    """0 = a session may idle for ever."""


DEFAULTS: Final = Timeouts()


def _options(name: str, timeouts: Timeouts) -> dict[str, Any]:
    return {
        "timeout": timeouts.connect,
        "command_timeout": timeouts.statement + 5,
        "server_settings": {
            "application_name": name,
            "idle_in_transaction_session_timeout": f"{timeouts.idle_in_transaction}s",
            "lock_timeout": f"{timeouts.lock}s",
            "statement_timeout": f"{timeouts.statement}s",
            "idle_session_timeout": f"{timeouts.idle_session}s",
            "tcp_keepalives_idle": "10",
            "tcp_keepalives_interval": "5",
            "tcp_keepalives_count": "3",
            "timezone": "UTC",
        },
    }


async def connect(dsn: str, name: str, timeouts: Timeouts = DEFAULTS) -> "Connection":
    """Open a connection of its own for a loop. `name` shows in pg_stat_activity."""
    return await asyncpg.connect(dsn, **_options(name, timeouts))


async def open_pool(dsn: str, name: str, *, size: int, timeouts: Timeouts = DEFAULTS) -> "Pool":
    """Open a pool of at most `size` connections, for HTTP routes and jobs."""
    return await asyncpg.create_pool(dsn, min_size=0, max_size=size, **_options(name, timeouts))


async def close(connection: "Connection") -> None:
    """Close a connection within a second, or drop it."""
    try:
        await connection.close(timeout=1)
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection.terminate()

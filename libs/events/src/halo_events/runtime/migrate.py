"""Migrations: plain SQL files, applied in order and remembered by yoyo."""

from collections.abc import Sequence
from contextlib import ExitStack
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import psycopg
from yoyo import get_backend, read_migrations

EVENTS: Final[Traversable] = resources.files("halo_events.runtime") / "migrations"
"""The runtime's own tables."""
_TURN: Final = 0x6D69677261746521
"""Key of the advisory lock of whoever migrates."""


def migrate(dsn: str, sources: Sequence[Traversable]) -> list[str]:
    """Apply what is missing of the runtime's and the sources' migrations; the ids of what was applied.

    Two processes may call it at once: one waits for the other, 60 seconds at most. It blocks; call it before a loop
    runs. A process that is killed meanwhile leaves no lock behind.
    """
    with ExitStack() as stack:
        _take_turn(stack, dsn)
        folders = [stack.enter_context(resources.as_file(source)) for source in (EVENTS, *sources)]
        migrations = read_migrations(*(str(folder) for folder in folders))
        backend = stack.enter_context(get_backend(_driver(dsn)))
        backend.break_lock()
        with backend.lock():
            missing = backend.to_apply(migrations)
            ids = [migration.id for migration in missing]
            backend.apply_migrations(missing)
    return ids


def _take_turn(stack: ExitStack, dsn: str) -> None:
    """Hold a lock that ends with its session; whoever has it may break yoyo's own.

    Yoyo's lock is a row, which a killed process leaves behind to lock out all others.
    """
    session = stack.enter_context(psycopg.connect(dsn, autocommit=True))
    session.execute("SET lock_timeout = '60s'")
    session.execute("SELECT pg_advisory_lock(%s)", (_TURN,))


def _driver(dsn: str) -> str:
    """The same address, with the driver that yoyo shall take."""
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(scheme="postgresql+psycopg"))

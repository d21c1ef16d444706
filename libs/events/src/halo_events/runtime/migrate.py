"""Migrations: plain SQL files, applied in order and remembered by yoyo."""

from collections.abc import Sequence
from contextlib import ExitStack
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from yoyo import get_backend, read_migrations

EVENTS: Final[Traversable] = resources.files("halo_events.runtime") / "migrations"
"""The runtime's own tables."""


def migrate(dsn: str, sources: Sequence[Traversable]) -> list[str]:
    """Apply what is missing of the runtime's and the sources' migrations; the ids of what was applied.

    Two processes may call it at once: one waits for the other. It blocks; call it before a loop runs.
    """
    with ExitStack() as stack:
        folders = [stack.enter_context(resources.as_file(source)) for source in (EVENTS, *sources)]
        migrations = read_migrations(*(str(folder) for folder in folders))
        with get_backend(_driver(dsn)) as backend, backend.lock():
            missing = backend.to_apply(migrations)
            ids = [migration.id for migration in missing]
            backend.apply_migrations(missing)
    return ids


def _driver(dsn: str) -> str:
    """The same address, with the driver that yoyo shall take."""
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(scheme="postgresql+psycopg"))

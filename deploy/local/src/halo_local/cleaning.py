"""Removes what set-up, tests and runs have left on the machine; programs that apt-get installed stay."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from halo_local.cache import cache_root, data_root, say
from halo_local.errors import LocalStackError

LEFT: Final = (".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", ".hypothesis")
MADE: Final = ("build", "dist")


def clean(checkout: Path) -> None:
    """Remove a checkout's environment and tools' caches, and the servers, templates and packages kept outside of it.

    Raises:
        LocalStackError: servers are running that stand on what would go; nothing was removed.
    """
    outside = [root for root in dict.fromkeys((cache_root(), data_root())) if root.exists()]
    for root in outside:
        _refuse_in_use(root)
    found = [checkout / name for name in (*LEFT, *MADE)]
    found += [path for path in checkout.rglob("__pycache__") if path.is_dir()]
    for path in (*found, *outside):
        if path.exists():
            shutil.rmtree(path)
    say(f"removed {', '.join(str(root) for root in outside)} and what the checkout held beside its sources")


def _refuse_in_use(root: Path) -> None:
    for lock in _locks(root):
        with suppress(FileNotFoundError):
            descriptor = os.open(lock, os.O_RDWR)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LocalStackError(f"servers run on {root}: end them first (make down), then clean") from None
            finally:
                os.close(descriptor)


def _locks(root: Path) -> Iterator[Path]:
    """The locks that builds, running stacks and kept commands hold."""
    for folder in (root, root / "data", root / "run", root / "data/run", root / "up"):
        yield from folder.glob("*.lock")
        yield from folder.glob(".*.lock")

"""Runs the commands that build servers and templates."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from halo_local.cache import cache_root
from halo_local.errors import BuildError

BUILD_SECONDS: Final = 1200
KEPT_LINES: Final = 30


@contextmanager
def build_cache(name: str) -> Iterator[Path]:
    """Give a build a folder for what its tool downloads; it goes with the context, so that nothing of it stays.

    Where the user has a cache of the tool, what lies there is downloaded once more: 1.4 GB of Go's would stay in his
    home for one program otherwise.
    """
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=cache_root()) as folder:
        yield Path(folder)


def run_build(
    what: str,
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    user: int | None = None,
    group: int | None = None,
    stdin: str = "",
) -> None:
    """Run a command to its end, quietly when all is well.

    Raises:
        BuildError: it failed, or took longer than twenty minutes; the text ends with its last lines.
    """
    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            env=os.environ | dict(env or {}),
            user=user,
            group=group,
            extra_groups=None if user is None else [],
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=BUILD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise BuildError(f"{what}: {argv[0]} did not end within {BUILD_SECONDS} s; try again") from late
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-KEPT_LINES:])
        raise BuildError(f"{what}: {argv[0]} ended with {done.returncode}. Its last lines:\n{tail}")

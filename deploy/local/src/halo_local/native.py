"""The native way: servers as processes, children of a keeper that ends them with their owner."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from halo_local import kafka, minio, postgres, prepare
from halo_local.cache import data_root
from halo_local.endpoints import Endpoints
from halo_local.kept import KeptServers
from halo_local.parts import Kind, Part

PARTS: Final[dict[str, Kind]] = {"kafka": kafka, "postgres": postgres, "minio": minio}


def needed_tools(parts: AbstractSet[str]) -> tuple[prepare.Tool, ...]:
    """Return what the machine must have to build, where that is still to be done, and start these servers."""
    return tuple(tool for part in sorted(parts) for tool in PARTS[part].needed_tools())


def build(parts: AbstractSet[str]) -> None:
    """Build these servers and their templates side by side: one waits for Maven, another for the Go compiler.

    Raises:
        MissingToolError: a program is missing.
        BuildError: a server could not be built.
    """
    prepare.require(*needed_tools(parts))
    with ThreadPoolExecutor(len(PARTS)) as pool:
        for each in [pool.submit(PARTS[part].build) for part in sorted(parts)]:
            each.result()


@contextmanager
def run(parts: AbstractSet[str], *, durable: bool) -> Iterator[Endpoints]:
    """Run these servers until the context ends, or until this process does, however it ends.

    Raises:
        MissingToolError: a program is missing.
        BuildError: a server could not be built.
        StartError: a server did not answer in time.
    """
    build(parts)
    folder, lock = _new_folder()
    try:
        servers = KeptServers(folder, lock, _lay_out(parts, folder, durable=durable))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        os.close(lock)
    try:
        servers.await_answers()
        yield servers.endpoints()
    finally:
        servers.stop()


def _lay_out(parts: AbstractSet[str], folder: Path, *, durable: bool) -> list[Part]:
    with ThreadPoolExecutor(len(PARTS)) as pool:
        work = [pool.submit(PARTS[part].lay_out, folder, durable=durable) for part in sorted(parts)]
        return [each.result() for each in work]


def _new_folder() -> tuple[Path, int]:
    """Return a fresh folder and the descriptor of its held lock."""
    root = data_root() / "run"
    root.mkdir(mode=0o711, exist_ok=True)
    _remove_leftovers(root)
    folder = Path(tempfile.mkdtemp(dir=root))
    folder.chmod(0o711)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return folder, lock


def _remove_leftovers(root: Path) -> None:
    """Remove the folders whose keeper was killed before it could: nobody holds their lock any more."""
    for left in root.iterdir():
        with suppress(OSError):
            lock = os.open(left / "lock", os.O_RDWR)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(lock)

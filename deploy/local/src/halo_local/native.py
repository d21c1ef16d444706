"""The native way: servers as processes, children of a keeper that ends them with their owner."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from halo_local import kafka, minio, postgres, prepare
from halo_local.cache import data_root
from halo_local.endpoints import Endpoints
from halo_local.kept import KeptServers
from halo_local.parts import Part

LAY_OUT: Final = {"kafka": kafka.lay_out, "postgres": postgres.lay_out, "minio": minio.lay_out}
NEEDS: Final = {"kafka": (prepare.JAVA,), "postgres": (prepare.POSTGRES,), "minio": ()}


@contextmanager
def run(parts: Set[str], *, durable: bool) -> Iterator[Endpoints]:
    """Run these servers until the context ends, or until this process does, however it ends.

    Raises:
        MissingToolError: a program is missing.
        BuildError: a server could not be built.
        StartError: a server did not answer in time.
    """
    prepare.require(*(tool for part in sorted(parts) for tool in NEEDS[part]))
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


def _lay_out(parts: Set[str], folder: Path, *, durable: bool) -> list[Part]:
    """Prepare the parts side by side: the first time, one waits for Maven and one for the Go compiler."""
    with ThreadPoolExecutor(len(LAY_OUT)) as pool:
        work = [pool.submit(LAY_OUT[part], folder, durable=durable) for part in sorted(parts)]
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
